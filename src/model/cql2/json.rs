use geo::{Coord, CoordsIter, Geometry, LineString};
use serde_json::{Map, Value as Json};

use crate::model::{
    cql2::{
        Arithmetic, Budget, Comparison, Cql2Error, Expression, Literal, MAX_BYTES, MAX_VALUES,
        expression::{Relation, parse_date, parse_interval_end, parse_timestamp},
        wkt::{bbox_geometry, check_line, check_ring},
    },
    from_geojson,
};

/// Reads CQL2 JSON.
///
/// # Errors
/// [`Cql2Error`] naming the part and what would be accepted, or which limit is passed.
pub fn parse_json(text: &str) -> Result<Expression, Cql2Error> {
    if text.len() > MAX_BYTES {
        return Err(Cql2Error::TooLong);
    }
    let json: Json = serde_json::from_str(text).map_err(|error| Cql2Error::NotJson(error.to_string()))?;
    Reader { budget: Budget::default() }.expression(&json)
}

struct Reader {
    budget: Budget,
}

fn refused(expected: &'static str, found: &Json) -> Cql2Error {
    Cql2Error::Json { expected, found: found.to_string().chars().take(60).collect() }
}

impl Reader {
    fn expression(&mut self, json: &Json) -> Result<Expression, Cql2Error> {
        self.budget.node()?;
        self.budget.enter()?;
        let expression = match json {
            Json::Bool(boolean) => Literal::Boolean(*boolean).into(),
            Json::Number(number) => match number.as_f64().filter(|number| number.is_finite()) {
                Some(number) => Literal::Number(number).into(),
                None => return Err(refused("a number within double precision", json)),
            },
            Json::String(text) => Literal::Text(text.clone()).into(),
            Json::Array(items) => Expression::List(self.expressions(items)?),
            Json::Object(object) => self.object(object, json)?,
            Json::Null => return Err(refused("a value, a property or an operator", json)),
        };
        self.budget.leave();
        Ok(expression)
    }

    fn expressions(&mut self, items: &[Json]) -> Result<Vec<Expression>, Cql2Error> {
        if items.len() > MAX_VALUES {
            return Err(Cql2Error::TooManyValues);
        }
        items.iter().map(|item| self.expression(item)).collect()
    }

    fn object(&mut self, object: &Map<String, Json>, json: &Json) -> Result<Expression, Cql2Error> {
        let text = |key: &str| object.get(key).and_then(Json::as_str);
        if let Some(name) = text("property") {
            return Ok(Expression::Property(name.to_owned()));
        }
        if let Some(day) = text("date") {
            return parse_date(day).map(Expression::from);
        }
        if let Some(moment) = text("timestamp") {
            return parse_timestamp(moment).map(Expression::from);
        }
        if let Some(ends) = object.get("interval").and_then(Json::as_array) {
            let [start, end] = ends.as_slice() else { return Err(refused("an interval of two ends", json)) };
            return Ok(Expression::Interval(self.interval_end(start)?.into(), self.interval_end(end)?.into()));
        }
        if let Some(numbers) = object.get("bbox").and_then(Json::as_array) {
            let numbers: Option<Vec<f64>> = numbers.iter().map(Json::as_f64).collect();
            let numbers = numbers.ok_or_else(|| refused("a bbox of numbers", json))?;
            return bbox_geometry(&numbers).map(|area| Literal::Geometry(area).into());
        }
        if object.contains_key("type") {
            return self.geometry(json).map(|geometry| Literal::Geometry(geometry).into());
        }
        match (text("op"), object.get("args").and_then(Json::as_array)) {
            (Some(operator), Some(arguments)) => self.operation(operator, arguments, json),
            _ => Err(refused("property, date, timestamp, interval, bbox, a GeoJSON geometry, or op with args", json)),
        }
    }

    fn interval_end(&mut self, json: &Json) -> Result<Expression, Cql2Error> {
        match json {
            Json::String(text) => parse_interval_end(text).map(Expression::from),
            _ => self.expression(json),
        }
    }

