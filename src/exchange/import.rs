use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::{
    exchange::{
        ExchangeError, ImportReport, ReadOptions, Row, SourceSummary,
        changes::{check_target, write_changes},
        grid,
        reading::{Read, Reading},
        source_choice::SourceChoice,
    },
    model::{GeometryKind, Moment, PERU_OUTLINE, Preset, RowNote, Text},
    store::{ImportOrigin, Shift, Staging, Store, StoreError, by_department},
};

/// So many corners tell on which grid a file lies.
const GRID_CORNERS: i64 = 2_000;
/// How far outside Peru, in degrees, features may lie: farther off, axes are swapped or the reference system is another.
const OUTSIDE_DEGREES: f64 = 2.0;

/// A file to take in, and how.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The file.
    pub path: PathBuf,
    /// How to read it, and into which layer.
    pub read: ReadOptions,
    /// Name of the source whose features the file replaces; else the preset's name or the file's.
    pub source: Option<String>,
    /// Licence that counts instead of the preset's.
    pub licence: Option<String>,
    /// Attribution that counts instead of the preset's.
    pub attribution: Option<String>,
    /// Day the data is of; from it on the file counts in the world. Without it, from today on.
    pub valid_on: Option<Date>,
    /// Who takes it in.
    pub received_by: String,
    /// Number of the account of whoever told it to, for the audit.
    pub account: Option<String>,
    /// Let the file undo what people wrote or removed since it last came.
    pub overwrite_edits: bool,
    /// Take features far outside Peru too.
    pub allow_outside: bool,
    /// Where to write what it does to each feature, as GeoJSON or CSV.
    pub changes: Option<PathBuf>,
    /// The layer's revision at which a dry run told what it does; at another one nothing is kept.
    pub must_be_at: Option<i64>,
    /// Do everything but keep nothing.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportProgress {
    /// Another import into the layer is under way and has to end first.
    Waiting,
    /// So many rows of so many were read.
    Reading {
        /// Rows read.
        rows: u64,
        /// Rows in the file, as far as it says.
        total: u64,
    },
    /// Geometry and duplicates are examined.
    Examining,
    /// The layer is brought up to date.
    Merging,
    /// The database is told to keep it all. Before, giving up changes nothing.
    Keeping,
}

