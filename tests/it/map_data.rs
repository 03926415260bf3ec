//! What the map asks for: catalogue, lists, search and tiles.

use geozero::mvt::{Message, Tile};
use serde_json::json;

use crate::support::{Server, TestDatabase, conflict, scratch, watershed, write_geojson};

fn served() -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let folder = scratch();
    let watersheds =
        [watershed("49", "Cuenca Marañón", -78.0, -6.0, 1.0), watershed("137", "Cuenca Chancay", -79.0, -12.0, 1.0)];
    let cases = [
        conflict("Conga", "activo", Some([-78.36, -6.92])),
        conflict("Chancay", "latente", Some([-77.27, -11.56])),
        conflict("Caso nacional", "activo", None),
    ];
    database.import(
        &write_geojson(folder.path(), "cuencas.geojson", &watersheds),
        &["--layer", "watersheds", "--licence", "CC0-1.0", "--attribution", "Prueba"],
    );
    database.import(&write_geojson(folder.path(), "casos.geojson", &cases), &["--layer", "conflicts"]);
    let server = Server::start(&database);
    (database, server)
}

#[test]
fn the_catalogue_says_what_each_layer_holds_and_who_made_it() {
    let (database, server) = served();
    let catalogue = server.json("/api/catalogue");
    let layer =
        |id: &str| catalogue["layers"].as_array().unwrap().iter().find(|layer| layer["id"] == id).unwrap().clone();
    let watersheds = layer("watersheds");
    assert_eq!(watersheds["count"], database.count_features("watersheds"));
    assert_eq!(watersheds["bbox"], json!([-79.0, -12.0, -77.0, -5.0]));
    let source = &watersheds["sources"][0];
    assert_eq!((&source["licence"], &source["attribution"]), (&json!("CC0-1.0"), &json!("Prueba")));
    assert_eq!(layer("provinces")["count"], 0);
    assert_eq!(layer("conflicts")["category_field"], "state");
}

#[test]
fn lists_are_by_name_and_count_categories_whatever_state_is_asked_for() {
    let (_database, server) = served();
    let names = |path: &str| -> Vec<String> {
        let list = server.json(path);
        assert_eq!(list["number_returned"], list["features"].as_array().unwrap().len());
        list["features"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("/api/layers/conflicts/features"), ["Caso nacional", "Chancay", "Conga"]);
    assert_eq!(names("/api/layers/conflicts/features?state=activo&bbox=-79,-7,-78,-6"), ["Caso nacional", "Conga"]);
    assert_eq!(names("/api/layers/conflicts/features?limit=1&offset=1"), ["Chancay"]);
    assert_eq!(names("/api/layers/watersheds/features?q=MARANON"), ["Cuenca Marañón"]);
    let list = server.json("/api/layers/conflicts/features?state=activo&limit=1");
    assert_eq!(list["categories"], json!({"activo": 2, "latente": 1}));
    assert_eq!(list["number_matched"], 2);
}

#[test]
fn lists_may_be_by_urgency_or_date_with_what_has_no_place_apart() {
    let database = TestDatabase::create();
    let folder = scratch();
    let case = |name: &str, state: &str, phase: Option<&str>, from: &str, department: &str, place: Option<[f64; 2]>| {
        let mut case = conflict(name, state, place);
        case["properties"]["phase"] = json!(phase);
        case["properties"]["started_on"] = json!(from);
        case["properties"]["department"] = json!(department);
        case["properties"]["company"] = json!(format!("Minera {name}"));
        case
    };
    let here = Some([-75.0, -12.0]);
    let cases = [
        case("A", "resuelto", None, "2020-01-01", "Cusco", here),
        case("B", "activo", Some("dialogo"), "2019-01-01", "Cusco, Puno", here),
        case("C", "activo", Some("crisis"), "2001-01-01", "Puno", here),
        case("D", "activo", Some("crisis"), "2015-01-01", "Lima", None),
        case("E", "latente", None, "2021-01-01", "Puno", here),
    ];
    database.import(&write_geojson(folder.path(), "casos.geojson", &cases), &["--layer", "conflicts"]);
    let server = Server::start(&database);
    let names = |query: &str| -> String {
        let list = server.json(&format!("/api/layers/conflicts/features?{query}"));
        list["features"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("sort=urgency"), "CBEAD", "active before dormant, crisis before dialogue, placeless last");
    assert_eq!(names("sort=recent"), "EABCD");
    assert_eq!(names("sort=name"), "ABCDE");
    assert_eq!(names("department=Puno&sort=name"), "BCE", "a case in two departments is in both");
    let list = server.json("/api/layers/conflicts/features?state=activo");
    assert_eq!((&list["number_matched"], &list["number_without_place"]), (&json!(3), &json!(1)));
    assert_eq!(list["categories_without_place"], json!({"activo": 1}));
    let found = server.json("/api/search?q=minera%20c")["results"].clone();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["name"]), (1, &json!("C")));
    assert_eq!(server.json("/api/search?q=lima")["results"][0]["name"], "D");
}

