//! Looking after accounts, and what people did.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, patch, post},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        codes::wrong,
        params::Params,
        people::{checked_login, checked_name, is_uuid, read},
    },
    model::{Right, Role, is_ubigeo},
    people::{Caller, Secret},
    store::{Account, AccountDraft, Deed},
};

/// Hours an invitation holds.
const INVITATION_HOURS: f64 = 72.0;
/// UBIGEO codes of one account.
const MOST_JURISDICTIONS: usize = 200;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/accounts", get(list).post(create))
        .route("/api/accounts/{id}", patch(change))
        .route("/api/accounts/{id}/invitation", post(invite))
        .route("/api/audit", get(audit))
}

/// The institution whose accounts a caller looks after; `None` for all.
fn institution_of(caller: &Caller) -> Option<&str> {
    (!caller.may(Right::ManageInstitutions)).then_some(caller.person.institution.as_str())
}

/// `GET /api/accounts`: those the caller looks after.
async fn list(State(state): State<SharedState>, caller: Caller, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only([])?;
    caller.require(Right::ManageAccounts)?;
    Ok(Json(json!({"accounts": state.store.accounts(institution_of(&caller)).await?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    login: String,
    name: String,
    role: Role,
    #[serde(default)]
    institution: Option<String>,
    #[serde(default)]
    network_level: Option<i16>,
    #[serde(default)]
    jurisdiction: Vec<String>,
}

/// `POST /api/accounts`: 201 with the link by which its owner chooses a password.
async fn create(
    State(state): State<SharedState>,
    caller: Caller,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    caller.require(Right::ManageAccounts)?;
    let Draft { login, name, role, institution, network_level, jurisdiction } = read(&body)?;
    let draft = AccountDraft {
        institution: institution.unwrap_or_else(|| caller.person.institution.clone()),
        login: checked_login(&login)?,
        name: checked_name(&name)?,
        role,
        network_level,
        jurisdiction,
    };
    check(&caller, &draft.institution, role, network_level, &draft.jurisdiction)?;
    check_open(&state, &draft.institution).await?;
    let secret = Secret::new();
    let by = Deed { account: Some(&caller.person.id), action: "account.create" };
    let id = state.store.create_account(&draft, &secret.digest(), INVITATION_HOURS, by).await?;
    let answer = json!({"id": id, "invitation": link(&state, &secret), "hours": INVITATION_HOURS});
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Refuses new people at an institution that is closed, or not there.
async fn check_open(state: &SharedState, institution: &str) -> Result<(), Problem> {
    let institutions = state.store.institutions().await?;
    if institutions.iter().any(|own| own.id == institution && !own.closed) {
        return Ok(());
    }
    let institution: String = institution.chars().take(40).collect();
    let open: Vec<_> = institutions.iter().filter(|own| !own.closed).map(|own| own.id.as_str()).collect();
    let open = open.join(", ");
    let es = format!("no hay una institución abierta «{institution}»; se aceptan: {open}");
    let en = format!("there is no open institution \"{institution}\"; accepted are {open}");
    Err(wrong("institution", &es, &en))
}

/// Whether the caller may make or leave such an account.
fn check(
    caller: &Caller,
    institution: &str,
    role: Role,
    network_level: Option<i16>,
    jurisdiction: &[String],
) -> Result<(), Problem> {
    let is_own = institution_of(caller).is_none_or(|own| own == institution);
    let is_below = role != Role::SystemAdmin || caller.may(Right::ManageInstitutions);
    if !is_own || !is_below {
        return Err(Problem::forbidden(
            "you look after the accounts of your own institution, except those of system administrators",
        ));
    }
    let has_level = network_level.is_some_and(|level| (1..=3).contains(&level));
    if (role == Role::Reporter) != has_level || (role != Role::Reporter && network_level.is_some()) {
        return Err(wrong(
            "network_level",
            "nivel 1, 2 o 3 para quienes reportan, y ninguno para los demás",
            "1, 2 or 3 for reporters, and none for others",
        ));
    }
    if jurisdiction.len() > MOST_JURISDICTIONS {
        let (es, en) = ("se aceptan 200 códigos UBIGEO a lo más", "200 UBIGEO codes are accepted at most");
        return Err(wrong("jurisdiction", es, en));
    }
    match jurisdiction.iter().find(|code| !is_ubigeo(code)) {
        None => Ok(()),
        Some(code) => {
            let code: String = code.chars().take(20).collect();
            let es = format!(
                "«{code}» no es un UBIGEO: se esperan 2, 4 o 6 cifras que empiezan con el departamento, de 01 a 25"
            );
            let en =
                format!("\"{code}\" is no UBIGEO: expected 2, 4 or 6 digits that begin with the department, 01 to 25");
            Err(wrong("jurisdiction", &es, &en))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    role: Option<Role>,
    institution: Option<String>,
    active: Option<bool>,
    network_level: Option<i16>,
    jurisdiction: Option<Vec<String>>,
}

/// The account of a number, if the caller looks after it; others are not there for them.
async fn cared_for(state: &SharedState, caller: &Caller, id: &str) -> Result<Account, Problem> {
    caller.require(Right::ManageAccounts)?;
    let unknown = || Problem::not_found("there is no such account");
    if !is_uuid(id) {
        return Err(unknown());
    }
    let account = state.store.account(id).await?;
    match institution_of(caller).is_none_or(|own| own == account.person.institution) {
        true => Ok(account),
        false => Err(unknown()),
    }
}

/// `PATCH /api/accounts/{id}`: with `If-Match` and the version that was seen. Nobody changes their own role, or leaves.
async fn change(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Json<Account>, Problem> {
    let account = cared_for(&state, &caller, &id).await?;
    let seen = headers.get(header::IF_MATCH).ok_or_else(Problem::precondition_required)?;
    let seen = seen.to_str().unwrap_or_default().trim_matches('"');
    if seen != account.version.to_string() {
        return Err(Problem::precondition_failed(format!("the account is now version {}", account.version)));
    }
    let change: Change = read(&body)?;
    let mut next = account.clone();
    next.person.name = change.name.as_deref().map(checked_name).transpose()?.unwrap_or(next.person.name);
    next.person.role = change.role.unwrap_or(next.person.role);
    next.person.institution = change.institution.unwrap_or(next.person.institution);
    next.person.jurisdiction = change.jurisdiction.unwrap_or(next.person.jurisdiction);
    // Only reporters have one.
    next.person.network_level = match next.person.role {
        Role::Reporter => change.network_level.or(next.person.network_level),
        _ => change.network_level,
    };
    next.active = change.active.unwrap_or(next.active);
    let is_own = account.person.id == caller.person.id;
    if is_own && (next.person.role != account.person.role || !next.active) {
        return Err(Problem::forbidden("another administrator changes your role or lets you go"));
    }
    // Neither what it was nor what it will be is above the caller.
    for person in [&account.person, &next.person] {
        check(&caller, &person.institution, person.role, person.network_level, &person.jurisdiction)?;
    }
    if next.person.institution != account.person.institution {
        check_open(&state, &next.person.institution).await?;
    }
    let by = Deed { account: Some(&caller.person.id), action: "account.change" };
    state.store.change_account(&account, &next, by).await?;
    Ok(Json(state.store.account(&id).await?))
}

/// `POST /api/accounts/{id}/invitation`: a link to choose another password; the password of now holds until then.
async fn invite(State(state): State<SharedState>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let account = cared_for(&state, &caller, &id).await?;
    let person = &account.person;
    check(&caller, &person.institution, person.role, person.network_level, &person.jurisdiction)?;
    let secret = Secret::new();
    let by = Deed { account: Some(&caller.person.id), action: "account.invite" };
    state.store.invite(Some((&person.id, &person.login)), &secret.digest(), INVITATION_HOURS, by).await?;
    let answer = json!({"invitation": link(&state, &secret), "hours": INVITATION_HOURS});
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Where a secret is used. It stands behind `#`, which browsers do not send.
fn link(state: &SharedState, secret: &Secret) -> String {
    state.public_url.join(&format!("/entrar#clave={}", secret.expose()))
}

/// `GET /api/audit?before=…&limit=…`: what people did, the newest first.
async fn audit(State(state): State<SharedState>, caller: Caller, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["before", "limit"])?;
    caller.require(Right::ReadAudit)?;
    let before = params.whole_number("before")?.and_then(|number| i64::try_from(number).ok());
    let limit = i64::try_from(params.limit(DEFAULT_LIMIT, MAX_LIMIT)?).unwrap_or(i64::MAX);
    let events = state.store.audit_events(institution_of(&caller), before, limit).await?;
    Ok(Json(json!({"events": events})))
}
