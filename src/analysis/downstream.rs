use std::{collections::BTreeSet, sync::Arc};

use geo::MultiPolygon;

use crate::{
    analysis::{
        PairRelation, Side, Unfinished, WATERSHEDS, Work,
        overlap::{Overlaps, find_overlaps},
        shared::areas_of,
    },
    index::{Slot, Snapshot},
    model::{FeatureQuery, is_downstream},
};

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

/// By slot: the units with which each feature that is meant shares an area, or in which its place is.
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
    for pair in pairs {
        let is_area = side.snapshot.feature(pair.a).geometry.as_ref().and_then(areas_of).is_some();
        if pair.shared.m2 > 0.0 || !is_area {
            units[pair.a as usize].push(pair.b);
        }
    }
    Ok(units)
}
