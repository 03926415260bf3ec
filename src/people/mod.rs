//! Who somebody is: passwords, sessions, tokens, and how often one may try.
//!
//! Secrets are random and shown once; of each only a SHA-256 is kept. Passwords are kept as Argon2id.

mod oidc;
mod password;
mod secret;
mod throttle;

use std::net::IpAddr;

pub use oidc::{OidcError, OidcSettings, OpenIdConnect};
pub use password::{PasswordError, Passwords};
pub use secret::Secret;
pub use throttle::Throttle;

use crate::{
    model::{Right, Scope},
    store::{KeptPassword, Person, Store, StoreError},
};

/// Characters of a login, at most.
const LONGEST_LOGIN: usize = 100;
/// Hours a session lasts at most.
const SESSION_HOURS: f64 = 12.0;
/// Hours without a request after which it is over.
const IDLE_HOURS: f64 = 2.0;

/// Somebody who showed who they are.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub person: Person,
    /// How.
    pub by: Shown,
}

/// What a caller showed.
#[derive(Debug, Clone)]
pub enum Shown {
    /// The cookie of a session: its secret.
    Session(Secret),
    /// A token for these.
    Token(Vec<Scope>),
}

impl Caller {
    /// Whether they may do it, by their role and, with a token, by its scopes.
    pub fn may(&self, right: Right) -> bool {
        let by_role = self.person.role.may(right);
        match &self.by {
            Shown::Session(_) => by_role,
            Shown::Token(scopes) => by_role && right.scope().is_some_and(|scope| scopes.contains(&scope)),
        }
    }
}

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The login or the password is wrong, or the account is no longer active: it is not said which.
    #[error("login or password is not right")]
    Wrong,
    /// Too many tries that failed.
    #[error("too many tries failed; try again in {seconds} s")]
    TooOften {
        /// How long to wait.
        seconds: u16,
    },
    /// The password cannot be looked at.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Signs people in.
#[derive(Debug, Default)]
pub struct People {
    passwords: Passwords,
    throttle: Throttle,
}

impl People {
    /// Checks a password and begins a session. Takes as long for a login that nobody has.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(
        &self,
        store: &Store,
        login: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Secret, SignInError> {
        let login: String = login.trim().to_lowercase().chars().take(LONGEST_LOGIN).collect();
        let tries = [Some(format!("login {login}")), from.map(|address| format!("address {address}"))];
        let tries: Vec<String> = tries.into_iter().flatten().collect();
        self.throttle.check(&tries).map_err(|seconds| SignInError::TooOften { seconds })?;
        let kept = store.password_of_login(&login).await?;
        let Some(account) = self.matching(kept, password).await? else {
            self.throttle.failed(&tries);
            return Err(SignInError::Wrong);
        };
        self.throttle.succeeded(&tries);
        let secret = Secret::new();
        store.begin_session(&account, &secret.digest(), SESSION_HOURS).await?;
        Ok(secret)
    }

    /// Begins a session of whoever another service vouches for: of the account that bears the first of these logins that one does.
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::Wrong`] where none is active.
    pub async fn sign_in_vouched(&self, store: &Store, logins: &[String]) -> Result<Secret, SignInError> {
        for login in logins {
            if let Some(kept) = store.password_of_login(login).await?.filter(|kept| kept.active) {
                let secret = Secret::new();
                store.begin_session(&kept.account, &secret.digest(), SESSION_HOURS).await?;
                return Ok(secret);
            }
        }
        Err(SignInError::Wrong)
    }

    /// Whether this is the password of an account.
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::Wrong`] where it is not.
    pub async fn check_own(&self, store: &Store, account: &str, password: String) -> Result<(), SignInError> {
        let tries = [format!("account {account}")];
        self.throttle.check(&tries).map_err(|seconds| SignInError::TooOften { seconds })?;
        let kept = store.password_of_account(account).await?;
        if self.matching(kept, password).await?.is_none() {
            self.throttle.failed(&tries);
            return Err(SignInError::Wrong);
        }
        Ok(())
    }

    /// The hash of a new password that is good enough.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.passwords.hash(password).await
    }

    /// The account whose password it is.
    async fn matching(&self, kept: Option<KeptPassword>, password: String) -> Result<Option<String>, PasswordError> {
        let usable = kept.filter(|kept| kept.active);
        let hash = usable.as_ref().and_then(|kept| kept.hash.clone());
        let is_right = self.passwords.verify(password, hash).await?;
        Ok(usable.filter(|_| is_right).map(|kept| kept.account))
    }

    /// Whose session it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of_session(&self, store: &Store, secret: Secret) -> Result<Option<Caller>, StoreError> {
        let person = store.person_of_session(&secret.digest(), IDLE_HOURS).await?;
        Ok(person.map(|person| Caller { person, by: Shown::Session(secret) }))
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of_token(&self, store: &Store, secret: &Secret) -> Result<Option<Caller>, StoreError> {
        let found = store.person_of_token(&secret.digest()).await?;
        Ok(found.map(|(person, scopes)| Caller { person, by: Shown::Token(scopes) }))
    }
}
