use geo::Geometry;
use geojson::{GeometryValue, Position};

/// A geometry of GeoJSON (RFC 7946) that is none.
#[derive(Debug, thiserror::Error)]
pub enum GeoJsonError {
    /// A position is too short.
    #[error("a position needs two numbers at least, longitude and latitude")]
    ShortPosition,
    /// A ring is too short, or does not end where it begins. Read all the same it would be closed silently, and perhaps wrongly.
    #[error("a ring needs at least 4 positions, the last as the first")]
    OpenRing,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Reads a geometry of GeoJSON; heights are left out. Whether it is valid is not looked at.
///
/// # Errors
/// [`GeoJsonError`].
pub fn from_geojson(geometry: geojson::Geometry) -> Result<Geometry<f64>, GeoJsonError> {
    check(&geometry.value)?;
    Geometry::try_from(geometry).map_err(|error| GeoJsonError::Other(error.to_string().chars().take(120).collect()))
}

fn check(value: &GeometryValue) -> Result<(), GeoJsonError> {
    let position = |position: &Position| match position.len() {
        0 | 1 => Err(GeoJsonError::ShortPosition),
        _ => Ok(()),
    };
    let positions = |line: &Vec<Position>| line.iter().try_for_each(position);
    let ring = |ring: &Vec<Position>| match ring.len() >= 4 && ring.first() == ring.last() {
        true => positions(ring),
        false => Err(GeoJsonError::OpenRing),
    };
    match value {
        GeometryValue::Point { coordinates } => position(coordinates),
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => positions(coordinates),
        GeometryValue::MultiLineString { coordinates } => coordinates.iter().try_for_each(positions),
        GeometryValue::Polygon { coordinates } => coordinates.iter().try_for_each(ring),
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().flatten().try_for_each(ring),
        GeometryValue::GeometryCollection { geometries } => {
            geometries.iter().try_for_each(|geometry| check(&geometry.value))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_too_short_is_refused() {
        for (kind, coordinates) in [
            ("Point", json!([1])),
            ("Point", json!([])),
            ("MultiPoint", json!([[1]])),
            ("LineString", json!([[1, 2], [3]])),
            ("MultiLineString", json!([[[1, 2], []]])),
            ("Polygon", json!([[[1]]])),
            ("Polygon", json!([[[1], [1], [1], [1]]])),
            ("Polygon", json!([[[0, 0], [1, 0], [1, 1], [0, 1]]])),
            ("MultiPolygon", json!([[[]]])),
        ] {
            let geometry = json!({"type": kind, "coordinates": coordinates});
            for json in [geometry.clone(), json!({"type": "GeometryCollection", "geometries": [geometry]})] {
                let Ok(read) = serde_json::from_value(json.clone()) else { continue };
                assert!(from_geojson(read).is_err(), "{json}");
            }
        }
        let read = json!({"type": "Point", "coordinates": [-75.0, -10.0, 3_000.0]});
        let point = from_geojson(serde_json::from_value(read).expect("GeoJSON")).expect("a point");
        assert_eq!(point, geo::Point::new(-75.0, -10.0).into());
    }
}