#[test]
fn search_finds_names_and_codes_without_accents_across_layers() {
    let (_database, server) = served();
    let found = |q: &str| -> Vec<(String, String)> {
        let results = server.json(&format!("/api/search?q={q}"))["results"].clone();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        results.as_array().unwrap().iter().map(|r| (text(&r["layer"]), text(&r["name"]))).collect()
    };
    let pairs = |expected: &[(&str, &str)]| -> Vec<(String, String)> {
        expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(found("maranon"), pairs(&[("watersheds", "Cuenca Marañón")]));
    assert_eq!(found("Chancay"), pairs(&[("conflicts", "Chancay"), ("watersheds", "Cuenca Chancay")]));
    assert_eq!(found("137"), pairs(&[("watersheds", "Cuenca Chancay")]));
    let conga = server.json("/api/search?q=conga")["results"][0].clone();
    assert_eq!((&conga["context"], &conga["category"]), (&json!("Cajamarca"), &json!("activo")));
    assert_eq!(found("nadie"), []);
}

#[test]
fn tiles_carry_shapes_names_and_label_points() {
    let (_database, server) = served();
    // Zoom 5, column 9, row 16 reaches from 78.75° W to 67.5° W and from the equator to 11.2° S.
    let answer = server.get("/tiles/watersheds/5/9/16");
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    let tile = Tile::decode(&answer.body[..]).unwrap();
    let names: Vec<_> = tile.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["watersheds", "watersheds_labels"]);
    let shapes = &tile.layers[0];
    assert_eq!((shapes.version, shapes.extent), (2, Some(4096)));
    let values: Vec<_> = shapes.values.iter().filter_map(|value| value.string_value.clone()).collect();
    assert!(values.contains(&"Cuenca Marañón".to_owned()), "{values:?}");
    let ids: Vec<_> = shapes.features.iter().map(|feature| feature.id.unwrap()).collect();
    let listed = server.json("/api/layers/watersheds/features?q=maranon")["features"][0]["id"].as_u64().unwrap();
    assert!(ids.contains(&listed), "{ids:?}");
}

#[test]
fn tiles_without_anything_are_empty_and_tiles_of_a_revision_may_be_kept() {
    let (_database, server) = served();
    let empty = server.get("/tiles/watersheds/5/0/0");
    assert_eq!((empty.status, empty.header("cache-control"), empty.body.len()), (204, "no-cache", 0));
    assert_eq!(server.get_with("/tiles/watersheds/5/0/0", &[("if-none-match", empty.header("etag"))]).status, 304);
    let document = server.json("/tiles/watersheds");
    assert_eq!(document["bounds"], json!([-79.0, -12.0, -77.0, -5.0]));
    assert!(server.json("/tiles/provinces").get("bounds").is_none(), "a layer without features has no bounds");
    assert_eq!(document["tilejson"], "3.0.0");
    let template = document["tiles"][0].as_str().unwrap().strip_prefix(&server.url).unwrap();
    let path = template.replace("{z}", "5").replace("{x}", "9").replace("{y}", "16");
    let answer = server.get_with(&path, &[("accept-encoding", "identity")]);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(Tile::decode(&answer.body[..]).is_ok(), "plain where gzip is not accepted");
    assert_eq!(server.get("/tiles/watersheds/5/9/16?v=0").header("cache-control"), "no-cache");
    let catalogue = server.json("/api/catalogue");
    let watersheds = catalogue["layers"].as_array().unwrap().iter().find(|layer| layer["id"] == "watersheds").unwrap();
    assert_eq!(watersheds["tiles"], template, "the map asks for the same addresses");
    let etag = answer.header("etag").to_owned();
    assert_eq!(server.get_with(&path, &[("if-none-match", &etag)]).status, 304);
}

