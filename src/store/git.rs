//! What git says of a folder, read from its files: no git process is run.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use super::{parents::repository, real_path, system};

/// Where in a repository a folder is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// The branch that is checked out. `None` where none is.
    pub branch: Option<String>,
    /// The name of the linked worktree. `None` in the main one.
    pub worktree: Option<String>,
}

/// What is checked out in a folder. Nothing where that cannot be read.
pub fn checkout(folder: &Path) -> Checkout {
    let Some(git) = repository(folder).and_then(|root| git_folder(&root)) else {
        return Checkout::default();
    };
    let branch = first_line(&git.join("HEAD"));
    let branch = branch.and_then(|head| Some(head.strip_prefix("ref: refs/heads/")?.to_owned()));
    let is_linked = git
        .parent()
        .and_then(Path::file_name)
        .is_some_and(|name| name == "worktrees");
    let name = git.file_name().filter(|_| is_linked);
    Checkout {
        branch,
        worktree: name.map(|name| name.to_string_lossy().into_owned()),
    }
}

/// The root of the main checkout of the repository that a folder is in, also where the folder itself is gone: all linked worktrees have
/// the same. Of a repository without one, its own folder. None outside a repository.
pub fn main_checkout(folder: &Path) -> Option<PathBuf> {
    let root = repository(folder)?;
    let git = git_folder(&root)?;
    let worktrees = git.parent().filter(|parent| parent.ends_with("worktrees"));
    let Some(common) = worktrees.and_then(Path::parent) else {
        return Some(root);
    };
    let common = real_path(common);
    let name = common.file_name().unwrap_or_default();
    let is_hidden = name.to_string_lossy().starts_with('.');
    let main = common.parent().filter(|_| is_hidden);
    Some(main.map_or_else(|| common.clone(), Path::to_path_buf))
}

/// The folder that git keeps the state of a checkout in: `.git`, or the one that a file of this name leads to.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let line = first_line(&git)?;
    Some(root.join(line.strip_prefix("gitdir: ")?))
}

/// The first line of a small file.
fn first_line(path: &Path) -> Option<String> {
    const MOST: u64 = 4 * 1024;
    let metadata = fs::metadata(path).ok()?;
    if system::unreadable_kind(&metadata).is_some() {
        return None;
    }
    let mut text = String::new();
    let mut file = File::open(path).ok()?.take(MOST);
    file.read_to_string(&mut text).ok()?;
    text.lines().next().map(|line| line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_and_worktrees_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let found = |path: &str| {
            let Checkout { branch, worktree } = checkout(&root.join(path));
            (branch, worktree)
        };
        let text = |text: &str| Some(text.to_owned());
        write("main/.git/HEAD", "ref: refs/heads/feature/api\n");
        write("main/src/a/file", "");
        assert_eq!(found("main/src/a"), (text("feature/api"), None));
        write("main/.git/worktrees/qa/HEAD", "ref: refs/heads/qa\n");
        write("elsewhere/.git", "gitdir: ../main/.git/worktrees/qa\n");
        assert_eq!(found("elsewhere"), (text("qa"), text("qa")));
        write("detached/.git/HEAD", "0123456789abcdef\n");
        assert_eq!(found("detached"), (None, None));
        write("broken/.git", "\u{0}\n");
        assert_eq!(found("broken"), (None, None));
        write("large/.git/HEAD", &"x".repeat(1 << 20));
        assert_eq!(found("large"), (None, None));
    }

    #[test]
    fn all_worktrees_have_one_main_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let root = real_path(folder.path());
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("main/.git/worktrees/qa/HEAD", "ref: refs/heads/qa\n");
        write("qa/.git", "gitdir: ../main/.git/worktrees/qa\n");
        write("main/sub/.git", "gitdir: ../.git/modules/sub\n");
        write("bare.git/worktrees/b/HEAD", "ref: refs/heads/b\n");
        write("b/.git", "gitdir: ../bare.git/worktrees/b\n");
        write("proj/.bare/worktrees/c/HEAD", "ref: refs/heads/c\n");
        write("proj/c/.git", "gitdir: ../.bare/worktrees/c\n");
        for (path, main) in [
            ("main", Some("main")),
            ("main/gone/x", Some("main")),
            ("qa", Some("main")),
            ("qa/gone", Some("main")),
            ("main/sub", Some("main/sub")),
            ("b", Some("bare.git")),
            ("proj/c", Some("proj")),
            ("elsewhere", None),
        ] {
            let main = main.map(|main| root.join(main));
            assert_eq!(main_checkout(&root.join(path)), main, "{path}");
        }
    }
}
