//! Institutions, code lists, the crosswalk and schemes, for those who look after them.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    routing::{get, put},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use crate::{
    analysis::check_condition,
    api::{Problem, SharedState, body::WholeBody, params::Params, people::read},
    model::{
        Right,
        cases::{COUNTED_KINDS, CodeMatch, Condition, FactKinds, ListedCode, SOURCE_CLASSES, Scheme, Wrong},
        is_one_line,
    },
    people::Caller,
    store::{CaseError, Institution},
};

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/institutions/{id}", put(save_institution))
        .route("/api/codes", get(list))
        .route("/api/codes/{institution}/{list}/{code}", put(save))
        .route("/api/codes/{institution}/{list}/{code}/matches/{other}", put(save_match).delete(remove_match))
        .route("/api/schemes/{id}", put(save_scheme))
}

/// Characters of what a scheme says it counts.
const LONGEST_DEFINITION: usize = 2000;

/// Refuses who does not look after what is an institution's.
fn require_own(caller: &Caller, institution: &str) -> Result<(), Problem> {
    caller.require(Right::ManageWords)?;
    match caller.may(Right::ManageInstitutions) || caller.person.institution == institution {
        true => Ok(()),
        false => Err(Problem::forbidden("you look after the lists and schemes of your own institution")),
    }
}

pub(super) fn wrong(member: &str, es: &str, en: &str) -> Problem {
    Problem::wrong_members(vec![Wrong { member: member.into(), es: es.into(), en: en.into() }])
}

