use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::api::{
    EditToken, Problem, PublicUrl,
    ogc::{
        OPENAPI_3_0,
        feature_json::JSON_FG_CLASSES,
        html::{conformance_page, landing_page},
        link,
        representation::Representation,
        tiles::TILING_SCHEMES,
    },
    params::Params,
};

/// Conformance classes, each with tests of ours.
const CONFORMS_TO: [&str; 40] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    JSON_FG_CLASSES[0],
    JSON_FG_CLASSES[1],
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    // Its name before the standard was final, which QGIS looks for.
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
];

/// `GET /ogc`
pub(crate) async fn landing(
    State(url): State<PublicUrl>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    if Representation::chosen(&params, &headers)? == Representation::Html {
        return Ok(landing_page(&url));
    }
    Ok(Json(json!({
        "title": "Rimay",
        "description": "Conflictos sociales, cuencas, concesiones mineras y territorios indígenas del Perú",
        "links": [
            link("self", "application/json", "This document", url.join("/ogc")),
            link("alternate", "text/html", "This document as a page", url.join("/ogc?f=html")),
            link("service-desc", OPENAPI_3_0, "Service description", url.join("/ogc/api")),
            link("service-doc", "text/html", "Map and documentation", url.join("/mapa")),
            link("related", "application/x-qgis-layer-definition", "All layers for QGIS", url.join("/ogc/rimay.qlr")),
            link("conformance", "application/json", "Conformance classes", url.join("/ogc/conformance")),
            link("data", "application/json", "Collections", url.join("/ogc/collections")),
            link("http://www.opengis.net/def/rel/ogc/1.0/processes", "application/json", "Processes", url.join("/ogc/processes")),
            link(TILING_SCHEMES, "application/json", "Tile matrix sets", url.join("/ogc/tileMatrixSets")),
        ],
    }))
    .into_response())
}

/// Classes of a server whose features may be written.
const CONFORMS_TO_WHEN_EDITABLE: [&str; 4] = [
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
];

/// `GET /ogc/conformance`
pub(super) async fn conformance(
    State(token): State<Option<EditToken>>,
    State(url): State<PublicUrl>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    let more = if token.is_some() { &CONFORMS_TO_WHEN_EDITABLE[..] } else { &[] };
    let classes = [&CONFORMS_TO[..], more].concat();
    match Representation::chosen(&params, &headers)? {
        Representation::Html => Ok(conformance_page(&url, &classes)),
        Representation::Json => Ok(Json(json!({"conformsTo": classes})).into_response()),
    }
}
