//! What lies on what: the same pairs and hectares as PostGIS, under a name that keeps its answer.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, TestDatabase, scratch, watershed, write_geojson};

fn real(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {} is not at hand", path.display());
    None
}

fn ask(server: &Server, question: &Json) -> Answer {
    server.send_json("POST", "/api/overlaps", &[], question)
}

/// The answer to a question, however long it takes.
fn asked(server: &Server, question: &Json) -> Json {
    let mut answer = ask(server, question);
    while answer.status == 202 {
        let path = format!("/api/overlaps/{}", answer.json()["id"].as_str().unwrap());
        answer = server.get(&path);
    }
    assert!([200, 201].contains(&answer.status), "{}", answer.json());
    answer.json()
}

/// All pairs of an answer with the hectares they share.
fn pairs(server: &Server, answer: &Json) -> BTreeMap<(i64, i64), f64> {
    let id = answer["id"].as_str().unwrap();
    let all = server.get(&format!("/api/overlaps/{id}?f=geojson")).json();
    let pair = |feature: &Json| {
        let of = |side: &str| feature["properties"][format!("{side}_id")].as_i64().unwrap();
        ((of("a"), of("b")), feature["properties"]["geodesic_ha"].as_f64().unwrap())
    };
    all["features"].as_array().unwrap().iter().map(pair).collect()
}

/// The same from PostGIS.
fn pairs_of_postgis(database: &TestDatabase, a: &str, b: &str, condition: &str) -> BTreeMap<(i64, i64), f64> {
    let rows = database.query(&format!(
        "select a.id || ' ' || b.id || ' ' || st_area(st_collectionextract(st_intersection(a.geom, b.geom), 3)::geography) / 1e4
         from rimay.feature a join rimay.feature b on {condition} where a.layer = '{a}' and b.layer = '{b}' and (a.layer, a.id) <> (b.layer, b.id)"
    ));
    let pair = |row: Option<String>| {
        let row = row.unwrap();
        let numbers: Vec<&str> = row.split(' ').collect();
        ((numbers[0].parse().unwrap(), numbers[1].parse().unwrap()), numbers[2].parse().unwrap())
    };
    rows.into_iter().map(pair).collect()
}

/// What each pair of an answer says under a name, with what PostGIS says of the pair.
fn assert_each(server: &Server, database: &TestDatabase, answer: &Json, name: &str, expression: &str, tolerance: f64) {
    let all = server.get(&format!("/api/overlaps/{}?f=geojson", answer["id"].as_str().unwrap())).json();
    let (a, b) = (answer["question"]["a"].as_str().unwrap(), answer["question"]["b"].as_str().unwrap());
    let features = all["features"].as_array().unwrap();
    let values = features.iter().filter_map(|feature| {
        let told = feature["properties"][name].as_f64()?;
        Some(format!("({}, {}, {told})", feature["properties"]["a_id"], feature["properties"]["b_id"]))
    });
    let values: Vec<_> = values.collect();
    assert!(!values.is_empty());
    let wrong = database.query(&format!(
        "select a || ' ' || b || ': ' || told || ', PostGIS ' || own from (
           select told.*, ({expression})::float8 as own
           from (values {}) as told (a, b, told)
           join rimay.feature one on one.layer = '{a}' and one.id = told.a
           join rimay.feature other on other.layer = '{b}' and other.id = told.b
           cross join lateral (select st_collectionextract(st_intersection(one.geom, other.geom), 3) as shared) shared
         ) pairs where abs(told - own) > {tolerance} * own + 0.01",
        values.join(", ")
    ));
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
}

const BORDER: &str =
    "st_length(st_collectionextract(st_intersection(st_boundary(one.geom), st_boundary(other.geom)), 2)::geography)";
const CONFLICTS_NEAR: &str = "select count(*) from rimay.feature c where c.layer = 'conflicts'
    and st_dwithin(c.geom::geography, case when st_isempty(shared) then one.geom else shared end::geography, 5000)";

/// Ids are the same; areas differ by less than a millionth of the area and a tenth of a square metre, of each pair.
fn assert_same(ours: &BTreeMap<(i64, i64), f64>, theirs: &BTreeMap<(i64, i64), f64>, of: &str) {
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{of}");
    for (pair, area) in ours {
        let other = theirs[pair];
        assert!((area - other).abs() <= 1e-6 * other + 1e-5, "{of} {pair:?}: {area} ha, PostGIS {other} ha");
    }
}