/// Why a file was not taken in. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read as asked.
    #[error(transparent)]
    File(#[from] ExchangeError),
    /// It has rows, but none that can be taken.
    #[error("none of the {read} rows of {file} can be taken; the first: row {}: {}", first.row, first.note)]
    NothingAccepted {
        /// The file.
        file: String,
        /// Rows read.
        read: u64,
        /// The first refusal.
        first: RowNote,
    },
    /// It has no rows.
    #[error("{file} has no rows; nothing was changed")]
    Empty {
        /// The file.
        file: String,
    },
    /// The name of the demonstration data's source, or another name for it.
    #[error(
        "the source name \"{name}\" cannot be used: demonstration data, and nothing else, has the source \"demonstration\", and features written by hand have \"direct\"; say --source with another name, or leave it out for demonstration data"
    )]
    ReservedSource {
        /// The name.
        name: String,
    },
    /// The file bears the name of a known source but was not read as such.
    #[error(
        "{file} is called like the known source {name}, whose features it would replace; if it is that, say --preset {name}, else --source with another name"
    )]
    SourceOfPreset {
        /// The name.
        name: String,
        /// The file.
        file: String,
    },
    /// The source came from a file of another name.
    #[error(
        "{file} would replace the features of the source {name}, which came from {previous}; say --source {name} if that is meant, or --source with another name to keep both"
    )]
    SourceOfOtherFile {
        /// The source.
        name: String,
        /// The file it came from last.
        previous: String,
        /// The file.
        file: String,
    },
    /// A file that lacks most of what its source had before.
    #[error(
        "{file} lacks {removed} of the {had} features that the source {name} has, and they would be removed; say --source {name} if that is meant, or --source with another name to keep both"
    )]
    RemovesMost {
        /// The source.
        name: String,
        /// The file.
        file: String,
        /// Features that would be removed.
        removed: u64,
        /// Features the source has.
        had: u64,
    },
    /// Features lie where Peru is not.
    #[error(
        "{total} of {rows} features lie more than 2 degrees outside Peru (the first: row {}, {}, {}); probably axes are swapped or the reference system is another: say --source-crs EPSG:n, or --allow-outside if they are right",
        first.row, first.feature, first.note
    )]
    OutsidePeru {
        /// Features outside.
        total: i64,
        /// Features in the file.
        rows: i64,
        /// The first of them.
        first: RowNote,
    },
    /// The layer was changed since a dry run told what the file would do.
    #[error("the layer was changed since the file was examined, and it would do something else now: examine it again")]
    OtherThanTold,
    /// The day is not here yet.
    #[error("{of} lies in the future; say the day the data is of, at the latest today ({today})")]
    FutureDay {
        /// The day that was said.
        of: Date,
        /// Today in Peru.
        today: Date,
    },
    /// The file of changes would replace the file itself.
    #[error("--changes {file} would replace the file that is imported; name another one")]
    ChangesOverInput {
        /// The file.
        file: String,
    },
    /// The source has a newer vintage already.
    #[error(
        "the file is of {of}, but the source {name} already has a vintage of {newest}, which it would replace; vintages come in the order of their days: take the newer one back first (rimay rollback), or name another --source"
    )]
    OlderThanNewest {
        /// The source.
        name: String,
        /// Day the file is of.
        of: Date,
        /// Day of the newest vintage.
        newest: Date,
    },
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a file in: reads it off the async threads, repairs and examines it in the database, and replaces the
/// features of its source, all in one transaction. Dropped before [`ImportProgress::Keeping`], it leaves the database
/// as it was and no temporary files.
///
/// # Errors
/// [`ImportError`]; then the database is as it was.
pub async fn import(
    store: &Store,
    request: ImportRequest,
    mut progress: impl FnMut(ImportProgress),
) -> Result<ImportReport, ImportError> {
    let layer = request.read.layer;
    let file = file_name(&request.path);
    let today = Moment::today();
    if let Some(of) = request.valid_on.filter(|of| *of > today) {
        return Err(ImportError::FutureDay { of, today });
    }
    if let Some(changes) = &request.changes {
        check_target(changes)?;
        if changes.canonicalize().is_ok_and(|changes| request.path.canonicalize().is_ok_and(|path| path == changes)) {
            return Err(ImportError::ChangesOverInput { file });
        }
    }
    let (mut reading, summary, sha256) = Reading::start(&request.path, &request.read).await?;
    let preset = summary.preset.as_ref().and_then(|preset| layer.preset(&preset.name));
    let source = SourceChoice::make(&request, preset, &file)?;
    let mut staging = store.begin_import(layer, || progress(ImportProgress::Waiting)).await?;
    if source.needs_previous() {
        // Nobody else imports into the layer now, so what holds here holds until the commit.
        source.check_previous(&store.layer_sources(&layer.id).await?, &file)?;
    }
    let revision = staging.revision().await?;
    if request.must_be_at.is_some_and(|told| told != revision) {
        return Err(ImportError::OtherThanTold);
    }
    let newest = staging.newest_vintage(&source.name).await?;
    if let (Some(of), Some(newest)) = (request.valid_on, newest.as_ref().and_then(|newest| newest.valid_on))
        && of < newest
    {
        return Err(ImportError::OlderThanNewest { name: source.name, of, newest });
    }
    let mut report = ImportReport::new(layer, &file, &summary);
    report.revision = revision;
    let mut refused = copy_rows(&mut reading, &mut staging, &mut report, summary.row_count, &mut progress).await?;
    staging.finish_copy().await?;
    progress(ImportProgress::Examining);
    refused.extend(examine(&mut staging, &mut report, request.allow_outside).await?);
    if report.accepted == 0 {
        return Err(match report.rejected.first().cloned() {
            Some(first) => ImportError::NothingAccepted { file, read: report.read, first },
            None => ImportError::Empty { file },
        });
    }
    report.shift = staging.measure_shift(&source.name).await?.filter(Shift::is_of_all);
    progress(ImportProgress::Merging);
    let origin = origin(&request, preset, &summary, &source, file, sha256);
    let newest_before = newest.is_some();
    let is_known = newest.filter(|newest| {
        newest.file_sha256 == origin.file_sha256
            && (origin.valid_on.is_none() || newest.valid_on == origin.valid_on)
            && (&newest.licence, &newest.attribution) == (&origin.licence, &origin.attribution)
    });
    let merged = staging.merge(&origin, request.overwrite_edits, &refused).await?;
    let mut told_changes = None;
    if newest_before || request.changes.is_some() {
        let changes = staging.changes(merged.import_id).await?;
        report.by_department = by_department(&changes);
        told_changes = Some(changes);
    }
    source.check_merge(merged.merge, merged.kept_edits.len() as u64, &origin.file_name)?;
    if let (Some(path), Some(changes)) = (&request.changes, &told_changes) {
        write_changes(path, changes)?;
    }
    report.known_elsewhere = staging.known_elsewhere(&origin.source).await?;
    report.valid_on = request.valid_on;
    report.source = origin.source;
    report.merge = merged.merge;
    report.kept_edits = merged.kept_edits;
    report.dry_run = request.dry_run;
    report.same_as = is_known.filter(|_| merged.merge.changes_nothing()).map(|newest| newest.received_at);
    if !request.dry_run && report.same_as.is_none() {
        progress(ImportProgress::Keeping);
        let kept = serde_json::to_value(&report).expect("a report is plain JSON");
        staging.commit(merged.import_id, &kept, request.account.as_deref()).await?;
        store.announce_now().await;
    }
    Ok(report)
}

