use std::io::Write;

use anyhow::bail;
use clap::Subcommand;

use crate::{cli::with_store, config::Settings, store::AuditState};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Look whether what people did is as it was written, row by row
    Verify,
}

pub(super) async fn run(settings: &Settings, Action::Verify: Action) -> anyhow::Result<()> {
    let found = with_store(settings, async |store, stop| Ok(stop.unless(store.verify_audit()).await??)).await?;
    let AuditState { broken, rows, last_digest } = found;
    if let Some(number) = broken {
        bail!("the audit was changed: row {number} is the first that is not as it was written")
    }
    let last = last_digest.unwrap_or_else(|| "none".to_owned());
    writeln!(std::io::stdout(), "{rows} rows, all as they were written; last digest {last}")?;
    Ok(())
}
