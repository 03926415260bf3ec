use std::{collections::HashSet, sync::Arc};

use geo::Coord;

use crate::{
    index::{Feature, SYNTHETIC, Slot, Snapshot},
    model::{
        Bbox, GeometryKind,
        mercator::{TILE_EXTENT, round},
    },
    tiles::{
        TileAddress,
        grid::BUFFER,
        mvt::{Kind, LayerWriter, Shape, Tag},
        shape::{draw_cut, draw_point, draw_whole},
        sheet::{Entry, Sheet, Sheets},
    },
};

/// Above this many features a tile carries no names: they could not be read, and they weigh most.
pub(super) const CROWDED: usize = 1_000;
/// Width of an area, in tile units (an eighth of a screen pixel each), from which its label can fit.
const LABEL_WIDTH: i32 = 160;
/// A tile that shows one part in so many of a layer's extent shows a good part of it.
const GOOD_PART: f64 = 64.0;
/// In overviews one point stands for all in a square of this many tile units.
const POINT_SPACING: f64 = 32.0;
/// Zoom level from which every point is in the tiles.
const ALL_POINTS_ZOOM: u8 = 12;

/// One tile of one layer, uncompressed; empty when nothing of the layer shows in it.
///
/// The tile layer bears the layer's id. Features have their integer id, their category, whether they are
/// synthetic and, unless the tile is crowded, name and code. Area layers have a second tile layer,
/// `<id>_labels`, with one point for each area wide enough to bear its name.
pub(super) fn render(snapshot: &Arc<Snapshot>, sheets: &Sheets, tile: TileAddress) -> Vec<u8> {
    let layer = snapshot.layer();
    if tile.zoom() < layer.min_zoom {
        return vec![];
    }
    let bbox = tile.bbox();
    let is_area = layer.geometry == GeometryKind::Polygon;
    let drawn = sheets.drawn(snapshot, tile.zoom()).filter(|_| is_area && shows_much(snapshot, &bbox));
    let mut slots = match drawn.as_ref().and_then(|sheet| sheet.get()) {
        Some(sheet) => {
            sheet.near(around(tile), |slot| snapshot.feature(slot).bbox.is_some_and(|own| meets(&own, &bbox)))
        }
        None => snapshot.near_box(&bbox),
    };
    if !is_area && tile.zoom() < ALL_POINTS_ZOOM {
        thin_out(snapshot, tile, &mut slots);
    }
    let crowded = slots.len() > CROWDED;
    let sheet = match is_area {
        true if crowded => sheets.get(snapshot, tile.zoom()),
        true => sheets.drawn(snapshot, tile.zoom()),
        false => None,
    };
    let mut drawing = Drawing::new(snapshot, tile, bbox, crowded);
    match sheet.as_ref().and_then(|sheet| sheet.get()) {
        Some(sheet) => drawing.add_from(sheet, &slots),
        None => slots.into_iter().for_each(|slot| drawing.add(snapshot.feature(slot))),
    }
    drawing.finish()
}

/// Whether a tile shows a good part of a layer's extent: then looking through all areas is sooner done than searching the
/// tree and putting what it finds in order.
fn shows_much(snapshot: &Snapshot, tile: &Bbox) -> bool {
    let area = |bbox: &Bbox| (bbox.east - bbox.west) * (bbox.north - bbox.south);
    snapshot.extent().is_some_and(|extent| {
        let shown = Bbox {
            west: tile.west.max(extent.west),
            south: tile.south.max(extent.south),
            east: tile.east.min(extent.east),
            north: tile.north.min(extent.north),
        };
        shown.west < shown.east && shown.south < shown.north && area(&shown) * GOOD_PART >= area(&extent)
    })
}

fn meets(one: &Bbox, other: &Bbox) -> bool {
    one.west <= other.east && other.west <= one.east && one.south <= other.north && other.south <= one.north
}

/// The tile with its buffer: west, north, east and south in tile units from the world's north-west corner.
fn around(tile: TileAddress) -> [i32; 4] {
    let [west, north] = tile.corner();
    let far = i32::try_from(TILE_EXTENT).expect("small") + BUFFER;
    [west - BUFFER, north - BUFFER, west + far, north + far]
}

/// A tile that is being drawn.
struct Drawing<'a> {
    snapshot: &'a Snapshot,
    tile: TileAddress,
    /// The tile with its buffer, in degrees.
    bbox: Bbox,
    tags: Tags<'a>,
    label_tags: Tags<'a>,
    shapes: LayerWriter<'a>,
    labels: LayerWriter<'a>,
    shape: Shape,
    /// Without names.
    crowded: bool,
}

