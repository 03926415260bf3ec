//! Rimay: a geospatial conflict mapping server.

pub mod index;
pub mod model;
pub mod store;
