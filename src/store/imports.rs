use std::collections::{BTreeMap, HashSet};

use jiff::{Timestamp, civil::Date};
use serde_json::{Value as Json, json};
use sqlx::{PgConnection, Postgres, Transaction, postgres::PgCopyIn};

use crate::{
    model::{Bbox, GeometryKind, IncomingFeature, Layer, RowNote, Text},
    store::{
        Deed, Store, StoreError,
        audit::record,
        copy::copy_text,
        features::{read_revision, timestamp},
        vintages::{Vintage, read_vintages},
    },
};

/// A file on its way in: rows are copied, examined and merged inside one transaction. Dropping it leaves the
/// database untouched; [`Staging::commit`] makes it true all at once.
pub struct Staging {
    transaction: Transaction<'static, Postgres>,
    layer: &'static Layer,
}

/// Rows on their way in. The database takes them while the next are read.
pub struct Copying<'a> {
    layer: &'static Layer,
    copy: PgCopyIn<&'a mut PgConnection>,
}

impl Copying<'_> {
    /// Copies rows in.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn copy(&mut self, features: &[IncomingFeature]) -> Result<(), StoreError> {
        self.copy.send(copy_text(self.layer, features).as_bytes()).await?;
        Ok(())
    }

    /// All rows are in.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn finish(self) -> Result<(), StoreError> {
        self.copy.finish().await?;
        Ok(())
    }
}

/// What an import is remembered by.
#[derive(Debug, Clone)]
pub struct ImportOrigin {
    /// Name of the source; an import replaces the features of its source.
    pub source: String,
    /// Who published the data.
    pub title: Text,
    /// SPDX name, or `not stated`.
    pub licence: String,
    /// Shown on the map.
    pub attribution: String,
    /// Ships with the project.
    pub demonstration: bool,
    /// Invented.
    pub synthetic: bool,
    /// The file's name, without folders.
    pub file_name: String,
    /// The file's SHA-256, hexadecimal.
    pub file_sha256: String,
    /// Reference system found.
    pub crs_found: String,
    /// How coordinates came to WGS 84.
    pub datum_operation: String,
    /// Day the data is of; `None` when nobody said.
    pub valid_on: Option<Date>,
    /// Who takes it in.
    pub received_by: String,
}

/// An area that was made valid.
#[derive(Debug, Clone)]
pub struct Repair {
    /// The row and what was wrong.
    pub row: RowNote,
    /// Geodesic area before, in m²; `None` where it cannot be taken.
    pub area_before_m2: Option<f64>,
    /// Geodesic area after, in m²; `None` when nothing was left.
    pub area_after_m2: Option<f64>,
}

/// A row that cannot be taken.
#[derive(Debug, Clone)]
pub struct RefusedRow {
    /// The row, and why.
    pub note: RowNote,
    /// The key its feature would have, where that is known: what the source has under it stays.
    pub key: Option<String>,
}

/// What is about to be taken in.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Rows.
    pub count: i64,
    /// Rows without geometry among them.
    pub without_geometry: i64,
    /// Bounding box; `None` when no row has geometry.
    pub bbox: Option<Bbox>,
}

/// Something a person did to an imported feature, which the file does not undo.
#[derive(Debug, Clone, serde::Serialize)]
pub struct KeptEdit {
    /// Row of the file that says otherwise; `None` where the file no longer has the feature.
    pub row: Option<u64>,
    /// The feature's name or key.
    pub feature: String,
    /// When the person did it.
    pub at: Timestamp,
    /// The feature was removed; else it was written.
    pub removed: bool,
}

/// What the merge did, in features.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Merge {
    /// New in the source.
    pub added: u64,
    /// Otherwise than before.
    pub changed: u64,
    /// Of those changed, the ones of which only the original record is otherwise: nothing that anybody sees.
    #[serde(default)]
    pub only_record: u64,
    /// As before.
    pub unchanged: u64,
    /// No longer in the source.
    pub removed: u64,
    /// Demonstration features that gave way.
    pub demonstration_removed: u64,
}

