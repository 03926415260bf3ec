//! What changed between two days: of the cases of the register as their facts tell, of other conflicts as their layer was then.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::{Json, Router, extract::State, routing::get};
use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use serde_json::{Value as Json_, json};

use crate::{
    analysis::{CONFLICTS, CaseChange, CountedCase, CountedCases, Counting, Crosswalk, Standing, change_between},
    api::{
        Problem, SharedState,
        cases::viewer,
        known_cases::basis,
        lens::{CASE, features_of_cases},
        params::Params,
    },
    index::{Feature, Snapshot},
    model::{
        Access, Moment, ValueRef,
        cases::{COMMON, KnownCases, SOURCE_CLASSES},
        fold,
    },
    people::Caller,
};

/// Changes that are told one by one, at most; all are counted.
const MOST_TOLD: usize = 2_000;

pub(super) fn routes() -> Router<SharedState> {
    Router::new().route("/api/changes", get(changes)).route("/api/standings", get(standings))
}

/// A case that changed.
#[derive(Serialize)]
struct ChangedCase {
    change: CaseChange,
    /// Of the register.
    case: Option<String>,
    /// On the map.
    feature: Option<i64>,
    name: Option<String>,
    department: Option<String>,
    before: Option<Told>,
    after: Told,
    /// The day its state of now began, where that is known.
    on: Option<String>,
    synthetic: bool,
}

#[derive(Serialize)]
struct Told {
    state: String,
    phase: Option<String>,
}

impl From<Standing<'_>> for Told {
    fn from(standing: Standing<'_>) -> Told {
        Told { state: standing.state.into(), phase: standing.phase.map(Into::into) }
    }
}

/// The days that are compared: `since`, by default the last day of the month before, and `until`, by default today.
fn days(params: &Params) -> Result<(Date, Date), Problem> {
    let day = |name: &'static str| {
        let day = params.get(name).map(Moment::parse_day).transpose();
        day.map_err(|error| Problem::bad_parameter(name, error))
    };
    let until = day("until")?.unwrap_or_else(Moment::today);
    let end_of_last_month =
        until.first_of_month().checked_sub(1.day()).ok().filter(|day| day.year() >= 1).unwrap_or(until);
    let since = day("since")?.unwrap_or(end_of_last_month);
    if [since, until].iter().any(|day| day.year() < 1) {
        return Err(Problem::bad_parameter("since", "years begin with 0001"));
    }
    if since > until {
        return Err(Problem::bad_parameter("since", format!("{since} lies after {until}")));
    }
    Ok((since, until))
}

/// `GET /api/changes?since=…&until=…&department=…`: cases, as far as the caller may see them, that stand otherwise on one day than on
/// another, the gravest change first.
async fn changes(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["since", "until", "department"])?;
    let (since, until) = days(&params)?;
    let viewer = viewer(caller.as_ref());
    let basis = basis(&state, viewer, None).await?;
    let (before, after) = tokio::try_join!(layer_on(&state, since), layer_on(&state, until))?;
    let shown = state.index.snapshot(CONFLICTS, Access::Public)?;
    let department = params.get("department").map(fold);
    let revision = basis.revision();
    let work = move || {
        let mut changed = of_register(&basis.known.cases, (since, until), &basis.crosswalk, &shown);
        changed.extend(of_layer((&before, since), (&after, until)));
        if let Some(department) = &department {
            let lies_there = |text: &str| text.split(", ").any(|own| fold(own) == *department);
            changed.retain(|case| case.department.as_deref().is_some_and(lies_there));
        }
        changed.sort_by(|a, b| (a.change, &b.on, &a.name).cmp(&(b.change, &a.on, &b.name)));
        let of_kind = |kind| changed.iter().filter(|case| case.change == kind).count();
        let counts: BTreeMap<_, _> = CaseChange::ALL.into_iter().map(|kind| (kind.word(), of_kind(kind))).collect();
        let total = changed.len();
        changed.truncate(MOST_TOLD);
        json!({"counts": counts, "number_matched": total, "number_returned": changed.len(), "changes": changed})
    };
    let mut told = state.heavy.draw(work).await?;
    told["since"] = since.to_string().into();
    told["until"] = until.to_string().into();
    told["revision"] = revision.into();
    told["layer_revision"] = state.index.snapshot(CONFLICTS, Access::Public)?.revision().into();
    told["seen_by"] = viewer.institution.into();
    Ok(Json(told))
}

/// How a conflict of the map stood on a day.
#[derive(Serialize)]
struct FeatureStanding {
    feature: i64,
    #[serde(flatten)]
    told: Told,
}

