use serde_json::{Value as Json, json};
use sqlx::{Connection, PgConnection, PgTransaction};

use super::{
    CaseDraft, CaseError, CaseViewer, RequestKey, Sharing, TIMEOUT, become_viewer,
    place::{Located, locate_all},
    publish::finish,
};
use crate::{
    model::cases::{CheckedFact, Wrong},
    store::{Deed, Store, audit::record, in_time},
};

impl Store {
    /// Records a case of the caller's institution, and returns its number: that of before, where the same request came before.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn create_case(
        &self,
        viewer: CaseViewer<'_>,
        draft: &CaseDraft,
        key: Option<RequestKey<'_>>,
    ) -> Result<String, CaseError> {
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
            remember(&mut transaction, viewer, key, &case).await?;
            finish(transaction, &[&case], viewer, ("case.create", &json!({"case": case})), false).await?;
            Ok(case)
        })
        .await
    }

    /// Whether places and links of facts hold against what is loaded; nothing is written.
    ///
    /// # Errors
    /// [`CaseError::Wrong`] with what does not.
    pub async fn check_places(&self, facts: &[CheckedFact]) -> Result<(), CaseError> {
        self.change(async |connection| locate_all(connection, facts).await.map(drop)).await
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
    ) -> Result<(), CaseError> {
        self.change(async |connection| {
            if made_before(connection, viewer, key).await?.is_some() {
                return Ok(());
            }
            let mut transaction = connection.begin().await?;
            let located = locate_all(&mut transaction, facts).await?;
            become_viewer(&mut transaction, viewer).await?;
            let locked = lock_with_target(&mut transaction, case).await?;
            for fact in located {
                insert_fact(&mut transaction, viewer, case, None, fact).await?;
            }
            remember(&mut transaction, viewer, key, case).await?;
            let kinds: Vec<_> = facts.iter().map(|fact| &fact.kind).collect();
            finish_facts(
                transaction,
                (case, &locked),
                viewer,
                ("case.add_facts", &json!({"case": case, "kinds": kinds})),
                false,
            )
            .await
            .map(drop)
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
            let is_public_no_more = locked.is_public()
                && closed.source_class == "public"
                && openness(closed.protection.as_deref()) > WITHHELD
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
            check_records(&mut transaction, case, next).await?;
            let Sharing { sharing, shared_with, draft } = next;
            let merged = locked.merged_into.as_deref();
            let query =
                sqlx::query_file!("src/store/queries/update_case.sql", case, sharing, shared_with, *draft, merged);
            query.execute(&mut *transaction).await?;
            let detail = json!({"before": locked.sharing, "after": next});
            note_change(&mut transaction, viewer, case, "changed", &detail).await?;
            let detail = json!({"case": case, "before": locked.sharing, "after": next});
            let is_public_no_more = locked.is_public() && next.sharing != "public";
            finish_facts(transaction, (case, &locked), viewer, ("case.share", &detail), is_public_no_more).await
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
            if let Some(wrong) = other.and_then(|other| hidden_from_some("into", &own.sharing, &other.sharing)) {
                return Err(CaseError::Wrong(Box::new(wrong)));
            }
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
            // (What is merged is no feature any more; what is parted takes its facts away from the other.)
            let is_public_no_more = into.is_none() && own.is_public();
            finish(transaction, &[case, target], viewer, (action, &detail), is_public_no_more).await
        })
        .await
    }

    /// Writes what belongs to a case of the caller's institution and changes nothing that others are shown; what is done is recorded.
    pub(in crate::store) async fn write_case<T>(
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
    /// Whether all see what of it is public.
    fn is_public(&self) -> bool {
        self.sharing.sharing == "public"
    }

    fn is_still(&self, seen: i32) -> Result<(), CaseError> {
        match self.version == seen {
            true => Ok(()),
            false => Err(CaseError::Changed { version: self.version, current: None }),
        }
    }
}

async fn lock(connection: &mut PgConnection, case: &str) -> Result<Locked, CaseError> {
    let row = sqlx::query_file!("src/store/queries/lock_case.sql", case).fetch_optional(connection).await?;
    let row = row.ok_or(CaseError::Unknown)?;
    let sharing = Sharing { sharing: row.sharing, shared_with: row.shared_with, draft: row.draft };
    Ok(Locked { version: row.version, sharing, merged_into: row.merged_into })
}

