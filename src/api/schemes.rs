//! Counts of cases: each names its scheme, the day it is of, and what was known.

use std::collections::{HashMap, HashSet};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::{Value as Json_, json};

use crate::{
    analysis::{CountedCase, CountedCases, CountedMonth, Counting, Crosswalk, GROUPINGS, MONTH_PARTS},
    api::{
        Problem, SharedState,
        cases::{checked_id, unknown, viewer},
        known_cases::{Basis, basis},
        params::Params,
    },
    model::{
        DEPARTMENTS, Moment,
        cases::{Condition, PROTEST_ACTS, Scheme},
        department_number,
    },
    people::Caller,
    store::{Audience, CaseViewer, CountMoment, EventCount},
};

/// Cases that a list has.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 10_000;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/schemes", get(list))
        .route("/api/schemes/{id}/counts", get(counts))
        .route("/api/schemes/{id}/cases", get(cases))
        .route("/api/schemes/{id}/month", get(month))
        .route("/api/schemes/{id}/differences", get(differences))
        .route("/api/cases/{id}/schemes", get(of_case))
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
    if day.is_some_and(|day| day > Moment::today()) {
        return Err(Problem::bad_parameter("asOf", "this day is still to come; what counts then nobody knows"));
    }
    let known = params.get("asKnown").map(Moment::parse_time).transpose();
    let known = known.map_err(|error| Problem::bad_parameter("asKnown", error))?;
    if known.is_some() && viewer.institution.is_none() {
        return Err(Problem::bad_parameter(
            "asKnown",
            "what was known is told of the cases of one's own institution: sign in",
        ));
    }
    if known.is_some_and(|known| known > Timestamp::now()) {
        return Err(Problem::bad_parameter("asKnown", "nobody knows yet what will be known then"));
    }
    Ok((day.unwrap_or_else(Moment::today), known))
}

fn told_scheme(scheme: &Scheme) -> Json_ {
    json!({
        "id": scheme.id,
        "version": scheme.version,
        "institution": scheme.institution,
        "title": {"es": scheme.title_es, "en": scheme.title_en},
        "definition": {"es": scheme.definition_es, "en": scheme.definition_en},
    })
}

/// What every count says of itself.
fn stamp(scheme: &Scheme, day: Date, known: Option<Timestamp>, basis: &Basis, viewer: CaseViewer<'_>) -> Json_ {
    json!({
        "scheme": told_scheme(scheme),
        "as_of": day.to_string(),
        "as_known": known,
        "revision": basis.revision(),
        "seen_by": viewer.institution,
        "of": if known.is_some() { "own" } else { "all_seen" },
    })
}

/// How a scheme counts on a day.
fn counting(scheme: &Scheme, day: Date) -> Counting<'_> {
    Counting { day, source_classes: &scheme.source_classes, words_of: &scheme.institution }
}

/// Cases as a scheme sees them on days, worked out beside the async threads.
async fn counted<const N: usize>(
    state: &SharedState,
    basis: &Basis,
    scheme: &Scheme,
    days: [Date; N],
) -> Result<[CountedCases; N], Problem> {
    let (basis, scheme) = (basis.clone(), scheme.clone());
    let work = move || days.map(|day| CountedCases::of(&basis.known.cases, counting(&scheme, day), &basis.crosswalk));
    state.heavy.draw(work).await
}

pub(super) fn failed(error: impl std::fmt::Display) -> Problem {
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
    let by = grouping(&params)?.unwrap_or("state");
    let viewer = viewer(caller.as_ref());
    let scheme = scheme(&state, &id).await?;
    let (day, as_known) = moment(&params, viewer)?;
    let basis = basis(&state, viewer, as_known).await?;
    let [counted] = counted(&state, &basis, &scheme, [day]).await?;
    let places = counted.meeting(&scheme.conditions).map_err(failed)?;
    let mut told = stamp(&scheme, day, as_known, &basis, viewer);
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
    let (first, last) = days_of_month(&params)?;
    let viewer = viewer(caller.as_ref());
    let scheme = scheme(&state, &id).await?;
    let (_, as_known) = moment(&params, viewer)?;
    let basis = basis(&state, viewer, as_known).await?;
    let month = counted_month(&state, &basis, &scheme, (first, last)).await?;
    let CountedMonth { at_end, now, .. } = &month;
    // What happened in cases that it counts at the end of the month or counted before it.
    let (is, was) = (month.ids("total"), month.ids("before"));
    let seen: Vec<String> = is.union(&was).map(|id| (*id).to_owned()).collect();
    let moment = CountMoment { as_known, source_classes: &scheme.source_classes };
    let events = state.store.count_events(viewer, (first, last), moment, &seen).await?;
    let acts =
        events.iter().filter(|event| PROTEST_ACTS.contains(&event.code.as_str())).map(|event| event.count).sum::<i64>();
    let sum = |pick: fn(&EventCount) -> i64| events.iter().map(pick).sum::<i64>();
    let mut told = stamp(&scheme, last, as_known, &basis, viewer);
    told["month"] = first.strftime("%Y-%m").to_string().into();
    told["total"] = now.len().into();
    told["by_state"] = json!(at_end.grouped(now, "state"));
    told["by_phase"] = json!(at_end.grouped(now, "phase"));
    told["by_type"] = json!(at_end.grouped(now, "type"));
    told["by_activity"] = json!(at_end.grouped(&month.environmental, "activity"));
    told["total_before"] = month.then.len().into();
    told["new_by_type"] = json!(at_end.grouped(&month.new, "type"));
    told["new"] = month.new.len().into();
    told["came_back"] = month.came_back.len().into();
    told["left"] = month.left.len().into();
    told["resolved"] = month.resolved.len().into();
    told["withdrawn"] = month.withdrawn.len().into();
    told["protest_acts"] = acts.into();
    told["dead"] = json!({"state": sum(|event| event.dead_state), "civilian": sum(|event| event.dead_civilian)});
    told["injured"] =
        json!({"state": sum(|event| event.injured_state), "civilian": sum(|event| event.injured_civilian)});
    told["events"] = json!(events);
    Ok(Json(told))
}

