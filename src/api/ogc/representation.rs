use axum::http::{HeaderMap, header};

use crate::api::{Problem, params::Params};

/// How a resource is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Representation {
    /// For programs.
    Json,
    /// For people, in a browser.
    Html,
}

impl Representation {
    /// What `f` says or, without it, what the client likes better.
    pub(super) fn chosen(params: &Params, headers: &HeaderMap) -> Result<Representation, Problem> {
        match params.get("f") {
            Some("json" | "geojson") => Ok(Representation::Json),
            Some("html") => Ok(Representation::Html),
            Some(_) => Err(Problem::bad_parameter("f", "the accepted formats are json and html")),
            None if prefers_html(headers) => Ok(Representation::Html),
            None => Ok(Representation::Json),
        }
    }
}

/// Whether HTML is named, and nothing of JSON is liked as much. Programs that take anything get JSON.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best = (0.0, 0.0);
    for range in accepted.flat_map(|list| list.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f64>().ok()).unwrap_or(1.0);
        match kind.as_str() {
            "text/html" => best.0 = weight.max(best.0),
            kind if kind.ends_with("json") || kind == "*/*" || kind == "application/*" => best.1 = weight.max(best.1),
            _ => {}
        }
    }
    best.0 > best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_get_json() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("*/*", false),
            ("application/json", false),
            ("text/plain, application/json", false),
            ("application/geo+json, text/html;q=0.5", false),
            ("application/json;q=0.1, text/html;q=0.5", true),
            ("text/html;q=0.1, */*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
            assert_eq!(prefers_html(&headers), html, "{accept}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }
}
