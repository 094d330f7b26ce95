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

/// The crates that a module may use beside the standard library.
const CRATES: &[(&str, &[&str])] = &[
    ("text", &["memchr", "schemars", "serde", "thiserror"]),
    (
        "model",
        &[
            "chrono",
            "glob",
            "regex_lite",
            "schemars",
            "serde",
            "serde_with",
            "strum",
            "unicode_normalization",
        ],
    ),
    ("diagnostic", &["strum"]),
    (
        "log",
        &[
            "chrono",
            "memchr",
            "pulldown_cmark",
            "strsim",
            "unicode_normalization",
        ],
    ),
    (
        "import",
        &[
            "chrono",
            "data_encoding",
            "memchr",
            "schemars",
            "serde",
            "serde_json",
            "sha2",
            "strum",
        ],
    ),
    (
        "analysis",
        &[
            "chrono",
            "libm",
            "schemars",
            "serde",
            "serde_with",
            "strsim",
            "strum",
        ],
    ),
    ("check", &[]),
    // Its tests show what an edit changes with `similar`.
    (
        "edit",
        &["chrono", "memchr", "similar", "thiserror", "unicode_width"],
    ),
    (
        "render",
        &[
            "annotate_snippets",
            "anstyle",
            "chrono",
            "comfy_table",
            "csv",
            "schemars",
            "serde",
            "serde_json",
            "serde_with",
            "shell_words",
            "similar",
            "strum",
            "unicode_segmentation",
            "unicode_width",
        ],
    ),
    (
        "tui",
        &["anstyle", "chrono", "crossterm", "ratatui", "strum"],
    ),
    ("harness", &["serde", "serde_json", "shell_words", "strum"]),
    ("exit", &["strum"]),
    ("failure", &["anyhow"]),
    (
        "store",
        &[
            "libc",
            "memchr",
            "rustix",
            "sha2",
            "signal_hook",
            "thiserror",
        ],
    ),
    ("program", &["rustix"]),
    (
        "serve",
        &[
            "flate2",
            "http_body_util",
            "hyper",
            "hyper_util",
            "rustix",
            "sha2",
            "signal_hook",
            "tokio",
        ],
    ),
    ("stream", &["rustix"]),
    ("watch", &["notify"]),
    ("zone", &["chrono", "jiff"]),
    (
        "terminal",
        &["crossterm", "ratatui", "rustix", "signal_hook"],
    ),
    ("config", &["serde", "strsim", "toml"]),
    ("session", &["anyhow", "chrono", "strsim"]),
    (
        "cli",
        &["chrono", "clap", "clap_complete", "serde", "serde_json"],
    ),
    (
        "commands",
        &[
            "anyhow",
            "chrono",
            "clap",
            "clap_complete",
            "clap_mangen",
            "glob",
            "memchr",
            "serde",
            "serde_json",
            "serde_with",
            "shell_words",
            "strsim",
        ],
    ),
    ("lib", &["clap"]),
    ("main", &["chrono", "terminal_size"]),
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

/// Whether a file holds tests alone.
fn is_test(path: &Path) -> bool {
    path.iter()
        .any(|part| part == "tests" || part == "tests.rs")
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

/// How many `super`s lead from a file to the root of the crate.
fn depth(path: &Path) -> usize {
    let parts = path.strip_prefix("src").unwrap().iter().count();
    parts - usize::from(path.ends_with("mod.rs"))
}

/// The words, `::`s and other marks of a text.
fn tokens(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut tokens, mut rest) = (Vec::new(), code.trim_start());
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(token);
        rest = behind.trim_start();
    }
    tokens
}

/// Every path of two names or more, and every one behind a `use`, written out without braces.
fn paths(code: &str) -> Vec<Vec<&str>> {
    let tokens = tokens(code);
    let (mut paths, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let is_use = tokens[at] == "use";
        let mut found = Vec::new();
        let next = branch(&tokens, at + usize::from(is_use), &[], &mut found);
        paths.extend(found.into_iter().filter(|path| is_use || path.len() > 1));
        at = next.max(at + 1);
    }
    paths
}

