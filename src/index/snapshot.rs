use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hasher},
    sync::Arc,
};

use jiff::Timestamp;
use rayon::prelude::*;
use rstar::RTree;

use crate::{
    index::{
        Feature,
        lookup::{Entry, Features},
    },
    model::{Access, Bbox, Field, Layer, Source},
    store::{LayerChanges, LayerContents, LayerRows, LayerThen, Position, StoredFeature, to_wkb},
};

/// Position of a feature in one snapshot. Means nothing in another.
pub type Slot = u32;

/// One layer at one revision, for one kind of caller. Never changes.
#[derive(Debug)]
pub struct Snapshot {
    layer: &'static Layer,
    access: Access,
    fields: Vec<&'static Field>,
    /// What the database saw when it was read; `None` before it was.
    position: Option<Position>,
    revision: i64,
    changed_at: Option<Timestamp>,
    /// Each with the number of its features here.
    sources: Vec<(Source, usize)>,
    /// By ascending id. Shared with the snapshots before and after.
    features: Vec<Arc<Feature>>,
    /// Slots by folded name.
    pub(super) by_name: Vec<Slot>,
    /// Slots of features without geometry, ascending.
    pub(super) placeless: Vec<Slot>,
    pub(super) tree: RTree<Entry>,
    extent: Option<Bbox>,
    /// How far edges of any feature bulge towards a pole, in metres.
    pub(super) bulge_m: f64,
    checksum: u64,
    /// Ids of features that cannot be read, each with its row.
    unreadable: Vec<(i64, i64)>,
}

/// When a layer is read, and what is known of it then beside its features.
struct Moment {
    position: Option<Position>,
    revision: i64,
    changed_at: Option<Timestamp>,
    sources: Vec<Source>,
}

/// Features that could be read, and those that could not: id and row.
struct Decoded {
    features: Vec<Arc<Feature>>,
    unreadable: Vec<(i64, i64)>,
}

impl Decoded {
    fn of(layer: &'static Layer, access: Access, sources: &[Source], stored: &[StoredFeature]) -> Decoded {
        let positions: HashMap<&str, (u16, &Source)> =
            (0..).zip(sources).map(|(position, source)| (source.name.as_str(), (position, source))).collect();
        let decode = |stored: &StoredFeature| {
            let source = positions.get(stored.source.as_str()).copied();
            Feature::decode(layer, access, stored, source).map(Arc::new)
        };
        let read: Vec<_> = stored.par_iter().map(decode).collect();
        let mut decoded = Decoded { features: Vec::with_capacity(stored.len()), unreadable: vec![] };
        for (stored, read) in stored.iter().zip(read) {
            match read {
                Ok(feature) => decoded.features.push(feature),
                Err(reason) => {
                    decoded.unreadable.push((stored.id, stored.row));
                    tracing::error!(layer = layer.id, feature.id = stored.id, reason, "a feature cannot be read");
                }
            }
        }
        decoded
    }
}

impl Snapshot {
    /// A snapshot of a layer before anything is known of it.
    pub fn empty(layer: &'static Layer, access: Access) -> Snapshot {
        let contents = LayerContents { position: None, revision: None, sources: vec![], features: vec![] };
        Snapshot::build(layer, access, contents)
    }

    /// A snapshot of features that are not in the database, with ids from 1, each of its properties in JSON and a geometry.
    pub fn of(layer: &'static Layer, features: impl Iterator<Item = (String, Option<geo::Geometry<f64>>)>) -> Snapshot {
        let stored = (1..).zip(features).map(|(id, (properties, geometry))| StoredFeature {
            id,
            version: 1,
            row: id,
            source: "direct".into(),
            properties,
            wkb: geometry.as_ref().map(to_wkb),
        });
        let contents = LayerContents { position: None, revision: None, sources: vec![], features: stored.collect() };
        Snapshot::build(layer, Access::Public, contents)
    }

    /// Builds the snapshot of a layer from what the database holds. A feature that cannot be read is left out, logged
    /// and counted: it must not take the layer with it.
    pub fn build(layer: &'static Layer, access: Access, contents: LayerContents) -> Snapshot {
        let decoded = Decoded::of(layer, access, &contents.sources, &contents.features);
        let features = Features::index(decoded.features);
        let revision = contents.revision.as_ref().map_or(0, |revision| revision.revision);
        let changed_at = contents.revision.map(|revision| revision.changed_at);
        let moment = Moment { position: contents.position, revision, changed_at, sources: contents.sources };
        Snapshot::assemble(layer, access, moment, features, decoded.unreadable)
    }

