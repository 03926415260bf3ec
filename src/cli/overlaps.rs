use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use clap::Args;

use crate::{
    analysis::{AREA, Answer, CONFLICTS, Layers, OverlapQuestion, Relation, Totals, WATERSHEDS, Work},
    cli::with_store,
    config::Settings,
    exchange::{ExportFormat, OverlapsError, write_overlaps_csv, write_overlaps_file, write_overlaps_geojson},
    index::Snapshot,
    model::{Access, Catalogue, Layer},
};

/// However much is asked, an answer comes within this time or not at all.
const LIMIT: Duration = Duration::from_secs(3600);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// First layer; `rimay layers` lists them, and `area` is the area of --area itself
    a: String,
    /// Second layer
    b: String,
    /// How they lie to one another: intersects, within, contains, touches, near or downstream
    #[arg(long, default_value = "intersects")]
    relation: Relation,
    /// Of near: metres from one another at most (geodesic)
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    distance: Option<f64>,
    /// Filter (CQL2) of the first layer's features [default: those that count by default: no extinct rights]
    #[arg(long, value_name = "CQL2")]
    where_a: Option<String>,
    /// Filter of the second layer's features
    #[arg(long, value_name = "CQL2")]
    where_b: Option<String>,
    /// GeoJSON file with polygons: only what of the first layer lies in them counts
    #[arg(long, value_name = "FILE")]
    area: Option<PathBuf>,
    /// What is narrower than this, in metres, is within the tolerance of the sources [default: their accuracies together]
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    tolerance: Option<f64>,
    /// File to write: .csv, .geojson, .gpkg, .parquet, .fgb, .kml or .zip (a shapefile) [default: CSV on standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<()> {
    let area = arguments.area.map(|path| -> anyhow::Result<_> {
        let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no GeoJSON", path.display()))
    });
    let question = OverlapQuestion {
        relation: arguments.relation,
        distance_m: arguments.distance,
        where_a: arguments.where_a,
        where_b: arguments.where_b,
        area: area.transpose()?,
        tolerance_m: arguments.tolerance,
        ..OverlapQuestion::of(&arguments.a, &arguments.b)
    };
    let question = question.with_area_checked()?;
    let area = question.area_as_layer()?;
    // `None` stands for the area itself.
    let of_question = [&question.a, &question.b, CONFLICTS, WATERSHEDS].map(|layer| {
        let of_catalogue = || Catalogue::built_in().layer(layer);
        (layer != AREA).then(of_catalogue).transpose()
    });
    let [a, b, conflicts, watersheds] = of_question;
    let (a, b, conflicts, watersheds) = (a?, b?, conflicts?, watersheds?);
    let contents = with_store(settings, async |store, stop| {
        let mut read = async |layer: Option<&'static Layer>| -> anyhow::Result<_> {
            let Some(layer) = layer else { return Ok(None) };
            Ok(Some((layer, stop.unless(store.layer_contents(&layer.id)).await??)))
        };
        Ok([read(a).await?, read(b).await?, read(conflicts).await?, read(watersheds).await?])
    })
    .await?;
    let work = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        let build = |(layer, contents)| Arc::new(Snapshot::build(layer, Access::Public, contents));
        let built = contents.map(|contents| contents.map(build).or_else(|| area.clone()));
        let [Some(a), Some(b), Some(conflicts), Some(watersheds)] = built else {
            anyhow::bail!("a question about the area needs one")
        };
        let layers = Layers { a, b, conflicts, watersheds };
        question.check(&layers)?;
        let work = Work::lasting(LIMIT);
        let answer = Answer::work_out(question, layers, None, &work)?;
        match arguments.output {
            None => write(&mut std::io::stdout().lock(), &answer, false)?,
            Some(path) => {
                let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
                let is_geojson = extension == "geojson" || extension == "json";
                if is_geojson || extension == "csv" {
                    let unwritable = || format!("{} cannot be written", path.display());
                    let mut out = BufWriter::new(File::create(&path).with_context(unwritable)?);
                    write(&mut out, &answer, is_geojson)?;
                    out.flush().with_context(unwritable)?;
                } else {
                    let format = match extension.as_str() {
                        "zip" => ExportFormat::Shapefile,
                        name => name.parse().with_context(|| {
                            let known = ExportFormat::names();
                            format!("the ending of {} must say the format: {known}, json or zip", path.display())
                        })?,
                    };
                    let summary = write_overlaps_file(&path, format, &answer, true, || true)?;
                    for note in &summary.notes {
                        writeln!(std::io::stderr(), "{note}").ok();
                    }
                }
            }
        }
        tell(&answer, &work)
    });
    work.await.context("the work was interrupted")?
}

fn write(out: &mut impl Write, answer: &Answer, is_geojson: bool) -> anyhow::Result<()> {
    let written = if is_geojson {
        write_overlaps_geojson(out, answer, &answer.pairs.iter().collect::<Vec<_>>(), (0, usize::MAX), || true)
    } else {
        write_overlaps_csv(out, answer, || true)
    };
    match written {
        // Whoever reads with `head` has seen enough.
        Err(OverlapsError::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn tell(answer: &Answer, work: &Work) -> anyhow::Result<()> {
    let Totals { pairs, features_a, features_b, asked_a, asked_b, sum_over_pairs_ha, .. } = answer.totals;
    let (a, b) = (&answer.question.a, &answer.question.b);
    let covered = answer.covered_ha(work)?;
    // Whoever reads with `head` has seen enough.
    let _ = write!(
        std::io::stderr(),
        "{pairs} pairs: {features_a} of {asked_a} {a} and {features_b} of {asked_b} {b}\n\
         sum over pairs   {sum_over_pairs_ha:.4} ha (geodesic)\n\
         area covered     {covered:.4} ha (geodesic, each place once)\n"
    );
    Ok(())
}
