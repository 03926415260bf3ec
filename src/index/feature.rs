use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{DefaultHasher, Hasher},
    sync::OnceLock,
};

use geo::{BoundingRect, Centroid, Geometry, InteriorPoint, Point};
use geo_traits::to_geo::ToGeoGeometry;
use jiff::civil::Date;
use serde_json::value::RawValue;

use crate::{
    index::{Generalised, encode, values::Values},
    model::{Access, Bbox, Layer, Source, Value, ValueRef, fold, geodesic::bulge_m, mercator::MAX_ZOOM},
    store::StoredFeature,
};

/// One feature in a snapshot. A layer has a million of them: see the test of its size.
#[derive(Debug)]
pub struct Feature {
    /// Stable number, the OGC feature id.
    pub id: i64,
    /// Grows with every change of the feature; its ETag.
    pub version: i64,
    /// Position of its source in the snapshot; `None` for features written by hand.
    pub source: Option<u16>,
    /// Invented.
    pub synthetic: bool,
    /// One value for each of the snapshot's fields, in their order.
    pub(super) values: Values,
    /// EPSG:4326, longitude first; `None` for a feature without place.
    pub geometry: Option<Geometry<f64>>,
    /// Around the geometry.
    pub bbox: Option<Bbox>,
    /// See [`Feature::label`]; not a number where there is none.
    label: Point<f64>,
    /// First and last day on which it holds; an open end is `None`. `None` for a feature without time.
    pub(super) holds: Option<(Date, Option<Date>)>,
    /// Folded name and code, for searching.
    pub(super) search_text: Box<str>,
    /// By zoom level, see [`Feature::generalised`].
    pub(super) generalised: OnceLock<Box<[OnceLock<Generalised>; MAX_ZOOM as usize + 1]>>,
    /// How far its edges bulge towards a pole, in metres.
    pub(super) bulge_m: f32,
    /// The row of the database it was read from.
    pub(super) row: i64,
    /// Its GeoJSON object without the closing brace: members may follow.
    pub(super) json: Box<[u8]>,
    /// Where in the GeoJSON its properties begin.
    pub(super) properties_at: u32,
    /// Hash of the GeoJSON and of the row.
    pub(super) digest: u64,
}

impl Feature {
    /// First and last day on which it holds; an open end is `None`. `None` for a feature without time.
    pub fn holds(&self) -> Option<(Date, Option<Date>)> {
        self.holds
    }

    /// Where a label or marker stands: the point itself, or a point inside the area.
    pub fn label(&self) -> Option<Point<f64>> {
        Some(self.label).filter(|point| !point.x().is_nan())
    }

    /// The value of the field at that position of the snapshot's fields.
    pub fn value(&self, position: usize) -> ValueRef<'_> {
        self.values.get(position).unwrap_or(ValueRef::Null)
    }

    /// One value for each of the snapshot's fields, in their order.
    pub fn values(&self) -> impl Iterator<Item = ValueRef<'_>> {
        self.values.iter()
    }

    /// Decodes a stored feature, keeps what `access` permits, and writes its GeoJSON.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn decode(
        layer: &Layer,
        access: Access,
        stored: &StoredFeature,
        source: Option<(u16, &Source)>,
    ) -> Result<Feature, String> {
        let geometry = stored.wkb.as_deref().map(read_geometry).transpose()?;
        let properties: HashMap<Cow<'_, str>, &RawValue> =
            serde_json::from_str(&stored.properties).map_err(|error| error.to_string())?;
        let values: Vec<Value> = layer
            .permitted_fields(access)
            .map(|field| {
                properties.get(field.name.as_str()).map_or(Value::Null, |json| Value::from_json(field.kind, json))
            })
            .collect();
        let mut json = vec![];
        let fields = layer.permitted_fields(access).zip(values.iter().map(Value::borrowed));
        let synthetic = source.is_some_and(|(_, source)| source.synthetic);
        let properties_at = encode::write_feature(&mut json, stored.id, geometry.as_ref(), fields, synthetic);
        let mut hasher = DefaultHasher::new();
        hasher.write(&json);
        // Of two geometries that differ by less than is written, filters may tell one from the other.
        hasher.write_i64(stored.row);
        Ok(Feature {
            id: stored.id,
            version: stored.version,
            source: source.map(|(position, _)| position),
            synthetic,
            search_text: search_text(layer, access, &values),
            holds: holds(layer, access, &values),
            bbox: geometry.as_ref().and_then(bbox),
            bulge_m: geometry.as_ref().map_or(0.0, |geometry| not_less(bulge_m(geometry))),
            label: geometry.as_ref().and_then(label).unwrap_or_else(|| Point::new(f64::NAN, f64::NAN)),
            values: Values::pack(&values),
            geometry,
            generalised: OnceLock::new(),
            row: stored.row,
            digest: hasher.finish(),
            json: json.into(),
            properties_at: u32::try_from(properties_at).map_err(|_| "a geometry of 4 GiB")?,
        })
    }
}

/// The next shorter number that is not less.
#[expect(clippy::cast_possible_truncation, reason = "what is cut off is given back")]
fn not_less(number: f64) -> f32 {
    let short = number as f32;
    if f64::from(short) < number { short.next_up() } else { short }
}

fn read_geometry(wkb: &[u8]) -> Result<Geometry<f64>, String> {
    let read = wkb::reader::read_wkb(wkb).map_err(|error| error.to_string())?;
    read.try_to_geometry().ok_or_else(|| "an empty point".into())
}

fn holds(layer: &Layer, access: Access, values: &[Value]) -> Option<(Date, Option<Date>)> {
    let [from, to] = layer.time_fields.as_ref()?;
    let date = |name: &str| {
        let position = layer.permitted_fields(access).position(|field| field.name == name)?;
        match values[position] {
            Value::Date(date) => Some(date),
            _ => None,
        }
    };
    Some((date(from)?, date(to)))
}

/// Folded name, a line break, folded code: no query text contains a line break, so it cannot match across.
fn search_text(layer: &Layer, access: Access, values: &[Value]) -> Box<str> {
    let text = |name: &str| {
        let position = layer.permitted_fields(access).position(|field| field.name == name);
        position.and_then(|position| values[position].as_text()).map(fold).unwrap_or_default()
    };
    format!("{}\n{}", text(&layer.name_field), text("code")).into()
}

fn bbox(geometry: &Geometry<f64>) -> Option<Bbox> {
    let rect = geometry.bounding_rect()?;
    Some(Bbox { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y })
}

fn label(geometry: &Geometry<f64>) -> Option<Point<f64>> {
    match geometry {
        Geometry::Point(point) => Some(*point),
        // Slivers can be too thin for a scan line to find an inside.
        area => area.interior_point().or_else(|| area.centroid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_feature_fits_the_allocators_class_of_256_bytes() {
        assert!(size_of::<Feature>() + 2 * size_of::<usize>() <= 256, "{}", size_of::<Feature>());
    }
}
