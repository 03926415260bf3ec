use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, PublicUrl,
        ogc::{GEOJSON, check_format, link},
        params::Params,
    },
    index::{Index, Snapshot},
    model::{Access, Source},
};

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// `GET /ogc/collections`
pub(super) async fn collections(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    let collections: Vec<_> = index.snapshots(Access::Public).map(|snapshot| describe(&snapshot, &url)).collect();
    let own = link("self", "application/json", "This document", url.join("/ogc/collections"));
    Ok(Json(json!({"links": [own], "collections": collections})))
}

/// `GET /ogc/collections/{layer}`
pub(super) async fn collection(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    Ok(Json(describe(&*index.snapshot(&layer, Access::Public)?, &url)))
}

/// A collection, the same in the list and alone.
fn describe(snapshot: &Snapshot, url: &PublicUrl) -> Json_ {
    let layer = snapshot.layer();
    let own = format!("/ogc/collections/{}", layer.id);
    let mut links = vec![
        link("self", "application/json", "This collection", url.join(&own)),
        link("items", GEOJSON, "Features", url.join(&format!("{own}/items"))),
    ];
    for source in snapshot.sources() {
        // Only SPDX names have a page; other words say themselves in `license` and `attribution`.
        if let Some(page) = licence_page(&source.licence) {
            links.push(link("license", "text/html", &source.licence, page));
        }
    }
    let list = |pick: fn(&Source) -> &str| {
        let mut words: Vec<_> = snapshot.sources().map(pick).collect();
        words.dedup();
        words.join("; ")
    };
    let mut collection = json!({
        "id": layer.id,
        "title": layer.title.es,
        "description": layer.description.es,
        "attribution": list(|source| &source.attribution),
        "license": list(|source| &source.licence),
        "synthetic": snapshot.sources().any(|source| source.synthetic),
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": links,
    });
    if let Some(bbox) = snapshot.extent() {
        collection["extent"] = json!({"spatial": {"bbox": [bbox], "crs": CRS84}});
    }
    collection
}

fn licence_page(licence: &str) -> Option<String> {
    let spdx = licence.contains('-') && licence.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    (spdx || licence == "MIT").then(|| format!("https://spdx.org/licenses/{licence}.html"))
}
