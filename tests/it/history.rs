//! Nothing is lost: vintages, versions, `asOf`, `asKnown`, and taking an import back.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::{Server, TestDatabase, scratch, watershed, write_geojson};

const ITEMS: &str = "/ogc/collections/watersheds/items";

/// Names by code of what is served.
fn names(page: &Json) -> BTreeMap<String, String> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let features = page["features"].as_array().unwrap_or_else(|| panic!("no features in {page}"));
    features
        .iter()
        .map(|feature| (text(&feature["properties"]["code"]), text(&feature["properties"]["name"])))
        .collect()
}

fn expected(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
}

/// Three vintages: of 2020, 2022, where one is renamed, one gone and one new, and 2024, where the one is back.
fn with_three_vintages() -> TestDatabase {
    let database = TestDatabase::create();
    let folder = scratch();
    let [west, middle, east] = [-78.0, -76.0, -74.0];
    for (day, features) in [
        ("2020-01-01", vec![watershed("1", "Uno", west, -10.0, 0.1), watershed("2", "Dos", middle, -10.0, 0.1)]),
        ("2022-01-01", vec![watershed("1", "Uno nuevo", west, -10.0, 0.1), watershed("3", "Tres", east, -10.0, 0.1)]),
        (
            "2024-01-01",
            vec![
                watershed("1", "Uno nuevo", west, -10.0, 0.1),
                watershed("2", "Dos otra vez", middle, -10.0, 0.1),
                watershed("3", "Tres", east, -10.0, 0.1),
            ],
        ),
    ] {
        let file = write_geojson(folder.path(), "cuencas.geojson", &features);
        database.import(&file, &["--layer", "watersheds", "--valid-on", day, "--received-by", "Ana"]);
    }
    database
}

/// When each import became known, as `asKnown` takes it.
fn received(database: &TestDatabase) -> Vec<String> {
    let times = database.query("select to_char(received_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from rimay.import order by id");
    times.into_iter().flatten().collect()
}

#[test]
fn a_day_of_the_past_shows_what_was_so_and_a_time_what_was_known() {
    let database = with_three_vintages();
    let server = Server::start(&database);
    let at = |moment: &str| names(&server.json(&format!("{ITEMS}?limit=100{moment}")));
    let first = expected(&[("1", "Uno"), ("2", "Dos")]);
    let second = expected(&[("1", "Uno nuevo"), ("3", "Tres")]);
    let third = expected(&[("1", "Uno nuevo"), ("2", "Dos otra vez"), ("3", "Tres")]);
    assert_eq!(at(""), third);
    assert_eq!(at("&asOf=2019-12-31"), expected(&[]), "before the first vintage");
    assert_eq!(at("&asOf=2020-01-01"), first);
    assert_eq!(at("&asOf=2021-12-31"), first);
    assert_eq!(at("&asOf=2022-01-01"), second);
    assert_eq!(at("&asOf=2023-06-05"), second);
    assert_eq!(at("&asOf=2024-01-01"), third);
    let received = received(&database);
    assert_eq!(at("&asKnown=2019-03-31"), expected(&[]));
    for (time, known) in received.iter().zip([&first, &second, &third]) {
        assert_eq!(&at(&format!("&asKnown={time}")), known);
    }
    assert_eq!(
        at(&format!("&asOf=2023-06-05&asKnown={}", received[0])),
        first,
        "of 2023, as it was known by the first"
    );

    // Whatever answers of the present answers of the past.
    assert_eq!(at("&asOf=2021-01-01&filter=name%20LIKE%20'D%25'"), expected(&[("2", "Dos")]));
    assert_eq!(at("&asOf=2021-01-01&bbox=-77,-11,-75,-9"), expected(&[("2", "Dos")]));
    let two = server.json(&format!("{ITEMS}?asOf=2021-01-01&code=2"))["features"][0]["id"].clone();
    assert_eq!(server.json(&format!("{ITEMS}/{two}?asOf=2021-01-01"))["properties"]["name"], "Dos");
    assert_eq!(server.get(&format!("{ITEMS}/{two}?asOf=2023-01-01")).status, 404, "it was gone then");
    assert_eq!(
        server.json(&format!("{ITEMS}/{two}"))["properties"]["name"],
        "Dos otra vez",
        "it came back under its number"
    );
    let page = server.json(&format!("{ITEMS}?limit=1&asOf=2021-01-01"));
    let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next").unwrap();
    assert!(next["href"].as_str().unwrap().contains("asOf=2021-01-01"), "{next}");
    let table = String::from_utf8(server.get(&format!("{ITEMS}?f=csv&asOf=2021-01-01")).body).unwrap();
    assert!(table.contains("Dos") && !table.contains("Tres"), "{table}");
    let counts = |moment: &str| {
        server.json(&format!("/api/layers/watersheds/counts?of=watersheds{moment}"))["number_matched"].clone()
    };
    assert_eq!((counts(""), counts("&asOf=2021-01-01")), (json!(3), json!(2)));
    let tile = |moment: &str| server.get(&format!("/tiles/watersheds/4/4/8{moment}"));
    assert_eq!((tile("?asOf=2019-01-01").status, tile("?asOf=2021-01-01").status, tile("").status), (204, 200, 200));
    assert_ne!(tile("?asOf=2021-01-01").header("etag"), tile("").header("etag"));
}

