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
        // One question of a filter may take as long as thousands of others.
        for some in candidates.chunks(if query.filter.is_some() { 1 } else { PATIENCE }) {
            if Instant::now() > deadline {
                return Err(TookTooLong);
            }
            slots.extend(some.iter().copied().filter(|slot| query.matches(self.feature(*slot))));
        }
        Ok(slots)
    }

    /// Slots of the features whose boxes meet a box that does not cross the antimeridian, ascending.
    pub fn near_box(&self, bbox: &Bbox) -> Vec<Slot> {
        let near = self.tree.locate_in_envelope_intersecting(envelope(bbox));
        ascending(near.map(|entry| entry.slot).collect(), self.features().len())
    }

    /// Whether at most so many features have boxes that meet a box, and all of them pass.
    pub fn has_few_near(&self, bbox: &Bbox, most: usize, mut pass: impl FnMut(&Feature) -> bool) -> bool {
        let near = self.tree.locate_in_envelope_intersecting(envelope(bbox)).take(most + 1);
        let mut found = 0;
        near.into_iter().all(|entry| {
            pass(self.feature(entry.slot)) && {
                found += 1;
                found <= most
            }
        })
    }

    /// Slots of the features that the boxes of the query leave over, ascending.
    fn candidates(&self, query: &FeatureQuery) -> Vec<Slot> {
        let filter_bbox = query.filter.as_ref().and_then(|filter| filter.bbox(self.bulge_m));
        let slots: Vec<Slot> = match (&query.bbox, filter_bbox) {
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
        ascending(slots, self.features().len())
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
                    let text = |position: Option<usize>| self.feature(*slot).value(position?).as_text();
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
            if let Some(category) = feature.value(position).as_text() {
                *counts.entry(category).or_default() += 1;
            }
        }
        counts
    }

    /// Features whose name or code contains the folded text, or all its words; last those whose holder or company it is,
    /// and cases in a place called so. The best of them, by rank and then by name, at most `limit`.
    pub fn search(&self, text: &str, limit: usize) -> Hits {
        let also: Vec<usize> = match self.position("company") {
            // Only cases: with a department's name, the thousand concessions in it would push everything else out.
            Some(_) => WHO_AND_WHERE.iter().filter_map(|name| self.position(name)).collect(),
            None => self.position("holder").into_iter().collect(),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let rank = |slot: Slot| {
            let feature = self.feature(slot);
            let told = || also.iter().filter_map(|position| feature.value(*position).as_text());
            match rank_of(&feature.search_text, text, &words) {
                Some(rank) => Some(rank),
                None => told().any(|value| has_words(&fold(value), &words)).then_some(3),
            }
        };
        let mut best: Vec<(u8, Slot)> = self.by_name.iter().filter_map(|slot| Some((rank(*slot)?, *slot))).collect();
        best.sort_by_key(|(rank, _)| *rank);
        let matched = best.len();
        best.truncate(limit);
        Hits { matched, best }
    }

    fn intersecting(&self, bbox: Bbox) -> impl Iterator<Item = Slot> {
        let rect = to_rect(&bbox);
        self.tree
            .locate_in_envelope_intersecting(envelope(&bbox))
            .map(|entry| entry.slot)
            .filter(move |slot| self.feature(*slot).intersects(&bbox, &rect))
    }
}

/// Slots of a layer with `count` features in ascending order, each once.
fn ascending(mut slots: Vec<Slot>, count: usize) -> Vec<Slot> {
    const BITS: usize = u64::BITS as usize;
    // Sorting costs more for each than looking through a bit for every feature.
    if slots.len() < count / BITS {
        slots.sort_unstable();
        slots.dedup();
        return slots;
    }
    let mut marked = vec![0_u64; count.div_ceil(BITS)];
    slots.iter().for_each(|slot| marked[*slot as usize / BITS] |= 1 << (*slot as usize % BITS));
    slots.clear();
    for (mut word, first) in marked.into_iter().zip((0..).step_by(BITS)) {
        while word != 0 {
            slots.push(first + word.trailing_zeros());
            word &= word - 1;
        }
    }
    slots
}

/// What a search by text found in a layer.
#[derive(Debug)]
pub struct Hits {
    /// All of them.
    pub matched: usize,
    /// The best, each with its rank: 0 is called just so, 1 has a word that begins so, 2 has the text or its words
    /// somewhere, 3 has them in its holder, company or place.
    pub best: Vec<(u8, Slot)>,
}

/// How well a folded name and code (see [`Feature::search_text`]) fit a folded text and its words.
fn rank_of(search_text: &str, text: &str, words: &[&str]) -> Option<u8> {
    if search_text.split('\n').any(|own| own == text) {
        return Some(0);
    }
    let begins_word = |(at, _): (usize, &str)| !search_text[..at].ends_with(char::is_alphanumeric);
    if search_text.match_indices(text).any(begins_word) {
        return Some(1);
    }
    has_words(search_text, words).then_some(2)
}

/// Whether all words are somewhere; points of abbreviations do not count.
fn has_words(folded: &str, words: &[&str]) -> bool {
    let plain = |text: &str| text.replace('.', "");
    let own = plain(folded);
    words.iter().all(|word| own.contains(&plain(word)))
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
    pub fn matches(&self, feature: &Feature) -> bool {
        self.properties.iter().all(|filter| filter.accepts(feature.value(filter.position)))
            && self.period.is_none_or(|period| feature.holds_within(period))
            && self.text.as_deref().is_none_or(|text| feature.search_text.contains(text))
            && self.among.as_ref().is_none_or(|among| among.contains(&feature.id))
            && self.filter.as_ref().is_none_or(|filter| filter.passes(feature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_come_before_words_and_words_before_parts() {
        for (name, text, rank) in [
            ("conga\n1", "conga", Some(0)),
            ("otra\nconga", "conga", Some(0)),
            ("minas conga\n1", "conga", Some(1)),
            ("congalla\n1", "conga", Some(1)),
            ("ocongate\n1", "conga", Some(2)),
            ("ocongate conga\n1", "conga", Some(1)),
            ("bagua\n1", "conga", None),
            ("minera yanacocha s.r.l.\n1", "yanacocha srl", Some(2)),
            ("minera yanacocha s.r.l.\n1", "yanacocha sac", None),
        ] {
            let words: Vec<_> = text.split(' ').collect();
            assert_eq!(rank_of(name, text, &words), rank, "{name}: {text}");
        }
    }

    #[test]
    fn few_and_many_slots_come_in_the_same_order() {
        for step in [1, 7, 900] {
            let sorted: Vec<Slot> = (0..1_000).step_by(step).collect();
            let doubled: Vec<Slot> = sorted.iter().rev().chain(&sorted).copied().collect();
            assert_eq!(ascending(doubled, 1_000), sorted, "every {step}");
        }
    }
}
