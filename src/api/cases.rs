//! The register of cases. What is hidden from a caller is answered as if it were not there.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use sha2::{Digest, Sha256};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        ogc::edit::idempotency_key,
        params::Params,
        people::{is_uuid, read},
    },
    model::{
        Catalogue, DEPARTMENTS, Moment, Right,
        cases::{CheckedFact, FactKinds, ListedCode, SOURCE_CLASSES, Wrong},
        department_number,
    },
    people::Caller,
    store::{Audience, Case, CaseDraft, CaseError, CaseFilter, CaseViewer, RequestKey, Sharing},
};

/// Bytes of a body.
const MAX_BODY: usize = 1 << 20;
/// Facts that come with one request, at most.
const MOST_FACTS: usize = 1_000;
/// Facts of a case that are shown, at most.
const SHOWN_FACTS: usize = 5_000;
const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 1_000;
const LONGEST_CODE: usize = 40;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/cases", get(list).post(create))
        .route("/api/cases/kinds", get(kinds))
        .route("/api/cases/{id}", get(show).patch(share))
        .route("/api/cases/{id}/facts", post(add))
        .route("/api/cases/{id}/facts/{fact}", put(change).delete(remove))
        .route("/api/cases/{id}/history", get(history))
        .route("/api/cases/{id}/similar", get(similar))
        .route("/api/cases/{id}/merge", put(merge).delete(unmerge))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

impl Caller {
    /// For whom this caller reads cases.
    fn viewer(&self) -> CaseViewer<'_> {
        let institution = self.may(Right::ReadCases).then_some(self.person.institution.as_str());
        CaseViewer { institution, account: Some(&self.person.id) }
    }
}

pub(super) fn viewer(caller: Option<&Caller>) -> CaseViewer<'_> {
    caller.map_or_else(CaseViewer::default, Caller::viewer)
}

/// The viewer as whom a caller writes.
pub(super) fn writer(caller: &Caller) -> Result<CaseViewer<'_>, Problem> {
    caller.require(Right::WriteCases)?;
    Ok(CaseViewer { institution: Some(&caller.person.institution), account: Some(&caller.person.id) })
}

pub(super) fn unknown() -> Problem {
    CaseError::Unknown.into()
}

pub(super) fn checked_id(id: &str) -> Result<&str, Problem> {
    if is_uuid(id) { Ok(id) } else { Err(unknown()) }
}

/// `GET /api/cases/kinds`: what can be known of a case, and the words of each institution.
async fn kinds(State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only([])?;
    let (codes, institutions) = tokio::try_join!(state.store.codes(), state.store.institutions())?;
    let built_in = FactKinds::built_in();
    let layers = Catalogue::built_in().layers().iter();
    let layers: Vec<_> =
        layers.map(|layer| json!({"id": layer.id, "title_es": layer.title.es, "title_en": layer.title.en})).collect();
    Ok(Json(
        json!({"layers": layers, "fields": built_in.fields, "kinds": built_in.kinds, "codes": codes, "institutions": institutions}),
    ))
}

/// The class of the source of what is sent; from the work of the institution, where nothing is said.
pub(super) fn source_class(params: &Params) -> Result<&str, Problem> {
    let class = params.get("source-class").unwrap_or("institutional");
    match SOURCE_CLASSES.contains(&class) {
        true => Ok(class),
        false => Err(Problem::bad_parameter("source-class", format!("accepted are {}", SOURCE_CLASSES.join(", ")))),
    }
}

/// Parameters of lists.
const LIST_PARAMETERS: [&str; 11] =
    ["q", "state", "phase", "type", "activity", "department", "institution", "draft", "merged", "offset", "limit"];

