mod job;
mod turns;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use moka::{future::Cache, policy::EvictionPolicy};
use tokio::sync::Semaphore;

pub use self::job::OverlapJob;
use self::{
    job::{Key, LOOK, Outcome, Task},
    turns::Turns,
};
use crate::{
    analysis::{
        AREA, Answer, AnswerError, CONFLICTS, GroupTotals, Layers, OverlapQuestion, QuestionError, TotalsBy,
        TotalsError, Unfinished, WATERSHEDS, Work,
    },
    index::{Index, PastError, Snapshot},
    model::Access,
    store::{Store, StoreError},
};

/// Questions worked out at once: each takes all processors, and a short one need not wait for one long one.
const AT_ONCE: usize = 2;
/// So long a question about few features may keep an async thread: to go to another costs a part of it. What takes longer begins
/// again as a job.
const AT_HAND: Duration = Duration::from_millis(1);
/// Questions at work and waiting for their turn, at most.
const MOST: usize = 4;
/// Questions whose answers are kept up to date.
const STANDING: [(&str, &str); 2] =
    [("mining_concessions", "indigenous_territories"), ("mining_concessions", "watersheds")];
/// Pairs in all answers that are kept.
const MOST_PAIRS: u32 = 4_000_000;
/// How long is told why there is no answer.
const TOLD: Duration = Duration::from_secs(60);
/// Areas checked at once.
const CHECKED_AT_ONCE: usize = 2;
/// After so long a standing question that has no answer is asked again.
const RETRY: Duration = Duration::from_secs(5);

/// Questions about what lies on what, worked out one after another, and the answers that were asked for last.
#[derive(Clone)]
pub struct OverlapJobs(Arc<Shared>);

struct Shared {
    index: Arc<Index>,
    store: Store,
    kept: Cache<String, Arc<Answer>>,
    /// By the question whenever it is asked: what was answered last.
    last: Cache<String, Arc<Answer>>,
    totals: Cache<Key, Arc<Vec<GroupTotals>>>,
    failed: Cache<Key, Arc<OverlapJobError>>,
    running: Mutex<HashMap<Key, Arc<OverlapJob>>>,
    turns: Turns,
    /// Of the standing questions, which wait for nobody.
    standing_turn: Turns,
    checking: Semaphore,
}

/// What was asked for, or work that will be it.
pub enum Asked<T> {
    /// It is there.
    Done(T),
    /// It takes longer.
    Running(Arc<OverlapJob>),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OverlapJobError {
    /// Nobody has asked a question of that name.
    #[error("no question was asked under this name")]
    Unknown,
    /// A layer cannot be had; which member of the question names it.
    #[error("{member}: {error}")]
    Layer {
        /// The member.
        member: &'static str,
        /// Why.
        error: PastError,
    },
    /// The question is not right, or was not worked out to its end.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The pairs are not summed up so.
    #[error(transparent)]
    Totals(#[from] TotalsError),
    /// Too many others were asked before.
    #[error("{MOST} other questions are being worked out or wait for it; try again in a moment")]
    Busy,
    /// There is no room for another question.
    #[error("no more questions can be kept; whoever runs the server can make room in rimay.overlap_question")]
    Full,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The working thread ended early.
    #[error("working it out was interrupted")]
    Interrupted,
}

impl OverlapJobError {
    /// Whether somebody said that it shall end.
    pub fn is_called_off(&self) -> bool {
        matches!(self, OverlapJobError::Answer(AnswerError::Unfinished(Unfinished::Stopped)))
    }
}

impl From<QuestionError> for OverlapJobError {
    fn from(error: QuestionError) -> OverlapJobError {
        AnswerError::from(error).into()
    }
}

impl OverlapJobs {
    /// On the layers of an index; questions are kept in the store.
    pub fn new(index: Arc<Index>, store: Store) -> OverlapJobs {
        // What was answered last is kept, however large it is.
        let kept = |weigh| {
            let cache = Cache::builder().max_capacity(MOST_PAIRS.into()).eviction_policy(EvictionPolicy::lru());
            cache.weigher(weigh).build()
        };
        // An answer holds its layers as they were.
        let weigh: fn(&String, &Arc<Answer>) -> u32 = |_, answer| {
            let features = answer.layers.a.features().len() + answer.layers.b.features().len();
            // The largest is kept alone.
            u32::try_from(answer.pairs.len() + features / 10 + 100).unwrap_or(u32::MAX).min(MOST_PAIRS)
        };
        OverlapJobs(Arc::new(Shared {
            index,
            store,
            kept: kept(weigh),
            last: kept(weigh),
            totals: Cache::builder().max_capacity(100).build(),
            failed: Cache::builder().max_capacity(1_000).time_to_live(TOLD).build(),
            running: Mutex::default(),
            turns: Turns::new(AT_ONCE),
            standing_turn: Turns::new(1),
            checking: Semaphore::new(CHECKED_AT_ONCE),
        }))
    }

    /// Asks a question, which is kept under a name that follows from it; waits for the answer for a moment.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn ask(&self, question: OverlapQuestion) -> Result<Asked<Arc<Answer>>, Arc<OverlapJobError>> {
        wait_for_answer(self.begin_kept(question).await?).await
    }

    /// Asks a question and waits for the answer however long it takes. Whoever stops waiting wants it no more.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn ask_to_the_end(&self, question: OverlapQuestion) -> Result<Arc<Answer>, Arc<OverlapJobError>> {
        self.to_the_end(self.begin_kept(question).await?).await
    }

