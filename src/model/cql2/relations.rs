//! How geometries, times and lists lie to one another.

use geo::{
    BoundingRect, Coord, CoordsIter, Geometry, Intersects, Rect, Relate,
    coordinate_position::{CoordPos, CoordinatePosition},
    relate::IntersectionMatrix,
};
use jiff::Timestamp;

use crate::model::{
    cql2::{ArrayRelation, Scalar, SpatialRelation, TemporalRelation},
    geodesic::distance_m,
};

/// A stretch of time; a moment begins and ends at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl TemporalRelation {
    /// Whether `a` lies so to `b` (CQL2, table 7, after Allen).
    pub(super) fn holds(self, a: Stretch, b: Stretch) -> bool {
        match self {
            TemporalRelation::After => a.from > b.to,
            TemporalRelation::Before => a.to < b.from,
            TemporalRelation::Contains => a.from < b.from && a.to > b.to,
            TemporalRelation::Disjoint => a.to < b.from || a.from > b.to,
            TemporalRelation::During => a.from > b.from && a.to < b.to,
            TemporalRelation::Equals => a == b,
            TemporalRelation::FinishedBy => a.from < b.from && a.to == b.to,
            TemporalRelation::Finishes => a.from > b.from && a.to == b.to,
            TemporalRelation::Intersects => a.from <= b.to && a.to >= b.from,
            TemporalRelation::Meets => a.to == b.from,
            TemporalRelation::MetBy => a.from == b.to,
            TemporalRelation::OverlappedBy => a.from > b.from && a.from < b.to && a.to > b.to,
            TemporalRelation::Overlaps => a.from < b.from && a.to > b.from && a.to < b.to,
            TemporalRelation::StartedBy => a.from == b.from && a.to > b.to,
            TemporalRelation::Starts => a.from == b.from && a.to < b.to,
        }
    }
}

impl SpatialRelation {
    /// The relation seen from the other side.
    pub(super) fn reversed(self) -> SpatialRelation {
        match self {
            SpatialRelation::Within => SpatialRelation::Contains,
            SpatialRelation::Contains => SpatialRelation::Within,
            symmetric => symmetric,
        }
    }

    /// What holds between geometries whose boxes do not touch.
    pub(super) fn apart(self) -> bool {
        self == SpatialRelation::Disjoint
    }

    /// Whether the matrix of the first against the second shows the relation.
    fn shown_by(self, matrix: &IntersectionMatrix) -> bool {
        match self {
            SpatialRelation::Intersects => matrix.is_intersects(),
            SpatialRelation::Equals => matrix.is_equal_topo(),
            SpatialRelation::Disjoint => matrix.is_disjoint(),
            SpatialRelation::Touches => matrix.is_touches(),
            SpatialRelation::Within => matrix.is_within(),
            SpatialRelation::Overlaps => matrix.is_overlaps(),
            SpatialRelation::Crosses => matrix.is_crosses(),
            SpatialRelation::Contains => matrix.is_contains(),
        }
    }

    /// Whether two geometries lie so to one another.
    pub(super) fn holds(self, a: &Geometry<f64>, b: &Geometry<f64>) -> bool {
        match (a.bounding_rect(), b.bounding_rect()) {
            (Some(left), Some(right)) if left.intersects(&right) => self.shown_by(&a.relate(b)),
            _ => self.apart(),
        }
    }
}

/// A geometry of a filter with its box, to be compared with many.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    geometry: Geometry<f64>,
    bbox: Option<Rect<f64>>,
    /// Whether it is its box.
    is_box: bool,
}

impl Shape {
    pub(super) fn new(geometry: Geometry<f64>) -> Shape {
        let bbox = geometry.bounding_rect();
        let is_box = matches!((&geometry, bbox), (Geometry::Polygon(area), Some(bbox)) if *area == bbox.to_polygon());
        Shape { geometry, bbox, is_box }
    }

    /// Around the geometry; `None` when it is empty.
    pub(super) fn bbox(&self) -> Option<Rect<f64>> {
        self.bbox
    }

    pub(super) fn geometry(&self) -> &Geometry<f64> {
        &self.geometry
    }

    /// Geodesic distance in metres; `None` from an empty geometry.
    pub(super) fn distance_m(&self, other: &Geometry<f64>) -> Option<f64> {
        distance_m(&self.geometry, other)
    }

