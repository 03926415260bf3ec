//! The service description: OpenAPI 3.0 with local references only.

mod processes;
mod writing;

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json, json};

use crate::{
    analysis::CONFLICTS,
    api::{
        EditToken, Problem, PublicUrl,
        file::media_type,
        lens::LENSES,
        moment::MOMENT_PARAMETERS,
        ogc::{
            DEFAULT_LIMIT, GEOJSON, MAX_LIMIT, OPENAPI_3_0, check_format,
            download::files,
            feature_json::Dialect,
            question::{FILTER_LANGUAGES, PARAMETERS},
            schemas::SCHEMA,
        },
        params::Params,
        tiles::TILE,
    },
    crs::{CRS84, OFFERED},
    exchange::ExportFormat,
    index::{Index, Snapshot},
    model::{Access, Field, FieldType, cql2::MAX_BYTES, geodesic::FARTHEST_M},
    tiles::MAX_ZOOM,
};

/// `GET /ogc/api`: the service description, OpenAPI 3.0 with local references only. Each collection has literal
/// paths and a query parameter for each field: that is what QGIS and GDAL push filters through. Where features may be
/// written, it tells how.
pub(super) async fn document(
    State(index): State<Arc<Index>>,
    State(token): State<Option<EditToken>>,
    State(url): State<PublicUrl>,
    params: Params,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    let mut paths = json!({
        "/": operation("getLandingPage", "Landing page", &[], "Links to the parts of the API", json!({"type": "object"})),
        "/conformance": operation("getConformance", "Conformance classes", &[], "Classes this API conforms to", json!({"type": "object"})),
        "/tileMatrixSets": operation("getTileMatrixSets", "Tile matrix sets", &[], "The grids of the tiles", json!({"type": "object"})),
        "/tileMatrixSets/WebMercatorQuad": operation("getTileMatrixSet", "Tile matrix set", &[], "The grid", json!({"type": "object"})),
        "/collections": operation("getCollections", "Collections", &[], "All collections", json!({"type": "object"})),
    });
    for grid in ["/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad"] {
        only_for_programs(&mut paths[grid]);
    }
    let mut components = json!({"parameters": parameters(), "schemas": schemas(), "responses": responses()});
    let paths = paths.as_object_mut().expect("made above");
    if token.is_some() {
        writing::add_components(&mut components);
    }
    for snapshot in index.snapshots(Access::Public) {
        add_collection(paths, &snapshot);
        if token.is_some() {
            writing::add_collection(paths, &mut components, &snapshot);
        }
    }
    processes::add_processes(paths);
    let document = json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Rimay",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Social conflicts, watersheds, mining concessions and indigenous territories of Peru, as OGC API - Features.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": url.join("/ogc")}],
        "paths": paths,
        "components": components,
    });
    Ok(([(header::CONTENT_TYPE, OPENAPI_3_0)], document.to_string()).into_response())
}

fn add_collection(paths: &mut Map<String, Json>, snapshot: &Snapshot) {
    let layer = snapshot.layer();
    let (id, title) = (&layer.id, &layer.title.en);
    let about = json!({"type": "object"});
    paths.insert(
        format!("/collections/{id}"),
        operation(&format!("describe_{id}"), title, &[], "The collection", about),
    );
    for part in ["queryables", "schema"] {
        let mut described = operation(
            &format!("get_{id}_{part}"),
            &format!("{part} of {title}"),
            &[],
            "A JSON Schema",
            json!({"type": "object"}),
        );
        only_for_programs(&mut described);
        answers_with(&mut described, SCHEMA);
        paths.insert(format!("/collections/{id}/{part}"), described);
    }
    let tiles = format!("/collections/{id}/tiles");
    let describe = |id: &str, title: &str| {
        let mut described = operation(id, title, &[], "Metadata of the tiles", json!({"type": "object"}));
        only_for_programs(&mut described);
        described
    };
    paths.insert(tiles.clone(), describe(&format!("get_{id}_tilesets"), &format!("Tilesets of {title}")));
    paths.insert(
        format!("{tiles}/WebMercatorQuad"),
        describe(&format!("get_{id}_tileset"), &format!("Tileset of {title}")),
    );
    let place =
        ["tileMatrix", "tileRow", "tileCol"].map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
    let moment = MOMENT_PARAMETERS.map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
    let place = place.into_iter().chain(moment.clone()).collect::<Vec<_>>();
    let mut tile = operation(
        &format!("get_{id}_tile"),
        &format!("A tile of {title}"),
        &place,
        "The tile",
        json!({"type": "string", "format": "binary"}),
    );
    only_for_programs(&mut tile);
    answers_with(&mut tile, TILE);
    tile["get"]["responses"]["204"] = json!({"description": "Nothing of the layer shows in this tile"});
    tile["get"]["responses"]["404"] = json!({"$ref": "#/components/responses/NotFound"});
    // Tiles have one format.
    tile["get"]["parameters"].as_array_mut().expect("made above").pop();
    paths.insert(format!("{tiles}/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"), tile);
    let lenses = if *id == CONFLICTS { &LENSES[..] } else { &[] };
    let shared = PARAMETERS.iter().chain(lenses).filter(|name| **name != "f");
    let mut parameters: Vec<_> =
        shared.map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect();
    parameters.extend(snapshot.fields().iter().map(|field| property_parameter(field)));
    let mut items = operation(
        &format!("get_{id}"),
        &format!("Features of {title}"),
        &parameters,
        "A page of features",
        json!({"$ref": "#/components/schemas/featureCollection"}),
    );
    answers_with(&mut items, GEOJSON);
    answers_as_json_fg(&mut items);
    let parameters = items["get"]["parameters"].as_array_mut().expect("made above");
    parameters.pop();
    parameters.push(json!({"$ref": "#/components/parameters/itemsFormat"}));
    for format in files() {
        items["get"]["responses"]["200"]["content"][media_type(format)] =
            json!({"schema": {"type": "string", "format": "binary"}});
    }
    paths.insert(format!("/collections/{id}/items"), items);
    let mut item = operation(
        &format!("get_{id}_feature"),
        &format!("One feature of {title}"),
        &[
            &[json!({"$ref": "#/components/parameters/featureId"}), json!({"$ref": "#/components/parameters/crs"})],
            &moment[..],
        ]
        .concat(),
        "The feature",
        json!({"$ref": "#/components/schemas/feature"}),
    );
    answers_with(&mut item, GEOJSON);
    answers_as_json_fg(&mut item);
    *item["get"]["parameters"].as_array_mut().expect("made above").last_mut().expect("the format") =
        json!({"$ref": "#/components/parameters/itemFormat"});
    item["get"]["responses"]["404"] = json!({"$ref": "#/components/responses/NotFound"});
    paths.insert(format!("/collections/{id}/items/{{featureId}}"), item);
}