    /// Waits for an answer however long it takes.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn to_the_end(&self, asked: Asked<Arc<Answer>>) -> Result<Arc<Answer>, Arc<OverlapJobError>> {
        match asked {
            Asked::Done(answer) => Ok(answer),
            Asked::Running(job) => match job.wait_to_the_end().await? {
                Outcome::Answer(answer) => Ok(answer),
                _ => Err(OverlapJobError::Interrupted.into()),
            },
        }
    }

    async fn begin_kept(&self, question: OverlapQuestion) -> Result<Asked<Arc<Answer>>, OverlapJobError> {
        let (question, layers) = self.0.settled(question).await?;
        let kept = serde_json::to_value(&question).expect("plain data");
        // What nobody works out is not kept.
        let begun = self.begin(question, layers, false).await?;
        let id = match &begun {
            Asked::Done(answer) => &answer.id,
            Asked::Running(job) => job.id(),
        };
        match self.0.store.keep_overlap_question(id, &kept).await? {
            true => Ok(begun),
            false => Err(OverlapJobError::Full),
        }
    }

    /// The answer of that name, worked out again where it is no longer at hand; waits for it for a moment.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn again(&self, id: &str) -> Result<Asked<Arc<Answer>>, Arc<OverlapJobError>> {
        if let Some(answer) = self.0.kept.get(id).await {
            return Ok(Asked::Done(answer));
        }
        let key = Key { id: id.to_owned(), of: None };
        let running = self.0.running().get(&key).cloned();
        if let Some(job) = running {
            return wait_for_answer(Asked::Running(job)).await;
        }
        self.0.no_failure(&key).await?;
        let (question, layers) = self.0.settled(self.0.question(id).await?).await?;
        wait_for_answer(self.begin(question, layers, false).await?).await
    }

    /// Area that the pairs of an answer cover together, each place once, in hectares (geodesic); waits for it for a moment.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn covered_ha(&self, answer: &Arc<Answer>) -> Result<Asked<f64>, Arc<OverlapJobError>> {
        if let Some(known) = answer.totals.covered_ha {
            return Ok(Asked::Done(known));
        }
        let key = Key { id: answer.id.clone(), of: Some("covered".to_owned()) };
        self.0.no_failure(&key).await?;
        let job = self.start(key, answer.question.clone(), Task::Covered(Arc::clone(answer)), false)?;
        Ok(match job.wait().await? {
            Some(Outcome::Covered(covered)) => Asked::Done(covered),
            _ => Asked::Running(job),
        })
    }

    /// What the pairs of an answer come to by groups, which have a name; waits for it for a moment.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn totals(
        &self,
        answer: &Arc<Answer>,
        name: &str,
        by: TotalsBy,
    ) -> Result<Asked<Arc<Vec<GroupTotals>>>, Arc<OverlapJobError>> {
        let key = Key { id: answer.id.clone(), of: Some(format!("totals by {name}")) };
        if let Some(totals) = self.0.totals.get(&key).await {
            return Ok(Asked::Done(totals));
        }
        answer.check_totals(&by).map_err(OverlapJobError::from)?;
        self.0.no_failure(&key).await?;
        let job = self.start(key, answer.question.clone(), Task::Totals(Arc::clone(answer), by), false)?;
        Ok(match job.wait().await? {
            Some(Outcome::Totals(totals)) => Asked::Done(totals),
            _ => Asked::Running(job),
        })
    }

    /// Works out the questions that are asked most whenever their layers change, so that their answers are at hand. Only what
    /// changed is looked at. Never ends.
    pub async fn keep_up(self) {
        let mut renewed = self.0.index.renewed();
        loop {
            let began = Instant::now();
            let mut has_failed = false;
            for (a, b) in STANDING {
                match self.work_on(OverlapQuestion::of(a, b)).await {
                    Ok(answer) => {
                        let seconds = metrics::gauge!("rimay_standing_overlaps_seconds", "a" => a, "b" => b);
                        seconds.set(answer.took.as_secs_f64());
                    }
                    Err(error) => {
                        has_failed = true;
                        tracing::warn!(%error, a, b, "a standing question has no answer");
                    }
                }
            }
            // Where a layer changes all the time, a processor is not busy with this all the time.
            tokio::time::sleep(began.elapsed() * 3).await;
            let patience = if has_failed { RETRY } else { Duration::MAX };
            if tokio::time::timeout(patience, renewed.changed()).await.is_ok_and(|changed| changed.is_err()) {
                return;
            }
        }
    }

    /// Works a question out however long it takes; it is not kept.
    async fn work_on(&self, question: OverlapQuestion) -> Result<Arc<Answer>, Arc<OverlapJobError>> {
        let (question, layers) = self.0.settled(question).await?;
        let mut asked = self.begin(question, layers, true).await?;
        loop {
            match asked {
                Asked::Done(answer) => return Ok(answer),
                running @ Asked::Running(_) => asked = wait_for_answer(running).await?,
            }
        }
    }

    /// Forgets all answers, which are worked out anew when they are asked for: what they told of conflicts may be public no more.
    pub fn forget_answers(&self) {
        self.0.kept.invalidate_all();
        self.0.last.invalidate_all();
        self.0.totals.invalidate_all();
    }

    /// Calls off whatever is worked out of the question of that name; says whether there was anything.
    pub fn cancel(&self, id: &str) -> bool {
        let running = self.0.running();
        running.values().filter(|job| job.id() == id && !job.is_standing).inspect(|job| job.call_off()).count() > 0
    }

    /// The answer where it is at hand, and else the work on it.
    async fn begin(
        &self,
        question: OverlapQuestion,
        layers: Layers,
        is_standing: bool,
    ) -> Result<Asked<Arc<Answer>>, OverlapJobError> {
        let id = question.id();
        if let Some(answer) = self.0.kept.get(&id).await {
            return Ok(Asked::Done(answer));
        }
        if question.is_about_few()
            && let Ok(answer) = Answer::work_out(question.clone(), layers.clone(), None, &Work::lasting(AT_HAND))
        {
            let answer = Arc::new(answer);
            self.0.kept.insert(id, Arc::clone(&answer)).await;
            return Ok(Asked::Done(answer));
        }
        let key = Key { id, of: None };
        Ok(Asked::Running(self.start(key, question, Task::Answer(layers), is_standing)?))
    }

    /// Starts the work, unless it is under way.
    fn start(
        &self,
        key: Key,
        question: OverlapQuestion,
        task: Task,
        is_standing: bool,
    ) -> Result<Arc<OverlapJob>, OverlapJobError> {
        let mut running = self.0.running();
        if let Some(job) = running.get(&key).filter(|job| !job.work.is_stopped()) {
            return Ok(Arc::clone(job));
        }
        if !is_standing && running.values().filter(|job| !job.is_standing).count() >= MOST {
            return Err(OverlapJobError::Busy);
        }
        let job = Arc::new(OverlapJob::new(key.clone(), question, is_standing));
        running.insert(key, Arc::clone(&job));
        tokio::spawn(Arc::clone(&self.0).run(Arc::clone(&job), task));
        Ok(job)
    }
}