#[test]
fn real_layers_share_what_postgis_says() {
    let Some(cadastre) = real("cajamarca_mining_concessions.geojson") else { return };
    let database = TestDatabase::create();
    for (file, layer, preset) in [
        ("cajamarca_peasant_communities.geojson", "indigenous_territories", "peasant_communities"),
        ("cajamarca_native_communities.geojson", "indigenous_territories", "native_communities"),
        ("peru_hydrographic_units.geojson", "watersheds", "ana_hydrographic_units"),
        ("peru_districts.gpkg", "districts", "district_limits"),
        ("peru_mining_conflicts_2024_03.xlsx", "conflicts", "ombudsman_mining_conflicts"),
    ] {
        database.import(&real(file).unwrap(), &["--layer", layer, "--preset", preset]);
    }
    database.import(&cadastre, &["--layer", "mining_concessions", "--preset", "ingemmet_cadastre"]);
    let server = Server::start(&database);
    let live = "(a.properties ->> 'status' is null or a.properties ->> 'status' <> 'extinguida')";
    for other in ["indigenous_territories", "watersheds", "districts"] {
        let answer = asked(&server, &json!({"a": "mining_concessions", "b": other}));
        let theirs = pairs_of_postgis(
            &database,
            "mining_concessions",
            other,
            &format!("{live} and st_intersects(a.geom, b.geom)"),
        );
        assert_same(&pairs(&server, &answer), &theirs, other);
        let totals = &answer["totals"];
        let sum: f64 = theirs.values().sum();
        let told = totals["sum_over_pairs_ha"].as_f64().unwrap();
        assert!((told - sum).abs() <= 1e-9 * sum, "{other}: {told} ha, PostGIS {sum} ha");
        let covered = database.query(&format!(
            "select (st_area(st_union(st_collectionextract(st_intersection(a.geom, b.geom), 3))::geography) / 1e4)::text
             from rimay.feature a join rimay.feature b on {live} and st_intersects(a.geom, b.geom)
             where a.layer = 'mining_concessions' and b.layer = '{other}'"
        ));
        let covered: f64 = covered[0].as_deref().unwrap().parse().unwrap();
        let told = totals["covered_ha"].as_f64().unwrap();
        // The same place has other corners on the edges of what was dissolved, and each corner makes an edge another geodesic.
        assert!((told - covered).abs() <= 1e-7 * covered, "{other}: {told} ha covered, PostGIS {covered} ha");
        // Of the others PostGIS takes a minute.
        if other == "indigenous_territories" {
            assert_each(&server, &database, &answer, "conflicts_near", CONFLICTS_NEAR, 0.0);
            assert_each(&server, &database, &answer, "border_m", BORDER, 1e-6);
        }
        println!("{other}: {} pairs, {sum:.4} ha over pairs, {covered:.4} ha covered, {totals}", theirs.len());
    }
    assert_totals_are_as_in_postgis(&server, &database, live);
    assert_what_is_downstream_hangs_together(&server, &database);
    let near = asked(
        &server,
        &json!({"a": "conflicts", "b": "mining_concessions", "relation": "near", "distance_m": 5000, "where_b": ""}),
    );
    let theirs = pairs_of_postgis(
        &database,
        "conflicts",
        "mining_concessions",
        "st_dwithin(a.geom::geography, b.geom::geography, 5000)",
    );
    assert_eq!(pairs(&server, &near).into_keys().collect::<Vec<_>>(), theirs.into_keys().collect::<Vec<_>>());
    // A page says more of a pair: legal hectares in the zone the cadastre states, percent of both sides, who came first.
    let question = json!({"a": "mining_concessions", "b": "indigenous_territories"});
    let first = &asked(&server, &question)["pairs"][0];
    let utm = database.query(&format!(
        "select (st_area(st_transform(st_intersection(a.geom, b.geom), 32700 + {})) / 1e4)::text from rimay.feature a, rimay.feature b
         where a.layer = 'mining_concessions' and a.id = {} and b.layer = 'indigenous_territories' and b.id = {}",
        first["utm_zone"], first["a"]["id"], first["b"]["id"]
    ));
    let utm: f64 = utm[0].as_deref().unwrap().parse().unwrap();
    assert!((first["utm_ha"].as_f64().unwrap() - utm).abs() < 1e-6 * utm, "{first}");
    assert_eq!(first["utm_zone"], 17);
    assert!(first["percent_a"].as_f64().unwrap() > 0.0 && first["class"] == "overlap", "{first}");
}