/// Reads a path, or a group of them, from a token on. Gives the token behind it.
fn branch<'c>(
    tokens: &[&'c str],
    mut at: usize,
    before: &[&'c str],
    paths: &mut Vec<Vec<&'c str>>,
) -> usize {
    let is_name = |token: &str| token == "*" || token.starts_with(char::is_alphabetic);
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(at) {
        match *token {
            "{" if at > 0 && ["::", "use"].contains(&tokens[at - 1]) => {
                while tokens[at] != "}" {
                    at = branch(tokens, at + 1, &path, paths);
                    if tokens[at] == "as" {
                        at += 2;
                    }
                }
                return at + 1;
            }
            "::" => {}
            name if is_name(name) => path.push(name),
            _ => break,
        }
        at += 1;
        if *token != "::" && tokens.get(at) != Some(&"::") {
            break;
        }
    }
    paths.push(path);
    at
}

/// What a path starts from.
#[derive(Debug, PartialEq)]
enum Start<'c> {
    /// This name at the root of our crate.
    Root(&'c str),
    /// Something in the same module.
    Near,
    /// This crate, if it is one.
    Crate(&'c str),
}

fn start<'c>(path: &[&'c str], depth: usize) -> Start<'c> {
    let path: Vec<&str> = path
        .iter()
        .copied()
        .skip_while(|name| *name == "self")
        .collect();
    let supers = path.iter().take_while(|name| **name == "super").count();
    match path.as_slice() {
        ["crate", name, ..] => Start::Root(name),
        path if supers == depth => path
            .get(depth)
            .map_or(Start::Near, |name| Start::Root(name)),
        [name, ..] if supers == 0 => Start::Crate(name),
        _ => Start::Near,
    }
}

#[test]
fn no_module_uses_what_the_map_does_not_allow() {
    let map = map();
    let exempt = |path: &Path| {
        ["src/main.rs", "src/lib.rs"].contains(&path.to_str().unwrap()) || is_test(path)
    };
    for path in sources(Path::new("src"))
        .into_iter()
        .filter(|path| !exempt(path))
    {
        let module = module_of(&path);
        let allowed = map
            .get(&module)
            .unwrap_or_else(|| panic!("{module} is not on the map"));
        for used in paths(&code(&path)) {
            let Start::Root(name) = start(&used, depth(&path)) else {
                continue;
            };
            assert!(
                name == module || allowed.contains(name),
                "{} uses `{name}`, which the map does not allow `{module}`",
                path.display()
            );
        }
    }
}

#[test]
fn the_map_names_a_module_above_those_it_uses() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let map = map();
    let line = |module: &str| lib.find(&format!("//! | [`{module}`]"));
    for (module, allowed) in &map {
        for below in allowed {
            assert!(line(below).is_some(), "{below} is not on the map");
            assert!(
                line(below) < line(module),
                "`{module}` uses `{below}`, which the map lists below it"
            );
        }
    }
}

#[test]
fn no_module_uses_a_crate_that_is_not_listed_for_it() {
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
    for path in sources(Path::new("src"))
        .into_iter()
        .filter(|path| !is_test(path))
    {
        let module = module_of(&path);
        let (_, allowed) = CRATES
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("no crates are listed for {module}"));
        for used in paths(&code(&path)) {
            if let Start::Crate(name) = start(&used, depth(&path)) {
                assert!(
                    allowed.contains(&name) || !crates.iter().any(|known| known == name),
                    "{} uses the crate `{name}`",
                    path.display()
                );
            }
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
    let code = "use crate::{\n    log::{self, cell},\n    model::Tokens as T,\n    render,\n};\nlet x = crate::store::open(super::super::config::find);\nuse super::{near, super::cli::{self, Cli}};\nuse crate::Context;\npub(crate) fn f() {}";
    let roots = |depth| {
        let paths = paths(code);
        let roots = paths.iter().filter_map(|path| match start(path, depth) {
            Start::Root(name) => Some(name.to_owned()),
            _ => None,
        });
        roots
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        roots(2),
        [
            "Context", "cli", "config", "log", "model", "render", "store"
        ]
    );
    assert_eq!(
        roots(3),
        ["Context", "log", "model", "render", "store"],
        "two steps up are not the root there"
    );
    assert_eq!(
        (start(&["super", "cli"], 1), start(&["super", "cli"], 2)),
        (Start::Root("cli"), Start::Near)
    );
}

#[test]
fn the_test_itself_sees_every_spelling_of_a_crate() {
    for code in [
        "use chrono::Utc;",
        "use chrono;",
        "use chrono as time;",
        "use {chrono::Utc};",
        "use ::chrono::Utc;",
        "f(chrono::Utc::now())",
        "fn f(now: &chrono::DateTime<Utc>) {}",
        "Vec<chrono::NaiveDate>",
        "-> [chrono::NaiveDate; 2]",
        "0 as chrono::Seconds",
    ] {
        let paths = paths(code);
        assert!(
            paths
                .iter()
                .any(|path| start(path, 1) == Start::Crate("chrono")),
            "{code}: {paths:?}"
        );
    }
    for code in [
        "use crate::chrono::x;",
        "use self::a::chrono;",
        "let chrono = 1;",
    ] {
        let paths = paths(code);
        assert!(
            !paths
                .iter()
                .any(|path| start(path, 1) == Start::Crate("chrono")),
            "{code}: {paths:?}"
        );
    }
}
