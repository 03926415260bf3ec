//! Reading: one small file for each thing that real files do.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use gdal::vector::Geometry;

use crate::{
    exchange::{ExchangeError, PresetUse, ReadOptions, ReadSummary, Row, SourceFile, SourceSummary},
    model::{Catalogue, DatumOperation, IncomingFeature, Layer, RowNote, Value},
};

/// Everything a file gave.
pub(super) struct Read {
    pub(super) summary: SourceSummary,
    pub(super) end: ReadSummary,
    pub(super) features: Vec<IncomingFeature>,
    pub(super) notes: Vec<RowNote>,
    pub(super) rejected: Vec<RowNote>,
}

pub(super) fn plain(layer: &'static Layer) -> ReadOptions {
    ReadOptions::of(layer)
}

pub(super) fn read(path: &Path, options: ReadOptions) -> Result<Read, ExchangeError> {
    let scratch = tempfile::tempdir().expect("a folder for temporary files");
    let file = SourceFile::open(path, options, scratch.path(), |_| {})?;
    let summary = file.summary().clone();
    let (mut features, mut notes, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
    let end = file.read(&mut |row| {
        match row {
            Row::Feature(feature, told) => {
                features.push(feature);
                notes.extend(told);
            }
            Row::Rejected(note, _) => rejected.push(note),
        }
        ControlFlow::Continue(())
    })?;
    Ok(Read { summary, end, features, notes, rejected })
}

fn layer(id: &str) -> &'static Layer {
    Catalogue::built_in().layer(id).expect("built in")
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/import").join(name)
}

fn refused(name: &str, options: ReadOptions) -> String {
    match read(&fixture(name), options) {
        Ok(done) => panic!("{name} was read: {} features", done.features.len()),
        Err(error) => error.to_string().replace(&fixture("").display().to_string(), ""),
    }
}

fn value<'a>(done: &'a Read, id: &str, feature: usize, field: &str) -> &'a Value {
    &done.features[feature].values[layer(id).position(field).expect("a field")]
}

fn wkt(feature: &IncomingFeature) -> String {
    let geometry = Geometry::from_wkb(feature.geometry_wkb.as_ref().expect("a geometry")).expect("good WKB");
    geometry.iso_wkt().expect("GDAL writes it")
}