impl<'a> Drawing<'a> {
    fn new(snapshot: &'a Snapshot, tile: TileAddress, bbox: Bbox, crowded: bool) -> Drawing<'a> {
        let layer = snapshot.layer();
        Drawing {
            snapshot,
            tile,
            bbox,
            tags: Tags::new(snapshot, !crowded),
            label_tags: Tags::new(snapshot, true),
            shapes: LayerWriter::new(layer.id.clone()),
            labels: LayerWriter::new(format!("{}_labels", layer.id)),
            shape: Shape::default(),
            crowded,
        }
    }

    /// Adds a feature of which the box meets that of the tile.
    fn add(&mut self, feature: &'a Feature) {
        self.shape.clear();
        let kind = match (&feature.geometry, feature.bbox) {
            (Some(geo::Geometry::Point(point)), _)
                if draw_point(self.tile.project(point.0), self.tile, &mut self.shape) =>
            {
                Kind::Point
            }
            (Some(_), Some(own)) if self.draw_area(feature, own) => Kind::Polygon,
            _ => return,
        };
        self.tags.put(feature, &mut self.shapes);
        self.shapes.feature(feature.id, kind, &self.shape);
        if matches!(kind, Kind::Polygon) {
            self.add_label(feature);
        }
    }

    fn draw_area(&mut self, feature: &Feature, own: Bbox) -> bool {
        let area = feature.generalised(self.tile.zoom());
        let inside = self.bbox.contains(own.west, own.south) && self.bbox.contains(own.east, own.north);
        let draw = if inside { draw_whole } else { draw_cut };
        draw(area, self.tile, &mut self.shape)
    }

    /// Adds the areas in these slots as a sheet has them. What is cut at the tile's edge is drawn feature by feature.
    fn add_from(&mut self, sheet: &'a Sheet, slots: &[Slot]) {
        let mut tags = SheetTags::new(sheet, self.snapshot);
        let [west, north] = self.tile.corner();
        let [first_x, first_y, last_x, last_y] = around(self.tile);
        for slot in slots {
            let (entry, [left, top, right, bottom]) = sheet.entry(*slot);
            let shape = sheet.shape(entry);
            let is_inside = || left >= first_x && top >= first_y && right <= last_x && bottom <= last_y;
            if shape.is_empty() || !is_inside() {
                self.add(self.snapshot.feature(*slot));
                continue;
            }
            match self.crowded {
                true => tags.put(entry, &mut self.shapes),
                false => self.tags.put(self.snapshot.feature(*slot), &mut self.shapes),
            }
            let start = [entry.start[0] - west, entry.start[1] - north];
            self.shapes.drawn_area(entry.id, start, shape, &mut self.shape);
            // Simplified it may be a little narrower than it is.
            if right - left >= LABEL_WIDTH - 8 {
                self.add_label(self.snapshot.feature(*slot));
            }
        }
    }

    /// Adds the place of an area's name, where the area is wide enough for it.
    fn add_label(&mut self, feature: &'a Feature) {
        let Some(place) = label_place(feature, self.tile) else { return };
        self.shape.clear();
        self.shape.point(round(place));
        self.label_tags.put(feature, &mut self.labels);
        self.labels.feature(feature.id, Kind::Point, &self.shape);
    }

    fn finish(self) -> Vec<u8> {
        let mut tile = Vec::with_capacity(self.shapes.most_bytes() + self.labels.most_bytes());
        self.shapes.finish(TILE_EXTENT, &mut tile);
        self.labels.finish(TILE_EXTENT, &mut tile);
        tile
    }
}

/// Keeps the first point of each square, so that a tile's weight has a bound whatever the layer's size.
fn thin_out(snapshot: &Snapshot, tile: TileAddress, slots: &mut Vec<Slot>) {
    let mut taken = HashSet::new();
    slots.retain(|slot| {
        snapshot.feature(*slot).label().is_some_and(|point| {
            let place = tile.project(point.0);
            #[expect(clippy::cast_possible_truncation, reason = "tile coordinates near the tile are small")]
            let square = ((place.x / POINT_SPACING).floor() as i32, (place.y / POINT_SPACING).floor() as i32);
            taken.insert(square)
        })
    });
}

fn label_place(feature: &Feature, tile: TileAddress) -> Option<Coord<f64>> {
    let bbox = feature.bbox?;
    let units = f64::from(1_u32 << tile.zoom()) * f64::from(TILE_EXTENT);
    if (bbox.east - bbox.west) / 360.0 * units < f64::from(LABEL_WIDTH) {
        return None;
    }
    Some(tile.project(feature.label()?.0)).filter(|place| tile.owns(*place))
}

/// The attributes of a layer's features.
struct Tags<'a> {
    /// Name and position of each field.
    fields: Vec<(&'a str, usize)>,
}

impl<'a> Tags<'a> {
    fn new(snapshot: &'a Snapshot, named: bool) -> Tags<'a> {
        let layer = snapshot.layer();
        let names = if named { &[layer.name_field.as_str(), "code"][..] } else { &[] };
        let fields = layer.category_field.as_deref().into_iter().chain(names.iter().copied());
        Tags { fields: fields.filter_map(|name| Some((name, snapshot.position(name)?))).collect() }
    }

    fn put(&self, feature: &'a Feature, layer: &mut LayerWriter<'a>) {
        for (name, position) in &self.fields {
            if let Some(text) = feature.value(*position).as_text() {
                layer.tag(name, Tag::Text(text));
            }
        }
        if feature.synthetic {
            layer.tag(SYNTHETIC, Tag::Flag(true));
        }
    }
}

/// The attributes that a sheet knows, as numbers of the tile layer's keys and values.
struct SheetTags<'a> {
    category_key: Option<&'a str>,
    categories: &'a [String],
    numbers: Vec<Option<[u64; 2]>>,
    synthetic: Option<[u64; 2]>,
}

impl<'a> SheetTags<'a> {
    fn new(sheet: &'a Sheet, snapshot: &'a Snapshot) -> SheetTags<'a> {
        SheetTags {
            category_key: snapshot.layer().category_field.as_deref(),
            categories: &sheet.categories,
            numbers: vec![None; sheet.categories.len()],
            synthetic: None,
        }
    }