impl Merge {
    /// Whether the layer is as it was.
    pub fn changes_nothing(&self) -> bool {
        self.added + self.changed + self.removed + self.demonstration_removed == 0
    }
}

/// A merge that waits to be kept.
#[derive(Debug)]
pub struct Merged {
    /// The import's id.
    pub import_id: i64,
    /// What it did.
    pub merge: Merge,
    /// What it left as people had made it.
    pub kept_edits: Vec<KeptEdit>,
}

impl Store {
    /// Begins an import into `layer`. Where another one into the same layer is under way, `waits` is told once, and
    /// this one begins when that one has ended.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn begin_import(&self, layer: &'static Layer, waits: impl FnOnce()) -> Result<Staging, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let try_lock = sqlx::query_file_scalar!("src/store/queries/try_lock_layer_imports.sql", layer.id);
        if !try_lock.fetch_one(&mut *transaction).await? {
            waits();
            sqlx::query_file!("src/store/queries/lock_layer_imports.sql", layer.id).execute(&mut *transaction).await?;
        }
        sqlx::query_file!("src/store/queries/create_incoming.sql").execute(&mut *transaction).await?;
        // Statistics may be of the demonstration data still: a source that they do not know counts as one row, and
        // row by row against a whole file takes hours.
        sqlx::query("set local enable_nestloop = off").execute(&mut *transaction).await?;
        // A file's rows are sorted and joined in memory.
        sqlx::query("set local work_mem = '256MB'").execute(&mut *transaction).await?;
        Ok(Staging { transaction, layer })
    }

    /// Ids of the layers into which anything was ever imported.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn layers_with_imports(&self) -> Result<HashSet<String>, StoreError> {
        let layers =
            sqlx::query_file_scalar!("src/store/queries/read_layers_with_imports.sql").fetch_all(&self.pool).await?;
        Ok(layers.into_iter().collect())
    }
}

