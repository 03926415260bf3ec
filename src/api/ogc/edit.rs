//! Writing features: OGC API - Features - Part 4 (OGC 20-002), with optimistic locking by ETag.
//!
//! A write is committed in PostGIS before it is answered, and the answer waits until this node's snapshot has it.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{MatchedPath, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use geo::{Coord, CoordsIter, Geometry};
use serde_json::{Map, Value as Json};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        cached::TagOfContent,
        ogc::{
            GEOJSON,
            feature_json::Dialect,
            items::{ITEM_ROUTE, ITEMS_ROUTE, write_item},
        },
        params::Params,
        token::Editor,
    },
    crs::{CRS84, Crs, Projection},
    index::{SYNTHETIC, Snapshot},
    model::{AROUND_PERU, Access, Field, GeometryKind, Moment, Value, from_geojson},
    store::{Created, EditError, Expected, FeatureDraft, to_wkb},
};

/// Most positions of a geometry.
const MAX_VERTICES: usize = 200_000;
/// Bytes of a body: a geometry of that size, written at length.
pub(super) const MAX_BODY: usize = 12 << 20;
/// How long an answer waits for the snapshot that has what was written.
const SNAPSHOT_WAIT: Duration = Duration::from_secs(4);
/// Characters an idempotency key may have.
pub(super) const MAX_IDEMPOTENCY_KEY: usize = 200;
/// Members of a patch: what can be changed, and what a feature that was served comes back with.
const PATCH_MEMBERS: [&str; 7] = ["type", "id", "properties", "geometry", "bbox", "links", "rimay"];
/// The parameter by which places far outside Peru are taken.
pub(super) const ALLOW_OUTSIDE: &str = "allow-outside";
const NOTE: HeaderName = HeaderName::from_static("rimay-note");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REVISION: HeaderName = HeaderName::from_static("rimay-revision");

/// `POST /ogc/collections/{layer}/items`: 201 with the address of the new feature. With `Idempotency-Key` a request
/// makes one feature however often it is sent, and is answered with that one.
pub(super) async fn create(
    editor: Editor,
    State(state): State<SharedState>,
    Path(layer): Path<String>,
    params: Params,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    params.allow_only([ALLOW_OUTSIDE])?;
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let body = parse_feature(&headers, &body)?;
    let (geometry, had_heights) = geometry_of(&body, &params, &headers)?;
    let draft = draft(&snapshot, properties_of(&body)?, geometry)?;
    let created = state.store.create_feature(editor.of(&layer), idempotency_key(&headers)?, &draft).await?;
    let (id, version) = match created {
        Created::Now(id, version) => (id, version),
        Created::Before(id) => match state.store.current_feature(&layer, id).await {
            Ok(current) => (id, current.version),
            Err(EditError::NoSuchFeature) => {
                return Err(Problem::conflict("the feature that this request made before was removed since"));
            }
            Err(error) => return Err(error.into()),
        },
    };
    let mut response = written(&state, &layer, id, version, StatusCode::CREATED).await;
    let location = state.public_url.join(&format!("/ogc/collections/{layer}/items/{id}"));
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).expect("an address"));
    tell_heights(&mut response, had_heights);
    Ok(response)
}

/// `PUT /ogc/collections/{layer}/items/{id}`: the feature shall be as the body says; what it leaves out is empty.
pub(super) async fn replace(
    editor: Editor,
    State(state): State<SharedState>,
    Path((layer, id)): Path<(String, i64)>,
    params: Params,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    params.allow_only([ALLOW_OUTSIDE])?;
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let expected = expected(id, &headers)?;
    let body = parse_feature(&headers, &body)?;
    let (geometry, had_heights) = geometry_of(&body, &params, &headers)?;
    let draft = draft(&snapshot, properties_of(&body)?, geometry)?;
    let version = state.store.replace_feature(editor.of(&layer), id, &expected, &draft).await?;
    let mut response = written(&state, &layer, id, version, StatusCode::OK).await;
    tell_heights(&mut response, had_heights);
    Ok(response)
}

