use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use geo::{Geometry, Intersects, MultiPolygon, Relate};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};

use crate::{
    analysis::shared::{areas_of, geodesic_m2, lay, shared_area},
    index::{Feature, Slot, Snapshot},
    model::{
        FeatureQuery,
        geodesic::{around, distance_m},
    },
    overlay::OverlayError,
};

/// One of two layers, and which of its features are meant.
#[derive(Debug, Clone)]
pub struct Side {
    /// The layer.
    pub snapshot: Arc<Snapshot>,
    /// Conditions on its features.
    pub query: FeatureQuery,
}

/// How the features of a pair lie to one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PairRelation {
    /// They share at least a point.
    Intersects,
    /// The first lies within the second.
    Within,
    /// The second lies within the first.
    Contains,
    /// They share points of their borders only.
    Touches,
    /// They are at most so many metres from one another (geodesic).
    Near(f64),
}

/// Two features that lie so to one another.
#[derive(Debug)]
pub struct Pair {
    /// Slot of the first in its snapshot.
    pub a: Slot,
    /// Slot of the second.
    pub b: Slot,
    /// What they share, exterior rings counter-clockwise; without parts where they share no area.
    pub shared: MultiPolygon<f64>,
    /// Geodesic area of that, in m².
    pub shared_m2: f64,
    /// Geodesic distance in metres; 0 where they meet.
    pub distance_m: f64,
}

/// All pairs, by the ids of the first and then of the second.
#[derive(Debug)]
pub struct Overlaps {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Features of the first layer that were looked at.
    pub asked_a: usize,
    /// Features of the second layer that were looked at.
    pub asked_b: usize,
}

/// Why the pairs were not all found.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The work was called off, or its time was over.
    #[error("the question was not worked out to its end")]
    Stopped,
    /// Two areas cannot be overlaid.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
}

/// Threads for work of seconds, which give way to answers.
pub(super) static WORKERS: LazyLock<ThreadPool> = LazyLock::new(|| {
    ThreadPoolBuilder::new()
        .thread_name(|number| format!("analysis-{number}"))
        .start_handler(|_| _ = rustix::process::nice(10))
        .build()
        .expect("threads can be started")
});

/// Finds the pairs of features of two layers that lie so to one another. With an area, only what of the first layer's
/// features lies in it counts. A feature is no pair with itself. Blocks; looks at `stop` and the time now and then.
///
/// # Errors
/// [`Unfinished`].
pub fn find_overlaps(
    a: &Side,
    b: &Side,
    relation: PairRelation,
    area: Option<&MultiPolygon<f64>>,
    stop: &AtomicBool,
    deadline: Instant,
) -> Result<Overlaps, Unfinished> {
    let slots = a.snapshot.find_until(&a.query, deadline).map_err(|_| Unfinished::Stopped)?;
    let others = (!b.query.is_empty()).then(|| b.snapshot.find_until(&b.query, deadline)).transpose();
    let others = others.map_err(|_| Unfinished::Stopped)?;
    let is_meant: Option<Vec<bool>> = others.as_ref().map(|others| {
        let mut meant = vec![false; b.snapshot.features().len()];
        others.iter().for_each(|slot| meant[*slot as usize] = true);
        meant
    });
    let is_same_layer = a.snapshot.layer().id == b.snapshot.layer().id;
    let of_one = |slot: &Slot| -> Result<Vec<Pair>, Unfinished> {
        if stop.load(Ordering::Relaxed) || Instant::now() > deadline {
            return Err(Unfinished::Stopped);
        }
        let feature = a.snapshot.feature(*slot);
        let Some(whole) = &feature.geometry else { return Ok(vec![]) };
        let cut = match (area, areas_of(whole)) {
            (None, _) => None,
            (Some(area), Some(own)) => match shared_area(own, area)? {
                part if part.0.is_empty() => return Ok(vec![]),
                part => Some(Geometry::from(part)),
            },
            (Some(area), None) if area.intersects(whole) => None,
            (Some(_), None) => return Ok(vec![]),
        };
        let own = cut.as_ref().unwrap_or(whole);
        let mut pairs: Vec<Pair> = near(&b.snapshot, feature, relation)
            .into_iter()
            .filter(|other| is_meant.as_ref().is_none_or(|meant| meant[*other as usize]))
            .filter(|other| !is_same_layer || b.snapshot.feature(*other).id != feature.id)
            .filter_map(|other| pair(relation, (*slot, own), (other, &b.snapshot)).transpose())
            .collect::<Result<_, _>>()?;
        pairs.sort_unstable_by_key(|pair| pair.b);
        Ok(pairs)
    };
    let found: Vec<Vec<Pair>> = WORKERS.install(|| slots.par_iter().map(of_one).collect::<Result<_, _>>())?;
    let asked_b = others.map_or(b.snapshot.features().len(), |others| others.len());
    Ok(Overlaps { pairs: found.into_iter().flatten().collect(), asked_a: slots.len(), asked_b })
}

/// Features whose boxes are near enough.
fn near(snapshot: &Snapshot, feature: &Feature, relation: PairRelation) -> Vec<Slot> {
    let Some(bbox) = feature.bbox else { return vec![] };
    match relation {
        PairRelation::Near(distance_m) => {
            around(&bbox, distance_m).parts().flat_map(|part| snapshot.near_box(&part)).collect()
        }
        _ => snapshot.near_box(&bbox),
    }
}

/// The pair, if the two lie so to one another.
fn pair(
    relation: PairRelation,
    (a, own): (Slot, &Geometry<f64>),
    (b, others): (Slot, &Snapshot),
) -> Result<Option<Pair>, OverlayError> {
    let Some(other) = others.feature(b).geometry.as_ref() else { return Ok(None) };
    let (shared, meets) = match (areas_of(own), areas_of(other)) {
        (Some(own), Some(other)) => lay(own, other)?,
        _ => (MultiPolygon(vec![]), own.intersects(other)),
    };
    let distance_m = match relation {
        PairRelation::Intersects => meets.then_some(0.0),
        PairRelation::Within => (meets && own.relate(other).is_within()).then_some(0.0),
        PairRelation::Contains => (meets && own.relate(other).is_contains()).then_some(0.0),
        PairRelation::Touches => (meets && own.relate(other).is_touches()).then_some(0.0),
        PairRelation::Near(most) if meets => Some(0.0).filter(|distance| *distance <= most),
        PairRelation::Near(most) => distance_m(own, other).filter(|distance| *distance <= most),
    };
    Ok(distance_m.map(|distance_m| Pair { a, b, shared_m2: geodesic_m2(&shared), shared, distance_m }))
}
