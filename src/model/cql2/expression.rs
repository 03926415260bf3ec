use geo::Geometry;
use jiff::{Timestamp, civil::Date};

use crate::model::{cql2::Cql2Error, query::parse_moment};

/// A filter, or a part of one, as it was written. Text and JSON that mean the same give the same expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A value.
    Literal(Literal),
    /// The value of a property.
    Property(String),
    /// All hold.
    And(Vec<Expression>),
    /// At least one holds.
    Or(Vec<Expression>),
    /// Does not hold.
    Not(Box<Expression>),
    /// One value beside another.
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// A text fits a pattern with `%` for any characters and `_` for one.
    Like(Box<Expression>, Box<Expression>),
    /// A value lies between two others, both included.
    Between(Box<Expression>, Box<Expression>, Box<Expression>),
    /// A value is one of a list.
    In(Box<Expression>, Vec<Expression>),
    /// Nothing is known.
    IsNull(Box<Expression>),
    /// Two numbers make one.
    Arithmetic(Arithmetic, Box<Expression>, Box<Expression>),
    /// The text without regard to case.
    Casei(Box<Expression>),
    /// The text without regard to accents.
    Accenti(Box<Expression>),
    /// How two geometries lie to one another.
    Spatial(SpatialRelation, Box<Expression>, Box<Expression>),
    /// How two times lie to one another.
    Temporal(TemporalRelation, Box<Expression>, Box<Expression>),
    /// How two lists lie to one another.
    Array(ArrayRelation, Box<Expression>, Box<Expression>),
    /// A stretch of time between two moments.
    Interval(Box<Expression>, Box<Expression>),
    /// A list of values.
    List(Vec<Expression>),
    /// Any other function.
    Function(String, Vec<Expression>),
}

/// A value written in a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text.
    Text(String),
    /// Number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Calendar day.
    Date(Date),
    /// Moment.
    Timestamp(Timestamp),
    /// Geometry in degrees, longitude first; heights are dropped.
    Geometry(Geometry<f64>),
    /// The open end of an interval, `..`.
    Open,
}

/// How one value lies to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison of that sign.
    pub(super) fn by_sign(sign: &str) -> Option<Comparison> {
        Some(match sign {
            "=" => Comparison::Equal,
            "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            ">" => Comparison::Greater,
            "<=" => Comparison::LessOrEqual,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }
}

/// How two numbers make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Whole quotient, towards zero.
    IntegerDivide,
    Remainder,
    Power,
}

/// How two geometries lie to one another: the named relations of OGC 06-103r4, section 6.1.15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum SpatialRelation {
    Intersects,
    Equals,
    Disjoint,
    Touches,
    Within,
    Overlaps,
    Crosses,
    Contains,
}

/// How two stretches of time lie to one another: CQL2, section 7.5, after Allen (1983).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum TemporalRelation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

/// How two lists lie to one another, as sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum ArrayRelation {
    Equals,
    Contains,
    ContainedBy,
    Overlaps,
}

/// What a function name of the standard stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Spatial(SpatialRelation),
    Temporal(TemporalRelation),
    Array(ArrayRelation),
}

