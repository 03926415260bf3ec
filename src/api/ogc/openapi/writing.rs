//! The part of the service description that tells how features are written (Features, Part 4).

use serde_json::{Map, Value as Json, json};

use crate::{
    api::ogc::{
        GEOJSON,
        edit::{ALLOW_OUTSIDE, MAX_IDEMPOTENCY_KEY},
        openapi::problem,
    },
    crs::{CRS84, OFFERED},
    index::Snapshot,
    model::{Field, FieldType, GeometryKind},
};

/// Media type of a patch.
const MERGE_PATCH: &str = "application/merge-patch+json";
const SCHEME: &str = "editToken";
/// What may go wrong with any write, and where it is described.
const REFUSALS: [(&str, &str); 9] = [
    ("400", "BadParameter"),
    ("401", "NotAuthorised"),
    ("404", "NotFound"),
    ("409", "Conflict"),
    ("413", "TooLarge"),
    ("415", "OtherMediaType"),
    ("431", "HeadersTooLarge"),
    ("500", "InternalError"),
    ("503", "NotNow"),
];

/// Adds what all writes share: who may, parameters, and answers to writes that could not be done.
pub(super) fn add_components(components: &mut Json) {
    components["securitySchemes"] = json!({SCHEME: {"type": "http", "scheme": "bearer", "description": "The edit token of this server's configuration"}});
    let parameters = &mut components["parameters"];
    parameters["allowOutside"] = json!({
        "name": ALLOW_OUTSIDE, "in": "query", "required": false,
        "description": "true: a geometry more than 2 degrees outside Peru is right as it is. Without it such a geometry is refused, because most often its axes are swapped.",
        "schema": {"type": "string", "enum": ["true", "false"], "default": "false"},
    });
    let header = |name: &str, required: bool, description: &str, schema: Json| json!({"name": name, "in": "header", "required": required, "description": description, "schema": schema});
    parameters["ifMatch"] = header(
        "If-Match",
        true,
        "ETag of the feature as the writer knows it, or several, or *. Written by another since, it stays as it is (412).",
        json!({"type": "string", "minLength": 1, "example": "\"v1\""}),
    );
    let systems = OFFERED.map(|crs| format!("<{}>", crs.uri));
    parameters["contentCrs"] = header(
        "Content-Crs",
        false,
        "Reference system of the geometry that is sent, in angle brackets or without.",
        json!({"type": "string", "enum": systems, "default": format!("<{}>", CRS84.uri)}),
    );
    parameters["idempotencyKey"] = header(
        "Idempotency-Key",
        false,
        "Sent again with the same key and body, the request makes no second feature; the answer is the first one's.",
        json!({"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY, "pattern": "^[!-~]+$"}),
    );
    for (name, description) in [
        ("NotAuthorised", "The edit token is missing, or another"),
        ("Conflict", "The stored feature cannot be changed so, or the request's feature was removed since"),
        ("Changed", "The feature was written by another since: read it again"),
        ("TooLarge", "The body is too large"),
        ("OtherMediaType", "The body is of another media type"),
        ("OtherBody", "The same Idempotency-Key came before with another body"),
        ("IfMatchNeeded", "If-Match is missing: which version of the feature is meant?"),
    ] {
        components["responses"][name] = problem(description);
    }
}

/// What the properties and the geometry of a feature of the layer may be.
fn feature_schema(snapshot: &Snapshot) -> Json {
    let layer = snapshot.layer();
    let kinds = match layer.geometry {
        GeometryKind::Point => &["Point"][..],
        GeometryKind::Polygon => &["Polygon", "MultiPolygon"],
    };
    let properties: Map<_, _> =
        snapshot.fields().iter().map(|field| (field.name.clone(), property_schema(field))).collect();
    json!({
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": {"type": "object", "nullable": true, "required": ["type", "coordinates"], "properties": {
                "type": {"type": "string", "enum": kinds},
                "coordinates": {"type": "array", "items": {}},
            }},
            "properties": {"type": "object", "nullable": true, "properties": properties, "additionalProperties": false},
        },
    })
}

