//! Answers from memory: one immutable [`Snapshot`] for each layer, built from the database and never written back.
//!
//! Readers load a pointer and keep what they hold for as long as they like; [`Index::refresh`] builds the next
//! snapshot beside it and swaps. The R-tree narrows a search and never decides one: candidates are confirmed with
//! the exact geometry. What the caller may not see is not in the snapshot.

mod encode;
mod feature;
mod filter;
mod find;
mod generalise;
mod join;
mod live;
mod lookup;
mod near;
mod past;
mod snapshot;
mod values;

pub use encode::{Form, write_geometry};
pub use feature::Feature;
pub use filter::{GEOMETRY, SYNTHETIC};
pub use find::{Hits, Order, TookTooLong};
pub use generalise::Generalised;
pub use join::Counts;
pub use live::{Failure, Freshness, Index, IndexError};
pub use near::Neighbour;
pub use past::PastError;
pub use snapshot::{Slot, Snapshot};
