use std::sync::Arc;

use crate::{
    api::{Problem, SharedState, params::Params},
    index::{PastError, Snapshot},
    model::{Access, Moment, MomentError},
    store::StoreError,
};

/// Parameters that say from when a layer is looked at.
pub(super) const MOMENT_PARAMETERS: [&str; 2] = ["asOf", "asKnown"];

impl Params {
    /// `asOf`, a day in the world, and `asKnown`, a time of knowing.
    pub(super) fn moment(&self) -> Result<Moment, Problem> {
        let refused = |parameter: &'static str| move |error: MomentError| Problem::bad_parameter(parameter, error);
        Ok(Moment {
            as_of: self.get("asOf").map(Moment::parse_day).transpose().map_err(refused("asOf"))?,
            as_known: self.get("asKnown").map(Moment::parse_time).transpose().map_err(refused("asKnown"))?,
        })
    }
}

impl SharedState {
    /// The layer as the public may see it, at the moment that the parameters say. The present is at hand; the past is read
    /// from the database.
    pub(super) async fn snapshot(&self, layer: &str, moment: Moment) -> Result<Arc<Snapshot>, Problem> {
        Ok(self.index.snapshot_at(&self.store, layer, Access::Public, moment).await?)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        tracing::warn!(%error, "the database does not answer");
        Problem::unavailable("this is read from the database, which does not answer now")
    }
}

impl From<PastError> for Problem {
    fn from(error: PastError) -> Problem {
        match error {
            PastError::Layer(error) => error.into(),
            PastError::Index(error) => {
                tracing::warn!(%error, "a layer's past cannot be read");
                Problem::unavailable(
                    "the past is read from the database, which does not answer now; leave asOf and asKnown out for the present",
                )
            }
        }
    }
}
