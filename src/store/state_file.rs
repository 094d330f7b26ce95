//! A small file of lines in the directory beside a log. Lines are appended; a file that has grown is replaced by a shorter one.

use std::{
    ffi::OsStr,
    io::{self, Seek as _, SeekFrom, Write as _},
    path::Path,
    time::Duration,
};

use super::{
    WriteError, deadline::Deadline, error::Doing as _, folder::Access, is_missing_error, resolve,
    state_dir, system,
};

/// The longest that a line waits for other processes.
const PATIENCE: Duration = Duration::from_millis(500);

/// Appends a line, with its line end, to a file beside a log, while no other process does. Where the file has more than `most` bytes,
/// it is replaced by what `compact` makes of it: a crash leaves the one or the other. The line is not synced: a power cut may lose it.
pub fn append_state(
    log: &Path,
    name: &str,
    line: &str,
    (most, compact): (u64, &dyn Fn(&str) -> String),
) -> Result<(), WriteError> {
    let name = OsStr::new(name);
    let log = resolve(log).doing("access", log)?;
    let folder = log.parent().unwrap_or(Path::new("/"));
    let metadata = std::fs::symlink_metadata(&log).doing("access", &log)?;
    let access = Access::of(&metadata);
    let dir = state_dir::create(folder, access)?;
    let path = dir.path_of(name);
    let mut file = state_dir::lock(&dir, name, &path, &Deadline::after(PATIENCE))?;
    let metadata = file.metadata().doing("access", &path)?;
    if let Some(what) = system::unreadable_kind(&metadata) {
        return Err(WriteError::NotAFile { path, what });
    }
    if metadata.len() > most {
        let bytes = system::read_whole(&file).doing("read", &path)?;
        let text = compact(&String::from_utf8_lossy(&bytes)) + line;
        let staged = state_dir::name_with(name, ".new");
        let written = dir.write_new(&staged, &[text.as_bytes()], access);
        let renamed = written.and_then(|()| dir.rename(&staged, name));
        return renamed.doing("write", &path);
    }
    // What a crash cut short gets its line end, so that no two lines become one.
    let mut last = [b'\n'];
    if let Some(at) = metadata.len().checked_sub(1) {
        system::read_at(&file, &mut last, at).doing("read", &path)?;
    }
    let between = if last == [b'\n'] { "" } else { "\n" };
    file.seek(SeekFrom::End(0)).doing("write", &path)?;
    let line = [between, line].concat();
    file.write_all(line.as_bytes()).doing("write", &path)
}

/// The largest file that is read: several times what lines may add up to before they are summed up.
const MAX_READ: u64 = 4 * 1024 * 1024;

/// What a file beside a log holds. Empty where there is none. Fails where it is larger than it can have become by appending.
pub fn read_state(log: &Path, name: &str) -> io::Result<Vec<u8>> {
    let log = resolve(log)?;
    let folder = log.parent().unwrap_or(Path::new("/"));
    let dir = match state_dir::open(folder) {
        Err(error) if is_missing_error(&error) => return Ok(Vec::new()),
        dir => dir?,
    };
    let file = dir.map(|dir| dir.read(OsStr::new(name))).transpose()?;
    match file.flatten() {
        Some(file) if file.metadata()?.len() > MAX_READ => Err(io::ErrorKind::FileTooLarge.into()),
        Some(file) => system::read_whole(&file),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{fs, thread};

    use super::*;

    fn log() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.md");
        fs::write(&log, "").unwrap();
        (folder, log)
    }

    #[test]
    fn lines_are_appended_until_the_file_is_compacted() {
        let (_folder, log) = log();
        let compact = |text: &str| format!("{} lines\n", text.lines().count());
        for line in ["one\n", "two\n", "three\n"] {
            append_state(&log, "x", line, (8, &compact)).unwrap();
        }
        assert_eq!(read_state(&log, "x").unwrap(), b"one\ntwo\nthree\n");
        append_state(&log, "x", "four\n", (8, &compact)).unwrap();
        assert_eq!(read_state(&log, "x").unwrap(), b"3 lines\nfour\n");
        assert_eq!(read_state(&log, "y").unwrap(), b"");
    }

    #[test]
    fn a_line_that_was_cut_short_ends_before_the_next() {
        let (_folder, log) = log();
        append_state(&log, "x", "one\n", (99, &str::to_owned)).unwrap();
        fs::write(log.with_file_name(".tokmon/x"), "one\ntw").unwrap();
        append_state(&log, "x", "three\n", (99, &str::to_owned)).unwrap();
        assert_eq!(read_state(&log, "x").unwrap(), b"one\ntw\nthree\n");
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let (folder, log) = log();
        append_state(&log, "x", "one\n", (99, &str::to_owned)).unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "").unwrap();
        fs::remove_file(log.with_file_name(".tokmon/x")).unwrap();
        std::os::unix::fs::symlink(&other, log.with_file_name(".tokmon/x")).unwrap();
        append_state(&log, "x", "two\n", (99, &str::to_owned)).unwrap_err();
        assert_eq!(fs::read(&other).unwrap(), b"");
    }

    #[test]
    fn no_line_of_many_writers_is_lost_in_compaction() {
        let (_folder, log) = log();
        let compact = |text: &str| {
            let counts = text.lines().filter_map(|line| line.parse::<u64>().ok());
            format!("{}\n", counts.sum::<u64>())
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        append_state(&log, "x", "1\n", (40, &compact)).unwrap();
                    }
                });
            }
        });
        let text = String::from_utf8(read_state(&log, "x").unwrap()).unwrap();
        assert_eq!(compact(&text), "200\n");
        assert!(text.len() <= 44, "{text}");
    }
}
