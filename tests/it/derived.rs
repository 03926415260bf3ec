//! The real files as they come from other hands: in another datum, format, encoding or order. Each is made of a real one here,
//! and must come back to what the real one gives.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value as Json, json};

use crate::support::{TestDatabase, scratch};

const CADASTRE: &str = "cajamarca_mining_concessions.geojson";
const FEATURES: usize = 2785;

fn real(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {} is not at hand", path.display());
    None
}

/// A database with the real cadastre, kept as the table `truth`; `None` where it is not at hand.
fn database() -> Option<TestDatabase> {
    let cadastre = real(CADASTRE)?;
    let database = TestDatabase::create();
    database.import(&cadastre, &as_source("truth"));
    database.query(
        "create table truth as select key, properties, geom from rimay.feature where layer = 'mining_concessions' and source = 'truth'",
    );
    Some(database)
}

fn as_source(name: &str) -> [&str; 6] {
    ["--layer", "mining_concessions", "--preset", "ingemmet_cadastre", "--source", name]
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Of features of a source beside the real ones: how many there are, how many have other properties, and how far apart they
/// are at most, in metres.
fn beside_truth(database: &TestDatabase, source: &str) -> (usize, usize, f64) {
    let told = database.query(&format!(
        "select count(*) || ' ' || count(*) filter (where f.properties <> t.properties) || ' '
           || max(st_hausdorffdistance(st_transform(f.geom, 32717), st_transform(t.geom, 32717)))
         from truth t join rimay.feature f using (key)
         where f.layer = 'mining_concessions' and f.source = '{source}'"
    ));
    let told: Vec<f64> = told[0].as_deref().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    let counts = (told[0] as usize, told[1] as usize);
    (counts.0, counts.1, told[2])
}

/// The cadastre as GeoJSON that a test may change.
fn collection() -> Json {
    serde_json::from_slice(&fs::read(real(CADASTRE).unwrap()).unwrap()).unwrap()
}

fn write(path: &Path, collection: &Json) {
    fs::write(path, collection.to_string()).unwrap();
}

#[test]
fn a_shapefile_in_psad56_without_prj_and_cpg_comes_back_to_its_place() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let shapefile = folder.path().join("catastro.shp");
    // The inverse of "PSAD56 to WGS 84 (1)", EPSG:1201, and UTM on the International ellipsoid.
    let to_psad56 = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 \
        +step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=-288 +y=175 +z=-376 \
        +step +inv +proj=cart +ellps=intl +step +proj=pop +v_3 +step +proj=utm +zone=17 +south +ellps=intl";
    let (to, from) = (text(&shapefile), real(CADASTRE).unwrap());
    let latin = ["-lco", "ENCODING=ISO-8859-1"];
    let way = ["-s_srs", "OGC:CRS84", "-t_srs", "EPSG:24877", "-ct", to_psad56];
    run("ogr2ogr", &[&["-f", "ESRI Shapefile", to, text(&from)][..], &way, &latin].concat());
    for extension in ["prj", "cpg"] {
        fs::remove_file(shapefile.with_extension(extension)).unwrap();
    }
    // Nor does the table say which code page it is in.
    let table = shapefile.with_extension("dbf");
    let mut bytes = fs::read(&table).unwrap();
    bytes[29] = 0;
    fs::write(&table, bytes).unwrap();

    let told = database.refuse(&shapefile, &as_source("psad56"));
    assert!(told.contains("--encoding"), "{told}");
    let encoding = ["--encoding", "ISO-8859-1"];
    let told = database.refuse(&shapefile, &[&as_source("psad56")[..], &encoding].concat());
    assert!(told.contains("--source-crs"), "{told}");
    let crs = ["--source-crs", "EPSG:24877"];
    let all = [&as_source("psad56")[..], &encoding, &crs].concat();
    let report = database.import(&shapefile, &all);
    assert!(report.contains("PSAD56 to WGS 84 (1)"), "{report}");
    let (count, other, apart) = beside_truth(&database, "psad56");
    println!("PSAD56: {count} features, {other} with other properties, at most {apart:.4} m apart");
    assert_eq!((count, other), (FEATURES, 0));
    assert!(apart < 0.1, "{apart} m");

    // By the other operation all lie 9 m away, and the report says so twice: by the grid and by what was there before.
    let report = database.import(&shapefile, &[&all[..], &["--operation", "EPSG:1208", "--dry-run"]].concat());
    assert!(report.contains("PSAD56 to WGS 84 (8)") && report.contains("ALL MOVED"), "{report}");
    let moved = report.split("by the same ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let moved: f64 = moved.parse().unwrap();
    println!("by the other operation: {moved} m");
    assert!((8.0..11.0).contains(&moved), "{report}");
}

#[test]
fn text_that_was_decoded_twice_is_taken_as_it_was_meant() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let file = folder.path().join("catastro.geojson");
    let mut collection = collection();
    let twice = |text: &str| encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned();
    let mut spoiled = 0;
    for feature in collection["features"].as_array_mut().unwrap() {
        for value in feature["properties"].as_object_mut().unwrap().values_mut() {
            let Some(text) = value.as_str().filter(|text| !text.is_ascii()) else { continue };
            (*value, spoiled) = (json!(twice(text)), spoiled + 1);
        }
    }
    write(&file, &collection);
    let report = database.import(&file, &as_source("twice"));
    println!("{spoiled} texts decoded twice");
    assert!(spoiled > 100 && report.matches("was decoded twice; taken as").count() == 10, "{report}");
    let (count, other, _) = beside_truth(&database, "twice");
    assert_eq!((count, other), (FEATURES, 0));
}

