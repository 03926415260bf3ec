//! The register of cases. What a caller may see is decided by the policies of the tables, for the institution they belong to; every
//! write works out again what the case comes to, and what of it is public, in the same transaction.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use sqlx::{Connection, PgConnection, PgTransaction};

use crate::{
    model::cases::{CheckedFact, ListedCode},
    store::{Deed, Store, StoreError, audit::record, features::timestamp, in_time},
};

/// How long the database may take over one question or one change.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Communities that a unit must have to stand for a place in it.
const ENOUGH_COMMUNITIES: i64 = 5;
/// Columns that tell where a place is.
const PLACE_COLUMNS: [&str; 11] = [
    "longitude",
    "latitude",
    "precision",
    "subject",
    "name",
    "text",
    "ubigeo",
    "department",
    "province",
    "district",
    "watershed",
];

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
    /// Those merged into others, too.
    pub merged: bool,
    /// How many are passed over.
    pub offset: i64,
    /// How many are shown, at most.
    pub limit: i64,
}

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

/// What a request made, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The case.
    pub case: String,
    /// The fact.
    pub fact: Option<String>,
    /// The same request came before.
    pub before: bool,
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
    /// A word that is no institution.
    #[error("there is no institution \"{0}\"")]
    UnknownInstitution(String),
    /// It cannot be merged so.
    #[error("{0}")]
    NotMergeable(&'static str),
    /// The idempotency key belongs to a request that asked for something else.
    #[error(
        "another request came with this Idempotency-Key and asked for something else; take a key of its own for each"
    )]
    KeyOfOther,
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
            let CaseFilter { words, state, phase, kind, activity, department, institution, merged, offset, limit } =
                filter;
            let query = sqlx::query_file!(
                "src/store/queries/list_cases.sql",
                words.as_deref(),
                state.as_deref(),
                phase.as_deref(),
                kind.as_deref(),
                activity.as_deref(),
                department.as_deref(),
                institution.as_deref(),
                *merged,
                *offset,
                *limit
            );
            let rows = query.fetch_all(connection).await?;
            let matched = rows.first().map(|row| row.matched);
            Ok((rows.into_iter().map(|row| row.summary).collect(), matched))
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

    /// Records a case of the caller's institution.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn create_case(
        &self,
        viewer: CaseViewer<'_>,
        draft: &CaseDraft,
        key: Option<RequestKey<'_>>,
    ) -> Result<Made, CaseError> {
        self.change(async |connection| {
            if let Some(before) = made_before(connection, viewer, key).await? {
                return Ok(before);
            }
            let mut transaction = connection.begin().await?;
            let located = locate_all(&mut transaction, &draft.facts).await?;
            become_viewer(&mut transaction, viewer).await?;
            let Sharing { sharing, shared_with, draft: is_draft } = &draft.sharing;
            let (institution, code) = (viewer.institution.ok_or(CaseError::Unknown)?, draft.code.as_deref());
            let query = sqlx::query_file_scalar!(
                "src/store/queries/insert_case.sql",
                code,
                institution,
                sharing,
                shared_with,
                *is_draft,
                draft.synthetic,
                viewer.account
            );
            let made = query.fetch_one(&mut *transaction).await;
            let case = made.map_err(|error| match error.as_database_error() {
                Some(refusal) if refusal.is_unique_violation() => {
                    CaseError::CodeTaken(code.unwrap_or_default().to_owned())
                }
                _ => error.into(),
            })?;
            let detail = json!({"code": code, "sharing": draft.sharing});
            note_change(&mut transaction, viewer, &case, "created", &detail).await?;
            for fact in located {
                insert_fact(&mut transaction, viewer, &case, None, fact).await?;
            }
            let made = Made { case: case.clone(), fact: None, before: false };
            remember(&mut transaction, viewer, key, &made).await?;
            finish(transaction, &[&case], viewer, ("case.create", &json!({"case": case})), false).await?;
            Ok(made)
        })
        .await
    }

    /// Adds facts to a case of the caller's institution: all or none.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn add_facts(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        facts: &[CheckedFact],
        key: Option<RequestKey<'_>>,
    ) -> Result<Made, CaseError> {
        self.change(async |connection| {
            if let Some(before) = made_before(connection, viewer, key).await? {
                return Ok(before);
            }
            let mut transaction = connection.begin().await?;
            let located = locate_all(&mut transaction, facts).await?;
            become_viewer(&mut transaction, viewer).await?;
            let locked = lock_with_target(&mut transaction, case).await?;
            let mut last = None;
            for fact in located {
                last = Some(insert_fact(&mut transaction, viewer, case, None, fact).await?);
            }
            let made = Made { case: case.to_owned(), fact: last, before: false };
            remember(&mut transaction, viewer, key, &made).await?;
            let kinds: Vec<_> = facts.iter().map(|fact| &fact.kind).collect();
            finish_facts(
                transaction,
                (case, &locked),
                viewer,
                ("case.add_facts", &json!({"case": case, "kinds": kinds})),
                false,
            )
            .await?;
            Ok(made)
        })
        .await
    }

    /// Another version of a fact, which is still as it was seen; without one, it no longer holds. Says whether less is public now.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn change_fact(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        fact: &str,
        seen: i32,
        next: Option<&CheckedFact>,
    ) -> Result<bool, CaseError> {
        self.change(async |connection| {
            let mut transaction = connection.begin().await?;
            let located = locate_all(&mut transaction, next.map_or(&[], std::slice::from_ref)).await?;
            become_viewer(&mut transaction, viewer).await?;
            let locked = lock_with_target(&mut transaction, case).await?;
            let query = sqlx::query_file!("src/store/queries/close_fact.sql", case, fact, seen, viewer.account);
            let Some(closed) = query.fetch_optional(&mut *transaction).await? else {
                let query = sqlx::query_file!("src/store/queries/read_fact.sql", case, fact);
                let current = query.fetch_optional(&mut *transaction).await?.ok_or(CaseError::UnknownFact)?;
                return Err(CaseError::Changed { version: current.version, current: Some(current.fact) });
            };
            let kind = closed.kind;
            if next.is_some_and(|next| next.kind != kind) {
                return Err(CaseError::Refused("a fact stays of its kind".into()));
            }
            if kind == "name" && next.is_none() {
                return Err(CaseError::Refused("a case keeps a name: change it instead".into()));
            }
            let told = |member: &str| next.and_then(|next| next.members.get(member)?.as_str());
            let is_public_no_more = closed.source_class == "public"
                && (told("source_class") != Some("public")
                    || openness(closed.protection.as_deref()) > openness(told("protection")));
            for next in located {
                insert_fact(&mut transaction, viewer, case, Some((fact, seen + 1)), next).await?;
            }
            let action = if next.is_some() { "case.change_fact" } else { "case.remove_fact" };
            let detail = json!({"case": case, "fact": fact, "kind": kind, "version": seen + 1});
            finish_facts(transaction, (case, &locked), viewer, (action, &detail), is_public_no_more).await
        })
        .await
    }

    /// Changes who may see a case that is still as it was seen. Says whether less is public now.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn share_case(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        seen: i32,
        next: &Sharing,
    ) -> Result<bool, CaseError> {
        self.change(async |connection| {
            let mut transaction = connection.begin().await?;
            become_viewer(&mut transaction, viewer).await?;
            let locked = lock_with_target(&mut transaction, case).await?;
            locked.is_still(seen)?;
            let Sharing { sharing, shared_with, draft } = next;
            let merged = locked.merged_into.as_deref();
            let query =
                sqlx::query_file!("src/store/queries/update_case.sql", case, sharing, shared_with, *draft, merged);
            query.execute(&mut *transaction).await?;
            let detail = json!({"before": locked.sharing, "after": next});
            note_change(&mut transaction, viewer, case, "changed", &detail).await?;
            let detail = json!({"case": case, "before": locked.sharing, "after": next});
            finish_facts(transaction, (case, &locked), viewer, ("case.share", &detail), next.sharing != "public").await
        })
        .await
    }

    /// Makes a case go on in another record of the same dispute, or, without one, for itself again. Says whether less is public now.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn merge_case(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        seen: i32,
        into: Option<&str>,
    ) -> Result<bool, CaseError> {
        self.change(async |connection| {
            let mut transaction = connection.begin().await?;
            become_viewer(&mut transaction, viewer).await?;
            let mut ids: Vec<&str> = [Some(case), into].into_iter().flatten().collect();
            // Two who merge crosswise do not wait for one another.
            ids.sort_unstable();
            let mut locked = vec![];
            for id in &ids {
                match lock(&mut transaction, id).await {
                    Err(CaseError::Unknown) if Some(*id) == into => return Err(CaseError::UnknownTarget),
                    found => locked.push(found?),
                }
            }
            let own = &locked[ids.iter().position(|id| *id == case).expect("it is among them")];
            own.is_still(seen)?;
            match (into, &own.merged_into) {
                (Some(_), Some(_)) => {
                    return Err(CaseError::NotMergeable("the case is merged into another one already"));
                }
                (None, None) => return Err(CaseError::NotMergeable("the case is not merged into another one")),
                (Some(into), None) if into == case => {
                    return Err(CaseError::NotMergeable("a case cannot be merged into itself"));
                }
                _ => {}
            }
            let other = into.and_then(|into| ids.iter().position(|id| *id == into)).map(|place| &locked[place]);
            if other.is_some_and(|other| other.merged_into.is_some()) {
                return Err(CaseError::NotMergeable("the other case is merged into a third one: merge into that"));
            }
            if has_merged(&mut transaction, case).await? && into.is_some() {
                return Err(CaseError::NotMergeable(
                    "others are merged into this case: merge the other one into it instead",
                ));
            }
            let Sharing { sharing, shared_with, draft } = &own.sharing;
            let query =
                sqlx::query_file!("src/store/queries/update_case.sql", case, sharing, shared_with, *draft, into);
            query.execute(&mut *transaction).await?;
            let target = into.or(own.merged_into.as_deref()).expect("one of both");
            let change = if into.is_some() { "merged" } else { "unmerged" };
            let detail = json!({"case": case, "into": target});
            note_change(&mut transaction, viewer, case, change, &detail).await?;
            note_change(&mut transaction, viewer, target, change, &detail).await?;
            for id in [case, target] {
                sqlx::query_file_scalar!("src/store/queries/touch_case.sql", id).fetch_one(&mut *transaction).await?;
            }
            let action = if into.is_some() { "case.merge" } else { "case.unmerge" };
            finish(transaction, &[case, target], viewer, (action, &detail), true).await
        })
        .await
    }

    /// Facts of a kind in all cases that somebody may see, the latest first, and how many there are.
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
            let query = sqlx::query_file!(
                "src/store/queries/list_facts.sql",
                kind,
                filter.code.as_deref(),
                filter.from.as_deref(),
                filter.to.as_deref(),
                filter.words.as_deref(),
                filter.department.as_deref(),
                filter.offset,
                filter.limit
            );
            let rows = query.fetch_all(connection).await?;
            let matched = rows.first().map_or(0, |row| row.matched);
            Ok((rows.into_iter().map(|row| row.fact).collect(), matched))
        })
        .await
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

    /// Writes what belongs to a case of the caller's institution and changes nothing that others are shown; what is done is recorded.
    pub(super) async fn write_case<T>(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        action: &'static str,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<(T, Json), CaseError>,
    ) -> Result<T, CaseError> {
        self.change(async |connection| {
            let mut transaction = connection.begin().await?;
            become_viewer(&mut transaction, viewer).await?;
            lock(&mut transaction, case).await?;
            let (done, detail) = work(&mut transaction).await?;
            sqlx::query_file_scalar!("src/store/queries/touch_case.sql", case).fetch_one(&mut *transaction).await?;
            sqlx::query("reset role").execute(&mut *transaction).await?;
            record(&mut transaction, Deed { account: viewer.account, action }, case, &detail).await?;
            transaction.commit().await?;
            Ok(done)
        })
        .await
    }

    /// Reads as somebody.
    pub(super) async fn look<T>(
        &self,
        viewer: CaseViewer<'_>,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        in_time(&self.pool, TIMEOUT, async |connection| {
            let mut transaction = connection.begin().await?;
            become_viewer(&mut transaction, viewer).await?;
            let done = work(&mut transaction).await?;
            transaction.rollback().await?;
            Ok(done)
        })
        .await
    }

    async fn change<T>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        in_time(&self.editing, TIMEOUT, work).await
    }
}

