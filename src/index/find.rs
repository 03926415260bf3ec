use std::{collections::BTreeMap, time::Instant};

use geo::{Intersects, Rect, coord};

use crate::{
    index::{Feature, Slot, Snapshot, snapshot::envelope},
    model::{Bbox, FeatureQuery, Period},
};

/// A search that was given up because its time was over.
#[derive(Debug, thiserror::Error)]
#[error("the filter takes too long to answer: narrow it with bbox or simpler geometry")]
pub struct TookTooLong;

/// After how many features of a search the clock is looked at.
const PATIENCE: usize = 64;

impl Snapshot {
    /// Slots of the features for which all conditions hold, ascending (so by ascending id).
    pub fn find(&self, query: &FeatureQuery) -> Vec<Slot> {
        let mut slots = self.candidates(query);
        slots.retain(|slot| query.matches(self.feature(*slot)));
        slots
    }

    /// The same, given up at `deadline`: a filter may ask much of each feature.
    ///
    /// # Errors
    /// [`TookTooLong`].
    pub fn find_until(&self, query: &FeatureQuery, deadline: Instant) -> Result<Vec<Slot>, TookTooLong> {
        let candidates = self.candidates(query);
        let mut slots = Vec::with_capacity(candidates.len().min(1024));
        for some in candidates.chunks(PATIENCE) {
            if Instant::now() > deadline {
                return Err(TookTooLong);
            }
            slots.extend(some.iter().copied().filter(|slot| query.matches(self.feature(*slot))));
        }
        Ok(slots)
    }

    /// Slots of the features that the boxes of the query leave over, ascending.
    fn candidates(&self, query: &FeatureQuery) -> Vec<Slot> {
        let filter_bbox = query.filter.as_ref().and_then(|filter| filter.bbox());
        let mut slots: Vec<Slot> = match (&query.bbox, filter_bbox) {
            (None, None) => return (0..).zip(self.features()).map(|(slot, _)| slot).collect(),
            (Some(bbox), _) => {
                let mut slots: Vec<Slot> = bbox.parts().flat_map(|part| self.intersecting(part)).collect();
                // Features without geometry match every box (OGC 17-069r4, requirement /req/core/fc-bbox-response).
                slots.extend(&self.placeless);
                slots
            }
            (None, Some(bbox)) => {
                self.tree.locate_in_envelope_intersecting(envelope(&bbox)).map(|entry| entry.slot).collect()
            }
        };
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// The same slots in the order of their names.
    pub fn find_by_name(&self, query: &FeatureQuery) -> Vec<Slot> {
        let mut found = vec![false; self.features().len()];
        for slot in self.find(query) {
            found[slot as usize] = true;
        }
        self.by_name.iter().copied().filter(|slot| found[*slot as usize]).collect()
    }

    /// How many features of each category match, whatever category the query asks for. Empty for layers without
    /// categories; features without one are not counted.
    pub fn count_categories(&self, query: &FeatureQuery) -> BTreeMap<&str, usize> {
        let Some(position) = self.layer().category_field.as_deref().and_then(|name| self.position(name)) else {
            return BTreeMap::new();
        };
        let mut open = query.clone();
        open.properties.retain(|filter| filter.position != position);
        let mut counts = BTreeMap::new();
        for slot in self.find(&open) {
            if let Some(category) = self.feature(slot).values[position].as_text() {
                *counts.entry(category).or_default() += 1;
            }
        }
        counts
    }

    /// Slots of features whose name or code contains the folded text: those that begin with it first, then by
    /// name. At most `limit`.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Slot> {
        let hit = |slot: &&Slot| self.feature(**slot).search_text.contains(text);
        let mut slots: Vec<Slot> = self.by_name.iter().filter(hit).copied().collect();
        slots.sort_by_key(|slot| !self.feature(*slot).search_text.starts_with(text));
        slots.truncate(limit);
        slots
    }

    fn intersecting(&self, bbox: Bbox) -> impl Iterator<Item = Slot> {
        let rect = Rect::new(coord! { x: bbox.west, y: bbox.south }, coord! { x: bbox.east, y: bbox.north });
        self.tree
            .locate_in_envelope_intersecting(envelope(&bbox))
            .map(|entry| entry.slot)
            .filter(move |slot| self.feature(*slot).intersects(&bbox, &rect))
    }
}

impl Feature {
    fn holds_within(&self, period: Period) -> bool {
        let Some((from, to)) = self.holds else { return true };
        period.to.is_none_or(|last| from <= last) && period.from.is_none_or(|first| to.is_none_or(|to| to >= first))
    }

    fn intersects(&self, bbox: &Bbox, rect: &Rect<f64>) -> bool {
        let inside =
            self.bbox.is_some_and(|own| bbox.contains(own.west, own.south) && bbox.contains(own.east, own.north));
        inside || self.geometry.as_ref().is_some_and(|geometry| geometry.intersects(rect))
    }
}

impl FeatureQuery {
    /// Whether everything but the box holds.
    fn matches(&self, feature: &Feature) -> bool {
        self.properties.iter().all(|filter| filter.any_of.contains(&feature.values[filter.position]))
            && self.period.is_none_or(|period| feature.holds_within(period))
            && self.text.as_deref().is_none_or(|text| feature.search_text.contains(text))
            && self.filter.as_ref().is_none_or(|filter| filter.passes(feature))
    }
}
