use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api::Problem;

/// How long a question waits for its turn before it is sent away.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long a question may keep an async thread: to go to another costs a tenth of it.
const AT_ONCE: Duration = Duration::from_millis(1);
/// Within this time most questions are answered; one that is not begins again where the slow ones take turns.
const QUICK: Duration = Duration::from_millis(150);
/// How long a slow question may take once it has its turn; with the waits it stays within a request's time.
const LIMIT: Duration = Duration::from_secs(5);

/// Turns for questions that may take long, and for drawing. They are worked off beside the async threads, a few at once;
/// the slow ones leave half of the processors to the quick ones.
#[derive(Debug, Clone)]
pub struct Heavy {
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    drawing: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

/// Whether somebody still waits for the outcome of work.
#[derive(Debug, Clone)]
pub(super) struct Wanted(Arc<()>);

impl Wanted {
    /// Whether to go on.
    pub(super) fn is_wanted(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

impl Heavy {
    /// As many quick turns at once as the machine has processors, and half as many slow ones.
    pub fn new() -> Heavy {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = |count: usize| Arc::new(Semaphore::new(count.max(1)));
        Heavy {
            quick: turns(processors),
            slow: turns(processors / 2),
            drawing: turns(processors),
            long: turns(processors / 2),
        }
    }

    /// Runs work of some milliseconds, such as drawing a tile or writing a piece of an answer, when it is its turn: in the
    /// order of asking, as many at once as the machine has processors, so that none waits for all that came after it.
    pub(super) async fn draw<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.drawing).acquire_owned().await.expect("nobody closes it");
        let running = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        running.await.map_err(|_| Problem::internal())
    }

    /// Runs work that may take minutes, such as writing a large file, when it is its turn. It ends when nobody waits any more.
    pub(super) async fn run_long<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Wanted) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = turn(&self.long).await?;
        let waiting = Arc::new(());
        let wanted = Wanted(Arc::clone(&waiting));
        let running = tokio::task::spawn_blocking(move || {
            let done = work(&wanted);
            drop(turn);
            done
        });
        let done = running.await.map_err(|_| Problem::internal())?;
        drop(waiting);
        done
    }

    /// Runs work that is most often soon done and that gives up in time: at once and, where that does not do, as
    /// [`Heavy::run`].
    pub(super) async fn run_light<T: Send + 'static>(
        &self,
        work: impl Fn(Instant) -> Result<T, Problem> + Send + Sync + 'static,
    ) -> Result<T, Problem> {
        match work(Instant::now() + AT_ONCE) {
            Err(problem) if problem.is_too_slow() => self.run(work).await,
            done => done,
        }
    }

    /// Runs the work on a thread of its own when it is its turn, and tells it when it must have ended. Work that gives
    /// up in time to be quick is run once more with more of it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Fn(Instant) -> Result<T, Problem> + Send + Sync + 'static,
    ) -> Result<T, Problem> {
        let work = Arc::new(work);
        match take_turn(&self.quick, QUICK, Arc::clone(&work)).await {
            Err(problem) if problem.is_too_slow() => take_turn(&self.slow, LIMIT, work).await,
            done => done,
        }
    }
}

/// A turn, unless it does not come soon.
async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(turns).acquire_owned())
        .await
        .map_err(|_| Problem::unavailable("the server is busy with other questions"))?;
    Ok(turn.expect("nobody closes it"))
}

async fn take_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    limit: Duration,
    work: Arc<impl Fn(Instant) -> Result<T, Problem> + Send + Sync + 'static>,
) -> Result<T, Problem> {
    let turn = turn(turns).await?;
    let running = tokio::task::spawn_blocking(move || {
        let done = work(Instant::now() + limit);
        drop(turn);
        done
    });
    running.await.map_err(|_| Problem::internal())?
}

impl Default for Heavy {
    fn default() -> Heavy {
        Heavy::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::TookTooLong;

    #[tokio::test]
    async fn long_work_ends_when_nobody_waits() {
        let heavy = Heavy::new();
        let (ended, mut end) = tokio::sync::oneshot::channel();
        let work = move |wanted: &Wanted| {
            while wanted.is_wanted() {
                std::thread::sleep(Duration::from_millis(5));
            }
            ended.send(()).map_err(|()| Problem::internal())
        };
        let long = heavy.run_long(work);
        tokio::time::timeout(Duration::from_millis(100), long).await.expect_err("it goes on");
        tokio::time::timeout(Duration::from_secs(5), &mut end).await.expect("soon").expect("it ended");
    }

    #[tokio::test]
    async fn quick_questions_do_not_wait_for_slow_ones() {
        let heavy = Heavy::new();
        let slow = |deadline: Instant| {
            while Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err::<(), _>(Problem::from(TookTooLong))
        };
        let ask = || {
            let heavy = heavy.clone();
            tokio::spawn(async move { heavy.run(slow).await })
        };
        let slow: Vec<_> = (0..8).map(|_| ask()).collect();
        // The slow ones have shown by now that they are.
        tokio::time::sleep(QUICK * 10).await;
        let started = Instant::now();
        heavy.run(|_| Ok(())).await.expect("its turn");
        assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
        slow.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
