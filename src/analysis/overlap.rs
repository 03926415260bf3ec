use std::{
    borrow::Cow,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use geo::{Geometry, Intersects, MultiPolygon, Relate};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};

use crate::{
    analysis::{
        boundary::{Boundary, Extent, Touching},
        shared::{areas_of, lay, shared_area},
    },
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
    /// How large the area is that they share; nothing where they share none.
    pub shared: Extent,
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
    let asked_b = others.map_or(b.snapshot.features().len(), |others| others.len());
    let is_same_layer = a.snapshot.layer().id == b.snapshot.layer().id;
    let others =
        Others { snapshot: &b.snapshot, boundaries: b.snapshot.features().iter().map(|_| OnceLock::new()).collect() };
    let of_one = |slot: &Slot| -> Result<Vec<Pair>, Unfinished> {
        if stop.load(Ordering::Relaxed) || Instant::now() > deadline {
            return Err(Unfinished::Stopped);
        }
        let feature = a.snapshot.feature(*slot);
        let Some(whole) = &feature.geometry else { return Ok(vec![]) };
        let Some(own) = part(whole, area)? else { return Ok(vec![]) };
        let own = One { slot: *slot, boundary: areas_of(&own).map(Boundary::of), geometry: &own };
        let mut pairs: Vec<Pair> = near(&b.snapshot, feature, relation)
            .into_iter()
            .filter(|other| is_meant.as_ref().is_none_or(|meant| meant[*other as usize]))
            .filter(|other| !is_same_layer || b.snapshot.feature(*other).id != feature.id)
            .filter_map(|other| pair(relation, &own, &others, other).transpose())
            .collect::<Result<_, _>>()?;
        pairs.sort_unstable_by_key(|pair| pair.b);
        Ok(pairs)
    };
    let found: Vec<Vec<Pair>> = WORKERS.install(|| slots.par_iter().map(of_one).collect::<Result<_, _>>())?;
    Ok(Overlaps { pairs: found.into_iter().flatten().collect(), asked_a: slots.len(), asked_b })
}

/// What of a geometry lies in an area; `None` where nothing does. What is no area is not cut.
///
/// # Errors
/// [`OverlayError`].
pub(super) fn part<'a>(
    whole: &'a Geometry<f64>,
    area: Option<&MultiPolygon<f64>>,
) -> Result<Option<Cow<'a, Geometry<f64>>>, OverlayError> {
    Ok(match (area, areas_of(whole)) {
        (None, _) => Some(Cow::Borrowed(whole)),
        (Some(area), Some(own)) => {
            let part = shared_area(own, area)?;
            (!part.0.is_empty()).then(|| Cow::Owned(part.into()))
        }
        (Some(area), None) => area.intersects(whole).then_some(Cow::Borrowed(whole)),
    })
}

/// A feature of the first layer, or what of it counts.
struct One<'a> {
    slot: Slot,
    geometry: &'a Geometry<f64>,
    /// Of areas.
    boundary: Option<Boundary>,
}

/// The features of the second layer.
struct Others<'a> {
    snapshot: &'a Snapshot,
    /// Of those that were met: each is met by many.
    boundaries: Vec<OnceLock<Option<Boundary>>>,
}

impl Others<'_> {
    /// The boundary of an area.
    fn boundary(&self, slot: Slot) -> Option<&Boundary> {
        let of = || self.snapshot.feature(slot).geometry.as_ref().and_then(areas_of).map(Boundary::of);
        self.boundaries[slot as usize].get_or_init(of).as_ref()
    }
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
fn pair(relation: PairRelation, one: &One<'_>, others: &Others<'_>, b: Slot) -> Result<Option<Pair>, OverlayError> {
    let own = one.geometry;
    let Some(other) = others.snapshot.feature(b).geometry.as_ref() else { return Ok(None) };
    let shared = match (&one.boundary, others.boundary(b)) {
        (Some(boundary), Some(of_other)) => match boundary.shared(of_other) {
            Ok(shared) => shared,
            Err(Touching) => shared_by_overlay(own, other)?,
        },
        _ => own.intersects(other).then(Extent::default),
    };
    let meets = shared.is_some();
    let distance_m = match relation {
        PairRelation::Intersects => meets.then_some(0.0),
        PairRelation::Within => (meets && own.relate(other).is_within()).then_some(0.0),
        PairRelation::Contains => (meets && own.relate(other).is_contains()).then_some(0.0),
        PairRelation::Touches => (meets && own.relate(other).is_touches()).then_some(0.0),
        PairRelation::Near(most) if meets => Some(0.0).filter(|distance| *distance <= most),
        PairRelation::Near(most) => distance_m(own, other).filter(|distance| *distance <= most),
    };
    Ok(distance_m.map(|distance_m| Pair { a: one.slot, b, shared: shared.unwrap_or_default(), distance_m }))
}

/// What two areas share; `None` where they are apart.
fn shared_by_overlay(one: &Geometry<f64>, other: &Geometry<f64>) -> Result<Option<Extent>, OverlayError> {
    let (Some(one), Some(other)) = (areas_of(one), areas_of(other)) else { return Ok(None) };
    let (shared, meets) = lay(one, other)?;
    Ok(meets.then(|| Boundary::of(&shared).whole()))
}
