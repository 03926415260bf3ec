//! Files out: one writer for each kind of format, and the target that shows only when it is whole.

mod csv;
mod flatgeobuf;
mod from_snapshot;
mod geojson;
#[cfg(feature = "geoparquet")]
mod geoparquet;
mod kml;
mod ogr;
mod overlaps;
mod shapefile_names;
mod target;

pub use csv::text_cell;
pub use overlaps::{OverlapsError, write_overlaps_csv, write_overlaps_file, write_overlaps_geojson};

use std::{path::Path, str::FromStr};

use crate::{
    exchange::{
        ExchangeError,
        export::csv::write_csv,
        export::flatgeobuf::write_flatgeobuf,
        export::geojson::write_geojson,
        export::kml::write_kml,
        export::ogr::{write_geopackage, write_shapefile},
        export::target::Target,
        gdal_log::prepare_gdal,
        shape::{Shape, fit},
        wkb_walk::read_wkb,
    },
    model::{Field, FieldType, Layer, Value},
};

/// A format we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 7946: WGS 84, seven decimals, exterior rings counter-clockwise.
    GeoJson,
    /// One table, with licence and attribution as metadata.
    GeoPackage,
    /// UTF-8 with a header; points as two columns, polygons as WKT.
    Csv,
    /// With `.cpg` and `.prj`; zipped when the target is named `.zip`.
    Shapefile,
    /// For viewers; every value is text.
    Kml,
    /// One table, spatially indexed.
    FlatGeobuf,
    /// Columns for analysis; version 1.1 with a box for each feature.
    #[cfg(feature = "geoparquet")]
    GeoParquet,
}

/// One feature to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRow {
    /// Id of the feature.
    pub id: i64,
    /// One value for each exported field, in their order.
    pub values: Vec<Value>,
    /// Name of its source; `None` for a feature written by hand.
    pub source: Option<String>,
    /// Invented.
    pub synthetic: bool,
    /// EPSG:4326, longitude first, little-endian WKB.
    pub geometry_wkb: Option<Vec<u8>>,
}

/// What a file says about itself, where its format can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportAbout {
    /// What people call the data.
    pub title: String,
    /// Licence as an SPDX name, or `not stated`.
    pub licence: String,
    /// Whom to name when using it.
    pub attribution: String,
    /// Contains invented data.
    pub synthetic: bool,
    /// Revision of the layer the features are of.
    pub revision: i64,
}

/// How writing went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Features written.
    pub features: u64,
    /// What the format could not carry: shortened names and texts.
    pub notes: Vec<String>,
}

/// What every writer needs besides the rows.
pub(crate) struct Outgoing<'a> {
    pub(crate) layer: &'a Layer,
    /// One for each value of a row.
    pub(crate) columns: Vec<Column<'a>>,
    pub(crate) about: &'a ExportAbout,
}

/// A column every format carries, beside the id and the place.
#[derive(Clone, Copy)]
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: FieldType,
}

