use std::ops::Range;

use geo::{BoundingRect, Centroid, Geometry, InteriorPoint, Point};
use geo_traits::to_geo::ToGeoGeometry;
use jiff::civil::Date;

use crate::{
    index::{IndexError, encode},
    model::{Access, Bbox, Layer, Value, fold},
    store::StoredFeature,
};

/// One feature in a snapshot.
#[derive(Debug)]
pub struct Feature {
    /// Stable number, the OGC feature id.
    pub id: i64,
    /// Position of its source in the snapshot; `None` for features written by hand.
    pub source: Option<u16>,
    /// One value for each of the snapshot's fields, in their order.
    pub values: Box<[Value]>,
    /// EPSG:4326, longitude first; `None` for a feature without place.
    pub geometry: Option<Geometry<f64>>,
    /// Around the geometry.
    pub bbox: Option<Bbox>,
    /// Where a label or marker stands: the point itself, or a point inside the area.
    pub label: Option<Point<f64>>,
    /// First and last day on which it holds; an open end is `None`. `None` for a feature without time.
    pub(super) holds: Option<(Date, Option<Date>)>,
    /// Folded name and code, for searching.
    pub(super) search_text: Box<str>,
    /// Where its GeoJSON stands in the snapshot's bytes.
    pub(super) json: Range<usize>,
}

impl Feature {
    /// Decodes a stored feature, keeps what `access` permits, and writes its GeoJSON at the end of `json`.
    pub(super) fn decode(
        layer: &Layer,
        access: Access,
        stored: StoredFeature,
        source: Option<u16>,
        json: &mut Vec<u8>,
    ) -> Result<Feature, IndexError> {
        let unreadable = |reason: String| IndexError::Geometry { layer: layer.id.clone(), id: stored.id, reason };
        let geometry = match &stored.wkb {
            Some(wkb) => {
                let read = wkb::reader::read_wkb(wkb).map_err(|error| unreadable(error.to_string()))?;
                Some(read.try_to_geometry().ok_or_else(|| unreadable("an empty point".into()))?)
            }
            None => None,
        };
        let values: Box<[Value]> = layer
            .permitted_fields(access)
            .map(|field| {
                Value::from_json(field.kind, stored.properties.get(&field.name).unwrap_or(&serde_json::Value::Null))
            })
            .collect();
        let start = json.len();
        let fields = layer.permitted_fields(access).zip(&values);
        encode::write_feature(json, stored.id, geometry.as_ref(), fields);
        Ok(Feature {
            id: stored.id,
            source,
            search_text: search_text(layer, access, &values),
            holds: holds(layer, access, &values),
            bbox: geometry.as_ref().and_then(bbox),
            label: geometry.as_ref().and_then(label),
            values,
            geometry,
            json: start..json.len(),
        })
    }
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
