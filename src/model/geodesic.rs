//! Distances on the WGS 84 ellipsoid, as PostGIS's `geography` takes them: edges are arcs of great circles, the nearest
//! places are found on the sphere, and their distance is the geodesic between them.

use geo::{Coord, CoordsIter, Distance, Geodesic, Geometry, Intersects, Point, coord};

use crate::model::Bbox;

/// Half the Earth's circumference and a little more: no two places lie farther from one another, in metres.
pub const FARTHEST_M: f64 = 20_010_000.0;
/// Smallest radius of curvature of the ellipsoid, in metres: on a sphere of it, a distance spans the most degrees.
const SMALLEST_RADIUS_M: f64 = 6_335_439.0;

/// Geodesic distance in metres; 0 where the geometries meet, `None` where one of them is empty.
pub fn distance_m(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<f64> {
    match (a, b) {
        (Geometry::Point(from), other) | (other, Geometry::Point(from)) => distance_from_m(*from, &Outline::of(other)),
        _ => {
            let (own, other) = (Outline::of(a), Outline::of(b));
            if a.intersects(b) {
                return Some(0.0);
            }
            // Edges that do not cross are nearest at an end of one of them.
            let from_own = a.coords_iter().filter_map(|c| distance_from_m(c.into(), &other));
            let from_other = b.coords_iter().filter_map(|c| distance_from_m(c.into(), &own));
            from_own.chain(from_other).min_by(f64::total_cmp)
        }
    }
}

/// Geodesic distance in metres from a place to what an outline encloses; `None` where that is nothing.
pub fn distance_from_m(from: Point<f64>, to: &Outline) -> Option<f64> {
    Some(Geodesic.distance(from, to.nearest(from)?))
}

/// A box in which everything lies that is at most so many metres from the given box. It may cross the antimeridian.
pub fn around(bbox: &Bbox, distance_m: f64) -> Bbox {
    let angle = distance_m / SMALLEST_RADIUS_M;
    let (south, north) = (bbox.south - angle.to_degrees(), bbox.north + angle.to_degrees());
    let everywhere = Bbox { west: -180.0, south: south.max(-90.0), east: 180.0, north: north.min(90.0) };
    if south <= -90.0 || north >= 90.0 {
        return everywhere;
    }
    // On the sphere, the meridian that touches a circle around a place lies so far beside it.
    let polewards = bbox.south.abs().max(bbox.north.abs()).to_radians();
    let beside = (angle.sin() / polewards.cos()).asin().to_degrees();
    let (west, east) = (bbox.west - beside, bbox.east + beside);
    if !beside.is_finite() || east - west >= 360.0 {
        return everywhere;
    }
    let wrapped = |longitude: f64| (longitude + 540.0).rem_euclid(360.0) - 180.0;
    Bbox { west: wrapped(west), south, east: wrapped(east), north }
}

/// A geometry on the unit sphere, ready to be measured from many places.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    points: Vec<Vector>,
    lines: Vec<Vec<Vector>>,
    /// Rings of areas; what lies inside an odd number of them is inside.
    rings: Vec<Vec<Vector>>,
}

/// East-west, north-south and polar part of a direction from the Earth's centre.
type Vector = [f64; 3];

impl Outline {
    /// The outline of a geometry in degrees, longitude first.
    pub fn of(geometry: &Geometry<f64>) -> Outline {
        let mut outline = Outline::default();
        outline.add(geometry);
        outline
    }

    fn add(&mut self, geometry: &Geometry<f64>) {
        let line = |line: &geo::LineString<f64>| line.coords().map(|c| to_vector(*c)).collect::<Vec<_>>();
        match geometry {
            Geometry::Point(point) => self.points.push(to_vector(point.0)),
            Geometry::MultiPoint(points) => self.points.extend(points.iter().map(|point| to_vector(point.0))),
            Geometry::Line(edge) => self.lines.push(vec![to_vector(edge.start), to_vector(edge.end)]),
            Geometry::LineString(own) => self.lines.push(line(own)),
            Geometry::MultiLineString(own) => self.lines.extend(own.iter().map(line)),
            Geometry::Polygon(area) => {
                self.rings.extend(std::iter::once(area.exterior()).chain(area.interiors()).map(line));
            }
            Geometry::MultiPolygon(areas) => areas.iter().for_each(|area| self.add(&area.clone().into())),
            Geometry::Rect(rect) => self.add(&rect.to_polygon().into()),
            Geometry::Triangle(triangle) => self.add(&triangle.to_polygon().into()),
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| self.add(part)),
        }
    }

    /// The place of the geometry that is nearest on the sphere.
    ///
    /// In the gnomonic projection around `from`, great circles are straight lines, and what is nearer on the plane is
    /// nearer on the sphere. It shows one half of the sphere; of the other half only corners count.
    fn nearest(&self, from: Point<f64>) -> Option<Point<f64>> {
        let view = View::from(from);
        let mut best = Nearest::default();
        for point in &self.points {
            best.offer(&view, view.project(*point), *point);
        }
        for edges in self.lines.iter().chain(&self.rings) {
            for edge in edges.windows(2) {
                match (view.project(edge[0]), view.project(edge[1])) {
                    (Some(start), Some(end)) => best.offer_on_plane(nearest_on_edge(start, end)),
                    (start, end) => {
                        best.offer(&view, start, edge[0]);
                        best.offer(&view, end, edge[1]);
                    }
                }
            }
        }
        if self.rings.iter().filter(|ring| view.is_inside(ring)).count() % 2 == 1 {
            return Some(from);
        }
        match best {
            Nearest { on_plane: Some((place, _)), .. } => Some(view.unproject(place)),
            Nearest { beyond: Some((vector, _)), .. } => Some(to_point(vector)),
            Nearest { on_plane: None, beyond: None } => None,
        }
    }
}