/// What each feature says of itself after the layer's fields: a row stays honest when it leaves its file. No layer
/// has fields of these names, so that an import of our own file passes them over.
const ABOUT_EACH: [Column<'static>; 2] =
    [Column { name: "data_source", kind: FieldType::Text }, Column { name: "synthetic", kind: FieldType::Boolean }];

/// The rows, as writers take them. An error ends the writing, and then nothing is written.
pub(crate) type Rows<'a> = &'a mut dyn Iterator<Item = Result<ExportRow, ExchangeError>>;

/// Writes features to a file. Blocks. The file appears whole under its name, or not at all.
///
/// `fields` are those the caller may see, in the order of each row's values.
///
/// # Errors
/// [`ExchangeError::TargetExists`] unless `overwrite`, [`ExchangeError::WrongTargetExtension`],
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`], or the first error among the rows.
pub fn export(
    path: &Path,
    format: ExportFormat,
    layer: &Layer,
    fields: &[&Field],
    rows: &mut dyn Iterator<Item = Result<ExportRow, ExchangeError>>,
    about: &ExportAbout,
    overwrite: bool,
) -> Result<ExportSummary, ExchangeError> {
    prepare_gdal();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if !format.extensions().split(" or ").any(|accepted| accepted.trim_start_matches('.') == extension) {
        let (format, accepted) = (format.label(), format.extensions());
        return Err(ExchangeError::WrongTargetExtension { path: path.into(), format, accepted });
    }
    let target = Target::begin(path, overwrite)?;
    let of_fields = fields.iter().map(|field| Column { name: &field.name, kind: field.kind });
    let out = Outgoing { layer, columns: of_fields.chain(ABOUT_EACH).collect(), about };
    let rows: Rows<'_> = &mut rows.map(|row| row.map(ExportRow::with_about));
    let summary = match format {
        ExportFormat::GeoJson => write_geojson(&target.path(), &out, rows),
        ExportFormat::Csv => write_csv(&target.path(), &out, rows),
        ExportFormat::GeoPackage => write_geopackage(&target.path(), &out, rows),
        ExportFormat::FlatGeobuf => write_flatgeobuf(&target.path(), &out, rows),
        ExportFormat::Kml => write_kml(&target.path(), &out, rows),
        ExportFormat::Shapefile => write_shapefile(&target.path().with_extension("shp"), &out, rows),
        #[cfg(feature = "geoparquet")]
        ExportFormat::GeoParquet => geoparquet::write_geoparquet(&target.path(), &out, rows),
    }?;
    if extension == "zip" {
        target.zip()?;
    }
    target.finish()?;
    Ok(summary)
}

impl ExportFormat {
    /// Every format, in the order lists show them.
    pub const ALL: &'static [ExportFormat] = &[
        ExportFormat::GeoJson,
        ExportFormat::GeoPackage,
        ExportFormat::Csv,
        ExportFormat::Shapefile,
        ExportFormat::Kml,
        ExportFormat::FlatGeobuf,
        #[cfg(feature = "geoparquet")]
        ExportFormat::GeoParquet,
    ];

    /// All names, for people.
    pub fn names() -> String {
        ExportFormat::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }

    /// Name on the command line and in URLs.
    pub fn name(self) -> &'static str {
        match self {
            ExportFormat::GeoJson => "geojson",
            ExportFormat::GeoPackage => "gpkg",
            ExportFormat::Csv => "csv",
            ExportFormat::Shapefile => "shp",
            ExportFormat::Kml => "kml",
            ExportFormat::FlatGeobuf => "fgb",
            #[cfg(feature = "geoparquet")]
            ExportFormat::GeoParquet => "parquet",
        }
    }

    fn label(self) -> &'static str {
        match self {
            ExportFormat::GeoJson => "GeoJSON",
            ExportFormat::GeoPackage => "GeoPackage",
            ExportFormat::Csv => "CSV",
            ExportFormat::Shapefile => "Shapefile",
            ExportFormat::Kml => "KML",
            ExportFormat::FlatGeobuf => "FlatGeobuf",
            #[cfg(feature = "geoparquet")]
            ExportFormat::GeoParquet => "GeoParquet",
        }
    }

    fn extensions(self) -> &'static str {
        match self {
            ExportFormat::GeoJson => ".geojson or .json",
            ExportFormat::GeoPackage => ".gpkg",
            ExportFormat::Csv => ".csv",
            ExportFormat::Shapefile => ".zip or .shp",
            ExportFormat::Kml => ".kml",
            ExportFormat::FlatGeobuf => ".fgb",
            #[cfg(feature = "geoparquet")]
            ExportFormat::GeoParquet => ".parquet",
        }
    }
}

impl FromStr for ExportFormat {
    type Err = ExchangeError;

    fn from_str(text: &str) -> Result<Self, ExchangeError> {
        let found = ExportFormat::ALL.iter().copied().find(|format| format.name().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| ExchangeError::UnknownExportFormat { asked: text.chars().take(60).collect() })
    }
}

impl ExportAbout {
    /// Licence, attribution and the warning about invented data in one paragraph, for formats with one text field.
    pub(crate) fn paragraph(&self) -> String {
        let warning = if self.synthetic { format!("{SYNTHETIC} ") } else { String::new() };
        format!(
            "{warning}{} Licencia / licence: {}. Revisión / revision: {}.",
            self.attribution, self.licence, self.revision
        )
    }
}

/// Said in every format that can say anything.
pub(crate) const SYNTHETIC: &str = "DATOS SINTÉTICOS: no existen. SYNTHETIC DATA: they do not exist.";

impl ExportRow {
    /// The row with the values of [`ABOUT_EACH`] behind those of the fields.
    fn with_about(mut self) -> ExportRow {
        let source = self.source.take().map_or(Value::Null, |source| Value::Text(source.into()));
        self.values.extend([source, Value::Boolean(self.synthetic)]);
        self
    }

    /// The geometry as a shape of the layer's kind.
    ///
    /// # Errors
    /// [`ExchangeError::UnfitFeature`] also when the values are not as many as the fields.
    pub(crate) fn shape(&self, out: &Outgoing<'_>) -> Result<Option<Shape>, ExchangeError> {
        let unfit = |detail: String| ExchangeError::UnfitFeature { id: self.id, detail };
        if self.values.len() != out.columns.len() {
            return Err(unfit(format!("it has {} values for {} columns", self.values.len(), out.columns.len())));
        }
        let Some(wkb) = &self.geometry_wkb else { return Ok(None) };
        let drawn = read_wkb(wkb).map_err(|error| unfit(error.to_string()))?;
        fit(drawn, out.layer.geometry, &mut Vec::new()).map_err(unfit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_layer_has_fields_called_like_our_own_columns() {
        for layer in crate::model::Catalogue::built_in().layers() {
            for column in ABOUT_EACH {
                assert!(layer.field(column.name).is_none(), "{} {}", layer.id, column.name);
            }
        }
    }

    #[test]
    fn formats_are_known_by_name() {
        for &format in ExportFormat::ALL {
            assert_eq!(format.name().parse::<ExportFormat>().expect("its own name"), format);
        }
        let error = "dwg".parse::<ExportFormat>().expect_err("not ours");
        assert_eq!(error.to_string(), format!("\"dwg\" is no format we write; accepted are {}", ExportFormat::names()));
    }
}
