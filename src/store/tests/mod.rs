//! Logs that are written, whole folders before and after.
#![expect(
    clippy::disallowed_methods,
    reason = "a test looks at files from outside"
)]

mod append;
mod opening;
mod recovery;
mod refusals;
mod rewrite;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;

use super::*;
use crate::exit::ExitCode;

/// What every log here holds at first.
const LOG: &str = "# Log\n- one\n- two\n";

/// A folder with a log in it, and one for whatever lies outside.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new(log: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { folder };
        fs::create_dir(scene.at("in")).unwrap();
        fs::write(scene.log(), log).unwrap();
        scene
    }

    fn at(&self, path: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(path)
    }

    fn log(&self) -> PathBuf {
        self.at("in/log.md")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    fn target(&self) -> Target {
        target(&self.log())
    }

    fn archive(&self) -> PathBuf {
        self.at("in/archive/01.md")
    }

    /// All files and what they hold, by their names, without those that always stay.
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        self.gather(&self.at("in"), &mut files);
        files.remove("in/.tokmon/.gitignore");
        files.remove("in/.tokmon/log.md.lock");
        files
    }

    fn gather(&self, folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.gather(&path, files);
            } else {
                let name = path.strip_prefix(self.at("")).unwrap();
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                files.insert(name.to_str().unwrap().to_owned(), text);
            }
        }
    }

    /// That there is a log, and an archive if any, and nothing else.
    #[track_caller]
    fn assert_holds(&self, log: &str, archive: Option<&str>) {
        let mut wanted = BTreeMap::from([("in/log.md".to_owned(), log.to_owned())]);
        wanted.extend(archive.map(|text| ("in/archive/01.md".to_owned(), text.to_owned())));
        assert_eq!(self.files(), wanted);
    }
}

fn target(path: &Path) -> Target {
    Target::open(path, &|| 0x0123_4567_89ab_cdef, &Signals::default()).unwrap()
}

const PATIENT: Rewriting = Rewriting {
    wait: Duration::from_secs(2),
    quiesced: false,
};

const HASTY: Rewriting = Rewriting {
    wait: Duration::ZERO,
    quiesced: false,
};

const ALONE: Rewriting = Rewriting {
    wait: Duration::ZERO,
    quiesced: true,
};

/// A change of the log alone.
fn only(log: impl Into<Vec<u8>>) -> Change {
    Change {
        log: log.into(),
        files: Vec::new(),
    }
}

/// Rewrites a log with a change that does not depend on what it holds.
fn write(target: &Target, how: &Rewriting, change: &Change) -> Result<(), WriteError> {
    let done = target.rewrite(how, &mut |_| {
        Ok::<_, Infallible>(Some((change.clone(), ())))
    });
    match done {
        Ok(told) => {
            assert_eq!(told, Some(()));
            Ok(())
        }
        Err(RewriteError::Write(error)) => Err(error),
        Err(RewriteError::Plan(never)) => match never {},
    }
}

/// Moves the second row to an archive.
fn a_move(scene: &Scene, before: Option<&str>) -> Change {
    Change {
        log: b"# Log\n- one\n".to_vec(),
        files: vec![FileChange {
            path: scene.archive(),
            before: before.map(Into::into),
            after: Some(
                [before.unwrap_or_default(), "- two\n"]
                    .concat()
                    .into_bytes(),
            ),
        }],
    }
}
