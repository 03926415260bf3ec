use axum::{Json, extract::State};
use serde_json::{Value as Json_, json};

use crate::api::{
    Problem, PublicUrl,
    ogc::{OPENAPI_3_0, check_format, link},
    params::Params,
};

/// Conformance classes, each with tests of ours.
const CONFORMS_TO: [&str; 6] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
];

/// `GET /ogc`
pub(crate) async fn landing(State(url): State<PublicUrl>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    Ok(Json(json!({
        "title": "Rimay",
        "description": "Conflictos sociales, cuencas, concesiones mineras y territorios indígenas del Perú",
        "links": [
            link("self", "application/json", "This document", url.join("/ogc")),
            link("alternate", "text/html", "Map", url.join("/mapa")),
            link("service-desc", OPENAPI_3_0, "Service description", url.join("/ogc/api")),
            link("service-doc", "text/html", "Map and documentation", url.join("/mapa")),
            link("conformance", "application/json", "Conformance classes", url.join("/ogc/conformance")),
            link("data", "application/json", "Collections", url.join("/ogc/collections")),
        ],
    })))
}

/// `GET /ogc/conformance`
pub(super) async fn conformance(params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    Ok(Json(json!({"conformsTo": CONFORMS_TO})))
}
