use std::collections::HashSet;

use geo::{BoundingRect, Geometry, Validation};
use jiff::Timestamp;

use crate::model::{
    Bbox, FieldType,
    cql2::{
        Cql2Error, Expression, Literal, Scalar,
        expression::{parse_date, parse_timestamp},
        pattern::Pattern,
        plan::{Condition, End, Period, Place, Term},
        relations::Shape,
        scalar::{fold_case, strip_accents},
    },
    geodesic::{self, FARTHEST_M, around},
};

/// A property that filters may name.
#[derive(Debug, Clone, Copy)]
pub struct Property<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub kind: PropertyKind,
}

/// What a property holds, as far as a filter minds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// Text, or the code of a code list.
    Text,
    /// Number.
    Number,
    /// True or false.
    Boolean,
    /// Date or moment.
    Time,
    /// The geometry.
    Geometry,
}

impl From<FieldType> for PropertyKind {
    fn from(kind: FieldType) -> PropertyKind {
        match kind {
            FieldType::Text | FieldType::Code => PropertyKind::Text,
            FieldType::Integer | FieldType::Real => PropertyKind::Number,
            FieldType::Boolean => PropertyKind::Boolean,
            FieldType::Date => PropertyKind::Time,
        }
    }
}

/// A filter whose every part has its kind: ready to be asked of records that have the properties it was compiled for.
#[derive(Debug, Clone)]
pub struct Filter(pub(super) Condition);

/// A term and what it holds.
struct Typed {
    term: Term,
    kind: PropertyKind,
}

impl Filter {
    /// Checks an expression against the properties there are and makes it ready. The record's geometry is the first
    /// property of kind [`PropertyKind::Geometry`].
    ///
    /// # Errors
    /// [`Cql2Error`] naming the property, function or operand that does not fit.
    pub fn compile(expression: &Expression, properties: &[Property<'_>]) -> Result<Filter, Cql2Error> {
        Compiler { properties }.condition(expression).map(Filter)
    }

    /// A box outside of which no geometry can pass: the filter asks that the record's geometry meets something inside.
    /// The smallest that one condition gives (what meets two boxes need not meet what they share). `None` when there is no such box. `bulge_m` is how far the record's edges may bulge
    /// ([`crate::model::geodesic::bulge_m`]).
    pub fn bbox(&self, bulge_m: f64) -> Option<Bbox> {
        fn of(condition: &Condition, bulge_m: f64) -> Option<Bbox> {
            match condition {
                Condition::And(parts) => {
                    let size = |bbox: &Bbox| (bbox.east - bbox.west) * (bbox.north - bbox.south);
                    let boxes = parts.iter().filter_map(|part| of(part, bulge_m));
                    boxes.min_by(|a, b| size(a).total_cmp(&size(b)))
                }
                Condition::Spatial(relation, Place::Own, Place::Literal(shape))
                | Condition::Spatial(relation, Place::Literal(shape), Place::Own)
                    if !relation.apart() =>
                {
                    let rect = shape.bbox()?;
                    Some(Bbox { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y })
                }
                Condition::Near(shape, metres) => {
                    let rect = shape.bbox()?;
                    let [west, south, east, north] = [rect.min().x, rect.min().y, rect.max().x, rect.max().y];
                    let reach = metres + bulge_m + geodesic::bulge_m(shape.geometry());
                    Some(around(&Bbox { west, south, east, north }, reach)).filter(|bbox| bbox.west <= bbox.east)
                }
                _ => None,
            }
        }
        of(&self.0, bulge_m)
    }
}

/// Name of the function that asks for nearness, as other servers and PostGIS have it.
pub(super) const DWITHIN: &str = "DWITHIN";

struct Compiler<'a> {
    properties: &'a [Property<'a>],
}

