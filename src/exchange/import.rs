use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use crate::{
    exchange::{ExchangeError, ImportReport, ReadOptions, ReadSummary, Row, SourceFile, SourceSummary},
    model::{Layer, PERU, Preset, RowNote, Text},
    store::{ImportOrigin, Staging, Store, StoreError},
};

/// Rows handed from the reading thread to the database at a time.
const BATCH: usize = 1_000;

/// A file to take in, and how.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The file.
    pub path: PathBuf,
    /// How to read it, and into which layer.
    pub read: ReadOptions,
    /// Name of the source whose features the file replaces; else the preset's name or the file's.
    pub source: Option<String>,
    /// Licence that counts instead of the preset's.
    pub licence: Option<String>,
    /// Attribution that counts instead of the preset's.
    pub attribution: Option<String>,
    /// Take features far outside Peru too.
    pub allow_outside: bool,
    /// Do everything but keep nothing.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportProgress {
    /// So many rows of so many were read.
    Reading {
        /// Rows read.
        rows: u64,
        /// Rows in the file, as far as it says.
        total: u64,
    },
    /// Geometry and duplicates are examined.
    Examining,
    /// The layer is brought up to date.
    Merging,
}

/// Why a file was not taken in. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read as asked.
    #[error(transparent)]
    File(#[from] ExchangeError),
    /// It has rows, but none that can be taken.
    #[error("none of the {read} rows of {file} can be taken; the first: row {}: {}", first.row, first.note)]
    NothingAccepted {
        /// The file.
        file: String,
        /// Rows read.
        read: u64,
        /// The first refusal.
        first: RowNote,
    },
    /// It has no rows.
    #[error("{file} has no rows; nothing was changed")]
    Empty {
        /// The file.
        file: String,
    },
    /// Features lie where Peru is not.
    #[error(
        "{total} of {rows} features lie more than 2 degrees outside Peru (the first: row {}, {}, {}); probably axes are swapped or the reference system is another: say --source-crs EPSG:n, or --allow-outside if they are right",
        first.row, first.feature, first.note
    )]
    OutsidePeru {
        /// Features outside.
        total: i64,
        /// Features in the file.
        rows: i64,
        /// The first of them.
        first: RowNote,
    },
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be read to its end.
    #[error("reading {file} was interrupted")]
    Interrupted {
        /// The file.
        file: String,
    },
}

/// Takes a file in: reads it off the async threads, repairs and examines it in the database, and replaces the
/// features of its source, all in one transaction.
///
/// # Errors
/// [`ImportError`]; then the database is as it was.
pub async fn import(
    store: &Store,
    request: ImportRequest,
    mut progress: impl FnMut(ImportProgress),
) -> Result<ImportReport, ImportError> {
    let layer = request.read.layer;
    let file = file_name(&request.path);
    let mut reading = Reading::start(&request);
    let opened = reading.opened.take().expect("taken once").await;
    let (summary, sha256) = opened.map_err(|_| ImportError::Interrupted { file: file.clone() })??;
    let mut staging = store.begin_import(layer).await?;
    let mut report = ImportReport::new(layer, &file, &summary);
    copy_rows(&mut reading, &mut staging, &mut report, summary.row_count, &mut progress).await?;
    let finished = reading.finished.await.map_err(|_| ImportError::Interrupted { file: file.clone() })?;
    report.z_dropped = finished?.heights_dropped;

    staging.finish_copy().await?;
    progress(ImportProgress::Examining);
    examine(&mut staging, &mut report, request.allow_outside).await?;
    if report.accepted == 0 {
        return Err(match report.rejected.first().cloned() {
            Some(first) => ImportError::NothingAccepted { file, read: report.read, first },
            None => ImportError::Empty { file },
        });
    }
    progress(ImportProgress::Merging);
    let origin = origin(&request, layer, &summary, file, sha256);
    let (merge, import_id) = staging.merge(&origin).await?;
    report.source = origin.source;
    report.merge = merge;
    report.dry_run = request.dry_run;
    if !request.dry_run {
        let kept = serde_json::to_value(&report).expect("a report is plain JSON");
        staging.commit(import_id, &kept).await?;
    }
    Ok(report)
}

async fn copy_rows(
    reading: &mut Reading,
    staging: &mut Staging,
    report: &mut ImportReport,
    total: u64,
    progress: &mut impl FnMut(ImportProgress),
) -> Result<(), StoreError> {
    while let Some(rows) = reading.rows.recv().await {
        report.read += rows.len() as u64;
        let mut features = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Row::Feature(feature, notes) => {
                    features.push(feature);
                    report.notes.extend(notes);
                }
                Row::Rejected(note) => report.rejected.push(note),
            }
        }
        staging.copy(&features).await?;
        progress(ImportProgress::Reading { rows: report.read, total });
    }
    Ok(())
}

