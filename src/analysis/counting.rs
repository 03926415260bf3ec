//! Counts of cases by schemes: which cases meet all conditions, by what they are grouped, and which condition decides.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    index::Snapshot,
    model::{
        FeatureQuery, Layer,
        cases::{Condition, CountedCase},
        cql2::{Cql2Error, parse_text},
    },
};

/// By what cases are grouped.
pub const GROUPINGS: [&str; 11] = [
    "state",
    "phase",
    "type",
    "own_type",
    "activity",
    "department",
    "watershed",
    "month",
    "scope",
    "class",
    "institution",
];
/// Groupings that tell where cases are.
const PLACES: [&str; 2] = ["department", "watershed"];
/// Of fewer protected cases in one place no count is told there.
const ENOUGH: usize = 5;

static LAYER: LazyLock<Layer> =
    LazyLock::new(|| toml::from_str(include_str!("counted.toml")).expect("a test counts by it"));

/// Cases as they were at a moment, of which conditions can be asked.
#[derive(Debug)]
pub struct CountedCases {
    cases: Vec<CountedCase>,
    snapshot: Snapshot,
}

/// How many cases have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseGroup {
    /// What they have in common; `None` of those without, and of those whose place is not told.
    pub value: Option<String>,
    /// How many they are.
    pub count: usize,
}

impl CountedCases {
    /// Of cases in some order.
    pub fn of(cases: Vec<CountedCase>) -> CountedCases {
        let snapshot = Snapshot::of(&LAYER, cases.iter().map(|case| (case.properties.to_string(), None)));
        CountedCases { cases, snapshot }
    }

