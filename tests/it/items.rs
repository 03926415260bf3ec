//! `/ogc/collections/{layer}/items`: paging, filters, one feature, caching.

use serde_json::{Value as Json, json};

use crate::support::{Server, TestDatabase, conflict, scratch, watershed, write_geojson};

fn ids(page: &Json) -> Vec<i64> {
    page["features"].as_array().unwrap().iter().map(|feature| feature["id"].as_i64().unwrap()).collect()
}

fn names(page: &Json) -> Vec<&str> {
    page["features"].as_array().unwrap().iter().map(|feature| feature["properties"]["name"].as_str().unwrap()).collect()
}

fn with_watersheds(count: u32) -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let folder = scratch();
    let features: Vec<_> = (0..count)
        .map(|n| watershed(&format!("{n}"), &format!("Cuenca {n}"), -76.0 + f64::from(n) * 0.1, -10.0, 0.1))
        .collect();
    database.import(&write_geojson(folder.path(), "cuencas.geojson", &features), &["--layer", "watersheds"]);
    let server = Server::start(&database);
    (database, server)
}

fn with_conflicts(features: &[Json]) -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let folder = scratch();
    database.import(&write_geojson(folder.path(), "casos.geojson", features), &["--layer", "conflicts"]);
    let server = Server::start(&database);
    (database, server)
}

#[test]
fn pages_follow_one_another_to_the_last() {
    let (_database, server) = with_watersheds(25);
    let mut path = "/ogc/collections/watersheds/items?limit=10&drainage_region=Regi%C3%B3n+de+prueba".to_owned();
    let mut seen = vec![];
    let mut sizes = vec![];
    loop {
        let page = server.json(&path);
        assert_eq!(page["numberMatched"], 25);
        sizes.push(page["numberReturned"].as_u64().unwrap());
        seen.extend(ids(&page));
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        let Some(next) = next else { break };
        assert_eq!(next["type"], "application/geo+json");
        let href = next["href"].as_str().unwrap();
        assert!(href.contains("limit=10") && href.contains("drainage_region="), "filters are lost: {href}");
        path = href.strip_prefix(&server.url).unwrap().to_owned();
    }
    assert_eq!(sizes, [10, 10, 5]);
    let mut ordered = seen.clone();
    ordered.sort_unstable();
    ordered.dedup();
    assert_eq!(seen, ordered, "each feature once, by ascending id");
    assert_eq!(seen.len(), 25);
}

#[test]
fn a_large_layer_comes_in_pieces_and_whole() {
    let database = TestDatabase::create();
    let folder = scratch();
    let place = |n: u32| [-78.0 + f64::from(n % 100) * 0.01, -10.0 + f64::from(n / 100) * 0.01];
    let cases: Vec<_> = (0..8_000).map(|n| conflict(&format!("Caso {n}"), "activo", Some(place(n)))).collect();
    database.import(&write_geojson(folder.path(), "casos.geojson", &cases), &["--layer", "conflicts"]);
    let server = Server::start(&database);
    let path = "/ogc/collections/conflicts/items?limit=1000000";
    let expected: Vec<i64> = (1..=8_000).collect();
    for form in ["", "&crs=EPSG:32718", "&f=jsonfg", "&properties=name", "&near=-78,-10&within=1000000"] {
        let answer = server.get(&format!("{path}{form}"));
        assert_eq!(answer.status, 200);
        let page = answer.json();
        let mut seen = ids(&page);
        seen.sort_unstable();
        assert_eq!((&seen, page["numberReturned"].as_u64()), (&expected, Some(8_000)), "{form}");
        assert!(page["links"].as_array().unwrap().iter().all(|link| link["rel"] != "next"));
    }
    let plain = |path: &str| server.get_with(path, &[("accept-encoding", "identity")]);
    let (few, all) = (plain("/ogc/collections/conflicts/items?limit=3"), plain(path));
    assert_eq!(few.header("content-length"), few.body.len().to_string());
    assert_eq!(all.header("transfer-encoding"), "chunked");
}

#[test]
fn limit_and_offset_are_taken_and_bounded() {
    let (_database, server) = with_watersheds(5);
    assert_eq!(ids(&server.json("/ogc/collections/watersheds/items?limit=2&offset=3")).len(), 2);
    assert_eq!(ids(&server.json("/ogc/collections/watersheds/items?offset=99")).len(), 0);
    assert_eq!(ids(&server.json("/ogc/collections/watersheds/items?limit=1000000000000000000000")).len(), 5);
    let twice = server.json("/ogc/collections/watersheds/items?limit=5&limit=1");
    assert_eq!(ids(&twice).len(), 1, "of a parameter given twice the last counts");
}

