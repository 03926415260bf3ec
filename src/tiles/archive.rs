use std::{
    collections::hash_map::DefaultHasher,
    fs::File,
    hash::{Hash, Hasher},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use flate2::read::GzDecoder;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, MokaCache, PmtError, PmtResult, TileCoord, TileType,
};
use serde_json::Value as Json;

use super::{MAX_ZOOM, TileAddress};
use crate::model::Bbox;

/// Tiles that somebody else made, in one file of the format PMTiles 3. The file should stay as it is while it is served: another
/// one takes its place by renaming, and is read after the next start.
pub struct TileArchive {
    reader: AsyncPmTilesReader<FileBackend, MokaCache>,
    about: ArchiveFacts,
}

/// Bytes of directories that are kept.
const DIRECTORIES: u64 = 32 << 20;
/// Bytes that are read at once: of a tile, a directory, or what the file says of itself.
const MOST_READ: usize = 16 << 20;
/// Bytes of a tile that was unpacked.
const MOST_UNPACKED: u64 = 16 << 20;

/// Reads by position, not by a mapping: of a file that somebody shortens a mapping ends the program.
struct FileBackend(File);

impl AsyncBackend for FileBackend {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        if length > MOST_READ {
            return Err(PmtError::Reading(io::Error::other("more than is read at once")));
        }
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match self.0.read_at(&mut bytes[filled..], offset.saturating_add(filled as u64))? {
                0 => break,
                count => filled += count,
            }
        }
        bytes.truncate(filled);
        Ok(BackendResponse::new(bytes.into()))
    }
}

/// What a file of tiles says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveFacts {
    /// Vector tiles (MVT); else pictures.
    pub is_vector: bool,
    /// Media type of a tile.
    pub media_type: &'static str,
    /// Smallest and largest zoom with tiles.
    pub zooms: (u8, u8),
    /// Where there are tiles.
    pub bounds: Bbox,
    /// Who is to be named, as plain text; empty where the file does not say.
    pub attribution: String,
    /// Names of the layers within vector tiles.
    pub layers: Vec<String>,
    /// Another file has another one.
    pub version: u64,
}

/// Why a file of tiles cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read as what it should be.
    #[error("{} cannot be read as PMTiles 3: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PmtError,
    },
    /// Its tiles are of a kind that is not drawn.
    #[error("the tiles of {} are {kind}; accepted are vector tiles (MVT), PNG, JPEG, WebP and AVIF, packed with gzip or not at all", path.display())]
    OtherTiles {
        /// The file.
        path: PathBuf,
        /// What they are.
        kind: String,
    },
}

impl TileArchive {
    /// Opens a file of tiles.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub async fn open(path: &Path) -> Result<TileArchive, ArchiveError> {
        let unreadable = |source: PmtError| ArchiveError::Unreadable { path: path.to_owned(), source };
        let opened = File::open(path).map_err(|source| unreadable(source.into()))?;
        let file = opened.metadata().map_err(|source| unreadable(source.into()))?;
        let cache = MokaCache::with_max_bytes(DIRECTORIES);
        let reader = AsyncPmTilesReader::try_from_cached_source(FileBackend(opened), cache).await;
        let reader = reader.map_err(unreadable)?;
        let metadata = reader.get_metadata().await.map_err(unreadable)?;
        // A file that says nothing of itself, or says it otherwise, has tiles all the same.
        let metadata: Json = serde_json::from_str(&metadata).unwrap_or_default();
        let layers = metadata["vector_layers"].as_array().into_iter().flatten();
        let header = reader.get_header();
        let kind = header.tile_type;
        let is_packed_otherwise = !matches!(header.tile_compression, Compression::None | Compression::Gzip);
        if matches!(kind, TileType::Unknown | TileType::Mlt) || is_packed_otherwise {
            let kind = format!("{kind:?}, compression {:?}", header.tile_compression);
            return Err(ArchiveError::OtherTiles { path: path.to_owned(), kind });
        }
        let mut version = DefaultHasher::new();
        (file.len(), file.modified().ok()).hash(&mut version);
        let about = ArchiveFacts {
            is_vector: kind == TileType::Mvt,
            media_type: kind.content_type(),
            zooms: (header.min_zoom.min(MAX_ZOOM), header.max_zoom.min(MAX_ZOOM)),
            bounds: Bbox {
                west: header.min_longitude.clamp(-180.0, 180.0),
                south: header.min_latitude.clamp(-85.0, 85.0),
                east: header.max_longitude.clamp(-180.0, 180.0),
                north: header.max_latitude.clamp(-85.0, 85.0),
            },
            attribution: plain(metadata["attribution"].as_str().unwrap_or_default()),
            layers: layers.filter_map(|layer| layer["id"].as_str().map(str::to_owned)).collect(),
            version: version.finish(),
        };
        Ok(TileArchive { reader, about })
    }

    /// What the file says of itself.
    pub fn about(&self) -> &ArchiveFacts {
        &self.about
    }

    /// A tile and its coding, where it is compressed and the reader takes that; `None` where there is no tile.
    ///
    /// # Errors
    /// [`PmtError`] where the file is damaged.
    pub async fn tile(
        &self,
        address: TileAddress,
        takes_gzip: bool,
    ) -> Result<Option<(Bytes, Option<&'static str>)>, PmtError> {
        let Ok(coord) = TileCoord::new(address.zoom(), address.column(), address.row()) else { return Ok(None) };
        let Some(tile) = self.reader.get_tile(coord).await? else { return Ok(None) };
        if self.reader.get_header().tile_compression == Compression::None {
            return Ok(Some((tile, None)));
        }
        if takes_gzip {
            return Ok(Some((tile, Some("gzip"))));
        }
        let mut unpacked = vec![];
        GzDecoder::new(&tile[..]).take(MOST_UNPACKED + 1).read_to_end(&mut unpacked)?;
        match unpacked.len() as u64 <= MOST_UNPACKED {
            true => Ok(Some((unpacked.into(), None))),
            false => Err(PmtError::Reading(io::Error::other("the tile unpacks to more than is sent"))),
        }
    }
}

