use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value as Json, value::RawValue};

use crate::model::{Field, FieldType, fold};

/// Characters one text may have: what is longer is no text for people but a mistake or an attack.
pub const MAX_TEXT: usize = 100_000;
/// Characters the name of a feature may have: it stands in lists and on the map.
pub const MAX_NAME: usize = 500;
/// Characters of a code, or of whatever else identifies a feature: it stands in an index.
pub const MAX_IDENTIFIER: usize = 500;

/// What one field of one feature holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing known.
    Null,
    /// Text, or the code of a code list.
    Text(Box<str>),
    /// Whole number.
    Integer(i64),
    /// Finite number.
    Real(f64),
    /// True or false.
    Boolean(bool),
    /// Calendar day.
    Date(Date),
}

/// A [`Value`] borrowed from where it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "as the values they are borrowed from")]
pub enum ValueRef<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Real(f64),
    Boolean(bool),
    Date(Date),
}

impl<'a> ValueRef<'a> {
    /// The text, where the value is one.
    pub fn as_text(self) -> Option<&'a str> {
        match self {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is known.
    pub fn is_null(self) -> bool {
        matches!(self, ValueRef::Null)
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Value {
        match value {
            ValueRef::Null => Value::Null,
            ValueRef::Text(text) => Value::Text(text.into()),
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Boolean(boolean) => Value::Boolean(boolean),
            ValueRef::Date(date) => Value::Date(date),
        }
    }
}

/// Why a text does not fit a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a whole number.
    #[error("\"{0}\" is not a whole number")]
    NotAnInteger(String),
    /// Not a finite number.
    #[error("\"{0}\" is not a number")]
    NotANumber(String),
    /// Not a yes or no.
    #[error("\"{0}\" is neither yes nor no")]
    NotABoolean(String),
    /// Not a calendar day.
    #[error("\"{0}\" is not a date (accepted: 2024-03-31, 31/03/2024, 31/03/24)")]
    NotADate(String),
    /// JSON of another type.
    #[error("expected {expected}, found {found}")]
    OtherType {
        /// What would be accepted.
        expected: &'static str,
        /// What was found, shortened.
        found: String,
    },
    /// A text too long to be one.
    #[error("it has {length} characters; at most {accepted} are accepted")]
    TooLong {
        /// Characters it has.
        length: usize,
        /// Characters it may have.
        accepted: usize,
    },
    /// The character that ends texts in many programs.
    #[error("it holds a NUL character, which cannot be stored")]
    Nul,
    /// Not in the code list.
    #[error("\"{value}\" is not in the code list ({accepted})")]
    UnknownCode {
        /// What the file says.
        value: String,
        /// The codes that would be accepted.
        accepted: String,
    },
}

impl Value {
    /// Reads what a file or a form says for `field`. Blank text is [`Value::Null`].
    ///
    /// Numbers may carry a decimal comma; dates may be `YYYY-MM-DD` (with or without a time), `dd/mm/yyyy` or
    /// `dd/mm/yy`; codes may be given by code or by either label, without regard to case and accents.
    ///
    /// # Errors
    /// [`ValueError`] with the text and what would be accepted.
    pub fn parse(field: &Field, text: &str) -> Result<Value, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Null);
        }
        match field.kind {
            FieldType::Text => Ok(Value::Text(text.into())),
            FieldType::Integer => parse_integer(text).map(Value::Integer),
            FieldType::Real => parse_real(text).map(Value::Real),
            FieldType::Boolean => parse_boolean(text).map(Value::Boolean),
            FieldType::Date => parse_date(text).map(Value::Date),
            FieldType::Code => parse_code(field, text).map(|code| Value::Text(code.into())),
        }
    }

    /// Reads what a client writes for `field`: JSON of the field's own type, a date as `YYYY-MM-DD`, a code as it is
    /// stored.
    ///
    /// # Errors
    /// [`ValueError`] with what was found and what would be accepted.
    pub fn from_request(field: &Field, json: &Json) -> Result<Value, ValueError> {
        let refused = |expected| ValueError::OtherType { expected, found: shorten(&json.to_string()) };
        match (field.kind, json) {
            (_, Json::Null) => Ok(Value::Null),
            (FieldType::Text, Json::String(text)) if text.contains('\0') => Err(ValueError::Nul),
            (FieldType::Text, Json::String(text)) => match (text.chars().count(), longest(field)) {
                (length, accepted) if length > accepted => Err(ValueError::TooLong { length, accepted }),
                _ => Ok(Value::Text(text.as_str().into())),
            },
            (FieldType::Text, _) => Err(refused("text")),
            (FieldType::Code, Json::String(text)) if field.codes.iter().any(|code| code.code == *text) => {
                Ok(Value::Text(text.as_str().into()))
            }
            (FieldType::Code, Json::String(text)) => Err(unknown_code(field, text)),
            (FieldType::Code, _) => Err(refused("a code")),
            (FieldType::Integer, number) => {
                number.as_i64().map(Value::Integer).ok_or_else(|| refused("a whole number"))
            }
            (FieldType::Real, number) => {
                number.as_f64().filter(|n| n.is_finite()).map(Value::Real).ok_or_else(|| refused("a number"))
            }
            (FieldType::Boolean, boolean) => {
                boolean.as_bool().map(Value::Boolean).ok_or_else(|| refused("true or false"))
            }
            (FieldType::Date, Json::String(text)) if text.len() == 10 => {
                text.parse().map(Value::Date).map_err(|_| ValueError::NotADate(shorten(text)))
            }
            (FieldType::Date, _) => Err(refused("a date, YYYY-MM-DD")),
        }
    }

    /// Reads a value out of the stored JSON. What does not fit the field's type is [`Value::Null`].
    pub fn from_json(kind: FieldType, json: &RawValue) -> Value {
        fn read<'a, T: Deserialize<'a>>(json: &'a RawValue, wrap: impl FnOnce(T) -> Value) -> Value {
            serde_json::from_str::<Option<T>>(json.get()).ok().flatten().map_or(Value::Null, wrap)
        }
        match kind {
            FieldType::Text | FieldType::Code => read(json, Value::Text),
            FieldType::Integer => read(json, Value::Integer),
            FieldType::Real => read(json, Value::Real),
            FieldType::Boolean => read(json, Value::Boolean),
            FieldType::Date => read(json, Value::Date),
        }
    }

    /// The same without owning it.
    pub fn borrowed(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Text(text) => ValueRef::Text(text),
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Boolean(boolean) => ValueRef::Boolean(*boolean),
            Value::Date(date) => ValueRef::Date(*date),
        }
    }

    /// The text, where the value is one.
    pub fn as_text(&self) -> Option<&str> {
        self.borrowed().as_text()
    }

    /// Whether nothing is known.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// Text as itself, dates as `YYYY-MM-DD`, reals always with a decimal point.
