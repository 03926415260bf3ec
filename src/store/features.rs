use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::{Connection, PgConnection};

use crate::{
    model::{Source, Text},
    store::{LayerRevision, Store, StoreError},
};

/// How long reading a whole layer may take: a million features come in some seconds; a connection that was cut
/// without a word must not be waited for.
const CONTENTS_TIMEOUT: Duration = Duration::from_secs(120);

/// Everything a layer holds at one moment.
#[derive(Debug)]
pub struct LayerContents {
    /// Revision at that moment; `None` when the layer was never touched.
    pub revision: Option<LayerRevision>,
    /// Where the features came from, by source name; also sources that have no features left.
    pub sources: Vec<Source>,
    /// By ascending id.
    pub features: Vec<StoredFeature>,
}

/// One feature as the database holds it.
#[derive(Debug)]
pub struct StoredFeature {
    /// Stable number.
    pub id: i64,
    /// Grows with every change.
    pub version: i64,
    /// Name of its source.
    pub source: String,
    /// Fields by name: the text of a JSON object.
    pub properties: String,
    /// EPSG:4326, longitude first.
    pub wkb: Option<Vec<u8>>,
}

impl Store {
    /// Reads a whole layer as of one moment.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn layer_contents(&self, layer: &str) -> Result<LayerContents, StoreError> {
        self.in_time(CONTENTS_TIMEOUT, async |connection| read_layer(connection, layer).await).await
    }

    /// The newest import of each source of a layer, by source name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn layer_sources(&self, layer: &str) -> Result<Vec<Source>, StoreError> {
        read_sources(&mut *self.pool.acquire().await?, layer).await
    }
}

async fn read_sources(connection: &mut PgConnection, layer: &str) -> Result<Vec<Source>, StoreError> {
    let sources = sqlx::query_file!("src/store/queries/read_layer_sources.sql", layer)
        .map(|row| Source {
            name: row.source,
            title: serde_json::from_value(row.source_title).unwrap_or(Text { es: String::new(), en: String::new() }),
            licence: row.licence,
            attribution: row.attribution,
            demonstration: row.demonstration,
            synthetic: row.synthetic,
            file_name: row.file_name,
            received_at: timestamp(row.received_at_us),
        })
        .fetch_all(connection)
        .await?;
    Ok(sources)
}

async fn read_layer(connection: &mut PgConnection, layer: &str) -> Result<LayerContents, StoreError> {
    let mut transaction = connection.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *transaction).await?;
    let revisions =
        sqlx::query_file!("src/store/queries/read_layer_revisions.sql").fetch_all(&mut *transaction).await?;
    let revision = revisions.into_iter().find(|row| row.layer == layer).map(|row| LayerRevision {
        layer: row.layer,
        revision: row.revision,
        changed_at: timestamp(row.changed_at_us),
    });
    let sources = read_sources(&mut transaction, layer).await?;
    let features = sqlx::query_file_as!(StoredFeature, "src/store/queries/read_layer_features.sql", layer)
        .fetch(&mut *transaction)
        .try_collect()
        .await?;
    transaction.commit().await?;
    Ok(LayerContents { revision, sources, features })
}

/// The database's time as ours. PostgreSQL's calendar reaches beyond the year 9999, ours does not: such a time is
/// taken to the end of ours.
pub(super) fn timestamp(microseconds: i64) -> Timestamp {
    let end = if microseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(microseconds).unwrap_or(end)
}
