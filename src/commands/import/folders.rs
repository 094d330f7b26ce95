//! The folders that `--cwd` names: a pattern relative to the working folder or the home folder, and the worktrees of repositories that match.

use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::super::Context;
use crate::{failure::Failure, store};

/// A `*` matches within one name, as in a shell.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// A pattern of folders.
#[derive(Clone, Debug)]
pub struct FolderPattern(Vec<Pattern>);

impl FolderPattern {
    pub fn new(text: &str, cx: &Context<'_>) -> Result<Self, Failure> {
        if text.is_empty() {
            return Err(Failure::usage("--cwd names no folder")
                .help("write a folder or a pattern like '~/src/*'; this folder is ."));
        }
        let home = || cx.home().filter(|_| text == "~" || text.starts_with("~/"));
        let (base, rest) = match home() {
            Some(home) => (Some(home), text.trim_start_matches(['~', '/'])),
            None if Path::new(text).is_absolute() || text.starts_with('*') => (None, text),
            None => (Some(cx.folder.clone()), text),
        };
        let is_literal = !text.contains(['*', '?', '[']);
        let mut patterns = Vec::new();
        if is_literal {
            let folder = base.unwrap_or_default().join(rest);
            let folder = without_dots(&folder);
            patterns.extend([store::real_path(&folder), folder].map(|folder| escaped(&folder)));
        } else {
            // With and without links, as a harness may record either.
            let bases = base.map_or(vec![PathBuf::new()], |base| {
                vec![store::real_path(&base), base]
            });
            let with = |base: &PathBuf| Path::new(&escaped(base)).join(rest);
            let whole = bases.iter().map(with);
            patterns.extend(whole.map(|whole| without_dots(&whole).to_string_lossy().into_owned()));
        }
        patterns.dedup();
        let parsed = patterns.iter().map(|pattern| Pattern::new(pattern));
        let parsed = parsed.collect::<Result<_, _>>().map_err(|error| {
            Failure::usage(format!("`{text}` is no pattern of folders: {}", error.msg))
                .help("write one like '~/src/*' or '/srv/**/alpha'")
        })?;
        Ok(Self(parsed))
    }

    /// Whether it matches a folder or one above it, or the main checkout of a worktree.
    pub fn holds(&self, folder: &str) -> bool {
        let folder = Path::new(folder);
        let holds = |folder: &Path| {
            folder.ancestors().any(|above| {
                let mut patterns = self.0.iter();
                patterns.any(|pattern| pattern.matches_path_with(above, OPTIONS))
            })
        };
        holds(folder)
            || folder.is_absolute() && store::main_checkout(folder).is_some_and(|main| holds(&main))
    }
}

fn escaped(folder: &Path) -> String {
    Pattern::escape(&folder.to_string_lossy())
}

/// A path with `.` and `..` resolved by name, without following links.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}
