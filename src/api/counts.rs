use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;

use crate::{
    api::{
        Heavy, Problem,
        ogc::{QUERY_PARAMETERS, parse_query},
        params::Params,
    },
    index::{Counts, Index, Snapshot},
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

/// `GET /api/layers/{layer}/counts?of=conflicts`, with conditions on the features that are counted.
pub(super) async fn counts(
    State(index): State<Arc<Index>>,
    State(heavy): State<Heavy>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Json<CountsDocument>, Problem> {
    let areas = index.snapshot(&layer, Access::Public)?;
    if areas.layer().geometry != GeometryKind::Polygon {
        return Err(Problem::not_found(format!("layer {layer} has no areas to count in")));
    }
    let of =
        params.get("of").ok_or_else(|| Problem::bad_parameter("of", "say the layer whose features are counted"))?;
    let counted = index.snapshot(of, Access::Public).map_err(|error| Problem::bad_parameter("of", error))?;
    let fields = counted.fields().iter().map(|field| field.name.as_str());
    params.allow_only(QUERY_PARAMETERS.into_iter().chain(["of"]).chain(fields))?;
    let query = parse_query(&params, &counted)?;
    let document = heavy
        .run(move |deadline| {
            let counts = areas.count_by_area(&counted, &query, deadline)?;
            Ok(document(&areas, &counted, &counts))
        })
        .await?;
    Ok(Json(document))
}

fn document(areas: &Snapshot, counted: &Snapshot, counts: &Counts) -> CountsDocument {
    let id = |snapshot: &Snapshot| snapshot.layer().id.clone();
    let [code, name] = ["code", &areas.layer().name_field].map(|name| areas.position(name));
    let each = areas.features().iter().zip(&counts.by_area).map(|(area, count)| {
        let value = |position: Option<usize>| position.map_or(Value::Null, |position| area.values[position].clone());
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
