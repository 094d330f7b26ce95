//! A file that runs without a terminal write into. It belongs to the user, and stays short.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use super::{create_folder, replace};

/// Opens a file to add text at its end, and creates it with its folder. A file of more than `most` bytes first loses all but the last half of
/// that, from the beginning of a line on. `random` names the file that is written in between.
pub fn open_run_log(path: &Path, most: u64, random: u64) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let is_long =
        fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > most);
    if is_long {
        let bytes = fs::read(path)?;
        let most = usize::try_from(most / 2).unwrap_or(usize::MAX);
        let kept = bytes
            .get(bytes.len().saturating_sub(most)..)
            .unwrap_or_default();
        let start = memchr::memchr(b'\n', kept).map_or(0, |end| end + 1);
        replace(path, kept.get(start..).unwrap_or_default(), random, false)?;
    }
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_last_lines_stay_when_the_file_becomes_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokmon/import.log");
        for number in 0..100 {
            let mut file = open_run_log(&path, 100, 7).unwrap();
            writeln!(file, "line {number:03}").unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.len() <= 109, "{text}");
        assert!(
            text.starts_with("line 0") && text.ends_with("line 098\nline 099\n"),
            "{text}"
        );
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
