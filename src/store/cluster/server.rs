//! Makes, starts and stops one PostgreSQL. Callers hold the start lock.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::PORT;
use super::account::{Account, run};
use super::binaries::Binaries;
use super::error::ClusterError;
use super::layout::{Layout, make_private_dir};
use super::postmaster::{Postmaster, disown_pid_file};
use super::settings;

/// Recovery after a crash replays at most `max_wal_size` of log; ten minutes is generous on a slow disk.
const START_TIMEOUT_S: u64 = 600;
const STOP_TIMEOUT_S: u64 = 60;
const POLL: Duration = Duration::from_millis(100);

/// Children of a killed PostgreSQL may need a moment to notice; until they are gone a start is refused.
const START_ATTEMPTS: u32 = 10;
const PAUSE_BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// A log of more bytes than this is put aside at the next start, replacing the one put aside before.
const MAX_LOG_BYTES: u64 = 16 << 20;
const LOG_TAIL_LINES: usize = 6;

/// One cluster and the programs to run it with.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) layout: Layout,
    account: Account,
    binaries: Binaries,
}

impl Server {
    pub(super) fn find(layout: Layout, account: Account) -> Result<Server, ClusterError> {
        let wanted = layout.database_version(&account)?;
        let binaries = Binaries::find(wanted, &layout.database())?;
        Ok(Server { layout, account, binaries })
    }

    /// Makes the cluster unless it exists. A first start that was killed leaves only `database.new`, which
    /// the next one begins anew.
    pub(super) fn initialise_once(&self) -> Result<(), ClusterError> {
        let (unfinished, database) = (self.layout.unfinished_database(), self.layout.database());
        if database.exists() {
            return Ok(());
        }
        tracing::info!(database = %database.display(), version = self.binaries.version, "making the database");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(ClusterError::io("remove", &unfinished))?;
        }
        make_private_dir(&unfinished, &self.account)?;
        run(self.initdb(&unfinished))?;
        fs::rename(&unfinished, &database).map_err(ClusterError::io("put in place", &database))?;
        sync_parent(&database)
    }

    /// Returns once PostgreSQL accepts connections, having started it if need be.
    pub(super) fn ensure_running(&self) -> Result<Postmaster, ClusterError> {
        let database = self.layout.database();
        let deadline = Instant::now() + Duration::from_secs(START_TIMEOUT_S);
        let mut failures = 0;
        while Instant::now() < deadline {
            match Postmaster::running_on(&database)? {
                Some(postmaster) if postmaster.is_ready => return Ok(postmaster),
                Some(_) => sleep(POLL), // starting, recovering, or still stopping
                None => match self.start() {
                    Err(error) if failures + 1 == START_ATTEMPTS || !is_still_held(&error) => return Err(error),
                    Err(_) => {
                        failures += 1;
                        sleep(PAUSE_BETWEEN_ATTEMPTS);
                    }
                    Ok(()) => {}
                },
            }
        }
        Err(ClusterError::NotReady { database, log: self.layout.log(), waited_s: START_TIMEOUT_S })
    }

    /// Creates `database`, empty, unless it exists.
    pub(super) fn create_database_once(&self, on: &Postmaster, user: &str, database: &str) -> Result<(), ClusterError> {
        let psql = |sql: String| {
            let mut command = self.command("psql");
            command.args(["-XAtqw", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", "postgres", "-c", &sql]);
            command.arg("-h").arg(&on.socket_dir).arg("-p").arg(on.port.to_string());
            run(command)
        };
        let exists = psql(format!("select 1 from pg_database where datname = '{database}'"))?;
        if exists.is_empty() { psql(format!("create database {database}")).map(drop) } else { Ok(()) }
    }

    /// Stops PostgreSQL if it runs. `fast` ends open connections instead of waiting for them.
    pub(super) fn stop(&self) -> Result<(), ClusterError> {
        if Postmaster::running_on(&self.layout.database())?.is_none() {
            return Ok(());
        }
        let mut command = self.pg_ctl("stop", STOP_TIMEOUT_S);
        command.args(["-m", "fast"]);
        run(command).map(drop)
    }

    fn start(&self) -> Result<(), ClusterError> {
        let (database, log) = (self.layout.database(), self.layout.log());
        let socket_dir = self.layout.make_socket_dir(&self.account, PORT)?;
        disown_pid_file(&database, &self.layout.data_dir().join("postmaster.pid.new"), &self.account)?;
        // Left by a killed PostgreSQL, and holding a process number that may be somebody else's by now.
        let _ = fs::remove_file(socket_dir.join(format!(".s.PGSQL.{PORT}.lock")));
        settings::write(&self.layout, &socket_dir, PORT)?;
        let log_start_bytes = prepare_log(&log, &self.account)?;
        tracing::info!(database = %database.display(), version = self.binaries.version, "starting PostgreSQL");
        let mut command = self.pg_ctl("start", START_TIMEOUT_S);
        // pg_ctl gives the server a session of its own, so Ctrl-C in our terminal does not reach it.
        command.arg("-l").arg(&log).arg("-o").arg(settings::as_option(&self.layout.settings()));
        run(command).map(drop).map_err(|error| match error {
            ClusterError::Failed { message, .. } => {
                let tail = Some(tail(&log, log_start_bytes)).filter(|lines| !lines.is_empty()).unwrap_or(message);
                ClusterError::NotStarted { log, tail }
            }
            other => other,
        })
    }

    fn initdb(&self, directory: &Path) -> Command {
        let mut command = self.command("initdb");
        command.arg("-D").arg(directory).args(["-U", super::USER]);
        // C.UTF-8 sorts by code point, the same on every system, so a system upgrade breaks no index.
        command.args(["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]);
        // Whoever reaches the socket is trusted: it lies in a directory closed to all others, has mode 0700
        // itself, and there is no TCP. A password would have to be stored beside it and protect nothing.
        command.args(["--auth-local=trust", "--auth-host=reject"]);
        command
    }

    fn pg_ctl(&self, action: &str, timeout_s: u64) -> Command {
        let mut command = self.command("pg_ctl");
        command.args([action, "-s", "-w", "-t", &timeout_s.to_string(), "-D"]).arg(self.layout.database());
        command
    }

    fn command(&self, program: &str) -> Command {
        self.account.command(self.binaries.program(program))
    }
}

/// Whether a start was refused because something of a killed server still lives.
fn is_still_held(error: &ClusterError) -> bool {
    matches!(error, ClusterError::NotStarted { tail, .. } if tail.contains("still in use"))
}

/// Makes sure PostgreSQL's user can write the log, and returns its length in bytes.
fn prepare_log(log: &Path, account: &Account) -> Result<u64, ClusterError> {
    if fs::metadata(log).is_ok_and(|found| found.len() > MAX_LOG_BYTES) {
        fs::rename(log, log.with_extension("log.old")).map_err(ClusterError::io("put aside", log))?;
    }
    let mut options = File::options();
    let file = options.append(true).create(true).mode(0o600).open(log).map_err(ClusterError::io("open", log))?;
    account.give(log)?;
    file.metadata().map(|found| found.len()).map_err(ClusterError::io("read", log))
}

fn tail(log: &Path, from_byte: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let new = bytes.get(usize::try_from(from_byte).unwrap_or(usize::MAX)..).unwrap_or_default();
    let text = String::from_utf8_lossy(new);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
}

/// Makes a rename in this directory survive a power cut.
fn sync_parent(path: &Path) -> Result<(), ClusterError> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent).and_then(|directory| directory.sync_all()).map_err(ClusterError::io("save", parent))
}
