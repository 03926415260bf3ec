//! Writes Mapbox Vector Tiles 2.1: protobuf, straight from the features into the bytes that are sent. Structures in
//! between cost more than the drawing.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Wire types of protobuf.
const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

/// Commands of a geometry (section 4.3.1).
const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 15;

/// Bytes before the content of a field, at most: its number below 16, and a length or a number of 64 bits.
const MOST_FIELD_HEAD: usize = 11;
/// Memory that a tile layer takes with its first feature, so that it need not be moved again and again.
const FIRST_BYTES: usize = 4096;

/// A value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tag<'a> {
    Text(&'a str),
    Flag(bool),
}

/// Kinds of geometry (section 4.3.4).
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Point = 1,
    Polygon = 3,
}

/// A geometry's commands, as they are written: each place is told from the one before.
#[derive(Debug, Default)]
pub(super) struct Shape {
    commands: Vec<u8>,
    cursor: [i32; 2],
}

impl Shape {
    /// One point.
    pub(super) fn point(&mut self, place: [i32; 2]) {
        varint(&mut self.commands, (1 << 3) | MOVE_TO);
        self.go_to(place);
    }

    /// A ring, whose last point is not the first again.
    pub(super) fn ring(&mut self, mut points: impl ExactSizeIterator<Item = [i32; 2]>) {
        let Some(first) = points.next() else { return };
        self.point(first);
        self.close_ring(points);
    }

    /// The rest of a ring after its first point.
    fn close_ring(&mut self, points: impl ExactSizeIterator<Item = [i32; 2]>) {
        varint(&mut self.commands, ((points.len() as u64) << 3) | LINE_TO);
        points.for_each(|point| self.go_to(point));
        varint(&mut self.commands, CLOSE_PATH);
    }

    /// Draws rings but for their first point, which it returns. Wherever that is moved to, what follows is the same.
    pub(super) fn draw_from_start<'a>(&mut self, rings: impl Iterator<Item = &'a [[i32; 2]]>) -> [i32; 2] {
        self.clear();
        let mut start = None;
        for ring in rings {
            match start {
                Some(_) => self.ring(ring.iter().copied()),
                None => {
                    self.cursor = ring[0];
                    start = Some(ring[0]);
                    self.close_ring(ring[1..].iter().copied());
                }
            }
        }
        start.unwrap_or_default()
    }

    pub(super) fn commands(&self) -> &[u8] {
        &self.commands
    }

    fn go_to(&mut self, place: [i32; 2]) {
        for (place, cursor) in place.into_iter().zip(&mut self.cursor) {
            let step = place - *cursor;
            // Small steps either way become small numbers (section 4.3.2).
            varint(&mut self.commands, u64::from(((step << 1) ^ (step >> 31)).cast_unsigned()));
            *cursor = place;
        }
    }

    /// Forgets the geometry, keeps the memory.
    pub(super) fn clear(&mut self) {
        self.commands.clear();
        self.cursor = [0, 0];
    }
}

/// Collects the features of one tile layer.
pub(super) struct LayerWriter<'a> {
    name: String,
    features: Vec<u8>,
    keys: Vec<&'a str>,
    values: HashMap<Tag<'a>, u64, RandomState>,
    /// The values as they are written, by number.
    written_values: Vec<u8>,
    tags: Vec<u8>,
}

