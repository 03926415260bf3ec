//! What is known of cases, kept for questions that come after one another.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use moka::future::Cache;
use tokio::sync::{Mutex, Semaphore};

use crate::{
    analysis::Crosswalk,
    api::{ActivityCache, Problem, SharedState},
    model::cases::KnownCases,
    store::{CaseViewer, Store},
};

/// What is known of cases, and where the register was then.
#[derive(Debug)]
pub(super) struct Known {
    position: i64,
    /// When all of it was last read.
    read_at: Instant,
    pub(super) cases: KnownCases,
    revision: String,
}

/// What somebody knows; whoever reads it anew holds it, and others wait for that.
type Slot = Arc<Mutex<Option<Arc<Known>>>>;

/// What is known of cases, for questions that come after one another: brought up to date case by case.
#[derive(Debug, Clone)]
pub struct KnownCache {
    /// Of the public, whose questions neither wait for the register nor tell by their time that somebody writes in it.
    public: Arc<ArcSwapOption<Known>>,
    /// By institution; `None` of the public, for whoever brings it up to date.
    now: Cache<Option<String>, Slot>,
    /// By institution and time of knowing.
    then: Cache<(Option<String>, Timestamp), Slot>,
    /// Turns to read all of it.
    turns: Arc<Semaphore>,
}

/// Institutions of which it is kept: each takes some 20 MB where cases are 10,000.
const KEPT: u64 = 64;
/// Other times of knowing that are kept.
const KEPT_THEN: u64 = 4;
/// After so long it is read anew, whatever the register says of itself.
const FRESH: Duration = Duration::from_secs(600);
/// All of it is read by so many at once.
const READ_AT_ONCE: usize = 1;
/// How long others wait for that.
const PATIENCE: Duration = Duration::from_secs(3);

impl Default for KnownCache {
    fn default() -> KnownCache {
        KnownCache {
            public: Arc::default(),
            now: Cache::new(KEPT),
            then: Cache::builder().max_capacity(KEPT_THEN).time_to_idle(FRESH).build(),
            turns: Arc::new(Semaphore::new(READ_AT_ONCE)),
        }
    }
}

impl KnownCache {
    /// What a viewer knows, brought up to date. Of several who ask at once one does it; `is_stale` says what is read anew.
    async fn known(
        &self,
        store: &Store,
        viewer: CaseViewer<'_>,
        as_known: Option<Timestamp>,
        is_stale: impl Fn(&Known) -> bool,
    ) -> Result<Arc<Known>, Problem> {
        let busy = || Problem::unavailable("counts are being brought up to date; ask again in a moment");
        let institution = viewer.institution.map(str::to_owned);
        let slot = match as_known {
            None => self.now.get_with(institution, async { Slot::default() }).await,
            Some(time) => self.then.get_with((institution, time), async { Slot::default() }).await,
        };
        // What is read after it may be newer; it is then read once more.
        let position = store.case_position().await?;
        let mut slot = tokio::time::timeout(PATIENCE, slot.lock()).await.map_err(|_| busy())?;
        let (cases, read_at) = match slot.as_ref().filter(|kept| !is_stale(kept)) {
            Some(kept) if kept.position >= position => return Ok(Arc::clone(kept)),
            Some(kept) => {
                let (changed, now) = store.changed_cases(viewer, as_known, kept.position).await?;
                let kept = Arc::clone(kept);
                let read_at = kept.read_at;
                (off_thread(move || kept.cases.with(&changed, now)).await?, read_at)
            }
            None => {
                let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await.map_err(|_| busy())?;
                let cases = store.known_cases(viewer, as_known).await?;
                drop(turn);
                (cases, Instant::now())
            }
        };
        let known = off_thread(move || Known { position, read_at, revision: cases.revision(), cases }).await?;
        let known = Arc::new(known);
        *slot = Some(Arc::clone(&known));
        if viewer.institution.is_none() && as_known.is_none() {
            self.public.store(Some(Arc::clone(&known)));
        }
        Ok(known)
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
}

/// What a count is made of.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub(super) known: Arc<Known>,
    pub(super) crosswalk: Arc<Crosswalk>,
}

impl Basis {
    /// The same for the same data and words.
    pub(super) fn revision(&self) -> String {
        self.crosswalk.revision_with(&self.known.revision)
    }
}

pub(super) async fn basis(
    state: &SharedState,
    viewer: CaseViewer<'_>,
    as_known: Option<Timestamp>,
) -> Result<Basis, Problem> {
    let public =
        if viewer.institution.is_none() && as_known.is_none() { state.known_cases.public.load_full() } else { None };
    let known = match public {
        Some(known) => known,
        None => state.known_cases.known(&state.store, viewer, as_known, |kept| kept.read_at.elapsed() > FRESH).await?,
    };
    Ok(Basis { known, crosswalk: Arc::new(Crosswalk::new(state.store.code_matches().await?)) })
}

/// How often one looks whether the register changed, for the public: as often as the index looks for changes of layers.
const LOOK: Duration = Duration::from_millis(400);

/// Brings what the public knows of the register up to date, for as long as the program runs: nobody who asks waits for it.
pub async fn follow_register(store: &Store, cache: &KnownCache, activity: &ActivityCache) {
    let mut seen = None;
    loop {
        match follow(store, cache, activity, seen.as_ref()).await {
            Ok(now) => seen = Some(now),
            Err(problem) if seen.is_some() => {
                tracing::warn!(?problem, "what the public knows of the register cannot be brought up to date");
                seen = None;
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Where the register was, with which words, and when all of it was read.
struct Seen {
    position: i64,
    crosswalk: String,
    read_at: Instant,
}

async fn follow(
    store: &Store,
    cache: &KnownCache,
    activity: &ActivityCache,
    seen: Option<&Seen>,
) -> Result<Seen, Problem> {
    let position = store.case_position().await?;
    let crosswalk = Crosswalk::new(store.code_matches().await?).revision_with("");
    let is_whole =
        |seen: &&Seen| seen.crosswalk == crosswalk && seen.position <= position && seen.read_at.elapsed() < FRESH / 2;
    let kept = seen.filter(is_whole);
    let read_at = kept.map_or_else(Instant::now, |seen| seen.read_at);
    if kept.is_none_or(|seen| seen.position < position) {
        let is_stale = |known: &Known| known.read_at < read_at;
        cache.known(store, CaseViewer::default(), None, is_stale).await?;
        activity.follow(store, position, kept.map(|seen| seen.position)).await?;
    }
    Ok(Seen { position, crosswalk, read_at })
}

/// Reads what is known of cases for each institution, again before it is stale: nobody who asks waits for all of it.
pub async fn keep_known_cases(store: &Store, cache: &KnownCache) {
    loop {
        let institutions = store.institutions().await.unwrap_or_default();
        for institution in institutions.iter().map(|institution| Some(institution.id.as_str())) {
            let viewer = CaseViewer { institution, account: None };
            let read = cache.known(store, viewer, None, |kept| kept.read_at.elapsed() >= FRESH / 2).await;
            if let Err(problem) = read {
                tracing::warn!(
                    ?problem,
                    institution,
                    "what is known of cases cannot be read; whoever asks will wait for it"
                );
            }
        }
        tokio::time::sleep(FRESH / 2).await;
    }
}
