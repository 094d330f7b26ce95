//! Which file a place is in, and what the files of a run are called.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::Serialize;

use super::Place;

/// What a file is to a report, in the order in which findings are listed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FileRole {
    /// The cost log.
    #[default]
    Log,
    /// The archive of one month.
    Archive,
    /// `cost-projection.md` beside the log.
    Projection,
    /// `tokmon.toml`.
    #[serde(rename = "config")]
    Settings,
}

impl FileRole {
    /// Follows the number of a line: nothing for the log.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Log => "",
            Self::Archive => " of the archive",
            Self::Projection => " of the projection file",
            Self::Settings => " of the settings",
        }
    }
}

/// A file of a run, which programs see by its role.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema,
)]
#[serde(into = "FileRole")]
pub struct FileId {
    role: FileRole,
    index: u32,
}

impl FileId {
    pub const LOG: Self = Self::first(FileRole::Log);
    pub const PROJECTION: Self = Self::first(FileRole::Projection);
    pub const SETTINGS: Self = Self::first(FileRole::Settings);

    const fn first(role: FileRole) -> Self {
        Self { role, index: 0 }
    }

    /// One of several archives, counted from 0.
    pub const fn archive(index: u32) -> Self {
        Self {
            role: FileRole::Archive,
            index,
        }
    }

    pub const fn role(self) -> FileRole {
        self.role
    }
}

impl From<FileId> for FileRole {
    fn from(file: FileId) -> Self {
        file.role
    }
}

/// The files of a run: the name of each as messages show it, and its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<FileId, (String, Option<PathBuf>)>);

impl Files {
    /// Registers a file. Standard input has no path.
    pub fn add(
        &mut self,
        role: FileRole,
        name: impl Into<String>,
        path: Option<PathBuf>,
    ) -> FileId {
        let last = FileId {
            role,
            index: u32::MAX,
        };
        let before = self.0.range(..=last).next_back();
        let index = before
            .filter(|(file, _)| file.role == role)
            .map_or(0, |(file, _)| file.index.saturating_add(1));
        let file = FileId { role, index };
        self.0.insert(file, (name.into(), path));
        file
    }

    pub fn ids(&self) -> impl Iterator<Item = FileId> {
        self.0.keys().copied()
    }

    /// Empty for a file that was never added.
    pub fn name(&self, file: FileId) -> &str {
        self.0.get(&file).map_or("", |(name, _)| name)
    }

    pub fn path(&self, file: FileId) -> Option<&Path> {
        self.0.get(&file)?.1.as_deref()
    }

    /// A place as editors take it: `cost-log.md:31:33`.
    pub fn position(&self, place: &Place) -> String {
        format!("{}:{}:{}", self.name(place.file), place.line, place.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_a_name_of_its_own() {
        let mut files = Files::default();
        let named = [
            (FileRole::Log, "cost-log.md"),
            (FileRole::Archive, "archive/cost-log-2026-01.md"),
            (FileRole::Projection, "cost-projection.md"),
            (FileRole::Archive, "archive/cost-log-2026-02.md"),
        ];
        let ids = named.map(|(role, name)| files.add(role, name, Some(Path::new("/").join(name))));
        assert_eq!(
            ids,
            [
                FileId::LOG,
                FileId::archive(0),
                FileId::PROJECTION,
                FileId::archive(1)
            ]
        );
        for (file, (role, name)) in ids.into_iter().zip(named) {
            assert_eq!((file.role(), files.name(file)), (role, name));
            assert_eq!(files.path(file), Some(&*Path::new("/").join(name)));
        }
        let place = Place {
            file: FileId::archive(1),
            line: 31,
            column: 33,
            ..Place::default()
        };
        assert_eq!(files.position(&place), "archive/cost-log-2026-02.md:31:33");
        assert_eq!(files.name(FileId::SETTINGS), "");
    }
}