/// What flows into a unit further down comes through its neighbours: of the units downstream of another one, the next one down
/// the river touches it.
fn assert_what_is_downstream_hangs_together(server: &Server, database: &TestDatabase) {
    let answer = asked(server, &json!({"a": "watersheds", "b": "watersheds", "relation": "downstream"}));
    let id = answer["id"].as_str().unwrap();
    let all = server.get(&format!("/api/overlaps/{id}?f=geojson")).json();
    let mut next: BTreeMap<i64, (String, i64)> = BTreeMap::new();
    for feature in all["features"].as_array().unwrap() {
        let of = |name: &str| &feature["properties"][name];
        let found = (of("b_code").as_str().unwrap().to_owned(), of("b_id").as_i64().unwrap());
        assert!(found.0.starts_with('4'), "{found:?}: only inside the basin of the Amazon");
        let best = next.entry(of("a_id").as_i64().unwrap()).or_insert_with(|| found.clone());
        if found.0 > best.0 {
            *best = found;
        }
    }
    let pairs: Vec<_> = next.iter().map(|(a, (_, b))| format!("({a}, {b})")).collect();
    let apart = database.query(&format!(
        "select (a.properties ->> 'code') || ' ' || (a.properties ->> 'name') || ' > ' || (b.properties ->> 'code') || ' ' || (b.properties ->> 'name')
         from (values {}) as pair (a, b)
         join rimay.feature a on a.layer = 'watersheds' and a.id = pair.a join rimay.feature b on b.layer = 'watersheds' and b.id = pair.b
         where not st_dwithin(a.geom, b.geom, 0.001)",
        pairs.join(", ")
    ));
    println!(
        "{} pairs downstream, of {} units; not beside the next one down: {apart:?}",
        answer["totals"]["pairs"],
        next.len()
    );
    let communities =
        asked(server, &json!({"a": "watersheds", "b": "indigenous_territories", "relation": "downstream"}));
    println!("territories downstream: {}", communities["totals"]);
    assert!(next.len() > 20 && apart.len() <= 1, "{apart:?}");
}

/// By a field of either side, and by the areas of another layer.
fn assert_totals_are_as_in_postgis(server: &Server, database: &TestDatabase, live: &str) {
    let answer = asked(server, &json!({"a": "mining_concessions", "b": "indigenous_territories"}));
    let id = answer["id"].as_str().unwrap();
    let pairs = format!(
        "(select a.id as a, b.id as b, a.properties ->> 'holder' as holder, b.properties ->> 'kind' as kind,
            st_collectionextract(st_intersection(a.geom, b.geom), 3) as shared
          from rimay.feature a join rimay.feature b on {live} and st_intersects(a.geom, b.geom)
          where a.layer = 'mining_concessions' and b.layer = 'indigenous_territories') pairs"
    );
    let cut = format!(
        "(select a, b, w.id as watershed, st_collectionextract(st_intersection(shared, w.geom), 3) as shared
          from {pairs} join rimay.feature w on w.layer = 'watersheds' and st_intersects(shared, w.geom)) pieces"
    );
    for (by, group, from) in
        [("a.holder", "holder", &pairs), ("b.kind", "kind", &pairs), ("watersheds", "watershed", &cut)]
    {
        let told = server.json(&format!("/api/overlaps/{id}/totals?by={by}"));
        let groups = told["groups"].as_array().unwrap();
        let rows = database.query(&format!(
            "select json_build_array({group}, count(*), count(distinct a), count(distinct b), sum(st_area(shared::geography)) / 1e4,
               st_area(st_union(shared)::geography) / 1e4)::text
             from {from} where {group} is null or true group by {group} having '{by}' <> 'watersheds' or sum(st_area(shared)) > 0"
        ));
        assert_eq!(groups.len(), rows.len(), "{by}");
        for row in rows {
            let row: Json = serde_json::from_str(&row.unwrap()).unwrap();
            let group = groups
                .iter()
                .find(|group| group[if by == "watersheds" { "id" } else { "value" }] == row[0])
                .unwrap_or_else(|| panic!("{by} {row}"));
            if by != "watersheds" {
                let counts = (&group["pairs"], &group["features_a"], &group["features_b"]);
                assert_eq!(counts, (&row[1], &row[2], &row[3]), "{by} {row}");
            }
            for (name, at, tolerance) in [("sum_over_pairs_ha", 4, 1e-7), ("covered_ha", 5, 1e-6)] {
                let (told, theirs) = (group[name].as_f64().unwrap(), row[at].as_f64().unwrap());
                assert!((told - theirs).abs() <= tolerance * theirs + 1e-3, "{by} {name}: {told} {row}");
            }
        }
    }
    let refused = server.get(&format!("/api/overlaps/{id}/totals?by=a.nada"));
    assert!(
        refused.status == 400 && refused.json()["detail"].as_str().unwrap().contains("holder"),
        "{}",
        refused.json()
    );
    for by in ["nada", "conflicts", "c.holder", ""] {
        assert_eq!(server.get(&format!("/api/overlaps/{id}/totals?by={by}")).status, 400, "{by}");
    }
}

