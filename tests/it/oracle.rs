//! The same question to the server and to PostGIS must give the same answer.

use serde_json::Value as Json;

use crate::support::{Server, TestDatabase, scratch, write_geojson};

/// A small generator with a seed that is printed, so that a failure can be repeated (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from `low` to `high`, on a grid of a hundredth so that edges and corners often coincide.
    fn on_grid(&mut self, low: f64, high: f64) -> f64 {
        let steps = ((high - low) * 100.0).round();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small numbers"
        )]
        let step = (self.next() % (steps as u64 + 1)) as f64;
        ((low * 100.0 + step) / 100.0 * 100.0).round() / 100.0
    }
}

fn polygon(rings: &[Vec<[f64; 2]>]) -> Json {
    serde_json::json!({"type": "Polygon", "coordinates": rings})
}

fn ring(west: f64, south: f64, width: f64, height: f64, cut: f64) -> Vec<[f64; 2]> {
    // A rectangle with its north-eastern corner cut off: slanted edges, where boxes lie and shapes do not.
    vec![
        [west, south],
        [west + width, south],
        [west + width, south + height * (1.0 - cut)],
        [west + width * (1.0 - cut), south + height],
        [west, south + height],
        [west, south],
    ]
}

fn nasty_areas(random: &mut Random, count: usize) -> Vec<Json> {
    (0..count)
        .map(|n| {
            let (west, south) = (random.on_grid(-80.0, -70.0), random.on_grid(-16.0, -4.0));
            let (width, height) = (random.on_grid(0.01, 1.5), random.on_grid(0.01, 1.5));
            let mut rings = vec![ring(west, south, width, height, 0.7)];
            if n % 3 == 0 {
                let (w, h) = (width * 0.2, height * 0.2);
                rings.push(vec![
                    [west + w, south + h],
                    [west + w, south + 2.0 * h],
                    [west + 2.0 * w, south + 2.0 * h],
                    [west + 2.0 * w, south + h],
                    [west + w, south + h],
                ]);
            }
            serde_json::json!({"type": "Feature", "properties": {"code": n.to_string(), "name": format!("Área {n}")}, "geometry": polygon(&rings)})
        })
        .collect()
}

fn served_ids(server: &Server, path: &str) -> Vec<i64> {
    let page = server.json(path);
    let ids: Vec<_> =
        page["features"].as_array().unwrap().iter().map(|feature| feature["id"].as_i64().unwrap()).collect();
    assert_eq!(page["numberMatched"], ids.len(), "{path}");
    ids
}

/// A generator whose seed is printed, and the seed.
fn seeded() -> (Random, u64) {
    let seed = std::env::var("RIMAY_TEST_SEED")
        .map_or_else(|_| u64::from(std::process::id()) * 7919 + 1, |seed| seed.parse().unwrap());
    println!("RIMAY_TEST_SEED={seed}");
    (Random(seed), seed)
}

fn with_nasty_areas(random: &mut Random) -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "areas.geojson", &nasty_areas(random, 300));
    database.import(&file, &["--layer", "watersheds", "--allow-outside"]);
    let server = Server::start(&database);
    (database, server)
}

/// What PostGIS finds, in its order.
fn told_ids(database: &TestDatabase, condition: &str, order: &str) -> Vec<i64> {
    let sql = format!("select id::text as told from layers.watersheds where {condition} order by {order}");
    database.query(&sql).iter().map(|id| id.as_deref().unwrap().parse().unwrap()).collect()
}

fn filtered(filter: &str, more: &str) -> String {
    filtered_in("watersheds", filter, more)
}

fn filtered_in(layer: &str, filter: &str, more: &str) -> String {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    format!("/ogc/collections/{layer}/items?limit=10000&filter={filter}{more}")
}

