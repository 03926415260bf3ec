//! Finds PostgreSQL's programs, of the version that made the data, with PostGIS beside them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::account::run;
use super::error::ClusterError;

const PROGRAMS: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];

/// Where Debian and Ubuntu keep one folder of programs per major version.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// One installed PostgreSQL.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    directory: PathBuf,
    /// Major version.
    pub(super) version: u32,
}

impl Binaries {
    /// The programs of version `wanted`, or for a new database the newest that have PostGIS.
    pub(super) fn find(wanted: Option<u32>, database: &Path) -> Result<Binaries, ClusterError> {
        let directories = candidates();
        let installed: Vec<Binaries> = directories.iter().filter_map(|directory| Binaries::at(directory)).collect();
        let Some(first) = installed.first() else {
            return Err(ClusterError::NoPostgres { searched: listed(directories.iter().map(|path| path.display())) });
        };
        let chosen = match wanted {
            None => installed.iter().find(|found| found.postgis_control().is_file()).unwrap_or(first),
            Some(wanted) => {
                installed.iter().find(|found| found.version == wanted).ok_or_else(|| ClusterError::OtherVersion {
                    database: database.to_owned(),
                    data_version: wanted,
                    installed: listed(installed.iter().map(|found| found.version)),
                })?
            }
        };
        let control_file = chosen.postgis_control();
        if !control_file.is_file() {
            return Err(ClusterError::NoPostgis { version: chosen.version, control_file });
        }
        Ok(chosen.clone())
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn at(directory: &Path) -> Option<Binaries> {
        let complete = PROGRAMS.iter().all(|program| directory.join(program).is_file());
        let printed = complete.then(|| ask(&directory.join("postgres"), "--version"))??;
        Some(Binaries { directory: directory.to_owned(), version: major_version(&printed)? })
    }

    /// The file PostgreSQL reads for `create extension postgis`.
    fn postgis_control(&self) -> PathBuf {
        let share = ask(&self.program("pg_config"), "--sharedir")
            .map_or_else(|| PathBuf::from(format!("/usr/share/postgresql/{}", self.version)), PathBuf::from);
        share.join("extension/postgis.control")
    }
}

/// The major version in `postgres (PostgreSQL) 15.13 (Debian …)`, or in a data directory's `15`.
/// Before version 10 the major version had two parts; PostGIS 3 no longer runs there.
pub(super) fn major_version(printed: &str) -> Option<u32> {
    let number = printed.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = number.find(|c: char| !c.is_ascii_digit()).map_or(number, |end| &number[..end]);
    digits.parse().ok()
}

/// Directories that may hold the programs, best first: `RIMAY_PG_BIN` alone when set, else Debian's
/// versions from the newest, then `pg_config`'s, then those on the `PATH`.
fn candidates() -> Vec<PathBuf> {
    if let Some(chosen) = env::var_os("RIMAY_PG_BIN").filter(|value| !value.is_empty()) {
        return vec![PathBuf::from(chosen)];
    }
    let mut directories = debian_directories(Path::new(DEBIAN_VERSIONS));
    directories.extend(ask(Path::new("pg_config"), "--bindir").map(PathBuf::from));
    directories.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut seen = BTreeSet::new();
    directories.retain(|directory| directory.is_absolute() && seen.insert(directory.clone()));
    directories
}

fn debian_directories(versions: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(versions)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, directory)| directory).collect()
}

fn ask(program: &Path, question: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.arg(question);
    run(command).ok().filter(|answer| !answer.is_empty())
}

fn listed<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_is_the_first_number() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("16\n"), Some(16));
        assert_eq!(major_version("no number"), None);
    }

    #[test]
    fn newest_debian_version_comes_first() {
        let root = env::temp_dir().join(format!("rimay-versions-{}", std::process::id()));
        for name in ["9.6", "14", "9", "16", "common"] {
            fs::create_dir_all(root.join(name)).expect("a temporary directory is writable");
        }
        let names: Vec<PathBuf> = ["16", "14", "9"].map(|name| root.join(name).join("bin")).into();
        assert_eq!(debian_directories(&root), names);
        fs::remove_dir_all(&root).expect("we made it");
    }
}