pub(super) fn record(feature: &IncomingFeature) -> serde_json::Value {
    serde_json::from_str(&feature.source_record).expect("a JSON object")
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn psad56_comes_to_wgs84_by_the_operation_of_the_preset() {
    let concessions = layer("mining_concessions");
    let done = read(&fixture("concessions_psad56.geojson"), plain(concessions)).expect("readable");
    let summary = &done.summary;
    assert_eq!(summary.crs_found, "EPSG:24877 (PSAD56 / UTM zone 17S)");
    assert_eq!(summary.operation.text, "PSAD56 to WGS 84 (1), EPSG:1201, accuracy 42 m");
    assert_eq!(summary.preset, Some(PresetUse { name: "ingemmet_cadastre".into(), detected: true }));
    // First corner by PROJ 9.5.1 through pyproj: -78.5232737048 -6.8273755611; a millimetre is 9e-9 degrees.
    let geometry = Geometry::from_wkb(done.features[0].geometry_wkb.as_ref().expect("drawn")).expect("good WKB");
    let (x, y, _) = geometry.get_geometry(0).get_geometry(0).get_point(0);
    assert!((x + 78.523_273_704_8).abs() < 9e-9 && (y + 6.827_375_561_1).abs() < 9e-9, "{x} {y}");
    let other = ReadOptions { operation: DatumOperation::by_epsg(1208), ..plain(concessions) };
    let other = read(&fixture("concessions_psad56.geojson"), other).expect("readable");
    assert_eq!(other.summary.operation.epsg, Some(1208));
    assert_ne!(other.features[0].geometry_wkb, done.features[0].geometry_wkb);
    assert_eq!(other.features[0].key, done.features[0].key);
}

#[test]
fn values_are_read_and_what_cannot_be_read_is_told() {
    let id = "mining_concessions";
    let done = read(&fixture("concessions_psad56.geojson"), plain(layer(id))).expect("readable");
    assert_eq!(*value(&done, id, 0, "name"), text("PEÑA BLANCA I"));
    assert_eq!(*value(&done, id, 0, "legal_area_ha"), Value::Real(100.0));
    assert_eq!(*value(&done, id, 0, "claim_date"), Value::Date(jiff::civil::date(1967, 12, 29)));
    assert_eq!(*value(&done, id, 0, "status"), text("titulada"));
    assert_eq!(*value(&done, id, 1, "nature"), Value::Null);
    assert_eq!(done.features[0].key, "010000123");
    assert_eq!(record(&done.features[0])["HECTAREA"], "100,0000");
    assert_eq!(record(&done.features[1])["TIT_CONCES"], serde_json::Value::Null);
    let notes: Vec<(u64, &str, &str)> =
        done.notes.iter().map(|n| (n.row, n.feature.as_str(), n.note.as_str())).collect();
    assert_eq!(notes[0], (1, "PEÑA BLANCA I", "DIST: \"LA ENCAÃ‘ADA\" was decoded twice; taken as \"LA ENCAÑADA\""));
    assert!(notes[1].2.starts_with("status: \"?\" is not in the code list"), "{}", notes[1].2);
    assert_eq!(notes[2].2, "legal_area_ha: \"cien\" is not a number; left empty");
    assert_eq!(notes.len(), 3);
}

#[test]
fn geometries_are_brought_to_the_kind_of_the_layer() {
    let done = read(&fixture("watersheds_crs84.geojson"), plain(layer("watersheds"))).expect("readable");
    assert_eq!(done.summary.crs_found, "EPSG:4326 (WGS 84)");
    assert_eq!(wkt(&done.features[0]), "MULTIPOLYGON (((-78.5 -7,-78.5 -6.9,-78.4 -6.9,-78.5 -7)))");
    assert_eq!(wkt(&done.features[1]), "MULTIPOLYGON (((-78.4 -7,-78.4 -6.9,-78.3 -6.9,-78.4 -7)))");
    assert_eq!(wkt(&done.features[2]), "MULTIPOLYGON (((-78.2 -7,-78.2 -6.9,-78.1 -6.9,-78.2 -7)))");
    assert_eq!((done.end.rows, done.end.features, done.end.rejected, done.end.heights_dropped), (6, 3, 3, 1));
    let notes: Vec<&str> = done.notes.iter().map(|note| note.note.as_str()).collect();
    assert_eq!(
        notes,
        [
            "the geometry is 1 polygon, 1 line: only the polygons were taken",
            "open rings closed by repeating the first corner: 1",
        ]
    );
    let rejected: Vec<(u64, &str)> = done.rejected.iter().map(|note| (note.row, note.note.as_str())).collect();
    assert_eq!(
        rejected,
        [
            (3, "the geometry is 1 line, but this layer holds polygons"),
            (4, "it has no geometry"),
            (6, "the coordinates -278.2, -7 lie outside of EPSG:4326 (WGS 84)"),
        ]
    );
    let done = read(&fixture("watersheds_crs84.geojson"), plain(layer("conflicts"))).expect("has names");
    assert_eq!((done.end.features, done.end.rejected), (1, 5), "polygons are no points, but a case may lack a place");
}

#[test]
fn metres_without_a_reference_system_ask_for_one() {
    let watersheds = layer("watersheds");
    let told = refused("no_crs_in_metres.geojson", plain(watersheds));
    assert_eq!(
        told,
        "the coordinates of no_crs_in_metres.geojson (such as 774000, 9245000) are not degrees, but EPSG:4326 (WGS \
         84) is in degrees; say --source-crs with the EPSG code they are in, such as 32718 or 24878"
    );
    let options = ReadOptions { source_crs: Some(32717), ..plain(watersheds) };
    let done = read(&fixture("no_crs_in_metres.geojson"), options).expect("told");
    assert_eq!(done.summary.crs_found, "EPSG:32717 (WGS 84 / UTM zone 17S) as told; the file says EPSG:4326 (WGS 84)");
    assert_eq!(done.summary.operation.text, "none needed: WGS 84 projected");
    let told = refused("watersheds_crs84.geojson", ReadOptions { source_crs: Some(24877), ..plain(watersheds) });
    assert!(told.contains("look like degrees, but EPSG:24877"), "{told}");
}

#[test]
fn documents_that_are_called_tables_are_told_as_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    for (begins, kind) in [
        (&b"%PDF-1.7\n\xE2\xE3"[..], "a PDF document"),
        (b"PK\x03\x04rest", "a zip archive or a spreadsheet (.xlsx)"),
        (b"\xD0\xCF\x11\xE0\xA1", "an old spreadsheet or document (.xls, .doc)"),
    ] {
        let path = folder.path().join("lista.csv");
        std::fs::write(&path, begins).expect("written");
        let Err(told) = read(&path, plain(layer("conflicts"))) else { panic!("{kind} was read") };
        let expected = format!("lista.csv does not hold CSV: it is {kind}, whatever its name says");
        assert!(told.to_string().ends_with(&expected), "{told}");
    }
}

