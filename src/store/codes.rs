//! Code lists of institutions, what they have in common, and schemes.

use serde_json::json;
use sqlx::Connection;

use crate::{
    model::cases::{CodeMatch, ListedCode, Scheme},
    store::{CaseError, Deed, Store, StoreError, audit::record},
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

    /// Says what another institution calls the same.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn save_code_match(&self, own: &CodeMatch, account: &str) -> Result<(), CaseError> {
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
            _ => error.into(),
        })?;
        let by = Deed { account: Some(account), action: "code.match" };
        record(&mut transaction, by, &format!("{institution}/{list}/{code}"), &json!(own)).await?;
        Ok(transaction.commit().await?)
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
