//! Which conflicts are meant beyond what their features say: those in which something happened in a period, those that a scheme counts.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::civil::Date;
use moka::future::Cache;

use crate::{
    analysis::{CONFLICTS, CountedCases, Counting},
    api::{Problem, SharedState, activity, known_cases::basis, params::Params, schemes},
    index::{Feature, Snapshot},
    model::{Moment, Period},
    store::CaseViewer,
};

/// Parameter: something happened in this period.
pub(super) const HAPPENED: &str = "happened";
/// Parameter: this scheme counts it today.
const SCHEME: &str = "scheme";
/// Parameters of lists of conflicts that this reads.
pub(super) const LENSES: [&str; 2] = [HAPPENED, SCHEME];
/// Field by which a feature tells its case.
pub(super) const CASE: &str = "case_id";

/// The period that a request asks for activity in.
pub(super) fn period(params: &Params) -> Result<Option<Period>, Problem> {
    let period = params.get(HAPPENED).map(str::parse).transpose();
    period.map_err(|error| Problem::bad_parameter(HAPPENED, error))
}

/// Ids of the conflicts that are meant; `None` where all are. A scheme counts as on the day of the moment; what was known at another
/// time neither lens can say.
pub(super) async fn among(
    state: &SharedState,
    params: &Params,
    snapshot: &Arc<Snapshot>,
    moment: Moment,
) -> Result<Option<HashSet<i64>>, Problem> {
    if let Some(name) = LENSES.into_iter().find(|name| params.get(name).is_some()) {
        if snapshot.layer().id != CONFLICTS {
            return Err(Problem::bad_parameter(name, format!("it goes with the layer {CONFLICTS}")));
        }
        if moment.as_known.is_some() {
            return Err(Problem::bad_parameter(name, "it looks at what is known now: leave asKnown out"));
        }
    }
    let period = period(params)?;
    let counted = counted(state, params, snapshot, moment.as_of).await?;
    let Some(period) = period else { return Ok(counted) };
    let mut active = activity::active_in(state, snapshot, period).await?;
    if let Some(counted) = counted {
        active.retain(|id| counted.contains(id));
    }
    Ok(Some(active))
}

/// Ids of the conflicts that a scheme counts on a day, by default today, of the cases that all may see.
pub(super) async fn counted(
    state: &SharedState,
    params: &Params,
    snapshot: &Arc<Snapshot>,
    day: Option<Date>,
) -> Result<Option<HashSet<i64>>, Problem> {
    let Some(id) = params.get(SCHEME) else { return Ok(None) };
    let schemes = state.store.schemes().await?;
    let Some(scheme) = schemes.iter().find(|scheme| scheme.id == id).cloned() else {
        let known: Vec<_> = schemes.iter().map(|scheme| scheme.id.as_str()).collect();
        return Err(Problem::bad_parameter(SCHEME, format!("accepted are {}", known.join(", "))));
    };
    let day = day.unwrap_or_else(Moment::today);
    let basis = basis(state, CaseViewer::default(), None).await?;
    // Whoever asks the same meanwhile waits for the one count.
    let key = (scheme.id.clone(), scheme.version, day, basis.revision(), snapshot.checksum());
    let (heavy, snapshot) = (state.heavy.clone(), Arc::clone(snapshot));
    let count = async move {
        let work = move |_| {
            let counting = Counting { day, source_classes: &scheme.source_classes, words_of: &scheme.institution };
            let cases = CountedCases::of(&basis.known.cases, counting, &basis.crosswalk);
            let of_case = features_of_cases(&snapshot);
            let places = cases.meeting(&scheme.conditions).map_err(schemes::failed)?;
            let ids = places.into_iter().filter_map(|place| of_case.get(cases.case(place).id()).map(|own| own.id));
            Ok(Arc::new(ids.collect::<HashSet<i64>>()))
        };
        heavy.run(work).await
    };
    let ids = state.counted.0.try_get_with(key, count).await.map_err(|problem| Problem::clone(&problem))?;
    Ok(Some(HashSet::clone(&ids)))
}

/// Features of the map by the case that each shows.
pub(super) fn features_of_cases(shown: &Snapshot) -> HashMap<&str, &Feature> {
    let Some(position) = shown.position(CASE) else { return HashMap::new() };
    let told = shown.features().iter().map(|own| (own.value(position).as_text(), &**own));
    told.filter_map(|(case, own)| Some((case?, own))).collect()
}

/// What a count is of: scheme, its version, day, what was known, and the map.
type CountKey = (String, i32, Date, String, u64);

/// Conflicts that schemes count, already found.
#[derive(Debug, Clone)]
pub struct CountedCache(Cache<CountKey, Arc<HashSet<i64>>>);

impl Default for CountedCache {
    fn default() -> CountedCache {
        CountedCache(Cache::new(32))
    }
}
