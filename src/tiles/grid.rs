use std::f64::consts::PI;

use geo::{Coord, coord};

use crate::model::Bbox;

/// Deepest zoom level we make tiles for; clients stretch these further.
pub const MAX_ZOOM: u8 = 14;
/// Tile coordinates run from 0 to this, x to the east and y to the south.
pub(super) const EXTENT: f64 = 4096.0;
/// Shapes reach this far over a tile's edge, so that outlines do not show it.
pub(super) const BUFFER: f64 = 64.0;

/// A tile of the WebMercatorQuad grid (OGC 17-083r4, annex D.1): zoom, column from the west, row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileAddress {
    zoom: u8,
    column: u32,
    row: u32,
}

/// Why three numbers are no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileAddressError {
    /// Too deep.
    #[error("zoom levels are 0 to {MAX_ZOOM}")]
    Zoom,
    /// Outside the grid.
    #[error("at zoom {zoom} columns and rows are 0 to {last}")]
    Outside {
        /// The zoom level.
        zoom: u8,
        /// Last column and row.
        last: u32,
    },
}

impl TileAddress {
    /// The tile at zoom, column (x) and row (y).
    ///
    /// # Errors
    /// [`TileAddressError`] when there is no such tile.
    pub fn new(zoom: u8, column: u32, row: u32) -> Result<TileAddress, TileAddressError> {
        if zoom > MAX_ZOOM {
            return Err(TileAddressError::Zoom);
        }
        let last = (1_u32 << zoom) - 1;
        if column > last || row > last {
            return Err(TileAddressError::Outside { zoom, last });
        }
        Ok(TileAddress { zoom, column, row })
    }

    /// The zoom level.
    pub fn zoom(self) -> u8 {
        self.zoom
    }

    /// Degrees to tile coordinates. Outside the tile they are negative or above [`EXTENT`].
    pub(super) fn project(self, lon_lat: Coord<f64>) -> Coord<f64> {
        let tiles = f64::from(1_u32 << self.zoom);
        let x = (lon_lat.x + 180.0) / 360.0;
        let y = (1.0 - lon_lat.y.to_radians().tan().asinh() / PI) / 2.0;
        coord! { x: (x * tiles - f64::from(self.column)) * EXTENT, y: (y * tiles - f64::from(self.row)) * EXTENT }
    }

    /// Tile coordinates to degrees.
    fn unproject(self, x: f64, y: f64) -> (f64, f64) {
        let tiles = f64::from(1_u32 << self.zoom);
        let longitude = (x / EXTENT + f64::from(self.column)) / tiles * 360.0 - 180.0;
        let latitude = (PI * (1.0 - 2.0 * (y / EXTENT + f64::from(self.row)) / tiles)).sinh().atan().to_degrees();
        (longitude, latitude)
    }

    /// The tile with its buffer, in degrees, cut at the edge of the world.
    pub(super) fn bbox(self) -> Bbox {
        let (west, north) = self.unproject(-BUFFER, -BUFFER);
        let (east, south) = self.unproject(EXTENT + BUFFER, EXTENT + BUFFER);
        Bbox { west: west.max(-180.0), south, east: east.min(180.0), north }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lima_lies_where_every_web_map_has_it() {
        // Lima at zoom 10 is in tile 292/546 (openstreetmap's slippy map formula).
        let tile = TileAddress::new(10, 292, 546).expect("in the grid");
        let place = tile.project(coord! { x: -77.0428, y: -12.0464 });
        assert!((0.0..EXTENT).contains(&place.x) && (0.0..EXTENT).contains(&place.y), "{place:?}");
        let (longitude, latitude) = tile.unproject(place.x, place.y);
        assert!((longitude + 77.0428).abs() < 1e-9 && (latitude + 12.0464).abs() < 1e-9);
    }

    #[test]
    fn tiles_outside_the_grid_are_refused() {
        assert_eq!(TileAddress::new(99, 0, 0), Err(TileAddressError::Zoom));
        assert_eq!(TileAddress::new(1, 2, 0), Err(TileAddressError::Outside { zoom: 1, last: 1 }));
    }
}
