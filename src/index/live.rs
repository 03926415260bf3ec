use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::{
    index::Snapshot,
    model::{Access, Catalogue, UnknownLayer},
    store::{Store, StoreError},
};

/// The current snapshot of every layer.
#[derive(Debug)]
pub struct Index {
    layers: HashMap<&'static str, ArcSwap<Snapshot>>,
    freshness: ArcSwap<Freshness>,
    /// One refresh at a time: an older snapshot must not take the place of a newer one.
    refreshing: Mutex<()>,
}

/// When the index last heard from the database.
#[derive(Debug, Clone)]
pub struct Freshness {
    /// When revisions were last compared successfully, by the clock of the wall.
    pub checked_at: Timestamp,
    /// The same by the clock that never jumps.
    pub checked: Instant,
    /// Why the last try failed; `None` when it succeeded.
    pub failure: Option<Failure>,
}

/// What keeps the index from following the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The database does not answer, or refuses.
    Database,
    /// The snapshot of this layer cannot be built.
    Layer(&'static str),
}

/// What can go wrong while a snapshot is built.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database did not give the features of a layer.
    #[error("layer {layer} cannot be read: {error}")]
    Contents {
        /// The layer.
        layer: &'static str,
        /// Why.
        error: StoreError,
    },
    /// The building thread ended early.
    #[error("building the snapshot of layer {layer} was interrupted")]
    Interrupted {
        /// The layer.
        layer: &'static str,
    },
}

impl Index {
    /// Builds the snapshots of all layers of the built-in catalogue. A layer that cannot be built is empty until it
    /// can; the others answer.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn load(store: &Store) -> Result<Index, StoreError> {
        let layers = Catalogue::built_in().layers().iter();
        let index = Index {
            layers: layers
                .map(|layer| (layer.id.as_str(), ArcSwap::from_pointee(Snapshot::empty(layer, Access::Public))))
                .collect(),
            freshness: ArcSwap::from_pointee(Freshness {
                checked_at: Timestamp::now(),
                checked: Instant::now(),
                failure: None,
            }),
            refreshing: Mutex::new(()),
        };
        match index.refresh(store).await {
            Err(IndexError::Store(error)) => Err(error),
            Err(error) => {
                tracing::error!(%error, "starting without it");
                Ok(index)
            }
            Ok(_) => Ok(index),
        }
    }

    /// The current snapshot of a layer.
    ///
    /// # Errors
    /// [`UnknownLayer`], which lists the ids there are.
    pub fn snapshot(&self, layer: &str, access: Access) -> Result<Arc<Snapshot>, UnknownLayer> {
        let Access::Public = access;
        let known = Catalogue::built_in().layer(layer)?;
        Ok(self.layers[known.id.as_str()].load_full())
    }

    /// The current snapshots of all layers, in the catalogue's order.
    pub fn snapshots(&self, access: Access) -> impl Iterator<Item = Arc<Snapshot>> {
        let Access::Public = access;
        Catalogue::built_in().layers().iter().map(|layer| self.layers[layer.id.as_str()].load_full())
    }

    /// When the index last heard from the database.
    pub fn freshness(&self) -> Arc<Freshness> {
        self.freshness.load_full()
    }

    /// Rebuilds the snapshots of layers whose revision is no longer the database's. Returns their ids. Whatever was
    /// committed before the call is in the snapshots afterwards.
    ///
    /// # Errors
    /// [`IndexError`]; snapshots that were not rebuilt keep answering.
    pub async fn refresh(&self, store: &Store) -> Result<Vec<&'static str>, IndexError> {
        let _turn = self.refreshing.lock().await;
        let outcome = self.rebuild_stale(store).await;
        let last = self.freshness();
        self.freshness.store(Arc::new(match &outcome {
            Ok(_) => Freshness { checked_at: Timestamp::now(), checked: Instant::now(), failure: None },
            Err(IndexError::Store(_)) => Freshness { failure: Some(Failure::Database), ..(*last).clone() },
            Err(IndexError::Contents { error, .. }) if error.is_outage() => {
                Freshness { failure: Some(Failure::Database), ..(*last).clone() }
            }
            Err(IndexError::Contents { layer, .. } | IndexError::Interrupted { layer }) => {
                Freshness { failure: Some(Failure::Layer(layer)), ..(*last).clone() }
            }
        }));
        outcome
    }

    /// Refreshes every `interval` for as long as the future is polled, less often while it fails. Failures are logged
    /// once, when they begin and when they end.
    pub async fn keep_fresh(&self, store: &Store, interval: Duration) {
        loop {
            let failed_before = self.freshness().failure.is_some();
            tokio::time::sleep(if failed_before { interval * 2 } else { interval }).await;
            match self.refresh(store).await {
                Ok(rebuilt) => {
                    if failed_before {
                        tracing::info!("snapshots follow the database again");
                    }
                    for layer in rebuilt {
                        let revision = self.layers[layer].load().revision();
                        tracing::info!(layer, revision, "snapshot rebuilt");
                    }
                }
                Err(error) if !failed_before => tracing::warn!(%error, "snapshots cannot be refreshed; reads go on"),
                Err(_) => {}
            }
        }
    }

    /// One layer that cannot be rebuilt does not keep the others from it; the first failure is told in the end.
    async fn rebuild_stale(&self, store: &Store) -> Result<Vec<&'static str>, IndexError> {
        let mut rebuilt = vec![];
        let mut failure = None;
        for current in store.layer_revisions().await? {
            // Layers that an earlier version of the program declared are nobody's business here.
            let Some((id, snapshot)) = self.layers.get_key_value(current.layer.as_str()) else { continue };
            if snapshot.load().revision() != current.revision {
                match build(id, store).await {
                    Ok(built) => {
                        snapshot.store(Arc::new(built));
                        rebuilt.push(*id);
                    }
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
        }
        failure.map_or(Ok(rebuilt), Err)
    }
}

/// Reads the layer and builds its snapshot off the async threads.
async fn build(layer: &'static str, store: &Store) -> Result<Snapshot, IndexError> {
    let layer = Catalogue::built_in().layer(layer).expect("ids come from the catalogue");
    let contents = store.layer_contents(&layer.id).await;
    let contents = contents.map_err(|error| IndexError::Contents { layer: &layer.id, error })?;
    tokio::task::spawn_blocking(move || Snapshot::build(layer, Access::Public, contents))
        .await
        .map_err(|_| IndexError::Interrupted { layer: &layer.id })
}
