use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::{Connection, PgConnection, Postgres, Transaction};

use crate::{
    model::{Source, Text},
    store::{LayerRevision, Store, StoreError, in_time},
};

/// How long reading a whole layer may take: a million features come in some seconds; a connection that was cut
/// without a word must not be waited for.
const CONTENTS_TIMEOUT: Duration = Duration::from_secs(120);

/// What one look at the database saw of all transactions. Two looks compared tell exactly what became visible in
/// between, in whatever order transactions began, took their numbers and committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(String);

/// Everything a layer holds at one moment.
#[derive(Debug)]
pub struct LayerContents {
    /// That moment; `None` before any.
    pub position: Option<Position>,
    /// Revision at that moment; `None` when the layer was never touched.
    pub revision: Option<LayerRevision>,
    /// Where the features came from, by source name; also sources that have no features left.
    pub sources: Vec<Source>,
    /// By ascending id.
    pub features: Vec<StoredFeature>,
}

/// What became of a layer since an earlier look.
#[derive(Debug)]
pub struct LayerChanges {
    /// The moment of this look.
    pub position: Position,
    /// Revision at that moment.
    pub revision: LayerRevision,
    /// Where the features came from now.
    pub sources: Vec<Source>,
    /// Features that were touched: those that are not among `features` are gone.
    pub touched: Vec<i64>,
    /// By ascending id.
    pub features: Vec<StoredFeature>,
}

/// What a look at a changed layer brings.
#[derive(Debug)]
pub enum LayerNews {
    /// The touched features.
    Changes(LayerChanges),
    /// All of it: the changes cannot be told one by one.
    Contents(LayerContents),
}

/// One feature as the database holds it.
#[derive(Debug)]
pub struct StoredFeature {
    /// Stable number.
    pub id: i64,
    /// Grows with every change.
    pub version: i64,
    /// The row that holds it: another one after every write, whoever makes it.
    pub row: i64,
    /// Name of its source.
    pub source: String,
    /// Fields by name: the text of a JSON object.
    pub properties: String,
    /// EPSG:4326, longitude first.
    pub wkb: Option<Vec<u8>>,
}

/// Which rows hold the features of a layer at one moment.
#[derive(Debug)]
pub struct LayerRows {
    /// Revision at that moment; `None` when the layer was never touched.
    pub revision: Option<i64>,
    /// Id and [`StoredFeature::row`], by ascending id.
    pub rows: Vec<(i64, i64)>,
}

impl Store {
    /// Reads a whole layer as of one moment.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn layer_contents(&self, layer: &str) -> Result<LayerContents, StoreError> {
        in_time(&self.following, CONTENTS_TIMEOUT, async |connection| {
            let mut moment = begin_moment(connection).await?;
            let contents = read_layer(&mut moment, layer).await?;
            moment.commit().await?;
            Ok(contents)
        })
        .await
    }

    /// Reads what became of a layer since an earlier look that saw `revision`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn layer_news(&self, layer: &str, since: &Position, revision: i64) -> Result<LayerNews, StoreError> {
        in_time(&self.following, CONTENTS_TIMEOUT, async |connection| {
            let mut moment = begin_moment(connection).await?;
            let news = match read_changes(&mut moment, layer, since, revision).await? {
                Some(changes) => LayerNews::Changes(changes),
                None => LayerNews::Contents(read_layer(&mut moment, layer).await?),
            };
            moment.commit().await?;
            Ok(news)
        })
        .await
    }

    /// Those of the features that there are, by ascending id.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn features(&self, layer: &str, ids: &[i64]) -> Result<Vec<StoredFeature>, StoreError> {
        in_time(&self.following, CONTENTS_TIMEOUT, async |connection| read_some(connection, layer, ids).await).await
    }

    /// Which rows hold the features of a layer.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn layer_rows(&self, layer: &str) -> Result<LayerRows, StoreError> {
        in_time(&self.following, CONTENTS_TIMEOUT, async |connection| {
            let mut moment = begin_moment(connection).await?;
            let revision = read_revision(&mut moment, layer).await?.map(|revision| revision.revision);
            let rows = sqlx::query_file!("src/store/queries/read_layer_rows.sql", layer)
                .map(|row| (row.id, row.row))
                .fetch_all(&mut *moment)
                .await?;
            moment.commit().await?;
            Ok(LayerRows { revision, rows })
        })
        .await
    }

    /// The newest import of each source of a layer, by source name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn layer_sources(&self, layer: &str) -> Result<Vec<Source>, StoreError> {
        read_sources(&mut *self.following.acquire().await?, layer).await
    }
}

