//! Vector tiles (Mapbox Vector Tile 2.1) made from snapshots, never from the database; and tiles of a base map that somebody
//! else made, from their file.
//!
//! [`TileCache`] makes tiles of one layer, and keeps them by layer, content and place. [`TileArchive`] reads a file of tiles.

mod archive;
mod cache;
mod grid;
mod mvt;
mod render;
mod shape;
mod sheet;
mod sketch;

pub use crate::model::mercator::MAX_ZOOM;
pub use archive::{ArchiveError, ArchiveFacts, TileArchive};
pub use cache::{Tile, TileCache, version};
pub use grid::{TileAddress, TileAddressError};
pub use sketch::sketch;
