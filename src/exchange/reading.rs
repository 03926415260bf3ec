use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdout, Command},
};

use crate::exchange::{
    ExchangeError, ReadOptions, ReadSummary, Row, SourceSummary,
    worker::{COMMAND, Frames, Job, Message},
};

/// A file being read by a worker of its own. Dropped, it ends the worker.
pub(super) struct Reading {
    path: PathBuf,
    worker: Child,
    messages: Frames<ChildStdout>,
    /// As far as they are known.
    columns: Vec<String>,
    /// Where the worker puts temporary files. They are removed with this.
    _scratch: TempDir,
}

/// What the reading of a file brings.
pub(super) enum Read {
    /// Some of its rows.
    Rows(Vec<Row>),
    /// How it went; there are no more rows.
    Finished(ReadSummary),
}

impl Reading {
    /// Starts a worker that opens the file and reads it for as long as somebody takes the rows. Returns it with what is known
    /// of the file before its rows, and the file's SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// [`ExchangeError`] where the file cannot be read as asked.
    pub(super) async fn start(
        path: &Path,
        options: &ReadOptions,
    ) -> Result<(Reading, SourceSummary, String), ExchangeError> {
        let failed = |source: std::io::Error| worker_failed(path, &source);
        let scratch = tempfile::Builder::new().prefix("rimay-import-").tempdir();
        let scratch = scratch.map_err(|source| ExchangeError::Unwritable { path: std::env::temp_dir(), source })?;
        let program = std::env::current_exe().map_err(failed)?;
        let mut worker = Command::new(program)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let job = Job::new(path.to_owned(), scratch.path().to_owned(), options).encode();
        let mut stdin = worker.stdin.take().expect("piped");
        stdin.write_all(&job).await.map_err(failed)?;
        drop(stdin);
        let messages = Frames(worker.stdout.take().expect("piped"));
        let mut reading = Reading { path: path.to_owned(), worker, messages, columns: vec![], _scratch: scratch };
        if let Message::Columns(columns) = reading.message().await? {
            reading.columns = columns;
        }
        match reading.message().await? {
            Message::Opened(summary, sha256) => Ok((reading, *summary, sha256)),
            _ => Err(reading.out_of_turn()),
        }
    }

    /// What comes next.
    ///
    /// # Errors
    /// [`ExchangeError`] where the file cannot be read to its end.
    pub(super) async fn next(&mut self) -> Result<Read, ExchangeError> {
        match self.message().await? {
            Message::Rows(rows) => Ok(Read::Rows(rows.into_iter().map(Row::from).collect())),
            Message::Finished(summary) => Ok(Read::Finished(summary)),
            Message::Columns(_) | Message::Opened(..) | Message::Failed(_) => Err(self.out_of_turn()),
        }
    }

    async fn message(&mut self) -> Result<Message, ExchangeError> {
        match self.messages.next().await {
            Ok(Some(Message::Failed(reason))) => Err(ExchangeError::Told { reason, columns: self.columns.clone() }),
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(self.why_ended().await),
            Err(error) => Err(worker_failed(&self.path, &error)),
        }
    }

    /// Why the worker fell silent.
    async fn why_ended(&mut self) -> ExchangeError {
        let path = self.path.clone();
        match self.worker.wait().await {
            Ok(status) => ExchangeError::WorkerFailed {
                path,
                detail: format!(
                    "it ended early ({status}): the file takes more memory or time than any file may, or is made to do harm"
                ),
            },
            Err(error) => worker_failed(&path, &error),
        }
    }

    fn out_of_turn(&self) -> ExchangeError {
        ExchangeError::WorkerFailed { path: self.path.clone(), detail: "it spoke out of turn".into() }
    }
}

fn worker_failed(path: &Path, error: &std::io::Error) -> ExchangeError {
    ExchangeError::WorkerFailed { path: path.to_owned(), detail: error.to_string() }
}