/// A transaction whose statements all see the same.
pub(super) async fn begin_moment(connection: &mut PgConnection) -> Result<Transaction<'_, Postgres>, StoreError> {
    let mut moment = connection.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *moment).await?;
    Ok(moment)
}

async fn read_position(moment: &mut PgConnection) -> Result<Position, StoreError> {
    Ok(Position(sqlx::query_file_scalar!("src/store/queries/read_position.sql").fetch_one(moment).await?))
}

pub(super) async fn read_revision(moment: &mut PgConnection, layer: &str) -> Result<Option<LayerRevision>, StoreError> {
    let row = sqlx::query_file!("src/store/queries/read_layer_revision.sql", layer).fetch_optional(moment).await?;
    Ok(row.map(|row| LayerRevision {
        layer: layer.to_owned(),
        revision: row.revision,
        changed_at: timestamp(row.changed_at_us),
    }))
}

/// The changes since an earlier look; `None` where they cannot be told one by one, or do not add up to the revision:
/// then rows of the record were folded before they were seen, or it is another database.
async fn read_changes(
    moment: &mut PgConnection,
    layer: &str,
    since: &Position,
    seen: i64,
) -> Result<Option<LayerChanges>, StoreError> {
    let position = read_position(moment).await?;
    let Some(revision) = read_revision(moment, layer).await? else { return Ok(None) };
    let told =
        sqlx::query_file!("src/store/queries/read_layer_changes.sql", layer, since.0).fetch_one(&mut *moment).await?;
    if told.untold || seen + told.changes != revision.revision {
        return Ok(None);
    }
    let sources = read_sources(moment, layer).await?;
    let features = read_some(moment, layer, &told.ids).await?;
    Ok(Some(LayerChanges { position, revision, sources, touched: told.ids, features }))
}

async fn read_some(connection: &mut PgConnection, layer: &str, ids: &[i64]) -> Result<Vec<StoredFeature>, StoreError> {
    let query = sqlx::query_file_as!(StoredFeature, "src/store/queries/read_some_features.sql", layer, ids);
    Ok(query.fetch_all(connection).await?)
}

/// The sources of a layer now.
async fn read_sources(connection: &mut PgConnection, layer: &str) -> Result<Vec<Source>, StoreError> {
    read_sources_then(connection, layer, None, None).await
}

/// The sources of a layer as of a day, known at a time in µs since 1970.
pub(super) async fn read_sources_then(
    connection: &mut PgConnection,
    layer: &str,
    as_of: Option<&str>,
    as_known_us: Option<i64>,
) -> Result<Vec<Source>, StoreError> {
    let sources = sqlx::query_file!("src/store/queries/read_layer_sources.sql", layer, as_of, as_known_us)
        .map(|row| Source {
            name: row.source,
            title: serde_json::from_value(row.source_title).unwrap_or(Text { es: String::new(), en: String::new() }),
            licence: row.licence,
            attribution: row.attribution,
            demonstration: row.demonstration,
            synthetic: row.synthetic,
            file_name: row.file_name,
            datum_operation: row.datum_operation,
            valid_on: row.valid_on.and_then(|day| day.parse().ok()),
            received_at: timestamp(row.received_at_us),
        })
        .fetch_all(connection)
        .await?;
    Ok(sources)
}

async fn read_layer(moment: &mut PgConnection, layer: &str) -> Result<LayerContents, StoreError> {
    let position = Some(read_position(moment).await?);
    let revision = read_revision(moment, layer).await?;
    let sources = read_sources(moment, layer).await?;
    let features = sqlx::query_file_as!(StoredFeature, "src/store/queries/read_layer_features.sql", layer)
        .fetch(&mut *moment)
        .try_collect()
        .await?;
    Ok(LayerContents { position, revision, sources, features })
}

/// The database's time as ours. PostgreSQL's calendar reaches beyond the year 9999, ours does not: such a time is
/// taken to the end of ours.
pub(super) fn timestamp(microseconds: i64) -> Timestamp {
    let end = if microseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(microseconds).unwrap_or(end)
}
