use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use pmtiles::{AsyncPmTilesReader, Compression, HashMapCache, MmapBackend, PmtError, TileCoord, TileType};
use serde::Deserialize;

use super::TileAddress;
use crate::model::Bbox;

/// Tiles that somebody else made, in one file of the format PMTiles 3. The file must stay as it is while it is served: another
/// one takes its place by renaming, and is read after the next start.
pub struct TileArchive {
    reader: AsyncPmTilesReader<MmapBackend, HashMapCache>,
    about: ArchiveFacts,
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
    #[error("the tiles of {} are {kind}; accepted are vector tiles (MVT), PNG, JPEG, WebP and AVIF", path.display())]
    OtherTiles {
        /// The file.
        path: PathBuf,
        /// What they are.
        kind: String,
    },
}

/// What is read of the file's metadata.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    attribution: String,
    vector_layers: Vec<VectorLayer>,
}

#[derive(Debug, Deserialize)]
struct VectorLayer {
    id: String,
}

impl TileArchive {
    /// Opens a file of tiles.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub async fn open(path: &Path) -> Result<TileArchive, ArchiveError> {
        let unreadable = |source: PmtError| ArchiveError::Unreadable { path: path.to_owned(), source };
        let file = std::fs::metadata(path).map_err(|source| unreadable(source.into()))?;
        let reader = AsyncPmTilesReader::new_with_cached_path(HashMapCache::default(), path).await;
        let reader = reader.map_err(unreadable)?;
        let metadata = reader.get_metadata().await.map_err(unreadable)?;
        // A file that says nothing of itself, or says it otherwise, has tiles all the same.
        let metadata: Metadata = serde_json::from_str(&metadata).unwrap_or_default();
        let header = reader.get_header();
        let kind = header.tile_type;
        if matches!(kind, TileType::Unknown | TileType::Mlt) || header.tile_compression == Compression::Unknown {
            let kind = format!("{kind:?}, compression {:?}", header.tile_compression);
            return Err(ArchiveError::OtherTiles { path: path.to_owned(), kind });
        }
        let mut version = DefaultHasher::new();
        (file.len(), file.modified().ok()).hash(&mut version);
        let about = ArchiveFacts {
            is_vector: kind == TileType::Mvt,
            media_type: kind.content_type(),
            zooms: (header.min_zoom, header.max_zoom),
            bounds: Bbox {
                west: header.min_longitude,
                south: header.min_latitude,
                east: header.max_longitude,
                north: header.max_latitude,
            },
            attribution: plain(&metadata.attribution),
            layers: metadata.vector_layers.into_iter().map(|layer| layer.id).collect(),
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
        match self.reader.get_header().tile_compression {
            Compression::None => Ok(self.reader.get_tile(coord).await?.map(|tile| (tile, None))),
            Compression::Gzip if takes_gzip => Ok(self.reader.get_tile(coord).await?.map(|tile| (tile, Some("gzip")))),
            _ => Ok(self.reader.get_tile_decompressed(coord).await?.map(|tile| (tile, None))),
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