impl Staging {
    /// The layer the rows go into.
    pub fn layer(&self) -> &'static Layer {
        self.layer
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Begins to copy rows in.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn begin_copy(&mut self) -> Result<Copying<'_>, StoreError> {
        let layer = self.layer;
        let copy = self
            .connection()
            .copy_in_raw("copy incoming_feature (row_number, key, name, properties, source_record, geom) from stdin")
            .await?;
        Ok(Copying { layer, copy })
    }

    /// The rows are in, and ready to be examined.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn finish_copy(&mut self) -> Result<(), StoreError> {
        sqlx::query_file!("src/store/queries/analyze_incoming.sql").execute(self.connection()).await?;
        Ok(())
    }

    /// Removes rows that repeat the key of an earlier row.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn reject_duplicates(&mut self) -> Result<Vec<RowNote>, StoreError> {
        let rows =
            sqlx::query_file!("src/store/queries/reject_incoming_duplicates.sql").fetch_all(self.connection()).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let said = format!("same key as row {} ({}); the first was kept", row.first_row, row.key);
                let place = row.longitude.zip(row.latitude).map(<[f64; 2]>::from);
                RowNote { place, ..note(row.row_number, row.feature, said) }
            })
            .collect())
    }

    /// Makes invalid areas valid and winds exterior rings counter-clockwise. Rows whose area vanishes are removed.
    /// Returns the repairs, the rows removed, and how many were wound the other way.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn repair_areas(&mut self) -> Result<(Vec<Repair>, Vec<RefusedRow>, u64), StoreError> {
        if self.layer.geometry != GeometryKind::Polygon {
            return Ok((vec![], vec![], 0));
        }
        let repaired =
            sqlx::query_file!("src/store/queries/repair_incoming_areas.sql").fetch_all(self.connection()).await?;
        let mut repairs: Vec<_> = repaired
            .into_iter()
            .map(|row| Repair {
                row: note(row.row_number, row.feature, row.reason),
                area_before_m2: row.area_before_m2,
                area_after_m2: row.area_after_m2,
            })
            .collect();
        repairs.sort_by_key(|repair| repair.row.row);
        let vanished =
            sqlx::query_file!("src/store/queries/reject_incoming_vanished.sql").fetch_all(self.connection()).await?;
        let vanished = vanished
            .into_iter()
            .map(|row| RefusedRow {
                note: note(row.row_number, row.feature, "no area is left after the repair".into()),
                key: Some(row.key),
            })
            .collect();
        let turned =
            sqlx::query_file!("src/store/queries/orient_incoming_areas.sql").execute(self.connection()).await?;
        Ok((repairs, vanished, turned.rows_affected()))
    }

    /// Rows that lie farther than so many degrees outside an area (WKT in EPSG:4326), or reach beyond its box by so much: the first 20 of them, and how many
    /// there are.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn find_outside(&mut self, area: &str, degrees: f64) -> Result<(Vec<RowNote>, i64), StoreError> {
        let rows = sqlx::query_file!("src/store/queries/find_incoming_outside.sql", area, degrees)
            .fetch_all(self.connection())
            .await?;
        let total = rows.first().map_or(0, |row| row.total);
        let place = |longitude: Option<f64>, latitude: Option<f64>| {
            format!(
                "lies at longitude {:.5}, latitude {:.5}",
                longitude.unwrap_or(f64::NAN),
                latitude.unwrap_or(f64::NAN)
            )
        };
        let notes =
            rows.into_iter().map(|row| note(row.row_number, row.feature, place(row.longitude, row.latitude))).collect();
        Ok((notes, total))
    }

    /// Rows with the same geometry as an earlier row. They stay.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn find_twins(&mut self) -> Result<Vec<RowNote>, StoreError> {
        let rows = sqlx::query_file!("src/store/queries/find_incoming_twins.sql").fetch_all(self.connection()).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                note(
                    row.row_number,
                    row.feature,
                    format!("same geometry as row {} ({})", row.first_row, row.first_feature),
                )
            })
            .collect())
    }

    /// What is about to be taken in.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn measure(&mut self) -> Result<Measure, StoreError> {
        let row = sqlx::query_file!("src/store/queries/measure_incoming.sql").fetch_one(self.connection()).await?;
        let bbox = match (row.west, row.south, row.east, row.north) {
            (Some(west), Some(south), Some(east), Some(north)) => Some(Bbox { west, south, east, north }),
            _ => None,
        };
        Ok(Measure { count: row.count, without_geometry: row.without_geometry, bbox })
    }

    /// How often the layer has changed, as far as this import sees.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn revision(&mut self) -> Result<i64, StoreError> {
        let layer = self.layer.id.as_str();
        Ok(read_revision(self.connection(), layer).await?.map_or(0, |revision| revision.revision))
    }

    /// The newest import of a source that was not taken back.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn newest_vintage(&mut self, source: &str) -> Result<Option<Vintage>, StoreError> {
        let layer = self.layer.id.as_str();
        let vintages = read_vintages(self.connection(), Some(layer), Some(source), false).await?;
        Ok(vintages.into_iter().find(|vintage| vintage.rolled_back_at.is_none()))
    }

    /// After the merge: how many rows bear the key of a feature that another source of the layer has, by source.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn known_elsewhere(&mut self, source: &str) -> Result<BTreeMap<String, u64>, StoreError> {
        let layer = self.layer.id.as_str();
        let query = sqlx::query_file!("src/store/queries/count_incoming_known_elsewhere.sql", layer, source);
        let rows = query.fetch_all(self.connection()).await?;
        Ok(rows.into_iter().map(|row| (row.source, row.count.unsigned_abs())).collect())
    }

    /// Replaces the source's features with the copied rows: what is the same stays untouched, and so does what people
    /// wrote or removed since, unless `overwrite_edits`, and what the source has under the keys of rows that cannot be taken.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn merge(
        &mut self,
        origin: &ImportOrigin,
        overwrite_edits: bool,
        refused: &[String],
    ) -> Result<Merged, StoreError> {
        let layer = self.layer.id.as_str();
        let connection = &mut *self.transaction;
        let kept_edits = if overwrite_edits {
            let query = sqlx::query_file!("src/store/queries/forget_removals.sql", layer, origin.source);
            query.execute(&mut *connection).await?;
            vec![]
        } else {
            find_kept_edits(connection, layer, &origin.source, !origin.demonstration).await?
        };
        sqlx::query_file!("src/store/queries/say_time.sql").fetch_one(&mut *connection).await?;
        let valid_on = origin.valid_on.map(|day| day.to_string());
        let import_id = sqlx::query_file_scalar!(
            "src/store/queries/insert_import.sql",
            layer,
            origin.source,
            serde_json::json!(origin.title),
            origin.licence,
            origin.attribution,
            origin.demonstration,
            origin.synthetic,
            origin.file_name,
            origin.file_sha256,
            origin.crs_found,
            origin.datum_operation,
            valid_on.as_deref(),
            origin.received_by,
        )
        .fetch_one(&mut *connection)
        .await?;
        sqlx::query_file!("src/store/queries/say_of_import.sql", import_id, valid_on.as_deref())
            .fetch_one(&mut *connection)
            .await?;
        let mut merge = Merge::default();
        if !origin.demonstration {
            let query = sqlx::query_file!("src/store/queries/remove_demonstration_features.sql", layer);
            merge.demonstration_removed = query.execute(&mut *connection).await?.rows_affected();
        }
        let query = sqlx::query_file!(
            "src/store/queries/remove_absent_features.sql",
            layer,
            origin.source,
            overwrite_edits,
            refused
        );
        merge.removed = query.execute(&mut *connection).await?.rows_affected();
        let query = sqlx::query_file!(
            "src/store/queries/update_changed_features.sql",
            layer,
            origin.source,
            import_id,
            overwrite_edits
        );
        let row = query.fetch_one(&mut *connection).await?;
        (merge.changed, merge.only_record) = (row.changed.unsigned_abs(), row.only_record.unsigned_abs());
        let first_day = self.layer.first_day_field();
        let query =
            sqlx::query_file!("src/store/queries/insert_new_features.sql", layer, origin.source, import_id, first_day);
        merge.added = query.execute(&mut *connection).await?.rows_affected();
        let rows = sqlx::query_file_scalar!("src/store/queries/count_incoming.sql").fetch_one(&mut *connection).await?;
        let kept_rows = kept_edits.iter().filter(|edit| edit.row.is_some()).count() as u64;
        merge.unchanged = rows.unsigned_abs() - merge.added - merge.changed - kept_rows;
        Ok(Merged { import_id, merge, kept_edits })
    }

    /// Keeps the report with its import, records who did it, and makes the import true.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then nothing was changed.
    pub async fn commit(mut self, import_id: i64, report: &Json, account: Option<&str>) -> Result<(), StoreError> {
        sqlx::query_file!("src/store/queries/set_import_report.sql", import_id, report)
            .execute(self.connection())
            .await?;
        let by = Deed { account, action: "import.commit" };
        let detail = json!({"layer": self.layer.id});
        record(self.connection(), by, &import_id.to_string(), &detail).await?;
        self.transaction.commit().await?;
        Ok(())
    }
}

async fn find_kept_edits(
    connection: &mut PgConnection,
    layer: &str,
    source: &str,
    demonstration_gives_way: bool,
) -> Result<Vec<KeptEdit>, StoreError> {
    let edits = sqlx::query_file!("src/store/queries/find_kept_edits.sql", layer, source, demonstration_gives_way)
        .fetch_all(connection)
        .await?;
    let kept = edits.into_iter().map(|edit| KeptEdit {
        row: edit.row_number.map(i64::unsigned_abs),
        feature: edit.feature,
        at: timestamp(edit.at_us),
        removed: edit.removed,
    });
    Ok(kept.collect())
}

pub(super) fn note(row: i64, feature: String, note: String) -> RowNote {
    RowNote { row: row.unsigned_abs(), feature, note, place: None }
}
