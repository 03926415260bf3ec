use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text without accents and case, for comparing names as people type them: `Cañaris` finds `CAÑARIS` and
/// `canaris`. Runs of white space become one space.
pub fn fold(text: &str) -> String {
    let plain: String = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_spaces_do_not_count() {
        assert_eq!(fold("  CAÑARIS   Áncash "), "canaris ancash");
        assert_eq!(fold("Tía María"), "tia maria");
    }
}
