use serde::Serialize;
use sqlx::PgConnection;

use crate::{
    model::Role,
    store::{
        CaseError, Deed, Store, StoreError,
        audit::{nothing, record},
        cases::{bring_up_to_date, commit_changed},
    },
};

/// SHA-256 of a secret: only this is kept of it.
pub type Digest = [u8; 32];

/// An institution.
#[derive(Debug, Clone, Serialize)]
pub struct Institution {
    /// Its name in URLs and tables.
    pub id: String,
    /// What people call it, in Spanish.
    pub title_es: String,
    /// In English.
    pub title_en: String,
    /// Whether it makes no accounts and is offered no more; what it recorded stays.
    pub closed: bool,
}

/// Who somebody with an account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Number of the account.
    pub id: String,
    /// Their institution.
    pub institution: String,
    /// What they sign in with.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they do here.
    pub role: Role,
    /// Of reporters: level of the alert network, 1 to 3.
    pub network_level: Option<i16>,
    /// UBIGEO prefixes; empty for the whole country.
    pub jurisdiction: Vec<String>,
}

/// An account as those see it who look after accounts.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// Whose it is.
    #[serde(flatten)]
    pub person: Person,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether they have chosen a password.
    pub has_password: bool,
    /// Grows with every change.
    pub version: i32,
}

/// What an account shall be.
#[derive(Debug, Clone)]
pub struct AccountDraft {
    /// See [`Person`].
    pub institution: String,
    /// See [`Person`].
    pub login: String,
    /// See [`Person`].
    pub name: String,
    /// See [`Person`].
    pub role: Role,
    /// See [`Person`].
    pub network_level: Option<i16>,
    /// See [`Person`].
    pub jurisdiction: Vec<String>,
}

/// Whom an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// Whoever sets the server up.
    FirstAdministrator,
    /// Somebody with an account.
    Person {
        /// Number of the account.
        account: String,
        /// What they sign in with.
        login: String,
        /// What they are called.
        name: String,
    },
}

/// Why an account was not written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is none.
    #[error("there is no such account")]
    Unknown,
    /// Another has this login.
    #[error("another account has the login \"{0}\"")]
    LoginTaken(String),
    /// Somebody changed it since.
    #[error("the account was changed since you read it; it is now version {0}")]
    Changed(i32),
    /// The institution is not there, or no longer.
    #[error("there is no institution \"{0}\"")]
    UnknownInstitution(String),
    /// There is one with this code.
    #[error("there is an institution \"{0}\" already: change it in the list, or choose another code")]
    InstitutionTaken(String),
    /// The invitation is used or over.
    #[error("this link was used already or is over; ask for another one")]
    NotInvited,
    /// Cases of an institution could not be told by its new name.
    #[error(transparent)]
    Cases(#[from] CaseError),
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> AccountError {
        AccountError::Store(error.into())
    }
}

/// Reads a row with the columns of a person.
macro_rules! person {
    ($row:expr) => {
        Person {
            id: $row.id,
            institution: $row.institution,
            login: $row.login,
            name: $row.name,
            role: role($row.role)?,
            network_level: $row.network_level,
            jurisdiction: $row.jurisdiction,
        }
    };
}
pub(super) use person;

macro_rules! account {
    ($row:expr) => {
        Account { active: $row.active, has_password: $row.has_password, version: $row.version, person: person!($row) }
    };
}

pub(super) fn role(word: String) -> Result<Role, StoreError> {
    word.parse().map_err(|error| StoreError::Database(sqlx::Error::Decode(Box::new(error))))
}

