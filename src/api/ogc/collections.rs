use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, PublicUrl,
        file::media_type,
        ogc::{
            GEOJSON,
            download::files,
            html::{collection_page, collections_page},
            link,
            representation::Representation,
            schemas::SCHEMA,
            tiles::TILESETS,
        },
        params::Params,
    },
    crs::{CRS84, OFFERED},
    index::{Index, Snapshot},
    model::Access,
};

/// `GET /ogc/collections`
pub(super) async fn collections(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    let snapshots: Vec<_> = index.snapshots(Access::Public).collect();
    if Representation::chosen(&params, &headers)? == Representation::Html {
        return Ok(collections_page(&url, snapshots.iter().map(|snapshot| &**snapshot)));
    }
    let collections: Vec<_> = snapshots.iter().map(|snapshot| describe(snapshot, &url)).collect();
    let own = link("self", "application/json", "This document", url.join("/ogc/collections"));
    let page = link("alternate", "text/html", "This document as a page", url.join("/ogc/collections?f=html"));
    Ok(Json(json!({"links": [own, page], "collections": collections})).into_response())
}

/// `GET /ogc/collections/{layer}`
pub(super) async fn collection(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    let snapshot = index.snapshot(&layer, Access::Public)?;
    match Representation::chosen(&params, &headers)? {
        Representation::Html => Ok(collection_page(&url, &snapshot, &background(&index))),
        Representation::Json => Ok(Json(describe(&snapshot, &url)).into_response()),
    }
}

/// Behind features, pages draw the departments.
pub(super) fn background(index: &Index) -> Arc<Snapshot> {
    index.snapshot("departments", Access::Public).expect("the catalogue has departments")
}

/// A collection, the same in the list and alone.
fn describe(snapshot: &Snapshot, url: &PublicUrl) -> Json_ {
    let layer = snapshot.layer();
    let own = format!("/ogc/collections/{}", layer.id);
    let mut links = vec![
        link("self", "application/json", "This collection", url.join(&own)),
        link("alternate", "text/html", "This collection as a page", url.join(&format!("{own}?f=html"))),
        link("items", GEOJSON, "Features", url.join(&format!("{own}/items"))),
    ];
    links.extend(files().map(|format| {
        link("enclosure", media_type(format), format.name(), url.join(&format!("{own}/items?f={}", format.name())))
    }));
    links.extend([
        link("describedby", SCHEMA, "Schema", url.join(&format!("{own}/schema"))),
        link(
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            SCHEMA,
            "Queryables",
            url.join(&format!("{own}/queryables")),
        ),
        link(TILESETS, "application/json", "Vector tiles", url.join(&format!("{own}/tiles"))),
        link("http://www.opengis.net/def/rel/ogc/1.0/schema", SCHEMA, "Schema", url.join(&format!("{own}/schema"))),
    ]);
    let licences: BTreeSet<_> = snapshot.sources().map(|source| source.licence.as_str()).collect();
    // Other words say themselves in `license` and `attribution`.
    links.extend(
        licences
            .into_iter()
            .filter_map(|licence| licence_page(licence).map(|page| link("license", "text/html", licence, page))),
    );
    let mut collection = json!({
        "id": layer.id,
        "title": layer.title.es,
        "description": layer.description.es,
        "attribution": snapshot.attribution(),
        "license": snapshot.licence(),
        "synthetic": snapshot.has_synthetic(),
        "itemType": "feature",
        "crs": OFFERED.map(|crs| crs.uri),
        "storageCrs": CRS84.uri,
        "links": links,
    });
    if let Some(bbox) = snapshot.extent() {
        collection["extent"] = json!({"spatial": {"bbox": [bbox], "crs": CRS84.uri}});
    }
    collection
}

/// The page of a licence, for the families open data comes under; only SPDX names have one.
fn licence_page(licence: &str) -> Option<String> {
    const FAMILIES: [&str; 9] = ["CC-BY", "CC0-", "CC-PDDC", "ODbL-", "ODC-By-", "PDDL-", "OGL-", "Apache-", "MIT"];
    let name = licence.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    let known = name && FAMILIES.iter().any(|family| licence.starts_with(family));
    known.then(|| format!("https://spdx.org/licenses/{licence}.html"))
}