fn operation(id: &str, summary: &str, parameters: &[Json], found: &str, schema: Json) -> Json {
    let mut all = parameters.to_vec();
    all.push(json!({"$ref": "#/components/parameters/f"}));
    json!({"get": {
        "operationId": id,
        "summary": summary,
        "parameters": all,
        "responses": {
            "200": {"description": found, "content": {
                "application/json": {"schema": schema},
                "text/html": {"schema": {"type": "string"}},
            }},
            "400": {"$ref": "#/components/responses/BadParameter"},
            "431": {"$ref": "#/components/responses/HeadersTooLarge"},
            "500": {"$ref": "#/components/responses/InternalError"},
            "503": {"$ref": "#/components/responses/NotNow"},
        },
    }})
}

/// The answer of the operation is of this media type, where it is no page.
fn answers_with(operation: &mut Json, media_type: &str) {
    let content = operation["get"]["responses"]["200"]["content"].as_object_mut().expect("made above");
    let answer = content.remove("application/json").expect("made above");
    content.insert(media_type.into(), answer);
}

/// The same answer comes as JSON-FG, which is GeoJSON too.
fn answers_as_json_fg(operation: &mut Json) {
    let content = &mut operation["get"]["responses"]["200"]["content"];
    content[Dialect::JsonFg.media_type()] = content[GEOJSON].clone();
}

/// The operation has no page for people.
fn only_for_programs(operation: &mut Json) {
    operation["get"]["responses"]["200"]["content"].as_object_mut().expect("made above").remove("text/html");
    let parameters = operation["get"]["parameters"].as_array_mut().expect("made above");
    *parameters.last_mut().expect("the format") = json!({"$ref": "#/components/parameters/jsonFormat"});
}

fn property_parameter(field: &Field) -> Json {
    let schema = match field.kind {
        FieldType::Text => json!({"type": "string", "minLength": 1}),
        FieldType::Integer => json!({"type": "integer", "format": "int64"}),
        FieldType::Real => json!({"type": "number"}),
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        FieldType::Code => {
            let codes: Vec<_> = field.codes.iter().map(|code| &code.code).collect();
            json!({"type": "array", "minItems": 1, "items": {"type": "string", "enum": codes}})
        }
    };
    json!({"name": field.name, "in": "query", "required": false, "style": "form", "explode": false, "description": field.title.en, "schema": schema})
}

