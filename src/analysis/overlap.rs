use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use geo::{Geometry, Intersects, MultiPolygon, Relate};
use rayon::prelude::*;

use crate::{
    analysis::{
        Unfinished, Work,
        boundary::{Boundary, Extent, Lie, Touching},
        downstream::Flow,
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
    /// Their numbers, where only certain ones are meant.
    pub ids: Option<Vec<i64>>,
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
    /// The second lies in a hydrographic unit downstream of one in which the first lies.
    Downstream,
}

/// Two features that lie so to one another.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// Slot of the first in its snapshot.
    pub a: Slot,
    /// Slot of the second.
    pub b: Slot,
    /// How large the area is that they share; nothing where they share none.
    pub shared: Extent,
    /// Geodesic distance in metres; 0 where they meet, `None` of pairs apart that were found by other things than nearness.
    pub distance_m: Option<f64>,
    /// Whether their boundaries touch somewhere without crossing, as where they share a border.
    pub touches: bool,
    /// Whether the first is known to lie within the second, off its border.
    pub is_within: bool,
}

/// All pairs, by the ids of the first and then of the second.
#[derive(Debug)]
pub(super) struct Overlaps {
    /// The pairs.
    pub(super) pairs: Vec<Pair>,
    /// Features of the first layer that were looked at.
    pub(super) asked_a: usize,
    /// Features of the second layer that were looked at.
    pub(super) asked_b: usize,
}

/// Pairs of an earlier time, and the layers as they were then.
pub(super) struct Before<'a> {
    pub(super) a: &'a Snapshot,
    pub(super) b: &'a Snapshot,
    pub(super) pairs: &'a [Pair],
}

/// Finds the pairs of features of two layers that lie so to one another. With an area, only what of the first layer's
/// features lies in it counts. A feature is no pair with itself. Where the same was asked before, only pairs with features that
/// changed since are looked at. Blocks.
///
/// # Errors
/// [`Unfinished`].
pub(super) fn find_overlaps(
    a: &Side,
    b: &Side,
    relation: PairRelation,
    watersheds: &Arc<Snapshot>,
    area: Option<&MultiPolygon<f64>>,
    before: Option<Before<'_>>,
    work: &Work,
) -> Result<Overlaps, Unfinished> {
    let (meant_a, meant_b) = (Meant::of(a, work)?, Meant::of(b, work)?);
    let finder = Finder {
        a: &a.snapshot,
        b: &b.snapshot,
        is_same_layer: a.snapshot.layer().id == b.snapshot.layer().id,
        boundaries: b.snapshot.features().iter().map(|_| OnceLock::new()).collect(),
        relation,
        flow: match relation {
            PairRelation::Downstream => Some(Flow::of(a, b, watersheds, area, work)?),
            _ => None,
        },
        area,
        work,
    };
    // What is downstream may be otherwise because a unit is.
    let mut pairs = match before.filter(|_| finder.flow.is_none()) {
        None => finder.find(&meant_a.slots, &meant_b)?,
        Some(before) => {
            let (then_a, then_b) = (same(before.a, &a.snapshot), same(before.b, &b.snapshot));
            let stayed = before.pairs.iter().filter_map(|pair| {
                Some(Pair { a: then_a.now[pair.a as usize]?, b: then_b.now[pair.b as usize]?, ..*pair })
            });
            let mut pairs: Vec<Pair> = stayed.collect();
            let new_a = meant_a.only(|slot| then_a.is_new[slot as usize]);
            pairs.extend(finder.find(&new_a.slots, &meant_b)?);
            // And of those that stayed, the pairs with what is new on the other side.
            let new_b = meant_b.only(|slot| then_b.is_new[slot as usize]);
            let near = new_b.slots.iter().flat_map(|slot| finder.near(finder.a, finder.b.feature(*slot)));
            let beside: BTreeSet<Slot> = near.filter(|slot| meant_a.has(*slot) && !new_a.has(*slot)).collect();
            pairs.extend(finder.find(&beside.into_iter().collect::<Vec<_>>(), &new_b)?);
            pairs
        }
    };
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    Ok(Overlaps { pairs, asked_a: meant_a.slots.len(), asked_b: meant_b.slots.len() })
}

