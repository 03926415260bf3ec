use std::borrow::Cow;

/// A text without what no text has: control characters but for tabs and ends of lines, and the two code points that are no characters.
/// Spreadsheets and XML cannot hold them.
pub fn plain_text(text: &str) -> Cow<'_, str> {
    let is_text =
        |c: char| !(c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')) || matches!(c, '\t' | '\n' | '\r');
    match text.chars().all(is_text) {
        true => text.into(),
        false => text.chars().filter(|c| is_text(*c)).collect::<String>().into(),
    }
}

/// Whether a text stands on one line and reads in one direction, as a title does.
pub fn is_one_line(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(|c| c.is_control() || turns(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_text_has_is_left_out() {
        assert_eq!(plain_text("Señor de los Milagros\n\t—"), "Señor de los Milagros\n\t—");
        assert_eq!(plain_text("a\u{FFFE}b\u{0}c\u{1}\u{85}d\u{FFFF}"), "abcd");
        assert!(is_one_line("Oficina «Nacional»") && !is_one_line("a\nb") && !is_one_line("a\u{202E}b"));
    }
}
