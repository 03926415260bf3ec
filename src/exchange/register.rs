//! Registers of cases as institutions keep them in spreadsheets: rows in the fields of the layer of conflicts, each a case.

use std::path::Path;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::{
    exchange::{
        ExchangeError, ReadOptions, Row, SourceSummary,
        reading::{Read, Reading},
        wkb_walk::read_wkb,
    },
    model::{Layer, RowNote, Value},
};

/// Rows of a register, at most.
const MOST_ROWS: usize = 10_000;

/// Bytes of a row's digest: of some ten thousand rows no two share them by chance.
const MARK_BYTES: usize = 8;

/// Code of the test that violence was feared, which a row tells by that there was some.
const VIOLENCE: &str = "may_turn_violent";

/// A register as it was read.
#[derive(Debug)]
pub struct Register {
    /// What is known of the file.
    pub summary: SourceSummary,
    /// The cases.
    pub cases: Vec<RegisterCase>,
    /// Rows that no case can be made of, and what was done to others.
    pub rejected: Vec<RowNote>,
    /// What was changed on the way, row by row.
    pub notes: Vec<RowNote>,
    /// Rows whose state has no day of its own, and holds from that of the list.
    pub undated: usize,
}

/// A row of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterCase {
    /// Row in the file, from 1.
    pub row: u64,
    /// Digest of all that the row says, hexadecimal: the same row of another file has the same.
    pub mark: String,
    /// Its name.
    pub name: String,
    /// The code it bears.
    pub code: Option<String>,
    /// What it says, as facts that are still to be checked.
    pub facts: Vec<Map<String, Json>>,
}

/// What is said of all rows.
#[derive(Debug, Clone)]
pub struct RegisterDefaults {
    /// From which day a state holds that has no day of its own.
    pub valid_from: String,
    /// Class of the source.
    pub source_class: String,
    /// The source.
    pub source: String,
    /// Tests for counting that all of its cases meet, by their codes.
    pub tests: Vec<String>,
}

/// Reads a register off the async threads.
///
/// # Errors
/// [`ExchangeError`].
pub async fn read_register(
    path: &Path,
    options: &ReadOptions,
    defaults: &RegisterDefaults,
) -> Result<Register, ExchangeError> {
    let (mut reading, summary, _) = Reading::start(path, options).await?;
    let mut register = Register { summary, cases: vec![], rejected: vec![], notes: vec![], undated: 0 };
    while let Read::Rows(rows) = reading.next().await? {
        for row in rows {
            match row {
                Row::Rejected(note, _) => register.rejected.push(note),
                Row::Feature(feature, notes) => {
                    let place =
                        feature.geometry_wkb.as_deref().and_then(|wkb| read_wkb(wkb).ok()?.points.first().copied());
                    let values = RegisterRow { layer: options.layer, values: &feature.values };
                    let name = values.text("name").unwrap_or_default();
                    let note = |note: String| RowNote { row: feature.row, feature: name.clone(), note, place: None };
                    if let (Some(began), Some(ended)) = (values.text("started_on"), values.text("ended_on"))
                        && ended < began
                    {
                        register.rejected.push(note(format!("it ended on {ended}, before it began on {began}")));
                        continue;
                    }
                    if values.get("state").is_some() && values.get(values.day_of_state()).is_none() {
                        register.undated += 1;
                    }
                    let untaken = untaken(&feature.source_record, &notes, &register.summary);
                    let has_lost_day = notes.iter().any(|note| is_left_empty(&note.note, values.day_of_state()));
                    register.notes.extend(notes);
                    if has_lost_day && values.get("state").is_some() {
                        let day = &defaults.valid_from;
                        register.notes.push(note(format!("its state holds from {day}, the day of the list")));
                    }
                    let mark = Sha256::digest(&feature.source_record);
                    let mark = mark.iter().take(MARK_BYTES).map(|byte| format!("{byte:02X}")).collect();
                    register.cases.push(values.case((feature.row, mark), place, untaken, defaults));
                }
            }
        }
        if register.cases.len() + register.rejected.len() > MOST_ROWS {
            return Err(ExchangeError::Told {
                reason: format!("a register has {MOST_ROWS} rows at most; send it in pieces"),
                columns: vec![],
            });
        }
    }
    Ok(register)
}

/// What a row says that no field takes: columns that are not used, and values that could not be read. Nothing of it is lost.
fn untaken(record: &str, notes: &[RowNote], summary: &SourceSummary) -> Option<String> {
    let record: Map<String, Json> = serde_json::from_str(record).ok()?;
    let is_unread = |column: &str| {
        let field = summary.used_columns.iter().find(|(_, own)| own == column).map(|(field, _)| field.as_str());
        field.is_some_and(|field| notes.iter().any(|note| is_left_empty(&note.note, field)))
    };
    let is_meant = |column: &String| summary.ignored_columns.contains(column) || is_unread(column);
    let told = record.iter().filter(|(column, _)| is_meant(column)).filter_map(|(column, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = value.trim();
        (!value.is_empty() && value != "null").then(|| format!("{column}: {value}"))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| format!("Según la fuente: {}", told.join("; ")))
}

/// Whether a note says that the value of a field could not be read.
fn is_left_empty(note: &str, field: &str) -> bool {
    note.strip_prefix(field).is_some_and(|rest| rest.starts_with(':')) && note.ends_with("left empty")
}

/// A row in the fields of the layer of conflicts.
struct RegisterRow<'a> {
    layer: &'static Layer,
    values: &'a [Value],
}