#[test]
fn files_that_are_not_what_their_name_says_are_refused_in_one_sentence() {
    let watersheds = || plain(layer("watersheds"));
    assert_eq!(
        refused("really_a_vrt.geojson", watersheds()),
        "really_a_vrt.geojson does not hold GeoJSON: it begins with \"<OGRVRTDataSource> <OGRVRTLayer name=\\\"\""
    );
    assert_eq!(
        refused("empty.geojson", watersheds()),
        "empty.geojson is empty (0 bytes): the copy or download probably failed"
    );
    assert_eq!(
        refused("no_rows.geojson", watersheds()),
        "no_rows.geojson holds no rows in no_rows: there is nothing to import"
    );
    let told = refused("cut_short.geojson", watersheds());
    assert!(told.starts_with("cut_short.geojson does not hold GeoJSON: "), "{told}");
    assert!(!told.contains("rimay-import"), "{told}");
    assert!(refused("none.geojson", watersheds()).starts_with("there is no file none.geojson"));
    assert!(refused("README.md", watersheds()).contains("accepted are .geojson, .json"));
    assert!(refused("", watersheds()).contains("is a folder"));
    for outside in ["/vsicurl/http://127.0.0.1/x.geojson", "https://127.0.0.1/x.geojson", "/vsimem/x.geojson"] {
        let told = read(Path::new(outside), watersheds()).map(|done| done.end).expect_err("not a file").to_string();
        assert!(told.contains("not a file on disk"), "{told}");
    }
}

#[test]
fn topojson_is_read_as_degrees() {
    let done = read(&fixture("watersheds.topojson"), plain(layer("watersheds"))).expect("readable");
    assert_eq!(done.summary.table, "cuencas");
    assert_eq!(done.summary.crs_found, "none; EPSG:4326 (WGS 84) assumed");
    assert_eq!(*value(&done, "watersheds", 0, "name"), text("Cuenca del Ñ"));
    assert_eq!(wkt(&done.features[0]), "MULTIPOLYGON (((-78.5 -7,-78.5 -6.9,-78.4 -6.9,-78.5 -7)))");
}

#[test]
fn of_several_folders_in_kml_one_must_be_chosen() {
    let conflicts = layer("conflicts");
    let told = refused("conflicts.kml", plain(conflicts));
    assert_eq!(told, "conflicts.kml holds several tables; say --source-layer with one of: Activos, Latentes");
    let chosen = |name: &str| ReadOptions { source_layer: Some(name.into()), ..plain(conflicts) };
    assert!(refused("conflicts.kml", chosen("Resueltos")).contains("it has: Activos, Latentes"));
    let done = read(&fixture("conflicts.kml"), chosen("activos")).expect("there is one");
    assert_eq!(*value(&done, "conflicts", 0, "name"), text("Caso Cañaris"));
    assert_eq!(*value(&done, "conflicts", 0, "state"), text("activo"));
    assert_eq!((wkt(&done.features[0]).as_str(), done.end.heights_dropped), ("POINT (-79.26 -6.05)", 1));
}

