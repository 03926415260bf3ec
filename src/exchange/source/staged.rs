use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use encoding_rs::{Encoding, UTF_8};

use crate::exchange::{
    ExchangeError, READABLE_EXTENSIONS,
    source::dbf::{self, DbfText},
    source::encoding::{TextState, examine, gdal_name, rewrite},
    source::format::SourceFormat,
    source::geojson::GeoJsonFacts,
    source::sqlite::find_view,
    source::unpack::{Unpacked, check_limits, unpack_gzip, unpack_zip},
};

/// A file made ready for GDAL: unpacked, in a readable encoding, and alone.
///
/// GDAL looks at what lies beside a file (`.csvt`, `.qix`, `.aux.xml`); shapefiles and tables are therefore shown
/// to it in a folder of their own.
#[derive(Debug)]
pub(crate) struct Staged {
    /// What GDAL opens: an absolute path.
    pub(crate) main: PathBuf,
    pub(crate) format: SourceFormat,
    /// Name of the file without its extension, for formats whose table has no other name.
    pub(crate) stem: String,
    /// The file is one of several in an archive, and was asked for by this name.
    pub(crate) was_named: bool,
    /// `ENCODING` for GDAL, where it has to be told.
    pub(crate) gdal_encoding: Option<String>,
    /// What the text of a GeoJSON or TopoJSON file says beyond what GDAL tells.
    pub(crate) geojson: Option<GeoJsonFacts>,
}

/// Checks a file and makes it ready for GDAL, with temporary files in `scratch`. `asked` names the one to read, in an archive
/// with several.
///
/// # Errors
/// One variant for each thing that can be wrong with a file before its content is understood.
pub(crate) fn stage(
    path: &Path,
    told: Option<&'static Encoding>,
    asked: Option<&str>,
    scratch: &Path,
) -> Result<Staged, ExchangeError> {
    check_plain_file(path)?;
    let unreadable = |source| ExchangeError::Unreadable { path: path.into(), source };
    let Unpacked { file, name, was_named } = unpack(path, asked, scratch)?;
    let unknown = || ExchangeError::UnknownExtension { path: path.into(), accepted: READABLE_EXTENSIONS };
    let format = SourceFormat::of_name(&name).ok_or_else(unknown)?;
    let alone = scratch.join("alone");
    fs::create_dir(&alone).map_err(unreadable)?;
    let (mut gdal_encoding, mut geojson) = (None, None);
    let main = match format {
        SourceFormat::Shapefile => {
            let (main, encoding) = stage_shapefile(&file, told, &alone).map_err(|error| renamed(error, path))?;
            gdal_encoding = encoding;
            main
        }
        _ if format.is_plain_text() => {
            let main = stage_text(&file, &name, format, told, &alone).map_err(|error| renamed(error, path))?;
            if format == SourceFormat::Csv {
                check_csv(path, &main)?;
            } else {
                geojson = Some(look_into_geojson(&main).map_err(unreadable)?);
            }
            main
        }
        _ if told.is_some() => {
            return Err(ExchangeError::EncodingNotNeeded { path: path.into(), format: format.label() });
        }
        SourceFormat::GeoPackage => {
            check_geopackage(path, &file)?;
            file
        }
        SourceFormat::Xlsx | SourceFormat::Kmz => {
            let no_archive = |_| ExchangeError::NotItsFormat {
                path: path.into(),
                format: format.label(),
                detail: "it is not the zip archive such files are, or too large unpacked".into(),
            };
            check_limits(&file).map_err(no_archive)?;
            file
        }
        _ => file,
    };
    let stem = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Staged { main, format, stem, was_named, gdal_encoding, geojson })
}

fn check_plain_file(path: &Path) -> Result<(), ExchangeError> {
    let text = path.to_string_lossy();
    if text.starts_with("/vsi") || text.contains("://") {
        return Err(ExchangeError::NotALocalFile { path: path.into() });
    }
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ExchangeError::NoSuchFile { path: path.into() },
        _ => ExchangeError::Unreadable { path: path.into(), source },
    })?;
    match metadata {
        m if m.is_dir() => Err(ExchangeError::IsAFolder { path: path.into() }),
        m if !m.is_file() => Err(ExchangeError::NotALocalFile { path: path.into() }),
        m if m.len() == 0 => Err(ExchangeError::EmptyFile { path: path.into() }),
        _ => Ok(()),
    }
}

