use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgConnection;

use crate::store::{Store, StoreError, features::timestamp, in_time};

/// How often a layer has changed, and when last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerRevision {
    /// The layer.
    pub layer: String,
    /// Number of changes that are visible. Grows with every commit that touched the layer, in whatever order
    /// transactions commit.
    pub revision: i64,
    /// When the last of them was made.
    pub changed_at: Timestamp,
}

/// How long a glance at the revisions may take.
const REVISIONS_TIMEOUT: Duration = Duration::from_secs(5);

/// From how many rows of one layer the record of changes is worth folding.
const MANY_CHANGES: i64 = 1_000;

impl Store {
    /// The revision of each layer that was ever changed; layers never touched are absent.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn layer_revisions(&self) -> Result<Vec<LayerRevision>, StoreError> {
        in_time(&self.following, REVISIONS_TIMEOUT, async |connection| read_revisions(connection).await).await
    }
}

async fn read_revisions(connection: &mut PgConnection) -> Result<Vec<LayerRevision>, StoreError> {
    let rows = sqlx::query_file!("src/store/queries/read_layer_revisions.sql").fetch_all(&mut *connection).await?;
    if rows.iter().any(|row| row.rows > MANY_CHANGES) {
        sqlx::query_file!("src/store/queries/fold_changes.sql").execute(&mut *connection).await?;
    }
    Ok(rows
        .into_iter()
        .map(|row| LayerRevision { layer: row.layer, revision: row.revision, changed_at: timestamp(row.changed_at_us) })
        .collect())
}
