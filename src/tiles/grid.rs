use geo::{Coord, coord};

use crate::model::{
    Bbox,
    mercator::{MAX_ZOOM, TILE_EXTENT, from_grid, to_grid},
};

/// Shapes reach this many units over a tile's edge, so that outlines do not show it.
pub(super) const BUFFER: i32 = 64;

/// A tile of the WebMercatorQuad grid: zoom, column from the west, row from the north.
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

    /// Its column, from the west.
    pub fn column(self) -> u32 {
        self.column
    }

    /// Its row, from the north.
    pub fn row(self) -> u32 {
        self.row
    }

    /// Its north-west corner, in tile units from that of the world.
    pub(super) fn corner(self) -> [i32; 2] {
        let units = |tiles: u32| i32::try_from(tiles * TILE_EXTENT).expect("the whole grid has 2^26 units");
        [units(self.column), units(self.row)]
    }

    /// Degrees to tile coordinates. Outside the tile they are negative or above [`TILE_EXTENT`].
    pub(super) fn project(self, lon_lat: Coord<f64>) -> Coord<f64> {
        let [x, y] = self.corner().map(f64::from);
        to_grid(lon_lat, self.zoom) - coord! { x: x, y: y }
    }

    /// Whether a place in tile coordinates belongs to this tile and to no other. The world's east and south edges belong
    /// to the last tiles.
    pub(super) fn owns(self, place: Coord<f64>) -> bool {
        let (end, last) = (f64::from(TILE_EXTENT), (1_u32 << self.zoom) - 1);
        let along = |at: f64, tile: u32| (0.0..end).contains(&at) || (at == end && tile == last);
        along(place.x, self.column) && along(place.y, self.row)
    }

    /// The tile with its buffer, in degrees, cut at the edge of the world.
    pub(super) fn bbox(self) -> Bbox {
        let corner = |[x, y]: [i32; 2]| from_grid(coord! { x: f64::from(x), y: f64::from(y) }, self.zoom);
        let across = i32::try_from(TILE_EXTENT).expect("small") + BUFFER;
        let north_west = corner(self.corner().map(|at| at - BUFFER));
        let south_east = corner(self.corner().map(|at| at + across));
        Bbox { west: north_west.x.max(-180.0), south: south_east.y, east: south_east.x.min(180.0), north: north_west.y }
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
        let inside = 0.0..f64::from(TILE_EXTENT);
        assert!(inside.contains(&place.x) && inside.contains(&place.y), "{place:?}");
        let [x, y] = tile.corner().map(f64::from);
        let back = from_grid(place + coord! { x: x, y: y }, 10);
        assert!((back.x + 77.0428).abs() < 1e-9 && (back.y + 12.0464).abs() < 1e-9);
    }

    #[test]
    fn the_edge_of_the_world_belongs_to_the_last_tile() {
        for zoom in [0, 3, 14] {
            let last = (1 << zoom) - 1;
            let tile = |column| TileAddress::new(zoom, column, last / 2).expect("in the grid");
            let owns = |column| tile(column).owns(tile(column).project(coord! { x: 180.0, y: 1e-6 }));
            assert!(owns(last), "zoom {zoom}");
            assert!(zoom == 0 || !owns(0) && !owns(last - 1));
        }
    }

    #[test]
    fn tiles_outside_the_grid_are_refused() {
        assert_eq!(TileAddress::new(99, 0, 0), Err(TileAddressError::Zoom));
        assert_eq!(TileAddress::new(1, 2, 0), Err(TileAddressError::Outside { zoom: 1, last: 1 }));
    }
}
