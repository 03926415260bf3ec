use geo::{Geometry, LineString, Polygon, Simplify, coord};

use crate::{
    index::Feature,
    model::mercator::{MAX_ZOOM, orient, round, to_grid},
};

/// Detail below this many tile units (a quarter of a screen pixel) is left out of areas.
const TOLERANCE: f64 = 2.0;

/// An area as it is drawn at one zoom level.
#[derive(Debug, Default)]
pub struct Generalised {
    /// Of each ring the number of its points, beside a zero, and then the points, in tile units from the world's
    /// north-west corner. The last point of a ring is not the first again. One piece of memory: a layer has
    /// hundreds of thousands of these.
    packed: Box<[[i32; 2]]>,
}

impl Generalised {
    /// The rings, each of at least three points. In tile units an exterior ring has positive area and the interior
    /// rings after it negative (MVT 2.1, section 4.3.4.4).
    pub fn rings(&self) -> impl Iterator<Item = &[[i32; 2]]> {
        let mut rest = &self.packed[..];
        std::iter::from_fn(move || {
            let ([length, _], points) = rest.split_first()?;
            let (ring, after) = points.split_at(usize::try_from(*length).expect("a number of points"));
            rest = after;
            Some(ring)
        })
    }

    /// An area at a zoom level; empty for what is no area.
    pub fn of(geometry: &Geometry<f64>, zoom: u8) -> Generalised {
        let areas = match geometry {
            Geometry::MultiPolygon(areas) => &areas.0[..],
            Geometry::Polygon(area) => std::slice::from_ref(area),
            _ => &[],
        };
        let mut rings: Vec<Vec<[i32; 2]>> = areas.iter().flat_map(|area| draw_area(area, zoom)).collect();
        if rings.is_empty() {
            rings.extend(areas.first().and_then(|area| draw_dot(area, zoom)));
        }
        let mut packed = Vec::with_capacity(rings.iter().map(|ring| ring.len() + 1).sum());
        for ring in &rings {
            packed.push([i32::try_from(ring.len()).expect("a ring has fewer than 2^31 points"), 0]);
            packed.extend_from_slice(ring);
        }
        Generalised { packed: packed.into() }
    }
}

impl Feature {
    /// How many points [`Feature::generalised`] has, if it answers at once.
    pub fn generalised_points(&self, zoom: u8) -> Option<usize> {
        if !matches!(self.geometry, Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_))) {
            return Some(1);
        }
        let levels = self.generalised.get()?;
        levels[usize::from(zoom.min(MAX_ZOOM))].get().map(|area| area.packed.len())
    }

    /// The area at a zoom level, at most the [deepest](MAX_ZOOM); worked out when it is first asked for, and kept. Empty
    /// for what is no area.
    pub fn generalised(&self, zoom: u8) -> &Generalised {
        let levels = self.generalised.get_or_init(Box::default);
        levels[usize::from(zoom.min(MAX_ZOOM))].get_or_init(|| self.generalise(zoom))
    }

    /// The same, worked out anew and not kept.
    pub fn generalise(&self, zoom: u8) -> Generalised {
        let zoom = zoom.min(MAX_ZOOM);
        self.geometry.as_ref().map_or_else(Generalised::default, |geometry| Generalised::of(geometry, zoom))
    }
}

fn draw_area(area: &Polygon<f64>, zoom: u8) -> Vec<Vec<[i32; 2]>> {
    let Some(exterior) = draw_ring(area.exterior(), zoom, true) else { return vec![] };
    let interiors = area.interiors().iter().filter_map(|ring| draw_ring(ring, zoom, false));
    std::iter::once(exterior).chain(interiors).collect()
}

/// `None` for a ring that is too small to have an inside.
fn draw_ring(ring: &LineString<f64>, zoom: u8, exterior: bool) -> Option<Vec<[i32; 2]>> {
    let shown: LineString<f64> = ring.0.iter().map(|c| to_grid(*c, zoom)).collect();
    let mut points: Vec<[i32; 2]> = shown.simplify(TOLERANCE).0.into_iter().map(round).collect();
    points.dedup();
    points.pop();
    orient(&mut points, exterior).then_some(points)
}

/// An area too small to draw is a dot, so that it does not vanish from overviews.
fn draw_dot(area: &Polygon<f64>, zoom: u8) -> Option<Vec<[i32; 2]>> {
    let [x, y] = round(to_grid(*area.exterior().0.first()?, zoom));
    let size = round(coord! { x: TOLERANCE, y: TOLERANCE })[0];
    Some(vec![[x, y], [x + size, y], [x + size, y + size], [x, y + size]])
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;
    use crate::model::mercator::doubled_area;

    #[test]
    fn rings_are_open_and_turn_as_tiles_want_them() {
        let area = polygon!(
            exterior: [(x: -80.0, y: -10.0), (x: -79.0, y: -10.0), (x: -79.0, y: -9.0), (x: -80.0, y: -9.0)],
            interiors: [[(x: -79.6, y: -9.6), (x: -79.4, y: -9.6), (x: -79.4, y: -9.4), (x: -79.6, y: -9.4)]],
        );
        let drawn = Generalised::of(&area.into(), 8);
        let rings: Vec<_> = drawn.rings().collect();
        assert_eq!(rings.iter().map(|ring| ring.len()).collect::<Vec<_>>(), [4, 4]);
        assert!(doubled_area(rings[0]) > 0 && doubled_area(rings[1]) < 0);
    }

    #[test]
    fn an_area_too_small_to_draw_is_a_dot() {
        let area = polygon![(x: -80.0, y: -10.0), (x: -79.999, y: -10.0), (x: -79.999, y: -9.999)];
        let drawn = Generalised::of(&area.into(), 4);
        assert_eq!(drawn.rings().map(doubled_area).collect::<Vec<_>>(), [8]);
    }
}