/// Which cases a list, or a file of one, shall have.
pub(super) fn filter_of<'a>(params: &Params, others: impl IntoIterator<Item = &'a str>) -> Result<CaseFilter, Problem> {
    params.allow_only(LIST_PARAMETERS.into_iter().chain(others))?;
    let text = |name: &str| params.get(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(CaseFilter {
        words: text("q").map(|words| words.replace(['%', '_', '\\'], " ")),
        state: text("state"),
        phase: text("phase"),
        kind: text("type"),
        activity: text("activity"),
        // In whatever letters it is written: cases have it in one spelling.
        department: text("department").map(|name| match department_number(&name) {
            Some(number) => DEPARTMENTS[number - 1].to_owned(),
            None => name,
        }),
        institution: text("institution"),
        drafts: params.truth("draft")?,
        in_full: false,
        merged: params.truth("merged")?,
        offset: i64::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(i64::MAX),
        limit: params.limit(DEFAULT_LIMIT, MAX_LIMIT)?.try_into().unwrap_or(i64::MAX),
    })
}

/// `GET /api/cases?q=…&state=…&phase=…&type=…&activity=…&department=…&institution=…&draft=…&merged=…&offset=…&limit=…`: those the caller may
/// see, their own first, those that changed last before others.
async fn list(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    let filter = filter_of(&params, [])?;
    let (cases, matched) = state.store.cases(viewer(caller.as_ref()), &filter).await?;
    Ok(Json(json!({"cases": cases, "number_matched": matched, "number_returned": cases.len()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    #[serde(default)]
    code: Option<String>,
    #[serde(flatten)]
    sharing: Change,
    #[serde(default)]
    synthetic: bool,
    #[serde(default)]
    facts: Vec<Map<String, Json_>>,
}

#[derive(Debug, Default, Deserialize)]
struct Change {
    #[serde(default)]
    sharing: Option<String>,
    #[serde(default)]
    shared_with: Option<Vec<String>>,
    #[serde(default)]
    draft: Option<bool>,
}

/// Facts as they were sent, checked; what is wrong is named by the place of the fact.
async fn checked(state: &SharedState, facts: &[Map<String, Json_>]) -> Result<Vec<CheckedFact>, Problem> {
    checked_facts(facts, &state.store.codes().await?, Moment::today()).map_err(Problem::wrong_members)
}

/// The same with code lists and a day.
pub(super) fn checked_facts(
    facts: &[Map<String, Json_>],
    lists: &[ListedCode],
    today: Date,
) -> Result<Vec<CheckedFact>, Vec<Wrong>> {
    if facts.len() > MOST_FACTS {
        return Err(vec![Wrong {
            member: "facts".into(),
            es: format!("llegan {MOST_FACTS} hechos a la vez como máximo"),
            en: format!("at most {MOST_FACTS} facts come at once"),
        }]);
    }
    let mut wrong: Vec<Wrong> = vec![];
    let mut sound = Vec::with_capacity(facts.len());
    for (place, fact) in facts.iter().enumerate() {
        match FactKinds::built_in().check(fact, lists, today) {
            Ok(fact) => sound.push(fact),
            Err(found) if facts.len() == 1 => wrong.extend(found),
            Err(found) => wrong
                .extend(found.into_iter().map(|own| Wrong { member: format!("facts[{place}].{}", own.member), ..own })),
        }
    }
    if wrong.is_empty() { Ok(sound) } else { Err(wrong) }
}

/// Who else may see a case, as it is and as it was asked to be.
async fn next_sharing(state: &SharedState, own: &str, now: Sharing, change: Change) -> Result<Sharing, Problem> {
    let wrong = |member: &str, es: &str, en: &str| {
        Problem::wrong_members(vec![Wrong { member: member.into(), es: es.into(), en: en.into() }])
    };
    let sharing = change.sharing.unwrap_or(now.sharing);
    let next = Sharing {
        // What is shared is no longer a draft.
        draft: change.draft.unwrap_or(now.draft && sharing == "own"),
        sharing,
        shared_with: change.shared_with.unwrap_or(now.shared_with),
    };
    if !["own", "shared", "public"].contains(&next.sharing.as_str()) {
        return Err(wrong("sharing", "se acepta own, shared o public", "accepted are own, shared and public"));
    }
    if next.draft && next.sharing != "own" {
        return Err(wrong("draft", "un borrador no se comparte", "a draft is not shared"));
    }
    if next.sharing == "shared" && next.shared_with.is_empty() {
        return Err(wrong("shared_with", "falta decir con qué instituciones", "with which institutions is missing"));
    }
    let mut next = next;
    next.shared_with.sort_unstable();
    next.shared_with.dedup();
    let known = state.store.institutions().await?;
    if let Some(unknown) =
        next.shared_with.iter().find(|id| *id == own || !known.iter().any(|one| one.id == **id && !one.closed))
    {
        return Err(wrong(
            "shared_with",
            &format!("«{unknown}» no es otra institución"),
            &format!("\"{unknown}\" is no other institution"),
        ));
    }
    Ok(next)
}

/// `POST /api/cases`: 201 with the address of the new case, a draft unless it says otherwise. With `Idempotency-Key`, sent again,
/// it makes none.
async fn create(
    State(state): State<SharedState>,
    caller: Caller,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let Draft { code, sharing, synthetic, facts } = read(&body)?;
    let code = code.map(|code| code.trim().to_owned());
    let is_code =
        |code: &String| (3..=LONGEST_CODE).contains(&code.chars().count()) && !code.chars().any(char::is_control);
    if code.as_ref().is_some_and(|code| !is_code(code)) {
        return Err(Problem::wrong_members(vec![Wrong {
            member: "code".into(),
            es: format!("se esperan de 3 a {LONGEST_CODE} caracteres"),
            en: format!("expected 3 to {LONGEST_CODE} characters"),
        }]));
    }
    let facts = checked(&state, &facts).await?;
    if !facts.iter().any(|fact| fact.kind == "name") {
        return Err(Problem::wrong_members(vec![Wrong {
            member: "facts".into(),
            es: "el caso necesita un nombre: un hecho de clase name".into(),
            en: "the case needs a name: a fact of kind name".into(),
        }]));
    }
    let unshared = Sharing {
        sharing: "own".into(),
        shared_with: vec![],
        draft: sharing.sharing.as_deref().is_none_or(|own| own == "own"),
    };
    let sharing = next_sharing(&state, &caller.person.institution, unshared, sharing).await?;
    let draft = CaseDraft { code, sharing, synthetic, facts };
    let digest = digest_of("case", &body);
    let id = state.store.create_case(viewer, &draft, request_key(&headers, &digest)?).await?;
    made_known(&state, viewer, &id, StatusCode::CREATED).await
}

/// Of what is asked for: to what, and the body.
fn digest_of(subject: &str, body: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(subject).chain_update([0]).chain_update(body).finalize().to_vec()
}

fn request_key<'a>(headers: &'a HeaderMap, digest: &'a [u8]) -> Result<Option<RequestKey<'a>>, Problem> {
    Ok(idempotency_key(headers)?.map(|key| RequestKey { key, digest }))
}

/// The case as whoever wrote it sees it, with its address.
async fn made_known(
    state: &SharedState,
    viewer: CaseViewer<'_>,
    id: &str,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (case, facts) = state.store.case(viewer, id, None, None, SHOWN_FACTS as i64).await?.ok_or_else(unknown)?;
    record_read(state, viewer, &case, &facts).await?;
    let address = state.public_url.join(&format!("/api/cases/{id}"));
    let location = (header::LOCATION, HeaderValue::from_str(&address).expect("an address"));
    Ok((status, [location], told(&case, &facts)).into_response())
}

/// Who is told where protected places are is recorded.
async fn record_read(state: &SharedState, viewer: CaseViewer<'_>, case: &Case, facts: &[Json_]) -> Result<(), Problem> {
    if case.audience == Audience::Own && facts.iter().any(is_protected) {
        state.store.record_case_read(viewer, case).await?;
    }
    Ok(())
}

/// Whether a fact is of a place that is not public.
fn is_protected(fact: &Json_) -> bool {
    fact.get("protection").is_some_and(|protection| protection != "public")
}

/// A case in JSON, with its tag: of others than its institution, one that follows from what they are told.
fn told(case: &Case, facts: &[Json_]) -> Response {
    let mut body = json!({
        "id": case.id,
        "code": case.code,
        "institution": case.institution,
        "audience": case.audience,
        "synthetic": case.synthetic,
        "merged_into": case.merged_into,
        "summary": case.summary,
        "facts": facts,
        // Of a case with very many, those of a kind can be asked for.
        "facts_left_off": facts.len() >= SHOWN_FACTS,
    });
    if case.audience == Audience::Own {
        body["sharing"] = case.sharing.sharing.as_str().into();
        body["shared_with"] = case.sharing.shared_with.clone().into();
        body["draft"] = case.sharing.draft.into();
        body["version"] = case.version.into();
        body["created_at"] = case.created_at.to_string().into();
        body["changed_at"] = case.changed_at.to_string().into();
    }
    let text = body.to_string();
    let tag = match case.audience {
        Audience::Own => format!("\"{}\"", case.version),
        _ => format!(
            "\"{}\"",
            Sha256::digest(&text).iter().take(10).map(|byte| format!("{byte:02x}")).collect::<String>()
        ),
    };
    let tag = (header::ETAG, HeaderValue::from_str(&tag).expect("plain"));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([tag, kind], text).into_response()
}

/// `GET /api/cases/{id}?asKnown=…&kind=…`: the case as the caller may see it. Of another time of knowing for its own institution.
async fn show(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.allow_only(["asKnown", "kind"])?;
    let as_known = params.get("asKnown").map(Moment::parse_time).transpose();
    let as_known: Option<Timestamp> = as_known.map_err(|error| Problem::bad_parameter("asKnown", error))?;
    let viewer = viewer(caller.as_ref());
    let kind = params.get("kind");
    let found = state.store.case(viewer, checked_id(&id)?, as_known, kind, SHOWN_FACTS as i64).await?;
    let (case, facts) = found.ok_or_else(unknown)?;
    record_read(&state, viewer, &case, &facts).await?;
    Ok(told(&case, &facts))
}

/// The case as it is after a change that says whether less is public now: then answers that were worked out by it go.
async fn changed(
    state: &SharedState,
    viewer: CaseViewer<'_>,
    id: &str,
    outcome: Result<bool, CaseError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(tells_less) => {
            if tells_less {
                state.overlaps.forget_answers();
            }
            made_known(state, viewer, id, StatusCode::OK).await
        }
        Err(error) => Err(hindered(state, viewer, id, error).await),
    }
}

/// The version that whoever writes says they saw.
fn seen(headers: &HeaderMap) -> Result<i32, Problem> {
    let told = headers.get(header::IF_MATCH).ok_or_else(Problem::precondition_required)?;
    let version = told.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    version.ok_or_else(|| Problem::precondition_failed("If-Match names no version; it is a number in quotes"))
}

/// What hindered a write: a case that the caller may see and not change is no secret.
pub(super) async fn hindered(state: &SharedState, viewer: CaseViewer<'_>, id: &str, error: CaseError) -> Problem {
    if matches!(error, CaseError::Unknown)
        && matches!(state.store.case(viewer, id, None, Some("name"), 1).await, Ok(Some(_)))
    {
        return Problem::forbidden("the case is of another institution: only its own officers change it");
    }
    error.into()
}

/// `PATCH /api/cases/{id}` with `If-Match`: who else may see it, and whether it is a draft.
async fn share(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let id = checked_id(&id)?;
    let sent: Json_ = read(&body)?;
    if let Some(member) = sent
        .as_object()
        .and_then(|sent| sent.keys().find(|member| !["sharing", "shared_with", "draft"].contains(&member.as_str())))
    {
        return Err(Problem::bad_body(format!("{member}: accepted are sharing, shared_with and draft")));
    }
    let change: Change = read(&body)?;
    let seen = seen(&headers)?;
    let (case, _) = state.store.case(viewer, id, None, Some("name"), 1).await?.ok_or_else(unknown)?;
    let now = case.sharing.clone();
    let next = next_sharing(&state, &caller.person.institution, now.clone(), change).await?;
    match state.store.share_case(viewer, id, seen, &next).await {
        Err(error @ CaseError::Changed { .. }) => Err(Problem::changed(error, json!(now), sent)),
        outcome => changed(&state, viewer, id, outcome).await,
    }
}

/// `POST /api/cases/{id}/facts`: one fact, or `{"facts": […]}`; all are recorded or none.
async fn add(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let id = checked_id(&id)?;
    let sent: Map<String, Json_> = read(&body)?;
    let facts = match sent.get("facts") {
        Some(facts) => serde_json::from_value(facts.clone())
            .map_err(|error| Problem::bad_body(format!("facts: expected a list of objects: {error}")))?,
        None => vec![sent],
    };
    if facts.is_empty() {
        return Err(Problem::bad_body("facts: expected at least one"));
    }
    let facts = checked(&state, &facts).await?;
    let digest = digest_of(id, &body);
    match state.store.add_facts(viewer, id, &facts, request_key(&headers, &digest)?).await {
        Ok(_) => made_known(&state, viewer, id, StatusCode::CREATED).await,
        Err(error) => Err(hindered(&state, viewer, id, error).await),
    }
}

/// `PUT /api/cases/{id}/facts/{fact}` with `If-Match` and the fact's version: its next version. 412 with both where it has one.
async fn change(
    State(state): State<SharedState>,
    caller: Caller,
    Path((id, fact)): Path<(String, String)>,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let (id, fact) = (checked_id(&id)?, checked_id(&fact)?);
    let sent: Map<String, Json_> = read(&body)?;
    let next = checked(&state, std::slice::from_ref(&sent)).await?.remove(0);
    match state.store.change_fact(viewer, id, fact, seen(&headers)?, Some(&next)).await {
        Err(CaseError::Changed { version, current: Some(current) }) => {
            if let Some((case, _)) = state.store.case(viewer, id, None, Some("name"), 1).await? {
                record_read(&state, viewer, &case, std::slice::from_ref(&current)).await?;
            }
            let error = CaseError::Changed { version, current: None };
            Err(Problem::changed(error, current, sent.into()))
        }
        outcome => changed(&state, viewer, id, outcome).await,
    }
}

/// `DELETE /api/cases/{id}/facts/{fact}` with `If-Match`: it no longer holds; what it was stays in the history.
async fn remove(
    State(state): State<SharedState>,
    caller: Caller,
    Path((id, fact)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let (id, fact) = (checked_id(&id)?, checked_id(&fact)?);
    let outcome = state.store.change_fact(viewer, id, fact, seen(&headers)?, None).await;
    changed(&state, viewer, id, outcome).await
}

/// `GET /api/cases/{id}/history?limit=…`: what became of it, for its own institution.
async fn history(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["limit"])?;
    let limit = params.limit(1_000, 10_000)?;
    let viewer = caller.viewer();
    let (case, _) = state.store.case(viewer, checked_id(&id)?, None, Some("name"), 1).await?.ok_or_else(unknown)?;
    if case.audience != Audience::Own {
        return Err(Problem::forbidden("what became of a case is told to its own institution"));
    }
    let events = state.store.case_history(viewer, &id, i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    if events.iter().any(|event| is_protected(&event.detail)) {
        state.store.record_case_read(viewer, &case).await?;
    }
    Ok(Json(json!({"history": events})))
}

/// `GET /api/cases/{id}/similar`: cases that may be about the same dispute, by their names, places and days, the likeliest first.
async fn similar(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Problem> {
    let viewer = caller.viewer();
    let id = checked_id(&id)?;
    state.store.case(viewer, id, None, Some("name"), 1).await?.ok_or_else(unknown)?;
    Ok(Json(json!({"similar": state.store.similar_cases(viewer, id).await?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Into {
    into: String,
}

/// `PUT /api/cases/{id}/merge` with `If-Match`: the case goes on in another record of the same dispute, `{"into": …}`.
async fn merge(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let Into { into } = read(&body)?;
    let id = checked_id(&id)?;
    let outcome = state.store.merge_case(viewer, id, seen(&headers)?, Some(checked_id(&into)?)).await;
    changed(&state, viewer, id, outcome).await
}

/// `DELETE /api/cases/{id}/merge` with `If-Match`: it goes on for itself again.
async fn unmerge(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    let id = checked_id(&id)?;
    let outcome = state.store.merge_case(viewer, id, seen(&headers)?, None).await;
    changed(&state, viewer, id, outcome).await
}