    /// The same for a point and an area, where the place of the point says all and is found without a matrix: layers of
    /// a hundred thousand points are asked this.
    fn is_so_to_point(&self, relation: SpatialRelation, other: &Geometry<f64>) -> Option<bool> {
        let Geometry::Point(point) = other else { return None };
        let place = match &self.geometry {
            Geometry::Polygon(area) => area.coordinate_position(&point.0),
            Geometry::MultiPolygon(areas) => areas.coordinate_position(&point.0),
            _ => return None,
        };
        Some(match relation {
            SpatialRelation::Intersects => place != CoordPos::Outside,
            SpatialRelation::Disjoint => place == CoordPos::Outside,
            SpatialRelation::Within => place == CoordPos::Inside,
            SpatialRelation::Touches => place == CoordPos::OnBoundary,
            // A point is no area, has none inside, and has no two parts.
            SpatialRelation::Equals
            | SpatialRelation::Overlaps
            | SpatialRelation::Crosses
            | SpatialRelation::Contains => false,
        })
    }

    /// The same where this is a box and a corner says all: what has one inside shares more than its border with the
    /// box, and what has all of them inside lies within it. Layers of a hundred thousand areas are asked this.
    fn is_so_to_inside(&self, relation: SpatialRelation, other: &Geometry<f64>, around: &Rect<f64>) -> Option<bool> {
        let own = self.bbox.filter(|_| self.is_box)?;
        let is_inside =
            |c: Coord<f64>| own.min().x < c.x && c.x < own.max().x && own.min().y < c.y && c.y < own.max().y;
        if is_inside(around.min()) && is_inside(around.max()) {
            return Some(matches!(relation, SpatialRelation::Intersects | SpatialRelation::Within));
        }
        let said = match relation {
            SpatialRelation::Intersects => true,
            SpatialRelation::Touches | SpatialRelation::Disjoint => false,
            _ => return None,
        };
        other.coords_iter().any(is_inside).then_some(said)
    }

    /// Whether `other` lies so to this.
    pub(super) fn is_so_to(&self, relation: SpatialRelation, other: &Geometry<f64>) -> bool {
        let (Some(own), Some(around)) = (self.bbox, other.bounding_rect()) else { return relation.apart() };
        if !own.intersects(&around) {
            return relation.apart();
        }
        if let Some(holds) = self.is_so_to_inside(relation, other, &around) {
            return holds;
        }
        if let Some(holds) = self.is_so_to_point(relation, other) {
            return holds;
        }
        // Most questions are this one, and it has a shorter way than the whole matrix.
        match relation {
            SpatialRelation::Intersects => other.intersects(&self.geometry),
            SpatialRelation::Disjoint => !other.intersects(&self.geometry),
            _ => relation.shown_by(&other.relate(&self.geometry)),
        }
    }
}

impl ArrayRelation {
    /// Whether two lists lie so to one another, as sets.
    pub(super) fn holds(self, a: &[Scalar<'_>], b: &[Scalar<'_>]) -> bool {
        let within = |inner: &[Scalar<'_>], outer: &[Scalar<'_>]| inner.iter().all(|value| outer.contains(value));
        match self {
            ArrayRelation::Equals => within(a, b) && within(b, a),
            ArrayRelation::Contains => within(b, a),
            ArrayRelation::ContainedBy => within(a, b),
            ArrayRelation::Overlaps => a.iter().any(|value| b.contains(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::{Coord, Geometry, LineString, Point, Polygon, Rect, Relate};

    use super::*;

    const RELATIONS: [SpatialRelation; 8] = [
        SpatialRelation::Intersects,
        SpatialRelation::Equals,
        SpatialRelation::Disjoint,
        SpatialRelation::Touches,
        SpatialRelation::Within,
        SpatialRelation::Overlaps,
        SpatialRelation::Crosses,
        SpatialRelation::Contains,
    ];

    /// On a small grid, so that corners and edges meet.
    fn anything(random: &mut fastrand::Rng) -> Geometry<f64> {
        let mut corner = || Coord { x: f64::from(random.u8(0..6)), y: f64::from(random.u8(0..6)) };
        let (a, b, c) = (corner(), corner(), corner());
        let is_flat = (b.x - a.x) * (c.y - a.y) == (b.y - a.y) * (c.x - a.x);
        match random.u8(0..4) {
            0 => Point(a).into(),
            1 if a != b => LineString(vec![a, b]).into(),
            2 if !is_flat => Polygon::new(LineString(vec![a, b, c, a]), vec![]).into(),
            _ if a.x != b.x && a.y != b.y => Rect::new(a, b).to_polygon().into(),
            _ => Point(b).into(),
        }
    }

    #[test]
    fn short_ways_say_what_the_matrix_says() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..20_000 {
            let (one, other) = (anything(&mut random), anything(&mut random));
            let shape = Shape::new(one.clone());
            for relation in RELATIONS {
                let matrix = relation.shown_by(&other.relate(&one));
                assert_eq!(shape.is_so_to(relation, &other), matrix, "{relation:?} {other:?} to {one:?}");
            }
        }
    }
}
