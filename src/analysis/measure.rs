use std::{
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
};

use geo::{Area, Geometry, MultiPolygon};
use jiff::civil::Date;

use crate::{
    analysis::{Pair, shared::areas_of, shared::geodesic_m2},
    crs::{Crs, CrsError, Projection},
    index::{Feature, Slot, Snapshot},
    model::{DatumOperation, ValueRef},
};

/// Shared areas smaller than so many m², or narrower on average than so many metres, are slivers.
const SLIVER: (f64, f64) = (1_000.0, 1.0);
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
    /// Who came first; `None` where a first day is not known.
    pub first: Option<First>,
}

/// How accurate the places of a feature are, in metres, by the datum operation its source came by; 0 where none was needed.
fn accuracy_m(snapshot: &Snapshot, feature: &Feature) -> f64 {
    let source = snapshot.source_of(feature);
    source.and_then(|source| DatumOperation::named_in(&source.datum_operation)).map_or(0.0, |found| found.accuracy_m)
}

/// Measures pairs, and remembers what many of them need.
#[derive(Default)]
pub struct Measurer {
    /// To the UTM zones that were needed.
    projections: HashMap<u8, Projection>,
    /// Geodesic areas of features, by side and slot, in m².
    own_m2: HashMap<(bool, Slot), Option<f64>>,
}

impl Measurer {
    /// Measures a pair. What is narrower than the tolerance is no overlap; without one told, it is the accuracies of both
    /// sources taken together.
    ///
    /// # Errors
    /// [`CrsError`] where PROJ cannot be used.
    pub fn measure(
        &mut self,
        (pair, shared): (&Pair, &MultiPolygon<f64>),
        a: &Snapshot,
        b: &Snapshot,
        tolerance_m: Option<f64>,
    ) -> Result<Measures, CrsError> {
        let [one, other] = [(a, pair.a), (b, pair.b)].map(|(snapshot, slot)| snapshot.feature(slot));
        let tolerance_m = tolerance_m.unwrap_or_else(|| accuracy_m(a, one).hypot(accuracy_m(b, other)));
        let shared_m2 = pair.shared.m2;
        let width_m = (shared_m2 > 0.0).then(|| 2.0 * shared_m2 / pair.shared.perimeter_m);
        let are_areas = [one, other].iter().all(|feature| feature.geometry.as_ref().and_then(areas_of).is_some());
        let class = match width_m {
            Some(width) if width > tolerance_m => PairClass::Overlap,
            Some(_) => PairClass::WithinTolerance,
            None if pair.distance_m > 0.0 => PairClass::Neighbour,
            None if are_areas => PairClass::Adjoining,
            None => PairClass::Meeting,
        };
        let utm_zone = zone_of(a, one).or_else(|| zone_of(b, other)).unwrap_or_else(|| zone_around(one));
        let utm_ha = match shared.0.is_empty() {
            true => None,
            false => Some(self.utm_ha(shared, utm_zone)?),
        };
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
            first: first_day(a, one).zip(first_day(b, other)).map(|(one, other)| match one.cmp(&other) {
                Ordering::Less => First::A,
                Ordering::Equal => First::SameDay,
                Ordering::Greater => First::B,
            }),
        })
    }

    fn percent(&mut self, place: (bool, Slot), feature: &Feature, shared_m2: f64) -> Option<f64> {
        let own = || feature.geometry.as_ref().and_then(areas_of).map(geodesic_m2).filter(|own| *own > 0.0);
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
