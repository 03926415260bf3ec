//! Distances on the WGS 84 ellipsoid, as PostGIS's `geography` takes them: edges are arcs of great circles, the nearest
//! places are found on the sphere, and their distance is the geodesic between them.

use geo::{
    Coord, CoordsIter, Distance, Geodesic, Geometry, LinesIter, Point, Winding, coord, winding_order::WindingOrder,
};

use crate::model::Bbox;

/// Half the Earth's circumference and a little more: no two places lie farther from one another, in metres.
pub const FARTHEST_M: f64 = 20_010_000.0;
/// Smallest radius of curvature of the ellipsoid, in metres: on a sphere of it, a distance spans the most degrees.
const SMALLEST_RADIUS_M: f64 = 6_335_439.0;
/// Greatest radius of curvature of the ellipsoid, in metres.
const GREATEST_RADIUS_M: f64 = 6_399_594.0;

/// Geodesic distance in metres; 0 where the geometries meet, `None` where one of them is empty.
pub fn distance_m(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<f64> {
    match (a, b) {
        (Geometry::Point(from), other) | (other, Geometry::Point(from)) => distance_from_m(*from, &Outline::of(other)),
        _ => {
            let (own, other) = (Outline::of(a), Outline::of(b));
            // Edges that do not cross are nearest at an end of one of them; of what lies inside, an end is inside.
            let from_own = a.coords_iter().filter_map(|c| distance_from_m(c.into(), &other));
            let from_other = b.coords_iter().filter_map(|c| distance_from_m(c.into(), &own));
            let distance = from_own.chain(from_other).min_by(f64::total_cmp)?;
            Some(if distance > 0.0 && own.crosses(&other) { 0.0 } else { distance })
        }
    }
}

/// Geodesic distance in metres from a place to what an outline encloses; `None` where that is nothing.
pub fn distance_from_m(from: Point<f64>, to: &Outline) -> Option<f64> {
    Some(geodesic_m(from, to.nearest(from)?))
}

/// What is nearer than this, in metres, touches: rounding of degrees alone makes as much.
const TOUCHING_M: f64 = 1e-5;

/// Geodesic distance in metres between two places; 0 where they touch.
pub fn geodesic_m(a: Point<f64>, b: Point<f64>) -> f64 {
    let distance = Geodesic.distance(a, b);
    if distance < TOUCHING_M { 0.0 } else { distance }
}

/// By what factor, at most, a distance on the ellipsoid differs from that on the sphere.
pub const SPHERE_ERROR: f64 = 1.007;
/// Mean radius of the Earth, in metres.
const MEAN_RADIUS_M: f64 = 6_371_008.8;

/// Distance in metres between two places on the sphere; much quicker than the geodesic, and wrong by at most
/// [`SPHERE_ERROR`].
pub fn spherical_m(a: Point<f64>, b: Point<f64>) -> f64 {
    let (from, to) = (to_vector(a.0), to_vector(b.0));
    let across = cross(from, to);
    dot(across, across).sqrt().atan2(dot(from, to)) * MEAN_RADIUS_M
}

/// A box in which everything lies that is at most so many metres from the given box. It may cross the antimeridian.
pub fn around(bbox: &Bbox, distance_m: f64) -> Bbox {
    // A centimetre more, so that what lies at the very distance is not lost to rounding.
    let angle = (distance_m + 0.01) / SMALLEST_RADIUS_M;
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
    let wrapped = |longitude: f64| match longitude {
        -180.0..=180.0 => longitude,
        _ => (longitude + 540.0).rem_euclid(360.0) - 180.0,
    };
    Bbox { west: wrapped(west), south, east: wrapped(east), north }
}

/// How far, in metres at most, the edges of a geometry reach towards a pole beyond the straight lines between their ends
/// in degrees: great circles bulge. About a centimetre for edges of a kilometre.
pub fn bulge_m(geometry: &Geometry<f64>) -> f64 {
    let widest = widest_edge(geometry);
    // Of two places that are so far apart in longitude, none on a parallel has a higher arc between them than those
    // where the tangent of the latitude is this root.
    let root: f64 = (widest.min(179.9).to_radians() / 2.0).cos().sqrt();
    ((1.0 / root).atan() - root.atan()) * GREATEST_RADIUS_M
}

/// How many degrees of longitude the widest edge spans.
fn widest_edge(geometry: &Geometry<f64>) -> f64 {
    fn widest<'a>(shape: &'a impl LinesIter<'a, Scalar = f64>) -> f64 {
        shape.lines_iter().map(|edge| edge.dx().abs()).fold(0.0, f64::max)
    }
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => 0.0,
        Geometry::Line(line) => widest(line),
        Geometry::LineString(line) => widest(line),
        Geometry::MultiLineString(lines) => widest(lines),
        Geometry::Polygon(area) => widest(area),
        Geometry::MultiPolygon(areas) => widest(areas),
        Geometry::Rect(rect) => rect.width(),
        Geometry::Triangle(triangle) => widest(triangle),
        Geometry::GeometryCollection(parts) => parts.iter().map(widest_edge).fold(0.0, f64::max),
    }
}

