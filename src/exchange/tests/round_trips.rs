//! What we write can be read: by ourselves and, through GDAL's own tools' eyes, by others. The shapefiles made here
//! also serve to take parts away from them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use gdal::{
    Dataset, DatasetOptions, DriverManager, GdalOpenFlags,
    vector::{Feature, FieldDefn, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType, sql::Dialect},
};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::files::{Read, plain, read, record};
use crate::{
    exchange::{ExchangeError, ExportAbout, ExportFormat, ExportRow, ExportSummary, ReadOptions, export, shape::Shape},
    model::{Catalogue, Field, FieldType, Layer, Value},
};

fn layer(id: &str) -> &'static Layer {
    Catalogue::built_in().layer(id).expect("built in")
}

fn about() -> ExportAbout {
    ExportAbout {
        title: "Prueba de ñandúes".into(),
        licence: "CC0-1.0".into(),
        attribution: "Rimay".into(),
        synthetic: true,
        revision: 7,
    }
}

/// Two features: one with a value in every field, one with only a name. Areas are clockwise triangles.
fn sample(layer: &Layer) -> Vec<ExportRow> {
    let full = |field: &Field| match field.kind {
        FieldType::Text => Value::Text(format!("{} de Ñaña, \"Perú\"", field.name).into()),
        FieldType::Integer => Value::Integer(9_007_199_254_740_993),
        FieldType::Real => Value::Real(1018.75),
        FieldType::Boolean => Value::Boolean(true),
        FieldType::Date => Value::Date(jiff::civil::date(1967, 12, 29)),
        FieldType::Code => Value::Text(field.codes[0].code.as_str().into()),
    };
    let name_only = |field: &Field| if field.name == layer.name_field { full(field) } else { Value::Null };
    let shape = match layer.geometry {
        crate::model::GeometryKind::Point => Shape::Point([-78.5, -7.25]),
        crate::model::GeometryKind::Polygon => {
            Shape::Areas(vec![vec![vec![[-78.5, -7.0], [-78.5, -6.75], [-78.25, -7.0], [-78.5, -7.0]]]])
        }
    };
    let row = |id, fill: &dyn Fn(&Field) -> Value| ExportRow {
        id,
        values: layer.fields.iter().map(fill).collect(),
        source: Some("prueba".into()),
        synthetic: id == 11,
        geometry_wkb: Some(shape.to_wkb()),
    };
    vec![row(11, &full), row(12, &name_only)]
}

