use std::fmt;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::api::{Problem, SharedState};

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

/// Whoever shows the configured token may write.
pub(super) struct Editor;

impl FromRequestParts<SharedState> for Editor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Editor, Problem> {
        let Some(token) = &state.edit_token else {
            return Err(Problem::forbidden("features are read-only here: no edit token is configured"));
        };
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        // The name of a scheme is the same in capitals (RFC 9110, section 11.1).
        let shown =
            shown.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match shown {
            Some((_, shown)) if token.is(shown.trim()) => Ok(Editor),
            _ => Err(Problem::unauthorized()),
        }
    }
}
