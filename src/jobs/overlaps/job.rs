use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    analysis::{Answer, GroupTotals, Layers, OverlapQuestion, TotalsBy, Work},
    jobs::OverlapJobError,
};

/// How long work may take once it has its turn.
const LIMIT: Duration = Duration::from_secs(600);
/// So long whoever asks waits for the outcome; what takes longer goes on without them.
const PATIENCE: Duration = Duration::from_secs(2);
/// Work that nobody has asked about for so long is called off.
const FORGOTTEN: Duration = Duration::from_secs(90);
/// How often that is looked at.
pub(super) const LOOK: Duration = Duration::from_millis(500);

/// What is worked out of a question.
pub(super) enum Task {
    /// Its answer.
    Answer(Layers),
    /// The area that all pairs of an answer cover together.
    Covered(Arc<Answer>),
    /// What the pairs of an answer come to by groups.
    Totals(Arc<Answer>, TotalsBy),
}

/// What was worked out.
#[derive(Clone)]
pub(super) enum Outcome {
    Answer(Arc<Answer>),
    Covered(f64),
    Totals(Arc<Vec<GroupTotals>>),
}

/// Names work: that on the same thing is done once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Of the question.
    pub(super) id: String,
    /// What of it, beside the answer itself.
    pub(super) of: Option<String>,
}

/// Work on a question that is under way, or waits for its turn.
pub struct OverlapJob {
    /// What was asked.
    pub question: OverlapQuestion,
    pub(super) key: Key,
    pub(super) work: Work,
    pub(super) is_standing: bool,
    has_turn: AtomicBool,
    /// Whether somebody said so.
    is_called_off: AtomicBool,
    /// How many wait for it, and until when it is wanted though nobody does.
    wanted: Mutex<(usize, Instant)>,
    outcome: watch::Sender<Option<Result<Outcome, Arc<OverlapJobError>>>>,
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
    pub(super) fn new(key: Key, question: OverlapQuestion, is_standing: bool) -> OverlapJob {
        OverlapJob {
            question,
            key,
            work: Work::lasting(LIMIT),
            is_standing,
            has_turn: AtomicBool::new(false),
            is_called_off: AtomicBool::new(false),
            wanted: Mutex::new((0, Instant::now() + LOOK)),
            outcome: watch::Sender::new(None),
        }
    }

    /// Name of the answer it is about.
    pub fn id(&self) -> &str {
        &self.key.id
    }

    /// Pieces of work done, and pieces there are as far as is known; none of work that waits for its turn.
    pub fn progress(&self) -> (usize, usize) {
        self.work.progress()
    }

    /// Whether it still waits for its turn.
    pub fn is_queued(&self) -> bool {
        !self.has_turn.load(Ordering::Relaxed)
    }

    pub(super) fn take_turn(&self) {
        self.has_turn.store(true, Ordering::Relaxed);
    }

    /// Ends it, because somebody said so.
    pub(super) fn call_off(&self) {
        self.is_called_off.store(true, Ordering::Relaxed);
        self.work.stop();
    }

    /// Whether its answer is gone, because somebody said so.
    pub(super) fn is_gone(&self) -> bool {
        self.key.of.is_none() && self.is_called_off.load(Ordering::Relaxed)
    }

    pub(super) fn is_wanted(&self) -> bool {
        let (waiting, until) = *self.wanted();
        waiting > 0 || Instant::now() < until
    }

    pub(super) async fn forgotten_in_the_queue(&self) {
        while !self.is_queued() || (self.is_wanted() && !self.work.is_stopped()) {
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(super) fn end(&self, outcome: Result<Outcome, Arc<OverlapJobError>>) {
        self.outcome.send_replace(Some(outcome));
    }

    /// Waits for the outcome for a moment, and then leaves the work to go on; `None` then.
    pub(super) async fn wait(&self) -> Result<Option<Outcome>, Arc<OverlapJobError>> {
        self.wanted().0 += 1;
        let waiting = Waiting(self);
        let mut outcome = self.outcome.subscribe();
        let Ok(done) = tokio::time::timeout(PATIENCE, outcome.wait_for(Option::is_some)).await else {
            let mut wanted = self.wanted();
            wanted.1 = wanted.1.max(Instant::now() + FORGOTTEN);
            drop(wanted);
            drop(waiting);
            return Ok(None);
        };
        let outcome = done.ok().and_then(|done| done.clone()).ok_or(OverlapJobError::Interrupted)?;
        outcome.map(Some)
    }

    /// Waits for the outcome however long it takes. Whoever stops waiting wants it no more.
    pub(super) async fn wait_to_the_end(&self) -> Result<Outcome, Arc<OverlapJobError>> {
        self.wanted().0 += 1;
        let _waiting = Waiting(self);
        let mut outcome = self.outcome.subscribe();
        let done = outcome.wait_for(Option::is_some).await;
        done.ok().and_then(|done| done.clone()).ok_or(OverlapJobError::Interrupted)?
    }

    /// It goes on to its end, whether somebody asks about it or not.
    pub fn keep(&self) {
        self.wanted().1 = Instant::now() + LIMIT * 2;
    }

    fn wanted(&self) -> MutexGuard<'_, (usize, Instant)> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
