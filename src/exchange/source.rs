//! Files in: what a file is, how its columns map, where its coordinates are, and its rows.

mod cells;
mod columns;
mod coordinates;
mod crs;
mod crs_member;
mod dbf;
mod encoding;
mod format;
mod geojson;
mod ogr_file;
mod record;
mod sqlite;
mod staged;
mod unpack;

pub use self::{columns::check_column_fields, crs::OperationUsed, format::READABLE_EXTENSIONS, record::Row};
pub(crate) use self::{
    crs::{longitude_first, of_epsg, transform_between},
    format::without_endings,
};

use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

use serde::{Deserialize, Serialize};

use gdal::vector::{LayerAccess, OGRwkbGeometryType};

use crate::{
    exchange::{
        ExchangeError,
        gdal_log::{prepare_gdal, take_failure},
        source::columns::{Columns, map_columns},
        source::coordinates::{PlaceSource, find_place, told_place},
        source::crs::{CrsWishes, are_degrees, settle},
        source::crs_member::stated_crs,
        source::encoding::encoding_named,
        source::format::SourceFormat,
        source::ogr_file::OgrFile,
        source::record::{FileColumn, RecordReader},
        source::staged::stage,
    },
    model::{DatumOperation, Layer, Preset},
};

/// What to read a file as, and what to believe over the file.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The layer the rows become features of.
    pub layer: &'static Layer,
    /// How columns map to fields; `None` looks for the preset the columns fit, else goes by field names.
    pub preset: Option<&'static Preset>,
    /// EPSG code of the reference system, stronger than what the file says.
    pub source_crs: Option<u32>,
    /// Coordinates are degrees (WGS 84) where neither the file nor a preset states a reference system.
    pub degrees_implied: bool,
    /// Datum operation to WGS 84; `None` takes the preset's, else the datum's default.
    pub operation: Option<&'static DatumOperation>,
    /// Text encoding of shapefiles and text files, such as `ISO-8859-1`.
    pub encoding: Option<String>,
    /// Table inside a file with several, or file inside an archive with several.
    pub source_layer: Option<String>,
    /// Field, `longitude` or `latitude` → the column it comes from, or an empty text for none; stronger than the preset.
    pub columns: BTreeMap<String, String>,
}

impl ReadOptions {
    /// As the file says, into that layer.
    pub fn of(layer: &'static Layer) -> ReadOptions {
        ReadOptions {
            layer,
            preset: None,
            source_crs: None,
            degrees_implied: false,
            operation: None,
            encoding: None,
            source_layer: None,
            columns: BTreeMap::new(),
        }
    }
}

/// What is known of a file before its rows are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceSummary {
    /// What people call the format.
    pub format: String,
    /// Name of the table, or of the file where tables have no names.
    pub table: String,
    /// Rows the file states; a shapefile counts deleted ones.
    pub row_count: u64,
    /// Columns in the file's order.
    pub columns: Vec<String>,
    /// Reference system: what the file says and what is used.
    pub crs_found: String,
    /// How coordinates come to WGS 84.
    pub operation: OperationUsed,
    /// The preset in use.
    pub preset: Option<PresetUse>,
    /// Columns no field takes; they live on in the source record.
    pub ignored_columns: Vec<String>,
    /// Fields that columns fill: the field and its column.
    pub used_columns: Vec<(String, String)>,
    /// Fields no column fills.
    pub unmatched_fields: Vec<String>,
    /// What else is worth telling about the file.
    pub notes: Vec<String>,
}

/// Which preset maps the columns, and how it came to be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetUse {
    /// Its name.
    pub name: String,
    /// Recognised by its columns rather than named by the caller.
    pub detected: bool,
}

/// How reading went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSummary {
    /// Rows handed over.
    pub rows: u64,
    /// Of them, features.
    pub features: u64,
    /// Of them, rejected.
    pub rejected: u64,
    /// Features whose heights or measures were dropped.
    pub heights_dropped: u64,
    /// The sink asked to stop before the end.
    pub stopped: bool,
}

