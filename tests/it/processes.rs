//! OGC API - Processes: the same answers as those of overlaps, as clients of processes ask for them.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, TestDatabase, scratch, watershed, write_geojson};

fn served() -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let folder = scratch();
    let areas: Vec<_> =
        (0..5).map(|at| watershed(&at.to_string(), "U", -75.0 + 0.1 * f64::from(at), -10.0, 0.15)).collect();
    database.import(&write_geojson(folder.path(), "w.geojson", &areas), &["--layer", "watersheds"]);
    database.import(&write_geojson(folder.path(), "p.geojson", &areas[..2]), &["--layer", "protected_areas"]);
    let server = Server::start(&database);
    (database, server)
}

fn execute(server: &Server, headers: &[(&str, &str)], execution: &Json) -> Answer {
    server.send_json("POST", "/ogc/processes/overlaps/execution", headers, execution)
}

fn path(address: &str) -> &str {
    &address[address.find("/ogc/").or_else(|| address.find("/api/")).unwrap()..]
}

#[test]
fn a_process_is_described_and_executed() {
    let (_database, server) = served();
    let classes = server.json("/ogc/conformance")["conformsTo"].to_string();
    for class in ["core", "ogc-process-description", "json", "oas30", "dismiss"] {
        assert!(classes.contains(&format!("ogcapi-processes-1/1.0/conf/{class}\"")), "{class}");
    }
    let landing = server.json("/ogc")["links"].to_string();
    assert!(landing.contains("http://www.opengis.net/def/rel/ogc/1.0/processes"));
    let described = server.json("/ogc/api")["paths"].clone();
    for path in
        ["/processes", "/processes/overlaps", "/processes/overlaps/execution", "/jobs/{jobID}", "/jobs/{jobID}/results"]
    {
        assert!(described[path].is_object(), "{path}");
    }
    let listed = server.json("/ogc/processes")["processes"][0].clone();
    let described = server.json("/ogc/processes/overlaps");
    for member in ["id", "version", "title", "jobControlOptions", "outputTransmission", "links"] {
        assert!(!listed[member].is_null() && listed[member] == described[member], "{member}");
    }
    let inputs = described["inputs"].as_object().unwrap();
    assert!(inputs.values().all(|input| input["schema"].is_object()));
    assert!(described["outputs"]["overlaps"]["schema"]["oneOf"].as_array().unwrap().len() > 5);

    let inputs = json!({"a": "watersheds", "b": "protected_areas"});
    let own = server.send_json("POST", "/api/overlaps", &[], &inputs).json();
    let raw = execute(&server, &[], &json!({"inputs": inputs}));
    assert_eq!((raw.status, raw.json()), (200, own.clone()), "the same answer");
    let document =
        execute(&server, &[], &json!({"inputs": inputs, "response": "document", "outputs": {"overlaps": {}}}));
    assert_eq!(document.json()["overlaps"]["value"], own);
    let output = |media_type: &str, mode: &str| json!({"overlaps": {"format": {"mediaType": media_type}, "transmissionMode": mode}});
    let geojson = json!({"inputs": inputs, "response": "document", "outputs": output("application/geo+json", "value")});
    let features = execute(&server, &[], &geojson);
    assert_eq!(features.header("content-type"), "application/json");
    assert_eq!(
        features.json()["overlaps"]["value"]["features"].as_array().unwrap().len() as u64,
        own["number_matched"].as_u64().unwrap()
    );
    let csv = execute(&server, &[], &json!({"inputs": inputs, "outputs": output("text/csv", "value")}));
    assert!(csv.header("content-type").starts_with("text/csv") && csv.body.starts_with(b"a_id,"), "{:?}", csv.body);
    let file = json!({"inputs": inputs, "response": "document", "outputs": output("application/geopackage+sqlite3", "reference")});
    let reference = execute(&server, &[], &file).json()["overlaps"]["href"].as_str().unwrap().to_owned();
    assert!(server.get(path(&reference)).body.starts_with(b"SQLite format 3"));
    let linked = execute(&server, &[], &json!({"inputs": inputs, "outputs": output("application/json", "reference")}));
    assert!(linked.status == 204 && linked.header("link").contains("/api/overlaps/"), "{}", linked.header("link"));
    // An area comes as a value in an object, or as it is.
    let area =
        json!({"type": "Polygon", "coordinates": [[[-75.0, -10.1], [-74.9, -10.1], [-74.9, -9.9], [-75.0, -10.1]]]});
    let asked =
        |area: Json| execute(&server, &[], &json!({"inputs": {"a": "area", "b": "watersheds", "area": area}})).json();
    let plain = asked(area.clone());
    assert!(plain["totals"]["pairs"].as_u64().unwrap() > 0, "{plain}");
    assert_eq!(asked(json!({"value": area, "mediaType": "application/geo+json"})), plain);
}

