use geo::Geometry;
use serde::{Deserialize, Serialize};

use super::{
    FactKinds, ListedCode, Wrong,
    check::{unknown, unmet},
};
use crate::model::{
    DEPARTMENTS,
    cql2::{Cql2Error, Filter, Property, PropertyKind, Record, Scalar, parse_text},
};

/// Wrong codes of a condition that are told, at most.
const MOST_TOLD: usize = 5;

/// In whose words types and activities are told to all.
pub const COMMON: &str = "defensoria";

/// Kinds of events that are acts of protest, in the words of the Ombudsman's Office.
pub const PROTEST_ACTS: [&str; 7] =
    ["marcha", "planton", "concentracion", "bloqueo", "paro", "huelga", "enfrentamiento"];

/// Tests for counting, which are fields of the counted cases.
pub const COUNTING_TESTS: [&str; 6] = [
    "threatens_governability",
    "needs_the_state",
    "may_turn_violent",
    "environmental",
    "about_water",
    "has_commitments",
];

/// What must hold for a case to count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// CQL2 text on the fields of the counted cases.
    #[serde(rename = "where")]
    pub filter: String,
    /// Kind of the facts that decide it.
    pub kind: String,
    /// What it says, in Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}

/// Which cases an institution counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scheme {
    /// Its name.
    pub id: String,
    /// Grows with every change.
    pub version: i32,
    /// Whose it is.
    pub institution: String,
    /// What people call it, in Spanish.
    pub title_es: String,
    /// In English.
    pub title_en: String,
    /// Which cases it counts, in Spanish.
    pub definition_es: String,
    /// In English.
    pub definition_en: String,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Classes of sources whose facts it uses.
    pub source_classes: Vec<String>,
}

impl Condition {
    /// Codes that the condition asks for and nobody has, so that it would never hold, or always: each with those there are.
    ///
    /// # Errors
    /// [`Cql2Error`] where it cannot be read.
    pub fn unknown_codes(
        &self,
        member: &str,
        institution: &str,
        lists: &[ListedCode],
    ) -> Result<Vec<Wrong>, Cql2Error> {
        let expression = parse_text(&self.filter)?;
        let choices = |kind: &str| FactKinds::built_in().kind(kind).map_or(&[][..], |kind| &kind.choices);
        let listed = |list: &str, own: &str| {
            let codes = lists.iter().filter(|code| code.list == list && code.institution == own);
            codes.map(|code| code.code.as_str()).collect::<Vec<_>>()
        };
        let known_of = |field: &str| -> Option<Vec<&str>> {
            Some(match field {
                "state" | "scope" => choices(field).iter().map(|code| code.code.as_str()).collect(),
                "phase" => FactKinds::built_in().field("phase").choices.iter().map(|code| code.code.as_str()).collect(),
                "type" | "activity" => listed(field, COMMON),
                "types" => listed("type", COMMON),
                "activities" => listed("activity", COMMON),
                "own_type" => listed("type", institution),
                "class" => listed("class", "onds"),
                "department" => DEPARTMENTS.to_vec(),
                _ => return None,
            })
        };
        let texts = expression.texts_of_properties();
        let named = texts.iter().filter_map(|(field, text)| {
            let known = known_of(field)?;
            (!known.contains(text)).then(|| unknown(member, text, known.into_iter()))
        });
        let named: Vec<Wrong> = named.take(MOST_TOLD).collect();
        if !named.is_empty() {
            return Ok(named);
        }
        // A pattern, a range or a text in other letters is right where some code meets it.
        let mut wrong = vec![];
        for (field, text, test) in expression.tests_of_properties() {
            let Some(known) = known_of(field).filter(|_| !texts.contains(&(field, text))) else { continue };
            let asked = Filter::compile(test, &[Property { name: field, kind: PropertyKind::Text }])?;
            // (Of fields with several codes, those stand beside one another.)
            let all = known.join(" ");
            let is_met = known.iter().copied().chain([all.as_str()]).any(|code| asked.passes(&OneText(code)));
            if !is_met {
                wrong.push(unmet(member, text, known.into_iter()));
            }
        }
        wrong.truncate(MOST_TOLD);
        Ok(wrong)
    }
}

/// A code, asked as if it were a case of which nothing else is known.
struct OneText<'a>(&'a str);

impl Record for OneText<'_> {
    fn value(&self, _: usize) -> Scalar<'_> {
        Scalar::Text(self.0.into())
    }

    fn geometry(&self) -> Option<&Geometry<f64>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_no_code_meets_are_told() {
        let code = |list: &str, code: &str| ListedCode {
            institution: COMMON.into(),
            list: list.into(),
            code: code.into(),
            title_es: code.into(),
            title_en: code.into(),
            retired: false,
            version: 1,
        };
        let lists = [code("activity", "mineria"), code("activity", "energia")];
        let wrong = |filter: &str| {
            let condition =
                Condition { filter: filter.into(), kind: "state".into(), es: String::new(), en: String::new() };
            condition.unknown_codes("where", COMMON, &lists).expect("it can be read").len()
        };
        for met in [
            "state = 'activo'",
            "state LIKE 'act%'",
            "CASEI(state) = CASEI('ACTIVO')",
            "state BETWEEN 'a' AND 'b'",
            "activities LIKE '%mineria%' OR activities LIKE '%energia%'",
            "NOT (state LIKE 'res%') AND state_since > DATE('2026-01-01')",
            "may_turn_violent = TRUE",
            "name LIKE '%zzz%'",
        ] {
            assert_eq!(wrong(met), 0, "{met}");
        }
        for unmet in [
            "state = 'activa'",
            "state <> 'activa'",
            "state LIKE 'actx%'",
            "CASEI(state) = CASEI('ACTIVA')",
            "ACCENTI(department) = ACCENTI('Cuzco')",
            "state BETWEEN 'x' AND 'z'",
            "activities LIKE '%minerria%'",
            "state = 'activo' AND NOT (phase LIKE 'dialogx%')",
        ] {
            assert_eq!(wrong(unmet), 1, "{unmet}");
        }
    }
}
