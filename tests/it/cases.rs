//! The register of cases: recording, versions, who may see what, and what of it is public.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::support::{
    Answer, Server, TestDatabase,
    people::{Browser, PASSWORD, hire, with_administrator},
};

/// A server with an officer of ONDS and of the Ombudsman's Office, an analyst and a reporter of ONDS.
pub fn with_officers() -> (TestDatabase, Server) {
    let (database, server) = with_administrator();
    let root = Browser::sign_in(&server, "root", PASSWORD).ok().unwrap();
    for (login, role, institution) in [
        ("oto", "officer", "onds"),
        ("olga", "officer", "defensoria"),
        ("ana", "analyst", "onds"),
        ("rita", "reporter", "onds"),
    ] {
        hire(&root, login, role, institution);
    }
    (database, server)
}

pub fn sign_in<'a>(server: &'a Server, login: &str) -> Browser<'a> {
    Browser::sign_in(server, login, PASSWORD).unwrap_or_else(|answer| panic!("{}", answer.json()))
}

fn conga() -> Json {
    json!({"facts": [
        {"kind": "name", "name": "Minas Conga", "source_class": "public"},
        {"kind": "description", "text": "Rechazo al proyecto minero.", "source_class": "public"},
        {"kind": "scope", "code": "regional", "source_class": "public"},
        {"kind": "state", "code": "activo", "phase": "dialogo", "valid_from": "2011-11-24", "source_class": "public"},
        {"kind": "type", "institution": "defensoria", "code": "socioambiental", "source_class": "public"},
        {"kind": "activity", "institution": "minem", "code": "explotacion", "source_class": "public"},
        {"kind": "place", "longitude": -78.36, "latitude": -6.92, "protection": "public", "department": "CAJAMARCA", "source_class": "public"},
        {"kind": "actor", "name": "Minera Yanacocha", "role": "primary", "side": "company", "source_class": "public"},
        {"kind": "event", "institution": "defensoria", "code": "paro", "valid_from": "2012-05-31", "text": "Paro indefinido.", "participants": 3000},
        {"kind": "demand", "text": "Lo que un informante contó.", "source_class": "reserved"},
    ]})
}

pub fn record(by: &Browser, case: &Json) -> Json {
    let made = by.send("POST", "/api/cases", &[], case);
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()
}

pub fn path_of(case: &Json) -> String {
    format!("/api/cases/{}", case["id"].as_str().unwrap())
}

pub fn fact<'a>(case: &'a Json, kind: &str) -> &'a Json {
    case["facts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|fact| fact["kind"] == kind)
        .unwrap_or_else(|| panic!("{kind}: {case}"))
}

fn kinds_of(case: &Json) -> Vec<&str> {
    let mut kinds: Vec<_> =
        case["facts"].as_array().unwrap().iter().map(|fact| fact["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds
}

pub fn share(by: &Browser, case: &Json, sharing: &Json) -> Json {
    let seen = by.get(&path_of(case)).json()["version"].to_string();
    let shared = by.send("PATCH", &path_of(case), &[("If-Match", &format!("\"{seen}\""))], sharing);
    assert_eq!(shared.status, 200, "{}", shared.json());
    shared.json()
}

#[test]
fn a_case_is_recorded_fact_by_fact_and_shown_to_whom_it_is_shared_with() {
    let (database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let (ana, rita) = (sign_in(&server, "ana"), sign_in(&server, "rita"));
    let case = record(&oto, &conga());
    assert_eq!(
        (&case["draft"], &case["audience"], case["facts"].as_array().unwrap().len()),
        (&json!(true), &json!("own"), 10)
    );
    assert_eq!(case["summary"]["activity"], "mineria", "by the crosswalk");
    assert_eq!(case["summary"]["phase"], "dialogo");
    let path = path_of(&case);
    // A draft is of its institution only: its officers and analysts.
    for (status, answer) in [
        (200, oto.get(&path)),
        (200, ana.get(&path)),
        (404, olga.get(&path)),
        (404, rita.get(&path)),
        (404, server.get(&path)),
        (404, server.get("/api/cases/00000000-0000-4000-8000-000000000000")),
        (404, server.get("/api/cases/nada")),
    ] {
        assert_eq!(answer.status, status);
    }
    // Shared, others are told what is not reserved; the public nothing.
    share(&oto, &case, &json!({"sharing": "shared", "shared_with": ["defensoria"], "draft": false}));
    let seen = olga.get(&path).json();
    assert_eq!((seen["audience"].as_str(), seen["facts"].as_array().unwrap().len()), (Some("shared"), 9));
    assert!(seen.get("version").is_none() && seen.get("shared_with").is_none(), "{seen}");
    assert_eq!(server.get(&path).status, 404);
    assert_eq!(server.json("/api/cases")["number_matched"], 0);
    assert_eq!(olga.get("/api/cases?q=YANACOCHA").json()["number_matched"], 1);
    // Public, anybody is told what is public, and it is on the map.
    share(&oto, &case, &json!({"sharing": "public", "shared_with": []}));
    let public = server.json(&path);
    assert_eq!(kinds_of(&public), ["activity", "actor", "description", "name", "place", "scope", "state", "type"]);
    let on_map =
        server.wait_for("/ogc/collections/conflicts/items?name=Minas%20Conga", |page| page["numberMatched"] == 1);
    let feature = &on_map["features"][0];
    assert_eq!(feature["geometry"]["coordinates"], json!([-78.36, -6.92]));
    let told = &feature["properties"];
    assert_eq!(
        (&told["phase"], &told["type"], &told["company"]),
        (&json!("dialogo"), &json!("socioambiental"), &json!("Minera Yanacocha"))
    );
    assert_eq!((&told["institution"], &told["case_id"]), (&json!("onds"), &case["id"]));
    // It changes with the case, and not by itself.
    let root = sign_in(&server, "root");
    hire(&root, "lita", "steward", "minam");
    let item = format!("/ogc/collections/conflicts/items/{}", feature["id"]);
    let edited = sign_in(&server, "lita").send(
        "PATCH",
        &item,
        &[("If-Match", "*"), ("Content-Type", "application/merge-patch+json")],
        &json!({"properties": {"company": "Otra"}}),
    );
    assert_eq!(edited.status, 409, "{}", edited.json());
    // Officers of others, analysts and reporters change nothing.
    let more = json!({"kind": "demand", "text": "x"});
    for (status, by) in [(403, &olga), (403, &ana), (403, &rita)] {
        assert_eq!(by.send("POST", &format!("{path}/facts"), &[], &more).status, status);
    }
    assert_eq!(server.send_json("POST", &format!("{path}/facts"), &[], &more).status, 401);
    // What it no longer tells is not told of its past either.
    let versions = format!("{item}/versions");
    let now = oto.get(&path).json();
    let place = fact(&now, "place");
    let address = format!("{path}/facts/{}", place["id"].as_str().unwrap());
    let before = server.json("/ogc/collections/conflicts/items")["timeStamp"].as_str().unwrap().to_owned();
    let hidden = json!({"kind": "place", "longitude": -78.36, "latitude": -6.92, "protection": "withheld", "subject": "defender", "source_class": "public"});
    assert_eq!(oto.send("PUT", &address, &[("If-Match", "\"1\"")], &hidden).status, 200);
    server.wait_for("/ogc/collections/conflicts/items?name=Minas%20Conga", |page| {
        page["features"][0]["geometry"].is_null()
    });
    for path in
        [versions, format!("{item}?asKnown={before}"), format!("/ogc/collections/conflicts/items?asKnown={before}")]
    {
        let told = server.get(&path);
        assert!(!String::from_utf8_lossy(&told.body).contains("-78.36"), "{path}");
    }
    // Own again, it is gone from the map, and for others it was never there.
    share(&oto, &case, &json!({"sharing": "own"}));
    server.wait_for("/ogc/collections/conflicts/items?name=Minas%20Conga", |page| page["numberMatched"] == 0);
    assert_eq!((olga.get(&path).status, server.get(&path).status), (404, 404));
    assert_eq!(olga.send("POST", &format!("{path}/facts"), &[], &more).status, 404);
    drop(database);
}

#[test]
fn facts_have_versions_and_two_officers_lose_nothing() {
    let (database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let case = record(&oto, &conga());
    let path = path_of(&case);
    let description = fact(&case, "description").clone();
    let address = format!("{path}/facts/{}", description["id"].as_str().unwrap());
    let next = |text: &str| json!({"kind": "description", "text": text, "source_class": "public"});
    let version = |version: u32| format!("\"{version}\"");
    assert_eq!(oto.send("PUT", &address, &[], &next("x")).status, 428);
    let changed = oto.send("PUT", &address, &[("If-Match", &version(1))], &next("Otra descripción."));
    assert_eq!(changed.status, 200, "{}", changed.json());
    let late = oto.send("PUT", &address, &[("If-Match", &version(1))], &next("La mía."));
    assert_eq!(late.status, 412);
    let late = late.json();
    assert_eq!((&late["current"]["text"], &late["yours"]["text"]), (&json!("Otra descripción."), &json!("La mía.")));
    assert_eq!(late["current"]["version"], 2);
    // A fact of each kind has a next version.
    let mut now = oto.get(&path).json();
    for own in case["facts"].as_array().unwrap() {
        let mut next = fact(&now, own["kind"].as_str().unwrap()).clone();
        let (id, seen) = (next["id"].as_str().unwrap().to_owned(), next["version"].to_string());
        for member in ["id", "version", "case", "recorded_from", "recorded_by", "units_as_of", "watershed"] {
            next.as_object_mut().unwrap().remove(member);
        }
        let again = oto.send("PUT", &format!("{path}/facts/{id}"), &[("If-Match", &format!("\"{seen}\""))], &next);
        assert_eq!(again.status, 200, "{next}: {}", again.json());
        now = again.json();
    }
    // What it was is kept, with who and when.
    let history = oto.get(&format!("{path}/history")).json();
    let texts: Vec<_> = history["history"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["detail"]["kind"] == "description")
        .map(|event| event["detail"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["Otra descripción.", "Otra descripción.", "Rechazo al proyecto minero."]);
    let known = case["created_at"].as_str().unwrap();
    let then = oto.get(&format!("{path}?kind=description&asKnown={known}")).json();
    assert_eq!(then["facts"].as_array().unwrap().len(), 0, "created just before its facts");
    let removed = oto.send("DELETE", &address, &[("If-Match", &version(3))], &Json::Null);
    assert_eq!(removed.status, 200);
    assert!(!kinds_of(&removed.json()).contains(&"description"));
    assert_eq!(oto.send("DELETE", &address, &[("If-Match", &version(3))], &Json::Null).status, 404);
    for statement in [
        "update rimay.case_fact set text = 'x' where kind = 'description'",
        "delete from rimay.case_fact",
        "truncate rimay.case_change",
    ] {
        assert!(!database.accepts(statement), "{statement}");
    }
    // The database itself holds to it that an active case has one phase, and another none.
    for (code, phase) in [("activo", "null"), ("latente", "'crisis'")] {
        let statement = format!(
            "insert into rimay.case_fact (case_id, kind, code, phase, valid_from, source_class) \
             select id, 'state', '{code}', {phase}, '2020-01-01', 'public' from rimay.conflict_case"
        );
        assert!(!database.accepts(&statement), "{statement}");
    }
    // What is wrong is told member by member, in both languages.
    let wrong = oto.send(
        "POST",
        &format!("{path}/facts"),
        &[],
        &json!({"kind": "type", "institution": "defensoria", "code": "socioambientl"}),
    );
    assert_eq!(wrong.status, 422);
    let error = &wrong.json()["errors"][0];
    assert!(error["es"].as_str().unwrap().contains("¿quiso decir «socioambiental»?"), "{error}");
    let twice = oto.send("POST", &format!("{path}/facts"), &[], &json!({"kind": "name", "name": "Conga"}));
    assert_eq!(twice.status, 409, "{}", twice.json());
}

#[test]
fn a_request_with_a_key_records_once() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let key = [("Idempotency-Key", "uno")];
    let first = oto.send("POST", "/api/cases", &key, &conga());
    let again = oto.send("POST", "/api/cases", &key, &conga());
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["id"], again.json()["id"]);
    let other = oto.send("POST", "/api/cases", &key, &json!({"facts": [{"kind": "name", "name": "Otro"}]}));
    assert_eq!(other.status, 422);
    assert_eq!(oto.get("/api/cases").json()["number_matched"], 1);
}

#[test]
fn two_records_of_a_dispute_go_on_as_one_and_can_be_parted_again() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let one = record(&oto, &conga());
    let other = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Conflicto Conga"},
        {"kind": "event", "institution": "defensoria", "code": "marcha", "valid_from": "2012-02-01", "text": "Marcha del agua."}]}),
    );
    let seen = |case: &Json| format!("\"{}\"", oto.get(&path_of(case)).json()["version"]);
    let merge = format!("{}/merge", path_of(&other));
    let into = json!({"into": one["id"]});
    let merged = oto.send("PUT", &merge, &[("If-Match", &seen(&other))], &into);
    assert_eq!(merged.status, 200, "{}", merged.json());
    assert_eq!(merged.json()["merged_into"], one["id"]);
    let whole = oto.get(&path_of(&one)).json();
    assert_eq!((&whole["summary"]["name"], &whole["summary"]["events"]), (&json!("Minas Conga"), &json!(2)));
    assert_eq!(oto.get("/api/cases").json()["number_matched"], 1);
    assert_eq!(oto.get("/api/cases?merged=true").json()["number_matched"], 2);
    let back = format!("{}/merge", path_of(&one));
    assert_eq!(oto.send("PUT", &back, &[("If-Match", &seen(&one))], &json!({"into": other["id"]})).status, 409);
    let parted = oto.send("DELETE", &merge, &[("If-Match", &seen(&other))], &Json::Null);
    assert_eq!(parted.status, 200, "{}", parted.json());
    assert_eq!(oto.get(&path_of(&one)).json()["summary"]["events"], 1);
    assert_eq!(oto.get("/api/cases").json()["number_matched"], 2);
}