impl Serialize for ValueRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            ValueRef::Null => serializer.serialize_none(),
            ValueRef::Text(text) => serializer.serialize_str(text),
            ValueRef::Integer(number) => serializer.serialize_i64(*number),
            ValueRef::Real(number) => serializer.serialize_f64(*number),
            ValueRef::Boolean(boolean) => serializer.serialize_bool(*boolean),
            ValueRef::Date(date) => serializer.collect_str(date),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.borrowed().serialize(serializer)
    }
}

/// Characters a text of that field may have.
fn longest(field: &Field) -> usize {
    match field.name.as_str() {
        "code" => MAX_IDENTIFIER,
        "name" => MAX_NAME,
        _ => MAX_TEXT,
    }
}

fn parse_integer(text: &str) -> Result<i64, ValueError> {
    // Files made by GIS programs write whole numbers as 161.0; 1,018 with a thousands comma is refused as unclear.
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().map_err(|_| ValueError::NotAnInteger(shorten(text)))
}

fn parse_real(text: &str) -> Result<f64, ValueError> {
    let number = match (text.contains('.'), text.matches(',').count()) {
        (false, 1) => text.replace(',', ".").parse::<f64>(),
        _ => text.parse::<f64>(),
    };
    number.ok().filter(|n| n.is_finite()).ok_or_else(|| ValueError::NotANumber(shorten(text)))
}

