//! Files sent over HTTP: examined first, then committed or given up.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, TestDatabase, conflict, scratch, watershed, write_geojson};

const TOKEN: (&str, &str) = ("authorization", "Bearer secret");

fn server(database: &TestDatabase) -> Server {
    Server::start_with(database, &["--edit-token", "secret"])
}

fn collection(features: &[Json]) -> Vec<u8> {
    json!({"type": "FeatureCollection", "features": features}).to_string().into_bytes()
}

fn send(server: &Server, query: &str, body: Vec<u8>) -> Answer {
    server.send_bytes("POST", &format!("/api/imports?{query}"), &[TOKEN], body)
}

/// The job's path, from where it was begun.
fn begun(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.json());
    let location = answer.header("location");
    location[location.find("/api/").unwrap()..].to_owned()
}

/// What is known of a job once it rests.
fn rested(server: &Server, job: &str) -> Json {
    let began = Instant::now();
    loop {
        let status = server.send("GET", job, &[TOKEN]).json();
        if ["examined", "committed", "failed", "cancelled"].contains(&status["state"].as_str().unwrap()) {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{status}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn tell(server: &Server, job: &str, what: &str) -> Answer {
    server.send("POST", &format!("{job}/{what}"), &[TOKEN])
}

#[test]
fn a_file_is_examined_looked_at_and_committed() {
    let database = TestDatabase::create();
    let server = server(&database);
    let features = [watershed("1", "Uno", -76.0, -10.0, 0.1), watershed("2", "Dos", -75.0, -10.0, 0.1)];
    let asked = "layer=watersheds&file=cuencas%202024.geojson&valid-on=2024-03-31&licence=ODbL-1.0";
    let job = begun(&send(&server, asked, collection(&features)));
    let examined = rested(&server, &job);
    assert_eq!((&examined["state"], &examined["report"]["merge"]["added"]), (&json!("examined"), &json!(2)));
    assert_eq!((&examined["file"], &examined["rows"]), (&json!("cuencas 2024.geojson"), &json!(2)));
    assert_eq!(database.count_features("watersheds"), 0, "examined only");
    // What is doubtful of a row is told with its place.
    let doubt = &examined["report"]["area_differs"][0][1]["first"][1];
    let side = |position: usize| doubt["place"][position].as_f64().unwrap();
    assert!(doubt["row"] == 2 && (side(0) + 74.95).abs() < 0.05 && (side(1) + 9.95).abs() < 0.05, "{doubt}");
    let changes = server.send("GET", &format!("{job}/changes"), &[TOKEN]);
    assert_eq!(
        (changes.header("content-type"), changes.json()["features"].as_array().unwrap().len()),
        ("application/geo+json", 2)
    );

    assert_eq!(tell(&server, &job, "commit").status, 202);
    assert_eq!(rested(&server, &job)["state"], "committed");
    assert_eq!(tell(&server, &job, "commit").status, 409, "once");
    server.wait_for("/ogc/collections/watersheds/items", |page| page["numberMatched"] == 2);
    let vintages = server.json("/api/vintages?layer=watersheds");
    let vintage = &vintages["vintages"][0];
    assert_eq!(
        (&vintage["valid_on"], &vintage["licence"], &vintage["source"]),
        (&json!("2024-03-31"), &json!("ODbL-1.0"), &json!("cuencas_2024"))
    );
    assert!(vintage.get("received_by").is_none() && vintage.get("report").is_none(), "not for all: {vintage}");

    let undone = server.send("POST", &format!("/api/vintages/{}/rollback", vintage["id"]), &[TOKEN]);
    assert_eq!(undone.json(), json!({"removed": 2, "restored": 0, "brought_back": 0}));
    server.wait_for("/ogc/collections/watersheds/items", |page| page["numberMatched"] == 0);
    assert_eq!(server.send("POST", &format!("/api/vintages/{}/rollback", vintage["id"]), &[TOKEN]).status, 409);
}

#[test]
fn progress_is_told_until_the_job_rests() {
    let database = TestDatabase::create();
    let server = server(&database);
    let features: Vec<_> = (0..5_000).map(|n| conflict(&format!("C{n}"), "activo", Some([-75.0, -10.0]))).collect();
    let job = begun(&send(&server, "layer=conflicts&file=casos.geojson", collection(&features)));
    let answer = server.send("GET", &format!("{job}/events"), &[TOKEN]);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let told = String::from_utf8(answer.body).unwrap();
    let last = told.lines().rfind(|line| line.starts_with("data: ")).unwrap();
    let last: Json = serde_json::from_str(&last["data: ".len()..]).unwrap();
    assert_eq!((&last["state"], &last["rows"], &last["total"]), (&json!("examined"), &json!(5_000), &json!(5_000)));
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_may_be_examined_otherwise() {
    let database = TestDatabase::create();
    let server = server(&database);
    let table = b"code,name,state,longitude,latitude\n1,Uno,activo,-75,-10\n".to_vec();
    let job = begun(&send(&server, "layer=conflicts&file=casos.csv", table));
    let failed = rested(&server, &job);
    let reason = failed["reason"].as_str().unwrap();
    assert!(failed["state"] == "failed" && reason.starts_with("casos.csv ") && !reason.contains("/tmp"), "{reason}");
    assert_eq!(tell(&server, &job, "commit").status, 409);
    assert_eq!(server.send("GET", &format!("{job}/changes"), &[TOKEN]).status, 409);
    assert_eq!(tell(&server, &job, "examine?layer=conflicts&source-crs=EPSG:4326").status, 202);
    assert_eq!(rested(&server, &job)["state"], "examined");
    assert_eq!(tell(&server, &job, "commit").status, 202);
    assert_eq!(rested(&server, &job)["state"], "committed");
    assert_eq!(database.count_features("conflicts"), 1);
}

#[test]
fn columns_are_told_and_kept_for_the_next_file() {
    let database = TestDatabase::create();
    let server = server(&database);
    let table = |rows: &str| format!("NRO,DENOMINACION,ESTE_M,NORTE_M\n{rows}").into_bytes();
    let crs = "layer=conflicts&source=casos&source-crs=EPSG:32718";
    let job = begun(&send(&server, &format!("{crs}&file=enero.csv"), table("7,Uno,500000,8900000\n")));
    let failed = rested(&server, &job);
    assert!(failed["state"] == "failed" && failed["reason"].as_str().unwrap().contains("DENOMINACION"), "{failed}");
    assert_eq!(failed["columns"], json!(["NRO", "DENOMINACION", "ESTE_M", "NORTE_M"]));
    let columns = json!({"code": "NRO", "name": "DENOMINACION", "longitude": "ESTE_M", "latitude": "NORTE_M"});
    let told = form_urlencoded::Serializer::new(String::new()).append_pair("columns", &columns.to_string()).finish();
    let asked = format!("examine?{crs}&{told}");
    assert_eq!(tell(&server, &job, &asked).status, 202);
    let examined = rested(&server, &job);
    assert_eq!((&examined["state"], &examined["report"]["accepted"]), (&json!("examined"), &json!(1)), "{examined}");
    assert!(examined["report"]["used_columns"].as_array().unwrap().contains(&json!(["name", "DENOMINACION"])));

    let kept = "/api/mappings/conflicts/Casos%20en%20tabla";
    let keep = |body: &Json| server.send_bytes("PUT", kept, &[TOKEN], body.to_string().into_bytes());
    assert_eq!(server.send_bytes("PUT", kept, &[], columns.to_string().into_bytes()).status, 401);
    for wrong in [json!({"nombre": "X"}), json!({"name": 1}), json!([])] {
        assert_eq!(keep(&wrong).status, 400, "{wrong}");
    }
    assert_eq!(keep(&columns).status, 204);
    let all = || server.send("GET", "/api/mappings?layer=conflicts", &[TOKEN]).json();
    assert_eq!((&all()["mappings"][0]["name"], &all()["mappings"][0]["columns"]), (&json!("Casos en tabla"), &columns));
    let query = format!("{crs}&file=febrero.csv&mapping=Casos%20en%20tabla");
    let next = begun(&send(&server, &query, table("8,Dos,500000,8900000\n")));
    assert_eq!(rested(&server, &next)["report"]["accepted"], 1);
    // The command line knows it too, and what is told beside it counts more.
    let folder = scratch();
    let march = folder.path().join("marzo.csv");
    std::fs::write(&march, table("9,Tres,500000,8900000\n")).unwrap();
    let told =
        ["--layer", "conflicts", "--source", "casos", "--source-crs", "EPSG:32718", "--mapping", "Casos en tabla"];
    let report = database.import(&march, &[&told[..], &["--column", "code=", "--save-mapping", "Otra"]].concat());
    assert!(report.contains("name ← DENOMINACION") && !report.contains("code ← NRO"), "{report}");
    assert_eq!(all()["mappings"][1]["columns"]["code"], "");
    assert_eq!(server.send("DELETE", kept, &[TOKEN]).status, 204);
    assert_eq!(server.send("DELETE", kept, &[TOKEN]).status, 404);
    let unknown = send(&server, &query, table("8,Dos,500000,8900000\n"));
    assert_eq!((unknown.status, &unknown.json()["parameter"]), (400, &json!("mapping")));
    assert!(unknown.json()["detail"].as_str().unwrap().ends_with("it has: Otra"), "{}", unknown.json());
}

#[test]
fn what_changed_since_it_was_examined_is_not_committed() {
    let database = TestDatabase::create();
    let server = server(&database);
    let one = watershed("1", "Uno", -76.0, -10.0, 0.1);
    let job = begun(&send(&server, "layer=watersheds&file=cuencas.geojson", collection(std::slice::from_ref(&one))));
    assert_eq!(rested(&server, &job)["state"], "examined");
    let folder = scratch();
    database.import(&write_geojson(folder.path(), "cuencas.geojson", &[one]), &["--layer", "watersheds"]);
    assert_eq!(tell(&server, &job, "commit").status, 202);
    let failed = rested(&server, &job);
    assert!(failed["state"] == "failed" && failed["reason"].as_str().unwrap().contains("examine it again"), "{failed}");
    assert_eq!(database.count("select count(*) from rimay.import"), 1);
}

#[test]
fn whatever_a_file_is_called_it_is_the_file_that_was_sent() {
    let database = TestDatabase::create();
    let server = server(&database);
    let sent = collection(&[watershed("1", "Uno", -76.0, -10.0, 0.1)]);
    let job = begun(&send(&server, "layer=watersheds&file=changes.geojson&source=cuencas", sent));
    assert_eq!(rested(&server, &job)["state"], "examined");
    assert_eq!(tell(&server, &job, "commit").status, 202);
    assert_eq!(rested(&server, &job)["state"], "committed");
    assert_eq!(database.query("select key from rimay.feature where source = 'cuencas'"), [Some("1".to_owned())]);
    // Examined otherwise, what another examination told is gone.
    let next = collection(&[watershed("1", "Dos", -76.0, -10.0, 0.1)]);
    let job = begun(&send(&server, "layer=watersheds&file=a.geojson&source=cuencas", next));
    assert_eq!(rested(&server, &job)["state"], "examined");
    let wrong = tell(&server, &job, "examine?layer=watersheds&columns=%7B%22name%22%3A%22NADA%22%7D");
    assert_eq!(wrong.status, 202);
    let failed = rested(&server, &job);
    assert!(failed["state"] == "failed" && failed["report"].is_null(), "{failed}");
    assert_eq!(server.send("GET", &format!("{job}/changes"), &[TOKEN]).status, 409);
}

#[test]
fn of_several_commits_one_counts_and_none_after_a_change_by_others() {
    let database = TestDatabase::create();
    let server = server(&database);
    let named = |name: &str| collection(&[watershed("1", name, -76.0, -10.0, 0.1)]);
    let query = "layer=watersheds&file=a.geojson&source=cuencas";
    let job = begun(&send(&server, query, named("Uno")));
    assert_eq!(rested(&server, &job)["state"], "examined");
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let asks: Vec<_> = (0..6).map(|_| scope.spawn(|| tell(&server, &job, "commit").status)).collect();
        asks.into_iter().map(|ask| ask.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 202).count(), 1, "{answers:?}");
    assert_eq!(rested(&server, &job)["state"], "committed");
    // Somebody else writes the same feature between the examination and the commit: as many would change.
    let job = begun(&send(&server, query, named("Examinado")));
    assert_eq!(rested(&server, &job)["state"], "examined");
    let folder = scratch();
    let theirs = write_geojson(folder.path(), "b.geojson", &[watershed("1", "De otro", -76.0, -10.0, 0.1)]);
    database.import(&theirs, &["--layer", "watersheds", "--source", "cuencas"]);
    assert_eq!(tell(&server, &job, "commit").status, 202);
    assert_eq!(rested(&server, &job)["state"], "failed");
    let name = database.query("select properties ->> 'name' from rimay.feature where source = 'cuencas'");
    assert_eq!(name, [Some("De otro".to_owned())]);
}

#[test]
fn a_job_given_up_leaves_nothing() {
    let database = TestDatabase::create();
    let server = server(&database);
    let features: Vec<_> = (0..20_000).map(|n| conflict(&format!("C{n}"), "activo", Some([-75.0, -10.0]))).collect();
    let job = begun(&send(&server, "layer=conflicts&file=casos.geojson", collection(&features)));
    assert_eq!(server.send("DELETE", &job, &[TOKEN]).status, 204);
    assert_eq!(server.send("GET", &job, &[TOKEN]).status, 404);
    // Another one of the same layer does not wait for it.
    let next = begun(&send(&server, "layer=conflicts&file=casos.geojson", collection(&features[..3])));
    assert_eq!(rested(&server, &next)["state"], "examined");
    assert_eq!(database.count("select count(*) from rimay.import"), 0);
    let left = database.count(
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
    );
    assert_eq!(left, 0);
}

#[test]
fn who_may_not_and_what_is_wrong_is_told() {
    let database = TestDatabase::create();
    let server = server(&database);
    let one = || collection(&[conflict("Uno", "activo", None)]);
    let path = "/api/imports?layer=conflicts&file=a.geojson";
    assert_eq!(server.send_bytes("POST", path, &[], one()).status, 401);
    assert_eq!(server.get("/api/imports").status, 401);
    let closed = Server::start(&database);
    assert_eq!(closed.send_bytes("POST", path, &[], one()).status, 403);
    for (query, parameter) in [
        ("file=a.geojson", "layer"),
        ("layer=nada&file=a.geojson", "layer"),
        ("layer=conflicts", "file"),
        ("layer=conflicts&file=..", "file"),
        ("layer=conflicts&file=a.geojson&valid-on=ayer", "valid-on"),
        ("layer=conflicts&file=a.geojson&source-crs=WGS84", "source-crs"),
        ("layer=conflicts&file=a.geojson&operation=EPSG:1", "operation"),
        ("layer=conflicts&file=a.geojson&preset=nada", "preset"),
        ("layer=conflicts&file=a.geojson&dry-run=true", "dry-run"),
        ("layer=conflicts&file=a.geojson&allow-outside=si", "allow-outside"),
    ] {
        let answer = send(&server, query, one());
        assert_eq!(
            (answer.status, &answer.json()["parameter"]),
            (400, &json!(parameter)),
            "{query}: {}",
            answer.json()
        );
    }
    // A folder in the name does not count.
    let job = begun(&send(&server, "layer=conflicts&file=../../a.geojson", one()));
    assert_eq!(rested(&server, &job)["file"], "a.geojson");
    let large = send(&server, "layer=conflicts&file=a.geojson", vec![b' '; (100 << 20) + 1]);
    assert_eq!(large.status, 413, "{}", large.json());
    assert_eq!(server.send("PUT", "/api/imports", &[TOKEN]).status, 405);
    assert_eq!(server.get("/api/vintages?layer=nada").status, 400);
}
