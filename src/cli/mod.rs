//! The command line: what it says, and one file for each command.

mod account;
mod audit;
mod database;
mod export;
mod import;
mod layers;
mod overlaps;
mod rollback;
mod serve;
mod stop;
mod vintages;

pub use stop::Stopped;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use crate::{
    cli::stop::StopSignals,
    config::{DatabaseOptions, Overrides, ServerOptions, Settings},
    exchange::prepare_gdal,
    store::{Store, default_data_dir},
};

/// Geospatial conflict mapping server: a map, OGC APIs and files in and out.
#[derive(Debug, Parser)]
#[command(name = "rimay", version, arg_required_else_help = true)]
pub struct Cli {
    /// Configuration file (TOML, keys as the long options with underscores)
    #[arg(long, global = true, env = "RIMAY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop
    Serve(ServerOptions),
    /// Take a file of features into a layer
    Import(import::Arguments),
    /// Write a layer to a file
    Export(export::Arguments),
    /// List what was imported, the newest first
    Vintages(vintages::Arguments),
    /// Take the newest import of a source back
    Rollback(rollback::Arguments),
    /// Tell which features of two layers overlap, and by how many hectares
    Overlaps(overlaps::Arguments),
    /// List the layers with their fields and the source presets
    Layers,
    /// Look after the accounts of people
    #[command(subcommand)]
    Account(account::Action),
    /// Look at what people did
    #[command(subcommand)]
    Audit(audit::Action),
    /// Bring the database schema up to date
    Migrate,
    /// Work with the database itself
    #[command(subcommand)]
    Database(database::Action),
}

/// How long connections may take to close after a command was told to stop: a statement under way cannot be called
/// off, but goes with the managed database.
const GRACE: Duration = Duration::from_secs(2);

/// Runs the command and returns what the program ends with.
///
/// # Errors
/// Anything that keeps it from its end, in one sentence.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    prepare_gdal();
    let server = match &cli.command {
        Command::Serve(options) => options.clone(),
        _ => ServerOptions::default(),
    };
    let given = Overrides { database: cli.database, server };
    let settings = Settings::gather(given, cli.config.as_deref(), default_data_dir())?;
    match cli.command {
        Command::Serve(_) => serve::run(settings).await?,
        Command::Import(arguments) => import::run(&settings, arguments).await?,
        Command::Export(arguments) => export::run(&settings, arguments).await?,
        Command::Vintages(arguments) => vintages::run(&settings, arguments).await?,
        Command::Rollback(arguments) => rollback::run(&settings, arguments).await?,
        Command::Overlaps(arguments) => overlaps::run(&settings, arguments).await?,
        Command::Layers => match layers::print() {
            // Whoever reads with `head` has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            printed => printed?,
        },
        Command::Account(action) => account::run(&settings, action).await?,
        Command::Audit(action) => audit::run(&settings, action).await?,
        Command::Migrate => with_store(&settings, async |_, _| Ok(())).await?,
        Command::Database(action) => return database::run(&settings, action).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens the database, lends the store to `work`, and closes the database whatever came of it. Signals do not end
/// the program: `work` gets them and gives up what it is doing.
async fn with_store<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Store, &mut StopSignals) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut stop = StopSignals::listen()?;
    let database = database::Database::open(settings).await?;
    let outcome = async {
        let store = Store::open(database.url()).await?;
        let outcome = work(&store, &mut stop).await;
        if tokio::time::timeout(GRACE, store.close()).await.is_err() {
            tracing::debug!("connections are still busy");
        }
        outcome
    };
    let outcome = outcome.await;
    database.close().await?;
    outcome
}
