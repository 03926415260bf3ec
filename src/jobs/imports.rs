use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::{
    fs::File,
    io::AsyncWriteExt,
    sync::{Semaphore, watch},
    task::AbortHandle,
};

use crate::{
    exchange::{
        ExchangeError, ImportError, ImportProgress, ImportReport, ImportRequest, ReadOptions, check_column_fields,
        import,
    },
    model::{Catalogue, DatumOperation, UnknownLayer},
    store::Store,
};

/// Most bytes of a file.
pub const MAX_UPLOAD: u64 = 100 << 20;
/// Jobs kept at once; beyond, the oldest that nobody works on gives way.
const MOST_JOBS: usize = 20;
/// A job that nobody touches goes after this time.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Files examined or committed at once.
const AT_ONCE: usize = 2;
/// Name of the file that tells what the job does to each feature.
const CHANGES: &str = "changes.geojson";

/// How to read a file, and what to say of it: as the flags of `rimay import`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImportOptions {
    /// The layer it goes into.
    pub layer: String,
    /// Known source whose columns the file has.
    pub preset: Option<String>,
    /// EPSG code of the reference system, stronger than what the file says.
    pub source_crs: Option<u32>,
    /// EPSG code of the datum operation.
    pub operation: Option<u32>,
    /// Encoding of the text.
    pub encoding: Option<String>,
    /// Table or sheet, of a file with several.
    pub source_layer: Option<String>,
    /// Field, longitude or latitude → column; an empty text for none.
    pub columns: BTreeMap<String, String>,
    /// Name of the source.
    pub source: Option<String>,
    /// Licence of the data.
    pub licence: Option<String>,
    /// Attribution to show.
    pub attribution: Option<String>,
    /// Day the data is of.
    pub valid_on: Option<Date>,
    /// Take features far outside Peru too.
    pub allow_outside: bool,
    /// Let the file undo what people wrote.
    pub overwrite_edits: bool,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Others are before it.
    Waiting,
    /// Rows are read.
    Reading,
    /// Geometry and duplicates are examined.
    Examining,
    /// The layer is brought up to date, for good or for the report only.
    Merging,
    /// What it would do is known; it may be committed, examined again otherwise, or given up.
    Examined,
    /// It is done.
    Committed,
    /// It cannot be done so.
    Failed,
    /// Somebody gave it up.
    Cancelled,
}

/// What is known of a job.
#[derive(Debug, Clone, Serialize)]
pub struct JobStatus {
    /// Its name.
    pub id: String,
    /// The layer the file goes into.
    pub layer: String,
    /// The file's name.
    pub file: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// Where it is.
    pub state: JobState,
    /// Whether it was told to commit.
    pub committing: bool,
    /// Rows read so far.
    pub rows: u64,
    /// Rows in the file, as far as it says.
    pub total: u64,
    /// Why it failed, for people.
    pub reason: Option<String>,
    /// Columns of the file, as far as they were seen.
    pub columns: Vec<String>,
    /// What it would do, or did.
    pub report: Option<Arc<ImportReport>>,
}

