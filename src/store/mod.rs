//! All SQL: the database itself, its schema, features, imports and what changed.
//!
//! Queries stand in `queries/`, one file each, checked against the migrations when the program is compiled.
//! Geometry crosses this border as WKB in EPSG:4326. Nothing here knows about HTTP or files.

mod cluster;
mod copy;
mod error;
mod features;
mod imports;
mod revisions;
mod schema;

pub use cluster::{Closing, ClusterError, ManagedCluster, default_data_dir};
pub use error::StoreError;
pub use features::{LayerContents, StoredFeature};
pub use imports::{ImportOrigin, Measure, Merge, Repair, Staging};
pub use revisions::LayerRevision;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::time::Duration;

/// The database, ready for use: reachable, with PostGIS, migrated, and told of every layer.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
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
        let options = options.application_name("rimay").options([("search_path", "public")]);
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await
            .map_err(StoreError::Unreachable)?;
        let store = Store { pool };
        store.migrate().await?;
        Ok(store)
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
