//! Who PostgreSQL runs as, and how its programs are spawned.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::lchown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::ClusterError;

/// The only variables PostgreSQL's programs inherit. Everything else stays behind: `PGHOST` and its
/// family would redirect them, and a server's secrets have no business in another process's environment.
const INHERITED: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA"];

/// Changes the user, and becomes the program (util-linux). Were that left to std, it would fork us: PROJ waits in the child
/// for a lock that one of our other threads held, and nobody there will ever release it.
const SETPRIV: &str = "/usr/bin/setpriv";

/// The system user Debian and Ubuntu create with the postgresql package.
const SYSTEM_USER: &str = "postgres";

/// The system user PostgreSQL runs as: ourselves, or `postgres` when we are root (which it refuses).
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    gid: u32,
    /// We are root and step down to this user.
    pub(super) steps_down: bool,
}

impl Account {
    pub(super) fn for_postgres() -> Result<Account, ClusterError> {
        if effective_uid()? != 0 {
            let name = id(&["-un"]).unwrap_or_else(|_| "this user".to_owned());
            return Ok(Account { name, uid: number(&["-u"])?, gid: number(&["-g"])?, steps_down: false });
        }
        let missing = |_| ClusterError::NoSystemUser { user: SYSTEM_USER };
        Ok(Account {
            name: SYSTEM_USER.to_owned(),
            uid: number(&["-u", SYSTEM_USER]).map_err(missing)?,
            gid: number(&["-g", SYSTEM_USER]).map_err(missing)?,
            steps_down: true,
        })
    }

    /// A program run as this user, in `/` (our own directory may be closed to it), with little environment.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self.steps_down {
            false => Command::new(program),
            true => {
                let mut command = Command::new(SETPRIV);
                let (user, group) = (self.uid.to_string(), self.gid.to_string());
                command.args(["--reuid", &user, "--regid", &group, "--clear-groups", "--"]).arg(program);
                command
            }
        };
        command.env_clear().envs(inherited()).env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Gives `path` to this user when that is not already us. Symbolic links are not followed.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        if !self.steps_down {
            return Ok(());
        }
        lchown(path, Some(self.uid), Some(self.gid)).map_err(ClusterError::io("give to PostgreSQL's user", path))
    }

    /// The outermost of `path` and its parents that this user may not pass through, if any. Asked of the
    /// kernel rather than worked out from mode bits, so access lists count too.
    pub(super) fn first_closed_parent(&self, path: &Path) -> Result<Option<PathBuf>, ClusterError> {
        if !self.steps_down {
            return Ok(None);
        }
        let mut parents: Vec<&Path> = path.ancestors().collect();
        parents.reverse();
        for parent in parents {
            let passable = self.command("test").arg("-x").arg(parent).status();
            if !passable.map_err(ClusterError::spawn("test"))?.success() {
                return Ok(Some(parent.to_owned()));
            }
        }
        Ok(None)
    }
}

/// The user this process acts as; 0 is root. std has no call for it.
pub(super) fn effective_uid() -> Result<u32, ClusterError> {
    number(&["-u"])
}

/// The name of a user, or its number when it has none.
pub(super) fn user_name(uid: u32) -> String {
    id(&["-un", &uid.to_string()]).unwrap_or_else(|_| format!("user {uid}"))
}

/// Runs `command` to its end and returns what it printed, or its complaint as an error.
pub(super) fn run(mut command: Command) -> Result<String, ClusterError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(ClusterError::spawn(&program))?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let message = if complaint.is_empty() { printed } else { complaint };
    Err(ClusterError::Failed { program, message: format!("{message} ({})", output.status) })
}

fn inherited() -> impl Iterator<Item = (&'static str, OsString)> {
    INHERITED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

fn id(arguments: &[&str]) -> Result<String, ClusterError> {
    let mut command = Command::new("id");
    command.args(arguments);
    run(command)
}

fn number(arguments: &[&str]) -> Result<u32, ClusterError> {
    let printed = id(arguments)?;
    printed.parse().map_err(|_| ClusterError::Failed {
        program: "id".to_owned(),
        message: format!("printed {printed:?} instead of a number"),
    })
}
