//! What schemes count: cases as they were on a day, and events in a time.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use rayon::prelude::*;
use serde::Serialize;
use sqlx::PgConnection;

use crate::{
    model::cases::{KnownCase, KnownCases, KnownFact, Scheme},
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

/// When one looks, and by what.
#[derive(Debug, Clone, Copy)]
pub struct CountMoment<'a> {
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

    /// What schemes ask about, of the cases that somebody may see: as it is known now, or was at a time.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn known_cases(
        &self,
        viewer: CaseViewer<'_>,
        as_known: Option<Timestamp>,
    ) -> Result<KnownCases, CaseError> {
        let known = as_known.map(|time| time.to_string());
        self.look(viewer, async |connection| read_known_cases(connection, known.as_deref(), None).await).await
    }

    /// The same of one case.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn known_case(&self, viewer: CaseViewer<'_>, id: &str) -> Result<KnownCases, CaseError> {
        let ids = [id.to_owned()];
        self.look(viewer, async |connection| read_known_cases(connection, None, Some(&ids)).await).await
    }

    /// The same of the cases that changed since the register was at a position, and their numbers: those that are not among the
    /// former are no longer seen.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn changed_cases(
        &self,
        viewer: CaseViewer<'_>,
        as_known: Option<Timestamp>,
        since: i64,
    ) -> Result<(HashSet<String>, KnownCases), CaseError> {
        let known = as_known.map(|time| time.to_string());
        let changed = self.cases_changed_since(since).await?;
        let work =
            async |connection: &mut PgConnection| read_known_cases(connection, known.as_deref(), Some(&changed)).await;
        let cases = self.look(viewer, work).await?;
        Ok((changed.into_iter().collect(), cases))
    }

    /// Numbers of the cases that changed since the register was at a position, whoever may see them.
    pub(super) async fn cases_changed_since(&self, since: i64) -> Result<Vec<String>, CaseError> {
        self.look_as(None, async |connection| {
            let query = sqlx::query_file_scalar!("src/store/queries/read_changed_cases.sql", since);
            Ok(query.fetch_all(connection).await?)
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
}

async fn read_known_cases(
    connection: &mut PgConnection,
    as_known: Option<&str>,
    cases: Option<&[String]>,
) -> Result<KnownCases, CaseError> {
    let query = sqlx::query_file!("src/store/queries/read_known_cases.sql", as_known, cases);
    let rows = query.fetch_all(connection).await?;
    let built = tokio::task::spawn_blocking(move || {
        let day = |text: Option<String>| text.and_then(|text| text.parse().ok());
        // By number of the case: its code, whose it is, whether that is the viewer, and what is known of it.
        let mut of_cases: HashMap<String, (String, String, bool, Vec<KnownFact>)> = HashMap::new();
        for row in rows {
            let fact = KnownFact {
                id: row.id,
                kind: row.kind,
                institution: row.institution,
                code: row.code,
                phase: row.phase,
                name: row.name,
                valid_from: day(row.valid_from),
                valid_to: day(row.valid_to),
                ordinal: row.ordinal,
                is_protected: row.protection.is_some_and(|protection| protection != "public"),
                department: row.department,
                watershed: row.watershed,
                source_class: row.source_class,
                source: row.source,
                is_own: row.is_own_fact,
            };
            let case = of_cases.entry(row.case_id);
            case.or_insert((row.case_code, row.case_institution, row.is_own, vec![])).3.push(fact);
        }
        let cases: Vec<_> = of_cases
            .into_par_iter()
            .map(|(id, (code, institution, is_own, facts))| {
                Arc::new(KnownCase::new(id, code, institution, is_own, facts))
            })
            .collect();
        KnownCases::new(cases)
    });
    Ok(built.await.map_err(|_| sqlx::Error::WorkerCrashed)?)
}
