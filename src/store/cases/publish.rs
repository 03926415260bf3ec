use serde_json::{Map, Value as Json};
use sqlx::{PgConnection, PgTransaction};

use super::{CaseError, CaseViewer};
use crate::store::{Deed, audit::record};

/// Works out again what cases come to, and what of them is public; records what was done, and commits. Says whether less is public
/// than before; where it is known to be, it is told.
pub(super) async fn finish(
    mut transaction: PgTransaction<'_>,
    cases: &[&str],
    viewer: CaseViewer<'_>,
    (action, detail): (&'static str, &Json),
    is_public_no_more: bool,
) -> Result<bool, CaseError> {
    let has_narrowed = bring_up_to_date(&mut transaction, cases, is_public_no_more).await?;
    let by = Deed { account: viewer.account, action };
    record(&mut transaction, by, cases[0], detail).await?;
    commit_changed(transaction, cases).await?;
    Ok(has_narrowed)
}

/// Works out again what cases come to, and what of them is public. Says whether less is public than before.
pub(in crate::store) async fn bring_up_to_date(
    connection: &mut PgConnection,
    cases: &[&str],
    is_public_no_more: bool,
) -> Result<bool, CaseError> {
    sqlx::query("set local role rimay_register").execute(&mut *connection).await?;
    let mut features = vec![];
    for case in cases {
        sqlx::query_file!("src/store/queries/summarise_case.sql", case).execute(&mut *connection).await?;
        let query = sqlx::query_file!("src/store/queries/read_public_case.sql", case);
        let public = query.fetch_optional(&mut *connection).await?;
        features.push((*case, public.map(|row| (row.properties, row.wkb, row.started_on))));
    }
    sqlx::query("reset role").execute(&mut *connection).await?;
    let mut has_narrowed = false;
    for (case, feature) in features {
        has_narrowed |= publish(connection, case, feature, is_public_no_more).await?;
    }
    Ok(has_narrowed)
}

/// Commits what changed cases. Positions are taken last, in the order in which changes are committed.
pub(in crate::store) async fn commit_changed(
    mut transaction: PgTransaction<'_>,
    cases: &[&str],
) -> Result<(), CaseError> {
    sqlx::query("set local role rimay_register").execute(&mut *transaction).await?;
    let changed: Vec<String> = cases.iter().map(|case| (*case).to_owned()).collect();
    sqlx::query_file!("src/store/queries/advance_case_position.sql", &changed).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
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
