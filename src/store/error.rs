/// What can go wrong between us and the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `DATABASE_URL` is no PostgreSQL URL.
    #[error("the database URL cannot be understood; expected postgres://user:password@host:5432/database")]
    InvalidUrl,
    /// No connection.
    #[error("cannot connect to PostgreSQL: {0}; check that the server runs and that DATABASE_URL is right")]
    Unreachable(#[source] sqlx::Error),
    /// PostGIS is not there.
    #[error(
        "PostGIS {required} or later is needed in this database, but {found}; install it for this PostgreSQL and run \"create extension postgis\" as an administrator"
    )]
    NoPostgis {
        /// Lowest version that will do.
        required: &'static str,
        /// What is there instead.
        found: String,
    },
    /// The server is too old.
    #[error("PostgreSQL {required} or later is needed, but the server is {found}")]
    OldServer {
        /// Lowest version that will do.
        required: i32,
        /// What is there instead.
        found: String,
    },
    /// A migration failed.
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A feature that cannot be read back.
    #[error("feature {id} of layer {layer} has a geometry that cannot be read: {reason}")]
    UnreadableGeometry {
        /// The layer.
        layer: String,
        /// The feature.
        id: i64,
        /// Why.
        reason: String,
    },
    /// Anything else the database says.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
}
