use crate::model::cql2::{
    Budget, Cql2Error,
    lexer::{Spot, Token, tokenize},
};

/// The words of a filter and where its reader stands among them.
pub(super) struct Parser {
    spots: Vec<Spot>,
    at: usize,
    pub(super) budget: Budget,
}

impl Parser {
    pub(super) fn new(text: &str) -> Result<Parser, Cql2Error> {
        Ok(Parser { spots: tokenize(text)?, at: 0, budget: Budget::default() })
    }

    /// Goes back by one word.
    pub(super) fn step_back(&mut self) {
        self.at -= 1;
    }

    pub(super) fn peek(&self) -> &Token {
        &self.spots[self.at].token
    }

    pub(super) fn peek_second(&self) -> &Token {
        &self.spots[(self.at + 1).min(self.spots.len() - 1)].token
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.spots.len() - 1);
        token
    }

    pub(super) fn unexpected(&self, expected: &str) -> Cql2Error {
        let found = match self.peek() {
            Token::Name(name) => name.clone(),
            Token::Quoted(name) => format!("\"{name}\""),
            Token::Text(text) => format!("'{text}'"),
            Token::Number(number) => number.to_string(),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::End => "the end".to_owned(),
        };
        Cql2Error::Syntax {
            position: self.spots[self.at].position,
            expected: expected.to_owned(),
            found: found.chars().take(40).collect(),
        }
    }

    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn demand(&mut self, sign: &'static str) -> Result<(), Cql2Error> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected(sign)) }
    }

    /// Takes a keyword, in any case.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name.eq_ignore_ascii_case(word));
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn is_at(&self, signs: &[&str]) -> bool {
        matches!(self.peek(), Token::Sign(sign) if signs.contains(sign))
    }

    /// The name that comes next, if one does.
    pub(super) fn word(&self) -> Option<&str> {
        match self.peek() {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }

    /// A number with its sign.
    pub(super) fn signed_number(&mut self) -> Result<f64, Cql2Error> {
        let negative = self.takes("-");
        if !negative {
            self.takes("+");
        }
        match self.peek() {
            Token::Number(number) => {
                let number = if negative { -number } else { *number };
                self.advance();
                Ok(number)
            }
            _ => Err(self.unexpected("a number")),
        }
    }

    pub(super) fn text(&mut self, expected: &str) -> Result<String, Cql2Error> {
        match self.peek() {
            Token::Text(text) => {
                let text = text.clone();
                self.advance();
                Ok(text)
            }
            _ => Err(self.unexpected(expected)),
        }
    }
}
