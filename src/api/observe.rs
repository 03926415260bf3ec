use std::{
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics::{counter, histogram};

use crate::api::{Problem, cached::tag_coding};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The edge: gives each request an id, tells it to clients in the header and in problem documents, logs and
/// counts the request, and sets the headers every answer has.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let id = next_request_id();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let started = Instant::now();
    let mut response = next.run(request).await;
    let elapsed = started.elapsed();
    let status = response.status();
    if let Some(problem) = problem_of(&mut response) {
        response = problem.with_request_id(&id).into_response_like(response);
    }
    tag_coding(&mut response);
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from_str(&id).expect("hexadecimal"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    let labels = [("route", route.to_owned()), ("status", status.as_str().to_owned())];
    counter!("http_requests_total", &labels).increment(1);
    histogram!("http_request_duration_seconds", &labels).record(elapsed);
    // Paths are escaped and bounded: a client writes them.
    let path = || uri.path().escape_default().take(200).collect::<String>();
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if status.is_server_error() {
        tracing::error!(request_id = id, %method, path = path(), route, status = status.as_u16(), duration_ms, "request failed");
    } else {
        tracing::debug!(request_id = id, %method, path = path(), route, status = status.as_u16(), duration_ms, "request");
    }
    response
}

/// The problem a handler answered with, or the one that a bare status from a library stands for.
fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let bare = !response.headers().contains_key(header::CONTENT_TYPE)
        || response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::NOT_FOUND if bare => Some(Problem::not_found("there is nothing at this address")),
        StatusCode::METHOD_NOT_ALLOWED if bare => Some(Problem::method_not_allowed()),
        StatusCode::SERVICE_UNAVAILABLE if bare => Some(Problem::unavailable("the request took too long")),
        StatusCode::BAD_REQUEST if bare => Some(Problem::bad_parameter("path", "the address cannot be read")),
        _ => None,
    }
}

impl Problem {
    /// The problem as a response that keeps the other's headers, such as Allow and those of CORS.
    fn into_response_like(self, other: Response) -> Response {
        let mut response = self.into_response();
        for (name, value) in other.headers() {
            if ![header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING].contains(name) {
                response.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
        }
        response
    }
}

/// Differs between requests and between runs; says nothing about either.
fn next_request_id() -> String {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}
