use std::time::Duration;

use jiff::{Timestamp, civil::Date};

use crate::{
    model::{Moment, Source},
    store::{
        Store, StoreError, StoredFeature,
        features::{begin_moment, read_revision, read_sources_then, timestamp},
        in_time,
    },
};

/// How long reading a layer's past may take.
const PAST_TIMEOUT: Duration = Duration::from_secs(30);

/// What was otherwise in a layer at another moment than now.
#[derive(Debug)]
pub struct LayerThen {
    /// Revision of the layer now: with what was read then, this tells what the rest was.
    pub revision: i64,
    /// Features that were not as they are now: those that are not among `features` were not there.
    pub touched: Vec<i64>,
    /// As they were, by ascending id.
    pub features: Vec<StoredFeature>,
    /// The sources then.
    pub sources: Vec<Source>,
}

/// One version of a feature, or that it was removed.
#[derive(Debug)]
pub struct FeatureVersion {
    /// Grows with every change.
    pub version: i64,
    /// The feature is no more.
    pub removed: bool,
    /// Day from which it was so; `None` when it always was, as far as is known.
    pub valid_from: Option<Date>,
    /// Since when it was known here.
    pub recorded_at: Timestamp,
    /// Import that wrote it.
    pub import_id: Option<i64>,
    /// How it was; `None` where it was removed.
    pub feature: Option<StoredFeature>,
}

impl Store {
    /// What was otherwise in a layer at another moment.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn layer_then(&self, layer: &str, then: &Moment) -> Result<LayerThen, StoreError> {
        let (as_of, as_known) = (then.as_of.map(|day| day.to_string()), then.as_known.map(Timestamp::as_microsecond));
        in_time(&self.pool, PAST_TIMEOUT, async |connection| {
            let mut moment = begin_moment(connection).await?;
            let revision = read_revision(&mut moment, layer).await?.map_or(0, |revision| revision.revision);
            let absent =
                sqlx::query_file_scalar!("src/store/queries/read_absent_then.sql", layer, as_of.as_deref(), as_known)
                    .fetch_all(&mut *moment)
                    .await?;
            let features = sqlx::query_file_as!(
                StoredFeature,
                "src/store/queries/read_features_then.sql",
                layer,
                as_of.as_deref(),
                as_known
            )
            .fetch_all(&mut *moment)
            .await?;
            let sources = read_sources_then(&mut moment, layer, as_of.as_deref(), as_known).await?;
            moment.commit().await?;
            let touched = absent.into_iter().chain(features.iter().map(|feature| feature.id)).collect();
            Ok(LayerThen { revision, touched, features, sources })
        })
        .await
    }

    /// All versions of a feature, oldest first; none where there never was such a feature.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::TimedOut`].
    pub async fn feature_versions(&self, layer: &str, id: i64) -> Result<Vec<FeatureVersion>, StoreError> {
        in_time(&self.pool, PAST_TIMEOUT, async |connection| {
            let rows = sqlx::query_file!("src/store/queries/read_feature_versions.sql", layer, id);
            let versions = rows.map(|row| FeatureVersion {
                version: row.version,
                removed: row.removed,
                valid_from: row.valid_from.and_then(|day| day.parse().ok()),
                recorded_at: timestamp(row.recorded_at_us),
                import_id: row.import_id,
                feature: row.properties.map(|properties| StoredFeature {
                    id,
                    version: row.version,
                    row: 0,
                    source: row.source,
                    properties,
                    wkb: row.wkb,
                }),
            });
            Ok(versions.fetch_all(connection).await?)
        })
        .await
    }
}
