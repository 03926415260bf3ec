use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use moka::future::Cache;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{Semaphore, watch};

use crate::{
    analysis::{Answer, AnswerError, CONFLICTS, Layers, OverlapQuestion, QuestionError, Unfinished, WATERSHEDS, Work},
    index::{Index, PastError},
    model::Access,
    store::{Store, StoreError},
};

/// How long a question may take.
const LIMIT: Duration = Duration::from_secs(600);
/// So long whoever asks waits for the answer; what takes longer goes on without them.
const PATIENCE: Duration = Duration::from_secs(2);
/// Work that nobody has asked about for so long is called off.
const FORGOTTEN: Duration = Duration::from_secs(30);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Questions worked out at once: each takes all processors, and a short one need not wait for one long one.
const AT_ONCE: usize = 2;
/// Questions at work and waiting for their turn, at most.
const MOST: usize = 4;
/// Questions whose answers are kept up to date.
const STANDING: [(&str, &str); 2] =
    [("mining_concessions", "indigenous_territories"), ("mining_concessions", "watersheds")];
/// Pairs in all answers that are kept.
const MOST_PAIRS: u32 = 1_000_000;

/// Questions about what lies on what, worked out one after another, and the answers that were asked for last.
#[derive(Clone)]
pub struct OverlapJobs(Arc<Shared>);

struct Shared {
    index: Arc<Index>,
    store: Store,
    kept: Cache<String, Arc<Answer>>,
    /// By the question whenever it is asked: what was answered last.
    last: Cache<String, Arc<Answer>>,
    failed: Cache<String, Arc<OverlapJobError>>,
    running: Mutex<HashMap<String, Arc<OverlapJob>>>,
    turns: Turns,
    /// Of the standing questions, which wait for nobody.
    standing_turn: Turns,
}

/// Turns to work, each with threads of its own: what one question does is not in the way of another that is called off.
struct Turns {
    free: Semaphore,
    pools: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Turns {
    fn new(count: usize) -> Turns {
        let pool = |turn| {
            let threads = ThreadPoolBuilder::new()
                .thread_name(move |number| format!("analysis-{turn}-{number}"))
                // They give way to answers.
                .start_handler(|_| _ = rustix::process::nice(10));
            Arc::new(threads.build().expect("threads can be started"))
        };
        Turns { free: Semaphore::new(count), pools: Mutex::new((0..count).map(pool).collect()) }
    }

    /// Works when it is its turn.
    async fn take<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(Arc<ThreadPool>) -> Result<T, OverlapJobError>,
    ) -> Result<T, OverlapJobError> {
        let _turn = self.free.acquire().await.map_err(|_| OverlapJobError::Interrupted)?;
        let pools = || self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = pools().pop().ok_or(OverlapJobError::Interrupted)?;
        let done = work(Arc::clone(&pool)).await;
        pools().push(pool);
        done
    }
}

/// A question that is being worked out, or waits for its turn.
pub struct OverlapJob {
    /// Name of its answer.
    pub id: String,
    /// What was asked.
    pub question: OverlapQuestion,
    work: Work,
    is_standing: bool,
    has_turn: AtomicBool,
    /// How many wait for it, and until when it is wanted though nobody does.
    wanted: Mutex<(usize, Instant)>,
    outcome: watch::Sender<Option<Result<Arc<Answer>, Arc<OverlapJobError>>>>,
}

/// An answer, or work that will be one.
pub enum Asked {
    /// The answer.
    Done(Arc<Answer>),
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
    /// Too many others were asked before.
    #[error("{MOST} other questions are being worked out or wait for it; try again in a moment")]
    Busy,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The working thread ended early.
    #[error("working it out was interrupted")]
    Interrupted,
}

impl From<QuestionError> for OverlapJobError {
    fn from(error: QuestionError) -> OverlapJobError {
        AnswerError::from(error).into()
    }
}

impl OverlapJobs {
    /// On the layers of an index; questions are kept in the store.
    pub fn new(index: Arc<Index>, store: Store) -> OverlapJobs {
        // An answer holds its layers as they were.
        let weigh = |_: &String, answer: &Arc<Answer>| {
            let features = answer.layers.a.features().len() + answer.layers.b.features().len();
            // The largest is kept alone.
            u32::try_from(answer.pairs.len() + features / 10 + 100).unwrap_or(u32::MAX).min(MOST_PAIRS)
        };
        OverlapJobs(Arc::new(Shared {
            index,
            store,
            kept: Cache::builder().max_capacity(MOST_PAIRS.into()).weigher(weigh).build(),
            last: Cache::builder().max_capacity(MOST_PAIRS.into()).weigher(weigh).build(),
            failed: Cache::builder().max_capacity(1_000).time_to_live(LIMIT).build(),
            running: Mutex::default(),
            turns: Turns::new(AT_ONCE),
            standing_turn: Turns::new(1),
        }))
    }

