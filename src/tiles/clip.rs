use geo::{Coord, coord};

use crate::tiles::grid::{BUFFER, EXTENT};

/// Cuts a closed ring at the tile's edge plus buffer (Sutherland and Hodgman 1974), one side after the other.
/// Parts of a ring that leave and return are joined along the edge, outside what is shown. Empty when nothing is
/// left; otherwise closed.
pub(super) fn clip_ring(ring: &[Coord<f64>]) -> Vec<Coord<f64>> {
    let (low, high) = (-BUFFER, EXTENT + BUFFER);
    if ring.iter().all(|c| (low..=high).contains(&c.x) && (low..=high).contains(&c.y)) {
        return ring.to_vec();
    }
    // How far inside of each side a point lies.
    let sides: [fn(Coord<f64>) -> f64; 4] =
        [|c| c.x + BUFFER, |c| EXTENT + BUFFER - c.x, |c| c.y + BUFFER, |c| EXTENT + BUFFER - c.y];
    let mut points = ring.to_vec();
    for inside in sides {
        points = clip_side(&points, inside);
        if let (Some(first), Some(last)) = (points.first().copied(), points.last())
            && first != *last
        {
            points.push(first);
        }
    }
    points
}

/// Keeps what lies on the side where `inside` is not negative; it must be linear along each segment.
fn clip_side(points: &[Coord<f64>], inside: impl Fn(Coord<f64>) -> f64) -> Vec<Coord<f64>> {
    let mut kept = Vec::with_capacity(points.len());
    for pair in points.windows(2) {
        let (a, b) = (inside(pair[0]), inside(pair[1]));
        if a >= 0.0 {
            kept.push(pair[0]);
        }
        if (a < 0.0) != (b < 0.0) {
            let t = a / (a - b);
            kept.push(
                coord! { x: pair[0].x + t * (pair[1].x - pair[0].x), y: pair[0].y + t * (pair[1].y - pair[0].y) },
            );
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use geo::{Area, LineString, Polygon};

    use super::*;

    fn square(from: f64, to: f64) -> Vec<Coord<f64>> {
        [(from, from), (to, from), (to, to), (from, to), (from, from)].map(|(x, y)| coord! { x: x, y: y }).to_vec()
    }

    fn area(ring: Vec<Coord<f64>>) -> f64 {
        Polygon::new(LineString(ring), vec![]).unsigned_area()
    }

    #[test]
    fn a_ring_around_the_tile_becomes_the_tile() {
        let clipped = area(clip_ring(&square(-10_000.0, 10_000.0)));
        assert!((clipped - (EXTENT + 2.0 * BUFFER).powi(2)).abs() < 1e-6);
    }

    #[test]
    fn a_corner_keeps_its_part() {
        // The square from −164 to 36 shares 100 × 100 with the buffered tile, which begins at −64.
        assert!((area(clip_ring(&square(-164.0, 36.0))) - 10_000.0).abs() < 1e-6);
        assert!(clip_ring(&square(-400.0, -200.0)).is_empty());
    }
}
