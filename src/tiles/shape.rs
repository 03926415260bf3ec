use geo::{Area, Coord, Geometry, LineString, MultiPolygon, Polygon, Simplify, coord};

use crate::{
    model::Bbox,
    tiles::{
        clip::clip_ring,
        grid::{EXTENT, TileAddress},
    },
};

/// Detail below this many tile units (a quarter of a screen pixel) is left out of areas.
const TOLERANCE: f64 = 2.0;

/// The geometry in whole tile coordinates, cut to the tile and simplified; `None` when nothing of it shows. It is cut in
/// degrees, so that only what shows is projected.
///
/// Exterior rings have positive area in tile coordinates, as the specification asks (MVT 2.1, section 4.3.4.4).
/// An area too small to draw keeps a dot of 2 units, so that it does not vanish from overviews.
pub(super) fn draw(geometry: &Geometry<f64>, tile: TileAddress) -> Option<Geometry<f64>> {
    match geometry {
        Geometry::Point(point) => {
            let place = tile.project(point.0);
            on_tile(place).then(|| Geometry::Point(round(place).into()))
        }
        Geometry::MultiPolygon(areas) => draw_areas(&areas.0, tile),
        Geometry::Polygon(area) => draw_areas(std::slice::from_ref(area), tile),
        _ => None,
    }
}

/// Whether a point belongs to this tile and to no other.
pub(super) fn on_tile(place: Coord<f64>) -> bool {
    (0.0..EXTENT).contains(&place.x) && (0.0..EXTENT).contains(&place.y)
}

fn draw_areas(areas: &[Polygon<f64>], tile: TileAddress) -> Option<Geometry<f64>> {
    let bbox = tile.bbox();
    let drawn: Vec<_> = areas.iter().filter_map(|area| draw_area(area, tile, &bbox)).collect();
    if !drawn.is_empty() {
        return Some(MultiPolygon(drawn).into());
    }
    let start = tile.project(*areas.first()?.exterior().0.first()?);
    let size = TOLERANCE;
    on_tile(start).then(|| {
        let corner = round(start);
        let dot = [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size), (0.0, 0.0)];
        let ring = dot.map(|(x, y)| coord! { x: corner.x + x, y: corner.y + y });
        MultiPolygon(vec![Polygon::new(LineString(ring.to_vec()), vec![])]).into()
    })
}

fn draw_area(area: &Polygon<f64>, tile: TileAddress, bbox: &Bbox) -> Option<Polygon<f64>> {
    let exterior = draw_ring(area.exterior(), tile, bbox, true)?;
    let holes = area.interiors().iter().filter_map(|ring| draw_ring(ring, tile, bbox, false)).collect();
    Some(Polygon::new(exterior, holes))
}

fn draw_ring(ring: &LineString<f64>, tile: TileAddress, bbox: &Bbox, exterior: bool) -> Option<LineString<f64>> {
    let shown: LineString<f64> = clip_ring(&ring.0, bbox).into_iter().map(|c| tile.project(c)).collect();
    let clipped = shown.simplify(TOLERANCE).0;
    let mut points: Vec<Coord<f64>> = clipped.into_iter().map(round).collect();
    points.dedup();
    if points.len() < 4 {
        return None;
    }
    let area = Polygon::new(LineString(points.clone()), vec![]).signed_area();
    if area == 0.0 {
        return None;
    }
    if (area > 0.0) != exterior {
        points.reverse();
    }
    Some(LineString(points))
}

fn round(c: Coord<f64>) -> Coord<f64> {
    coord! { x: c.x.round(), y: c.y.round() }
}
