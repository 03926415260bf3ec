/// What can go wrong between us and the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `DATABASE_URL` is no PostgreSQL URL.
    #[error("the database URL cannot be understood; expected postgres://user:password@host:5432/database")]
    InvalidUrl,
    /// No connection.
    #[error("cannot connect to PostgreSQL: {0}; check that the server runs and that DATABASE_URL is right")]
    Unreachable(#[source] sqlx::Error),
    /// Something listens but does not answer.
    #[error("PostgreSQL did not answer within {seconds} s; check that DATABASE_URL names the right host and port")]
    Silent {
        /// How long we waited.
        seconds: u64,
    },
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
    Migration(#[source] sqlx::migrate::MigrateError),
    /// A newer program was here before us.
    #[error(
        "the database was last used by a newer program (schema {0}, which this one does not know); install that one or a later one, or choose another data directory or database"
    )]
    NewerSchema(i64),
    /// The schema was made by a program whose migrations were other than ours.
    #[error(
        "the database was made by a development version of the program (schema {0} is not the released one); export its layers with that version, then start with another data directory (--data-dir) or database"
    )]
    ForeignSchema(i64),
    /// The database was asked and did not answer in time.
    #[error("the database did not answer within {seconds} s")]
    TimedOut {
        /// How long we waited.
        seconds: u64,
    },
    /// Anything else the database says.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether the database is away, so that the same may work later.
    pub fn is_outage(&self) -> bool {
        match self {
            StoreError::Unreachable(_) | StoreError::Silent { .. } | StoreError::TimedOut { .. } => true,
            StoreError::Database(error) => match error {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
                // Class 57 is the operator's doing, such as a shutdown; class 53 a want of resources.
                sqlx::Error::Database(refusal) => {
                    refusal.code().is_some_and(|code| ["57P", "53"].iter().any(|class| code.starts_with(class)))
                }
                _ => false,
            },
            _ => false,
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> StoreError {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::VersionMissing(version) => StoreError::NewerSchema(version),
            MigrateError::VersionMismatch(version) => StoreError::ForeignSchema(version),
            other => StoreError::Migration(other),
        }
    }
}
