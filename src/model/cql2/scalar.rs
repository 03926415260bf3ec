use std::{borrow::Cow, cmp::Ordering};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::model::ValueRef;

/// What a part of a filter comes to for one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing known.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// Number. Whole numbers are exact up to 2^53.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Calendar day.
    Date(Date),
    /// Moment.
    Timestamp(Timestamp),
}

impl<'a> From<ValueRef<'a>> for Scalar<'a> {
    fn from(value: ValueRef<'a>) -> Scalar<'a> {
        match value {
            ValueRef::Null => Scalar::Null,
            ValueRef::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            #[expect(clippy::cast_precision_loss, reason = "said in the type's documentation")]
            ValueRef::Integer(number) => Scalar::Number(number as f64),
            ValueRef::Real(number) => Scalar::Number(number),
            ValueRef::Boolean(boolean) => Scalar::Boolean(boolean),
            ValueRef::Date(date) => Scalar::Date(date),
        }
    }
}

impl Scalar<'_> {
    /// The order of two values of one kind: text by code point, a date as its first moment in UTC. `None` when either
    /// is unknown, or where there is no order.
    pub fn order(&self, other: &Scalar<'_>) -> Option<Ordering> {
        match (self, other) {
            (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
            (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b),
            (Scalar::Boolean(a), Scalar::Boolean(b)) => Some(a.cmp(b)),
            (a, b) => Some(a.moment()?.cmp(&b.moment()?)),
        }
    }

    /// The moment of a time: of a date, its first in UTC.
    pub(super) fn moment(&self) -> Option<Timestamp> {
        match self {
            Scalar::Timestamp(moment) => Some(*moment),
            // Days beyond the calendar of moments do not occur: both end with the year 9999.
            Scalar::Date(date) => date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
            _ => None,
        }
    }

    /// The same value, its text lent.
    pub(super) fn borrowed(&self) -> Scalar<'_> {
        match self {
            Scalar::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            other => other.clone().into_owned(),
        }
    }

    /// The same value, its text its own.
    pub(super) fn into_owned(self) -> Scalar<'static> {
        match self {
            Scalar::Null => Scalar::Null,
            Scalar::Text(text) => Scalar::Text(Cow::Owned(text.into_owned())),
            Scalar::Number(number) => Scalar::Number(number),
            Scalar::Boolean(boolean) => Scalar::Boolean(boolean),
            Scalar::Date(date) => Scalar::Date(date),
            Scalar::Timestamp(moment) => Scalar::Timestamp(moment),
        }
    }

    /// The text changed; anything else as it is.
    pub(super) fn map_text(self, change: fn(&str) -> String) -> Self {
        match self {
            Scalar::Text(text) => Scalar::Text(Cow::Owned(change(&text))),
            other => other,
        }
    }
}

/// The text without regard to case: capitals of capitals, so that `ß` is `ss` and every sigma the same.
pub(super) fn fold_case(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The text without accents, as far as they can be taken from their letters.
pub(super) fn strip_accents(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).map(without_stroke).collect()
}

/// Latin letters whose mark is part of the letter: Unicode does not take them apart, people leave it out.
fn without_stroke(letter: char) -> char {
    match letter {
        'ø' => 'o',
        'Ø' => 'O',
        'ł' => 'l',
        'Ł' => 'L',
        'đ' => 'd',
        'Đ' => 'D',
        'ħ' => 'h',
        'Ħ' => 'H',
        'ı' => 'i',
        'ŧ' => 't',
        'Ŧ' => 'T',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_are_left_out() {
        assert_eq!(fold_case("STRASSE"), fold_case("Straße"));
        assert_eq!(fold_case("ΟΔΟΣ"), fold_case("Οδος"));
        assert_eq!(strip_accents("Chișinău Cañaris København"), "Chisinau Canaris Kobenhavn");
    }
}
