use serde_json::Value as Json;
use sqlx::error::ErrorKind;

use crate::store::{Store, StoreError};

/// What a feature shall hold.
#[derive(Debug, Clone)]
pub struct FeatureDraft {
    /// The layer's fields by name: an object.
    pub properties: Json,
    /// EPSG:4326, longitude first; `None` for a feature without place.
    pub wkb: Option<Vec<u8>>,
}

/// A feature as it is now.
#[derive(Debug, Clone)]
pub struct CurrentFeature {
    /// Grows with every change.
    pub version: i64,
    /// Fields by name: the text of a JSON object.
    pub properties: String,
    /// EPSG:4326, longitude first.
    pub wkb: Option<Vec<u8>>,
}

/// Why a feature was not written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is no feature of that id.
    #[error("there is no feature with this id")]
    NoSuchFeature,
    /// Somebody wrote it since the writer looked.
    #[error("the feature was changed since you read it; it is now version {current}")]
    Changed {
        /// Its version now.
        current: i64,
    },
    /// Another feature written by hand bears the key.
    #[error("this layer already has a feature with the code or key \"{0}\"")]
    KeyTaken(String),
    /// A geometry that encloses nothing sensible.
    #[error("the geometry is not valid: {reason}{place}")]
    InvalidGeometry {
        /// What PostGIS says.
        reason: String,
        /// ` at longitude, latitude`, where it is known.
        place: String,
    },
    /// A condition of the table is not met.
    #[error("the feature does not fit its layer: {0}")]
    Refused(String),
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for EditError {
    fn from(error: sqlx::Error) -> EditError {
        match error.as_database_error().map(|refusal| (refusal.kind(), refusal)) {
            Some((ErrorKind::CheckViolation | ErrorKind::NotNullViolation, refusal)) => {
                EditError::Refused(refusal.message().to_owned())
            }
            _ => EditError::Store(error.into()),
        }
    }
}

impl Store {
    /// Writes a new feature and returns its id and version. Among the features written by hand `key` is borne once;
    /// without one it gets one of its own.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn create_feature(
        &self,
        layer: &str,
        key: Option<&str>,
        draft: &FeatureDraft,
    ) -> Result<(i64, i64), EditError> {
        self.check_geometry(draft).await?;
        let wkb = draft.wkb.as_deref();
        let written = sqlx::query_file!("src/store/queries/insert_feature.sql", layer, key, draft.properties, wkb)
            .fetch_one(&self.pool)
            .await;
        match written {
            Ok(row) => Ok((row.id, row.version)),
            Err(error) if error.as_database_error().is_some_and(|refusal| refusal.is_unique_violation()) => {
                Err(EditError::KeyTaken(key.unwrap_or_default().to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a feature that is still of `version`, and returns its new version.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn replace_feature(
        &self,
        layer: &str,
        id: i64,
        version: i64,
        draft: &FeatureDraft,
    ) -> Result<i64, EditError> {
        self.check_geometry(draft).await?;
        let wkb = draft.wkb.as_deref();
        let query =
            sqlx::query_file!("src/store/queries/update_feature.sql", layer, id, version, draft.properties, wkb);
        match query.fetch_optional(&self.pool).await? {
            Some(row) => Ok(row.version),
            None => Err(self.why_not(layer, id).await?),
        }
    }

    /// Removes a feature that is still of `version`.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn delete_feature(&self, layer: &str, id: i64, version: i64) -> Result<(), EditError> {
        let query = sqlx::query_file!("src/store/queries/delete_feature.sql", layer, id, version);
        match query.execute(&self.pool).await?.rows_affected() {
            0 => Err(self.why_not(layer, id).await?),
            _ => Ok(()),
        }
    }

    /// One feature as it is now.
    ///
    /// # Errors
    /// [`EditError::NoSuchFeature`], [`EditError::Store`].
    pub async fn current_feature(&self, layer: &str, id: i64) -> Result<CurrentFeature, EditError> {
        sqlx::query_file_as!(CurrentFeature, "src/store/queries/read_feature.sql", layer, id)
            .fetch_optional(&self.pool)
            .await?
            .ok_or(EditError::NoSuchFeature)
    }

    /// Why no feature of the version was found.
    async fn why_not(&self, layer: &str, id: i64) -> Result<EditError, EditError> {
        let current = self.current_feature(layer, id).await?;
        Ok(EditError::Changed { current: current.version })
    }

    async fn check_geometry(&self, draft: &FeatureDraft) -> Result<(), EditError> {
        let Some(wkb) = &draft.wkb else { return Ok(()) };
        let found = sqlx::query_file!("src/store/queries/check_geometry.sql", wkb).fetch_one(&self.pool).await?;
        if found.is_valid {
            return Ok(());
        }
        let place = match (found.longitude, found.latitude) {
            (Some(longitude), Some(latitude)) => format!(" at {longitude:.6}, {latitude:.6}"),
            _ => String::new(),
        };
        Err(EditError::InvalidGeometry { reason: found.reason.unwrap_or_default(), place })
    }
}