/// A shape of the kind filters carry, often sharing corners and edges with the areas.
fn nasty_shape(random: &mut Random) -> String {
    let (x, y) = (random.on_grid(-80.0, -70.0), random.on_grid(-16.0, -4.0));
    let (w, h) = (random.on_grid(0.01, 1.5), random.on_grid(0.01, 1.5));
    let (e, n) = (x + w, y + h);
    match random.next() % 6 {
        0 => format!("POINT({x} {y})"),
        1 => format!("LINESTRING({x} {y}, {e} {n}, {e} {y})"),
        2 => format!("MULTIPOINT(({x} {y}), ({e} {n}))"),
        3 => format!(
            "POLYGON(({x} {y}, {e} {y}, {e} {n}, {x} {n}, {x} {y}), ({a} {b}, {a} {d}, {c} {d}, {c} {b}, {a} {b}))",
            a = x + 0.25 * w,
            b = y + 0.25 * h,
            c = x + 0.5 * w,
            d = y + 0.5 * h
        ),
        4 => format!(
            "MULTIPOLYGON((({x} {y}, {e} {y}, {e} {n}, {x} {y})), (({f} {y}, {g} {y}, {g} {n}, {f} {y})))",
            f = e + 0.1,
            g = e + 0.6
        ),
        _ => format!("POLYGON(({x} {y}, {e} {y}, {e} {n}, {x} {n}, {x} {y}))"),
    }
}

const RELATIONS: [&str; 8] =
    ["intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains"];

#[test]
fn spatial_relations_are_those_of_postgis() {
    let (mut random, seed) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    let own: Vec<String> = database
        .query("select st_astext(case when id % 2 = 0 then area else st_exteriorring(area) end) from layers.watersheds, st_geometryn(geom, 1) area order by id limit 20")
        .into_iter()
        .flatten()
        .collect();
    let mut hits = [0; 8];
    for round in 0..60 {
        // Some of the layer's own areas and outlines: equal to one, and sharing what others share with it.
        let shape = if round % 3 == 0 { own[round / 3].clone() } else { nasty_shape(&mut random) };
        let own_first = RELATIONS.map(|relation| format!("st_{relation}(geom, shape)"));
        let own_last = RELATIONS.map(|relation| format!("st_{relation}(shape, geom)"));
        let columns: Vec<_> = own_first
            .iter()
            .chain(&own_last)
            .map(|holds| format!("coalesce(json_agg(id order by id) filter (where {holds}), '[]')"))
            .collect();
        let told = database.query(&format!(
            "select json_build_array({})::text from layers.watersheds, st_geomfromtext('{shape}', 4326) shape",
            columns.join(", ")
        ));
        let told: Vec<Vec<i64>> = serde_json::from_str(told[0].as_deref().unwrap()).unwrap();
        for (n, relation) in RELATIONS.into_iter().enumerate() {
            for (cql, told) in [(format!("geometry, {shape}"), &told[n]), (format!("{shape}, geom"), &told[n + 8])] {
                let served = served_ids(&server, &filtered(&format!("S_{relation}({cql})"), ""));
                assert_eq!(served, *told, "s_{relation}({cql}), seed {seed}");
                hits[n] += told.len();
            }
        }
    }
    println!("hits: {hits:?}");
    assert!(hits.iter().filter(|found| **found > 20).count() >= 6, "too few to prove anything: {hits:?}");
}

