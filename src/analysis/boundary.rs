use std::{ops::Range, sync::OnceLock};

use geo::{
    BoundingRect, Coord, Intersects, Line, LineString, MultiLineString, MultiPolygon, Orientation, Rect, Winding,
    kernels::{Kernel, RobustKernel},
};

use crate::{
    analysis::under::Under,
    model::{
        Bbox,
        geodesic::{around, distance_m},
    },
};

/// Edges one after another that share a box.
const BLOCK: usize = 16;

/// A corner that comes so near to an edge, in degrees, touches it: on which side it lies is lost to rounding.
const CLOSE: f64 = 1e-10;
/// Edges that cross at a smaller angle are all but on one another: where they do so is lost to rounding.
const LEAST_SINE: f64 = 1e-6;

/// Of areas that are apart, what comes within so many metres is measured first.
const FIRST_REACH_M: f64 = 500.0;
/// How much farther each next try reaches.
const WIDENING: f64 = 3.0;

/// How large an area is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Extent {
    /// Geodesic area in m².
    pub m2: f64,
    /// Geodesic length of its boundary in metres.
    pub perimeter_m: f64,
}

/// The boundary of a valid area: its edges, each with the area on its left, and a box around each few of them.
#[derive(Debug)]
pub(super) struct Boundary {
    edges: Vec<Line<f64>>,
    rings: Vec<Range<usize>>,
    blocks: Vec<Rect<f64>>,
    rect: Option<Rect<f64>>,
    whole: OnceLock<Extent>,
}

/// How two areas lie to one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Lie {
    /// They are apart.
    Apart,
    /// They cross, and share an area.
    Across(Extent),
    /// The first lies inside the second.
    Within(Extent),
    /// The second lies inside the first.
    Around(Extent),
}

impl Lie {
    /// What they share; `None` where they are apart.
    pub(super) fn shared(self) -> Option<Extent> {
        match self {
            Lie::Apart => None,
            Lie::Across(shared) | Lie::Within(shared) | Lie::Around(shared) => Some(shared),
        }
    }

    fn turned(self) -> Lie {
        match self {
            Lie::Within(shared) => Lie::Around(shared),
            Lie::Around(shared) => Lie::Within(shared),
            lie => lie,
        }
    }
}

/// Two boundaries touch without crossing, as where they share a border: the places where they cross do not tell what they share.
#[derive(Debug, PartialEq)]
pub(super) struct Touching;

/// Where an edge of one boundary crosses an edge of another: of each its number, and how far along it.
struct Crossing {
    own: (usize, f64),
    other: (usize, f64),
    at: Coord<f64>,
}

impl Boundary {
    pub(super) fn of(area: &MultiPolygon<f64>) -> Boundary {
        let (mut edges, mut rings) = (vec![], vec![]);
        let mut add = |ring: &LineString<f64>, is_hole: bool| {
            let first = edges.len();
            match ring.is_cw() == is_hole {
                true => edges.extend(ring.lines()),
                false => edges.extend(ring.rev_lines()),
            }
            rings.push(first..edges.len());
        };
        for polygon in area {
            add(polygon.exterior(), false);
            polygon.interiors().iter().for_each(|ring| add(ring, true));
        }
        let around = |edges: &[Line<f64>]| {
            let boxes = edges.iter().map(Line::bounding_rect);
            boxes.reduce(|one, other| joined(&one, &other)).expect("a block has edges")
        };
        let blocks = edges.chunks(BLOCK).map(around).collect();
        Boundary { rect: area.bounding_rect(), edges, rings, blocks, whole: OnceLock::new() }
    }

    /// The box around it; `None` of nothing.
    pub(super) fn bbox(&self) -> Option<Bbox> {
        self.rect.map(|rect| Bbox { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y })
    }

    /// Edges there are.
    pub(super) fn len(&self) -> usize {
        self.edges.len()
    }

    /// How large the area inside is.
    pub(super) fn whole(&self) -> Extent {
        *self.whole.get_or_init(|| {
            let mut sum = Sum::default();
            self.edges.iter().for_each(|edge| sum.add(edge.start, edge.end));
            sum.extent()
        })
    }

