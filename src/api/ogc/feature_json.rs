use axum::http::HeaderValue;
use geo::Geometry;
use serde_json::{Value as Json, json};

use crate::{
    api::{Problem, PublicUrl, ogc::GEOJSON},
    crs::{CRS84, Crs, Projection},
    index::{Feature, Form, Snapshot, write_geometry},
    model::Layer,
    overlay::Clip,
};

/// In which JSON features are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RFC 7946; in another reference system the coordinates are of that.
    GeoJson,
    /// OGC Features and Geometries JSON (OGC 21-045r1): says time, kind of feature and reference system.
    JsonFg,
}

/// Conformance classes a document of [`Dialect::JsonFg`] names.
pub(super) const JSON_FG_CLASSES: [&str; 2] = [
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
];

impl Dialect {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Dialect::GeoJson => GEOJSON,
            Dialect::JsonFg => "application/vnd.ogc.fg+json",
        }
    }

    /// Members of a whole document, each after a comma; nothing for GeoJSON.
    pub(super) fn document_members(self, layer: &Layer, crs: &Crs, url: &PublicUrl) -> String {
        if self == Dialect::GeoJson {
            return String::new();
        }
        let schema = url.join(&format!("/ogc/collections/{}/schema", layer.id));
        format!(
            r#","conformsTo":{},"featureType":"{}","featureSchema":{},"coordRefSys":{}"#,
            json!(JSON_FG_CLASSES),
            layer.id,
            json!(schema),
            json!(crs.uri)
        )
    }
}

/// Writes features of one snapshot, from bytes encoded when it was built where nobody asked otherwise.
pub(super) struct FeatureWriter<'a> {
    snapshot: &'a Snapshot,
    dialect: Dialect,
    crs: &'static Crs,
    /// `None` for our own system: geometries are encoded already.
    projection: Option<Projection>,
    /// Only these fields, by position, and whether the feature is invented; `None` for all.
    properties: Option<(&'a [usize], bool)>,
    /// Geometries are cut to it.
    clip: Option<Clip>,
}

impl<'a> FeatureWriter<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        dialect: Dialect,
        crs: &'static Crs,
        properties: Option<(&'a [usize], bool)>,
    ) -> Result<FeatureWriter<'a>, Problem> {
        let projection = (crs != &CRS84).then(|| Projection::to(crs)).transpose().map_err(|error| ("crs", error))?;
        Ok(FeatureWriter { snapshot, dialect, crs, projection, properties, clip: None })
    }

    /// The same with geometries cut to an area.
    pub(super) fn clipped(self, area: &Geometry<f64>) -> Result<FeatureWriter<'a>, Problem> {
        Ok(FeatureWriter { clip: Some(Clip::to(area)?), ..self })
    }

    /// Appends the feature without its closing brace: members may follow.
    pub(super) fn write(&self, body: &mut Vec<u8>, feature: &Feature) -> Result<(), Problem> {
        let cut = match (&self.clip, &feature.geometry) {
            (Some(clip), Some(geometry)) => Some(clip.apply(geometry)?),
            _ => None,
        };
        let moved = self.move_geometry(cut.as_ref().unwrap_or(&feature.geometry).as_ref())?;
        let is_fg = self.dialect == Dialect::JsonFg;
        // JSON-FG keeps `geometry` for WGS 84, and says in `place` where the feature is in another system.
        let geometry = match (&moved, cut) {
            (Some(_), _) if is_fg => Some((None, 0)),
            (Some(geometry), _) => Some((geometry.clone(), self.decimals())),
            (None, Some(cut)) => Some((cut, self.decimals())),
            (None, None) => None,
        };
        self.snapshot.write_formed(body, feature, &Form { properties: self.properties, geometry });
        if is_fg {
            body.extend_from_slice(br#","place":"#);
            match moved {
                Some(geometry) => write_geometry(body, geometry.as_ref(), self.decimals()),
                None => body.extend_from_slice(b"null"),
            }
            body.extend_from_slice(format!(r#","time":{}"#, time_of(feature)).as_bytes());
        }
        Ok(())
    }

    /// About a centimetre in degrees, a millimetre in metres.
    fn decimals(&self) -> i32 {
        if self.crs.in_degrees { 7 } else { 3 }
    }

    /// The geometry in the answer's reference system; `None` where that is our own.
    #[expect(clippy::option_option, reason = "changed or not, then with or without geometry")]
    fn move_geometry(&self, geometry: Option<&Geometry<f64>>) -> Result<Option<Option<Geometry<f64>>>, Problem> {
        let Some(projection) = &self.projection else { return Ok(None) };
        let geometry = geometry.map(|geometry| projection.apply(geometry)).transpose();
        Ok(Some(geometry.map_err(|error| ("crs", error))?))
    }
}

/// First and last day as JSON-FG has them; null for a feature without time.
fn time_of(feature: &Feature) -> Json {
    match feature.holds() {
        None => Json::Null,
        Some((from, Some(to))) if from == to => json!({"date": from}),
        Some((from, to)) => json!({"interval": [from.to_string(), to.map_or("..".into(), |to| to.to_string())]}),
    }
}

/// The value of the header Content-Crs.
pub(super) fn content_crs(crs: &Crs) -> HeaderValue {
    HeaderValue::from_str(&format!("<{}>", crs.uri)).expect("addresses are ASCII")
}
