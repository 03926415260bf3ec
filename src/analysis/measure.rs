use std::{
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
};

use geo::{Area, BoundingRect, Geometry, LineString, MultiPolygon};
use jiff::civil::Date;

use crate::{
    analysis::{Answer, Pair, Unfinished, boundary::Boundary, shared::areas_of},
    crs::{Crs, CrsError, Projection},
    index::{Feature, Slot, Snapshot},
    model::{
        Bbox, ValueRef,
        geodesic::{around, bulge_m, distance_m, geodesic_m},
    },
    overlay::{OverlayError, shared_lines},
};

/// Shared areas smaller than so many m², or narrower on average than so many metres, are slivers.
const SLIVER: (f64, f64) = (1_000.0, 1.0);
/// Within so many metres a conflict is near.
pub const NEAR_M: f64 = 5_000.0;
/// The layer of conflicts.
pub const CONFLICTS: &str = "conflicts";
/// The layer of hydrographic units.
pub const WATERSHEDS: &str = "watersheds";
/// UTM zones of Peru, from west to east, and the meridian in the middle of each.
const ZONES: [(u8, f64); 3] = [(17, -81.0), (18, -75.0), (19, -69.0)];

/// How two features lie to one another, in words that say how far to believe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PairClass {
    /// They share an area that is wider than the tolerance.
    Overlap,
    /// They share an area, but one narrower than their sources are accurate.
    WithinTolerance,
    /// They meet without sharing an area.
    Adjoining,
    /// One is a point that the other holds, or both are.
    Meeting,
    /// They are apart.
    Neighbour,
    /// They are apart, and the second is downstream of the first.
    Downstream,
}

/// Which of two came first, by their first days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// The first feature of the pair.
    A,
    /// The second.
    B,
    /// Both on the same day.
    SameDay,
}

/// What a pair measures.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Measures {
    /// How the two lie.
    pub class: PairClass,
    /// What is narrower, in metres, is within the tolerance of the sources.
    pub tolerance_m: f64,
    /// Area they share, in hectares on the ellipsoid.
    pub geodesic_ha: f64,
    /// The same in the UTM zone, as the law measures it; `None` where they share none.
    pub utm_ha: Option<f64>,
    /// The zone, of WGS 84.
    pub utm_zone: u8,
    /// Its share of the first feature's geodesic area, in percent; `None` for what is no area.
    pub percent_a: Option<f64>,
    /// Its share of the second feature's.
    pub percent_b: Option<f64>,
    /// Its mean width in metres: twice the area by the perimeter.
    pub width_m: Option<f64>,
    /// Whether it is next to nothing.
    pub sliver: bool,
    /// Length of the border that two areas have in common, in metres (geodesic); `None` for what is no area.
    pub border_m: Option<f64>,
    /// Who came first; `None` where a first day is not known.
    pub first: Option<First>,
    /// Conflicts with a place in what they share; where they share no area, in or at the first feature.
    pub conflicts_inside: usize,
    /// Conflicts at most [`NEAR_M`] from there, those inside among them.
    pub conflicts_near: usize,
}

/// Why a pair cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// PROJ cannot be used.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// What it shares cannot be told.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

/// Measures the pairs of an answer, and remembers what many of them need.
pub struct Measurer<'a> {
    pub(super) answer: &'a Answer,
    /// To the UTM zones that were needed.
    projections: HashMap<u8, Projection>,
    /// Geodesic areas of features, by side and slot, in m².
    own_m2: HashMap<(bool, Slot), Option<f64>>,
}

impl<'a> Measurer<'a> {
    /// Of the pairs of an answer.
    pub fn of(answer: &'a Answer) -> Measurer<'a> {
        Measurer { answer, projections: HashMap::new(), own_m2: HashMap::new() }
    }

    /// Measures a pair, of which is told what it shares. What is narrower than the tolerance is no overlap; without one told, it is
    /// the accuracies of both sources taken together.
    ///
    /// # Errors
    /// [`MeasureError`].
    pub(super) fn measure(&mut self, pair: &Pair, shared: &MultiPolygon<f64>) -> Result<Measures, MeasureError> {
        let answer = self.answer;
        let (a, b) = (&answer.layers.a, &answer.layers.b);
        let [one, other] = answer.features(pair);
        let own = answer.own(one)?;
        let own = own.as_deref();
        let tolerance_m = answer.tolerance_m(pair);
        let shared_m2 = pair.shared.m2;
        let width_m = pair.width_m();
        let areas = [one, other].map(|feature| feature.geometry.as_ref().and_then(areas_of));
        let class = match width_m {
            Some(width) if width > tolerance_m => PairClass::Overlap,
            Some(_) => PairClass::WithinTolerance,
            None if pair.distance_m.is_none() => PairClass::Downstream,
            None if pair.distance_m > Some(0.0) => PairClass::Neighbour,
            None if areas.iter().all(Option::is_some) => PairClass::Adjoining,
            None => PairClass::Meeting,
        };
        let utm_zone = zone_of(a, one).or_else(|| zone_of(b, other)).unwrap_or_else(|| zone_around(one));
        let utm_ha = match shared.0.is_empty() {
            true => None,
            false => Some(self.utm_ha(shared, utm_zone)?),
        };
        let border_m = match [own.and_then(areas_of), areas[1]] {
            [Some(one), Some(other)] if pair.touches => Some(border_m(one, other).map_err(Unfinished::from)?),
            [Some(_), Some(_)] => Some(0.0),
            _ => None,
        };
        let around = (!shared.0.is_empty()).then(|| Geometry::from(shared.clone()));
        let around = around.as_ref().or(own);
        let conflicts = around.map_or(vec![], |around| distances_m(&answer.layers.conflicts, around, NEAR_M));
        Ok(Measures {
            class,
            tolerance_m,
            geodesic_ha: shared_m2 / 1e4,
            utm_ha,
            utm_zone,
            percent_a: self.percent((true, pair.a), one, shared_m2),
            percent_b: self.percent((false, pair.b), other, shared_m2),
            width_m,
            sliver: width_m.is_some_and(|width| shared_m2 < SLIVER.0 || width < SLIVER.1),
            border_m,
            first: first_day(a, one).zip(first_day(b, other)).map(|(one, other)| match one.cmp(&other) {
                Ordering::Less => First::A,
                Ordering::Equal => First::SameDay,
                Ordering::Greater => First::B,
            }),
            conflicts_inside: conflicts.iter().filter(|(_, distance_m)| *distance_m <= 0.0).count(),
            conflicts_near: conflicts.len(),
        })
    }

    fn percent(&mut self, place: (bool, Slot), feature: &Feature, shared_m2: f64) -> Option<f64> {
        let m2_of = |areas: &MultiPolygon<f64>| Boundary::of(areas).whole().m2;
        let own = || feature.geometry.as_ref().and_then(areas_of).map(m2_of).filter(|own| *own > 0.0);
        self.own_m2.entry(place).or_insert_with(own).map(|own| 100.0 * shared_m2 / own)
    }

    fn utm_ha(&mut self, area: &MultiPolygon<f64>, zone: u8) -> Result<f64, CrsError> {
        let projection = match self.projections.entry(zone) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Projection::to(Crs::find(&format!("EPSG:327{zone}"))?)?),
        };
        Ok(projection.apply(&Geometry::from(area.clone()))?.unsigned_area() / 1e4)
    }
}

