//! Which conflicts are meant beyond what their features say: those in which something happened in a period, those that a scheme counts.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    analysis::CONFLICTS,
    api::{Problem, SharedState, activity, params::Params, schemes},
    index::Snapshot,
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

/// Ids of the conflicts that are meant; `None` where all are.
pub(super) async fn among(
    state: &SharedState,
    params: &Params,
    snapshot: &Arc<Snapshot>,
) -> Result<Option<HashSet<i64>>, Problem> {
    let period = period(params)?;
    let counted = counted(state, params, snapshot).await?;
    if let Some(name) = LENSES.into_iter().find(|name| params.get(name).is_some())
        && snapshot.layer().id != CONFLICTS
    {
        return Err(Problem::bad_parameter(name, format!("it goes with the layer {CONFLICTS}")));
    }
    let Some(period) = period else { return Ok(counted) };
    let mut active = activity::active_in(state, snapshot, period).await?;
    if let Some(counted) = counted {
        active.retain(|id| counted.contains(id));
    }
    Ok(Some(active))
}

/// Ids of the conflicts that a scheme counts today, of the cases that all may see.
pub(super) async fn counted(
    state: &SharedState,
    params: &Params,
    snapshot: &Arc<Snapshot>,
) -> Result<Option<HashSet<i64>>, Problem> {
    let Some(id) = params.get(SCHEME) else { return Ok(None) };
    let schemes = state.store.schemes().await?;
    let Some(scheme) = schemes.iter().find(|scheme| scheme.id == id) else {
        let known: Vec<_> = schemes.iter().map(|scheme| scheme.id.as_str()).collect();
        return Err(Problem::bad_parameter(SCHEME, format!("accepted are {}", known.join(", "))));
    };
    let basis = schemes::basis(state, CaseViewer::default(), None).await?;
    let [cases] = schemes::counted(state, &basis, scheme, [Moment::today()]).await?;
    let (scheme, snapshot) = (scheme.clone(), Arc::clone(snapshot));
    let work = move || {
        let of_case: HashMap<&str, i64> = match snapshot.position(CASE) {
            Some(position) => {
                let told = snapshot.features().iter().map(|own| (own.value(position).as_text(), own.id));
                told.filter_map(|(case, id)| Some((case?, id))).collect()
            }
            None => HashMap::new(),
        };
        let places = cases.meeting(&scheme.conditions).map_err(schemes::failed)?;
        Ok(places.into_iter().filter_map(|place| of_case.get(cases.case(place).id()).copied()).collect())
    };
    let ids: Result<HashSet<i64>, Problem> = state.heavy.draw(work).await?;
    ids.map(Some)
}