    /// How the areas inside two boundaries lie, and what they share. The boundary of what is shared are the pieces of
    /// each boundary inside the other one, and the area is a sum over its edges, in whatever order they come.
    ///
    /// # Errors
    /// [`Touching`].
    pub(super) fn lie(&self, other: &Boundary) -> Result<Lie, Touching> {
        if self.len() > other.len() {
            return other.lie(self).map(Lie::turned);
        }
        let (Some(rect), Some(_)) =
            (self.rect, other.rect.filter(|rect| self.rect.is_some_and(|own| own.intersects(rect))))
        else {
            return Ok(Lie::Apart);
        };
        let near = other.near(&rect);
        let mut crossings = self.crossings(other, &near)?;
        let mut sum = Sum::default();
        crossings.sort_unstable_by(|one, two| one.own.partial_cmp(&two.own).expect("finite"));
        let is_all = self.add_pieces(other, &crossings, &mut sum)? && crossings.is_empty();
        let own = sum.edges;
        crossings.sort_unstable_by(|one, two| one.other.partial_cmp(&two.other).expect("finite"));
        let others = other.add_near_pieces(&near, &rect, self, &crossings, &mut sum)?;
        Ok(match (own, others) {
            (0, 0) => Lie::Apart,
            (_, 0) if is_all => Lie::Within(self.whole()),
            // All of the other one: none of its edges lies beyond the box around this one.
            (0, edges) if crossings.is_empty() && edges == other.len() => Lie::Around(sum.extent()),
            _ => Lie::Across(sum.extent()),
        })
    }

    /// Geodesic distance in metres of two areas that do not meet; `None` where that is more than `most_m`. Edges bulge at most so
    /// many metres beyond their boxes.
    ///
    /// Only edges that come near the other area are measured: first those that come very near, and then always more.
    pub(super) fn distance_m(&self, other: &Boundary, most_m: f64, bulge_m: f64) -> Option<f64> {
        let (one, two) = (self.rect?, other.rect?);
        let mut reach_m = FIRST_REACH_M;
        loop {
            reach_m = reach_m.min(most_m);
            let (own, others) = (self.edges_near(&two, reach_m + bulge_m), other.edges_near(&one, reach_m + bulge_m));
            if !own.0.is_empty() && !others.0.is_empty() {
                let distance = distance_m(&own.into(), &others.into()).filter(|distance| *distance <= reach_m);
                if distance.is_some() {
                    return distance;
                }
            }
            if reach_m >= most_m {
                return None;
            }
            reach_m *= WIDENING;
        }
    }

    /// Edges that come to the box around another area.
    pub(super) fn edges_beside(&self, other: &Boundary) -> MultiLineString<f64> {
        other.rect.map_or(MultiLineString(vec![]), |rect| self.edges_near(&rect, 0.0))
    }

    fn edges_near(&self, rect: &Rect<f64>, reach_m: f64) -> MultiLineString<f64> {
        let (min, max) = (rect.min(), rect.max());
        let around = around(&Bbox { west: min.x, south: min.y, east: max.x, north: max.y }, reach_m);
        let boxes: Vec<_> =
            around.parts().map(|part| Rect::new((part.west, part.south), (part.east, part.north))).collect();
        let meets = |rect: &Rect<f64>| boxes.iter().any(|own| own.intersects(rect));
        let blocks = (0..self.blocks.len()).filter(|block| meets(&self.blocks[*block]));
        let edges = blocks.flat_map(|block| &self.edges[self.block(block)]).filter(|edge| meets(&edge.bounding_rect()));
        MultiLineString(edges.map(LineString::from).collect())
    }

    /// Blocks that come near a box.
    fn near(&self, rect: &Rect<f64>) -> Vec<usize> {
        (0..self.blocks.len()).filter(|block| self.blocks[*block].intersects(rect)).collect()
    }

    fn block(&self, block: usize) -> Range<usize> {
        block * BLOCK..((block + 1) * BLOCK).min(self.edges.len())
    }

    fn crossings(&self, other: &Boundary, near: &[usize]) -> Result<Vec<Crossing>, Touching> {
        let mut crossings = vec![];
        if near.is_empty() {
            return Ok(crossings);
        }
        for (number, own) in self.edges.iter().enumerate() {
            let rect = own.bounding_rect();
            for block in near.iter().filter(|block| other.blocks[**block].intersects(&rect)) {
                for of_other in other.block(*block) {
                    let edge = &other.edges[of_other];
                    if edge.bounding_rect().intersects(&rect) && do_cross(own, edge)? {
                        let at = crossing(own, edge);
                        let crossing =
                            Crossing { own: (number, along(own, at)), other: (of_other, along(edge, at)), at };
                        crossings.push(crossing);
                    }
                }
            }
        }
        Ok(crossings)
    }

    /// Adds the pieces of this boundary inside another one; says whether that is all of it.
    fn add_pieces(&self, other: &Boundary, crossings: &[Crossing], sum: &mut Sum) -> Result<bool, Touching> {
        let (mut is_all, mut crossings) = (true, crossings.iter().peekable());
        for ring in &self.rings {
            let mut is_inside = other.holds(self.edges[ring.start].start)?;
            for number in ring.clone() {
                let of_edge = std::iter::from_fn(|| crossings.next_if(|crossing| crossing.own.0 == number));
                is_inside = sum.add_pieces(&self.edges[number], is_inside, of_edge);
                is_all &= is_inside;
            }
        }
        Ok(is_all)
    }