/// Which features a side means.
struct Meant {
    /// Each once.
    slots: Vec<Slot>,
    /// By slot; `None` of all of them.
    flags: Option<Vec<bool>>,
}

impl Meant {
    fn of(side: &Side, work: &Work) -> Result<Meant, Unfinished> {
        let Side { snapshot, query, ids } = side;
        let count = snapshot.features().len();
        Ok(match ids {
            Some(ids) => {
                let slots: BTreeSet<Slot> = ids.iter().filter_map(|id| snapshot.slot_of(*id)).collect();
                Meant::some(slots.into_iter().filter(|slot| query.matches(snapshot.feature(*slot))).collect(), count)
            }
            None if query.is_empty() => Meant { slots: (0..).take(count).collect(), flags: None },
            None => {
                let found = snapshot.find_until(query, work.deadline()).map_err(|_| Unfinished::TookTooLong)?;
                Meant::some(found, count)
            }
        })
    }

    fn some(slots: Vec<Slot>, count: usize) -> Meant {
        let mut flags = vec![false; count];
        slots.iter().for_each(|slot| flags[*slot as usize] = true);
        Meant { slots, flags: Some(flags) }
    }

    fn has(&self, slot: Slot) -> bool {
        self.flags.as_ref().is_none_or(|flags| flags[slot as usize])
    }

    fn only(&self, pass: impl Fn(Slot) -> bool) -> Meant {
        let count = self.flags.as_ref().map_or(self.slots.len(), Vec::len);
        Meant::some(self.slots.iter().copied().filter(|slot| pass(*slot)).collect(), count)
    }
}

/// What became of a snapshot's features in a later one.
struct Same {
    /// By slot then: the slot now of what stayed as it was.
    now: Vec<Option<Slot>>,
    /// By slot now: whether it was not so then.
    is_new: Vec<bool>,
}

fn same(then: &Snapshot, now: &Snapshot) -> Same {
    let mut same = Same { now: vec![None; then.features().len()], is_new: vec![true; now.features().len()] };
    let mut later = (0..).zip(now.features()).peekable();
    for (place, feature) in then.features().iter().enumerate() {
        while later.next_if(|(_, other)| other.id < feature.id).is_some() {}
        if let Some((slot, _)) = later.next_if(|(_, other)| other.id == feature.id && Arc::ptr_eq(other, feature)) {
            same.now[place] = Some(slot);
            same.is_new[slot as usize] = false;
        }
    }
    same
}

/// Two layers, and how their features shall lie.
struct Finder<'a> {
    a: &'a Snapshot,
    b: &'a Snapshot,
    is_same_layer: bool,
    /// Of the second layer's areas that were met: each is met by many.
    boundaries: Vec<OnceLock<Option<Box<Boundary>>>>,
    relation: PairRelation,
    /// Where the relation is of what flows where.
    flow: Option<Flow>,
    area: Option<&'a MultiPolygon<f64>>,
    work: &'a Work,
}

/// A feature of the first layer, or what of it counts.
struct One<'a> {
    slot: Slot,
    geometry: &'a Geometry<f64>,
    /// Of areas.
    boundary: Option<Boundary>,
}

