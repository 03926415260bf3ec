//! Where things lie in the data directory, and who may touch them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::account::{Account, effective_uid, user_name};
use super::binaries::major_version;
use super::error::ClusterError;

/// `sun_path` holds 108 bytes, one of them the closing zero.
const MAX_SOCKET_PATH_BYTES: usize = 107;

/// The paths of one cluster. Only `database` and the socket directory belong to PostgreSQL's user. The files
/// we write as root lie outside of them, so that a hijacked PostgreSQL cannot point us elsewhere by a link.
#[derive(Debug)]
pub(super) struct Layout {
    /// Absolute and free of symbolic links, so that every process names the same cluster alike.
    data_dir: PathBuf,
}

impl Layout {
    /// Creates `data_dir` if need be and checks that we can write it and PostgreSQL's user can enter it.
    pub(super) fn prepare(data_dir: &Path, account: &Account) -> Result<Layout, ClusterError> {
        require_plain(data_dir)?;
        let absolute = std::path::absolute(data_dir).map_err(ClusterError::io("find", data_dir))?;
        if let Some(existing) = absolute.ancestors().find(|parent| parent.exists()) {
            let_postgres_enter(existing, account)?; // before anything is made where it would be of no use
        }
        create(&absolute, account)?;
        let data_dir = absolute.canonicalize().map_err(ClusterError::io("find", data_dir))?;
        let_postgres_enter(&data_dir, account)?;
        Ok(Layout { data_dir })
    }

    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(super) fn database(&self) -> PathBuf {
        self.data_dir.join("database")
    }

    /// Where a first start works until all is done.
    pub(super) fn unfinished_database(&self) -> PathBuf {
        self.data_dir.join("database.new")
    }

    pub(super) fn settings(&self) -> PathBuf {
        self.data_dir.join("postgresql.conf")
    }

    /// Read after ours, never written by us.
    pub(super) fn local_settings(&self) -> PathBuf {
        self.data_dir.join("postgresql.local.conf")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.data_dir.join("postgresql.log")
    }

    /// Held by whoever starts or stops the cluster, for as long as that takes.
    pub(super) fn open_start_lock(&self) -> Result<File, ClusterError> {
        self.open_lock("start.lock")
    }

    /// Held, shared, by everyone who uses the cluster.
    pub(super) fn open_users_lock(&self) -> Result<File, ClusterError> {
        self.open_lock("users.lock")
    }

    /// The major version that made the database, or `None` before the first start. Checks its owner too.
    pub(super) fn database_version(&self, account: &Account) -> Result<Option<u32>, ClusterError> {
        let database = self.database();
        let found = match fs::metadata(&database) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ClusterError::io("read", &database)(error)),
        };
        if found.uid() != account.uid {
            let (owner, user) = (user_name(found.uid()), account.name.clone());
            return Err(ClusterError::OtherOwner { path: database, owner, user });
        }
        let path = database.join("PG_VERSION");
        let content = fs::read_to_string(&path).map_err(ClusterError::io("read", &path))?;
        let version = major_version(&content).ok_or(ClusterError::UnknownVersion { path, content })?;
        Ok(Some(version))
    }

    /// The directory for the socket, made private to PostgreSQL's user.
    pub(super) fn make_socket_dir(&self, account: &Account, port: u16) -> Result<PathBuf, ClusterError> {
        let path = choose_socket_dir(&self.data_dir, port, account.uid);
        make_private_dir(&path, account)?;
        let found = fs::symlink_metadata(&path).map_err(ClusterError::io("read", &path))?;
        if found.is_dir() && found.uid() == account.uid && found.mode().trailing_zeros() >= 6 {
            return Ok(path);
        }
        Err(ClusterError::UnsafeSocketDirectory { path, user: account.name.clone() })
    }

    fn open_lock(&self, name: &str) -> Result<File, ClusterError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        options.open(self.data_dir.join(name)).map_err(|source| not_writable(&self.data_dir, source))
    }
}

/// pg_ctl passes the path to a shell in double quotes, and connection strings are UTF-8.
fn require_plain(data_dir: &Path) -> Result<(), ClusterError> {
    let odd = |c: char| c.is_control() || matches!(c, '"' | '$' | '`' | '\\');
    match data_dir.to_str() {
        Some(path) if !path.contains(odd) => Ok(()),
        _ => Err(ClusterError::UnusablePath { path: data_dir.to_owned() }),
    }
}

