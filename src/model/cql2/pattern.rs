use crate::model::cql2::{Cql2Error, MAX_PATTERN};

/// A LIKE pattern: `%` for any characters, `_` for one, and a backslash before either for itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Character(char),
    AnyOne,
    AnyMany,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Pattern, Cql2Error> {
        if text.chars().count() > MAX_PATTERN {
            return Err(Cql2Error::LongPattern);
        }
        let mut parts = vec![];
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '%' => Part::AnyMany,
                '_' => Part::AnyOne,
                '\\' => Part::Character(chars.next().unwrap_or('\\')),
                c => Part::Character(c),
            });
        }
        Ok(Pattern(parts))
    }

    /// Whether the whole text fits. Takes at most the product of both lengths: where a character does not fit, the
    /// last `%` takes one more.
    pub(super) fn fits(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        let mut retry = None;
        loop {
            if self.0.get(at) == Some(&Part::AnyMany) {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            let fits = match (self.0.get(at), rest.next()) {
                (None, None) => return true,
                (Some(Part::Character(wanted)), Some(found)) => *wanted == found,
                (Some(Part::AnyOne), Some(_)) => true,
                (_, None) => return false,
                (None | Some(Part::AnyMany), Some(_)) => false,
            };
            if fits {
                at += 1;
                continue;
            }
            let Some((behind, mut from)) = retry else { return false };
            from.next();
            (at, rest, retry) = (behind, from.clone(), Some((behind, from)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_texts() {
        let fits = |pattern: &str, text: &str| Pattern::new(pattern).expect("short").fits(text);
        assert!(fits("B_r%", "Berlin") && fits("%", "") && fits("%ñ%a", "Doña Ana") && fits("a%b%c", "aXbXbc"));
        assert!(!fits("B_r", "Berlin") && !fits("", "x") && !fits("_", "") && !fits("a%b", "ac"));
        assert!(fits("100\\%", "100%") && !fits("100\\%", "1000"));
        assert!(!fits(&format!("{}x", "%a".repeat(100)), &"a".repeat(2_000)));
    }
}