/// A geometry on the unit sphere, ready to be measured from many places.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    points: Vec<Vector>,
    lines: Vec<Vec<Vector>>,
    /// Rings of areas; what lies inside an odd number of them is inside.
    rings: Vec<Ring>,
}

/// A closed line.
#[derive(Debug, Clone)]
struct Ring {
    corners: Vec<Vector>,
    /// Whether it runs counter-clockwise on a map.
    counter_clockwise: bool,
}

/// East-west, north-south and polar part of a direction from the Earth's centre.
type Vector = [f64; 3];

/// What lies nearer to the plane of a great circle counts as on it: rounding puts it on either side. An end that lies on
/// an edge is found as a distance of nothing.
const ON_THE_PLANE: f64 = 1e-15;

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
                self.rings.extend(std::iter::once(area.exterior()).chain(area.interiors()).map(|ring| Ring {
                    corners: line(ring),
                    counter_clockwise: ring.winding_order() == Some(WindingOrder::CounterClockwise),
                }));
            }
            Geometry::MultiPolygon(areas) => areas.iter().for_each(|area| self.add(&area.clone().into())),
            Geometry::Rect(rect) => self.add(&rect.to_polygon().into()),
            Geometry::Triangle(triangle) => self.add(&triangle.to_polygon().into()),
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| self.add(part)),
        }
    }

    /// Edges of lines and areas.
    fn edges(&self) -> impl Iterator<Item = &[Vector]> {
        let corners = self.lines.iter().chain(self.rings.iter().map(|ring| &ring.corners));
        corners.flat_map(|corners| corners.windows(2))
    }

    /// Whether an edge of one crosses an edge of the other.
    fn crosses(&self, other: &Outline) -> bool {
        let others: Vec<_> = other.edges().map(|edge| (edge, cross(edge[0], edge[1]))).collect();
        self.edges().any(|own| {
            let normal = cross(own[0], own[1]);
            others.iter().any(|(edge, normal_of_edge)| {
                let apart = |normal: Vector, ends: &[Vector]| {
                    let (first, last) = (dot(normal, ends[0]), dot(normal, ends[1]));
                    first * last < 0.0 && first.abs() > ON_THE_PLANE && last.abs() > ON_THE_PLANE
                };
                // Great circles meet in two opposite places: that between the ends is on their side of the Earth.
                let meets = cross(normal, *normal_of_edge);
                let middle = |ends: &[Vector]| dot(meets, ends[0]) + dot(meets, ends[1]);
                apart(normal, edge) && apart(*normal_of_edge, own) && middle(own) * middle(edge) > 0.0
            })
        })
    }

    /// The place of the geometry that is nearest on the sphere.
    ///
    /// In the gnomonic projection around `from`, great circles are straight lines, and what is nearer on the plane is
    /// nearer on the sphere. It shows one half of the sphere; of the other half only corners count.
    pub fn nearest(&self, from: Point<f64>) -> Option<Point<f64>> {
        let view = View::from(from);
        let mut best = Nearest::default();
        for point in &self.points {
            best.offer(&view, view.project(*point), *point);
        }
        for edge in self.edges() {
            match (view.project(edge[0]), view.project(edge[1])) {
                (Some(start), Some(end)) => best.offer_on_plane(nearest_on_edge(start, end)),
                (start, end) => {
                    best.offer(&view, start, edge[0]);
                    best.offer(&view, end, edge[1]);
                    if let Some(between) = nearest_on_arc(view.up, edge[0], edge[1]) {
                        best.offer(&view, view.project(between), between);
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

    /// Whether the middle lies inside a ring, by the crossings of the ray to the east.
    fn is_inside(&self, ring: &Ring) -> bool {
        let Some(corners) = ring.corners.iter().map(|vector| self.project(*vector)).collect::<Option<Vec<_>>>() else {
            return self.is_wound_around(ring);
        };
        let crosses = |edge: &[Coord<f64>]| {
            let (start, end) = (edge[0], edge[1]);
            (start.y > 0.0) != (end.y > 0.0) && start.x + (0.0 - start.y) / (end.y - start.y) * (end.x - start.x) > 0.0
        };
        corners.windows(2).filter(|edge| crosses(edge)).count() % 2 == 1
    }

    /// The same for a ring that reaches beyond the horizon: by how it turns around the middle. Around the other side of
    /// the Earth it turns the other way.
    fn is_wound_around(&self, ring: &Ring) -> bool {
        let direction = |vector: &Vector| (dot(*vector, self.east), dot(*vector, self.north));
        let turn = |edge: &[Vector]| {
            let ((x, y), (next_x, next_y)) = (direction(&edge[0]), direction(&edge[1]));
            (x * next_y - y * next_x).atan2(x * next_x + y * next_y)
        };
        let turned: f64 = ring.corners.windows(2).map(turn).sum();
        turned.abs() > std::f64::consts::PI && (turned > 0.0) == ring.counter_clockwise
    }
}

/// The place on the great circle between two others that is nearest to a third; `None` where that is an end.
fn nearest_on_arc(from: Vector, start: Vector, end: Vector) -> Option<Vector> {
    let normal = cross(start, end);
    let square = dot(normal, normal);
    if square == 0.0 {
        return None;
    }
    let above = dot(from, normal) / square;
    let foot = [0, 1, 2].map(|axis| from[axis] - above * normal[axis]);
    let length = dot(foot, foot).sqrt();
    let is_between = dot(cross(start, foot), normal) > 0.0 && dot(cross(foot, end), normal) > 0.0;
    (length > 0.0 && is_between).then(|| foot.map(|part| part / length))
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

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
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
    fn the_sphere_is_wrong_by_no_more_than_told() {
        for (x, y) in [(-78.0, -7.0), (0.0, 0.0), (10.0, 89.0), (120.0, 45.0)] {
            for (dx, dy) in [(0.0, 0.01), (0.01, 0.0), (3.0, -4.0), (100.0, -40.0)] {
                let (a, b) = (Point::new(x, y), Point::new(x + dx, y + dy));
                let (sphere, ellipsoid) = (spherical_m(a, b), Geodesic.distance(a, b));
                let ratio = (sphere / ellipsoid).max(ellipsoid / sphere);
                assert!(ratio <= SPHERE_ERROR, "{a:?} {b:?}: {ratio}");
            }
        }
    }

    #[test]
    fn edges_bulge_no_farther_than_told() {
        for (west, east, latitude) in
            [(-90.0, -60.0, -12.0), (10.0, 50.0, 60.0), (-78.0, -77.99, -7.0), (0.0, 170.0, 1.0)]
        {
            let edge: Geometry<f64> =
                geo::Line::new(coord! { x: west, y: latitude }, coord! { x: east, y: latitude }).into();
            let (start, end) = (to_vector(coord! { x: west, y: latitude }), to_vector(coord! { x: east, y: latitude }));
            let middle = to_point([0, 1, 2].map(|axis| start[axis] + end[axis]));
            let bulge = Geodesic.distance(middle, Point::new(middle.x(), latitude));
            assert!(bulge <= bulge_m(&edge) + 1e-6, "{west} {east} {latitude}: {bulge} > {}", bulge_m(&edge));
        }
        assert!(bulge_m(&square()) < 600.0);
    }

    #[test]
    fn areas_larger_than_what_is_seen_from_inside_have_their_inside() {
        let hole = [(-110.0, -5.0), (-110.0, 5.0), (-100.0, 5.0), (-100.0, -5.0)];
        let area: Geometry<f64> = geo::Polygon::new(
            vec![(-170.0, -60.0), (-30.0, -60.0), (-30.0, 60.0), (-170.0, 60.0)].into(),
            vec![hole.to_vec().into()],
        )
        .into();
        let distance = |x: f64, y: f64| distance_m(&Point::new(x, y).into(), &area).expect("not empty");
        assert!(distance(-105.0, 20.0) == 0.0 && distance(-40.0, 0.0) == 0.0);
        assert!(distance(-105.0, 0.0) > 500_000.0 && distance(80.0, 0.0) > 1_000_000.0);
    }

    #[test]
    fn areas_that_cross_without_a_corner_inside_meet() {
        let upright: Geometry<f64> = geo::Rect::new(coord! { x: -76.0, y: -12.0 }, coord! { x: -75.0, y: -8.0 }).into();
        let lying: Geometry<f64> = geo::Rect::new(coord! { x: -78.0, y: -10.5 }, coord! { x: -73.0, y: -9.5 }).into();
        let opposite: Geometry<f64> = geo::Rect::new(coord! { x: 102.0, y: 9.5 }, coord! { x: 107.0, y: 10.5 }).into();
        assert_eq!(distance_m(&upright, &lying), Some(0.0));
        // Sides on the same meridian cross nowhere.
        let north: Geometry<f64> = geo::Rect::new(coord! { x: -80.76, y: -2.73 }, coord! { x: -76.54, y: 4.97 }).into();
        let south: Geometry<f64> = geo::Rect::new(coord! { x: -76.54, y: -5.17 }, coord! { x: -75.83, y: -4.3 }).into();
        assert!(distance_m(&north, &south) > Some(170_000.0));
        assert!(distance_m(&upright, &opposite) > Some(10_000_000.0));
    }

    #[test]
    fn what_is_on_the_other_side_of_the_earth_has_a_distance_too() {
        let far = distance_m(&Point::new(104.0, 10.0).into(), &square()).expect("not empty");
        assert!((19_000_000.0..FARTHEST_M).contains(&far), "{far}");
        assert_eq!(distance_m(&Point::new(0.0, 0.0).into(), &geo::MultiPolygon::<f64>(vec![]).into()), None);
    }
}
