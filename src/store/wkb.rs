use geo::Geometry;
use wkb::writer::WriteOptions;

/// The geometry as it crosses the border to the database: WKB, little-endian, without reference system.
pub fn to_wkb(geometry: &Geometry<f64>) -> Vec<u8> {
    let mut bytes = vec![];
    wkb::writer::write_geometry(&mut bytes, geometry, &WriteOptions::default()).expect("writing to memory cannot fail");
    bytes
}
