//! Kept mappings of a file's columns to the fields of a layer.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, put},
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{Problem, SharedState, body::WholeBody, params::Params, token::Editor},
    exchange::check_column_fields,
    model::Catalogue,
    store::MAX_MAPPING_NAME,
};

/// Characters in the name of a column, at most.
const MAX_COLUMN: usize = 500;

pub(super) fn routes() -> Router<SharedState> {
    Router::new().route("/api/mappings", get(all)).route("/api/mappings/{layer}/{name}", put(keep).delete(forget))
}

/// `GET /api/mappings?layer=…`: those of a layer, by name.
async fn all(_: Editor, State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["layer"])?;
    let layer = params.get("layer").ok_or_else(|| Problem::bad_parameter("layer", "say of which layer"))?;
    let layer = Catalogue::built_in().layer(layer).map_err(|error| Problem::bad_parameter("layer", error))?;
    Ok(Json(json!({"mappings": state.store.column_mappings(&layer.id).await?})))
}

/// `PUT /api/mappings/{layer}/{name}`: the body says from which column each field comes.
async fn keep(
    _: Editor,
    State(state): State<SharedState>,
    Path((layer, name)): Path<(String, String)>,
    WholeBody(body): WholeBody,
) -> Result<StatusCode, Problem> {
    let layer = Catalogue::built_in().layer(&layer)?;
    let columns: BTreeMap<String, String> = serde_json::from_slice(&body).map_err(|_| {
        Problem::bad_body(r#"expected a JSON object of fields and their columns, such as {"name":"NOMBRE"}"#)
    })?;
    let is_name = (1..=MAX_MAPPING_NAME).contains(&name.chars().count()) && !name.trim().is_empty();
    if !is_name || name.contains(char::is_control) {
        return Err(Problem::bad_parameter("name", format!("expected 1 to {MAX_MAPPING_NAME} characters")));
    }
    if columns.values().any(|column| column.chars().count() > MAX_COLUMN || column.contains('\0')) {
        return Err(Problem::bad_body(format!("the name of a column has at most {MAX_COLUMN} characters")));
    }
    check_column_fields(layer, &columns).map_err(|error| Problem::bad_body(error.to_string()))?;
    state.store.save_column_mapping(&layer.id, &name, &columns, "editor over HTTP").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/mappings/{layer}/{name}`
async fn forget(
    _: Editor,
    State(state): State<SharedState>,
    Path((layer, name)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let layer = Catalogue::built_in().layer(&layer)?;
    match state.store.forget_column_mapping(&layer.id, &name).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("no mapping is kept under this name")),
    }
}