#[test]
fn tables_give_points_and_a_national_case_has_none() {
    let conflicts = layer("conflicts");
    let told = refused("conflicts.csv", plain(conflicts));
    assert!(told.starts_with("conflicts.csv states no reference system"), "{told}");
    let options = ReadOptions { source_crs: Some(4326), ..plain(conflicts) };
    let done = read(&fixture("conflicts.csv"), options).expect("readable");
    assert_eq!(wkt(&done.features[0]), "POINT (-79.26 -6.05)");
    assert_eq!(done.features[1].geometry_wkb, None);
    assert_eq!(*value(&done, "conflicts", 0, "started_on"), Value::Date(jiff::civil::date(2012, 12, 29)));
    assert_eq!(done.rejected.len(), 1);
    assert_eq!(done.rejected[0].note, "the first coordinate is -79,26 but the second is missing");
    assert_eq!(done.notes.len(), 2, "an unknown state and an impossible date: {:?}", done.notes);
    assert_eq!(done.features[0].key.len(), 32, "no code: the content identifies");
    assert!(refused("no_coordinates.csv", plain(layer("populated_places"))).contains("no column of"));
}

#[test]
fn other_encodings_must_be_told() {
    let places = || ReadOptions { source_crs: Some(4326), ..plain(layer("populated_places")) };
    let told = refused("places_latin1.csv", places());
    assert!(told.starts_with("places_latin1.csv line 2 is not UTF-8 (\"Ca\u{FFFD}aris"), "{told}");
    assert!(told.contains("--encoding ISO-8859-1"), "{told}");
    let as_told = |name: &str| ReadOptions { encoding: Some(name.into()), ..places() };
    let done = read(&fixture("places_latin1.csv"), as_told("ISO-8859-1")).expect("told");
    assert_eq!(*value(&done, "populated_places", 0, "name"), text("Cañaris"));
    assert!(refused("places_latin1.csv", as_told("UTF-8")).contains("is not UTF-8 as told"));
    assert!(refused("places_latin1.csv", as_told("klingon")).contains("no text encoding we know"));
    let kml = ReadOptions { encoding: Some("latin1".into()), ..plain(layer("conflicts")) };
    assert!(refused("conflicts.kml", kml).starts_with("KML states its own text encoding"));
}

#[test]
fn wkt_in_a_column_is_geometry() {
    let options = ReadOptions { source_crs: Some(4326), ..plain(layer("watersheds")) };
    let done = read(&fixture("watersheds_wkt.csv"), options).expect("readable");
    assert_eq!(wkt(&done.features[0]), "MULTIPOLYGON (((-78.5 -7,-78.5 -6.9,-78.4 -6.9,-78.5 -7)))");
    assert_eq!((done.end.features, done.end.rejected), (1, 1), "{:?}", done.rejected);
}

#[test]
fn a_short_crs_member_counts_and_a_missing_number_is_no_zero() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("corto.json");
    let text = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:32718"}},"features":[
        {"type":"Feature","properties":{"name":"A","stated_area_km2":1.5,"code":137},"geometry":{"type":"Polygon",
         "coordinates":[[[500000,9000000],[500000,9001000],[501000,9001000],[500000,9000000]]]}},
        {"type":"Feature","properties":{"name":"B","stated_area_km2":null},"geometry":{"type":"Polygon",
         "coordinates":[[[501000,9000000],[501000,9001000],[502000,9001000],[501000,9000000]]]}},
        {"type":"Feature","properties":{"name":"B"},"geometry":{"type":"Polygon",
         "coordinates":[[[501000,9000000],[501000,9001000],[502000,9001000],[501000,9000000]]]}}]}"#;
    std::fs::write(&path, text).expect("writable");
    let done = read(&path, plain(layer("watersheds"))).expect("readable");
    assert_eq!(done.summary.crs_found, "EPSG:32718 (WGS 84 / UTM zone 18S)");
    // Easting 500 km is the central meridian, 75 degrees west.
    assert!(wkt(&done.features[0]).starts_with("MULTIPOLYGON (((-75 -9.0"), "{}", wkt(&done.features[0]));
    assert_eq!(*value(&done, "watersheds", 0, "code"), Value::Text("137".into()));
    assert_eq!(*value(&done, "watersheds", 1, "stated_area_km2"), Value::Null);
    assert_eq!(*value(&done, "watersheds", 2, "stated_area_km2"), Value::Null);
    assert_eq!(record(&done.features[1])["stated_area_km2"], serde_json::Value::Null);
    assert_eq!(done.features[1].key, done.features[2].key, "the same content is the same feature");
}

