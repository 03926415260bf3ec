use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use crate::{
    index::{Snapshot, past::Past},
    model::{Access, Catalogue, UnknownLayer},
    store::{Announcements, LayerNews, Store, StoreError},
};

/// How often every feature is compared with the database.
const AUDIT_INTERVAL: Duration = Duration::from_secs(60);

/// Layers read at once: while one is worked in, the database gives the next.
const AT_ONCE: usize = 2;

/// Brings one layer up to date; answers its id.
type Renewal<'a> = Pin<Box<dyn Future<Output = Result<&'static str, IndexError>> + Send + 'a>>;

/// The current snapshot of every layer.
#[derive(Debug)]
pub struct Index {
    layers: HashMap<&'static str, ArcSwap<Snapshot>>,
    freshness: ArcSwap<Freshness>,
    /// One refresh at a time: an older snapshot must not take the place of a newer one. Holds up to which call the last
    /// refresh served.
    refreshing: Mutex<u64>,
    /// Calls to refresh so far.
    calls: AtomicU64,
    renewed: watch::Sender<()>,
    pub(super) past: Past,
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
    /// The layer changes faster than its past can be read.
    #[error("layer {layer} changes all the time; its past cannot be read now")]
    Restless {
        /// The layer.
        layer: &'static str,
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
            refreshing: Mutex::new(0),
            calls: AtomicU64::new(0),
            renewed: watch::Sender::new(()),
            past: Past::new(),
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

    /// Brings the snapshots of layers whose revision is no longer the database's up to date. Returns their ids. Whatever was
    /// committed before the call is in the snapshots afterwards.
    ///
    /// # Errors
    /// [`IndexError`]; snapshots that were not replaced keep answering.
    pub async fn refresh(&self, store: &Store) -> Result<Vec<&'static str>, IndexError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let mut served = self.refreshing.lock().await;
        // A refresh that began after this call has brought what was committed before it: one serves all who waited.
        if *served >= call {
            return Ok(vec![]);
        }
        let serves = self.calls.load(Ordering::SeqCst);
        // What is committed while we look may be missed.
        let (checked_at, checked) = (Timestamp::now(), Instant::now());
        let outcome = self.bring_up_to_date(store).await;
        if outcome.is_ok() {
            *served = serves;
        }
        let last = self.freshness();
        self.freshness.store(Arc::new(match &outcome {
            Ok(_) => Freshness { checked_at, checked, failure: None },
            Err(IndexError::Store(_)) => Freshness { failure: Some(Failure::Database), ..(*last).clone() },
            Err(IndexError::Contents { error, .. }) if error.is_outage() => {
                Freshness { failure: Some(Failure::Database), ..(*last).clone() }
            }
            Err(
                IndexError::Contents { layer, .. } | IndexError::Interrupted { layer } | IndexError::Restless { layer },
            ) => Freshness { failure: Some(Failure::Layer(layer)), ..(*last).clone() },
        }));
        outcome
    }

    /// Refreshes whenever another node announces something, and every `interval`, for as long as the future is polled;
    /// less often while it fails. Failures are logged once, when they begin and when they end. After one, and every
    /// minute, all features are compared with the database.
    pub async fn keep_fresh(&self, store: &Store, interval: Duration) {
        let mut announcements = Announcements::default();
        let mut audited = Instant::now();
        loop {
            let failed_before = self.freshness().failure.is_some();
            if failed_before {
                tokio::time::sleep(interval * 2).await;
            } else {
                // Whether somebody said something or the time is over is the same.
                let _ = tokio::time::timeout(interval, announcements.next(store)).await;
            }
            match self.refresh(store).await {
                Ok(changed) => {
                    if failed_before {
                        tracing::info!("snapshots follow the database again");
                    }
                    for layer in changed {
                        let revision = self.layers[layer].load().revision();
                        tracing::info!(layer, revision, "snapshot renewed");
                    }
                    if failed_before || audited.elapsed() > AUDIT_INTERVAL {
                        if let Err(error) = self.audit(store).await {
                            tracing::warn!(%error, "the index could not be compared with the database");
                        }
                        audited = Instant::now();
                    }
                }
                Err(error) if !failed_before => tracing::warn!(%error, "snapshots cannot be refreshed; reads go on"),
                Err(_) => {}
            }
        }
    }

