use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use crate::{
    exchange::{ExchangeError, source::format::SourceFormat},
    model::fold,
};

/// Entries an archive may have.
const MAX_ENTRIES: usize = 1_000;
/// Bytes an archive may unpack to.
const MAX_UNPACKED: u64 = 500 << 20;
/// Unpacked to packed size; text of one letter repeated exceeds it, real data does not.
const MAX_RATIO: u64 = 100;
/// Below this many unpacked bytes the ratio says nothing.
const RATIO_COUNTS_FROM: u64 = 10 << 20;

/// A data file that came out of an archive.
pub(crate) struct Unpacked {
    /// Where it lies now.
    pub(crate) file: PathBuf,
    /// Its name in the archive.
    pub(crate) name: PathBuf,
    /// It is one of several, and the caller named it.
    pub(crate) was_named: bool,
}

/// Unpacks one data file of a zip archive into `folder` as `data.<extension>`, a shapefile with all parts: the only one, or
/// of several the one of which the name, with or without ending and folders, is asked for.
///
/// Names inside the archive are never used as paths. Links, nested archives and encrypted members are not
/// unpacked.
///
/// # Errors
/// [`ExchangeError::BadArchive`] beyond the limits, [`ExchangeError::NotOneFileInArchive`].
pub(crate) fn unpack_zip(path: &Path, folder: &Path, asked: Option<&str>) -> Result<Unpacked, ExchangeError> {
    let mut archive = open_within_limits(path)?;
    let members = list_members(&mut archive, path)?;
    let (chosen, was_named) = choose(path, &members, asked)?;
    let mut budget = MAX_UNPACKED;
    let mut main = None;
    for (index, member) in &members {
        let wanted = match SourceFormat::of_name(&chosen) {
            Some(SourceFormat::Shapefile) => member.with_extension("") == chosen.with_extension(""),
            _ => *member == chosen,
        };
        let Some(extension) = member.extension().and_then(|e| e.to_str()).filter(|_| wanted) else { continue };
        let target = folder.join(format!("data.{}", extension.to_ascii_lowercase()));
        let entry = archive.by_index(*index).map_err(|error| bad(path, error.to_string()))?;
        budget -= copy_bounded(path, entry, &target, budget)?;
        if *member == chosen {
            main = Some(target);
        }
    }
    Ok(Unpacked { file: main.expect("the chosen member is one of the members"), name: chosen, was_named })
}

/// Unpacks a gzip file to `target`.
///
/// # Errors
/// [`ExchangeError::BadArchive`] when it is damaged or beyond the limits.
pub(crate) fn unpack_gzip(path: &Path, target: &Path) -> Result<(), ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: path.into(), source };
    let file = File::open(path).map_err(unreadable)?;
    let packed = file.metadata().map_err(unreadable)?.len();
    let allowed = MAX_UNPACKED.min(RATIO_COUNTS_FROM.max(packed.saturating_mul(MAX_RATIO)));
    copy_bounded(path, MultiGzDecoder::new(file), target, allowed).map(drop)
}

/// Refuses XLSX and KMZ files, which are zip archives that GDAL unpacks itself, beyond the limits.
///
/// # Errors
/// [`ExchangeError::BadArchive`].
pub(crate) fn check_limits(path: &Path) -> Result<(), ExchangeError> {
    open_within_limits(path).map(drop)
}

fn open_within_limits(path: &Path) -> Result<ZipArchive<File>, ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: path.into(), source };
    let file = File::open(path).map_err(unreadable)?;
    let packed = file.metadata().map_err(unreadable)?.len().max(1);
    let mut archive = ZipArchive::new(file).map_err(|error| bad(path, error.to_string()))?;
    if archive.len() > MAX_ENTRIES {
        return Err(bad(path, format!("it has {} entries and at most {MAX_ENTRIES} are accepted", archive.len())));
    }
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| bad(path, error.to_string()))?;
        unpacked = unpacked.saturating_add(entry.size());
    }
    let too_dense = unpacked > RATIO_COUNTS_FROM && unpacked / packed > MAX_RATIO;
    if unpacked > MAX_UNPACKED || too_dense {
        return Err(bad(path, format!("it would unpack to {} MiB, beyond what is accepted", unpacked >> 20)));
    }
    Ok(archive)
}