#[test]
fn a_box_finds_what_it_touches_and_what_has_no_place() {
    // Squares of 0.1° stand side by side from 76° W eastwards; the box ends exactly on the edge of the second.
    let (_database, server) = with_watersheds(5);
    let page = server.json("/ogc/collections/watersheds/items?bbox=-76.05,-10.05,-75.9,-9.95");
    assert_eq!(names(&page), ["Cuenca 0", "Cuenca 1"]);
    let six = server.json("/ogc/collections/watersheds/items?bbox=-76.05,-10.05,0,-75.9,-9.95,100");
    assert_eq!(ids(&six), ids(&page));

    let (_database, server) = with_conflicts(&[
        conflict("Nacional", "activo", None),
        conflict("Dentro", "activo", Some([-78.5, -7.1])),
        conflict("Fuera", "activo", Some([-72.0, -14.0])),
    ]);
    assert_eq!(names(&server.json("/ogc/collections/conflicts/items?bbox=-79,-8,-78,-7")), ["Nacional", "Dentro"]);
    let around = server.json("/ogc/collections/conflicts/items?bbox=170,-20,-75,0");
    assert_eq!(names(&around), ["Nacional", "Dentro"], "west greater than east crosses the antimeridian");
}

#[test]
fn properties_filter_by_value_and_codes_by_list() {
    let (_database, server) = with_conflicts(&[
        conflict("Uno", "activo", None),
        conflict("Dos", "latente", None),
        conflict("Tres", "resuelto", None),
    ]);
    assert_eq!(names(&server.json("/ogc/collections/conflicts/items?state=activo")), ["Uno"]);
    assert_eq!(names(&server.json("/ogc/collections/conflicts/items?state=latente,resuelto")), ["Dos", "Tres"]);
    assert_eq!(names(&server.json("/ogc/collections/conflicts/items?state=latente&name=Tres")), [""; 0]);
    assert_eq!(names(&server.json("/ogc/collections/conflicts/items?state=latente&synthetic=false")), ["Dos"]);
    assert_eq!(names(&server.json("/ogc/collections/conflicts/items?synthetic=true")), [""; 0]);
}