/// Records of one dispute: where all see one that goes on in another they see that one too, else the end of the former on the map and
/// in the numbers would tell that there is one they do not see.
async fn check_records(connection: &mut PgConnection, case: &str, next: &Sharing) -> Result<(), CaseError> {
    let rows = sqlx::query_file!("src/store/queries/read_records_of_dispute.sql", case).fetch_all(connection).await?;
    let mut wrong = rows.into_iter().filter_map(|row| {
        let other = Sharing { sharing: row.sharing, shared_with: row.shared_with, draft: row.draft };
        match row.goes_on_in_it {
            true => hidden_from_some("sharing", &other, next),
            false => hidden_from_some("sharing", next, &other),
        }
    });
    wrong.next().map_or(Ok(()), |wrong| Err(CaseError::Wrong(Box::new(wrong))))
}

/// What is wrong where somebody sees a record and not the one in which it goes on: for them it would be gone.
fn hidden_from_some(member: &str, own: &Sharing, goes_on_in: &Sharing) -> Option<Wrong> {
    match (own.sharing.as_str(), goes_on_in.sharing.as_str()) {
        (_, "public") | ("own", _) => None,
        ("public", _) => Some(hidden_from_all(member)),
        (_, other) => {
            let sees = |id: &&String| other == "shared" && goes_on_in.shared_with.contains(id);
            let partner = own.shared_with.iter().find(|id| !sees(id))?;
            Some(Wrong {
                member: member.into(),
                es: format!(
                    "«{partner}» ve este registro y no aquel en que sigue: comparta ambos con esa institución o ninguno, o sepárelos"
                ),
                en: format!(
                    "\"{partner}\" sees this record and not the one in which it goes on: share both with that institution or neither, or part them"
                ),
            })
        }
    }
}

fn hidden_from_all(member: &str) -> Wrong {
    Wrong {
        member: member.into(),
        es: "un registro público no sigue en uno que el público no ve: haga públicos ambos o ninguno, o sepárelos".into(),
        en: "a public record does not go on in one that the public does not see: make both public or neither, or part them".into(),
    }
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

/// The case that the same request made or changed before.
async fn made_before(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    key: Option<RequestKey<'_>>,
) -> Result<Option<String>, CaseError> {
    let Some(RequestKey { key, digest }) = key else { return Ok(None) };
    let mut transaction = connection.begin().await?;
    become_viewer(&mut transaction, viewer).await?;
    let query = sqlx::query_file!("src/store/queries/read_case_request.sql", viewer.account, key, digest);
    match query.fetch_optional(&mut *transaction).await? {
        Some(row) if !row.is_same => Err(CaseError::KeyOfOther),
        found => Ok(found.map(|row| row.case_id)),
    }
}

async fn remember(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    key: Option<RequestKey<'_>>,
    case: &str,
) -> Result<(), CaseError> {
    let Some(RequestKey { key, digest }) = key else { return Ok(()) };
    let query = sqlx::query_file!("src/store/queries/insert_case_request.sql", viewer.account, key, digest, case);
    let written = query.execute(connection).await;
    written.map(drop).map_err(|error| match error.as_database_error() {
        // The same request, sent twice at once, is being answered.
        Some(refusal) if refusal.is_unique_violation() => CaseError::Busy,
        _ => error.into(),
    })
}

async fn insert_fact(
    connection: &mut PgConnection,
    viewer: CaseViewer<'_>,
    case: &str,
    version: Option<(&str, i32)>,
    fact: Located,
) -> Result<(), CaseError> {
    let Located { mut columns, site } = fact;
    columns.insert("case_id".into(), case.into());
    columns.insert("recorded_by".into(), viewer.account.into());
    if let Some((id, version)) = version {
        columns.insert("id".into(), id.into());
        columns.insert("version".into(), version.into());
    }
    let query = sqlx::query_file_scalar!("src/store/queries/insert_fact.sql", Json::from(columns));
    let number = query.fetch_one(&mut *connection).await?;
    if let Some(mut site) = site {
        site.insert("case_id".into(), case.into());
        sqlx::query_file!("src/store/queries/insert_site.sql", number, Json::from(site)).execute(connection).await?;
    }
    Ok(())
}

/// What is told to nobody outside.
const WITHHELD: u8 = 0;

/// How open a place is: more to others, the greater.
fn openness(protection: Option<&str>) -> u8 {
    match protection {
        Some("withheld") => WITHHELD,
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
