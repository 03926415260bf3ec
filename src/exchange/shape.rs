use crate::{
    exchange::wkb_walk::{Drawn, Ring},
    model::GeometryKind,
};

/// A geometry of the kind its layer holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// One place.
    Point([f64; 2]),
    /// One or more areas: the exterior ring first, rings closed, wound as drawn.
    Areas(Vec<Vec<Ring>>),
}

/// Makes what is drawn a shape of the layer's kind; `None` for an empty geometry. What was left out or changed
/// goes to `notes`.
///
/// # Errors
/// Why it cannot be one, for people.
pub(crate) fn fit(drawn: Drawn, kind: GeometryKind, notes: &mut Vec<String>) -> Result<Option<Shape>, String> {
    let described = describe(&drawn);
    if drawn.points.is_empty() && drawn.polygons.is_empty() && drawn.others.is_empty() {
        return Ok(None);
    }
    if drawn.had_arcs {
        notes.push("arcs were drawn as straight segments of at most 4 degrees".into());
    }
    let shape = match kind {
        GeometryKind::Point => match drawn.points[..] {
            [point] if drawn.polygons.is_empty() && drawn.others.is_empty() => Shape::Point(point),
            _ => return Err(format!("the geometry is {described}, but this layer holds one point for each feature")),
        },
        GeometryKind::Polygon if drawn.polygons.is_empty() => {
            return Err(format!("the geometry is {described}, but this layer holds polygons"));
        }
        GeometryKind::Polygon => {
            if !drawn.points.is_empty() || !drawn.others.is_empty() {
                notes.push(format!("the geometry is {described}: only the polygons were taken"));
            }
            Shape::Areas(tidy(drawn.polygons, notes)?)
        }
    };
    let is_finite = shape.positions().flatten().all(|coordinate| coordinate.is_finite());
    is_finite.then_some(Some(shape)).ok_or_else(|| "the geometry has a coordinate that is not a finite number".into())
}

/// `3 points, 1 polygon, 1 line`, for messages.
fn describe(drawn: &Drawn) -> String {
    let counted = [(drawn.points.len(), "point"), (drawn.polygons.len(), "polygon"), (drawn.others.len(), "line")];
    let parts: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    parts.join(", ")
}

/// Closes open rings and leaves out rings without an area: the database would refuse the whole geometry.
fn tidy(polygons: Vec<Vec<Ring>>, notes: &mut Vec<String>) -> Result<Vec<Vec<Ring>>, String> {
    let (mut closed, mut dropped) = (0, 0);
    let mut kept = Vec::with_capacity(polygons.len());
    for polygon in polygons {
        let mut rings = Vec::with_capacity(polygon.len());
        for (index, mut ring) in polygon.into_iter().enumerate() {
            if ring.first() != ring.last() {
                ring.extend(ring.first().copied());
                closed += 1;
            }
            match (ring.len() >= 4, index) {
                (true, _) => rings.push(ring),
                // Without its exterior ring the holes mean nothing.
                (false, 0) => break,
                (false, _) => dropped += 1,
            }
        }
        if rings.is_empty() {
            dropped += 1;
        } else {
            kept.push(rings);
        }
    }
    if kept.is_empty() {
        return Err("the polygon has fewer than three corners".into());
    }
    if closed > 0 {
        notes.push(format!("open rings closed by repeating the first corner: {closed}"));
    }
    if dropped > 0 {
        notes.push(format!("rings with fewer than three corners left out: {dropped}"));
    }
    Ok(kept)
}

impl Shape {
    /// All positions, in order.
    pub(crate) fn positions(&self) -> impl Iterator<Item = &[f64; 2]> {
        let (point, areas) = match self {
            Shape::Point(point) => (Some(point), None),
            Shape::Areas(areas) => (None, Some(areas)),
        };
        point.into_iter().chain(areas.into_iter().flatten().flatten().flatten())
    }

    /// The same positions, to be changed.
    pub(crate) fn positions_mut(&mut self) -> impl Iterator<Item = &mut [f64; 2]> {
        let (point, areas) = match self {
            Shape::Point(point) => (Some(point), None),
            Shape::Areas(areas) => (None, Some(areas)),
        };
        point.into_iter().chain(areas.into_iter().flatten().flatten().flatten())
    }

    /// Little-endian ISO WKB of a Point or MultiPolygon.
    /// Around the shape; `None` for one without positions.
    #[cfg(feature = "geoparquet")]
    pub(crate) fn bbox(&self) -> Option<crate::model::Bbox> {
        self.positions()
            .map(|&[x, y]| crate::model::Bbox { west: x, south: y, east: x, north: y })
            .reduce(|a, b| a.union(&b))
    }

