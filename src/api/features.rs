use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;

use crate::{
    api::{Problem, SharedState, lens, ogc::parse_condition, params::Params},
    index::{Feature, Order, Snapshot},
    model::{Access, Bbox, FeatureQuery, Moment, PropertyFilter, Value, ValueRef, fold},
};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Features of a layer for a list beside a map: no shapes, by name or as asked.
#[derive(Serialize)]
pub(super) struct FeatureList {
    layer: String,
    revision: i64,
    number_matched: usize,
    /// How many of those that match have no place, and so are in no view.
    number_without_place: usize,
    number_returned: usize,
    /// Matching features of each category, whatever category was asked for.
    categories: BTreeMap<String, usize>,
    /// How many of those have no place.
    categories_without_place: BTreeMap<String, usize>,
    features: Vec<ListedFeature>,
}

#[derive(Serialize)]
struct ListedFeature {
    id: i64,
    code: Value,
    name: Value,
    category: Value,
    /// Where a marker stands: longitude, latitude.
    point: Option<[f64; 2]>,
    bbox: Option<Bbox>,
    /// The layer's list fields.
    properties: BTreeMap<&'static str, Value>,
    source: Option<String>,
    synthetic: bool,
}

/// `GET /api/layers/{layer}/features`
pub(super) async fn features(
    State(state): State<SharedState>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Json<FeatureList>, Problem> {
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let fields = snapshot.fields().iter().map(|field| field.name.as_str());
    params.allow_only(FILTERS.into_iter().chain(["sort", "limit", "offset"]).chain(fields))?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let offset = usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let order = order(params.get("sort"))?;
    let mut query = parse_filters(&state, &params, &snapshot).await?;
    if let Some(meant) = lens::among(&state, &params, &snapshot, Moment::default()).await? {
        restrict(&mut query, meant);
    }
    let slots = snapshot.find_sorted(&query, order);
    let number_without_place = slots.iter().filter(|slot| snapshot.feature(**slot).geometry.is_none()).count();
    let features: Vec<_> =
        slots.iter().skip(offset).take(limit).map(|slot| list(&snapshot, snapshot.feature(*slot))).collect();
    Ok(Json(FeatureList {
        layer,
        revision: snapshot.revision(),
        number_matched: slots.len(),
        number_without_place,
        number_returned: features.len(),
        categories: owned(snapshot.count_categories(&query, |_| true)),
        categories_without_place: owned(snapshot.count_categories(&query, |feature| feature.geometry.is_none())),
        features,
    }))
}

/// Parameters of which features are meant, beside the names of their fields.
pub(super) const FILTERS: [&str; 6] = ["bbox", "datetime", "filter", "happened", "q", "scheme"];

/// Which features are meant by what they say.
pub(super) async fn parse_filters(
    state: &SharedState,
    params: &Params,
    snapshot: &Arc<Snapshot>,
) -> Result<FeatureQuery, Problem> {
    let mut query = FeatureQuery {
        bbox: params.get("bbox").map(str::parse).transpose()?,
        period: params.get("datetime").map(str::parse).transpose()?,
        properties: params.property_filters(snapshot)?,
        text: params.get("q").map(fold).filter(|text| !text.is_empty()),
        filter: None,
        among: None,
    };
    if let Some(position) = snapshot.position("department") {
        query.properties.iter_mut().filter(|filter| filter.position == position).for_each(|f| widen(snapshot, f));
    }
    let Some(condition) = parse_condition(params, snapshot)? else { return Ok(query) };
    // Asked once of each feature, within a deadline: what comes after it looks at features several times.
    let (finding, bbox) = (Arc::clone(snapshot), query.bbox);
    let meant = FeatureQuery { bbox, filter: Some(condition), ..FeatureQuery::default() };
    let find = move |deadline| -> Result<HashSet<i64>, Problem> {
        let slots = finding.find_until(&meant, deadline)?;
        Ok(slots.into_iter().map(|slot| finding.feature(slot).id).collect())
    };
    query.among = Some(Arc::new(state.heavy.run(find).await?));
    Ok(query)
}

/// Lets only features with some ids through.
pub(super) fn restrict(query: &mut FeatureQuery, mut meant: HashSet<i64>) {
    if let Some(among) = &query.among {
        meant.retain(|id| among.contains(id));
    }
    query.among = Some(Arc::new(meant));
}

fn owned(counts: BTreeMap<&str, usize>) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(code, count)| (code.to_owned(), count)).collect()
}

fn order(text: Option<&str>) -> Result<Order, Problem> {
    match text {
        None | Some("name") => Ok(Order::Name),
        Some("urgency") => Ok(Order::Urgency),
        Some("recent") => Ok(Order::Recent),
        Some(_) => Err(Problem::bad_parameter("sort", "expected name, urgency or recent")),
    }
}

/// Lets a department's name find all that lies there: the source lists several as `Cusco, Puno`, and one writes `CUSCO` where another
/// writes `Cusco`.
fn widen(snapshot: &Snapshot, filter: &mut PropertyFilter) {
    let wanted: Vec<_> = filter.any_of.iter().filter_map(Value::as_text).map(fold).collect();
    let told = snapshot.features().iter().filter_map(|feature| feature.value(filter.position).as_text());
    for text in told.collect::<HashSet<_>>() {
        if text.split(", ").any(|name| wanted.contains(&fold(name))) && !filter.accepts(ValueRef::Text(text)) {
            filter.any_of.push(ValueRef::Text(text).into());
        }
    }
}

fn list(snapshot: &Snapshot, feature: &Feature) -> ListedFeature {
    let layer = snapshot.layer();
    let value = |name: &str| snapshot.position(name).map_or(Value::Null, |position| feature.value(position).into());
    let source = snapshot.source_of(feature);
    ListedFeature {
        id: feature.id,
        code: value("code"),
        name: value(&layer.name_field),
        category: layer.category_field.as_deref().map_or(Value::Null, value),
        point: feature.label().map(|point| [point.x(), point.y()]),
        bbox: feature.bbox,
        properties: layer.list_fields.iter().map(|name| (name.as_str(), value(name))).collect(),
        source: source.map(|source| source.name.clone()),
        synthetic: source.is_some_and(|source| source.synthetic),
    }
}
