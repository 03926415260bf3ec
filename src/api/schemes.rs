//! Counts of cases: each names its scheme, the day it is of, and what was known.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use moka::future::Cache;
use serde_json::{Value as Json_, json};

use crate::{
    analysis::{CountedCases, GROUPINGS},
    api::{Problem, SharedState, cases::viewer, params::Params},
    model::{
        Moment,
        cases::{PROTEST_ACTS, Scheme},
    },
    people::Caller,
    store::{CaseViewer, CountMoment, DecidingFact, EventCount},
};

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/schemes", get(list))
        .route("/api/schemes/{id}/counts", get(counts))
        .route("/api/schemes/{id}/month", get(month))
        .route("/api/schemes/{id}/differences", get(differences))
}

/// `GET /api/schemes`: which cases each institution counts.
async fn list(State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only([])?;
    let fields: Vec<_> = CountedCases::fields().collect();
    Ok(Json(json!({"schemes": state.store.schemes().await?, "fields": fields, "groupings": GROUPINGS})))
}

async fn scheme(state: &SharedState, id: &str) -> Result<Scheme, Problem> {
    let mut schemes = state.store.schemes().await?;
    match schemes.iter().position(|scheme| scheme.id == id) {
        Some(place) => Ok(schemes.swap_remove(place)),
        None => {
            let known: Vec<_> = schemes.iter().map(|scheme| scheme.id.as_str()).collect();
            Err(Problem::not_found(format!("there is no scheme \"{id}\"; there are {}", known.join(", "))))
        }
    }
}

/// The day and the time of knowing that a request asks about.
fn moment(params: &Params, viewer: CaseViewer<'_>) -> Result<(Date, Option<Timestamp>), Problem> {
    let day = params.get("asOf").map(Moment::parse_day).transpose();
    let day = day.map_err(|error| Problem::bad_parameter("asOf", error))?;
    let known = params.get("asKnown").map(Moment::parse_time).transpose();
    let known = known.map_err(|error| Problem::bad_parameter("asKnown", error))?;
    if known.is_some() && viewer.institution.is_none() {
        return Err(Problem::bad_parameter(
            "asKnown",
            "what was known is told of the cases of one's own institution: sign in",
        ));
    }
    Ok((day.unwrap_or_else(Moment::today), known))
}

/// What every count says of itself.
fn stamp(
    scheme: &Scheme,
    day: Date,
    known: Option<Timestamp>,
    counted: &CountedCases,
    viewer: CaseViewer<'_>,
) -> Json_ {
    json!({
        "scheme": {
            "id": scheme.id,
            "version": scheme.version,
            "institution": scheme.institution,
            "title": {"es": scheme.title_es, "en": scheme.title_en},
            "definition": {"es": scheme.definition_es, "en": scheme.definition_en},
        },
        "as_of": day.to_string(),
        "as_known": known,
        "revision": counted.revision(),
        "seen_by": viewer.institution,
        "of": if known.is_some() { "own" } else { "all_seen" },
    })
}

/// Cases counted before, by for whom, of which day, as known when, by which sources, in whose words, at which position.
type CountedKey = (Option<String>, Date, Option<Timestamp>, Vec<String>, String, i64);

/// Counted cases of a while ago, for questions that come together.
#[derive(Debug, Clone)]
pub struct CountedCache(Cache<CountedKey, Arc<CountedCases>>);

/// So many sets of cases are kept.
const KEPT: u64 = 24;
/// After so long they are gathered anew, whatever the register says of itself.
const FRESH: Duration = Duration::from_secs(30);

impl Default for CountedCache {
    fn default() -> CountedCache {
        CountedCache(Cache::builder().max_capacity(KEPT).time_to_live(FRESH).build())
    }
}

async fn counted(
    state: &SharedState,
    viewer: CaseViewer<'_>,
    scheme: &Scheme,
    as_of: Date,
    as_known: Option<Timestamp>,
) -> Result<Arc<CountedCases>, Problem> {
    let position = state.store.case_position().await?;
    let (institution, classes) = (viewer.institution.map(str::to_owned), scheme.source_classes.clone());
    let key = (institution, as_of, as_known, classes, scheme.institution.clone(), position);
    if let Some(kept) = state.counted.0.get(&key).await {
        return Ok(kept);
    }
    let moment = CountMoment { as_of, as_known, source_classes: &scheme.source_classes };
    let cases = state.store.counted_cases(viewer, moment, &scheme.institution).await?;
    let counted = Arc::new(state.heavy.draw(move || CountedCases::of(cases)).await?);
    state.counted.0.insert(key, Arc::clone(&counted)).await;
    Ok(counted)
}