/// The nearest so far: on the half of the sphere that shows, by its square from the middle, and beyond.
#[derive(Default)]
struct Nearest {
    on_plane: Option<(Coord<f64>, f64)>,
    beyond: Option<(Vector, f64)>,
}

impl Nearest {
    fn offer(&mut self, view: &View, projected: Option<Coord<f64>>, vector: Vector) {
        match projected {
            Some(place) => self.offer_on_plane(place),
            None => {
                let nearness = dot(vector, view.up);
                if self.beyond.is_none_or(|(_, best)| nearness > best) {
                    self.beyond = Some((vector, nearness));
                }
            }
        }
    }

    fn offer_on_plane(&mut self, place: Coord<f64>) {
        let square = place.x * place.x + place.y * place.y;
        if self.on_plane.is_none_or(|(_, best)| square < best) {
            self.on_plane = Some((place, square));
        }
    }
}

/// The sphere as it is seen from its centre on the plane that touches it at one place.
struct View {
    up: Vector,
    east: Vector,
    north: Vector,
}

/// What is seen under a flatter angle than this (its sine) counts as beyond the horizon.
const HORIZON: f64 = 1e-6;

impl View {
    fn from(place: Point<f64>) -> View {
        let (longitude, latitude) = (place.x().to_radians(), place.y().to_radians());
        View {
            up: to_vector(place.0),
            east: [-longitude.sin(), longitude.cos(), 0.0],
            north: [-latitude.sin() * longitude.cos(), -latitude.sin() * longitude.sin(), latitude.cos()],
        }
    }

    fn project(&self, vector: Vector) -> Option<Coord<f64>> {
        let height = dot(vector, self.up);
        (height > HORIZON).then(|| coord! { x: dot(vector, self.east) / height, y: dot(vector, self.north) / height })
    }

    fn unproject(&self, place: Coord<f64>) -> Point<f64> {
        let part = |axis: usize| self.up[axis] + place.x * self.east[axis] + place.y * self.north[axis];
        to_point([part(0), part(1), part(2)])
    }

    /// Whether the middle lies inside a ring, by the crossings of the ray to the east. A ring that reaches beyond the
    /// horizon does not show.
    fn is_inside(&self, ring: &[Vector]) -> bool {
        let Some(ring) = ring.iter().map(|vector| self.project(*vector)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let crosses = |edge: &[Coord<f64>]| {
            let (start, end) = (edge[0], edge[1]);
            (start.y > 0.0) != (end.y > 0.0) && start.x + (0.0 - start.y) / (end.y - start.y) * (end.x - start.x) > 0.0
        };
        ring.windows(2).filter(|edge| crosses(edge)).count() % 2 == 1
    }
}

/// The place of an edge that is nearest to the middle of the plane.
fn nearest_on_edge(start: Coord<f64>, end: Coord<f64>) -> Coord<f64> {
    let along = end - start;
    let length_squared = along.x * along.x + along.y * along.y;
    if length_squared == 0.0 {
        return start;
    }
    let share = -(start.x * along.x + start.y * along.y) / length_squared;
    start + along * share.clamp(0.0, 1.0)
}

fn to_vector(place: Coord<f64>) -> Vector {
    let (longitude, latitude) = (place.x.to_radians(), place.y.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

fn to_point([x, y, z]: Vector) -> Point<f64> {
    Point::new(y.atan2(x).to_degrees(), z.atan2(x.hypot(y)).to_degrees())
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    fn square() -> Geometry<f64> {
        polygon![(x: -76.0, y: -10.0), (x: -75.0, y: -10.0), (x: -75.0, y: -9.0), (x: -76.0, y: -9.0)].into()
    }

    #[test]
    fn inside_is_no_distance_and_outside_is_the_geodesic_to_the_edge() {
        let from = |x: f64, y: f64| distance_m(&Point::new(x, y).into(), &square()).expect("not empty");
        assert!(from(-75.5, -9.5).abs() < 1e-9);
        // One degree of longitude on the parallel of 9.5° S is 109.8 km; the edge is a meridian.
        assert!((from(-74.0, -9.5) - 109_805.0).abs() < 60.0, "{}", from(-74.0, -9.5));
        let corner = Geodesic.distance(Point::new(-74.0, -11.0), Point::new(-75.0, -10.0));
        assert!((from(-74.0, -11.0) - corner).abs() < 1e-6);
    }

    #[test]
    fn what_is_near_lies_in_the_box_around() {
        for (place, distance) in [([-76.0, -10.0], 50_000.0), ([179.9, 60.0], 300_000.0), ([10.0, 89.9], 50_000.0)] {
            let [x, y] = place;
            let bbox = around(&Bbox { west: x, south: y, east: x, north: y }, distance);
            for direction in 0..36 {
                let there =
                    geo::Destination::destination(&Geodesic, Point::new(x, y), f64::from(direction) * 10.0, distance);
                assert!(bbox.parts().any(|part| part.contains(there.x(), there.y())), "{place:?} {there:?} {bbox:?}");
            }
        }
    }

    #[test]
    fn what_is_on_the_other_side_of_the_earth_has_a_distance_too() {
        let far = distance_m(&Point::new(104.0, 10.0).into(), &square()).expect("not empty");
        assert!((19_000_000.0..FARTHEST_M).contains(&far), "{far}");
        assert_eq!(distance_m(&Point::new(0.0, 0.0).into(), &geo::MultiPolygon::<f64>(vec![]).into()), None);
    }
}
