//! `rimay import`: what is taken, what is refused, and that a refusal changes nothing.

use serde_json::json;

use crate::support::{Server, TestDatabase, conflict, scratch, watershed, write_geojson};

/// The number on a line of the report.
fn figure(report: &str, title: &str) -> u64 {
    let line = report
        .lines()
        .find(|line| line.trim_start().starts_with(title))
        .unwrap_or_else(|| panic!("no {title} in:\n{report}"));
    line.trim_start()[title.len()..].split_whitespace().next().unwrap().parse().unwrap()
}

fn line<'a>(report: &'a str, title: &str) -> &'a str {
    report
        .lines()
        .find(|line| line.trim_start().starts_with(title))
        .unwrap_or_else(|| panic!("no {title} in:\n{report}"))
}

#[test]
fn a_file_goes_in_and_the_report_tells_what_became_of_it() {
    let database = TestDatabase::create();
    let folder = scratch();
    let mut bow_tie = watershed("2", "Moño", -75.0, -10.0, 0.1);
    // A figure of eight: two triangles of the square's quarter each remain.
    bow_tie["geometry"]["coordinates"] =
        json!([[[-75.0, -10.0], [-74.9, -9.9], [-74.9, -10.0], [-75.0, -9.9], [-75.0, -10.0]]]);
    let features = [
        watershed("1", "Buena", -76.0, -10.0, 0.1),
        bow_tie,
        watershed("1", "Repetida", -74.0, -10.0, 0.1),
        watershed("3", "Gemela", -76.0, -10.0, 0.1),
        json!({"type": "Feature", "properties": {"code": "4", "name": "Punto"}, "geometry": {"type": "Point", "coordinates": [-75, -10]}}),
    ];
    let report =
        database.import(&write_geojson(folder.path(), "mezcla.geojson", &features), &["--layer", "watersheds"]);
    assert_eq!(figure(&report, "read"), 5);
    assert_eq!(figure(&report, "accepted"), 3);
    assert_eq!(figure(&report, "repaired"), 1);
    assert_eq!(figure(&report, "rejected"), 2);
    assert_eq!(figure(&report, "same geometry"), 1);
    assert!(report.contains("Self-intersection") && !report.contains(" before, "), "{report}");
    assert!(report.contains("row 3") && report.contains("same key as row 1"), "{report}");
    assert!(line(&report, "CRS found").contains("4326") || line(&report, "CRS found").contains("CRS84"), "{report}");
    assert!(line(&report, "bounding box").contains("-76.00000,-10.00000,-74.90000,-9.90000"), "{report}");
    assert_eq!(database.count_features("watersheds"), 3);
    // Two triangles with base 0.1° and height 0.05°: half the square's area.
    let share = database.query("select round((a.area / b.area)::numeric, 3)::text from (select st_area(geom) area from layers.watersheds where code = '2') a, (select st_area(geom) area from layers.watersheds where code = '1') b");
    assert_eq!(share[0].as_deref(), Some("0.500"));
    let kept = database.query("select report ->> 'accepted' from rimay.import");
    assert_eq!(kept, [Some("3".to_owned())]);
}

#[test]
fn the_same_file_again_changes_nothing_and_a_new_delivery_changes_what_differs() {
    let database = TestDatabase::create();
    let folder = scratch();
    let (one, two) = (watershed("1", "Uno", -76.0, -10.0, 0.1), watershed("2", "Dos", -75.0, -10.0, 0.1));
    let file = write_geojson(folder.path(), "cuencas.geojson", &[one.clone(), two.clone()]);
    database.import(&file, &["--layer", "watersheds"]);
    let ids = database.query("select id::text from layers.watersheds order by code");
    let report = database.import(&file, &["--layer", "watersheds"]);
    assert!(line(&report, "in the layer").contains("0 added, 0 changed, 2 unchanged, 0 removed"), "{report}");

    let renamed = watershed("2", "Dos Ñ", -75.0, -10.0, 0.1);
    write_geojson(folder.path(), "cuencas.geojson", &[renamed, watershed("3", "Tres", -74.0, -10.0, 0.1)]);
    let report = database.import(&file, &["--layer", "watersheds"]);
    assert!(line(&report, "in the layer").contains("1 added, 1 changed, 0 unchanged, 1 removed"), "{report}");
    let second = database.query("select id::text from layers.watersheds where code = '2' and name = 'Dos Ñ'");
    assert_eq!(second[0], ids[1], "ids outlive deliveries");
}