/// `GET /api/standings?on=…`: how each conflict that is on the map stood on a day, as far as the caller may see it; those that were not
/// known to be there then are not told.
async fn standings(
    State(state): State<SharedState>,
    caller: Option<Caller>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["on"])?;
    let on = params.get("on").map(Moment::parse_day).transpose();
    let on = on.map_err(|error| Problem::bad_parameter("on", error))?.unwrap_or_else(Moment::today);
    let viewer = viewer(caller.as_ref());
    let basis = basis(&state, viewer, None).await?;
    let then = layer_on(&state, on).await?;
    let shown = state.index.snapshot(CONFLICTS, Access::Public)?;
    let (revision, layer_revision) = (basis.revision(), shown.revision());
    let work = move || {
        let cases = cases_on(&basis.known.cases, on, &basis.crosswalk);
        let features = features_of_cases(&shown);
        let of_register = cases.places().map(|place| cases.case(place)).filter_map(|case| {
            Some(FeatureStanding { feature: features.get(case.id())?.id, told: standing(case)?.into() })
        });
        let own = then.features().iter().filter(|feature| text(&then, feature, CASE).is_none());
        let of_layer = own.filter(|feature| shown.by_id(feature.id).is_some()).filter_map(|feature| {
            Some(FeatureStanding { feature: feature.id, told: standing_in(&then, feature, on)?.into() })
        });
        let mut told: Vec<_> = of_register.chain(of_layer).collect();
        told.sort_by_key(|standing| standing.feature);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for standing in &told {
            *counts.entry(standing.told.state.clone()).or_default() += 1;
        }
        json!({"counts": counts, "number_matched": told.len(), "standings": told})
    };
    let mut told = state.heavy.draw(work).await?;
    told["on"] = on.to_string().into();
    told["revision"] = revision.into();
    told["layer_revision"] = layer_revision.into();
    told["seen_by"] = viewer.institution.into();
    Ok(Json(told))
}

/// The layer of conflicts as it was on a day.
async fn layer_on(state: &SharedState, day: Date) -> Result<Arc<Snapshot>, Problem> {
    let moment = Moment { as_of: Some(day), ..Moment::default() };
    let moment = if day == Moment::today() { Moment::default() } else { moment };
    Ok(state.index.snapshot_at(&state.store, CONFLICTS, Access::Public, moment).await?)
}

/// Cases of the register as they were on a day, by all facts that are seen.
fn cases_on(known: &KnownCases, day: Date, crosswalk: &Crosswalk) -> CountedCases {
    let classes = SOURCE_CLASSES.map(str::to_owned);
    CountedCases::of(known, Counting { day, source_classes: &classes, words_of: COMMON }, crosswalk)
}

fn standing(case: &CountedCase) -> Option<Standing<'_>> {
    Some(Standing { state: case.text("state")?, phase: case.text("phase") })
}

/// How a conflict of the layer stood on a day. A layer says how it stands in its own time, and when it began and ended: before that
/// end it was going on, in a phase that nobody tells.
fn standing_in<'a>(snapshot: &Snapshot, feature: &'a Feature, day: Date) -> Option<Standing<'a>> {
    let date = |field: &str| match feature.value(snapshot.position(field)?) {
        ValueRef::Date(date) => Some(date),
        _ => None,
    };
    if date("started_on").is_some_and(|began| day < began) {
        return None;
    }
    let state = text(snapshot, feature, "state")?;
    if matches!(state, "resuelto" | "retirado") && date("ended_on").is_some_and(|ended| day < ended) {
        return Some(Standing { state: "activo", phase: None });
    }
    Some(Standing { state, phase: text(snapshot, feature, "phase") })
}

fn text<'a>(snapshot: &Snapshot, feature: &'a Feature, field: &str) -> Option<&'a str> {
    feature.value(snapshot.position(field)?).as_text()
}

/// Cases of the register, by their facts.
fn of_register(
    known: &KnownCases,
    (since, until): (Date, Date),
    crosswalk: &Crosswalk,
    shown: &Snapshot,
) -> Vec<ChangedCase> {
    let (before, after) = (cases_on(known, since, crosswalk), cases_on(known, until, crosswalk));
    let was: HashMap<&str, _> = before.places().map(|place| (before.case(place).id(), before.case(place))).collect();
    let features = features_of_cases(shown);
    let changed = after.places().map(|place| after.case(place)).filter_map(|case| {
        let (then, now) = (was.get(case.id()).and_then(|case| standing(case)), standing(case)?);
        let feature = features.get(case.id());
        Some(ChangedCase {
            change: change_between(then, Some(now))?,
            case: Some(case.id().to_owned()),
            feature: feature.map(|feature| feature.id),
            name: feature.and_then(|own| text(shown, own, "name")).or(case.text("name")).map(str::to_owned),
            department: case.text("department").map(str::to_owned),
            before: then.map(Told::from),
            after: now.into(),
            on: case.state_since().map(|day| day.to_string()),
            synthetic: feature.is_some_and(|feature| feature.synthetic),
        })
    });
    changed.collect()
}

/// Conflicts that are in the layer only, as it was then.
fn of_layer((before, since): (&Snapshot, Date), (after, until): (&Snapshot, Date)) -> Vec<ChangedCase> {
    let own = after.features().iter().filter(|feature| text(after, feature, CASE).is_none());
    let changed = own.filter_map(|feature| {
        let then = before.by_id(feature.id).and_then(|feature| standing_in(before, feature, since));
        let now = standing_in(after, feature, until)?;
        let told = |field: &str| text(after, feature, field).map(str::to_owned);
        Some(ChangedCase {
            change: change_between(then, Some(now))?,
            case: None,
            feature: Some(feature.id),
            name: told("name"),
            department: told("department"),
            before: then.map(Told::from),
            after: now.into(),
            on: None,
            synthetic: feature.synthetic,
        })
    });
    changed.collect()
}