impl<'a> LayerWriter<'a> {
    pub(super) fn new(name: String) -> LayerWriter<'a> {
        LayerWriter {
            name,
            features: vec![],
            keys: vec![],
            values: HashMap::default(),
            written_values: vec![],
            tags: vec![],
        }
    }

    /// Adds an attribute to the next feature.
    pub(super) fn tag(&mut self, key: &'a str, value: Tag<'a>) {
        let (key, value) = (self.key(key), self.value(value));
        self.tag_by_number(key, value);
    }

    /// Adds an attribute to the next feature by the numbers of its key and value.
    pub(super) fn tag_by_number(&mut self, key: u64, value: u64) {
        varint(&mut self.tags, key);
        varint(&mut self.tags, value);
    }

    /// The number of a key.
    pub(super) fn key(&mut self, key: &'a str) -> u64 {
        let known = self.keys.iter().position(|known| *known == key);
        known.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        }) as u64
    }

    /// The number of a value.
    pub(super) fn value(&mut self, value: Tag<'a>) -> u64 {
        let next = self.values.len() as u64;
        *self.values.entry(value).or_insert_with(|| {
            write_value(&mut self.written_values, value);
            next
        })
    }

    /// Adds a feature, with the attributes told before.
    pub(super) fn feature(&mut self, id: i64, kind: Kind, shape: &Shape) {
        self.feature_of(id, kind, &shape.commands, &[]);
    }

    /// Adds an area that [`Shape::draw_from_start`] drew, from another start.
    pub(super) fn drawn_area(&mut self, id: i64, start: [i32; 2], drawn: &[u8], shape: &mut Shape) {
        shape.clear();
        shape.point(start);
        self.feature_of(id, Kind::Polygon, &shape.commands, drawn);
    }

    /// Adds a feature of which the commands come in two parts.
    fn feature_of(&mut self, id: i64, kind: Kind, first: &[u8], second: &[u8]) {
        let id = u64::try_from(id).ok();
        let geometry = first.len() + second.len();
        let length = id.map_or(0, |id| 1 + varint_length(id))
            + delimited_length(self.tags.len())
            + 2
            + delimited_length(geometry);
        let out = &mut self.features;
        if out.is_empty() {
            out.reserve(FIRST_BYTES);
        }
        field(out, 2, LENGTH_DELIMITED);
        varint(out, length as u64);
        if let Some(id) = id {
            field(out, 1, VARINT);
            varint(out, id);
        }
        delimited(out, 2, &self.tags);
        field(out, 3, VARINT);
        varint(out, kind as u64);
        if geometry > 0 {
            field(out, 4, LENGTH_DELIMITED);
            varint(out, geometry as u64);
            out.extend_from_slice(first);
            out.extend_from_slice(second);
        }
        self.tags.clear();
    }

    /// The most bytes [`LayerWriter::finish`] appends.
    pub(super) fn most_bytes(&self) -> usize {
        let keys: usize = self.keys.iter().map(|key| key.len() + MOST_FIELD_HEAD).sum();
        self.features.len() + self.written_values.len() + self.name.len() + keys + 5 * MOST_FIELD_HEAD
    }

    /// Appends the layer to a tile; nothing when it is empty.
    pub(super) fn finish(self, extent: u32, tile: &mut Vec<u8>) {
        if self.features.is_empty() {
            return;
        }
        let (mut head, mut tail) = (vec![], vec![]);
        field(&mut head, 15, VARINT);
        varint(&mut head, 2);
        delimited(&mut head, 1, self.name.as_bytes());
        self.keys.iter().for_each(|key| delimited(&mut tail, 3, key.as_bytes()));
        tail.extend_from_slice(&self.written_values);
        field(&mut tail, 5, VARINT);
        varint(&mut tail, u64::from(extent));
        field(tile, 3, LENGTH_DELIMITED);
        varint(tile, (head.len() + self.features.len() + tail.len()) as u64);
        [&head, &self.features, &tail].into_iter().for_each(|part| tile.extend_from_slice(part));
    }
}

/// Appends a value to the values of a layer (section 4.4).
fn write_value(out: &mut Vec<u8>, value: Tag<'_>) {
    let mut message = vec![];
    match value {
        Tag::Text(text) => delimited(&mut message, 1, text.as_bytes()),
        Tag::Flag(flag) => {
            field(&mut message, 7, VARINT);
            varint(&mut message, u64::from(flag));
        }
    }
    delimited(out, 4, &message);
}

/// The head of a field: its number and how it is written.
fn field(out: &mut Vec<u8>, number: u64, wire_type: u64) {
    varint(out, (number << 3) | wire_type);
}

fn delimited(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    field(out, number, LENGTH_DELIMITED);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Bytes [`delimited`] writes for a field of a number below 16.
fn delimited_length(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { 1 + varint_length(bytes as u64) + bytes }
}

/// Seven bits in each byte, the lowest first; the eighth says that more follow.
fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn varint_length(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use geozero::mvt::{Message, Tile};

    use super::*;

    #[test]
    fn another_program_reads_what_is_written() {
        let mut shape = Shape::default();
        shape.ring([[3, 6], [8, 12], [20, 34]].into_iter());
        let mut layer = LayerWriter::new("areas".into());
        layer.tag("state", Tag::Text("ñ"));
        layer.tag("synthetic", Tag::Flag(true));
        layer.feature(300, Kind::Polygon, &shape);
        layer.tag("state", Tag::Text("ñ"));
        shape.clear();
        shape.point([-25, 4096]);
        layer.feature(-1, Kind::Point, &shape);
        let mut bytes = vec![];
        layer.finish(4096, &mut bytes);
        LayerWriter::new("empty".into()).finish(4096, &mut bytes);

        let tile = Tile::decode(&bytes[..]).expect("sound");
        let [layer] = &tile.layers[..] else { panic!("one layer") };
        assert_eq!((layer.version, layer.name.as_str(), layer.extent), (2, "areas", Some(4096)));
        assert_eq!(layer.keys, ["state", "synthetic"]);
        assert_eq!((layer.values[0].string_value.as_deref(), layer.values[1].bool_value), (Some("ñ"), Some(true)));
        let features: Vec<_> =
            layer.features.iter().map(|f| (f.id, f.tags.clone(), f.r#type, f.geometry.clone())).collect();
        // The geometry of the specification's own example (section 4.3.5.6).
        assert_eq!(features[0], (Some(300), vec![0, 0, 1, 1], Some(3), vec![9, 6, 12, 18, 10, 12, 24, 44, 15]));
        assert_eq!(features[1], (None, vec![0, 0], Some(1), vec![9, 49, 8192]));
    }
}
