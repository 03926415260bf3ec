use std::fmt;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::{
    api::{Problem, SharedState},
    model::Right,
    people::Caller,
    store::Edit,
};

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

/// Who may write layers: whoever shows the configured token, and whose account may.
pub(super) struct Editor {
    /// Number of their account; `None` of whoever shows the configured token.
    pub(super) account: Option<String>,
}

impl Editor {
    /// What they write into a layer.
    pub(super) fn of<'a>(&'a self, layer: &'a str) -> Edit<'a> {
        Edit { layer, account: self.account.as_deref() }
    }
}

impl FromRequestParts<SharedState> for Editor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Editor, Problem> {
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        // The name of a scheme is the same in capitals (RFC 9110, section 11.1).
        let shown =
            shown.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        if let (Some(token), Some((_, shown))) = (&state.edit_token, shown)
            && token.is(shown.trim())
        {
            return Ok(Editor { account: None });
        }
        match Option::<Caller>::from_request_parts(parts, state).await? {
            Some(caller) => {
                caller.require(Right::WriteLayers)?;
                Ok(Editor { account: Some(caller.person.id) })
            }
            None if state.edit_token.is_some() => Err(Problem::unauthorized()),
            None => Err(Problem::forbidden(
                "features are read-only here: no edit token is configured, and you have not signed in as a steward of layers",
            )),
        }
    }
}
