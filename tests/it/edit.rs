//! Writing features over HTTP: who may, what is taken, and that nobody's change is lost.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, TestDatabase, conflict, scratch, watershed, write_geojson};

const TOKEN: (&str, &str) = ("authorization", "Bearer abracadabra");
const ITEMS: &str = "/ogc/collections/conflicts/items";

fn editable() -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let server = Server::start_with(&database, &["--edit-token", "abracadabra"]);
    (database, server)
}

fn create(server: &Server, feature: &Json) -> Answer {
    server.send_json("POST", ITEMS, &[TOKEN], feature)
}

fn path_of(server: &Server, created: &Answer) -> String {
    created.header("location").strip_prefix(&server.url).unwrap().to_owned()
}

#[test]
fn a_feature_is_made_changed_and_removed_and_each_answer_is_served_at_once() {
    let (database, server) = editable();
    let created = create(&server, &conflict("Conga", "activo", Some([-78.36, -6.92])));
    assert_eq!(created.status, 201, "{}", created.json());
    let path = path_of(&server, &created);
    let served = server.get(&path);
    assert_eq!((served.status, served.header("etag")), (200, created.header("etag")));
    assert_eq!(served.json(), created.json());
    assert_eq!(served.json()["properties"]["state"], "activo");

    let seen = served.header("etag").to_owned();
    let patch = json!({"properties": {"state": "latente", "department": null}});
    let changed = server.send_json("PATCH", &path, &[TOKEN, ("if-match", &seen)], &patch);
    assert_eq!(changed.status, 200, "{}", changed.json());
    let properties = &changed.json()["properties"];
    assert_eq!((&properties["state"], &properties["department"]), (&json!("latente"), &Json::Null));
    assert_eq!(properties["name"], "Conga", "what the patch does not name stays");
    assert_eq!(changed.json()["geometry"]["coordinates"], json!([-78.36, -6.92]));
    assert_eq!(server.json("/api/layers/conflicts/features")["revision"].to_string(), changed.header("rimay-revision"));

    let now = changed.header("etag").to_owned();
    let whole = json!({"type": "Feature", "properties": {"name": "Conga"}, "geometry": null});
    let late = server.send_json("PUT", &path, &[TOKEN, ("if-match", &seen)], &whole);
    assert_eq!(late.status, 412, "somebody changed it since");
    assert!(late.json()["detail"].as_str().unwrap().contains("version 2"), "{}", late.json());
    assert_eq!(server.send_json("PUT", &path, &[TOKEN], &whole).status, 428);
    let replaced = server.send_json("PUT", &path, &[TOKEN, ("if-match", &now)], &whole);
    assert_eq!((replaced.status, &replaced.json()["properties"]["state"]), (200, &Json::Null));
    assert_eq!(database.count("select count(*) from layers.conflicts where geom is null"), 1);

    let now = replaced.header("etag").to_owned();
    assert_eq!(server.send("DELETE", &path, &[TOKEN, ("if-match", &seen)]).status, 412);
    assert_eq!(server.send("DELETE", &path, &[TOKEN, ("if-match", &now)]).status, 204);
    assert_eq!(server.get(&path).status, 404);
    assert_eq!(server.send("DELETE", &path, &[TOKEN, ("if-match", &now)]).status, 404);
}

#[test]
fn a_patch_never_empties_what_it_does_not_name() {
    let (database, server) = editable();
    database.query("insert into rimay.feature (layer, key, properties) values ('conflicts', 'k', '{\"name\": \"Queda\", \"extra\": 1}') returning id::text");
    let page = server.wait_for(ITEMS, |page| page["numberMatched"] == 1);
    let path = format!("{ITEMS}/{}", page["features"][0]["id"]);
    let patch = json!({"properties": {"state": "activo"}});
    let patched = server.send_json("PATCH", &path, &[TOKEN, ("if-match", "\"v1\"")], &patch);
    assert_eq!((patched.status, &patched.json()["properties"]["name"]), (200, &json!("Queda")));
    database.query("update rimay.feature set properties = properties || '{\"extra\": 1e400}' returning id::text");
    let refused = server.send_json("PATCH", &path, &[TOKEN, ("if-match", "\"v3\"")], &patch);
    assert_eq!(refused.status, 409, "{}", refused.json());
    assert_eq!(database.count("select count(*) from layers.conflicts where name = 'Queda'"), 1);
}

