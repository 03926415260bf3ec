use geo::{Coord, coord};

use crate::{
    index::Generalised,
    model::{
        Bbox, clip_ring,
        mercator::{TILE_EXTENT, doubled_area, orient, round},
    },
    tiles::{TileAddress, grid::BUFFER, mvt::Shape},
};

/// The tile with its buffer, in its own units.
fn frame() -> Bbox {
    let (low, high) = (f64::from(-BUFFER), f64::from(TILE_EXTENT) + f64::from(BUFFER));
    Bbox { west: low, south: low, east: high, north: high }
}

/// A point, where it belongs to the tile; whether it does.
pub(super) fn draw_point(place: Coord<f64>, tile: TileAddress, shape: &mut Shape) -> bool {
    let shows = tile.owns(place);
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
    let mut shows = false;
    // What is left of one exterior ring and of the interior rings, which follow the exterior one they are in.
    let mut rings: Vec<Vec<[i32; 2]>> = vec![];
    let mut draw = |rings: &mut Vec<Vec<[i32; 2]>>| {
        // Nothing is left where an interior ring goes around the whole tile.
        if rings.iter().map(|ring| doubled_area(ring)).sum::<i64>() > 0 {
            rings.iter().for_each(|ring| shape.ring(ring.iter().copied()));
            shows = true;
        }
        rings.clear();
    };
    for ring in area.rings() {
        let is_exterior = doubled_area(ring) > 0;
        if is_exterior {
            draw(&mut rings);
        } else if rings.is_empty() {
            continue;
        }
        let local: Vec<Coord<f64>> = ring
            .iter()
            .chain(ring.first())
            .map(|[x, y]| coord! { x: f64::from(x - west), y: f64::from(y - north) })
            .collect();
        let mut cut: Vec<[i32; 2]> = clip_ring(&local, &frame).into_iter().map(round).collect();
        cut.dedup();
        cut.pop();
        if orient(&mut cut, is_exterior) {
            rings.push(cut);
        }
    }
    draw(&mut rings);
    shows
}

#[cfg(test)]
mod tests {
    use geo::{Geometry, Rect};

    use super::*;

    #[test]
    fn a_tile_inside_of_a_hole_shows_nothing_of_the_area() {
        let ring = |size: f64| Rect::new((-70.0 - size, -10.0 - size), (-70.0 + size, -10.0 + size)).to_polygon();
        let area = geo::Polygon::new(ring(8.0).exterior().clone(), vec![ring(4.0).exterior().clone()]);
        let area = Generalised::of(&Geometry::Polygon(area), 8);
        let shows = |column, row| {
            draw_cut(&area, TileAddress::new(8, column, row).expect("in the grid"), &mut Shape::default())
        };
        // -70/-10 lies in column 78 and row 135 of zoom level 8, each 1.4 degrees wide.
        assert!(!shows(78, 135) && shows(75, 135) && shows(74, 135) && !shows(60, 135));
    }
}
