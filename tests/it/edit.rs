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
        (with("/geometry", json!({"type": "LineString", "coordinates": [[0, 0], [1, 1]]})), "holds points"),
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
}

#[test]
fn a_code_is_borne_once_and_a_repeated_request_makes_one_feature() {
    let (database, server) = editable();
    let feature = conflict("Conga", "activo", None);
    assert_eq!(create(&server, &feature).status, 201);
    let again = create(&server, &feature);
    assert_eq!(again.status, 409);
    assert!(again.json()["detail"].as_str().unwrap().contains("\"conga\""), "{}", again.json());
    let mut nameless = conflict("Otro", "activo", None);
    nameless["properties"]["code"] = Json::Null;
    for status in [201, 409] {
        let answer = server.send_json("POST", ITEMS, &[TOKEN, ("idempotency-key", "k1")], &nameless);
        assert_eq!(answer.status, status);
    }
    assert_eq!(database.count_features("conflicts"), 2);
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