fn written(path: &Path, format: ExportFormat, layer: &Layer) -> Result<ExportSummary, ExchangeError> {
    let fields: Vec<&Field> = layer.fields.iter().collect();
    export(path, format, layer, &fields, &mut sample(layer).into_iter().map(Ok), &about(), false)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

/// Debian's GDAL is built without Parquet.
fn read_by_gdal() -> impl Iterator<Item = ExportFormat> {
    ExportFormat::ALL.iter().copied().filter(|format| format.name() != "parquet")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The same values come back, in the same order, at the same place.
fn assert_same(done: &Read, layer: &Layer, but: &dyn Fn(Value) -> Value) {
    assert_eq!((done.features.len(), done.rejected.len()), (2, 0), "{:?}", done.rejected);
    for (feature, row) in done.features.iter().zip(sample(layer)) {
        let expected: Vec<Value> = row.values.into_iter().map(but).collect();
        assert_eq!(feature.values, expected, "{} as {}", layer.id, done.summary.format);
        assert_eq!(feature.geometry_wkb.as_ref().map(Vec::len), row.geometry_wkb.as_ref().map(Vec::len));
    }
    assert_eq!(done.notes, []);
}

#[test]
fn every_layer_comes_back_from_every_format_we_read() {
    let folder = folder();
    for layer in Catalogue::built_in().layers() {
        for (format, name) in [
            (ExportFormat::GeoJson, "a.geojson"),
            (ExportFormat::GeoPackage, "a.gpkg"),
            (ExportFormat::Csv, "a.csv"),
            (ExportFormat::Shapefile, "a.shp"),
            (ExportFormat::Shapefile, "a.zip"),
            (ExportFormat::Kml, "a.kml"),
        ] {
            let path = folder.path().join(&layer.id).with_extension("").join(name);
            fs::create_dir_all(path.parent().expect("has one")).expect("writable");
            let summary = written(&path, format, layer).unwrap_or_else(|error| panic!("{} {name}: {error}", layer.id));
            assert_eq!(summary.features, 2);
            let source_crs = (format == ExportFormat::Csv).then_some(4326);
            let done = read(&path, ReadOptions { source_crs, ..plain(layer) });
            let done = done.unwrap_or_else(|error| panic!("{} {name}: {error}", layer.id));
            assert_same(&done, layer, &|value| value);
        }
    }
}

#[test]
fn other_programs_see_types_and_licence() {
    let folder = folder();
    let conflicts = layer("conflicts");
    for format in [ExportFormat::GeoPackage, ExportFormat::FlatGeobuf, ExportFormat::GeoJson, ExportFormat::Kml] {
        let path = folder.path().join("a").with_extension(format.name());
        written(&path, format, conflicts).expect("writable");
        let Ok(seen) = Command::new("ogrinfo").args(["-al", "-wkt_format", "wkt1"]).arg(&path).output() else {
            eprintln!("skipped: ogrinfo is not installed");
            return;
        };
        let seen = String::from_utf8(seen.stdout).expect("UTF-8");
        assert!(seen.contains("Feature Count: 2") && seen.contains("de Ñaña, \"Perú\""), "{seen}");
        assert!(seen.contains("(-78.5 -7.25"), "{seen}");
        if matches!(format, ExportFormat::GeoPackage | ExportFormat::FlatGeobuf) {
            assert!(seen.contains("violence_recorded: Integer(Boolean)"), "{seen}");
            assert!(seen.contains("started_on: Date") && seen.contains("id: Integer64"), "{seen}");
        }
        if format == ExportFormat::GeoPackage {
            assert!(seen.contains("licence=CC0-1.0") && seen.contains("SYNTHETIC DATA"), "{seen}");
        }
    }
    let text = fs::read_to_string(folder.path().join("a.geojson")).expect("written");
    let json: serde_json::Value = serde_json::from_str(&text).expect("good JSON");
    assert_eq!((&json["synthetic"], &json["licence"], &json["revision"]), (&true.into(), &"CC0-1.0".into(), &7.into()));
    assert_eq!(json["features"][0]["id"], 11);
    assert_eq!(json["features"][0]["properties"]["violence_recorded"], true);
    assert_eq!(json["features"][1]["properties"]["started_on"], serde_json::Value::Null);
    let kml = fs::read_to_string(folder.path().join("a.kml")).expect("written");
    assert!(kml.contains("SYNTHETIC DATA") && kml.contains("CC0-1.0"), "{kml}");
}

#[test]
fn every_row_says_where_it_comes_from_and_whether_it_is_invented() {
    let folder = folder();
    let conflicts = layer("conflicts");
    for format in read_by_gdal() {
        let path = folder.path().join("a").with_extension(format.name());
        written(&path, format, conflicts).expect("writable");
        let dataset = Dataset::open(&path).expect("readable");
        let mut table = dataset.layer(0).expect("one");
        let names: Vec<String> = table.defn().fields().map(|field| field.name().to_lowercase()).collect();
        let place = |wanted: &str| names.iter().position(|name| *name == wanted);
        let (source, synthetic) = (place("data_source").or(place("data_sourc")), place("synthetic"));
        let text = |feature: &Feature<'_>, column: Option<usize>| {
            let column = column.unwrap_or_else(|| panic!("{format:?} has only {names:?}"));
            feature.field_as_string(column).expect("there").unwrap_or_default()
        };
        let mut seen: Vec<(String, bool)> = table
            .features()
            .map(|feature| (text(&feature, source), ["1", "true"].contains(&text(&feature, synthetic).as_str())))
            .collect();
        seen.sort();
        assert_eq!(seen, [("prueba".to_owned(), false), ("prueba".to_owned(), true)], "{format:?}");
    }
    let done = read(&folder.path().join("a.gpkg"), plain(conflicts)).expect("readable");
    assert_eq!(done.summary.ignored_columns, ["id", "data_source", "synthetic"], "our own columns are passed over");
}

#[test]
fn cases_without_a_place_survive_in_every_format_that_can_hold_them() {
    let folder = folder();
    let conflicts = layer("conflicts");
    let fields: Vec<&Field> = conflicts.fields.iter().collect();
    for format in read_by_gdal() {
        let mut rows = sample(conflicts);
        rows[1].geometry_wkb = None;
        let name = if format == ExportFormat::Shapefile { "a.zip".into() } else { format!("a.{}", format.name()) };
        let path = folder.path().join(name);
        let done = export(&path, format, conflicts, &fields, &mut rows.into_iter().map(Ok), &about(), false)
            .expect("writable");
        if format == ExportFormat::FlatGeobuf {
            let seen = gdal::Dataset::open(&path).expect("readable");
            assert_eq!(seen.layer(0).expect("one").feature_count(), 1);
            assert_eq!((done.features, done.notes.len()), (1, 1), "it cannot hold them, and says so");
            continue;
        }
        let source_crs = (format == ExportFormat::Csv).then_some(4326);
        let done = read(&path, ReadOptions { source_crs, ..plain(conflicts) }).expect("readable");
        assert_eq!(done.features.len(), 2, "{format:?}");
        assert_eq!(done.features[1].geometry_wkb, None);
    }
}

#[test]
fn an_export_is_whole_or_absent() {
    let folder = folder();
    let path = folder.path().join("a.geojson");
    let places = layer("populated_places");
    let fields: Vec<&Field> = places.fields.iter().collect();
    let mut broken = sample(places);
    broken[1].geometry_wkb = Some(vec![1, 2, 3]);
    for &format in ExportFormat::ALL {
        let path = folder.path().join("a").with_extension(format.name());
        let error = export(&path, format, places, &fields, &mut broken.clone().into_iter().map(Ok), &about(), false);
        assert!(matches!(error, Err(ExchangeError::UnfitFeature { id: 12, .. })), "{format:?} {error:?}");
    }
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
    written(&path, ExportFormat::GeoJson, places).expect("writable");
    let error = written(&path, ExportFormat::GeoJson, places).expect_err("it is there");
    assert!(matches!(error, ExchangeError::TargetExists { .. }));
    let mut nothing = std::iter::empty();
    export(&path, ExportFormat::GeoJson, places, &fields, &mut nothing, &about(), true).expect("may overwrite");
    assert_eq!(names_in(folder.path()), ["a.geojson"]);
    let error = written(&folder.path().join("a.csv"), ExportFormat::GeoPackage, places).expect_err("not its extension");
    assert!(error.to_string().ends_with("does not fit the format GeoPackage: its name must end in .gpkg"), "{error}");
}

/// A shapefile of our own in a new folder, and the path of its `.shp`.
fn shapefile() -> (TempDir, PathBuf) {
    let folder = folder();
    let path = folder.path().join("Cuencas.shp");
    written(&path, ExportFormat::Shapefile, layer("watersheds")).expect("writable");
    (folder, path)
}

fn told(path: &Path, options: ReadOptions) -> String {
    read(path, options).map(|done| done.end).expect_err("not readable").to_string()
}

#[test]
fn a_shapefile_must_be_complete() {
    let watersheds = || plain(layer("watersheds"));
    for missing in ["shx", "dbf"] {
        let (folder, path) = shapefile();
        fs::remove_file(path.with_extension(missing)).expect("it was there");
        let expected = format!("Cuencas.shp lacks its .{missing} file, which must lie beside it under the same name");
        assert!(told(&path, watersheds()).ends_with(&expected), "{}", told(&path, watersheds()));
        let zipped = zip_of(folder.path(), "sub carpeta/");
        assert!(told(&zipped, watersheds()).contains(&format!("a.zip lacks its .{missing} file")));
    }
    let (_folder, path) = shapefile();
    fs::rename(path.with_extension("dbf"), path.with_extension("DBF")).expect("renamed");
    assert_eq!(read(&path, watersheds()).expect("case does not count").features.len(), 2);
    fs::remove_file(path.with_extension("prj")).expect("it was there");
    assert!(told(&path, watersheds()).contains("states no reference system (it has no .prj file"));
    let done = read(&path, ReadOptions { source_crs: Some(4326), ..watersheds() }).expect("told");
    assert_eq!(done.summary.crs_found, "EPSG:4326 (WGS 84) as told; the file says none");
}

#[test]
fn text_of_a_shapefile_without_code_page_must_be_told_unless_it_is_utf8() {
    let watersheds = || plain(layer("watersheds"));
    let (_folder, path) = shapefile();
    fs::remove_file(path.with_extension("cpg")).expect("it was there");
    let table = path.with_extension("dbf");
    let mut bytes = fs::read(&table).expect("readable");
    bytes[29] = 0;
    fs::write(&table, &bytes).expect("writable");
    let name = |done: Read| done.features[0].values[1].clone();
    assert_eq!(name(read(&path, watersheds()).expect("plainly UTF-8")), sample(layer("watersheds"))[0].values[1]);
    // "Ñ" and "ñ" as one byte each, and the cell as long as it was.
    let at = bytes.windows(6).position(|w| w == "Ñaña".as_bytes()).expect("in the table");
    bytes.splice(at..at + 6, *b"\xD1a\xF1a  ");
    fs::write(&table, &bytes).expect("writable");
    let refused = told(&path, watersheds());
    assert!(refused.contains("Cuencas.shp row 1, column code is not UTF-8"), "{refused}");
    let as_told = |name: &str| ReadOptions { encoding: Some(name.into()), ..watersheds() };
    assert!(told(&path, as_told("UTF-8")).contains("is not UTF-8 as told"));
    let done = read(&path, as_told("ISO-8859-1")).expect("told");
    assert!(done.features[0].values[0].as_text().is_some_and(|code| code.starts_with("code de Ñaña")));
    // The header may name the code page: 87 is ANSI.
    bytes[29] = 87;
    fs::write(&table, &bytes).expect("writable");
    let done = read(&path, watersheds()).expect("GDAL knows");
    assert!(done.features[0].values[0].as_text().is_some_and(|code| code.starts_with("code de Ñaña")));
}

/// Everything in a folder, zipped under a prefix, in a folder of its own that is left to the system to remove.
fn zip_of(folder: &Path, prefix: &str) -> PathBuf {
    let target = folder.join("zipped");
    fs::create_dir_all(&target).expect("writable");
    let path = target.join("a.zip");
    let mut archive = ZipWriter::new(File::create(&path).expect("writable"));
    for name in names_in(folder).into_iter().filter(|name| name.contains('.')) {
        archive.start_file(format!("{prefix}{name}"), SimpleFileOptions::default()).expect("writable");
        std::io::copy(&mut File::open(folder.join(name)).expect("there"), &mut archive).expect("writable");
    }
    archive.finish().expect("writable");
    path
}

#[test]
fn archives_hold_one_data_file() {
    let watersheds = || plain(layer("watersheds"));
    let (folder, path) = shapefile();
    let done = read(&zip_of(folder.path(), "datos/2024/"), watersheds()).expect("in a sub-folder");
    assert_eq!((done.features.len(), done.summary.table.as_str()), (2, "Cuencas"));
    fs::write(folder.path().join("léame.txt"), "hola").expect("writable");
    assert_eq!(read(&zip_of(folder.path(), "../../"), watersheds()).expect("names are no paths").features.len(), 2);
    fs::copy(&path, folder.path().join("Otras.shp")).expect("copied");
    let refused = told(&zip_of(folder.path(), ""), watersheds());
    assert!(refused.contains("exactly one data file") && refused.contains("Cuencas.shp, Otras.shp"), "{refused}");
    let bomb = folder.path().join("bomb.zip");
    let mut archive = ZipWriter::new(File::create(&bomb).expect("writable"));
    archive.start_file("a.geojson", SimpleFileOptions::default()).expect("writable");
    for _ in 0..20 {
        std::io::Write::write_all(&mut archive, &vec![b' '; 1 << 20]).expect("writable");
    }
    archive.finish().expect("writable");
    assert!(told(&bomb, watersheds()).contains("would unpack to 20 MiB"));
    fs::write(folder.path().join("no.zip"), "not an archive").expect("writable");
    assert!(told(&folder.path().join("no.zip"), watersheds()).contains("cannot be unpacked"));
}

#[test]
fn of_several_files_in_an_archive_the_one_that_is_named_is_read() {
    let folder = folder();
    let archive = folder.path().join("varios.zip");
    let mut writer = ZipWriter::new(File::create(&archive).expect("writable"));
    for name in ["Data.csv", "data.csv", "Datá.csv", "a/otros.csv", "b/otros.csv"] {
        writer.start_file(name, SimpleFileOptions::default()).expect("writable");
        let text = format!("code,name\n1,{name}\n");
        std::io::Write::write_all(&mut writer, text.as_bytes()).expect("writable");
    }
    writer.finish().expect("writable");
    let asked = |name: &str| {
        let options = ReadOptions { source_layer: Some(name.into()), ..plain(layer("conflicts")) };
        read(&archive, options).map(|done| record(&done.features[0])["name"].clone())
    };
    for name in ["Data.csv", "data.csv", "Datá.csv", "a/otros.csv", "b/otros.csv"] {
        assert_eq!(asked(name).expect("named"), name);
    }
    assert_eq!(asked("data").expect("one bears exactly this stem"), "data.csv");
    assert_eq!(asked("B/OTROS").expect("without regard to case"), "b/otros.csv");
    for (name, said) in
        [("otros", "a/otros.csv, b/otros.csv"), ("DATA", "Data.csv, data.csv"), ("nada", "--source-layer")]
    {
        let refused = asked(name).expect_err("not one").to_string();
        assert!(refused.contains(said), "{name}: {refused}");
    }
    let alone = folder.path().join("uno.csv");
    fs::write(&alone, "code,name\n1,Uno\n").expect("writable");
    let options = |name: &str| ReadOptions { source_layer: Some(name.into()), ..plain(layer("conflicts")) };
    assert!(read(&alone, options("uno")).is_ok());
    assert!(told(&alone, options("otra")).contains("otra"));
    let none = [("longitude", ""), ("latitude", "")].map(|(field, column)| (field.to_owned(), column.to_owned()));
    fs::write(&alone, "code,name,longitude,latitude\n1,Uno,-75,-10\n").expect("writable");
    let done = read(&alone, ReadOptions { columns: none.into(), ..plain(layer("conflicts")) }).expect("readable");
    assert_eq!(done.features[0].geometry_wkb, None);
}

#[test]
fn broken_copies_give_errors_and_never_panic() {
    let folder = folder();
    let districts = layer("districts");
    let options = || ReadOptions { source_crs: Some(4326), ..plain(districts) };
    for name in ["a.geojson", "a.gpkg", "a.csv", "a.shp", "a.zip", "a.kml"] {
        let format = match name.rsplit('.').next().expect("has one") {
            "zip" | "shp" => ExportFormat::Shapefile,
            other => other.parse().expect("its name"),
        };
        let path = folder.path().join(name);
        written(&path, format, districts).expect("writable");
        let whole = fs::read(&path).expect("readable");
        let mut whole_again = 0;
        for part in 1..20 {
            fs::write(&path, &whole[..whole.len() * part / 20]).expect("writable");
            whole_again += usize::from(read(&path, options()).is_ok_and(|done| done.features.len() == 2));
            let mut bent = whole.clone();
            let at = bent.len() * part / 20;
            bent[at] ^= 0x55;
            fs::write(&path, &bent).expect("writable");
            // A bent byte may go unnoticed inside a text; it must not bring the reader down.
            _ = read(&path, options());
        }
        // GDAL reads all of a shapefile or GeoPackage of which only padding is missing.
        assert!(whole_again <= 4, "{name}: {whole_again} of 19 broken copies passed for whole");
    }
}

/// A workbook with one sheet of text cells, and a second sheet.
fn workbook(path: &Path, rows: &[&[&str]]) {
    let driver = DriverManager::get_driver_by_name("XLSX").expect("built into GDAL");
    let mut dataset = driver.create_vector_only(path).expect("writable");
    for sheet in ["Hoja1", "Notas"] {
        let options = LayerOptions { name: sheet, ty: OGRwkbGeometryType::wkbNone, ..LayerOptions::default() };
        let sheet = dataset.create_layer(options).expect("writable");
        for name in rows[0] {
            FieldDefn::new(name, OGRFieldType::OFTString).expect("made").add_to_layer(&sheet).expect("added");
        }
        for row in &rows[1..] {
            let mut feature = Feature::new(sheet.defn()).expect("made");
            for (column, cell) in row.iter().enumerate() {
                feature.set_field_string(column, cell).expect("set");
            }
            feature.create(&sheet).expect("written");
        }
    }
    dataset.close().expect("closed");
}

#[test]
fn the_first_sheet_of_a_workbook_is_read() {
    let folder = folder();
    let path = folder.path().join("casos.xlsx");
    workbook(
        &path,
        &[
            &["Caso", "Estado", "lon", "lat", "Hubo hechos de violencia"],
            &["Conflicto en Ñuñoa", "Latente", "-70,64", "-14.48", "Sí"],
        ],
    );
    let conflicts = layer("conflicts");
    let done = read(&path, ReadOptions { source_crs: Some(4326), ..plain(conflicts) }).expect("readable");
    assert_eq!((done.features.len(), done.summary.table.as_str()), (1, "Hoja1"));
    assert_eq!(done.summary.notes, ["read the table Hoja1 of: Hoja1, Notas"]);
    let of = |field| &done.features[0].values[conflicts.position(field).expect("a field")];
    assert_eq!(*of("name"), Value::Text("Conflicto en Ñuñoa".into()));
    assert_eq!(*of("violence_recorded"), Value::Boolean(true));
    assert_eq!(done.features[0].geometry_wkb, Some(Shape::Point([-70.64, -14.48]).to_wkb()));
}

/// Runs statements on a GeoPackage.
fn execute(path: &Path, statements: &[String]) {
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_UPDATE;
    let dataset = Dataset::open_ex(path, DatasetOptions { open_flags, ..Default::default() }).expect("a GeoPackage");
    for statement in statements {
        dataset.execute_sql(statement, None, Dialect::DEFAULT).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    dataset.close().expect("closed");
}

#[test]
fn a_view_without_end_is_refused_before_anybody_looks_at_it() {
    let folder = folder();
    let path = folder.path().join("a.gpkg");
    let watersheds = || plain(layer("watersheds"));
    written(&path, ExportFormat::GeoPackage, layer("watersheds")).expect("writable");
    // So many tables that the schema takes more than one page.
    let tables = (0..200).map(|n| format!("CREATE TABLE anexo_{n} (nombre TEXT, observaciones TEXT)"));
    execute(&path, &tables.collect::<Vec<_>>());
    assert_eq!(read(&path, watersheds()).expect("tables only").features.len(), 2);
    let endless = "WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) SELECT fid, NULL AS geom FROM n";
    execute(
        &path,
        &[
            format!("CREATE VIEW sin_fin AS {endless}"),
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) \
             VALUES ('sin_fin', 'features', 'sin_fin', 4326)"
                .into(),
            "INSERT INTO gpkg_geometry_columns VALUES ('sin_fin', 'geom', 'POLYGON', 4326, 0, 0)".into(),
        ],
    );
    // Also where another table is asked for: GDAL would look at all.
    for asked in [None, Some("watersheds".to_owned())] {
        let refused = told(&path, ReadOptions { source_layer: asked, ..watersheds() });
        assert!(refused.contains("a.gpkg holds sin_fin, a view"), "{refused}");
    }
    // SQLite runs the statement of a row, whatever the row calls itself.
    let mut bytes = fs::read(&path).expect("readable");
    let row = bytes.windows(11).position(|window| window == b"viewsin_fin").expect("a row of the schema");
    bytes[row..row + 4].copy_from_slice(b"tabl");
    fs::write(&path, bytes).expect("writable");
    assert!(told(&path, watersheds()).contains("a.gpkg holds sin_fin"));
    // A column that is worked out is the same by another name, also far behind in a long statement.
    let generated = folder.path().join("generated.gpkg");
    written(&generated, ExportFormat::GeoPackage, layer("watersheds")).expect("writable");
    let many: String = (0..900).map(|n| format!("columna_{n} TEXT, ")).collect();
    execute(
        &generated,
        &[format!("CREATE TABLE larga ({many} name TEXT GENERATED ALWAYS AS (hex(zeroblob(450000000))) VIRTUAL)")],
    );
    assert!(told(&generated, watersheds()).contains("generated.gpkg holds larga"));
    fs::write(folder.path().join("a.gpkg-wal"), "changes").expect("writable");
    assert!(told(&path, watersheds()).contains("a.gpkg-wal holds changes that are not in it yet"));
}

#[test]
fn a_geopackage_that_does_not_know_its_reference_system_asks_for_one() {
    let folder = folder();
    let path = folder.path().join("a.gpkg");
    for undefined in [0, -1] {
        export_to(&path);
        execute(
            &path,
            &[
                format!("UPDATE gpkg_contents SET srs_id = {undefined}"),
                format!("UPDATE gpkg_geometry_columns SET srs_id = {undefined}"),
            ],
        );
        let watersheds = || plain(layer("watersheds"));
        assert!(told(&path, watersheds()).contains("states no reference system"), "{undefined}");
        let done = read(&path, ReadOptions { source_crs: Some(4326), ..watersheds() }).expect("told");
        assert_eq!(done.summary.crs_found, "EPSG:4326 (WGS 84) as told; the file says none");
    }
}

/// Two watersheds, in the place of what is there.
fn export_to(path: &Path) {
    let (watersheds, format) = (layer("watersheds"), ExportFormat::GeoPackage);
    let fields: Vec<&Field> = watersheds.fields.iter().collect();
    let mut rows = sample(watersheds).into_iter().map(Ok);
    export(path, format, watersheds, &fields, &mut rows, &about(), true).expect("writable");
}

#[cfg(feature = "geoparquet")]
#[test]
fn geoparquet_holds_every_value_with_its_type_and_says_where_each_feature_is() {
    use std::collections::HashMap;

    use parquet::{
        file::reader::{FileReader, SerializedFileReader},
        record::Field as Cell,
    };

    let folder = folder();
    let path = folder.path().join("a.parquet");
    let conflicts = layer("conflicts");
    let fields: Vec<&Field> = conflicts.fields.iter().collect();
    let mut rows = sample(conflicts);
    rows[1].geometry_wkb = None;
    export(&path, ExportFormat::GeoParquet, conflicts, &fields, &mut rows.clone().into_iter().map(Ok), &about(), false)
        .expect("writable");
    let reader = SerializedFileReader::new(fs::File::open(&path).expect("written")).expect("a Parquet file");
    let metadata = reader.metadata().file_metadata();
    let member = |key: &str| {
        let pair = metadata.key_value_metadata().expect("some").iter().find(|pair| pair.key == key).expect("there");
        serde_json::from_str::<serde_json::Value>(pair.value.as_deref().expect("a value")).expect("JSON")
    };
    let geo = member("geo");
    assert_eq!((&geo["version"], &geo["primary_column"]), (&"1.1.0".into(), &"geometry".into()));
    let column = &geo["columns"]["geometry"];
    assert_eq!((&column["encoding"], &column["geometry_types"][0]), (&"WKB".into(), &"Point".into()));
    assert!(member("rimay")["about"].as_str().expect("a text").contains("SYNTHETIC DATA"));
    let read: Vec<HashMap<String, Cell>> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("sound").into_columns().into_iter().collect())
        .collect();
    assert_eq!((&read[0]["id"], &read[1]["id"]), (&Cell::Long(11), &Cell::Long(12)));
    for (cells, row) in read.iter().zip(&rows) {
        for (field, value) in fields.iter().zip(&row.values) {
            let expected = match value {
                Value::Null => Cell::Null,
                Value::Text(text) => Cell::Str(text.to_string()),
                Value::Integer(number) => Cell::Long(*number),
                Value::Real(number) => Cell::Double(*number),
                Value::Boolean(truth) => Cell::Bool(*truth),
                Value::Date(date) => Cell::Date(date.since(jiff::civil::date(1970, 1, 1)).expect("near").get_days()),
            };
            assert_eq!(cells[&field.name], expected, "{}", field.name);
        }
    }
    let wkb = rows[0].geometry_wkb.as_ref().expect("placed");
    let number = |at: usize| f64::from_le_bytes(wkb[at..at + 8].try_into().expect("eight bytes"));
    let Cell::Group(bbox) = &read[0]["bbox"] else { panic!("a box: {}", read[0]["bbox"]) };
    let sides: Vec<_> = bbox.get_column_iter().map(|(name, side)| (name.as_str(), side.clone())).collect();
    let [x, y] = [5, 13].map(|at| Cell::Double(number(at)));
    assert_eq!(sides, [("xmin", x.clone()), ("ymin", y.clone()), ("xmax", x), ("ymax", y)]);
    assert_eq!((&read[1]["bbox"], &read[1]["geometry"]), (&Cell::Null, &Cell::Null));
}
