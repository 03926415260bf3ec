//! The landing page and what hangs on it, health, and what every answer has.

use crate::support::{Server, TestDatabase, scratch, watershed, write_geojson};

fn served() -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("1", "Cuenca Ñ", -76.0, -10.0, 0.1)]);
    database.import(&file, &["--layer", "watersheds"]);
    let server = Server::start(&database);
    (database, server)
}

#[test]
fn every_link_of_the_landing_page_leads_somewhere_of_its_type() {
    let (_database, server) = served();
    assert_eq!(server.get("/ogc/").json(), server.json("/ogc"), "with and without a slash at the end");
    let landing = server.json("/ogc");
    let mut rels = vec![];
    for link in landing["links"].as_array().unwrap() {
        let path = link["href"].as_str().unwrap().strip_prefix(&server.url).unwrap();
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").starts_with(link["type"].as_str().unwrap()), "{path}");
        rels.push(link["rel"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        rels,
        [
            "self",
            "alternate",
            "service-desc",
            "service-doc",
            "related",
            "conformance",
            "data",
            "http://www.opengis.net/def/rel/ogc/1.0/processes",
            "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
        ]
    );
    let service = landing["links"].as_array().unwrap().iter().find(|link| link["rel"] == "service-desc").unwrap();
    assert_eq!(service["type"], "application/vnd.oai.openapi+json;version=3.0");
}

#[test]
fn collections_are_the_nine_layers_the_same_in_the_list_and_alone() {
    let (_database, server) = served();
    let list = server.json("/ogc/collections");
    let collections = list["collections"].as_array().unwrap();
    let ids: Vec<_> = collections.iter().map(|collection| collection["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "conflicts",
            "mining_concessions",
            "indigenous_territories",
            "protected_areas",
            "watersheds",
            "districts",
            "provinces",
            "departments",
            "populated_places"
        ]
    );
    for collection in collections {
        let id = collection["id"].as_str().unwrap();
        assert_eq!(collection, &server.json(&format!("/ogc/collections/{id}")));
        let items = collection["links"].as_array().unwrap().iter().find(|link| link["rel"] == "items").unwrap();
        assert!(!items["href"].as_str().unwrap().contains('?'), "clients append the id");
    }
    let watersheds = server.json("/ogc/collections/watersheds");
    assert_eq!(watersheds["extent"]["spatial"]["bbox"], serde_json::json!([[-76.0, -10.0, -75.9, -9.9]]));
    assert_eq!(watersheds["attribution"], "cuencas.geojson");
}

#[test]
fn the_service_description_has_local_references_only_and_each_of_them_leads_somewhere() {
    let (_database, server) = served();
    let document = server.json("/ogc/api");
    assert_eq!(document["openapi"], "3.0.3");
    let text = document.to_string();
    for (position, _) in text.match_indices("\"$ref\":\"") {
        let reference = text[position + 8..].split('"').next().unwrap();
        let pointer = reference.strip_prefix('#').expect("local");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let limit = &document["components"]["parameters"]["limit"]["schema"];
    assert_eq!((limit["default"].as_u64(), limit["maximum"].as_u64()), (Some(100), Some(1_000_000)));
    let parameters = document["paths"]["/collections/conflicts/items"]["get"]["parameters"].as_array().unwrap();
    assert!(parameters.iter().any(|parameter| parameter["name"] == "state" && parameter["in"] == "query"));
}

#[test]
fn health_is_told_in_three_ways() {
    let (_database, server) = served();
    assert_eq!(server.get("/livez").status, 200);
    let ready = server.json("/readyz");
    assert_eq!(ready["status"], "ready");
    server.json("/ogc/collections/watersheds/items");
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics.contains("rimay_layer_features{layer=\"watersheds\"} 1"), "{metrics}");
    assert!(
        metrics.contains("http_requests_total{route=\"/ogc/collections/{layer}/items\",status=\"200\"} 1"),
        "{metrics}"
    );
}

#[test]
fn answers_bear_an_id_and_public_data_may_be_read_from_any_page() {
    let (_database, server) = served();
    let answer = server.get_with("/ogc/collections/watersheds/items", &[("origin", "https://example.org")]);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let nothing = server.get_with("/ogc/nothing", &[("origin", "http://a.example")]);
    assert_eq!((nothing.status, nothing.header("access-control-allow-origin")), (404, "*"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let first = answer.header("x-request-id").to_owned();
    assert_eq!(first.len(), 16);
    assert_ne!(first, server.get("/livez").header("x-request-id"));
}

#[test]
fn a_page_elsewhere_may_ask_first() {
    let (_database, server) = served();
    let asked = [
        ("origin", "https://example.org"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "x-own"),
    ];
    for path in ["/ogc/collections/watersheds/items", "/ogc/", "/api/catalogue", "/tiles/watersheds/5/9/16"] {
        let answer = server.send("OPTIONS", path, &asked);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"), "{path}");
    }
}

#[test]
fn numbers_no_program_can_hold_do_not_take_their_layer_with_them() {
    let (database, server) = served();
    // An undeclared property is nobody's business, and no condition of the table forbids it.
    database.query("insert into rimay.feature (layer, key, properties) values ('watersheds', 'q', '{\"name\": \"Cuenca Q\", \"weight\": 1e400}') returning id::text");
    let found = server.wait_for("/ogc/collections/watersheds/items", |page| page["numberMatched"] == 2);
    assert_eq!(found["features"][1]["properties"]["name"], "Cuenca Q");
    assert_eq!(server.json("/readyz")["status"], "ready");
    let again = Server::start(&database);
    assert_eq!(again.json("/ogc/collections/watersheds/items")["numberMatched"], 2);
}

#[test]
fn the_record_of_changes_stays_small_and_revisions_go_on() {
    let (database, server) = served();
    let revision = || server.json("/api/layers/watersheds/features")["revision"].as_u64().unwrap();
    let before = revision();
    database.query("with noted as (insert into rimay.layer_change (layer, changed_at) select 'watersheds', now() - interval '1 minute' from generate_series(1, 1500) returning 1) select count(*)::text from noted");
    server.wait_for("/api/layers/watersheds/features", |list| list["revision"] == before + 1500);
    server.wait_for("/readyz", |_| {
        database.count("select count(*) from rimay.layer_change where layer = 'watersheds'") < 10
    });
    database.query("delete from rimay.feature where layer = 'watersheds' returning id::text");
    let list = server.wait_for("/api/layers/watersheds/features", |list| list["number_matched"] == 0);
    assert_eq!(list["revision"], before + 1501);
}

#[test]
fn the_page_runs_only_what_we_wrote() {
    let (_database, server) = served();
    for view in ["/", "/mapa"] {
        let answer = server.get(view);
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{view}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'self'"), "{view}");
    }
    // Whoever mistypes an address gets a page that says so; a program a problem.
    for (path, accept, kind) in [
        ("/nada", "text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("/nada", "*/*", "application/problem+json"),
        ("/api/nada", "text/html,*/*;q=0.8", "application/problem+json"),
        ("/ogc/nada", "application/json", "application/problem+json"),
    ] {
        let answer = server.get_with(path, &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (404, kind), "{path} {accept}");
    }
}

#[test]
fn links_begin_with_the_configured_address_whatever_the_host_header_says() {
    let database = TestDatabase::create();
    let server = Server::start_with(&database, &["--public-url", "https://mapa.example.pe/"]);
    let answer = server.get_with("/ogc", &[("host", "evil.example")]);
    for link in answer.json()["links"].as_array().unwrap() {
        assert!(link["href"].as_str().unwrap().starts_with("https://mapa.example.pe/"), "{link}");
    }
}

#[test]
fn gdal_reads_a_layer_and_pushes_its_filters_down() {
    let database = TestDatabase::create();
    let folder = scratch();
    let features: Vec<_> = (0..25)
        .map(|n| watershed(&n.to_string(), &format!("Cuenca {n}"), -76.0 + 0.1 * f64::from(n), -10.0, 0.1))
        .collect();
    database.import(&write_geojson(folder.path(), "cuencas.geojson", &features), &["--layer", "watersheds"]);
    let server = Server::start(&database);
    let count = |arguments: &[&str]| {
        let source = format!("OAPIF:{}/ogc", server.url);
        let output = std::process::Command::new("ogrinfo")
            .args(["-ro", "-al"])
            .args(arguments)
            .args([&source, "watersheds"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        text.matches("OGRFeature(watersheds)").count()
    };
    assert_eq!(count(&[]), 25);
    assert_eq!(count(&["-where", "name = 'Cuenca 7'"]), 1);
    assert_eq!(count(&["-where", "name LIKE 'Cuenca 1%' AND stated_area_km2 > 1"]), 11);
    // GDAL reads the same features when it does not understand us; that it asked us is in what was answered.
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics.contains("rimay_filters_total"), "no filter was pushed down: {metrics}");
    // From half into the first square to half into the third.
    assert_eq!(count(&["-spat", "-75.95", "-9.95", "-75.75", "-9.94"]), 3);
}

#[test]
fn browsers_get_a_page_of_each_resource_and_programs_get_json() {
    let (database, server) = served();
    database.query("insert into rimay.feature (layer, key, properties, geom) values ('watersheds', 'x', '{\"code\": \"x\", \"name\": \"<b>Río & co</b>\"}', st_multi(st_makeenvelope(-76, -10, -75.9, -9.9, 4326))) returning id::text");
    let items = "/ogc/collections/watersheds/items";
    server.wait_for(items, |page| page["features"].as_array().unwrap().iter().any(|f| f["properties"]["code"] == "x"));
    let newest = database.count("select max(id) from layers.watersheds");
    let browser = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    let paths = [
        "/ogc".to_owned(),
        "/ogc/".into(),
        "/ogc/conformance".into(),
        "/ogc/collections".into(),
        "/ogc/collections/watersheds".into(),
        items.into(),
        format!("{items}?near=-76,-10&limit=1"),
        format!("{items}/{newest}"),
    ];
    for path in &paths {
        let page = server.get_with(path, &[browser]);
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        let varies: Vec<_> = page.headers.get_all("vary").iter().collect();
        assert!(varies.iter().any(|name| *name == "accept"), "{path}: {varies:?}");
        let text = String::from_utf8(page.body).unwrap();
        assert!(text.contains("<main><h1>") && !text.contains("<b>Río"), "{path}");
        assert!(server.get_with(path, &[("accept", "application/json, text/html;q=0.5")]).json().is_object());
        assert!(server.get(path).json().is_object(), "{path}: whoever says nothing gets JSON");
    }
    let one = String::from_utf8(server.get(&format!("{items}/{newest}?f=html")).body).unwrap();
    assert!(one.contains("&lt;b&gt;Río &amp; co&lt;/b&gt;") && one.contains("<svg"), "{one}");
    let first = String::from_utf8(server.get(&format!("{items}?limit=1&f=html")).body).unwrap();
    assert!(first.contains(r#"rel="next""#), "{first}");
    assert!(server.get("/ogc/pages.css").header("content-type").starts_with("text/css"));
    assert_eq!(server.get("/ogc/collections?f=xml").status, 400);
}

#[test]
fn qgis_gets_the_layers_with_their_colours() {
    let (_database, server) = served();
    let file = server.get("/ogc/rimay.qlr");
    assert_eq!(file.header("content-type"), "application/x-qgis-layer-definition");
    let text = String::from_utf8(file.body).unwrap();
    assert!(
        text.starts_with("<!DOCTYPE qgis-layer-definition><qlr>") && text.contains("typename='watersheds'"),
        "{text}"
    );
    assert!(!text.contains("typename='conflicts'"), "QGIS cannot draw a layer without features");
    assert_eq!(server.get("/ogc/rimay.qlr?layers=watersheds").status, 200);
    assert_eq!(server.get("/ogc/rimay.qlr?layers=nada").status, 400);
}