    /// Tells whenever a snapshot has taken the place of another.
    pub fn renewed(&self) -> watch::Receiver<()> {
        self.renewed.subscribe()
    }

    /// One layer that cannot be read does not keep the others from it; a failure is told in the end.
    async fn bring_up_to_date(&self, store: &Store) -> Result<Vec<&'static str>, IndexError> {
        let revisions = store.layer_revisions().await?;
        let mut renewals: Vec<Renewal<'_>> = vec![];
        for current in revisions {
            // Layers that an earlier version of the program declared are nobody's business here.
            let Some((id, snapshot)) = self.layers.get_key_value(current.layer.as_str()) else { continue };
            let old = snapshot.load_full();
            if old.revision() != current.revision {
                renewals.push(Box::pin(async {
                    snapshot.store(Arc::new(next_snapshot(old, store).await?));
                    self.renewed.send_replace(());
                    Ok(*id)
                }));
            }
        }
        let renewed: Vec<_> = stream::iter(renewals).buffer_unordered(AT_ONCE).collect().await;
        renewed.into_iter().collect()
    }

    /// Compares every layer with the database, feature by feature, and mends what differs. Returns how many features
    /// did. Layers that change meanwhile are left for the next time.
    ///
    /// # Errors
    /// [`IndexError`].
    pub async fn audit(&self, store: &Store) -> Result<usize, IndexError> {
        let mut found = 0;
        for (id, snapshot) in &self.layers {
            let contents = |error| IndexError::Contents { layer: id, error };
            let rows = store.layer_rows(id).await.map_err(contents)?;
            let own = snapshot.load_full();
            let compared = Arc::clone(&own);
            let Some(differing) =
                off_thread(id, move || compared.differing(&rows)).await?.filter(|ids| !ids.is_empty())
            else {
                continue;
            };
            let _turn = self.refreshing.lock().await;
            // What changed meanwhile was read from the database anew.
            if !Arc::ptr_eq(&own, &snapshot.load_full()) {
                continue;
            }
            tracing::error!(layer = id, features = differing.len(), "the index differs from the database; mending it");
            metrics::counter!("rimay_index_repairs_total", "layer" => *id).increment(differing.len() as u64);
            let features = store.features(id, &differing).await.map_err(contents)?;
            found += differing.len();
            let mended = off_thread(id, move || own.repaired(&differing, features)).await?;
            snapshot.store(Arc::new(mended));
            self.renewed.send_replace(());
        }
        Ok(found)
    }
}

/// Reads what became of the layer and works it in off the async threads; where that cannot be told feature by feature,
/// or the layer was never read, reads all of it.
async fn next_snapshot(old: Arc<Snapshot>, store: &Store) -> Result<Snapshot, IndexError> {
    let layer = old.layer();
    let contents = |error| IndexError::Contents { layer: &layer.id, error };
    let news = match old.read_at() {
        Some(position) => store.layer_news(&layer.id, position, old.revision()).await.map_err(contents)?,
        None => LayerNews::Contents(store.layer_contents(&layer.id).await.map_err(contents)?),
    };
    let all = match news {
        LayerNews::Contents(all) => all,
        LayerNews::Changes(changes) => {
            if let Some(next) = off_thread(&layer.id, move || old.with_changes(changes)).await? {
                return Ok(next);
            }
            store.layer_contents(&layer.id).await.map_err(contents)?
        }
    };
    off_thread(&layer.id, move || Snapshot::build(layer, Access::Public, all)).await
}

pub(super) async fn off_thread<T: Send + 'static>(
    layer: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IndexError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| IndexError::Interrupted { layer })
}
