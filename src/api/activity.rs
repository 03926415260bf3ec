//! When something happened in conflicts: events of the register that all may see, and when cases began and ended.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use axum::{Json, extract::State};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    analysis::CONFLICTS,
    api::{
        Problem, SharedState,
        features::{FILTERS, parse_filters, restrict},
        lens::{self, CASE, LENSES},
        params::Params,
    },
    index::{Feature, Snapshot},
    model::{Access, FeatureQuery, Period, ValueRef, cases::Happened},
    store::{Activity, CaseViewer, Store},
};

/// How long whoever asks waits for the first reading.
const PATIENCE: Duration = Duration::from_secs(3);

/// What all may know of when something happened; those who ask take what is there, and neither wait for the register nor tell by
/// their time that somebody writes in it.
#[derive(Debug, Clone, Default)]
pub struct ActivityCache(Arc<ArcSwapOption<Activity>>);

impl ActivityCache {
    /// As the register was a moment ago; waits for it only where it was not read yet.
    async fn now(&self) -> Result<Arc<Activity>, Problem> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(kept) = self.0.load_full() {
                return Ok(kept);
            }
            if Instant::now() > deadline {
                return Err(Problem::unavailable("what happened in cases is being read; ask again in a moment"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Brings it up to date with the register at a position: case by case where it was at another one, else as a whole.
    pub(super) async fn follow(&self, store: &Store, position: i64, kept: Option<i64>) -> Result<(), Problem> {
        let public = CaseViewer::default();
        let now = match (kept, self.0.load_full()) {
            (Some(before), Some(known)) if before < position => {
                let (changed, now) = store.changed_activity(public, before).await?;
                let mut known = Activity::clone(&known);
                changed.iter().for_each(|case| drop(known.remove(case)));
                known.extend(now);
                known
            }
            (Some(before), Some(_)) if before == position => return Ok(()),
            _ => store.activity(public).await?,
        };
        self.0.store(Some(Arc::new(now)));
        Ok(())
    }
}

/// Ids of the conflicts of a snapshot in which something happened in a period.
pub(super) async fn active_in(
    state: &SharedState,
    snapshot: &Arc<Snapshot>,
    period: Period,
) -> Result<HashSet<i64>, Problem> {
    let (activity, snapshot) = (state.activity.now().await?, Arc::clone(snapshot));
    let work = move |_| {
        let times = Times::of(&snapshot, &activity);
        let active = snapshot.features().iter().filter(|feature| times.is_active(feature, period));
        Ok(active.map(|feature| feature.id).collect())
    };
    state.heavy.run(work).await
}

/// Tells when something happened in conflicts.
struct Times<'a> {
    activity: &'a Activity,
    case: Option<usize>,
    ends: [Option<usize>; 2],
}

impl<'a> Times<'a> {
    fn of(snapshot: &Snapshot, activity: &'a Activity) -> Times<'a> {
        let ends = ["started_on", "ended_on"].map(|name| snapshot.position(name));
        Times { activity, case: snapshot.position(CASE), ends }
    }

    fn events(&self, feature: &Feature) -> &'a [Happened] {
        let case = self.case.and_then(|position| feature.value(position).as_text());
        case.and_then(|case| self.activity.get(case)).map_or(&[], Vec::as_slice)
    }

    /// When it began and ended.
    fn ends(&self, feature: &Feature) -> [Option<Date>; 2] {
        self.ends.map(|position| match feature.value(position?) {
            ValueRef::Date(day) => Some(day),
            _ => None,
        })
    }

    fn is_active(&self, feature: &Feature, period: Period) -> bool {
        self.ends(feature).into_iter().flatten().any(|day| period.contains(day))
            || self.events(feature).iter().any(|happened| period.contains(happened.day))
    }
}

/// What happened in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Sum {
    /// Events of the register.
    events: u32,
    /// Those of them that are protest acts.
    protests: u32,
    /// Cases that began.
    began: u32,
    /// Cases that ended.
    ended: u32,
}

impl Sum {
    fn add(&mut self, happened: &Happened) {
        self.events += happened.events;
        self.protests += happened.protests;
    }
}

#[derive(Serialize)]
struct MonthSum {
    /// `2026-10`.
    month: String,
    #[serde(flatten)]
    sum: Sum,
}

/// When something happened in the conflicts that are asked about.
#[derive(Serialize)]
pub(super) struct Timeline {
    layer: &'static str,
    revision: i64,
    /// How many conflicts are asked about.
    number_matched: usize,
    /// Those of them in which it is not known when anything happened.
    number_without_time: usize,
    /// Months in which something happened, the first first.
    months: Vec<MonthSum>,
    /// Where a period or a scheme was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<Meant>,
}

/// Conflicts that are left, and what happened in them in the period.
#[derive(Serialize)]
struct Meant {
    from: Option<String>,
    to: Option<String>,
    /// Conflicts in which something happened then; all, where no period was asked for.
    number_matched: usize,
    /// Their ids, ascending.
    features: Vec<i64>,
    #[serde(flatten)]
    sum: Sum,
}

/// `GET /api/timeline?happened=…`, with conditions as of lists: what happened month by month, and in the period.
pub(super) async fn timeline(State(state): State<SharedState>, params: Params) -> Result<Json<Timeline>, Problem> {
    let snapshot = state.index.snapshot(CONFLICTS, Access::Public)?;
    let fields = snapshot.fields().iter().map(|field| field.name.as_str());
    params.allow_only(FILTERS.into_iter().chain(fields))?;
    // (The period is no condition here: the months before and after it are told, too.)
    let mut query = parse_filters(&state, &params, &snapshot).await?;
    let is_lens = LENSES.into_iter().any(|name| params.get(name).is_some());
    if let Some(counted) = lens::counted(&state, &params, &snapshot, None).await? {
        restrict(&mut query, counted);
    }
    let period = lens::period(&params)?;
    let activity = state.activity.now().await?;
    let work = move |_| Ok(tell(&snapshot, &activity, &query, period));
    let mut told = state.heavy.run(work).await?;
    told.meant = told.meant.filter(|_| is_lens);
    Ok(Json(told))
}

fn tell(snapshot: &Snapshot, activity: &Activity, query: &FeatureQuery, period: Option<Period>) -> Timeline {
    let times = Times::of(snapshot, activity);
    let features: Vec<&Feature> = snapshot.find(query).into_iter().map(|slot| snapshot.feature(slot)).collect();
    let mut months: BTreeMap<(i16, i8), Sum> = BTreeMap::new();
    let (mut without_time, mut inside, mut meant) = (0, Sum::default(), vec![]);
    for feature in &features {
        let (events, [began, ended]) = (times.events(feature), times.ends(feature));
        without_time += usize::from(events.is_empty() && began.is_none() && ended.is_none());
        let is_inside = |day: Date| period.is_none_or(|period| period.contains(day));
        let mut add = |day: Date, add: &dyn Fn(&mut Sum)| {
            add(months.entry((day.year(), day.month())).or_default());
            if is_inside(day) {
                add(&mut inside);
            }
        };
        events.iter().for_each(|happened| add(happened.day, &|sum| sum.add(happened)));
        began.into_iter().for_each(|day| add(day, &|sum| sum.began += 1));
        ended.into_iter().for_each(|day| add(day, &|sum| sum.ended += 1));
        if period.is_none_or(|period| times.is_active(feature, period)) {
            meant.push(feature.id);
        }
    }
    let text = |day: Option<Date>| day.map(|day| day.to_string());
    Timeline {
        layer: CONFLICTS,
        revision: snapshot.revision(),
        number_matched: features.len(),
        number_without_time: without_time,
        months: months
            .into_iter()
            .map(|((year, month), sum)| MonthSum { month: format!("{year:04}-{month:02}"), sum })
            .collect(),
        meant: Some(Meant {
            from: text(period.and_then(|period| period.from)),
            to: text(period.and_then(|period| period.to)),
            number_matched: meant.len(),
            features: meant,
            sum: inside,
        }),
    }
}