impl RegisterRow<'_> {
    fn get(&self, field: &str) -> Option<Json> {
        let place = self.layer.fields.iter().position(|own| own.name == field)?;
        match &self.values[place] {
            Value::Null => None,
            Value::Text(text) => Some(text.to_string().into()),
            Value::Boolean(truth) => Some((*truth).into()),
            Value::Date(day) => Some(day.to_string().into()),
            Value::Integer(number) => Some((*number).into()),
            Value::Real(number) => Some((*number).into()),
        }
    }

    fn text(&self, field: &str) -> Option<String> {
        self.get(field).and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Whether the case is over.
    fn has_ended(&self) -> bool {
        matches!(self.text("state").as_deref(), Some("resuelto" | "retirado"))
    }

    /// The field of the day on which its state began.
    fn day_of_state(&self) -> &'static str {
        if self.has_ended() { "ended_on" } else { "started_on" }
    }

    fn case(
        &self,
        (row, mark): (u64, String),
        place: Option<[f64; 2]>,
        untaken: Option<String>,
        defaults: &RegisterDefaults,
    ) -> RegisterCase {
        let mut facts: Vec<Map<String, Json>> = vec![];
        let mut fact = |kind: &str, members: &[(&str, Option<Json>)]| {
            let mut fact = Map::new();
            fact.insert("kind".into(), kind.into());
            fact.insert("source_class".into(), defaults.source_class.as_str().into());
            fact.insert("source".into(), defaults.source.as_str().into());
            for (name, value) in members {
                if let Some(value) = value {
                    fact.insert((*name).to_owned(), value.clone());
                }
            }
            facts.push(fact);
        };
        fact("name", &[("name", self.get("name"))]);
        let own = self.text("description");
        // A day that no state begins on is kept in words.
        let (unused, title) = if self.has_ended() { ("started_on", "inicio") } else { ("ended_on", "fin") };
        let day = self.text(unused).map(|day| format!("Según la fuente: {title}: {day}"));
        let parts: Vec<String> = own.into_iter().chain(day).chain(untaken).collect();
        if !parts.is_empty() {
            fact("description", &[("text", Some(parts.join("\n").into()))]);
        }
        if let Some(value) = self.get("scope") {
            fact("scope", &[("code", Some(value))]);
        }
        if let Some(state) = self.get("state") {
            let day = self.get(self.day_of_state()).unwrap_or_else(|| defaults.valid_from.as_str().into());
            fact("state", &[("code", Some(state)), ("phase", self.get("phase")), ("valid_from", Some(day))]);
        }
        for field in ["type", "activity"] {
            if let Some(code) = self.get(field) {
                fact(field, &[("institution", Some("defensoria".into())), ("code", Some(code))]);
            }
        }
        if let Some(company) = self.get("company") {
            fact(
                "actor",
                &[("name", Some(company)), ("role", Some("primary".into())), ("side", Some("company".into()))],
            );
        }
        if let Some(authority) =
            self.get("competent_authority").and_then(|code| Some(self.title("competent_authority", code.as_str()?)))
        {
            fact("sector", &[("organisation", Some(authority.into())), ("text", Some("Autoridad competente".into()))]);
        }
        let has_violence = self.get("violence_recorded") == Some(json!(true));
        if has_violence {
            fact("test", &[("code", Some(VIOLENCE.into())), ("text", Some("Hubo hechos de violencia.".into()))]);
        }
        for test in defaults.tests.iter().filter(|test| !(has_violence && *test == VIOLENCE)) {
            fact("test", &[("code", Some(test.as_str().into()))]);
        }
        if place.is_some() || self.get("department").is_some() || self.get("ubigeo").is_some() {
            let precision = self.get("location_precision").filter(|precision| precision != "no_indicada");
            fact(
                "place",
                &[
                    ("longitude", place.map(|place| place[0].into())),
                    ("latitude", place.map(|place| place[1].into())),
                    ("precision", precision),
                    ("protection", Some("public".into())),
                    ("ubigeo", self.get("ubigeo")),
                    ("department", self.get("department")),
                    ("province", self.get("province")),
                    ("district", self.get("district")),
                ],
            );
        }
        RegisterCase { row, mark, name: self.text("name").unwrap_or_default(), code: self.text("code"), facts }
    }

    /// What people call a code of a field.
    fn title(&self, field: &str, code: &str) -> String {
        let field = self.layer.fields.iter().find(|own| own.name == field);
        let found = field.and_then(|field| field.codes.iter().find(|own| own.code == code));
        found.map_or_else(|| code.to_owned(), |own| own.es.clone())
    }
}
