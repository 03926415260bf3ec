use std::sync::Arc;

use rstar::{AABB, RTree, RTreeObject};

use crate::{
    index::{Feature, Slot},
    model::Bbox,
};

/// Up to so many changes are worked into the indexes one by one; above, making them anew is quicker.
const FEW: usize = 256;
/// The same for features that come or go between others: each shifts the slots behind it.
const FEW_SHIFTS: usize = 16;
/// Up to one in so many, changes are worked into the indexes together.
const PART: usize = 4;

/// A feature in the tree: its box and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) slot: Slot,
    bbox: Bbox,
}

impl Entry {
    fn of(slot: Slot, feature: &Feature) -> Option<Entry> {
        Some(Entry { slot, bbox: feature.bbox? })
    }
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.bbox)
    }
}

/// The box as the tree sees it.
pub(super) fn envelope(bbox: &Bbox) -> AABB<[f64; 2]> {
    AABB::from_corners([bbox.west, bbox.south], [bbox.east, bbox.north])
}

/// The features of a snapshot, and by what they are found.
pub(super) struct Features {
    /// By ascending id; a slot is a position here.
    pub(super) by_id: Vec<Arc<Feature>>,
    /// Slots by folded name.
    pub(super) by_name: Vec<Slot>,
    /// Slots of features without geometry, ascending.
    pub(super) placeless: Vec<Slot>,
    pub(super) tree: RTree<Entry>,
}

impl Features {
    /// Indexes features that come by ascending id.
    pub(super) fn index(by_id: Vec<Arc<Feature>>) -> Features {
        let slots = || (0..).zip(&by_id);
        let entries = slots().filter_map(|(slot, feature)| Entry::of(slot, feature)).collect();
        let mut by_name: Vec<Slot> = slots().map(|(slot, _)| slot).collect();
        by_name.sort_by(|a, b| by_id[*a as usize].search_text.cmp(&by_id[*b as usize].search_text));
        let placeless = slots().filter(|(_, feature)| feature.geometry.is_none()).map(|(slot, _)| slot).collect();
        Features { by_name, placeless, tree: RTree::bulk_load(entries), by_id }
    }

    /// These features, without those that were touched, and with `present`, those of the touched that there are now.
    pub(super) fn with(mut self, touched: &[i64], present: Vec<Arc<Feature>>) -> Features {
        let mut gone: Vec<i64> = touched.to_vec();
        gone.sort_unstable();
        gone.retain(|id| present.binary_search_by_key(id, |feature| feature.id).is_err());
        let last = self.by_id.last().map_or(i64::MIN, |feature| feature.id);
        let is_between = |feature: &&Arc<Feature>| feature.id < last && self.place_of(feature.id).is_err();
        let shifts = gone.len() + present.iter().filter(is_between).count();
        if present.len() > FEW || shifts > FEW_SHIFTS {
            let is_part = (gone.len() + present.len()) * PART < self.by_id.len();
            return if is_part { self.worked_in(&gone, present) } else { self.indexed_anew(&gone, present) };
        }
        gone.iter().for_each(|id| self.remove(*id));
        present.into_iter().for_each(|feature| self.put(feature));
        self
    }