#[test]
fn sources_of_one_layer_live_side_by_side() {
    let database = TestDatabase::create();
    let folder = scratch();
    let first = write_geojson(folder.path(), "norte.geojson", &[watershed("1", "Norte", -78.0, -6.0, 0.1)]);
    let second = write_geojson(folder.path(), "sur.geojson", &[watershed("1", "Sur", -71.0, -15.0, 0.1)]);
    database.import(&first, &["--layer", "watersheds"]);
    database.import(&second, &["--layer", "watersheds"]);
    assert_eq!(database.count_features("watersheds"), 2);
    database.import(&second, &["--layer", "watersheds", "--source", "norte"]);
    assert_eq!(database.count("select count(*) from layers.watersheds where name = 'Norte'"), 0);
}

#[test]
fn demonstration_data_gives_way_to_the_first_real_file() {
    let database = TestDatabase::create();
    let folder = scratch();
    let invented = write_geojson(folder.path(), "demo.geojson", &[watershed("1", "Sintética", -78.0, -6.0, 0.1)]);
    database.import(&invented, &["--layer", "watersheds", "--preset", "demonstration"]);
    let server = Server::start(&database);
    assert_eq!(server.json("/ogc/collections/watersheds")["synthetic"], true);
    let real = write_geojson(folder.path(), "ana.geojson", &[watershed("49", "Verdadera", -75.0, -6.0, 0.1)]);
    let report = database.import(&real, &["--layer", "watersheds"]);
    assert!(report.contains("1 demonstration features give way"), "{report}");
    let page = server
        .wait_for("/ogc/collections/watersheds/items", |page| page["features"][0]["properties"]["name"] == "Verdadera");
    assert_eq!(page["numberMatched"], 1);
    assert_eq!(server.json("/ogc/collections/watersheds")["synthetic"], false);
}

#[test]
fn a_dry_run_reports_and_keeps_nothing() {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("1", "Uno", -76.0, -10.0, 0.1)]);
    let report = database.import(&file, &["--layer", "watersheds", "--dry-run"]);
    assert_eq!(figure(&report, "accepted"), 1);
    assert!(report.contains("nothing was kept"), "{report}");
    assert_eq!(database.count_features("watersheds"), 0);
    assert_eq!(database.count("select count(*) from rimay.import"), 0);
}

#[test]
fn what_is_served_after_an_import_is_what_was_imported_without_a_restart() {
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let folder = scratch();
    let file = write_geojson(
        folder.path(),
        "casos.geojson",
        &[conflict("Cañaris", "activo", Some([-79.27, -6.04])), conflict("Nacional", "latente", None)],
    );
    database.import(&file, &["--layer", "conflicts"]);
    let page = server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 2);
    assert_eq!(page["features"][0]["properties"]["name"], "Cañaris");
    assert_eq!(page["features"][0]["geometry"]["coordinates"], json!([-79.27, -6.04]));
    assert_eq!(page["features"][1]["geometry"], json!(null));
}

#[test]
fn features_far_outside_peru_are_refused_unless_confirmed() {
    let database = TestDatabase::create();
    let folder = scratch();
    let swapped = conflict("Ejes cambiados", "activo", Some([-7.1, -78.5]));
    let file =
        write_geojson(folder.path(), "casos.geojson", &[conflict("Bien", "activo", Some([-78.5, -7.1])), swapped]);
    let said = database.refuse(&file, &["--layer", "conflicts"]);
    assert!(
        said.contains("1 of 2 features lie more than 2 degrees outside Peru") && said.contains("Ejes cambiados"),
        "{said}"
    );
    assert!(said.contains("--allow-outside"), "{said}");
    assert_eq!(database.count_features("conflicts"), 0);
    database.import(&file, &["--layer", "conflicts", "--allow-outside"]);
    assert_eq!(database.count_features("conflicts"), 2);
}

