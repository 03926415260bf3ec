use jiff::civil::Date;
use serde::Serialize;

use crate::{
    analysis::{Answer, First, Measurer, Pair, PairClass, first_day},
    crs::CrsError,
    index::{Slot, Snapshot},
    model::Value,
};

/// A pair as it is told.
#[derive(Debug, Serialize)]
pub struct PairRow {
    /// The first feature.
    pub a: PairSide,
    /// The second feature.
    pub b: PairSide,
    /// How they lie to one another.
    pub class: PairClass,
    /// Area they share, in hectares on the ellipsoid.
    pub geodesic_ha: f64,
    /// The same in the UTM zone.
    pub utm_ha: Option<f64>,
    /// The zone, of WGS 84.
    pub utm_zone: u8,
    /// Share of the first feature, in percent.
    pub percent_a: Option<f64>,
    /// Share of the second feature, in percent.
    pub percent_b: Option<f64>,
    /// Mean width of what they share, in metres.
    pub width_m: Option<f64>,
    /// What is narrower is within the tolerance of the sources.
    pub tolerance_m: f64,
    /// Whether what they share is next to nothing.
    pub sliver: bool,
    /// Distance in metres (geodesic).
    pub distance_m: f64,
    /// Who came first.
    pub first: Option<First>,
}

/// One feature of a pair.
#[derive(Debug, Serialize)]
pub struct PairSide {
    /// Its number.
    pub id: i64,
    /// Its code.
    pub code: Value,
    /// Its name.
    pub name: Value,
    /// Its category, such as the state of a right.
    pub category: Value,
    /// Its first day, such as that of a claim.
    pub first_day: Option<Date>,
    /// Where it came from.
    pub source: Option<String>,
    /// Invented.
    pub synthetic: bool,
}

impl Answer {
    /// A pair with its measures, areas to a hundredth of a square metre and lengths to a centimetre.
    ///
    /// # Errors
    /// [`CrsError`] where PROJ cannot be used.
    pub fn row(&self, pair: &Pair, measurer: &mut Measurer) -> Result<PairRow, CrsError> {
        let measured = measurer.measure(pair, &self.a, &self.b, self.question.tolerance_m)?;
        let rounded = |value: f64, decimals: i32| {
            let unit = 10_f64.powi(decimals);
            (value * unit).round() / unit
        };
        Ok(PairRow {
            a: side(&self.a, pair.a),
            b: side(&self.b, pair.b),
            class: measured.class,
            geodesic_ha: rounded(measured.geodesic_ha, 6),
            utm_ha: measured.utm_ha.map(|area| rounded(area, 6)),
            utm_zone: measured.utm_zone,
            percent_a: measured.percent_a.map(|percent| rounded(percent, 4)),
            percent_b: measured.percent_b.map(|percent| rounded(percent, 4)),
            width_m: measured.width_m.map(|width| rounded(width, 2)),
            tolerance_m: rounded(measured.tolerance_m, 2),
            sliver: measured.sliver,
            distance_m: rounded(pair.distance_m, 2),
            first: measured.first,
        })
    }
}

fn side(snapshot: &Snapshot, slot: Slot) -> PairSide {
    let (feature, layer) = (snapshot.feature(slot), snapshot.layer());
    let value = |name: &str| snapshot.position(name).map_or(Value::Null, |place| feature.value(place).into());
    PairSide {
        id: feature.id,
        code: value("code"),
        name: value(&layer.name_field),
        category: layer.category_field.as_deref().map_or(Value::Null, value),
        first_day: first_day(snapshot, feature),
        source: snapshot.source_of(feature).map(|source| source.name.clone()),
        synthetic: feature.synthetic,
    }
}
