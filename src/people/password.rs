use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{Error, SaltString},
};
use tokio::sync::Semaphore;

/// Characters of a password, at least; of a passphrase in any language.
const LEAST: usize = 12;
/// Bytes of a password, at most: longer ones are not even looked at.
const MOST_BYTES: usize = 1_024;
/// Passwords looked at at once: each takes 19 MiB and a processor for some 30 ms.
const AT_ONCE: usize = 2;
/// How many wait for it.
const MOST_WAITING: usize = 32;

/// Hashes passwords and compares them (Argon2id version 19, 19 MiB, 2 passes, as OWASP advises), a few at once.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    places: Semaphore,
}

/// Why a password was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password needs {LEAST} characters at least")]
    TooShort,
    /// Too long.
    #[error("a password has at most {MOST_BYTES} bytes")]
    TooLong,
    /// The same character again and again, or next to it.
    #[error("a password needs five different characters at least")]
    TooPlain,
    /// Too many others are being looked at.
    #[error("too many sign in at this moment; try again")]
    Busy,
    /// It cannot be hashed.
    #[error("the password cannot be hashed: {0}")]
    Hash(Error),
    /// The working thread ended early.
    #[error("looking at the password was interrupted")]
    Interrupted,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { turns: Semaphore::new(AT_ONCE), places: Semaphore::new(AT_ONCE + MOST_WAITING) }
    }
}

impl Passwords {
    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub(super) async fn hash(&self, password: String) -> Result<String, PasswordError> {
        if password.len() > MOST_BYTES {
            return Err(PasswordError::TooLong);
        }
        if password.chars().count() < LEAST {
            return Err(PasswordError::TooShort);
        }
        if password.chars().collect::<std::collections::HashSet<_>>().len() < 5 {
            return Err(PasswordError::TooPlain);
        }
        self.work(move || hash(&password).map_err(PasswordError::Hash)).await?
    }

    /// Whether it is the password of a hash. Without a hash it takes as long, and is not.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, PasswordError> {
        if password.len() > MOST_BYTES {
            return Ok(false);
        }
        self.work(move || {
            let kept = hash.as_deref().and_then(|hash| PasswordHash::new(hash).ok());
            match kept {
                Some(kept) => Argon2::default().verify_password(password.as_bytes(), &kept).is_ok(),
                None => {
                    let mut out = [0; 32];
                    let _ = Argon2::default().hash_password_into(password.as_bytes(), b"nobody has it", &mut out);
                    false
                }
            }
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _place = self.places.try_acquire().map_err(|_| PasswordError::Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_| PasswordError::Interrupted)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Interrupted)
    }
}

fn hash(password: &str) -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| Error::Crypto)?;
    let salt = SaltString::encode_b64(&bytes)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::default();
        let right = "tres ríos y un cerro";
        let hash = passwords.hash(right.into()).await.expect("good enough");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(right.into(), Some(hash.clone())).await.expect("a turn"));
        for wrong in ["tres rios y un cerro", "", "x"] {
            assert!(!passwords.verify(wrong.into(), Some(hash.clone())).await.expect("a turn"));
        }
        assert!(!passwords.verify(right.into(), None).await.expect("a turn"));
        assert!(!passwords.verify(right.into(), Some("nada".into())).await.expect("a turn"));
    }

    #[tokio::test]
    async fn a_poor_password_is_refused() {
        let passwords = Passwords::default();
        for poor in ["corta", "aaaaaaaaaaaaaa", "abababababab", &"x".repeat(2_000)] {
            passwords.hash(poor.into()).await.expect_err(poor);
        }
    }
}
