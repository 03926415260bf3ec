use geo::{
    Area, BoundingRect, GeodesicArea, Geometry, LineString, MultiPolygon, Polygon, Rect,
    orient::{Direction, Orient},
};

use crate::{
    model::{Bbox, clip_ring},
    overlay::{OverlayError, intersection},
};

/// Around the smaller of two areas, in degrees: what of the larger one lies farther off is left out before they are overlaid.
const MARGIN: f64 = 1e-4;
/// By what share the part of an area in a frame may differ from the frame and still be all of it.
const WHOLE: f64 = 1e-12;

/// What two areas share, exterior rings counter-clockwise; without parts where they only touch.
///
/// Planar in degrees. What lies wholly inside or apart is told by what there is of the larger area around the smaller one; all
/// else is overlaid whole, for an outline that was cut is no sound area any more.
///
/// # Errors
/// [`OverlayError`].
pub fn shared_area(one: &MultiPolygon<f64>, other: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, OverlayError> {
    let (Some(around), Some(around_other)) = (one.bounding_rect(), other.bounding_rect()) else {
        return Ok(MultiPolygon(vec![]));
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
    let near = part_in(large, &frame);
    if near.0.is_empty() {
        return Ok(near);
    }
    if is_whole(&near, &frame) {
        return Ok(small.orient(Direction::Default));
    }
    intersection(small, large)
}

/// The part of an area in a frame. Along the sides of the frame its outline may run to and fro.
fn part_in(area: &MultiPolygon<f64>, frame: &Bbox) -> MultiPolygon<f64> {
    let cut = |ring: &LineString<f64>| LineString(clip_ring(&ring.0, frame));
    let parts = area.iter().filter_map(|polygon| {
        let exterior = cut(polygon.exterior());
        let interiors = || polygon.interiors().iter().map(cut).filter(|ring| !ring.0.is_empty()).collect();
        (!exterior.0.is_empty()).then(|| Polygon::new(exterior, interiors()))
    });
    MultiPolygon(parts.collect())
}

fn is_whole(part: &MultiPolygon<f64>, frame: &Bbox) -> bool {
    let whole = (frame.east - frame.west) * (frame.north - frame.south);
    part.iter().all(|polygon| polygon.interiors().is_empty()) && (part.unsigned_area() - whole).abs() < WHOLE * whole
}

/// Geodesic area on the ellipsoid of WGS 84, in m², of an area with exterior rings counter-clockwise.
pub fn geodesic_m2(area: &MultiPolygon<f64>) -> f64 {
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
}