/// A file that has been looked at and can be read.
#[derive(Debug)]
pub struct SourceFile {
    file: OgrFile,
    reader: RecordReader,
    summary: SourceSummary,
}

/// Rows whose coordinates are looked at before reading starts.
const PROBED_ROWS: usize = 100;

impl SourceFile {
    /// Opens a file and settles everything that concerns it as a whole. Blocks; writes nothing but temporary files
    /// into `scratch`, an empty folder that must stay until reading is over. `seen` is told the columns as soon as they are
    /// known, whatever is wrong with the rest.
    ///
    /// # Errors
    /// [`ExchangeError`], one sentence that says what is wrong and what would be accepted.
    pub fn open(
        path: &Path,
        options: ReadOptions,
        scratch: &Path,
        seen: impl FnOnce(&[String]),
    ) -> Result<SourceFile, ExchangeError> {
        prepare_gdal();
        let encoding = options.encoding.as_deref().map(encoding_named).transpose()?;
        let asked = options.source_layer.as_deref();
        let staged = stage(path, encoding, asked, scratch)?;
        let of_table = asked.filter(|_| !staged.was_named);
        let mut file = OgrFile::open(path, staged, of_table)?;
        let geojson = file.take_geojson();
        let mut table = file.table()?;
        let row_count = table.feature_count();
        if row_count == 0 {
            return Err(ExchangeError::NoRows { path: path.into(), table: file.table_name.clone() });
        }
        let columns: Vec<FileColumn> =
            table.defn().fields().map(|f| FileColumn { name: f.name(), kind: f.field_type() }).collect();
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let names_view = Columns { names: &names, cut_to_ten: file.format == SourceFormat::Shapefile };
        seen(&names);
        let mapping = map_columns(path, options.layer, options.preset, &options.columns, names_view)?;
        // GDAL too takes the column of that name for geometry, but makes of what it cannot read a row without place.
        let is_table = file.format == SourceFormat::Csv || table.defn().geometry_type() == OGRwkbGeometryType::wkbNone;
        let place = match told_place(path, &options.columns, names_view)? {
            Some(told) => told,
            None if is_table => find_place(path, options.layer, mapping.preset, names_view)?,
            None => PlaceSource::Geometry,
        };
        let wishes = CrsWishes {
            told: options.source_crs,
            preset: mapping.preset,
            operation: options.operation,
            degrees_implied: options.degrees_implied || file.format == SourceFormat::TopoJson,
        };
        let in_file = match &geojson {
            Some(facts) => stated_crs(path, &facts.crs_members, table.spatial_ref()),
            None => Ok(table.spatial_ref()),
        };
        let crs = settle(in_file, wishes)?;
        if crs.is_none() && place != PlaceSource::Nowhere {
            return Err(ExchangeError::MissingCrs { path: path.into(), hint: missing_crs_hint(file.format) });
        }
        let reader = RecordReader { layer: options.layer, mapping, columns, place, geojson, crs, heights_dropped: 0 };
        probe(path, &reader, &mut table)?;
        let summary = summarise(&file, &reader, names, row_count);
        Ok(SourceFile { file, reader, summary })
    }

    /// What is known of the file.
    pub fn summary(&self) -> &SourceSummary {
        &self.summary
    }