async fn examine(staging: &mut Staging, report: &mut ImportReport, allow_outside: bool) -> Result<(), ImportError> {
    report.rejected.extend(staging.reject_duplicates().await?);
    let (repairs, vanished, turned) = staging.repair_areas().await?;
    report.set_repairs(repairs);
    report.rejected.extend(vanished);
    report.rejected.sort_by_key(|note| note.row);
    report.rings_turned = turned;
    let measure = staging.measure().await?;
    if !allow_outside {
        let (notes, total) = staging.find_outside(PERU).await?;
        if let Some(first) = notes.into_iter().next() {
            return Err(ImportError::OutsidePeru { total, rows: measure.count, first });
        }
    }
    report.same_geometry = staging.find_twins().await?;
    report.accepted = measure.count.unsigned_abs();
    report.without_geometry = measure.without_geometry.unsigned_abs();
    report.bbox = measure.bbox;
    Ok(())
}

fn origin(
    request: &ImportRequest,
    layer: &'static Layer,
    summary: &SourceSummary,
    file: String,
    sha256: String,
) -> ImportOrigin {
    let preset: Option<&Preset> = summary.preset.as_ref().and_then(|preset| layer.preset(&preset.name));
    let plain = Text { es: format!("Archivo {file}"), en: format!("File {file}") };
    ImportOrigin {
        source: request
            .source
            .clone()
            .or(preset.map(|preset| preset.name.clone()))
            .unwrap_or_else(|| source_name(&file)),
        title: preset.map_or(plain, |preset| preset.source.clone()),
        licence: request.licence.clone().or(preset.map(|preset| preset.licence.clone())).unwrap_or("not stated".into()),
        attribution: request
            .attribution
            .clone()
            .or(preset.map(|preset| preset.attribution.clone()))
            .unwrap_or_else(|| file.clone()),
        demonstration: preset.is_some_and(|preset| preset.demonstration),
        synthetic: preset.is_some_and(|preset| preset.synthetic),
        file_name: file,
        file_sha256: sha256,
        crs_found: summary.crs_found.clone(),
        datum_operation: summary.operation.text.clone(),
    }
}

/// The file's name without folders and endings, in lower case letters, digits and underscores.
fn source_name(file: &str) -> String {
    let stem = file.split('.').next().unwrap_or(file);
    let name: String =
        crate::model::fold(stem).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "file".into() } else { name }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A file being read on a thread of its own.
struct Reading {
    opened: Option<oneshot::Receiver<Result<(SourceSummary, String), ExchangeError>>>,
    rows: mpsc::Receiver<Vec<Row>>,
    finished: oneshot::Receiver<Result<ReadSummary, ExchangeError>>,
}

impl Reading {
    fn start(request: &ImportRequest) -> Reading {
        let (tell_opened, opened) = oneshot::channel();
        let (send_rows, rows) = mpsc::channel(4);
        let (tell_finished, finished) = oneshot::channel();
        let (path, options) = (request.path.clone(), request.read.clone());
        tokio::task::spawn_blocking(move || {
            let opened = SourceFile::open(&path, options).and_then(|file| Ok((digest(&path)?, file)));
            let (sha256, file) = match opened {
                Ok(opened) => opened,
                Err(error) => return drop(tell_opened.send(Err(error))),
            };
            // When nobody listens any more, sending fails and the loop ends: nothing is left to do.
            if tell_opened.send(Ok((file.summary().clone(), sha256))).is_ok() {
                let _ = tell_finished.send(read_in_batches(file, &send_rows));
            }
        });
        Reading { opened: Some(opened), rows, finished }
    }
}

fn read_in_batches(file: SourceFile, send_rows: &mpsc::Sender<Vec<Row>>) -> Result<ReadSummary, ExchangeError> {
    let mut batch = Vec::with_capacity(BATCH);
    let summary = file.read(&mut |row| {
        batch.push(row);
        if batch.len() == BATCH && send_rows.blocking_send(std::mem::take(&mut batch)).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    let _ = send_rows.blocking_send(batch);
    Ok(summary)
}

fn digest(path: &Path) -> Result<String, ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: path.to_owned(), source };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut HashWriter(&mut hasher)).map_err(unreadable)?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Lets [`std::io::copy`] feed a digest.
struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_after_their_file() {
        assert_eq!(source_name("Catastro Cañaris 2024.geojson"), "catastro_canaris_2024");
        assert_eq!(source_name(".csv"), "file");
    }
}