/// Everything of an answer that says something of what it is about.
fn bytes_of(answer: &Answer) -> (u16, String, BTreeMap<&'static str, String>) {
    let headers = ["etag", "last-modified", "content-type", "cache-control", "rimay-revision", "content-length"];
    let told = headers.into_iter().map(|name| (name, answer.header(name).to_owned())).collect();
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    // Each request has its own number, and its time.
    let body =
        ["\"request_id\"", "\"timeStamp\""].into_iter().fold(body, |body, member| match body.split_once(member) {
            Some((before, after)) => format!("{before}{}", after.splitn(3, '"').nth(2).unwrap_or_default()),
            None => body,
        });
    (answer.status, body, told)
}

#[test]
fn no_public_byte_changes_with_what_is_secret() {
    let (database, server) = with_officers();
    // Layers spell a department each in its own way, and one of them knows only a part of it.
    database.query("insert into rimay.feature (layer, key, properties, geom) values
        ('districts', 'd', '{\"code\": \"250101\", \"name\": \"CALLERIA\", \"province\": \"CORONEL PORTILLO\", \"department\": \"UCAYALI\"}',
         st_multi(st_makeenvelope(-74.5, -9, -74, -8, 4326))),
        ('departments', 'd', '{\"code\": \"25\", \"name\": \"ucayali\"}', st_multi(st_makeenvelope(-76, -12, -70, -7, 4326)))");
    let oto = sign_in(&server, "oto");
    let place = |longitude: f64, protection: &str| {
        json!({"kind": "place", "longitude": longitude, "latitude": -8.5, "name": "La casa",
        "protection": protection, "subject": "defender", "source_class": "public"})
    };
    let with = |name: &str, place: Json| {
        json!({"sharing": "public", "facts": [
        {"kind": "name", "name": name, "source_class": "public"},
        {"kind": "state", "code": "latente", "valid_from": "2020-01-01", "source_class": "public"}, place]})
    };
    let cases = [
        record(
            &oto,
            &json!({"sharing": "public", "facts": [
                {"kind": "name", "name": "Generalizado", "source_class": "public"},
                {"kind": "other_name", "name": "vecina", "source_class": "public"},
                {"kind": "test", "code": "may_turn_violent", "source_class": "public"},
                {"kind": "state", "code": "latente", "valid_from": "2020-01-01", "source_class": "public"},
                place(-74.1, "generalised"),
                // Other places of the same case stay behind the first, however often it is moved; one that is withheld is not there.
                {"kind": "place", "department": "CUSCO", "protection": "generalised", "source_class": "public"},
                {"kind": "place", "department": "PUNO", "protection": "public", "name": "otra", "source_class": "public"},
                {"kind": "place", "longitude": -74.4, "latitude": -8.5, "protection": "withheld", "source_class": "public"},
            ]}),
        ),
        record(&oto, &with("Reservado", place(-74.2, "withheld"))),
        record(&oto, &json!({"facts": [{"kind": "name", "name": "Oculto"}, place(-74.3, "withheld")]})),
    ];
    server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 2);
    let paths: Vec<String> = cases
        .iter()
        .map(path_of)
        .chain(cases.iter().map(|case| format!("{}/schemes", path_of(case))))
        .chain(
            [
                "/api/cases",
                "/api/cases?q=casa",
                "/api/cases?department=UCAYALI",
                "/api/cases/kinds",
                "/api/catalogue",
                "/ogc/collections/conflicts",
                "/ogc/collections/conflicts/items",
                "/ogc/collections/conflicts/items?bbox=-75,-9,-74,-8",
                "/ogc/collections/conflicts/items?sortby=name",
                "/ogc/collections/conflicts/items?filter=department='UCAYALI'",
                "/ogc/collections/conflicts/items?f=csv",
                "/api/layers/conflicts/features",
                "/api/layers/conflicts/counts?by=department",
                "/api/search?q=generalizado",
                "/api/search?q=casa",
                "/tiles/conflicts/6/18/33",
                "/api/vintages?layer=conflicts",
                "/api/events",
                "/api/stakeholders",
                "/api/cases/export",
                "/api/cases/export?lang=es",
                "/api/schemes/defensoria/cases",
                "/api/schemes/defensoria/cases?by=department&value=Ucayali",
                "/api/schemes/defensoria/cases?by=department",
                "/api/schemes/defensoria/cases?month=2020-01&by=watershed",
                "/api/cases?q=vecina%20otra",
                "/api/schemes/defensoria/counts?by=department",
                "/api/schemes/defensoria/month?month=2020-01",
                "/api/schemes/defensoria/differences?with=onds",
                "/api/timeline",
                "/api/timeline?happened=2000-01-01/..&scheme=defensoria",
                "/api/standings?on=2021-01-01",
                "/api/changes?since=2019-01-01",
                "/api/events?q=casa",
                "/api/layers/conflicts/features?happened=2020-01-01",
                "/ogc/collections/conflicts/items?scheme=defensoria&happened=2000-01-01/..",
            ]
            .map(str::to_owned),
        )
        .collect();
    let look = || paths.iter().map(|path| (path.clone(), bytes_of(&server.get(path)))).collect::<Vec<_>>();
    server.settle();
    let before = look();
    for (path, (status, body, _)) in &before {
        for secret in ["-74.1", "-74.2", "-74.3", "La casa", "Oculto", "defender"] {
            assert!(!body.contains(secret) || path.ends_with("/kinds"), "{path} tells {secret}: {body}");
        }
        assert!(*status < 500, "{path}");
    }
    assert_eq!(server.json(&paths[0])["summary"]["department"], "Ucayali", "a unit stands for the place");
    assert_eq!(server.json(&paths[0])["summary"]["places"], 3, "and the withheld one is not counted");
    assert_eq!(server.json(&paths[1])["summary"]["department"], Json::Null);
    // The secret places move within their unit, a hidden case changes, and others see the same to the last byte.
    for (case, (longitude, protection)) in
        cases.iter().zip([(-74.9, "generalised"), (-74.8, "withheld"), (-74.7, "withheld")])
    {
        let now = oto.get(&path_of(case)).json();
        let is_it =
            |fact: &&Json| fact["kind"] == "place" && fact["protection"] == protection && fact["latitude"] == -8.5;
        let known = now["facts"].as_array().unwrap().iter().rfind(is_it).unwrap();
        assert_eq!(known["latitude"], -8.5, "its own institution sees where it is");
        let address = format!("{}/facts/{}", path_of(case), known["id"].as_str().unwrap());
        let moved = oto.send("PUT", &address, &[("If-Match", "\"1\"")], &place(longitude, protection));
        assert_eq!(moved.status, 200, "{}", moved.json());
    }
    oto.send(
        "POST",
        &format!("{}/facts", path_of(&cases[2])),
        &[],
        &json!({"kind": "demand", "text": "Nueva", "source_class": "public"}),
    );
    oto.send(
        "POST",
        &format!("{}/facts", path_of(&cases[0])),
        &[],
        &json!({"kind": "demand", "text": "Nueva", "source_class": "reserved"}),
    );
    record(&oto, &json!({"facts": [{"kind": "name", "name": "Otro oculto"}]}));
    std::thread::sleep(std::time::Duration::from_secs(2));
    for ((path, before), (_, after)) in before.into_iter().zip(look()) {
        assert_eq!(before, after, "{path}");
    }
    // Nor does the number of the next feature count what was changed in secret.
    let ids = || -> Vec<i64> {
        server.json("/ogc/collections/conflicts/items")["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|feature| feature["id"].as_i64().unwrap())
            .collect()
    };
    let last = ids().into_iter().max().unwrap();
    record(
        &oto,
        &with(
            "Siguiente",
            json!({"kind": "place", "department": "PUNO", "protection": "public", "source_class": "public"}),
        ),
    );
    server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 3);
    assert_eq!(ids().into_iter().max().unwrap(), last + 1);
    // Who was shown where a protected place is stands in the audit.
    let read = "select count(*) from rimay.audit_event where action = 'case.read_protected'";
    assert!(database.count(read) >= 3);
    // Nor does the second line give them away: rows are hidden from the role that reads for the public.
    let look = "do $$ begin
        set local role rimay_cases;
        if exists (select from rimay.case_site) or exists (select from rimay.conflict_case where sharing = 'own')
          or exists (select from rimay.case_fact where source_class <> 'public' or protection = 'withheld') then
          raise 'the public sees what is hidden';
        end if;
      end $$";
    assert!(database.accepts(look));
}

