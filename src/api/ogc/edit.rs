//! Writing features: OGC API - Features - Part 4 (OGC 20-002), with optimistic locking by ETag.
//!
//! A write is committed in PostGIS before it is answered, and the answer waits until this node's snapshot has it.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, MatchedPath, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use geo::{CoordsIter, Geometry};
use serde_json::{Map, Value as Json};

use crate::{
    api::{
        AppState, Problem,
        ogc::{
            GEOJSON,
            items::{ITEM_ROUTE, ITEMS_ROUTE, feature_tag, write_item},
        },
    },
    crs::{CRS84, Crs, Projection},
    index::{SYNTHETIC, Snapshot},
    model::{Access, Field, GeometryKind, Value},
    store::{FeatureDraft, to_wkb},
};

/// Most positions of a geometry.
const MAX_VERTICES: usize = 200_000;
/// Bytes of a body: a geometry of that size, written at length.
pub(super) const MAX_BODY: usize = 12 << 20;
/// How long an answer waits for the snapshot that has what was written.
const SNAPSHOT_WAIT: Duration = Duration::from_secs(5);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REVISION: HeaderName = HeaderName::from_static("rimay-revision");

/// Whoever shows the configured token may write.
pub(super) struct Editor;

impl FromRequestParts<AppState> for Editor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Editor, Problem> {
        let Some(token) = &state.edit_token else {
            return Err(Problem::forbidden("features are read-only here: no edit token is configured"));
        };
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(Problem::unauthorized)?;
        if token.is(shown) { Ok(Editor) } else { Err(Problem::unauthorized()) }
    }
}

/// `POST /ogc/collections/{layer}/items`: 201 with the address of the new feature. With `Idempotency-Key` the same
/// request makes one feature: sent again, it is a conflict.
pub(super) async fn create(
    _: Editor,
    State(state): State<AppState>,
    Path(layer): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let body = parse_feature(&body)?;
    let draft = draft(&snapshot, properties_of(&body)?, geometry_of(&body, &headers)?)?;
    let code = draft.properties.get("code").and_then(Json::as_str).map(str::to_owned);
    let again = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).map(|key| format!("request {key}"));
    let key = again.or(code);
    let (id, _) = state.store.create_feature(&layer, key.as_deref(), &draft).await?;
    let mut response = written(&state, &layer, id, StatusCode::CREATED).await?;
    let location = state.public_url.join(&format!("/ogc/collections/{layer}/items/{id}"));
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).expect("an address"));
    Ok(response)
}

/// `PUT /ogc/collections/{layer}/items/{id}`: the feature shall be as the body says; what it leaves out is empty.
pub(super) async fn replace(
    _: Editor,
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, i64)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let version = seen_version(&headers)?;
    let body = parse_feature(&body)?;
    let draft = draft(&snapshot, properties_of(&body)?, geometry_of(&body, &headers)?)?;
    state.store.replace_feature(&layer, id, version, &draft).await?;
    written(&state, &layer, id, StatusCode::OK).await
}

/// `PATCH /ogc/collections/{layer}/items/{id}`: members of the body replace those of the feature, null empties
/// (RFC 7396).
pub(super) async fn update(
    _: Editor,
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, i64)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let version = seen_version(&headers)?;
    let patch = parse_object(&body)?;
    let current = state.store.current_feature(&layer, id).await?;
    // Of a feature that cannot be read whole, what the patch does not name would be lost.
    let mut properties: Map<String, Json> = serde_json::from_str(&current.properties)
        .map_err(|_| Problem::conflict("the stored feature cannot be read whole: replace it with PUT"))?;
    // What the layer does not declare was written by others, and is not the client's to answer for.
    properties.retain(|name, _| snapshot.position(name).is_some());
    if patch.contains_key("properties") {
        properties.extend(properties_of(&patch)?);
    }
    let mut draft = draft(&snapshot, properties, geometry_of(&patch, &headers)?)?;
    if !patch.contains_key("geometry") {
        draft.wkb = current.wkb;
    }
    state.store.replace_feature(&layer, id, version, &draft).await?;
    written(&state, &layer, id, StatusCode::OK).await
}

