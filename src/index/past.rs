use std::sync::Arc;

use moka::future::Cache;

use crate::{
    index::{Index, IndexError, Snapshot, live::off_thread},
    model::{Access, Moment, UnknownLayer},
    store::Store,
};

/// Features in all snapshots of the past together that are kept, counted whole though they share most of them.
const MOST_FEATURES: u64 = 2_000_000;
/// How often a layer is looked at again that changes while its past is read.
const TRIES: usize = 5;

/// Snapshots of layers at other moments than now, those that were asked for last.
#[derive(Debug)]
pub(super) struct Past(Cache<(&'static str, Moment, u64), Arc<Snapshot>>);

/// Why there is no snapshot of a moment.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// There is no such layer.
    #[error(transparent)]
    Layer(#[from] UnknownLayer),
    /// The past is read from the database, and it did not answer.
    #[error(transparent)]
    Index(#[from] Arc<IndexError>),
}

impl Past {
    pub(super) fn new() -> Past {
        let weigh =
            |_: &_, snapshot: &Arc<Snapshot>| u32::try_from(snapshot.features().len() + 1_000).unwrap_or(u32::MAX);
        Past(Cache::builder().max_capacity(MOST_FEATURES).weigher(weigh).build())
    }
}

impl Index {
    /// A layer as it was at another moment. What was otherwise then is read from the database; everything else is
    /// shared with the snapshot of now. Once read, it is kept until the layer changes.
    ///
    /// # Errors
    /// [`PastError`].
    pub async fn snapshot_at(
        &self,
        store: &Store,
        layer: &str,
        access: Access,
        moment: Moment,
    ) -> Result<Arc<Snapshot>, PastError> {
        let now = self.snapshot(layer, access)?;
        // Nothing has changed since the time of knowing, as far as the database was asked after it.
        let is_still_so = moment.as_known.is_some_and(|known| {
            moment.as_of.is_none()
                && now.changed_at().is_none_or(|changed| changed <= known)
                && known <= self.freshness().checked_at
        });
        if moment.is_now() || is_still_so {
            return Ok(now);
        }
        let key = (now.layer().id.as_str(), moment, now.checksum());
        Ok(self.past.0.try_get_with(key, self.read_past(store, now, access, moment)).await?)
    }

    async fn read_past(
        &self,
        store: &Store,
        mut now: Arc<Snapshot>,
        access: Access,
        moment: Moment,
    ) -> Result<Arc<Snapshot>, IndexError> {
        let layer = &now.layer().id;
        for _ in 0..TRIES {
            let then = store.layer_then(layer, &moment).await.map_err(|error| IndexError::Contents { layer, error })?;
            if then.revision == now.revision() {
                return Ok(Arc::new(off_thread(layer, move || now.then(then)).await?));
            }
            // The database has gone on: what was read is told against what is there now.
            self.refresh(store).await?;
            now = self.snapshot(layer, access).expect("asked for before");
        }
        Err(IndexError::Restless { layer })
    }
}
