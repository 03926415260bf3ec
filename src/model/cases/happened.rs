use jiff::civil::Date;

/// What happened in a case on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    /// The day.
    pub day: Date,
    /// Events.
    pub events: u32,
    /// Those of them that are protest acts ([`super::PROTEST_ACTS`]).
    pub protests: u32,
}
