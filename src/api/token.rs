use std::fmt;

use sha2::{Digest, Sha256};

/// The token that lets its bearer write. Only its digest is kept, and it never prints.
#[derive(Clone)]
pub struct EditToken([u8; 32]);

impl EditToken {
    /// From the configured token.
    pub fn new(token: &str) -> EditToken {
        EditToken(Sha256::digest(token).into())
    }

    /// Whether the shown text is the token. Digests are compared, so that the time it takes tells nothing of the token.
    pub(super) fn is(&self, shown: &str) -> bool {
        EditToken::new(shown).0 == self.0
    }
}

impl fmt::Debug for EditToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