#[test]
fn moments_that_are_none_are_refused_and_without_a_database_the_present_goes_on() {
    let database = with_three_vintages();
    let server = Server::start(&database);
    for (moment, parameter) in
        [("asOf=ayer", "asOf"), ("asOf=2009-13-01", "asOf"), ("asKnown=2009", "asKnown"), ("asOf=", "asOf")]
    {
        let answer = server.get(&format!("{ITEMS}?{moment}"));
        assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!(parameter)), "{moment}");
    }
    assert_eq!(server.get("/api/catalogue?asOf=2020-01-01").status, 400, "it is always of now");
}

#[test]
fn a_feature_tells_all_its_versions() {
    let database = with_three_vintages();
    let server = Server::start(&database);
    let two = server.json(&format!("{ITEMS}?code=2"))["features"][0]["id"].clone();
    let history = server.json(&format!("{ITEMS}/{two}/versions"));
    let told: Vec<_> = history["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            assert_eq!(version["id"], two);
            (
                version["version"].clone(),
                version["removed"].clone(),
                version["validFrom"].clone(),
                version["properties"]["name"].clone(),
            )
        })
        .collect();
    let version = |number: i64, removed: bool, day: &str, name: Json| (json!(number), json!(removed), json!(day), name);
    assert_eq!(
        told,
        [
            version(1, false, "2020-01-01", json!("Dos")),
            version(2, true, "2022-01-01", json!(null)),
            version(3, false, "2024-01-01", json!("Dos otra vez")),
        ]
    );
    // Each leads to those beside it.
    let link = |feature: &Json, rel: &str| {
        let links = feature["links"].as_array().unwrap();
        links.iter().find(|link| link["rel"] == rel).map(|link| link["href"].as_str().unwrap().to_owned())
    };
    let path = |href: String| href[href.find("/ogc").unwrap()..].to_owned();
    let removal = server.json(&path(link(&history["features"][0], "successor-version").unwrap()));
    assert_eq!((&removal["removed"], &removal["geometry"]), (&json!(true), &json!(null)));
    let last = server.json(&path(link(&removal, "successor-version").unwrap()));
    assert_eq!(last["properties"]["name"], "Dos otra vez");
    assert_eq!(link(&last, "successor-version"), None);
    assert_eq!(server.json(&path(link(&last, "predecessor-version").unwrap())), removal);
    let item = server.json(&format!("{ITEMS}/{two}"));
    assert_eq!(server.json(&path(link(&item, "version-history").unwrap())), history);
    assert_eq!(server.get(&format!("{ITEMS}/{two}/versions/9")).status, 404);
    assert_eq!(server.get(&format!("{ITEMS}/999999/versions")).status, 404);
}

