use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    ops::RangeInclusive,
    sync::{Arc, LazyLock, OnceLock},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use moka::sync::Cache;

use crate::{
    index::Snapshot,
    model::GeometryKind,
    tiles::{
        TileAddress,
        render::{CROWDED, render},
        sheet::Sheets,
    },
};

/// So many features, of so many points in all, are drawn in some tens of microseconds.
const LIGHT: usize = 48;
const LIGHT_POINTS: usize = 4_000;
/// Zoom levels at which a country is on few tiles.
const OVERVIEWS: RangeInclusive<u8> = 4..=8;
/// Zoom levels at which tiles are many and each shows few features.
const REGIONS: RangeInclusive<u8> = 9..=10;

/// Differs whenever tiles of the snapshot may differ from those made before: with its content, and with the program
/// that draws them.
pub fn version(snapshot: &Snapshot) -> u64 {
    let mut hasher = DefaultHasher::new();
    (*DRAWING, snapshot.checksum()).hash(&mut hasher);
    hasher.finish()
}

/// Stands for what draws the tiles. Between two releases too it changes, so the code itself is looked at.
static DRAWING: LazyLock<u64> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    [
        include_str!("../index/generalise.rs"),
        include_str!("../model/mercator.rs"),
        include_str!("../model/clip.rs"),
        include_str!("grid.rs"),
        include_str!("mvt.rs"),
        include_str!("render.rs"),
        include_str!("shape.rs"),
        include_str!("sheet.rs"),
    ]
    .hash(&mut hasher);
    hasher.finish()
});

/// A tile, compressed when somebody first asks for it so.
#[derive(Debug)]
pub struct Tile {
    /// As it was drawn; empty when nothing of the layer shows in it.
    pub plain: Bytes,
    gzipped: OnceLock<Bytes>,
}

impl Tile {
    /// Whether [`Tile::gzipped`] answers at once.
    pub fn is_gzipped(&self) -> bool {
        self.gzipped.get().is_some()
    }

    /// The same, compressed with gzip. The first time it blocks for the milliseconds that takes.
    pub fn gzipped(&self) -> Bytes {
        self.gzipped.get_or_init(|| compress(&self.plain)).clone()
    }
}

/// Tiles already made, by layer, checksum and place. What was not asked for longest is dropped first.
#[derive(Debug)]
pub struct TileCache {
    tiles: Cache<(&'static str, u64, TileAddress), Arc<Tile>>,
    sheets: Sheets,
}

impl TileCache {
    /// A cache that holds tiles of about so many bytes.
    pub fn new(capacity_bytes: u64) -> TileCache {
        // What is compressed takes about half as much again.
        let weigh = |_: &_, tile: &Arc<Tile>| u32::try_from(tile.plain.len() * 3 / 2 + 128).unwrap_or(u32::MAX);
        TileCache {
            tiles: Cache::builder().max_capacity(capacity_bytes).weigher(weigh).build(),
            sheets: Sheets::default(),
        }
    }

    /// Prepares the overviews of a layer that is large: the first tiles then come as soon as the others. Blocks for the
    /// seconds that may take.
    pub fn prepare(&self, snapshot: &Snapshot) {
        let layer = snapshot.layer();
        if layer.geometry == GeometryKind::Polygon && snapshot.features().len() > CROWDED {
            for zoom in OVERVIEWS.filter(|zoom| *zoom >= layer.min_zoom) {
                self.sheets.draw_ahead(snapshot, zoom);
            }
            for zoom in REGIONS {
                snapshot.features().iter().for_each(|feature| _ = feature.generalised(zoom));
            }
        }
    }

    /// The tile, if it is made already.
    pub fn kept(&self, snapshot: &Snapshot, address: TileAddress) -> Option<Arc<Tile>> {
        self.tiles.get(&(snapshot.layer().id.as_str(), snapshot.checksum(), address))
    }

    /// Whether [`TileCache::get`] takes less than it takes to go to another thread.
    pub fn is_light(&self, snapshot: &Snapshot, address: TileAddress) -> bool {
        let mut points = 0;
        snapshot.has_few_near(&address.bbox(), LIGHT, |feature| {
            let own = feature.generalised_points(address.zoom());
            points += own.unwrap_or(usize::MAX / LIGHT / 2);
            points <= LIGHT_POINTS
        })
    }

    /// The tile. Blocks for the milliseconds it takes to make one; several callers of the same tile wait for one making.
    pub fn get(&self, snapshot: &Arc<Snapshot>, address: TileAddress) -> Arc<Tile> {
        let key = (snapshot.layer().id.as_str(), snapshot.checksum(), address);
        let make =
            || Arc::new(Tile { plain: render(snapshot, &self.sheets, address).into(), gzipped: OnceLock::new() });
        self.tiles.get_with(key, make)
    }
}

fn compress(tile: &[u8]) -> Bytes {
    if tile.is_empty() {
        return Bytes::new();
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(tile.len() / 2), Compression::default());
    let finished = encoder.write_all(tile).and_then(|()| encoder.finish());
    finished.expect("compressing to memory cannot fail").into()
}
