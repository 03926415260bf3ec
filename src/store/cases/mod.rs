//! The register of cases. What a caller may see is decided by the policies of the tables, for the institution they belong to; every
//! write works out again what the case comes to, and what of it is public, in the same transaction.

mod activity;
mod facts;
mod place;
mod publish;
mod write;

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};
use sqlx::{Connection, PgConnection};

pub use activity::Activity;
pub use facts::{COUNTED_FACTS, FactFilter};
pub(super) use publish::{bring_up_to_date, commit_changed};

use crate::{
    model::cases::{CheckedFact, ListedCode, Wrong},
    store::{Deed, Store, StoreError, audit::record, features::timestamp, in_time},
};

/// How long the database may take over one question or one change.
const TIMEOUT: Duration = Duration::from_secs(5);

/// For whom cases are read or written.
#[derive(Debug, Clone, Copy, Default)]
pub struct CaseViewer<'a> {
    /// Their institution; `None` of the public.
    pub institution: Option<&'a str>,
    /// Number of their account.
    pub account: Option<&'a str>,
}

/// As what somebody sees a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// It is of their institution.
    Own,
    /// It is shared with their institution.
    Shared,
    /// As anybody.
    Public,
}

/// Who else may see a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sharing {
    /// `own`, `shared` or `public`.
    pub sharing: String,
    /// Institutions that see more than the public.
    pub shared_with: Vec<String>,
    /// Not yet for others.
    pub draft: bool,
}

/// A case as somebody may see it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its number.
    pub id: String,
    /// What people call it by.
    pub code: String,
    /// Whose it is.
    pub institution: String,
    /// Who else may see it.
    pub sharing: Sharing,
    /// The record that goes on in its place.
    pub merged_into: Option<String>,
    /// Invented.
    pub synthetic: bool,
    /// Grows with every change.
    pub version: i32,
    /// As what it is seen.
    pub audience: Audience,
    /// What it comes to.
    pub summary: Json,
    /// When it was first recorded.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A new case.
#[derive(Debug, Clone)]
pub struct CaseDraft {
    /// What people call it by; made at random where none is told.
    pub code: Option<String>,
    /// Who else may see it.
    pub sharing: Sharing,
    /// Invented.
    pub synthetic: bool,
    /// What is known of it.
    pub facts: Vec<CheckedFact>,
}

/// Which cases are listed.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Words of names, codes, places and actors.
    pub words: Option<String>,
    /// State now.
    pub state: Option<String>,
    /// Phase now.
    pub phase: Option<String>,
    /// Type in the words of the Ombudsman's Office.
    pub kind: Option<String>,
    /// Activity in the words of the Ombudsman's Office.
    pub activity: Option<String>,
    /// Department of the first place.
    pub department: Option<String>,
    /// Whose.
    pub institution: Option<String>,
    /// Only drafts.
    pub drafts: bool,
    /// With descriptions and what else lists leave off.
    pub in_full: bool,
    /// Those merged into others, too.
    pub merged: bool,
    /// How many are passed over.
    pub offset: i64,
    /// How many are shown, at most.
    pub limit: i64,
}

/// A case that may be about the same dispute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimilarCase {
    /// Its number.
    pub id: String,
    /// What people call it by.
    pub code: String,
    /// Whose it is.
    pub institution: String,
    /// Its name.
    pub name: Option<String>,
    /// Its state.
    pub state: Option<String>,
    /// Where it is.
    pub department: Option<String>,
    /// How far the two are from one another, in metres (geodesic), where both are points.
    pub distance_m: Option<f64>,
    /// Days between their beginnings.
    pub days_apart: Option<i32>,
    /// Whether both are in one district.
    pub is_same_district: bool,
    /// Share of the words of both names that both have.
    pub words_alike: f64,
    /// All this together, 0 to 1.
    pub likeness: f64,
}

/// The key a request came with, and the digest of what it asks for.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey<'a> {
    /// The key.
    pub key: &'a str,
    /// SHA-256 of the body.
    pub digest: &'a [u8],
}

/// What became of a case or of one of its facts.
#[derive(Debug, Clone, Serialize)]
pub struct CaseEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account: Option<String>,
    /// What.
    pub change: String,
    /// The fact as it was written, or what was changed of the case.
    pub detail: Json,
}

