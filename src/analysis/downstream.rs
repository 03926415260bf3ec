use std::{collections::BTreeSet, sync::Arc};

use geo::MultiPolygon;

use crate::{
    analysis::{
        Pair, PairRelation, Side, Unfinished, WATERSHEDS, Work,
        boundary::Boundary,
        overlap::{Overlaps, find_overlaps},
        shared::areas_of,
    },
    index::{Slot, Snapshot},
    model::{FeatureQuery, is_downstream},
};

/// A feature lies in a unit where at least this share of it does, or of the unit: borders that were drawn apart leave slivers.
const SHARE: f64 = 0.01;

/// What flows from the features of one layer to those of another, by the hydrographic units in which they lie.
pub(super) struct Flow {
    /// By slot of the first layer: the units in which it lies.
    units: Vec<Vec<Slot>>,
    /// By unit: features of the second layer in units downstream of it.
    below: Vec<Vec<Slot>>,
}

impl Flow {
    pub(super) fn of(
        a: &Side,
        b: &Side,
        watersheds: &Arc<Snapshot>,
        area: Option<&MultiPolygon<f64>>,
        work: &Work,
    ) -> Result<Flow, Unfinished> {
        let units = units_of(a, watersheds, area, work)?;
        let mut held: Vec<Vec<Slot>> = vec![vec![]; watersheds.features().len()];
        for (slot, units) in (0..).zip(units_of(b, watersheds, None, work)?) {
            units.iter().for_each(|unit| held[*unit as usize].push(slot));
        }
        let position = watersheds.position("code");
        let code = |unit: usize| position.and_then(|code| watersheds.features()[unit].value(code).as_text());
        let is_below =
            |unit: usize, of: usize| code(unit).zip(code(of)).is_some_and(|(unit, of)| is_downstream(unit, of));
        let below = |of: usize| {
            let units = (0..held.len()).filter(|unit| is_below(*unit, of));
            units.flat_map(|unit| held[unit].iter().copied()).collect()
        };
        let below = (0..held.len()).map(below).collect();
        Ok(Flow { units, below })
    }

    /// Features of the second layer downstream of a feature of the first one, ascending.
    pub(super) fn below(&self, slot: Slot) -> Vec<Slot> {
        let below = self.units[slot as usize].iter().flat_map(|unit| self.below[*unit as usize].iter().copied());
        below.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// By slot: the units in which each feature that is meant lies.
fn units_of(
    side: &Side,
    watersheds: &Arc<Snapshot>,
    area: Option<&MultiPolygon<f64>>,
    work: &Work,
) -> Result<Vec<Vec<Slot>>, Unfinished> {
    let mut units = vec![vec![]; side.snapshot.features().len()];
    if side.snapshot.layer().id == WATERSHEDS {
        // A unit lies in itself, and not in one beside it that it laps over.
        (0..).zip(&mut units).for_each(|(slot, units)| units.push(slot));
        return Ok(units);
    }
    let all = Side { snapshot: Arc::clone(watersheds), query: FeatureQuery::default(), ids: None };
    let Overlaps { pairs, .. } = find_overlaps(side, &all, PairRelation::Intersects, watersheds, area, None, work)?;
    let m2_of = |snapshot: &Snapshot, slot: Slot| {
        snapshot.feature(slot).geometry.as_ref().and_then(areas_of).map(|areas| Boundary::of(areas).whole().m2)
    };
    let units_m2: Vec<Option<f64>> =
        (0..).take(watersheds.features().len()).map(|unit| m2_of(watersheds, unit)).collect();
    for (slot, units) in (0..).zip(&mut units) {
        let first = pairs.partition_point(|pair| pair.a < slot);
        let own = pairs[first..].iter().take_while(|pair| pair.a == slot);
        let mut own = own.peekable();
        if own.peek().is_none() {
            continue;
        }
        let m2 = m2_of(&side.snapshot, slot);
        let lies_in = |pair: &&Pair| {
            // A place is in a unit wherever it meets it.
            let Some(m2) = m2 else { return true };
            let unit_m2 = units_m2[pair.b as usize].unwrap_or(f64::INFINITY);
            pair.shared.m2 > 0.0 && pair.shared.m2 >= SHARE * m2.min(unit_m2)
        };
        units.extend(own.filter(lies_in).map(|pair| pair.b));
    }
    Ok(units)
}