fn failed(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a condition of a scheme cannot be asked");
    Problem::internal()
}

/// `GET /api/schemes/{id}/counts?by=…&asOf=…&asKnown=…`: how many cases it counts, by groups.
async fn counts(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["by", "asOf", "asKnown"])?;
    let by = params.get("by").unwrap_or("state");
    if !GROUPINGS.contains(&by) {
        return Err(Problem::bad_parameter("by", format!("accepted are {}", GROUPINGS.join(", "))));
    }
    let viewer = viewer(caller.as_ref());
    let scheme = scheme(&state, &id).await?;
    let (day, known) = moment(&params, viewer)?;
    let counted = counted(&state, viewer, &scheme, day, known).await?;
    let places = counted.meeting(&scheme.conditions).map_err(failed)?;
    let mut told = stamp(&scheme, day, known, &counted, viewer);
    told["by"] = by.into();
    told["total"] = places.len().into();
    told["groups"] = json!(counted.grouped(&places, by));
    Ok(Json(told))
}

/// `GET /api/schemes/{id}/month?month=YYYY-MM&asKnown=…`: the month as a monthly report tells it: cases at its end by state and type;
/// how they came from those before it (new in the month, come back; left, of them resolved and withdrawn); and what happened in these
/// cases: protest acts, dead and injured.
async fn month(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["month", "asKnown"])?;
    let text = params.get("month").unwrap_or_default();
    let first: Date = format!("{text}-01")
        .parse()
        .ok()
        .filter(|_| text.len() == 7)
        .ok_or_else(|| Problem::bad_parameter("month", "expected a month, such as 2015-01"))?;
    let last = first.last_of_month();
    let viewer = viewer(caller.as_ref());
    let scheme = scheme(&state, &id).await?;
    let (_, known) = moment(&params, viewer)?;
    let at_end = counted(&state, viewer, &scheme, last, known).await?;
    let before = counted(&state, viewer, &scheme, first.checked_sub(1.day()).unwrap_or(first), known).await?;
    let now = at_end.meeting(&scheme.conditions).map_err(failed)?;
    let then = before.meeting(&scheme.conditions).map_err(failed)?;
    let (from, to) = (first.to_string(), last.to_string());
    let id_of = |counted: &CountedCases, place: &usize| counted.case(*place).id.clone();
    let (is, was): (HashSet<_>, HashSet<_>) = (
        now.iter().map(|place| id_of(&at_end, place)).collect(),
        then.iter().map(|place| id_of(&before, place)).collect(),
    );
    let entered: Vec<usize> = now.iter().copied().filter(|place| !was.contains(&id_of(&at_end, place))).collect();
    let new: Vec<_> =
        entered.iter().copied().filter(|place| at_end.is_between(*place, "started_on", &from, &to)).collect();
    let left: Vec<String> = was.difference(&is).cloned().collect();
    let ended = |state: &str| {
        let of = |place: &usize| {
            let case = at_end.case(*place);
            case.properties["state"] == state && left.contains(&case.id)
        };
        (0..at_end.len()).filter(of).count()
    };
    let environmental: Vec<_> =
        now.iter().copied().filter(|place| at_end.case(*place).properties["type"] == "socioambiental").collect();
    // What happened in cases that it counts at the end of the month or counted before it.
    let seen: Vec<String> = is.union(&was).cloned().collect();
    let moment = CountMoment { as_of: last, as_known: known, source_classes: &scheme.source_classes };
    let events = state.store.count_events(viewer, (first, last), moment, &seen).await?;
    let acts =
        events.iter().filter(|event| PROTEST_ACTS.contains(&event.code.as_str())).map(|event| event.count).sum::<i64>();
    let sum = |pick: fn(&EventCount) -> i64| events.iter().map(pick).sum::<i64>();
    let mut told = stamp(&scheme, last, known, &at_end, viewer);
    told["month"] = text.into();
    told["total"] = now.len().into();
    told["by_state"] = json!(at_end.grouped(&now, "state"));
    told["by_phase"] = json!(at_end.grouped(&now, "phase"));
    told["by_type"] = json!(at_end.grouped(&now, "type"));
    told["by_activity"] = json!(at_end.grouped(&environmental, "activity"));
    told["total_before"] = was.len().into();
    told["new"] = new.len().into();
    told["came_back"] = (entered.len() - new.len()).into();
    told["left"] = left.len().into();
    told["new_by_type"] = json!(at_end.grouped(&new, "type"));
    told["resolved"] = ended("resuelto").into();
    told["withdrawn"] = ended("retirado").into();
    told["protest_acts"] = acts.into();
    told["dead"] = json!({"state": sum(|event| event.dead_state), "civilian": sum(|event| event.dead_civilian)});
    told["injured"] =
        json!({"state": sum(|event| event.injured_state), "civilian": sum(|event| event.injured_civilian)});
    told["events"] = json!(events);
    Ok(Json(told))
}

