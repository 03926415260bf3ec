use std::{
    path::PathBuf,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context;
use clap::Args;

use crate::{
    cli::with_store,
    config::Settings,
    exchange::{ExchangeError, ExportAbout, ExportFormat, ExportRow, ExportSummary, export},
    index::Snapshot,
    model::{Access, Catalogue},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Layer to write; `rimay layers` lists them
    layer: String,
    /// geojson, gpkg, csv, shp, kml, fgb or parquet
    #[arg(long)]
    format: ExportFormat,
    /// File to write; a Shapefile may end in .zip
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    overwrite: bool,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<()> {
    let layer = Catalogue::built_in().layer(&arguments.layer)?;
    let written = with_store(settings, async |store, stop| {
        let contents = stop.unless(store.layer_contents(&layer.id)).await??;
        let is_stopped = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_stopped);
        let mut work = pin!(tokio::task::spawn_blocking(move || {
            let snapshot = Snapshot::build(layer, Access::Public, contents);
            write(&snapshot, &arguments, &told)
        }));
        match stop.unless(work.as_mut()).await {
            Ok(written) => written.context("writing was interrupted")?,
            Err(stopped) => {
                is_stopped.store(true, Ordering::Relaxed);
                // The thread removes what it has written, or is past that and ends well.
                let written = work.await.context("writing was interrupted")?;
                let gave_up = |error: &anyhow::Error| matches!(error.downcast_ref(), Some(ExchangeError::Stopped));
                written.map_err(|error| if gave_up(&error) { stopped.into() } else { error })
            }
        }
    })
    .await?;
    println!("{} features of {} written", written.features, layer.id);
    for note in written.notes {
        eprintln!("  {note}");
    }
    Ok(())
}

fn write(snapshot: &Snapshot, arguments: &Arguments, is_stopped: &AtomicBool) -> anyhow::Result<ExportSummary> {
    let about = ExportAbout::of(snapshot);
    let all: Vec<_> = (0..snapshot.fields().len()).collect();
    let mut rows = snapshot.features().iter().map(|feature| match is_stopped.load(Ordering::Relaxed) {
        true => Err(ExchangeError::Stopped),
        false => Ok(ExportRow::of(snapshot, feature, &all)),
    });
    let (path, format) = (&arguments.output, arguments.format);
    Ok(export(path, format, snapshot.layer(), snapshot.fields(), &mut rows, &about, arguments.overwrite)?)
}
