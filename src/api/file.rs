//! Files as answers, sent piece by piece.

use std::{fs::File, io::Read};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;

use crate::exchange::ExportFormat;

/// How much of a file is held in memory while it is sent.
const PIECE: usize = 64 << 10;

/// Media type of a file.
pub(super) fn media_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::GeoJson => "application/geo+json",
        ExportFormat::GeoPackage => "application/geopackage+sqlite3",
        ExportFormat::Csv => "text/csv; charset=utf-8",
        ExportFormat::Shapefile => "application/zip",
        ExportFormat::Kml => "application/vnd.google-earth.kml+xml",
        ExportFormat::FlatGeobuf => "application/flatgeobuf",
        #[cfg(feature = "geoparquet")]
        ExportFormat::GeoParquet => "application/vnd.apache.parquet",
    }
}

/// Name of a file with the ending of its format.
pub(super) fn file_name(stem: &str, format: ExportFormat) -> String {
    let ending = if format == ExportFormat::Shapefile { "zip" } else { format.name() };
    format!("{stem}.{ending}")
}

/// Sends a file under a plain name.
pub(super) fn send(file: File, name: &str, format: ExportFormat) -> Response {
    let pieces = stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    });
    let named = format!("attachment; filename=\"{name}\"");
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(format)));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&named).expect("names are plain"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