impl Finder<'_> {
    /// Pairs of these features of the first layer with those meant of the second.
    fn find(&self, slots: &[Slot], meant: &Meant) -> Result<Vec<Pair>, Unfinished> {
        self.work.expect(slots.len());
        let found: Vec<Vec<Pair>> =
            slots.par_iter().map(|slot| self.find_one(*slot, meant)).collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    fn find_one(&self, slot: Slot, meant: &Meant) -> Result<Vec<Pair>, Unfinished> {
        self.work.next()?;
        let feature = self.a.feature(slot);
        let Some(whole) = &feature.geometry else { return Ok(vec![]) };
        let Some(own) = part(whole, self.area)? else { return Ok(vec![]) };
        let own = One { slot, boundary: areas_of(&own).map(Boundary::of), geometry: &own };
        let others = match &self.flow {
            Some(flow) => flow.below(slot),
            None => self.near(self.b, feature),
        };
        let pairs = others
            .into_iter()
            .filter(|other| meant.has(*other))
            .filter(|other| !self.is_same_layer || self.b.feature(*other).id != feature.id)
            .filter_map(|other| self.pair(&own, other).transpose());
        let pairs: Vec<Pair> = pairs.collect::<Result<_, _>>()?;
        self.work.found(pairs.len())?;
        Ok(pairs)
    }

    /// Features whose boxes are near enough.
    fn near(&self, snapshot: &Snapshot, feature: &Feature) -> Vec<Slot> {
        let Some(bbox) = feature.bbox else { return vec![] };
        match self.relation {
            PairRelation::Near(distance_m) => {
                around(&bbox, distance_m + self.bulge_m()).parts().flat_map(|part| snapshot.near_box(&part)).collect()
            }
            _ => snapshot.near_box(&bbox),
        }
    }

    /// How far edges of either layer bulge beyond their boxes.
    fn bulge_m(&self) -> f64 {
        self.a.bulge_m() + self.b.bulge_m()
    }

    /// The pair, if the two lie so to one another.
    fn pair(&self, one: &One<'_>, b: Slot) -> Result<Option<Pair>, Unfinished> {
        self.work.go_on()?;
        let own = one.geometry;
        let Some(other) = self.b.feature(b).geometry.as_ref() else { return Ok(None) };
        let of_other = || areas_of(other).map(|areas| Box::new(Boundary::of(areas)));
        let boundary = || self.boundaries[b as usize].get_or_init(of_other).as_deref();
        let (shared, lie, touches) = match (&one.boundary, boundary()) {
            (Some(boundary), Some(of_other)) => match boundary.lie(of_other) {
                Ok(lie) => (lie.shared(), Some(lie), false),
                Err(Touching) => (shared_by_overlay(own, other)?, None, true),
            },
            _ => (own.intersects(other).then(Extent::default), None, false),
        };
        let meets = shared.is_some();
        let is_within = matches!(lie, Some(Lie::Within(_)));
        let pair =
            |distance_m| Pair { a: one.slot, b, shared: shared.unwrap_or_default(), distance_m, touches, is_within };
        let distance_m = match self.relation {
            PairRelation::Intersects => meets.then_some(0.0),
            PairRelation::Within => match lie {
                Some(_) => is_within.then_some(0.0),
                None => (meets && own.relate(other).is_within()).then_some(0.0),
            },
            PairRelation::Contains => match lie {
                Some(lie) => matches!(lie, Lie::Around(_)).then_some(0.0),
                None => (meets && own.relate(other).is_contains()).then_some(0.0),
            },
            PairRelation::Touches => (meets && lie.is_none() && own.relate(other).is_touches()).then_some(0.0),
            PairRelation::Near(most) if meets => Some(0.0).filter(|distance| *distance <= most),
            PairRelation::Near(most) => match (&one.boundary, boundary()) {
                (Some(boundary), Some(of_other)) => boundary.distance_m(of_other, most, self.bulge_m()),
                _ => distance_m(own, other).filter(|distance| *distance <= most),
            },
            PairRelation::Downstream => return Ok(Some(pair(meets.then_some(0.0)))),
        };
        Ok(distance_m.map(|distance_m| pair(Some(distance_m))))
    }
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

/// What two areas share; `None` where they are apart.
fn shared_by_overlay(one: &Geometry<f64>, other: &Geometry<f64>) -> Result<Option<Extent>, OverlayError> {
    let (Some(one), Some(other)) = (areas_of(one), areas_of(other)) else { return Ok(None) };
    let (shared, meets) = lay(one, other)?;
    Ok(meets.then(|| Boundary::of(&shared).whole()))
}
