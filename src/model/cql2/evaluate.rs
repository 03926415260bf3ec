use std::cmp::Ordering;

use geo::Geometry;
use jiff::Timestamp;

use crate::model::cql2::{
    Arithmetic, Comparison, Filter, Scalar,
    plan::{Condition, End, Period, Place, Term},
    relations::Stretch,
    scalar::{fold_case, strip_accents},
};

/// What a filter can be asked of.
pub trait Record {
    /// The value of the property at a position of the list the filter was compiled for.
    fn value(&self, position: usize) -> Scalar<'_>;
    /// The geometry; `None` for a record without place.
    fn geometry(&self) -> Option<&Geometry<f64>>;
}

impl Filter {
    /// Whether the record passes: what is unknown does not.
    pub fn passes(&self, record: &impl Record) -> bool {
        self.0.holds(record) == Some(true)
    }
}

impl Condition {
    /// True, false, or unknown.
    fn holds(&self, record: &impl Record) -> Option<bool> {
        match self {
            Condition::Constant(constant) => Some(*constant),
            Condition::Truth(term) => match term.value(record) {
                Scalar::Boolean(boolean) => Some(boolean),
                _ => None,
            },
            Condition::And(parts) => strongest(parts, false, record),
            Condition::Or(parts) => strongest(parts, true, record),
            Condition::Not(inner) => inner.holds(record).map(|holds| !holds),
            Condition::Compare(comparison, left, right) => {
                left.value(record).order(&right.value(record)).map(|order| comparison.holds(order))
            }
            Condition::Between(value, low, high) => {
                let value = value.value(record);
                let above = value.order(&low.value(record)).map(Ordering::is_ge);
                let below = value.order(&high.value(record)).map(Ordering::is_le);
                match (above, below) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            Condition::AnyOf(value, terms) => {
                let value = value.value(record);
                let mut result = Some(false);
                for term in terms {
                    match value.order(&term.value(record)) {
                        Some(Ordering::Equal) => return Some(true),
                        Some(_) => {}
                        None => result = None,
                    }
                }
                result
            }
            Condition::Like(text, pattern) => match text.value(record) {
                Scalar::Text(text) => Some(pattern.fits(&text)),
                _ => None,
            },
            Condition::OneOf(text, texts) => match text.value(record) {
                Scalar::Text(text) => Some(texts.contains(text.as_ref())),
                _ => None,
            },
            Condition::IsNull(term) => Some(term.value(record) == Scalar::Null),
            Condition::HasNoGeometry => Some(record.geometry().is_none()),
            Condition::Spatial(relation, left, right) => match (left, right) {
                (Place::Own, Place::Own) => record.geometry().map(|own| relation.holds(own, own)),
                (Place::Own, Place::Literal(shape)) => record.geometry().map(|own| shape.is_so_to(*relation, own)),
                (Place::Literal(shape), Place::Own) => {
                    record.geometry().map(|own| shape.is_so_to(relation.reversed(), own))
                }
                (Place::Literal(left), Place::Literal(right)) => {
                    Some(relation.holds(left.geometry(), right.geometry()))
                }
            },
            Condition::Near(shape, metres) => {
                record.geometry().map(|own| shape.distance_m(own).is_some_and(|distance| distance <= *metres))
            }
            Condition::Temporal(relation, left, right) => {
                Some(relation.holds(left.stretch(record)?, right.stretch(record)?))
            }
            Condition::Array(relation, left, right) => {
                let values =
                    |terms: &[Term]| terms.iter().map(|term| term.value(record).into_owned()).collect::<Vec<_>>();
                Some(relation.holds(&values(left), &values(right)))
            }
        }
    }
}

/// `decisive` as soon as one part is so; unknown when none is but one is unknown.
fn strongest(parts: &[Condition], decisive: bool, record: &impl Record) -> Option<bool> {
    let mut result = Some(!decisive);
    for part in parts {
        match part.holds(record) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

impl Term {
    fn value<'r>(&'r self, record: &'r impl Record) -> Scalar<'r> {
        match self {
            Term::Literal(scalar) => scalar.borrowed(),
            Term::Property(position) => record.value(*position),
            Term::Casei(inner) => inner.value(record).map_text(fold_case),
            Term::Accenti(inner) => inner.value(record).map_text(strip_accents),
            Term::Arithmetic(operator, left, right) => match (left.value(record), right.value(record)) {
                (Scalar::Number(left), Scalar::Number(right)) => operator.apply(left, right),
                _ => Scalar::Null,
            },
            Term::Condition(condition) => condition.holds(record).map_or(Scalar::Null, Scalar::Boolean),
        }
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::Greater => order.is_gt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Arithmetic {
    /// The number, or nothing where there is none: a division by zero, a root of a negative.
    fn apply(self, left: f64, right: f64) -> Scalar<'static> {
        let number = match self {
            Arithmetic::Add => left + right,
            Arithmetic::Subtract => left - right,
            Arithmetic::Multiply => left * right,
            Arithmetic::Divide => left / right,
            Arithmetic::IntegerDivide => (left / right).trunc(),
            Arithmetic::Remainder => left % right,
            Arithmetic::Power => left.powf(right),
        };
        if number.is_finite() { Scalar::Number(number) } else { Scalar::Null }
    }
}

impl Period {
    /// `None` when an end is unknown.
    fn stretch(&self, record: &impl Record) -> Option<Stretch> {
        match self {
            Period::Moment(term) => {
                let moment = term.value(record).moment()?;
                Some(Stretch { from: moment, to: moment })
            }
            Period::Between(from, to) => {
                let end = |end: &End, open: Timestamp| match end {
                    End::Open => Some(open),
                    End::At(term) => term.value(record).moment(),
                };
                Some(Stretch { from: end(from, Timestamp::MIN)?, to: end(to, Timestamp::MAX)? })
            }
        }
    }
}
