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
        Problem, PublicUrl,
        cached::{Keep, respond},
        ogc::{DEFAULT_LIMIT, GEOJSON, MAX_LIMIT, check_format, link},
        params::Params,
    },
    index::{Feature, Index, Slot, Snapshot},
    model::{Access, FeatureQuery},
};

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// `GET /ogc/collections/{layer}/items`
///
/// Features by ascending id. Pages follow one another by the last id seen (`after`), so that a page is as cheap as
/// its size and nothing is skipped when features come or go; `offset` is taken too.
pub(super) async fn items(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let fields = snapshot.fields().iter().map(|field| field.name.as_str());
    params.allow_only(["bbox", "datetime", "limit", "offset", "after", "f"].into_iter().chain(fields))?;
    check_format(&params)?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let offset = usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let after = params.whole_number("after")?.map(|id| i64::try_from(id).unwrap_or(i64::MAX));
    let query = FeatureQuery {
        bbox: params.get("bbox").map(str::parse).transpose()?,
        period: params.get("datetime").map(str::parse).transpose()?,
        properties: params.property_filters(&snapshot)?,
        text: None,
    };
    let matched = snapshot.find(&query);
    let start = after.map_or(0, |id| matched.partition_point(|slot| snapshot.feature(*slot).id <= id));
    let rest = matched.get(start.saturating_add(offset)..).unwrap_or_default();
    let page = &rest[..rest.len().min(limit)];
    let links = page_links(&snapshot, &url, &params, page, rest.len() > page.len());
    let body = || Body::from(write_page(&snapshot, matched.len(), page, &links));
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

fn page_links(snapshot: &Snapshot, url: &PublicUrl, params: &Params, page: &[Slot], more: bool) -> Vec<Json> {
    let path = format!("/ogc/collections/{}", snapshot.layer().id);
    let items = |query: String| match query.is_empty() {
        true => url.join(&format!("{path}/items")),
        false => url.join(&format!("{path}/items?{query}")),
    };
    let mut links = vec![
        link("self", GEOJSON, "This page", items(params.without(&[]).finish())),
        link("collection", "application/json", "The collection", url.join(&path)),
    ];
    if let Some(last) = page.last()
        && more
    {
        let mut query = params.without(&["offset", "after"]);
        query.append_pair("after", &snapshot.feature(*last).id.to_string());
        links.push(link("next", GEOJSON, "Next page", items(query.finish())));
    }
    links
}

/// The feature collection, from bytes encoded when the snapshot was built.
fn write_page(snapshot: &Snapshot, matched: usize, page: &[Slot], links: &[Json]) -> Vec<u8> {
    let features = page.iter().map(|slot| snapshot.open_json(snapshot.feature(*slot)));
    let mut body = Vec::with_capacity(1024 + features.clone().map(|json| json.len() + 2).sum::<usize>());
    body.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
    for (position, json) in features.enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(json);
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
