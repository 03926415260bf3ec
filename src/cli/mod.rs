//! The command line: what it says, and one file for each command.

mod database;
mod export;
mod import;
mod layers;
mod serve;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    config::{Overrides, Settings},
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
    settings: Overrides,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop
    Serve,
    /// Take a file of features into a layer
    Import(import::Arguments),
    /// Write a layer to a file
    Export(export::Arguments),
    /// List the layers with their fields and the source presets
    Layers,
    /// Bring the database schema up to date
    Migrate,
    /// Work with the database itself
    #[command(subcommand)]
    Database(database::Action),
}

/// Runs the command.
///
/// # Errors
/// Anything that keeps it from its end, in one sentence.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    prepare_gdal();
    let settings = Settings::gather(cli.settings, cli.config.as_deref(), default_data_dir())?;
    match cli.command {
        Command::Serve => serve::run(settings).await,
        Command::Import(arguments) => import::run(&settings, arguments).await,
        Command::Export(arguments) => export::run(&settings, arguments).await,
        Command::Layers => {
            layers::print();
            Ok(())
        }
        Command::Migrate => with_store(&settings, async |_| Ok(())).await,
        Command::Database(action) => database::run(&settings, action).await,
    }
}

/// Opens the database, lends the store to `work`, and closes the database whatever came of it.
async fn with_store<T>(settings: &Settings, work: impl AsyncFnOnce(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let database = database::Database::open(settings).await?;
    let outcome = async {
        let store = Store::open(database.url()).await?;
        let outcome = work(&store).await;
        store.close().await;
        outcome
    };
    let outcome = outcome.await;
    database.close().await?;
    outcome
}