impl Store {
    /// Whether anybody has an account.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_file_scalar!("src/store/queries/has_accounts.sql").fetch_one(&self.pool).await?)
    }

    /// Institutions, also those that are closed.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn institutions(&self) -> Result<Vec<Institution>, StoreError> {
        let query = sqlx::query_file_as!(Institution, "src/store/queries/read_institutions.sql");
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Makes an institution, or changes what it is called or whether it is closed; where it shall be new, makes it or changes nothing.
    ///
    /// # Errors
    /// [`AccountError::InstitutionTaken`], [`AccountError::Store`].
    pub async fn save_institution(&self, own: &Institution, is_new: bool, account: &str) -> Result<(), AccountError> {
        let mut transaction = self.pool.begin().await?;
        let Institution { id, title_es, title_en, closed } = own;
        let query =
            sqlx::query_file!("src/store/queries/save_institution.sql", id, title_es, title_en, *closed, is_new);
        let was = sqlx::query_file_scalar!("src/store/queries/read_institution_title.sql", id);
        let was = was.fetch_optional(&mut *transaction).await?;
        if query.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Err(AccountError::InstitutionTaken(id.clone()));
        }
        let by = Deed { account: Some(account), action: "institution.save" };
        let detail = serde_json::json!({"title_es": title_es, "title_en": title_en, "closed": closed});
        record(&mut transaction, by, id, &detail).await?;
        // The map tells whose a case is.
        let cases = match was.is_some_and(|was| was != *title_es) {
            true => public_cases(&mut transaction, id).await?,
            false => vec![],
        };
        let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
        bring_up_to_date(&mut transaction, &cases, false).await?;
        commit_changed(transaction, &cases).await?;
        Ok(())
    }

    /// Accounts of an institution, or all.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn accounts(&self, institution: Option<&str>) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query_file!("src/store/queries/read_accounts.sql", institution).fetch_all(&self.pool).await?;
        rows.into_iter().map(|row| Ok(account!(row))).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// [`AccountError::Unknown`], [`AccountError::Store`].
    pub async fn account(&self, id: &str) -> Result<Account, AccountError> {
        let row = sqlx::query_file!("src/store/queries/read_account.sql", id).fetch_optional(&self.pool).await?;
        let row = row.ok_or(AccountError::Unknown)?;
        Ok(account!(row))
    }

    /// Makes an account with an invitation to choose its password.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn create_account(
        &self,
        draft: &AccountDraft,
        invitation: &Digest,
        hours: f64,
        by: Deed<'_>,
    ) -> Result<String, AccountError> {
        let mut transaction = self.pool.begin().await?;
        let id = insert_account(&mut transaction, draft).await?;
        insert_invitation(&mut transaction, invitation, Some(&id), hours).await?;
        let detail = serde_json::json!({"institution": draft.institution, "role": draft.role});
        record(&mut transaction, by, &draft.login, &detail).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Changes an account that is still as it was seen. Whoever is no longer active, or has another role or institution, is signed
    /// out, and their tokens are revoked.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn change_account(&self, seen: &Account, next: &Account, by: Deed<'_>) -> Result<(), AccountError> {
        let mut transaction = self.pool.begin().await?;
        let Person { institution, name, role, network_level, jurisdiction, .. } = &next.person;
        let (id, version) = (&seen.person.id, seen.version);
        let query = sqlx::query_file!(
            "src/store/queries/update_account.sql",
            id,
            version,
            name,
            role.word(),
            *network_level,
            jurisdiction,
            next.active,
            institution
        );
        let written =
            query.execute(&mut *transaction).await.map_err(|error| refused(error, &seen.person.login, institution))?;
        if written.rows_affected() == 0 {
            drop(transaction);
            return Err(AccountError::Changed(self.account(id).await?.version));
        }
        let before = (seen.active, seen.person.role, &seen.person.institution);
        if before != (next.active, *role, institution) {
            sqlx::query_file!("src/store/queries/delete_sessions.sql", id, None::<&[u8]>)
                .execute(&mut *transaction)
                .await?;
            sqlx::query_file!("src/store/queries/revoke_tokens.sql", id).execute(&mut *transaction).await?;
        }
        let detail = serde_json::json!({"before": seen, "after": next});
        record(&mut transaction, by, &seen.person.login, &detail).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes an invitation for an account, or for the first administrator; earlier ones hold no more.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn invite(
        &self,
        account: Option<(&str, &str)>,
        invitation: &Digest,
        hours: f64,
        by: Deed<'_>,
    ) -> Result<(), AccountError> {
        let mut transaction = self.pool.begin().await?;
        insert_invitation(&mut transaction, invitation, account.map(|(id, _)| id), hours).await?;
        let subject = account.map_or("first administrator", |(_, login)| login);
        record(&mut transaction, by, subject, &nothing()).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whom an invitation is for; `None` where it is used or over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn invited(&self, invitation: &Digest) -> Result<Option<Invited>, StoreError> {
        let query = sqlx::query_file!("src/store/queries/read_invitation.sql", &invitation[..]);
        Ok(query.fetch_optional(&self.pool).await?.map(|row| match (row.account, row.login, row.name) {
            (Some(account), Some(login), Some(name)) => Invited::Person { account, login, name },
            _ => Invited::FirstAdministrator,
        }))
    }

    /// Takes an invitation, once, and sets the password of its account; the first administrator's account is made. All sessions of
    /// the account end.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn accept_invitation(
        &self,
        invitation: &Digest,
        first: Option<&AccountDraft>,
        password_hash: &str,
    ) -> Result<String, AccountError> {
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query_file_scalar!("src/store/queries/use_invitation.sql", &invitation[..]);
        let account = query.fetch_optional(&mut *transaction).await?.ok_or(AccountError::NotInvited)?;
        let id = match (account, first) {
            (Some(id), None) => id,
            (None, Some(draft)) => insert_account(&mut transaction, draft).await?,
            _ => return Err(AccountError::NotInvited),
        };
        sqlx::query_file!("src/store/queries/set_password.sql", id, password_hash).execute(&mut *transaction).await?;
        sqlx::query_file!("src/store/queries/delete_sessions.sql", id, None::<&[u8]>)
            .execute(&mut *transaction)
            .await?;
        let by = Deed { account: Some(&id), action: "password.choose" };
        record(&mut transaction, by, first.map_or("own", |draft| &draft.login), &nothing()).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// Ids of the cases of an institution that are on the map.
async fn public_cases(connection: &mut PgConnection, institution: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query("set local role rimay_register").execute(&mut *connection).await?;
    let query = sqlx::query_file_scalar!("src/store/queries/read_public_cases.sql", institution);
    let cases = query.fetch_all(&mut *connection).await?;
    sqlx::query("reset role").execute(&mut *connection).await?;
    Ok(cases)
}

async fn insert_account(connection: &mut PgConnection, draft: &AccountDraft) -> Result<String, AccountError> {
    let AccountDraft { institution, login, name, role, network_level, jurisdiction } = draft;
    let query = sqlx::query_file_scalar!(
        "src/store/queries/insert_account.sql",
        institution,
        login,
        name,
        role.word(),
        *network_level,
        jurisdiction
    );
    query.fetch_one(connection).await.map_err(|error| refused(error, login, institution))
}

async fn insert_invitation(
    connection: &mut PgConnection,
    invitation: &Digest,
    account: Option<&str>,
    hours: f64,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query_file!("src/store/queries/insert_invitation.sql", &invitation[..], account, hours);
    query.execute(connection).await.map(drop)
}

fn refused(error: sqlx::Error, login: &str, institution: &str) -> AccountError {
    match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => AccountError::LoginTaken(login.to_owned()),
        Some(refusal) if refusal.is_foreign_key_violation() => AccountError::UnknownInstitution(institution.to_owned()),
        _ => error.into(),
    }
}