/// Why a job cannot be had, or not be told so.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// There is no such job.
    #[error("there is no import with this id; it may have been given up, or the server was started anew")]
    Unknown,
    /// It is at work.
    #[error("the import is at work; wait for it, or give it up with DELETE")]
    Busy,
    /// It is not examined.
    #[error("only what was examined can be committed; this import {0}")]
    NotExamined(&'static str),
    /// There is no such layer.
    #[error(transparent)]
    Layer(#[from] UnknownLayer),
    /// An option has a value that there is not.
    #[error("{name}: {detail}")]
    Option {
        /// The option.
        name: &'static str,
        /// What would be accepted.
        detail: String,
    },
    /// The file is too long.
    #[error("the file has more than {} MiB; import it with rimay import on the server", MAX_UPLOAD >> 20)]
    TooLarge,
    /// All places are taken by jobs at work.
    #[error("too many imports are at work; try again in a moment")]
    Full,
    /// The file cannot be kept.
    #[error("the file cannot be kept: {0}")]
    Disk(#[from] std::io::Error),
}

/// A file on its way in from a client.
pub struct Upload {
    folder: TempDir,
    path: PathBuf,
    name: String,
    file: File,
    bytes: u64,
}

impl Upload {
    /// Begins a file of that name. Its ending tells the format; folders in the name do not count.
    ///
    /// # Errors
    /// [`JobError::Option`], [`JobError::Disk`].
    pub async fn begin(name: &str) -> Result<Upload, JobError> {
        let refused = || JobError::Option {
            name: "file",
            detail: "say the file's name with its ending, such as catastro.zip".into(),
        };
        let name = Path::new(name)
            .file_name()
            .and_then(|name| name.to_str())
            .filter(|name| name.len() <= 200)
            .ok_or_else(refused)?;
        let folder = tempfile::Builder::new().prefix("rimay-upload-").tempdir()?;
        // In a folder of its own: whatever its name, it is not that of a file of ours.
        let own = folder.path().join("file");
        tokio::fs::create_dir(&own).await?;
        let path = own.join(name);
        let file = File::create(&path).await?;
        Ok(Upload { folder, path, name: name.into(), file, bytes: 0 })
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// [`JobError::TooLarge`], [`JobError::Disk`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), JobError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_UPLOAD {
            return Err(JobError::TooLarge);
        }
        Ok(self.file.write_all(bytes).await?)
    }

    /// The whole file, where it lies as long as this lives.
    ///
    /// # Errors
    /// [`JobError::Disk`].
    pub async fn finish(&mut self) -> Result<&Path, JobError> {
        self.file.flush().await?;
        Ok(&self.path)
    }
}

/// A file that was sent, and what became of it.
#[derive(Debug)]
pub struct ImportJob {
    status: watch::Sender<JobStatus>,
    options: Mutex<ImportOptions>,
    path: PathBuf,
    folder: TempDir,
    running: Mutex<Option<AbortHandle>>,
    touched: Mutex<Instant>,
}

impl ImportJob {
    /// What is known of it, now and as it changes.
    pub fn watch(&self) -> watch::Receiver<JobStatus> {
        self.status.subscribe()
    }

    /// What is known of it now.
    pub fn status(&self) -> JobStatus {
        self.status.borrow().clone()
    }

    /// The file that tells what it does to each feature, once it is examined: GeoJSON.
    pub fn changes(&self) -> PathBuf {
        self.folder.path().join(CHANGES)
    }

    fn is_at_work(&self) -> bool {
        self.status.borrow().state.is_at_work()
    }

    /// Takes the job for work, if it may be taken: of several who ask at once, one.
    fn take<T>(&self, committing: bool, may: impl FnOnce(&JobStatus) -> Result<T, JobError>) -> Result<T, JobError> {
        let mut outcome = Err(JobError::Busy);
        self.status.send_if_modified(|status| {
            outcome = may(status);
            if outcome.is_ok() {
                (status.state, status.committing) = (JobState::Waiting, committing);
            }
            outcome.is_ok()
        });
        outcome
    }
}

impl JobState {
    fn is_at_work(self) -> bool {
        matches!(self, JobState::Waiting | JobState::Reading | JobState::Examining | JobState::Merging)
    }
}

/// The imports of this node.
#[derive(Debug)]
pub struct ImportJobs {
    store: Store,
    jobs: Mutex<BTreeMap<String, Arc<ImportJob>>>,
    turns: Arc<Semaphore>,
    count: AtomicU64,
}

impl ImportJobs {
    /// None yet.
    pub fn new(store: Store) -> ImportJobs {
        ImportJobs { store, jobs: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)), count: AtomicU64::new(0) }
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> Vec<JobStatus> {
        self.jobs.lock().expect("nothing panics here").values().map(|job| job.status()).collect()
    }

    /// The job of that name.
    ///
    /// # Errors
    /// [`JobError::Unknown`].
    pub fn job(&self, id: &str) -> Result<Arc<ImportJob>, JobError> {
        let job = self.jobs.lock().expect("nothing panics here").get(id).cloned().ok_or(JobError::Unknown)?;
        *job.touched.lock().expect("nothing panics here") = Instant::now();
        Ok(job)
    }

    /// Begins to examine a file.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn begin(&self, mut upload: Upload, options: ImportOptions) -> Result<Arc<ImportJob>, JobError> {
        read_options(&options)?;
        upload.file.flush().await?;
        drop(upload.file);
        let received_at = Timestamp::now();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:x}-{number}", received_at.as_microsecond());
        let status = JobStatus {
            id: id.clone(),
            layer: options.layer.clone(),
            file: upload.name,
            bytes: upload.bytes,
            received_at,
            state: JobState::Waiting,
            committing: false,
            rows: 0,
            total: 0,
            reason: None,
            columns: vec![],
            report: None,
        };
        let job = Arc::new(ImportJob {
            status: watch::Sender::new(status),
            options: Mutex::new(options),
            path: upload.path,
            folder: upload.folder,
            running: Mutex::default(),
            touched: Mutex::new(Instant::now()),
        });
        {
            let mut jobs = self.jobs.lock().expect("nothing panics here");
            make_room(&mut jobs)?;
            jobs.insert(id, Arc::clone(&job));
        }
        self.run(&job, None, None)?;
        Ok(job)
    }

    /// Examines the file of a job again, otherwise.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn examine(&self, id: &str, options: ImportOptions) -> Result<Arc<ImportJob>, JobError> {
        read_options(&options)?;
        let job = self.job(id)?;
        job.take(false, |status| match status.state {
            JobState::Committed => Err(JobError::NotExamined("is committed already")),
            state if state.is_at_work() => Err(JobError::Busy),
            _ => Ok(()),
        })?;
        // What another examination told no longer holds.
        _ = std::fs::remove_file(job.changes());
        *job.options.lock().expect("nothing panics here") = options;
        self.run(&job, None, None)?;
        Ok(job)
    }

    /// Does what was examined, provided that it still does the same; `account` is told to do it.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn commit(&self, id: &str, account: Option<String>) -> Result<Arc<ImportJob>, JobError> {
        let job = self.job(id)?;
        let revision = job.take(true, |status| match (status.state, &status.report) {
            (JobState::Examined, Some(report)) => Ok(report.revision),
            (JobState::Committed, _) => Err(JobError::NotExamined("is committed already")),
            (JobState::Failed, _) => Err(JobError::NotExamined("failed: examine it again otherwise")),
            (state, _) if state.is_at_work() => Err(JobError::Busy),
            _ => Err(JobError::NotExamined("was given up")),
        })?;
        self.run(&job, Some(revision), account)?;
        Ok(job)
    }

    /// Gives a job up: what is at work ends and leaves the database as it was, and the file goes.
    ///
    /// # Errors
    /// [`JobError::Unknown`].
    pub fn cancel(&self, id: &str) -> Result<(), JobError> {
        let job = self.jobs.lock().expect("nothing panics here").remove(id).ok_or(JobError::Unknown)?;
        if let Some(running) = job.running.lock().expect("nothing panics here").take() {
            running.abort();
        }
        job.status.send_modify(|status| {
            if !matches!(status.state, JobState::Committed | JobState::Failed) {
                status.state = JobState::Cancelled;
            }
        });
        Ok(())
    }

    /// Runs the import, for the report only or, where the layer's revision at which it was examined is told, for good.
    fn run(&self, job: &Arc<ImportJob>, committing: Option<i64>, account: Option<String>) -> Result<(), JobError> {
        let options = job.options.lock().expect("nothing panics here").clone();
        let request = ImportRequest {
            path: job.path.clone(),
            read: read_options(&options)?,
            source: options.source,
            licence: options.licence,
            attribution: options.attribution,
            valid_on: options.valid_on,
            received_by: "editor over HTTP".into(),
            account,
            overwrite_edits: options.overwrite_edits,
            allow_outside: options.allow_outside,
            changes: committing.is_none().then(|| job.changes()),
            must_be_at: committing,
            dry_run: committing.is_none(),
        };
        job.status.send_modify(|status| {
            status.layer.clone_from(&options.layer);
            (status.state, status.committing) = (JobState::Waiting, committing.is_some());
            (status.rows, status.total, status.reason) = (0, 0, None);
            if committing.is_none() {
                status.report = None;
            }
        });
        let (store, turns, job_) = (self.store.clone(), Arc::clone(&self.turns), Arc::clone(job));
        let task = tokio::spawn(async move {
            let _turn = turns.acquire_owned().await.expect("nobody closes it");
            let progress = |progress| job_.status.send_modify(|status| show(status, progress));
            let outcome = import(&store, request, progress).await;
            job_.status.send_modify(|status| match outcome {
                Ok(report) => {
                    status.state = if committing.is_some() { JobState::Committed } else { JobState::Examined };
                    status.columns.clone_from(&report.columns);
                    status.report = Some(Arc::new(report));
                }
                Err(error) => {
                    status.state = JobState::Failed;
                    // Of the server's own folders nobody needs to know.
                    let own = format!("{}/", job_.path.parent().unwrap_or(job_.folder.path()).display());
                    let temporary = format!("{}/", std::env::temp_dir().display());
                    status.reason = Some(error.to_string().replace(&own, "").replace(&temporary, ""));
                    if let ImportError::File(ExchangeError::Told { columns, .. }) = error {
                        status.columns = columns;
                    }
                }
            });
        });
        *job.running.lock().expect("nothing panics here") = Some(task.abort_handle());
        Ok(())
    }
}