impl Compiler<'_> {
    fn condition(&self, expression: &Expression) -> Result<Condition, Cql2Error> {
        let all = |parts: &[Expression]| parts.iter().map(|part| self.condition(part)).collect::<Result<Vec<_>, _>>();
        match expression {
            Expression::And(parts) => all(parts).map(Condition::And),
            Expression::Or(parts) => all(parts).map(Condition::Or),
            Expression::Not(inner) => Ok(Condition::Not(Box::new(self.condition(inner)?))),
            Expression::Literal(Literal::Boolean(constant)) => Ok(Condition::Constant(*constant)),
            Expression::Compare(comparison, left, right) => {
                let (left, right) = self.alike(left, right, "a comparison")?;
                Ok(Condition::Compare(*comparison, left.term, right.term))
            }
            Expression::Like(text, pattern) => self.like(text, pattern),
            Expression::Between(value, low, high) => {
                let value = self.term(value)?;
                let (value, low) = self.made_alike(value, low, "BETWEEN")?;
                let (value, high) = self.made_alike(value, high, "BETWEEN")?;
                Ok(Condition::Between(value.term, low.term, high.term))
            }
            Expression::In(value, list) => self.one_of(value, list),
            Expression::IsNull(inner) => match &**inner {
                Expression::Property(name) if self.property(name)?.1.kind == PropertyKind::Geometry => {
                    Ok(Condition::HasNoGeometry)
                }
                Expression::Literal(Literal::Geometry(_)) | Expression::Interval(..) => Ok(Condition::Constant(false)),
                _ => Ok(Condition::IsNull(self.term(inner)?.term)),
            },
            Expression::Spatial(relation, left, right) => {
                Ok(Condition::Spatial(*relation, self.place(left)?, self.place(right)?))
            }
            Expression::Temporal(relation, left, right) => {
                Ok(Condition::Temporal(*relation, self.period(left)?, self.period(right)?))
            }
            Expression::Function(name, arguments) if name.eq_ignore_ascii_case(DWITHIN) => self.near(arguments),
            Expression::Array(relation, left, right) => {
                Ok(Condition::Array(*relation, self.array(left)?, self.array(right)?))
            }
            other => {
                let typed = self.term(other)?;
                match typed.kind {
                    PropertyKind::Boolean => Ok(Condition::Truth(typed.term)),
                    kind => Err(mismatch(other, kind, "a filter", "a condition that is true or false")),
                }
            }
        }
    }

    fn property(&self, name: &str) -> Result<(usize, &Property<'_>), Cql2Error> {
        let found = self.properties.iter().enumerate().find(|(_, property)| property.name == name);
        found.ok_or_else(|| Cql2Error::UnknownProperty {
            asked: name.chars().take(60).collect(),
            known: self.properties.iter().map(|property| property.name).collect::<Vec<_>>().join(", "),
        })
    }

    fn term(&self, expression: &Expression) -> Result<Typed, Cql2Error> {
        let typed = |term, kind| Ok(Typed { term, kind });
        match expression {
            Expression::Property(name) => match self.property(name)? {
                (_, Property { kind: PropertyKind::Geometry, .. }) => {
                    Err(mismatch(expression, PropertyKind::Geometry, "this operator", "a value"))
                }
                (position, property) => typed(Term::Property(position), property.kind),
            },
            Expression::Literal(literal) => match literal {
                Literal::Text(text) => typed(Term::Literal(Scalar::Text(text.clone().into())), PropertyKind::Text),
                Literal::Number(number) => typed(Term::Literal(Scalar::Number(*number)), PropertyKind::Number),
                Literal::Boolean(boolean) => typed(Term::Literal(Scalar::Boolean(*boolean)), PropertyKind::Boolean),
                Literal::Date(date) => typed(Term::Literal(Scalar::Date(*date)), PropertyKind::Time),
                Literal::Timestamp(moment) => typed(Term::Literal(Scalar::Timestamp(*moment)), PropertyKind::Time),
                Literal::Geometry(_) => Err(mismatch(expression, PropertyKind::Geometry, "this operator", "a value")),
                Literal::Open => Err(mismatch(expression, PropertyKind::Time, "..", "to stand in an INTERVAL")),
            },
            Expression::Casei(inner) => {
                let text = self.of_kind(inner, PropertyKind::Text, "CASEI")?;
                typed(folded(text, fold_case, Term::Casei), PropertyKind::Text)
            }
            Expression::Accenti(inner) => {
                let text = self.of_kind(inner, PropertyKind::Text, "ACCENTI")?;
                typed(folded(text, strip_accents, Term::Accenti), PropertyKind::Text)
            }
            Expression::Arithmetic(operator, left, right) => {
                let left = self.of_kind(left, PropertyKind::Number, "arithmetic")?;
                let right = self.of_kind(right, PropertyKind::Number, "arithmetic")?;
                typed(Term::Arithmetic(*operator, left.into(), right.into()), PropertyKind::Number)
            }
            Expression::Function(name, _) => Err(Cql2Error::UnknownFunction(name.chars().take(60).collect())),
            Expression::Interval(..) => Err(mismatch(
                expression,
                PropertyKind::Time,
                "this operator",
                "a value; intervals go into T_ functions",
            )),
            Expression::List(_) => {
                Err(mismatch(expression, PropertyKind::Text, "this operator", "a value; lists go into A_ functions"))
            }
            condition => typed(Term::Condition(Box::new(self.condition(condition)?)), PropertyKind::Boolean),
        }
    }

    fn of_kind(&self, expression: &Expression, kind: PropertyKind, operator: &'static str) -> Result<Term, Cql2Error> {
        let typed = self.term(expression)?;
        if typed.kind == kind { Ok(typed.term) } else { Err(mismatch(expression, typed.kind, operator, name_of(kind))) }
    }

    /// Two operands of one kind.
    fn alike(
        &self,
        left: &Expression,
        right: &Expression,
        operator: &'static str,
    ) -> Result<(Typed, Typed), Cql2Error> {
        self.made_alike(self.term(left)?, right, operator)
    }

    /// The same for a left side that is compiled already: what stands several times in a condition is compiled once,
    /// or nested conditions would grow beyond all bounds. Text beside a time is read as one, and 1 and 0 beside a truth value: some programs write them so.
    fn made_alike(
        &self,
        mut left: Typed,
        right: &Expression,
        operator: &'static str,
    ) -> Result<(Typed, Typed), Cql2Error> {
        let mut compared = self.term(right)?;
        if left.kind == PropertyKind::Time {
            compared = as_time(compared)?;
        } else if compared.kind == PropertyKind::Time {
            left = as_time(left)?;
        } else if left.kind == PropertyKind::Boolean {
            compared = as_truth(compared);
        } else if compared.kind == PropertyKind::Boolean {
            left = as_truth(left);
        }
        if left.kind != compared.kind {
            return Err(mismatch(right, compared.kind, operator, name_of(left.kind)));
        }
        Ok((left, compared))
    }

    fn like(&self, text: &Expression, pattern: &Expression) -> Result<Condition, Cql2Error> {
        let text = self.of_kind(text, PropertyKind::Text, "LIKE")?;
        match self.term(pattern)? {
            Typed { term: Term::Literal(Scalar::Text(pattern)), .. } => {
                Ok(Condition::Like(text, Pattern::new(&pattern)?))
            }
            other => Err(mismatch(pattern, other.kind, "LIKE", "a pattern in quotes")),
        }
    }

    fn one_of(&self, value: &Expression, list: &[Expression]) -> Result<Condition, Cql2Error> {
        let mut value = self.term(value)?;
        let mut terms = vec![];
        for item in list {
            let (alike, item) = self.made_alike(value, item, "IN")?;
            value = alike;
            terms.push(item.term);
        }
        let texts: Option<HashSet<String>> = terms
            .iter()
            .map(|term| match term {
                Term::Literal(Scalar::Text(text)) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        Ok(match texts {
            Some(texts) => Condition::OneOf(value.term, texts),
            None => Condition::AnyOf(value.term, terms),
        })
    }

    fn place(&self, expression: &Expression) -> Result<Place, Cql2Error> {
        match expression {
            Expression::Property(name) => match self.property(name)?.1.kind {
                PropertyKind::Geometry => Ok(Place::Own),
                kind => Err(mismatch(expression, kind, "an S_ function", "a geometry")),
            },
            Expression::Literal(Literal::Geometry(geometry)) => Ok(Place::Literal(Box::new(shape(geometry)?))),
            Expression::Function(name, _) => Err(Cql2Error::UnknownFunction(name.chars().take(60).collect())),
            other => Err(mismatch(other, self.term(other)?.kind, "an S_ function", "a geometry")),
        }
    }

    /// `DWITHIN(geometry, POINT(-78.4 -6.9), 5000)`: the geometry there is, another one, and metres.
    fn near(&self, arguments: &[Expression]) -> Result<Condition, Cql2Error> {
        let [one, other, Expression::Literal(Literal::Number(metres))] = arguments else {
            return Err(Cql2Error::Arguments {
                function: DWITHIN,
                accepted: "two geometries and a distance in metres",
            });
        };
        if !(0.0..=FARTHEST_M).contains(metres) {
            return Err(Cql2Error::Arguments { function: DWITHIN, accepted: "a distance of 0 to 20010000 metres" });
        }
        match (self.place(one)?, self.place(other)?) {
            (Place::Own, Place::Literal(shape)) | (Place::Literal(shape), Place::Own) => {
                Ok(Condition::Near(shape, *metres))
            }
            _ => Err(Cql2Error::Arguments {
                function: DWITHIN,
                accepted: "the geometry of the features and one that is written out",
            }),
        }
    }

    fn period(&self, expression: &Expression) -> Result<Period, Cql2Error> {
        if let Expression::Interval(start, end) = expression {
            return Ok(Period::Between(self.end(start)?, self.end(end)?));
        }
        self.time(expression).map(Period::Moment)
    }

    fn end(&self, expression: &Expression) -> Result<End, Cql2Error> {
        match expression {
            Expression::Literal(Literal::Open) => Ok(End::Open),
            other => self.time(other).map(End::At),
        }
    }

    fn time(&self, expression: &Expression) -> Result<Term, Cql2Error> {
        let typed = as_time(self.term(expression)?)?;
        match typed.kind {
            PropertyKind::Time => Ok(typed.term),
            kind => Err(mismatch(expression, kind, "a T_ function", "a date, a time or an interval")),
        }
    }

    fn array(&self, expression: &Expression) -> Result<Vec<Term>, Cql2Error> {
        match expression {
            Expression::List(items) => items.iter().map(|item| self.term(item).map(|typed| typed.term)).collect(),
            // In text, a list of one value cannot be told from a value in brackets.
            Expression::Literal(_) => Ok(vec![self.term(expression)?.term]),
            other => Err(mismatch(other, self.term(other)?.kind, "an A_ function", "a list of values")),
        }
    }
}

fn shape(geometry: &Geometry<f64>) -> Result<Shape, Cql2Error> {
    let finite = geometry.bounding_rect().is_none_or(|rect| {
        [rect.min().x, rect.min().y, rect.max().x, rect.max().y].iter().all(|side| side.is_finite())
    });
    let refused = |why: &str| Err(Cql2Error::Geometry(why.into()));
    match geometry {
        _ if !finite => refused("a coordinate is not finite"),
        // What is inside an area that crosses itself is anybody's guess; PostGIS raises an error for most of them.
        geometry if !areas_are_valid(geometry) => refused("the area crosses or touches itself"),
        geometry => Ok(Shape::new(geometry.clone())),
    }
}

fn areas_are_valid(geometry: &Geometry<f64>) -> bool {
    match geometry {
        Geometry::Polygon(area) => area.is_valid(),
        Geometry::MultiPolygon(areas) => areas.is_valid(),
        Geometry::GeometryCollection(members) => members.iter().all(areas_are_valid),
        _ => true,
    }
}

/// A literal is folded once, anything else for each record.
fn folded(text: Term, fold: fn(&str) -> String, later: fn(Box<Term>) -> Term) -> Term {
    match text {
        Term::Literal(scalar) => Term::Literal(scalar.map_text(fold)),
        other => later(Box::new(other)),
    }
}

/// Text that is written out, read as a date or moment; anything else as it is.
fn as_time(typed: Typed) -> Result<Typed, Cql2Error> {
    let Term::Literal(Scalar::Text(text)) = &typed.term else { return Ok(typed) };
    // GDAL 3.6 writes a day with the T of a time that does not follow, and slashes where others write dashes.
    let text = text.trim();
    let day = text.strip_suffix(['T', 't']).unwrap_or(text);
    let literal = match day.contains(['T', 't', ' ']) {
        true => parse_timestamp(&in_utc(text))?,
        false => parse_date(&day.replace('/', "-"))?,
    };
    let scalar = match literal {
        Literal::Date(date) => Scalar::Date(date),
        Literal::Timestamp(moment) => Scalar::Timestamp(moment),
        _ => unreachable!("a date or a moment was read"),
    };
    Ok(Typed { term: Term::Literal(scalar), kind: PropertyKind::Time })
}

/// 1 or 0 that is written out, as GDAL does for true and false; anything else as it is.
fn as_truth(typed: Typed) -> Typed {
    match typed.term {
        Term::Literal(Scalar::Number(number)) if number == 1.0 || number == 0.0 => {
            Typed { term: Term::Literal(Scalar::Boolean(number == 1.0)), kind: PropertyKind::Boolean }
        }
        term => Typed { term, ..typed },
    }
}

/// GDAL writes `2009-06-05 10:00:00`, without saying where: in UTC, as everything here.
fn in_utc(text: &str) -> String {
    let with_zone = text.parse::<Timestamp>().is_ok();
    if with_zone { text.to_owned() } else { format!("{}Z", text.replace('/', "-").replacen(' ', "T", 1)) }
}

fn name_of(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Text => "text",
        PropertyKind::Number => "a number",
        PropertyKind::Boolean => "a truth value",
        PropertyKind::Time => "a date or time",
        PropertyKind::Geometry => "a geometry",
    }
}