/// `GET /api/schemes/{id}/differences?with=…&asOf=…`: why two numbers differ: the cases that one scheme counts and the other does not,
/// each with the condition that decides and the facts it is about.
async fn differences(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["with", "asOf"])?;
    let viewer = viewer(caller.as_ref());
    let own = scheme(&state, &id).await?;
    let with =
        params.get("with").ok_or_else(|| Problem::bad_parameter("with", "expected the name of another scheme"))?;
    let other = scheme(&state, with).await?;
    let (day, _) = moment(&params, viewer)?;
    let (of_own, of_other) =
        (counted(&state, viewer, &own, day, None).await?, counted(&state, viewer, &other, day, None).await?);
    let in_own = of_own.meeting(&own.conditions).map_err(failed)?;
    let in_other = of_other.meeting(&other.conditions).map_err(failed)?;
    let only_own = only(&state, viewer, (&of_own, &in_own), (&of_other, &in_other), &other).await?;
    let only_other = only(&state, viewer, (&of_other, &in_other), (&of_own, &in_own), &own).await?;
    let ids = |counted: &CountedCases, places: &[usize]| -> HashSet<String> {
        places.iter().map(|place| counted.case(*place).id.clone()).collect()
    };
    let both = ids(&of_own, &in_own).intersection(&ids(&of_other, &in_other)).count();
    Ok(Json(json!({
        "one": stamp(&own, day, None, &of_own, viewer),
        "other": stamp(&other, day, None, &of_other, viewer),
        "totals": {"one": in_own.len(), "other": in_other.len(), "both": both},
        "only_one": only_own,
        "only_other": only_other,
    })))
}

/// Cases that one scheme counts and another does not, with what decides.
async fn only(
    state: &SharedState,
    viewer: CaseViewer<'_>,
    (counted, places): (&CountedCases, &[usize]),
    (others, in_other): (&CountedCases, &[usize]),
    other: &Scheme,
) -> Result<Vec<Json_>, Problem> {
    let there: HashSet<&str> = in_other.iter().map(|place| others.case(*place).id.as_str()).collect();
    let missing: Vec<usize> =
        places.iter().copied().filter(|place| !there.contains(counted.case(*place).id.as_str())).collect();
    // By the facts that the other scheme uses, which may be fewer.
    let seen_there: HashMap<&str, usize> =
        (0..others.len()).map(|place| (others.case(place).id.as_str(), place)).collect();
    let known: Vec<usize> =
        missing.iter().filter_map(|place| seen_there.get(counted.case(*place).id.as_str()).copied()).collect();
    let deciding = others.deciding(&known, &other.conditions).map_err(failed)?;
    let by_case: HashMap<&str, _> =
        deciding.iter().map(|(place, condition)| (others.case(*place).id.as_str(), *condition)).collect();
    let mut facts: HashMap<String, Vec<DecidingFact>> = HashMap::new();
    for kind in deciding.iter().map(|(_, condition)| condition.kind.as_str()).collect::<HashSet<_>>() {
        let cases: Vec<String> = deciding
            .iter()
            .filter(|(_, condition)| condition.kind == kind)
            .map(|(place, _)| others.case(*place).id.clone())
            .collect();
        for fact in state.store.deciding_facts(viewer, &cases, kind).await? {
            facts.entry(fact.case.clone()).or_default().push(fact);
        }
    }
    Ok(missing
        .iter()
        .map(|place| {
            let case = counted.case(*place);
            let condition = by_case.get(case.id.as_str());
            json!({
                "id": case.id,
                "code": case.properties["code"],
                "name": case.properties["name"],
                "institution": case.properties["institution"],
                // Without one, all that is known of it is from sources that the other scheme does not use.
                "condition": condition,
                "facts": facts.get(&case.id).map_or(&[][..], Vec::as_slice),
            })
        })
        .collect())
}
