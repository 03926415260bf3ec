//! OGC API - Features under `/ogc`: Part 1, Core (OGC 17-069r4) with GeoJSON; Part 3, Filtering (OGC 19-079r2) with CQL2;
//! Part 5, Schemas; with sorting and choice of properties. And OGC API - Tiles.

mod collections;
mod download;
pub(super) mod edit;
mod feature_json;
mod html;
mod items;
mod landing;
mod openapi;
mod page;
pub(super) mod processes;
mod qgis;
mod question;
mod representation;
mod schemas;
mod tiles;
mod versions;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use serde_json::{Value as Json, json};

use crate::api::{Problem, PublicUrl, SharedState, params::Params};

pub(super) use self::{
    landing::landing,
    question::{QUERY_PARAMETERS, parse_condition, parse_query},
};

pub(super) const GEOJSON: &str = "application/geo+json";
pub(super) const OPENAPI_3_0: &str = "application/vnd.oai.openapi+json;version=3.0";

/// Most features in one answer; greater limits are taken as this.
pub(super) const MAX_LIMIT: usize = 1_000_000;
/// Features in one answer when nobody says how many.
pub(super) const DEFAULT_LIMIT: usize = 100;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/", get(landing))
        .route("/pages.css", get(html::stylesheet))
        .route("/rimay.qlr", get(qgis::layer_definitions))
        .route("/conformance", get(landing::conformance))
        .route("/api", get(openapi::document))
        .route("/collections", get(collections::collections))
        .route("/collections/", get(collections::collections))
        .route("/collections/{layer}", get(collections::collection))
        .route("/collections/{layer}/queryables", get(schemas::queryables))
        .route("/collections/{layer}/schema", get(schemas::schema))
        .route("/collections/{layer}/tiles", get(tiles::tilesets))
        .route("/collections/{layer}/tiles/{grid}", get(tiles::tileset))
        .route("/collections/{layer}/tiles/{grid}/{zoom}/{row}/{column}", get(tiles::tile))
        .route("/tileMatrixSets", get(tiles::grids))
        .route("/tileMatrixSets/{grid}", get(tiles::grid))
        .route(items::ITEMS_ROUTE, get(items::items).post(edit::create))
        .route(items::ITEM_ROUTE, get(items::item).put(edit::replace).patch(edit::update).delete(edit::delete))
        .route("/collections/{layer}/items/{id}/versions", get(versions::versions))
        .route("/collections/{layer}/items/{id}/versions/{version}", get(versions::version))
        .layer(DefaultBodyLimit::max(edit::MAX_BODY))
        .layer(middleware::map_response(say_what_varies))
}

/// What is answered depends on what the client accepts: caches keep one for each.
pub(super) async fn say_what_varies(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// People with a browser see on a page what was wrong; programs get the problem document.
pub(super) async fn show_problems(State(url): State<PublicUrl>, request: Request, next: Next) -> Response {
    let is_for_people = representation::prefers_html(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) if is_for_people => html::problem_page(&url, &problem),
        Some(problem) => {
            response.extensions_mut().insert(problem);
            response
        }
        None => response,
    }
}

pub(super) fn link(rel: &str, kind: &str, title: &str, href: String) -> Json {
    json!({"rel": rel, "type": kind, "title": title, "href": href})
}

/// Refuses formats we do not write.
pub(super) fn check_format(params: &Params) -> Result<(), Problem> {
    match params.get("f") {
        None | Some("json" | "geojson") => Ok(()),
        Some(_) => Err(Problem::bad_parameter("f", "the accepted format is json")),
    }
}
