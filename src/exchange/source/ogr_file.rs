use std::path::{Path, PathBuf};

use gdal::{
    Dataset, DatasetOptions, GdalOpenFlags,
    config::set_thread_local_config_option,
    vector::{LayerAccess, OGRwkbGeometryType},
};

use crate::{
    exchange::{
        ExchangeError, gdal_log::take_failure, source::format::SourceFormat, source::geojson::GeoJsonFacts,
        source::staged::Staged,
    },
    model::fold,
};

/// A file GDAL has opened, and the one table of it that is read.
#[derive(Debug)]
pub(crate) struct OgrFile {
    /// The file as the caller named it.
    pub(crate) path: PathBuf,
    pub(crate) format: SourceFormat,
    pub(crate) table_name: String,
    /// What is worth telling about the choice of the table.
    pub(crate) notes: Vec<String>,
    dataset: Dataset,
    table: usize,
    geojson: Option<GeoJsonFacts>,
}

struct Table {
    name: String,
    is_spatial: bool,
    is_empty: bool,
}

impl OgrFile {
    /// Opens a staged file with the drivers its extension allows, and chooses the table.
    ///
    /// # Errors
    /// [`ExchangeError::NotItsFormat`], [`ExchangeError::SeveralTables`], [`ExchangeError::UnknownTable`].
    pub(crate) fn open(path: &Path, staged: Staged, asked: Option<&str>) -> Result<OgrFile, ExchangeError> {
        let dataset = open_dataset(path, &staged)?;
        let format = match dataset.driver().short_name().as_str() {
            "TopoJSON" => SourceFormat::TopoJson,
            "GeoJSON" => SourceFormat::GeoJson,
            _ => staged.format,
        };
        let tables: Vec<Table> = dataset.layers().map(|layer| describe(&layer)).collect();
        let mut notes = Vec::new();
        let (table, table_name) = match format.has_named_tables() {
            true => {
                let table = choose(path, format, &tables, asked, &mut notes)?;
                (table, tables[table].name.clone())
            }
            false if tables.is_empty() => {
                return Err(ExchangeError::NoRows { path: path.into(), table: staged.stem.clone() });
            }
            false => match asked.filter(|asked| fold(asked) != fold(&staged.stem)) {
                Some(asked) => {
                    let (path, tables) = (path.to_path_buf(), staged.stem.clone());
                    return Err(ExchangeError::UnknownTable { path, asked: asked.into(), tables });
                }
                None => (0, staged.stem.clone()),
            },
        };
        Ok(OgrFile { path: path.into(), format, table_name, notes, dataset, table, geojson: staged.geojson })
    }

    /// The table that is read.
    ///
    /// # Errors
    /// [`ExchangeError::Gdal`].
    pub(crate) fn table(&self) -> Result<gdal::vector::Layer<'_>, ExchangeError> {
        self.dataset.layer(self.table).map_err(ExchangeError::gdal("opening the table"))
    }

    /// What the text of a GeoJSON or TopoJSON file says beyond what GDAL tells.
    pub(crate) fn take_geojson(&mut self) -> Option<GeoJsonFacts> {
        self.geojson.take()
    }
}

/// Bytes in a line of CSV: as many as an archive may unpack to.
const MAX_LINE: &str = "524288000";

fn open_dataset(path: &Path, staged: &Staged) -> Result<Dataset, ExchangeError> {
    let encoding = staged.gdal_encoding.as_ref().map(|name| format!("ENCODING={name}"));
    let mut open_options = staged.format.open_options().to_vec();
    open_options.extend(encoding.as_deref());
    if staged.format == SourceFormat::Xlsx {
        // GDAL 3.6 takes this one from the configuration only: the first row names the columns.
        set_thread_local_config_option("OGR_XLSX_HEADERS", "FORCE").map_err(ExchangeError::gdal("preparing"))?;
    }
    if staged.format == SourceFormat::Csv {
        // GDAL takes a longer line for the end of the file. Rows that are too long are told one by one.
        set_thread_local_config_option("OGR_CSV_MAX_LINE_SIZE", MAX_LINE).map_err(ExchangeError::gdal("preparing"))?;
    }
    take_failure();
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR
            | GdalOpenFlags::GDAL_OF_READONLY
            | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
        allowed_drivers: Some(staged.format.drivers()),
        open_options: Some(&open_options),
        sibling_files: None,
    };
    Dataset::open_ex(&staged.main, options).map_err(|_| ExchangeError::NotItsFormat {
        path: path.into(),
        format: staged.format.label(),
        detail: why_not(&staged.main),
    })
}

/// GDAL's reason where it has one, else how the file begins.
fn why_not(file: &Path) -> String {
    let shown = file.to_string_lossy();
    let reason = take_failure().filter(|reason| !reason.contains("not recognized"));
    let reason = reason.map(|reason| reason.replace(shown.as_ref(), "the file"));
    // GDAL says "in number" of texts too.
    let reason = reason.map(|reason| match reason.contains("Too many characters") {
        true => "one of its texts is longer than 10 million characters".into(),
        false => reason,
    });
    reason.unwrap_or_else(|| match beginning(file) {
        Some(text) => format!("it begins with {text:?}"),
        None => "it begins with bytes that are no text".into(),
    })
}

fn beginning(file: &Path) -> Option<String> {
    let mut first = [0; 40];
    let length = std::io::Read::read(&mut std::fs::File::open(file).ok()?, &mut first).ok()?;
    let text = String::from_utf8_lossy(&first[..length]);
    let is_text = !text.contains(|c: char| c.is_control() && !c.is_whitespace() || c == '\u{FFFD}');
    is_text.then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn describe(layer: &gdal::vector::Layer<'_>) -> Table {
    Table {
        name: layer.name(),
        is_spatial: layer.defn().geometry_type() != OGRwkbGeometryType::wkbNone,
        is_empty: layer.feature_count() == 0,
    }
}

fn choose(
    path: &Path,
    format: SourceFormat,
    tables: &[Table],
    asked: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<usize, ExchangeError> {
    let names = || tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    let path = path.to_path_buf();
    if let Some(asked) = asked {
        let exact = tables.iter().position(|table| table.name == asked);
        let found = exact.or_else(|| tables.iter().position(|table| fold(&table.name) == fold(asked)));
        return found.ok_or_else(|| ExchangeError::UnknownTable { path, asked: asked.into(), tables: names() });
    }
    let any_spatial = tables.iter().any(|table| table.is_spatial);
    let is_candidate = |table: &Table| match format {
        SourceFormat::Kml | SourceFormat::Kmz => !table.is_empty,
        _ => table.is_spatial == any_spatial,
    };
    let mut candidates = (0..tables.len()).filter(|index| is_candidate(&tables[*index]));
    let first =
        candidates.next().ok_or_else(|| ExchangeError::NoRows { path: path.clone(), table: "any table".into() })?;
    if format != SourceFormat::Xlsx && candidates.next().is_some() {
        return Err(ExchangeError::SeveralTables { path, tables: names() });
    }
    if tables.len() > 1 {
        notes.push(format!("read the table {} of: {}", tables[first].name, names()));
    }
    Ok(first)
}