/// `PATCH /ogc/collections/{layer}/items/{id}`: members of the body replace those of the feature, null empties
/// (RFC 7396).
pub(super) async fn update(
    editor: Editor,
    State(state): State<SharedState>,
    Path((layer, id)): Path<(String, i64)>,
    params: Params,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    params.allow_only([ALLOW_OUTSIDE])?;
    let snapshot = state.index.snapshot(&layer, Access::Public)?;
    let seen = expected(id, &headers)?;
    let patch = parse_object(&headers, &body)?;
    if let Some(unknown) = patch.keys().find(|member| !PATCH_MEMBERS.contains(&member.as_str())) {
        return Err(Problem::bad_body(format!(
            "there is nothing called \"{unknown}\" to change; a patch has the members properties and geometry"
        )));
    }
    let current = state.store.current_feature(&layer, id).await?;
    // Of a feature that cannot be read whole, what the patch does not name would be lost.
    let mut properties: Map<String, Json> = serde_json::from_str(&current.properties)
        .map_err(|_| Problem::conflict("the stored feature cannot be read whole: replace it with PUT"))?;
    // What the layer does not declare was written by others, and is not the client's to answer for.
    properties.retain(|name, _| snapshot.position(name).is_some());
    if patch.contains_key("properties") {
        properties.extend(properties_of(&patch)?);
    }
    let (geometry, had_heights) = geometry_of(&patch, &params, &headers)?;
    let mut draft = draft(&snapshot, properties, geometry)?;
    if !patch.contains_key("geometry") {
        draft.wkb = current.wkb;
    }
    if !seen.includes(current.version) {
        return Err(EditError::Changed { current: current.version }.into());
    }
    // What was merged is what was just read: written by another since, it would be undone.
    let expected = Expected::OneOf(vec![current.version]);
    let version = state.store.replace_feature(editor.of(&layer), id, &expected, &draft).await?;
    let mut response = written(&state, &layer, id, version, StatusCode::OK).await;
    tell_heights(&mut response, had_heights);
    Ok(response)
}

/// `DELETE /ogc/collections/{layer}/items/{id}`
pub(super) async fn delete(
    editor: Editor,
    State(state): State<SharedState>,
    Path((layer, id)): Path<(String, i64)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only([])?;
    state.index.snapshot(&layer, Access::Public)?;
    state.store.delete_feature(editor.of(&layer), id, &expected(id, &headers)?).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    match served(&state, &layer, |snapshot| snapshot.by_id(id).is_none()).await {
        Some(snapshot) => _ = response.headers_mut().insert(REVISION, HeaderValue::from(snapshot.revision())),
        None => *response.status_mut() = StatusCode::ACCEPTED,
    }
    Ok(response)
}

/// Answers OPTIONS with the methods there are: QGIS reads there what it may edit.
pub(in crate::api) async fn tell_methods(State(state): State<SharedState>, request: Request, next: Next) -> Response {
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

/// The snapshot in which the write shows; `None` when it takes too long. The write holds all the same, and the next
/// refresh brings it.
async fn served(state: &SharedState, layer: &str, shows: impl Fn(&Snapshot) -> bool) -> Option<Arc<Snapshot>> {
    state.store.announce();
    let refresh = tokio::time::timeout(SNAPSHOT_WAIT, state.index.refresh(&state.store)).await;
    if let Ok(Err(error)) = &refresh {
        tracing::warn!(%error, "a write is kept, and not served yet");
    }
    let snapshot = state.index.snapshot(layer, Access::Public).ok()?;
    shows(&snapshot).then_some(snapshot)
}

/// The feature as it is served now. Where no snapshot has it yet, 202 without a body: it is kept, and will be served.
async fn written(state: &SharedState, layer: &str, id: i64, version: i64, status: StatusCode) -> Response {
    let shows = |snapshot: &Snapshot| snapshot.by_id(id).is_some_and(|feature| feature.version >= version);
    let snapshot = served(state, layer, shows).await;
    let shown = snapshot.as_ref().and_then(|snapshot| {
        let (body, tag) =
            write_item(snapshot, snapshot.by_id(id)?, &state.public_url, Dialect::GeoJson, &CRS84, Moment::default())
                .ok()?;
        Some((body, tag, snapshot.revision()))
    });
    match shown {
        Some((body, tag, revision)) => {
            let headers = [(header::CONTENT_TYPE, GEOJSON), (header::ETAG, tag.as_str())];
            let mut response = (status, headers, Body::from(body)).into_response();
            response.headers_mut().insert(REVISION, HeaderValue::from(revision));
            response.extensions_mut().insert(TagOfContent);
            response
        }
        None if status == StatusCode::CREATED => status.into_response(),
        None => StatusCode::ACCEPTED.into_response(),
    }
}

/// The versions of the feature that the writer has seen, from If-Match.
fn expected(id: i64, headers: &HeaderMap) -> Result<Expected, Problem> {
    let mut lines = headers.get_all(header::IF_MATCH).iter().peekable();
    lines.peek().ok_or_else(Problem::precondition_required)?;
    let refused = || Problem::precondition_failed("If-Match must be the ETag that the feature was served with, or *");
    let mut versions = vec![];
    for line in lines {
        for tag in line.to_str().map_err(|_| refused())?.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(Expected::Any);
            }
            versions.extend(version_of(id, tag));
        }
    }
    if versions.is_empty() { Err(refused()) } else { Ok(Expected::OneOf(versions)) }
}

