use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::process::ExitStatusExt,
    process::{ExitCode, ExitStatus},
};

use anyhow::anyhow;
use clap::Subcommand;

use crate::{
    cli::stop::StopSignals,
    config::Settings,
    store::{Closing, ClusterError, ManagedCluster},
};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Run a command with DATABASE_URL pointing at the database, starting the managed one for as long as it takes
    Exec {
        /// The command and its arguments, such as: sh -c 'psql "$DATABASE_URL"'
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<ExitCode> {
    let Action::Exec { command } = action;
    let mut stop = StopSignals::listen()?;
    let database = Database::open(settings).await?;
    let status = run_with(&database, &command, &mut stop).await;
    database.close().await?;
    Ok(exit_code(status?))
}

/// The command's own exit code; as shells do, 128 and the number of the signal that ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

async fn run_with(database: &Database, command: &[OsString], stop: &mut StopSignals) -> anyhow::Result<ExitStatus> {
    let mut child = tokio::process::Command::new(&command[0]);
    child.args(&command[1..]).env("DATABASE_URL", database.url());
    if let Some(cluster) = &database.cluster {
        env::vars_os().filter(|(name, _)| is_for_libpq(name)).for_each(|(name, _)| _ = child.env_remove(name));
        child.envs(libpq_environment(cluster));
    }
    let mut child = child.spawn().map_err(|error| anyhow!("cannot run {}: {error}", command[0].display()))?;
    // The terminal tells the command of Ctrl-C too, the other signals are ours to hand on; in any case we wait for it
    // to end and then close the database.
    loop {
        match stop.unless(child.wait()).await {
            Ok(status) => return Ok(status?),
            Err(stopped) if stopped.name != "SIGINT" => {
                let Some(id) = child.id() else { continue };
                let signal = stopped.name.trim_start_matches("SIG");
                tokio::process::Command::new("kill").args(["-s", signal, &id.to_string()]).status().await?;
            }
            Err(_) => {}
        }
    }
}

/// Whether libpq reads a variable: what the caller's environment says about another server, such as `PGSERVICE` or
/// `PGOPTIONS`, does not hold for the managed one. Of its names (PostgreSQL manual, 34.15) one has an underscore.
fn is_for_libpq(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "PGCONNECT_TIMEOUT" || (name.starts_with("PG") && !name.contains('_'))
}

/// What psql and its kin need to find the managed database without being told.
fn libpq_environment(cluster: &ManagedCluster) -> [(&'static str, OsString); 4] {
    [
        ("PGHOST", cluster.socket_dir().into()),
        ("PGPORT", cluster.port().to_string().into()),
        ("PGUSER", cluster.user().into()),
        ("PGDATABASE", cluster.database().into()),
    ]
}

/// The database a command works with: somebody's server, or the managed one.
pub(super) struct Database {
    url: String,
    cluster: Option<ManagedCluster>,
}

impl Database {
    /// Starts the managed database unless it runs or another server is set.
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Database> {
        if let Some(url) = &settings.database_url {
            return Ok(Database { url: url.expose().to_owned(), cluster: None });
        }
        let data_dir = settings.data_dir.clone();
        let cluster = tokio::task::spawn_blocking(move || ManagedCluster::open(&data_dir)).await??;
        Ok(Database { url: cluster.url(cluster.database()), cluster: Some(cluster) })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Starts the managed database again if it was killed. Blocks the thread for as long as that takes.
    pub(super) fn revive(&self) -> Result<(), ClusterError> {
        self.cluster.as_ref().map_or(Ok(()), |cluster| tokio::task::block_in_place(|| cluster.ensure_running()))
    }

    /// Stops the managed database unless another process uses it.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        let Some(cluster) = self.cluster else { return Ok(()) };
        match tokio::task::spawn_blocking(|| cluster.close()).await?? {
            Closing::Stopped => tracing::debug!("the managed database is stopped"),
            Closing::LeftRunning => tracing::debug!("the managed database goes on: another process uses it"),
        }
        Ok(())
    }
}
