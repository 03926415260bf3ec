use std::time::Duration;

use serde_json::{Value as Json, json};
use sqlx::{Connection, PgConnection, PgTransaction, error::DatabaseError};

use crate::{
    model::{Catalogue, Layer},
    store::{Deed, Store, StoreError, audit::record, in_time},
};

/// How long the database may take over one edit.
const EDIT_TIMEOUT: Duration = Duration::from_secs(4);

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
    /// It shows a case of the register.
    pub is_registered: bool,
}

/// Which feature a request to make one is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The one it made: its id and version.
    Now(i64, i64),
    /// The one the same request made before: its id.
    Before(i64),
}

/// Which version of a feature a writer means to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whichever there is.
    Any,
    /// One of these, as the writer saw it.
    OneOf(Vec<i64>),
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
    /// It shows a case of the register.
    #[error("this feature shows a case of the register: it changes with the case, under /api/cases")]
    Registered,
    /// Another feature written by hand bears the code.
    #[error("this layer already has a feature with the code \"{0}\"")]
    CodeTaken(String),
    /// The idempotency key belongs to a request that asked for something else.
    #[error(
        "another request came with this Idempotency-Key and asked for something else; take a key of its own for each"
    )]
    KeyOfOther,
    /// Somebody else is writing the same feature at this moment.
    #[error("another write of this feature, or an import, is not done yet; try again in a moment")]
    Busy,
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
    Refused(&'static str),
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which feature is written, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Edit<'a> {
    /// Its layer.
    pub layer: &'a str,
    /// Number of the writer's account; `None` of whoever bears the configured token.
    pub account: Option<&'a str>,
}

impl Edit<'_> {
    async fn begin<'c>(&self, connection: &'c mut PgConnection) -> Result<PgTransaction<'c>, sqlx::Error> {
        let mut transaction = connection.begin().await?;
        if let Some(account) = self.account {
            sqlx::query_file!("src/store/queries/say_of_edit.sql", account).fetch_optional(&mut *transaction).await?;
        }
        Ok(transaction)
    }

    /// Records what was done, and commits.
    async fn finish(
        &self,
        mut transaction: PgTransaction<'_>,
        action: &'static str,
        id: i64,
        version: Option<i64>,
    ) -> Result<(), sqlx::Error> {
        let (by, subject) = (Deed { account: self.account, action }, format!("{}/{id}", self.layer));
        record(&mut transaction, by, &subject, &json!({"version": version})).await?;
        transaction.commit().await
    }
}

impl Store {
    /// Writes a new feature. A request with an idempotency key makes one feature, however often it comes.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn create_feature(
        &self,
        edit: Edit<'_>,
        idempotency_key: Option<&str>,
        draft: &FeatureDraft,
    ) -> Result<Created, EditError> {
        self.edit(async |connection| {
            let layer = edit.layer;
            check_geometry(connection, draft).await?;
            if let Some(before) = made_before(connection, layer, idempotency_key, draft).await? {
                return Ok(before);
            }
            match insert(connection, edit, idempotency_key, draft).await {
                Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                    // The same request, sent twice at once, was answered a moment ago.
                    let before = made_before(connection, layer, idempotency_key, draft).await?;
                    before.ok_or_else(|| EditError::CodeTaken(code_of(draft)))
                }
                written => written.map_err(refused),
            }
        })
        .await
    }

    /// Writes a feature that is still as `expected`, and returns its new version.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn replace_feature(
        &self,
        edit: Edit<'_>,
        id: i64,
        expected: &Expected,
        draft: &FeatureDraft,
    ) -> Result<i64, EditError> {
        self.edit(async |connection| {
            check_geometry(connection, draft).await?;
            let (layer, versions, wkb) = (edit.layer, expected.versions(), draft.wkb.as_deref());
            let mut transaction = edit.begin(connection).await.map_err(refused)?;
            let query =
                sqlx::query_file!("src/store/queries/update_feature.sql", layer, id, versions, draft.properties, wkb);
            match query.fetch_optional(&mut *transaction).await {
                Ok(Some(row)) => {
                    edit.finish(transaction, "feature.replace", id, Some(row.version)).await.map_err(refused)?;
                    Ok(row.version)
                }
                Ok(None) => Err(why_not(&mut transaction, layer, id).await?),
                Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                    Err(EditError::CodeTaken(code_of(draft)))
                }
                Err(error) => Err(refused(error)),
            }
        })
        .await
    }

    /// Removes a feature that is still as `expected`.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn delete_feature(&self, edit: Edit<'_>, id: i64, expected: &Expected) -> Result<(), EditError> {
        self.edit(async |connection| {
            let (layer, versions) = (edit.layer, expected.versions());
            let mut transaction = edit.begin(connection).await.map_err(refused)?;
            let query = sqlx::query_file_scalar!("src/store/queries/delete_feature.sql", layer, id, versions);
            match query.fetch_one(&mut *transaction).await.map_err(refused)? {
                0 => Err(why_not(&mut transaction, layer, id).await?),
                _ => edit.finish(transaction, "feature.delete", id, None).await.map_err(refused),
            }
        })
        .await
    }

    /// One feature as it is now.
    ///
    /// # Errors
    /// [`EditError::NoSuchFeature`], [`EditError::Store`].
    pub async fn current_feature(&self, layer: &str, id: i64) -> Result<CurrentFeature, EditError> {
        self.edit(async |connection| read_feature(connection, layer, id).await).await
    }

    async fn edit<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, EditError>) -> Result<T, EditError> {
        in_time(&self.editing, EDIT_TIMEOUT, work).await
    }
}