/// First and last day of the month that is asked about; of the month that goes on, today.
fn days_of_month(params: &Params) -> Result<(Date, Date), Problem> {
    let text = params.get("month").unwrap_or_default();
    let first = format!("{text}-01").parse().ok().filter(|day: &Date| text.len() == 7 && day.year() >= 1);
    let first = first.ok_or_else(|| Problem::bad_parameter("month", "expected a month, such as 2015-01"))?;
    let today = Moment::today();
    match first <= today {
        true => Ok((first, first.last_of_month().min(today))),
        false => Err(Problem::bad_parameter("month", "this month is still to come")),
    }
}

/// The cases of a scheme in a month, worked out beside the async threads.
async fn counted_month(
    state: &SharedState,
    basis: &Basis,
    scheme: &Scheme,
    (first, last): (Date, Date),
) -> Result<CountedMonth, Problem> {
    let day_before = first.checked_sub(1.day()).unwrap_or(first);
    let [at_end, before] = counted(state, basis, scheme, [last, day_before]).await?;
    CountedMonth::of(at_end, before, &scheme.conditions, (first, last)).map_err(failed)
}

/// `GET /api/schemes/{id}/cases?asOf=…&asKnown=…&by=…&value=…`, or `?month=YYYY-MM&part=…&by=…&value=…`: the cases behind a number of
/// counts or of a month; with `by` those of one group, without a value those that have none.
async fn cases(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["asOf", "asKnown", "month", "part", "by", "value", "offset", "limit"])?;
    // A department in whatever letters it is written.
    let value = params.get("value").filter(|value| !value.is_empty());
    let group = grouping(&params)?.map(|by| match value.and_then(department_number) {
        Some(number) if by == "department" => (by, Some(DEPARTMENTS[number - 1])),
        _ => (by, value),
    });
    let part = params.get("part").unwrap_or("total");
    if !MONTH_PARTS.contains(&part) {
        return Err(Problem::bad_parameter("part", format!("accepted are {}", MONTH_PARTS.join(", "))));
    }
    let (offset, limit) = (params.whole_number("offset")?.unwrap_or(0), params.limit(DEFAULT_LIMIT, MAX_LIMIT)?);
    let viewer = viewer(caller.as_ref());
    let scheme = scheme(&state, &id).await?;
    let (mut day, as_known) = moment(&params, viewer)?;
    let basis = basis(&state, viewer, as_known).await?;
    let listed = |counted: &CountedCases, places: &[usize]| {
        let group = group.map(|(by, value)| counted.group(places, by, value));
        let places = group.as_deref().unwrap_or(places);
        let page = places.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(limit);
        let told: Vec<_> = page.map(|place| told_case(counted.case(*place))).collect();
        (places.len(), told)
    };
    let (matched, told_cases) = match params.get("month") {
        Some(_) if params.get("asOf").is_some() => {
            return Err(Problem::bad_parameter("asOf", "a month has its own days: leave one of the two"));
        }
        Some(_) => {
            let (first, last) = days_of_month(&params)?;
            let month = counted_month(&state, &basis, &scheme, (first, last)).await?;
            day = last;
            let (counted, places) = month.part(part);
            listed(counted, places)
        }
        None => {
            let [counted] = counted(&state, &basis, &scheme, [day]).await?;
            let places = counted.meeting(&scheme.conditions).map_err(failed)?;
            listed(&counted, &places)
        }
    };
    let mut told = stamp(&scheme, day, as_known, &basis, viewer);
    told["number_matched"] = matched.into();
    told["number_returned"] = told_cases.len().into();
    told["cases"] = told_cases.into();
    Ok(Json(told))
}