#[test]
fn a_job_is_followed_to_its_results() {
    let (_database, server) = served();
    let inputs = json!({"a": "watersheds", "b": "protected_areas", "tolerance_m": 1});
    let started = execute(
        &server,
        &[("Prefer", "respond-async")],
        &json!({"inputs": inputs, "outputs": {"overlaps": {"format": {"mediaType": "text/csv"}}}}),
    );
    assert_eq!((started.status, started.header("preference-applied")), (201, "respond-async"), "{}", started.json());
    let job = path(started.header("location")).to_owned();
    let mut status = server.json(&job);
    while status["status"] == "accepted" || status["status"] == "running" {
        status = server.json(&job);
    }
    assert_eq!(
        (&status["status"], &status["progress"], &status["processID"]),
        (&json!("successful"), &json!(100), &json!("overlaps"))
    );
    assert_eq!(status["jobID"], job.rsplit('/').next().unwrap());
    let links = status["links"].as_array().unwrap();
    let results = links.iter().find(|link| link["rel"] == "http://www.opengis.net/def/rel/ogc/1.0/results").unwrap();
    let answer = server.get(path(results["href"].as_str().unwrap()));
    assert!(answer.status == 200 && answer.body.starts_with(b"a_id,"));
    assert_eq!(server.send("DELETE", &job, &[]).status, 409, "answers are kept");
}

#[test]
fn what_is_wrong_with_an_execution_is_told() {
    let (_database, server) = served();
    let kind =
        |answer: &Answer| answer.json()["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap().to_owned();
    for (method, path, expected) in [
        ("GET", "/ogc/processes/nada", "no-such-process"),
        ("POST", "/ogc/processes/nada/execution", "no-such-process"),
        ("GET", "/ogc/jobs/nada", "no-such-job"),
        ("GET", "/ogc/jobs/00000000000000000000-json-value-raw", "no-such-job"),
        ("GET", "/ogc/jobs/00000000000000000000-json-value-raw/results", "no-such-job"),
        ("DELETE", "/ogc/jobs/00000000000000000000-json-value-raw", "no-such-job"),
    ] {
        let answer = server.send_json(method, path, &[], &json!({}));
        assert_eq!((answer.status, kind(&answer).as_str()), (404, expected), "{method} {path}");
    }
    let sound = json!({"a": "watersheds", "b": "protected_areas"});
    for (execution, told) in [
        (json!({}), "inputs"),
        (json!({"inputs": {"a": "watersheds"}}), "inputs"),
        (json!({"inputs": {"a": "watersheds", "b": "nada"}}), "watersheds"),
        (json!({"inputs": {"a": "watersheds", "b": "watersheds", "c": 1}}), "inputs"),
        (json!({"inputs": {"a": "area", "b": "watersheds", "area": {"href": "http://127.0.0.1/"}}}), "by value only"),
        (json!({"inputs": sound, "outputs": {"nada": {}}}), "outputs"),
        (json!({"inputs": sound, "outputs": {"overlaps": {"format": {"mediaType": "image/png"}}}}), "text/csv"),
        (
            json!({"inputs": sound, "response": "document", "outputs": {"overlaps": {"format": {"mediaType": "text/csv"}}}}),
            "reference",
        ),
        (json!({"inputs": sound, "response": "nada"}), "response"),
        (json!({"inputs": sound, "subscriber": {}}), "subscriber"),
    ] {
        let answer = execute(&server, &[], &execution);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            answer.status == 400 && (detail.contains(told) || told == "response" && detail.contains("variant")),
            "{execution}: {detail}"
        );
    }
    assert_eq!(server.get("/ogc/processes/overlaps/execution").status, 405);
}
