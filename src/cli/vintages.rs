use std::io::{self, Write};

use clap::Args;

use crate::{cli::with_store, config::Settings, model::Catalogue, store::Vintage};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only those of this layer
    #[arg(long)]
    layer: Option<String>,
    /// Only those of this source
    #[arg(long)]
    source: Option<String>,
    /// As JSON, with the whole reports
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<()> {
    let layer = arguments.layer.as_deref().map(|layer| Catalogue::built_in().layer(layer)).transpose()?;
    let layer = layer.map(|layer| layer.id.as_str());
    let vintages = with_store(settings, async |store, stop| {
        Ok(stop.unless(store.vintages(layer, arguments.source.as_deref(), arguments.json)).await??)
    })
    .await?;
    let printed = match arguments.json {
        true => writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&vintages)?),
        false => print(&vintages),
    };
    match printed {
        // Whoever reads with `head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

fn print(vintages: &[Vintage]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if vintages.is_empty() {
        return writeln!(out, "nothing was imported yet");
    }
    for vintage in vintages {
        let Vintage { id, layer, source, file_name, received_by, received_at, .. } = vintage;
        let of = vintage.valid_on.map_or("day not stated".into(), |day| format!("of {day}"));
        writeln!(out, "{id:>5}  {layer}, source {source}, {of}")?;
        writeln!(out, "       {file_name}, received {received_at:.0} by {received_by}")?;
        let merged = |what: &str| vintage.report["merge"][what].as_u64().unwrap_or(0);
        writeln!(
            out,
            "       {} added, {} changed, {} unchanged, {} removed",
            merged("added"),
            merged("changed"),
            merged("unchanged"),
            merged("removed")
        )?;
        if let Some(at) = vintage.rolled_back_at {
            writeln!(out, "       taken back {at:.0}")?;
        }
    }
    Ok(())
}