fn parameters() -> Json {
    let formats: Vec<_> =
        ["json", "geojson", "jsonfg", "html"].into_iter().chain(files().map(ExportFormat::name)).collect();
    let query = |name: &str, description: &str, schema: Json| json!({"name": name, "in": "query", "required": false, "style": "form", "explode": false, "description": description, "schema": schema});
    json!({
        "bbox": query("bbox", "West, south, east, north in degrees (CRS84), or six numbers with heights. West greater than east crosses the antimeridian.",
            json!({"type": "array", "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}], "items": {"type": "number"}})),
        "datetime": query("datetime", "A date, a time, or an interval of them with .. for an open end.", json!({"type": "string", "minLength": 1})),
        "limit": query("limit", "Features on a page; greater values are taken as the maximum.",
            json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT})),
        "offset": query("offset", "Features to pass over.", json!({"type": "integer", "minimum": 0, "default": 0})),
        "after": query("after", "Only features whose id is greater; next links use it.", json!({"type": "integer", "minimum": 0})),
        "filter": query("filter", "A condition in CQL2; it holds together with all other parameters.", json!({"type": "string", "minLength": 1, "maxLength": MAX_BYTES})),
        "filter-lang": query("filter-lang", "How the filter is written.", json!({"type": "string", "enum": FILTER_LANGUAGES, "default": FILTER_LANGUAGES[0]})),
        "filter-crs": query("filter-crs", "Reference system of coordinates in the filter.", systems()),
        "bbox-crs": query("bbox-crs", "Reference system of bbox.", systems()),
        "asOf": query("asOf", "The day in the world of which the features are looked at; today when it is absent.", json!({"type": "string", "format": "date"})),
        "asKnown": query("asKnown", "The time up to which what was known here counts, or a day, which stands for its end in Peru; now when it is absent.", json!({"type": "string", "minLength": 10})),
        "crs": query("crs", "Reference system of the answer.", systems()),
        "sortby": query("sortby", "Properties to sort by, each with - before it for descending order.", json!({"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[+-]?[a-z][a-z0-9_]*$"}})),
        "properties": query("properties", "Properties to answer with; all when it is absent.", json!({"type": "array", "items": {"type": "string"}})),
        "near": query("near", "Longitude and latitude: the features nearest to there come first, each with distance_m, the geodesic distance in metres.",
            json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}})),
        "within": query("within", "With near: only features at most so many metres away.", json!({"type": "number", "minimum": 0, "maximum": FARTHEST_M})),
        "clip": query("clip", "West, south, east, north in degrees, or a POLYGON or MULTIPOLYGON in WKT: only features with something inside, and of their geometry only that.", json!({"type": "string", "minLength": 1, "maxLength": MAX_BYTES})),
        "happened": query("happened", "A date, or an interval with .. for an open end: only conflicts in which something happened then, an event of the register, the beginning or the end of the case.", json!({"type": "string", "minLength": 1})),
        "scheme": query("scheme", "Only conflicts that this scheme counts today, or on the day of asOf (/api/schemes), of the cases that all may see.", json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})),
        "synthetic": query("synthetic", "Whether the feature is invented, for demonstration.", json!({"type": "string", "enum": ["true", "false"]})),
        "itemsFormat": query("f", "Format of the answer. Files hold all that is found, unless limit says how many.",
            json!({"type": "string", "enum": formats})),
        "f": query("f", "Format of the answer; without it the header Accept says.", json!({"type": "string", "enum": ["json", "geojson", "html"]})),
        "itemFormat": query("f", "Format of the answer; without it the header Accept says.", json!({"type": "string", "enum": ["json", "geojson", "jsonfg", "html"]})),
        "jsonFormat": query("f", "Format of the answer.", json!({"type": "string", "enum": ["json", "geojson"]})),
        "tileMatrix": {"name": "tileMatrix", "in": "path", "required": true, "description": "Zoom level", "schema": {"type": "integer", "minimum": 0, "maximum": MAX_ZOOM}},
        "tileRow": {"name": "tileRow", "in": "path", "required": true, "description": "Row from the north", "schema": {"type": "integer", "minimum": 0}},
        "tileCol": {"name": "tileCol", "in": "path", "required": true, "description": "Column from the west", "schema": {"type": "integer", "minimum": 0}},
        "featureId": {"name": "featureId", "in": "path", "required": true, "description": "Id of the feature", "schema": {"type": "integer", "format": "int64"}},
    })
}

fn systems() -> Json {
    json!({"type": "string", "format": "uri", "enum": OFFERED.map(|crs| crs.uri), "default": CRS84.uri})
}

fn schemas() -> Json {
    json!({
        "feature": {
            "type": "object",
            "required": ["type", "geometry", "properties"],
            "properties": {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": {"type": "integer", "format": "int64"},
                "geometry": {"type": "object", "nullable": true},
                "properties": {"type": "object", "nullable": true},
                "links": {"type": "array", "items": {"type": "object"}},
                "distance_m": {"type": "number", "minimum": 0},
            },
        },
        "featureCollection": {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
                "timeStamp": {"type": "string", "format": "date-time"},
                "links": {"type": "array", "items": {"type": "object"}},
            },
        },
        "problem": {
            "type": "object",
            "required": ["status", "title", "detail"],
            "properties": {
                "status": {"type": "integer"},
                "title": {"type": "string"},
                "detail": {"type": "string"},
                "parameter": {"type": "string"},
                "request_id": {"type": "string"},
            },
        },
    })
}

/// An answer with a problem document.
fn problem(description: &str) -> Json {
    json!({"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}})
}

fn responses() -> Json {
    json!({
        "BadParameter": problem("A parameter or the body cannot be understood; the answer says what would be accepted"),
        "NotFound": problem("There is no such resource"),
        "NotNow": problem("The question takes too long, or too many ask at once; try again, or ask for less"),
        "HeadersTooLarge": {"description": "The address and the headers have more than 32 kB together"},
        "InternalError": problem("The server failed; the log has the request id"),
    })
}