    fn put(&mut self, entry: &Entry, layer: &mut LayerWriter<'a>) {
        if let (Some(key), Some(category)) = (self.category_key, entry.category) {
            let category = usize::from(category);
            let [key, value] = *self.numbers[category]
                .get_or_insert_with(|| [layer.key(key), layer.value(Tag::Text(&self.categories[category]))]);
            layer.tag_by_number(key, value);
        }
        if entry.synthetic {
            let [key, value] =
                *self.synthetic.get_or_insert_with(|| [layer.key(SYNTHETIC), layer.value(Tag::Flag(true))]);
            layer.tag_by_number(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use geozero::mvt::{Message, Tile};

    use super::*;
    use crate::model::Catalogue;

    /// Squares over the country, more than a tile can name.
    fn squares(count: usize) -> Arc<Snapshot> {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let square = |_| {
            let (x, y) = (random.f64() * 12.0 - 81.0, random.f64() * 16.0 - 17.0);
            let size = random.f64().powi(8) * 2.0;
            let area = geo::Rect::new((x, y), (x + size, y + size)).to_polygon();
            let status = ["titulada", "en_tramite"][usize::from(random.bool())];
            (format!(r#"{{"name":"{x}","status":"{status}"}}"#), Some(geo::MultiPolygon::new(vec![area]).into()))
        };
        let layer = Catalogue::built_in().layer("mining_concessions").expect("built in");
        Arc::new(Snapshot::of(layer, (0..count).map(square)))
    }

    /// Attributes and geometry of the features of each tile layer, by id.
    type Told = BTreeMap<(String, u64), (Vec<(String, String)>, Vec<u32>)>;

    fn told(tile: &[u8]) -> Told {
        let tile = Tile::decode(tile).expect("sound");
        let of = |layer: &geozero::mvt::tile::Layer, feature: &geozero::mvt::tile::Feature| {
            let tag =
                |pair: &[u32]| (layer.keys[pair[0] as usize].clone(), format!("{:?}", layer.values[pair[1] as usize]));
            let tags = feature.tags.chunks(2).map(tag).collect();
            ((layer.name.clone(), feature.id.expect("an id")), (tags, feature.geometry.clone()))
        };
        tile.layers.iter().flat_map(|layer| layer.features.iter().map(move |feature| of(layer, feature))).collect()
    }

    #[test]
    fn a_tile_is_the_same_drawn_from_a_sheet_and_feature_by_feature() {
        let (snapshot, sheets) = (squares(5_000), Sheets::default());
        for (zoom, column, row, is_crowded) in
            [(4, 4, 8, true), (5, 9, 16, true), (6, 18, 33, true), (8, 72, 135, false)]
        {
            let tile = TileAddress::new(zoom, column, row).expect("in the grid");
            let one_by_one = told(&render(&snapshot, &sheets, tile));
            sheets.draw_ahead(&snapshot, zoom);
            while sheets.drawn(&snapshot, zoom).is_none() {
                std::thread::yield_now();
            }
            assert_eq!(one_by_one.len() > CROWDED, is_crowded, "{} features", one_by_one.len());
            assert_eq!(told(&render(&snapshot, &sheets, tile)), one_by_one);
        }
    }
}
