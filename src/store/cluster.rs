//! The managed database: our own PostgreSQL + PostGIS, for those who have not set one up.
//!
//! [`ManagedCluster::open`] finds the system's PostgreSQL programs, makes a cluster in the data directory on
//! first use, starts it unless it already runs, and hands out its address. Several rimay processes may use
//! one cluster; the last to [close](ManagedCluster::close) stops it. After a `kill -9` it keeps running,
//! and the next one finds it. It listens on a Unix socket only and never runs as root.
//!
//! Everything here blocks; async callers wrap it in `spawn_blocking`.

mod account;
mod binaries;
mod error;
mod layout;
mod postmaster;
mod server;
mod settings;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use account::Account;
use layout::Layout;
use postmaster::Postmaster;
use server::Server;

pub use error::ClusterError;

/// Superuser of the cluster. Not a system user: whoever can reach the socket may use the name.
const USER: &str = "rimay";
const DATABASE: &str = "rimay";

/// Only part of the socket's name, since nothing listens on TCP.
const PORT: u16 = 5432;

/// A running cluster that stays up at least until [`close`](Self::close). Dropping it without closing
/// leaves PostgreSQL running, to be found by the next [`open`](Self::open).
#[derive(Debug)]
pub struct ManagedCluster {
    server: Server,
    socket_dir: PathBuf,
    port: u16,
    /// Shared lock that tells others that somebody uses the cluster.
    users: File,
}

/// What [`ManagedCluster::close`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// PostgreSQL is stopped and its files are consistent.
    Stopped,
    /// Another process still uses the cluster, and will stop it.
    LeftRunning,
}

impl ManagedCluster {
    /// Opens the cluster in `data_dir`, which is created if need be: made on first use (a few seconds),
    /// started unless it runs, with an empty database `rimay` if there is none. Waits while another
    /// process starts or stops it.
    ///
    /// # Errors
    /// [`ClusterError`] with a sentence that says what to do; nothing half-made is left behind.
    pub fn open(data_dir: &Path) -> Result<ManagedCluster, ClusterError> {
        let account = Account::for_postgres()?;
        let layout = Layout::prepare(data_dir, &account)?;
        let starting = lock_start(&layout)?;
        let server = Server::find(layout, account)?;
        server.initialise_once()?;
        let postmaster = server.ensure_running()?;
        server.create_database_once(&postmaster, USER, DATABASE)?;
        let users = server.layout.open_users_lock()?;
        users.lock_shared().map_err(ClusterError::io("lock", data_dir))?;
        drop(starting); // only now, so that nobody could stop it in between
        let Postmaster { socket_dir, port, .. } = postmaster;
        Ok(ManagedCluster { server, socket_dir, port, users })
    }

    /// Starts PostgreSQL again if it was killed while we used it. Its address stays the same.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn ensure_running(&self) -> Result<(), ClusterError> {
        let _starting = lock_start(&self.server.layout)?;
        self.server.ensure_running().map(drop)
    }

    /// Stops PostgreSQL when no other process uses the cluster, ending its connections and undoing their
    /// unfinished transactions. Otherwise leaves it to them.
    ///
    /// # Errors
    /// When PostgreSQL cannot be asked to stop, or has not stopped within a minute.
    pub fn close(self) -> Result<Closing, ClusterError> {
        let layout = &self.server.layout;
        let _starting = lock_start(layout)?;
        self.users.unlock().map_err(ClusterError::io("unlock", &layout.database()))?;
        match self.users.try_lock() {
            Ok(()) => self.server.stop().map(|()| Closing::Stopped),
            Err(TryLockError::WouldBlock) => Ok(Closing::LeftRunning),
            Err(TryLockError::Error(source)) => Err(ClusterError::io("lock", &layout.database())(source)),
        }
    }

    /// Absolute directory of the Unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Superuser to connect as; no password is asked.
    pub fn user(&self) -> &str {
        USER
    }

    /// The database that [`open`](Self::open) made.
    pub fn database(&self) -> &str {
        DATABASE
    }

    /// Number in the socket's name.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connection string of `database` (a plain name) for sqlx, psql, QGIS and everything else on libpq. It
    /// names all that `PGHOST` and its family could otherwise set, except `PGOPTIONS`.
    pub fn url(&self, database: &str) -> String {
        // The user is a parameter because `user@` before an empty host is not a valid URL.
        let host = percent_encode(self.socket_dir.as_os_str().as_encoded_bytes());
        format!("postgres:///{database}?host={host}&port={}&user={USER}&sslmode=disable", self.port)
    }
}

/// Where the cluster lives unless told otherwise: `/var/lib/rimay` for root, else `rimay` in the user's
/// data directory (`$XDG_DATA_HOME` or `~/.local/share`).
pub fn default_data_dir() -> PathBuf {
    if account::effective_uid().is_ok_and(|uid| uid == 0) {
        return PathBuf::from("/var/lib/rimay");
    }
    // The XDG base directory specification says to ignore relative paths.
    let configured = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().unwrap_or_else(|| PathBuf::from("."));
    configured.unwrap_or_else(|| home().join(".local/share")).join("rimay")
}

fn lock_start(layout: &Layout) -> Result<File, ClusterError> {
    let file = layout.open_start_lock()?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        tracing::info!("waiting for another process that starts or stops the database");
    }
    file.lock().map_err(ClusterError::io("lock", &layout.database()))?;
    Ok(file)
}

/// Everything but letters and digits, as RFC 3986 allows and both sqlx and libpq read.
fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |encoded, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => encoded + &char::from(*byte).to_string(),
        other => encoded + &format!("%{other:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_directory_is_percent_encoded() {
        assert_eq!(percent_encode("/home/josé/run".as_bytes()), "%2Fhome%2Fjos%C3%A9%2Frun");
    }
}