/// Waits for the answer for a moment.
async fn wait_for_answer(begun: Asked<Arc<Answer>>) -> Result<Asked<Arc<Answer>>, Arc<OverlapJobError>> {
    let Asked::Running(job) = begun else { return Ok(begun) };
    Ok(match job.wait().await? {
        Some(Outcome::Answer(answer)) => Asked::Done(answer),
        _ => Asked::Running(job),
    })
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, HashMap<Key, Arc<OverlapJob>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That this work has not failed shortly before.
    async fn no_failure(&self, key: &Key) -> Result<(), Arc<OverlapJobError>> {
        self.failed.get(key).await.map_or(Ok(()), Err)
    }

    /// The question that was asked under a name.
    async fn question(&self, id: &str) -> Result<OverlapQuestion, OverlapJobError> {
        let is_name = id.len() == 20 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let kept = if is_name { self.store.overlap_question(id).await? } else { None };
        kept.and_then(|kept| serde_json::from_value(kept).ok()).ok_or(OverlapJobError::Unknown)
    }

    /// The same question with its area checked, and the area as a layer.
    async fn checked(
        &self,
        question: OverlapQuestion,
    ) -> Result<(Option<Arc<Snapshot>>, OverlapQuestion), OverlapJobError> {
        if question.area.is_none() {
            return Ok((None, question.with_area_checked()?));
        }
        // An area may have many corners.
        let _turn = self.checking.acquire().await.map_err(|_| OverlapJobError::Interrupted)?;
        let checked = tokio::task::spawn_blocking(move || {
            let question = question.with_area_checked()?;
            Ok::<_, QuestionError>((question.area_as_layer()?, question))
        });
        Ok(checked.await.map_err(|_| OverlapJobError::Interrupted)??)
    }

    /// The same question about what is known at a time, if it is right, and the layers as the public may see them then.
    async fn settled(&self, question: OverlapQuestion) -> Result<(OverlapQuestion, Layers), OverlapJobError> {
        let (area, mut question) = self.checked(question).await?;
        let names = [
            ("a", question.a.clone()),
            ("b", question.b.clone()),
            ("conflicts", CONFLICTS.into()),
            ("watersheds", WATERSHEDS.into()),
        ];
        let refused = |member| move |error| OverlapJobError::Layer { member, error };
        // What is known now is known by the last change of any layer: asked again, the question means the same, and other questions
        // at this time are about the same data.
        if question.as_known.is_none() {
            let changed = self.index.snapshots(Access::Public).filter_map(|snapshot| snapshot.changed_at());
            question.as_known = changed.max().map(|time| time.to_string());
        }
        // Only now: a layer that changes meanwhile is read as it was.
        let moment = question.moment()?;
        // Of all ways to write the same time one is in the name.
        question.as_known = moment.as_known.map(|time| time.to_string());
        if moment.as_known.is_some_and(|known| known > Timestamp::now()) {
            let detail = "this time is still to come: what will be known then is not known".to_owned();
            return Err(QuestionError { member: "asKnown", detail }.into());
        }
        let [a, b, conflicts, watersheds] = names.map(|(member, layer)| {
            let area = area.as_ref().filter(|_| layer == AREA).map(Arc::clone);
            async move {
                match area {
                    Some(area) => Ok::<Arc<Snapshot>, OverlapJobError>(area),
                    None => {
                        let snapshot = self.index.snapshot_at(&self.store, &layer, Access::Public, moment).await;
                        snapshot.map_err(refused(member))
                    }
                }
            }
        });
        let layers = Layers { a: a.await?, b: b.await?, conflicts: conflicts.await?, watersheds: watersheds.await? };
        question.check(&layers)?;
        Ok((question, layers))
    }

    async fn run(self: Arc<Shared>, job: Arc<OverlapJob>, task: Task) {
        let outcome = tokio::select! {
            outcome = self.work_out(Arc::clone(&job), task) => outcome,
            // What has its turn ends by itself, and only then is it the next one's.
            () = job.forgotten_in_the_queue() => Err(AnswerError::from(Unfinished::Stopped).into()),
        };
        let outcome = outcome.map_err(Arc::new);
        match &outcome {
            Ok(Outcome::Answer(answer)) => {
                self.kept.insert(job.key.id.clone(), Arc::clone(answer)).await;
                self.last.insert(job.question.at_any_time().id(), Arc::clone(answer)).await;
            }
            Ok(Outcome::Totals(totals)) => self.totals.insert(job.key.clone(), Arc::clone(totals)).await,
            // The answer itself remembers it.
            Ok(Outcome::Covered(_)) => {}
            // Whoever opens its address again has it worked out again.
            Err(_) if job.work.is_stopped() && !job.is_gone() => {}
            Err(error) => self.failed.insert(job.key.clone(), Arc::clone(error)).await,
        }
        let mut running = self.running();
        // Another may have taken the place of one that was called off.
        if running.get(&job.key).is_some_and(|own| Arc::ptr_eq(own, &job)) {
            running.remove(&job.key);
        }
        drop(running);
        job.end(outcome);
    }

    async fn work_out(&self, job: Arc<OverlapJob>, task: Task) -> Result<Outcome, OverlapJobError> {
        let before = self.last.get(&job.question.at_any_time().id()).await;
        let turns = if job.is_standing { &self.standing_turn } else { &self.turns };
        let at_work = Arc::clone(&job);
        let work_out = move || -> Result<Outcome, OverlapJobError> {
            let work = &at_work.work;
            Ok(match task {
                Task::Answer(layers) => {
                    let answer = Answer::work_out(at_work.question.clone(), layers, before.as_deref(), work)?;
                    Outcome::Answer(Arc::new(answer))
                }
                Task::Covered(answer) => Outcome::Covered(answer.covered_ha(work).map_err(AnswerError::from)?),
                Task::Totals(answer, by) => Outcome::Totals(Arc::new(answer.totals_by(&by, work)?)),
            })
        };
        let work = async |pool: Arc<rayon::ThreadPool>| {
            job.take_turn();
            let mut work = tokio::task::spawn_blocking(move || pool.install(work_out));
            loop {
                tokio::select! {
                    outcome = &mut work => return outcome.map_err(|_| OverlapJobError::Interrupted)?,
                    () = tokio::time::sleep(LOOK) => if !job.is_wanted() { job.work.stop() },
                }
            }
        };
        turns.take(work).await
    }
}
