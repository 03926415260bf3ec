//! Rimay: a geospatial conflict mapping server.
//!
//! The rooms, in the order they depend on one another:
//!
//! - [`model`]: the words and rules of the domain, without I/O. The layer catalogue is declared here.
//! - [`crs`]: reference systems in which coordinates may be asked and answered.
//! - [`store`]: all SQL, and the managed local database.
//! - [`people`]: passwords, sessions and tokens.
//! - [`index`]: immutable snapshots in memory, from which every read is answered.
//! - [`overlay`]: geometries laid on one another, by GEOS.
//! - [`analysis`]: what lies on what.
//! - [`exchange`]: files in and out, through GDAL.
//! - [`jobs`]: work that outlives a request.
//! - [`tiles`]: vector tiles from snapshots.
//! - [`api`] speaks HTTP.
//! - [`config`], [`telemetry`], [`cli`]: running the program.
//!
//! To see how they work together, follow one request: `api/ogc/items.rs`, then `index/find.rs`; and one file:
//! `exchange/import.rs`, then `store/imports.rs` and its queries.

pub mod analysis;
pub mod api;
pub mod cli;
pub mod config;
pub mod crs;
pub mod exchange;
pub mod index;
pub mod jobs;
pub mod model;
pub mod overlay;
pub mod people;
pub mod store;
pub mod telemetry;
pub mod tiles;