/// Cases that meet the totals of the Ombudsman's report 131 (January 2015): type and activity, how many, how many of them are dormant,
/// and how many are new.
const REPORT_131: [(&str, Option<&str>, usize, usize, usize); 9] = [
    ("socioambiental", Some("mineria"), 96, 20, 3),
    ("socioambiental", Some("hidrocarburos"), 21, 5, 1),
    ("socioambiental", Some("energia"), 23, 6, 0),
    ("gobierno_local", None, 23, 8, 0),
    ("demarcacion_territorial", None, 15, 6, 0),
    ("comunal", None, 10, 3, 1),
    ("gobierno_nacional", None, 9, 1, 0),
    ("laboral", None, 8, 1, 0),
    ("otros", None, 5, 1, 1),
];

#[test]
fn a_plain_register_is_taken_in_degrees_and_told_what_is_there_already() {
    let (database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let csv = "name,state,phase,department,longitude,latitude\nUno,activo,crisis,CUSCO,-72.1,-14.2\nDos,latente,,PUNO,-70.1,-15.2\n";
    let send = |dry_run: bool| {
        let path = format!("/api/cases/import?file=plain.csv&dry-run={dry_run}");
        let cookie = ("Cookie", oto.cookie.as_str());
        oto.server.send_bytes("POST", &path, &[cookie], csv.into()).json()
    };
    let told = |answer: &Json| (answer["recorded"].as_u64(), answer["known_before"].as_u64());
    assert_eq!(told(&send(true)), (Some(2), Some(0)));
    assert_eq!(told(&send(false)), (Some(2), Some(0)));
    assert_eq!(told(&send(true)), (Some(0), Some(2)), "what is there already is told before");
    let cases = oto.get("/api/cases?draft=true").json();
    assert_eq!(cases["number_matched"], 2);
    // Nor do rows come twice with a file in which others were corrected, or within one.
    let more = format!("{csv}Tres,latente,,ICA,-75.5,-14.5\nTres,latente,,ICA,-75.5,-14.5\n");
    let path = "/api/cases/import?file=corrected.csv&dry-run=true";
    let cookie = ("Cookie", oto.cookie.as_str());
    assert_eq!(told(&oto.server.send_bytes("POST", path, &[cookie], more.into()).json()), (Some(1), Some(3)));
    let one = cases["cases"].as_array().unwrap().iter().find(|case| case["name"] == "Uno").unwrap();
    assert_eq!((&one["longitude"], &one["latitude"]), (&json!(-72.1), &json!(-14.2)));
    // A code of a smaller unit than the layers know stays whole; one of no department is refused.
    let place = |ubigeo: &str| json!({"facts": [{"kind": "name", "name": "X"}, {"kind": "place", "ubigeo": ubigeo, "protection": "public"}]});
    let made = record(&oto, &place("060309"));
    assert_eq!(fact(&made, "place")["ubigeo"], "060309");
    assert_eq!(fact(&made, "place")["department"], "Cajamarca", "the code tells it");
    assert_eq!(oto.send("POST", "/api/cases", &[], &place("999999")).status, 422);
    // Where the districts of a province are loaded, another code of it is told what there is.
    database.query(
        "insert into rimay.feature (layer, key, properties, geom) values
        ('districts', 'd', '{\"code\": \"060301\", \"name\": \"CELENDIN\", \"province\": \"CELENDIN\", \"department\": \"CAJAMARCA\"}',
         st_multi(st_makeenvelope(-78.3, -7, -78, -6.7, 4326)))",
    );
    assert_eq!(fact(&record(&oto, &place("060301")), "place")["district"], "CELENDIN");
    let refused = oto.send("POST", "/api/cases", &[], &place("060309"));
    assert_eq!((refused.status, &refused.json()["errors"][0]["member"]), (422, &json!("facts[1].ubigeo")));
    assert!(refused.json()["errors"][0]["es"].as_str().unwrap().contains("060301 CELENDIN"), "{}", refused.json());
    // In a register it is one row that is refused, as it is looked at and as it is recorded.
    let csv = "name,state,department,ubigeo\nZeta,latente,CAJAMARCA,060301\nEta,latente,CAJAMARCA,060399\nTeta,latente,cajamarca,0603\n";
    for dry_run in [true, false] {
        let path = format!("/api/cases/import?file=zeta.csv&dry-run={dry_run}");
        let told = oto.server.send_bytes("POST", &path, &[("Cookie", oto.cookie.as_str())], csv.into()).json();
        assert_eq!((&told["recorded"], &told["rejected"][0]["row"]), (&json!(2), &json!(2)), "{told}");
        assert_eq!(told["rejected"][0]["errors"][0]["member"], "ubigeo");
    }
    // However it was written, it is stored in one way, so that lists, counts and conditions agree.
    assert_eq!(oto.get("/api/cases?department=Cajamarca&q=teta").json()["number_matched"], 1);
    // A link leads somewhere, a source is not of tomorrow.
    for (member, wrong) in [
        ("feature", json!({"kind": "link", "layer": "mining_concessions", "feature": 99_999_999})),
        ("source_on", json!({"kind": "demand", "text": "Agua", "source_on": "2100-01-01"})),
    ] {
        let refused = oto.send("POST", &format!("{}/facts", path_of(&made)), &[], &wrong);
        assert_eq!((refused.status, &refused.json()["errors"][0]["member"]), (422, &json!(member)));
    }
}

#[test]
fn what_a_register_says_and_no_field_takes_is_told_and_kept() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let csv = "code,name,state,type,started_on,Observaciones,Responsable\n\
        INV-1,Uno,En proceso,Cosa rara,31/02/2024,Llamar al alcalde,Rosa\n\
        2,Dos,latente,,2020-02-01,,\n\
        INV-3,Tres,resuelto,,2019-02-01,,\n";
    let send = |dry_run: bool| {
        let path = format!("/api/cases/import?file=odd.csv&dry-run={dry_run}");
        oto.server.send_bytes("POST", &path, &[("Cookie", oto.cookie.as_str())], csv.into()).json()
    };
    for told in [send(true), send(false)] {
        assert_eq!((&told["recorded"], told["rejected"].as_array().unwrap().len()), (&json!(2), 1), "{told}");
        assert_eq!(
            told["rejected"][0]["errors"][0]["member"], "code",
            "as it is looked at, not only as it is recorded"
        );
        let notes: Vec<_> = told["notes"].as_array().unwrap().iter().map(|note| note["note"].to_string()).collect();
        for value in ["En proceso", "Cosa rara", "31/02/2024"] {
            assert!(notes.iter().any(|note| note.contains(value)), "{value}: {notes:?}");
        }
        assert_eq!(told["file"]["ignored_columns"], json!(["Observaciones", "Responsable"]));
    }
    let cases = oto.get("/api/cases?draft=true").json();
    let description = |name: &str| {
        let case = cases["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        let case = oto.get(&path_of(case)).json();
        fact(&case, "description")["text"].as_str().unwrap().to_owned()
    };
    assert!(description("Tres").contains("inicio: 2019-02-01"), "{}", description("Tres"));
    let text = description("Uno");
    for value in [
        "state: En proceso",
        "type: Cosa rara",
        "started_on: 31/02/2024",
        "Observaciones: Llamar al alcalde",
        "Responsable: Rosa",
    ] {
        assert!(text.contains(value), "{value}: {text}");
    }
}

#[test]
fn the_golden_month_comes_out_of_its_cases() {
    let (_database, server) = with_officers();
    let olga = sign_in(&server, "olga");
    let fact = |kind: &str, more: Json| {
        let mut fact = json!({"kind": kind, "source_class": "public"});
        fact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fact
    };
    let state = |code: &str, day: &str| {
        fact(
            "state",
            if code == "activo" {
                json!({"code": code, "phase": "dialogo", "valid_from": day})
            } else {
                json!({"code": code, "valid_from": day})
            },
        )
    };
    let case = |number: usize, facts: Vec<Json>| {
        let name = fact("name", json!({"name": format!("Caso inventado {number}")}));
        let test = fact("test", json!({"code": "may_turn_violent"}));
        let facts = [vec![name, test], facts].concat();
        record(&olga, &json!({"synthetic": true, "facts": facts}));
    };
    let mut number = 0;
    let mut acts = 158;
    for (kind, activity, count, dormant, new) in REPORT_131 {
        for nth in 0..count {
            number += 1;
            let first = if nth < new { "2015-01-12" } else { "2013-05-04" };
            let code = if count - nth <= dormant { "latente" } else { "activo" };
            let mut facts = vec![state(code, first), fact("type", json!({"institution": "defensoria", "code": kind}))];
            facts.extend(activity.map(|code| fact("activity", json!({"institution": "defensoria", "code": code}))));
            if acts > 0 {
                acts -= 1;
                let hurt = match number {
                    1 => json!({"dead_state": 2, "injured_state": 39}),
                    2 => json!({"dead_civilian": 1, "injured_civilian": 28}),
                    _ => json!({}),
                };
                let mut act = fact(
                    "event",
                    json!({"institution": "defensoria", "code": "bloqueo", "valid_from": "2015-01-20", "text": "Bloqueo."}),
                );
                act.as_object_mut().unwrap().extend(hurt.as_object().unwrap().clone());
                facts.push(act);
            }
            case(number, facts);
        }
    }
    // One that was resolved in the month, one resolved long before, one known from a reserved source only, one that is peaceful, a draft.
    case(900, vec![state("activo", "2013-01-01"), state("resuelto", "2015-01-15")]);
    case(901, vec![state("activo", "2013-01-01"), state("resuelto", "2014-11-15")]);
    let mut reserved = state("activo", "2014-01-01");
    reserved["source_class"] = "reserved".into();
    case(902, vec![reserved]);
    let drafts = olga.get("/api/cases?limit=1000").json();
    for draft in drafts["cases"].as_array().unwrap() {
        let path = path_of(draft);
        let seen = olga.get(&path).json()["version"].to_string();
        let shared = olga.send("PATCH", &path, &[("If-Match", &format!("\"{seen}\""))], &json!({"sharing": "public"}));
        assert_eq!(shared.status, 200);
    }
    case(903, vec![state("activo", "2014-01-01")]);
    server.settle();
    // The same to whoever asks: all facts but one are public.
    for month in [
        server.json("/api/schemes/defensoria/month?month=2015-01"),
        olga.get("/api/schemes/defensoria/month?month=2015-01").json(),
    ] {
        let groups = |by: &str| -> BTreeMap<String, u64> {
            month[by]
                .as_array()
                .unwrap()
                .iter()
                .map(|group| (group["value"].as_str().unwrap_or("-").to_owned(), group["count"].as_u64().unwrap()))
                .collect()
        };
        assert_eq!(month["total"], 210, "{month}");
        assert_eq!((groups("by_state")["activo"], groups("by_state")["latente"]), (159, 51));
        let types = groups("by_type");
        let told = ["socioambiental", "gobierno_local", "demarcacion_territorial", "comunal"].map(|kind| types[kind]);
        assert_eq!(told, [140, 23, 15, 10]);
        assert_eq!((groups("by_activity")["mineria"], groups("by_activity")["hidrocarburos"]), (96, 21));
        assert_eq!((&month["new"], &month["resolved"]), (&json!(6), &json!(1)));
        let new = groups("new_by_type");
        assert_eq!(["socioambiental", "comunal", "otros"].map(|kind| new[kind]), [4, 1, 1]);
        assert_eq!(month["protest_acts"], 158);
        assert_eq!(
            (&month["dead"], &month["injured"]),
            (&json!({"state": 2, "civilian": 1}), &json!({"state": 39, "civilian": 28}))
        );
        assert_eq!(
            (&month["scheme"]["id"], &month["scheme"]["version"], &month["as_of"]),
            (&json!("defensoria"), &json!(1), &json!("2015-01-31"))
        );
    }
    // Behind each number are its cases.
    let behind = |query: &str| {
        let told = server.json(&format!("/api/schemes/defensoria/cases?{query}"));
        assert_eq!(told["number_matched"], told["number_returned"], "{query}");
        told["cases"].as_array().unwrap().clone()
    };
    for (query, count) in [
        ("month=2015-01&limit=1000", 210),
        ("month=2015-01&by=state&value=activo&limit=1000", 159),
        ("month=2015-01&by=type&value=comunal", 10),
        ("month=2015-01&part=new", 6),
        ("month=2015-01&part=new&by=type&value=socioambiental", 4),
        ("month=2015-01&part=environmental&by=activity&value=mineria", 96),
        ("month=2015-01&part=resolved", 1),
        ("asOf=2015-01-31&by=type&value=comunal", 10),
        ("asOf=2015-01-31&by=watershed&value=&limit=1000", 210),
    ] {
        assert_eq!(behind(query).len(), count, "{query}");
    }
    let new = behind("month=2015-01&part=new");
    assert!(new.iter().all(|case| case["started_on"].as_str().is_some_and(|day| day.starts_with("2015-01"))));
    let page = server.json("/api/schemes/defensoria/cases?asOf=2015-01-31&offset=200&limit=50");
    assert_eq!((&page["number_matched"], &page["number_returned"]), (&json!(210), &json!(10)));
    for wrong in ["part=old", "by=colour", "asOf=2999-01-01", "month=2999-01", "month=2015-01&asOf=2015-01-01"] {
        assert_eq!(server.get(&format!("/api/schemes/defensoria/cases?{wrong}")).status, 400, "{wrong}");
    }
    // A count names its scheme and its data, and is the same of the same data.
    let counts = server.json("/api/schemes/defensoria/counts?by=type&asOf=2015-01-31");
    assert_eq!(counts["total"], 210);
    assert_eq!(counts["revision"], server.json("/api/schemes/defensoria/counts?by=state&asOf=2015-01-31")["revision"]);
    // Another scheme counts otherwise, and the difference is told case by case.
    let why = server.json("/api/schemes/defensoria/differences?with=onds&asOf=2015-01-31");
    assert_eq!((&why["totals"]["one"], &why["totals"]["other"]), (&json!(210), &json!(0)));
    let first = &why["only_one"][0];
    assert_eq!(first["condition"]["where"], "threatens_governability = TRUE");
    assert_eq!(first["facts"][0]["code"], "may_turn_violent", "the facts it is about");
    // Of one case, each scheme says whether it counts it, and else what it asks.
    let path = format!("/api/cases/{}/schemes?asOf=2015-01-31", first["id"].as_str().unwrap());
    let verdicts = server.json(&path);
    let verdict = |id: &str| {
        let all = verdicts["schemes"].as_array().unwrap();
        all.iter().find(|verdict| verdict["scheme"]["id"] == id).unwrap().clone()
    };
    assert_eq!(verdict("defensoria")["counts"], true);
    assert_eq!(verdict("onds")["counts"], false);
    assert_eq!(
        (&verdict("onds")["condition"], &verdict("onds")["facts"]),
        (&first["condition"], &first["facts"]),
        "as where the numbers differ"
    );
    let before = server.json(&path.replace("2015-01-31", "2001-01-01"));
    assert!(before["schemes"].as_array().unwrap().iter().all(|verdict| verdict["counts"] == false), "{before}");
    // What is asked of the past as it was known is of one's own cases, and of nobody who is not signed in.
    assert_eq!(server.get("/api/schemes/defensoria/counts?asKnown=2026-11-01T00:00:00Z").status, 400);
    assert_eq!(olga.get("/api/schemes/defensoria/counts?asKnown=2020-01-01T00:00:00Z").json()["total"], 0);
    assert_eq!(server.get("/api/schemes/nadie/counts").status, 404);
    assert_eq!(server.get("/api/schemes/onds/counts?by=color").status, 400);
}

#[test]
fn every_operation_is_refused_to_whoever_may_not_do_it() {
    let (_database, server) = with_officers();
    let root = sign_in(&server, "root");
    hire(&root, "lita", "steward", "minam");
    hire(&root, "jefa", "institution_admin", "onds");
    let case = record(&sign_in(&server, "oto"), &conga());
    let browsers: Vec<(&str, Option<Browser>)> = [
        ("reporter", "rita"),
        ("officer", "oto"),
        ("analyst", "ana"),
        ("steward", "lita"),
        ("institution_admin", "jefa"),
        ("system_admin", "root"),
    ]
    .into_iter()
    .map(|(role, login)| (role, Some(sign_in(&server, login))))
    .chain([("visitor", None)])
    .collect();
    let document = server.json("/api/openapi.json");
    // What the program answers under /api is described, and nothing else.
    let mut routes = BTreeSet::new();
    for file in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(path).unwrap();
            routes.extend(text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)));
        }
    }
    routes.retain(|route| route.starts_with("/api/") && route != "/api/openapi.json");
    let described: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(routes, described);
    let (mut looked_at, mut wrong) = (0, vec![]);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            // What would end the session that asks.
            if path == "/api/session" && method != "get" {
                continue;
            }
            let address = path
                .replace("{id}", if path.starts_with("/api/cases") { case["id"].as_str().unwrap() } else { "onds" })
                .replace("{layer}", "conflicts")
                .replace("{institution}", "onds")
                .replace("{list}", "type")
                .replace(['{', '}'], "");
            for (role, browser) in &browsers {
                let headers: &[(&str, &str)] = if method == "get" { &[] } else { &[("If-Match", "\"0\"")] };
                // What is sent is wrong for all: whoever may is told so, and nothing is done.
                let body = if method == "get" || method == "delete" { Json::Null } else { json!({"nada": 1}) };
                let method = method.to_uppercase();
                let answer = match browser {
                    Some(browser) => browser.send(&method, &address, headers, &body),
                    None => server.send_json(&method, &address, headers, &body),
                };
                let may = match &operation["x-roles"] {
                    Json::String(who) if who == "anyone" => true,
                    Json::String(_) => browser.is_some(),
                    roles => roles.as_array().unwrap().iter().any(|own| own == role),
                };
                let refused = [401, 403].contains(&answer.status);
                // A case that is hidden from them is not there, whatever they would do with it.
                let is_hidden = answer.status == 404 && path.contains("/api/cases/{id}");
                let is_right = if may { !refused } else { refused || is_hidden };
                // Where no token for edits is configured, layers are closed to whoever is not signed in.
                let is_told_to_sign_in = may
                    || browser.is_some()
                    || answer.status == 401
                    || operation["x-roles"].to_string().contains("steward");
                if answer.status == 405 || answer.status >= 500 || !is_right || !is_told_to_sign_in {
                    wrong.push(format!("{role} {method} {address}: {}", answer.status));
                }
                looked_at += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(looked_at > 400, "{looked_at}");
}

