//! The base map: our own, which the page brings along, or one that whoever runs the server has chosen.

use std::{path::Path as FilePath, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    api::{
        Problem, SharedState,
        cached::{Keep, respond},
        params::Params,
        tiles::{accepts_gzip, address, varied},
    },
    model::Bbox,
    tiles::{ArchiveError, TileArchive},
};

/// What lies under the data.
#[derive(Debug, Clone)]
pub enum Basemap {
    /// Our own.
    Own,
    /// Tiles of a file.
    Tiles(Arc<TileArchive>),
    /// A style (MapLibre) at an address, which the reader's browser fetches.
    Style {
        /// Where the style is.
        url: String,
        /// Scheme and host from which everything of it comes.
        origin: String,
    },
}

/// Why a base map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BasemapError {
    /// Neither a file of tiles nor an address.
    #[error(
        "the base map \"{0}\" is neither a file that ends in .pmtiles nor the address of a style, http:// or https://"
    )]
    Unknown(String),
    /// The file cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl Basemap {
    /// From a setting: a file of tiles, or the address of a style.
    ///
    /// # Errors
    /// [`BasemapError`].
    pub async fn open(setting: &str) -> Result<Basemap, BasemapError> {
        if let Some((scheme, rest)) =
            setting.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
        {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            // What is written into a header must not end it, or say more than one origin.
            let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
            if host.is_empty() || !host.bytes().all(is_host) {
                return Err(BasemapError::Unknown(setting.into()));
            }
            return Ok(Basemap::Style { url: setting.into(), origin: format!("{scheme}://{host}") });
        }
        let path = FilePath::new(setting);
        match path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pmtiles")) {
            true => Ok(Basemap::Tiles(Arc::new(TileArchive::open(path).await?))),
            false => Err(BasemapError::Unknown(setting.into())),
        }
    }

    /// From where else than from us the page fetches what it draws.
    pub(super) fn origin(&self) -> Option<&str> {
        match self {
            Basemap::Style { origin, .. } => Some(origin),
            _ => None,
        }
    }
}

/// A base map in JSON; our own needs no words.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum BasemapDocument {
    Tiles {
        is_vector: bool,
        /// Path with places for zoom, column and row.
        tiles: String,
        min_zoom: u8,
        max_zoom: u8,
        bounds: Bbox,
        attribution: String,
        layers: Vec<String>,
    },
    Style {
        url: String,
    },
}

impl Basemap {
    pub(super) fn document(&self) -> Option<BasemapDocument> {
        match self {
            Basemap::Own => None,
            Basemap::Style { url, .. } => Some(BasemapDocument::Style { url: url.clone() }),
            Basemap::Tiles(archive) => {
                let about = archive.about();
                Some(BasemapDocument::Tiles {
                    is_vector: about.is_vector,
                    tiles: format!("/basemap/tiles/{{z}}/{{x}}/{{y}}?v={:016x}", about.version),
                    min_zoom: about.zooms.0,
                    max_zoom: about.zooms.1,
                    bounds: about.bounds,
                    attribution: about.attribution.clone(),
                    layers: about.layers.clone(),
                })
            }
        }
    }
}

/// `GET /basemap/tiles/{zoom}/{column}/{row}`: a tile of the file that was chosen; 204 where it has none.
pub(super) async fn tile(
    State(state): State<SharedState>,
    Path((zoom, column, row)): Path<(String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["v"])?;
    let Basemap::Tiles(archive) = &state.basemap else {
        return Err(Problem::not_found("this server has no file of base map tiles"));
    };
    let address = address(&zoom, &column, &row)?;
    let found = archive.tile(address, accepts_gzip(&headers)).await.map_err(|error| {
        tracing::debug!(%error, "a tile of the base map cannot be read");
        Problem::not_found("the file of the base map is damaged here")
    })?;
    let Some((tile, coding)) = found else { return Ok(varied(StatusCode::NO_CONTENT.into_response())) };
    let version = archive.about().version;
    let keep = match params.get("v") == Some(format!("{version:016x}").as_str()) {
        true => Keep::Forever,
        false => Keep::Revalidate,
    };
    let mut response = respond(&headers, version, keep, archive.about().media_type, || Body::from(tile));
    if let Some(coding) = coding.filter(|_| response.status() == StatusCode::OK) {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(varied(response))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_setting_is_a_file_or_an_address() {
        let style = Basemap::open("https://mapas.example.pe:8443/estilo.json?llave=1").await.expect("an address");
        assert_eq!(style.origin(), Some("https://mapas.example.pe:8443"));
        for setting in ["mapa.json", "ftp://x/y", "https://", "https://a b/c", "https://x;script-src */y"] {
            let refused = Basemap::open(setting).await.expect_err(setting).to_string();
            assert!(refused.contains(setting) && refused.contains(".pmtiles"), "{refused}");
        }
    }
}
