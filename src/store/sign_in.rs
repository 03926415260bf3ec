use jiff::Timestamp;
use serde::Serialize;

use crate::{
    model::Scope,
    store::{
        Deed, Digest, Person, Store, StoreError,
        accounts::{person, role},
        audit::{nothing, record},
        features::timestamp,
    },
};

/// What a password is compared with.
#[derive(Debug, Clone)]
pub struct KeptPassword {
    /// Number of the account.
    pub account: String,
    /// PHC string; `None` before the first password is chosen.
    pub hash: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
}

/// A token as its owner sees it; the secret is shown once only, when it is made.
#[derive(Debug, Clone, Serialize)]
pub struct ApiToken {
    /// Its number.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Option<Timestamp>,
    /// When it was last shown.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// What the password of a login is compared with.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn password_of_login(&self, login: &str) -> Result<Option<KeptPassword>, StoreError> {
        self.kept_password(Some(login), None).await
    }

    /// What the password of an account is compared with.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn password_of_account(&self, id: &str) -> Result<Option<KeptPassword>, StoreError> {
        self.kept_password(None, Some(id)).await
    }

    async fn kept_password(&self, login: Option<&str>, id: Option<&str>) -> Result<Option<KeptPassword>, StoreError> {
        let query = sqlx::query_file!("src/store/queries/read_password.sql", login, id);
        let kept = query.fetch_optional(&self.pool).await?;
        Ok(kept.map(|row| KeptPassword { account: row.id, hash: row.password_hash, active: row.active }))
    }

    /// Sets another password; all other sessions of the account end.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn change_password(&self, account: &str, hash: &str, session: &Digest) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query_file!("src/store/queries/set_password.sql", account, hash).execute(&mut *transaction).await?;
        sqlx::query_file!("src/store/queries/delete_sessions.sql", account, Some(&session[..]))
            .execute(&mut *transaction)
            .await?;
        let by = Deed { account: Some(account), action: "password.change" };
        record(&mut transaction, by, "own", &nothing()).await?;
        Ok(transaction.commit().await?)
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn begin_session(&self, account: &str, session: &Digest, hours: f64) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query_file!("src/store/queries/insert_session.sql", &session[..], account, hours);
        query.execute(&mut *transaction).await?;
        let by = Deed { account: Some(account), action: "session.begin" };
        record(&mut transaction, by, "own", &nothing()).await?;
        Ok(transaction.commit().await?)
    }

    /// Whose session it is; `None` where it is over, or was none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn person_of_session(&self, session: &Digest, idle_hours: f64) -> Result<Option<Person>, StoreError> {
        let query = sqlx::query_file!("src/store/queries/read_session.sql", &session[..], idle_hours);
        let row = query.fetch_optional(&self.pool).await?;
        row.map(|row| Ok(person!(row))).transpose()
    }

    /// Ends a session; says whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn end_session(&self, session: &Digest) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query_file_scalar!("src/store/queries/delete_session.sql", &session[..]);
        let account = query.fetch_optional(&mut *transaction).await?;
        if let Some(account) = &account {
            let by = Deed { account: Some(account), action: "session.end" };
            record(&mut transaction, by, "own", &nothing()).await?;
        }
        transaction.commit().await?;
        Ok(account.is_some())
    }

    /// Makes a token.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn create_token(
        &self,
        account: &str,
        token: &Digest,
        name: &str,
        scopes: &[Scope],
        days: Option<f64>,
    ) -> Result<String, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let words: Vec<String> = scopes.iter().map(|scope| scope.word().to_owned()).collect();
        let query =
            sqlx::query_file_scalar!("src/store/queries/insert_token.sql", &token[..], account, name, &words, days);
        let id = query.fetch_one(&mut *transaction).await?;
        let by = Deed { account: Some(account), action: "token.create" };
        record(&mut transaction, by, name, &serde_json::json!({"scopes": scopes, "days": days})).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Tokens of an account, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn tokens(&self, account: &str) -> Result<Vec<ApiToken>, StoreError> {
        let rows = sqlx::query_file!("src/store/queries/read_tokens.sql", account).fetch_all(&self.pool).await?;
        let token = rows.into_iter().map(|row| ApiToken {
            id: row.id,
            name: row.name,
            scopes: scopes_of(&row.scopes),
            created_at: timestamp(row.created_at_us),
            expires_at: row.expires_at_us.map(timestamp),
            used_at: row.used_at_us.map(timestamp),
        });
        Ok(token.collect())
    }

    /// Revokes a token of an account; says whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn revoke_token(&self, account: &str, token: &str) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query_file!("src/store/queries/revoke_token.sql", token, account);
        let was_there = query.execute(&mut *transaction).await?.rows_affected() > 0;
        if was_there {
            let by = Deed { account: Some(account), action: "token.revoke" };
            record(&mut transaction, by, token, &nothing()).await?;
        }
        transaction.commit().await?;
        Ok(was_there)
    }

    /// Whose token it is, and what it is for; `None` where it holds no more, or was none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn person_of_token(&self, token: &Digest) -> Result<Option<(Person, Vec<Scope>)>, StoreError> {
        let row = sqlx::query_file!("src/store/queries/read_token.sql", &token[..]).fetch_optional(&self.pool).await?;
        row.map(|row| {
            let scopes = scopes_of(&row.scopes);
            Ok((person!(row), scopes))
        })
        .transpose()
    }
}

fn scopes_of(words: &[String]) -> Vec<Scope> {
    words.iter().filter_map(|word| word.parse().ok()).collect()
}
