use std::{str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    analysis::{AreaJson, PairRelation, Side},
    index::Snapshot,
    model::{
        FeatureQuery, Moment,
        cql2::{Cql2Error, parse_text},
    },
};

/// Farthest that features of a pair may be from one another, in metres.
const MAX_DISTANCE_M: f64 = 100_000.0;
/// So many are few.
const FEW: usize = 4;
/// Features that are named one by one, at most.
const MAX_IDS: usize = 10_000;

/// Which features of two layers lie how to one another. As JSON it is what clients send, and what is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlapQuestion {
    /// The first layer.
    pub a: String,
    /// The second layer.
    pub b: String,
    /// How they shall lie to one another.
    #[serde(default)]
    pub relation: Relation,
    /// Of `near`: how far from one another they may be, in metres (geodesic).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// Filter (CQL2 text) of the first layer's features; without it, those that count by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub where_a: Option<String>,
    /// Filter of the second layer's features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub where_b: Option<String>,
    /// Numbers of the first layer's features, where only certain ones are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids_a: Option<Vec<i64>>,
    /// Numbers of the second layer's features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids_b: Option<Vec<i64>>,
    /// Only what of the first layer's features lies in this area counts: the polygons of a GeoJSON geometry, feature or collection. Where a layer is
    /// [`AREA`](crate::analysis::AREA), it is the area itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaJson>,
    /// What the area is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_name: Option<String>,
    /// What is narrower than this, in metres, is within the tolerance of the sources; without it, their accuracy counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_m: Option<f64>,
    /// Day in the world.
    #[serde(default, rename = "asOf", skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What was known at this time.
    #[serde(default, rename = "asKnown", skip_serializing_if = "Option::is_none")]
    pub as_known: Option<String>,
}

/// The layers of a question as one caller may see them at one moment.
#[derive(Debug, Clone)]
pub struct Layers {
    /// The first.
    pub a: Arc<Snapshot>,
    /// The second.
    pub b: Arc<Snapshot>,
    /// Conflicts, which are counted around what a pair shares.
    pub conflicts: Arc<Snapshot>,
    /// Hydrographic units, which tell what lies downstream of what.
    pub watersheds: Arc<Snapshot>,
}

/// How features shall lie to one another, as it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// They share at least a point.
    #[default]
    Intersects,
    /// The first lies within the second.
    Within,
    /// The second lies within the first.
    Contains,
    /// They share points of their borders only.
    Touches,
    /// They are at most `distance_m` from one another.
    Near,
    /// The second lies in a hydrographic unit downstream of one in which the first lies.
    Downstream,
}

/// What is wrong with a question: the member, and what would be accepted.
#[derive(Debug, thiserror::Error)]
#[error("{member}: {detail}")]
pub struct QuestionError {
    /// The member of the question.
    pub member: &'static str,
    /// What is wrong with it, and what would be accepted.
    pub detail: String,
}

impl FromStr for Relation {
    type Err = String;

    fn from_str(text: &str) -> Result<Relation, String> {
        serde_json::from_value(text.into())
            .map_err(|_| "expected intersects, within, contains, touches, near or downstream".to_owned())
    }
}

impl OverlapQuestion {
    /// Which features of two layers share at least a point, those that count by default.
    pub fn of(a: &str, b: &str) -> OverlapQuestion {
        OverlapQuestion {
            a: a.to_owned(),
            b: b.to_owned(),
            relation: Relation::Intersects,
            distance_m: None,
            where_a: None,
            where_b: None,
            ids_a: None,
            ids_b: None,
            area: None,
            area_name: None,
            tolerance_m: None,
            as_of: None,
            as_known: None,
        }
    }

    /// The same question about what is known whenever it is asked.
    pub fn at_any_time(&self) -> OverlapQuestion {
        OverlapQuestion { as_known: None, ..self.clone() }
    }

    /// Whether it names so few features that it is most often answered within a millisecond.
    pub fn is_about_few(&self) -> bool {
        let few = |ids: &Option<Vec<i64>>| ids.as_ref().is_some_and(|ids| ids.len() <= FEW);
        (few(&self.ids_a) || few(&self.ids_b)) && self.area.is_none() && self.relation != Relation::Downstream
    }