    /// Names of the fields that conditions may ask about.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        LAYER.fields.iter().map(|field| field.name.as_str())
    }

    /// The cases that meet all conditions, by their place in the order.
    ///
    /// # Errors
    /// [`Cql2Error`] of a condition that cannot be asked.
    pub fn meeting(&self, conditions: &[Condition]) -> Result<Vec<usize>, Cql2Error> {
        let mut meeting: Vec<usize> = (0..self.cases.len()).collect();
        for condition in conditions {
            let holds = self.holding(condition)?;
            meeting.retain(|place| holds[*place]);
        }
        Ok(meeting)
    }

    /// Of cases that do not meet all conditions: the first that each does not meet.
    ///
    /// # Errors
    /// [`Cql2Error`] of a condition that cannot be asked.
    pub fn deciding<'a>(
        &self,
        places: &[usize],
        conditions: &'a [Condition],
    ) -> Result<Vec<(usize, &'a Condition)>, Cql2Error> {
        let holding: Vec<_> = conditions.iter().map(|condition| self.holding(condition)).collect::<Result<_, _>>()?;
        let first = |place: usize| conditions.iter().zip(&holding).find(|(_, holds)| !holds[place]).map(|(own, _)| own);
        Ok(places.iter().filter_map(|place| Some((*place, first(*place)?))).collect())
    }

    /// Whether a condition holds, by place.
    fn holding(&self, condition: &Condition) -> Result<Vec<bool>, Cql2Error> {
        let filter = self.snapshot.compile(&parse_text(&condition.filter)?)?;
        let query = FeatureQuery { filter: Some(filter), ..FeatureQuery::default() };
        let mut holds = vec![false; self.cases.len()];
        for slot in self.snapshot.find(&query) {
            let id = self.snapshot.feature(slot).id;
            holds[usize::try_from(id - 1).expect("ids begin with 1")] = true;
        }
        Ok(holds)
    }

    /// How many cases there are, whether they meet conditions or not.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// A case.
    pub fn case(&self, place: usize) -> &CountedCase {
        &self.cases[place]
    }

    /// How many of some cases have which value. Of others' institutions protected cases are told in a place only where there are
    /// enough of them; else they are among those without.
    pub fn grouped(&self, places: &[usize], by: &str) -> Vec<CaseGroup> {
        let is_hidden_in_few = |place: usize| {
            let case = &self.cases[place];
            PLACES.contains(&by) && case.is_protected && !case.is_own
        };
        let value = |place: usize| self.cases[place].properties[by].as_str().map(str::to_owned);
        let mut groups: BTreeMap<Option<String>, usize> = BTreeMap::new();
        let mut hidden: BTreeMap<Option<String>, usize> = BTreeMap::new();
        for place in places {
            let into = if is_hidden_in_few(*place) { &mut hidden } else { &mut groups };
            *into.entry(value(*place)).or_default() += 1;
        }
        for (value, count) in hidden {
            *groups.entry(value.filter(|_| count >= ENOUGH)).or_default() += count;
        }
        let mut groups: Vec<_> = groups.into_iter().map(|(value, count)| CaseGroup { value, count }).collect();
        groups.sort_by(|one, other| other.count.cmp(&one.count).then(one.value.cmp(&other.value)));
        groups
    }

    /// Of which data counts are: a digest of all that is counted, the same for the same data.
    pub fn revision(&self) -> String {
        let mut digest = Sha256::new();
        for case in &self.cases {
            digest.update(case.id.as_bytes());
            digest.update(case.properties.to_string().as_bytes());
        }
        digest.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a case's date lies in a time, such as its first day in a month.
    pub fn is_between(&self, place: usize, field: &str, first: &str, last: &str) -> bool {
        let day: Option<&str> = self.cases[place].properties.get(field).and_then(Json::as_str);
        day.is_some_and(|day| first <= day && day <= last)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case(id: usize, is_own: bool, is_protected: bool, properties: Json) -> CountedCase {
        CountedCase { id: id.to_string(), is_own, is_protected, properties }
    }

    fn condition(filter: &str) -> Condition {
        Condition { filter: filter.into(), kind: "state".into(), es: filter.into(), en: filter.into() }
    }

    #[test]
    fn cases_meet_conditions_and_the_first_that_fails_decides() {
        let counted = CountedCases::of(vec![
            case(1, true, false, json!({"state": "activo", "may_turn_violent": true})),
            case(2, true, false, json!({"state": "latente", "may_turn_violent": true})),
            case(3, true, false, json!({"state": "activo", "may_turn_violent": false})),
            case(4, true, false, json!({"state": null, "may_turn_violent": false})),
        ]);
        let conditions = [condition("state IN ('activo', 'latente')"), condition("may_turn_violent = TRUE")];
        assert_eq!(counted.meeting(&conditions).expect("sound"), [0, 1]);
        let deciding = counted.deciding(&[2, 3], &conditions).expect("sound");
        assert_eq!(
            deciding.iter().map(|(place, own)| (*place, own.es.as_str())).collect::<Vec<_>>(),
            [(2, "may_turn_violent = TRUE"), (3, "state IN ('activo', 'latente')")]
        );
        assert!(counted.meeting(&[condition("colour = 'red'")]).is_err());
    }

    #[test]
    fn few_protected_cases_are_not_told_in_their_place() {
        let protected = |count: usize, is_own: bool| {
            (0..count).map(move |id| case(id, is_own, true, json!({"department": "LORETO"})))
        };
        let groups = |count: usize, is_own: bool| {
            let open = case(99, false, false, json!({"department": "LORETO"}));
            let counted = CountedCases::of(protected(count, is_own).chain([open]).collect());
            let all: Vec<_> = (0..=count).collect();
            counted.grouped(&all, "department").into_iter().map(|group| (group.value, group.count)).collect::<Vec<_>>()
        };
        let loreto = || Some("LORETO".to_owned());
        assert_eq!(groups(4, false), [(None, 4), (loreto(), 1)]);
        assert_eq!(groups(5, false), [(loreto(), 6)]);
        assert_eq!(groups(4, true), [(loreto(), 5)]);
    }
}
