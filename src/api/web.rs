use std::path::PathBuf;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get_service,
};
use tower_http::services::{ServeDir, ServeFile};

use crate::api::Problem;

/// Everything the page needs comes from us, and nothing runs that we did not write.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; worker-src 'self'; img-src 'self' data: blob:; style-src 'self'; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

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

/// The built front-end. Compressed twins beside the files are sent where the client takes them.
pub(super) fn routes(web_dir: PathBuf) -> Router {
    let page = ServeFile::new(web_dir.join("index.html")).precompressed_br().precompressed_gzip();
    let files = ServeDir::new(web_dir).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let router = VIEWS.iter().fold(Router::new(), |router, view| router.route(view, get_service(page.clone())));
    router.fallback_service(files).layer(middleware::from_fn(set_headers))
}

/// The longest name a file system takes: a longer one is no file of ours, and asking for it would be a fault.
const LONGEST_NAME: usize = 255;

async fn set_headers(request: Request, next: Next) -> Response {
    if request.uri().path().split('/').any(|name| name.len() > LONGEST_NAME) || request.uri().path().len() > 4096 {
        return Problem::not_found("there is nothing at this address").into_response();
    }
    // The build names these after their content.
    let hashed = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let control = match hashed && response.status().is_success() {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html") {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    response
}
