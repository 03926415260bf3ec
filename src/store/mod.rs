//! All SQL: the database itself, its schema, features, imports and what changed.
//!
//! Queries stand in `queries/`, one file each, checked against the migrations when the program is compiled.
//! Geometry crosses this border as WKB in EPSG:4326. Nothing here knows about HTTP or files.

mod accounts;
mod announcements;
mod attachments;
mod audit;
mod cases;
mod changes;
mod cluster;
mod codes;
mod copy;
mod edits;
mod error;
mod examination;
mod features;
mod history;
mod imports;
mod mappings;
mod overlaps;
mod revisions;
mod schema;
mod schemes;
mod sign_in;
mod vintages;
mod wkb;

pub use accounts::{Account, AccountDraft, AccountError, Digest, Institution, Invited, Person};
pub use announcements::Announcements;
pub use attachments::{Attachment, NewAttachment};
pub use audit::{AuditEvent, AuditState, Deed};
pub use cases::{
    Activity, Audience, COUNTED_FACTS, Case, CaseDraft, CaseError, CaseEvent, CaseFilter, CaseViewer, FactFilter,
    RequestKey, Sharing, SimilarCase,
};
pub use changes::{Change, ChangeCounts, ChangeKind, FieldChange, by_department};
pub use cluster::{Closing, ClusterError, ManagedCluster, default_data_dir};
pub use edits::{Created, CurrentFeature, Edit, EditError, Expected, FeatureDraft};
pub use error::StoreError;
pub use examination::{Doubts, Shift};
pub use features::{LayerChanges, LayerContents, LayerNews, LayerRows, Position, StoredFeature};
pub use history::{FeatureVersion, LayerThen};
pub use imports::{Copying, ImportOrigin, KeptEdit, Measure, Merge, Merged, RefusedRow, Repair, Staging};
pub use mappings::{ColumnMapping, MAX_MAPPING_NAME, MappingError};
pub use revisions::LayerRevision;
pub use schemes::{CountMoment, EventCount};
pub use sign_in::{ApiToken, KeptPassword};
pub use vintages::{RollbackError, RolledBack, Vintage};
pub use wkb::to_wkb;

use std::time::Duration;

use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};

/// How long the server may take to answer a connection.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long one waits for a connection of the pool.
const LOAN_TIMEOUT: Duration = Duration::from_secs(2);

/// The database, ready for use: reachable, with PostGIS, migrated, and told of every layer.
#[derive(Debug, Clone)]
pub struct Store {
    /// For imports and whatever else takes its time.
    pool: PgPool,
    /// For reading what changed: never taken by anybody else, so that the snapshots follow whatever goes on.
    following: PgPool,
    /// For edits over HTTP, which wait for no lock for long.
    editing: PgPool,
    announcer: announcements::Announcer,
}

impl Store {
    /// Connects to a PostgreSQL URL, migrates, and declares the layers of the built-in catalogue.
    ///
    /// # Errors
    /// [`StoreError`] saying whether the server, PostGIS or the schema is the trouble.
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        let options: PgConnectOptions = known.then(|| url.parse().ok()).flatten().ok_or(StoreError::InvalidUrl)?;
        // Nothing of ours depends on the search path; fixed, it cannot lead a name astray (a role called rimay would
        // look into the schema of its name first).
        // A statement whose client is gone is called off, and does not keep what it locked.
        let options = options
            .application_name("rimay")
            // Compiling our queries takes longer than running them.
            .options([("search_path", "public"), ("client_connection_check_interval", "1000"), ("jit", "off")]);
        greet(&options).await?;
        let pool = |most: u32, options: PgConnectOptions| {
            PgPoolOptions::new().max_connections(most).acquire_timeout(LOAN_TIMEOUT).connect_lazy_with(options)
        };
        let hasty = [("lock_timeout", "2000"), ("statement_timeout", "4000"), ("rimay.written_by", "editor")];
        let store = Store {
            pool: pool(4, options.clone()),
            following: pool(3, options.clone()),
            editing: pool(6, options.options(hasty)),
            announcer: announcements::Announcer::default(),
        };
        store.migrate().await?;
        Ok(store)
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(self) {
        self.editing.close().await;
        self.following.close().await;
        self.pool.close().await;
    }
}

/// Connects once, outside the pool: a pool tries again until its time is up, and then knows only that it was.
async fn greet(options: &PgConnectOptions) -> Result<(), StoreError> {
    let connection = tokio::time::timeout(ANSWER_TIMEOUT, PgConnection::connect_with(options))
        .await
        .map_err(|_| StoreError::Silent { seconds: ANSWER_TIMEOUT.as_secs() })?
        .map_err(StoreError::Unreachable)?;
    // It answered: how it takes the farewell does not matter.
    let _ = connection.close().await;
    Ok(())
}

/// Lends a connection of the pool to `work`, which is given up when it takes longer than `limit`.
async fn in_time<T, E: From<StoreError>>(
    pool: &PgPool,
    limit: Duration,
    work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    let mut connection = pool.acquire().await.map_err(StoreError::from)?;
    let outcome = tokio::time::timeout(limit, work(&mut connection)).await;
    outcome.unwrap_or_else(|_| {
        // Back in the pool it would be asked whether it still lives, and nobody may answer.
        drop(connection.detach());
        Err(StoreError::TimedOut { seconds: limit.as_secs() }.into())
    })
}
