use std::time::Instant;

use geo::Intersects;

use crate::{
    index::{Feature, Slot, Snapshot, TookTooLong, lookup::envelope},
    model::FeatureQuery,
};

/// How many features of one layer meet each area of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// One for each area, in the order of its layer's slots. A feature that meets several areas counts in each.
    pub by_area: Vec<usize>,
    /// Features that match, each once.
    pub matched: usize,
    /// Those of them that meet no area.
    pub outside: usize,
    /// Those of them without geometry.
    pub without_place: usize,
}

impl Snapshot {
    /// Counts the features of another layer that match, by the areas of this layer that they meet.
    ///
    /// # Errors
    /// [`TookTooLong`].
    pub fn count_by_area(
        &self,
        counted: &Snapshot,
        query: &FeatureQuery,
        deadline: Instant,
    ) -> Result<Counts, TookTooLong> {
        let slots = counted.find_until(query, deadline)?;
        let mut counts =
            Counts { by_area: vec![0; self.features().len()], matched: slots.len(), outside: 0, without_place: 0 };
        for slot in slots {
            if Instant::now() > deadline {
                return Err(TookTooLong);
            }
            let feature = counted.feature(slot);
            if feature.geometry.is_none() {
                counts.without_place += 1;
                continue;
            }
            let mut is_outside = true;
            for area in self.meeting(feature) {
                counts.by_area[area as usize] += 1;
                is_outside = false;
            }
            counts.outside += usize::from(is_outside);
        }
        Ok(counts)
    }

    /// Slots of the features here that a feature of any layer meets, in no order.
    pub fn meeting<'a>(&'a self, other: &'a Feature) -> impl Iterator<Item = Slot> + 'a {
        let near = other.bbox.map(|bbox| self.tree.locate_in_envelope_intersecting(envelope(&bbox)));
        near.into_iter().flatten().map(|entry| entry.slot).filter(move |slot| {
            let own = self.feature(*slot).geometry.as_ref();
            own.zip(other.geometry.as_ref()).is_some_and(|(own, other)| own.intersects(other))
        })
    }
}