/// The file to read, as an absolute path, and the name that tells its format.
fn unpack(path: &Path, asked: Option<&str>, folder: &Path) -> Result<Unpacked, ExchangeError> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if extension == "zip" {
        return unpack_zip(path, folder, asked);
    }
    if extension == "gz" {
        let name = PathBuf::from(path.file_stem().unwrap_or_default());
        let target = folder.join("unpacked");
        unpack_gzip(path, &target)?;
        return Ok(Unpacked { file: target, name, was_named: false });
    }
    let absolute =
        std::path::absolute(path).map_err(|source| ExchangeError::Unreadable { path: path.into(), source })?;
    Ok(Unpacked { file: absolute, name: path.to_path_buf(), was_named: false })
}

/// What a file is that should be a text, by how it begins; `None` where nothing speaks against a text.
fn other_kind(file: &Path) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 5] = [
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or a spreadsheet (.xlsx)"),
        (b"\xD0\xCF\x11\xE0", "an old spreadsheet or document (.xls, .doc)"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
    ];
    let mut first = [0; 8];
    let length = File::open(file).and_then(|mut opened| opened.read(&mut first)).ok()?;
    KINDS.into_iter().find(|(magic, _)| first[..length].starts_with(magic)).map(|(_, kind)| kind)
}

fn stage_text(
    file: &Path,
    name: &Path,
    format: SourceFormat,
    told: Option<&'static Encoding>,
    alone: &Path,
) -> Result<PathBuf, ExchangeError> {
    // GDAL treats some names of CSV files specially, and only opens names that end in .csv.
    let extension = if format == SourceFormat::Csv { OsStr::new("csv") } else { name.extension().unwrap_or_default() };
    let target = alone.join("data").with_extension(extension);
    if let Some(other) = other_kind(file) {
        let detail = format!("it is {other}, whatever its name says");
        return Err(ExchangeError::NotItsFormat { path: file.into(), format: format.label(), detail });
    }
    match examine(file, told)? {
        TextState::Other(encoding) => rewrite(file, encoding, &target)?,
        TextState::Utf8 => link(file, &target)?,
    }
    Ok(target)
}

/// Refuses tables in which GDAL would lose rows without a word: it ends a cell at a NUL, and takes everything after a quotation
/// mark that is not closed for one cell.
fn check_csv(path: &Path, main: &Path) -> Result<(), ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: path.into(), source };
    let mut reader = BufReader::new(File::open(main).map_err(unreadable)?);
    // The line in which a quotation mark stands open.
    let (mut line, mut opened) = (1_u64, None);
    let damaged = |detail: String| ExchangeError::NotItsFormat { path: path.into(), format: "CSV", detail };
    loop {
        let bytes = reader.fill_buf().map_err(unreadable)?;
        if bytes.is_empty() {
            break;
        }
        for byte in bytes {
            match byte {
                b'\n' => line += 1,
                b'"' => opened = if opened.is_some() { None } else { Some(line) },
                0 => return Err(damaged(format!("line {line} holds a NUL character (U+0000)"))),
                _ => {}
            }
        }
        let length = bytes.len();
        reader.consume(length);
    }
    opened.map_or(Ok(()), |line| Err(damaged(format!("line {line} opens a quotation mark that is never closed"))))
}

/// Gathers what GDAL does not tell. Where GDAL would open an address, it gets to see a copy without it.
fn look_into_geojson(main: &Path) -> io::Result<GeoJsonFacts> {
    let facts = GeoJsonFacts::gather(main)?;
    if !facts.links.is_empty() {
        let copy = main.with_extension("copy");
        io::copy(&mut File::open(main)?, &mut File::create(&copy)?)?;
        let mut file = OpenOptions::new().write(true).open(&copy)?;
        for link in &facts.links {
            file.seek(SeekFrom::Start(link.start))?;
            let mut blank = io::repeat(b' ').take(link.end - link.start - "null".len() as u64);
            file.write_all(b"null")?;
            io::copy(&mut blank, &mut file)?;
        }
        fs::rename(copy, main)?;
    }
    Ok(facts)
}

