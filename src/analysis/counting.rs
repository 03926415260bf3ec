//! Counts of cases by schemes: which cases meet all conditions, by what they are grouped, and which condition decides.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use geo::Geometry;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::model::{
    cases::{COMMON, COUNTING_TESTS, CodeMatch, Condition, KnownCase, KnownCases, KnownFact},
    cql2::{Cql2Error, Filter, Property, PropertyKind, Record, Scalar, parse_text},
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
/// Texts of a counted case that conditions may ask about.
const TEXTS: [&str; 15] = [
    "code",
    "institution",
    "name",
    "state",
    "phase",
    "month",
    "department",
    "watershed",
    "scope",
    "class",
    "type",
    "own_type",
    "activity",
    "types",
    "activities",
];
/// Days of a counted case.
const DAYS: [&str; 2] = ["state_since", "started_on"];

/// What institutions call the same.
#[derive(Debug, Default)]
pub struct Crosswalk {
    words: HashMap<(String, String, String, String), String>,
    digest: [u8; 32],
}

impl Crosswalk {
    /// Of its rows.
    pub fn new(matches: Vec<CodeMatch>) -> Crosswalk {
        let digest = Sha256::digest(json!(matches).to_string()).into();
        let row = |own: CodeMatch| ((own.institution, own.list, own.code, own.to_institution), own.to_code);
        Crosswalk { words: matches.into_iter().map(row).collect(), digest }
    }

    /// Of which data a count is that was made with these words: the same for the same data and words.
    pub fn revision_with(&self, known: &str) -> String {
        let digest = Sha256::new().chain_update(self.digest).chain_update(known).finalize();
        digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The word of an institution for what a fact says; `None` where it has none.
    fn word<'a>(&'a self, fact: &'a KnownFact, wanted: &str) -> Option<&'a str> {
        let (institution, code) = (fact.institution.as_deref()?, fact.code.as_deref()?);
        if institution == wanted {
            return Some(code);
        }
        let key = (institution.to_owned(), fact.kind.clone(), code.to_owned(), wanted.to_owned());
        self.words.get(&key).map(String::as_str)
    }
}

/// When one counts, by what, and in whose words.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    /// Day in the world.
    pub day: Date,
    /// Classes of sources whose facts count.
    pub source_classes: &'a [String],
    /// Institution whose words types are told in.
    pub words_of: &'a str,
}

/// A case as it was on a day.
#[derive(Debug, Clone)]
pub struct CountedCase {
    known: Arc<KnownCase>,
    is_protected: bool,
    texts: [Option<Box<str>>; TEXTS.len()],
    days: [Option<Date>; DAYS.len()],
    tests: [bool; COUNTING_TESTS.len()],
}

impl CountedCase {
    /// The case by the facts that count; `None` of one that had no state yet.
    fn of(known: &Arc<KnownCase>, counting: Counting<'_>, crosswalk: &Crosswalk) -> Option<CountedCase> {
        let facts = counted_facts(known, counting);
        let of_kind = |kind: &'static str| facts.iter().copied().filter(move |fact| fact.kind == kind);
        let latest = |kind: &'static str| {
            of_kind(kind)
                .filter(move |fact| kind != "class" || fact.institution.as_deref() == Some("onds"))
                .max_by_key(by_latest)
        };
        let state = latest("state")?;
        let started_on = of_kind("state").filter_map(|fact| fact.valid_from).min();
        // (Places come the most exact one first.)
        let place = of_kind("place").next();
        // Of several words that institution's own comes first, then what was recorded first.
        let word = |kind, wanted: &str| {
            let own = |fact: &&KnownFact| (!fact.is_own, fact.institution.as_deref() != Some(wanted));
            let having = of_kind(kind).filter(|fact| crosswalk.word(fact, wanted).is_some());
            having.min_by_key(own).and_then(|fact| crosswalk.word(fact, wanted)).map(str::to_owned)
        };
        let all = |kind| {
            let words: BTreeSet<&str> = of_kind(kind).filter_map(|fact| crosswalk.word(fact, COMMON)).collect();
            (!words.is_empty()).then(|| words.into_iter().collect::<Vec<_>>().join(" "))
        };
        let text = |field: &str| -> Option<String> {
            match field {
                "code" => Some(known.code.clone()),
                "institution" => Some(known.institution.clone()),
                "name" => of_kind("name").next()?.name.clone(),
                "state" => state.code.clone(),
                "phase" => state.phase.clone(),
                "month" => started_on.map(|day| day.strftime("%Y-%m").to_string()),
                "department" => place?.department.clone(),
                "watershed" => place?.watershed.clone(),
                "scope" => of_kind("scope").next()?.code.clone(),
                "class" => latest("class")?.code.clone(),
                "type" => word("type", COMMON),
                "own_type" => word("type", counting.words_of),
                "activity" => word("activity", COMMON),
                "types" => all("type"),
                "activities" => all("activity"),
                _ => None,
            }
        };
        Some(CountedCase {
            texts: TEXTS.map(|field| text(field).map(String::into_boxed_str)),
            days: [state.valid_from, started_on],
            tests: COUNTING_TESTS.map(|test| of_kind("test").any(|fact| fact.code.as_deref() == Some(test))),
            is_protected: place.is_some_and(|place| place.is_protected),
            known: Arc::clone(known),
        })
    }

    /// Its number.
    pub fn id(&self) -> &str {
        &self.known.id
    }

    /// What it was then, by the name of a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.texts[TEXTS.iter().position(|own| *own == field)?].as_deref()
    }

    /// When its state began, as far as is known.
    pub fn state_since(&self) -> Option<Date> {
        self.days[0]
    }

    /// When its first state began, as far as is known.
    pub fn started_on(&self) -> Option<Date> {
        self.days[1]
    }
}

