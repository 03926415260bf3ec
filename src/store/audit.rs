use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;
use sqlx::PgConnection;

use crate::store::{Store, StoreError, features::timestamp};

/// Something that somebody did.
#[derive(Debug, Clone, Serialize)]
pub struct AuditEvent {
    /// From 1, without gaps.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who; `None` of the program itself and of those without an account.
    pub login: Option<String>,
    /// Their institution.
    pub institution: Option<String>,
    /// What, such as `account.create`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What else is to be known; no secret.
    pub detail: Json,
}

/// What looking through the audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditState {
    /// Number of the first row that is not as it was written.
    pub broken: Option<i64>,
    /// Rows there are.
    pub rows: i64,
    /// Digest of the last row, in hexadecimal: kept elsewhere, it shows later that none was cut off.
    pub last_digest: Option<String>,
}

/// Who did what, for the audit.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// Number of the account; `None` of the program itself and of those without one.
    pub account: Option<&'a str>,
    /// What, such as `account.create`.
    pub action: &'static str,
}

impl Store {
    /// What people did, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn audit_events(
        &self,
        institution: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let query = sqlx::query_file!("src/store/queries/read_audit_events.sql", institution, before, limit);
        let rows = query.fetch_all(&self.pool).await?;
        let event = rows.into_iter().map(|row| AuditEvent {
            number: row.number,
            at: timestamp(row.at_us),
            login: row.login,
            institution: row.institution,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
        });
        Ok(event.collect())
    }

    /// Looks through the whole audit.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn verify_audit(&self) -> Result<AuditState, StoreError> {
        let row = sqlx::query_file!("src/store/queries/verify_audit.sql").fetch_one(&self.pool).await?;
        Ok(AuditState { broken: row.broken, rows: row.rows, last_digest: row.last_digest })
    }
}

/// No detail.
pub(super) fn nothing() -> Json {
    Json::Object(serde_json::Map::new())
}

/// Adds to the audit, in the transaction that does it.
pub(super) async fn record(
    connection: &mut PgConnection,
    by: Deed<'_>,
    subject: &str,
    detail: &Json,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query_file!("src/store/queries/insert_audit_event.sql", by.account, by.action, subject, detail);
    query.execute(connection).await.map(drop)
}
