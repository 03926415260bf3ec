use std::path::Path;

use crate::{
    exchange::{ImportError, ImportRequest, source::without_endings},
    model::{Preset, Source},
    store::Merge,
};

/// Source of the data that ships with the project. It gives way to real files, so nothing real may bear its name.
const DEMONSTRATION: &str = "demonstration";
/// The source of features written by hand (`rimay.feature.source`): no file may take their place.
const BY_HAND: &str = "direct";

/// The source whose features a file replaces.
#[derive(Debug, PartialEq)]
pub(super) struct SourceChoice {
    pub(super) name: String,
    /// Made from the file's name: another file may have been called so.
    from_file: bool,
    /// The caller named it: then the file replaces what the source had before, whatever that is.
    stated: bool,
}

impl SourceChoice {
    /// The source the caller names, else the preset's, else one named after the file.
    ///
    /// # Errors
    /// [`ImportError::ReservedSource`], [`ImportError::SourceOfPreset`].
    pub(super) fn make(
        request: &ImportRequest,
        preset: Option<&Preset>,
        file: &str,
    ) -> Result<SourceChoice, ImportError> {
        let layer = request.read.layer;
        let known = request.source.clone().or(preset.map(|preset| preset.name.clone()));
        let (from_file, stated) = (known.is_none(), request.source.is_some());
        let name = known.unwrap_or_else(|| source_name(file));
        if name == BY_HAND || (name == DEMONSTRATION) != preset.is_some_and(|preset| preset.demonstration) {
            return Err(ImportError::ReservedSource { name });
        }
        if from_file && layer.preset(&name).is_some() {
            return Err(ImportError::SourceOfPreset { name, file: file.into() });
        }
        Ok(SourceChoice { name, from_file, stated })
    }

    /// Refuses to replace what came from another file unless somebody said so. `sources` are those of the layer.
    ///
    /// # Errors
    /// [`ImportError::SourceOfOtherFile`].
    pub(super) fn check_previous(&self, sources: &[Source], file: &str) -> Result<(), ImportError> {
        match sources.iter().find(|source| self.from_file && source.name == self.name) {
            Some(previous) if previous.file_name != file => Err(ImportError::SourceOfOtherFile {
                name: self.name.clone(),
                previous: previous.file_name.clone(),
                file: file.into(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a file that would remove more than half of what the source has, unless the caller named the source: it is
    /// the file of one region, say, or one read with the wrong preset.
    ///
    /// # Errors
    /// [`ImportError::RemovesMost`].
    pub(super) fn check_merge(&self, merge: Merge, kept_edits: u64, file: &str) -> Result<(), ImportError> {
        let stays = merge.changed + merge.unchanged + kept_edits;
        match !self.stated && merge.removed > stays {
            true => Err(ImportError::RemovesMost {
                name: self.name.clone(),
                file: file.into(),
                removed: merge.removed,
                had: merge.removed + stays,
            }),
            false => Ok(()),
        }
    }

    /// Whether what the source had before has to be known.
    pub(super) fn needs_previous(&self) -> bool {
        self.from_file
    }
}

/// The file's name without folders and endings, in lower case letters, digits and underscores.
fn source_name(file: &str) -> String {
    let stem = without_endings(Path::new(file));
    let name: String =
        crate::model::fold(stem).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "file".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_after_their_file() {
        for (file, source) in [
            ("Catastro Cañaris 2024.geojson", "catastro_canaris_2024"),
            ("zona.norte.geojson", "zona_norte"),
            ("zona.sur.GeoJSON", "zona_sur"),
            ("centros.v2.csv.gz", "centros_v2"),
            ("limites.shp.zip", "limites"),
            ("limites.2024.zip", "limites_2024"),
            (".csv", "_csv"),
            ("Ñ", "n"),
        ] {
            assert_eq!(source_name(file), source, "{file}");
        }
    }
}
