use std::{cell::Cell, path::PathBuf, pin::pin};

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;

use crate::{
    cli::with_store,
    config::Settings,
    exchange::{ImportProgress, ImportRequest, ReadOptions, import},
    model::{Catalogue, DatumOperation, Layer, Moment, Preset},
    store::MAX_MAPPING_NAME,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// GeoJSON, TopoJSON, GeoPackage, Shapefile (plain or zipped), KML, CSV or XLSX
    file: PathBuf,
    /// Layer to take it into; `rimay layers` lists them
    #[arg(long)]
    layer: String,
    /// Known source whose columns the file has; recognised by itself where possible
    #[arg(long)]
    preset: Option<String>,
    /// Reference system of the coordinates, instead of what the file says: EPSG:n
    #[arg(long, value_name = "EPSG:n", value_parser = parse_epsg)]
    source_crs: Option<u32>,
    /// Datum operation to WGS 84, instead of the preset's or the datum's usual one: EPSG:n
    #[arg(long, value_name = "EPSG:n", value_parser = parse_operation)]
    operation: Option<&'static DatumOperation>,
    /// Encoding of the text, such as UTF-8 or ISO-8859-1
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Table or sheet to read of a file that has several, or file to read of a zip that has several
    #[arg(long, value_name = "NAME")]
    source_layer: Option<String>,
    /// Column from which a field comes, instead of the preset's or the one called like it; nothing after the sign for none.
    /// Again for each field; longitude and latitude stand for columns with coordinates
    #[arg(long = "column", value_name = "FIELD=COLUMN", value_parser = parse_column)]
    columns: Vec<(String, String)>,
    /// Columns as they were kept under this name by --save-mapping or on the data page
    #[arg(long, value_name = "NAME")]
    mapping: Option<String>,
    /// Keep the columns told here under this name, for the next file
    #[arg(long, value_name = "NAME", value_parser = parse_mapping_name)]
    save_mapping: Option<String>,
    /// Name of the source: features it had before and the file does not have are removed. Say the same name for each
    /// delivery, such as --source catastro for catastro_2024_01.geojson and then for catastro_2024_02.geojson
    /// [default: the preset, or the file's name]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Licence of the data, as an SPDX name where there is one
    #[arg(long)]
    licence: Option<String>,
    /// Attribution to show on the map
    #[arg(long)]
    attribution: Option<String>,
    /// Day the data is of: from it on the file counts in the world, and `asOf` finds what it replaced before that day
    /// [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = Moment::parse_day)]
    valid_on: Option<Date>,
    /// Who takes it in, for the list of vintages [default: the login name]
    #[arg(long, value_name = "NAME")]
    received_by: Option<String>,
    /// Accept features more than 2 degrees outside Peru
    #[arg(long)]
    allow_outside: bool,
    /// Let the file undo what people wrote or removed over HTTP since; without this such features stay as they are, and
    /// the report lists them
    #[arg(long)]
    overwrite_edits: bool,
    /// Write what the file does to each feature: added, removed, moved, changed, with hectares; .geojson or .csv
    #[arg(long, value_name = "FILE")]
    changes: Option<PathBuf>,
    /// Read, examine and report, but keep nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<()> {
    let layer = Catalogue::built_in().layer(&arguments.layer)?;
    if arguments.save_mapping.is_some() && arguments.columns.is_empty() && arguments.mapping.is_none() {
        bail!("--save-mapping keeps what --column and --mapping say, and nothing was said");
    }
    let request = ImportRequest {
        path: arguments.file,
        read: ReadOptions {
            layer,
            preset: arguments.preset.as_deref().map(|name| find_preset(layer, name)).transpose()?,
            source_crs: arguments.source_crs,
            degrees_implied: false,
            operation: arguments.operation,
            encoding: arguments.encoding,
            source_layer: arguments.source_layer,
            columns: arguments.columns.into_iter().collect(),
        },
        source: arguments.source,
        licence: arguments.licence,
        attribution: arguments.attribution,
        valid_on: arguments.valid_on,
        received_by: arguments.received_by.unwrap_or_else(login_name),
        account: None,
        overwrite_edits: arguments.overwrite_edits,
        allow_outside: arguments.allow_outside,
        changes: arguments.changes,
        must_be_at: None,
        dry_run: arguments.dry_run,
    };
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("{msg:12} {bar:40} {pos}/{len} {elapsed}").expect("a fixed template"));
    let report = with_store(settings, async |store, stop| {
        let mut request = request;
        if let Some(name) = &arguments.mapping {
            store.add_column_mapping(&layer.id, name, &mut request.read.columns).await?;
        }
        let (told, who) = (request.read.columns.clone(), request.received_by.clone());
        let is_kept = Cell::new(false);
        let mut work = pin!(import(store, request, |progress| {
            is_kept.set(progress == ImportProgress::Keeping);
            show(&bar, progress);
        }));
        let report = match stop.unless(work.as_mut()).await {
            // Too late to say that nothing was changed: the database may have been told to keep it.
            Err(_) if is_kept.get() => Ok(work.await),
            outcome => outcome,
        };
        bar.finish_and_clear();
        let report = report??;
        if let Some(name) = arguments.save_mapping.filter(|_| !report.dry_run) {
            store.save_column_mapping(&layer.id, &name, &told, &who).await?;
        }
        Ok(report)
    })
    .await?;
    print!("{report}");
    Ok(())
}

fn show(bar: &ProgressBar, progress: ImportProgress) {
    match progress {
        ImportProgress::Waiting => {
            bar.suspend(|| eprintln!("waiting for another import into this layer to end; Ctrl-C gives up"));
        }
        ImportProgress::Reading { rows, total } => {
            bar.set_message("reading");
            bar.set_length(total);
            bar.set_position(rows);
        }
        ImportProgress::Examining => bar.set_message("examining"),
        ImportProgress::Merging | ImportProgress::Keeping => bar.set_message("merging"),
    }
}

/// Who is at the keyboard, as the system knows them; behind sudo, who called it.
pub(super) fn login_name() -> String {
    let names = ["SUDO_USER", "LOGNAME", "USER"];
    names.iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty())).unwrap_or("unknown".into())
}

fn parse_column(text: &str) -> Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or("expected FIELD=COLUMN, such as name=NOMBRE")?;
    Ok((field.trim().into(), column.trim().into()))
}

fn parse_mapping_name(text: &str) -> Result<String, String> {
    match (1..=MAX_MAPPING_NAME).contains(&text.chars().count()) {
        true => Ok(text.into()),
        false => Err(format!("expected 1 to {MAX_MAPPING_NAME} characters")),
    }
}

fn find_preset(layer: &'static Layer, name: &str) -> anyhow::Result<&'static Preset> {
    let Some(preset) = layer.preset(name) else {
        let known: Vec<_> = layer.presets.iter().filter(|p| !p.demonstration).map(|p| p.name.as_str()).collect();
        bail!("layer {} has no preset \"{name}\"; it has: {}", layer.id, known.join(", "));
    };
    Ok(preset)
}

fn parse_operation(text: &str) -> Result<&'static DatumOperation, String> {
    DatumOperation::by_epsg(parse_epsg(text)?).ok_or_else(DatumOperation::listed)
}

fn parse_epsg(text: &str) -> Result<u32, String> {
    let code = text.strip_prefix("EPSG:").or(text.strip_prefix("epsg:")).unwrap_or(text);
    code.parse().map_err(|_| "expected EPSG:n, such as EPSG:32718".into())
}
