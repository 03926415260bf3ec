use std::collections::BTreeMap;

use geo::{Intersects, Rect, coord};

use crate::{
    index::{Feature, Slot, Snapshot, snapshot::envelope},
    model::{Bbox, FeatureQuery, Period},
};

impl Snapshot {
    /// Slots of the features for which all conditions hold, ascending (so by ascending id).
    pub fn find(&self, query: &FeatureQuery) -> Vec<Slot> {
        let matches = |slot: &Slot| query.matches_attributes(self.feature(*slot));
        match &query.bbox {
            None => (0..).zip(self.features()).map(|(slot, _)| slot).filter(matches).collect(),
            Some(bbox) => {
                let mut slots: Vec<Slot> = bbox.parts().flat_map(|part| self.intersecting(part)).collect();
                // Features without geometry match every box (OGC 17-069r4, requirement /req/core/fc-bbox-response).
                slots.extend(&self.placeless);
                slots.retain(matches);
                slots.sort_unstable();
                slots.dedup();
                slots
            }
        }
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
    fn matches_attributes(&self, feature: &Feature) -> bool {
        self.properties.iter().all(|filter| filter.any_of.contains(&feature.values[filter.position]))
            && self.period.is_none_or(|period| feature.holds_within(period))
            && self.text.as_deref().is_none_or(|text| feature.search_text.contains(text))
    }
}
