use std::sync::Arc;

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
        cached::{Keep, respond},
        ogc::{
            GEOJSON, check_format, link,
            question::{Question, Selection},
        },
        params::Params,
    },
    index::{Feature, Index, Slot, Snapshot},
    model::Access,
};

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
    check_format(&params)?;
    let question = Arc::new(Question::parse(&params, &snapshot)?);
    let matched = question.answer(&snapshot, &heavy).await?;
    let start = question.after.map_or(0, |id| matched.partition_point(|slot| snapshot.feature(*slot).id <= id));
    let rest = matched.get(start.saturating_add(question.offset)..).unwrap_or_default();
    let page = &rest[..rest.len().min(question.limit)];
    let next = (rest.len() > page.len()).then(|| next_page(&question, &snapshot, page)).flatten();
    let links = page_links(&snapshot, &url, &params, next);
    let body = || Body::from(write_page(&snapshot, matched.len(), page, question.selection.as_ref(), &links));
    Ok(with_crs(respond(&headers, snapshot.checksum(), Keep::Revalidate, GEOJSON, body)))
}

/// `GET /ogc/collections/{layer}/items/{id}`
pub(super) async fn item(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path((layer, id)): Path<(String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    let feature = id.parse().ok().filter(|_| digits).and_then(|id| snapshot.by_id(id));
    let feature = feature.ok_or_else(|| Problem::not_found(format!("layer {layer} has no feature with this id")))?;
    let body = || Body::from(write_item(&snapshot, feature, &url));
    Ok(with_crs(respond(&headers, snapshot.checksum(), Keep::Revalidate, GEOJSON, body)))
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
    if let Some((name, value)) = next {
        let mut query = params.without(&["offset", "after"]);
        query.append_pair(name, &value);
        links.push(link("next", GEOJSON, "Next page", items(query.finish())));
    }
    links
}

/// The feature collection, from bytes encoded when the snapshot was built.
fn write_page(
    snapshot: &Snapshot,
    matched: usize,
    page: &[Slot],
    selection: Option<&Selection>,
    links: &[Json],
) -> Vec<u8> {
    let features = page.iter().map(|slot| snapshot.feature(*slot));
    let length = features.clone().map(|feature| snapshot.open_json(feature).len() + 2).sum::<usize>();
    let mut body = Vec::with_capacity(1024 + length);
    body.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
    for (position, feature) in features.enumerate() {
        if position > 0 {
            body.push(b',');
        }
        match selection {
            None => body.extend_from_slice(snapshot.open_json(feature)),
            Some(selection) => {
                let synthetic = selection.synthetic.then_some(feature.synthetic);
                snapshot.write_selected(&mut body, feature, selection.of(snapshot, feature), synthetic);
            }
        }
        body.push(b'}');
    }
    let tail = format!(
        r#"],"numberMatched":{matched},"numberReturned":{},"timeStamp":"{:.0}","links":{}}}"#,
        page.len(),
        Timestamp::now(),
        Json::from(links),
    );
    body.extend_from_slice(tail.as_bytes());
    body
}

fn write_item(snapshot: &Snapshot, feature: &Feature, url: &PublicUrl) -> Vec<u8> {
    let path = format!("/ogc/collections/{}", snapshot.layer().id);
    let links = json!([
        link("self", GEOJSON, "This feature", url.join(&format!("{path}/items/{}", feature.id))),
        link("collection", "application/json", "The collection", url.join(&path)),
    ]);
    let source = snapshot.source_of(feature);
    let about = json!({
        "source": source.map(|source| &source.name),
        "synthetic": source.is_some_and(|source| source.synthetic),
        "demonstration": source.is_some_and(|source| source.demonstration),
    });
    let mut body = snapshot.open_json(feature).to_vec();
    body.extend_from_slice(format!(r#","links":{links},"rimay":{about}}}"#).as_bytes());
    body
}

fn with_crs(mut response: Response) -> Response {
    let crs = HeaderValue::from_static("<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    response.headers_mut().insert(CONTENT_CRS, crs);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}