#[test]
fn each_refusal_is_one_sentence_and_changes_nothing() {
    let database = TestDatabase::create();
    let folder = scratch();
    let path = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let good = write_geojson(folder.path(), "bien.geojson", &[watershed("1", "Uno", -76.0, -10.0, 0.1)]);
    let layer = ["--layer", "watersheds"];
    let cases = [
        (path("datos.doc", "x"), &layer[..], "extension"),
        (path("vacio.geojson", ""), &layer, "empty"),
        (folder.path().join("no.geojson"), &layer, "no file"),
        (folder.path().to_owned(), &layer, "folder"),
        (path("roto.geojson", "{\"type\": \"FeatureCollection\", \"features\": [{"), &layer, "GeoJSON"),
        (
            path(
                "vrt.geojson",
                "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
            ),
            &layer,
            "does not hold GeoJSON",
        ),
        (path("sin_filas.geojson", "{\"type\": \"FeatureCollection\", \"features\": []}"), &layer, "no rows"),
        (path("solo.shp", "x"), &layer, ".shx"),
        (
            path(
                "datum.geojson",
                r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"PSAD56"}},"features":[{"type":"Feature","properties":{"name":"A"},"geometry":null}]}"#,
            ),
            &layer,
            "PSAD56",
        ),
        (path("sin_lugar.csv", "code,name\n1,Uno\n"), &layer, "neither geometry nor coordinate"),
        (path("otra.csv", "a,b,lon,lat\n1,2,-75,-10\n"), &layer, "no column"),
        (path("latin.csv", "x"), &["--layer", "watersheds", "--encoding", "EBCDIC-7"], "encoding"),
        (good.clone(), &["--layer", "cuencas"], "there is no layer \"cuencas\"; the layers are: conflicts"),
        (good.clone(), &["--layer", "watersheds", "--preset", "ana"], "ana_hydrographic_units"),
        (good.clone(), &["--layer", "watersheds", "--preset", "ana_hydrographic_units"], "CODIGO"),
        (good, &["--layer", "watersheds", "--source-crs", "EPSG:999999"], "999999"),
    ];
    for (file, arguments, expected) in cases {
        let said = database.refuse(&file, arguments);
        assert!(said.contains(expected), "{}: {said}", file.display());
        assert!(!said.contains('\n'), "{}: more than a sentence: {said}", file.display());
    }
    assert_eq!(database.count_features("watersheds"), 0);
    assert_eq!(database.count("select count(*) from rimay.import"), 0);
    assert_eq!(database.count("select count(*) from rimay.incoming_feature"), 0);
}

#[test]
fn an_area_of_which_nothing_is_left_is_rejected_and_not_repaired() {
    let database = TestDatabase::create();
    let folder = scratch();
    let mut line = watershed("2", "Ida y vuelta", -75.0, -10.0, 0.1);
    line["geometry"]["coordinates"] = json!([[[-75.0, -10.0], [-74.9, -10.0], [-74.8, -10.0], [-75.0, -10.0]]]);
    let features = [watershed("1", "Buena", -76.0, -10.0, 0.1), line];
    let report = database.import(&write_geojson(folder.path(), "vacia.geojson", &features), &["--layer", "watersheds"]);
    assert_eq!((figure(&report, "repaired"), figure(&report, "rejected")), (0, 1), "{report}");
    assert!(report.contains("row 2      Ida y vuelta: ") && report.contains("; no area is left"), "{report}");
}

#[test]
fn files_do_not_erase_each_other_unless_told() {
    let database = TestDatabase::create();
    let folder = scratch();
    let layer = ["--layer", "watersheds"];
    let file = |name: &str, code: &str| {
        std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        write_geojson(folder.path(), name, &[watershed(code, &format!("Cuenca {code}"), -78.0, -6.0, 0.1)])
    };
    database.import(&file("zona.norte.geojson", "1"), &layer);
    database.import(&file("zona.sur.geojson", "2"), &layer);
    assert_eq!(database.count_features("watersheds"), 2);

    let like = file("zona_norte.geojson", "3");
    let said = database.refuse(&like, &layer);
    assert!(said.contains("which came from zona.norte.geojson; say --source zona_norte if"), "{said}");
    let elsewhere = file("otra/zona.norte.geojson", "4");
    let said = database.refuse(&elsewhere, &layer);
    assert!(said.contains("lacks 1 of the 1 features that the source zona_norte has"), "{said}");
    let said = database.refuse(&file("ana_hydrographic_units.geojson", "5"), &layer);
    assert!(said.contains("--preset ana_hydrographic_units"), "{said}");
    assert_eq!(database.count("select count(*) from layers.watersheds where code in ('1', '2')"), 2);

    database.import(&like, &["--layer", "watersheds", "--source", "zona_norte"]);
    database.import(&elsewhere, &["--layer", "watersheds", "--source", "zona_norte_2"]);
    assert_eq!(database.count("select count(*) from layers.watersheds where code in ('2', '3', '4')"), 3);
    for (month, code) in [("catastro_2024_01.geojson", "8"), ("catastro_2024_02.geojson", "9")] {
        database.import(&file(month, code), &["--layer", "watersheds", "--source", "catastro"]);
    }
    assert_eq!(database.count("select count(*) from layers.watersheds where code in ('8', '9')"), 1);
}

