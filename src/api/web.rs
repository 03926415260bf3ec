use std::path::PathBuf;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get_service,
};
use tower_http::services::{ServeDir, ServeFile};

use crate::api::Problem;

/// Everything the page needs comes from us, but a base map for which whoever runs the server chose another place; and nothing runs
/// that we did not write.
fn content_security_policy(basemap_origin: Option<&str>) -> HeaderValue {
    let basemap = basemap_origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; worker-src 'self'; img-src 'self' data: blob:{basemap}; style-src 'self'; connect-src 'self'{basemap}; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("an origin is plain")
}

/// The views of the web application; each is the same page, which reads its address.
const VIEWS: [&str; 15] = [
    "/",
    "/mapa",
    "/datos",
    "/comparar",
    "/acerca",
    "/cruces",
    "/expediente",
    "/informe",
    "/lamina",
    "/entrar",
    "/cuentas",
    "/casos",
    "/caso/{id}",
    "/cifras",
    "/admin",
];

/// Addresses of the map, and what it asks for first: the browser need not read the page's program to know.
const MAP: [&str; 2] = ["/", "/mapa"];
const CATALOGUE_AHEAD: &str = "</api/catalogue>; rel=preload; as=fetch; crossorigin=anonymous";

/// The built front-end. Compressed twins beside the files are sent where the client takes them.
pub(super) fn routes(web_dir: PathBuf, basemap_origin: Option<&str>) -> Router {
    let policy = content_security_policy(basemap_origin);
    let page = ServeFile::new(web_dir.join("index.html")).precompressed_br().precompressed_gzip();
    let files = ServeDir::new(web_dir).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let router = VIEWS.iter().fold(Router::new(), |router, view| router.route(view, get_service(page.clone())));
    router
        .fallback_service(files)
        .layer(middleware::from_fn_with_state(page, show_page_where_nothing_is))
        .layer(middleware::from_fn_with_state(policy, set_headers))
}

/// Paths under which programs ask: they are told in JSON that there is nothing.
const FOR_PROGRAMS: [&str; 4] = ["/api/", "/ogc/", "/tiles/", "/assets/"];

/// Whoever reads pages and mistypes an address gets the page, which says so; with status 404.
async fn show_page_where_nothing_is(State(mut page): State<ServeFile>, request: Request, next: Next) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_for_people = matches!(*request.method(), Method::GET | Method::HEAD)
        && accepts.is_some_and(|accept| accept.contains("text/html"))
        && !FOR_PROGRAMS.iter().any(|path| request.uri().path().starts_with(path));
    let mut headers = HeaderMap::new();
    if let Some(encodings) = request.headers().get(header::ACCEPT_ENCODING) {
        headers.insert(header::ACCEPT_ENCODING, encodings.clone());
    }
    let method = request.method().clone();
    let mut response = next.run(request).await;
    if response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    let varies = HeaderValue::from_static("accept");
    response.headers_mut().append(header::VARY, varies.clone());
    if !is_for_people {
        return response;
    }
    let mut request = Request::new(Body::empty());
    (*request.method_mut(), *request.headers_mut()) = (method, headers);
    match page.try_call(request).await.map(IntoResponse::into_response) {
        Ok(mut shown) if shown.status().is_success() => {
            *shown.status_mut() = StatusCode::NOT_FOUND;
            shown.headers_mut().append(header::VARY, varies);
            shown
        }
        _ => response,
    }
}

/// The longest name a file system takes: a longer one is no file of ours, and asking for it would be a fault.
const LONGEST_NAME: usize = 255;

async fn set_headers(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    if request.uri().path().split('/').any(|name| name.len() > LONGEST_NAME) || request.uri().path().len() > 4096 {
        return Problem::not_found("there is nothing at this address").into_response();
    }
    // The build names these after their content.
    let hashed = request.uri().path().starts_with("/assets/");
    let is_lasting = ["/fonts/", "/basemap/"].iter().any(|folder| request.uri().path().starts_with(folder));
    let is_map = MAP.contains(&request.uri().path());
    let mut response = next.run(request).await;
    let control = match () {
        () if !response.status().is_success() => "no-cache",
        () if hashed => "public, max-age=31536000, immutable",
        // They hardly ever change, and each map asks for them.
        () if is_lasting => "public, max-age=86400",
        () => "no-cache",
    };
    let is_of_map = is_map && response.status().is_success();
    let headers = response.headers_mut();
    if is_of_map {
        headers.insert(header::LINK, HeaderValue::from_static(CATALOGUE_AHEAD));
    }
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html") {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
