//! The `rimay` program: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser;
use rimay::{
    cli::{self, Stopped},
    exchange::worker,
    store::StoreError,
    telemetry,
};
use tikv_jemallocator::Jemalloc;

/// Snapshots are millions of small pieces: it adds nothing to each, and gives back what a new snapshot leaves behind.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Exit code for what the caller can mend.
const MISTAKE: u8 = 2;
/// Exit code for what only we, or the database, can mend.
const FAULT: u8 = 1;

fn main() -> ExitCode {
    // A worker gives up its rights before it has any other thread.
    if std::env::args_os().nth(1).is_some_and(|command| command == worker::COMMAND) {
        return match worker::run() {
            Ok(()) => ExitCode::SUCCESS,
            // Nobody listens any more, or never did.
            Err(_) => ExitCode::from(FAULT),
        };
    }
    let cli = cli::Cli::parse();
    telemetry::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let outcome = runtime.block_on(cli::run(cli));
    // GDAL cannot be called off: a thread that reads a file nobody wants any more ends with the program.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("rimay: {error}");
            let fault = matches!(error.downcast_ref(), Some(StoreError::Database(_)));
            let otherwise = ExitCode::from(if fault { FAULT } else { MISTAKE });
            error.downcast_ref::<Stopped>().map_or(otherwise, |stopped| stopped.exit_code())
        }
    }
}