    /// Adds the pieces of this boundary inside another one, of the blocks near it; says how many they are.
    fn add_near_pieces(
        &self,
        near: &[usize],
        rect: &Rect<f64>,
        other: &Boundary,
        crossings: &[Crossing],
        sum: &mut Sum,
    ) -> Result<usize, Touching> {
        let (before, mut crossings) = (sum.edges, crossings.iter().peekable());
        // Where the last edge ended, and whether that is inside.
        let mut last: Option<(Coord<f64>, bool)> = None;
        for number in near.iter().flat_map(|block| self.block(*block)) {
            let edge = &self.edges[number];
            if !edge.bounding_rect().intersects(rect) {
                continue;
            }
            let is_inside = match last {
                Some((end, is_inside)) if end == edge.start => is_inside,
                _ => other.holds(edge.start)?,
            };
            let of_edge = std::iter::from_fn(|| crossings.next_if(|crossing| crossing.other.0 == number));
            last = Some((edge.end, sum.add_pieces(edge, is_inside, of_edge)));
        }
        Ok(sum.edges - before)
    }

    /// Whether a place lies inside.
    fn holds(&self, place: Coord<f64>) -> Result<bool, Touching> {
        let mut is_inside = false;
        for (number, rect) in self.blocks.iter().enumerate() {
            // Edges are counted that lie to the east.
            if rect.min().y > place.y || rect.max().y < place.y || rect.max().x < place.x {
                continue;
            }
            for Line { start, end } in &self.edges[self.block(number)] {
                let (is_up, is_down) = (start.y <= place.y && place.y < end.y, end.y <= place.y && place.y < start.y);
                if is_up || is_down {
                    match RobustKernel::orient2d(*start, *end, place) {
                        Orientation::Collinear => return Err(Touching),
                        Orientation::CounterClockwise => is_inside ^= is_up,
                        Orientation::Clockwise => is_inside ^= is_down,
                    }
                } else if *start == place
                    || start.y == end.y && start.y == place.y && Line::new(*start, *end).intersects(&place)
                {
                    return Err(Touching);
                }
            }
        }
        Ok(is_inside)
    }
}

/// Whether two edges cross in a place between their ends.
fn do_cross(one: &Line<f64>, other: &Line<f64>) -> Result<bool, Touching> {
    let are_apart = are_apart(one, other)? || are_apart(other, one)?;
    let (run, other_run) = (one.delta(), other.delta());
    let sine = || cross(run, other_run).abs() / (run.x.hypot(run.y) * other_run.x.hypot(other_run.y));
    if !are_apart && sine() < LEAST_SINE {
        return Err(Touching);
    }
    Ok(!are_apart)
}

/// Whether an edge lies on one side of the line through another.
fn are_apart(line: &Line<f64>, edge: &Line<f64>) -> Result<bool, Touching> {
    let run = line.delta();
    let reach = CLOSE * run.x.hypot(run.y);
    if [edge.start, edge.end].iter().any(|end| cross(run, *end - line.start).abs() <= reach) {
        return Err(Touching);
    }
    let side = |end| RobustKernel::orient2d(line.start, line.end, end);
    Ok(side(edge.start) == side(edge.end))
}

fn cross(one: Coord<f64>, other: Coord<f64>) -> f64 {
    one.x * other.y - one.y * other.x
}

/// The place where two edges cross.
fn crossing(one: &Line<f64>, other: &Line<f64>) -> Coord<f64> {
    let (run, other_run) = (one.delta(), other.delta());
    one.start + run * (cross(other.start - one.start, other_run) / cross(run, other_run)).clamp(0.0, 1.0)
}

/// How far along an edge a place on it lies.
fn along(edge: &Line<f64>, place: Coord<f64>) -> f64 {
    let (run, way) = (edge.delta(), place - edge.start);
    if run.x.abs() > run.y.abs() { way.x / run.x } else { way.y / run.y }
}

fn joined(one: &Rect<f64>, other: &Rect<f64>) -> Rect<f64> {
    Rect::new(
        (one.min().x.min(other.min().x), one.min().y.min(other.min().y)),
        (one.max().x.max(other.max().x), one.max().y.max(other.max().y)),
    )
}

#[derive(Default)]
struct Sum {
    m2: f64,
    metres: f64,
    edges: usize,
}

impl Sum {
    fn add(&mut self, from: Coord<f64>, to: Coord<f64>) {
        let under = Under::of(from, to);
        self.m2 += under.m2;
        self.metres += under.metres;
        self.edges += 1;
    }