#[test]
fn points_lie_to_shapes_as_postgis_says() {
    let (mut random, seed) = seeded();
    let database = TestDatabase::create();
    let folder = scratch();
    let points: Vec<_> = (0..400)
        .map(|n| {
            let place = [random.on_grid(-80.0, -70.0), random.on_grid(-16.0, -4.0)];
            crate::support::conflict(&format!("Caso {n}"), "activo", Some(place))
        })
        .collect();
    database
        .import(&write_geojson(folder.path(), "casos.geojson", &points), &["--layer", "conflicts", "--allow-outside"]);
    let server = Server::start(&database);
    let corners: Vec<String> = database
        .query("select format('%s %s', st_x(geom), st_y(geom)) from layers.conflicts order by id")
        .into_iter()
        .flatten()
        .collect();
    let mut hits = [0; 8];
    for round in 0..60 {
        // Some with corners, and so edges, on the points themselves.
        let [a, b, c] = [3 * round, 3 * round + 1, 3 * round + 2].map(|n| &corners[n]);
        let shape = match round % 3 {
            0 => format!("POLYGON(({a}, {b}, {c}, {a}))"),
            1 => format!("LINESTRING({a}, {b}, {c})"),
            _ => nasty_shape(&mut random),
        };
        for (n, relation) in RELATIONS.into_iter().enumerate() {
            let served =
                served_ids(&server, &filtered_in("conflicts", &format!("S_{relation}(geometry, {shape})"), ""));
            let told = database.query(&format!("select json_agg(id order by id)::text from layers.conflicts where st_{relation}(geom, st_geomfromtext('{shape}', 4326))"));
            let told: Vec<i64> = told[0].as_deref().map(|json| serde_json::from_str(json).unwrap()).unwrap_or_default();
            assert_eq!(served, told, "s_{relation}(geometry, {shape}), seed {seed}");
            hits[n] += told.len();
        }
        if shape.contains("POLYGON") {
            let clip: String = form_urlencoded::byte_serialize(shape.as_bytes()).collect();
            let answer = server.get(&format!("/ogc/collections/conflicts/items?limit=10000&clip={clip}"));
            let told = database.query(&format!(
                "select coalesce(json_agg(id order by id), '[]')::text from layers.conflicts, \
                 st_geomfromtext('{shape}', 4326) shape where st_isvalid(shape) and st_intersects(geom, shape)"
            ));
            let told: Vec<i64> = serde_json::from_str(told[0].as_deref().unwrap()).unwrap();
            if answer.status == 200 {
                let page = answer.json();
                let ids: Vec<_> =
                    page["features"].as_array().unwrap().iter().map(|f| f["id"].as_i64().unwrap()).collect();
                assert_eq!(ids, told, "clip={shape}, seed {seed}");
            } else {
                assert!(told.is_empty(), "clip={shape}, seed {seed}: {}", answer.json());
            }
        }
    }
    println!("hits: {hits:?}");
    assert!(hits[0] > 200 && hits[3] > 40 && hits[4] > 100, "too few to prove anything: {hits:?}");
}

/// All numbers in a piece of JSON, in order.
fn numbers(json: &Json) -> Vec<f64> {
    match json {
        Json::Array(items) => items.iter().flat_map(numbers).collect(),
        Json::Number(number) => vec![number.as_f64().unwrap()],
        _ => vec![],
    }
}