/// A GeoJSON file with one point, a `crs` member before or behind the features, and something in the geometry.
fn point_with_crs(folder: &Path, before: &str, behind: &str, inside: &str) -> PathBuf {
    let path = folder.join("punto.geojson");
    let text = format!(
        r#"{{"type":"FeatureCollection",{before}"features":[{{"type":"Feature","properties":{{"name":"A"}},
        "geometry":{{"type":"Point","coordinates":[-78.5,-7]{inside}}}}}]{behind}}}"#
    );
    std::fs::write(&path, text).expect("writable");
    path
}

#[test]
fn a_reference_system_that_is_not_known_is_never_taken_for_wgs84() {
    let folder = tempfile::tempdir().expect("a folder");
    let conflicts = layer("conflicts");
    let named = |name: &str| format!(r#""crs":{{"type":"name","properties":{{"name":"{name}"}}}}"#);
    for name in ["PSAD56", "EPSG::999999", "urn:ogc:def:crs:EPSG::99999", "WGS 72"] {
        let path = point_with_crs(folder.path(), &format!("{},", named(name)), "", "");
        let refused = read(&path, plain(conflicts)).map(|done| done.end).expect_err(name).to_string();
        let code = name.rsplit(':').next().expect("has one");
        assert!(refused.contains(code) && refused.contains("--source-crs"), "{refused}");
        let told = ReadOptions { source_crs: Some(4248), ..plain(conflicts) };
        let done = read(&path, told).expect("told");
        assert_eq!(done.summary.crs_found, "EPSG:4248 (PSAD56) as told; the file says something we do not know");
    }
    let psad56 = named("EPSG::4248");
    for (before, behind, inside) in [
        (format!("{psad56},"), String::new(), String::new()),
        (String::new(), format!(",{psad56}"), String::new()),
        (String::new(), String::new(), format!(",{psad56}")),
    ] {
        let done = read(&point_with_crs(folder.path(), &before, &behind, &inside), plain(conflicts)).expect("known");
        assert_eq!(done.summary.crs_found, "EPSG:4248 (PSAD56)", "{before} {behind} {inside}");
        assert!(!wkt(&done.features[0]).contains("(-78.5 -7)"), "moved by the datum");
    }
    let both = point_with_crs(folder.path(), &format!("{},", named("EPSG:4326")), "", &format!(",{psad56}"));
    assert!(told_of(&both, conflicts).contains("several reference systems"), "{}", told_of(&both, conflicts));
    // Other names are left to GDAL, which knows this one.
    let path = point_with_crs(folder.path(), &format!("{},", named("+proj=longlat +ellps=intl +no_defs")), "", "");
    let done = read(&path, plain(conflicts)).expect("known to GDAL");
    assert_eq!(done.summary.crs_found, "unknown (no EPSG code)");
}

fn told_of(path: &Path, layer: &'static Layer) -> String {
    read(path, plain(layer)).map(|done| done.end).expect_err("not readable").to_string()
}

#[test]
fn a_link_to_a_reference_system_is_never_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("can be set");
    let url = format!("http://{}/crs", listener.local_addr().expect("bound"));
    let link = format!(r#""crs":{{"type":"link","properties":{{"url":"{url}"}}}}"#);
    for path in [
        point_with_crs(folder.path(), &format!("{link},"), "", ""),
        point_with_crs(folder.path(), "", "", &format!(",{link}")),
    ] {
        let before = std::fs::read(&path).expect("readable");
        assert!(told_of(&path, layer("conflicts")).contains(&url));
        let done = read(&path, ReadOptions { source_crs: Some(4326), ..plain(layer("conflicts")) }).expect("told");
        assert_eq!(wkt(&done.features[0]), "POINT (-78.5 -7)");
        assert_eq!(std::fs::read(&path).expect("readable"), before, "the file itself stays as it is");
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn a_place_that_cannot_be_read_is_no_case_without_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let conflicts = layer("conflicts");
    let rejected = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writable");
        let done = read(&path, ReadOptions { source_crs: Some(4326), ..plain(conflicts) }).expect("readable");
        let rows: Vec<(u64, String)> = done.rejected.into_iter().map(|note| (note.row, note.note)).collect();
        let placeless = done.features.iter().filter(|feature| feature.geometry_wkb.is_none()).count();
        (rows, placeless, done.notes.len())
    };
    for column in ["wkt", "geom"] {
        let text =
            format!("name,{column}\na,POINT (-75 -10)\nb,POINT (-75\nc,\nd,hello\ne,POINT (nan -10)\nf,POINT EMPTY\n");
        let (rows, placeless, notes) = rejected("a.csv", &text);
        assert_eq!((placeless, notes), (2, 0), "c and f");
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 4, 5], "{rows:?}");
        assert_eq!(rows[1].1, "\"hello\" cannot be read as WKT");
    }
    let (rows, placeless, _) = rejected(
        "b.csv",
        "name,lon,lat\na,abc,-7\nb,NaN,-7\nc,-75,95\nd,1e300,-10\ne,,\nf,-75,-10\ng,-75,-9\nh,-75,-8\n",
    );
    assert_eq!(placeless, 1, "e");
    let notes: Vec<&str> = rows.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(
        notes,
        [
            "\"abc\" and \"-7\" are not two numbers",
            "the geometry has a coordinate that is not a finite number",
            "the coordinates -75, 95 lie outside of EPSG:4326 (WGS 84)",
            "the coordinates 1e300, -10 lie outside of EPSG:4326 (WGS 84)",
        ]
    );
    // Ids are no order: GDAL and we count the rows as they stand.
    let feature = |id: u64, geometry: &str| {
        format!(r#"{{"type":"Feature","id":{id},"properties":{{"name":"{id}"}},"geometry":{geometry}}}"#)
    };
    let point = |coordinates: &str| format!(r#"{{"type":"Point","coordinates":{coordinates}}}"#);
    let features = [
        feature(9, &point("[NaN,-7]")),
        feature(8, "null"),
        feature(7, &point("[\"abc\",-7]")),
        feature(6, &point("[-75,-7]")),
        feature(5, &point("[]")),
        feature(4, r#"{"type":"Circle","coordinates":[-75,-7]}"#),
        feature(3, &point("[-75]")),
    ];
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let (rows, placeless, notes) = rejected("c.geojson", &text);
    assert_eq!((placeless, notes), (2, 0), "8 and 5");
    let (odd, lost) = ("the geometry has a coordinate that is not a number", "the geometry cannot be read");
    assert_eq!(rows, [(1, odd), (3, odd), (6, lost), (7, lost)].map(|(row, note)| (row, note.to_owned())));
}

#[test]
fn texts_longer_than_people_write_are_rejected_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writable");
        path
    };
    let conflicts = || ReadOptions { source_crs: Some(4326), ..plain(layer("conflicts")) };
    let (long, enough) = ("x".repeat(20_000_000), "ñ".repeat(100_000));
    let table = format!(
        "name,description,lon,lat\na,{long},-75,-10\nb,{enough},-75,-10\n{},c,-75,-10\n{},d,-75,-10\n",
        "ñ".repeat(501),
        "ñ".repeat(500)
    );
    let done = read(&write("largo.csv", &table), conflicts()).expect("readable");
    assert_eq!(done.features.iter().map(|feature| feature.row).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(done.rejected[0].feature, "a");
    let notes: Vec<(u64, &str)> = done.rejected.iter().map(|note| (note.row, note.note.as_str())).collect();
    assert_eq!(
        notes,
        [
            (1, "description holds 20000000 characters; at most 100000 are accepted in one text"),
            (3, "the name has 501 characters; at most 500 are accepted"),
        ]
    );
    let feature = format!(r#"{{"type":"Feature","properties":{{"name":"a","description":"{long}"}},"geometry":null}}"#);
    let path = write("largo.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#));
    assert!(told_of(&path, layer("conflicts")).ends_with("one of its texts is longer than 10 million characters"));
    let ring: String = (0..9_000).map(|n| format!("-75.{n:04} -10,")).collect();
    let table = format!("name,wkt\na,\"POLYGON (({ring}-75 -9,-75.0 -10))\"\n");
    let watersheds = ReadOptions { source_crs: Some(4326), ..plain(layer("watersheds")) };
    let done = read(&write("fino.csv", &table), watersheds).expect("readable");
    assert_eq!(done.features.len(), 1, "WKT may be long: {:?}", done.rejected);
}
