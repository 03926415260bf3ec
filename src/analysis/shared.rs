use geo::{
    Area, BoundingRect, Coord, GeodesicArea, Geometry, Intersects, LineString, MultiPolygon, Polygon, Rect,
    orient::{Direction, Orient},
};

use crate::{
    model::{Bbox, clip_ring},
    overlay::{OverlayError, intersection, is_valid},
};

/// Around the smaller of two areas, in degrees: what of the larger one lies farther off is left out before they are overlaid.
const MARGIN: f64 = 1e-4;
/// By what share the part of an area in a frame may differ from the frame and still be all of it.
const WHOLE: f64 = 1e-12;

/// What two areas share, exterior rings counter-clockwise, without parts where they only touch, and whether they meet at all.
/// Planar in degrees.
///
/// Of the larger area only what comes near the smaller one is looked at, with its edges whole: an edge that were cut would meet
/// the other area elsewhere, if only by the last digit.
///
/// # Errors
/// [`OverlayError`].
pub(super) fn lay(
    one: &MultiPolygon<f64>,
    other: &MultiPolygon<f64>,
) -> Result<(MultiPolygon<f64>, bool), OverlayError> {
    let (Some(around), Some(around_other)) = (one.bounding_rect(), other.bounding_rect()) else {
        return Ok((MultiPolygon(vec![]), false));
    };
    let extent = |rect: &Rect<f64>| rect.width() * rect.height();
    let (small, large, around) =
        if extent(&around) <= extent(&around_other) { (one, other, around) } else { (other, one, around_other) };
    let frame = Bbox {
        west: around.min().x - MARGIN,
        south: around.min().y - MARGIN,
        east: around.max().x + MARGIN,
        north: around.max().y + MARGIN,
    };
    let near = near(large, &frame);
    if near.0.is_empty() {
        return Ok((near, false));
    }
    if is_whole(&near, &frame) {
        return Ok((small.orient(Direction::Default), true));
    }
    // Most of those whose boxes meet are apart: that is sooner seen than overlaid.
    if !small.intersects(&near) {
        return Ok((MultiPolygon(vec![]), false));
    }
    // Far off, what was left out may have made it cross itself.
    let large = if is_valid(&near)? { &near } else { large };
    Ok((intersection(small, large)?, true))
}

/// What two areas share, exterior rings counter-clockwise; without parts where they only touch. Planar in degrees.
///
/// # Errors
/// [`OverlayError`].
pub(super) fn shared_area(
    one: &MultiPolygon<f64>,
    other: &MultiPolygon<f64>,
) -> Result<MultiPolygon<f64>, OverlayError> {
    Ok(lay(one, other)?.0)
}

/// An area that is the same in a frame and has few corners outside of it.
fn near(area: &MultiPolygon<f64>, frame: &Bbox) -> MultiPolygon<f64> {
    let parts = area.iter().filter_map(|polygon| {
        let exterior = near_ring(polygon.exterior(), frame)?;
        let interiors = polygon.interiors().iter().filter_map(|ring| near_ring(ring, frame));
        Some(Polygon::new(exterior, interiors.collect()))
    });
    MultiPolygon(parts.collect())
}

/// On which sides of a frame a place lies, a bit for each.
fn sides(place: Coord<f64>, frame: &Bbox) -> u8 {
    u8::from(place.x < frame.west)
        | u8::from(place.x > frame.east) << 1
        | u8::from(place.y < frame.south) << 2
        | u8::from(place.y > frame.north) << 3
}

/// A ring that winds around every place in the frame as often: of corners one after another beyond one side, the first and the
/// last are kept, between which nothing comes into the frame. `None` where all lie beyond one side.
fn near_ring(ring: &LineString<f64>, frame: &Bbox) -> Option<LineString<f64>> {
    let corners = ring.0.split_last().map_or(&[][..], |(_, corners)| corners);
    let mut kept: Vec<Coord<f64>> = vec![];
    let mut at = 0;
    while let Some(corner) = corners.get(at) {
        let mut beyond = sides(*corner, frame);
        let mut last = at;
        while beyond != 0 && corners.get(last + 1).is_some_and(|next| beyond & sides(*next, frame) != 0) {
            last += 1;
            beyond &= sides(corners[last], frame);
        }
        if beyond != 0 && last + 1 == corners.len() && at == 0 {
            return None;
        }
        kept.push(*corner);
        if last > at {
            kept.push(corners[last]);
        }
        at = last + 1;
    }
    kept.dedup();
    (kept.len() >= 3).then(|| {
        let first = kept[0];
        kept.push(first);
        LineString(kept)
    })
}