    /// Asks a question, which is kept under a name that follows from it; waits for the answer for a moment.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn ask(&self, question: OverlapQuestion) -> Result<Asked, Arc<OverlapJobError>> {
        let (question, layers) = self.0.settled(question).await?;
        let kept = serde_json::to_value(&question).expect("plain data");
        self.0.store.keep_overlap_question(&question.id(), &kept).await.map_err(OverlapJobError::from)?;
        self.answer(question, layers, false).await
    }

    /// The answer of that name, worked out again where it is no longer at hand; waits for it for a moment.
    ///
    /// # Errors
    /// [`OverlapJobError`].
    pub async fn again(&self, id: &str) -> Result<Asked, Arc<OverlapJobError>> {
        if let Some(answer) = self.0.kept.get(id).await {
            return Ok(Asked::Done(answer));
        }
        let running = self.0.running().get(id).cloned();
        if let Some(job) = running {
            return job.wait().await;
        }
        if let Some(error) = self.0.failed.get(id).await {
            return Err(error);
        }
        let (question, layers) = self.0.settled(self.0.question(id).await?).await?;
        self.answer(question, layers, false).await
    }

    /// Works out the questions that are asked most whenever their layers change, so that their answers are at hand. Only what
    /// changed is looked at. Never ends.
    pub async fn keep_up(self) {
        let mut renewed = self.0.index.renewed();
        loop {
            let began = Instant::now();
            for (a, b) in STANDING {
                match self.work_on(OverlapQuestion::of(a, b)).await {
                    Ok(answer) => {
                        let seconds = metrics::gauge!("rimay_standing_overlaps_seconds", "a" => a, "b" => b);
                        seconds.set(answer.took.as_secs_f64());
                    }
                    Err(error) => tracing::warn!(%error, a, b, "a standing question has no answer"),
                }
            }
            // Where a layer changes all the time, a processor is not busy with this all the time.
            tokio::time::sleep(began.elapsed() * 3).await;
            if renewed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Works a question out however long it takes; it is not kept.
    async fn work_on(&self, question: OverlapQuestion) -> Result<Arc<Answer>, Arc<OverlapJobError>> {
        let (question, layers) = self.0.settled(question).await?;
        let mut asked = self.answer(question, layers, true).await?;
        loop {
            match asked {
                Asked::Done(answer) => return Ok(answer),
                Asked::Running(job) => asked = job.wait().await?,
            }
        }
    }

    /// Calls the work of that name off; says whether there was any.
    pub fn cancel(&self, id: &str) -> bool {
        let running = self.0.running();
        running.get(id).filter(|job| !job.is_standing).inspect(|job| job.work.stop()).is_some()
    }

    async fn answer(
        &self,
        question: OverlapQuestion,
        layers: Layers,
        is_standing: bool,
    ) -> Result<Asked, Arc<OverlapJobError>> {
        let id = question.id();
        if let Some(answer) = self.0.kept.get(&id).await {
            return Ok(Asked::Done(answer));
        }
        self.start(id, question, layers, is_standing)?.wait().await
    }

    /// Starts the work, unless it is under way.
    fn start(
        &self,
        id: String,
        question: OverlapQuestion,
        layers: Layers,
        is_standing: bool,
    ) -> Result<Arc<OverlapJob>, OverlapJobError> {
        let mut running = self.0.running();
        if let Some(job) = running.get(&id).filter(|job| !job.work.is_stopped()) {
            return Ok(Arc::clone(job));
        }
        if !is_standing && running.values().filter(|job| !job.is_standing).count() >= MOST {
            return Err(OverlapJobError::Busy);
        }
        let job = Arc::new(OverlapJob {
            id: id.clone(),
            question,
            work: Work::until(Instant::now() + LIMIT),
            is_standing,
            has_turn: AtomicBool::new(false),
            wanted: Mutex::new((0, Instant::now() + LOOK)),
            outcome: watch::Sender::new(None),
        });
        running.insert(id, Arc::clone(&job));
        tokio::spawn(Arc::clone(&self.0).run(Arc::clone(&job), layers));
        Ok(job)
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, HashMap<String, Arc<OverlapJob>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The question that was asked under a name.
    async fn question(&self, id: &str) -> Result<OverlapQuestion, OverlapJobError> {
        let is_name = id.len() == 20 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let kept = if is_name { self.store.overlap_question(id).await? } else { None };
        kept.and_then(|kept| serde_json::from_value(kept).ok()).ok_or(OverlapJobError::Unknown)
    }

    /// The same question about what is known at a time, if it is right, and the layers as the public may see them then.
    async fn settled(&self, mut question: OverlapQuestion) -> Result<(OverlapQuestion, Layers), OverlapJobError> {
        let names = [
            ("a", question.a.clone()),
            ("b", question.b.clone()),
            ("conflicts", CONFLICTS.into()),
            ("watersheds", WATERSHEDS.into()),
        ];
        let refused = |member| move |error| OverlapJobError::Layer { member, error };
        // What is known now is known by the last change of the layers: asked again, the question means the same.
        if question.as_known.is_none() {
            let now = names.iter().map(|(member, layer)| {
                let snapshot = self.index.snapshot(layer, Access::Public);
                Ok(snapshot.map_err(|error| refused(member)(error.into()))?.changed_at())
            });
            let changed: Vec<_> = now.collect::<Result<_, OverlapJobError>>()?;
            question.as_known = changed.into_iter().flatten().max().map(|time| time.to_string());
        }
        // Only now: a layer that changes meanwhile is read as it was.
        let moment = question.moment()?;
        let [a, b, conflicts, watersheds] = names.map(|(member, layer)| async move {
            let snapshot = self.index.snapshot_at(&self.store, &layer, Access::Public, moment).await;
            snapshot.map_err(refused(member))
        });
        let layers = Layers { a: a.await?, b: b.await?, conflicts: conflicts.await?, watersheds: watersheds.await? };
        // An area may have many corners.
        let of_check = layers.clone();
        let checked = tokio::task::spawn_blocking(move || question.check(&of_check).map(|()| question));
        Ok((checked.await.map_err(|_| OverlapJobError::Interrupted)??, layers))
    }

    async fn run(self: Arc<Shared>, job: Arc<OverlapJob>, layers: Layers) {
        let outcome = tokio::select! {
            outcome = self.work_out(Arc::clone(&job), layers) => outcome,
            // What has its turn ends by itself, and only then is it the next one's.
            () = job.forgotten_in_the_queue() => Err(AnswerError::from(Unfinished::Stopped).into()),
        };
        let outcome = outcome.map_err(Arc::new);
        match &outcome {
            Ok(answer) => {
                self.kept.insert(job.id.clone(), Arc::clone(answer)).await;
                self.last.insert(job.question.at_any_time().id(), Arc::clone(answer)).await;
            }
            Err(error) => self.failed.insert(job.id.clone(), Arc::clone(error)).await,
        }
        let mut running = self.running();
        // Another may have taken the place of one that was called off.
        if running.get(&job.id).is_some_and(|own| Arc::ptr_eq(own, &job)) {
            running.remove(&job.id);
        }
        drop(running);
        job.outcome.send_replace(Some(outcome));
    }

    async fn work_out(&self, job: Arc<OverlapJob>, layers: Layers) -> Result<Arc<Answer>, OverlapJobError> {
        let before = self.last.get(&job.question.at_any_time().id()).await;
        let turns = if job.is_standing { &self.standing_turn } else { &self.turns };
        let work = async |pool: Arc<ThreadPool>| {
            job.has_turn.store(true, Ordering::Relaxed);
            let at_work = Arc::clone(&job);
            let mut work = tokio::task::spawn_blocking(move || {
                let work_out = || Answer::work_out(at_work.question.clone(), layers, before.as_deref(), &at_work.work);
                pool.install(work_out)
            });
            loop {
                tokio::select! {
                    answer = &mut work => return Ok(Arc::new(answer.map_err(|_| OverlapJobError::Interrupted)??)),
                    () = tokio::time::sleep(LOOK) => if !job.is_wanted() { job.work.stop() },
                }
            }
        };
        turns.take(work).await
    }
}

/// Whoever waits for a job. When the last one goes without leave to come again, the work is called off.
struct Waiting<'a>(&'a OverlapJob);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.wanted().0 -= 1;
        if !self.0.is_wanted() {
            self.0.work.stop();
        }
    }
}