/// Areas on a coarse grid, so that they share corners, edges and holes.
fn anything(random: &mut fastrand::Rng, code: usize) -> Json {
    let mut side = || f64::from(random.u8(0..8)) * 0.01;
    let (x, y) = (-75.0 + side(), -10.0 + side());
    let (width, height) = (side() + 0.01, side() + 0.01);
    let mut feature = watershed(&code.to_string(), &format!("C{code}"), x, y, 0.1);
    let ring = |x: f64, y: f64, width: f64, height: f64| {
        json!([[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]])
    };
    let shape = match random.u8(0..3) {
        0 => json!([ring(x, y, width, height)]),
        1 => json!([[[x, y], [x + width, y], [x, y + height], [x, y]]]),
        _ => {
            let (dx, dy) = (width / 4.0, height / 4.0);
            let mut hole = ring(x + dx, y + dy, 2.0 * dx, 2.0 * dy);
            hole.as_array_mut().unwrap().reverse();
            json!([ring(x, y, width, height), hole])
        }
    };
    feature["geometry"] = json!({"type": "Polygon", "coordinates": shape});
    feature
}

fn assert_all_relations_are_as_in_postgis(server: &Server, database: &TestDatabase, of: &str) {
    for (relation, condition) in [
        ("intersects", "st_intersects(a.geom, b.geom)"),
        ("within", "st_within(a.geom, b.geom)"),
        ("contains", "st_contains(a.geom, b.geom)"),
        ("touches", "st_touches(a.geom, b.geom)"),
        ("near", "st_dwithin(a.geom::geography, b.geom::geography, 1500)"),
    ] {
        for other in ["protected_areas", "watersheds"] {
            let mut question = json!({"a": "watersheds", "b": other, "relation": relation});
            if relation == "near" {
                question["distance_m"] = json!(1500);
            }
            let answer = asked(server, &question);
            // Now and then GEOS cannot tell of areas that touch themselves in places; then there is nothing to compare with.
            let refused = database.query_or_refusal(&format!(
                "select count(*)::text from rimay.feature a join rimay.feature b on {condition}
                 where a.layer = 'watersheds' and b.layer = '{other}'"
            ));
            if let Err(refusal) = refused {
                assert!(refusal.contains("TopologyException"), "{refusal}");
                println!("PostGIS does not know: {relation} {other}, {of}: {refusal}");
                continue;
            }
            let theirs = pairs_of_postgis(database, "watersheds", other, condition);
            assert_same(&pairs(server, &answer), &theirs, &format!("{relation} {other}, {of}"));
            assert_each(server, database, &answer, "border_m", BORDER, 1e-6);
        }
    }
}