/// The version in a feature's ETag, `"17v3-…"`, or `"v3"` for short. Tags of others, and weak ones, match nothing.
fn version_of(id: i64, tag: &str) -> Option<i64> {
    let (own, version) = tag.strip_prefix('"')?.strip_suffix('"')?.split_once('v')?;
    let is_own = own.is_empty() || own.parse() == Ok(id);
    version.split('-').next()?.parse().ok().filter(|_| is_own)
}

/// What makes one request of several.
pub(in crate::api) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = key.to_str().ok().map(str::trim).filter(|key| (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len()));
    let accepted = format!("Idempotency-Key must be 1 to {MAX_IDEMPOTENCY_KEY} visible ASCII characters");
    key.map(Some).ok_or_else(|| Problem::bad_body(accepted))
}

/// Heights are not kept, and whoever sent them shall know.
fn tell_heights(response: &mut Response, had_heights: bool) {
    if had_heights {
        let note = HeaderValue::from_static("heights were dropped: geometries are two-dimensional here");
        response.headers_mut().insert(NOTE, note);
    }
}

fn parse_object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Json>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if kind.is_some_and(|kind| {
        kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json"))
    }) {
        return Err(Problem::unsupported_media_type(
            "application/geo+json, application/json or application/merge-patch+json",
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::bad_body("expected a JSON object")),
        Err(error) => Err(Problem::bad_body(format!("not JSON: {error}"))),
    }
}

fn parse_feature(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Json>, Problem> {
    let feature = parse_object(headers, body)?;
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

/// The geometry in CRS84, and whether it came with heights; the header Content-Crs says in which system it comes.
fn geometry_of(
    feature: &Map<String, Json>,
    params: &Params,
    headers: &HeaderMap,
) -> Result<(Option<Geometry<f64>>, bool), Problem> {
    let json = match feature.get("geometry") {
        None | Some(Json::Null) => return Ok((None, false)),
        Some(json) => json,
    };
    let refused = |error: &dyn std::fmt::Display| Problem::bad_body(format!("geometry: {error}"));
    let read: geojson::Geometry = serde_json::from_value(json.clone()).map_err(|error| refused(&error))?;
    let had_heights = has_heights(&read);
    let geometry = from_geojson(read).map_err(|error| refused(&error))?;
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
    let moved = moved.map_err(|error| ("Content-Crs", error))?;
    let is_on_earth = |c: &Coord<f64>| c.x.abs() <= 180.0 && c.y.abs() <= 90.0;
    let far = moved.coords_iter().find(|c| is_on_earth(c) && !AROUND_PERU.contains(c.x, c.y));
    if let Some(far) = far.filter(|_| params.get(ALLOW_OUTSIDE) != Some("true")) {
        return Err(Problem::bad_body(format!(
            "geometry: longitude {:.5}, latitude {:.5} lies more than 2 degrees outside Peru; probably axes are swapped (longitude comes first) or the reference system is another (say it in Content-Crs); {ALLOW_OUTSIDE}=true in the address if it is right",
            far.x, far.y
        )));
    }
    Ok((Some(moved), had_heights))
}

fn has_heights(geometry: &geojson::Geometry) -> bool {
    use geojson::GeometryValue;
    let high = |position: &geojson::Position| position.len() > 2;
    match &geometry.value {
        GeometryValue::Point { coordinates } => high(coordinates),
        GeometryValue::Polygon { coordinates } => coordinates.iter().flatten().any(high),
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().flatten().flatten().any(high),
        // Of other kinds nothing is stored.
        _ => false,
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