impl OverlapJob {
    /// Pieces of work done, and pieces there are as far as is known; none of work that waits for its turn.
    pub fn progress(&self) -> (usize, usize) {
        self.work.progress()
    }

    /// Whether it still waits for its turn.
    pub fn is_queued(&self) -> bool {
        !self.has_turn.load(Ordering::Relaxed)
    }

    fn wanted(&self) -> MutexGuard<'_, (usize, Instant)> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_wanted(&self) -> bool {
        let (waiting, until) = *self.wanted();
        waiting > 0 || Instant::now() < until
    }

    async fn forgotten_in_the_queue(&self) {
        while !self.is_queued() || (self.is_wanted() && !self.work.is_stopped()) {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits for the answer for a moment, and then leaves the work to go on.
    async fn wait(self: Arc<OverlapJob>) -> Result<Asked, Arc<OverlapJobError>> {
        self.wanted().0 += 1;
        let waiting = Waiting(&self);
        let mut outcome = self.outcome.subscribe();
        let Ok(done) = tokio::time::timeout(PATIENCE, outcome.wait_for(Option::is_some)).await else {
            self.wanted().1 = Instant::now() + FORGOTTEN;
            drop(waiting);
            return Ok(Asked::Running(self));
        };
        let outcome = done.ok().and_then(|done| done.clone()).ok_or(OverlapJobError::Interrupted)?;
        outcome.map(Asked::Done)
    }
}
