use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, PublicUrl,
        ogc::{
            GEOJSON, check_format,
            download::{FILES, media_type},
            link,
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
    links.extend(FILES.map(|format| {
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
