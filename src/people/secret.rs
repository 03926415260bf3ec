use std::{fmt, fmt::Write};

use sha2::{Digest as _, Sha256};

use crate::store::Digest;

/// Bytes of a secret.
const BYTES: usize = 32;

/// A secret of a session, a token or an invitation. Never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Panics
    /// Where the system gives no random bytes.
    pub fn new() -> Secret {
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        Secret(bytes.iter().fold(String::with_capacity(2 * BYTES), |mut text, byte| {
            write!(text, "{byte:02x}").expect("strings take all");
            text
        }))
    }

    /// One that was shown; `None` where it cannot be one.
    pub fn shown(text: &str) -> Option<Secret> {
        let is_one = text.len() == 2 * BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Secret(text.to_owned()))
    }

    /// To be shown, once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Sha256::digest(&self.0).into()
    }
}

impl Default for Secret {
    fn default() -> Secret {
        Secret::new()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_alike_and_do_not_print() {
        let (one, other) = (Secret::new(), Secret::new());
        assert!(one != other && one.digest() != other.digest());
        assert_eq!(Secret::shown(one.expose()), Some(one.clone()));
        assert_eq!(format!("{one:?}"), "***");
        assert_eq!(
            Secret::shown(&one.expose().to_uppercase()).is_none(),
            one.expose().bytes().any(|b| b.is_ascii_lowercase())
        );
        assert_eq!(Secret::shown(""), None);
    }
}