    /// The same for many changes that are a small part of all: what stays keeps its order, and is renumbered once. Both
    /// come by ascending id.
    fn worked_in(mut self, gone: &[i64], present: Vec<Arc<Feature>>) -> Features {
        let is_touched = |id: i64| {
            gone.binary_search(&id).is_ok() || present.binary_search_by_key(&id, |feature| feature.id).is_ok()
        };
        // The slot that each feature has afterwards; none for those that go or change.
        let mut renumbered: Vec<Option<Slot>> = Vec::with_capacity(self.by_id.len());
        let mut by_id: Vec<Arc<Feature>> = Vec::with_capacity(self.by_id.len() + present.len());
        let mut added: Vec<Slot> = Vec::with_capacity(present.len());
        let mut coming = present.iter().peekable();
        for (slot, feature) in (0..).zip(&self.by_id) {
            while let Some(new) = coming.next_if(|new| new.id <= feature.id) {
                added.push(to_slot(by_id.len()));
                by_id.push(Arc::clone(new));
            }
            if is_touched(feature.id) {
                if let Some(entry) = Entry::of(slot, feature) {
                    self.tree.remove(&entry);
                }
                renumbered.push(None);
            } else {
                renumbered.push(Some(to_slot(by_id.len())));
                by_id.push(Arc::clone(feature));
            }
        }
        for new in coming {
            added.push(to_slot(by_id.len()));
            by_id.push(Arc::clone(new));
        }
        self.tree
            .iter_mut()
            .for_each(|entry| entry.slot = renumbered[entry.slot as usize].expect("only what stays is left"));
        let entries = added.iter().filter_map(|slot| Entry::of(*slot, &by_id[*slot as usize]));
        entries.for_each(|entry| self.tree.insert(entry));
        let stays = |slots: &[Slot]| slots.iter().filter_map(|slot| renumbered[*slot as usize]).collect::<Vec<_>>();
        let mut placeless = stays(&self.placeless);
        placeless.extend(added.iter().filter(|slot| by_id[**slot as usize].geometry.is_none()));
        placeless.sort_unstable();
        let name = |slot: &Slot| (&by_id[*slot as usize].search_text, *slot);
        added.sort_unstable_by(|a, b| name(a).cmp(&name(b)));
        let by_name = merged(&stays(&self.by_name), &added, |a, b| name(a) < name(b));
        Features { by_name, placeless, tree: self.tree, by_id }
    }

    fn indexed_anew(self, gone: &[i64], present: Vec<Arc<Feature>>) -> Features {
        let is_kept = |feature: &Arc<Feature>| {
            gone.binary_search(&feature.id).is_err()
                && present.binary_search_by_key(&feature.id, |other| other.id).is_err()
        };
        let mut by_id = self.by_id;
        by_id.retain(is_kept);
        by_id.extend(present);
        by_id.sort_by_key(|feature| feature.id);
        Features::index(by_id)
    }

    /// The feature's slot, or the one it would have.
    fn place_of(&self, id: i64) -> Result<usize, usize> {
        self.by_id.binary_search_by_key(&id, |feature| feature.id)
    }

    fn remove(&mut self, id: i64) {
        let Ok(place) = self.place_of(id) else { return };
        self.forget(place);
        self.by_id.remove(place);
        let slot = to_slot(place);
        if place < self.by_id.len() {
            self.renumber(|other| if other > slot { other - 1 } else { other });
        }
    }

    /// Puts a feature in the place of the one with its id, or among the others.
    fn put(&mut self, feature: Arc<Feature>) {
        match self.place_of(feature.id) {
            Ok(place) => {
                self.forget(place);
                self.by_id[place] = feature;
                self.note(place);
            }
            Err(place) => {
                let slot = to_slot(place);
                if place < self.by_id.len() {
                    self.renumber(|other| if other >= slot { other + 1 } else { other });
                }
                self.by_id.insert(place, feature);
                self.note(place);
            }
        }
    }

    /// Takes the feature in that place out of the indexes.
    fn forget(&mut self, place: usize) {
        let slot = to_slot(place);
        if let Some(entry) = Entry::of(slot, &self.by_id[place]) {
            self.tree.remove(&entry);
        }
        self.by_name.retain(|other| *other != slot);
        self.placeless.retain(|other| *other != slot);
    }

