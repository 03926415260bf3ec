use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::Semaphore;

use crate::jobs::OverlapJobError;

/// Turns to work, each with threads of its own: what one question does is not in the way of another that is called off.
pub(super) struct Turns {
    free: Semaphore,
    pools: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Turns {
    pub(super) fn new(count: usize) -> Turns {
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
    pub(super) async fn take<T: Send + 'static>(
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