impl Relation {
    /// The relation of that name, in any case: `S_INTERSECTS`, `t_after`.
    pub(super) fn by_name(name: &str) -> Option<Relation> {
        use {ArrayRelation as A, SpatialRelation as S, TemporalRelation as T};
        Some(match name.to_ascii_lowercase().as_str() {
            "s_intersects" => Relation::Spatial(S::Intersects),
            "s_equals" => Relation::Spatial(S::Equals),
            "s_disjoint" => Relation::Spatial(S::Disjoint),
            "s_touches" => Relation::Spatial(S::Touches),
            "s_within" => Relation::Spatial(S::Within),
            "s_overlaps" => Relation::Spatial(S::Overlaps),
            "s_crosses" => Relation::Spatial(S::Crosses),
            "s_contains" => Relation::Spatial(S::Contains),
            "t_after" => Relation::Temporal(T::After),
            "t_before" => Relation::Temporal(T::Before),
            "t_contains" => Relation::Temporal(T::Contains),
            "t_disjoint" => Relation::Temporal(T::Disjoint),
            "t_during" => Relation::Temporal(T::During),
            "t_equals" => Relation::Temporal(T::Equals),
            "t_finishedby" => Relation::Temporal(T::FinishedBy),
            "t_finishes" => Relation::Temporal(T::Finishes),
            "t_intersects" => Relation::Temporal(T::Intersects),
            "t_meets" => Relation::Temporal(T::Meets),
            "t_metby" => Relation::Temporal(T::MetBy),
            "t_overlappedby" => Relation::Temporal(T::OverlappedBy),
            "t_overlaps" => Relation::Temporal(T::Overlaps),
            "t_startedby" => Relation::Temporal(T::StartedBy),
            "t_starts" => Relation::Temporal(T::Starts),
            "a_equals" => Relation::Array(A::Equals),
            "a_contains" => Relation::Array(A::Contains),
            "a_containedby" => Relation::Array(A::ContainedBy),
            "a_overlaps" => Relation::Array(A::Overlaps),
            _ => return None,
        })
    }

    /// The relation between two operands.
    pub(super) fn between(self, left: Expression, right: Expression) -> Expression {
        let (left, right) = (Box::new(left), Box::new(right));
        match self {
            Relation::Spatial(relation) => Expression::Spatial(relation, left, right),
            Relation::Temporal(relation) => Expression::Temporal(relation, left, right),
            Relation::Array(relation) => Expression::Array(relation, left, right),
        }
    }
}

impl Expression {
    /// The expression with each of its geometries changed, such as to another reference system.
    ///
    /// # Errors
    /// The first that `change` returns.
    pub fn map_geometries<E>(
        self,
        change: &impl Fn(Geometry<f64>) -> Result<Geometry<f64>, E>,
    ) -> Result<Expression, E> {
        let one = |part: Box<Expression>| part.map_geometries(change).map(Box::new);
        let all = |parts: Vec<Expression>| {
            parts.into_iter().map(|part| part.map_geometries(change)).collect::<Result<Vec<_>, E>>()
        };
        Ok(match self {
            Expression::Literal(Literal::Geometry(geometry)) => Literal::Geometry(change(geometry)?).into(),
            Expression::Literal(_) | Expression::Property(_) => self,
            Expression::And(parts) => Expression::And(all(parts)?),
            Expression::Or(parts) => Expression::Or(all(parts)?),
            Expression::Not(inner) => Expression::Not(one(inner)?),
            Expression::Compare(comparison, left, right) => Expression::Compare(comparison, one(left)?, one(right)?),
            Expression::Like(text, pattern) => Expression::Like(one(text)?, one(pattern)?),
            Expression::Between(value, low, high) => Expression::Between(one(value)?, one(low)?, one(high)?),
            Expression::In(value, list) => Expression::In(one(value)?, all(list)?),
            Expression::IsNull(inner) => Expression::IsNull(one(inner)?),
            Expression::Arithmetic(operator, left, right) => Expression::Arithmetic(operator, one(left)?, one(right)?),
            Expression::Casei(inner) => Expression::Casei(one(inner)?),
            Expression::Accenti(inner) => Expression::Accenti(one(inner)?),
            Expression::Spatial(relation, left, right) => Expression::Spatial(relation, one(left)?, one(right)?),
            Expression::Temporal(relation, left, right) => Expression::Temporal(relation, one(left)?, one(right)?),
            Expression::Array(relation, left, right) => Expression::Array(relation, one(left)?, one(right)?),
            Expression::Interval(start, end) => Expression::Interval(one(start)?, one(end)?),
            Expression::List(items) => Expression::List(all(items)?),
            Expression::Function(name, arguments) => Expression::Function(name, all(arguments)?),
        })
    }