/// Texts, then days, then tests, as [`CountedCases::fields`].
impl Record for CountedCase {
    fn value(&self, position: usize) -> Scalar<'_> {
        let (days, tests) = (TEXTS.len(), TEXTS.len() + DAYS.len());
        if position < days {
            self.texts[position].as_deref().map_or(Scalar::Null, |text| Scalar::Text(text.into()))
        } else if position < tests {
            self.days[position - days].map_or(Scalar::Null, Scalar::Date)
        } else {
            Scalar::Boolean(self.tests[position - tests])
        }
    }

    fn geometry(&self) -> Option<&Geometry<f64>> {
        None
    }
}

/// The facts of a case that count, in their order.
fn counted_facts<'a>(known: &'a KnownCase, counting: Counting<'_>) -> Vec<&'a KnownFact> {
    let counts =
        |fact: &&KnownFact| fact.holds_on(counting.day) && counting.source_classes.contains(&fact.source_class);
    known.facts.iter().filter(counts).collect()
}

/// Greatest of what holds: of the case itself, the latest day, recorded last.
fn by_latest(fact: &&KnownFact) -> (bool, Option<Date>, i64) {
    (fact.is_own, fact.valid_from, fact.ordinal)
}

/// Whether a condition can be asked.
///
/// # Errors
/// [`Cql2Error`] where it cannot.
pub fn check_condition(filter: &str) -> Result<(), Cql2Error> {
    compile(filter).map(drop)
}

fn compile(filter: &str) -> Result<Filter, Cql2Error> {
    let kinds =
        [(&TEXTS[..], PropertyKind::Text), (&DAYS, PropertyKind::Time), (&COUNTING_TESTS, PropertyKind::Boolean)];
    let properties: Vec<_> =
        kinds.into_iter().flat_map(|(names, kind)| names.iter().map(move |name| Property { name, kind })).collect();
    Filter::compile(&parse_text(filter)?, &properties)
}

/// Cases as they were on a day, of which conditions can be asked.
#[derive(Debug)]
pub struct CountedCases {
    cases: Vec<CountedCase>,
}

/// How many cases have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseGroup {
    /// What they have in common; `None` of those without, and of those whose place is not told.
    pub value: Option<String>,
    /// How many they are.
    pub count: usize,
}

/// A fact that decides whether a case counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidingFact {
    /// Its number.
    pub id: String,
    /// What it says.
    pub code: Option<String>,
    /// Since when.
    pub valid_from: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
}

impl CountedCases {
    /// Known cases as they were on a day, in their order: those that had a state.
    pub fn of(known: &KnownCases, counting: Counting<'_>, crosswalk: &Crosswalk) -> CountedCases {
        CountedCases { cases: known.iter().filter_map(|case| CountedCase::of(case, counting, crosswalk)).collect() }
    }

