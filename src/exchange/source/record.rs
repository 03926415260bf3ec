use gdal::vector::Feature;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::{
    exchange::{
        ExchangeError,
        gdal_log::take_failure,
        shape::{Shape, fit},
        source::cells::{Cell, ColumnKind, read_cell},
        source::columns::Mapping,
        source::coordinates::PlaceSource,
        source::crs::SourceCrs,
        source::encoding::decoded_once,
        source::geojson::GeoJsonFacts,
        wkb_walk::Drawn,
    },
    model::{IncomingFeature, Layer, MAX_IDENTIFIER, MAX_NAME, MAX_TEXT, RowNote, Value},
};

/// What came of one row of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A feature, and what is worth telling about it: values that were not understood and stayed empty, geometry
    /// that was simplified to the layer's kind, text that had lost letters.
    Feature(IncomingFeature, Vec<RowNote>),
    /// A row that cannot become a feature, why, and the key that its feature would have.
    Rejected(RowNote, String),
}

/// A column of the file: its name and what GDAL says it holds.
#[derive(Debug, Clone)]
pub(crate) struct FileColumn {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
}

/// Most positions of a geometry: several times what the most intricate district of Peru has.
const MAX_CORNERS: usize = 500_000;
/// Characters of a name that notes show.
const SHOWN: usize = 120;

/// Turns rows of one table into features of one layer.
#[derive(Debug)]
pub(crate) struct RecordReader {
    pub(crate) layer: &'static Layer,
    pub(crate) mapping: Mapping,
    pub(crate) columns: Vec<FileColumn>,
    pub(crate) place: PlaceSource,
    /// What GDAL does not tell of a GeoJSON file.
    pub(crate) geojson: Option<GeoJsonFacts>,
    /// `None` only where no row has a place.
    pub(crate) crs: Option<SourceCrs>,
    /// Rows whose heights or measures were dropped.
    pub(crate) heights_dropped: u64,
}

impl RecordReader {
    /// Every column of a row, in the file's order.
    ///
    /// # Errors
    /// [`ExchangeError::Gdal`].
    pub(crate) fn cells(&self, feature: &Feature<'_>) -> Result<Vec<Cell>, ExchangeError> {
        let columns = self.columns.iter().enumerate();
        let cells = columns.map(|(index, column)| read_cell(feature, index, column.kind));
        cells.collect::<Result<_, _>>().map_err(ExchangeError::gdal("reading a row"))
    }

    /// Reads one row; `row` counts from 1.
    ///
    /// # Errors
    /// [`ExchangeError::Gdal`]; what is wrong with the row itself is no error but a rejection or a note.
    pub(crate) fn read(&mut self, row: u64, feature: &Feature<'_>) -> Result<Row, ExchangeError> {
        let cells = self.cells(feature)?;
        let mut notes = Vec::new();
        let failure = take_failure().map(|failure| format!("GDAL reports: {failure}"));
        let record = self.source_record(&cells).to_string();
        let cells = self.mend_text(cells, &mut notes);
        let mut values = self.values(&cells, &mut notes);
        notes.extend(self.layer.empty_inapplicable(&mut values));
        let drawn = self.draw(row, feature, &cells, failure.as_deref());
        // Of GeoJSON, GDAL reads ahead: its failures are of rows that come later, and are found otherwise.
        notes.extend(failure.filter(|_| self.geojson.is_none()));
        let hash = || fingerprint(&record, drawn.as_ref().unwrap_or(&Drawn::default()));
        let key = self.key(&values).unwrap_or_else(hash);
        let name = self.name(&values).unwrap_or_else(|| key.chars().take(SHOWN).collect());
        let told = |note: String| RowNote { row, feature: name.clone(), note, place: None };
        if let Some(reason) = self.too_long(&cells, &values, &key) {
            return Ok(Row::Rejected(told(reason), key));
        }
        let geometry = match drawn.and_then(|drawn| self.geometry(drawn, &mut notes)) {
            Ok(geometry) => geometry.map(|shape| shape.to_wkb()),
            Err(reason) => return Ok(Row::Rejected(told(join(reason, notes)), key)),
        };
        if geometry.is_none() && !self.layer.may_lack_place {
            return Ok(Row::Rejected(told(join("it has no geometry".into(), notes)), key));
        }
        let feature = IncomingFeature { row, key, values, source_record: record, geometry_wkb: geometry };
        Ok(Row::Feature(feature, notes.into_iter().map(told).collect()))
    }

    /// What the row draws.
    ///
    /// # Errors
    /// Why its place cannot be read, for people. GDAL makes of such a place a row without one.
    fn draw(&self, row: u64, feature: &Feature<'_>, cells: &[Cell], failure: Option<&str>) -> Result<Drawn, String> {
        let drawn = self.place.draw(feature, cells)?;
        let is_drawn = drawn != Drawn::default();
        match &self.geojson {
            Some(facts) => facts.why_unreadable(row, is_drawn).map_or(Ok(drawn), |why| Err(why.into())),
            None if failure.is_some() && !is_drawn && self.place == PlaceSource::Geometry => {
                Err("the geometry cannot be read".into())
            }
            None => Ok(drawn),
        }
    }

