use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::Text;

/// A known source of a layer: how its columns map to our fields, and what may be done with it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Name on the command line.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Who published the data, for catalogues and cards.
    pub source: Text,
    /// Attribution shown on the map.
    pub attribution: String,
    /// Licence as an SPDX name, or `not stated`.
    pub licence: String,
    /// Data that ships with the project; gives way to the first real file of the layer.
    #[serde(default)]
    pub demonstration: bool,
    /// Invented data: said wherever it shows.
    #[serde(default)]
    pub synthetic: bool,
    /// Reference system of files that state none, as `EPSG:n`.
    #[serde(default)]
    pub source_crs: Option<String>,
    /// Datum operation when the file is not in WGS 84, as `EPSG:n`; else the one EPSG states for Peru onshore.
    #[serde(default)]
    pub datum_operation: Option<String>,
    /// How well places are known in files that come in WGS 84, in metres: the accuracy of the operation by which whoever published
    /// them came to it. Without it nobody said.
    #[serde(default)]
    pub accuracy_m: Option<f64>,
    /// Column with the longitude (or easting) of files without geometry.
    #[serde(default)]
    pub longitude: Option<String>,
    /// Column with the latitude (or northing) of files without geometry.
    #[serde(default)]
    pub latitude: Option<String>,
    /// Fields that together identify a feature. Empty: `code` where it is mapped, else the record's content.
    #[serde(default)]
    pub key: Vec<String>,
    /// Field → column of the file. Empty: columns bear the fields' own names.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Field → the same value for every feature.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Field → the file's words → ours. An empty word means "no value".
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}