/// What lists of counted cases tell of one.
fn told_case(case: &CountedCase) -> Json_ {
    json!({
        "id": case.id(),
        "code": case.text("code"),
        "name": case.text("name"),
        "institution": case.text("institution"),
        "state": case.text("state"),
        "phase": case.text("phase"),
        "type": case.text("type"),
        "started_on": case.started_on().map(|day| day.to_string()),
    })
}

/// By what one groups, where it is told.
fn grouping(params: &Params) -> Result<Option<&str>, Problem> {
    match params.get("by") {
        Some(by) if !GROUPINGS.contains(&by) => {
            Err(Problem::bad_parameter("by", format!("accepted are {}", GROUPINGS.join(", "))))
        }
        by => Ok(by),
    }
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
    let basis = basis(&state, viewer, None).await?;
    let [of_own] = counted(&state, &basis, &own, [day]).await?;
    let [of_other] = counted(&state, &basis, &other, [day]).await?;
    let in_own = of_own.meeting(&own.conditions).map_err(failed)?;
    let in_other = of_other.meeting(&other.conditions).map_err(failed)?;
    let only_own = only((&of_own, &in_own), (&of_other, &in_other), &other, day)?;
    let only_other = only((&of_other, &in_other), (&of_own, &in_own), &own, day)?;
    Ok(Json(json!({
        "one": stamp(&own, day, None, &basis, viewer),
        "other": stamp(&other, day, None, &basis, viewer),
        "totals": {"one": in_own.len(), "other": in_other.len(), "both": in_own.len() - only_own.len()},
        "only_one": only_own,
        "only_other": only_other,
    })))
}

/// Cases that one scheme counts and another does not, with what decides.
fn only(
    (counted, places): (&CountedCases, &[usize]),
    (others, in_other): (&CountedCases, &[usize]),
    other: &Scheme,
    day: Date,
) -> Result<Vec<Json_>, Problem> {
    let there: HashSet<&str> = in_other.iter().map(|place| others.case(*place).id()).collect();
    let missing: Vec<&CountedCase> =
        places.iter().map(|place| counted.case(*place)).filter(|case| !there.contains(case.id())).collect();
    // By the facts that the other scheme uses, which may be fewer.
    let seen_there: HashMap<&str, usize> = others.places().map(|place| (others.case(place).id(), place)).collect();
    let seen: Vec<usize> = missing.iter().filter_map(|case| seen_there.get(case.id()).copied()).collect();
    let deciding: HashMap<usize, &Condition> =
        others.deciding(&seen, &other.conditions).map_err(failed)?.into_iter().collect();
    let told = missing.iter().map(|case| {
        let place = seen_there.get(case.id()).copied();
        let condition = place.and_then(|place| deciding.get(&place).copied());
        let facts = place
            .zip(condition)
            .map(|(place, condition)| others.deciding_facts(place, counting(other, day), &condition.kind));
        json!({
            "id": case.id(),
            "code": case.text("code"),
            "name": case.text("name"),
            "institution": case.text("institution"),
            // Without one, all that is known of it is from sources that the other scheme does not use.
            "condition": condition,
            "facts": facts.unwrap_or_default(),
        })
    });
    Ok(told.collect())
}

/// `GET /api/cases/{id}/schemes?asOf=…`: by each scheme whether it counts the case on that day; of one that does not, the first
/// condition that is not met and the facts it is about. Without a condition the case had no state then that the scheme's sources tell;
/// or it is a draft, or goes on in another record, which `uncounted_as` says.
async fn of_case(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["asOf"])?;
    let viewer = viewer(caller.as_ref());
    let id = checked_id(&id)?;
    let (record, _) = state.store.case(viewer, id, None, Some("name"), 1).await?.ok_or_else(unknown)?;
    let (day, _) = moment(&params, viewer)?;
    // Of one case it is asked as it is now, not as the counts last saw it.
    let case = state.store.known_case(viewer, id).await?;
    let crosswalk = Crosswalk::new(state.store.code_matches().await?);
    let reason = match () {
        () if record.merged_into.is_some() => Some("merged"),
        () if record.audience == Audience::Own && record.sharing.draft => Some("draft"),
        () => None,
    };
    let mut told = vec![];
    for scheme in state.store.schemes().await? {
        let by = counting(&scheme, day);
        let counted = CountedCases::of(&case, by, &crosswalk);
        let places: Vec<usize> = counted.places().collect();
        let lacking = counted.deciding(&places, &scheme.conditions).map_err(failed)?.into_iter().next();
        let facts = lacking.map(|(place, condition)| counted.deciding_facts(place, by, &condition.kind));
        told.push(json!({
            "scheme": told_scheme(&scheme),
            "counts": !places.is_empty() && lacking.is_none(),
            "condition": lacking.map(|(_, condition)| condition),
            "facts": facts.unwrap_or_default(),
        }));
    }
    Ok(Json(json!({"as_of": day.to_string(), "uncounted_as": reason, "schemes": told})))
}
