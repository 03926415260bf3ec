use crate::model::cql2::Cql2Error;

/// A word of the language.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name without quotes: a keyword, function or property.
    Name(String),
    /// A name in double quotes: always a property.
    Quoted(String),
    /// Text in single quotes.
    Text(String),
    /// A number without sign.
    Number(f64),
    /// `(` `)` `,` `+` `-` `*` `/` `%` `^` `=` `<` `>` `<=` `>=` `<>`
    Sign(&'static str),
    /// Nothing more.
    End,
}

/// A word and where it begins, in characters from 1.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) token: Token,
    pub(super) position: usize,
}

const SIGNS: [&str; 15] = ["<=", ">=", "<>", "(", ")", ",", "+", "-", "*", "/", "%", "^", "=", "<", ">"];

/// Cuts a text into words; the last is [`Token::End`].
pub(super) fn tokenize(text: &str) -> Result<Vec<Spot>, Cql2Error> {
    let mut spots = vec![];
    let (mut rest, mut position) = (text, 1);
    loop {
        let trimmed = rest.trim_start();
        position += rest[..rest.len() - trimmed.len()].chars().count();
        rest = trimmed;
        if rest.is_empty() {
            spots.push(Spot { token: Token::End, position });
            return Ok(spots);
        }
        let (token, length) = next(rest).map_err(|expected| Cql2Error::Syntax {
            position,
            expected: expected.into(),
            found: format!("\"{}\"", rest.chars().take(20).collect::<String>()),
        })?;
        spots.push(Spot { token, position });
        position += rest[..length].chars().count();
        rest = &rest[length..];
    }
}

/// The word at the beginning of a text, and its length in bytes; else what would be accepted there.
fn next(text: &str) -> Result<(Token, usize), &'static str> {
    let first = text.chars().next().expect("not empty");
    if first == '\'' {
        return quoted_text(text);
    }
    if first == '"' {
        let end = text[1..].find('"').ok_or("a closing \"")?;
        return Ok((Token::Quoted(text[1..=end].into()), end + 2));
    }
    if first.is_ascii_digit() || first == '.' {
        return number(text);
    }
    if starts_name(first) {
        let end = text.find(|c| !continues_name(c)).unwrap_or(text.len());
        return Ok((Token::Name(text[..end].into()), end));
    }
    let sign = SIGNS.into_iter().find(|sign| text.starts_with(sign)).ok_or("a name, a value or an operator")?;
    Ok((Token::Sign(sign), sign.len()))
}

/// A quote inside is written twice, or behind a backslash.
fn quoted_text(text: &str) -> Result<(Token, usize), &'static str> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let followed = chars.peek().is_some_and(|(_, next)| *next == '\'');
        match c {
            '\'' | '\\' if followed => {
                chars.next();
                value.push('\'');
            }
            '\'' => return Ok((Token::Text(value), at + 1)),
            c => value.push(c),
        }
    }
    Err("a closing '")
}

fn number(text: &str) -> Result<(Token, usize), &'static str> {
    let digits = |from: usize| from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    if text[end..].starts_with('.') {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    let number = text[..end].parse::<f64>().ok().filter(|number| number.is_finite()).ok_or("a number")?;
    Ok((Token::Number(number), end))
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_alphanumeric() || c == '.' || ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        tokenize(text).expect("sound").into_iter().map(|spot| spot.token).collect()
    }

    #[test]
    fn words_are_told_apart() {
        use Token::{End, Name, Number, Quoted, Sign, Text};
        assert_eq!(
            tokens("eo:cloud_cover<=.5e1-\"a b\" 'it''s \\'so\\''"),
            [
                Name("eo:cloud_cover".into()),
                Sign("<="),
                Number(5.0),
                Sign("-"),
                Quoted("a b".into()),
                Text("it's 'so'".into()),
                End
            ]
        );
        assert_eq!(tokens("3.div"), [Number(3.0), Name("div".into()), End]);
    }

    #[test]
    fn what_does_not_end_says_where_it_began() {
        let error = tokenize("ñ = 'Ñu").expect_err("no closing quote");
        assert_eq!(error.to_string(), "at character 5: expected a closing ', found \"'Ñu\"");
        assert!(tokenize("1e999").is_err());
        assert!(tokenize("a ; b").is_err());
    }
}
