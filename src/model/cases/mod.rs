//! What can be known of a case: kinds of facts, and what each says.

mod check;
mod happened;
mod known;
mod scheme;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::model::{Code, Text};

pub use check::{CheckedFact, SOURCE_CLASSES, Wrong};
pub use happened::Happened;
pub use known::{COUNTED_KINDS, KnownCase, KnownCases, KnownFact};
pub use scheme::{COMMON, COUNTING_TESTS, Condition, PROTEST_ACTS, Scheme};

/// A code of an institution's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedCode {
    /// Whose list.
    pub institution: String,
    /// Which one; that of a kind of facts bears the name of the kind.
    pub list: String,
    /// What is stored.
    pub code: String,
    /// Spanish label.
    pub title_es: String,
    /// English label.
    pub title_en: String,
    /// No longer taken for new facts.
    pub retired: bool,
    /// Grows with every change of the code.
    pub version: i32,
}

/// What another institution calls the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeMatch {
    /// Whose code.
    pub institution: String,
    /// Of which list.
    pub list: String,
    /// The code.
    pub code: String,
    /// Which other institution.
    pub to_institution: String,
    /// What it calls it, in its list of the same name.
    pub to_code: String,
    /// `exact`, `broader` or `narrower`: whether the other word means the same, more, or less.
    pub relation: String,
    /// Grows with every change.
    #[serde(default)]
    pub version: i32,
}

/// What a field of a fact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactFieldType {
    /// Some words.
    Line,
    /// Some paragraphs.
    Text,
    /// A code: of the kind's choices, or of its list of an institution.
    Code,
    /// One of the field's choices.
    Choice,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A whole number from 0.
    Count,
    /// Degrees (WGS 84).
    Degrees,
    /// A UBIGEO of 2, 4 or 6 digits.
    Ubigeo,
    /// Name of a department, in whatever letters.
    Department,
    /// An institution's name in tables.
    Institution,
    /// A layer's name.
    Layer,
}

/// A field that facts have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactField {
    /// Name in JSON and tables.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FactFieldType,
    /// What may be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Code>,
}

/// A kind of facts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactKind {
    /// Name in JSON and tables.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// A case has one at most.
    #[serde(default)]
    pub single: bool,
    /// Its code is one of the list of its name of an institution.
    #[serde(default)]
    pub is_listed: bool,
    /// Names of its fields; those that are needed end in `*`.
    pub fields: Vec<String>,
    /// Codes, where they are the same for all institutions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Code>,
}

/// All kinds of facts, and the fields they have.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactKinds {
    /// Fields.
    #[serde(rename(deserialize = "field"))]
    pub fields: Vec<FactField>,
    /// Kinds.
    #[serde(rename(deserialize = "kind"))]
    pub kinds: Vec<FactKind>,
}

static KINDS: LazyLock<FactKinds> =
    LazyLock::new(|| toml::from_str(include_str!("kinds.toml")).expect("a test reads the kinds"));

impl FactKinds {
    /// Those of this program.
    pub fn built_in() -> &'static FactKinds {
        &KINDS
    }

    /// The kind of a name.
    pub fn kind(&self, id: &str) -> Option<&FactKind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }

    /// The field of a name, one of those that kinds have.
    ///
    /// # Panics
    /// Where there is none.
    pub fn field(&self, name: &str) -> &FactField {
        self.fields.iter().find(|field| field.name == name).expect("a test looks for every field")
    }
}

impl FactKind {
    /// Its fields, and whether each is needed.
    pub fn uses(&self) -> impl Iterator<Item = (&'static FactField, bool)> + Clone {
        self.fields.iter().map(|name| match name.strip_suffix('*') {
            Some(name) => (KINDS.field(name), true),
            None => (KINDS.field(name), false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_can_be_read_and_name_fields_there_are() {
        let kinds = FactKinds::built_in();
        for kind in &kinds.kinds {
            assert!(kind.uses().count() > 0, "{}", kind.id);
            let has_code = kind.uses().any(|(field, _)| field.kind == FactFieldType::Code);
            assert_eq!(has_code, kind.is_listed || !kind.choices.is_empty(), "{}", kind.id);
        }
    }
}
