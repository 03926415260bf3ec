//! Vector tiles (Mapbox Vector Tile 2.1) made from snapshots: never from the database, never from a file.
//!
//! [`render`] makes one tile of one layer; [`TileCache`] keeps tiles by layer, content and place.

mod cache;
mod clip;
mod grid;
mod render;
mod shape;
mod sketch;

pub use cache::{Tile, TileCache, version};
pub use grid::{MAX_ZOOM, TileAddress, TileAddressError};
pub use render::render;
pub use sketch::sketch;
