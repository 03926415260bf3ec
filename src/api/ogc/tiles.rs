//! OGC API - Tiles - Part 1 (OGC 20-057): the vector tiles of each collection, with their metadata and their grid.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, PublicUrl, SharedState,
        ogc::{check_format, link, schemas},
        params::Params,
        tiles::{self, TILE},
    },
    index::{Index, Snapshot},
    model::{Access, GeometryKind},
    tiles::MAX_ZOOM,
};

/// The one grid we have.
const GRID: &str = "WebMercatorQuad";
const GRID_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const WEB_MERCATOR: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
pub(super) const TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
pub(super) const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
const TILE_MATRIX_SET: &str = "application/json";
/// Half the width of the world in Web Mercator, in metres: π times the radius.
const HALF_WORLD: f64 = 20_037_508.342_789_244;
/// Size of a cell for which a scale is stated, in metres (OGC 17-083r4, section 6.1).
const STANDARD_CELL: f64 = 0.000_28;

/// `GET /ogc/collections/{layer}/tiles`
pub(super) async fn tilesets(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    let snapshot = checked(&index, &layer, &params)?;
    let own = format!("/ogc/collections/{layer}/tiles");
    let mut tileset = summary(&snapshot);
    tileset["links"] = json!([
        link("self", "application/json", "This tileset", url.join(&format!("{own}/{GRID}"))),
        link(TILING_SCHEME, TILE_MATRIX_SET, GRID, url.join(&format!("/ogc/tileMatrixSets/{GRID}"))),
    ]);
    Ok(Json(json!({
        "links": [link("self", "application/json", "This document", url.join(&own))],
        "tilesets": [tileset],
    })))
}

/// `GET /ogc/collections/{layer}/tiles/WebMercatorQuad`
pub(super) async fn tileset(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    Path((layer, grid)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    check_grid(&grid)?;
    let snapshot = checked(&index, &layer, &params)?;
    let own = format!("/ogc/collections/{layer}/tiles/{GRID}");
    let mut item = link("item", TILE, "A tile", url.join(&format!("{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}")));
    item["templated"] = json!(true);
    let mut tileset = summary(&snapshot);
    tileset["links"] = json!([
        link("self", "application/json", "This document", url.join(&own)),
        link(TILING_SCHEME, TILE_MATRIX_SET, GRID, url.join(&format!("/ogc/tileMatrixSets/{GRID}"))),
        link("describedby", "application/json", "TileJSON", url.join(&format!("/tiles/{layer}"))),
        item,
    ]);
    if let Some(bbox) = snapshot.extent() {
        tileset["boundingBox"] = json!({
            "lowerLeft": [bbox.west, bbox.south],
            "upperRight": [bbox.east, bbox.north],
            "crs": crate::crs::CRS84.uri,
        });
    }
    Ok(Json(tileset))
}

/// `GET /ogc/collections/{layer}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`: row before column, unlike
/// `/tiles`.
pub(super) async fn tile(
    state: State<SharedState>,
    Path((layer, grid, zoom, row, column)): Path<(String, String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_grid(&grid)?;
    tiles::tile(state, Path((layer, zoom, column, row)), params, headers).await
}

/// `GET /ogc/tileMatrixSets`
pub(super) async fn grids(State(url): State<PublicUrl>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    let own = link("self", "application/json", GRID, url.join(&format!("/ogc/tileMatrixSets/{GRID}")));
    Ok(Json(json!({
        "tileMatrixSets": [{"id": GRID, "title": "Web Mercator", "uri": GRID_URI, "crs": WEB_MERCATOR, "links": [own]}],
    })))
}

/// `GET /ogc/tileMatrixSets/WebMercatorQuad`: the grid (OGC 17-083r4, annex D.1), as deep as we make tiles.
pub(super) async fn grid(Path(grid): Path<String>, params: Params) -> Result<Json<Json_>, Problem> {
    check_grid(&grid)?;
    params.allow_only(["f"])?;
    check_format(&params)?;
    let matrices: Vec<_> = (0..=MAX_ZOOM)
        .map(|zoom| {
            let width = 1_u32 << zoom;
            let cell = 2.0 * HALF_WORLD / (256.0 * f64::from(width));
            json!({
                "id": zoom.to_string(),
                "scaleDenominator": cell / STANDARD_CELL,
                "cellSize": cell,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WORLD, HALF_WORLD],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": width,
                "matrixHeight": width,
            })
        })
        .collect();
    Ok(Json(json!({
        "id": GRID,
        "title": "Web Mercator",
        "uri": GRID_URI,
        "crs": WEB_MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    })))
}

fn checked(index: &Index, layer: &str, params: &Params) -> Result<Arc<Snapshot>, Problem> {
    params.allow_only(["f"])?;
    check_format(params)?;
    Ok(index.snapshot(layer, Access::Public)?)
}

fn check_grid(grid: &str) -> Result<(), Problem> {
    if grid == GRID { Ok(()) } else { Err(Problem::not_found(format!("the only tile matrix set is {GRID}"))) }
}

fn summary(snapshot: &Snapshot) -> Json_ {
    let layer = snapshot.layer();
    let dimension = match layer.geometry {
        GeometryKind::Point => 0,
        GeometryKind::Polygon => 2,
    };
    let mut layers = vec![json!({
        "id": layer.id,
        "title": layer.title.en,
        "dataType": "vector",
        "geometryDimension": dimension,
        "minTileMatrix": layer.min_zoom.to_string(),
        "maxTileMatrix": MAX_ZOOM.to_string(),
        "propertiesSchema": schemas::tile_schema(snapshot),
    })];
    if dimension == 2 {
        let mut labels = layers[0].clone();
        labels["id"] = json!(tiles::labels_of(layer));
        labels["geometryDimension"] = json!(0);
        layers.push(labels);
    }
    json!({
        "title": layer.title.en,
        "dataType": "vector",
        "crs": WEB_MERCATOR,
        "tileMatrixSetURI": GRID_URI,
        "layers": layers,
    })
}