    fn operation(&mut self, operator: &str, arguments: &[Json], json: &Json) -> Result<Expression, Cql2Error> {
        let one = |reader: &mut Reader| match arguments {
            [only] => reader.expression(only).map(Box::new),
            _ => Err(refused("one argument", json)),
        };
        let two = |reader: &mut Reader| match arguments {
            [left, right] => Ok((reader.expression(left)?, reader.expression(right)?)),
            _ => Err(refused("two arguments", json)),
        };
        if let Some(comparison) = Comparison::by_sign(operator) {
            return two(self).map(|(left, right)| Expression::Compare(comparison, left.into(), right.into()));
        }
        if let Some(arithmetic) = arithmetic(operator) {
            return two(self).map(|(left, right)| Expression::Arithmetic(arithmetic, left.into(), right.into()));
        }
        if let Some(relation) = Relation::by_name(operator) {
            return two(self).map(|(left, right)| relation.between(left, right));
        }
        match operator {
            "and" | "or" if arguments.len() < 2 => Err(refused("at least two arguments", json)),
            "and" => self.expressions(arguments).map(Expression::And),
            "or" => self.expressions(arguments).map(Expression::Or),
            "not" => one(self).map(Expression::Not),
            "isNull" => one(self).map(Expression::IsNull),
            "casei" => one(self).map(Expression::Casei),
            "accenti" => one(self).map(Expression::Accenti),
            "like" => two(self).map(|(text, pattern)| Expression::Like(text.into(), pattern.into())),
            "between" => match arguments {
                [value, low, high] => Ok(Expression::Between(
                    self.expression(value)?.into(),
                    self.expression(low)?.into(),
                    self.expression(high)?.into(),
                )),
                _ => Err(refused("three arguments", json)),
            },
            "in" => match arguments {
                [value, Json::Array(list)] => {
                    Ok(Expression::In(self.expression(value)?.into(), self.expressions(list)?))
                }
                _ => Err(refused("a value and a list", json)),
            },
            _ => Ok(Expression::Function(operator.to_owned(), self.expressions(arguments)?)),
        }
    }

    fn geometry(&mut self, json: &Json) -> Result<Geometry<f64>, Cql2Error> {
        let read: geojson::Geometry = serde_json::from_value(json.clone())
            .map_err(|error| Cql2Error::Geometry(error.to_string().chars().take(120).collect()))?;
        let geometry = from_geojson(read).map_err(|error| Cql2Error::Geometry(error.to_string()))?;
        self.check(&geometry)?;
        Ok(geometry)
    }

    fn check(&mut self, geometry: &Geometry<f64>) -> Result<(), Cql2Error> {
        if let Geometry::GeometryCollection(members) = geometry {
            self.budget.enter()?;
            members.iter().try_for_each(|member| self.check(member))?;
            self.budget.leave();
            return Ok(());
        }
        for position in geometry.coords_iter() {
            self.budget.vertex()?;
            check_finite(position)?;
        }
        let rings = |area: &geo::Polygon<f64>| {
            std::iter::once(area.exterior()).chain(area.interiors()).try_for_each(|ring| check_ring(&ring.0))
        };
        let line = |line: &LineString<f64>| check_line(&line.0);
        match geometry {
            Geometry::LineString(only) => line(only),
            Geometry::MultiLineString(lines) => lines.iter().try_for_each(line),
            Geometry::Polygon(area) => rings(area),
            Geometry::MultiPolygon(areas) => areas.iter().try_for_each(rings),
            _ => Ok(()),
        }
    }
}

fn check_finite(position: Coord<f64>) -> Result<(), Cql2Error> {
    if position.x.is_finite() && position.y.is_finite() {
        return Ok(());
    }
    Err(Cql2Error::Geometry("a coordinate is not finite".into()))
}

fn arithmetic(operator: &str) -> Option<Arithmetic> {
    Some(match operator {
        "+" => Arithmetic::Add,
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        "%" => Arithmetic::Remainder,
        "div" => Arithmetic::IntegerDivide,
        "^" => Arithmetic::Power,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_do_not_fit_are_named() {
        let refusal = |text: &str| parse_json(text).expect_err(text).to_string();
        assert!(refusal(r#"{"op":"=","args":[1]}"#).contains("two arguments"));
        assert!(refusal("{").starts_with("not JSON"));
        assert!(refusal(r#"{"op":"="}"#).contains("op with args"));
        assert!(refusal(r#"{"type":"Point","coordinates":["a"]}"#).contains("geometry cannot be used"));
        assert!(refusal(r#"{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}"#).contains("a ring needs"));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}true{}", r#"{"op":"not","args":["#.repeat(levels), "]}".repeat(levels));
        assert!(parse_json(&nested(31)).is_ok());
        assert_eq!(parse_json(&nested(32)), Err(Cql2Error::TooDeep));
        assert!(parse_json(&"[".repeat(5_000)).is_err());
    }
}