    pub(crate) fn to_wkb(&self) -> Vec<u8> {
        let mut wkb = Vec::with_capacity(32 + 16 * self.positions().count());
        match self {
            Shape::Point(point) => {
                start(&mut wkb, 1);
                put_position(&mut wkb, point);
            }
            Shape::Areas(areas) => {
                start(&mut wkb, 6);
                put_count(&mut wkb, areas.len());
                for rings in areas {
                    start(&mut wkb, 3);
                    put_count(&mut wkb, rings.len());
                    for ring in rings {
                        put_count(&mut wkb, ring.len());
                        ring.iter().for_each(|position| put_position(&mut wkb, position));
                    }
                }
            }
        }
        wkb
    }
}

fn start(wkb: &mut Vec<u8>, kind: u32) {
    wkb.push(1);
    wkb.extend(kind.to_le_bytes());
}

fn put_count(wkb: &mut Vec<u8>, count: usize) {
    let count = u32::try_from(count).expect("came from WKB, which counts in 32 bits");
    wkb.extend(count.to_le_bytes());
}

fn put_position(wkb: &mut Vec<u8>, position: &[f64; 2]) {
    position.iter().for_each(|coordinate| wkb.extend(coordinate.to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use gdal::vector::Geometry;

    use super::*;
    use crate::exchange::wkb_walk::read_wkb;

    fn drawn(wkt: &str) -> Drawn {
        let wkb = Geometry::from_wkt(wkt).and_then(|geometry| geometry.iso_wkb()).expect("legal WKT");
        read_wkb(&wkb).expect("GDAL writes good WKB")
    }

    fn fitted(wkt: &str, kind: GeometryKind) -> (Result<Option<String>, String>, Vec<String>) {
        let mut notes = Vec::new();
        let shape = fit(drawn(wkt), kind, &mut notes);
        let wkt = |shape: Shape| Geometry::from_wkb(&shape.to_wkb()).and_then(|g| g.iso_wkt()).expect("good WKB");
        (shape.map(|shape| shape.map(wkt)), notes)
    }

    #[test]
    fn polygons_of_any_nesting_become_one_multipolygon() {
        let (shape, notes) = fitted("POLYGON Z ((0 0 9,0 1 9,1 1 9,0 0 9))", GeometryKind::Polygon);
        assert_eq!(shape, Ok(Some("MULTIPOLYGON (((0 0,0 1,1 1,0 0)))".into())));
        assert_eq!(notes, Vec::<String>::new());
        let (shape, notes) = fitted(
            "GEOMETRYCOLLECTION (POINT (5 5), MULTIPOLYGON (((0 0,0 1,1 1,0 0))), LINESTRING (0 0,9 9))",
            GeometryKind::Polygon,
        );
        assert_eq!(shape, Ok(Some("MULTIPOLYGON (((0 0,0 1,1 1,0 0)))".into())));
        assert_eq!(notes, ["the geometry is 1 point, 1 polygon, 1 line: only the polygons were taken"]);
    }

    #[test]
    fn one_point_in_a_multipoint_is_a_point() {
        assert_eq!(fitted("MULTIPOINT ((1 2))", GeometryKind::Point).0, Ok(Some("POINT (1 2)".into())));
        assert_eq!(fitted("POINT EMPTY", GeometryKind::Point).0, Ok(None));
        assert!(fitted("MULTIPOINT ((1 2),(3 4))", GeometryKind::Point).0.is_err());
        assert!(fitted("POLYGON ((0 0,0 1,1 1,0 0))", GeometryKind::Point).0.is_err());
    }

    #[test]
    fn open_and_degenerate_rings_are_told() {
        let mut notes = Vec::new();
        let open = Drawn { polygons: vec![vec![vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]]], ..Drawn::default() };
        let shape = fit(open, GeometryKind::Polygon, &mut notes).expect("can be closed").expect("not empty");
        assert_eq!(shape.positions().count(), 4);
        assert_eq!(notes.len(), 1);
        let line = Drawn { polygons: vec![vec![vec![[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]]], ..Drawn::default() };
        assert!(fit(line, GeometryKind::Polygon, &mut notes).is_err());
    }

    #[test]
    fn curves_are_straightened() {
        let wkt = "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 0,1 1,2 0),(2 0,0 0)))";
        let shape = fit(drawn(wkt), GeometryKind::Polygon, &mut Vec::new()).expect("a half disc").expect("not empty");
        // Two quarters of 22 segments of 4 degrees and one of 2 degrees, and the straight base.
        assert_eq!(shape.positions().count(), 48);
    }

    #[test]
    fn coordinates_that_are_no_numbers_are_refused() {
        let broken = Drawn { points: vec![[f64::INFINITY, 0.0]], ..Drawn::default() };
        assert!(fit(broken, GeometryKind::Point, &mut Vec::new()).is_err());
        assert!(read_wkb(&[1, 3, 0, 0, 0, 255, 255, 255, 255]).is_err());
    }
}
