//! What happened in cases, by day.

use std::collections::HashMap;

use super::{CaseError, CaseViewer};
use crate::{
    model::cases::{Happened, PROTEST_ACTS},
    store::Store,
};

/// What happened, by number of the case; of each the first day first.
pub type Activity = HashMap<String, Vec<Happened>>;

impl Store {
    /// What happened in the cases that somebody may see.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn activity(&self, viewer: CaseViewer<'_>) -> Result<Activity, CaseError> {
        self.activity_of(viewer, None).await
    }

    /// The same of the cases that changed since the register was at a position, and their numbers: those that are not among the
    /// former have no events that are seen.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn changed_activity(
        &self,
        viewer: CaseViewer<'_>,
        since: i64,
    ) -> Result<(Vec<String>, Activity), CaseError> {
        let changed = self.cases_changed_since(since).await?;
        let activity = self.activity_of(viewer, Some(&changed)).await?;
        Ok((changed, activity))
    }

    async fn activity_of(&self, viewer: CaseViewer<'_>, cases: Option<&[String]>) -> Result<Activity, CaseError> {
        let acts = PROTEST_ACTS.map(str::to_owned);
        let rows = self
            .look(viewer, async |connection| {
                let query = sqlx::query_file!("src/store/queries/read_activity.sql", cases, &acts[..]);
                Ok(query.fetch_all(connection).await?)
            })
            .await?;
        let mut activity = Activity::new();
        for row in rows {
            let Ok(day) = row.day.parse() else { continue };
            let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
            let happened = Happened { day, events: count(row.events), protests: count(row.protests) };
            activity.entry(row.case_id).or_default().push(happened);
        }
        Ok(activity)
    }
}