async fn copy_rows(
    reading: &mut Reading,
    staging: &mut Staging,
    report: &mut ImportReport,
    total: u64,
    progress: &mut impl FnMut(ImportProgress),
) -> Result<Vec<String>, ImportError> {
    let layer = staging.layer();
    let mut refused = vec![];
    let mut copying = staging.begin_copy().await?;
    loop {
        let rows = match reading.next().await? {
            Read::Rows(rows) => rows,
            Read::Finished(summary) => {
                report.z_dropped = summary.heights_dropped;
                copying.finish().await?;
                return Ok(refused);
            }
        };
        report.read += rows.len() as u64;
        let mut features = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Row::Feature(feature, notes) => {
                    report.count_ubigeo(layer, &feature.values);
                    features.push(feature);
                    report.notes.extend(notes);
                }
                Row::Rejected(note, key) => {
                    report.rejected.push(note);
                    refused.push(key);
                }
            }
        }
        copying.copy(&features).await?;
        progress(ImportProgress::Reading { rows: report.read, total });
    }
}

/// Returns the keys of rows of which nothing is left.
async fn examine(
    staging: &mut Staging,
    report: &mut ImportReport,
    allow_outside: bool,
) -> Result<Vec<String>, ImportError> {
    report.rejected.extend(staging.reject_duplicates().await?);
    let (repairs, vanished, turned) = staging.repair_areas().await?;
    let refused = vanished.iter().filter_map(|row| row.key.clone()).collect();
    report.set_repairs(repairs, vanished.into_iter().map(|row| row.note).collect());
    report.rejected.sort_by_key(|note| note.row);
    report.rings_turned = turned;
    let measure = staging.measure().await?;
    if !allow_outside {
        let (notes, total) = staging.find_outside(PERU_OUTLINE, OUTSIDE_DEGREES).await?;
        if let Some(first) = notes.into_iter().next() {
            return Err(ImportError::OutsidePeru { total, rows: measure.count, first });
        }
    }
    report.same_geometry = staging.find_twins().await?;
    find_doubts(staging, report).await?;
    staging.locate(report.notes_of_rows()).await?;
    report.accepted = measure.count.unsigned_abs();
    report.without_geometry = measure.without_geometry.unsigned_abs();
    report.bbox = measure.bbox;
    Ok(refused)
}

/// What is taken, but may be wrong.
async fn find_doubts(staging: &mut Staging, report: &mut ImportReport) -> Result<(), ImportError> {
    let layer = staging.layer();
    for field in &layer.fields {
        if let (true, Some((unit, m2))) = (field.is_area, field.unit.as_deref().and_then(area_unit)) {
            let doubts = staging.find_areas_stated_otherwise(&field.name, unit, m2).await?;
            report.area_differs.push((field.name.clone(), doubts));
        }
        if field.is_department {
            report.elsewhere = staging.find_elsewhere(&field.name).await?;
        }
    }
    if layer.geometry == GeometryKind::Polygon {
        report.slivers = staging.find_slivers().await?;
    }
    if let Some(spacing_m) = layer.grid_m {
        let corners = staging.corners(GRID_CORNERS).await?;
        let fits = tokio::task::spawn_blocking(move || grid::fits(&corners, spacing_m));
        // Without PROJ's systems nothing was read either.
        report.grid = fits.await.ok().and_then(Result::ok).unwrap_or_default();
    }
    Ok(())
}

/// A unit of area and how many m² it has.
fn area_unit(unit: &str) -> Option<(&str, f64)> {
    [("ha", 1e4), ("km²", 1e6), ("m²", 1.0)].into_iter().find(|(name, _)| *name == unit)
}

fn origin(
    request: &ImportRequest,
    preset: Option<&Preset>,
    summary: &SourceSummary,
    source: &SourceChoice,
    file: String,
    sha256: String,
) -> ImportOrigin {
    let plain = Text { es: format!("Archivo {file}"), en: format!("File {file}") };
    ImportOrigin {
        source: source.name.clone(),
        title: preset.map_or(plain, |preset| preset.source.clone()),
        licence: request.licence.clone().or(preset.map(|preset| preset.licence.clone())).unwrap_or("not stated".into()),
        attribution: request
            .attribution
            .clone()
            .or(preset.map(|preset| preset.attribution.clone()))
            .unwrap_or_else(|| file.clone()),
        demonstration: preset.is_some_and(|preset| preset.demonstration),
        synthetic: preset.is_some_and(|preset| preset.synthetic),
        file_name: file,
        file_sha256: sha256,
        crs_found: summary.crs_found.clone(),
        datum_operation: summary.operation.text.clone(),
        valid_on: request.valid_on,
        received_by: request.received_by.clone(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
