use std::{io::Read, sync::Arc};

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, PublicUrl,
        cached::{Keep, respond},
        params::Params,
    },
    index::{Index, Snapshot},
    model::{Access, GeometryKind},
    tiles::{MAX_ZOOM, TileAddress, TileCache},
};

const CONTENT_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// `GET /tiles/{layer}/{zoom}/{column}/{row}`: 204 when the layer has nothing there. With `rev`, the layer's
/// revision, in the address, clients may keep the tile for good.
pub(super) async fn tile(
    State(index): State<Arc<Index>>,
    State(tiles): State<TileCache>,
    Path((layer, zoom, column, row)): Path<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["rev"])?;
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let address = address(&zoom, &column, &row)?;
    let keep = match params.whole_number("rev")? {
        Some(revision) if i64::try_from(revision) == Ok(snapshot.revision()) => Keep::Forever,
        _ => Keep::Revalidate,
    };
    let making = Arc::clone(&snapshot);
    let tile =
        tokio::task::spawn_blocking(move || tiles.get(&making, address)).await.map_err(|_| Problem::internal())?;
    if tile.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let gzip = accepts_gzip(&headers);
    let mut response = respond(&headers, snapshot.checksum(), keep, CONTENT_TYPE, || match gzip {
        true => Body::from(tile),
        false => {
            let mut plain = vec![];
            flate2::read::GzDecoder::new(&tile[..]).read_to_end(&mut plain).expect("we compressed it ourselves");
            Body::from(plain)
        }
    });
    if gzip && response.status() == StatusCode::OK {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// `GET /tiles/{layer}`: TileJSON 3.0.
pub(super) async fn tile_json(
    State(index): State<Arc<Index>>,
    State(public_url): State<PublicUrl>,
    Path(layer): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only([])?;
    let snapshot = index.snapshot(&layer, Access::Public)?;
    let template = public_url.join(&format!("/tiles/{layer}/{{z}}/{{x}}/{{y}}?rev={}", snapshot.revision()));
    let attribution: Vec<_> = snapshot.sources().map(|source| source.attribution.as_str()).collect();
    Ok(Json(json!({
        "tilejson": "3.0.0",
        "name": snapshot.layer().title.es,
        "description": snapshot.layer().description.es,
        "attribution": attribution.join("; "),
        "tiles": [template],
        "minzoom": snapshot.layer().min_zoom,
        "maxzoom": MAX_ZOOM,
        "bounds": snapshot.extent(),
        "vector_layers": vector_layers(&snapshot),
    })))
}

fn vector_layers(snapshot: &Snapshot) -> Vec<Json_> {
    let layer = snapshot.layer();
    let mut fields = serde_json::Map::new();
    let names = ["code", layer.name_field.as_str()].into_iter().chain(layer.category_field.as_deref());
    for field in names.filter_map(|name| layer.field(name)) {
        fields.insert(field.name.clone(), json!(field.title.es));
    }
    fields.insert("synthetic".into(), json!("Dato inventado para demostración"));
    let mut layers = vec![json!({"id": layer.id, "fields": fields, "minzoom": layer.min_zoom, "maxzoom": MAX_ZOOM})];
    if layer.geometry == GeometryKind::Polygon {
        layers.push(json!({"id": format!("{}_labels", layer.id), "fields": fields, "minzoom": layer.min_zoom, "maxzoom": MAX_ZOOM}));
    }
    layers
}

fn address(zoom: &str, column: &str, row: &str) -> Result<TileAddress, Problem> {
    let refused =
        || Problem::not_found("there is no such tile: expected /tiles/{layer}/{zoom}/{column}/{row} in whole numbers");
    let row = row.strip_suffix(".mvt").unwrap_or(row);
    let number = |text: &str| text.parse::<u32>().map_err(|_| refused());
    let zoom = u8::try_from(number(zoom)?).unwrap_or(u8::MAX);
    Ok(TileAddress::new(zoom, number(column)?, number(row)?)?)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        matches!(name.trim(), "gzip" | "*") && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}
