use crate::model::cql2::{
    Arithmetic, Comparison, Cql2Error, Expression, Literal, MAX_BYTES, MAX_VALUES,
    cursor::Parser,
    expression::{Relation, parse_date, parse_interval_end, parse_timestamp},
    lexer::Token,
    wkt,
};

/// Reads CQL2 text.
///
/// Beyond the standard it takes `ILIKE`, which GDAL sends.
///
/// # Errors
/// [`Cql2Error`] saying where and what would be accepted, or which limit is passed.
pub fn parse_text(text: &str) -> Result<Expression, Cql2Error> {
    if text.len() > MAX_BYTES {
        return Err(Cql2Error::TooLong);
    }
    let mut parser = Parser::new(text)?;
    let expression = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expression),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

/// Recursive descent with one word of foresight. Each level of brackets, functions and signs counts as depth.
impl Parser {
    /// `a OR b OR c`
    fn expression(&mut self) -> Result<Expression, Cql2Error> {
        self.budget.enter()?;
        let mut terms = vec![self.conjunction()?];
        while self.takes_word("or") {
            terms.push(self.conjunction()?);
        }
        self.budget.leave();
        self.joined(terms, Expression::Or)
    }

    /// `a AND b AND c`
    fn conjunction(&mut self) -> Result<Expression, Cql2Error> {
        let mut factors = vec![self.negation()?];
        while self.takes_word("and") {
            factors.push(self.negation()?);
        }
        self.joined(factors, Expression::And)
    }

    fn joined(
        &mut self,
        mut parts: Vec<Expression>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, Cql2Error> {
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        self.budget.node()?;
        Ok(join(parts))
    }

    fn negation(&mut self) -> Result<Expression, Cql2Error> {
        if !self.takes_word("not") {
            return self.predicate();
        }
        self.budget.enter()?;
        self.budget.node()?;
        let inner = self.negation()?;
        self.budget.leave();
        Ok(inner.not())
    }

    /// A value alone, or what is said of it.
    fn predicate(&mut self) -> Result<Expression, Cql2Error> {
        let left = self.sum()?;
        if let Some(comparison) = self.comparison() {
            self.budget.node()?;
            return Ok(Expression::Compare(comparison, left.into(), self.sum()?.into()));
        }
        if self.takes_word("is") {
            self.budget.node()?;
            let not = self.takes_word("not");
            if !self.takes_word("null") {
                return Err(self.unexpected(if not { "NULL" } else { "NULL or NOT NULL" }));
            }
            return Ok(negated(not, Expression::IsNull(left.into())));
        }
        let not = self.takes_word("not");
        let said = self.said_of(left)?;
        match said {
            Ok(said) => {
                self.budget.node()?;
                Ok(negated(not, said))
            }
            Err(_) if not => Err(self.unexpected("LIKE, BETWEEN or IN")),
            Err(left) => Ok(left),
        }
    }

    /// `LIKE …`, `BETWEEN …` or `IN …` behind a value; gives the value back when none of them follows.
    fn said_of(&mut self, left: Expression) -> Result<Result<Expression, Expression>, Cql2Error> {
        if self.takes_word("like") {
            return Ok(Ok(Expression::Like(left.into(), self.sum()?.into())));
        }
        if self.takes_word("ilike") {
            let (text, pattern) = (Expression::Casei(left.into()), Expression::Casei(self.sum()?.into()));
            return Ok(Ok(Expression::Like(text.into(), pattern.into())));
        }
        if self.takes_word("between") {
            let low = self.sum()?;
            if !self.takes_word("and") {
                return Err(self.unexpected("AND"));
            }
            return Ok(Ok(Expression::Between(left.into(), low.into(), self.sum()?.into())));
        }
        if self.takes_word("in") {
            self.demand("(")?;
            let values = self.list(Parser::sum)?;
            return Ok(Ok(Expression::In(left.into(), values)));
        }
        Ok(Err(left))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Token::Sign(sign) = self.peek() else { return None };
        let comparison = Comparison::by_sign(sign)?;
        self.advance();
        Some(comparison)
    }

    /// `a + b - c`
    fn sum(&mut self) -> Result<Expression, Cql2Error> {
        let mut left = self.product()?;
        loop {
            let operator = match () {
                () if self.takes("+") => Arithmetic::Add,
                () if self.takes("-") => Arithmetic::Subtract,
                () => return Ok(left),
            };
            left = self.arithmetic(operator, left, Parser::product)?;
        }
    }

    /// `a * b / c % d div e`
    fn product(&mut self) -> Result<Expression, Cql2Error> {
        let mut left = self.power()?;
        loop {
            let operator = match () {
                () if self.takes("*") => Arithmetic::Multiply,
                () if self.takes("/") => Arithmetic::Divide,
                () if self.takes("%") => Arithmetic::Remainder,
                () if self.takes_word("div") => Arithmetic::IntegerDivide,
                () => return Ok(left),
            };
            left = self.arithmetic(operator, left, Parser::power)?;
        }
    }

    fn power(&mut self) -> Result<Expression, Cql2Error> {
        let base = self.factor()?;
        if !self.takes("^") {
            return Ok(base);
        }
        self.arithmetic(Arithmetic::Power, base, Parser::factor)
    }

    fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: Expression,
        right: fn(&mut Parser) -> Result<Expression, Cql2Error>,
    ) -> Result<Expression, Cql2Error> {
        self.budget.node()?;
        Ok(Expression::Arithmetic(operator, left.into(), right(self)?.into()))
    }

