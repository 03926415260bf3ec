use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, PublicUrl, SharedState,
        cached::{Keep, is_unchanged, respond},
        moment::MOMENT_PARAMETERS,
        params::Params,
    },
    index::{Index, Snapshot},
    model::{Access, Field, GeometryKind, Layer},
    tiles::{self, MAX_ZOOM, Tile, TileAddress},
};

/// Media type of a tile.
pub(super) const TILE: &str = "application/vnd.mapbox-vector-tile";

/// `GET /tiles/{layer}/{zoom}/{column}/{row}`: 204 when the layer has nothing there. With `v`, the version that the
/// catalogue and TileJSON name, in the address, clients may keep the tile for good.
pub(super) async fn tile(
    State(state): State<SharedState>,
    Path((layer, zoom, column, row)): Path<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["v"].into_iter().chain(MOMENT_PARAMETERS))?;
    let snapshot = state.snapshot(&layer, params.moment()?).await?;
    let address = address(&zoom, &column, &row)?;
    let version = tiles::version(&snapshot);
    let keep = match params.get("v") {
        Some(asked) if asked == format!("{version:016x}") => Keep::Forever,
        _ => Keep::Revalidate,
    };
    if is_unchanged(&headers, version) {
        return Ok(varied(respond(&headers, version, keep, TILE, Body::empty)));
    }
    let gzip = accepts_gzip(&headers);
    let sent = move |tile: &Tile| (if gzip { tile.gzipped() } else { tile.plain.clone() }, tile.plain.is_empty());
    // What is kept in the form the client takes is sent without leaving this thread.
    let kept = state.tiles.kept(&snapshot, address).filter(|tile| !gzip || tile.is_gzipped());
    let (body, empty) = match kept {
        Some(tile) => sent(&tile),
        None => {
            let is_light = state.tiles.is_light(&snapshot, address);
            let cache = Arc::clone(&state.tiles);
            let make = move || sent(&cache.get(&snapshot, address));
            if is_light { make() } else { state.heavy.draw(make).await? }
        }
    };
    let mut response = respond(&headers, version, keep, TILE, || Body::from(body));
    if response.status() == StatusCode::OK {
        if empty {
            *response.status_mut() = StatusCode::NO_CONTENT;
            response.headers_mut().remove(header::CONTENT_TYPE);
        } else if gzip {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    Ok(varied(response))
}

pub(super) fn varied(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
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
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": snapshot.layer().title.es,
        "description": snapshot.layer().description.es,
        "attribution": snapshot.attribution(),
        "tiles": [public_url.join(&template(&snapshot))],
        "minzoom": snapshot.layer().min_zoom,
        "maxzoom": MAX_ZOOM,
        "vector_layers": vector_layers(&snapshot),
    });
    if let Some(bbox) = snapshot.extent() {
        document["bounds"] = json!(bbox);
    }
    Ok(Json(document))
}

/// Path of a layer's tiles with places for zoom, column and row. It changes whenever the tiles do.
pub(super) fn template(snapshot: &Snapshot) -> String {
    format!("/tiles/{}/{{z}}/{{x}}/{{y}}?v={:016x}", snapshot.layer().id, tiles::version(snapshot))
}

/// The fields whose values tiles carry.
pub(super) fn tile_fields(layer: &Layer) -> impl Iterator<Item = &Field> {
    let names = ["code", layer.name_field.as_str()].into_iter().chain(layer.category_field.as_deref());
    names.filter_map(|name| layer.field(name))
}

/// Name of the tile layer with one label point for each area.
pub(super) fn labels_of(layer: &Layer) -> String {
    format!("{}_labels", layer.id)
}

fn vector_layers(snapshot: &Snapshot) -> Vec<Json_> {
    let layer = snapshot.layer();
    let mut fields = serde_json::Map::new();
    for field in tile_fields(layer) {
        fields.insert(field.name.clone(), json!(field.title.es));
    }
    fields.insert("synthetic".into(), json!("Dato inventado para demostración"));
    let mut layers = vec![json!({"id": layer.id, "fields": fields, "minzoom": layer.min_zoom, "maxzoom": MAX_ZOOM})];
    if layer.geometry == GeometryKind::Polygon {
        layers.push(json!({"id": labels_of(layer), "fields": fields, "minzoom": layer.min_zoom, "maxzoom": MAX_ZOOM}));
    }
    layers
}

pub(super) fn address(zoom: &str, column: &str, row: &str) -> Result<TileAddress, Problem> {
    let refused =
        || Problem::not_found("there is no such tile: expected /tiles/{layer}/{zoom}/{column}/{row} in whole numbers");
    // Some clients name the kind of file.
    let row = row.strip_suffix(".mvt").or_else(|| row.strip_suffix(".pbf")).unwrap_or(row);
    let number = |text: &str| text.parse::<u32>().map_err(|_| refused());
    let zoom = u8::try_from(number(zoom)?).unwrap_or(u8::MAX);
    Ok(TileAddress::new(zoom, number(column)?, number(row)?)?)
}

/// Whether the client takes gzip: what it says of gzip counts, else what it says of any other coding (RFC 9110,
/// section 12.5.3).
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut others) = (None, None);
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for coding in lists.flat_map(|list| list.split(',')) {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let quality = weight.trim().strip_prefix("q=").and_then(|quality| quality.parse::<f32>().ok());
        let accepted = Some(quality.unwrap_or(1.0) > 0.0);
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = accepted,
            "*" => others = accepted,
            _ => {}
        }
    }
    gzip.or(others).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let accepts = |text: &'static str| {
            accepts_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]))
        };
        for text in ["gzip", "br, gzip;q=0.5", "*", "GZIP", "*;q=0, gzip"] {
            assert!(accepts(text), "{text}");
        }
        for text in ["", "br", "gzip;q=0", "*;q=0", "gzip; q=0.000, *", "identity"] {
            assert!(!accepts(text), "{text}");
        }
    }
}
