use std::collections::HashSet;

/// Names of at most ten characters, all different without regard to case, as dBASE wants them. A name that is too
/// long keeps its beginning, so that a reader who cuts our names to ten characters finds it; a second one with the
/// same beginning ends in a number.
pub(crate) fn short_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut short = Vec::new();
    for name in names {
        let ending = |n: usize| if n == 0 { String::new() } else { format!("_{n}") };
        let fresh = (0..).map(|n| {
            let ending = ending(n);
            let beginning: String = name.chars().take(10 - ending.len()).collect();
            beginning + &ending
        });
        let found = fresh.into_iter().find(|candidate| taken.insert(candidate.to_lowercase()));
        short.push(found.expect("an endless supply of numbers"));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Catalogue;

    #[test]
    fn names_stay_different_when_cut() {
        let names = short_names(["id", "description_es", "description_en", "DESCRIPTIO", "status"]);
        assert_eq!(names, ["id", "descriptio", "descript_1", "DESCRIPT_2", "status"]);
    }

    #[test]
    fn no_layer_of_ours_needs_numbers() {
        for layer in Catalogue::built_in().layers() {
            let names = short_names(layer.fields.iter().map(|field| field.name.as_str()));
            let cut = layer.fields.iter().map(|field| field.name.chars().take(10).collect::<String>());
            assert!(names.into_iter().eq(cut), "{}", layer.id);
        }
    }
}
