use std::{cmp::Ordering, collections::HashMap};

use rayon::prelude::*;

use crate::{
    analysis::{Answer, Pair, boundary::Boundary, shared::areas_of},
    index::{Slot, Snapshot},
};

/// What pairs can be in the order of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairOrder {
    /// The area they share.
    Area,
    /// Its share of the first feature.
    PercentA,
    /// Its share of the second feature.
    PercentB,
    /// How far they are from one another.
    Distance,
    /// Name of the first feature.
    NameA,
    /// Name of the second feature.
    NameB,
}

impl PairOrder {
    /// Each with its name, as pairs call it.
    pub const ALL: [(&'static str, PairOrder); 6] = [
        ("geodesic_ha", PairOrder::Area),
        ("percent_a", PairOrder::PercentA),
        ("percent_b", PairOrder::PercentB),
        ("distance_m", PairOrder::Distance),
        ("a.name", PairOrder::NameA),
        ("b.name", PairOrder::NameB),
    ];
}

impl Answer {
    /// The pairs in an order; equals stay in that of their areas, the largest first.
    pub fn sorted(&self, order: PairOrder, descending: bool) -> Vec<&Pair> {
        let mut pairs: Vec<&Pair> = self.pairs.iter().collect();
        match order {
            PairOrder::Area => sort(&mut pairs, descending, |one, other| one.shared.m2.total_cmp(&other.shared.m2)),
            PairOrder::Distance => {
                let far = |pair: &Pair| self.distance_m(pair).unwrap_or(f64::INFINITY);
                let mut by_distance: Vec<_> = self.pairs.par_iter().map(|pair| (far(pair), pair)).collect();
                by_distance.sort_by(|(one, _), (other, _)| match descending {
                    true => other.total_cmp(one),
                    false => one.total_cmp(other),
                });
                pairs = by_distance.into_iter().map(|(_, pair)| pair).collect();
            }
            PairOrder::PercentA => self.sort_by_percent(&mut pairs, descending, &self.layers.a, |pair| pair.a),
            PairOrder::PercentB => self.sort_by_percent(&mut pairs, descending, &self.layers.b, |pair| pair.b),
            PairOrder::NameA => sort_by_name(&mut pairs, descending, &self.layers.a, |pair| pair.a),
            PairOrder::NameB => sort_by_name(&mut pairs, descending, &self.layers.b, |pair| pair.b),
        }
        pairs
    }

    fn sort_by_percent(&self, pairs: &mut [&Pair], descending: bool, snapshot: &Snapshot, side: fn(&Pair) -> Slot) {
        let area = |slot: Slot| {
            snapshot.feature(slot).geometry.as_ref().and_then(areas_of).map(|own| Boundary::of(own).whole().m2)
        };
        let mut own: HashMap<Slot, Option<f64>> = HashMap::new();
        for pair in &self.pairs {
            own.entry(side(pair)).or_insert_with_key(|slot| area(*slot));
        }
        // What is no area comes before all others.
        let share = |pair: &Pair| own[&side(pair)].filter(|own| *own > 0.0).map_or(-1.0, |own| pair.shared.m2 / own);
        sort(pairs, descending, |one, other| share(one).total_cmp(&share(other)));
    }
}

fn sort_by_name(pairs: &mut [&Pair], descending: bool, snapshot: &Snapshot, side: fn(&Pair) -> Slot) {
    let mut ranks = vec![0; snapshot.features().len()];
    snapshot.by_name().iter().zip(0_usize..).for_each(|(slot, rank)| ranks[*slot as usize] = rank);
    sort(pairs, descending, |one, other| ranks[side(one) as usize].cmp(&ranks[side(other) as usize]));
}

fn sort(pairs: &mut [&Pair], descending: bool, compare: impl Fn(&Pair, &Pair) -> Ordering) {
    pairs.sort_by(|one, other| if descending { compare(other, one) } else { compare(one, other) });
}
