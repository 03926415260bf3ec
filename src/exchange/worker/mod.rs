//! A process of its own that reads one file: whatever the file makes GDAL do, it is done where nothing else can be reached.
//!
//! The program starts itself again (`rimay read-file`), says on standard input which file to read and how, and gets what the
//! reading brings on standard output, message by message. Before it looks at the file, the worker gives up all it does not
//! need: it can read that file, the system's own files and its folder, write to its folder, open no connection
//! and start no program, within limits of memory, time and disk.

mod confine;
mod message;

use std::{
    io::{self, Read, Write},
    ops::ControlFlow,
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::exchange::{ExchangeError, Row, SourceFile};

pub(super) use message::{Frames, Job, Message};

/// Name of the command by which the program starts itself to read a file.
pub const COMMAND: &str = "read-file";
/// Rows handed over at a time.
const BATCH: usize = 500;

/// Reads the file that standard input names and tells on standard output what comes of it. Called on the only thread of a
/// program that has just been started.
///
/// # Errors
/// What the system says where it cannot be told. What is wrong with the file is told.
pub fn run() -> io::Result<()> {
    let mut request = vec![];
    io::stdin().read_to_end(&mut request)?;
    let job = Job::decode(&request)?;
    let mut out = io::stdout().lock();
    let outcome = confine::confine(&job)
        .map_err(|error| error.to_string())
        .and_then(|()| read(&job, &mut out).map_err(|error| error.to_string()));
    match outcome {
        Ok(()) => Ok(()),
        Err(reason) => tell(&mut out, &Message::Failed(reason)),
    }
}

fn read(job: &Job, out: &mut impl Write) -> Result<(), ExchangeError> {
    let options = job.options()?;
    let unwritable = |source| ExchangeError::Unwritable { path: "standard output".into(), source };
    let mut heard = Ok(());
    let file = SourceFile::open(&job.path, options, &job.scratch, |columns| {
        heard = tell(out, &Message::Columns(columns.to_vec()));
    })?;
    heard.map_err(unwritable)?;
    tell(out, &Message::Opened(Box::new(file.summary().clone()), digest(&job.path)?)).map_err(unwritable)?;
    let mut batch = Vec::with_capacity(BATCH);
    let mut failure = None;
    let summary = file.read(&mut |row| {
        batch.push(row);
        if batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        match tell_rows(out, &mut batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    match failure {
        // Nobody listens any more.
        Some(error) => Err(unwritable(error)),
        None => tell_rows(out, &mut batch).and_then(|()| tell(out, &Message::Finished(summary))).map_err(unwritable),
    }
}

fn tell_rows(out: &mut impl Write, batch: &mut Vec<Row>) -> io::Result<()> {
    tell(out, &Message::Rows(std::mem::take(batch).into_iter().map(Into::into).collect()))
}

fn tell(out: &mut impl Write, message: &Message) -> io::Result<()> {
    out.write_all(&message.encode())?;
    out.flush()
}

fn digest(path: &Path) -> Result<String, ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: path.to_owned(), source };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut HashWriter(&mut hasher)).map_err(unreadable)?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Lets [`std::io::copy`] feed a digest.
struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
