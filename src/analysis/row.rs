use geo::MultiPolygon;
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    analysis::{MeasureError, Measurer, Measures, Pair, first_day},
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
    /// What they measure, rounded.
    #[serde(flatten)]
    pub measures: Measures,
    /// Distance in metres (geodesic).
    pub distance_m: Option<f64>,
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

impl Measurer<'_> {
    /// A pair with its measures, areas to a hundredth of a square metre and lengths to a centimetre; and the area it shares,
    /// see [`Answer::shared`].
    ///
    /// # Errors
    /// [`MeasureError`].
    ///
    /// [`Answer::shared`]: crate::analysis::Answer::shared
    pub fn row(&mut self, pair: &Pair) -> Result<(PairRow, MultiPolygon<f64>), MeasureError> {
        let shared = self.answer.shared(pair)?;
        let measures = self.measure(pair, &shared)?;
        let row = PairRow {
            a: side(&self.answer.layers.a, pair.a),
            b: side(&self.answer.layers.b, pair.b),
            measures: Measures {
                geodesic_ha: rounded(measures.geodesic_ha, 6),
                utm_ha: measures.utm_ha.map(|area| rounded(area, 6)),
                percent_a: measures.percent_a.map(|percent| rounded(percent, 4)),
                percent_b: measures.percent_b.map(|percent| rounded(percent, 4)),
                width_m: measures.width_m.map(|width| rounded(width, 2)),
                border_m: measures.border_m.map(|length| rounded(length, 2)),
                tolerance_m: rounded(measures.tolerance_m, 2),
                ..measures
            },
            distance_m: self.answer.distance_m(pair).map(|distance| rounded(distance, 2)),
        };
        Ok((row, shared))
    }
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(decimals);
    (value * unit).round() / unit
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
