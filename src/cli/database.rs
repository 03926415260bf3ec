use std::{ffi::OsString, process::ExitStatus};

use anyhow::{anyhow, bail};
use clap::Subcommand;

use crate::{
    config::Settings,
    store::{Closing, ClusterError, ManagedCluster},
};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Run a command with DATABASE_URL pointing at the database, starting the managed one for as long as it takes
    Exec {
        /// The command and its arguments, such as: psql
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    let Action::Exec { command } = action;
    let database = Database::open(settings).await?;
    let status = run_with(&database, &command).await;
    database.close().await?;
    let status = status?;
    if !status.success() {
        bail!("{} ended with {status}", command[0].display());
    }
    Ok(())
}

async fn run_with(database: &Database, command: &[OsString]) -> anyhow::Result<ExitStatus> {
    let mut child = tokio::process::Command::new(&command[0]);
    child.args(&command[1..]).env("DATABASE_URL", database.url());
    for (name, value) in database.libpq_environment() {
        child.env(name, value);
    }
    let mut child = child.spawn().map_err(|error| anyhow!("cannot run {}: {error}", command[0].display()))?;
    // The terminal tells the command too; we wait for it to end and then close the database.
    loop {
        tokio::select! {
            status = child.wait() => return Ok(status?),
            _ = tokio::signal::ctrl_c() => {}
        }
    }
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

    /// What psql and its kin need to find the managed database without being told.
    fn libpq_environment(&self) -> Vec<(&'static str, OsString)> {
        let Some(cluster) = &self.cluster else { return vec![] };
        vec![
            ("PGHOST", cluster.socket_dir().into()),
            ("PGPORT", cluster.port().to_string().into()),
            ("PGUSER", cluster.user().into()),
            ("PGDATABASE", cluster.database().into()),
        ]
    }
}
