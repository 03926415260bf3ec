//! Who calls: by the cookie of a session, or by a token in `Authorization` (Bearer, or Basic with the token as password).

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    api::{Problem, PublicUrl, SharedState},
    model::Right,
    people::{Caller, Secret},
};

/// Name of the cookie.
const COOKIE: &str = "rimay_session";
/// Name of the cookie of somebody who is signing in elsewhere.
const WAITING: &str = "rimay_elsewhere";

/// The address a request came from, as the connection says.
#[derive(Debug, Clone, Copy)]
pub(super) struct PeerAddress(pub(super) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for PeerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<PeerAddress, Infallible> {
        Ok(parts.extensions.get::<PeerAddress>().copied().unwrap_or(PeerAddress(None)))
    }
}

impl FromRequestParts<SharedState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Caller, Problem> {
        let caller = <Caller as OptionalFromRequestParts<SharedState>>::from_request_parts(parts, state).await?;
        caller.ok_or_else(|| Problem::signed_out("sign in first"))
    }
}

impl OptionalFromRequestParts<SharedState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Option<Caller>, Problem> {
        if let Some(shown) = token_shown(&parts.headers) {
            let caller = state.people.of_token(&state.store, &shown).await?;
            return caller.map(Some).ok_or_else(|| Problem::signed_out("this token is unknown, revoked or over"));
        }
        let Some(secret) = session_shown(&parts.headers) else { return Ok(None) };
        let caller = state.people.of_session(&state.store, secret).await?;
        if caller.is_some() && !is_safe(&parts.method) {
            refuse_foreign(&parts.headers, &state.public_url)?;
        }
        Ok(caller)
    }
}

impl Caller {
    /// Refuses who may not.
    pub(super) fn require(&self, right: Right) -> Result<(), Problem> {
        match self.may(right) {
            true => Ok(()),
            false => Err(Problem::forbidden("your account may not do this")),
        }
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses what a page of another site sends with a browser of ours.
pub(super) fn refuse_foreign(headers: &HeaderMap, own: &PublicUrl) -> Result<(), Problem> {
    match is_foreign(headers, own) {
        true => Err(Problem::forbidden("the request comes from a page of another site")),
        false => Ok(()),
    }
}

/// Whether a browser says that the request was made by a page of another site.
fn is_foreign(headers: &HeaderMap, own: &PublicUrl) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("origin") {
        None => text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")),
        Some(origin) => {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            origin != own.origin() && text("host") != Some(host)
        }
    }
}

/// The token in `Authorization`, where it can be one of ours.
fn token_shown(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Secret::shown(rest.trim());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    Secret::shown(pair.split_once(':')?.1)
}

fn session_shown(headers: &HeaderMap) -> Option<Secret> {
    cookie_shown(headers, COOKIE).and_then(Secret::shown)
}

fn cookie_shown<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// What the browser of somebody who was sent to another sign-in service has to bring back.
pub(super) fn waiting_shown(headers: &HeaderMap) -> Option<String> {
    cookie_shown(headers, WAITING).map(str::to_owned)
}

/// The cookie of somebody who is sent there; an empty one takes it away.
pub(super) fn waiting_cookie(secret: &str, url: &PublicUrl) -> (header::HeaderName, HeaderValue) {
    let seconds = if secret.is_empty() { 0 } else { 600 };
    cookie(WAITING, "/api/session/oidc", secret, seconds, url)
}

/// The cookie of a session that begins.
pub(super) fn session_cookie(secret: &Secret, url: &PublicUrl) -> (header::HeaderName, HeaderValue) {
    cookie(COOKIE, "/", secret.expose(), 12 * 3_600, url)
}

/// The cookie of a session that is over.
pub(super) fn no_session_cookie(url: &PublicUrl) -> (header::HeaderName, HeaderValue) {
    cookie(COOKIE, "/", "", 0, url)
}

fn cookie(name: &str, path: &str, value: &str, seconds: u32, url: &PublicUrl) -> (header::HeaderName, HeaderValue) {
    let secure = if url.origin().starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    (header::SET_COOKIE, HeaderValue::from_str(&text).expect("plain"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn a_request_of_a_foreign_page_is_known() {
        let own = PublicUrl::new("https://mapa.example/rimay");
        for (told, foreign) in [
            (vec![("origin", "https://mapa.example")], false),
            (vec![("origin", "http://10.0.0.1:8080"), ("host", "10.0.0.1:8080")], false),
            (vec![("origin", "https://evil.example"), ("host", "mapa.example")], true),
            (vec![("origin", "null"), ("host", "mapa.example")], true),
            (vec![("sec-fetch-site", "cross-site")], true),
            (vec![("sec-fetch-site", "same-origin")], false),
            (vec![], false),
        ] {
            assert_eq!(is_foreign(&headers(&told), &own), foreign, "{told:?}");
        }
    }

    #[test]
    fn secrets_are_found_where_they_are_shown() {
        let secret = Secret::new();
        let bearer = format!("bearer {}", secret.expose());
        let basic = format!("Basic {}", STANDARD.encode(format!("ana:{}", secret.expose())));
        for shown in [bearer, basic] {
            assert_eq!(token_shown(&headers(&[("authorization", &shown)])), Some(secret.clone()));
        }
        for shown in ["Bearer nada", "Basic nada", "Bearer", "Digest x"] {
            assert_eq!(token_shown(&headers(&[("authorization", shown)])), None, "{shown}");
        }
        let cookie = format!("a=b; {COOKIE}={}; c=d", secret.expose());
        assert_eq!(session_shown(&headers(&[("cookie", &cookie)])), Some(secret));
    }
}