#[test]
fn coordinates_in_other_systems_are_those_of_postgis() {
    let (mut random, seed) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    for epsg in [3857, 32717, 32718, 32719, 5373, 5387, 5389, 5839, 4326] {
        let uri = format!("http://www.opengis.net/def/crs/EPSG/0/{epsg}");
        let answer = server.get(&format!("/ogc/collections/watersheds/items?limit=50&crs={uri}"));
        assert_eq!((answer.status, answer.header("content-crs")), (200, format!("<{uri}>").as_str()));
        // PostGIS has longitude before latitude in every system.
        let told = if epsg == 4326 || epsg == 5373 { "st_flipcoordinates(t)" } else { "t" };
        for feature in answer.json()["features"].as_array().unwrap() {
            let sql = format!(
                "select st_asgeojson({told}, 12) from rimay.feature, st_transform(geom, {epsg}) t where layer = 'watersheds' and id = {}",
                feature["id"]
            );
            let told: Json = serde_json::from_str(database.query(&sql)[0].as_deref().unwrap()).unwrap();
            let (ours, theirs) = (numbers(&feature["geometry"]["coordinates"]), numbers(&told["coordinates"]));
            assert_eq!(ours.len(), theirs.len());
            let tolerance = if epsg == 4326 || epsg == 5373 { 6e-8 } else { 6e-4 };
            for (a, b) in ours.iter().zip(&theirs) {
                assert!((a - b).abs() <= tolerance, "EPSG:{epsg}, feature {}: {a} and {b}", feature["id"]);
            }
        }
    }
    let mut hits = 0;
    for _ in 0..60 {
        let (x, y) = (random.on_grid(2.0, 9.0) * 1e5, 8.2e6 + random.on_grid(0.0, 13.0) * 1e5);
        let (e, n) = (x + random.on_grid(0.1, 1.5) * 1e5, y + random.on_grid(0.1, 1.5) * 1e5);
        let served = served_ids(
            &server,
            &format!(
                "/ogc/collections/watersheds/items?limit=10000&bbox={x},{y},{e},{n}&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/32718"
            ),
        );
        // The sides are straight in the box's system: PostGIS too must bend them.
        let told = told_ids(
            &database,
            &format!(
                "st_intersects(geom, st_transform(st_segmentize(st_makeenvelope({x}, {y}, {e}, {n}, 32718), 500), 4326))"
            ),
            "id",
        );
        assert_eq!(served, told, "bbox {x},{y},{e},{n}, seed {seed}");
        hits += told.len();
    }
    assert!(hits > 60, "the boxes find too little to prove anything: {hits}");
    let point = "S_INTERSECTS(geometry, POLYGON((-12 -76, -12 -74, -10 -74, -10 -76, -12 -76)))";
    let served = served_ids(&server, &filtered(point, "&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4326"));
    assert_eq!(served, told_ids(&database, "st_intersects(geom, st_makeenvelope(-76, -12, -74, -10, 4326))", "id"));
    let south_west =
        served_ids(&server, "/ogc/collections/watersheds/items?limit=10000&bbox=-12,-76,-10,-74&bbox-crs=EPSG:4326");
    assert_eq!(served, south_west);
    let narrow =
        served_ids(&server, "/ogc/collections/watersheds/items?limit=10000&bbox=-14,-76,-8,-76&bbox-crs=EPSG:4326");
    let told = told_ids(
        &database,
        "st_intersects(geom, st_makeline(st_point(-76, -14, 4326), st_point(-76, -8, 4326)))",
        "id",
    );
    assert!(!told.is_empty() && narrow == told, "a box without width, seed {seed}: {narrow:?}, {told:?}");
}

