use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;

use crate::{
    analysis::{OverlapQuestion, Relation, covered_m2, find_overlaps},
    cli::with_store,
    config::Settings,
    index::Snapshot,
    model::{Access, Catalogue},
};

/// However much is asked, an answer comes within this time or not at all.
const LIMIT: Duration = Duration::from_secs(3600);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// First layer; `rimay layers` lists them
    a: String,
    /// Second layer
    b: String,
    /// How they lie to one another: intersects, within, contains, touches or near
    #[arg(long, default_value = "intersects")]
    relation: Relation,
    /// Of near: metres from one another at most (geodesic)
    #[arg(long, value_name = "METRES")]
    distance: Option<f64>,
    /// Filter (CQL2) of the first layer's features [default: those that count by default, see docs]
    #[arg(long, value_name = "CQL2")]
    where_a: Option<String>,
    /// Filter of the second layer's features
    #[arg(long, value_name = "CQL2")]
    where_b: Option<String>,
    /// File with a GeoJSON geometry: only what lies in it counts
    #[arg(long, value_name = "FILE")]
    area: Option<PathBuf>,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<()> {
    let area = arguments.area.map(|path| -> anyhow::Result<_> {
        let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} holds no GeoJSON geometry", path.display()))
    });
    let question = OverlapQuestion {
        a: arguments.a,
        b: arguments.b,
        relation: arguments.relation,
        distance_m: arguments.distance,
        where_a: arguments.where_a,
        where_b: arguments.where_b,
        area: area.transpose()?,
        tolerance_m: None,
        as_of: None,
        as_known: None,
    };
    let layers = [&question.a, &question.b].map(|layer| Catalogue::built_in().layer(layer));
    let [a, b] = layers;
    let (a, b) = (a?, b?);
    let contents = with_store(settings, async |store, stop| {
        let first = stop.unless(store.layer_contents(&a.id)).await??;
        let second = stop.unless(store.layer_contents(&b.id)).await??;
        Ok([(a, first), (b, second)])
    })
    .await?;
    let work = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        let [a, b] = contents.map(|(layer, contents)| Arc::new(Snapshot::build(layer, Access::Public, contents)));
        let (relation, area) = (question.pair_relation()?, question.area()?);
        let [a, b] = question.sides(a, b)?;
        let began = Instant::now();
        let found = find_overlaps(&a, &b, relation, area.as_ref(), &AtomicBool::new(false), began + LIMIT)?;
        eprintln!("{} pairs in {:?}", found.pairs.len(), began.elapsed());
        let began = Instant::now();
        let shared: Vec<_> = found.pairs.iter().map(|pair| &pair.shared).collect();
        let sum: f64 = found.pairs.iter().map(|pair| pair.shared_m2).sum();
        eprintln!("sum {:.4} ha, covered {:.4} ha in {:?}", sum / 1e4, covered_m2(&shared) / 1e4, began.elapsed());
        Ok(())
    });
    work.await.context("the work was interrupted")?
}
