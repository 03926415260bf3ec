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

#[test]
fn boxes_find_what_postgis_finds() {
    let seed = std::env::var("RIMAY_TEST_SEED")
        .map_or_else(|_| u64::from(std::process::id()) * 7919 + 1, |seed| seed.parse().unwrap());
    println!("RIMAY_TEST_SEED={seed}");
    let mut random = Random(seed);
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "areas.geojson", &nasty_areas(&mut random, 300));
    database.import(&file, &["--layer", "watersheds"]);
    let server = Server::start(&database);
    let mut hits = 0;
    // A box without height or width is a line or a point, which `st_envelope` makes of it.
    for _ in 0..300 {
        let (west, south) = (random.on_grid(-81.0, -69.0), random.on_grid(-17.0, -3.0));
        let (east, north) = (west + random.on_grid(0.0, 1.0), south + random.on_grid(0.0, 1.0));
        let served = served_ids(
            &server,
            &format!("/ogc/collections/watersheds/items?limit=10000&bbox={west},{south},{east},{north}"),
        );
        let told: Vec<i64> = database
            .query(&format!("select feature.id::text from rimay.feature where layer = 'watersheds' and st_intersects(geom, st_envelope(st_setsrid(st_makeline(st_point({west}, {south}), st_point({east}, {north})), 4326))) order by feature.id"))
            .iter()
            .map(|id| id.as_deref().unwrap().parse().unwrap())
            .collect();
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
    database.import(&file, &["--layer", "watersheds"]);
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
