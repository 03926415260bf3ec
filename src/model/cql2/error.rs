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

impl Cql2Error {
    /// The same in Spanish; what would be accepted at a place is told in the words of the language itself.
    pub fn in_spanish(&self) -> String {
        match self {
            Cql2Error::TooLong => format!("un filtro tiene {MAX_BYTES} bytes como máximo"),
            Cql2Error::TooDeep => {
                format!("paréntesis, funciones y operadores se anidan hasta {MAX_DEPTH} niveles")
            }
            Cql2Error::TooManyNodes => {
                format!("un filtro tiene hasta {MAX_NODES} operadores, propiedades y valores")
            }
            Cql2Error::TooManyValues => format!("una lista tiene hasta {MAX_VALUES} valores"),
            Cql2Error::TooManyVertices => {
                format!("las geometrías de un filtro tienen juntas hasta {MAX_VERTICES} posiciones")
            }
            Cql2Error::LongPattern => format!("un patrón de LIKE tiene hasta {MAX_PATTERN} caracteres"),
            Cql2Error::Syntax { position, found, .. } => {
                let found = if found == "the end" { "el final" } else { found };
                format!(
                    "en el carácter {position} no se esperaba {found}; una condición se escribe como state = 'activo' AND phase IN ('crisis')"
                )
            }
            Cql2Error::NotJson(_) | Cql2Error::Json { .. } => "no es CQL2 en JSON".into(),
            Cql2Error::NotADate(text) => format!("«{text}» no es una fecha; se espera AAAA-MM-DD"),
            Cql2Error::NotATimestamp(text) => format!("«{text}» no es un momento; se espera AAAA-MM-DDThh:mm:ssZ"),
            Cql2Error::Geometry(_) => "la geometría no se puede usar".into(),
            Cql2Error::UnknownProperty { asked, known } => {
                format!("no hay ningún campo «{asked}»; los campos son {known}")
            }
            Cql2Error::UnknownFunction(name) => format!(
                "no hay ninguna función «{name}»; hay CASEI, ACCENTI, DATE, TIMESTAMP, INTERVAL, BBOX, DWITHIN y las que empiezan con S_, T_ y A_"
            ),
            Cql2Error::Arguments { function, .. } => format!("{function} no toma estos argumentos"),
            Cql2Error::Kind { operand, operator, .. } => {
                format!("{operand} no es de la clase que toma {operator}")
            }
        }
    }
}
