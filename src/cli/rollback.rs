use clap::Args;

use crate::{cli::with_store, config::Settings, store::RolledBack};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Number of the import, as `rimay vintages` lists it; the newest of its source
    import: i64,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<()> {
    let import = arguments.import;
    let RolledBack { removed, restored, brought_back } =
        with_store(settings, async |store, stop| Ok(stop.unless(store.roll_back(import, None)).await??)).await?;
    println!(
        "import {import} taken back: {removed} features removed, {restored} as before, {brought_back} brought back"
    );
    Ok(())
}