#[test]
fn an_import_is_taken_back_and_history_keeps_both() {
    let database = with_three_vintages();
    let server = Server::start(&database);
    let listed = String::from_utf8(database.run(["vintages"]).stdout).unwrap();
    assert!(listed.contains("of 2024-01-01") && listed.contains("by Ana"), "{listed}");
    let before = received(&database);
    let ids: Vec<_> = database.query("select id::text from rimay.import order by id").into_iter().flatten().collect();
    let roll_back = |id: &str| database.run(["rollback", id]);
    let refused = roll_back(&ids[0]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains(&format!("import {} ", ids[2])), "{said}");
    assert!(roll_back(&ids[2]).status.success());
    assert!(!roll_back(&ids[2]).status.success(), "twice");
    assert!(roll_back(&ids[1]).status.success());
    let first = expected(&[("1", "Uno"), ("2", "Dos")]);
    server.wait_for(&format!("{ITEMS}?limit=100"), |page| names(page) == first);
    let at = |moment: &str| names(&server.json(&format!("{ITEMS}?limit=100&{moment}")));
    assert_eq!(at("asOf=2023-06-05"), first, "what was taken back was never so");
    assert_eq!(at("asOf=2019-06-05"), expected(&[]));
    let second = expected(&[("1", "Uno nuevo"), ("3", "Tres")]);
    assert_eq!(at(&format!("asOf=2023-06-05&asKnown={}", before[1])), second, "but it was known so");
    // The next vintage comes as if nothing had been.
    let folder = scratch();
    let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("3", "Tres", -74.0, -10.0, 0.1)]);
    database.import(&file, &["--layer", "watersheds", "--source", "cuencas", "--valid-on", "2023-01-01"]);
    server.wait_for(ITEMS, |page| names(page) == expected(&[("3", "Tres")]));
}

#[test]
fn vintages_come_in_order_and_the_same_file_is_not_kept_twice() {
    let database = with_three_vintages();
    let folder = scratch();
    let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("1", "Uno", -78.0, -10.0, 0.1)]);
    let arguments = |day| ["--layer", "watersheds", "--source", "cuencas", "--valid-on", day];
    let said = database.refuse(&file, &arguments("2021-01-01"));
    assert!(said.contains("2021-01-01") && said.contains("2024-01-01") && said.contains("rollback"), "{said}");
    database.import(&file, &arguments("2025-01-01"));
    let again = database.import(&file, &arguments("2025-01-01"));
    assert!(again.contains("nothing was changed"), "{again}");
    assert_eq!(database.count("select count(*) from rimay.import"), 4);
}

#[test]
fn history_is_not_rewritten() {
    let database = with_three_vintages();
    for rewriting in [
        "update rimay.feature_version set properties = '{}'",
        "delete from rimay.feature_version",
        "truncate rimay.feature_version",
    ] {
        assert!(!database.accepts(rewriting), "{rewriting}");
    }
    let versions = database.count("select count(*) from rimay.feature_version");
    assert!(database.accepts("truncate rimay.feature_watersheds"));
    assert_eq!(
        database.count("select count(*) from rimay.feature_version"),
        versions + 6,
        "three features, three removals"
    );
}

/// What happened to features, as a program that knows nothing of the database's tables would note it.
struct Note {
    time: String,
    id: usize,
    valid_from: String,
    /// `None` for a removal.
    name: Option<String>,
}

/// Names by id of what is served.
fn named(page: &Json) -> BTreeMap<usize, Option<String>> {
    let features = page["features"].as_array().unwrap();
    let id = |feature: &Json| usize::try_from(feature["id"].as_u64().unwrap()).unwrap();
    features.iter().map(|feature| (id(feature), feature["properties"]["name"].as_str().map(str::to_owned))).collect()
}