impl Pair {
    /// Mean width in metres of what the two share: twice the area by the perimeter; `None` where they share none.
    fn width_m(&self) -> Option<f64> {
        (self.shared.m2 > 0.0).then(|| 2.0 * self.shared.m2 / self.shared.perimeter_m)
    }
}

impl Answer {
    /// How wide, in metres, what a pair shares must be to count as an overlap: what the question says, else the accuracies of both
    /// sources taken together.
    fn tolerance_m(&self, pair: &Pair) -> f64 {
        let [one, other] = self.accuracies_m(pair);
        self.question.tolerance_m.unwrap_or_else(|| one.hypot(other))
    }

    /// Area in m² that a pair shares, where it is narrower than the tolerance.
    pub(super) fn within_tolerance_m2(&self, pair: &Pair) -> Option<f64> {
        pair.width_m().filter(|width| *width <= self.tolerance_m(pair)).map(|_| pair.shared.m2)
    }

    /// How far the two of a pair are from one another, in metres (geodesic).
    pub(super) fn distance_m(&self, pair: &Pair) -> Option<f64> {
        pair.distance_m.or_else(|| {
            let [one, other] = self.features(pair);
            distance_m(self.own(one).ok()??.as_ref(), other.geometry.as_ref()?)
        })
    }
}

/// Features of a layer at most so far from a geometry, and how far each is, in metres (geodesic); by slot.
pub fn distances_m(snapshot: &Snapshot, from: &Geometry<f64>, most_m: f64) -> Vec<(Slot, f64)> {
    let Some(rect) = from.bounding_rect() else { return vec![] };
    let bbox = Bbox { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y };
    let near = around(&bbox, most_m + bulge_m(from) + snapshot.bulge_m());
    let near = near.parts().flat_map(|part| snapshot.near_box(&part));
    let distance = |slot| Some((slot, distance_m(from, snapshot.feature(slot).geometry.as_ref()?)?));
    near.filter_map(distance).filter(|(_, distance_m)| *distance_m <= most_m).collect()
}

/// Length of the border that two areas have in common, in metres (geodesic).
fn border_m(one: &MultiPolygon<f64>, other: &MultiPolygon<f64>) -> Result<f64, OverlayError> {
    let (one, other) = (Boundary::of(one), Boundary::of(other));
    let shared = shared_lines(&one.edges_beside(&other), &other.edges_beside(&one))?;
    Ok(shared
        .iter()
        .flat_map(LineString::lines)
        .map(|line| geodesic_m(line.start_point(), line.end_point()))
        .sum::<f64>()
        + 0.0)
}

/// The first day of a feature: when a right was claimed, a community recognised.
pub fn first_day(snapshot: &Snapshot, feature: &Feature) -> Option<Date> {
    let field = snapshot.position(snapshot.layer().first_day_field()?)?;
    match feature.value(field) {
        ValueRef::Date(day) => Some(day),
        _ => None,
    }
}

/// The zone that the source states.
fn zone_of(snapshot: &Snapshot, feature: &Feature) -> Option<u8> {
    let ValueRef::Integer(stated) = feature.value(snapshot.position("utm_zone")?) else { return None };
    ZONES.iter().map(|(zone, _)| *zone).find(|zone| i64::from(*zone) == stated)
}

/// The zone in which the middle of the feature lies, or that is nearest to it.
fn zone_around(feature: &Feature) -> u8 {
    let middle = feature.bbox.map_or(-75.0, |bbox| f64::midpoint(bbox.west, bbox.east));
    let distance = |(_, meridian): &&(u8, f64)| (middle - meridian).abs();
    ZONES.iter().min_by(|one, other| distance(one).total_cmp(&distance(other))).map_or(18, |(zone, _)| *zone)
}
