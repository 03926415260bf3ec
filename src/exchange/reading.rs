use std::{ops::ControlFlow, path::Path};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

use crate::exchange::{ExchangeError, ReadOptions, ReadSummary, Row, SourceFile, SourceSummary};

/// Rows handed from the reading thread to the database at a time.
const BATCH: usize = 1_000;

/// A file being read on a thread of its own.
pub(super) struct Reading {
    /// What is known of the file before its rows, and its SHA-256 in hexadecimal.
    pub(super) opened: oneshot::Receiver<Result<(SourceSummary, String), ExchangeError>>,
    /// Its rows, some at a time.
    pub(super) rows: mpsc::Receiver<Vec<Row>>,
    /// How reading went, once there are no more rows.
    pub(super) finished: oneshot::Receiver<Result<ReadSummary, ExchangeError>>,
    /// Where the thread puts temporary files. They are removed with this, even while GDAL is at work.
    _scratch: TempDir,
}

impl Reading {
    /// Starts a thread that opens the file and reads it for as long as somebody takes the rows.
    ///
    /// # Errors
    /// [`ExchangeError::Unwritable`] when there is no room for temporary files.
    pub(super) fn start(path: &Path, options: &ReadOptions) -> Result<Reading, ExchangeError> {
        let scratch = tempfile::Builder::new().prefix("rimay-import-").tempdir();
        let scratch = scratch.map_err(|source| ExchangeError::Unwritable { path: std::env::temp_dir(), source })?;
        let folder = scratch.path().to_owned();
        let (tell_opened, opened) = oneshot::channel();
        let (send_rows, rows) = mpsc::channel(4);
        let (tell_finished, finished) = oneshot::channel();
        let (path, options) = (path.to_owned(), options.clone());
        tokio::task::spawn_blocking(move || {
            let opened = SourceFile::open(&path, options, &folder).and_then(|file| Ok((digest(&path)?, file)));
            let (sha256, file) = match opened {
                Ok(opened) => opened,
                Err(error) => return drop(tell_opened.send(Err(error))),
            };
            // When nobody listens any more, sending fails and the loop ends: nothing is left to do.
            if tell_opened.send(Ok((file.summary().clone(), sha256))).is_ok() {
                let _ = tell_finished.send(read_in_batches(file, &send_rows));
            }
        });
        Ok(Reading { opened, rows, finished, _scratch: scratch })
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