#[test]
fn files_lists_and_suggestions_belong_to_their_institution() {
    let (database, server) = with_officers();
    let (oto, olga, root) = (sign_in(&server, "oto"), sign_in(&server, "olga"), sign_in(&server, "root"));
    let case = record(&oto, &conga());
    let files = format!("{}/attachments", path_of(&case));
    let added = oto.send("POST", &format!("{files}?name=acta.pdf"), &[], &json!("un pdf"));
    assert_eq!(added.status, 201, "{}", added.json());
    let file = format!("{files}/{}", added.json()["id"].as_str().unwrap());
    let sent = oto.get(&file);
    assert_eq!(
        (sent.status, sent.header("content-type"), sent.header("x-content-type-options")),
        (200, "application/pdf", "nosniff")
    );
    assert!(sent.header("content-disposition").starts_with("attachment"));
    let refused = oto.send("POST", &format!("{files}?name=acta.exe"), &[], &json!("x"));
    assert_eq!(refused.status, 422);
    assert!(refused.json()["errors"][0]["es"].as_str().unwrap().contains("terminar en uno de"));
    for hidden in [olga.get(&files), olga.get(&file)] {
        assert_eq!(hidden.status, 404);
    }
    share(&oto, &case, &json!({"sharing": "public", "shared_with": ["defensoria"]}));
    assert_eq!(olga.get(&files).json()["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(olga.get(&file).status, 200);
    assert_eq!(server.get(&file).status, 401);
    assert_eq!(oto.send("DELETE", &file, &[], &Json::Null).status, 204);
    assert_eq!(oto.get(&file).status, 404);
    assert_eq!(database.count("select count(*) from rimay.case_attachment"), 1, "it stays");
    let history = oto.get(&format!("{}/history", path_of(&case))).json();
    for change in ["file.added", "file.removed"] {
        let told = history["history"].as_array().unwrap().iter().find(|event| event["change"] == change).unwrap();
        assert_eq!((&told["detail"]["name"], told["account"].is_string()), (&json!("acta.pdf"), true));
    }
    // Events and stakeholders of all cases.
    assert_eq!(oto.get("/api/events?code=paro").json()["events"][0]["case_name"], "Minas Conga");
    assert_eq!(server.json("/api/events")["number_matched"], 0, "its source is not public");
    assert_eq!(server.json("/api/stakeholders?q=yanacocha")["number_matched"], 1);
    // Another institution records the same dispute; it is suggested.
    let other = record(
        &olga,
        &json!({"facts": [{"kind": "name", "name": "Conflicto Conga"},
        {"kind": "place", "longitude": -78.37, "latitude": -6.93, "protection": "public"},
        {"kind": "state", "code": "activo", "phase": "crisis", "valid_from": "2011-11-20"}]}),
    );
    let similar = olga.get(&format!("{}/similar", path_of(&other))).json();
    assert_eq!(similar["similar"][0]["id"], case["id"]);
    assert!(similar["similar"][0]["likeness"].as_f64().unwrap() > 0.5, "{similar}");
    // Words: an institution's own people see to its lists, each change is a version, and what is taken back no longer counts.
    hire(&root, "jefa", "institution_admin", "onds");
    let jefa = sign_in(&server, "jefa");
    let code = json!({"title_es": "Hídrico", "title_en": "Water"});
    let path = "/api/codes/onds/type/hidrico";
    assert_eq!(jefa.send("PUT", path, &[], &code).json()["version"], 1);
    let early = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Laguna"}, {"kind": "type", "institution": "onds", "code": "hidrico"}]}),
    );
    assert_eq!(early["summary"]["type"], Json::Null);
    let taken = jefa.send("PUT", path, &[], &code);
    assert_eq!(taken.status, 412);
    assert!(taken.json()["errors"][0]["es"].as_str().unwrap().starts_with("ya hay un código «hidrico»"));
    assert_eq!(jefa.send("PUT", "/api/codes/defensoria/type/x", &[], &code).status, 403);
    let matched = jefa.send(
        "PUT",
        &format!("{path}/matches/defensoria"),
        &[],
        &json!({"code": "socioambiental", "relation": "broader"}),
    );
    assert_eq!(matched.status, 200, "{}", matched.json());
    let water = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Agua"}, {"kind": "type", "institution": "onds", "code": "hidrico"}]}),
    );
    assert_eq!(water["summary"]["type"], "socioambiental");
    // Cases of before are told by it as well, as long as it is said.
    let type_of_early = || oto.get(&path_of(&early)).json()["summary"]["type"].clone();
    assert_eq!(type_of_early(), "socioambiental");
    let matched = format!("{path}/matches/defensoria");
    assert_eq!(jefa.send("DELETE", &format!("{path}/matches/minam"), &[], &Json::Null).status, 404);
    assert_eq!(jefa.send("DELETE", &matched, &[], &Json::Null).status, 204);
    assert_eq!(type_of_early(), Json::Null);
    let again = json!({"code": "socioambiental", "relation": "exact"});
    assert_eq!(jefa.send("PUT", &matched, &[], &again).status, 200);
    assert_eq!(type_of_early(), "socioambiental");
    assert_eq!(jefa.send("PUT", &format!("{path}/matches/onds"), &[], &again).status, 400);
    let retired = json!({"title_es": "Hídrico", "title_en": "Water", "retired": true, "version": 1});
    assert_eq!(jefa.send("PUT", path, &[], &retired).json()["version"], 2);
    let late = oto.send("POST", "/api/cases", &[], &json!({"facts": [{"kind": "name", "name": "Agua"}, {"kind": "type", "institution": "onds", "code": "hidrico"}]}));
    assert_eq!(late.status, 422);
    // A scheme is another version when it is changed, and asks only what can be asked.
    let scheme = |filter: &str, version: u32| {
        json!({"institution": "onds", "title_es": "ONDS", "title_en": "ONDS", "definition_es": "x", "definition_en": "x",
        "conditions": [{"where": filter, "kind": "state", "es": "x", "en": "x"}], "source_classes": ["public"], "version": version})
    };
    let wrong = jefa.send("PUT", "/api/schemes/onds", &[], &scheme("colour = 'red'", 1));
    assert_eq!(wrong.status, 422, "{}", wrong.json());
    assert!(wrong.json()["errors"][0]["es"].as_str().unwrap().starts_with("no hay ningún campo «colour»"));
    // A code that nobody has would count nothing for ever.
    for (filter, near) in [
        ("state = 'activos'", "activo"),
        ("phase IN ('crisis', 'escalamient')", "escalamiento"),
        ("NOT (type = 'sociambiental')", "socioambiental"),
        ("own_type = 'hidrica' OR about_water = TRUE", "hidrico"),
        ("department = 'CUSCO'", "Cusco"),
        ("CASEI(state) = CASEI('Activa')", "activo"),
        ("state NOT LIKE 'activx'", "activo"),
    ] {
        let refused = jefa.send("PUT", "/api/schemes/onds", &[], &scheme(filter, 1));
        assert_eq!((refused.status, &refused.json()["errors"][0]["member"]), (422, &json!("conditions[0].where")));
        let told = refused.json()["errors"][0]["es"].to_string();
        assert!(told.contains(&format!("¿quiso decir «{near}»?")), "{filter}: {told}");
    }
    let far = jefa.send("PUT", "/api/schemes/onds", &[], &scheme("state = 'activo'", i32::MAX as u32));
    assert!((400..500).contains(&far.status), "{}", far.status);
    assert_eq!(jefa.send("PUT", "/api/schemes/onds", &[], &scheme("state = 'activo'", 1)).json()["version"], 2);
    assert_eq!(server.json("/api/schemes/onds/counts")["scheme"]["version"], 2);
    assert_eq!(jefa.send("PUT", "/api/schemes/defensoria", &[], &scheme("state = 'activo'", 1)).status, 403);
}

