use jiff::Timestamp;

use crate::store::{Store, StoreError, features::timestamp};

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

impl Store {
    /// The revision of each layer that was ever changed; layers never touched are absent.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn layer_revisions(&self) -> Result<Vec<LayerRevision>, StoreError> {
        let rows = sqlx::query_file!("src/store/queries/read_layer_revisions.sql").fetch_all(&self.pool).await?;
        Ok(rows
            .into_iter()
            .map(|row| LayerRevision {
                layer: row.layer,
                revision: row.revision,
                changed_at: timestamp(row.changed_at_us),
            })
            .collect())
    }
}