    fn factor(&mut self) -> Result<Expression, Cql2Error> {
        let negative = self.takes("-");
        if !negative {
            self.takes("+");
            return self.primary();
        }
        self.budget.enter()?;
        let inner = self.factor()?;
        self.budget.leave();
        Ok(match inner {
            Expression::Literal(Literal::Number(number)) => Literal::Number(-number).into(),
            other => Expression::Arithmetic(Arithmetic::Multiply, Box::new(Literal::Number(-1.0).into()), other.into()),
        })
    }

    fn primary(&mut self) -> Result<Expression, Cql2Error> {
        self.budget.node()?;
        if self.takes("(") {
            return self.bracketed();
        }
        let expected = "a property, a value, a function or (";
        match self.peek().clone() {
            Token::Text(text) => {
                self.advance();
                Ok(Literal::Text(text).into())
            }
            Token::Number(number) => {
                self.advance();
                Ok(Literal::Number(number).into())
            }
            Token::Quoted(name) => {
                self.advance();
                Ok(Expression::Property(name))
            }
            Token::Name(name) => self.named(name),
            Token::Sign(_) | Token::End => Err(self.unexpected(expected)),
        }
    }

    /// Behind `(`: one expression in brackets, or a list of values.
    fn bracketed(&mut self) -> Result<Expression, Cql2Error> {
        if self.takes(")") {
            return Ok(Expression::List(vec![]));
        }
        let first = self.expression()?;
        if self.takes(")") {
            return Ok(first);
        }
        self.demand(",")?;
        let mut values = self.list(Parser::expression)?;
        values.insert(0, first);
        Ok(Expression::List(values))
    }

    /// `a, b, c)`
    fn list(&mut self, item: fn(&mut Parser) -> Result<Expression, Cql2Error>) -> Result<Vec<Expression>, Cql2Error> {
        let mut values = vec![item(self)?];
        while self.takes(",") {
            if values.len() >= MAX_VALUES {
                return Err(Cql2Error::TooManyValues);
            }
            values.push(item(self)?);
        }
        if self.takes(")") { Ok(values) } else { Err(self.unexpected(", or )")) }
    }

    /// A name: a truth value, the beginning of a geometry or function, or a property.
    fn named(&mut self, name: String) -> Result<Expression, Cql2Error> {
        let is_call = *self.peek_second() == Token::Sign("(");
        let folded = name.to_ascii_lowercase();
        if let Some(geometry) = self.geometry(&folded, is_call)? {
            return Ok(Literal::Geometry(geometry).into());
        }
        self.advance();
        if !is_call {
            return match folded.as_str() {
                "true" => Ok(Literal::Boolean(true).into()),
                "false" => Ok(Literal::Boolean(false).into()),
                "and" | "or" | "not" | "like" | "between" | "in" | "is" | "null" => {
                    self.step_back();
                    Err(self.unexpected("a property, a value, a function or ("))
                }
                _ => Ok(Expression::Property(name)),
            };
        }
        self.demand("(")?;
        self.budget.enter()?;
        let call = self.call(name, &folded)?;
        self.budget.leave();
        Ok(call)
    }