#[test]
fn a_preset_does_not_erase_the_features_of_another_region() {
    let database = TestDatabase::create();
    let folder = scratch();
    let known = ["--layer", "watersheds", "--preset", "demonstration"];
    let north = write_geojson(folder.path(), "norte.geojson", &[watershed("1", "Norte", -78.0, -6.0, 0.1)]);
    let south = write_geojson(folder.path(), "sur.geojson", &[watershed("2", "Sur", -72.0, -14.0, 0.1)]);
    database.import(&north, &known);
    let said = database.refuse(&south, &known);
    assert!(said.contains("lacks 1 of the 1 features that the source demonstration has"), "{said}");
    assert_eq!(database.count("select count(*) from layers.watersheds where name = 'Norte'"), 1);
    database.import(&south, &[&known[..], &["--source", "demonstration"]].concat());
    assert_eq!(database.count("select count(*) from layers.watersheds where name = 'Sur'"), 1);
}

#[test]
fn a_large_file_goes_in_again_whatever_the_statistics_say() {
    let database = TestDatabase::create();
    let folder = scratch();
    let places = |count: u32| -> std::path::PathBuf {
        let rows: String = (0..count).map(|n| format!("{n:06},Centro {n},-75.{n:06},-10.5\n")).collect();
        let path = folder.path().join(format!("centros_{count}.csv"));
        std::fs::write(&path, format!("code,name,longitude,latitude\n{rows}")).unwrap();
        path
    };
    let arguments = |source| ["--layer", "populated_places", "--source-crs", "EPSG:4326", "--source", source];
    database.import(&places(50), &arguments("pocos"));
    // What autovacuum does by itself: now the planner knows one source, of 50 rows.
    assert!(database.accepts("analyze rimay.feature_populated_places"));
    let impatient =
        "do $$ begin execute format('alter database %I set statement_timeout = %L', current_database(), '15s'); end $$";
    assert!(database.accepts(impatient));
    let many = places(30_000);
    database.import(&many, &arguments("muchos"));
    database.import(&many, &arguments("muchos"));
    assert_eq!(database.count_features("populated_places"), 30_050);
}

#[test]
fn only_demonstration_data_bears_its_name() {
    let database = TestDatabase::create();
    let folder = scratch();
    let real = write_geojson(folder.path(), "demonstration.geojson", &[watershed("1", "Real", -78.0, -6.0, 0.1)]);
    for arguments in [
        &["--layer", "watersheds"][..],
        &["--layer", "watersheds", "--source", "demonstration"],
        &["--layer", "watersheds", "--source", "direct"],
        &["--layer", "watersheds", "--preset", "demonstration", "--source", "real"],
    ] {
        let said = database.refuse(&real, arguments);
        assert!(said.contains("demonstration data, and nothing else"), "{said}");
    }
    database.import(&real, &["--layer", "watersheds", "--source", "real"]);
    assert_eq!(database.count_features("watersheds"), 1);
}

#[test]
fn a_licence_that_changes_alone_is_served_at_once() {
    let database = TestDatabase::create();
    let folder = scratch();
    let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("1", "Uno", -76.0, -10.0, 0.1)]);
    database.import(&file, &["--layer", "watersheds", "--licence", "CC0-1.0"]);
    let server = Server::start(&database);
    assert_eq!(server.json("/ogc/collections/watersheds")["license"], "CC0-1.0");
    database.import(&file, &["--layer", "watersheds", "--licence", "CC-BY-4.0", "--attribution", "Oficina"]);
    let told = server.wait_for("/ogc/collections/watersheds", |collection| collection["license"] == "CC-BY-4.0");
    assert_eq!(told["attribution"], "Oficina");
}

#[test]
fn a_file_that_lacks_most_of_its_source_is_asked_about() {
    let database = TestDatabase::create();
    let folder = scratch();
    let all: Vec<_> =
        (0..10).map(|n| watershed(&n.to_string(), "Cuenca", -76.0 + f64::from(n) * 0.1, -10.0, 0.1)).collect();
    database.import(&write_geojson(folder.path(), "cuencas.geojson", &all), &["--layer", "watersheds"]);
    let few = write_geojson(folder.path(), "cuencas.geojson", &all[..4]);
    let said = database.refuse(&few, &["--layer", "watersheds"]);
    assert!(said.contains("lacks 6 of the 10 features that the source cuencas has"), "{said}");
    assert_eq!(database.count_features("watersheds"), 10);
    database.import(&few, &["--layer", "watersheds", "--source", "cuencas"]);
    assert_eq!(database.count_features("watersheds"), 4);
}

