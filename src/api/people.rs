//! Signing in and out, choosing a password, tokens of one's own.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        caller::{PeerAddress, no_session_cookie, refuse_foreign, session_cookie, waiting_cookie, waiting_shown},
        params::Params,
    },
    model::{Role, Scope, cases::Wrong},
    people::{Caller, OidcError, OpenIdConnect, PasswordError, Secret, Shown, SignInError},
    store::{AccountDraft, AccountError, Invited},
};

/// Days a token may hold, at most.
const MOST_DAYS: f64 = 3_660.0;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/session", get(who).post(sign_in).delete(sign_out))
        .route("/api/session/oidc", get(begin_elsewhere))
        .route("/api/session/oidc/return", get(return_from_elsewhere))
        .route("/api/session/password", put(change_password))
        .route("/api/invitations", post(invited))
        .route("/api/invitations/accept", post(accept))
        .route("/api/tokens", get(tokens).post(create_token))
        .route("/api/tokens/{id}", delete(revoke_token))
        .route("/api/institutions", get(institutions))
}

/// What is about people no cache keeps.
pub(super) async fn keep_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::bad_body(format!("expected a JSON object: {error}")))
}

/// `GET /api/session`: who is signed in, if anybody.
async fn who(State(state): State<SharedState>, caller: Option<Caller>) -> Result<Json<Json_>, Problem> {
    let has_accounts = caller.is_some() || state.store.has_accounts().await?;
    let person = caller.map(|caller| caller.person);
    let elsewhere = state.oidc.as_ref().map(OpenIdConnect::name);
    Ok(Json(json!({"person": person, "has_accounts": has_accounts, "elsewhere": elsewhere})))
}

fn elsewhere(state: &SharedState) -> Result<&OpenIdConnect, Problem> {
    state.oidc.as_ref().ok_or_else(|| Problem::not_found("no other sign-in service is configured here"))
}

/// `GET /api/session/oidc`: on to the sign-in service that is configured.
async fn begin_elsewhere(State(state): State<SharedState>, params: Params) -> Result<Response, Problem> {
    params.allow_only([])?;
    let (address, secret) = elsewhere(&state)?.begin().await?;
    let location = (header::LOCATION, HeaderValue::from_str(&address).map_err(|_| Problem::internal())?);
    Ok((StatusCode::SEE_OTHER, [location, waiting_cookie(&secret, &state.public_url)]).into_response())
}