    /// The next snapshot: this one with the changes made to it. `None` where sources came, went or changed their
    /// nature, which every feature bears: then the layer is built anew.
    pub fn with_changes(&self, changes: LayerChanges) -> Option<Snapshot> {
        let same = |(old, _): &(Source, usize), new: &Source| old.name == new.name && old.synthetic == new.synthetic;
        let are_same = self.sources.len() == changes.sources.len()
            && self.sources.iter().zip(&changes.sources).all(|(old, new)| same(old, new));
        let moment = Moment {
            position: Some(changes.position),
            revision: changes.revision.revision,
            changed_at: Some(changes.revision.changed_at),
            sources: changes.sources,
        };
        are_same.then(|| self.with_features(moment, &changes.touched, changes.features))
    }

    /// The same moment with some features as the database has them.
    pub(super) fn repaired(&self, differing: &[i64], features: Vec<StoredFeature>) -> Snapshot {
        self.with_features(self.moment(|source| source.clone()), differing, features)
    }

    fn moment(&self, source: impl Fn(&Source) -> Source) -> Moment {
        Moment {
            position: self.position.clone(),
            revision: self.revision,
            changed_at: self.changed_at,
            sources: self.sources.iter().map(|(own, _)| source(own)).collect(),
        }
    }

    /// A feature of this layer as it is stored, read for this snapshot's callers; `None` where it cannot be read.
    pub fn read(&self, stored: &StoredFeature) -> Option<Feature> {
        let of = |(source, _): &(Source, usize)| source.name == stored.source;
        let position = self.sources.iter().position(of);
        let source = position.and_then(|position| Some((u16::try_from(position).ok()?, &self.sources[position].0)));
        Feature::decode(self.layer, self.access, stored, source).ok()
    }

    /// The layer at another moment.
    pub(super) fn then(&self, then: LayerThen) -> Snapshot {
        // Every feature bears the place of its source: they stay in their order, each as it was then.
        let of_then = |own: &Source| then.sources.iter().find(|source| source.name == own.name).unwrap_or(own).clone();
        self.with_features(self.moment(of_then), &then.touched, then.features)
    }

    /// Ids of the features whose rows here are not those of the database; `None` where the database has gone on, and
    /// there is nothing to compare.
    pub(super) fn differing(&self, found: &LayerRows) -> Option<Vec<i64>> {
        if found.revision.unwrap_or(0) != self.revision {
            return None;
        }
        let own = self.features.iter().map(|feature| (feature.id, feature.row)).chain(self.unreadable.iter().copied());
        let own: HashSet<(i64, i64)> = own.collect();
        let theirs = found.rows.iter().filter(|row| !own.contains(row)).map(|(id, _)| *id);
        let known: HashMap<i64, i64> = found.rows.iter().copied().collect();
        let ours = own.iter().filter(|(id, row)| known.get(id) != Some(row)).map(|(id, _)| *id);
        let mut ids: Vec<i64> = ours.chain(theirs).collect();
        ids.sort_unstable();
        ids.dedup();
        Some(ids)
    }

    fn with_features(&self, moment: Moment, touched: &[i64], stored: Vec<StoredFeature>) -> Snapshot {
        let decoded = Decoded::of(self.layer, self.access, &moment.sources, &stored);
        let own = Features {
            by_id: self.features.clone(),
            by_name: self.by_name.clone(),
            placeless: self.placeless.clone(),
            tree: self.tree.clone(),
        };
        let gone: HashSet<i64> = touched.iter().copied().collect();
        let mut unreadable = self.unreadable.clone();
        unreadable.retain(|(id, _)| !gone.contains(id));
        unreadable.extend(decoded.unreadable);
        let features = own.with(touched, decoded.features);
        Snapshot::assemble(self.layer, self.access, moment, features, unreadable)
    }

