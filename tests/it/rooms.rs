//! Which room may use which. A new arrow is a line here and a decision record in docs/decisions.

use std::{collections::BTreeSet, fs, path::Path};

const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("crs", &[]),
    ("overlay", &[]),
    ("store", &["model"]),
    ("people", &["model", "store"]),
    ("index", &["model", "store"]),
    ("analysis", &["model", "crs", "index", "overlay"]),
    ("exchange", &["model", "crs", "store", "index", "analysis"]),
    ("tiles", &["model", "index"]),
    ("jobs", &["model", "store", "index", "analysis", "exchange"]),
    ("api", &["model", "crs", "overlay", "store", "index", "analysis", "exchange", "tiles", "jobs", "people"]),
    ("config", &["api", "people"]),
    ("telemetry", &[]),
    (
        "cli",
        &[
            "model",
            "store",
            "crs",
            "index",
            "analysis",
            "exchange",
            "tiles",
            "jobs",
            "people",
            "api",
            "config",
            "telemetry",
        ],
    ),
];

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = vec![];
    for (room, allowed) in ALLOWED {
        for file in rust_files(&src, room) {
            for used in rooms_used(&fs::read_to_string(&file).unwrap()) {
                if used != *room && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{} uses {used}", file.strip_prefix(&src).unwrap().display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that are not in the table:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let named = |entry: fs::DirEntry| entry.path().file_stem().unwrap().to_string_lossy().into_owned();
    let rooms: BTreeSet<_> = fs::read_dir(src).unwrap().map(|entry| named(entry.unwrap())).collect();
    let table: BTreeSet<_> =
        ALLOWED.iter().map(|(room, _)| (*room).to_owned()).chain(["lib".into(), "main".into()]).collect();
    assert_eq!(rooms, table);
}

#[test]
fn the_check_sees_what_a_file_uses() {
    let text = "use crate::{\n    api::{Problem, params},\n    index::Index,\n};\nfn f() { crate::store::open() }";
    let used: Vec<_> = rooms_used(text).into_iter().collect();
    assert_eq!(used, ["api", "index", "store"]);
}

/// Rooms are named from the root, so that this check sees them: climbing out of a room with `super` is refused.
#[test]
fn nobody_climbs_out_of_a_room() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = vec![];
    for (room, _) in ALLOWED {
        for file in rust_files(&src, room) {
            if fs::read_to_string(&file).unwrap().contains("super::super") {
                wrong.push(file.strip_prefix(&src).unwrap().display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "say crate:: instead of super::super:: in {wrong:?}");
}

/// Names that stand right behind `crate::`, alone or at the first level of braces.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (position, _) in text.match_indices("crate::") {
        let rest = &text[position + "crate::".len()..];
        if !rest.starts_with('{') {
            used.insert(identifier(rest));
            continue;
        }
        let mut depth = 0;
        for (at, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if depth == 1 && (c == '{' || c == ',') {
                used.insert(identifier(rest[at + 1..].trim_start()));
            }
        }
    }
    used.remove("");
    used
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

fn rust_files(src: &Path, room: &str) -> Vec<std::path::PathBuf> {
    let mut files = vec![];
    let mut folders = vec![src.join(room)];
    let single = src.join(format!("{room}.rs"));
    if single.is_file() {
        files.push(single);
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