/// `GET /api/session/oidc/return?code=…&state=…`: back from it. Only the browser that was sent there is signed in.
async fn return_from_elsewhere(
    State(state): State<SharedState>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let service = elsewhere(&state)?;
    let to = |path: &str| {
        let address = HeaderValue::from_str(&state.public_url.path(path)).expect("a path");
        (header::LOCATION, address)
    };
    let no_wait = waiting_cookie("", &state.public_url);
    let (Some(code), Some(secret)) = (params.get("code"), params.get("state")) else {
        return Ok((StatusCode::SEE_OTHER, [to("/entrar#servicio=rechazo"), no_wait]).into_response());
    };
    if waiting_shown(&headers).as_deref() != Some(secret) {
        return Err(OidcError::Stray.into());
    }
    let logins = service.finish(code.to_owned(), secret).await?;
    match state.people.sign_in_vouched(&state.store, &logins).await {
        Ok(session) => {
            let cookie = session_cookie(&session, &state.public_url);
            Ok((StatusCode::SEE_OTHER, [to("/entrar"), no_wait, cookie]).into_response())
        }
        Err(SignInError::Wrong) => {
            Ok((StatusCode::SEE_OTHER, [to("/entrar#servicio=sin-cuenta"), no_wait]).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    password: String,
}

/// `POST /api/session`: begins a session, whose cookie comes with the answer.
async fn sign_in(
    State(state): State<SharedState>,
    PeerAddress(from): PeerAddress,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    // Nobody is signed in by another site, as whom it likes.
    refuse_foreign(&headers, &state.public_url)?;
    let SignIn { login, password } = read(&body)?;
    let secret = state.people.sign_in(&state.store, &login, password, from).await?;
    let cookie = session_cookie(&secret, &state.public_url);
    let caller = state.people.of_session(&state.store, secret).await?.ok_or_else(Problem::internal)?;
    Ok(([cookie], Json(json!({"person": caller.person, "has_accounts": true}))).into_response())
}

/// `DELETE /api/session`: ends it.
async fn sign_out(State(state): State<SharedState>, caller: Option<Caller>) -> Result<Response, Problem> {
    if let Some(Caller { by: Shown::Session(secret), .. }) = &caller {
        state.store.end_session(&secret.digest()).await?;
    }
    Ok((StatusCode::NO_CONTENT, [no_session_cookie(&state.public_url)]).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passwords {
    old: String,
    new: String,
}

/// The session of whoever signed in: some things are not done with a token.
pub(super) fn session_of(caller: &Caller) -> Result<&Secret, Problem> {
    match &caller.by {
        Shown::Session(secret) => Ok(secret),
        Shown::Token(_) => Err(Problem::forbidden("this is done by whoever signs in, not with a token")),
    }
}

/// `PUT /api/session/password`: another password of one's own; all other sessions end.
async fn change_password(
    State(state): State<SharedState>,
    caller: Caller,
    WholeBody(body): WholeBody,
) -> Result<StatusCode, Problem> {
    let session = session_of(&caller)?;
    let Passwords { old, new } = read(&body)?;
    state.people.check_own(&state.store, &caller.person.id, old).await?;
    let hash = state.people.hash(new).await?;
    state.store.change_password(&caller.person.id, &hash, &session.digest()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    secret: String,
}

fn secret_of(shown: &str) -> Result<Secret, Problem> {
    Secret::shown(shown).ok_or_else(|| Problem::from(AccountError::NotInvited))
}

/// `POST /api/invitations`: whom the invitation of a secret is for. The secret is in the body, for addresses are logged.
async fn invited(State(state): State<SharedState>, WholeBody(body): WholeBody) -> Result<Json<Json_>, Problem> {
    let Invitation { secret } = read(&body)?;
    match state.store.invited(&secret_of(&secret)?.digest()).await? {
        Some(Invited::FirstAdministrator) => Ok(Json(json!({"first_administrator": true}))),
        Some(Invited::Person { login, name, .. }) => {
            Ok(Json(json!({"first_administrator": false, "login": login, "name": name})))
        }
        None => Err(AccountError::NotInvited.into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    secret: String,
    password: String,
    /// Of the first administrator.
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    institution: Option<String>,
}

/// `POST /api/invitations/accept`: chooses the password, once.
async fn accept(State(state): State<SharedState>, WholeBody(body): WholeBody) -> Result<StatusCode, Problem> {
    let acceptance: Acceptance = read(&body)?;
    let digest = secret_of(&acceptance.secret)?.digest();
    let first = match state.store.invited(&digest).await?.ok_or(AccountError::NotInvited)? {
        Invited::Person { .. } => None,
        Invited::FirstAdministrator => {
            let Acceptance { login: Some(login), name: Some(name), institution: Some(institution), .. } = &acceptance
            else {
                return Err(Problem::bad_body("the first administrator says login, name and institution"));
            };
            Some(AccountDraft {
                institution: institution.clone(),
                login: checked_login(login)?,
                name: checked_name(name)?,
                role: Role::SystemAdmin,
                network_level: None,
                jurisdiction: vec![],
            })
        }
    };
    let hash = state.people.hash(acceptance.password).await?;
    state.store.accept_invitation(&digest, first.as_ref(), &hash).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one signs in with, lower case.
pub(super) fn checked_login(told: &str) -> Result<String, Problem> {
    let login = told.trim().to_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._@+-".contains(c);
    let begins = login.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    match begins && (3..=100).contains(&login.len()) && login.chars().all(fits) {
        true => Ok(login),
        false => {
            let es = "de 3 a 100 letras sin tildes, cifras o . _ @ + -, como una dirección de correo";
            let en = "3 to 100 letters without accents, digits, or . _ @ + -, such as an address";
            Err(Problem::wrong_members(vec![Wrong { member: "login".into(), es: es.into(), en: en.into() }]))
        }
    }
}

pub(super) fn checked_name(told: &str) -> Result<String, Problem> {
    let name = told.trim();
    match (1..=200).contains(&name.chars().count()) && !name.contains(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(Problem::bad_body("name: 1 to 200 characters")),
    }
}

/// Whether it can be the number of an account or a token.
pub(super) fn is_uuid(text: &str) -> bool {
    let is_dash = |place: usize| matches!(place, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match is_dash(place) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}

/// `GET /api/tokens`: one's own.
async fn tokens(State(state): State<SharedState>, caller: Caller) -> Result<Json<Json_>, Problem> {
    session_of(&caller)?;
    Ok(Json(json!({"tokens": state.store.tokens(&caller.person.id).await?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    name: String,
    scopes: Vec<Scope>,
    #[serde(default)]
    days: Option<f64>,
}

/// `POST /api/tokens`: 201 with the secret, which is never shown again.
async fn create_token(
    State(state): State<SharedState>,
    caller: Caller,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    session_of(&caller)?;
    let NewToken { name, scopes, days } = read(&body)?;
    let name = checked_name(&name)?;
    if name.chars().count() > 100 {
        return Err(Problem::bad_body("name: 1 to 100 characters"));
    }
    if scopes.is_empty() {
        return Err(Problem::bad_body("scopes: at least one of read, layers:write, cases:write"));
    }
    if days.is_some_and(|days| !(0.0..=MOST_DAYS).contains(&days) || days == 0.0) {
        return Err(Problem::bad_body(format!("days: more than 0, and at most {MOST_DAYS}")));
    }
    let secret = Secret::new();
    let id = state.store.create_token(&caller.person.id, &secret.digest(), &name, &scopes, days).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": id, "secret": secret.expose()}))).into_response())
}

/// `DELETE /api/tokens/{id}`
async fn revoke_token(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    session_of(&caller)?;
    match is_uuid(&id) && state.store.revoke_token(&caller.person.id, &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("you have no such token")),
    }
}

/// `GET /api/institutions`
async fn institutions(State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only([])?;
    Ok(Json(json!({"institutions": state.store.institutions().await?})))
}

fn poor(es: &str, error: &PasswordError) -> Problem {
    Problem::wrong_members(vec![Wrong { member: "password".into(), es: es.into(), en: error.to_string() }])
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Problem {
        match error {
            PasswordError::TooShort => poor("la contraseña necesita al menos 12 caracteres", &error),
            PasswordError::TooLong => poor("la contraseña es demasiado larga", &error),
            PasswordError::TooPlain => poor("la contraseña necesita al menos cinco caracteres distintos", &error),
            PasswordError::Busy => Problem::unavailable(error),
            PasswordError::Hash(_) | PasswordError::Interrupted => {
                tracing::error!(%error, "a password cannot be looked at");
                Problem::internal()
            }
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Problem {
        match error {
            SignInError::Wrong => Problem::signed_out(error),
            SignInError::TooOften { seconds } => Problem::too_often(error, seconds),
            SignInError::Password(error) => error.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Problem {
        match &error {
            OidcError::Stray | OidcError::NotVouched(_) => Problem::signed_out(error),
            OidcError::Provider(why) => {
                tracing::warn!(%why, "the sign-in service cannot be used");
                Problem::unavailable(
                    "the sign-in service does not answer as it must; sign in with a password, or try again later",
                )
            }
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Problem {
        match error {
            AccountError::Unknown | AccountError::NotInvited => Problem::not_found(error),
            AccountError::LoginTaken(_) => Problem::conflict(error),
            AccountError::InstitutionTaken(_) | AccountError::Changed(_) => Problem::precondition_failed(error),
            AccountError::UnknownInstitution(_) => Problem::bad_body(error),
            AccountError::Cases(error) => error.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}