    /// Takes the feature in that place into the indexes.
    fn note(&mut self, place: usize) {
        let slot = to_slot(place);
        let feature = &self.by_id[place];
        if let Some(entry) = Entry::of(slot, feature) {
            self.tree.insert(entry);
        }
        if feature.geometry.is_none() {
            let at = self.placeless.partition_point(|other| *other < slot);
            self.placeless.insert(at, slot);
        }
        let text = |slot: Slot| (&self.by_id[slot as usize].search_text, slot);
        let at = self.by_name.partition_point(|other| text(*other) < text(slot));
        self.by_name.insert(at, slot);
    }

    fn renumber(&mut self, renumbered: impl Fn(Slot) -> Slot) {
        self.by_name.iter_mut().chain(&mut self.placeless).for_each(|slot| *slot = renumbered(*slot));
        self.tree.iter_mut().for_each(|entry| entry.slot = renumbered(entry.slot));
    }
}

/// Two ordered lists as one.
fn merged(a: &[Slot], b: &[Slot], is_before: impl Fn(&Slot, &Slot) -> bool) -> Vec<Slot> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let mut rest = b.iter().peekable();
    for slot in a {
        while let Some(earlier) = rest.next_if(|other| is_before(other, slot)) {
            merged.push(*earlier);
        }
        merged.push(*slot);
    }
    merged.extend(rest);
    merged
}

fn to_slot(place: usize) -> Slot {
    Slot::try_from(place).expect("a layer has fewer than 2^32 features")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Access, Catalogue},
        store::StoredFeature,
    };

    fn feature(id: i64, name: &str, place: Option<[f64; 2]>) -> Arc<Feature> {
        let layer = Catalogue::built_in().layer("conflicts").expect("built in");
        let stored = StoredFeature {
            id,
            version: 1,
            row: id,
            source: "direct".into(),
            properties: format!(r#"{{"name":"{name}"}}"#),
            wkb: place.map(|[x, y]| crate::store::to_wkb(&geo::Point::new(x, y).into())),
        };
        Arc::new(Feature::decode(layer, Access::Public, &stored, None).expect("sound"))
    }

    /// What the indexes say: ids by name, ids without place, ids by place.
    fn told(features: &Features) -> (Vec<i64>, Vec<i64>, Vec<(i64, Bbox)>) {
        let id = |slot: &Slot| features.by_id[*slot as usize].id;
        let mut placed: Vec<_> = features.tree.iter().map(|entry| (id(&entry.slot), entry.bbox)).collect();
        placed.sort_by_key(|(id, _)| *id);
        (features.by_name.iter().map(id).collect(), features.placeless.iter().map(id).collect(), placed)
    }

    #[test]
    fn changes_one_by_one_and_all_at_once_lead_to_the_same_indexes() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let mut below = |limit: u32| random.u32(..limit);
        for _ in 0..200 {
            let mut any = |id: i64| {
                let place = (below(4) > 0).then(|| [f64::from(below(8)) - 80.0, f64::from(below(8)) - 10.0]);
                feature(id, ["Ananea", "Bagua", "Conga"][below(3) as usize], place)
            };
            let before: Vec<_> = (0..20).filter(|id| id % 3 > 0).map(&mut any).collect();
            let mut present: Vec<_> = (0..24).map(&mut any).collect();
            let touched: Vec<i64> = (0..24).filter(|_| below(3) == 0).collect();
            present.retain(|feature| touched.contains(&feature.id) && below(3) > 0);
            let one_by_one = Features::index(before.clone()).with(&touched, present.clone());
            let gone: Vec<i64> =
                touched.iter().copied().filter(|id| !present.iter().any(|feature| feature.id == *id)).collect();
            let together = Features::index(before.clone()).worked_in(&gone, present.clone());
            let at_once = Features::index(before).indexed_anew(&gone, present);
            assert_eq!(told(&one_by_one), told(&at_once));
            assert_eq!(told(&together), told(&at_once));
            let ids: Vec<i64> = together.by_id.iter().map(|feature| feature.id).collect();
            assert_eq!(ids, at_once.by_id.iter().map(|feature| feature.id).collect::<Vec<_>>());
        }
    }
}