    /// Hands every row to `sink`, in the file's order, until it breaks off. Blocks.
    ///
    /// # Errors
    /// [`ExchangeError::CutShort`] when the file ends before it should, [`ExchangeError::Gdal`].
    pub fn read(mut self, sink: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<ReadSummary, ExchangeError> {
        let mut done = ReadSummary::default();
        let mut table = self.file.table()?;
        take_failure();
        for feature in table.features() {
            let row = self.reader.read(done.rows + 1, &feature)?;
            done.rows += 1;
            match row {
                Row::Feature(..) => done.features += 1,
                Row::Rejected(..) => done.rejected += 1,
            }
            if sink(row).is_break() {
                done.stopped = true;
                break;
            }
        }
        done.heights_dropped = self.reader.heights_dropped;
        match take_failure().filter(|_| !done.stopped) {
            None => Ok(done),
            Some(detail) => Err(ExchangeError::CutShort {
                path: self.file.path.clone(),
                read: done.rows,
                expected: self.summary.row_count,
                detail,
            }),
        }
    }
}

fn missing_crs_hint(format: SourceFormat) -> &'static str {
    match format {
        SourceFormat::Shapefile => " (it has no .prj file, or one that says nothing)",
        SourceFormat::Csv | SourceFormat::Xlsx => " (tables cannot), and no preset in use does",
        _ => "",
    }
}

/// Coordinates in metres under degrees, or the reverse, concern the whole file: said once, before anything is read.
fn probe(path: &Path, reader: &RecordReader, table: &mut gdal::vector::Layer<'_>) -> Result<(), ExchangeError> {
    let Some(crs) = &reader.crs else { return Ok(()) };
    let mut positions = Vec::new();
    for feature in table.features().take(PROBED_ROWS) {
        let drawn = reader.place.draw(&feature, &reader.cells(&feature)?).unwrap_or_default();
        let first = drawn.points.iter().chain(drawn.polygons.iter().flatten().flatten()).next().copied();
        positions.extend(first.filter(|position| position.iter().all(|coordinate| coordinate.is_finite())));
    }
    take_failure();
    // Most of the rows decide: a single one that lies elsewhere is rejected by itself.
    let odd = positions.iter().filter(|position| are_degrees(**position) != crs.is_degrees);
    let Some([x, y]) = odd.clone().next().copied().filter(|_| odd.count() * 2 > positions.len()) else { return Ok(()) };
    let (path, label) = (path.to_path_buf(), crs.label.clone());
    Err(match crs.is_degrees {
        true => ExchangeError::NotDegrees { path, x, y, crs: label },
        false => ExchangeError::NotMetres { path, x, y, crs: label },
    })
}

fn summarise(file: &OgrFile, reader: &RecordReader, columns: Vec<String>, row_count: u64) -> SourceSummary {
    let mut used: Vec<usize> = reader.mapping.fields.iter().filter_map(|source| source.column).collect();
    match reader.place {
        PlaceSource::Columns(x, y) => used.extend([x, y]),
        PlaceSource::Wkt(column) => used.push(column),
        PlaceSource::Geometry | PlaceSource::Nowhere => {}
    }
    let unused = columns.iter().enumerate().filter(|(index, _)| !used.contains(index));
    let fields = reader.layer.fields.iter().zip(&reader.mapping.fields);
    let used =
        fields.clone().filter_map(|(field, source)| Some((field.name.clone(), columns.get(source.column?)?.clone())));
    let used_columns: Vec<_> = used.collect();
    let unmatched = fields.filter(|(_, source)| source.column.is_none() && source.constant.is_none());
    let mut notes = file.notes.clone();
    if reader.place == PlaceSource::Nowhere {
        notes.push(
            "the table has neither geometry nor coordinate columns: every feature will be without a place".into(),
        );
    }
    let no_crs = || {
        (
            "none needed: no row has a place".to_owned(),
            OperationUsed { text: "none needed".into(), epsg: None, accuracy_m: None },
        )
    };
    let (crs_found, operation) =
        reader.crs.as_ref().map_or_else(no_crs, |crs| (crs.found.clone(), crs.operation.clone()));
    SourceSummary {
        format: file.format.label().into(),
        table: file.table_name.clone(),
        row_count,
        crs_found,
        operation,
        preset: reader.mapping.preset.map(|p| PresetUse { name: p.name.clone(), detected: reader.mapping.detected }),
        used_columns,
        ignored_columns: unused.map(|(_, name)| name.clone()).collect(),
        unmatched_fields: unmatched.map(|(field, _)| field.name.clone()).collect(),
        columns,
        notes,
    }
}