#[test]
fn any_moment_of_a_random_history_is_as_it_was_noted() {
    let seed = std::env::var("RIMAY_TEST_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("RIMAY_TEST_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let mut notes: Vec<Note> = vec![];
    let mut living: Vec<usize> = vec![];
    for step in 0..60 {
        let day = format!("20{:02}-{:02}-15", random.u8(10..26), random.u8(1..13));
        let name = format!("Caso {step}");
        let properties = format!("jsonb_build_object('name', '{name}', 'state', 'activo')");
        let (id, name, statement) = match (random.u8(0..10), living.is_empty()) {
            (0..4, _) | (_, true) => {
                let id = 1000 + step;
                let place = format!("st_point({}, -10, 4326)", -70.0 - random.f64() * 8.0);
                living.push(id);
                (
                    id,
                    Some(name),
                    format!(
                        "insert into rimay.feature (layer, id, key, properties, geom) values ('conflicts', {id}, '{id}', {properties}, {place})"
                    ),
                )
            }
            (4..8, _) => {
                let id = living[random.usize(..living.len())];
                (id, Some(name), format!("update rimay.feature set properties = {properties} where id = {id}"))
            }
            _ => {
                let id = living.swap_remove(random.usize(..living.len()));
                (id, None, format!("delete from rimay.feature where id = {id}"))
            }
        };
        assert!(
            database.accepts(&format!("begin; set local rimay.valid_from = '{day}'; {statement}; commit")),
            "{statement}"
        );
        let time =
            database.query("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
        notes.push(Note { time: time[0].clone().unwrap(), id, valid_from: day, name });
    }
    let cases = "/ogc/collections/conflicts/items?limit=1000";
    let mut present: BTreeMap<_, _> = notes.iter().map(|note| (note.id, note.name.clone())).collect();
    present.retain(|_, name| name.is_some());
    server.wait_for(cases, |page| named(page) == present);
    let mut found = 0;
    for _ in 0..80 {
        let known = random.usize(..notes.len());
        let day = format!("20{:02}-{:02}-15", random.u8(10..26), random.u8(1..13));
        let (by_time, by_day) = (random.bool(), random.bool());
        let mut then = BTreeMap::new();
        for note in notes.iter().take(if by_time { known + 1 } else { notes.len() }) {
            if !by_day || note.valid_from <= day {
                then.insert(note.id, note.name.clone());
            }
        }
        then.retain(|_, name| name.is_some());
        let moment = [by_day.then(|| format!("asOf={day}")), by_time.then(|| format!("asKnown={}", notes[known].time))];
        let moment = moment.into_iter().flatten().collect::<Vec<_>>().join("&");
        let served = named(&server.json(&format!("{cases}&{moment}")));
        assert_eq!(served, then, "{moment}, seed {seed}");
        found += then.len();
    }
    assert!(found > 100, "the moments find too little to prove anything: {found}");
}

#[test]
fn what_a_file_would_do_is_told_feature_by_feature_before_it_is_done() {
    let database = TestDatabase::create();
    let folder = scratch();
    let outline = |code: &str, name: &str, west: f64| {
        let mut area = watershed(code, name, west, -12.0, 4.0);
        area["properties"] = json!({"code": code, "name": name});
        area
    };
    let departments = [outline("02", "Áncash", -80.0), outline("10", "Huánuco", -76.0)];
    database.import(&write_geojson(folder.path(), "limites.geojson", &departments), &["--layer", "departments"]);
    let before = [
        watershed("1", "Queda", -78.0, -10.0, 0.1),
        watershed("2", "Cambia", -77.5, -10.0, 0.1),
        watershed("3", "Se mueve", -75.0, -10.0, 0.1),
        watershed("4", "Se va", -74.5, -10.0, 0.1),
    ];
    let mut renamed = before[1].clone();
    renamed["properties"]["name"] = json!("Cambió, \"mucho\"");
    let after = [
        before[0].clone(),
        renamed,
        watershed("3", "Se mueve", -74.95, -10.0, 0.1),
        watershed("5", "=Nueva", -77.0, -10.0, 0.1),
    ];
    let file = write_geojson(folder.path(), "cuencas.geojson", &before);
    assert!(!database.import(&file, &["--layer", "watersheds"]).contains("Áncash"), "there was nothing before");
    write_geojson(folder.path(), "cuencas.geojson", &after);
    let told = folder.path().join("cambios.geojson");
    let report = database.import(&file, &["--layer", "watersheds", "--dry-run", "--changes", told.to_str().unwrap()]);
    let line = |department: &str| {
        let line = report.lines().find(|line| line.trim_start().starts_with(department));
        line.unwrap_or_else(|| panic!("no {department} in {report}")).to_owned()
    };
    assert!(
        line("Áncash").contains("1 added (")
            && line("Áncash").contains("0 removed (0.00 ha), 0 moved (0.00 ha), 1 with other"),
        "{report}"
    );
    assert!(line("Huánuco").contains("0 added (0.00 ha), 1 removed ("), "{report}");
    let told: Json = serde_json::from_slice(&std::fs::read(told).unwrap()).unwrap();
    let of = |key: &str| {
        let features = told["features"].as_array().unwrap();
        features.iter().find(|feature| feature["properties"]["key"] == key).cloned()
    };
    assert_eq!(told["features"].as_array().unwrap().len(), 4);
    assert_eq!(of("1"), None);
    let changed = &of("2").unwrap()["properties"];
    assert_eq!((&changed["kind"], &changed["department"]), (&json!("changed"), &json!("Áncash")));
    assert_eq!(changed["fields"], json!([{"field": "name", "before": "Cambia", "after": "Cambió, \"mucho\""}]));
    // Half of it is where it was: what moved is the other half, twice.
    let moved = &of("3").unwrap()["properties"];
    let hectares = |name: &str| moved[name].as_f64().unwrap();
    assert_eq!(moved["kind"], "moved");
    assert!((hectares("area_moved_ha") / hectares("area_before_ha") - 1.0).abs() < 1e-3, "{moved}");
    let east = database.query(
        "select st_distance(st_point(-74.95, -9.95, 4326)::geography, st_point(-74.9, -9.95, 4326)::geography)::text",
    );
    let east: f64 = east[0].as_deref().unwrap().parse().unwrap();
    assert!((hectares("distance_m") - east).abs() < 1.0, "{moved}");
    assert_eq!(of("4").unwrap()["properties"]["kind"], "removed");
    assert!(of("4").unwrap()["geometry"]["coordinates"].is_array(), "where it was");
    assert_eq!(of("5").unwrap()["properties"]["kind"], "added");
    assert_eq!(database.count("select count(*) from rimay.import where layer = 'watersheds'"), 1, "a dry run");
    // The same as a table, when it is done.
    let table = folder.path().join("cambios.csv");
    database.import(&file, &["--layer", "watersheds", "--changes", table.to_str().unwrap()]);
    let table = std::fs::read_to_string(table).unwrap();
    assert!(table.contains("changed,") && table.contains("\"name: Cambia → Cambió, \"\"mucho\"\"\""), "{table}");
    assert!(table.contains("'=Nueva"), "no formula: {table}");
    let said = database.refuse(&file, &["--layer", "watersheds", "--changes", "/tmp/x.pdf"]);
    assert!(said.contains(".geojson and .csv"), "{said}");
}

#[test]
fn imports_and_rollbacks_in_any_order_leave_what_stands() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let folder = scratch();
    // What the imports that stand say: day, number, names by code.
    let mut standing: Vec<(i8, String, BTreeMap<String, String>)> = vec![];
    let day = |month: i8| format!("2020-{month:02}-15");
    for step in 0..30 {
        if random.u8(0..5) < 2 && !standing.is_empty() {
            let (_, id, _) = standing.pop().unwrap();
            assert!(database.run(["rollback", &id]).status.success(), "step {step}");
        } else {
            let month = standing.last().map_or(1, |(month, ..)| (*month + random.i8(0..2)).min(12));
            let mut names = BTreeMap::new();
            for code in ["1", "2", "3", "4"] {
                if random.bool() {
                    names.insert(code.to_owned(), ["Uno", "Dos", "Tres"][random.usize(0..3)].to_owned());
                }
            }
            names.insert("0".into(), format!("Vuelta {step}"));
            let features: Vec<_> = names
                .iter()
                .map(|(code, name)| watershed(code, name, -78.0 + code.parse::<f64>().unwrap(), -10.0, 0.1))
                .collect();
            let file = write_geojson(folder.path(), "cuencas.geojson", &features);
            // A feature may be most of what is there.
            database.import(&file, &["--layer", "watersheds", "--source", "cuencas", "--valid-on", &day(month)]);
            let id = database.query("select max(id)::text from rimay.import").remove(0).unwrap();
            standing.push((month, id, names));
        }
        let now = standing.last().map(|(.., names)| names.clone()).unwrap_or_default();
        server.wait_for(&format!("{ITEMS}?limit=100"), |page| names(page) == now);
        for month in 1..=12 {
            let then = standing.iter().rfind(|(of, ..)| *of <= month).map(|(.., names)| names.clone());
            let page = server.json(&format!("{ITEMS}?limit=100&asOf=2020-{month:02}-20"));
            assert_eq!(names(&page), then.unwrap_or_default(), "step {step}, month {month}, seed {seed}");
        }
        let twice = "select count(*) from (select id, version from rimay.feature_version union all select id, version from rimay.feature) v group by id, version having count(*) > 1";
        assert_eq!(database.query(twice).len(), 0, "step {step}, seed {seed}: a version's number is its own");
    }
}

#[test]
fn a_vintage_without_a_day_that_is_taken_back_was_never_so() {
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let folder = scratch();
    let import = |name: &str, arguments: &[&str]| {
        let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("1", name, -78.0, -10.0, 0.1)]);
        database.import(&file, &[&["--layer", "watersheds", "--source", "cuencas"], arguments].concat());
    };
    import("Uno", &[]);
    import("Dos", &[]);
    import("Malo", &["--valid-on", "2024-01-31"]);
    let newest = database.query("select max(id)::text from rimay.import").remove(0).unwrap();
    assert!(database.run(["rollback", &newest]).status.success());
    server.wait_for(ITEMS, |page| names(page) == expected(&[("1", "Dos")]));
    let then = server.json(&format!("{ITEMS}?asOf=2024-06-01"));
    assert_eq!(names(&then), expected(&[("1", "Uno")]));
}

