use std::collections::HashSet;

use geo::Geometry;
use geozero::{
    ToMvt,
    mvt::{Message, TagsBuilder, TileValue, tile},
};

use crate::{
    index::{COARSE_ZOOM, Feature, Slot, Snapshot},
    model::GeometryKind,
    tiles::{
        TileAddress,
        grid::EXTENT,
        shape::{draw, on_tile},
    },
};

/// Above this many features a tile carries no names: they could not be read, and they weigh most.
const CROWDED: usize = 1_000;
/// Width of an area, in tile units (an eighth of a screen pixel each), from which its label can fit.
const LABEL_WIDTH: f64 = 160.0;
/// In overviews one point stands for all in a square of this many tile units.
const POINT_SPACING: f64 = 32.0;
/// Zoom level from which every point is in the tiles.
const ALL_POINTS_ZOOM: u8 = 12;

/// One tile of one layer, uncompressed; empty when nothing of the layer shows in it.
///
/// The tile layer bears the layer's id. Features have their integer id, their category, whether they are
/// synthetic and, unless the tile is crowded, name and code. Area layers have a second tile layer,
/// `<id>_labels`, with one point for each area wide enough to bear its name.
pub fn render(snapshot: &Snapshot, tile: TileAddress) -> Vec<u8> {
    let layer = snapshot.layer();
    if tile.zoom() < layer.min_zoom {
        return vec![];
    }
    let mut slots = snapshot.near_box(&tile.bbox());
    if layer.geometry == GeometryKind::Point && tile.zoom() < ALL_POINTS_ZOOM {
        thin_out(snapshot, tile, &mut slots);
    }
    let named = slots.len() <= CROWDED;
    let mut shapes = LayerBuilder::new(layer.id.clone());
    let mut labels = LayerBuilder::new(format!("{}_labels", layer.id));
    for slot in slots {
        let feature = snapshot.feature(slot);
        let geometry = if tile.zoom() <= COARSE_ZOOM { feature.coarse() } else { feature.geometry.as_ref() };
        let Some(drawn) = geometry.and_then(|geometry| draw(geometry, tile)) else { continue };
        shapes.add(snapshot, feature, &drawn, named);
        if layer.geometry == GeometryKind::Polygon
            && let Some(place) = label_place(feature, tile)
        {
            labels.add(snapshot, feature, &place, true);
        }
    }
    let layers: Vec<_> = [shapes, labels].into_iter().filter_map(LayerBuilder::finish).collect();
    geozero::mvt::Tile { layers }.encode_to_vec()
}

/// Keeps the first point of each square, so that a tile's weight has a bound whatever the layer's size.
fn thin_out(snapshot: &Snapshot, tile: TileAddress, slots: &mut Vec<Slot>) {
    let mut taken = HashSet::new();
    slots.retain(|slot| {
        snapshot.feature(*slot).label.is_some_and(|point| {
            let place = tile.project(point.0);
            #[expect(clippy::cast_possible_truncation, reason = "tile coordinates near the tile are small")]
            let square = ((place.x / POINT_SPACING).floor() as i32, (place.y / POINT_SPACING).floor() as i32);
            taken.insert(square)
        })
    });
}

fn label_place(feature: &Feature, tile: TileAddress) -> Option<Geometry<f64>> {
    let bbox = feature.bbox?;
    let west = tile.project(geo::coord! { x: bbox.west, y: bbox.south });
    let east = tile.project(geo::coord! { x: bbox.east, y: bbox.south });
    let place = tile.project(feature.label?.0);
    (east.x - west.x >= LABEL_WIDTH && on_tile(place)).then(|| geo::Point::from(place).into())
}

/// Collects the features of one tile layer.
struct LayerBuilder {
    name: String,
    features: Vec<tile::Feature>,
    tags: TagsBuilder,
}

impl LayerBuilder {
    fn new(name: String) -> LayerBuilder {
        LayerBuilder { name, features: vec![], tags: TagsBuilder::new() }
    }

    fn add(&mut self, snapshot: &Snapshot, feature: &Feature, shape: &Geometry<f64>, named: bool) {
        // Only a ring of fewer than three places is refused, and `draw` makes none.
        let Ok(mut drawn) = shape.to_mvt_unscaled() else { return };
        drawn.id = u64::try_from(feature.id).ok();
        let layer = snapshot.layer();
        let names = if named { &[layer.name_field.as_str(), "code"][..] } else { &[] };
        for field in layer.category_field.as_deref().iter().chain(names) {
            if let Some(text) = snapshot.position(field).and_then(|position| feature.values[position].as_text()) {
                self.tag(&mut drawn, field, TileValue::Str(text.to_owned()));
            }
        }
        if snapshot.source_of(feature).is_some_and(|source| source.synthetic) {
            self.tag(&mut drawn, "synthetic", TileValue::Bool(true));
        }
        self.features.push(drawn);
    }

    fn tag(&mut self, feature: &mut tile::Feature, key: &str, value: TileValue) {
        let (key, value) = self.tags.insert_ref(key, value);
        feature.tags.extend([key, value]);
    }

    fn finish(self) -> Option<tile::Layer> {
        let (keys, values) = self.tags.into_tags();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the extent is 4096")]
        let extent = Some(EXTENT as u32);
        (!self.features.is_empty()).then(|| tile::Layer {
            version: 2,
            name: self.name,
            features: self.features,
            keys,
            values: values.into_iter().map(Into::into).collect(),
            extent,
        })
    }
}
