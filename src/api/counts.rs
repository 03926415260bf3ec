use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use moka::future::Cache;
use serde::Serialize;

use crate::{
    api::{
        Problem, SharedState,
        cached::{Keep, respond},
        moment::MOMENT_PARAMETERS,
        ogc::{QUERY_PARAMETERS, parse_query},
        params::Params,
    },
    index::{Counts, Snapshot},
    model::{Access, GeometryKind, Value},
};

/// How many features of one layer lie in each area of another. Whatever touches an area lies in it, so that what
/// touches two counts in both.
#[derive(Serialize)]
pub(super) struct CountsDocument {
    areas: String,
    of: String,
    /// Revision of each of the two layers.
    revisions: BTreeMap<String, i64>,
    number_matched: usize,
    /// How many of those that match lie in no area.
    number_outside: usize,
    /// How many of those that match have no place.
    number_without_place: usize,
    /// All areas, by id.
    counts: Vec<AreaCount>,
}

#[derive(Serialize)]
struct AreaCount {
    id: i64,
    code: Value,
    name: Value,
    count: usize,
}

/// Counts already made, by what was asked and the content of both layers. What was not asked for longest is dropped first.
#[derive(Debug)]
pub struct CountsCache(Cache<(String, u64, u64), Bytes>);

impl CountsCache {
    /// A cache that holds counts of about so many bytes.
    pub fn new(capacity_bytes: u64) -> CountsCache {
        let weigh = |_: &_, counts: &Bytes| u32::try_from(counts.len() + 256).unwrap_or(u32::MAX);
        CountsCache(Cache::builder().max_capacity(capacity_bytes).weigher(weigh).build())
    }
}

/// `GET /api/layers/{layer}/counts?of=conflicts`, with conditions on the features that are counted.
pub(super) async fn counts(
    State(state): State<SharedState>,
    Path(layer): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let moment = params.moment()?;
    let areas = state.snapshot(&layer, moment).await?;
    if areas.layer().geometry != GeometryKind::Polygon {
        return Err(Problem::not_found(format!("layer {layer} has no areas to count in")));
    }
    let of =
        params.get("of").ok_or_else(|| Problem::bad_parameter("of", "say the layer whose features are counted"))?;
    state.index.snapshot(of, Access::Public).map_err(|error| Problem::bad_parameter("of", error))?;
    let counted = state.snapshot(of, moment).await?;
    let fields = counted.fields().iter().map(|field| field.name.as_str());
    params.allow_only(QUERY_PARAMETERS.into_iter().chain(["of"]).chain(MOMENT_PARAMETERS).chain(fields))?;
    let query = parse_query(&params, &counted)?;
    let revisions = [&areas, &counted].map(|snapshot| snapshot.revision());
    let asked = format!("{layer}?{} {revisions:?}", params.without(&[]).finish());
    let key = (asked, areas.checksum(), counted.checksum());
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let count = move |deadline| {
        let counts = areas.count_by_area(&counted, &query, deadline)?;
        let document = serde_json::to_vec(&document(&areas, &counted, &counts));
        Ok(Bytes::from(document.expect("counts are plain JSON")))
    };
    let body = match state.counts.0.get(&key).await {
        Some(body) => body,
        None => {
            let (cache, heavy) = (Arc::clone(&state.counts), state.heavy.clone());
            // Whoever asks the same meanwhile waits for the one count, which ends also when the first to ask has left.
            let counting = tokio::spawn(async move { cache.0.try_get_with(key, heavy.run(count)).await });
            counting.await.map_err(|_| Problem::internal())?.map_err(|problem| Problem::clone(&problem))?
        }
    };
    Ok(respond(&headers, hasher.finish(), Keep::Revalidate, "application/json", || Body::from(body)))
}

fn document(areas: &Snapshot, counted: &Snapshot, counts: &Counts) -> CountsDocument {
    let id = |snapshot: &Snapshot| snapshot.layer().id.clone();
    let [code, name] = ["code", &areas.layer().name_field].map(|name| areas.position(name));
    let each = areas.features().iter().zip(&counts.by_area).map(|(area, count)| {
        let value = |position: Option<usize>| position.map_or(Value::Null, |position| area.value(position).into());
        AreaCount { id: area.id, code: value(code), name: value(name), count: *count }
    });
    CountsDocument {
        areas: id(areas),
        of: id(counted),
        revisions: [areas, counted].map(|snapshot| (id(snapshot), snapshot.revision())).into(),
        number_matched: counts.matched,
        number_outside: counts.outside,
        number_without_place: counts.without_place,
        counts: each.collect(),
    }
}
