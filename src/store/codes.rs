//! Code lists of institutions, what they have in common, and schemes.

use serde_json::json;
use sqlx::{Connection, PgTransaction};

use crate::{
    model::cases::{COMMON, CodeMatch, ListedCode, Scheme},
    store::{
        CaseError, Deed, Store, StoreError,
        audit::record,
        cases::{bring_up_to_date, commit_changed},
    },
};

impl Store {
    /// The crosswalk.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn code_matches(&self) -> Result<Vec<CodeMatch>, StoreError> {
        let query = sqlx::query_file_as!(CodeMatch, "src/store/queries/read_code_matches.sql");
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// The next version of a code that is still as it was seen; of version 0 a new one.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn save_code(&self, code: &ListedCode, account: &str) -> Result<i32, CaseError> {
        let mut connection = self.editing.acquire().await?;
        let mut transaction = connection.begin().await?;
        let ListedCode { institution, list, code, title_es, title_en, retired, version } = code;
        let query = sqlx::query_file_scalar!(
            "src/store/queries/save_code.sql",
            institution,
            list,
            code,
            title_es,
            title_en,
            *retired,
            account,
            *version
        );
        let saved = query.fetch_optional(&mut *transaction).await.map_err(|error| outrun(error, *version))?;
        let next = saved.ok_or(CaseError::Changed { version: version.saturating_add(1), current: None })?;
        let by = Deed { account: Some(account), action: "code.save" };
        let detail = json!({"title_es": title_es, "title_en": title_en, "retired": retired, "version": next});
        record(&mut transaction, by, &format!("{institution}/{list}/{code}"), &detail).await?;
        transaction.commit().await?;
        Ok(next)
    }

    /// Says what another institution calls the same; cases whose common words follow from it are told by them. Says whether less is
    /// public than before.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn save_code_match(&self, own: &CodeMatch, account: &str) -> Result<bool, CaseError> {
        let mut connection = self.editing.acquire().await?;
        let mut transaction = connection.begin().await?;
        let CodeMatch { institution, list, code, to_institution, to_code, relation, .. } = own;
        let query = sqlx::query_file!(
            "src/store/queries/save_code_match.sql",
            institution,
            list,
            code,
            to_institution,
            to_code,
            relation
        );
        query.execute(&mut *transaction).await.map_err(|error| match error.as_database_error() {
            Some(refusal) if refusal.is_foreign_key_violation() => {
                CaseError::Refused("one of the two codes is not there".into())
            }
            Some(refusal) if refusal.is_check_violation() => {
                CaseError::Refused("an institution matches the codes of others, not its own".into())
            }
            _ => error.into(),
        })?;
        let by = Deed { account: Some(account), action: "code.match" };
        record(&mut transaction, by, &format!("{institution}/{list}/{code}"), &json!(own)).await?;
        retell(transaction, own).await
    }

    /// Takes back what another institution calls the same; as [`Store::save_code_match`].
    ///
    /// # Errors
    /// [`CaseError`]; [`CaseError::Unknown`] where nothing was said.
    pub async fn remove_code_match(&self, own: &CodeMatch, account: &str) -> Result<bool, CaseError> {
        let mut connection = self.editing.acquire().await?;
        let mut transaction = connection.begin().await?;
        let CodeMatch { institution, list, code, to_institution, .. } = own;
        let query =
            sqlx::query_file!("src/store/queries/delete_code_match.sql", institution, list, code, to_institution);
        if query.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Err(CaseError::Refused("nothing was said of these two".into()));
        }
        let by = Deed { account: Some(account), action: "code.unmatch" };
        let detail = json!({"to_institution": to_institution});
        record(&mut transaction, by, &format!("{institution}/{list}/{code}"), &detail).await?;
        retell(transaction, own).await
    }

    /// The next version of a scheme that is still as it was seen; of version 0 a new one.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn save_scheme(&self, scheme: &Scheme, account: &str) -> Result<i32, CaseError> {
        let mut connection = self.editing.acquire().await?;
        let mut transaction = connection.begin().await?;
        let Scheme {
            id,
            version,
            institution,
            title_es,
            title_en,
            definition_es,
            definition_en,
            conditions,
            source_classes,
        } = scheme;
        let query = sqlx::query_file_scalar!(
            "src/store/queries/save_scheme.sql",
            id,
            institution,
            title_es,
            title_en,
            definition_es,
            definition_en,
            json!(conditions),
            source_classes,
            account,
            *version
        );
        let saved = query.fetch_optional(&mut *transaction).await.map_err(|error| outrun(error, *version))?;
        let next = saved.ok_or(CaseError::Changed { version: version.saturating_add(1), current: None })?;
        let by = Deed { account: Some(account), action: "scheme.save" };
        record(&mut transaction, by, id, &json!({"version": next, "conditions": conditions})).await?;
        transaction.commit().await?;
        Ok(next)
    }
}

/// Commits a change of what a code is called in the words that are common to all, with all cases that have it told by them.
async fn retell(mut transaction: PgTransaction<'_>, of: &CodeMatch) -> Result<bool, CaseError> {
    if of.to_institution != COMMON {
        transaction.commit().await?;
        return Ok(false);
    }
    sqlx::query("set local role rimay_register").execute(&mut *transaction).await?;
    let query =
        sqlx::query_file_scalar!("src/store/queries/read_cases_with_code.sql", of.list, of.institution, of.code);
    let cases = query.fetch_all(&mut *transaction).await?;
    sqlx::query("reset role").execute(&mut *transaction).await?;
    let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
    let has_narrowed = bring_up_to_date(&mut transaction, &cases, false).await?;
    commit_changed(transaction, &cases).await?;
    Ok(has_narrowed)
}

/// Somebody else wrote the same version at the same moment.
fn outrun(error: sqlx::Error, seen: i32) -> CaseError {
    match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => {
            CaseError::Changed { version: seen.saturating_add(1), current: None }
        }
        Some(refusal) if refusal.is_foreign_key_violation() => {
            CaseError::Refused("there is no such institution".into())
        }
        _ => error.into(),
    }
}