/// `DELETE /ogc/collections/{layer}/items/{id}`
pub(super) async fn delete(
    _: Editor,
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.index.snapshot(&layer, Access::Public)?;
    state.store.delete_feature(&layer, id, seen_version(&headers)?).await?;
    let snapshot = refreshed(&state, &layer).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(REVISION, HeaderValue::from(snapshot.revision()));
    Ok(response)
}

/// Answers OPTIONS with the methods there are: QGIS reads there what it may edit.
pub(in crate::api) async fn tell_methods(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let asks = request.method() == Method::OPTIONS;
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    if asks {
        let methods = match route.as_deref() {
            Some(route) if state.edit_token.is_some() && route.ends_with(ITEMS_ROUTE) => "GET, HEAD, OPTIONS, POST",
            Some(route) if state.edit_token.is_some() && route.ends_with(ITEM_ROUTE) => {
                "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
            }
            _ => "GET, HEAD, OPTIONS",
        };
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    response
}

/// The snapshot that has everything written so far, or the one there is when that takes too long.
async fn refreshed(state: &AppState, layer: &str) -> Result<Arc<Snapshot>, Problem> {
    // What fails here was written all the same; the next refresh brings it.
    let _ = tokio::time::timeout(SNAPSHOT_WAIT, state.index.refresh(&state.store)).await;
    Ok(state.index.snapshot(layer, Access::Public)?)
}

async fn written(state: &AppState, layer: &str, id: i64, status: StatusCode) -> Result<Response, Problem> {
    let snapshot = refreshed(state, layer).await?;
    let mut response = match snapshot.by_id(id) {
        Some(feature) => {
            let body = write_item(&snapshot, feature, &state.public_url, &CRS84)?;
            ([(header::CONTENT_TYPE, GEOJSON), (header::ETAG, &feature_tag(feature))], Body::from(body)).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    };
    *response.status_mut() = status;
    response.headers_mut().insert(REVISION, HeaderValue::from(snapshot.revision()));
    Ok(response)
}

/// The version of the feature the writer has seen, from If-Match.
fn seen_version(headers: &HeaderMap) -> Result<i64, Problem> {
    let tag = headers.get(header::IF_MATCH).ok_or_else(Problem::precondition_required)?;
    let version = tag.to_str().ok().map(|tag| tag.trim().trim_matches('"')).and_then(|tag| tag.strip_prefix('v'));
    version.and_then(|version| version.split('-').next()?.parse().ok()).ok_or_else(|| {
        Problem::precondition_failed("If-Match must be the ETag that the feature was served with, such as \"v3\"")
    })
}

fn parse_object(body: &[u8]) -> Result<Map<String, Json>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::bad_body("expected a JSON object")),
        Err(error) => Err(Problem::bad_body(format!("not JSON: {error}"))),
    }
}

fn parse_feature(body: &[u8]) -> Result<Map<String, Json>, Problem> {
    let feature = parse_object(body)?;
    match feature.get("type").and_then(Json::as_str) {
        Some("Feature") => Ok(feature),
        _ => Err(Problem::bad_body("expected a GeoJSON object of type Feature")),
    }
}

fn properties_of(feature: &Map<String, Json>) -> Result<Map<String, Json>, Problem> {
    match feature.get("properties") {
        Some(Json::Object(properties)) => Ok(properties.clone()),
        None | Some(Json::Null) => Ok(Map::new()),
        Some(_) => Err(Problem::bad_body("properties must be an object")),
    }
}

