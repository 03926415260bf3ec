//! Facts of one kind in all cases: what happened, who has a part in it.

use serde_json::Value as Json;
use sqlx::PgConnection;

use super::{CaseError, CaseViewer};
use crate::store::Store;

/// Lists of facts are counted no further: all of them are looked at for it.
pub const COUNTED_FACTS: i64 = 10_000;

/// Which facts of a kind are listed.
#[derive(Debug, Clone, Default)]
pub struct FactFilter {
    /// Code.
    pub code: Option<String>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Words of its text or names.
    pub words: Option<String>,
    /// Department of the case's first place.
    pub department: Option<String>,
    /// How many are passed over.
    pub offset: i64,
    /// How many are shown, at most.
    pub limit: i64,
}

impl Store {
    /// Facts of a kind in all cases that somebody may see, the latest first, and how many there are, counted up to [`COUNTED_FACTS`].
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn facts_of_kind(
        &self,
        viewer: CaseViewer<'_>,
        kind: &str,
        filter: &FactFilter,
    ) -> Result<(Vec<Json>, i64), CaseError> {
        self.look(viewer, async |connection| {
            let (numbers, matched) = find(connection, kind, filter).await?;
            let facts = sqlx::query_file_scalar!("src/store/queries/read_listed_facts.sql", &numbers);
            Ok((facts.fetch_all(connection).await?, matched))
        })
        .await
    }
}

/// Numbers of the facts on one page, and how many there are on all.
async fn find(connection: &mut PgConnection, kind: &str, filter: &FactFilter) -> Result<(Vec<i64>, i64), CaseError> {
    let FactFilter { code, from, to, words, department, offset, limit } = filter;
    let (code, from, to) = (code.as_deref(), from.as_deref(), to.as_deref());
    let (words, department) = (words.as_deref(), department.as_deref());
    let matched = if let Some(words) = words {
        // Cases that say the words are found first, then their facts, all at once; only what is found too often is told by day.
        let query = sqlx::query_file_scalar!(
            "src/store/queries/find_facts_with_words.sql",
            kind,
            code,
            from,
            to,
            words,
            department,
            COUNTED_FACTS
        );
        let found = query.fetch_all(&mut *connection).await?;
        let matched = i64::try_from(found.len()).unwrap_or(COUNTED_FACTS);
        if matched < COUNTED_FACTS {
            let (offset, limit) = (usize::try_from(*offset), usize::try_from(*limit));
            let page = found.into_iter().skip(offset.unwrap_or(usize::MAX)).take(limit.unwrap_or(usize::MAX));
            return Ok((page.collect(), matched));
        }
        matched
    } else {
        let count = sqlx::query_file_scalar!(
            "src/store/queries/count_facts.sql",
            kind,
            code,
            from,
            to,
            department,
            COUNTED_FACTS
        );
        count.fetch_one(&mut *connection).await?
    };
    let latest = sqlx::query_file_scalar!(
        "src/store/queries/find_latest_facts.sql",
        kind,
        code,
        from,
        to,
        words,
        department,
        *offset,
        *limit
    );
    Ok((latest.fetch_all(connection).await?, matched))
}
