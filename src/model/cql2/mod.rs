//! CQL2, the filter language of the OGC (OGC 21-065r2), as text and as JSON.
//!
//! A filter comes from a stranger, so it is bounded before it is understood: [`parse_text`] and [`parse_json`] refuse
//! what is longer, deeper or wider than the limits here, and never call themselves deeper than [`MAX_DEPTH`]. What
//! they return is an [`Expression`] that knows nothing of any layer. [`Filter::compile`] checks it against the
//! properties there are, gives every part its type, and turns literals into what evaluation needs once.
//!
//! Logic has three values, as in SQL: a comparison with nothing known is neither true nor false, and only what is true
//! passes the filter.

mod compile;
mod cursor;
mod error;
mod evaluate;
mod expression;
mod json;
mod lexer;
mod parser;
mod pattern;
mod plan;
mod relations;
mod scalar;
mod wkt;

pub use compile::{Filter, Property, PropertyKind};
pub use error::Cql2Error;
pub use evaluate::Record;
pub use expression::{Arithmetic, ArrayRelation, Comparison, Expression, Literal, SpatialRelation, TemporalRelation};
pub use json::parse_json;
pub use parser::parse_text;
pub use scalar::Scalar;

/// Bytes of a filter.
pub const MAX_BYTES: usize = 8 << 10;
/// Levels of brackets, functions and operators inside one another.
pub const MAX_DEPTH: usize = 32;
/// Parts of a filter: operators, functions, properties and literals.
pub const MAX_NODES: usize = 1_000;
/// Values of one list.
pub const MAX_VALUES: usize = 1_000;
/// Positions in all geometries of a filter together.
pub const MAX_VERTICES: usize = 10_000;
/// Characters of a LIKE pattern.
pub const MAX_PATTERN: usize = 256;

/// Counts what a filter is made of while it is read, and stops it at the limits.
#[derive(Debug, Default)]
struct Budget {
    depth: usize,
    nodes: usize,
    vertices: usize,
}

impl Budget {
    fn enter(&mut self) -> Result<(), Cql2Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Cql2Error::TooDeep) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn node(&mut self) -> Result<(), Cql2Error> {
        self.nodes += 1;
        if self.nodes > MAX_NODES { Err(Cql2Error::TooManyNodes) } else { Ok(()) }
    }

    fn vertex(&mut self) -> Result<(), Cql2Error> {
        self.vertices += 1;
        if self.vertices > MAX_VERTICES { Err(Cql2Error::TooManyVertices) } else { Ok(()) }
    }
}
