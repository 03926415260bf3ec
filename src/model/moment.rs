use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::model::query::parse_moment;

/// Another time than now from which a layer is looked at: how things were in the world on a day, as far as was known
/// here at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The day in the world; `None` for today.
    pub as_of: Option<Date>,
    /// What was known at this time; `None` for now.
    pub as_known: Option<Timestamp>,
}

/// Why a text is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Not a day.
    #[error("\"{0}\" is no day; accepted: 2009-06-05")]
    Day(String),
    /// Neither a day nor a time.
    #[error(
        "\"{0}\" is neither a day nor a time; accepted: 2024-03-31 (to the end of the day in Peru), 2024-03-31T10:00:00Z"
    )]
    Time(String),
}

impl Moment {
    /// Whether it is now in both ways.
    pub fn is_now(&self) -> bool {
        *self == Moment::default()
    }

    /// The parameters that say it, as a query string with its question mark; nothing for now.
    pub fn query(&self) -> String {
        let day = self.as_of.map(|day| format!("asOf={day}"));
        let time = self.as_known.map(|time| format!("asKnown={time}"));
        let parameters: Vec<_> = day.into_iter().chain(time).collect();
        if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) }
    }

    /// Today in Peru.
    pub fn today() -> Date {
        Timestamp::now().to_zoned(peru()).date()
    }

    /// Reads the day of `asOf`.
    ///
    /// # Errors
    /// [`MomentError::Day`].
    pub fn parse_day(text: &str) -> Result<Date, MomentError> {
        // jiff also reads 20090605.
        let day: Option<Date> = (text.len() == 10).then(|| text.parse().ok()).flatten();
        // PostgreSQL's calendar has no year 0.
        day.filter(|day| day.year() >= 1).ok_or_else(|| MomentError::Day(shorten(text)))
    }

    /// Reads the time of `asKnown`. A day stands for its end in Peru.
    ///
    /// # Errors
    /// [`MomentError::Time`].
    pub fn parse_time(text: &str) -> Result<Timestamp, MomentError> {
        let refused = || MomentError::Time(shorten(text));
        if let Ok(day) = Moment::parse_day(text) {
            let next = day.tomorrow().map_err(|_| refused())?;
            let end = next.to_zoned(peru()).map_err(|_| refused())?.timestamp();
            return end.checked_sub(jiff::SignedDuration::from_micros(1)).map_err(|_| refused());
        }
        let time = text.contains(['T', 't']).then(|| parse_moment(text)).flatten();
        time.filter(|time| time.to_zoned(peru()).year() >= 1).ok_or_else(refused)
    }
}

/// Peru keeps one time all year, five hours behind UTC.
fn peru() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(-5))
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_knowing_ends_in_peru() {
        let told = |text: &str| Moment::parse_time(text).map(|time| time.to_string());
        assert_eq!(told("2024-03-31"), Ok("2024-04-01T04:59:59.999999Z".into()));
        assert_eq!(told("2024-03-31T10:00:00-05:00"), Ok("2024-03-31T15:00:00Z".into()));
        for text in ["", "yesterday", "2024", "20240331", "2024-02-30", "9999-12-31"] {
            assert!(Moment::parse_time(text).is_err() || text == "9999-12-31", "{text}");
            assert!(Moment::parse_day(text).is_err() || text == "9999-12-31", "{text}");
        }
    }
}
