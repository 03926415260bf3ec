use std::{collections::BTreeMap, io, path::PathBuf};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    exchange::{ExchangeError, ReadOptions, ReadSummary, Row, SourceSummary},
    model::{Catalogue, DatumOperation, IncomingFeature, RowNote, Value},
};

/// No message is longer: a row that a file may have, times the rows of a message.
const LONGEST: usize = 1 << 30;

/// Which file to read, and how.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::exchange) struct Job {
    pub(super) path: PathBuf,
    /// An empty folder for temporary files.
    pub(super) scratch: PathBuf,
    layer: String,
    preset: Option<String>,
    source_crs: Option<u32>,
    degrees_implied: bool,
    operation: Option<u32>,
    encoding: Option<String>,
    source_layer: Option<String>,
    columns: BTreeMap<String, String>,
}

/// What the worker tells: [`Message::Columns`], [`Message::Opened`], then rows, then [`Message::Finished`]; or at any time
/// [`Message::Failed`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::exchange) enum Message {
    /// The file's columns.
    Columns(Vec<String>),
    /// What is known of the file before its rows, and its SHA-256 in hexadecimal.
    Opened(Box<SourceSummary>, String),
    /// Some of its rows, in the file's order.
    Rows(Vec<SentRow>),
    /// How reading went.
    Finished(ReadSummary),
    /// Why the file cannot be read, for people.
    Failed(String),
}

/// A [`Row`] on its way.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::exchange) enum SentRow {
    Feature {
        row: u64,
        key: String,
        values: Vec<SentValue>,
        /// JSON text.
        source_record: String,
        geometry_wkb: Option<serde_bytes::ByteBuf>,
        notes: Vec<RowNote>,
    },
    Rejected(RowNote, String),
}

/// A [`Value`] on its way.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::exchange) enum SentValue {
    Null,
    Text(Box<str>),
    Integer(i64),
    Real(f64),
    Boolean(bool),
    Date(jiff::civil::Date),
}

impl Job {
    /// What must be read: the file, or all files beside a Shapefile's.
    pub(super) fn readable(&self) -> PathBuf {
        let is_shapefile = self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("shp"));
        let folder = self.path.parent().filter(|_| is_shapefile);
        let folder =
            folder.map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.into() });
        folder.unwrap_or_else(|| self.path.clone())
    }

    pub(in crate::exchange) fn new(path: PathBuf, scratch: PathBuf, options: &ReadOptions) -> Job {
        let ReadOptions { layer, preset, source_crs, degrees_implied, operation, encoding, source_layer, columns } =
            options;
        Job {
            path,
            scratch,
            layer: layer.id.clone(),
            preset: preset.map(|preset| preset.name.clone()),
            source_crs: *source_crs,
            degrees_implied: *degrees_implied,
            operation: operation.map(|operation| operation.epsg),
            encoding: encoding.clone(),
            source_layer: source_layer.clone(),
            columns: columns.clone(),
        }
    }

    pub(super) fn options(&self) -> Result<ReadOptions, ExchangeError> {
        let other = || ExchangeError::WorkerFailed {
            path: self.path.clone(),
            detail: "it was asked what it does not know".into(),
        };
        let layer = Catalogue::built_in().layer(&self.layer).map_err(|_| other())?;
        Ok(ReadOptions {
            layer,
            preset: self.preset.as_deref().map(|name| layer.preset(name).ok_or_else(other)).transpose()?,
            source_crs: self.source_crs,
            degrees_implied: self.degrees_implied,
            operation: self.operation.map(|epsg| DatumOperation::by_epsg(epsg).ok_or_else(other)).transpose()?,
            encoding: self.encoding.clone(),
            source_layer: self.source_layer.clone(),
            columns: self.columns.clone(),
        })
    }

    pub(in crate::exchange) fn encode(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("plain data")
    }

    pub(super) fn decode(bytes: &[u8]) -> io::Result<Job> {
        postcard::from_bytes(bytes).map_err(io::Error::other)
    }
}

impl Message {
    /// Its length in four bytes, the least significant first, and the message.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut frame = vec![0; 4];
        frame = postcard::to_extend(self, frame).expect("plain data");
        let length = u32::try_from(frame.len() - 4).expect("messages are bounded by their rows");
        frame[..4].copy_from_slice(&length.to_le_bytes());
        frame
    }
}

/// Messages as they come. What is not understood is an error: a worker that a file has taken over may send anything.
pub(in crate::exchange) struct Frames<R>(pub(in crate::exchange) R);

impl<R: AsyncRead + Unpin> Frames<R> {
    /// The next message; `None` when there are no more.
    pub(in crate::exchange) async fn next(&mut self) -> io::Result<Option<Message>> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => _ = read?,
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(io::Error::other("a message is too long"));
        }
        // Memory is taken as bytes come, whatever length was told.
        let mut bytes = vec![];
        (&mut self.0).take(length as u64).read_to_end(&mut bytes).await?;
        if bytes.len() < length {
            return Ok(None);
        }
        postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
    }
}

impl From<Row> for SentRow {
    fn from(row: Row) -> SentRow {
        match row {
            Row::Rejected(note, key) => SentRow::Rejected(note, key),
            Row::Feature(IncomingFeature { row, key, values, source_record, geometry_wkb }, notes) => {
                SentRow::Feature {
                    row,
                    key,
                    values: values.into_iter().map(SentValue::from).collect(),
                    source_record,
                    geometry_wkb: geometry_wkb.map(serde_bytes::ByteBuf::from),
                    notes,
                }
            }
        }
    }
}

impl From<SentRow> for Row {
    fn from(sent: SentRow) -> Row {
        match sent {
            SentRow::Rejected(note, key) => Row::Rejected(note, key),
            SentRow::Feature { row, key, values, source_record, geometry_wkb, notes } => Row::Feature(
                IncomingFeature {
                    row,
                    key,
                    values: values.into_iter().map(Value::from).collect(),
                    source_record,
                    geometry_wkb: geometry_wkb.map(serde_bytes::ByteBuf::into_vec),
                },
                notes,
            ),
        }
    }
}

impl From<Value> for SentValue {
    fn from(value: Value) -> SentValue {
        match value {
            Value::Null => SentValue::Null,
            Value::Text(text) => SentValue::Text(text),
            Value::Integer(number) => SentValue::Integer(number),
            Value::Real(number) => SentValue::Real(number),
            Value::Boolean(boolean) => SentValue::Boolean(boolean),
            Value::Date(date) => SentValue::Date(date),
        }
    }
}

impl From<SentValue> for Value {
    fn from(sent: SentValue) -> Value {
        match sent {
            SentValue::Null => Value::Null,
            SentValue::Text(text) => Value::Text(text),
            SentValue::Integer(number) => Value::Integer(number),
            SentValue::Real(number) => Value::Real(number),
            SentValue::Boolean(boolean) => Value::Boolean(boolean),
            SentValue::Date(date) => Value::Date(date),
        }
    }
}
