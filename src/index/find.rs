use std::{cmp::Reverse, collections::BTreeMap, time::Instant};

use geo::{Intersects, Rect, coord};

use crate::{
    index::{Feature, Slot, Snapshot, lookup::envelope},
    model::{Bbox, FeatureQuery, Period, fold},
};

/// A search that was given up because its time was over.
#[derive(Debug, thiserror::Error)]
#[error("the filter takes too long to answer: narrow it with bbox or simpler geometry")]
pub struct TookTooLong;

/// After how many features of a search the clock is looked at.
const PATIENCE: usize = 64;

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// By category as its code list has them, then by phase, the gravest first, then the latest first.
    Urgency,
    /// By first day, the latest first; those without a date last.
    Recent,
}

/// Phases of an active case, from those in which people are in most danger to those in which they talk.
const PHASES_BY_GRAVITY: [&str; 5] = ["crisis", "escalamiento", "desescalamiento", "temprana", "dialogo"];

/// Fields by which a case is found beside its name and code.
const WHO_AND_WHERE: [&str; 4] = ["company", "department", "province", "district"];

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

    /// The same slots in that order. In any but the order of names, features without a place come last.
    pub fn find_sorted(&self, query: &FeatureQuery, order: Order) -> Vec<Slot> {
        let mut found = vec![false; self.features().len()];
        for slot in self.find(query) {
            found[slot as usize] = true;
        }
        let mut slots: Vec<Slot> = self.by_name.iter().copied().filter(|slot| found[*slot as usize]).collect();
        // The sorts are stable, so that equals stay in the order of their names.
        let since = |slot: &Slot| Reverse(self.feature(*slot).holds.map(|(from, _)| from));
        match order {
            Order::Name => {}
            Order::Recent => slots.sort_by_key(since),
            Order::Urgency => {
                let category = self.layer().category_field.as_deref();
                let [category, phase] = [category, Some("phase")].map(|name| self.position(name?));
                let codes = category.map_or(&[][..], |position| &self.fields()[position].codes[..]);
                slots.sort_by_cached_key(|slot| {
                    let text = |position: Option<usize>| self.feature(*slot).values[position?].as_text();
                    let rank = text(category).and_then(|own| codes.iter().position(|code| code.code == own));
                    let grave = text(phase).and_then(|own| PHASES_BY_GRAVITY.iter().position(|code| *code == own));
                    (rank.unwrap_or(usize::MAX), grave.unwrap_or(usize::MAX), since(slot))
                });
            }
        }
        if order != Order::Name {
            slots.sort_by_key(|slot| self.feature(*slot).geometry.is_none());
        }
        slots
    }

    /// How many of the features that are meant match, by category and whatever category the query asks for. Empty
    /// for layers without categories; features without one are not counted.
    pub fn count_categories(&self, query: &FeatureQuery, is_meant: impl Fn(&Feature) -> bool) -> BTreeMap<&str, usize> {
        let Some(position) = self.layer().category_field.as_deref().and_then(|name| self.position(name)) else {
            return BTreeMap::new();
        };
        let mut open = query.clone();
        open.properties.retain(|filter| filter.position != position);
        let mut counts = BTreeMap::new();
        for feature in self.find(&open).into_iter().map(|slot| self.feature(slot)).filter(|feature| is_meant(feature)) {
            if let Some(category) = feature.values[position].as_text() {
                *counts.entry(category).or_default() += 1;
            }
        }
        counts
    }

    /// Slots of features whose name or code contains the folded text: those that begin with it first, then by
    /// name. Cases are also found by company and place, after the others. At most `limit`.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Slot> {
        // Only cases: with a department's name, the thousand concessions in it would push everything else out.
        let company = self.position("company");
        let also: Vec<usize> = match company {
            Some(_) => WHO_AND_WHERE.iter().filter_map(|name| self.position(name)).collect(),
            None => vec![],
        };
        let rank = |slot: Slot| {
            let feature = self.feature(slot);
            let told = || also.iter().filter_map(|position| feature.values[*position].as_text());
            match feature.search_text.find(text) {
                Some(0) => Some(0),
                Some(_) => Some(1),
                None => told().any(|value| fold(value).contains(text)).then_some(2),
            }
        };
        let mut hits: Vec<(i32, Slot)> = self.by_name.iter().filter_map(|slot| Some((rank(*slot)?, *slot))).collect();
        hits.sort_by_key(|(rank, _)| *rank);
        hits.into_iter().take(limit).map(|(_, slot)| slot).collect()
    }

    fn intersecting(&self, bbox: Bbox) -> impl Iterator<Item = Slot> {
        let rect = to_rect(&bbox);
        self.tree
            .locate_in_envelope_intersecting(envelope(&bbox))
            .map(|entry| entry.slot)
            .filter(move |slot| self.feature(*slot).intersects(&bbox, &rect))
    }
}

fn to_rect(bbox: &Bbox) -> Rect<f64> {
    Rect::new(coord! { x: bbox.west, y: bbox.south }, coord! { x: bbox.east, y: bbox.north })
}

impl Feature {
    fn holds_within(&self, period: Period) -> bool {
        let Some((from, to)) = self.holds else { return true };
        period.to.is_none_or(|last| from <= last) && period.from.is_none_or(|first| to.is_none_or(|to| to >= first))
    }

    /// Whether its geometry meets a box, which may cross the antimeridian.
    pub(super) fn meets(&self, bbox: &Bbox) -> bool {
        bbox.parts().any(|part| self.intersects(&part, &to_rect(&part)))
    }

    fn intersects(&self, bbox: &Bbox, rect: &Rect<f64>) -> bool {
        let inside =
            self.bbox.is_some_and(|own| bbox.contains(own.west, own.south) && bbox.contains(own.east, own.north));
        inside || self.geometry.as_ref().is_some_and(|geometry| geometry.intersects(rect))
    }
}

impl FeatureQuery {
    /// Whether everything but the box holds.
    pub(super) fn matches(&self, feature: &Feature) -> bool {
        self.properties.iter().all(|filter| filter.any_of.contains(&feature.values[filter.position]))
            && self.period.is_none_or(|period| feature.holds_within(period))
            && self.text.as_deref().is_none_or(|text| feature.search_text.contains(text))
            && self.filter.as_ref().is_none_or(|filter| filter.passes(feature))
    }
}