#[test]
fn conditions_and_orders_are_those_of_sql() {
    let (mut random, _) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    assert!(database.accepts("update rimay.feature set properties = properties || jsonb_build_object('stated_area_km2', case when id % 7 = 0 then null else (id * 37 % 101)::float8 end, 'name', case id % 5 when 0 then null when 1 then 'Cuenca Ñ' || id else 'cuenca o' || id end) where layer = 'watersheds'"));
    server.wait_for("/ogc/collections/watersheds/items?filter=name%20IS%20NULL", |page| page["numberMatched"] != 0);
    let pairs = [
        ("stated_area_km2 > 50", "stated_area_km2 > 50"),
        ("NOT stated_area_km2 > 50", "not stated_area_km2 > 50"),
        ("stated_area_km2 <> 3 OR name IS NULL", "stated_area_km2 <> 3 or name is null"),
        ("stated_area_km2 BETWEEN 20 AND 30.5", "stated_area_km2 between 20 and 30.5"),
        ("stated_area_km2 NOT BETWEEN 20 AND 30", "stated_area_km2 not between 20 and 30"),
        ("stated_area_km2 * 2 - 10 = 40", "stated_area_km2 * 2 - 10 = 40"),
        ("stated_area_km2 / 0 > 1", "false"),
        ("stated_area_km2 IN (1, 2, 37) AND code IS NOT NULL", "stated_area_km2 in (1, 2, 37) and code is not null"),
        ("code NOT IN ('1', '2', '3')", "code not in ('1', '2', '3')"),
        ("name LIKE 'Cuenca _1%'", "name like 'Cuenca _1%'"),
        ("name NOT LIKE '%Ñ%'", "name not like '%Ñ%'"),
        ("CASEI(name) LIKE CASEI('CUENCA ñ%')", "upper(name) like upper('CUENCA ñ%')"),
        ("name ILIKE 'CUENCA O%'", "name ilike 'CUENCA O%'"),
        ("ACCENTI(name) LIKE 'Cuenca N%'", "replace(name, 'Ñ', 'N') like 'Cuenca N%'"),
        ("name > 'Cuenca' AND name < 'd'", "name > 'Cuenca' collate \"C\" and name < 'd' collate \"C\""),
        (
            "name IS NULL AND (stated_area_km2 < 10 OR stated_area_km2 > 90)",
            "name is null and (stated_area_km2 < 10 or stated_area_km2 > 90)",
        ),
        ("synthetic = FALSE AND NOT synthetic", "true"),
    ];
    for (cql, sql) in pairs {
        let told = told_ids(&database, sql, "id");
        assert_eq!(served_ids(&server, &filtered(cql, "")), told, "{cql}");
    }
    let orders = [
        ("stated_area_km2,-name", "stated_area_km2, name collate \"C\" desc nulls last, id"),
        ("-stated_area_km2", "stated_area_km2 desc nulls last, id"),
        ("%2Bname", "name collate \"C\" nulls last, id"),
    ];
    for (cql, sql) in orders {
        assert_eq!(
            served_ids(&server, &format!("/ogc/collections/watersheds/items?limit=10000&sortby={cql}")),
            told_ids(&database, "true", sql),
            "{cql}"
        );
    }
}

#[test]
fn boxes_find_what_postgis_finds() {
    let (mut random, seed) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    let mut hits = 0;
    // A box without height or width is a line or a point, which `st_envelope` makes of it.
    for _ in 0..300 {
        let (west, south) = (random.on_grid(-81.0, -69.0), random.on_grid(-17.0, -3.0));
        let (east, north) = (west + random.on_grid(0.0, 1.0), south + random.on_grid(0.0, 1.0));
        let served = served_ids(
            &server,
            &format!("/ogc/collections/watersheds/items?limit=10000&bbox={west},{south},{east},{north}"),
        );
        let told = told_ids(
            &database,
            &format!(
                "st_intersects(geom, st_envelope(st_setsrid(st_makeline(st_point({west}, {south}), st_point({east}, {north})), 4326)))"
            ),
            "id",
        );
        assert_eq!(served, told, "bbox {west},{south},{east},{north}, seed {seed}");
        hits += told.len();
    }
    assert!(hits > 300, "the boxes find too little to prove anything: {hits}");
}

#[test]
fn shapes_are_served_as_postgis_writes_them() {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "areas.geojson", &nasty_areas(&mut Random(42), 50));
    database.import(&file, &["--layer", "watersheds", "--allow-outside"]);
    let server = Server::start(&database);
    let page = server.json("/ogc/collections/watersheds/items?limit=100");
    for feature in page["features"].as_array().unwrap() {
        let told = database.query(&format!(
            "select st_asgeojson(geom, 7) from rimay.feature where layer = 'watersheds' and id = {}",
            feature["id"]
        ));
        let told: Json = serde_json::from_str(told[0].as_deref().unwrap()).unwrap();
        assert_eq!(feature["geometry"], told);
    }
    assert_eq!(database.count("select count(*) from rimay.feature where not st_ispolygonccw(geom)"), 0);
}

/// Features by distance as the server serves them: id and metres.
fn served_distances(server: &Server, path: &str) -> Vec<(i64, f64)> {
    let page = server.json(path);
    let features = page["features"].as_array().unwrap().iter();
    features.map(|feature| (feature["id"].as_i64().unwrap(), feature["distance_m"].as_f64().unwrap())).collect()
}

