use serde::{Deserialize, Serialize};

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
