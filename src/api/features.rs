use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;

use crate::{
    api::{Problem, params::Params},
    index::{Feature, Index, Snapshot},
    model::{Access, Bbox, FeatureQuery, Value, fold},
};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Features of a layer for a list beside a map: no shapes, by name.
#[derive(Serialize)]
pub(super) struct FeatureList {
    layer: String,
    revision: i64,
    number_matched: usize,
    number_returned: usize,
    /// Matching features of each category, whatever category was asked for.
    categories: BTreeMap<String, usize>,
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
    State(index): State<Arc<Index>>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Json<FeatureList>, Problem> {
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let fields = snapshot.fields().iter().map(|field| field.name.as_str());
    params.allow_only(["bbox", "datetime", "q", "limit", "offset"].into_iter().chain(fields))?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let offset = usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let query = FeatureQuery {
        bbox: params.get("bbox").map(str::parse).transpose()?,
        period: params.get("datetime").map(str::parse).transpose()?,
        properties: params.property_filters(&snapshot)?,
        text: params.get("q").map(fold).filter(|text| !text.is_empty()),
        filter: None,
    };
    let slots = snapshot.find_by_name(&query);
    let features: Vec<_> =
        slots.iter().skip(offset).take(limit).map(|slot| list(&snapshot, snapshot.feature(*slot))).collect();
    Ok(Json(FeatureList {
        layer,
        revision: snapshot.revision(),
        number_matched: slots.len(),
        number_returned: features.len(),
        categories: snapshot
            .count_categories(&query)
            .into_iter()
            .map(|(code, count)| (code.to_owned(), count))
            .collect(),
        features,
    }))
}

fn list(snapshot: &Snapshot, feature: &Feature) -> ListedFeature {
    let layer = snapshot.layer();
    let value = |name: &str| snapshot.position(name).map_or(Value::Null, |position| feature.values[position].clone());
    let source = snapshot.source_of(feature);
    ListedFeature {
        id: feature.id,
        code: value("code"),
        name: value(&layer.name_field),
        category: layer.category_field.as_deref().map_or(Value::Null, value),
        point: feature.label.map(|point| [point.x(), point.y()]),
        bbox: feature.bbox,
        properties: layer.list_fields.iter().map(|name| (name.as_str(), value(name))).collect(),
        source: source.map(|source| source.name.clone()),
        synthetic: source.is_some_and(|source| source.synthetic),
    }
}