/// `GET /api/codes`: all lists, and what institutions call the same.
async fn list(State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only([])?;
    let (codes, matches) = tokio::try_join!(state.store.codes(), state.store.code_matches())?;
    let lists: Vec<_> = FactKinds::built_in().kinds.iter().filter(|kind| kind.is_listed).map(|kind| &kind.id).collect();
    Ok(Json(json!({"lists": lists, "codes": codes, "matches": matches})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstitutionBody {
    title_es: String,
    title_en: String,
    #[serde(default)]
    closed: bool,
}

/// `PUT /api/institutions/{id}`: a new institution, or what one is called; a closed one makes no accounts and is offered no more.
/// With `If-None-Match: *` one that is there stays as it is: 412.
async fn save_institution(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Json<Institution>, Problem> {
    caller.require(Right::ManageInstitutions)?;
    let InstitutionBody { title_es, title_en, closed } = read(&body)?;
    if !(2..=40).contains(&id.len()) || !is_word(&id, 40) || id.as_bytes()[0].is_ascii_digit() {
        return Err(wrong(
            "id",
            "se esperan de 2 a 40 letras minúsculas sin tilde, cifras y _",
            "expected 2 to 40 small letters without accents, digits and _",
        ));
    }
    let own = Institution {
        id,
        title_es: checked_title("title_es", &title_es)?,
        title_en: checked_title("title_en", &title_en)?,
        closed,
    };
    let is_new = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == b"*");
    state.store.save_institution(&own, is_new, &caller.person.id).await?;
    Ok(Json(own))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    title_es: String,
    title_en: String,
    #[serde(default)]
    retired: bool,
    /// The version that was seen; none of a new one.
    #[serde(default)]
    version: i32,
}

fn checked_title(member: &str, title: &str) -> Result<String, Problem> {
    let title = title.trim();
    match (1..=200).contains(&title.chars().count()) && is_one_line(title) {
        true => Ok(title.to_owned()),
        false => Err(wrong(
            member,
            "se esperan de 1 a 200 caracteres en una línea",
            "expected 1 to 200 characters on one line",
        )),
    }
}

fn checked_definition(member: &str, text: String) -> Result<String, Problem> {
    match text.chars().count() <= LONGEST_DEFINITION && !text.contains('\0') {
        true => Ok(text),
        false => {
            let (es, en) = ("se esperan hasta 2000 caracteres", "expected 2000 characters at most");
            Err(wrong(member, es, en))
        }
    }
}

fn is_word(text: &str, most: usize) -> bool {
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    starts && text.len() <= most && text.bytes().all(plain)
}

/// `PUT /api/codes/{institution}/{list}/{code}`: a new code, or the next version of one; `version` in the body is the one seen.
async fn save(
    State(state): State<SharedState>,
    caller: Caller,
    Path((institution, list, code)): Path<(String, String, String)>,
    WholeBody(body): WholeBody,
) -> Result<Json<Json_>, Problem> {
    require_own(&caller, &institution)?;
    let CodeBody { title_es, title_en, retired, version } = read(&body)?;
    if !FactKinds::built_in().kind(&list).is_some_and(|kind| kind.is_listed) {
        return Err(Problem::not_found("there is no such list"));
    }
    if !state.store.institutions().await?.iter().any(|one| one.id == institution && !one.closed) {
        return Err(Problem::not_found("there is no such institution"));
    }
    if !is_word(&code, 60) {
        return Err(wrong(
            "code",
            "se esperan letras minúsculas sin tilde, cifras y _",
            "expected small letters without accents, digits and _",
        ));
    }
    let is_there = |own: &ListedCode| own.institution == institution && own.list == list && own.code == code;
    if version == 0 && state.store.codes().await?.iter().any(is_there) {
        let es = format!("ya hay un código «{code}» en esta lista: cámbielo ahí, o elija otro");
        let en = format!("there is a code \"{code}\" in this list already: change it there, or choose another one");
        return Err(Problem::taken(Wrong { member: "code".into(), es, en }));
    }
    let code = ListedCode {
        institution,
        list,
        code,
        title_es: checked_title("title_es", &title_es)?,
        title_en: checked_title("title_en", &title_en)?,
        retired,
        version,
    };
    let version = state.store.save_code(&code, &caller.person.id).await?;
    Ok(Json(json!(ListedCode { version, ..code })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchBody {
    code: String,
    relation: String,
}

/// `PUT /api/codes/{institution}/{list}/{code}/matches/{other}`: what another institution calls the same.
async fn save_match(
    State(state): State<SharedState>,
    caller: Caller,
    Path((institution, list, code, to_institution)): Path<(String, String, String, String)>,
    WholeBody(body): WholeBody,
) -> Result<Json<Json_>, Problem> {
    require_own(&caller, &institution)?;
    let MatchBody { code: to_code, relation } = read(&body)?;
    if !["exact", "broader", "narrower"].contains(&relation.as_str()) {
        return Err(wrong(
            "relation",
            "se acepta exact, broader o narrower",
            "accepted are exact, broader and narrower",
        ));
    }
    let own = CodeMatch { institution, list, code, to_institution, to_code, relation, version: 0 };
    if state.store.save_code_match(&own, &caller.person.id).await? {
        state.overlaps.forget_answers();
    }
    Ok(Json(json!(own)))
}

/// `DELETE /api/codes/{institution}/{list}/{code}/matches/{other}`: it is said no more.
async fn remove_match(
    State(state): State<SharedState>,
    caller: Caller,
    Path((institution, list, code, to_institution)): Path<(String, String, String, String)>,
) -> Result<StatusCode, Problem> {
    require_own(&caller, &institution)?;
    let (to_code, relation) = (String::new(), String::new());
    let own = CodeMatch { institution, list, code, to_institution, to_code, relation, version: 0 };
    match state.store.remove_code_match(&own, &caller.person.id).await {
        Ok(has_narrowed) => {
            if has_narrowed {
                state.overlaps.forget_answers();
            }
            Ok(StatusCode::NO_CONTENT)
        }
        Err(CaseError::Refused(why)) => Err(Problem::not_found(why)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeBody {
    institution: String,
    title_es: String,
    title_en: String,
    definition_es: String,
    definition_en: String,
    conditions: Vec<Condition>,
    source_classes: Vec<String>,
    #[serde(default)]
    version: i32,
}

/// `PUT /api/schemes/{id}`: a new scheme, or the next version of one. Earlier versions stay.
async fn save_scheme(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    WholeBody(body): WholeBody,
) -> Result<Json<Json_>, Problem> {
    caller.require(Right::ManageWords)?;
    let sent: SchemeBody = read(&body)?;
    require_own(&caller, &sent.institution)?;
    if let Some(own) = state.store.schemes().await?.iter().find(|scheme| scheme.id == id) {
        require_own(&caller, &own.institution)?;
    }
    if !is_word(&id, 40) || id.as_bytes()[0].is_ascii_digit() {
        return Err(Problem::not_found("a scheme's name has small letters, digits and _"));
    }
    if sent.conditions.is_empty() || sent.conditions.len() > 20 {
        return Err(wrong("conditions", "se esperan de 1 a 20 condiciones", "expected 1 to 20 conditions"));
    }
    let lists = state.store.codes().await?;
    for (place, condition) in sent.conditions.iter().enumerate() {
        let member = format!("conditions[{place}].where");
        if let Err(error) = check_condition(&condition.filter) {
            return Err(wrong(&member, &error.in_spanish(), &error.to_string()));
        }
        let unknown = condition.unknown_codes(&member, &sent.institution, &lists);
        let unknown = unknown.map_err(|error| wrong(&member, &error.in_spanish(), &error.to_string()))?;
        if !unknown.is_empty() {
            return Err(Problem::wrong_members(unknown));
        }
        if !COUNTED_KINDS.contains(&condition.kind.as_str()) {
            let kinds = COUNTED_KINDS.join(", ");
            return Err(wrong(
                &format!("conditions[{place}].kind"),
                &format!("se espera una de {kinds}"),
                &format!("expected one of {kinds}"),
            ));
        }
    }
    if sent.source_classes.is_empty()
        || sent.source_classes.iter().any(|class| !SOURCE_CLASSES.contains(&class.as_str()))
    {
        return Err(wrong(
            "source_classes",
            "se espera al menos una de public, institutional, reserved",
            "expected at least one of public, institutional, reserved",
        ));
    }
    let scheme = Scheme {
        id,
        version: sent.version,
        institution: sent.institution,
        title_es: checked_title("title_es", &sent.title_es)?,
        title_en: checked_title("title_en", &sent.title_en)?,
        definition_es: checked_definition("definition_es", sent.definition_es)?,
        definition_en: checked_definition("definition_en", sent.definition_en)?,
        conditions: sent.conditions,
        source_classes: sent.source_classes,
    };
    let version = state.store.save_scheme(&scheme, &caller.person.id).await?;
    Ok(Json(json!(Scheme { version, ..scheme })))
}