    fn geometry(&mut self, folded: &str, is_call: bool) -> Result<Option<geo::Geometry<f64>>, Cql2Error> {
        let has_heights = matches!(self.peek_second(), Token::Name(z) if z.eq_ignore_ascii_case("z"));
        if !(is_call || has_heights) || !wkt::is_keyword(folded) {
            return Ok(None);
        }
        self.advance();
        self.takes_word("z");
        wkt::parse(self, folded).map(Some)
    }

    /// What stands behind `name(`, with the closing bracket.
    fn call(&mut self, name: String, folded: &str) -> Result<Expression, Cql2Error> {
        let expression = match folded {
            "casei" => Expression::Casei(self.expression()?.into()),
            "accenti" => Expression::Accenti(self.expression()?.into()),
            "date" => parse_date(&self.text("a date in quotes")?)?.into(),
            "timestamp" => parse_timestamp(&self.text("a time in quotes")?)?.into(),
            "interval" => {
                let start = self.interval_end()?;
                self.demand(",")?;
                Expression::Interval(start.into(), self.interval_end()?.into())
            }
            _ => {
                if let Some(relation) = Relation::by_name(folded) {
                    let left = self.expression()?;
                    self.demand(",")?;
                    relation.between(left, self.expression()?)
                } else if self.takes(")") {
                    return Ok(Expression::Function(name, vec![]));
                } else {
                    return Ok(Expression::Function(name, self.list(Parser::expression)?));
                }
            }
        };
        self.demand(")")?;
        Ok(expression)
    }

    fn interval_end(&mut self) -> Result<Expression, Cql2Error> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.advance();
                parse_interval_end(&text).map(Expression::from)
            }
            _ => self.expression(),
        }
    }
}

fn negated(not: bool, expression: Expression) -> Expression {
    if not { expression.not() } else { expression }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse_text(text).expect_err(text).to_string()
    }

    #[test]
    fn mistakes_say_where_they_are_and_what_would_be_accepted() {
        assert_eq!(refusal("name = "), "at character 8: expected a property, a value, a function or (, found the end");
        assert_eq!(refusal("name 'x'"), "at character 6: expected an operator or the end, found 'x'");
        assert_eq!(refusal("a NOT = 3"), "at character 7: expected LIKE, BETWEEN or IN, found =");
        assert_eq!(refusal("a IN (1, 2"), "at character 11: expected , or ), found the end");
        assert_eq!(refusal("a BETWEEN 1 OR 2"), "at character 13: expected AND, found OR");
        assert_eq!(refusal("d = DATE('2009-02-30')"), "\"2009-02-30\" is not a date; expected YYYY-MM-DD");
        assert_eq!(refusal("AND a = 1"), "at character 1: expected a property, a value, a function or (, found AND");
    }

    #[test]
    fn depth_size_and_length_are_bounded() {
        let nested = |levels: usize| format!("{}a = 1{}", "(".repeat(levels), ")".repeat(levels));
        assert!(parse_text(&nested(31)).is_ok());
        assert_eq!(parse_text(&nested(32)), Err(Cql2Error::TooDeep));
        assert_eq!(parse_text(&"(".repeat(5_000)), Err(Cql2Error::TooDeep));
        assert_eq!(parse_text(&format!("{}a", "NOT ".repeat(40))), Err(Cql2Error::TooDeep));
        assert_eq!(parse_text(&format!("a = {}1", "- ".repeat(40))), Err(Cql2Error::TooDeep));
        assert_eq!(parse_text(&vec!["a"; 1_000].join(" OR ")), Err(Cql2Error::TooManyNodes));
        assert_eq!(parse_text(&"x".repeat(9_000)), Err(Cql2Error::TooLong));
        assert!(parse_text(&format!("a IN ({})", vec!["1"; 1_001].join(","))).is_err());
    }

    #[test]
    fn no_prefix_of_a_filter_does_harm() {
        let text = "NOT (a LIKE CASEI('%ñ_') OR -b^2 div 3 >= 4.5e1) AND S_INTERSECTS(geometry, POLYGON Z ((0 0 1, 1 0 1, 1 1 1, 0 0 1))) AND T_DURING(INTERVAL(x, '..'), INTERVAL('2009-01-01', '2010-01-01T00:00:00Z')) AND A_CONTAINS((1, 'b'), ()) AND c NOT IN (1, 2)";
        assert!(parse_text(text).is_ok());
        for (end, _) in text.char_indices() {
            let _ = parse_text(&text[..end]);
            let _ = parse_text(&text[end..]);
        }
    }
}