fn property_schema(field: &Field) -> Json {
    let mut schema = match field.kind {
        FieldType::Text => json!({"type": "string"}),
        FieldType::Integer => json!({"type": "integer", "format": "int64"}),
        FieldType::Real => json!({"type": "number"}),
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        FieldType::Code => {
            // A value that may be empty must be listed so (OpenAPI 3.0.3, clarification of nullable).
            let codes: Vec<_> = field.codes.iter().map(|code| json!(code.code)).chain([Json::Null]).collect();
            json!({"type": "string", "enum": codes})
        }
    };
    schema["nullable"] = json!(true);
    schema["description"] = json!(field.title.en);
    schema
}

/// Adds how the features of a collection are made, replaced, changed and removed.
pub(super) fn add_collection(paths: &mut Map<String, Json>, components: &mut Json, snapshot: &Snapshot) {
    let (id, title) = (&snapshot.layer().id, &snapshot.layer().title.en);
    let schema = format!("{id}_feature");
    let feature = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
    components["schemas"][&schema] = feature_schema(snapshot);
    let whole = json!({GEOJSON: feature, "application/json": feature});
    let part = json!({MERGE_PATCH: {"schema": {"type": "object", "description": "Members to replace; null empties", "properties": {
        "properties": {"type": "object", "nullable": true},
        "geometry": {"type": "object", "nullable": true},
    }}}});
    let items = &mut paths[&format!("/collections/{id}/items")];
    let mut create = write(
        &format!("create_{id}_feature"),
        &format!("Make a feature of {title}"),
        &["allowOutside", "contentCrs", "idempotencyKey"],
        Some(whole.clone()),
    );
    create["responses"]["201"] =
        answer("The feature was made; without a body when it is not served yet", &["Location"]);
    create["responses"]["422"] = refusal("OtherBody");
    items["post"] = create;
    let item = &mut paths[&format!("/collections/{id}/items/{{featureId}}")];
    for (method, verb, what, body) in [("put", "replace", "Replace", whole), ("patch", "update", "Change", part)] {
        let mut change = write(
            &format!("{verb}_{id}_feature"),
            &format!("{what} a feature of {title}"),
            &["featureId", "ifMatch", "allowOutside", "contentCrs"],
            Some(body),
        );
        change["responses"]["200"] = answer("The feature as it is now", &[]);
        of_a_version(&mut change);
        item[method] = change;
    }
    let mut delete = write(
        &format!("delete_{id}_feature"),
        &format!("Remove a feature of {title}"),
        &["featureId", "ifMatch"],
        None,
    );
    delete["responses"]["204"] = json!({"description": "The feature is gone"});
    of_a_version(&mut delete);
    item["delete"] = delete;
}

fn write(id: &str, summary: &str, parameters: &[&str], body: Option<Json>) -> Json {
    let responses: Map<_, _> = REFUSALS.map(|(status, name)| (status.to_owned(), refusal(name))).into_iter().collect();
    let parameters: Vec<_> =
        parameters.iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect();
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "security": [{SCHEME: []}],
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(content) = body {
        operation["requestBody"] = json!({"required": true, "content": content});
    }
    operation
}

/// The operation is about one version of a feature.
fn of_a_version(operation: &mut Json) {
    operation["responses"]["202"] = json!({"description": "Done, and not served yet"});
    operation["responses"]["412"] = refusal("Changed");
    operation["responses"]["428"] = refusal("IfMatchNeeded");
}

fn answer(description: &str, more_headers: &[&str]) -> Json {
    let text = json!({"schema": {"type": "string"}});
    let mut headers = json!({
        "ETag": text,
        "Rimay-Revision": {"description": "Revision of the data that has what was written", "schema": {"type": "integer"}},
    });
    for name in more_headers {
        headers[name] = text.clone();
    }
    let feature = json!({GEOJSON: {"schema": {"$ref": "#/components/schemas/feature"}}});
    json!({"description": description, "headers": headers, "content": feature})
}

fn refusal(name: &str) -> Json {
    json!({"$ref": format!("#/components/responses/{name}")})
}