/// A case that nobody else changes until the transaction ends.
struct Locked {
    version: i32,
    sharing: Sharing,
    merged_into: Option<String>,
}

impl Locked {
    fn is_still(&self, seen: i32) -> Result<(), CaseError> {
        match self.version == seen {
            true => Ok(()),
            false => Err(CaseError::Changed { version: self.version, current: None }),
        }
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

async fn lock(connection: &mut PgConnection, case: &str) -> Result<Locked, CaseError> {
    let row = sqlx::query_file!("src/store/queries/lock_case.sql", case).fetch_optional(connection).await?;
    let row = row.ok_or(CaseError::Unknown)?;
    let sharing = Sharing { sharing: row.sharing, shared_with: row.shared_with, draft: row.draft };
    Ok(Locked { version: row.version, sharing, merged_into: row.merged_into })
}

async fn has_merged(connection: &mut PgConnection, case: &str) -> Result<bool, CaseError> {
    Ok(sqlx::query_file_scalar!("src/store/queries/has_merged.sql", case).fetch_one(connection).await?)
}

async fn note_change(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    case: &str,
    change: &str,
    detail: &Json,
) -> Result<(), CaseError> {
    let query = sqlx::query_file!("src/store/queries/insert_case_change.sql", case, viewer.account, change, detail);
    query.execute(connection).await?;
    Ok(())
}

async fn made_before(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    key: Option<RequestKey<'_>>,
) -> Result<Option<Made>, CaseError> {
    let Some(RequestKey { key, digest }) = key else { return Ok(None) };
    let mut transaction = connection.begin().await?;
    become_viewer(&mut transaction, viewer).await?;
    let query = sqlx::query_file!("src/store/queries/read_case_request.sql", viewer.account, key, digest);
    match query.fetch_optional(&mut *transaction).await? {
        Some(row) if !row.is_same => Err(CaseError::KeyOfOther),
        found => Ok(found.map(|row| Made { case: row.case_id, fact: row.fact, before: true })),
    }
}

async fn remember(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    key: Option<RequestKey<'_>>,
    made: &Made,
) -> Result<(), CaseError> {
    let Some(RequestKey { key, digest }) = key else { return Ok(()) };
    let (account, fact) = (viewer.account, made.fact.as_deref());
    let query = sqlx::query_file!("src/store/queries/insert_case_request.sql", account, key, digest, made.case, fact);
    let written = query.execute(connection).await;
    written.map(drop).map_err(|error| match error.as_database_error() {
        // The same request, sent twice at once, is being answered.
        Some(refusal) if refusal.is_unique_violation() => CaseError::Busy,
        _ => error.into(),
    })
}

/// Columns of a fact, and of places whose site is told to its institution only, those of the site.
struct Located {
    columns: Map<String, Json>,
    site: Option<Map<String, Json>>,
}

async fn locate_all(connection: &mut PgConnection, facts: &[CheckedFact]) -> Result<Vec<Located>, CaseError> {
    let mut located = Vec::with_capacity(facts.len());
    for fact in facts {
        let mut columns = fact.members.clone();
        columns.insert("kind".into(), fact.kind.clone().into());
        located.push(if fact.kind == "place" {
            locate(connection, columns).await?
        } else {
            Located { columns, site: None }
        });
    }
    Ok(located)
}

/// Finds the units in which a place lies, and parts what others may see of it from where it is.
async fn locate(connection: &mut PgConnection, mut columns: Map<String, Json>) -> Result<Located, CaseError> {
    let degrees = |name: &str| columns.get(name).and_then(Json::as_f64);
    let (longitude, latitude) = (degrees("longitude"), degrees("latitude"));
    let told = columns.get("ubigeo").and_then(Json::as_str);
    let query = sqlx::query_file!("src/store/queries/locate_place.sql", longitude, latitude, told);
    let found = query.fetch_one(&mut *connection).await?;
    if let (Some(_), Some(told), Some(lies)) = (longitude, told, &found.ubigeo)
        && !lies.starts_with(told)
        && !told.starts_with(lies.as_str())
    {
        return Err(CaseError::Refused(format!("the place lies in the UBIGEO {lies}, not in {told}")));
    }
    if longitude.is_some() && !columns.contains_key("precision") {
        columns.insert("precision".into(), "sitio".into());
    }
    // What the layers say comes before what somebody wrote.
    let units = [
        ("department", &found.department),
        ("province", &found.province),
        ("district", &found.district),
        ("ubigeo", &found.ubigeo),
        ("watershed", &found.watershed),
    ];
    for (column, unit) in units {
        if let Some(unit) = unit {
            columns.insert(column.into(), unit.as_str().into());
        }
    }
    columns.insert("units_as_of".into(), found.units_as_of);
    let protection = columns.get("protection").and_then(Json::as_str).unwrap_or_default().to_owned();
    if protection == "public" {
        return Ok(Located { columns, site: None });
    }
    let site: Map<String, Json> =
        PLACE_COLUMNS.iter().filter_map(|name| Some(((*name).to_owned(), columns.remove(*name)?))).collect();
    columns.remove("units_as_of");
    if protection == "generalised" {
        let text = |name: &str| site.get(name).and_then(Json::as_str);
        let (department, province, district) = (text("department"), text("province"), text("district"));
        let query = sqlx::query_file!("src/store/queries/count_communities.sql", department, province, district);
        let count = query.fetch_one(&mut *connection).await?;
        // A unit with enough communities stands for a place; and so that the next larger one, where it is told, does not mean one of
        // few small ones, those together must have enough as well.
        let stands = |own: i64, small: i64, has_small: bool| {
            own >= ENOUGH_COMMUNITIES && (!has_small || small >= ENOUGH_COMMUNITIES)
        };
        let (level, digits): (&[&str], usize) = match () {
            () if stands(count.in_district, count.in_small_districts, count.has_small_districts)
                && stands(count.in_province, count.in_small_provinces, count.has_small_provinces) =>
            {
                (&["department", "province", "district"], 6)
            }
            () if stands(count.in_province, count.in_small_provinces, count.has_small_provinces) => {
                (&["department", "province"], 4)
            }
            () => (&["department"], 2),
        };
        for unit in level {
            if let Some(name) = site.get(*unit) {
                columns.insert((*unit).to_owned(), name.clone());
            }
        }
        if let Some(code) = text("ubigeo") {
            columns.insert("ubigeo".into(), code[..digits.min(code.len())].into());
        }
        let precision = ["departamento", "provincia", "distrito"][level.len() - 1];
        columns.insert("precision".into(), precision.into());
    }
    Ok(Located { columns, site: Some(site) })
}

async fn insert_fact(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    case: &str,
    version: Option<(&str, i32)>,
    fact: Located,
) -> Result<String, CaseError> {
    let Located { mut columns, site } = fact;
    columns.insert("case_id".into(), case.into());
    columns.insert("recorded_by".into(), viewer.account.into());
    if let Some((id, version)) = version {
        columns.insert("id".into(), id.into());
        columns.insert("version".into(), version.into());
    }
    let query = sqlx::query_file!("src/store/queries/insert_fact.sql", Json::from(columns));
    let written = query.fetch_one(&mut *connection).await?;
    if let Some(mut site) = site {
        site.insert("case_id".into(), case.into());
        sqlx::query_file!("src/store/queries/insert_site.sql", written.number, Json::from(site))
            .execute(connection)
            .await?;
    }
    Ok(written.id)
}

/// How open a place is: more to others, the greater.
fn openness(protection: Option<&str>) -> u8 {
    match protection {
        Some("withheld") => 0,
        Some("generalised") => 1,
        _ => 2,
    }
}

/// Locks a case and the record that goes on in its place, in the order of their numbers: two who write do not wait for one another.
async fn lock_with_target(connection: &mut PgConnection, case: &str) -> Result<Locked, CaseError> {
    let query = sqlx::query_file_scalar!("src/store/queries/read_merge_target.sql", case);
    let target = query.fetch_optional(&mut *connection).await?.ok_or(CaseError::Unknown)?;
    let mut ids: Vec<&str> = [Some(case), target.as_deref()].into_iter().flatten().collect();
    ids.sort_unstable();
    let mut own = None;
    for id in ids {
        let locked = lock(connection, id).await?;
        if id == case {
            own = Some(locked);
        }
    }
    // Somebody merged or parted it in between.
    own.filter(|own| own.merged_into == target).ok_or(CaseError::Busy)
}

async fn finish_facts(
    mut transaction: PgTransaction<'_>,
    (case, locked): (&str, &Locked),
    viewer: CaseViewer<'_>,
    deed: (&'static str, &Json),
    is_public_no_more: bool,
) -> Result<bool, CaseError> {
    let mut cases = vec![case];
    cases.extend(locked.merged_into.as_deref());
    for id in &cases {
        sqlx::query_file_scalar!("src/store/queries/touch_case.sql", id).fetch_one(&mut *transaction).await?;
    }
    finish(transaction, &cases, viewer, deed, is_public_no_more).await
}

/// Works out again what cases come to, and what of them is public; records what was done, and commits. Says whether less is public
/// than before; where it is known to be, it is told.
async fn finish(
    mut transaction: PgTransaction<'_>,
    cases: &[&str],
    viewer: CaseViewer<'_>,
    (action, detail): (&'static str, &Json),
    is_public_no_more: bool,
) -> Result<bool, CaseError> {
    sqlx::query("set local role rimay_register").execute(&mut *transaction).await?;
    let mut features = vec![];
    for case in cases {
        sqlx::query_file!("src/store/queries/summarise_case.sql", case).execute(&mut *transaction).await?;
        let query = sqlx::query_file!("src/store/queries/read_public_case.sql", case);
        let public = query.fetch_optional(&mut *transaction).await?;
        features.push((*case, public.map(|row| (row.properties, row.wkb, row.started_on))));
    }
    sqlx::query("reset role").execute(&mut *transaction).await?;
    let mut has_narrowed = false;
    for (case, feature) in features {
        has_narrowed |= publish(&mut transaction, case, feature, is_public_no_more).await?;
    }
    let by = Deed { account: viewer.account, action };
    record(&mut transaction, by, cases[0], detail).await?;
    sqlx::query_file!("src/store/queries/advance_case_position.sql").execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(has_narrowed)
}

/// Brings the feature of a case up to date. Where it tells less than before, its earlier versions go: what is no longer told is not
/// told of the past either. Says whether it does.
async fn publish(
    connection: &mut PgConnection,
    case: &str,
    feature: Option<(Json, Option<Vec<u8>>, Option<String>)>,
    is_public_no_more: bool,
) -> Result<bool, CaseError> {
    let query = sqlx::query_file!("src/store/queries/read_published_case.sql", case);
    let before = query.fetch_optional(&mut *connection).await?;
    let tells_less = before.as_ref().is_some_and(|before| match &feature {
        None => true,
        Some((properties, wkb, _)) => {
            let mut told = before.properties.as_object().into_iter().flat_map(Map::keys);
            is_public_no_more
                || told.any(|member| properties.get(member).is_none())
                || (before.wkb.is_some() && before.wkb != *wkb)
        }
    });
    match (&before, feature) {
        // A number of its own only for a new feature: numbers do not count what is changed in secret.
        (None, Some((properties, wkb, day))) => {
            sqlx::query_file!("src/store/queries/publish_case.sql", case, properties, wkb, day)
                .execute(&mut *connection)
                .await?;
        }
        (Some(before), Some((properties, wkb, _))) => {
            sqlx::query_file!("src/store/queries/update_published_case.sql", before.id, properties, wkb)
                .execute(&mut *connection)
                .await?;
        }
        (Some(_), None) => {
            sqlx::query_file!("src/store/queries/withdraw_case.sql", case).execute(&mut *connection).await?;
        }
        (None, None) => {}
    }
    if let Some(before) = before.filter(|_| tells_less) {
        sqlx::query("set local rimay.redacting to 'case'").execute(&mut *connection).await?;
        sqlx::query_file!("src/store/queries/redact_published_case.sql", before.id).execute(&mut *connection).await?;
        sqlx::query("set local rimay.redacting to ''").execute(&mut *connection).await?;
    }
    Ok(tells_less)
}