/// The geometry in CRS84; the header Content-Crs says in which system it comes.
fn geometry_of(feature: &Map<String, Json>, headers: &HeaderMap) -> Result<Option<Geometry<f64>>, Problem> {
    let json = match feature.get("geometry") {
        None | Some(Json::Null) => return Ok(None),
        Some(json) => json,
    };
    let refused = |error: &dyn std::fmt::Display| Problem::bad_body(format!("geometry: {error}"));
    let read: geojson::Geometry = serde_json::from_value(json.clone()).map_err(|error| refused(&error))?;
    check_rings(&read)?;
    let geometry = Geometry::<f64>::try_from(read).map_err(|error| refused(&error))?;
    if geometry.coords_count() > MAX_VERTICES {
        return Err(Problem::bad_body(format!("geometry: at most {MAX_VERTICES} positions")));
    }
    if geometry.coords_iter().any(|c| !c.x.is_finite() || !c.y.is_finite()) {
        return Err(Problem::bad_body("geometry: a coordinate is not finite"));
    }
    let crs = match headers.get("content-crs").and_then(|value| value.to_str().ok()) {
        None => &CRS84,
        Some(named) => Crs::find(named.trim_matches(['<', '>'])).map_err(|error| ("Content-Crs", error))?,
    };
    let moved = Projection::from(crs).and_then(|projection| projection.apply(&geometry));
    Ok(Some(moved.map_err(|error| ("Content-Crs", error))?))
}

/// Rings must close: what is read would otherwise be closed silently, and perhaps wrongly.
fn check_rings(geometry: &geojson::Geometry) -> Result<(), Problem> {
    use geojson::GeometryValue;
    let closed = |ring: &Vec<geojson::Position>| ring.len() >= 4 && ring.first() == ring.last();
    let sound = match &geometry.value {
        GeometryValue::Polygon { coordinates } => coordinates.iter().all(closed),
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().flatten().all(closed),
        _ => true,
    };
    if sound {
        Ok(())
    } else {
        Err(Problem::bad_body("geometry: a ring needs at least 4 positions, the last as the first"))
    }
}

/// What shall be stored, checked against the layer's fields.
fn draft(
    snapshot: &Snapshot,
    mut properties: Map<String, Json>,
    geometry: Option<Geometry<f64>>,
) -> Result<FeatureDraft, Problem> {
    let layer = snapshot.layer();
    // What every feature is served with comes back with it.
    properties.remove(SYNTHETIC);
    if let Some(unknown) = properties.keys().find(|name| snapshot.position(name).is_none()) {
        let known: Vec<_> = snapshot.fields().iter().map(|field| field.name.as_str()).collect();
        return Err(Problem::bad_body(format!("there is no property \"{unknown}\"; known are: {}", known.join(", "))));
    }
    let read = |field: &&'static Field| {
        Value::from_request(field, properties.get(&field.name).unwrap_or(&Json::Null))
            .map_err(|error| Problem::bad_body(format!("property {}: {error}", field.name)))
    };
    let mut values = snapshot.fields().iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if let Some(note) = layer.empty_inapplicable(&mut values).into_iter().next() {
        return Err(Problem::bad_body(note.replace("; left empty", "")));
    }
    let stored = snapshot.fields().iter().zip(&values);
    let stored = stored.map(|(field, value)| (field.name.clone(), serde_json::to_value(value).expect("plain")));
    let geometry = geometry.map(|geometry| fit(geometry, layer.geometry)).transpose()?;
    Ok(FeatureDraft { properties: Json::Object(stored.collect()), wkb: geometry.as_ref().map(to_wkb) })
}

/// The geometry as the layer stores it: areas are multipolygons.
fn fit(geometry: Geometry<f64>, kind: GeometryKind) -> Result<Geometry<f64>, Problem> {
    match (kind, geometry) {
        (GeometryKind::Point, Geometry::Point(point)) => Ok(point.into()),
        (GeometryKind::Polygon, Geometry::Polygon(area)) => Ok(geo::MultiPolygon(vec![area]).into()),
        (GeometryKind::Polygon, Geometry::MultiPolygon(areas)) => Ok(areas.into()),
        (GeometryKind::Point, _) => Err(Problem::bad_body("geometry: this layer holds points")),
        (GeometryKind::Polygon, _) => Err(Problem::bad_body("geometry: this layer holds polygons and multipolygons")),
    }
}