    /// Adds what of an edge lies inside an area whose boundary it crosses in places; of its start is known whether it is inside,
    /// of its end is told.
    fn add_pieces<'a>(
        &mut self,
        edge: &Line<f64>,
        mut is_inside: bool,
        crossings: impl Iterator<Item = &'a Crossing>,
    ) -> bool {
        let mut from = edge.start;
        for crossing in crossings {
            if is_inside {
                self.add(from, crossing.at);
            }
            (from, is_inside) = (crossing.at, !is_inside);
        }
        if is_inside {
            self.add(from, edge.end);
        }
        is_inside
    }

    fn extent(&self) -> Extent {
        Extent { m2: self.m2.abs(), perimeter_m: self.metres }
    }
}

#[cfg(test)]
mod tests {
    use geo::{GeodesicArea, Polygon, Relate, Validation};

    use super::*;
    use crate::analysis::shared::shared_area;

    /// A star of so many corners around a place, with a hole or without.
    fn star(random: &mut fastrand::Rng, x: f64, y: f64) -> MultiPolygon<f64> {
        let corners = random.usize(3..60);
        let size = 0.001 + random.f64() * 0.05;
        let mut ring = |size: f64| -> Vec<Coord<f64>> {
            let step = std::f64::consts::TAU / corners as f64;
            let corner = |number: usize| {
                let (sin, cos) = (step * number as f64).sin_cos();
                let reach = size * (0.5 + random.f64() / 2.0);
                Coord { x: x + reach * cos, y: y + reach * sin }
            };
            (0..corners).map(corner).collect()
        };
        let hole = if corners > 5 { vec![LineString(ring(size / 4.0))] } else { vec![] };
        MultiPolygon(vec![Polygon::new(LineString(ring(size)), hole)])
    }

    #[test]
    fn what_boundaries_share_is_as_large_as_the_overlay() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut apart, mut within, mut across) = (0, 0, 0);
        for number in 0..1_500 {
            let mut place = || ((random.f64() - 0.5) * 0.06 - 75.0, (random.f64() - 0.5) * 0.06 - 10.0);
            let (one, other) = (place(), place());
            let mut one = star(&mut random, one.0, one.1);
            let other = star(&mut random, other.0, other.1);
            match number % 3 {
                0 => one.0.extend(star(&mut random, -74.0, -10.0).0),
                1 => one.0[0].exterior_mut(|ring| ring.0.reverse()),
                _ => {}
            }
            assert!(one.is_valid() && other.is_valid(), "seed {seed}");
            let overlaid = shared_area(&one, &other).expect("sound");
            let (area, perimeter) = (overlaid.geodesic_area_signed().abs(), overlaid.geodesic_perimeter());
            let lie = Boundary::of(&one).lie(&Boundary::of(&other)).expect("no corner lies on an edge");
            let matrix = one.relate(&other);
            match lie {
                Lie::Apart => apart += usize::from(matrix.is_disjoint()),
                Lie::Within(_) => within += usize::from(matrix.is_within()),
                Lie::Around(_) => within += usize::from(matrix.is_contains()),
                Lie::Across(_) => {
                    across += usize::from(matrix.is_intersects() && !matrix.is_within() && !matrix.is_contains())
                }
            }
            let shared = lie.shared().unwrap_or_default();
            assert!((shared.m2 - area).abs() <= 1e-9 * area + 1e-2, "seed {seed}: {} {area}", shared.m2);
            assert!((shared.perimeter_m - perimeter).abs() <= 1e-6 * perimeter + 1e-3, "seed {seed}");
            let turned = Boundary::of(&other).lie(&Boundary::of(&one)).expect("the same");
            assert_eq!(std::mem::discriminant(&turned), std::mem::discriminant(&lie.turned()));
        }
        println!("{apart} apart, {within} within, {across} across");
        assert!(apart > 100 && within > 10 && across > 500 && apart + within + across == 1_500);
    }

    #[test]
    fn what_only_touches_is_not_told() {
        let square = |x: f64, size: f64| MultiPolygon(vec![Rect::new((x, 0.0), (x + size, size)).to_polygon()]);
        let touching = |one: MultiPolygon<f64>, other: MultiPolygon<f64>| {
            Boundary::of(&one).lie(&Boundary::of(&other)) == Err(Touching)
        };
        assert!(touching(square(0.0, 1.0), square(1.0, 1.0)), "an edge");
        assert!(touching(square(0.0, 1.0), square(0.0, 1.0)), "the same");
        assert!(touching(square(0.0, 2.0), square(0.5, 1.0)), "an edge from inside");
        let corner = MultiPolygon(vec![Rect::new((1.0, 1.0), (2.0, 2.0)).to_polygon()]);
        assert!(touching(square(0.0, 1.0), corner), "a corner");
    }
}
