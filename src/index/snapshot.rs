use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher},
};

use jiff::Timestamp;
use rstar::{AABB, RTree, RTreeObject};

use crate::{
    index::Feature,
    model::{Access, Bbox, Field, Layer, Source},
    store::LayerContents,
};

/// Position of a feature in one snapshot. Means nothing in another.
pub type Slot = u32;

/// One layer at one revision, for one kind of caller. Never changes.
#[derive(Debug)]
pub struct Snapshot {
    layer: &'static Layer,
    fields: Vec<&'static Field>,
    revision: i64,
    changed_at: Option<Timestamp>,
    /// Each with the number of its features here.
    sources: Vec<(Source, usize)>,
    /// By ascending id.
    features: Vec<Feature>,
    /// Slots by folded name.
    pub(super) by_name: Vec<Slot>,
    /// Slots of features without geometry, ascending.
    pub(super) placeless: Vec<Slot>,
    pub(super) tree: RTree<Entry>,
    extent: Option<Bbox>,
    json: Vec<u8>,
    checksum: u64,
    unreadable: usize,
}

/// A feature in the tree: its box and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) slot: Slot,
    bbox: Bbox,
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

impl Snapshot {
    /// A snapshot of a layer before anything is known of it.
    pub fn empty(layer: &'static Layer, access: Access) -> Snapshot {
        Snapshot::build(layer, access, LayerContents { revision: None, sources: vec![], features: vec![] })
    }

    /// Builds the snapshot of a layer from what the database holds. A feature that cannot be read is left out, logged
    /// and counted: it must not take the layer with it.
    pub fn build(layer: &'static Layer, access: Access, contents: LayerContents) -> Snapshot {
        let positions: HashMap<&str, (u16, &Source)> =
            (0..).zip(&contents.sources).map(|(position, source)| (source.name.as_str(), (position, source))).collect();
        let mut counts = vec![0; contents.sources.len()];
        let mut json = vec![];
        let mut features = Vec::with_capacity(contents.features.len());
        let mut unreadable = 0;
        for stored in contents.features {
            let source = positions.get(stored.source.as_str()).copied();
            match Feature::decode(layer, access, &stored, source, &mut json) {
                Ok(feature) => {
                    if let Some((position, _)) = source {
                        counts[usize::from(position)] += 1;
                    }
                    features.push(feature);
                }
                Err(reason) => {
                    unreadable += 1;
                    tracing::error!(layer = layer.id, feature.id = stored.id, reason, "a feature cannot be read");
                }
            }
        }
        let sources: Vec<_> = contents.sources.into_iter().zip(counts).collect();
        json.shrink_to_fit();
        let mut hasher = DefaultHasher::new();
        hasher.write(&json);
        hasher.write(format!("{sources:?}").as_bytes());
        let slots = || (0..).zip(&features);
        let entries = slots().filter_map(|(slot, feature)| Some(Entry { slot, bbox: feature.bbox? })).collect();
        let mut by_name: Vec<Slot> = slots().map(|(slot, _)| slot).collect();
        by_name.sort_by(|a, b| features[*a as usize].search_text.cmp(&features[*b as usize].search_text));
        Snapshot {
            layer,
            fields: layer.permitted_fields(access).collect(),
            revision: contents.revision.as_ref().map_or(0, |revision| revision.revision),
            changed_at: contents.revision.map(|revision| revision.changed_at),
            placeless: slots().filter(|(_, feature)| feature.geometry.is_none()).map(|(slot, _)| slot).collect(),
            extent: features.iter().filter_map(|feature| feature.bbox).reduce(|a, b| a.union(&b)),
            tree: RTree::bulk_load(entries),
            by_name,
            sources,
            features,
            checksum: hasher.finish(),
            json,
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

    /// All features, by ascending id.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// How many features the database has that could not be read, and are not here.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// The feature in a slot of this snapshot.
    pub fn feature(&self, slot: Slot) -> &Feature {
        &self.features[slot as usize]
    }

    /// The feature with that id.
    pub fn by_id(&self, id: i64) -> Option<&Feature> {
        self.features.binary_search_by_key(&id, |feature| feature.id).ok().map(|position| &self.features[position])
    }

    /// The feature's GeoJSON object without its closing brace: members may follow.
    pub fn open_json(&self, feature: &Feature) -> &[u8] {
        &self.json[feature.json.clone()]
    }

    /// The bytes in which the features' ranges lie.
    pub(super) fn json(&self) -> &[u8] {
        &self.json
    }

    /// The box around all features; `None` when none has geometry.
    pub fn extent(&self) -> Option<Bbox> {
        self.extent
    }
}
