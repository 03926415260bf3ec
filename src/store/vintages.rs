use jiff::{Timestamp, civil::Date};
use serde_json::json;
use sqlx::PgConnection;

use crate::store::{Deed, Store, StoreError, audit::record, features::timestamp};

/// An import: what its source was on a day, as far as this file says.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Vintage {
    /// Number of the import.
    pub id: i64,
    /// The layer.
    pub layer: String,
    /// The source whose features the file replaced.
    pub source: String,
    /// Day the data is of; `None` when nobody said.
    pub valid_on: Option<Date>,
    /// Since when it is known here: the value of `asKnown` that shows the layer with it.
    pub received_at: Timestamp,
    /// Who took it in.
    pub received_by: String,
    /// When it was taken back; `None` while it holds.
    pub rolled_back_at: Option<Timestamp>,
    /// The file's name, without folders.
    pub file_name: String,
    /// The file's SHA-256, hexadecimal.
    pub file_sha256: String,
    /// SPDX name, or `not stated`.
    pub licence: String,
    /// Shown on the map.
    pub attribution: String,
    /// Reference system found.
    pub crs_found: String,
    /// How coordinates came to WGS 84.
    pub datum_operation: String,
    /// Ships with the project.
    pub demonstration: bool,
    /// The report as it was shown, or only its member `merge`.
    pub report: serde_json::Value,
}

/// What taking an import back did, in features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RolledBack {
    /// That it had brought, and that are gone.
    pub removed: u64,
    /// That it had changed, and that are as before.
    pub restored: u64,
    /// That it had removed, and that are back.
    pub brought_back: u64,
}

/// Why an import was not taken back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// There is no such import.
    #[error("there is no import {0}; rimay vintages lists them")]
    Unknown(i64),
    /// It was taken back before.
    #[error("import {id} was taken back {at:.0} already")]
    Already {
        /// The import.
        id: i64,
        /// When.
        at: Timestamp,
    },
    /// A later one of the same source builds on it.
    #[error(
        "import {newest} of the source {source_name} came after import {id} and builds on it: take that one back first"
    )]
    NotNewest {
        /// The import.
        id: i64,
        /// The one that came last.
        newest: i64,
        /// Their source.
        source_name: String,
    },
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for RollbackError {
    fn from(error: sqlx::Error) -> RollbackError {
        RollbackError::Store(error.into())
    }
}

impl Store {
    /// The imports into a layer, or into all, the newest first; with their whole reports, or only what the merge did.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn vintages(
        &self,
        layer: Option<&str>,
        source: Option<&str>,
        whole: bool,
    ) -> Result<Vec<Vintage>, StoreError> {
        read_vintages(&mut *self.pool.acquire().await?, layer, source, whole).await
    }

    /// Takes an import back: what it did to features is undone by new versions, but for what people wrote since.
    /// History keeps both.
    ///
    /// # Errors
    /// [`RollbackError`]; then nothing was changed.
    pub async fn roll_back(&self, import_id: i64, account: Option<&str>) -> Result<RolledBack, RollbackError> {
        let unknown = || RollbackError::Unknown(import_id);
        let all = self.vintages(None, None, false).await?;
        let layer = all.into_iter().find(|vintage| vintage.id == import_id).ok_or_else(unknown)?.layer;
        let mut transaction = self.pool.begin().await?;
        sqlx::query_file!("src/store/queries/lock_layer_imports.sql", layer).execute(&mut *transaction).await?;
        // Nobody else imports into the layer now, so what holds here holds until the commit.
        let of_layer = read_vintages(&mut transaction, Some(&layer), None, false).await?;
        let vintage = of_layer.iter().find(|vintage| vintage.id == import_id).ok_or_else(unknown)?;
        if let Some(at) = vintage.rolled_back_at {
            return Err(RollbackError::Already { id: import_id, at });
        }
        let standing = of_layer.iter().find(|other| other.source == vintage.source && other.rolled_back_at.is_none());
        if let Some(newest) = standing.filter(|newest| newest.id != import_id) {
            let source_name = vintage.source.clone();
            return Err(RollbackError::NotNewest { id: import_id, newest: newest.id, source_name });
        }
        sqlx::query_file!("src/store/queries/say_of_rollback.sql").fetch_one(&mut *transaction).await?;
        let query = sqlx::query_file!("src/store/queries/roll_back_added.sql", layer, import_id);
        let removed = query.execute(&mut *transaction).await?.rows_affected();
        let query = sqlx::query_file!("src/store/queries/roll_back_changed.sql", layer, import_id);
        let restored = query.execute(&mut *transaction).await?.rows_affected();
        let query = sqlx::query_file!("src/store/queries/roll_back_removed.sql", layer, import_id);
        let brought_back = query.execute(&mut *transaction).await?.rows_affected();
        sqlx::query_file!("src/store/queries/set_rolled_back.sql", import_id).execute(&mut *transaction).await?;
        let by = Deed { account, action: "import.roll_back" };
        record(&mut transaction, by, &import_id.to_string(), &json!({"layer": layer})).await?;
        transaction.commit().await?;
        self.announce_now().await;
        Ok(RolledBack { removed, restored, brought_back })
    }
}

/// Imports, the newest first.
pub(super) async fn read_vintages(
    connection: &mut PgConnection,
    layer: Option<&str>,
    source: Option<&str>,
    whole: bool,
) -> Result<Vec<Vintage>, StoreError> {
    let rows = sqlx::query_file!("src/store/queries/read_vintages.sql", layer, source, whole);
    let vintages = rows.map(|row| Vintage {
        id: row.id,
        layer: row.layer,
        source: row.source,
        valid_on: row.valid_on.and_then(|day| day.parse().ok()),
        received_at: timestamp(row.received_at_us),
        received_by: row.received_by,
        rolled_back_at: row.rolled_back_at_us.map(timestamp),
        file_name: row.file_name,
        file_sha256: row.file_sha256,
        licence: row.licence,
        attribution: row.attribution,
        crs_found: row.crs_found,
        datum_operation: row.datum_operation,
        demonstration: row.demonstration,
        report: row.report,
    });
    Ok(vintages.fetch_all(connection).await?)
}
