use std::{collections::HashSet, str::FromStr, sync::Arc};

use jiff::{Timestamp, civil::Date};

use crate::model::{Bbox, Value, ValueRef, cql2::Filter};

/// A question about the features of one layer: all conditions must hold.
#[derive(Debug, Clone, Default)]
pub struct FeatureQuery {
    /// Intersects this box, exactly. Features without geometry match every box.
    pub bbox: Option<Bbox>,
    /// Holds at some time within this period. Features without time match every period.
    pub period: Option<Period>,
    /// The field at this position has one of these values.
    pub properties: Vec<PropertyFilter>,
    /// The name or code contains this, already folded by [`crate::model::fold`].
    pub text: Option<String>,
    /// Passes this, compiled for the layer.
    pub filter: Option<Filter>,
    /// Its id is one of these.
    pub among: Option<Arc<HashSet<i64>>>,
}

impl FeatureQuery {
    /// Whether every feature is meant.
    pub fn is_empty(&self) -> bool {
        let FeatureQuery { bbox, period, properties, text, filter, among } = self;
        bbox.is_none()
            && period.is_none()
            && properties.is_empty()
            && text.is_none()
            && filter.is_none()
            && among.is_none()
    }
}

/// One field must have one of the values.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyFilter {
    /// Position in the layer's fields.
    pub position: usize,
    /// Accepted values; never empty.
    pub any_of: Vec<Value>,
}

impl PropertyFilter {
    /// Whether the value is one of them.
    pub fn accepts(&self, value: ValueRef<'_>) -> bool {
        self.any_of.iter().any(|accepted| accepted.borrowed() == value)
    }
}

/// A stretch of days, both ends included; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

/// Why a text is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Neither a date, nor a time, nor an interval of them.
    #[error(
        "\"{0}\" is no date or interval; accepted: 2009-06-05, 2009-06-05T10:00:00Z, 2009-01-01/2009-12-31, 2009-01-01/.., ../2009-12-31"
    )]
    Syntax(String),
    /// It ends before it begins.
    #[error("the interval ends before it begins")]
    Backwards,
}

/// Reads the OGC API form of `datetime`: an instant or an interval, open ends as `..` or nothing.
impl Period {
    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        let refused = || PeriodError::Syntax(text.chars().take(60).collect());
        let end = |part: &str| match part {
            "" | ".." => Ok(None),
            _ => parse_day(part).map(Some).ok_or_else(refused),
        };
        let period = match text.split_once('/') {
            None => {
                let day = Some(parse_day(text).ok_or_else(refused)?);
                Period { from: day, to: day }
            }
            Some((from, to)) => Period { from: end(from)?, to: end(to)? },
        };
        match (period.from, period.to) {
            (None, None) if text != "../.." && text != "/" => Err(refused()),
            (Some(from), Some(to)) if from > to => Err(PeriodError::Backwards),
            _ => Ok(period),
        }
    }
}

/// A date, or a time with its offset, taken to its day in UTC.
fn parse_day(text: &str) -> Option<Date> {
    if text.contains(['T', 't']) {
        return Some(parse_moment(text)?.to_zoned(jiff::tz::TimeZone::UTC).date());
    }
    // jiff also reads 20090605; the standard asks for RFC 3339.
    if text.len() != 10 {
        return None;
    }
    text.parse().ok()
}

/// A moment (RFC 3339). The calendar of moments ends within the last days of the year 9999, by which programs mean
/// "for ever": what is later is taken to its end.
pub(super) fn parse_moment(text: &str) -> Option<Timestamp> {
    let last_days = || {
        let earlier = text.replacen("9999-12-3", "9999-12-2", 1);
        (earlier != text && earlier.parse::<Timestamp>().is_ok()).then_some(Timestamp::MAX)
    };
    text.parse().ok().or_else(last_days)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn instants_and_intervals_are_periods() {
        let day = Some(date(2009, 6, 5));
        assert_eq!("2009-06-05".parse(), Ok(Period { from: day, to: day }));
        assert_eq!(
            "2009-06-05T23:00:00-05:00".parse(),
            Ok(Period { from: Some(date(2009, 6, 6)), to: Some(date(2009, 6, 6)) })
        );
        assert_eq!("2009-06-05/..".parse(), Ok(Period { from: day, to: None }));
        let last = "2010-01-01/9999-12-31T00:00:00Z".parse::<Period>().expect("as QGIS writes it").to;
        assert!(last > Some(date(9999, 12, 1)));
        assert_eq!("/2009-06-05".parse(), Ok(Period { from: None, to: day }));
        assert_eq!("2009-06-06/2009-06-05".parse::<Period>(), Err(PeriodError::Backwards));
        for text in ["yesterday", "2009", "", "2009-13-01", "2009-06-05/2009-06-06/2009-06-07", "20090605"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