/// PostGIS measures on the same ellipsoid; what differs is the place on an edge where the sphere and it disagree.
fn same_distances(served: &[(i64, f64)], told: &[(i64, f64)], context: &str) {
    assert_eq!(served.len(), told.len(), "{context}");
    let by_id: std::collections::HashMap<_, _> = told.iter().copied().collect();
    for ((id, metres), (_, nth)) in served.iter().zip(told) {
        let close = |other: f64| (metres - other).abs() <= 0.02 + other * 1e-7;
        // Equal distances may come in either order.
        assert!(by_id.get(id).is_none_or(|own| close(*own)) && close(*nth), "{context}: {id} {metres}, told {nth}");
    }
}

#[test]
fn the_nearest_are_postgis_nearest_with_its_distances() {
    let (mut random, seed) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    let mut inside = 0;
    for n in 0..120 {
        let (x, y) = (random.on_grid(-84.0, -66.0), random.on_grid(-20.0, 0.0));
        let here = format!("st_setsrid(st_makepoint({x}, {y}), 4326)::geography");
        let (condition, filter) =
            [("true", ""), ("code like '%7%'", "&filter=code%20LIKE%20%27%257%25%27")][usize::from(n % 3 == 0)];
        let told = |rest: &str| -> Vec<(i64, f64)> {
            let rows = database.query(&format!(
                "select id || ' ' || round(d::numeric, 3) from (select id, st_distance(geom::geography, {here}) d
                 from layers.watersheds where {condition}) t {rest}"
            ));
            let split = |row: String| row.split_once(' ').map(|(id, d)| (id.parse().unwrap(), d.parse().unwrap()));
            rows.into_iter().flatten().filter_map(split).collect()
        };
        let context = format!("{x},{y} {condition}, seed {seed}");
        let path = format!("/ogc/collections/watersheds/items?near={x},{y}{filter}");
        let nearest = served_distances(&server, &format!("{path}&limit=10"));
        same_distances(&nearest, &told("order by d, id limit 10"), &context);
        let reach = random.on_grid(0.5, 300.0) * 1000.0;
        let within = served_distances(&server, &format!("{path}&limit=10000&within={reach}"));
        same_distances(&within, &told(&format!("where d <= {reach} order by d, id")), &context);
        inside += nearest.iter().filter(|(_, metres)| *metres == 0.0).count();
        let asked = format!("DWITHIN(geometry, POINT({x} {y}), {reach})");
        let ids = told_ids(&database, &format!("st_dwithin(geom::geography, {here}, {reach})"), "id");
        assert_eq!(served_ids(&server, &filtered(&asked, "")), ids, "{asked}, seed {seed}");
    }
    assert!(inside > 10, "too few places lie inside an area to prove anything: {inside}");
    for _ in 0..30 {
        let (x, y) = (random.on_grid(-80.0, -70.0), random.on_grid(-16.0, -4.0));
        let reach = random.on_grid(0.0, 100.0) * 1000.0;
        let line = format!("LINESTRING({x} {y}, {} {})", x + 0.7, y - 0.4);
        let asked = format!("DWITHIN(geometry, {line}, {reach})");
        let sql = format!("st_dwithin(geom::geography, 'SRID=4326;{line}'::geography, {reach})");
        assert_eq!(served_ids(&server, &filtered(&asked, "")), told_ids(&database, &sql, "id"), "{asked}, seed {seed}");
    }
}