/// Regular members with their place in the archive; what macOS adds is left out.
fn list_members(archive: &mut ZipArchive<File>, path: &Path) -> Result<Vec<(usize, PathBuf)>, ExchangeError> {
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| bad(path, error.to_string()))?;
        let name = entry.name().map_err(|error| bad(path, error.to_string()))?;
        let hidden = name.starts_with("__MACOSX/") || name.split('/').any(|part| part.starts_with("._"));
        if !(entry.is_dir() || entry.is_symlink() || hidden) {
            members.push((index, PathBuf::from(name.as_ref())));
        }
    }
    Ok(members)
}

/// The one shapefile; where there is none, the one file of another format we read. Of several, the one that is asked for:
/// then true.
fn choose(path: &Path, members: &[(usize, PathBuf)], asked: Option<&str>) -> Result<(PathBuf, bool), ExchangeError> {
    let of = |shapefiles: bool| -> Vec<&PathBuf> {
        let is_wanted = |member: &&PathBuf| {
            SourceFormat::of_name(member).is_some_and(|f| (f == SourceFormat::Shapefile) == shapefiles)
        };
        members.iter().map(|(_, member)| member).filter(is_wanted).collect()
    };
    let (shapefiles, others) = (of(true), of(false));
    let candidates = if shapefiles.is_empty() { others } else { shapefiles };
    let listed = |files: &[&PathBuf]| files.iter().take(20).map(|f| f.display().to_string()).collect::<Vec<_>>();
    let all: Vec<&PathBuf> =
        members.iter().map(|(_, member)| member).filter(|member| SourceFormat::of_name(member).is_some()).collect();
    if let (Some(asked), true) = (asked, all.len() > 1)
        && let Some(named) = named(path, &all, asked)?
    {
        return Ok((named, true));
    }
    match candidates[..] {
        [one] => Ok((one.clone(), false)),
        [] => Err(ExchangeError::NotOneFileInArchive {
            path: path.into(),
            found: match &members.iter().map(|(_, member)| member).collect::<Vec<_>>()[..] {
                [] => "nothing".into(),
                all => format!("none: {}", listed(all).join(", ")),
            },
        }),
        _ => Err(ExchangeError::NotOneFileInArchive {
            path: path.into(),
            found: format!("{}; say --source-layer with the name of one of them", listed(&candidates).join(", ")),
        }),
    }
}

/// The member that is asked for: by its whole name, else its name without folders, without ending, then without regard to
/// case and accents. `None` where none bears it.
///
/// # Errors
/// [`ExchangeError::NotOneFileInArchive`] where several do.
fn named(path: &Path, members: &[&PathBuf], asked: &str) -> Result<Option<PathBuf>, ExchangeError> {
    fn names(member: &Path) -> [String; 4] {
        let text = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
        let whole = text(Some(member.as_os_str()));
        let bare = text(Some(member.with_extension("").as_os_str()));
        [whole, text(member.file_name()), bare, text(member.file_stem())]
    }
    for folded in [false, true] {
        for kind in 0..4 {
            let bears = |member: &&&PathBuf| {
                let name = &names(member)[kind];
                if folded { fold(name) == fold(asked) } else { name == asked }
            };
            match members.iter().filter(bears).collect::<Vec<_>>()[..] {
                [] => {}
                [one] => return Ok(Some((**one).clone())),
                ref several => {
                    let several: Vec<_> = several.iter().map(|member| member.display().to_string()).collect();
                    return Err(ExchangeError::NotOneFileInArchive {
                        path: path.into(),
                        found: format!("several that \"{asked}\" may mean: {}", several.join(", ")),
                    });
                }
            }
        }
    }
    Ok(None)
}

/// Bytes written. Sizes stated in archives are not believed: the copy itself is counted.
fn copy_bounded(path: &Path, from: impl Read, target: &Path, allowed: u64) -> Result<u64, ExchangeError> {
    let mut output = File::create(target).map_err(|source| ExchangeError::Unreadable { path: path.into(), source })?;
    let copied = io::copy(&mut from.take(allowed + 1), &mut output).and_then(|n| output.flush().map(|()| n));
    match copied.map_err(|error| bad(path, error.to_string()))? {
        bytes if bytes > allowed => Err(bad(path, format!("it unpacks to more than {} MiB", allowed >> 20))),
        bytes => Ok(bytes),
    }
}

fn bad(path: &Path, detail: String) -> ExchangeError {
    ExchangeError::BadArchive { path: path.into(), detail }
}