/// Why nothing was read or written.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is none, or the caller may not know of it.
    #[error("there is no such case")]
    Unknown,
    /// There is no such fact.
    #[error("the case has no such fact")]
    UnknownFact,
    /// The record to go on in is not there, or not of the caller's institution.
    #[error("there is no such case of your institution to merge into")]
    UnknownTarget,
    /// Another case has the code.
    #[error("another case of your institution has the code \"{0}\"")]
    CodeTaken(String),
    /// Somebody changed it since; the fact as it is now, where it is one.
    #[error("it was changed since you read it; it is now version {version}")]
    Changed {
        /// Its version now.
        version: i32,
        /// The fact as it is now.
        current: Option<Json>,
    },
    /// The case has one of this kind already, or one of the same day.
    #[error("{0}")]
    Twice(&'static str),
    /// It cannot be merged so.
    #[error("{0}")]
    NotMergeable(&'static str),
    /// The idempotency key belongs to a request that asked for something else.
    #[error(
        "another request came with this Idempotency-Key and asked for something else; take a key of its own for each"
    )]
    KeyOfOther,
    /// A member says what is not so.
    #[error("{}: {}", .0.member, .0.en)]
    Wrong(Box<Wrong>),
    /// What it says does not fit.
    #[error("the database does not take it: {0}")]
    Refused(String),
    /// Somebody else writes the same.
    #[error("another write of this case, or of the layer of conflicts, is not done yet; try again in a moment")]
    Busy,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CaseError {
    fn from(error: sqlx::Error) -> CaseError {
        let Some(refusal) = error.as_database_error() else { return StoreError::from(error).into() };
        match (refusal.constraint(), refusal.code().as_deref()) {
            (Some("one_at_a_time"), _) => CaseError::Twice("the case has a fact of this kind already: change that one"),
            (Some("one_state_from_a_day"), _) => {
                CaseError::Twice("the case has a state from this day already: change that one")
            }
            (Some("one_word_of_an_institution"), _) => {
                CaseError::Twice("the case has a word of this institution's list already: change that one")
            }
            (_, Some("55P03" | "57014" | "40P01")) => CaseError::Busy,
            (Some(constraint), _) if refusal.is_check_violation() => CaseError::Refused(constraint.replace('_', " ")),
            (_, Some("22007" | "22008" | "22003" | "22P05" | "22021")) => {
                CaseError::Refused("a value cannot be stored".into())
            }
            _ => StoreError::from(error).into(),
        }
    }
}

impl Store {
    /// Codes of all institutions as they are now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn codes(&self) -> Result<Vec<ListedCode>, StoreError> {
        let query = sqlx::query_file_as!(ListedCode, "src/store/queries/read_codes.sql");
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Cases as somebody may see them, and how many there are.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn cases(&self, viewer: CaseViewer<'_>, filter: &CaseFilter) -> Result<(Vec<Json>, i64), CaseError> {
        let (cases, matched) = self.page_of_cases(viewer, filter).await?;
        match matched {
            Some(matched) => Ok((cases, matched)),
            None if filter.offset == 0 => Ok((cases, 0)),
            // Beyond the end no row tells how many there are.
            None => {
                let first = CaseFilter { offset: 0, limit: 1, ..filter.clone() };
                Ok((cases, self.page_of_cases(viewer, &first).await?.1.unwrap_or(0)))
            }
        }
    }

    async fn page_of_cases(
        &self,
        viewer: CaseViewer<'_>,
        filter: &CaseFilter,
    ) -> Result<(Vec<Json>, Option<i64>), CaseError> {
        self.look(viewer, async |connection| {
            let CaseFilter { words, state, phase, kind, activity, department, institution, .. } = filter;
            let query = sqlx::query_file!(
                "src/store/queries/list_cases.sql",
                words.as_deref(),
                state.as_deref(),
                phase.as_deref(),
                kind.as_deref(),
                activity.as_deref(),
                department.as_deref(),
                institution.as_deref(),
                filter.merged,
                filter.offset,
                filter.limit,
                filter.drafts,
                filter.in_full
            );
            let rows = query.fetch_all(connection).await?;
            let matched = rows.first().map(|row| row.matched);
            Ok((rows.into_iter().map(|row| row.summary).collect(), matched))
        })
        .await
    }