/// Edges of great circles leave the box of their ends: wide ones, of the question and of the features.
#[test]
fn wide_edges_are_as_near_as_postgis_says() {
    let (mut random, seed) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    let wide = "insert into rimay.feature (layer, key, properties, geom) values
        ('watersheds', 'wide', '{\"code\": \"wide\"}', st_multi(st_makeenvelope(-79, 10, -39, 20, 4326))),
        ('watersheds', 'hole', '{\"code\": \"hole\"}', st_multi(st_difference(st_makeenvelope(-83, -19, -67, 1, 4326), st_makeenvelope(-78, -12, -72, -6, 4326))))";
    assert!(database.accepts(wide));
    server.wait_for("/ogc/collections/watersheds/items?code=wide", |page| page["numberMatched"] == 1);
    let mut hits = 0;
    for n in 0..60 {
        let (west, south) = (random.on_grid(-100.0, -70.0), random.on_grid(-18.0, -2.0));
        let (width, height) = (random.on_grid(1.0, 30.0), random.on_grid(0.5, 8.0));
        let (east, north) = (west + width, south + height);
        let shape = match n % 3 {
            0 => format!("LINESTRING({west} {south}, {east} {south})"),
            1 => format!("POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"),
            _ => format!("POINT({west} {north})"),
        };
        let reach = [0.0, 100.0, 2_000.0, 50_000.0][n % 4];
        let sql = format!("st_distance(geom::geography, 'SRID=4326;{shape}'::geography)");
        // Where the distance is the very reach, to a metre, either answer is right.
        let told = told_ids(&database, &format!("{sql} <= {reach} - 1 or {sql} = 0"), "id");
        let at_most = told_ids(&database, &format!("{sql} <= {reach} + 1"), "id");
        let served = served_ids(&server, &filtered(&format!("DWITHIN(geometry, {shape}, {reach})"), ""));
        assert!(told.iter().all(|id| served.contains(id)), "{shape} {reach}, seed {seed}: {served:?}, told {told:?}");
        assert!(
            served.iter().all(|id| at_most.contains(id)),
            "{shape} {reach}, seed {seed}: {served:?}, told {at_most:?}"
        );
        hits += told.len();
    }
    assert!(hits > 300, "{hits}");
    for (x, y) in [(-59.0, 20.9), (-59.0, 9.9), (-75.0, -9.0), (-75.1, -6.0)] {
        let told = database.query(&format!("select round(st_distance(geom::geography, 'SRID=4326;POINT({x} {y})'::geography)::numeric, 2)::text from layers.watersheds where code in ('wide', 'hole') order by id"));
        for (code, told) in ["wide", "hole"].iter().zip(told) {
            let served =
                served_distances(&server, &format!("/ogc/collections/watersheds/items?near={x},{y}&code={code}"));
            let told: f64 = told.unwrap().parse().unwrap();
            assert!((served[0].1 - told).abs() < 1.0, "{code} {x},{y}: {served:?}, told {told}");
        }
    }
}

