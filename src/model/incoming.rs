use crate::model::Value;

/// One feature read from a file, in the layer's fields, before the database has looked at it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingFeature {
    /// Row in the file, from 1.
    pub row: u64,
    /// What identifies the feature within its source, stable between deliveries of the same file.
    pub key: String,
    /// One value for each field, in the order of the layer's fields.
    pub values: Vec<Value>,
    /// The record as the file has it, column by column: the text of a JSON object.
    pub source_record: String,
    /// Geometry in EPSG:4326, two-dimensional, longitude first, as WKB; rings as the file winds them.
    pub geometry_wkb: Option<Vec<u8>>,
}

/// Something worth telling about one row of a file.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RowNote {
    /// Row in the file, from 1.
    pub row: u64,
    /// The feature's name or key, so that a person finds it.
    pub feature: String,
    /// What was found, or what was done.
    pub note: String,
    /// Where the row is: longitude and latitude of a point in it; `None` where it has no place, or none that can be read.
    pub place: Option<[f64; 2]>,
}
