//! Work that outlives a request: files that were sent over HTTP are examined, and committed when somebody says so; questions
//! about what lies on what are worked out.
//!
//! A job lives in the memory of the node that was asked. It holds no transaction while nobody looks: what was examined was a
//! dry run, and committing runs the same again, provided that it still does the same. When the program ends, so do its jobs,
//! and nothing of them is kept.

mod imports;
mod overlaps;

pub use imports::{
    ImportJob, ImportJobs, ImportOptions, JobError, JobState, JobStatus, MAX_UPLOAD, Upload, read_options,
};
pub use overlaps::{Asked, OverlapJob, OverlapJobError, OverlapJobs};
