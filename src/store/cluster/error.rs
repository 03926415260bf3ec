//! What can go wrong with the managed cluster. Each message says what, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the managed cluster could not be opened or closed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages document variants and fields")]
pub enum ClusterError {
    #[error(
        "PostgreSQL is not installed: none of {searched} holds initdb, pg_ctl, postgres and psql together; \
         install the packages postgresql and postgis or run `make setup`, or set RIMAY_PG_BIN to its bin directory"
    )]
    NoPostgres { searched: String },
    #[error(
        "PostGIS for PostgreSQL {version} is not installed ({} is missing); install the package \
         postgresql-{version}-postgis-3 or run `make setup`", control_file.display()
    )]
    NoPostgis { version: u32, control_file: PathBuf },
    #[error(
        "the database in {} was made by PostgreSQL {data_version}, but only {installed} is installed; install the \
         package postgresql-{data_version}-postgis-3, or move the directory away to start with an empty database",
        database.display()
    )]
    OtherVersion { database: PathBuf, data_version: u32, installed: String },
    #[error("{} does not say which PostgreSQL made it ({content:?}); restore it from a backup", path.display())]
    UnknownVersion { path: PathBuf, content: String },
    #[error(
        "PostgreSQL refuses to run as root and the system user {user} it would run as does not exist; \
         create it with `useradd --system {user}` or run rimay as an ordinary user"
    )]
    NoSystemUser { user: &'static str },
    #[error(
        "started by root, PostgreSQL runs as the user {user}, who may not enter {}; choose a data directory \
         outside of it (such as /var/lib/rimay) or run rimay as an ordinary user", directory.display()
    )]
    ClosedParent { user: String, directory: PathBuf },
    #[error("the data directory {} is not a directory; choose another one", path.display())]
    NotADirectory { path: PathBuf },
    #[error(
        "the data directory {path:?} has a character in its path that PostgreSQL's pg_ctl cannot cope with \
         (one of \" $ ` \\, a control character, or not UTF-8); choose another one"
    )]
    UnusablePath { path: PathBuf },
    #[error(
        "the data directory {} cannot be created or written by {user} ({source}); \
         give it to that user with `chown` or choose another one", path.display()
    )]
    NotWritable { path: PathBuf, user: String, source: io::Error },
    #[error(
        "{} belongs to {owner}, but PostgreSQL would run as {user}; start rimay as the user who created it, \
         or choose another data directory", path.display()
    )]
    OtherOwner { path: PathBuf, owner: String, user: String },
    #[error(
        "the socket directory {} is not a private directory of {user}; remove it, or choose a data directory \
         with a shorter path so that the socket fits inside", path.display()
    )]
    UnsafeSocketDirectory { path: PathBuf, user: String },
    #[error("PostgreSQL did not start; the last lines of its log {} are:\n{tail}", log.display())]
    NotStarted { log: PathBuf, tail: String },
    #[error(
        "PostgreSQL in {} is neither ready nor gone after {waited_s} s (it may be recovering after a crash); \
         read {} and try again", database.display(), log.display()
    )]
    NotReady { database: PathBuf, log: PathBuf, waited_s: u64 },
    #[error("could not run {program} ({source}); is it installed and executable?")]
    Spawn { program: String, source: io::Error },
    #[error("{program} failed: {message}")]
    Failed { program: String, message: String },
    #[error("could not {action} {} ({source})", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl ClusterError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ClusterError {
        move |source| ClusterError::Io { action, path: path.to_owned(), source }
    }

    pub(super) fn spawn(program: &str) -> impl FnOnce(io::Error) -> ClusterError {
        move |source| ClusterError::Spawn { program: program.to_owned(), source }
    }
}