#[test]
fn the_ogc_road_leads_to_the_same_tiles() {
    let (_database, server) = served();
    let path = |link: &serde_json::Value| link["href"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    let by_rel = |document: &serde_json::Value, rel: &str| {
        let links = document["links"].as_array().unwrap().clone();
        links.into_iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("no {rel}"))
    };
    let collection = server.json("/ogc/collections/watersheds");
    let tilesets = server.json(&path(&by_rel(&collection, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")));
    let tileset = server.json(&path(&by_rel(&tilesets["tilesets"][0], "self")));
    let ids: Vec<_> = tileset["layers"].as_array().unwrap().iter().map(|layer| layer["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["watersheds", "watersheds_labels"]);
    let template = path(&by_rel(&tileset, "item"));
    // Row before column.
    let tile = template.replace("{tileMatrix}", "5").replace("{tileRow}", "16").replace("{tileCol}", "9");
    assert_eq!(server.get(&tile).body, server.get("/tiles/watersheds/5/9/16").body);
    let grid = server.json(&path(&by_rel(&tileset, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")));
    assert_eq!(grid["tileMatrices"][0]["scaleDenominator"].as_f64().unwrap().round(), 559_082_264.0);
    assert_eq!(server.get("/ogc/collections/watersheds/tiles/WorldCRS84Quad").status, 404);
}

#[test]
fn what_is_written_in_psql_is_served_within_a_second() {
    let (database, server) = served();
    database.query("insert into rimay.feature (layer, key, properties, geom) values ('conflicts', 'p', '{\"name\": \"Por psql\", \"state\": \"activo\"}', st_setsrid(st_point(-75, -12), 4326)) returning id::text");
    let started = std::time::Instant::now();
    server.wait_for("/api/search?q=psql", |found| !found["results"].as_array().unwrap().is_empty());
    assert!(started.elapsed().as_millis() < 1000, "{:?}", started.elapsed());
    database.query("truncate rimay.feature_conflicts");
    server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 0);
}

#[test]
fn the_database_refuses_what_could_not_be_served() {
    let (database, server) = served();
    for geometry in [
        "st_geomfromtext('POINT EMPTY', 4326)",
        "st_geomfromtext('LINESTRING(-75 -12, -74 -12)', 4326)",
        "st_geomfromtext('POINT Z (-75 -12 100)', 4326)",
        "st_setsrid(st_point('NaN', -12), 4326)",
        "st_setsrid(st_point('Infinity', -12), 4326)",
        "st_setsrid(st_point(300000, 9100000), 32718)",
        "st_setsrid(st_point(1e300, 0), 4326)",
        "st_setsrid(st_point(-75, 90.000001), 4326)",
    ] {
        let insert = format!(
            "insert into rimay.feature (layer, key, properties, geom) values ('conflicts', 'x', '{{}}', {geometry})"
        );
        assert!(!database.accepts(&insert), "{geometry} went in");
    }
    for properties in [
        r#"{"name": 7}"#,
        r#"{"started_on": "ayer"}"#,
        r#"{"started_on": "yesterday"}"#,
        r#"{"started_on": "infinity"}"#,
        r#"{"started_on": "0044-03-15 BC"}"#,
        r#"{"started_on": "2009-02-30"}"#,
        r#"{"state": "abierto"}"#,
        r#"{"violence_recorded": "si"}"#,
        r#"["activo"]"#,
    ] {
        let insert =
            format!("insert into rimay.feature (layer, key, properties) values ('conflicts', 'x', '{properties}')");
        assert!(!database.accepts(&insert), "{properties} went in");
    }
    let watershed = |properties: &str| {
        format!("insert into rimay.feature (layer, key, properties) values ('watersheds', 'z', '{properties}')")
    };
    assert!(!database.accepts(&watershed(r#"{"stated_area_km2": 1e400}"#)));
    assert!(
        !database.accepts("insert into rimay.layer_change (layer, changed_at) values ('conflicts', '20000-01-01')")
    );
    assert!(database.accepts(
        "insert into rimay.feature (layer, key, properties) values ('conflicts', 'y', '{\"name\": \"Sin más\"}')"
    ));
    server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 4);
}
