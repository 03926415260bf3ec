use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// How long a client may keep an answer without asking again.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keep {
    /// Ask each time whether it still holds.
    Revalidate,
    /// The address names a revision: it holds for good.
    Forever,
}

/// An answer with its weak ETag, or 304 without a body when the client already has it.
///
/// The tag is weak because the same features may be written with another time stamp or compression.
pub(super) fn respond(
    request: &HeaderMap,
    version: u64,
    keep: Keep,
    content_type: &'static str,
    body: impl FnOnce() -> Body,
) -> Response {
    respond_tagged(request, &etag(version), keep, content_type, body)
}

/// The same with a tag of the resource's own, in quotes.
pub(super) fn respond_tagged(
    request: &HeaderMap,
    etag: &str,
    keep: Keep,
    content_type: &'static str,
    body: impl FnOnce() -> Body,
) -> Response {
    let control = match keep {
        Keep::Revalidate => "no-cache",
        Keep::Forever => "public, max-age=31536000, immutable",
    };
    // The tag of the answer that the client has, which may be a compressed one.
    let kept = kept_tag(request, etag);
    let mut response = match kept {
        Some(_) => StatusCode::NOT_MODIFIED.into_response(),
        None => ([(header::CONTENT_TYPE, content_type)], body()).into_response(),
    };
    response.extensions_mut().insert(TagOfContent);
    let headers = response.headers_mut();
    let tag = kept.filter(|tag| *tag != "*" && is_strong(etag) == is_strong(tag)).unwrap_or(etag);
    headers.insert(header::ETAG, HeaderValue::from_str(tag).expect("visible characters in quotes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    response
}

/// Marks answers of which the tag follows from what they say, before any coding.
#[derive(Clone)]
pub(super) struct TagOfContent;

/// Whether the client already has this version: then there is nothing to work out.
pub(super) fn is_unchanged(request: &HeaderMap, version: u64) -> bool {
    kept_tag(request, &etag(version)).is_some()
}

/// The tag by which the client has what this tag stands for, or `*`.
fn kept_tag<'a>(request: &'a HeaderMap, etag: &str) -> Option<&'a str> {
    let lists = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).find(|tag| *tag == "*" || opaque(tag) == opaque(etag))
}

fn is_strong(tag: &str) -> bool {
    !tag.starts_with("W/")
}

fn etag(version: u64) -> String {
    format!("W/\"{version:016x}\"")
}

/// The tag without its weakness (If-None-Match compares weakly: RFC 9110, section 13.1.2), quotes and coding.
fn opaque(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    CODINGS.iter().find_map(|coding| tag.strip_suffix(coding)).unwrap_or(tag)
}

/// Ends of the tags of compressed answers.
const CODINGS: [&str; 2] = ["-gzip", "-br"];

/// Other bytes have another strong tag: the coding of a compressed answer becomes its end. Files have tags of their own,
/// which others compare.
pub(super) fn tag_coding(response: &mut Response) {
    if response.extensions().get::<TagOfContent>().is_none() {
        return;
    }
    let headers = response.headers();
    let Some(coding) = headers.get(header::CONTENT_ENCODING).and_then(|coding| coding.to_str().ok()) else {
        return;
    };
    let strong = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()?.strip_prefix('"')?.strip_suffix('"'));
    if let Some(tag) = strong.and_then(|tag| HeaderValue::from_str(&format!("\"{tag}-{coding}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}
