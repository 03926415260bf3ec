use std::{collections::HashSet, sync::Arc};

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Kinds of facts that schemes ask about.
pub const COUNTED_KINDS: [&str; 8] = ["name", "state", "type", "activity", "class", "scope", "test", "place"];

/// What is known of a case, as far as schemes ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownFact {
    /// Its number.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Whose word its code is.
    pub institution: Option<String>,
    /// What it says.
    pub code: Option<String>,
    /// Of an active state.
    pub phase: Option<String>,
    /// Of a name.
    pub name: Option<String>,
    /// First day on which it holds; `None` of one that always did.
    pub valid_from: Option<Date>,
    /// Last day on which it holds.
    pub valid_to: Option<Date>,
    /// What was recorded first comes first. (Not of the digest: it tells what was recorded in between.)
    #[serde(skip)]
    pub ordinal: i64,
    /// Of a place: not told to all.
    pub is_protected: bool,
    /// Of a place, as others see it.
    pub department: Option<String>,
    /// Of a place, as others see it.
    pub watershed: Option<String>,
    /// Class of its source.
    pub source_class: String,
    /// Where it is from.
    pub source: Option<String>,
    /// Not of a record that was merged into the case.
    pub is_own: bool,
}

impl KnownFact {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A case, as far as schemes ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCase {
    /// Its number.
    pub id: String,
    /// What people call it by.
    pub code: String,
    /// Whose it is.
    pub institution: String,
    /// Whether it is of the viewer's institution.
    pub is_own: bool,
    /// Those of the case itself before those of records merged into it, each in the order they were recorded.
    pub facts: Vec<KnownFact>,
    digest: [u8; 32],
}

impl KnownCase {
    /// Of its facts in any order.
    pub fn new(id: String, code: String, institution: String, is_own: bool, mut facts: Vec<KnownFact>) -> KnownCase {
        facts.sort_by_key(|fact| (!fact.is_own, fact.ordinal));
        let mut digest = Sha256::new();
        digest.update(json!([id, code, institution, facts]).to_string());
        KnownCase { id, code, institution, is_own, facts, digest: digest.finalize().into() }
    }
}

/// Cases that somebody may see, by code.
#[derive(Debug, Default, Clone)]
pub struct KnownCases(Vec<Arc<KnownCase>>);

impl KnownCases {
    /// Of cases in any order.
    pub fn new(cases: impl IntoIterator<Item = Arc<KnownCase>>) -> KnownCases {
        let mut cases: Vec<_> = cases.into_iter().collect();
        cases.sort_by(|a, b| (&a.code, &a.id).cmp(&(&b.code, &b.id)));
        KnownCases(cases)
    }

    /// The same, with those that changed as they are now; one that is not among `now` is no longer seen.
    pub fn with(&self, changed: &HashSet<String>, now: KnownCases) -> KnownCases {
        let same = self.0.iter().filter(|case| !changed.contains(&case.id)).cloned();
        KnownCases::new(same.chain(now.0))
    }

    /// By code.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<KnownCase>> {
        self.0.iter()
    }

    /// Of which data counts are: a digest of all that is known, the same for the same data.
    pub fn revision(&self) -> String {
        let mut digest = Sha256::new();
        for case in &self.0 {
            digest.update(case.digest);
        }
        digest.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &str, code: &str) -> Arc<KnownCase> {
        Arc::new(KnownCase::new(id.into(), code.into(), "onds".into(), true, vec![]))
    }

    #[test]
    fn changed_cases_are_as_they_are_now_and_the_order_stays() {
        let before = KnownCases::new([case("1", "B"), case("2", "A"), case("3", "C")]);
        let changed = HashSet::from(["1".to_owned(), "3".to_owned()]);
        let after = before.with(&changed, KnownCases::new([case("3", "0")]));
        assert_eq!(after.iter().map(|case| case.id.as_str()).collect::<Vec<_>>(), ["3", "2"]);
        assert_ne!(after.revision(), before.revision());
        let again = after.with(&changed, KnownCases::new([case("1", "B"), case("3", "C")]));
        assert_eq!(again.revision(), before.revision());
    }
}