    /// Names of the fields that conditions may ask about.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        TEXTS.into_iter().chain(DAYS).chain(COUNTING_TESTS)
    }

    /// The cases that meet all conditions, by their place in the order.
    ///
    /// # Errors
    /// [`Cql2Error`] of a condition that cannot be asked.
    pub fn meeting(&self, conditions: &[Condition]) -> Result<Vec<usize>, Cql2Error> {
        let filters: Vec<_> = conditions.iter().map(|own| compile(&own.filter)).collect::<Result<_, _>>()?;
        let meets = |case: &CountedCase| filters.iter().all(|filter| filter.passes(case));
        Ok(self.places().filter(|place| meets(&self.cases[*place])).collect())
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
        let filters: Vec<_> = conditions.iter().map(|own| compile(&own.filter)).collect::<Result<_, _>>()?;
        let first = |place: usize| {
            let mut with_filters = conditions.iter().zip(&filters);
            with_filters.find(|(_, filter)| !filter.passes(&self.cases[place])).map(|(condition, _)| condition)
        };
        Ok(places.iter().filter_map(|place| Some((*place, first(*place)?))).collect())
    }

    /// The facts of a kind by which a case counts or does not, the latest first.
    pub fn deciding_facts(&self, place: usize, counting: Counting<'_>, kind: &str) -> Vec<DecidingFact> {
        let mut facts = counted_facts(&self.cases[place].known, counting);
        facts.retain(|fact| fact.kind == kind);
        facts.sort_by_key(|fact| std::cmp::Reverse(by_latest(fact)));
        let told = facts.into_iter().map(|fact| DecidingFact {
            id: fact.id.clone(),
            code: fact.code.clone(),
            valid_from: fact.valid_from.map(|day| day.to_string()),
            source: fact.source.clone(),
        });
        told.collect()
    }

    /// All places in the order.
    pub fn places(&self) -> std::ops::Range<usize> {
        0..self.cases.len()
    }

    /// A case.
    pub fn case(&self, place: usize) -> &CountedCase {
        &self.cases[place]
    }

    /// How many of some cases have which value. Of others' institutions protected cases are told in a place only where there are
    /// enough of them; else they are among those without.
    pub fn grouped(&self, places: &[usize], by: &str) -> Vec<CaseGroup> {
        let groups = self.groups(places, by).into_iter();
        let mut groups: Vec<_> = groups.map(|(value, own)| CaseGroup { value, count: own.len() }).collect();
        groups.sort_by(|one, other| other.count.cmp(&one.count).then(one.value.cmp(&other.value)));
        groups
    }

    /// Which of some cases have a value, by the same rule.
    pub fn group(&self, places: &[usize], by: &str, value: Option<&str>) -> Vec<usize> {
        self.groups(places, by).remove(&value.map(str::to_owned)).unwrap_or_default()
    }

    fn groups(&self, places: &[usize], by: &str) -> BTreeMap<Option<String>, Vec<usize>> {
        let is_hidden_in_few = |case: &CountedCase| PLACES.contains(&by) && case.is_protected && !case.known.is_own;
        let mut groups: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
        let mut hidden: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
        for place in places {
            let case = &self.cases[*place];
            let into = if is_hidden_in_few(case) { &mut hidden } else { &mut groups };
            into.entry(case.text(by).map(str::to_owned)).or_default().push(*place);
        }
        for (value, own) in hidden {
            groups.entry(value.filter(|_| own.len() >= ENOUGH)).or_default().extend(own);
        }
        for own in groups.values_mut() {
            own.sort_unstable();
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(kind: &str, code: &str) -> KnownFact {
        KnownFact {
            id: format!("{kind} {code}"),
            kind: kind.into(),
            institution: None,
            code: Some(code.into()),
            phase: None,
            name: None,
            valid_from: None,
            valid_to: None,
            ordinal: 0,
            is_protected: false,
            department: None,
            watershed: None,
            source_class: "public".into(),
            source: None,
            is_own: true,
        }
    }

    fn word(kind: &str, institution: &str, code: &str) -> KnownFact {
        KnownFact { institution: Some(institution.into()), ..fact(kind, code) }
    }

    fn counted(cases: impl IntoIterator<Item = (bool, Vec<KnownFact>)>) -> CountedCases {
        let known = (0..).zip(cases).map(|(id, (is_own, facts))| {
            Arc::new(KnownCase::new(format!("{id:03}"), format!("{id:03}"), "onds".into(), is_own, facts))
        });
        let crosswalk = Crosswalk::new(vec![CodeMatch {
            institution: "ana".into(),
            list: "type".into(),
            code: "acceso".into(),
            to_institution: "defensoria".into(),
            to_code: "socioambiental".into(),
            relation: "broader".into(),
            version: 1,
        }]);
        CountedCases::of(&KnownCases::new(known), counting(), &crosswalk)
    }

    fn counting() -> Counting<'static> {
        static CLASSES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| vec!["public".into()]);
        Counting { day: jiff::civil::date(2020, 6, 15), source_classes: &CLASSES, words_of: "ana" }
    }

    fn condition(filter: &str) -> Condition {
        Condition { filter: filter.into(), kind: "state".into(), es: filter.into(), en: filter.into() }
    }

    #[test]
    fn cases_meet_conditions_and_the_first_that_fails_decides() {
        let violent = || fact("test", "may_turn_violent");
        let counted = counted([
            (true, vec![fact("state", "activo"), violent()]),
            (true, vec![fact("state", "latente"), violent()]),
            (true, vec![fact("state", "activo")]),
            (true, vec![fact("state", "resuelto")]),
            (true, vec![violent()]),
        ]);
        assert_eq!(counted.places(), 0..4);
        let conditions = [condition("state IN ('activo', 'latente')"), condition("may_turn_violent = TRUE")];
        assert_eq!(counted.meeting(&conditions).expect("sound"), [0, 1]);
        let deciding = counted.deciding(&[2, 3], &conditions).expect("sound");
        assert_eq!(
            deciding.iter().map(|(place, own)| (*place, own.es.as_str())).collect::<Vec<_>>(),
            [(2, "may_turn_violent = TRUE"), (3, "state IN ('activo', 'latente')")]
        );
        assert_eq!(counted.deciding_facts(3, counting(), "state")[0].id, "state resuelto");
        assert!(check_condition("colour = 'red'").is_err());
        assert!(check_condition("started_on < DATE('2020-01-01') AND about_water").is_ok());
    }

    #[test]
    fn a_case_is_what_it_was_on_the_day_by_the_facts_that_count() {
        let on = |code: &str, month: i8| KnownFact {
            valid_from: Some(jiff::civil::date(2020, month, 1)),
            ..fact("state", code)
        };
        let reserved = KnownFact { source_class: "reserved".into(), ..on("resuelto", 6) };
        let merged = KnownFact { is_own: false, ..on("retirado", 6) };
        let facts = vec![
            on("latente", 2),
            on("activo", 4),
            on("resuelto", 7),
            reserved,
            word("type", "ana", "acceso"),
            word("type", "defensoria", "laboral"),
            merged,
        ];
        let counted = counted([(true, facts)]);
        let case = counted.case(0);
        let told = ["state", "month", "type", "own_type", "types", "department"].map(|field| case.text(field));
        assert_eq!(
            told,
            [Some("activo"), Some("2020-02"), Some("laboral"), Some("acceso"), Some("laboral socioambiental"), None]
        );
        assert_eq!(case.started_on(), Some(jiff::civil::date(2020, 2, 1)));
    }

    #[test]
    fn few_protected_cases_are_not_told_in_their_place() {
        let place = |is_protected| KnownFact { department: Some("LORETO".into()), is_protected, ..fact("place", "") };
        let groups = |count: usize, is_own: bool| {
            let protected = (0..count).map(|_| (is_own, vec![fact("state", "activo"), place(true)]));
            let open = (false, vec![fact("state", "activo"), place(false)]);
            let counted = counted(protected.chain([open]));
            let all: Vec<_> = counted.places().collect();
            counted.grouped(&all, "department").into_iter().map(|group| (group.value, group.count)).collect::<Vec<_>>()
        };
        let loreto = || Some("LORETO".to_owned());
        assert_eq!(groups(4, false), [(None, 4), (loreto(), 1)]);
        assert_eq!(groups(5, false), [(loreto(), 6)]);
        assert_eq!(groups(4, true), [(loreto(), 5)]);
    }
}