#[test]
fn other_formats_and_zones_give_the_same_features() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let cadastre = real(CADASTRE).unwrap();
    let geopackage = folder.path().join("catastro_18s.gpkg");
    run("ogr2ogr", &["-f", "GPKG", text(&geopackage), text(&cadastre), "-t_srs", "EPSG:32718"]);
    let report = database.import(&geopackage, &as_source("utm"));
    assert!(report.contains("EPSG:32718"), "{report}");
    let (count, other, apart) = beside_truth(&database, "utm");
    println!("UTM 18S: at most {apart} m apart");
    assert_eq!((count, other), (FEATURES, 0));
    assert!(apart < 0.001, "{apart} m");

    let topology = folder.path().join("catastro.topojson");
    write(&topology, &as_topology(&collection()));
    database.import(&topology, &as_source("topology"));
    let (count, other, apart) = beside_truth(&database, "topology");
    assert_eq!((count, other), (FEATURES, 0));
    assert!(apart < 0.001, "{apart} m");
}

/// Each ring is an arc of its own.
fn as_topology(collection: &Json) -> Json {
    let mut arcs = vec![];
    let mut arc_of = |ring: &Json| {
        arcs.push(ring.clone());
        json!([arcs.len() - 1])
    };
    let features = collection["features"].as_array().unwrap();
    let geometries: Vec<Json> = features
        .iter()
        .map(|feature| {
            let polygons = feature["geometry"]["coordinates"].as_array().unwrap();
            let of_polygon = |polygon: &Json| polygon.as_array().unwrap().iter().map(&mut arc_of).collect::<Vec<_>>();
            let arcs: Vec<_> = polygons.iter().map(of_polygon).collect();
            json!({"type": "MultiPolygon", "arcs": arcs, "properties": feature["properties"]})
        })
        .collect();
    json!({
        "type": "Topology",
        "objects": {"catastro": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": arcs,
    })
}

#[test]
fn tables_with_decimal_commas_and_workbooks_give_the_same_places() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let conflicts = real("peru_mining_conflicts_2024_03.xlsx").unwrap();
    let preset = ["--layer", "conflicts", "--preset", "ombudsman_mining_conflicts", "--source"];
    database.import(&conflicts, &[&preset[..], &["workbook"]].concat());
    let table = folder.path().join("conflictos.csv");
    run("ogr2ogr", &["-f", "CSV", text(&table), text(&conflicts), "-lco", "SEPARATOR=SEMICOLON"]);
    let written = fs::read_to_string(&table).unwrap();
    let mut lines = written.lines();
    let head = lines.next().unwrap();
    let is_coordinate = |name: &str| ["lat", "lon"].contains(&name);
    let coordinates: Vec<bool> = head.split(';').map(is_coordinate).collect();
    assert_eq!(coordinates.iter().filter(|is| **is).count(), 2, "{head}");
    let comma = |line: &str| {
        let cells = line.split(';').zip(&coordinates);
        let cells = cells.map(|(cell, is)| if *is { cell.replace('.', ",") } else { cell.into() });
        cells.collect::<Vec<_>>().join(";")
    };
    fs::write(&table, [head.to_owned()].into_iter().chain(lines.map(comma)).collect::<Vec<_>>().join("\n")).unwrap();
    assert!(fs::read_to_string(&table).unwrap().contains(";-7"), "coordinates");
    database.import(&table, &[&preset[..], &["comma"]].concat());
    let same = |one: &str, other: &str, layer: &str| {
        database.count(&format!(
            "select count(*) from rimay.feature a join rimay.feature b using (layer, key)
             where layer = '{layer}' and a.source = '{one}' and b.source = '{other}'
               and a.properties = b.properties and st_asbinary(a.geom) is not distinct from st_asbinary(b.geom)"
        ))
    };
    assert_eq!(same("workbook", "comma", "conflicts"), 81);

    let places = real("peru_populated_centres.csv.gz").unwrap();
    let packed = format!("/vsigzip/{}", text(&places));
    let (short, workbook) = (folder.path().join("centros.csv"), folder.path().join("centros.xlsx"));
    run("ogr2ogr", &["-f", "CSV", text(&short), &packed, "-limit", "1000"]);
    run("ogr2ogr", &["-f", "XLSX", text(&workbook), text(&short)]);
    let preset = ["--layer", "populated_places", "--preset", "inei_populated_centres", "--source"];
    database.import(&short, &[&preset[..], &["table"]].concat());
    database.import(&workbook, &[&preset[..], &["sheet"]].concat());
    assert_eq!(same("table", "sheet", "populated_places"), 1000);
}

