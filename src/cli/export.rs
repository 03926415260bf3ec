use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use wkb::writer::WriteOptions;

use crate::{
    cli::with_store,
    config::Settings,
    exchange::{ExportAbout, ExportFormat, ExportRow, ExportSummary, export},
    index::Snapshot,
    model::{Access, Catalogue},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Layer to write; `rimay layers` lists them
    layer: String,
    /// geojson, gpkg, csv, shp, kml or fgb
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
    let written = with_store(settings, async |store| {
        let contents = store.layer_contents(&layer.id).await?;
        let work = tokio::task::spawn_blocking(move || {
            let snapshot = Snapshot::build(layer, Access::Public, contents);
            write(&snapshot, &arguments)
        });
        work.await.context("writing was interrupted")?
    })
    .await?;
    println!("{} features of {} written", written.features, layer.id);
    for note in written.notes {
        eprintln!("  {note}");
    }
    Ok(())
}

fn write(snapshot: &Snapshot, arguments: &Arguments) -> anyhow::Result<ExportSummary> {
    let about = ExportAbout {
        title: snapshot.layer().title.es.clone(),
        licence: snapshot.licence(),
        attribution: snapshot.attribution(),
        synthetic: snapshot.has_synthetic(),
        revision: snapshot.revision(),
    };
    let mut rows = snapshot.features().iter().map(|feature| ExportRow {
        id: feature.id,
        values: feature.values.to_vec(),
        geometry_wkb: feature.geometry.as_ref().map(write_wkb),
    });
    let (path, format) = (&arguments.output, arguments.format);
    Ok(export(path, format, snapshot.layer(), snapshot.fields(), &mut rows, &about, arguments.overwrite)?)
}

fn write_wkb(geometry: &geo::Geometry<f64>) -> Vec<u8> {
    let mut wkb = vec![];
    wkb::writer::write_geometry(&mut wkb, geometry, &WriteOptions::default()).expect("writing to memory cannot fail");
    wkb
}
