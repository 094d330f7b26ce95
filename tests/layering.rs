//! The map of layers in the crate's documentation holds: no module uses one that the map does not allow it.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read the sources has failed"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The crates that a module may use beside the standard library; serde and chrono are everywhere.
const CRATES: [(&str, &[&str]); 12] = [
    ("text", &["memchr", "schemars", "serde"]),
    ("model", &["chrono", "schemars", "serde"]),
    ("diagnostic", &[]),
    ("log", &["chrono", "memchr", "pulldown_cmark"]),
    ("analysis", &["chrono", "schemars", "serde"]),
    ("check", &[]),
    (
        "render",
        &[
            "annotate_snippets",
            "anstyle",
            "comfy_table",
            "csv",
            "schemars",
            "serde",
            "serde_json",
            "unicode_segmentation",
            "unicode_width",
        ],
    ),
    ("store", &["memchr"]),
    ("config", &["strsim", "toml"]),
    ("cli", &["chrono", "clap", "clap_complete"]),
    (
        "commands",
        &["chrono", "clap", "clap_complete", "jiff", "strsim"],
    ),
    ("exit", &["clap"]),
];

/// Which modules may use which, as the table in `lib.rs` says.
fn map() -> BTreeMap<String, BTreeSet<String>> {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    let map: BTreeMap<_, _> = rows
        .map(|row| {
            let (module, rest) = row.split_once("`]").unwrap();
            let allowed = rest.trim_end_matches('|').rsplit('|').next().unwrap();
            let allowed = allowed
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty());
            (module.to_owned(), allowed.collect())
        })
        .collect();
    assert!(map.len() >= 10, "{map:?}");
    map
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect()
}

/// The module a file belongs to: `src/log/cell.rs` to `log`.
fn module_of(path: &Path) -> String {
    let part = path.strip_prefix("src").unwrap().iter().next().unwrap();
    Path::new(part)
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// The text without comments and without the tests at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap()
        .to_owned();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names that follow `crate::` there, also inside braces.
fn used(code: &str) -> BTreeSet<String> {
    let name = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut used = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            used.insert(name(rest));
            continue;
        };
        // Names stand at the start of the group and behind each comma that is not inside braces of its own.
        let (mut depth, mut start) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    used.insert(name(group.get(start..at).unwrap()));
                    start = at + 1;
                }
                _ => {}
            }
            if c == '}' && depth == 0 && start == at + 1 {
                break;
            }
        }
    }
    used.remove("");
    used
}

#[test]
fn no_module_uses_what_the_map_does_not_allow() {
    let map = map();
    let tests_only = |path: &Path| path.ends_with("log/tests.rs");
    for path in sources(Path::new("src"))
        .into_iter()
        .filter(|path| !tests_only(path))
    {
        let module = module_of(&path);
        let Some(allowed) = map.get(&module) else {
            assert!(
                ["main", "lib", "exit"].contains(&module.as_str()),
                "{module} is not on the map"
            );
            continue;
        };
        for name in used(&code(&path)) {
            let ours = map.contains_key(&name) && name != module;
            assert!(
                !ours || allowed.contains(&name),
                "{} uses `{name}`, which the map does not allow `{module}`",
                path.display()
            );
        }
    }
}

#[test]
fn no_module_uses_a_crate_that_is_not_its_business() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let dependencies = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let crates: Vec<String> = dependencies
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0.trim().replace('-', "_")))
        .collect();
    for path in sources(Path::new("src")) {
        let (module, code) = (module_of(&path), code(&path));
        let Some((_, allowed)) = CRATES.iter().find(|(name, _)| *name == module) else {
            continue;
        };
        for name in crates
            .iter()
            .filter(|name| !allowed.contains(&name.as_str()))
        {
            let uses =
                code.contains(&format!("use {name}::")) || code.contains(&format!(" {name}::"));
            assert!(!uses, "{} uses the crate `{name}`", path.display());
        }
    }
}

#[test]
fn every_module_says_at_its_top_what_it_is_for() {
    for path in sources(Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}

#[test]
fn the_test_itself_sees_an_upward_use() {
    let found = used(
        "use crate::{\n    log::{self, cell},\n    model::Tokens,\n    render,\n};\nlet x = crate::store::open();",
    );
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["log", "model", "render", "store"]
    );
}