    /// The parts it is made of, not theirs.
    fn parts(&self) -> Vec<&Expression> {
        match self {
            Expression::Literal(_) | Expression::Property(_) => vec![],
            Expression::And(parts)
            | Expression::Or(parts)
            | Expression::List(parts)
            | Expression::Function(_, parts) => parts.iter().collect(),
            Expression::Not(inner)
            | Expression::IsNull(inner)
            | Expression::Casei(inner)
            | Expression::Accenti(inner) => vec![inner],
            Expression::Compare(_, left, right)
            | Expression::Like(left, right)
            | Expression::Arithmetic(_, left, right)
            | Expression::Spatial(_, left, right)
            | Expression::Temporal(_, left, right)
            | Expression::Array(_, left, right)
            | Expression::Interval(left, right) => vec![left, right],
            Expression::Between(value, low, high) => vec![value, low, high],
            Expression::In(value, list) => std::iter::once(&**value).chain(list).collect(),
        }
    }

    /// Properties that a text is or is not, each with that text, in the order they are written.
    pub fn texts_of_properties(&self) -> Vec<(&str, &str)> {
        fn text(part: &Expression) -> Option<&str> {
            match part {
                Expression::Literal(Literal::Text(text)) => Some(text),
                _ => None,
            }
        }
        let own: Vec<(&str, &str)> = match self {
            Expression::Compare(Comparison::Equal | Comparison::NotEqual, left, right) => match (&**left, &**right) {
                (Expression::Property(name), other) | (other, Expression::Property(name)) => {
                    text(other).map(|text| (name.as_str(), text)).into_iter().collect()
                }
                _ => vec![],
            },
            Expression::In(value, list) => match &**value {
                Expression::Property(name) => list.iter().filter_map(text).map(|text| (name.as_str(), text)).collect(),
                _ => vec![],
            },
            _ => vec![],
        };
        own.into_iter().chain(self.parts().into_iter().flat_map(Expression::texts_of_properties)).collect()
    }

    /// Comparisons, patterns, ranges and lists that ask of one property only, each with it and the first text that is written there.
    pub fn tests_of_properties(&self) -> Vec<(&str, &str, &Expression)> {
        match self {
            Expression::Compare(..) | Expression::Like(..) | Expression::Between(..) | Expression::In(..) => {
                let (mut names, mut texts) = (vec![], vec![]);
                self.named_and_written(&mut names, &mut texts);
                names.dedup();
                match (names.as_slice(), texts.first()) {
                    ([name], Some(text)) => vec![(name, text, self)],
                    _ => vec![],
                }
            }
            _ => self.parts().into_iter().flat_map(Expression::tests_of_properties).collect(),
        }
    }

    fn named_and_written<'a>(&'a self, names: &mut Vec<&'a str>, texts: &mut Vec<&'a str>) {
        match self {
            Expression::Property(name) => names.push(name),
            Expression::Literal(Literal::Text(text)) => texts.push(text),
            _ => self.parts().into_iter().for_each(|part| part.named_and_written(names, texts)),
        }
    }

    pub(super) fn not(self) -> Expression {
        Expression::Not(Box::new(self))
    }
}

impl From<Literal> for Expression {
    fn from(literal: Literal) -> Expression {
        Expression::Literal(literal)
    }
}

/// Reads `YYYY-MM-DD`.
pub(super) fn parse_date(text: &str) -> Result<Literal, Cql2Error> {
    let refused = || Cql2Error::NotADate(text.chars().take(40).collect());
    // The library also reads shorter forms.
    if text.len() != 10 {
        return Err(refused());
    }
    text.parse().map(Literal::Date).map_err(|_| refused())
}

/// Reads a moment of RFC 3339.
pub(super) fn parse_timestamp(text: &str) -> Result<Literal, Cql2Error> {
    let refused = || Cql2Error::NotATimestamp(text.chars().take(40).collect());
    parse_moment(text).map(Literal::Timestamp).ok_or_else(refused)
}

/// Reads the end of an interval: a date, a moment or `..`.
pub(super) fn parse_interval_end(text: &str) -> Result<Literal, Cql2Error> {
    match text {
        ".." => Ok(Literal::Open),
        _ if text.contains(['T', 't']) => parse_timestamp(text),
        _ => parse_date(text),
    }
}
