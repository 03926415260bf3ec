//! `rimay export`: every format, read back by GDAL's own tools.

use std::process::Command;

use serde_json::Value as Json;

use crate::support::{TestDatabase, conflict, scratch, watershed, write_geojson};

fn ogrinfo(path: &std::path::Path) -> Json {
    let output = Command::new("ogrinfo").args(["-json", "-features", "-al"]).arg(path).output().unwrap();
    if !output.status.success() || output.stdout.is_empty() {
        // GDAL before 3.7 writes no JSON: let ogr2ogr write GeoJSON instead.
        let output = Command::new("ogr2ogr")
            .args(["-f", "GeoJSON", "-lco", "RFC7946=YES", "/vsistdout/"])
            .arg(path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return serde_json::from_slice(&output.stdout).unwrap();
    }
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn each_format_brings_back_what_went_in() {
    let database = TestDatabase::create();
    let folder = scratch();
    let features =
        [watershed("0049", "Cuenca Cañaris", -78.0, -6.0, 0.1), watershed("0137", "Cuenca Ñuñoa", -71.0, -14.0, 0.1)];
    database.import(&write_geojson(folder.path(), "cuencas.geojson", &features), &["--layer", "watersheds"]);
    for format in ["geojson", "gpkg", "csv", "shp", "kml", "fgb"] {
        let path = folder.path().join(format!("salida.{format}"));
        let output = database.run(["export", "watersheds", "--format", format, "-o", path.to_str().unwrap()]);
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "2 features of watersheds written\n");
        let text = ogrinfo(&path).to_string();
        for word in ["Cuenca Cañaris", "Cuenca Ñuñoa", "0049"] {
            assert!(text.contains(word), "{format} lost {word}: {text}");
        }
    }
    let zip = folder.path().join("salida.zip");
    let output = database.run(["export", "watersheds", "--format", "shp", "-o", zip.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let again = TestDatabase::create();
    again.import(&zip, &["--layer", "watersheds"]);
    assert_eq!(again.count_features("watersheds"), 2);
}

#[test]
fn a_file_that_is_there_is_not_replaced_unless_told() {
    let database = TestDatabase::create();
    let folder = scratch();
    database.import(
        &write_geojson(folder.path(), "casos.geojson", &[conflict("Uno", "activo", Some([-75.0, -12.0]))]),
        &["--layer", "conflicts"],
    );
    let path = folder.path().join("salida.csv");
    std::fs::write(&path, "mine").unwrap();
    let export = ["export", "conflicts", "--format", "csv", "-o", path.to_str().unwrap()];
    let output = database.run(export);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    assert!(database.run(export.iter().chain(&["--overwrite"])).status.success());
    assert!(std::fs::read_to_string(&path).unwrap().contains("Uno"));
}

#[test]
fn the_original_record_does_not_leave_with_the_layer() {
    let database = TestDatabase::create();
    let folder = scratch();
    let mut case = conflict("Uno", "activo", Some([-75.0, -12.0]));
    case["properties"]["telefono_del_dirigente"] = serde_json::json!("999 123 456");
    database.import(&write_geojson(folder.path(), "casos.geojson", &[case]), &["--layer", "conflicts"]);
    let path = folder.path().join("salida.geojson");
    assert!(
        database.run(["export", "conflicts", "--format", "geojson", "-o", path.to_str().unwrap()]).status.success()
    );
    assert!(!std::fs::read_to_string(path).unwrap().contains("999 123 456"));
    let server = crate::support::Server::start(&database);
    for address in ["/ogc/collections/conflicts/items", "/api/layers/conflicts/features", "/api/search?q=uno"] {
        assert!(!server.json(address).to_string().contains("999 123 456"), "{address}");
    }
}