/// Only tables are read of a GeoPackage. What is not yet in the file itself could hold views too.
fn check_geopackage(path: &Path, file: &Path) -> Result<(), ExchangeError> {
    let mut pending = file.as_os_str().to_owned();
    pending.push("-wal");
    if fs::metadata(&pending).is_ok_and(|pending| pending.len() > 0) {
        return Err(ExchangeError::StillOpen { path: path.into(), pending: pending.into() });
    }
    let damaged = |error: io::Error| ExchangeError::NotItsFormat {
        path: path.into(),
        format: SourceFormat::GeoPackage.label(),
        detail: error.to_string(),
    };
    match find_view(file).map_err(damaged)? {
        Some(view) => Err(ExchangeError::HoldsViews { path: path.into(), view }),
        None => Ok(()),
    }
}

fn stage_shapefile(
    file: &Path,
    told: Option<&'static Encoding>,
    alone: &Path,
) -> Result<(PathBuf, Option<String>), ExchangeError> {
    let parts = parts_of(file)?;
    for missing in ["shx", "dbf"] {
        if !parts.iter().any(|(extension, _)| extension == missing) {
            let missing = if missing == "shx" { ".shx" } else { ".dbf" };
            return Err(ExchangeError::MissingPart { path: file.into(), missing });
        }
    }
    for (extension, part) in &parts {
        link(part, &alone.join("data").with_extension(extension))?;
    }
    let code_page_file = parts.iter().any(|(extension, _)| extension == "cpg");
    let encoding = shapefile_encoding(file, &alone.join("data.dbf"), told, code_page_file)?;
    Ok((alone.join("data.shp"), encoding))
}

/// The parts of a shapefile that matter, extension in lower case; people's file managers write `.SHP` and `.Dbf`.
fn parts_of(file: &Path) -> Result<Vec<(String, PathBuf)>, ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: file.into(), source };
    let mut parts = Vec::new();
    for entry in fs::read_dir(file.parent().unwrap_or(Path::new("/"))).map_err(unreadable)? {
        let part = entry.map_err(unreadable)?.path();
        let extension = part.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_part = ["shp", "shx", "dbf", "prj", "cpg"].contains(&extension.as_str());
        let same_stem = || {
            let stem = |p: &Path| p.file_stem().unwrap_or_default().to_ascii_lowercase();
            stem(&part) == stem(file)
        };
        if is_part && same_stem() && !parts.iter().any(|(known, _)| *known == extension) {
            parts.push((extension, part));
        }
    }
    Ok(parts)
}

/// What GDAL has to be told about the text of a shapefile: as told, else what .cpg or the header of the .dbf say
/// (GDAL reads those itself), except that text which is plainly UTF-8 is read as such.
fn shapefile_encoding(
    file: &Path,
    table: &Path,
    told: Option<&'static Encoding>,
    code_page_file: bool,
) -> Result<Option<String>, ExchangeError> {
    let look = dbf::look(table).map_err(|error| ExchangeError::NotItsFormat {
        path: file.into(),
        format: SourceFormat::Shapefile.label(),
        detail: format!("its .dbf file is damaged ({error})"),
    })?;
    let path = file.to_path_buf();
    match (told, look.text) {
        (Some(told), DbfText::Other { place, sample }) if told == UTF_8 => {
            Err(ExchangeError::WrongEncoding { path, encoding: "UTF-8".into(), place, sample })
        }
        (Some(told), _) => Ok(Some(gdal_name(told))),
        (None, DbfText::Other { .. }) if code_page_file || look.has_code_page => Ok(None),
        (None, DbfText::Other { place, sample }) => Err(ExchangeError::NotUtf8 { path, place, sample }),
        (None, DbfText::Utf8) => Ok((!code_page_file).then(|| "UTF-8".into())),
        (None, DbfText::Ascii) => Ok(None),
    }
}

fn link(from: &Path, to: &Path) -> Result<(), ExchangeError> {
    symlink(from, to).map_err(|source| ExchangeError::Unreadable { path: from.into(), source })
}

/// People know the file they gave, not where we unpacked it.
fn renamed(error: ExchangeError, given: &Path) -> ExchangeError {
    let mut error = error;
    match &mut error {
        ExchangeError::MissingPart { path, .. }
        | ExchangeError::NotUtf8 { path, .. }
        | ExchangeError::WrongEncoding { path, .. }
        | ExchangeError::NotItsFormat { path, .. }
        | ExchangeError::Unreadable { path, .. } => *path = given.into(),
        _ => {}
    }
    error
}