#[test]
fn the_list_of_81_conflicts_becomes_cases_and_comes_out_again() {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/peru_mining_conflicts_2024_03.xlsx");
    let Ok(bytes) = std::fs::read(&file) else {
        println!("skipped: {} is not there", file.display());
        return;
    };
    let (database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let send = |query: &str| {
        let headers = [("Cookie", oto.cookie.as_str())];
        server.send_bytes(
            "POST",
            &format!("/api/cases/import?file=conflictos.xlsx&valid-on=2024-03-31&{query}"),
            &headers,
            bytes.clone(),
        )
    };
    let examined = send("dry-run=true");
    assert_eq!(examined.status, 200, "{}", examined.json());
    assert_eq!(oto.get("/api/cases").json()["number_matched"], 0, "nothing is kept");
    let told = examined.json();
    assert_eq!(
        told["recorded"].as_u64().unwrap() + told["rejected"].as_array().unwrap().len() as u64,
        81,
        "{}",
        told["rejected"]
    );
    let taken = send("source-class=public").json();
    assert_eq!((&taken["recorded"], &taken["rejected"]), (&told["recorded"], &told["rejected"]));
    assert_eq!(taken["rejected"], json!([]), "all of them");
    let again = send("source-class=public").json();
    assert_eq!((&again["recorded"], &again["known_before"]), (&json!(0), &json!(81)));
    assert_eq!(oto.get("/api/cases?limit=100").json()["number_matched"], 81);
    let csv = oto.get("/api/cases/export?f=csv");
    let text = String::from_utf8(csv.body).unwrap();
    // (Descriptions hold lines of their own.)
    let rows = |text: &str| text.split("\r\n").filter(|row| !row.is_empty()).count();
    assert_eq!(rows(&text), 82);
    let spanish = String::from_utf8(oto.get("/api/cases/export?lang=es").body).unwrap();
    assert!(spanish.starts_with("\u{feff}código,nombre,institución,"), "{}", spanish.lines().next().unwrap());
    assert_eq!(rows(&spanish), 82);
    for (codes, words) in [(",activo,", ",Activo,"), (",socioambiental,", ",Socioambiental,"), (",true,", ",sí,")] {
        let count = |text: &str, word: &str| text.matches(word).count();
        assert!(count(&text, codes) > 10, "{codes}");
        assert_eq!((count(&spanish, codes), count(&spanish, words)), (0, count(&text, codes)), "{codes}");
    }
    let described =
        database.count("select count(*) from rimay.case_summary where audience = 'own' and description is not null");
    assert!(described > 0 && text.matches("Según la fuente").count() >= described, "{described}");
    let xlsx = oto.get("/api/cases/export?f=xlsx");
    assert_eq!((xlsx.status, &xlsx.body[..2]), (200, b"PK".as_slice()));
    assert_eq!(
        String::from_utf8(server.get("/api/cases/export").body).unwrap().lines().count(),
        1,
        "the public sees none"
    );
}

#[test]
fn a_register_says_what_its_cases_meet_and_what_does_not_hold_together() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let send = |rows: &str, query: &str| {
        let headers = [("Cookie", oto.cookie.as_str())];
        let path = format!("/api/cases/import?file=lista.csv&valid-on=2026-01-31&{query}");
        server.send_bytes("POST", &path, &headers, format!("name,state,phase,started_on,ended_on\n{rows}").into_bytes())
    };
    let rows = "Por el agua,activo,crisis,2025-05-01,\n\
                Al revés,resuelto,,2025-05-01,2024-05-01\n\
                Sin día,activo,crisis,31/31/2025,\n\
                Terminado,resuelto,,2020-01-01,2021-01-01\n";
    let told = send(rows, "tests=may_turn_violent,about_water&dry-run=true").json();
    assert_eq!(told["recorded"], 3, "{told}");
    assert_eq!((&told["undated"], &told["undated_hold_from"]), (&json!(1), &json!("2026-01-31")));
    let notes = |told: &Json, list: &str| {
        let list = told[list].as_array().unwrap().clone();
        list.iter()
            .map(|note| format!("{}: {}", note["feature"].as_str().unwrap(), note["note"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(notes(&told, "rejected"), ["Al revés: it ended on 2024-05-01, before it began on 2025-05-01"]);
    let said = notes(&told, "notes");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("Sin día: started_on: ") && said[0].ends_with("left empty"), "{said:?}");
    assert_eq!(said[1], "Sin día: its state holds from 2026-01-31, the day of the list");
    let wrong = send(rows, "tests=may_turn_violent,aboutwater&dry-run=true");
    assert_eq!((wrong.status, &wrong.json()["parameter"]), (400, &json!("tests")));
    assert_eq!(send(rows, "tests=may_turn_violent,about_water").json()["recorded"], 3);
    let listed = oto.get("/api/cases?draft=true").json();
    for row in listed["cases"].as_array().unwrap() {
        let case = oto.get(&format!("/api/cases/{}", row["id"].as_str().unwrap())).json();
        share(&oto, &case, &json!({"sharing": "own", "draft": false}));
    }
    // What is over is counted no more; the two others are, by those who count what is so.
    for (scheme, count) in [("defensoria", 2), ("ana", 2), ("onds", 0)] {
        let counts = oto.get(&format!("/api/schemes/{scheme}/counts")).json();
        assert_eq!(counts["total"], count, "{scheme}: {counts}");
    }
}

#[test]
fn the_history_of_a_public_case_stays_whatever_is_secret_beside_it() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let public = record(
        &oto,
        &json!({"sharing": "public", "facts": [
            {"kind": "name", "name": "Primero", "source_class": "public"},
            {"kind": "place", "longitude": -74.1, "latitude": -8.5, "protection": "withheld", "source_class": "public"}]}),
    );
    let hidden = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Oculto", "source_class": "public"},
            {"kind": "demand", "text": "Algo.", "source_class": "public"}]}),
    );
    let fact_of = |case: &Json, kind: &str| {
        let now = oto.get(&path_of(case)).json();
        let fact = fact(&now, kind);
        let path = format!("{}/facts/{}", path_of(case), fact["id"].as_str().unwrap());
        (path, format!("\"{}\"", fact["version"]))
    };
    let (path, seen) = fact_of(&public, "name");
    let renamed = json!({"kind": "name", "name": "Segundo", "source_class": "public"});
    assert_eq!(oto.send("PUT", &path, &[("If-Match", &seen)], &renamed).status, 200);
    server.settle();
    let id = server.json("/ogc/collections/conflicts/items")["features"][0]["id"].clone();
    let versions = || server.json(&format!("/ogc/collections/conflicts/items/{id}/versions"))["features"].clone();
    let told = versions();
    assert_eq!(told.as_array().unwrap().len(), 2, "{told}");
    // A withheld place that is of a public source is changed and goes.
    let (path, seen) = fact_of(&public, "place");
    let reserved = json!({"kind": "place", "longitude": -74.1, "latitude": -8.5, "protection": "withheld", "source_class": "reserved"});
    assert_eq!(oto.send("PUT", &path, &[("If-Match", &seen)], &reserved).status, 200);
    assert_eq!(versions(), told);
    let (path, seen) = fact_of(&public, "place");
    assert_eq!(oto.send("DELETE", &path, &[("If-Match", &seen)], &Json::Null).status, 200);
    assert_eq!(versions(), told);
    // A hidden record goes on in it, loses a fact, is shared less, and is parted from it.
    let seen_now = |case: &Json| format!("\"{}\"", oto.get(&path_of(case)).json()["version"]);
    share(&oto, &hidden, &json!({"sharing": "own", "draft": false}));
    let merge = format!("{}/merge", path_of(&hidden));
    let into = json!({"into": public["id"]});
    assert_eq!(oto.send("PUT", &merge, &[("If-Match", &seen_now(&hidden))], &into).status, 200);
    assert_eq!(versions(), told);
    assert_eq!(oto.send("DELETE", &merge, &[("If-Match", &seen_now(&hidden))], &Json::Null).status, 200);
    assert_eq!(versions(), told);
    let (path, seen) = fact_of(&hidden, "demand");
    assert_eq!(oto.send("DELETE", &path, &[("If-Match", &seen)], &Json::Null).status, 200);
    assert_eq!(versions(), told);
    // What was public and is no more goes from the past as well.
    let (path, seen) = fact_of(&public, "name");
    let third = json!({"kind": "name", "name": "Tercero", "source_class": "public"});
    assert_eq!(oto.send("PUT", &path, &[("If-Match", &seen)], &third).status, 200);
    assert_eq!(versions().as_array().unwrap().len(), 3);
    share(&oto, &public, &json!({"sharing": "own"}));
    let gone = server.get(&format!("/ogc/collections/conflicts/items/{id}/versions"));
    assert!(gone.status == 404 || gone.json()["features"] == json!([]), "{}", gone.json());
}

