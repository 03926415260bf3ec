use std::{collections::HashSet, time::Instant};

use geo::Point;

use crate::{
    index::{Slot, Snapshot, TookTooLong, lookup::envelope},
    model::{
        Bbox, FeatureQuery,
        geodesic::{FARTHEST_M, Outline, SPHERE_ERROR, around, geodesic_m, spherical_m},
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

/// A feature that was looked at: its nearest place, and how far that is on the sphere.
struct Seen {
    slot: Slot,
    place: Point<f64>,
    sphere_m: f64,
}

/// The nearest of them. The geodesic is taken of those only that can be among them.
fn nearest_of(from: Point<f64>, mut seen: Vec<Seen>, count: usize, within_m: f64) -> Vec<Neighbour> {
    if let Some(last) = count.checked_sub(1).filter(|last| *last < seen.len()) {
        let (_, last, _) = seen.select_nth_unstable_by(last, |a, b| a.sphere_m.total_cmp(&b.sphere_m));
        let farthest = last.sphere_m * SPHERE_ERROR * SPHERE_ERROR;
        seen.retain(|seen| seen.sphere_m <= farthest);
    }
    let measured = seen.iter().map(|seen| Neighbour { slot: seen.slot, distance_m: geodesic_m(from, seen.place) });
    let mut found: Vec<Neighbour> = measured.filter(|neighbour| neighbour.distance_m <= within_m).collect();
    found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.slot.cmp(&b.slot)));
    found.truncate(count);
    found
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
        let mut seen: Vec<Seen> = vec![];
        let mut visited = HashSet::new();
        let here = Bbox { west: from.x(), south: from.y(), east: from.x(), north: from.y() };
        let mut reach = FIRST_REACH_M;
        loop {
            let is_last = reach >= within_m || reach >= FARTHEST_M;
            let reach_now = reach.min(within_m);
            for part in around(&here, reach_now + self.bulge_m).parts() {
                for entry in self.tree.locate_in_envelope_intersecting(envelope(&part)) {
                    if !visited.insert(entry.slot) {
                        continue;
                    }
                    if Instant::now() > deadline {
                        return Err(TookTooLong);
                    }
                    let feature = self.feature(entry.slot);
                    let place = || Outline::of(feature.geometry.as_ref()?).nearest(from);
                    if query.matches(feature)
                        && query.bbox.is_none_or(|bbox| feature.meets(&bbox))
                        && let Some(place) = place()
                    {
                        seen.push(Seen { slot: entry.slot, place, sphere_m: spherical_m(from, place) });
                    }
                }
            }
            // Whatever was not looked at lies farther than this.
            let is_enough = || seen.iter().filter(|seen| seen.sphere_m * SPHERE_ERROR <= reach_now).count() >= count;
            if is_last || is_enough() {
                break;
            }
            reach *= WIDENING;
        }
        Ok(nearest_of(from, seen, count, within_m))
    }
}
