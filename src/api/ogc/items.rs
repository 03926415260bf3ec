use std::{
    hash::{DefaultHasher, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::{
    api::{
        Heavy, Problem, PublicUrl,
        cached::{Keep, is_unchanged, respond, respond_tagged},
        ogc::{
            GEOJSON,
            collections::background,
            download::{file_format, file_names, files, media_type, send, write_file},
            feature_json::{Dialect, FeatureWriter, content_crs},
            html::{ItemsPage, feature_page, items_page},
            link,
            question::{Question, parse_crs},
            representation::Representation,
        },
        params::Params,
    },
    crs::{CRS84, Crs},
    index::{Feature, Index, Slot, Snapshot},
    model::Access,
};

/// Ends of the routes of features, by which OPTIONS tells what may be done there.
pub(super) const ITEMS_ROUTE: &str = "/collections/{layer}/items";
/// See [`ITEMS_ROUTE`].
pub(super) const ITEM_ROUTE: &str = "/collections/{layer}/items/{id}";

/// Longer than a question that is not heavy can take.
const QUICK: Duration = Duration::from_secs(10);
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// `GET /ogc/collections/{layer}/items`
///
/// Features by ascending id. Pages follow one another by the last id seen (`after`), so that a page is as cheap as
/// its size and nothing is skipped when features come or go; `offset` is taken too.
pub(super) async fn items(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    State(heavy): State<Heavy>,
    Path(layer): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let file = params.get("f").and_then(file_format);
    if file.is_none() {
        check_item_format(&params)?;
    }
    let question = Question::parse(&params, &snapshot)?;
    if let Some(format) = file {
        let finding = Arc::clone(&snapshot);
        let written = heavy.run(move |deadline| write_file(&question, &finding, format, deadline)).await?;
        return Ok(with_crs(send(written, &snapshot, format), &CRS84));
    }
    let crs = question.crs;
    let dialect = dialect(&params, &headers)?;
    let Some(dialect) = dialect else {
        let background = background(&index);
        return heavy
            .run(move |deadline| {
                let page = Page::find(&question, &snapshot, deadline)?;
                Ok(items_page(&url, &snapshot, &background, &page.shown(&snapshot, &url, &params)))
            })
            .await;
    };
    let version = version(&snapshot, dialect, &url);
    let body = match (is_unchanged(&headers, version), question.is_heavy()) {
        (true, _) => vec![],
        // What is not heavy has no deadline of its own: boxes and values of fields are soon looked through.
        (false, false) => write_page(&question, &snapshot, &url, &params, dialect, Instant::now() + QUICK)?,
        (false, true) => {
            heavy.run(move |deadline| write_page(&question, &snapshot, &url, &params, dialect, deadline)).await?
        }
    };
    Ok(with_crs(respond(&headers, version, Keep::Revalidate, dialect.media_type(), || Body::from(body)), crs))
}

/// `GET /ogc/collections/{layer}/items/{id}`
pub(super) async fn item(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path((layer, id)): Path<(String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f", "crs"])?;
    let dialect = dialect(&params, &headers)?;
    let crs = parse_crs(&params, "crs")?;
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    let feature = id.parse().ok().filter(|_| digits).and_then(|id| snapshot.by_id(id));
    let feature = feature.ok_or_else(|| Problem::not_found(format!("layer {layer} has no feature with this id")))?;
    let Some(dialect) = dialect else {
        return Ok(feature_page(&url, &snapshot, &background(&index), feature));
    };
    let (body, tag) = write_item(&snapshot, feature, &url, dialect, crs)?;
    let response = respond_tagged(&headers, &tag, Keep::Revalidate, dialect.media_type(), || Body::from(body));
    Ok(with_crs(response, crs))
}

fn check_item_format(params: &Params) -> Result<(), Problem> {
    let files = file_names();
    match params.get("f") {
        None | Some("json" | "geojson" | "jsonfg" | "html") => Ok(()),
        Some(_) => Err(Problem::bad_parameter("f", format!("the accepted formats are json, jsonfg, html, {files}"))),
    }
}

/// In which JSON features are answered; `None` for a page.
fn dialect(params: &Params, headers: &HeaderMap) -> Result<Option<Dialect>, Problem> {
    let asks_fg = || {
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        params.get("f").is_none() && accepted.contains(Dialect::JsonFg.media_type())
    };
    if params.get("f") == Some("jsonfg") || asks_fg() {
        return Ok(Some(Dialect::JsonFg));
    }
    let representation = Representation::chosen(params, headers)?;
    Ok((representation == Representation::Json).then_some(Dialect::GeoJson))
}

/// The parameter that leads to the features behind a page. By id where that is the order, so that nothing is skipped
/// or seen twice when features come or go.
fn next_page(question: &Question, snapshot: &Snapshot, page: &[Slot]) -> Option<(&'static str, String)> {
    if question.is_sorted() {
        return Some(("offset", (question.offset + page.len()).to_string()));
    }
    page.last().map(|last| ("after", snapshot.feature(*last).id.to_string()))
}

fn page_links(
    snapshot: &Snapshot,
    url: &PublicUrl,
    params: &Params,
    next: Option<(&'static str, String)>,
) -> Vec<Json> {
    let path = format!("/ogc/collections/{}", snapshot.layer().id);
    let items = |query: String| match query.is_empty() {
        true => url.join(&format!("{path}/items")),
        false => url.join(&format!("{path}/items?{query}")),
    };
    let mut links = vec![
        link("self", GEOJSON, "This page", items(params.without(&[]).finish())),
        link("collection", "application/json", "The collection", url.join(&path)),
    ];
    let mut page = params.without(&["f"]);
    links.push(link("alternate", "text/html", "This page for people", items(page.append_pair("f", "html").finish())));
    let mut fg = params.without(&["f"]);
    let kind = Dialect::JsonFg.media_type();
    links.push(link("alternate", kind, "This page as JSON-FG", items(fg.append_pair("f", "jsonfg").finish())));
    links.extend(files().map(|format| {
        let mut query = params.without(&["f", "limit", "offset", "after", "crs"]);
        query.append_pair("f", format.name());
        link("alternate", media_type(format), format.name(), items(query.finish()))
    }));
    if let Some((name, value)) = next {
        let mut query = params.without(&["offset", "after"]);
        query.append_pair(name, &value);
        links.push(link("next", GEOJSON, "Next page", items(query.finish())));
    }
    links
}

/// What an answer's bytes follow from, beside its address: the features, the way they are written, where links lead, and
/// the program.
fn version(snapshot: &Snapshot, dialect: Dialect, url: &PublicUrl) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(snapshot.checksum());
    hasher.write(format!("{dialect:?} {} {}", url.join("/"), env!("CARGO_PKG_VERSION")).as_bytes());
    hasher.finish()
}

/// One page of what a question finds.
struct Page {
    slots: Vec<Slot>,
    /// Geodesic distances in metres, where nearness was asked for.
    distances: Option<Vec<f64>>,
    matched: Option<usize>,
    /// The parameter that leads to the next page.
    next: Option<(&'static str, String)>,
}

impl Page {
    fn find(question: &Question, snapshot: &Snapshot, deadline: Instant) -> Result<Page, Problem> {
        let most = question.offset.saturating_add(question.limit).saturating_add(1);
        let found = question.find(snapshot, most, deadline)?;
        let first = question.after.map_or(0, |id| found.slots.partition_point(|slot| snapshot.feature(*slot).id <= id));
        let start = first.saturating_add(question.offset).min(found.slots.len());
        let end = start.saturating_add(question.limit).min(found.slots.len());
        let slots = found.slots[start..end].to_vec();
        Ok(Page {
            next: (end < found.slots.len()).then(|| next_page(question, snapshot, &slots)).flatten(),
            distances: found.distances.map(|distances| distances[start..end].to_vec()),
            matched: found.matched,
            slots,
        })
    }

    /// The same for people.
    fn shown(&self, snapshot: &Snapshot, url: &PublicUrl, params: &Params) -> ItemsPage<'_> {
        let path = url.join(&format!("/ogc/collections/{}/items", snapshot.layer().id));
        let next = self.next.as_ref().map(|(name, value)| {
            let mut query = params.without(&["offset", "after", "f"]);
            query.append_pair("f", "html").append_pair(name, value);
            format!("{path}?{}", query.finish())
        });
        let json = format!("{path}?{}", params.without(&["f"]).append_pair("f", "json").finish());
        ItemsPage { slots: &self.slots, distances: self.distances.as_deref(), matched: self.matched, next, json }
    }
}

/// Finds the features and writes their collection, from bytes encoded when the snapshot was built where nobody asked
/// otherwise.
fn write_page(
    question: &Question,
    snapshot: &Snapshot,
    url: &PublicUrl,
    params: &Params,
    dialect: Dialect,
    deadline: Instant,
) -> Result<Vec<u8>, Problem> {
    let page = Page::find(question, snapshot, deadline)?;
    let links = page_links(snapshot, url, params, page.next);

    let properties = question.selection.as_ref().map(|selection| (&selection.fields[..], selection.synthetic));
    let writer = FeatureWriter::new(snapshot, dialect, question.crs, properties)?;
    let features = page.slots.iter().map(|slot| snapshot.feature(*slot));
    let length = features.clone().map(|feature| snapshot.open_json(feature).len() + 2).sum::<usize>();
    let mut body = Vec::with_capacity(1024 + length);
    let members = writer.document_members(url);
    body.extend_from_slice(format!(r#"{{"type":"FeatureCollection"{members},"features":["#).as_bytes());
    for (position, feature) in features.enumerate() {
        if position > 0 {
            body.push(b',');
        }
        writer.write(&mut body, feature)?;
        if let Some(distances) = &page.distances {
            body.extend_from_slice(format!(r#","distance_m":{:.2}"#, distances[position]).as_bytes());
        }
        body.push(b'}');
    }
    let matched = page.matched.map(|matched| format!(r#""numberMatched":{matched},"#)).unwrap_or_default();
    let tail = format!(
        r#"],{matched}"numberReturned":{},"timeStamp":"{:.0}","links":{}}}"#,
        page.slots.len(),
        Timestamp::now(),
        Json::from(links),
    );
    body.extend_from_slice(tail.as_bytes());
    Ok(body)
}

/// One feature with its links and what is known of its source, and the strong ETag of these bytes.
pub(super) fn write_item(
    snapshot: &Snapshot,
    feature: &Feature,
    url: &PublicUrl,
    dialect: Dialect,
    crs: &'static Crs,
) -> Result<(Vec<u8>, String), Problem> {
    let path = format!("/ogc/collections/{}", snapshot.layer().id);
    let links = json!([
        link("self", GEOJSON, "This feature", url.join(&format!("{path}/items/{}", feature.id))),
        link("collection", "application/json", "The collection", url.join(&path)),
    ]);
    let source = snapshot.source_of(feature);
    let about = json!({
        "source": source.map(|source| &source.name),
        "synthetic": feature.synthetic,
        "demonstration": source.is_some_and(|source| source.demonstration),
    });
    let mut body = vec![];
    let writer = FeatureWriter::new(snapshot, dialect, crs, None)?;
    writer.write(&mut body, feature)?;
    let members = writer.document_members(url);
    body.extend_from_slice(format!(r#"{members},"links":{links},"rimay":{about}}}"#).as_bytes());
    let mut hasher = DefaultHasher::new();
    hasher.write(&body);
    // A writer says by id and version what they have seen; the rest tells one way of writing it from another.
    let tag = format!("\"{}v{}-{:016x}\"", feature.id, feature.version, hasher.finish());
    Ok((body, tag))
}

fn with_crs(mut response: Response, crs: &Crs) -> Response {
    response.headers_mut().insert(CONTENT_CRS, content_crs(crs));
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}
