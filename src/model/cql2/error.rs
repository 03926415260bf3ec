use crate::model::cql2::{MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_PATTERN, MAX_VALUES, MAX_VERTICES};

/// Why a text or JSON is no filter we can answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cql2Error {
    /// Longer than we read.
    #[error("a filter may have at most {MAX_BYTES} bytes; send its parts one after another")]
    TooLong,
    /// Nested deeper than we read.
    #[error("brackets, functions and operators may be at most {MAX_DEPTH} levels inside one another")]
    TooDeep,
    /// Made of more parts than we read.
    #[error("a filter may have at most {MAX_NODES} operators, properties and values")]
    TooManyNodes,
    /// A list longer than we read.
    #[error("a list may have at most {MAX_VALUES} values")]
    TooManyValues,
    /// Geometries with more positions than we read.
    #[error("the geometries of a filter may have at most {MAX_VERTICES} positions together")]
    TooManyVertices,
    /// A pattern longer than we match.
    #[error("a LIKE pattern may have at most {MAX_PATTERN} characters")]
    LongPattern,
    /// The text is not of the grammar.
    #[error("at character {position}: expected {expected}, found {found}")]
    Syntax {
        /// Counted in characters from 1.
        position: usize,
        /// What would be accepted.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// JSON, but not of CQL2.
    #[error("{found} is no CQL2 JSON; expected {expected}")]
    Json {
        /// What would be accepted.
        expected: &'static str,
        /// The part that was found, shortened.
        found: String,
    },
    /// Not a calendar day.
    #[error("\"{0}\" is not a date; expected YYYY-MM-DD")]
    NotADate(String),
    /// Not a moment.
    #[error("\"{0}\" is not a time; expected YYYY-MM-DDThh:mm:ssZ")]
    NotATimestamp(String),
    /// A geometry that is none.
    #[error("the geometry cannot be used: {0}")]
    Geometry(String),
    /// A property nobody declared.
    #[error("there is no property \"{asked}\"; the properties are: {known}")]
    UnknownProperty {
        /// What was asked for.
        asked: String,
        /// Those there are.
        known: String,
    },
    /// A function nobody offers.
    #[error(
        "there is no function \"{0}\"; the functions are CASEI, ACCENTI, DATE, TIMESTAMP, INTERVAL, BBOX, DWITHIN and those beginning with S_, T_ and A_"
    )]
    UnknownFunction(String),
    /// A function with other arguments than it takes.
    #[error("{function} takes {accepted}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// An operand of another kind than its operator takes.
    #[error("{operand} is {found}, but {operator} takes {expected}")]
    Kind {
        /// The operand, shortened.
        operand: String,
        /// What it is.
        found: &'static str,
        /// What it stands with.
        operator: &'static str,
        /// What would be accepted.
        expected: &'static str,
    },
}
