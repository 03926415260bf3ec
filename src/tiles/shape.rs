use geo::{Coord, coord};

use crate::{
    index::Generalised,
    model::{
        Bbox,
        mercator::{TILE_EXTENT, doubled_area, orient, round},
    },
    tiles::{TileAddress, clip::clip_ring, grid::BUFFER, mvt::Shape},
};

/// The tile with its buffer, in its own units.
fn frame() -> Bbox {
    let (low, high) = (f64::from(-BUFFER), f64::from(TILE_EXTENT) + f64::from(BUFFER));
    Bbox { west: low, south: low, east: high, north: high }
}

/// Whether a point belongs to this tile and to no other.
pub(super) fn on_tile(place: Coord<f64>) -> bool {
    let inside = 0.0..f64::from(TILE_EXTENT);
    inside.contains(&place.x) && inside.contains(&place.y)
}

/// A point, where it belongs to the tile; whether it does.
pub(super) fn draw_point(place: Coord<f64>, shape: &mut Shape) -> bool {
    let shows = on_tile(place);
    if shows {
        shape.point(round(place));
    }
    shows
}

/// An area that lies inside the tile and its buffer; whether there is anything of it.
pub(super) fn draw_whole(area: &Generalised, tile: TileAddress, shape: &mut Shape) -> bool {
    let [west, north] = tile.corner();
    let mut shows = false;
    for ring in area.rings() {
        shape.ring(ring.iter().map(|[x, y]| [x - west, y - north]));
        shows = true;
    }
    shows
}

/// What the tile and its buffer show of an area; whether that is anything.
pub(super) fn draw_cut(area: &Generalised, tile: TileAddress, shape: &mut Shape) -> bool {
    let [west, north] = tile.corner();
    let frame = frame();
    let (mut shows, mut exterior_shows) = (false, false);
    for ring in area.rings() {
        let local: Vec<Coord<f64>> = ring
            .iter()
            .chain(ring.first())
            .map(|[x, y]| coord! { x: f64::from(x - west), y: f64::from(y - north) })
            .collect();
        // Interior rings follow the exterior one they are in.
        let is_exterior = doubled_area(ring) > 0;
        if !is_exterior && !exterior_shows {
            continue;
        }
        let mut cut: Vec<[i32; 2]> = clip_ring(&local, &frame).into_iter().map(round).collect();
        cut.dedup();
        cut.pop();
        let has_inside = orient(&mut cut, is_exterior);
        if is_exterior {
            exterior_shows = has_inside;
        }
        if has_inside {
            shape.ring(cut.into_iter());
            shows = true;
        }
    }
    shows
}
