//! What the properties of a layer are: queryables (Features, Part 3) and schemas (Part 5), as JSON Schema.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json, json};

use crate::{
    api::{Problem, PublicUrl, ogc::check_format, params::Params, tiles::tile_fields},
    index::{GEOMETRY, Index, SYNTHETIC, Snapshot},
    model::{Access, Field, FieldType, GeometryKind},
};

pub(super) const SCHEMA: &str = "application/schema+json";

/// `GET /ogc/collections/{layer}/queryables`: what filters may name.
pub(super) async fn queryables(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    answer(&index, &url, &layer, &params, "queryables")
}

/// `GET /ogc/collections/{layer}/schema`: what features hold.
pub(super) async fn schema(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    answer(&index, &url, &layer, &params, "schema")
}

fn answer(index: &Index, url: &PublicUrl, layer: &str, params: &Params, kind: &str) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    check_format(params)?;
    let snapshot = index.snapshot(layer, Access::Public)?;
    let id = url.join(&format!("/ogc/collections/{layer}/{kind}"));
    Ok(([(header::CONTENT_TYPE, SCHEMA)], describe(&snapshot, &id).to_string()).into_response())
}

fn describe(snapshot: &Snapshot, id: &str) -> Json {
    let layer = snapshot.layer();
    let geometry = match layer.geometry {
        GeometryKind::Point => "geometry-point",
        GeometryKind::Polygon => "geometry-multipolygon",
    };
    let mut properties = Map::new();
    properties
        .insert(GEOMETRY.into(), json!({"title": "Geometry", "format": geometry, "x-ogc-role": "primary-geometry"}));
    for field in snapshot.fields() {
        let mut described = field_schema(field);
        if let Some(times) = &layer.time_fields {
            let role = match times {
                [from, to] if from == to => &[(from, "primary-instant")][..],
                [from, to] => &[(from, "primary-interval-start"), (to, "primary-interval-end")],
            };
            if let Some((_, role)) = role.iter().find(|(name, _)| **name == field.name) {
                described["x-ogc-role"] = json!(role);
            }
        }
        properties.insert(field.name.clone(), described);
    }
    properties.insert(SYNTHETIC.into(), json!({"title": "Invented data, for demonstration", "type": "boolean"}));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "type": "object",
        "title": layer.title.en,
        "description": layer.description.en,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The properties that tiles of a layer carry.
pub(super) fn tile_schema(snapshot: &Snapshot) -> Json {
    let properties: Map<_, _> =
        tile_fields(snapshot.layer()).map(|field| (field.name.clone(), field_schema(field))).collect();
    json!({"type": "object", "properties": properties})
}

fn field_schema(field: &Field) -> Json {
    let mut schema = match field.kind {
        FieldType::Text => json!({"type": "string"}),
        FieldType::Integer => json!({"type": "integer"}),
        FieldType::Real => json!({"type": "number"}),
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        FieldType::Code => {
            let codes: Vec<_> = field.codes.iter().map(|code| &code.code).collect();
            json!({"type": "string", "enum": codes})
        }
    };
    schema["title"] = json!(field.title.en);
    if let Some(unit) = &field.unit {
        schema["x-ogc-unit"] = json!(unit);
    }
    schema
}