#[test]
fn what_people_wrote_is_theirs_again_when_a_file_that_undid_it_is_taken_back() {
    let database = TestDatabase::create();
    let server = Server::start_with(&database, &["--edit-token", "secret"]);
    let folder = scratch();
    let features = [1, 2, 3].map(|n| watershed(&n.to_string(), &format!("C{n}"), -78.0 + f64::from(n), -10.0, 0.1));
    let file = write_geojson(folder.path(), "cuencas.geojson", &features);
    let import = |more: &[&str]| {
        database.import(
            &file,
            &[&["--layer", "watersheds", "--source", "cuencas", "--valid-on", "2024-01-01"], more].concat(),
        )
    };
    import(&[]);
    server.wait_for(ITEMS, |page| page["numberMatched"] == 3);
    let token = ("authorization", "Bearer secret");
    let id = |code: &str| server.json(&format!("{ITEMS}?code={code}"))["features"][0]["id"].as_i64().unwrap();
    let (edited, gone) = (id("1"), id("3"));
    let any = ("if-match", "*");
    let merge = ("content-type", "application/merge-patch+json");
    let patch = json!({"properties": {"name": "De una persona"}});
    let path = format!("{ITEMS}/{edited}");
    let answer = server.send_bytes("PATCH", &path, &[token, any, merge], patch.to_string().into_bytes());
    assert!(answer.status < 300, "{}", answer.status);
    assert!(server.send("DELETE", &format!("{ITEMS}/{gone}"), &[token, any]).status < 300);
    let undone = import(&["--overwrite-edits"]);
    assert!(undone.contains("1 added, 1 changed"), "{undone}");
    let newest = database.query("select max(id)::text from rimay.import").remove(0).unwrap();
    assert!(database.run(["rollback", &newest]).status.success());
    let theirs = expected(&[("1", "De una persona"), ("2", "C2")]);
    server.wait_for(&format!("{ITEMS}?limit=10"), |page| names(page) == theirs);
    // And it is kept from the next ordinary delivery.
    let next = import(&[]);
    assert!(next.contains("edits kept        2") || next.contains("nothing was changed"), "{next}");
    server.wait_for(&format!("{ITEMS}?limit=10"), |page| names(page) == theirs);
}