#[test]
fn who_may_not_write_is_told_so() {
    let (database, server) = editable();
    let feature = conflict("Conga", "activo", None);
    let stranger = server.send_json("POST", ITEMS, &[], &feature);
    assert_eq!((stranger.status, stranger.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(server.send_json("POST", ITEMS, &[("authorization", "Bearer abracadabrA")], &feature).status, 401);
    let closed = Server::start(&database);
    assert_eq!(closed.send_json("POST", ITEMS, &[TOKEN], &feature).status, 403);
    assert_eq!(database.count_features("conflicts"), 0);
    assert_eq!(server.send("OPTIONS", ITEMS, &[]).header("allow"), "GET, HEAD, OPTIONS, POST");
    assert_eq!(closed.send("OPTIONS", ITEMS, &[]).header("allow"), "GET, HEAD, OPTIONS");
    let one = format!("{ITEMS}/1");
    assert_eq!(server.send("OPTIONS", &one, &[]).header("allow"), "GET, HEAD, OPTIONS, PUT, PATCH, DELETE");
    let classes = |server: &Server| server.json("/ogc/conformance")["conformsTo"].to_string();
    assert!(classes(&server).contains("features-4") && !classes(&closed).contains("features-4"));
}

#[test]
fn what_cannot_be_stored_is_refused_with_its_reason() {
    let (database, server) = editable();
    let with = |pointer: &str, value: Json| {
        let mut feature = conflict("Conga", "activo", Some([-78.36, -6.92]));
        *feature.pointer_mut(pointer).unwrap() = value;
        feature
    };
    let cases = [
        (json!([1]), "expected a JSON object"),
        (json!({"type": "Point"}), "type Feature"),
        (with("/properties/state", json!("abierto")), "property state: \"abierto\" is not in the code list"),
        (with("/properties/state", json!(7)), "property state: expected a code, found 7"),
        (with("/properties", json!({"nombre": "Conga"})), "no property \"nombre\"; known are: code, name"),
        (with("/properties", json!({"started_on": "2009-02-30"})), "not a date"),
        (with("/properties", json!({"phase": "dialogo", "state": "latente"})), "goes only with state activo"),
        (with("/geometry", json!({"type": "Point", "coordinates": [-78.36]})), "geometry"),
        (with("/geometry", json!({"type": "Point", "coordinates": [-278.36, 0]})), "does not fit its layer"),
        (with("/geometry", json!({"type": "LineString", "coordinates": [[-78, -7], [-77, -7]]})), "holds points"),
        (with("/geometry", json!({"type": "Point", "coordinates": [-6.92, -78.36]})), "outside Peru"),
    ];
    for (body, said) in cases {
        let answer = create(&server, &body);
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"), "{body}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(said), "{body}: {}", answer.json());
    }
    let area = |ring: Json| {
        let mut feature = watershed("1", "Cuenca", -76.0, -10.0, 0.1);
        feature["geometry"]["coordinates"] = json!([ring]);
        server.send_json("POST", "/ogc/collections/watersheds/items", &[TOKEN], &feature)
    };
    let bow_tie = area(json!([[-76, -10], [-75, -9], [-75, -10], [-76, -9], [-76, -10]]));
    let said = bow_tie.json()["detail"].as_str().unwrap().to_owned();
    assert!(bow_tie.status == 400 && said.contains("Self-intersection at -75.5"), "{said}");
    let open = area(json!([[-76, -10], [-75, -10], [-75, -9], [-76, -9]]));
    assert!(open.json()["detail"].as_str().unwrap().contains("a ring needs"), "{}", open.json());
    let clockwise = area(json!([[-76, -10], [-76, -9], [-75, -9], [-75, -10], [-76, -10]]));
    assert_eq!(clockwise.json()["geometry"]["type"], "MultiPolygon");
    assert_eq!(database.count("select count(*) from layers.watersheds where st_ispolygonccw(geom)"), 1);
    let huge = server.send_bytes("POST", ITEMS, &[TOKEN], vec![b' '; 13 << 20]);
    assert_eq!(huge.status, 413);
    assert_eq!(database.count_features("conflicts"), 0);
    let abroad = with("/geometry", json!({"type": "Point", "coordinates": [2.35, 48.86]}));
    let meant = server.send_json("POST", &format!("{ITEMS}?allow-outside=true"), &[TOKEN], &abroad);
    assert_eq!(meant.status, 201, "who means a place abroad says so");
}

#[test]
fn a_code_is_borne_once_and_a_repeated_request_makes_one_feature() {
    let (database, server) = editable();
    let feature = conflict("Conga", "activo", None);
    let first = create(&server, &feature);
    assert_eq!(first.status, 201);
    let again = create(&server, &feature);
    assert_eq!(again.status, 409);
    assert!(again.json()["detail"].as_str().unwrap().contains("\"conga\""), "{}", again.json());
    let mut other = conflict("Otro", "activo", None);
    let keyed =
        |key: &str, feature: &Json| server.send_json("POST", ITEMS, &[TOKEN, ("idempotency-key", key)], feature);
    let answers = [keyed("k1", &other), keyed("k1", &other)];
    let [made, repeated] = answers.each_ref().map(|answer| (answer.status, answer.header("location")));
    assert_eq!(made.0, 201);
    assert_eq!(made, repeated, "the same request is answered the same, and its code is not taken by itself");
    assert_eq!(keyed("k1", &conflict("Tercero", "activo", None)).status, 422, "the key is another request's");
    for unusable in ["", &"k".repeat(201)] {
        assert_eq!(keyed(unusable, &other).status, 400);
    }
    assert_eq!(database.count_features("conflicts"), 2);
    let third = keyed("k2", &conflict("Tercero", "activo", None));
    assert_eq!(server.send("DELETE", &path_of(&server, &third), &[TOKEN, ("if-match", "*")]).status, 204);
    assert_eq!(keyed("k2", &conflict("Tercero", "activo", None)).status, 409, "what it made is gone");
    // Nor may a code be taken by changing another feature.
    let (path, seen) = (path_of(&server, &answers[0]), answers[0].header("etag").to_owned());
    let patch = json!({"properties": {"code": "conga"}});
    assert_eq!(server.send_json("PATCH", &path, &[TOKEN, ("if-match", &seen)], &patch).status, 409);
    other["properties"]["code"] = json!("x".repeat(501));
    let long = create(&server, &other);
    assert!(long.status == 400 && long.json().to_string().contains("property code: it has 501"), "{}", long.json());
    other["properties"]["code"] = json!("con\0ga");
    assert!(create(&server, &other).json().to_string().contains("NUL character"));
}

#[test]
fn of_the_same_request_sent_many_times_at_once_one_feature_comes() {
    let (database, server) = editable();
    let feature = conflict("Conga", "activo", None);
    let headers = [TOKEN, ("idempotency-key", "una vez")];
    let places: Vec<_> = std::thread::scope(|scope| {
        let post = || server.send_json("POST", ITEMS, &headers, &feature);
        let senders: Vec<_> = (0..8).map(|_| scope.spawn(post)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap().header("location").to_owned()).collect()
    });
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
    assert_eq!(database.count_features("conflicts"), 1);
}

#[test]
fn preconditions_bodies_and_schemes_are_read_as_http_says() {
    let (_database, server) = editable();
    let created = create(&server, &conflict("Conga", "activo", None));
    let path = path_of(&server, &created);
    let patch = json!({"properties": {"company": "Empresa"}});
    let send = |tag: &str, kind: &str, body: &Json| {
        let headers = [("authorization", "bearer abracadabra"), ("if-match", tag), ("content-type", kind)];
        server.send_bytes("PATCH", &path, &headers, body.to_string().into_bytes())
    };
    let json = "application/merge-patch+json";
    let seen = created.header("etag").to_owned();
    assert_eq!(send(&format!("W/{seen}"), json, &patch).status, 412, "a weak tag does not match");
    assert_eq!(send("\"of-another\"", json, &patch).status, 412);
    assert_eq!(send("\"99999v1-0123456789abcdef\"", json, &patch).status, 412, "another feature's tag");
    assert_eq!(send(&seen, "text/plain", &patch).status, 415);
    assert_eq!(send(&format!("\"v7\", {seen}"), json, &patch).status, 200, "one of a list");
    assert_eq!(send("*", json, &patch).status, 200);
    let misplaced = send("*", json, &json!({"company": "Empresa"}));
    assert!(
        misplaced.status == 400 && misplaced.json().to_string().contains("nothing called \\\"company"),
        "{}",
        misplaced.json()
    );
    // What was served may come back with one value changed.
    let mut served = server.json(&path);
    served["properties"]["company"] = json!("Otra");
    served["geometry"] = json!({"type": "Point", "coordinates": [-78.36, -6.92, 3900.0]});
    let back = send("*", "application/geo+json", &served);
    assert_eq!((back.status, back.json()["properties"]["company"].as_str()), (200, Some("Otra")));
    assert!(back.header("rimay-note").contains("heights were dropped"));
    let preflight = [
        ("origin", "http://localhost"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,if-match"),
    ];
    let allowed = server.send("OPTIONS", &path, &preflight);
    assert!(
        allowed.header("access-control-allow-headers").contains("authorization"),
        "a wildcard would not stand for it"
    );
}

#[test]
fn what_a_person_did_to_imported_features_outlives_the_next_delivery() {
    let (database, server) = editable();
    let folder = scratch();
    let deliver = |state: &str, names: &[&str], options: &[&str]| {
        let features: Vec<_> = names.iter().map(|name| conflict(name, state, None)).collect();
        let file = write_geojson(folder.path(), "casos.geojson", &features);
        database.import(&file, &[&["--layer", "conflicts"], options].concat())
    };
    let names = ["Conga", "Quilish", "Combayo", "Bagua"];
    deliver("activo", &names, &[]);
    let page = server.wait_for(ITEMS, |page| page["numberMatched"] == 4);
    let path = |n: usize| format!("{ITEMS}/{}", page["features"][n]["id"]);
    let headers = [TOKEN, ("if-match", "*")];
    for n in [0, 1] {
        let patch = json!({"properties": {"company": "Corregida"}});
        assert_eq!(server.send_json("PATCH", &path(n), &headers, &patch).status, 200);
    }
    assert_eq!(server.send("DELETE", &path(2), &headers).status, 204);

    let states = "select string_agg(name || ' ' || state || ' ' || coalesce(company, '-'), ', ' order by id) from layers.conflicts";
    // Quilish is not in the delivery, Combayo is again.
    let report = deliver("latente", &["Conga", "Combayo", "Bagua"], &[]);
    assert!(report.contains("0 added, 1 changed, 0 unchanged, 0 removed"), "{report}");
    assert!(report.contains("edits kept        3"), "{report}");
    assert!(report.contains("row 1      Conga: written by hand"), "{report}");
    assert!(report.contains("row 2      Combayo: removed by hand"), "{report}");
    assert!(report.contains("no row     Quilish: written by hand"), "{report}");
    let kept = "Conga activo Corregida, Quilish activo Corregida, Bagua latente -";
    assert_eq!(database.query(states)[0].as_deref(), Some(kept));
    let report = deliver("latente", &["Conga", "Combayo", "Bagua"], &["--overwrite-edits"]);
    assert!(
        report.contains("1 added, 1 changed, 1 unchanged, 1 removed") && !report.contains("edits kept"),
        "{report}"
    );
    assert_eq!(
        database.query(states)[0].as_deref(),
        Some("Conga latente -, Combayo latente -, Bagua latente -"),
        "what comes back has its old number"
    );
}

#[test]
fn coordinates_may_come_in_another_system() {
    let (_database, server) = editable();
    let mut feature = conflict("Conga", "activo", None);
    feature["geometry"] = json!({"type": "Point", "coordinates": [-6.92, -78.36]});
    let crs = ("content-crs", "<http://www.opengis.net/def/crs/EPSG/0/4326>");
    let created = server.send_json("POST", ITEMS, &[TOKEN, crs], &feature);
    assert_eq!(created.json()["geometry"]["coordinates"], json!([-78.36, -6.92]));
}

#[test]
fn of_two_writers_who_saw_the_same_one_wins() {
    let (database, server) = editable();
    let created = create(&server, &conflict("Conga", "activo", None));
    let (path, seen) = (path_of(&server, &created), created.header("etag").to_owned());
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let (server, path, seen) = (&server, &path, &seen);
                scope.spawn(move || {
                    let patch = json!({"properties": {"company": format!("Empresa {n}")}});
                    server.send_json("PATCH", path, &[TOKEN, ("if-match", seen)], &patch).status
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
    assert_eq!(database.count("select version from rimay.feature"), 2);
}

#[test]
fn an_import_and_a_hand_do_not_overwrite_one_another_unseen() {
    let (database, server) = editable();
    let folder = scratch();
    let file = write_geojson(folder.path(), "casos.geojson", &[conflict("Conga", "activo", None)]);
    database.import(&file, &["--layer", "conflicts"]);
    let page = server.wait_for(ITEMS, |page| page["numberMatched"] == 1);
    let path = format!("{ITEMS}/{}", page["features"][0]["id"]);
    let seen = server.get(&path).header("etag").to_owned();
    let file = write_geojson(folder.path(), "casos.geojson", &[conflict("Conga", "latente", None)]);
    database.import(&file, &["--layer", "conflicts"]);
    // The node need not have noticed yet: the database knows.
    let patch = json!({"properties": {"company": "Empresa"}});
    assert_eq!(server.send_json("PATCH", &path, &[TOKEN, ("if-match", &seen)], &patch).status, 412);
}

#[test]
fn a_row_that_somebody_else_holds_keeps_neither_other_writers_nor_readers() {
    let (database, server) = editable();
    let made = [conflict("Uno", "activo", None), conflict("Dos", "activo", None)].map(|case| create(&server, &case));
    let [held, free] = made.each_ref().map(|made| path_of(&server, made));
    let _holder = database.hold("select id from rimay.feature where properties ->> 'name' = 'Uno' for update");
    std::thread::scope(|scope| {
        let blocked: Vec<_> =
            (0..3).map(|_| scope.spawn(|| server.send("DELETE", &held, &[TOKEN, ("if-match", "*")]))).collect();
        let patch = json!({"properties": {"company": "Empresa"}});
        assert_eq!(server.send_json("PATCH", &free, &[TOKEN, ("if-match", "*")], &patch).status, 200);
        assert!(database.accepts("update rimay.feature set properties = properties || '{\"state\": \"latente\"}' where properties ->> 'name' = 'Dos'"));
        server.wait_for(&free, |case| case["properties"]["state"] == "latente");
        assert_eq!(server.get("/readyz").status, 200);
        for blocked in blocked {
            let answer = blocked.join().unwrap();
            assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.json());
        }
    });
}

#[test]
fn demonstration_data_that_a_person_wrote_does_not_give_way() {
    let (database, server) = editable();
    let folder = scratch();
    let invented = write_geojson(
        folder.path(),
        "demo.geojson",
        &[conflict("Uno", "activo", None), conflict("Dos", "activo", None)],
    );
    database.import(&invented, &["--layer", "conflicts", "--preset", "demonstration"]);
    let page = server.wait_for(ITEMS, |page| page["numberMatched"] == 2);
    let path = format!("{ITEMS}/{}", page["features"][0]["id"]);
    let patch = json!({"properties": {"company": "Empresa"}});
    assert_eq!(server.send_json("PATCH", &path, &[TOKEN, ("if-match", "*")], &patch).status, 200);
    let real = write_geojson(folder.path(), "casos.geojson", &[conflict("Tres", "activo", None)]);
    let report = database.import(&real, &["--layer", "conflicts"]);
    assert!(
        report.contains("1 demonstration features give way") && report.contains("Uno: written by hand"),
        "{report}"
    );
    let names = database.query("select string_agg(name, ' ' order by id) from layers.conflicts");
    assert_eq!(names[0].as_deref(), Some("Uno Tres"));
}
