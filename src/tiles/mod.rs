//! Vector tiles (Mapbox Vector Tile 2.1) made from snapshots: never from the database, never from a file.
//!
//! [`TileCache`] makes tiles of one layer, and keeps them by layer, content and place.

mod cache;
mod grid;
mod mvt;
mod render;
mod shape;
mod sheet;
mod sketch;

pub use crate::model::mercator::MAX_ZOOM;
pub use cache::{Tile, TileCache, version};
pub use grid::{TileAddress, TileAddressError};
pub use sketch::sketch;