    /// Which of these codes cases of the caller's institution have.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn known_case_codes(
        &self,
        viewer: CaseViewer<'_>,
        codes: &[String],
    ) -> Result<HashSet<String>, CaseError> {
        self.look(viewer, async |connection| {
            let query = sqlx::query_file_scalar!("src/store/queries/read_case_codes.sql", codes);
            Ok(query.fetch_all(connection).await?.into_iter().collect())
        })
        .await
    }

    /// A case with its facts as somebody may see them: those that hold, or what was known at a time. `None` where it is hidden.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn case(
        &self,
        viewer: CaseViewer<'_>,
        id: &str,
        as_known: Option<Timestamp>,
        kind: Option<&str>,
        limit: i64,
    ) -> Result<Option<(Case, Vec<Json>)>, CaseError> {
        let known = as_known.map(|time| time.to_string());
        self.look(viewer, async |connection| {
            let Some(case) = read_case(connection, id).await? else { return Ok(None) };
            // What others may have been shown at another time is not told any more.
            let known = known.as_deref().filter(|_| case.audience == Audience::Own);
            let query = sqlx::query_file_scalar!("src/store/queries/read_facts.sql", id, known, kind, limit);
            Ok(Some((case, query.fetch_all(connection).await?)))
        })
        .await
    }

    /// What became of a case, the newest first; nothing where it is not of the caller's institution.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn case_history(
        &self,
        viewer: CaseViewer<'_>,
        id: &str,
        limit: i64,
    ) -> Result<Vec<CaseEvent>, CaseError> {
        self.look(viewer, async |connection| {
            let rows =
                sqlx::query_file!("src/store/queries/read_case_history.sql", id, limit).fetch_all(connection).await?;
            let event = rows.into_iter().map(|row| CaseEvent {
                at: timestamp(row.at_us),
                account: row.account,
                change: row.change,
                detail: row.detail,
            });
            Ok(event.collect())
        })
        .await
    }

    /// Records that somebody was shown where protected places are.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn record_case_read(&self, viewer: CaseViewer<'_>, case: &Case) -> Result<(), CaseError> {
        let mut connection = self.editing.acquire().await?;
        let by = Deed { account: viewer.account, action: "case.read_protected" };
        Ok(record(&mut connection, by, &case.code, &json!({"case": case.id})).await?)
    }

    /// Cases that may be about the same dispute, the likeliest first.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn similar_cases(&self, viewer: CaseViewer<'_>, id: &str) -> Result<Vec<SimilarCase>, CaseError> {
        self.look(viewer, async |connection| {
            let query = sqlx::query_file_as!(SimilarCase, "src/store/queries/find_similar_cases.sql", id);
            Ok(query.fetch_all(connection).await?)
        })
        .await
    }

    /// Reads as somebody.
    pub(super) async fn look<T>(
        &self,
        viewer: CaseViewer<'_>,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        self.look_as(Some(viewer), work).await
    }

    /// Reads as somebody; as nobody what no viewer is shown, such as which cases changed.
    pub(super) async fn look_as<T>(
        &self,
        viewer: Option<CaseViewer<'_>>,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        in_time(&self.pool, TIMEOUT, async |connection| {
            let mut transaction = connection.begin().await?;
            match viewer {
                Some(viewer) => become_viewer(&mut transaction, viewer).await?,
                None => _ = sqlx::query("set local role rimay_register").execute(&mut *transaction).await?,
            }
            let done = work(&mut transaction).await?;
            transaction.rollback().await?;
            Ok(done)
        })
        .await
    }
}

/// From here on to the end of the transaction, rows are those the viewer may see.
async fn become_viewer(connection: &mut PgConnection, viewer: CaseViewer<'_>) -> Result<(), CaseError> {
    sqlx::query("set local role rimay_cases").execute(&mut *connection).await?;
    sqlx::query_file!("src/store/queries/set_viewer.sql", viewer.institution.unwrap_or_default())
        .fetch_one(connection)
        .await?;
    Ok(())
}

async fn read_case(connection: &mut PgConnection, id: &str) -> Result<Option<Case>, CaseError> {
    let row = sqlx::query_file!("src/store/queries/read_case.sql", id).fetch_optional(connection).await?;
    Ok(row.map(|row| Case {
        id: row.id,
        code: row.code,
        institution: row.institution,
        sharing: Sharing { sharing: row.sharing, shared_with: row.shared_with, draft: row.draft },
        merged_into: row.merged_into,
        synthetic: row.synthetic,
        version: row.version,
        audience: match row.audience.as_str() {
            "own" => Audience::Own,
            "shared" => Audience::Shared,
            _ => Audience::Public,
        },
        summary: row.summary.unwrap_or_else(|| json!({})),
        created_at: timestamp(row.created_at_us),
        changed_at: timestamp(row.changed_at_us),
    }))
}