impl Expected {
    /// Whether a version is meant.
    pub fn includes(&self, version: i64) -> bool {
        self.versions().is_none_or(|versions| versions.contains(&version))
    }

    /// The versions for a query; `None` where any will do.
    fn versions(&self) -> Option<&[i64]> {
        match self {
            Expected::Any => None,
            Expected::OneOf(versions) => Some(versions),
        }
    }
}

async fn insert(
    connection: &mut PgConnection,
    edit: Edit<'_>,
    idempotency_key: Option<&str>,
    draft: &FeatureDraft,
) -> Result<Created, sqlx::Error> {
    let mut transaction = edit.begin(connection).await?;
    let layer = edit.layer;
    let wkb = draft.wkb.as_deref();
    let first_day = Catalogue::built_in().layer(layer).ok().and_then(Layer::first_day_field);
    let row = sqlx::query_file!("src/store/queries/insert_feature.sql", layer, draft.properties, wkb, first_day)
        .fetch_one(&mut *transaction)
        .await?;
    if let Some(key) = idempotency_key {
        sqlx::query_file!("src/store/queries/insert_answered_request.sql", layer, key, row.id, draft.properties, wkb)
            .execute(&mut *transaction)
            .await?;
    }
    edit.finish(transaction, "feature.create", row.id, Some(row.version)).await?;
    Ok(Created::Now(row.id, row.version))
}

async fn made_before(
    connection: &mut PgConnection,
    layer: &str,
    idempotency_key: Option<&str>,
    draft: &FeatureDraft,
) -> Result<Option<Created>, EditError> {
    let Some(key) = idempotency_key else { return Ok(None) };
    let (properties, wkb) = (&draft.properties, draft.wkb.as_deref());
    let query = sqlx::query_file!("src/store/queries/read_answered_request.sql", layer, key, properties, wkb);
    match query.fetch_optional(connection).await.map_err(refused)? {
        Some(row) if !row.is_same => Err(EditError::KeyOfOther),
        found => Ok(found.map(|row| Created::Before(row.feature_id))),
    }
}

async fn read_feature(connection: &mut PgConnection, layer: &str, id: i64) -> Result<CurrentFeature, EditError> {
    sqlx::query_file_as!(CurrentFeature, "src/store/queries/read_feature.sql", layer, id)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::from)?
        .ok_or(EditError::NoSuchFeature)
}

/// Why no feature of the version was found.
async fn why_not(connection: &mut PgConnection, layer: &str, id: i64) -> Result<EditError, EditError> {
    let current = read_feature(connection, layer, id).await?;
    Ok(match current.is_registered {
        true => EditError::Registered,
        false => EditError::Changed { current: current.version },
    })
}

async fn check_geometry(connection: &mut PgConnection, draft: &FeatureDraft) -> Result<(), EditError> {
    let Some(wkb) = &draft.wkb else { return Ok(()) };
    let found = sqlx::query_file!("src/store/queries/check_geometry.sql", wkb).fetch_one(connection).await;
    let found = found.map_err(refused)?;
    if found.is_valid {
        return Ok(());
    }
    let place = match (found.longitude, found.latitude) {
        (Some(longitude), Some(latitude)) => format!(" at {longitude:.6}, {latitude:.6}"),
        _ => String::new(),
    };
    Err(EditError::InvalidGeometry { reason: found.reason.unwrap_or_default(), place })
}

fn code_of(draft: &FeatureDraft) -> String {
    draft.properties["code"].as_str().unwrap_or_default().to_owned()
}

/// The database's refusal in our words, where it is the feature's fault.
fn refused(error: sqlx::Error) -> EditError {
    let code = error.as_database_error().and_then(DatabaseError::code);
    // A lock that was not to be had, and a statement that took too long.
    if code.is_some_and(|code| ["55P03", "57014"].contains(&code.as_ref())) {
        return EditError::Busy;
    }
    match error.as_database_error().and_then(reason) {
        Some(reason) => EditError::Refused(reason),
        None => EditError::Store(error.into()),
    }
}

fn reason(refusal: &dyn DatabaseError) -> Option<&'static str> {
    match refusal.constraint() {
        Some("place_on_the_globe") => Some("its place lies beyond 180 degrees of longitude or 90 of latitude"),
        Some("geometry_type") => Some("the layer holds geometries of another type"),
        Some("properties_as_declared") => Some("a property is not of the type or code list that the layer declares"),
        // Conditions of the table, such as on geometry, that have no better words.
        Some(_) if refusal.is_check_violation() => Some("its geometry must be two-dimensional, valid and not empty"),
        // Data exceptions, and limits of the program such as the length of an index entry.
        _ if refusal.code().is_some_and(|code| code.starts_with("22")) => Some("a value cannot be stored"),
        _ if refusal.code().is_some_and(|code| code.starts_with("54")) => Some("a value is too large to be stored"),
        _ => None,
    }
}
