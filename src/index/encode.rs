//! A feature's GeoJSON, written once when a snapshot is built.

use std::io::Write;

use geo::{Geometry, MapCoords};

use crate::{
    index::{Feature, Snapshot},
    model::{Field, ValueRef},
};

const SOUND: &str = "writing JSON to memory cannot fail";

/// Appends `{"type":"Feature",…,"properties":{…}` **without the closing brace**, so that links and other members
/// can follow. The last property says whether the feature is invented: programs that read features keep nothing else
/// of what stands around them. Coordinates have 7 decimals (RFC 7946, section 11.2: about a centimetre).
/// Returns where the properties begin.
pub(super) fn write_feature<'a>(
    json: &mut Vec<u8>,
    id: i64,
    geometry: Option<&Geometry<f64>>,
    properties: impl Iterator<Item = (&'a Field, ValueRef<'a>)>,
    synthetic: bool,
) -> usize {
    write!(json, r#"{{"type":"Feature","id":{id},"geometry":"#).expect(SOUND);
    write_geometry(json, geometry, 7);
    let properties_at = json.len();
    write_properties(json, properties.map(|(field, value)| (field.name.as_str(), value)), Some(synthetic));
    properties_at
}

/// Appends a GeoJSON geometry, or null, with so many decimals.
pub fn write_geometry(json: &mut Vec<u8>, geometry: Option<&Geometry<f64>>, decimals: i32) {
    let scale = 10_f64.powi(decimals);
    let round = |c: geo::Coord<f64>| geo::coord! { x: (c.x * scale).round() / scale, y: (c.y * scale).round() / scale };
    let rounded = geometry.map(|geometry| geojson::Geometry::from(&geometry.map_coords(round)));
    serde_json::to_writer(&mut *json, &rounded).expect(SOUND);
}

/// Appends `,"properties":{…}`; where nobody asked whether the feature is invented, that is left out.
pub(super) fn write_properties<'a>(
    json: &mut Vec<u8>,
    properties: impl Iterator<Item = (&'a str, ValueRef<'a>)>,
    synthetic: Option<bool>,
) {
    json.extend_from_slice(br#","properties":{"#);
    for (name, value) in properties {
        write!(json, "\"{name}\":").expect(SOUND);
        serde_json::to_writer(&mut *json, &value).expect(SOUND);
        json.push(b',');
    }
    match synthetic {
        Some(synthetic) => write!(json, "\"synthetic\":{synthetic}").expect(SOUND),
        None => _ = json.pop_if(|last| *last == b','),
    }
    json.push(b'}');
}

/// How a feature is written where a client asks otherwise than everybody.
#[derive(Debug, Default)]
pub struct Form<'a> {
    /// Only these fields, by position, and whether to say that the feature is invented; `None` for all.
    pub properties: Option<(&'a [usize], bool)>,
    /// The geometry in another reference system, with so many decimals.
    pub geometry: Option<(Option<Geometry<f64>>, i32)>,
}

impl Snapshot {
    /// Appends the feature's GeoJSON object in this form, without its closing brace. What the form does not change is
    /// copied as it was encoded.
    pub fn write_formed(&self, json: &mut Vec<u8>, feature: &Feature, form: &Form<'_>) {
        match &form.geometry {
            None => json.extend_from_slice(&feature.json[..feature.properties_at as usize]),
            Some((geometry, decimals)) => {
                write!(json, r#"{{"type":"Feature","id":{},"geometry":"#, feature.id).expect(SOUND);
                write_geometry(json, geometry.as_ref(), *decimals);
            }
        }
        match form.properties {
            None => json.extend_from_slice(&feature.json[feature.properties_at as usize..]),
            Some((fields, synthetic)) => {
                let chosen = fields.iter().map(|at| (self.fields()[*at].name.as_str(), feature.value(*at)));
                write_properties(json, chosen, synthetic.then_some(feature.synthetic));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Catalogue, Value};

    #[test]
    fn every_property_is_written_and_reals_keep_their_point() {
        let layer = Catalogue::built_in().layer("watersheds").expect("built in");
        let values = [Value::Text("1394".into()), Value::Null, Value::Null, Value::Real(1806.0)];
        let mut json = vec![];
        let place = geo::Point::new(-80.123_456_789, -3.5).into();
        write_feature(&mut json, 7, Some(&place), layer.fields.iter().zip(values.iter().map(Value::borrowed)), true);
        json.push(b'}');
        assert_eq!(
            String::from_utf8(json).expect("UTF-8"),
            r#"{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[-80.1234568,-3.5]},"properties":{"code":"1394","name":null,"drainage_region":null,"stated_area_km2":1806.0,"synthetic":true}}"#
        );
    }
}