    /// Whether it can be worked out on two layers, beside its area.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn check(&self, layers: &Layers) -> Result<(), QuestionError> {
        self.tolerance()?;
        self.pair_relation()?;
        self.sides(layers).map(drop)
    }

    /// The same question about what is known at a time, by which it can be asked again; its name follows from it.
    pub fn id(&self) -> String {
        let text = serde_json::to_vec(self).expect("a question is plain JSON");
        Sha256::digest(text).iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }

    /// From when the layers are looked at.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn moment(&self) -> Result<Moment, QuestionError> {
        let as_of = self.as_of.as_deref().map(Moment::parse_day).transpose();
        let as_known = self.as_known.as_deref().map(Moment::parse_time).transpose();
        Ok(Moment {
            as_of: as_of.map_err(|error| refused("asOf", error))?,
            as_known: as_known.map_err(|error| refused("asKnown", error))?,
        })
    }

    /// How the pairs shall lie.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn pair_relation(&self) -> Result<PairRelation, QuestionError> {
        let distance = || match self.distance_m {
            Some(metres) if metres > 0.0 && metres <= MAX_DISTANCE_M => Ok(metres),
            _ => Err(refused("distance_m", format!("near needs metres, more than 0 and at most {MAX_DISTANCE_M}"))),
        };
        Ok(match self.relation {
            Relation::Near => PairRelation::Near(distance()?),
            _ if self.distance_m.is_some() => {
                return Err(refused("distance_m", "only the relation near takes a distance"));
            }
            Relation::Intersects => PairRelation::Intersects,
            Relation::Within => PairRelation::Within,
            Relation::Contains => PairRelation::Contains,
            Relation::Touches => PairRelation::Touches,
            Relation::Downstream => PairRelation::Downstream,
        })
    }

    /// The tolerance that was told, in metres.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn tolerance(&self) -> Result<Option<f64>, QuestionError> {
        match self.tolerance_m {
            Some(metres) if !(0.0..=10_000.0).contains(&metres) => {
                Err(refused("tolerance_m", "expected metres from 0 to 10000"))
            }
            told => Ok(told),
        }
    }

    /// The two layers with the features that are meant.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn sides(&self, layers: &Layers) -> Result<[Side; 2], QuestionError> {
        let [filter_a, filter_b] = self.filters(layers);
        Ok([
            side(("where_a", filter_a), ("ids_a", self.ids_a.as_ref()), &layers.a)?,
            side(("where_b", filter_b), ("ids_b", self.ids_b.as_ref()), &layers.b)?,
        ])
    }

    /// The filters that count: those told, and else those that count by default. Features that are named count whatever their
    /// state.
    pub fn filters<'a>(&'a self, layers: &'a Layers) -> [Option<&'a str>; 2] {
        let filter = |told: &'a Option<String>, ids: &Option<Vec<i64>>, snapshot: &'a Snapshot| {
            let usual = snapshot.layer().counts_where.as_deref().filter(|_| ids.is_none());
            told.as_deref().or(usual).filter(|text| !text.trim().is_empty())
        };
        [filter(&self.where_a, &self.ids_a, &layers.a), filter(&self.where_b, &self.ids_b, &layers.b)]
    }
}

fn side(
    (member, filter): (&'static str, Option<&str>),
    (ids_member, ids): (&'static str, Option<&Vec<i64>>),
    snapshot: &Arc<Snapshot>,
) -> Result<Side, QuestionError> {
    let compile = |text| snapshot.compile(&parse_text(text)?);
    let filter = filter.map(compile).transpose().map_err(|error: Cql2Error| refused(member, error))?;
    if let Some(ids) = ids {
        if ids.len() > MAX_IDS {
            return Err(refused(ids_member, format!("it has {} numbers; at most {MAX_IDS} are taken", ids.len())));
        }
        if let Some(unknown) = ids.iter().find(|id| snapshot.by_id(**id).is_none()) {
            return Err(refused(ids_member, format!("{} has no feature {unknown}", snapshot.layer().id)));
        }
    }
    let query = FeatureQuery { filter, ..FeatureQuery::default() };
    Ok(Side { snapshot: Arc::clone(snapshot), query, ids: ids.cloned() })
}

pub(super) fn refused(member: &'static str, detail: impl std::fmt::Display) -> QuestionError {
    QuestionError { member, detail: detail.to_string() }
}