#[test]
fn random_areas_lie_on_one_another_as_postgis_says() {
    let seed = std::env::var("RIMAY_TEST_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("RIMAY_TEST_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let database = TestDatabase::create();
    let folder = scratch();
    let import = |layer: &str, features: &[Json]| {
        database.import(&write_geojson(folder.path(), &format!("{layer}.geojson"), features), &["--layer", layer]);
    };
    let mut of_layer = ["watersheds", "protected_areas"].map(|layer| {
        let features: Vec<_> = (0..70).map(|code| anything(&mut random, code)).collect();
        import(layer, &features);
        (layer, features)
    });
    let server = Server::start(&database);
    assert_all_relations_are_as_in_postgis(&server, &database, &format!("seed {seed}"));
    // What changes is told from what was answered before: some features are others, some gone, some new, first of one layer.
    for (layer, features) in &mut of_layer {
        for (code, feature) in features.iter_mut().enumerate() {
            if random.u8(0..10) == 0 {
                *feature = anything(&mut random, code);
            }
        }
        features.retain(|_| random.u8(0..20) > 0);
        features.extend((200..206).map(|code| anything(&mut random, code)));
        import(layer, features);
        server.wait_for(&format!("/ogc/collections/{layer}/items?code=205&f=json"), |page| page["numberMatched"] == 1);
        assert_all_relations_are_as_in_postgis(&server, &database, &format!("after {layer} changed, seed {seed}"));
    }
    let area = json!({"type": "Polygon", "coordinates": [[[-74.98, -9.98], [-74.94, -9.97], [-74.95, -9.93], [-74.98, -9.98]]]});
    let answer = asked(&server, &json!({"a": "watersheds", "b": "protected_areas", "area": area}));
    let sum = database.query(&format!(
        "select coalesce(sum(st_area(st_collectionextract(st_intersection(part, b.geom), 3)::geography)) / 1e4, 0)::text
         from rimay.feature a, rimay.feature b, st_setsrid(st_geomfromgeojson('{area}'), 4326) z,
           st_collectionextract(st_intersection(a.geom, z), 3) part
         where a.layer = 'watersheds' and b.layer = 'protected_areas' and st_intersects(part, b.geom)"
    ));
    let sum: f64 = sum[0].as_deref().unwrap().parse().unwrap();
    let told = answer["totals"]["sum_over_pairs_ha"].as_f64().unwrap();
    assert!((told - sum).abs() <= 1e-7 * sum, "in an area: {told} ha, PostGIS {sum} ha, seed {seed}");
}

#[test]
fn an_answer_stays_what_it_was_and_files_say_the_same() {
    let database = TestDatabase::create();
    let folder = scratch();
    let import = |layer: &str, features: &[Json]| {
        let file = write_geojson(folder.path(), &format!("{layer}.geojson"), features);
        database.import(&file, &["--layer", layer, "--source", layer]);
    };
    import("watersheds", &[watershed("1", "Uno", -75.0, -10.0, 0.2), watershed("2", "=2+2", -74.9, -10.0, 0.2)]);
    import("protected_areas", &[watershed("A", "Área", -74.95, -9.95, 0.2)]);
    let server = Server::start(&database);
    let question = json!({"a": "watersheds", "b": "protected_areas"});
    let answer = ask(&server, &question);
    let location = answer.header("location").to_owned();
    let path = &location[location.find("/api/").unwrap()..];
    let before = server.get(path).json();
    assert_eq!((&before["totals"]["pairs"], &before["pairs"][0]["b"]["name"]), (&json!(2), &json!("Área")));
    let totals = &before["totals"];
    assert!(totals["covered_ha"].as_f64().unwrap() < totals["sum_over_pairs_ha"].as_f64().unwrap(), "{totals}");
    assert_eq!(ask(&server, &question).json()["id"], before["id"], "the same question has the same name");
    let page = server.json(&format!("{path}?limit=1&offset=1"));
    assert_eq!((&page["pairs"][0], &page["number_returned"]), (&before["pairs"][1], &json!(1)));
    let csv = String::from_utf8(server.get(&format!("{path}?f=csv")).body).unwrap();
    assert!(csv.lines().count() == 3 && csv.contains(",'=2+2,"), "{csv}");
    let sorted = |sort: &str| server.json(&format!("{path}?sort={sort}"))["pairs"].clone();
    assert_eq!(sorted("a.name")[0]["a"]["name"], "=2+2");
    assert_eq!(sorted("-a.name")[0]["a"]["name"], "Uno");
    assert!(sorted("geodesic_ha")[0]["geodesic_ha"].as_f64() <= sorted("-geodesic_ha")[0]["geodesic_ha"].as_f64());
    assert!(sorted("-percent_b")[0]["percent_b"].as_f64() >= sorted("percent_b")[0]["percent_b"].as_f64());
    assert_eq!(server.get(&format!("{path}?sort=nada")).status, 400);
    for (format, driver) in [("gpkg", "GPKG"), ("fgb", "FlatGeobuf"), ("parquet", "")] {
        let file = folder.path().join(format!("cruces.{format}"));
        std::fs::write(&file, server.get(&format!("{path}?f={format}")).body).unwrap();
        if driver.is_empty() {
            // Debian's GDAL does not read it.
            assert!(std::fs::read(&file).unwrap().starts_with(b"PAR1"));
            continue;
        }
        let dataset = gdal::Dataset::open(&file).unwrap();
        assert_eq!(dataset.driver().short_name(), driver);
        let mut layer = dataset.layer(0).unwrap();
        assert_eq!(gdal::vector::LayerAccess::features(&mut layer).count(), 2, "{format}");
    }
    let output = database.run(["overlaps", "watersheds", "protected_areas"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), csv, "the command line says the same");
    // The layer changes; a new question has a new name, and the old one its old answer, on a node that never saw it too.
    import("protected_areas", &[watershed("A", "Área", -74.85, -9.95, 0.2)]);
    server.wait_for("/ogc/collections/protected_areas/items", |page| {
        page["features"][0]["bbox"][0] == -74.85 || page["features"][0]["geometry"]["coordinates"][0][0][0][0] == -74.85
    });
    let next = ask(&server, &question).json();
    assert!(next["id"] != before["id"] && next["totals"]["sum_over_pairs_ha"] != totals["sum_over_pairs_ha"]);
    let other = Server::start(&database);
    let again = other.get(path).json();
    assert_eq!(
        (&again["pairs"], &again["totals"], &again["question"]),
        (&before["pairs"], totals, &before["question"])
    );
}

#[test]
fn an_area_is_asked_about_like_a_layer() {
    let database = TestDatabase::create();
    let folder = scratch();
    let places: Vec<_> =
        (0..20).map(|at| watershed(&at.to_string(), "U", -75.0 + 0.1 * f64::from(at), -10.0, 0.15)).collect();
    database.import(&write_geojson(folder.path(), "w.geojson", &places), &["--layer", "watersheds"]);
    let server = Server::start(&database);
    let corners = json!([[[-74.9, -10.1], [-74.0, -9.95], [-74.5, -9.8], [-74.9, -10.1]]]);
    let area = json!({"type": "Polygon", "coordinates": corners});
    let answer = asked(&server, &json!({"a": "area", "b": "watersheds", "area": area, "area_name": "El sitio"}));
    assert_eq!(answer["pairs"][0]["a"]["name"], "El sitio");
    let theirs = database.query(&format!(
        "select json_build_array(count(*), sum(st_area(shared::geography)) / 1e4, st_area(st_union(shared)::geography) / 1e4)::text
         from (select st_collectionextract(st_intersection(geom, area), 3) as shared
               from rimay.feature, st_setsrid(st_geomfromgeojson('{area}'), 4326) as area
               where layer = 'watersheds' and st_intersects(geom, area)) pieces"
    ));
    let theirs: Json = serde_json::from_str(theirs[0].as_ref().unwrap()).unwrap();
    let totals = &answer["totals"];
    assert_eq!(totals["pairs"], theirs[0]);
    for (name, at) in [("sum_over_pairs_ha", 1), ("covered_ha", 2)] {
        let (told, own) = (totals[name].as_f64().unwrap(), theirs[at].as_f64().unwrap());
        assert!((told - own).abs() <= 1e-9 * own + 1e-5, "{name}: {told}, PostGIS {own}");
    }
    // The other way round, and from the command line, it is the same; a relation is with the whole area.
    let turned = asked(&server, &json!({"a": "watersheds", "b": "area", "area": area}));
    assert_eq!(turned["totals"]["covered_ha"], totals["covered_ha"]);
    let within = asked(&server, &json!({"a": "watersheds", "b": "area", "area": area, "relation": "within"}));
    let theirs = database.query(&format!(
        "select count(*)::text from rimay.feature, st_setsrid(st_geomfromgeojson('{area}'), 4326) as area
         where layer = 'watersheds' and st_within(geom, area)"
    ));
    assert_eq!(within["totals"]["pairs"].to_string(), *theirs[0].as_ref().unwrap(), "{within}");
    let file = folder.path().join("area.json");
    std::fs::write(&file, area.to_string()).unwrap();
    let output = database.run(["overlaps", "area", "watersheds", "--area", file.to_str().unwrap()]);
    assert_eq!(Json::from(String::from_utf8(output.stdout).unwrap().lines().count() - 1), totals["pairs"]);
    // Asked again under its name it is the same, on a node that never saw it too.
    let id = answer["id"].as_str().unwrap();
    assert_eq!(Server::start(&database).json(&format!("/api/overlaps/{id}"))["pairs"], answer["pairs"]);
    // An area of very many corners is looked at in no time, and one that crosses itself refused.
    let corner = |at: u32| {
        let (sin, cos) = (f64::from(at) / 99_000.0 * std::f64::consts::TAU).sin_cos();
        json!([-75.0 + cos * (1.0 + f64::from(at % 2) * 1e-5), -10.0 + sin])
    };
    let mut ring: Vec<_> = (0..99_000).map(corner).collect();
    ring.push(ring[0].clone());
    let began = std::time::Instant::now();
    let large =
        ask(&server, &json!({"a": "area", "b": "watersheds", "area": {"type": "Polygon", "coordinates": [ring]}}));
    assert!([201, 202].contains(&large.status), "{}", large.json());
    ring.swap(10, 50_000);
    let crossing =
        ask(&server, &json!({"a": "area", "b": "watersheds", "area": {"type": "Polygon", "coordinates": [ring]}}));
    assert_eq!((crossing.status, &crossing.json()["parameter"]), (400, &json!("area")));
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    // Members that GeoJSON does not know are not read.
    let foreign = json!({"type": "Polygon", "coordinates": corners, "x": vec![json!({}); 100_000]});
    let with_foreign =
        asked(&server, &json!({"a": "area", "b": "watersheds", "area": foreign, "area_name": "El sitio"}));
    assert_eq!(with_foreign["id"], answer["id"]);
    let ring: Vec<_> = ring.iter().chain(&ring).collect();
    let many =
        ask(&server, &json!({"a": "area", "b": "watersheds", "area": {"type": "Polygon", "coordinates": [ring]}}));
    assert!(
        many.status == 400 && many.json()["detail"].as_str().unwrap().contains("at most 100000"),
        "{}",
        many.json()
    );
}

#[test]
fn very_many_pairs_are_dissolved_when_asked() {
    let database = TestDatabase::create();
    let folder = scratch();
    // Each of the small ones lies on all large ones.
    let place = |size: f64| move |at: u32| watershed(&at.to_string(), "U", -75.0 + 1e-5 * f64::from(at), -10.0, size);
    let (small, large): (Vec<_>, Vec<_>) = ((0..150).map(place(0.01)).collect(), (0..150).map(place(0.1)).collect());
    database.import(&write_geojson(folder.path(), "w.geojson", &small), &["--layer", "watersheds"]);
    database.import(&write_geojson(folder.path(), "p.geojson", &large), &["--layer", "protected_areas"]);
    let server = Server::start(&database);
    let answer = asked(&server, &json!({"a": "watersheds", "b": "protected_areas"}));
    assert_eq!((&answer["totals"]["pairs"], &answer["totals"]["covered_ha"]), (&json!(22_500), &Json::Null));
    let path = format!("/api/overlaps/{}", answer["id"].as_str().unwrap());
    let done = |path: &str| {
        let mut answer = server.get(path);
        while answer.status == 202 {
            let location = answer.header("location").to_owned();
            answer = server.get(&location[location.find("/api/").unwrap()..]);
        }
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    };
    let covered = done(&format!("{path}/covered"))["covered_ha"].as_f64().unwrap();
    let theirs = database.query(
        "select (st_area(st_intersection(a.geom, b.geom)::geography) / 1e4)::text
         from (select st_union(geom) as geom from rimay.feature where layer = 'watersheds') a,
           (select st_union(geom) as geom from rimay.feature where layer = 'protected_areas') b",
    );
    let theirs: f64 = theirs[0].as_ref().unwrap().parse().unwrap();
    assert!((covered - theirs).abs() <= 1e-6 * theirs, "{covered}, PostGIS {theirs}");
    let groups = done(&format!("{path}/totals?by=b.name"))["groups"].clone();
    assert_eq!((&groups[0]["value"], &groups[0]["pairs"]), (&json!("U"), &json!(22_500)));
    assert!((groups[0]["covered_ha"].as_f64().unwrap() - covered).abs() <= 1e-9 * covered, "{groups}");
}

#[test]
fn what_is_wrong_with_a_question_is_told() {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "w.geojson", &[watershed("1", "Uno", -75.0, -10.0, 0.2)]);
    database.import(&file, &["--layer", "watersheds"]);
    let server = Server::start(&database);
    let ring = |points: Json| json!({"type": "Polygon", "coordinates": [points]});
    for (change, member) in [
        (json!({"a": "nada"}), "a"),
        (json!({"b": "nada"}), "b"),
        (json!({"distance_m": 5}), "distance_m"),
        (json!({"relation": "near"}), "distance_m"),
        (json!({"relation": "near", "distance_m": 0}), "distance_m"),
        (json!({"relation": "near", "distance_m": -5}), "distance_m"),
        (json!({"relation": "near", "distance_m": 10_000_000}), "distance_m"),
        (json!({"where_a": "nada = 1"}), "where_a"),
        (json!({"where_b": "name ="}), "where_b"),
        (json!({"tolerance_m": -1}), "tolerance_m"),
        (json!({"asOf": "ayer"}), "asOf"),
        (json!({"asKnown": "2199-01-01T00:00:00Z"}), "asKnown"),
        (json!({"a": "area"}), "area"),
        (json!({"area_name": "sin área"}), "area_name"),
        (json!({"area": {"type": "Polygon", "coordinates": [[[1]]]}}), "area"),
        (json!({"area": {"type": "Point", "coordinates": [-75, -10]}}), "area"),
        (json!({"area": ring(json!([[-75, -10], [-74, -9], [-74, -10], [-75, -9], [-75, -10]]))}), "area"),
        (json!({"area": ring(json!([[-75, -10], [-74, -1e9], [-74, -10], [-75, -10]]))}), "area"),
    ] {
        let mut question = json!({"a": "watersheds", "b": "watersheds"});
        change.as_object().unwrap().iter().for_each(|(name, value)| question[name] = value.clone());
        let answer = ask(&server, &question);
        assert_eq!(
            (answer.status, &answer.json()["parameter"]),
            (400, &json!(member)),
            "{question}: {}",
            answer.json()
        );
    }
    for body in [
        "",
        "[]",
        "{\"a\":\"watersheds\"}",
        "{\"a\":\"watersheds\",\"b\":\"watersheds\",\"c\":1}",
        "{\"relation\":\"sobre\"}",
    ] {
        assert_eq!(server.send_bytes("POST", "/api/overlaps", &[], body.into()).status, 400, "{body}");
    }
    for id in ["0", "00000000000000000000", "../etc", "%00"] {
        assert_eq!(server.get(&format!("/api/overlaps/{id}")).status, 404, "{id}");
    }
    assert_eq!(server.get("/api/overlaps").status, 405);
    let alone = asked(&server, &json!({"a": "watersheds", "b": "watersheds"}));
    assert_eq!(
        (&alone["totals"]["pairs"], &alone["totals"]["covered_ha"]),
        (&json!(0), &json!(0.0)),
        "no pair with itself"
    );
}