#[test]
fn words_that_are_common_to_all_follow_at_once() {
    let (_database, server) = with_officers();
    let (oto, root) = (sign_in(&server, "oto"), sign_in(&server, "root"));
    let water = json!({"title_es": "Hídrico", "title_en": "Water"});
    let code = "/api/codes/onds/type/hidrico";
    assert_eq!(root.send("PUT", code, &[], &water).status, 200);
    let target = record(
        &oto,
        &json!({"sharing": "public", "facts": [{"kind": "name", "name": "Sigue", "source_class": "public"}]}),
    );
    let other = record(
        &oto,
        &json!({"sharing": "public", "facts": [
            {"kind": "name", "name": "Sigue en otro", "source_class": "public"},
            {"kind": "type", "institution": "onds", "code": "hidrico", "source_class": "public"}]}),
    );
    let seen = format!("\"{}\"", other["version"]);
    let merged =
        oto.send("PUT", &format!("{}/merge", path_of(&other)), &[("If-Match", &seen)], &json!({"into": target["id"]}));
    assert_eq!(merged.status, 200, "{}", merged.json());
    let on_map = || {
        server.settle();
        server.json("/ogc/collections/conflicts/items")["features"][0]["properties"].clone()
    };
    assert_eq!(on_map()["type"], Json::Null);
    // What others call it, of the record that goes on in another one, too.
    let matched = json!({"code": "comunal", "relation": "broader"});
    assert_eq!(root.send("PUT", &format!("{code}/matches/defensoria"), &[], &matched).status, 200);
    let told = on_map();
    assert_eq!(told["type"], "comunal");
    // What the institution is called.
    let renamed = json!({"title_es": "Oficina Nacional", "title_en": "National Office"});
    assert_eq!(root.send("PUT", "/api/institutions/onds", &[], &renamed).status, 200);
    assert_eq!(
        (on_map()["source"].as_str(), told["source"].as_str() == Some("Oficina Nacional")),
        (Some("Oficina Nacional"), false)
    );
    let turned = json!({"title_es": "Oficina\u{202e}", "title_en": "x"});
    assert_eq!(root.send("PUT", "/api/institutions/onds", &[], &turned).status, 422);
    // Nothing that is secret brings more of it to the map.
    let before = on_map();
    let added = oto.send(
        "POST",
        &format!("{}/facts", path_of(&target)),
        &[],
        &json!({"kind": "demand", "text": "Lo reservado.", "source_class": "reserved"}),
    );
    assert_eq!((added.status, on_map()), (201, before));
}

