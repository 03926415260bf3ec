//! Facts of one kind in all cases: events, stakeholders.

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value as Json_, json};

use crate::{
    api::{Problem, SharedState, cases::viewer, params::Params},
    model::Moment,
    people::Caller,
    store::{COUNTED_FACTS, FactFilter},
};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 1_000;

pub(super) fn routes() -> Router<SharedState> {
    Router::new().route("/api/events", get(events)).route("/api/stakeholders", get(stakeholders))
}

/// `GET /api/events?code=…&from=…&to=…&q=…&department=…&offset=…&limit=…`: what happened, the latest first.
async fn events(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    list(&state, caller.as_ref(), &params, "event", "events").await
}

/// `GET /api/stakeholders?q=…&department=…&offset=…&limit=…`: who has a part in a dispute.
async fn stakeholders(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    list(&state, caller.as_ref(), &params, "actor", "stakeholders").await
}

async fn list(
    state: &SharedState,
    caller: Option<&Caller>,
    params: &Params,
    kind: &str,
    name: &str,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["code", "from", "to", "q", "department", "offset", "limit"])?;
    let text = |name: &str| params.get(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let day = |name: &'static str| {
        let day = text(name).map(|text| Moment::parse_day(&text)).transpose();
        day.map(|day| day.map(|day| day.to_string())).map_err(|error| Problem::bad_parameter(name, error))
    };
    let filter = FactFilter {
        code: text("code"),
        from: day("from")?,
        to: day("to")?,
        words: text("q"),
        department: text("department"),
        offset: i64::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(i64::MAX),
        limit: params.limit(DEFAULT_LIMIT, MAX_LIMIT)?.try_into().unwrap_or(i64::MAX),
    };
    let (facts, matched) = state.store.facts_of_kind(viewer(caller), kind, &filter).await?;
    let is_at_least = matched >= COUNTED_FACTS;
    Ok(Json(json!({
        "number_matched": matched,
        "number_matched_is_at_least": is_at_least,
        "number_returned": facts.len(),
        name: facts,
    })))
}