#[test]
fn a_row_that_cannot_be_taken_keeps_its_feature_and_only_the_record_is_told_apart() {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = folder.path().join("casos.csv");
    let import = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let plain = ["--layer", "conflicts", "--source", "casos", "--source-crs", "EPSG:4326"];
        database.import(&file, &[&plain[..], more].concat())
    };
    let head = "code,name,longitude,latitude,nro\n";
    import(&format!("{head}A,Uno,-78,-7,1\nB,Dos,-78,-7.1,2\n"), &[]);
    let report = import(&format!("{head}A,Uno,-78,-7,1\nB,Dos,-78,7°6S,2\n"), &[]);
    assert!(report.contains("rejected          1") && report.contains("0 removed"), "{report}");
    assert_eq!(database.count_features("conflicts"), 2);
    let changes = folder.path().join("cambios.csv");
    let report =
        import(&format!("{head}A,Uno,-78,-7,10\nB,Dos,-78,-7.1,20\n"), &["--changes", changes.to_str().unwrap()]);
    assert!(report.contains("2 changed") && report.contains("2 only in columns that no field takes"), "{report}");
    let tomorrow = "2999-01-01";
    let refused = database.refuse(
        &file,
        &["--layer", "conflicts", "--source", "casos", "--source-crs", "EPSG:4326", "--valid-on", tomorrow],
    );
    assert!(refused.contains("future"), "{refused}");
    let over = ["--layer", "conflicts", "--source-crs", "EPSG:4326", "--changes", file.to_str().unwrap()];
    assert!(database.refuse(&file, &over).contains("would replace the file"), "the input stays");
    for (text, said) in [("A,U\0no,-78,-7,1\n", "NUL"), ("A,\"Uno,-78,-7,1\nB,Dos,-78,-7,2\n", "never closed")] {
        std::fs::write(&file, format!("{head}{text}")).unwrap();
        let refused = database.refuse(&file, &["--layer", "conflicts", "--source-crs", "EPSG:4326"]);
        assert!(refused.contains(said), "{refused}");
    }
}
