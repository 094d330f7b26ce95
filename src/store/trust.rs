//! The files that the user trusts, in a file of their own: a checksum and a path on each line. What being
//! trusted permits is not known here.

use std::{
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{OpenError, create_folder, open, replace};

/// The largest size of the file.
const MAX_SIZE: usize = 1024 * 1024;

const FILE: &str = "trusted";

/// A file that was trusted with a content that has this checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedFile {
    pub checksum: String,
    pub path: PathBuf,
}

/// The list of trusted files, in a folder that belongs to the user.
#[derive(Clone, Debug)]
pub struct TrustList {
    folder: PathBuf,
}

/// A checksum of named texts in their order: SHA-256, in hexadecimal.
pub fn checksum(parts: &[(String, Vec<u8>)]) -> String {
    use std::fmt::Write as _;

    let mut hasher = Sha256::new();
    for (name, text) in parts {
        for bytes in [name.as_bytes(), text] {
            // What ends one text does not begin the next.
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
    }
    let bytes = hasher.finalize();
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl TrustList {
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// All trusted files, in the order of their paths.
    pub fn files(&self) -> io::Result<Vec<TrustedFile>> {
        let text = match open(&self.path()) {
            Ok(mut opened) => opened.text(MAX_SIZE)?,
            Err(OpenError::Missing) => return Ok(Vec::new()),
            Err(error) => return Err(io::Error::other(error)),
        };
        let lines = text.lines().filter_map(|line| line.split_once("  "));
        let files = lines.map(|(checksum, path)| TrustedFile {
            checksum: checksum.to_owned(),
            path: path.into(),
        });
        Ok(files.collect())
    }

    pub fn find(&self, path: &Path) -> io::Result<Option<TrustedFile>> {
        let mut files = self.files()?.into_iter();
        Ok(files.find(|file| file.path == path))
    }

    /// Trusts a file from now on, in place of what was trusted at its path.
    pub fn add(&self, file: TrustedFile, random: u64) -> io::Result<()> {
        let is_line = |path: &str| !path.contains(['\n', '\r']);
        if !file.path.to_str().is_some_and(is_line) {
            let why = "its path is not one line of UTF-8";
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        let _lock = self.lock()?;
        let mut files = self.files()?;
        files.retain(|other| other.path != file.path);
        files.push(file);
        self.write(files, random)
    }

    /// Trusts a file no more. False where it was not trusted.
    pub fn remove(&self, path: &Path, random: u64) -> io::Result<bool> {
        let _lock = self.lock()?;
        let mut files = self.files()?;
        let before = files.len();
        files.retain(|file| file.path != path);
        if files.len() == before {
            return Ok(false);
        }
        self.write(files, random).map(|()| true)
    }

    /// Keeps other processes from changing the list, until the file is dropped.
    fn lock(&self) -> io::Result<File> {
        create_folder(&self.folder)?;
        let path = self.folder.join(FILE).with_extension("lock");
        let mut options = File::options();
        let lock = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        lock.lock()?;
        Ok(lock)
    }

    fn write(&self, mut files: Vec<TrustedFile>, random: u64) -> io::Result<()> {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let lines = files
            .iter()
            .map(|TrustedFile { checksum, path }| format!("{checksum}  {}\n", path.display()));
        replace(
            &self.path(),
            lines.collect::<String>().as_bytes(),
            random,
            false,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_trusted_until_they_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let list = TrustList::new(folder.path().join("state/tokmon"));
        let file = |checksum: &str, path: &str| TrustedFile {
            checksum: checksum.to_owned(),
            path: path.into(),
        };
        assert_eq!(list.files().unwrap(), []);
        list.add(file("b", "/b/tokmon.toml"), 1).unwrap();
        list.add(file("a", "/a  b/tokmon.toml"), 2).unwrap();
        list.add(file("c", "/b/tokmon.toml"), 3).unwrap();
        let both = [file("a", "/a  b/tokmon.toml"), file("c", "/b/tokmon.toml")];
        assert_eq!(list.files().unwrap(), both);
        let found = list.find(Path::new("/b/tokmon.toml")).unwrap();
        assert_eq!(found, Some(file("c", "/b/tokmon.toml")));
        assert!(list.remove(Path::new("/b/tokmon.toml"), 4).unwrap());
        assert!(!list.remove(Path::new("/b/tokmon.toml"), 5).unwrap());
        assert!(list.add(file("d", "/a\n/tokmon.toml"), 6).is_err());
        assert_eq!(list.files().unwrap(), both[..1]);
    }

    #[test]
    fn a_checksum_says_which_text_is_whose_and_where_it_ends() {
        let sum = |parts: &[(&str, &str)]| {
            let parts = parts
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
            checksum(&parts.collect::<Vec<_>>())
        };
        let all = [
            sum(&[]),
            sum(&[("a", "")]),
            sum(&[("a", "bc")]),
            sum(&[("ab", "c")]),
            sum(&[("a", "b"), ("", "c")]),
            sum(&[("a", "bc"), ("", "")]),
        ];
        assert!(all.iter().all(|sum| sum.len() == 64));
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one), "{at}");
        }
    }
}
