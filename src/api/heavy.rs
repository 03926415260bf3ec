use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use crate::api::Problem;

/// How long a question waits for its turn before it is sent away.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a question may take once it has its turn; with the wait it stays within a request's time.
const LIMIT: Duration = Duration::from_secs(6);

/// Turns for questions that may take long: they are worked off beside the async threads, a few at once, so that quick
/// questions are answered meanwhile.
#[derive(Debug, Clone)]
pub struct Heavy(Arc<Semaphore>);

impl Heavy {
    /// As many turns at once as the machine has processors.
    pub fn new() -> Heavy {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Heavy(Arc::new(Semaphore::new(processors)))
    }

    /// Runs the work on a thread of its own when it is its turn, and tells it when it must have ended.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Instant) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned())
            .await
            .map_err(|_| Problem::unavailable("the server is busy with other questions"))?
            .expect("nobody closes it");
        let running = tokio::task::spawn_blocking(move || {
            let done = work(Instant::now() + LIMIT);
            drop(turn);
            done
        });
        running.await.map_err(|_| Problem::internal())
    }
}

impl Default for Heavy {
    fn default() -> Heavy {
        Heavy::new()
    }
}