#[test]
fn filters_hold_together_with_all_else_and_pages_keep_them() {
    let database = TestDatabase::create();
    let folder = scratch();
    let features: Vec<_> = (0..30)
        .map(|n| {
            conflict(
                &format!("Caso {n:02}"),
                if n % 2 == 0 { "activo" } else { "latente" },
                Some([-75.0 + 0.1 * f64::from(n), -10.0]),
            )
        })
        .collect();
    database.import(&write_geojson(folder.path(), "casos.geojson", &features), &["--layer", "conflicts"]);
    let server = Server::start(&database);
    let filter = r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[-75.05,-11,-73.05,-9]}]}"#;
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let mut path = format!(
        "/ogc/collections/conflicts/items?filter={filter}&filter-lang=cql2-json&state=activo&sortby=-name&properties=name&limit=4"
    );
    let mut names = vec![];
    loop {
        let page = server.json(&path);
        assert_eq!(page["numberMatched"], 10);
        for feature in page["features"].as_array().unwrap() {
            assert_eq!(feature["properties"].as_object().unwrap().len(), 1, "only what was asked for");
            names.push(feature["properties"]["name"].as_str().unwrap().to_owned());
        }
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next").cloned();
        let Some(next) = next else { break };
        path = next["href"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    }
    let expected: Vec<_> = (0..20).rev().filter(|n| n % 2 == 0).map(|n| format!("Caso {n:02}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn what_a_filter_finds_comes_as_a_file_too() {
    let database = TestDatabase::create();
    let folder = scratch();
    let features: Vec<_> = (0..130)
        .map(|n| conflict(&format!("=Caso {n}"), if n < 120 { "activo" } else { "latente" }, Some([-75.0, -10.0])))
        .collect();
    database.import(&write_geojson(folder.path(), "casos.geojson", &features), &["--layer", "conflicts"]);
    let server = Server::start(&database);
    let items = "/ogc/collections/conflicts/items";
    let csv = server.get(&format!("{items}?f=csv&state=activo&properties=name,state&sortby=-name"));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"conflicts.csv\"");
    let text = String::from_utf8(csv.body).unwrap();
    assert_eq!(text.lines().count(), 121, "all that is found, not a page");
    assert!(text.contains("'=Caso 99"), "formulas are defused");
    assert!(!text.contains("department"), "only the chosen properties");
    for (format, layers) in [("gpkg", "conflicts"), ("fgb", "conflicts"), ("kml", "conflicts"), ("shp", "conflicts")] {
        let answer = server.get(&format!("{items}?f={format}&limit=7"));
        assert_eq!(answer.status, 200, "{format}");
        let ending = if format == "shp" { "zip" } else { format };
        let path = folder.path().join(format!("out.{ending}"));
        std::fs::write(&path, &answer.body).unwrap();
        let source = if format == "shp" { format!("/vsizip/{}", path.display()) } else { path.display().to_string() };
        let listed = std::process::Command::new("ogrinfo").args(["-ro", "-so", &source, layers]).output().unwrap();
        let said = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(said.contains("Feature Count: 7"), "{format}: {said}");
    }
    assert_eq!(server.get(&format!("{items}?f=csv&crs=EPSG:32718")).status, 400);
    let last = server.json(&format!("{items}?offset=126&limit=1"))["features"][0]["id"].to_string();
    let rest = server.get(&format!("{items}?f=csv&after={last}"));
    assert_eq!(String::from_utf8(rest.body).unwrap().lines().count(), 1 + 3, "what follows an id");
    let near = server.get(&format!("{items}?f=csv&near=-75,-9&limit=2&properties=name"));
    let text = String::from_utf8(near.body).unwrap();
    let distances: Vec<_> = text.lines().map(|line| line.split(',').find(|cell| cell.starts_with("110604."))).collect();
    assert!(text.contains("distance_m") && distances[1..].iter().all(Option::is_some), "a degree of latitude: {text}");
    let collection = server.json("/ogc/collections/conflicts");
    let enclosures = collection["links"].as_array().unwrap().iter().filter(|link| link["rel"] == "enclosure");
    assert_eq!(enclosures.count(), 6);
}

#[test]
fn queryables_are_what_filters_may_name() {
    let database = TestDatabase::create();
    let server = Server::start(&database);
    for collection in server.json("/ogc/collections")["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        let answer = server.get(&format!("/ogc/collections/{id}/queryables"));
        assert_eq!(answer.header("content-type"), "application/schema+json");
        let queryables = answer.json();
        assert!(queryables["$id"].as_str().unwrap().ends_with(&format!("/ogc/collections/{id}/queryables")));
        assert_eq!(queryables["properties"]["geometry"]["x-ogc-role"], "primary-geometry");
        for name in queryables["properties"].as_object().unwrap().keys() {
            let filter = format!("/ogc/collections/{id}/items?filter=%22{name}%22%20IS%20NOT%20NULL");
            assert_eq!(server.json(&filter)["numberMatched"], 0, "{filter}");
        }
    }
}

#[test]
fn datetime_keeps_what_held_then_and_what_has_no_time() {
    let dated = |name: &str, from: &str, to: Option<&str>| {
        let mut feature = conflict(name, "resuelto", None);
        feature["properties"]["started_on"] = json!(from);
        feature["properties"]["ended_on"] = json!(to);
        feature
    };
    let (_database, server) = with_conflicts(&[
        dated("Acabado", "2001-03-01", Some("2003-05-31")),
        dated("Abierto", "2009-04-09", None),
        conflict("Sin fecha", "activo", None),
    ]);
    let at = |when: &str| names(&server.json(&format!("/ogc/collections/conflicts/items?datetime={when}"))).join(", ");
    assert_eq!(at("2002-01-01"), "Acabado, Sin fecha");
    assert_eq!(at("2003-05-31T00:00:00Z/.."), "Acabado, Abierto, Sin fecha");
    assert_eq!(at("../2001-02-28"), "Sin fecha");
}

#[test]
fn one_feature_bears_its_links_and_says_whether_it_is_invented() {
    let (_database, server) = with_watersheds(1);
    let page = server.json("/ogc/collections/watersheds/items");
    let id = ids(&page)[0];
    let answer = server.get(&format!("/ogc/collections/watersheds/items/{id}"));
    assert_eq!(answer.header("content-type"), "application/geo+json");
    assert_eq!(answer.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    let feature = answer.json();
    assert_eq!(feature["properties"], page["features"][0]["properties"]);
    assert_eq!(feature["geometry"], page["features"][0]["geometry"]);
    assert_eq!(feature["rimay"], json!({"source": "cuencas", "synthetic": false, "demonstration": false}));
    assert_eq!(feature["properties"]["synthetic"], false, "every feature says of itself whether it is invented");
    let rels: Vec<_> = feature["links"].as_array().unwrap().iter().map(|link| link["rel"].as_str().unwrap()).collect();
    assert_eq!(rels, ["self", "version-history", "collection"]);
    for missing in ["999999999", "abc", "-1", "1.5", "99999999999999999999"] {
        assert_eq!(server.get(&format!("/ogc/collections/watersheds/items/{missing}")).status, 404, "{missing}");
    }
}

#[test]
fn an_unchanged_answer_is_not_sent_again_and_a_changed_one_is() {
    let (database, server) = with_watersheds(2);
    let path = "/ogc/collections/watersheds/items";
    let first = server.get(path);
    let etag = first.header("etag").to_owned();
    let again = server.get_with(path, &[("if-none-match", &etag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    database.query("update rimay.feature set properties = jsonb_set(properties, '{name}', '\"Otra\"') where layer = 'watersheds' returning id::text");
    server.wait_for(path, |page| names(page) == ["Otra", "Otra"]);
    assert_eq!(server.get_with(path, &[("if-none-match", &etag)]).status, 200);
}

#[test]
fn people_see_on_a_page_what_was_wrong_and_programs_get_the_problem() {
    let (_database, server) = with_watersheds(1);
    for (path, status) in [("items/999", 404), ("items?limit=x", 400), ("items?filter=nombre=1", 400)] {
        let path = format!("/ogc/collections/watersheds/{path}");
        let problem = server.get(&path);
        assert_eq!((problem.status, problem.header("content-type")), (status, "application/problem+json"));
        let page = server.get_with(&path, &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]);
        assert_eq!((page.status, page.header("content-type")), (status, "text/html; charset=utf-8"));
        let text = String::from_utf8(page.body).unwrap().replace("&quot;", "\"").replace("&lt;", "<");
        assert!(text.contains(problem.json()["detail"].as_str().unwrap()), "{text}");
    }
}

#[test]
fn a_compressed_feature_has_a_tag_of_its_own_that_is_as_good() {
    let (_database, server) = with_watersheds(1);
    let id = server.json("/ogc/collections/watersheds/items")["features"][0]["id"].to_string();
    let path = format!("/ogc/collections/watersheds/items/{id}");
    let plain = server.get_with(&path, &[("accept-encoding", "identity")]).header("etag").to_owned();
    let compressed = server.get_with(&path, &[("accept-encoding", "gzip")]);
    assert_eq!(compressed.header("etag"), format!("{}-gzip\"", plain.trim_end_matches('"')));
    for tag in [&plain, compressed.header("etag")] {
        let kept = server.get_with(&path, &[("if-none-match", tag)]);
        assert_eq!((kept.status, kept.header("etag")), (304, tag));
    }
    // Files of the page are compressed too, and have tags of another kind.
    let page = server.get_with("/", &[("accept-encoding", "gzip")]);
    let tag = page.header("etag");
    assert_eq!(server.get_with("/", &[("accept-encoding", "gzip"), ("if-none-match", tag)]).status, 304, "{tag}");
}

#[test]
fn json_fg_says_kind_time_and_reference_system() {
    let database = TestDatabase::create();
    let folder = scratch();
    let mut case = conflict("Conga", "activo", Some([-78.36, -6.92]));
    case["properties"]["started_on"] = json!("2004-09-02");
    let timeless = conflict("Otro", "activo", None);
    let file = write_geojson(folder.path(), "casos.geojson", &[case, timeless]);
    database.import(&file, &["--layer", "conflicts"]);
    let server = Server::start(&database);
    let items = "/ogc/collections/conflicts/items";
    let answer = server.get(&format!("{items}?f=jsonfg"));
    assert_eq!(answer.header("content-type"), "application/vnd.ogc.fg+json");
    let page = answer.json();
    assert_eq!((&page["type"], &page["featureType"]), (&json!("FeatureCollection"), &json!("conflicts")));
    assert_eq!(page["coordRefSys"], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    assert!(page["conformsTo"][0].as_str().unwrap().ends_with("/json-fg-1/1.0/conf/core"));
    assert!(page["featureSchema"].as_str().unwrap().ends_with("/ogc/collections/conflicts/schema"));
    let [first, second] = [0, 1].map(|n| page["features"][n].clone());
    assert_eq!(first["time"], json!({"interval": ["2004-09-02", ".."]}));
    assert_eq!((&first["place"], &first["geometry"]["coordinates"]), (&json!(null), &json!([-78.36, -6.92])));
    assert_eq!((&second["time"], &second["place"]), (&json!(null), &json!(null)));

    let utm = "http://www.opengis.net/def/crs/EPSG/0/32717";
    let path = format!("{items}/{}?crs={utm}", first["id"]);
    let accepted = server.get_with(&path, &[("accept", "application/vnd.ogc.fg+json")]);
    let moved = accepted.json();
    assert_eq!((&moved["geometry"], &moved["coordRefSys"]), (&json!(null), &json!(utm)));
    assert_eq!(moved["place"], server.json(&path)["geometry"], "GeoJSON answers with the same coordinates");
    assert_ne!(accepted.header("etag"), server.get(&path).header("etag"));
    assert_ne!(answer.header("etag"), server.get(items).header("etag"), "each way of writing has its tag");
}