#[test]
fn a_partner_sees_where_a_shared_record_goes_on_and_files_hold_any_text() {
    let (_database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let shared = record(
        &oto,
        &json!({"sharing": "shared", "shared_with": ["defensoria"], "facts": [
            {"kind": "name", "name": "Mina del norte"},
            {"kind": "place", "longitude": -78.3, "latitude": -6.9, "department": "Cajamarca", "district": "Hualgayoc", "protection": "public"}]}),
    );
    let long = "Compañía larguísima ".repeat(14);
    let mut facts = vec![
        json!({"kind": "name", "name": "Mina del\u{fffe} norte, otra vez"}),
        json!({"kind": "description", "text": "\u{1f30a}".repeat(19_000)}),
    ];
    facts.extend(
        (0..130)
            .map(|nth| json!({"kind": "actor", "name": format!("{long}{nth}"), "role": "primary", "side": "company"})),
    );
    let hidden = record(&oto, &json!({"facts": facts}));
    assert_eq!(hidden["summary"]["name"], "Mina del norte, otra vez");
    // Where one of the two has no place, too.
    for case in [&shared, &hidden] {
        assert_eq!(oto.get(&format!("{}/similar", path_of(case))).status, 200);
    }
    for query in ["f=xlsx", "f=xlsx&lang=es", "f=csv"] {
        assert_eq!(oto.get(&format!("/api/cases/export?{query}")).status, 200, "{query}");
    }
    // It would be gone for the partner, who does not see the other one.
    let merge = format!("{}/merge", path_of(&shared));
    let seen = || format!("\"{}\"", oto.get(&path_of(&shared)).json()["version"]);
    let into = json!({"into": hidden["id"]});
    let refused = oto.send("PUT", &merge, &[("If-Match", &seen())], &into);
    assert_eq!((refused.status, &refused.json()["errors"][0]["member"]), (422, &json!("into")));
    assert!(refused.json()["errors"][0]["es"].as_str().unwrap().starts_with("«defensoria» ve este registro"));
    share(&oto, &hidden, &json!({"sharing": "shared", "shared_with": ["defensoria"], "draft": false}));
    assert_eq!(oto.send("PUT", &merge, &[("If-Match", &seen())], &into).status, 200);
    assert_eq!(olga.get("/api/cases").json()["number_matched"], 1);
    let now = oto.get(&path_of(&hidden)).json()["version"].to_string();
    let kept = oto.send("PATCH", &path_of(&hidden), &[("If-Match", &format!("\"{now}\""))], &json!({"sharing": "own"}));
    assert_eq!(kept.status, 422, "not behind the partner's back either");
}

#[test]
fn coordinates_far_from_the_department_that_is_written_are_refused() {
    let (database, server) = with_officers();
    assert!(database.accepts(
        "insert into rimay.feature (layer, source, key, properties, geom) values
         ('departments', 'x', '08', '{\"code\": \"08\", \"name\": \"Cusco\"}', st_multi(st_makeenvelope(-73, -15, -71, -12, 4326))),
         ('departments', 'x', '21', '{\"code\": \"21\", \"name\": \"Puno\"}', st_multi(st_makeenvelope(-71, -17, -69, -13, 4326)))",
    ));
    let oto = sign_in(&server, "oto");
    let record_at = |longitude: f64, department: &str| {
        let facts = json!({"facts": [{"kind": "name", "name": "Lugar"},
            {"kind": "place", "longitude": longitude, "latitude": -14.0, "department": department, "protection": "public"}]});
        oto.send("POST", "/api/cases", &[], &facts)
    };
    let refused = record_at(-72.0, "Puno");
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.json()["errors"][0]["es"],
        "las coordenadas están en Cusco, y el departamento dice «Puno»: corrija unas u otro"
    );
    assert_eq!(record_at(-72.0, "CUSCO").json()["summary"]["department"], "Cusco");
    // A register is taken as it was kept, and what contradicts itself is told.
    let rows = "name,state,department,longitude,latitude\nLugar de la lista,latente,Puno,-72.0,-14.0\n";
    let headers = [("Cookie", oto.cookie.as_str())];
    let path = "/api/cases/import?file=lista.csv&valid-on=2026-01-31";
    for dry_run in [true, false] {
        let sent = server.send_bytes("POST", &format!("{path}&dry-run={dry_run}"), &headers, rows.into());
        let told = sent.json();
        assert_eq!((&told["recorded"], &told["rejected"]), (&json!(1), &json!([])), "{told}");
        assert_eq!(
            told["notes"][0]["note"],
            "the coordinates lie in Cusco, and the department says \"Puno\"; the coordinates hold, and the units are kept in words"
        );
    }
    let listed = oto.get("/api/cases?q=lista").json();
    assert_eq!(listed["cases"][0]["department"], "Cusco");
    // Outlines are not exact: just beside them what is written is kept in words.
    let beside = record_at(-71.05, "Puno");
    assert_eq!(beside.status, 201, "{}", beside.json());
    assert_eq!(beside.json()["summary"]["department"], "Cusco");
    let place = beside.json()["facts"].as_array().unwrap().iter().find(|fact| fact["kind"] == "place").unwrap().clone();
    assert_eq!(place["text"], "Según la fuente: Puno.");
}

/// Halves an area again and again by all that can be asked of it, and says how small the area is in which it still finds the case.
fn attack(server: &Server, name: &str, tells: impl Fn(&Server, [f64; 4], &str) -> bool) -> f64 {
    let mut area = [-82.0, -19.0, -68.0, 0.5];
    for round in 0..24 {
        let half = |low: bool| {
            let mut half: [f64; 4] = area;
            let axis = round % 2;
            let middle = f64::midpoint(area[axis], area[axis + 2]);
            half[if low { axis + 2 } else { axis }] = middle;
            half
        };
        match (tells(server, half(true), name), tells(server, half(false), name)) {
            // Told of both halves or of none, there is nothing to go on with.
            (true, true) | (false, false) => break,
            (low, _) => area = half(low),
        }
    }
    (area[2] - area[0]) * (area[3] - area[1])
}