fn create(data_dir: &Path, account: &Account) -> Result<(), ClusterError> {
    let mode = if account.steps_down { 0o711 } else { 0o700 };
    DirBuilder::new().recursive(true).mode(mode).create(data_dir).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            ClusterError::NotADirectory { path: data_dir.to_owned() }
        }
        _ => not_writable(data_dir, source),
    })
}

fn let_postgres_enter(path: &Path, account: &Account) -> Result<(), ClusterError> {
    let Some(directory) = account.first_closed_parent(path)? else { return Ok(()) };
    if directory != path || !is_ours(path)? {
        return Err(ClusterError::ClosedParent { user: account.name.clone(), directory });
    }
    // A private directory made for us, as by `mktemp -d`: let others pass through, not look around.
    fs::set_permissions(path, Permissions::from_mode(0o711)).map_err(ClusterError::io("open the way into", path))
}

/// Empty or used by us before: opening somebody's home because it was named by mistake would be rude.
fn is_ours(directory: &Path) -> Result<bool, ClusterError> {
    let mut entries = fs::read_dir(directory).map_err(ClusterError::io("read", directory))?;
    Ok(entries.next().is_none() || directory.join("start.lock").exists())
}

/// Makes a directory only PostgreSQL's user can enter, unless something is already there.
pub(super) fn make_private_dir(path: &Path, account: &Account) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => account.give(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(ClusterError::io("create", path)(error)),
    }
}

/// `data_dir/run`, or a short directory in `/tmp` when the socket would not fit there or the path has a
/// comma, which libpq takes for the end of a host. Not in `$XDG_RUNTIME_DIR`: that is emptied when the user
/// logs out, under a server that goes on. In `/tmp` cleaners spare live sockets.
fn choose_socket_dir(data_dir: &Path, port: u16, uid: u32) -> PathBuf {
    let inside = data_dir.join("run");
    let bytes = inside.as_os_str().as_encoded_bytes();
    if bytes.len() + format!("/.s.PGSQL.{port}").len() <= MAX_SOCKET_PATH_BYTES && !bytes.contains(&b',') {
        return inside;
    }
    let hash = fnv1a(data_dir.as_os_str().as_encoded_bytes());
    PathBuf::from(format!("/tmp/rimay-{uid}-{hash:016x}"))
}

/// FNV-1a, 64 bits. std's hasher may change between versions of Rust, and a name must not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn not_writable(data_dir: &Path, source: std::io::Error) -> ClusterError {
    let user = effective_uid().map_or_else(|_| "this user".to_owned(), user_name);
    ClusterError::NotWritable { path: data_dir.to_owned(), user, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_lies_in_the_data_directory_up_to_the_last_byte() {
        // "/" + n + "/run" + "/.s.PGSQL.5432" is 1 + n + 4 + 14 bytes: 88 letters make 107.
        let fits = PathBuf::from(format!("/{}", "d".repeat(88)));
        let too_long = PathBuf::from(format!("/{}", "d".repeat(89)));
        assert_eq!(choose_socket_dir(&fits, 5432, 1000), fits.join("run"));
        assert!(choose_socket_dir(&too_long, 5432, 1000).starts_with("/tmp"));
    }

    #[test]
    fn a_comma_cannot_be_written_in_a_connection_string() {
        let home = PathBuf::from("/home/josé pérez/it's rimay");
        assert_eq!(choose_socket_dir(&home, 5432, 1000), home.join("run"));
        assert!(choose_socket_dir(Path::new("/srv/a,b"), 5432, 1000).starts_with("/tmp"));
    }

    #[test]
    fn what_a_shell_would_change_is_refused() {
        assert!(require_plain(Path::new("/home/josé pérez/it's, rimay")).is_ok());
        for odd in ["/srv/$HOME", "/srv/a\"b", "/srv/`id`", "/srv/a\\b", "/srv/a\nb"] {
            assert!(require_plain(Path::new(odd)).is_err(), "{odd}");
        }
    }

    #[test]
    fn short_names_differ_by_user_and_directory() {
        let long = |letter: &str| PathBuf::from(format!("/{}", letter.repeat(120)));
        let names = [("a", 1), ("b", 1), ("a", 2)].map(|(letter, uid)| choose_socket_dir(&long(letter), 5432, uid));
        assert!(names[0] != names[1] && names[0] != names[2]);
    }

    #[test]
    fn hash_is_the_published_one() {
        // Test vector of the FNV reference code.
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