fn mismatch(operand: &Expression, kind: PropertyKind, operator: &'static str, expected: &'static str) -> Cql2Error {
    let operand = match operand {
        Expression::Property(name) => format!("property \"{name}\""),
        Expression::Literal(Literal::Text(text)) => format!("'{text}'"),
        Expression::Literal(Literal::Number(number)) => number.to_string(),
        Expression::Literal(Literal::Open) => "'..'".to_owned(),
        _ => "an operand".to_owned(),
    };
    Cql2Error::Kind { operand: operand.chars().take(60).collect(), found: name_of(kind), operator, expected }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::model::cql2::parse_text;

    #[test]
    fn nested_conditions_do_not_grow_beyond_their_text() {
        let properties = [Property { name: "yes", kind: PropertyKind::Boolean }];
        for (open, close) in [("(", ") BETWEEN TRUE AND FALSE"), ("(", ") IN (TRUE, FALSE)")] {
            let filter = format!("{}yes{}", open.repeat(29), close.repeat(29));
            let expression = parse_text(&filter).expect("within the limits");
            let started = Instant::now();
            Filter::compile(&expression, &properties).expect("truth values throughout");
            assert!(started.elapsed() < Duration::from_secs(1), "{filter}: {:?}", started.elapsed());
        }
    }
}
