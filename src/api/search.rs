use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    api::{Problem, params::Params},
    index::{Feature, Index, Snapshot},
    model::{Access, Bbox, Value, fold},
};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// What bears a name or code, across layers.
#[derive(Serialize)]
pub(super) struct SearchResults {
    query: String,
    results: Vec<SearchResult>,
}

#[derive(Serialize)]
struct SearchResult {
    layer: &'static str,
    id: i64,
    name: Value,
    code: Value,
    category: Value,
    point: Option<[f64; 2]>,
    bbox: Option<Bbox>,
    /// Where it lies, in words: `Cajamarca · Celendín`; then its company, when that is what was found.
    context: String,
    synthetic: bool,
}

/// `GET /api/search?q=…`: names and codes that contain the text, and cases whose company or place does, without
/// regard to accents and case. Layers take
/// turns, in the catalogue's order, so that a layer with many hits leaves room for the others.
pub(super) async fn search(State(index): State<Arc<Index>>, params: Params) -> Result<Json<SearchResults>, Problem> {
    params.allow_only(["q", "limit"])?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let text = fold(params.get("q").unwrap_or_default());
    if text.is_empty() {
        return Err(Problem::bad_parameter("q", "expected at least one letter or digit of a name or code"));
    }
    let mut hits: Vec<_> = index
        .snapshots(Access::Public)
        .map(|snapshot| {
            let results: Vec<_> = snapshot
                .search(&text, limit)
                .into_iter()
                .map(|slot| result(&snapshot, snapshot.feature(slot), &text))
                .collect();
            results.into_iter()
        })
        .collect();
    let mut results = vec![];
    loop {
        let round: Vec<_> = hits.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() || results.len() >= limit {
            break;
        }
        results.extend(round);
    }
    results.truncate(limit);
    Ok(Json(SearchResults { query: params.get("q").unwrap_or_default().to_owned(), results }))
}

fn result(snapshot: &Snapshot, feature: &Feature, text: &str) -> SearchResult {
    let layer = snapshot.layer();
    let value = |name: &str| snapshot.position(name).map(|position| &feature.values[position]);
    let places = ["department", "province", "district"].into_iter().filter(|name| *name != layer.name_field);
    let company = value("company").and_then(Value::as_text).filter(|company| fold(company).contains(text));
    let context: Vec<_> = places.filter_map(|name| value(name)?.as_text()).chain(company).collect();
    let known = |name: &str| value(name).cloned().unwrap_or(Value::Null);
    SearchResult {
        layer: &layer.id,
        id: feature.id,
        name: known(&layer.name_field),
        code: known("code"),
        category: layer.category_field.as_deref().map_or(Value::Null, known),
        point: feature.label.map(|point| [point.x(), point.y()]),
        bbox: feature.bbox,
        context: context.join(" · "),
        synthetic: snapshot.source_of(feature).is_some_and(|source| source.synthetic),
    }
}
