//! The tile grid of web maps, WebMercatorQuad (OGC 17-083r4, annex D.1).

use std::f64::consts::PI;

use geo::{Coord, coord};

/// Units along each side of a tile (MVT 2.1, section 4.3.3, calls it the extent).
pub const TILE_EXTENT: u32 = 4096;
/// Deepest zoom level tiles are made for.
pub const MAX_ZOOM: u8 = 14;

/// Degrees to tile units of a zoom level, counted from the world's north-west corner to the east and to the south.
pub fn to_grid(lon_lat: Coord<f64>, zoom: u8) -> Coord<f64> {
    let units = f64::from(1_u32 << zoom) * f64::from(TILE_EXTENT);
    let x = (lon_lat.x + 180.0) / 360.0;
    let y = (1.0 - lon_lat.y.to_radians().tan().asinh() / PI) / 2.0;
    coord! { x: x * units, y: y * units }
}

/// The inverse of [`to_grid`].
pub fn from_grid(place: Coord<f64>, zoom: u8) -> Coord<f64> {
    let units = f64::from(1_u32 << zoom) * f64::from(TILE_EXTENT);
    let latitude = (PI * (1.0 - 2.0 * place.y / units)).sinh().atan().to_degrees();
    coord! { x: place.x / units * 360.0 - 180.0, y: latitude }
}

/// The nearest whole place of the grid.
#[expect(clippy::cast_possible_truncation, reason = "the whole grid has 2^26 units, and beyond it `as` saturates")]
pub fn round(place: Coord<f64>) -> [i32; 2] {
    [place.x.round() as i32, place.y.round() as i32]
}

/// Twice the signed area of a ring whose last point is not the first again (the shoelace formula). Positive for the
/// exterior rings of vector tiles (MVT 2.1, section 4.3.4.4).
pub fn doubled_area(ring: &[[i32; 2]]) -> i64 {
    // From the first point, so that it cannot overflow; and with it there, the segment back to it adds nothing.
    let Some([x, y]) = ring.first().map(|point| point.map(i64::from)) else { return 0 };
    let relative = |point: &[i32; 2]| (i64::from(point[0]) - x, i64::from(point[1]) - y);
    let cross = |pair: &[[i32; 2]]| {
        let ((ax, ay), (bx, by)) = (relative(&pair[0]), relative(&pair[1]));
        ax * by - bx * ay
    };
    ring.windows(2).map(cross).sum()
}

/// Turns a ring so that its area is positive or negative; `false` where it has none.
pub fn orient(ring: &mut [[i32; 2]], positive: bool) -> bool {
    let area = doubled_area(ring);
    if (area > 0) != positive {
        ring.reverse();
    }
    area != 0
}
