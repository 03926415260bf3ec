//! A month of a scheme's cases, as a monthly report tells it.

use std::collections::HashSet;

use jiff::civil::Date;

use super::counting::{CountedCase, CountedCases};
use crate::model::{cases::Condition, cql2::Cql2Error};

/// Parts of a month's cases, by their names in addresses.
pub const MONTH_PARTS: [&str; 8] =
    ["total", "environmental", "before", "new", "came_back", "left", "resolved", "withdrawn"];

/// The cases of a scheme in a month, and how they came from those before it. Places are those of [`CountedCases`].
#[derive(Debug)]
pub struct CountedMonth {
    /// Cases as they were at its end.
    pub at_end: CountedCases,
    /// Cases as they were the day before it.
    pub before: CountedCases,
    /// Of `at_end`, those that count.
    pub now: Vec<usize>,
    /// Of `now`, those about the environment, in the words that are common to all.
    pub environmental: Vec<usize>,
    /// Of `before`, those that counted.
    pub then: Vec<usize>,
    /// Of `now`, those that began in the month.
    pub new: Vec<usize>,
    /// Of `now`, those that began earlier and did not count before it.
    pub came_back: Vec<usize>,
    /// Of `then`, those that count no more.
    pub left: Vec<usize>,
    /// Of `at_end`, those that left and are resolved.
    pub resolved: Vec<usize>,
    /// Of `at_end`, those that left and were withdrawn.
    pub withdrawn: Vec<usize>,
}

impl CountedMonth {
    /// Of cases as they were on its last day and on the day before its first.
    ///
    /// # Errors
    /// [`Cql2Error`] of a condition that cannot be asked.
    pub fn of(
        at_end: CountedCases,
        before: CountedCases,
        conditions: &[Condition],
        (first, last): (Date, Date),
    ) -> Result<CountedMonth, Cql2Error> {
        let now = at_end.meeting(conditions)?;
        let then = before.meeting(conditions)?;
        let is: HashSet<&str> = now.iter().map(|place| at_end.case(*place).id()).collect();
        let was: HashSet<&str> = then.iter().map(|place| before.case(*place).id()).collect();
        let is_environmental = |place: &usize| at_end.case(*place).text("type") == Some("socioambiental");
        let environmental = now.iter().copied().filter(is_environmental).collect();
        let entered = now.iter().copied().filter(|place| !was.contains(at_end.case(*place).id()));
        let began = |place: &usize| at_end.case(*place).started_on().is_some_and(|day| first <= day && day <= last);
        let (new, came_back) = entered.partition(began);
        let left: Vec<usize> = then.iter().copied().filter(|place| !is.contains(before.case(*place).id())).collect();
        let gone: HashSet<&str> = left.iter().map(|place| before.case(*place).id()).collect();
        let ended = |state: &str| {
            let is_it = |case: &CountedCase| case.text("state") == Some(state) && gone.contains(case.id());
            at_end.places().filter(|place| is_it(at_end.case(*place))).collect::<Vec<_>>()
        };
        let (resolved, withdrawn) = (ended("resuelto"), ended("retirado"));
        Ok(CountedMonth { at_end, before, now, environmental, then, new, came_back, left, resolved, withdrawn })
    }

    /// The cases of a part ([`MONTH_PARTS`]), as they were when they were part of it.
    pub fn part(&self, name: &str) -> (&CountedCases, &[usize]) {
        match name {
            "before" => (&self.before, &self.then),
            "left" => (&self.before, &self.left),
            "environmental" => (&self.at_end, &self.environmental),
            "new" => (&self.at_end, &self.new),
            "came_back" => (&self.at_end, &self.came_back),
            "resolved" => (&self.at_end, &self.resolved),
            "withdrawn" => (&self.at_end, &self.withdrawn),
            _ => (&self.at_end, &self.now),
        }
    }

    /// Ids of the cases of a part.
    pub fn ids(&self, part: &str) -> HashSet<&str> {
        let (counted, places) = self.part(part);
        places.iter().map(|place| counted.case(*place).id()).collect()
    }
}
