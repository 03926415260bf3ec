use std::{collections::HashSet, time::Instant};

use geo::Point;

use crate::{
    index::{Slot, Snapshot, TookTooLong, lookup::envelope},
    model::{
        Bbox, FeatureQuery,
        geodesic::{FARTHEST_M, Outline, around, distance_from_m},
    },
};

/// A feature and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// The feature.
    pub slot: Slot,
    /// Geodesic distance in metres; 0 inside an area.
    pub distance_m: f64,
}

/// Within this distance, in metres, a search for the nearest begins; it widens until it has found enough.
const FIRST_REACH_M: f64 = 1_000.0;
/// How much farther each next try reaches.
const WIDENING: f64 = 3.0;

impl Snapshot {
    /// The features that match and lie nearest, at most `count` and no farther than `within_m` metres, the nearest first
    /// and equals by ascending id. Features without geometry are nowhere near.
    ///
    /// # Errors
    /// [`TookTooLong`].
    pub fn nearest(
        &self,
        from: Point<f64>,
        query: &FeatureQuery,
        count: usize,
        within_m: f64,
        deadline: Instant,
    ) -> Result<Vec<Neighbour>, TookTooLong> {
        let mut found: Vec<Neighbour> = vec![];
        let mut seen = HashSet::new();
        let here = Bbox { west: from.x(), south: from.y(), east: from.x(), north: from.y() };
        let mut reach = FIRST_REACH_M;
        loop {
            let is_last = reach >= within_m || reach >= FARTHEST_M;
            let reach_now = reach.min(within_m);
            for part in around(&here, reach_now + self.bulge_m).parts() {
                for entry in self.tree.locate_in_envelope_intersecting(envelope(&part)) {
                    if !seen.insert(entry.slot) {
                        continue;
                    }
                    if Instant::now() > deadline {
                        return Err(TookTooLong);
                    }
                    let feature = self.feature(entry.slot);
                    let distance = || distance_from_m(from, &Outline::of(feature.geometry.as_ref()?));
                    if query.matches(feature)
                        && query.bbox.is_none_or(|bbox| feature.meets(&bbox))
                        && let Some(distance_m) = distance().filter(|distance| *distance <= within_m)
                    {
                        found.push(Neighbour { slot: entry.slot, distance_m });
                    }
                }
            }
            // Whatever was not looked at lies farther than this.
            if is_last || found.iter().filter(|neighbour| neighbour.distance_m <= reach_now).count() >= count {
                break;
            }
            reach *= WIDENING;
        }
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.slot.cmp(&b.slot)));
        found.truncate(count);
        Ok(found)
    }
}
