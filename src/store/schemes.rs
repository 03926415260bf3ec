//! What schemes count: cases as they were on a day, and events in a time.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use serde_json::Map;

use crate::{
    model::cases::{COUNTING_TESTS, CountedCase, Scheme},
    store::{CaseError, CaseViewer, Store, StoreError},
};

/// Events of a kind, and whom they hurt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventCount {
    /// Kind, in the words of the Ombudsman's Office where it has one.
    pub code: String,
    /// Events.
    pub count: i64,
    /// Dead among state forces.
    pub dead_state: i64,
    /// Dead civilians.
    pub dead_civilian: i64,
    /// Injured among state forces.
    pub injured_state: i64,
    /// Injured civilians.
    pub injured_civilian: i64,
}

/// A fact that decides whether a case counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidingFact {
    /// Of which case.
    #[serde(skip)]
    pub case: String,
    /// Its number.
    pub id: String,
    /// What it says.
    pub code: Option<String>,
    /// Since when.
    pub valid_from: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
}

/// When one looks, and by what.
#[derive(Debug, Clone, Copy)]
pub struct CountMoment<'a> {
    /// Day in the world.
    pub as_of: Date,
    /// What was known at a time; `None` for now.
    pub as_known: Option<Timestamp>,
    /// Classes of sources whose facts count.
    pub source_classes: &'a [String],
}

impl CountMoment<'_> {
    fn known(&self) -> Option<String> {
        self.as_known.map(|time| time.to_string())
    }
}

impl Store {
    /// Schemes as they are now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn schemes(&self) -> Result<Vec<Scheme>, StoreError> {
        let rows = sqlx::query_file!("src/store/queries/read_schemes.sql").fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|row| {
                let conditions = serde_json::from_value(row.conditions);
                Ok(Scheme {
                    id: row.id,
                    version: row.version,
                    institution: row.institution,
                    title_es: row.title_es,
                    title_en: row.title_en,
                    definition_es: row.definition_es,
                    definition_en: row.definition_en,
                    conditions: conditions.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                    source_classes: row.source_classes,
                })
            })
            .collect()
    }

    /// How far the register is: at one position, counts are the same.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn case_position(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_file_scalar!("src/store/queries/read_case_position.sql").fetch_one(&self.pool).await?)
    }

    /// Cases as they were at a moment, with types in the words of an institution, by code.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn counted_cases(
        &self,
        viewer: CaseViewer<'_>,
        moment: CountMoment<'_>,
        words_of: &str,
    ) -> Result<Vec<CountedCase>, CaseError> {
        let (day, known) = (moment.as_of.to_string(), moment.known());
        self.look(viewer, async |connection| {
            // All facts are gathered by case: in memory, not on the disk.
            sqlx::query("set local work_mem = '64MB'").execute(&mut *connection).await?;
            let query = sqlx::query_file!(
                "src/store/queries/read_counted_cases.sql",
                day,
                known.as_deref(),
                moment.source_classes,
                words_of
            );
            let rows = query.fetch_all(connection).await?;
            let case = rows.into_iter().map(|row| {
                let mut properties = Map::new();
                let month = row.started_on.as_deref().and_then(|day| day.get(..7)).map(str::to_owned);
                for (field, value) in [
                    ("code", Some(row.code)),
                    ("institution", Some(row.institution)),
                    ("name", row.name),
                    ("state", row.state),
                    ("phase", row.phase),
                    ("state_since", row.state_since),
                    ("started_on", row.started_on),
                    ("month", month),
                    ("department", row.department),
                    ("watershed", row.watershed),
                    ("scope", row.scope),
                    ("class", row.class),
                    ("type", row.r#type),
                    ("own_type", row.own_type),
                    ("activity", row.activity),
                    ("types", row.types),
                    ("activities", row.activities),
                ] {
                    if let Some(value) = value {
                        properties.insert(field.to_owned(), value.into());
                    }
                }
                for test in COUNTING_TESTS {
                    properties.insert(test.to_owned(), row.tests.iter().any(|own| own == test).into());
                }
                CountedCase {
                    id: row.id,
                    is_own: row.is_own,
                    is_protected: row.is_protected,
                    properties: properties.into(),
                }
            });
            Ok(case.collect())
        })
        .await
    }

    /// Events of cases between two days, by kind.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn count_events(
        &self,
        viewer: CaseViewer<'_>,
        (first, last): (Date, Date),
        moment: CountMoment<'_>,
        cases: &[String],
    ) -> Result<Vec<EventCount>, CaseError> {
        let (first, last, known) = (first.to_string(), last.to_string(), moment.known());
        self.look(viewer, async |connection| {
            let query = sqlx::query_file_as!(
                EventCount,
                "src/store/queries/count_events.sql",
                first,
                last,
                known.as_deref(),
                moment.source_classes,
                cases
            );
            Ok(query.fetch_all(connection).await?)
        })
        .await
    }

    /// Facts of a kind of some cases, as they are now.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn deciding_facts(
        &self,
        viewer: CaseViewer<'_>,
        cases: &[String],
        kind: &str,
    ) -> Result<Vec<DecidingFact>, CaseError> {
        self.look(viewer, async |connection| {
            let query = sqlx::query_file!("src/store/queries/read_deciding_facts.sql", cases, kind);
            let facts = query.fetch_all(connection).await?.into_iter().map(|row| DecidingFact {
                case: row.case_id,
                id: row.id,
                code: row.code,
                valid_from: row.valid_from,
                source: row.source,
            });
            Ok(facts.collect())
        })
        .await
    }
}