    fn assemble(
        layer: &'static Layer,
        access: Access,
        moment: Moment,
        features: Features,
        unreadable: Vec<(i64, i64)>,
    ) -> Snapshot {
        let Features { by_id: features, by_name, placeless, tree } = features;
        let mut counts = vec![0; moment.sources.len()];
        let mut digest = 0_u64;
        for feature in &features {
            if let Some(position) = feature.source {
                counts[usize::from(position)] += 1;
            }
            // In whatever order features came and went, the same features have the same sum.
            digest = digest.wrapping_add(feature.digest);
        }
        let sources: Vec<_> = moment.sources.into_iter().zip(counts).collect();
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(digest);
        hasher.write(format!("{sources:?}").as_bytes());
        Snapshot {
            layer,
            access,
            fields: layer.permitted_fields(access).collect(),
            position: moment.position,
            revision: moment.revision,
            changed_at: moment.changed_at,
            bulge_m: features.iter().map(|feature| f64::from(feature.bulge_m)).fold(0.0, f64::max),
            extent: features.iter().filter_map(|feature| feature.bbox).reduce(|a, b| a.union(&b)),
            sources,
            features,
            by_name,
            placeless,
            tree,
            checksum: hasher.finish(),
            unreadable,
        }
    }

    /// The layer.
    pub fn layer(&self) -> &'static Layer {
        self.layer
    }

    /// The fields this snapshot's callers may see, in the order of each feature's values.
    pub fn fields(&self) -> &[&'static Field] {
        &self.fields
    }

    /// Where the field of that name stands in each feature's values.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == field)
    }

    /// The layer's revision; 0 when it was never touched.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// When the layer last changed.
    pub fn changed_at(&self) -> Option<Timestamp> {
        self.changed_at
    }

    /// Differs whenever features or sources differ.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// Where the features came from, and how many came from each. A source whose features all gave way has nothing
    /// to attribute and is left out.
    pub fn source_counts(&self) -> impl Iterator<Item = (&Source, usize)> {
        self.sources.iter().filter(|(_, count)| *count > 0).map(|(source, count)| (source, *count))
    }

    /// Where the features came from.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.source_counts().map(|(source, _)| source)
    }

    /// Licences of the sources, each once, in the order of sources.
    pub fn licence(&self) -> String {
        self.joined(|source| &source.licence)
    }

    /// Attributions of the sources, each once, in the order of sources.
    pub fn attribution(&self) -> String {
        self.joined(|source| &source.attribution)
    }

    /// Whether any of the features is invented.
    pub fn has_synthetic(&self) -> bool {
        self.sources().any(|source| source.synthetic)
    }

    fn joined(&self, pick: fn(&Source) -> &str) -> String {
        let mut words: Vec<&str> = vec![];
        for word in self.sources().map(pick) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join("; ")
    }

    /// The source of a feature; `None` for features written by hand.
    pub fn source_of(&self, feature: &Feature) -> Option<&Source> {
        feature.source.map(|position| &self.sources[usize::from(position)].0)
    }

    /// All features, by ascending id; slots are their positions.
    pub fn features(&self) -> &[Arc<Feature>] {
        &self.features
    }

    /// How many features the database has that could not be read, and are not here.
    pub fn unreadable(&self) -> usize {
        self.unreadable.len()
    }

    /// What the database saw when this was read; `None` before it was.
    pub(super) fn read_at(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// The feature in a slot of this snapshot.
    pub fn feature(&self, slot: Slot) -> &Feature {
        &self.features[slot as usize]
    }

    /// Slots in the order of names.
    pub fn by_name(&self) -> &[Slot] {
        &self.by_name
    }

    /// The feature with that id.
    pub fn by_id(&self, id: i64) -> Option<&Feature> {
        self.slot_of(id).map(|slot| self.feature(slot))
    }

    /// The slot of the feature with that id.
    pub fn slot_of(&self, id: i64) -> Option<Slot> {
        let position = self.features.binary_search_by_key(&id, |feature| feature.id).ok()?;
        Slot::try_from(position).ok()
    }

    /// The feature's GeoJSON object without its closing brace: members may follow.
    pub fn open_json<'a>(&self, feature: &'a Feature) -> &'a [u8] {
        &feature.json
    }

    /// How far edges of any feature, as arcs of great circles, bulge towards a pole beyond its box, in metres.
    pub fn bulge_m(&self) -> f64 {
        self.bulge_m
    }

    /// The box around all features; `None` when none has geometry.
    pub fn extent(&self) -> Option<Bbox> {
        self.extent
    }
}
