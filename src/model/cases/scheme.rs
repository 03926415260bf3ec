use serde::{Deserialize, Serialize};

use super::{FactKinds, ListedCode, Wrong, check::unknown};
use crate::model::{
    DEPARTMENTS,
    cql2::{Cql2Error, parse_text},
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
        let found = expression.texts_of_properties().into_iter().filter_map(|(field, text)| {
            let known: Vec<&str> = match field {
                "state" | "scope" => choices(field).iter().map(|code| code.code.as_str()).collect(),
                "phase" => FactKinds::built_in().field("phase").choices.iter().map(|code| code.code.as_str()).collect(),
                "type" | "activity" => listed(field, COMMON),
                "types" => listed("type", COMMON),
                "activities" => listed("activity", COMMON),
                "own_type" => listed("type", institution),
                "class" => listed("class", "onds"),
                "department" => DEPARTMENTS.to_vec(),
                _ => return None,
            };
            (!known.contains(&text)).then(|| unknown(member, text, known.into_iter()))
        });
        Ok(found.take(MOST_TOLD).collect())
    }
}
