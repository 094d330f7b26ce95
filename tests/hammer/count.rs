//! What is there in the end: every line of the log and its archives, known by its id.

use std::{collections::HashMap, fs, path::Path};

use crate::{
    lines::{Found, Id},
    scene::Scene,
};

#[derive(Default)]
pub(crate) struct Count {
    /// How often each line is there.
    pub(crate) found: HashMap<Id, u32>,
    /// What the usage lines and rows among them add up to.
    pub(crate) tokens: u64,
    /// Lines that are not whole.
    pub(crate) torn: Vec<String>,
    /// Marks of a rewrite that were left behind.
    pub(crate) marks: usize,
}

impl Count {
    /// Counts the log and all that is in the folder of its archives.
    pub(crate) fn of(scene: &Scene) -> Self {
        let mut count = Self::default();
        count.add(&scene.log);
        for archive in scene.archives() {
            count.add(&archive);
        }
        count
    }

    fn add(&mut self, path: &Path) {
        let text = fs::read(path).unwrap();
        for line in String::from_utf8_lossy(&text).lines() {
            match Found::read(line) {
                Found::Other if line.contains("tokmon:txn") => self.marks += 1,
                Found::Other => {}
                Found::Torn => self.torn.push(line.chars().take(300).collect()),
                Found::Hook(id) => *self.found.entry(id).or_default() += 1,
                Found::Usage(id, tokens) => {
                    *self.found.entry(id).or_default() += 1;
                    self.tokens += tokens;
                }
            }
        }
    }

    /// How often a line is there.
    pub(crate) fn times(&self, id: Id) -> u32 {
        self.found.get(&id).copied().unwrap_or_default()
    }
}
