use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::types::Json;

use crate::store::{Store, StoreError, features::timestamp};

/// How the columns of a file that comes again and again map to a layer's fields.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ColumnMapping {
    /// Its name within the layer.
    pub name: String,
    /// Field, `longitude` or `latitude` → column; an empty text for a field that has none.
    pub columns: BTreeMap<String, String>,
    /// Who kept it.
    pub saved_by: String,
    /// When it was kept.
    pub saved_at: Timestamp,
}

/// Why a kept mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// There is none of that name.
    #[error("layer {layer} has no mapping kept as \"{name}\"; it has: {known}")]
    Unknown {
        /// The layer.
        layer: String,
        /// What was asked for.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Characters in the name of a mapping, at most.
pub const MAX_MAPPING_NAME: usize = 100;

impl Store {
    /// The mappings kept for a layer, by name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn column_mappings(&self, layer: &str) -> Result<Vec<ColumnMapping>, StoreError> {
        let rows = sqlx::query_file!("src/store/queries/read_column_mappings.sql", layer).fetch_all(&self.pool).await?;
        let read = |columns| serde_json::from_value(columns).unwrap_or_default();
        let mappings = rows.into_iter().map(|row| ColumnMapping {
            name: row.name,
            columns: read(row.columns),
            saved_by: row.saved_by,
            saved_at: timestamp(row.saved_at_us),
        });
        Ok(mappings.collect())
    }

    /// Adds the columns of a kept mapping for the fields of which nothing was told.
    ///
    /// # Errors
    /// [`MappingError`].
    pub async fn add_column_mapping(
        &self,
        layer: &str,
        name: &str,
        told: &mut BTreeMap<String, String>,
    ) -> Result<(), MappingError> {
        let kept = self.column_mappings(layer).await?;
        let Some(mapping) = kept.iter().find(|mapping| mapping.name == name) else {
            let known: Vec<_> = kept.iter().map(|mapping| mapping.name.as_str()).collect();
            let known = if known.is_empty() { "none yet".into() } else { known.join(", ") };
            return Err(MappingError::Unknown { layer: layer.into(), name: name.into(), known });
        };
        for (field, column) in &mapping.columns {
            told.entry(field.clone()).or_insert_with(|| column.clone());
        }
        Ok(())
    }

    /// Keeps a mapping under a name of 1 to [`MAX_MAPPING_NAME`] characters, in place of one that bears it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn save_column_mapping(
        &self,
        layer: &str,
        name: &str,
        columns: &BTreeMap<String, String>,
        saved_by: &str,
    ) -> Result<(), StoreError> {
        let columns = Json(columns);
        sqlx::query_file!("src/store/queries/save_column_mapping.sql", layer, name, columns as _, saved_by)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes a mapping; false where there is none of that name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn forget_column_mapping(&self, layer: &str, name: &str) -> Result<bool, StoreError> {
        let query = sqlx::query_file!("src/store/queries/forget_column_mapping.sql", layer, name);
        Ok(query.execute(&self.pool).await?.rows_affected() > 0)
    }
}
