use std::path::Path;

/// The extensions we read, for messages and help texts.
pub const READABLE_EXTENSIONS: &str =
    ".geojson, .json, .topojson, .gpkg, .shp, .zip, .kml, .kmz, .csv, .tsv, .csv.gz and .xlsx";

/// A format we read. The extension decides, because GDAL goes by content: a VRT named `.geojson` would be
/// opened as a VRT, which can read other files and open connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceFormat {
    /// `.json`: GeoJSON or TopoJSON.
    Json,
    GeoJson,
    TopoJson,
    GeoPackage,
    Shapefile,
    Kml,
    Kmz,
    Csv,
    Xlsx,
}

impl SourceFormat {
    /// The format an extension promises; `None` for those we do not read. Archives are looked into elsewhere.
    pub(crate) fn of_name(name: &Path) -> Option<SourceFormat> {
        let extension = name.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "json" => SourceFormat::Json,
            "geojson" => SourceFormat::GeoJson,
            "topojson" => SourceFormat::TopoJson,
            "gpkg" => SourceFormat::GeoPackage,
            "shp" => SourceFormat::Shapefile,
            "kml" => SourceFormat::Kml,
            "kmz" => SourceFormat::Kmz,
            "csv" | "tsv" => SourceFormat::Csv,
            "xlsx" => SourceFormat::Xlsx,
            _ => return None,
        })
    }

    /// What people call it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            SourceFormat::Json => "GeoJSON or TopoJSON",
            SourceFormat::GeoJson => "GeoJSON",
            SourceFormat::TopoJson => "TopoJSON",
            SourceFormat::GeoPackage => "GeoPackage",
            SourceFormat::Shapefile => "Shapefile",
            SourceFormat::Kml => "KML",
            SourceFormat::Kmz => "KMZ",
            SourceFormat::Csv => "CSV",
            SourceFormat::Xlsx => "XLSX",
        }
    }

    /// The only GDAL drivers that may open it.
    pub(crate) fn drivers(self) -> &'static [&'static str] {
        match self {
            SourceFormat::Json => &["GeoJSON", "TopoJSON"],
            SourceFormat::GeoJson => &["GeoJSON"],
            SourceFormat::TopoJson => &["TopoJSON"],
            SourceFormat::GeoPackage => &["GPKG"],
            SourceFormat::Shapefile => &["ESRI Shapefile"],
            SourceFormat::Kml => &["LIBKML", "KML"],
            SourceFormat::Kmz => &["LIBKML"],
            SourceFormat::Csv => &["CSV"],
            SourceFormat::Xlsx => &["XLSX"],
        }
    }

    /// Options that make GDAL hand values over as the file has them.
    pub(crate) fn open_options(self) -> &'static [&'static str] {
        match self {
            SourceFormat::Json | SourceFormat::GeoJson => &["DATE_AS_STRING=YES", "ARRAY_AS_STRING=YES"],
            SourceFormat::GeoPackage => &["LIST_ALL_TABLES=NO"],
            SourceFormat::Csv => &["HEADERS=YES", "AUTODETECT_TYPE=NO", "GEOM_POSSIBLE_NAMES="],
            _ => &[],
        }
    }

    /// Whether the file is plain text whose encoding may have to be told.
    pub(crate) fn is_plain_text(self) -> bool {
        matches!(self, SourceFormat::Json | SourceFormat::GeoJson | SourceFormat::TopoJson | SourceFormat::Csv)
    }

    /// Whether one file may hold several tables worth naming.
    pub(crate) fn has_named_tables(self) -> bool {
        !matches!(self, SourceFormat::Json | SourceFormat::GeoJson | SourceFormat::Shapefile | SourceFormat::Csv)
    }
}

/// The name of a file without the endings that tell its format, such as `.geojson`, `.csv.gz` or `.shp.zip`.
/// Other dots belong to the name.
pub(crate) fn without_endings(name: &Path) -> &str {
    fn stem(path: &Path) -> &Path {
        path.file_stem().map_or(path, Path::new)
    }
    let packed = name.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz") || e.eq_ignore_ascii_case("zip"));
    let name = if packed { stem(name) } else { name };
    let name = if SourceFormat::of_name(name).is_some() { stem(name) } else { name };
    name.to_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_without_regard_to_case() {
        assert_eq!(SourceFormat::of_name(Path::new("a.b/Catastro.SHP")), Some(SourceFormat::Shapefile));
        assert_eq!(SourceFormat::of_name(Path::new("plano.dwg")), None);
        assert_eq!(SourceFormat::of_name(Path::new("geojson")), None);
    }
}
