use geo::{Coord, coord};

use crate::model::Bbox;

/// Cuts a closed ring at the sides of a box (Sutherland and Hodgman 1974), one side after the other. Parts of a ring that
/// leave and return are joined along the side. Empty when nothing is left; otherwise closed.
pub fn clip_ring(ring: &[Coord<f64>], bbox: &Bbox) -> Vec<Coord<f64>> {
    let Bbox { west, south, east, north } = *bbox;
    if ring.iter().all(|c| bbox.contains(c.x, c.y)) {
        return ring.to_vec();
    }
    // How far inside of each side a point lies.
    let mut points = clip_side(ring, |c| c.x - west);
    points = clip_side(&points, |c| east - c.x);
    points = clip_side(&points, |c| c.y - south);
    clip_side(&points, |c| north - c.y)
}

/// Keeps what lies on the side where `inside` is not negative, and closes it; it must be linear along each segment.
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
    match (kept.first().copied(), kept.last()) {
        (Some(first), Some(last)) if first != *last => kept.push(first),
        _ => {}
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

    const TILE: Bbox = Bbox { west: -64.0, south: -64.0, east: 4160.0, north: 4160.0 };

    #[test]
    fn a_ring_around_the_box_becomes_the_box() {
        let clipped = area(clip_ring(&square(-10_000.0, 10_000.0), &TILE));
        assert!((clipped - 4224.0_f64.powi(2)).abs() < 1e-6);
    }

    #[test]
    fn a_corner_keeps_its_part() {
        // The square from −164 to 36 shares 100 × 100 with the box, which begins at −64.
        assert!((area(clip_ring(&square(-164.0, 36.0), &TILE)) - 10_000.0).abs() < 1e-6);
        assert!(clip_ring(&square(-400.0, -200.0), &TILE).is_empty());
    }
}
