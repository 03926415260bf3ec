//! Work that outlives a request: files that were sent over HTTP are examined, and committed when somebody says so.
//!
//! A job lives in the memory of the node that was asked. It holds no transaction while nobody looks: what was examined was a
//! dry run, and committing runs the same again, provided that it still does the same. When the program ends, so do its jobs,
//! and nothing of them is kept.

mod imports;

pub use imports::{ImportJob, ImportJobs, ImportOptions, JobError, JobState, JobStatus, MAX_UPLOAD, Upload};
