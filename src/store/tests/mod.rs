//! Files that are read and appended to, whole folders before and after.

mod append;
mod opening;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::*;
use crate::exit::ExitCode;

/// What every log here holds at first.
pub(super) const LOG: &str = "# Log\n- one\n- two\n";

/// A folder with a log in it, and one for what is outside.
pub(super) struct Scene {
    folder: TempDir,
}

impl Scene {
    pub(super) fn new(log: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { folder };
        fs::create_dir(scene.at("in")).unwrap();
        fs::write(scene.log(), log).unwrap();
        scene
    }

    pub(super) fn at(&self, path: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(path)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.at("in/log.md")
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    pub(super) fn target(&self) -> Target {
        target(&self.log())
    }

    pub(super) fn archive(&self) -> PathBuf {
        self.at("in/archive/01.md")
    }

    /// All files and what they hold, by their names, without those that always stay.
    pub(super) fn files(&self) -> BTreeMap<String, String> {
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
    pub(super) fn assert_holds(&self, log: &str, archive: Option<&str>) {
        let mut wanted = BTreeMap::from([("in/log.md".to_owned(), log.to_owned())]);
        wanted.extend(archive.map(|text| ("in/archive/01.md".to_owned(), text.to_owned())));
        assert_eq!(self.files(), wanted);
    }
}

pub(super) fn target(path: &Path) -> Target {
    Target::open(path, &|| 0x0123_4567_89ab_cdef, &Signals::default()).unwrap()
}