#[test]
fn what_takes_long_goes_on_is_called_off_and_is_bounded() {
    let database = TestDatabase::create();
    let folder = scratch();
    // Rings of thousands of corners around one another: how far each is from each takes hours.
    let ring = |code: usize| {
        let corner = |number: u32| {
            let (sin, cos) = (f64::from(number) / 3_000.0 * std::f64::consts::TAU).sin_cos();
            let reach = 0.5 + f64::from(number % 2) * 0.001;
            json!([-75.0 + reach * cos, -10.0 + reach * sin])
        };
        let mut corners: Vec<Json> = (0..3_000).map(corner).collect();
        corners.push(corners[0].clone());
        let mut feature = watershed(&code.to_string(), &format!("C{code}"), -75.0, -10.0, 0.1);
        feature["geometry"] = json!({"type": "Polygon", "coordinates": [corners]});
        feature
    };
    let far = |code: usize| watershed(&code.to_string(), "lejos", -75.9, -10.9 + code as f64 * 1e-4, 0.1);
    let features: Vec<_> = (0..40).map(ring).collect();
    database.import(&write_geojson(folder.path(), "w.geojson", &features), &["--layer", "watersheds"]);
    let features: Vec<_> = (0..400).map(far).collect();
    database.import(&write_geojson(folder.path(), "p.geojson", &features), &["--layer", "protected_areas"]);
    let server = Server::start(&database);
    let question = |tolerance: usize| json!({"a": "watersheds", "b": "protected_areas", "relation": "near", "distance_m": 90_000, "tolerance_m": tolerance});
    let began = std::time::Instant::now();
    let running = ask(&server, &question(0));
    assert_eq!(running.status, 202, "{}", running.json());
    assert!(began.elapsed().as_secs() < 5);
    let id = running.json()["id"].as_str().unwrap().to_owned();
    assert!(running.header("location").ends_with(&id) && running.header("retry-after") == "1");
    let status = server.get(&format!("/api/overlaps/{id}"));
    assert_eq!(
        (status.status, &status.json()["status"], &status.json()["total"]),
        (202, &json!("running"), &json!(40))
    );
    assert_eq!(server.get(&format!("/api/overlaps/{id}/totals?by=a.code")).status, 202);
    // The same question is the same work; others wait for their turn, and beyond some they are sent away.
    assert_eq!(ask(&server, &question(0)).json()["id"], id);
    let waiting: Vec<_> = (1..4).map(|tolerance| ask(&server, &question(tolerance))).collect();
    for (answer, status) in waiting.iter().zip(["running", "accepted", "accepted"]) {
        assert_eq!((answer.status, &answer.json()["status"]), (202, &json!(status)), "{}", answer.json());
    }
    let refused = ask(&server, &question(4));
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"));
    assert_eq!(server.get("/ogc/collections/watersheds/items?limit=1").status, 200, "the map goes on");
    for answer in std::iter::once(&running).chain(&waiting) {
        let path = format!("/api/overlaps/{}", answer.json()["id"].as_str().unwrap());
        assert_eq!(server.send("DELETE", &path, &[]).status, 204);
        let called_off = std::time::Instant::now();
        let answer = server.get(&path);
        assert_eq!(answer.status, 410, "after {:?}: {}", called_off.elapsed(), answer.json());
        assert!(
            called_off.elapsed() < std::time::Duration::from_secs(1),
            "the work went on for {:?}",
            called_off.elapsed()
        );
        assert_eq!(server.send("DELETE", &path, &[]).status, 404, "nothing is left to be called off");
    }
    // Room again.
    assert_eq!(ask(&server, &question(5)).status, 202);
}