/// Jobs that nobody touched for long go, and where all places are taken the oldest that is not at work.
fn make_room(jobs: &mut BTreeMap<String, Arc<ImportJob>>) -> Result<(), JobError> {
    let touched = |job: &ImportJob| *job.touched.lock().expect("nothing panics here");
    jobs.retain(|_, job| job.is_at_work() || touched(job).elapsed() < KEPT);
    if jobs.len() < MOST_JOBS {
        return Ok(());
    }
    let idle = jobs.iter().filter(|(_, job)| !job.is_at_work()).min_by_key(|(_, job)| touched(job));
    let oldest = idle.map(|(id, _)| id.clone()).ok_or(JobError::Full)?;
    jobs.remove(&oldest);
    Ok(())
}

fn show(status: &mut JobStatus, progress: ImportProgress) {
    match progress {
        ImportProgress::Waiting => status.state = JobState::Waiting,
        ImportProgress::Reading { rows, total } => {
            (status.state, status.rows, status.total) = (JobState::Reading, rows, total);
        }
        ImportProgress::Examining => status.state = JobState::Examining,
        ImportProgress::Merging | ImportProgress::Keeping => status.state = JobState::Merging,
    }
}

/// How a file is read, checked.
///
/// # Errors
/// [`JobError::Layer`], [`JobError::Option`].
pub fn read_options(options: &ImportOptions) -> Result<ReadOptions, JobError> {
    let layer = Catalogue::built_in().layer(&options.layer)?;
    let preset = options.preset.as_deref().map(|name| {
        layer.preset(name).filter(|preset| !preset.demonstration).ok_or_else(|| {
            let known: Vec<_> = layer.presets.iter().filter(|p| !p.demonstration).map(|p| p.name.as_str()).collect();
            JobError::Option { name: "preset", detail: format!("layer {} has {}", layer.id, known.join(", ")) }
        })
    });
    let operation = options.operation.map(|epsg| {
        DatumOperation::by_epsg(epsg)
            .ok_or_else(|| JobError::Option { name: "operation", detail: DatumOperation::listed() })
    });
    check_column_fields(layer, &options.columns)
        .map_err(|error| JobError::Option { name: "columns", detail: error.to_string() })?;
    Ok(ReadOptions {
        layer,
        preset: preset.transpose()?,
        source_crs: options.source_crs,
        degrees_implied: false,
        operation: operation.transpose()?,
        encoding: options.encoding.clone(),
        source_layer: options.source_layer.clone(),
        columns: options.columns.clone(),
    })
}