    fn values(&self, cells: &[Cell], notes: &mut Vec<String>) -> Vec<Value> {
        let sources = self.layer.fields.iter().zip(&self.mapping.fields);
        let read = |(field, source): (&crate::model::Field, &crate::exchange::source::columns::FieldSource)| {
            let value = source.value(cells).unwrap_or_else(|error| {
                notes.push(format!("{}: {error}; left empty", field.name));
                Value::Null
            });
            match field.with_lost_zero(&value) {
                Some(whole) => {
                    notes.push(format!(
                        "{}: \"{}\" had lost its leading zero; taken as \"{whole}\"",
                        field.name,
                        plain_text(&value)
                    ));
                    Value::Text(whole.into())
                }
                None => value,
            }
        };
        sources.map(read).collect()
    }

    /// Why a text is too long to be taken. WKT is as long as the area is intricate.
    fn too_long(&self, cells: &[Cell], values: &[Value], key: &str) -> Option<String> {
        let length = |text: &str, allowed: usize| {
            // Counting characters takes time; no text has more of them than bytes.
            (text.len() > allowed).then(|| text.chars().count()).filter(|count| *count > allowed)
        };
        let is_place = |column: usize| self.place == PlaceSource::Wkt(column);
        let texts = self.columns.iter().zip(cells).enumerate().filter(|(column, _)| !is_place(*column));
        let long = texts.filter_map(|(_, (column, cell))| match cell {
            Cell::Text(text) => Some((column, length(text, MAX_TEXT)?)),
            _ => None,
        });
        let long = long.map(|(column, count)| {
            format!("{} holds {count} characters; at most {MAX_TEXT} are accepted in one text", column.name)
        });
        let name = || values[self.layer.position(&self.layer.name_field)?].as_text();
        let long_name = || {
            let count = length(name()?, MAX_NAME)?;
            Some(format!("the name has {count} characters; at most {MAX_NAME} are accepted"))
        };
        let long_key = || {
            let count = length(key, MAX_IDENTIFIER)?;
            Some(format!("what identifies it has {count} characters; at most {MAX_IDENTIFIER} are accepted"))
        };
        long.into_iter().next().or_else(long_name).or_else(long_key)
    }

    /// The cells with text as it was before it was decoded twice; what was lost for good is told.
    fn mend_text(&self, mut cells: Vec<Cell>, notes: &mut Vec<String>) -> Vec<Cell> {
        for (column, cell) in self.columns.iter().zip(&mut cells) {
            let Cell::Text(text) = cell else { continue };
            let sample = |text: &str| text.chars().take(60).collect::<String>();
            if text.contains('\u{FFFD}') {
                notes.push(format!("{}: \"{}\" had lost letters before it reached us", column.name, sample(text)));
            } else if let Some(once) = decoded_once(text) {
                let (before, after) = (sample(text), sample(&once));
                notes.push(format!("{}: \"{before}\" was decoded twice; taken as \"{after}\"", column.name));
                *text = once;
            }
        }
        cells
    }

    fn source_record(&self, cells: &[Cell]) -> Json {
        let columns = self.columns.iter().map(|column| column.name.clone());
        Json::Object(columns.zip(cells.iter().map(Cell::to_json)).collect::<Map<_, _>>())
    }

    /// The shape in EPSG:4326; `None` where nothing is drawn.
    fn geometry(&mut self, drawn: Drawn, notes: &mut Vec<String>) -> Result<Option<Shape>, String> {
        let corners = drawn.points.len() + drawn.polygons.iter().flatten().map(Vec::len).sum::<usize>();
        if corners > MAX_CORNERS {
            return Err(format!("it has {corners} corners; at most {MAX_CORNERS} are taken of one feature"));
        }
        let had_height = drawn.had_height;
        let Some(mut shape) = fit(drawn, self.layer.geometry, notes)? else { return Ok(None) };
        if let Some(crs) = &self.crs {
            crs.to_wgs84(&mut shape)?;
        }
        self.heights_dropped += u64::from(had_height);
        Ok(Some(shape))
    }

    /// The preset's key fields, else the code; `None` when they are empty.
    fn key(&self, values: &[Value]) -> Option<String> {
        let text = |name: &String| self.layer.position(name).map(|position| plain_text(&values[position]));
        let of_preset = self.mapping.preset.map(|preset| preset.key.iter().filter_map(text).collect::<Vec<_>>());
        let joined = of_preset.filter(|parts| parts.iter().any(|part| !part.is_empty())).map(|p| p.join(" / "));
        let code = || text(&"code".to_owned()).filter(|code| !code.is_empty());
        joined.or_else(code)
    }

    fn name(&self, values: &[Value]) -> Option<String> {
        let position = self.layer.position(&self.layer.name_field)?;
        values[position].as_text().map(|name| name.chars().take(SHOWN).collect())
    }
}

fn join(reason: String, notes: Vec<String>) -> String {
    std::iter::once(reason).chain(notes).collect::<Vec<_>>().join("; ")
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Date(date) => date.to_string(),
    }
}

/// Identity of a row that has no code: 32 hexadecimal digits of the SHA-256 over what the file says and draws, so
/// that the same row has the same identity in the next delivery.
fn fingerprint(record: &str, drawn: &Drawn) -> String {
    let mut hasher = Sha256::new();
    hasher.update(record);
    let polygons = drawn.polygons.iter().flatten().flatten();
    for coordinate in drawn.points.iter().chain(polygons).flatten() {
        hasher.update(coordinate.to_le_bytes());
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
