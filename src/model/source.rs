use jiff::{Timestamp, civil::Date};

use crate::model::{DatumOperation, Layer, Text};

/// Where features of a layer came from: the newest import of one source.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name: a preset, or made from a file's name.
    pub name: String,
    /// Who published the data.
    pub title: Text,
    /// SPDX name, or `not stated`.
    pub licence: String,
    /// Shown on the map.
    pub attribution: String,
    /// Ships with the project.
    pub demonstration: bool,
    /// Invented.
    pub synthetic: bool,
    /// The file it came in.
    pub file_name: String,
    /// How its coordinates came to WGS 84, as the import says.
    pub datum_operation: String,
    /// Day the data is of; `None` when nobody said.
    pub valid_on: Option<Date>,
    /// When it came in.
    pub received_at: Timestamp,
}

impl Source {
    /// How well its places are known, in metres: by the datum operation they came by or, where none was needed, as the preset says.
    /// `None` where nobody said.
    pub fn accuracy_m(&self, layer: &Layer) -> Option<f64> {
        let by_operation = DatumOperation::named_in(&self.datum_operation).map(|operation| operation.accuracy_m);
        by_operation.or_else(|| layer.preset(&self.name)?.accuracy_m)
    }
}