fn parse_boolean(text: &str) -> Result<bool, ValueError> {
    match fold(text).as_str() {
        "si" | "s" | "yes" | "y" | "true" | "t" | "1" | "verdadero" => Ok(true),
        "no" | "n" | "false" | "f" | "0" | "falso" => Ok(false),
        _ => Err(ValueError::NotABoolean(shorten(text))),
    }
}

fn parse_date(text: &str) -> Result<Date, ValueError> {
    let refused = || ValueError::NotADate(shorten(text));
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    if let Some((first, rest)) = day.split_once('/') {
        let (second, third) = rest.split_once('/').ok_or_else(refused)?;
        let number = |part: &str| part.parse::<i16>().map_err(|_| refused());
        // GDAL writes 1959/12/01 for dates it recognised; people write 01/12/1959 or 01/12/59.
        let (year, month, day) = match first.len() {
            4 => (number(first)?, number(second)?, number(third)?),
            _ => (century(number(third)?, third.len()), number(second)?, number(first)?),
        };
        let narrow = |part: i16| i8::try_from(part).map_err(|_| refused());
        return Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| refused());
    }
    day.parse().map_err(|_| refused())
}

/// Two-digit years are of the century that makes them lie in 1930 to 2029: Peru's oldest community
/// resolutions with two-digit years are of the 1930s.
fn century(year: i16, digits: usize) -> i16 {
    match (digits, year) {
        (2, 0..=29) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    }
}

fn parse_code(field: &Field, text: &str) -> Result<String, ValueError> {
    let wanted = fold(text);
    let found =
        field.codes.iter().find(|code| [&code.code, &code.es, &code.en].iter().any(|word| fold(word) == wanted));
    found.map(|code| code.code.clone()).ok_or_else(|| unknown_code(field, text))
}

fn unknown_code(field: &Field, text: &str) -> ValueError {
    ValueError::UnknownCode {
        value: shorten(text),
        accepted: field.codes.iter().map(|code| code.code.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_carry_a_decimal_comma() {
        assert_eq!(parse_real("1018,75"), Ok(1018.75));
        assert_eq!(parse_real("1018.75"), Ok(1018.75));
        assert!(parse_real("1.018,75").is_err());
        assert!(parse_real("NaN").is_err());
        assert_eq!(parse_integer("161.0"), Ok(161));
        assert!(parse_integer("161.5").is_err());
    }

    #[test]
    fn dates_are_read_as_people_and_programs_write_them() {
        let day = jiff::civil::date(1967, 12, 29);
        for text in [
            "29/12/67",
            "29/12/1967",
            "1967-12-29",
            "1967-12-29 00:00:00",
            "1967/12/29 00:00:00+00",
            "1967-12-29T00:00:00Z",
        ] {
            assert_eq!(parse_date(text), Ok(day), "{text}");
        }
        assert_eq!(parse_date("05/06/09"), Ok(jiff::civil::date(2009, 6, 5)));
        assert!(parse_date("31/02/2020").is_err());
        assert!(parse_date("12/29").is_err());
    }

    #[test]
    fn stored_values_that_do_not_fit_are_nothing() {
        let read = |kind, text: &str| Value::from_json(kind, serde_json::from_str(text).expect("JSON"));
        assert_eq!(read(FieldType::Real, "4"), Value::Real(4.0));
        assert_eq!(read(FieldType::Real, "1e400"), Value::Null);
        assert_eq!(read(FieldType::Integer, "1.5"), Value::Null);
        assert_eq!(read(FieldType::Text, r#""Ca\u00f1aris""#), Value::Text("Cañaris".into()));
        assert_eq!(read(FieldType::Text, "7"), Value::Null);
        assert_eq!(read(FieldType::Date, r#""2009-06-05""#), Value::Date(jiff::civil::date(2009, 6, 5)));
        assert_eq!(read(FieldType::Date, "null"), Value::Null);
    }

    #[test]
    fn yes_and_no_in_both_languages() {
        assert_eq!(parse_boolean("Sí"), Ok(true));
        assert_eq!(parse_boolean("No"), Ok(false));
        assert!(parse_boolean("quizás").is_err());
    }
}
