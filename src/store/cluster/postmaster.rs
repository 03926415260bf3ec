//! Reads `postmaster.pid`, the file by which a running PostgreSQL is found again.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::ClusterError;

/// Beyond Linux's highest process id (2^22), so it is never alive.
const NEVER_ALIVE: &str = "4194305";

/// A running PostgreSQL, as it described itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: u32,
    pub(super) port: u16,
    pub(super) socket_dir: PathBuf,
    /// Accepts connections; otherwise it is starting, recovering or stopping.
    pub(super) is_ready: bool,
}

impl Postmaster {
    /// The PostgreSQL that runs on `database`, if one does. A file left by a killed one is no proof: its
    /// process may be gone, a zombie, or after a reboot another program with the same number.
    pub(super) fn running_on(database: &Path) -> Result<Option<Postmaster>, ClusterError> {
        let Some(content) = read_if_there(&pid_file(database))? else { return Ok(None) };
        Ok(parse(&content).filter(|found| serves(found.pid, database)))
    }
}

/// Makes a left-over pid file recognisable to PostgreSQL as one when its number belongs to another process
/// now. Only the number changes: the rest lets PostgreSQL see whether children of a killed one still write.
/// Call it only when [`Postmaster::running_on`] found none.
pub(super) fn disown_pid_file(database: &Path, scratch: &Path, account: &Account) -> Result<(), ClusterError> {
    let path = pid_file(database);
    let Some(content) = read_if_there(&path)? else { return Ok(()) };
    let (pid, rest) = content.split_once('\n').unwrap_or((&content, ""));
    if !Path::new("/proc").join(pid.trim()).exists() {
        return Ok(());
    }
    tracing::warn!(pid = pid.trim(), "postmaster.pid names a process that is not PostgreSQL; treating it as left over");
    fs::write(scratch, format!("{NEVER_ALIVE}\n{rest}")).map_err(ClusterError::io("write", scratch))?;
    account.give(scratch)?;
    fs::rename(scratch, &path).map_err(ClusterError::io("replace", &path))
}

fn pid_file(database: &Path) -> PathBuf {
    database.join("postmaster.pid")
}

fn read_if_there(path: &Path) -> Result<Option<String>, ClusterError> {
    match fs::read_to_string(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ClusterError::io("read", path)(error)),
    }
}

/// Lines of the file (PostgreSQL's `miscadmin.h`): process id, data directory, start time, port, socket
/// directory, listen address, shared memory key, status. A start in progress has not written them all.
fn parse(content: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = content.lines().map(str::trim).collect();
    let pid = lines.first()?.parse().ok()?;
    Some(Postmaster {
        pid,
        port: lines.get(3).and_then(|line| line.parse().ok()).unwrap_or_default(),
        socket_dir: lines.get(4).map(PathBuf::from).unwrap_or_default(),
        is_ready: lines.get(7).is_some_and(|status| *status == "ready"),
    })
}

/// Whether the process was started with `-D database`. Any user may read this, unlike the process's
/// directory, which root in a container cannot always see. A zombie shows nothing.
fn serves(pid: u32, database: &Path) -> bool {
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command_line.split(|byte| *byte == 0).any(|argument| OsStr::from_bytes(argument) == database)
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str = "4711\n/srv/database\n1750000000\n5432\n/srv/run\n\n  2146 7\nready   \n";

    #[test]
    fn a_ready_file_tells_the_socket() {
        let found = parse(READY).expect("complete");
        assert_eq!((found.pid, found.port, found.is_ready), (4711, 5432, true));
        assert_eq!(found.socket_dir, Path::new("/srv/run"));
    }

    #[test]
    fn a_start_in_progress_is_not_ready() {
        assert!(!parse("4711\n/srv/database\n1750000000\n5432\n").expect("has a number").is_ready);
        assert!(!parse(&READY.replace("ready   ", "stopping")).expect("complete").is_ready);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_running_process_is_not_postgres_by_its_number() {
        assert!(!serves(std::process::id(), Path::new("/srv/database")));
    }
}