impl std::fmt::Debug for TileArchive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TileArchive").field("about", &self.about).finish_non_exhaustive()
    }
}

/// Attributions come with links and marks of pages, which are not ours to show.
fn plain(attribution: &str) -> String {
    let mut text = String::new();
    let mut is_mark = false;
    for character in attribution.chars() {
        match character {
            '<' => is_mark = true,
            '>' => is_mark = false,
            _ if !is_mark => text.push(character),
            _ => {}
        }
    }
    text.replace("&copy;", "©").replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use pmtiles::PmTilesWriter;

    use super::*;

    fn address(zoom: u8, column: u32, row: u32) -> TileAddress {
        TileAddress::new(zoom, column, row).expect("a tile")
    }

    #[tokio::test]
    async fn tiles_come_out_as_they_were_put_in_and_the_file_says_what_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("base.pmtiles");
        let metadata = r#"{"attribution": "<a href=\"https://osm.org\">&copy; OSM</a>", "vector_layers": [{"id": "water", "fields": {}}]}"#;
        let writer = PmTilesWriter::new(TileType::Mvt)
            .tile_compression(Compression::Gzip)
            .min_zoom(0)
            .max_zoom(5)
            .bounds(-82.0, -19.0, -68.0, 1.0)
            .metadata(metadata);
        let mut writer = writer.create(File::create(&path).expect("a file")).expect("a writer");
        writer.add_tile(TileCoord::new(0, 0, 0).expect("a tile"), b"the world").expect("written");
        writer.add_tile(TileCoord::new(5, 9, 16).expect("a tile"), b"a part of it").expect("written");
        writer.finalize().expect("written");

        let archive = TileArchive::open(&path).await.expect("sound");
        let about = archive.about();
        assert_eq!((about.is_vector, about.zooms, about.attribution.as_str()), (true, (0, 5), "© OSM"));
        assert_eq!((about.layers.as_slice(), about.bounds.west), (["water".to_owned()].as_slice(), -82.0));
        let (tile, coding) = archive.tile(address(0, 0, 0), false).await.expect("read").expect("there");
        assert_eq!((tile.as_ref(), coding), (b"the world".as_slice(), None));
        let (tile, coding) = archive.tile(address(5, 9, 16), true).await.expect("read").expect("there");
        assert_eq!((&tile[..2], coding), ([0x1f, 0x8b].as_slice(), Some("gzip")));
        assert!(archive.tile(address(5, 9, 17), true).await.expect("read").is_none());
    }

    #[tokio::test]
    async fn a_file_that_is_none_is_refused_with_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("base.pmtiles");
        std::fs::write(&path, b"PMTilesnot at all").expect("written");
        let refused = TileArchive::open(&path).await.expect_err("no tiles").to_string();
        assert!(refused.contains("base.pmtiles cannot be read as PMTiles 3"), "{refused}");
        assert!(TileArchive::open(&folder.path().join("nowhere.pmtiles")).await.is_err());
    }
}
