use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    sync::LazyLock,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use moka::sync::Cache;

use crate::{
    index::Snapshot,
    tiles::{TileAddress, render},
};

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
    [include_str!("clip.rs"), include_str!("grid.rs"), include_str!("render.rs"), include_str!("shape.rs")]
        .hash(&mut hasher);
    hasher.finish()
});

/// Tiles already made, compressed with gzip, by layer, checksum and place. What was not asked for longest is
/// dropped first.
#[derive(Debug, Clone)]
pub struct TileCache {
    tiles: Cache<(&'static str, u64, TileAddress), Bytes>,
}

impl TileCache {
    /// A cache that holds about `capacity_bytes` of compressed tiles.
    pub fn new(capacity_bytes: u64) -> TileCache {
        let weigh = |_: &_, tile: &Bytes| u32::try_from(tile.len() + 64).unwrap_or(u32::MAX);
        TileCache { tiles: Cache::builder().max_capacity(capacity_bytes).weigher(weigh).build() }
    }

    /// The tile, gzipped; empty when nothing of the layer shows in it. Blocks for the milliseconds it takes to
    /// make a tile; several callers of the same tile wait for one making.
    pub fn get(&self, snapshot: &Snapshot, address: TileAddress) -> Bytes {
        let key = (snapshot.layer().id.as_str(), snapshot.checksum(), address);
        self.tiles.get_with(key, || compress(&render(snapshot, address)))
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