#[test]
fn of_a_zip_with_two_layers_one_is_asked_for() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let inside = |name: &str| folder.path().join(name);
    for (name, file) in [("catastro", CADASTRE), ("comunidades", "cajamarca_peasant_communities.geojson")] {
        let target = inside(&format!("{name}.shp"));
        run("ogr2ogr", &["-f", "ESRI Shapefile", text(&target), text(&real(file).unwrap())]);
    }
    let archive = inside("cajamarca.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path != archive {
            let name = path.file_name().unwrap().to_str().unwrap();
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(&fs::read(&path).unwrap()).unwrap();
        }
    }
    writer.finish().unwrap();
    let told = database.refuse(&archive, &as_source("zip"));
    for word in ["catastro.shp", "comunidades.shp", "--source-layer"] {
        assert!(told.contains(word), "{told}");
    }
    let told = database.refuse(&archive, &[&as_source("zip")[..], &["--source-layer", "cuencas"]].concat());
    assert!(told.contains("comunidades.shp"), "{told}");
    database.import(&archive, &[&as_source("zip")[..], &["--source-layer", "Catastro"]].concat());
    let (count, other, apart) = beside_truth(&database, "zip");
    assert_eq!((count, other), (FEATURES, 0));
    assert!(apart < 0.001, "{apart} m");
}

#[test]
fn duplicate_and_missing_codes_and_swapped_axes_are_told() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let file = folder.path().join("catastro.geojson");
    let mut spoiled = collection();
    let features = spoiled["features"].as_array_mut().unwrap();
    for position in 0..5 {
        features[10 + position]["properties"]["CODIGOU"] = features[position]["properties"]["CODIGOU"].clone();
        features[20 + position]["properties"]["CODIGOU"] = Json::Null;
    }
    write(&file, &spoiled);
    let report = database.import(&file, &as_source("codes"));
    assert!(report.contains("  rejected          5\n"), "{report}");
    assert!(report.contains("row 11 ") && report.contains("same key as row 1 (03000223X01)"), "{report}");
    let without = "select count(*) from rimay.feature where source = 'codes' and properties ->> 'code' is null and length(key) = 32";
    assert_eq!(database.count(without), 5, "known by their content");
    assert_eq!(beside_truth(&database, "codes").0, FEATURES - 10);
    // The next delivery of the same rows knows them again.
    assert!(database.import(&file, &as_source("codes")).contains("the same file as"));

    let mut swapped = collection();
    for feature in swapped["features"].as_array_mut().unwrap() {
        swap(&mut feature["geometry"]["coordinates"]);
    }
    write(&file, &swapped);
    let told = database.refuse(&file, &as_source("swapped"));
    assert!(told.contains("2785 of 2785") && told.contains("axes are swapped"), "{told}");
}

fn swap(coordinates: &mut Json) {
    let Some(parts) = coordinates.as_array_mut() else { return };
    match parts.iter().all(Json::is_number) {
        true => parts.swap(0, 1),
        false => parts.iter_mut().for_each(swap),
    }
}

#[test]
fn a_vintage_tells_what_is_new_gone_and_otherwise() {
    let Some(database) = database() else { return };
    let folder = scratch();
    let file = folder.path().join("catastro.geojson");
    let mut next = collection();
    write(&file, &next);
    database.import(&file, &[&as_source("vintage")[..], &["--valid-on", "2024-01-01"]].concat());
    let share = FEATURES / 100;
    let features = next["features"].as_array_mut().unwrap();
    let new: Vec<Json> = features[..share]
        .iter()
        .enumerate()
        .map(|(number, feature)| {
            let mut feature = feature.clone();
            feature["properties"]["CODIGOU"] = json!(format!("NUEVO{number}"));
            feature
        })
        .collect();
    for feature in &mut features[100..100 + share] {
        feature["properties"]["TIT_CONCES"] = json!("OTRO TITULAR S.A.C.");
    }
    features.drain(200..200 + share);
    features.extend(new);
    write(&file, &next);
    let changes = folder.path().join("cambios.geojson");
    let asked = ["--valid-on", "2024-02-01", "--changes", text(&changes)];
    let report = database.import(&file, &[&as_source("vintage")[..], &asked].concat());
    let told = format!("{share} added, {share} changed, {} unchanged, {share} removed", FEATURES - 2 * share);
    assert!(report.contains(&told), "{report}");
    let changes: Json = serde_json::from_slice(&fs::read(&changes).unwrap()).unwrap();
    let count = |kind: &str| {
        let of_kind = changes["features"].as_array().unwrap().iter().filter(|c| c["properties"]["kind"] == kind);
        of_kind.count()
    };
    assert_eq!(["added", "changed", "removed", "moved"].map(count), [share, share, share, 0]);
    let kept = "select count(*) from rimay.feature_version where source = 'vintage'";
    assert_eq!(database.count(kept), 3 * share, "what was changed, what was removed, and that it was");
}
