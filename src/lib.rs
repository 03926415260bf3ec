//! Rimay: a geospatial conflict mapping server.

pub mod model;
