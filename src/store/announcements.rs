use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::postgres::PgListener;

use crate::store::Store;

/// The channel on which nodes tell one another that something changed.
const CHANNEL: &str = "rimay_change";
/// What was written within this time is announced together: commits with announcements wait for one another.
const GATHERED: Duration = Duration::from_millis(50);

/// Hears what other nodes announce. An announcement only wakes: what changed is read from the record of changes, and
/// whoever misses one looks a little later.
#[derive(Debug, Default)]
pub struct Announcements(Option<PgListener>);

impl Announcements {
    /// Waits for the next announcement; without end where the database cannot be heard.
    pub async fn next(&mut self, store: &Store) {
        if self.0.is_none() {
            self.0 = listen(store).await.inspect_err(|error| tracing::debug!(%error, "nobody is heard")).ok();
        }
        match &mut self.0 {
            Some(listener) => match listener.try_recv().await {
                Ok(Some(_)) => {}
                // What was said meanwhile is lost: something may have changed.
                Ok(None) => self.0 = None,
                Err(error) => {
                    tracing::debug!(%error, "nobody is heard any more");
                    self.0 = None;
                    std::future::pending().await
                }
            },
            None => std::future::pending().await,
        }
    }
}

async fn listen(store: &Store) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(&store.following).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Tells other nodes that something changed, a moment later and once for all that is written until then.
#[derive(Debug, Clone, Default)]
pub(super) struct Announcer(Arc<AtomicBool>);

impl Store {
    /// Lets other nodes know that something was committed. They would find it by themselves; now they find it sooner.
    pub fn announce(&self) {
        if self.announcer.0.swap(true, Ordering::SeqCst) {
            return;
        }
        let store = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(GATHERED).await;
            // What is committed from here on is announced again.
            store.announcer.0.store(false, Ordering::SeqCst);
            store.announce_now().await;
        });
    }

    /// The same at once, for programs that end.
    pub async fn announce_now(&self) {
        let told = sqlx::query_file!("src/store/queries/announce.sql", CHANNEL).execute(&self.pool).await;
        if let Err(error) = told {
            tracing::debug!(%error, "a change could not be announced");
        }
    }
}