#[test]
fn whoever_bisects_comes_no_closer_than_what_is_published() {
    let (database, server) = with_officers();
    database.query("insert into rimay.feature (layer, key, properties, geom) values
        ('departments', 'd', '{\"code\": \"25\", \"name\": \"UCAYALI\"}', st_multi(st_makeenvelope(-75.5, -11.5, -70.5, -7.5, 4326)))");
    let oto = sign_in(&server, "oto");
    let case = |name: &str, protection: &str| {
        json!({"sharing": "public", "facts": [
        {"kind": "name", "name": name, "source_class": "public"},
        {"kind": "state", "code": "latente", "valid_from": "2020-01-01", "source_class": "public"},
        {"kind": "place", "longitude": -74.1234, "latitude": -8.4321, "protection": protection, "source_class": "public"}]})
    };
    for (name, protection) in [("Abierto", "public"), ("General", "generalised"), ("Guardado", "withheld")] {
        record(&oto, &case(name, protection));
    }
    server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 3);
    let has =
        |server: &Server, path: String, name: &str| String::from_utf8_lossy(&server.get(&path).body).contains(name);
    type Probe<'a> = (&'a str, Box<dyn Fn(&Server, [f64; 4], &str) -> bool + 'a>);
    let polygon = |[west, south, east, north]: [f64; 4]| {
        format!("POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))")
    };
    let probes: [Probe; 7] = [
        (
            "bbox",
            Box::new(move |server, [w, s, e, n], name| {
                has(server, format!("/ogc/collections/conflicts/items?bbox={w},{s},{e},{n}"), name)
            }),
        ),
        (
            "own bbox",
            Box::new(move |server, [w, s, e, n], name| {
                has(server, format!("/api/layers/conflicts/features?bbox={w},{s},{e},{n}"), name)
            }),
        ),
        (
            "filter",
            Box::new(move |server, area, name| {
                let filter: String = format!("S_INTERSECTS(geometry,{})", polygon(area)).replace(' ', "%20");
                has(server, format!("/ogc/collections/conflicts/items?filter={filter}"), name)
            }),
        ),
        (
            "count",
            Box::new(move |server, [w, s, e, n], name| {
                server.json(&format!("/ogc/collections/conflicts/items?bbox={w},{s},{e},{n}&name={name}"))["numberMatched"]
                    != 0
            }),
        ),
        (
            "file",
            Box::new(move |server, [w, s, e, n], name| {
                has(server, format!("/ogc/collections/conflicts/items?f=csv&bbox={w},{s},{e},{n}"), name)
            }),
        ),
        (
            "overlap",
            Box::new(move |server, [w, s, e, n], name| {
                let area = json!({"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]});
                let answer = server.send_json(
                    "POST",
                    "/api/overlaps",
                    &[],
                    &json!({"a": "area", "b": "conflicts", "area": area, "where_b": format!("name = '{name}'")}),
                );
                answer.json()["number_matched"] != 0
            }),
        ),
        (
            "near",
            Box::new(move |server, [w, s, e, n], name| {
                let area = json!({"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]});
                let question = json!({"a": "area", "b": "conflicts", "relation": "near", "distance_m": 1, "area": area, "where_b": format!("name = '{name}'")});
                server.send_json("POST", "/api/overlaps", &[], &question).json()["number_matched"] != 0
            }),
        ),
    ];
    for (probe, tells) in &probes {
        // The attack itself works: an open place is found.
        assert!(attack(&server, "Abierto", tells) < 0.2, "{probe}");
        let unit = 5.0 * 4.0;
        for name in ["General", "Guardado"] {
            let found = attack(&server, name, tells);
            assert!(found > unit, "{probe} finds {name} within {found} square degrees");
        }
    }
    // What is told of a tile is the same in all tiles.
    let tile = |x: u32, y: u32| {
        String::from_utf8_lossy(&server.get(&format!("/tiles/conflicts/6/{x}/{y}")).body).contains("General")
    };
    assert!((16..22).flat_map(|x| (31..37).map(move |y| (x, y))).all(|(x, y)| !tile(x, y)));
}

#[test]
fn a_merged_record_and_a_withdrawn_fact_tell_nobody_more_than_they_may_know() {
    let (database, server) = with_officers();
    let root = sign_in(&server, "root");
    hire(&root, "mina", "officer", "minam");
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let seen = |case: &Json| format!("\"{}\"", oto.get(&path_of(case)).json()["version"]);
    let put = |case: &Json, sharing: Json| share(&oto, case, &sharing);
    // A is shared with the Ombudsman's Office and the Ministry of the Environment, B with the latter only: merged, B stays what it was
    // to each.
    let a = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Primero"}, {"kind": "state", "code": "latente", "valid_from": "2012-01-01"}]}),
    );
    let b = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Segundo"}, {"kind": "actor", "name": "Empresa Secretísima", "role": "primary", "side": "company"},
        {"kind": "test", "code": "may_turn_violent"},
        {"kind": "event", "institution": "defensoria", "code": "paro", "valid_from": "2012-02-03", "text": "Paro.", "dead_civilian": 5}]}),
    );
    put(&a, json!({"sharing": "shared", "shared_with": ["defensoria", "minam"]}));
    put(&b, json!({"sharing": "shared", "shared_with": ["minam"]}));
    let merged =
        oto.send("PUT", &format!("{}/merge", path_of(&b)), &[("If-Match", &seen(&b))], &json!({"into": a["id"]}));
    assert_eq!(merged.status, 200, "{}", merged.json());
    let told = olga.get(&path_of(&a)).json();
    assert_eq!((&told["summary"]["company"], &told["summary"]["events"]), (&Json::Null, &json!(0)), "{told}");
    assert_eq!(olga.get("/api/cases?q=secretisima").json()["number_matched"], 0);
    assert_eq!(sign_in(&server, "mina").get(&path_of(&b)).json()["merged_into"], a["id"]);
    // A public record does not go on in one that the public does not see: its end would tell of that.
    let hidden = record(&oto, &json!({"facts": [{"kind": "name", "name": "Tercero"}]}));
    let open = record(
        &oto,
        &json!({"sharing": "public", "facts": [{"kind": "name", "name": "Cuarto", "source_class": "public"}]}),
    );
    let merge = |case: &Json, into: &Json| {
        oto.send("PUT", &format!("{}/merge", path_of(case)), &[("If-Match", &seen(case))], &json!({"into": into["id"]}))
            .status
    };
    assert_eq!((merge(&open, &hidden), merge(&hidden, &open)), (422, 200));
    let verdicts = oto.get(&format!("{}/schemes", path_of(&hidden))).json();
    assert_eq!(verdicts["uncounted_as"], "merged");
    let published =
        oto.send("PATCH", &path_of(&hidden), &[("If-Match", &seen(&hidden))], &json!({"sharing": "public"}));
    assert_eq!(published.status, 200, "as the one it goes on in");
    let withdrawn = oto.send("PATCH", &path_of(&open), &[("If-Match", &seen(&open))], &json!({"sharing": "own"}));
    assert_eq!((withdrawn.status, &withdrawn.json()["errors"][0]["member"]), (422, &json!("sharing")));
    // To its own institution they are one, also where cases and events are counted; and the tag of one changes with the other.
    let month = oto.get("/api/schemes/defensoria/month?month=2012-02").json();
    assert_eq!(
        (&month["total"], &month["dead"]["civilian"], &month["protest_acts"]),
        (&json!(1), &json!(5), &json!(1)),
        "{month}"
    );
    let before = seen(&a);
    assert_eq!(
        oto.send("POST", &format!("{}/facts", path_of(&b)), &[], &json!({"kind": "demand", "text": "Otra."})).status,
        201
    );
    assert_ne!(before, seen(&a));
    let nowhere = oto.send(
        "PUT",
        &format!("{}/merge", path_of(&a)),
        &[("If-Match", &seen(&a))],
        &json!({"into": "00000000-0000-4000-8000-000000000000"}),
    );
    assert_eq!(nowhere.status, 404);
    // A company that is no longer from a public source goes from the history of the map as well.
    let c = record(
        &oto,
        &json!({"sharing": "public", "facts": [{"kind": "name", "name": "Tercero", "source_class": "public"},
        {"kind": "actor", "name": "Minera Abierta", "role": "primary", "side": "company", "source_class": "public"},
        {"kind": "actor", "name": "Minera Delatada", "role": "primary", "side": "company", "source_class": "public"}]}),
    );
    let page = server.wait_for("/ogc/collections/conflicts/items?name=Tercero", |page| page["numberMatched"] == 1);
    let item = format!("/ogc/collections/conflicts/items/{}", page["features"][0]["id"]);
    let known = page["timeStamp"].as_str().unwrap().to_owned();
    let full = oto.get(&path_of(&c)).json();
    let told = full["facts"].as_array().unwrap().iter().find(|fact| fact["name"] == "Minera Delatada").unwrap();
    let address = format!("{}/facts/{}", path_of(&c), told["id"].as_str().unwrap());
    let reserved = json!({"kind": "actor", "name": "Minera Delatada", "role": "primary", "side": "company", "source_class": "reserved"});
    assert_eq!(oto.send("PUT", &address, &[("If-Match", "\"1\"")], &reserved).status, 200);
    server.wait_for(&item, |item| item["properties"]["company"] == "Minera Abierta");
    for path in [
        format!("{item}/versions"),
        format!("{item}?asKnown={known}"),
        format!("/ogc/collections/conflicts/items?asKnown={known}"),
    ] {
        assert!(!String::from_utf8_lossy(&server.get(&path).body).contains("Delatada"), "{path}");
    }
    // Codes are an institution's own: those of another tell nothing.
    let coded = |code: &str| json!({"code": code, "facts": [{"kind": "name", "name": "Con código"}]});
    assert_eq!(oto.send("POST", "/api/cases", &[], &coded("UNO-1")).status, 201);
    assert_eq!(olga.send("POST", "/api/cases", &[], &coded("UNO-1")).status, 201);
    assert_eq!(oto.send("POST", "/api/cases", &[], &coded("UNO-1")).status, 409);
    // A key that comes again with another case is refused, not answered as if it were done.
    let more = json!({"kind": "demand", "text": "x"});
    let key = [("Idempotency-Key", "k")];
    assert_eq!(oto.send("POST", &format!("{}/facts", path_of(&a)), &key, &more).status, 201);
    assert_eq!(oto.send("POST", &format!("{}/facts", path_of(&c)), &key, &more).status, 422);
    // Lists and summaries tell of protected places what others are told; the page of the case tells more, and that is recorded.
    let d = record(
        &oto,
        &json!({"facts": [{"kind": "name", "name": "Cuarto"}, {"kind": "place", "longitude": -74.5, "latitude": -9.5, "protection": "withheld"}]}),
    );
    for path in ["/api/cases?q=cuarto", "/api/cases/export"] {
        assert!(!String::from_utf8_lossy(&oto.get(path).body).contains("-74.5"), "{path}");
    }
    assert!(String::from_utf8_lossy(&oto.get(&path_of(&d)).body).contains("-74.5"));
    for statement in [
        "update rimay.conflict_case set code = 'OTRO-2'",
        "update rimay.case_attachment set name = 'x'",
        "delete from rimay.code_match_past",
        "insert into rimay.case_site (fact, case_id) select f.number, c.id from rimay.case_fact f, rimay.conflict_case c where f.kind = 'name' limit 1",
    ] {
        assert!(!database.accepts(statement) || statement.contains("attachment"), "{statement}");
    }
}