/// Whether an area is all of a frame.
fn is_whole(area: &MultiPolygon<f64>, frame: &Bbox) -> bool {
    let [polygon] = &area.0[..] else { return false };
    let whole = (frame.east - frame.west) * (frame.north - frame.south);
    let cut = Polygon::new(LineString(clip_ring(&polygon.exterior().0, frame)), vec![]);
    polygon.interiors().is_empty() && (cut.unsigned_area() - whole).abs() < WHOLE * whole
}

/// Geodesic area on the ellipsoid of WGS 84, in m², of an area with exterior rings counter-clockwise.
pub(super) fn geodesic_m2(area: &MultiPolygon<f64>) -> f64 {
    // A ring the other way would be the rest of the Earth.
    area.geodesic_area_signed().abs()
}

/// A geometry as areas; `None` where it is none.
pub(super) fn areas_of(geometry: &Geometry<f64>) -> Option<&MultiPolygon<f64>> {
    match geometry {
        Geometry::MultiPolygon(areas) => Some(areas),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, size: f64) -> MultiPolygon<f64> {
        MultiPolygon(vec![Rect::new((x, y), (x + size, y + size)).to_polygon()])
    }

    #[test]
    fn areas_share_what_lies_in_both() {
        let planar = |one: &MultiPolygon<f64>, other: &MultiPolygon<f64>| {
            shared_area(one, other).expect("sound").unsigned_area()
        };
        let one = square(-75.0, -10.0, 1.0);
        assert!((planar(&one, &square(-74.5, -9.5, 1.0)) - 0.25).abs() < 1e-9, "a corner");
        assert!((planar(&one, &square(-74.9, -9.9, 0.01)) - 1e-4).abs() < 1e-12, "inside");
        assert!((planar(&square(-74.9, -9.9, 0.01), &one) - 1e-4).abs() < 1e-12, "the other way round");
        assert_eq!(shared_area(&one, &square(-74.0, -10.0, 1.0)).expect("sound").0, [], "touching");
        assert_eq!(shared_area(&one, &square(-70.0, -10.0, 1.0)).expect("sound").0, [], "apart");
    }

    #[test]
    fn a_hole_is_not_shared() {
        let hole = square(-74.6, -9.6, 0.2).0.remove(0).exterior().clone();
        let ring =
            MultiPolygon(vec![Polygon::new(square(-75.0, -10.0, 1.0).0.remove(0).exterior().clone(), vec![hole])]);
        assert_eq!(shared_area(&ring, &square(-74.55, -9.55, 0.05)).expect("sound").0, []);
        let across = shared_area(&ring, &square(-74.7, -9.7, 0.2)).expect("sound");
        assert!((across.unsigned_area() - 0.03).abs() < 1e-9, "{}", across.unsigned_area());
    }

    #[test]
    fn what_is_left_of_a_ring_is_the_same_near_the_frame() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let frame = Bbox { west: 0.3, south: 0.4, east: 0.5, north: 0.6 };
        let inside =
            |ring: &LineString<f64>| Polygon::new(LineString(clip_ring(&ring.0, &frame)), vec![]).signed_area();
        let (mut reduced, mut gone) = (0, 0);
        for _ in 0..5_000 {
            // Any ring, crossing itself or not: a corner seldom lies far from the one before.
            let mut at = Coord { x: random.f64(), y: random.f64() };
            let mut ring: Vec<_> = (0..random.usize(3..60))
                .map(|_| {
                    at.x = (at.x + (random.f64() - 0.5) * 0.4).clamp(-0.2, 1.2);
                    at.y = (at.y + (random.f64() - 0.5) * 0.4).clamp(-0.2, 1.2);
                    at
                })
                .collect();
            ring.push(ring[0]);
            let ring = LineString(ring);
            match near_ring(&ring, &frame) {
                Some(near) => {
                    assert!((inside(&near) - inside(&ring)).abs() < 1e-12, "seed {seed}");
                    reduced += usize::from(near.0.len() < ring.0.len());
                }
                None => {
                    assert!(inside(&ring).abs() < 1e-12, "seed {seed}");
                    gone += 1;
                }
            }
        }
        assert!(reduced > 1_000 && gone > 10, "{reduced} rings lost corners, {gone} were apart");
    }
}
