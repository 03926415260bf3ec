//! What a filter is compiled to: every part has its kind, and what does not depend on the record is worked out.

use std::collections::HashSet;

use crate::model::cql2::{
    Arithmetic, ArrayRelation, Comparison, Scalar, SpatialRelation, TemporalRelation, pattern::Pattern,
    relations::Shape,
};

/// What holds, does not hold, or is unknown.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    Constant(bool),
    /// A boolean value alone.
    Truth(Term),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Comparison, Term, Term),
    /// The first lies between the others, both included.
    Between(Term, Term, Term),
    /// Equal to one of these.
    AnyOf(Term, Vec<Term>),
    Like(Term, Pattern),
    /// One of these texts.
    OneOf(Term, HashSet<String>),
    IsNull(Term),
    HasNoGeometry,
    Spatial(SpatialRelation, Place, Place),
    /// The record's geometry lies at most so many metres, geodesic, from another.
    Near(Box<Shape>, f64),
    Temporal(TemporalRelation, Period, Period),
    Array(ArrayRelation, Vec<Term>, Vec<Term>),
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Term {
    Literal(Scalar<'static>),
    /// Position among the properties.
    Property(usize),
    Casei(Box<Term>),
    Accenti(Box<Term>),
    Arithmetic(Arithmetic, Box<Term>, Box<Term>),
    /// Whether a condition holds.
    Condition(Box<Condition>),
}

/// A geometry.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Own,
    Literal(Box<Shape>),
}

/// A stretch of time.
#[derive(Debug, Clone)]
pub(super) enum Period {
    Moment(Term),
    Between(End, End),
}

/// An end of an interval.
#[derive(Debug, Clone)]
pub(super) enum End {
    Open,
    At(Term),
}