#[test]
fn what_is_doubtful_is_told_and_taken() {
    let database = TestDatabase::create();
    let folder = scratch();
    let outline = |name: &str, west: f64| {
        let mut area = watershed("1", name, west, -12.0, 2.0);
        area["properties"] = json!({"code": name.len().to_string(), "name": name});
        area
    };
    let departments =
        write_geojson(folder.path(), "limites.geojson", &[outline("Áncash", -78.0), outline("Huánuco", -76.0)]);
    database.import(&departments, &["--layer", "departments"]);
    let places = [
        ("010101001", "ENCAÃ‘ADA", "ANCASH", -77.0),
        ("1001010002", "Norte", "Huanuco", -77.0),
        ("0101010003", "En el borde", "Huánuco", -76.0),
        ("0101010004", "Lejos", "Atlántida", -75.0),
    ];
    let places = places.map(|(code, name, department, longitude)| {
        json!({"type": "Feature", "properties": {"code": code, "name": name, "department": department}, "geometry": {"type": "Point", "coordinates": [longitude, -11.0]}})
    });
    let report =
        database.import(&write_geojson(folder.path(), "lugares.geojson", &places), &["--layer", "populated_places"]);
    assert_eq!((figure(&report, "elsewhere"), figure(&report, "values in doubt")), (1, 2), "{report}");
    assert!(
        report
            .contains("row 2      Norte: department says Huánuco; it lies in Áncash (by the outlines of departments)"),
        "{report}"
    );
    assert!(report.contains("\"010101001\" had lost its leading zero; taken as \"0010101001\""), "{report}");
    assert!(report.contains("UBIGEO by INEI    1, by RENIEC 0"), "{report}");
    let names = "select name from layers.populated_places where code = '0010101001'";
    assert_eq!(database.query(names)[0].as_deref(), Some("ENCAÑADA"));

    let mut sliver = watershed("2", "Astilla", -75.0, -10.0, 0.1);
    sliver["geometry"]["coordinates"] = json!([[[-75.0, -10.0], [-74.9, -10.0], [-74.9, -9.999_999], [-75.0, -10.0]]]);
    let honest = json!({"type": "Feature", "properties": {"code": "3", "name": "Medida", "stated_area_km2": 121.0}, "geometry": watershed("3", "", -74.0, -10.0, 0.1)["geometry"]});
    let areas = [watershed("1", "Otra área", -76.0, -10.0, 0.1), sliver, honest];
    let report = database.import(&write_geojson(folder.path(), "cuencas.geojson", &areas), &["--layer", "watersheds"]);
    assert_eq!((figure(&report, "stated_area_km2 differs"), figure(&report, "slivers")), (2, 1), "{report}");
    assert!(report.contains("Otra área: stated_area_km2 says 1.5 km²; the geometry measures 121."), "{report}");
    assert!(!report.contains("Medida"), "{report}");
}

#[test]
fn a_layer_that_moved_as_one_came_in_another_datum() {
    let database = TestDatabase::create();
    let folder = scratch();
    // About 1 km squares, once where they are and once 250 m east and 370 m north of it.
    let deliver = |east: f64, north: f64| {
        let features: Vec<_> = (0..8)
            .map(|n| {
                let mut area = watershed(&n.to_string(), "C", -78.0 + f64::from(n) * 0.1 + east, -7.0 + north, 0.009);
                area["properties"] = json!({"code": n.to_string(), "name": format!("C{n}")});
                area
            })
            .collect();
        let file = write_geojson(folder.path(), "catastro.geojson", &features);
        database.import(&file, &["--layer", "mining_concessions"])
    };
    assert!(!deliver(0.0, 0.0).contains("ALL MOVED"));
    let report = deliver(250.0 / 110_500.0, 370.0 / 110_574.0);
    assert!(report.contains("ALL MOVED         8 of 8 features") && report.contains("370.0 m north"), "{report}");
    assert!(report.contains("corners off grid"), "{report}");
    assert!(!deliver(250.0 / 110_500.0, 370.0 / 110_574.0).contains("ALL MOVED"), "as before");
}