#[test]
fn counts_by_area_are_postgis_counts() {
    let (mut random, seed) = seeded();
    let database = TestDatabase::create();
    let folder = scratch();
    let areas = write_geojson(folder.path(), "areas.geojson", &nasty_areas(&mut random, 200));
    let others = write_geojson(folder.path(), "otras.geojson", &nasty_areas(&mut random, 200));
    let cases: Vec<_> = (0..500)
        .map(|n| {
            let place = [random.on_grid(-81.0, -69.0), random.on_grid(-17.0, -3.0)];
            crate::support::conflict(&format!("Caso {n}"), ["activo", "latente"][n % 2], (n % 9 > 0).then_some(place))
        })
        .collect();
    let cases = write_geojson(folder.path(), "casos.geojson", &cases);
    database.import(&areas, &["--layer", "watersheds", "--allow-outside"]);
    database.import(&others, &["--layer", "indigenous_territories", "--allow-outside"]);
    database.import(&cases, &["--layer", "conflicts", "--allow-outside"]);
    let server = Server::start(&database);
    for (of, filter, condition) in [
        ("conflicts", "", "true"),
        ("conflicts", "&state=activo", "b.state = 'activo'"),
        ("indigenous_territories", "&filter=code%20LIKE%20%27%257%25%27", "b.code like '%7%'"),
    ] {
        let document = server.json(&format!("/api/layers/watersheds/counts?of={of}{filter}"));
        let served: Vec<_> = document["counts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|area| format!("{} {}", area["id"], area["count"]))
            .collect();
        let told = database.query(&format!(
            "select a.id || ' ' || count(b.id) from layers.watersheds a
             left join layers.{of} b on st_intersects(a.geom, b.geom) and {condition} group by a.id order by a.id"
        ));
        assert_eq!(served, told.into_iter().flatten().collect::<Vec<_>>(), "{of}{filter}, seed {seed}");
        let matched = database.count(&format!("select count(*) from layers.{of} b where {condition}"));
        let outside = database.count(&format!(
            "select count(*) from layers.{of} b where {condition} and geom is not null
             and not exists (select from layers.watersheds a where st_intersects(a.geom, b.geom))"
        ));
        assert_eq!((&document["number_matched"], &document["number_outside"]), (&matched.into(), &outside.into()));
    }
    for (path, status) in [
        ("/api/layers/conflicts/counts?of=watersheds", 404),
        ("/api/layers/watersheds/counts", 400),
        ("/api/layers/watersheds/counts?of=nada", 400),
        ("/api/layers/watersheds/counts?of=conflicts&limit=1", 400),
    ] {
        assert_eq!(server.get(path).status, status, "{path}");
    }
}

#[test]
fn what_is_clipped_is_what_postgis_shares() {
    let (mut random, seed) = seeded();
    let (database, server) = with_nasty_areas(&mut random);
    let own: Vec<String> = database
        .query("select st_astext(geom) from layers.watersheds order by id limit 20")
        .into_iter()
        .flatten()
        .collect();
    let mut cut = 0;
    for round in 0..60 {
        // Some of the layer's own areas: they share borders with others.
        let shape = match round % 3 {
            0 => own[round / 3].clone(),
            _ => std::iter::repeat_with(|| nasty_shape(&mut random)).find(|shape| shape.contains("POLYGON")).unwrap(),
        };
        let encoded: String = form_urlencoded::byte_serialize(shape.as_bytes()).collect();
        let page = server.json(&format!("/ogc/collections/watersheds/items?limit=10000&clip={encoded}"));
        let served = page["features"].to_string().replace('\'', "''");
        // A sliver narrower than the last decimal is served without area, and turns no way.
        let sql = format!(
            "with area as (select st_geomfromtext('{shape}', 4326) as shape),
            served as (
              select (f ->> 'id')::bigint as id, st_geomfromgeojson(nullif(f ->> 'geometry', 'null')) as part
              from json_array_elements('{served}') f),
            told as (
              select id, geom, case when not st_isempty(part) then part end as part
              from layers.watersheds, area, st_collectionextract(st_intersection(geom, shape), 3) part
              where st_intersects(geom, shape) and not st_touches(geom, shape))
            select json_build_array(
              count(*),
              json_agg(json_build_array(id, st_astext(served.part), st_astext(told.part)))
                filter (where served.id is null or told.id is null or (served.part is null) <> (told.part is null)
                or st_hausdorffdistance(served.part, told.part) > 2e-7 or exists (select from st_dump(served.part) d where st_area(d.geom) > 1e-12 and not st_ispolygonccw(d.geom))),
              count(*) filter (where not st_equals(told.part, told.geom)))::text
            from served full join told using (id)"
        );
        let (all, wrong, parts): (u64, Json, usize) =
            serde_json::from_str(database.query(&sql)[0].as_deref().unwrap()).unwrap();
        assert_eq!((page["numberMatched"].as_u64(), wrong), (Some(all), Json::Null), "clip={shape}, seed {seed}");
        cut += parts;
    }
    println!("{cut} areas were cut");
    assert!(cut > 100, "too few to prove anything: {cut}");
}
