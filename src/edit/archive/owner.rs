//! Which log an archive belongs to: `> **Log:** ../cost-log.md` in its header, a path from the folder of the archive.
//! Which file that path leads to is for the session to find out.

use std::fmt::Write as _;

use crate::text::{Place, Span};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLog {
    /// Its path from the folder of the archive.
    pub path: String,
    pub place: Place,
}

pub fn named_log(archive: &str) -> Option<NamedLog> {
    header(archive).zip(1..).find_map(|((start, text), line)| {
        let value = value_of(text)?;
        let at = text.rfind(value)?;
        Some(NamedLog {
            path: unescape(value),
            place: Place {
                span: Span::new(start + at, start + at + value.len()),
                line,
                column: text.get(..at)?.chars().count() + 1,
                line_start: start,
                ..Place::default()
            },
        })
    })
}

/// The line that names a log, for the header of an archive.
pub fn log_line(path: &str) -> String {
    format!("> **Log:** {}", escape(path))
}

/// An archive that names a log, in place of the one that it names now, if any.
pub fn with_log(archive: &str, path: &str, newline: &str) -> String {
    let mut text = archive.to_owned();
    if let Some(named) = named_log(archive) {
        text.replace_range(named.place.span.range(), &escape(path));
        return text;
    }
    let line = log_line(path);
    let first = header(archive).find(|(_, line)| !line.trim().is_empty());
    let title = first.filter(|(_, line)| line.starts_with("# "));
    let at = title.map_or_else(
        || archive.len() - archive.trim_start_matches('\u{feff}').len(),
        |(start, line)| start + line.len(),
    );
    let rest = archive.get(at..).unwrap_or_default();
    let below_title = rest.split_once('\n').map_or(rest, |(_, below)| below);
    let rest = if title.is_some() { below_title } else { rest };
    let is_apart = rest.is_empty() || rest.starts_with(['\n', '\r', '>']);
    let blank = if is_apart { "" } else { newline };
    let parts = match title {
        Some(_) => [newline, &line, blank],
        None => [&line, newline, blank],
    };
    text.insert_str(at, &parts.concat());
    text
}

/// The lines above the first section, with where they start: titles, block quotes, blank lines.
fn header(archive: &str) -> impl Iterator<Item = (usize, &str)> {
    let body = archive.trim_start_matches('\u{feff}');
    let mut at = archive.len() - body.len();
    let lines = body.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    });
    lines.take_while(|(_, line)| {
        let line = line.trim();
        line.is_empty() || line.starts_with('>') || line.starts_with("# ")
    })
}

/// What a line of a block quote gives as the log.
fn value_of(line: &str) -> Option<&str> {
    let (key, value) = line.trim_start().strip_prefix('>')?.split_once(':')?;
    let key = key.replace(['*', '_'], "");
    let value = value.trim_start_matches(['*', '_']).trim();
    let bare = value
        .strip_prefix('`')
        .and_then(|value| value.strip_suffix('`'));
    let value = bare.unwrap_or(value);
    (key.trim().eq_ignore_ascii_case("log") && !value.is_empty()).then_some(value)
}

/// A path as one line of Markdown holds it: what would end the line or be taken for a mark is percent-encoded.
fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for (at, c) in path.char_indices() {
        let is_edge = at == 0 || at + c.len_utf8() == path.len();
        let is_mark = matches!(c, '%' | '`' | '*' | '_') && (c == '%' || is_edge);
        if c.is_control() || is_mark || (is_edge && c.is_whitespace()) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(escaped, "%{byte:02X}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let encoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(encoded) = encoded.filter(|_| *byte == b'%') {
            bytes.push(encoded);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_line_goes_into_the_header() {
        let table = [
            ("", "> **Log:** ../a.md\n"),
            (
                "# Title\n\n## Daily\n",
                "# Title\n> **Log:** ../a.md\n\n## Daily\n",
            ),
            (
                "# Title\n> **Unit:** T\n",
                "# Title\n> **Log:** ../a.md\n> **Unit:** T\n",
            ),
            (
                "# Title\n## Daily\n",
                "# Title\n> **Log:** ../a.md\n\n## Daily\n",
            ),
            ("# Title", "# Title\n> **Log:** ../a.md"),
            (
                "\u{feff}## Daily\n",
                "\u{feff}> **Log:** ../a.md\n\n## Daily\n",
            ),
            ("| a |\n|---|\n", "> **Log:** ../a.md\n\n| a |\n|---|\n"),
            ("# T\n\n> _log_: `b.md` \n", "# T\n\n> _log_: `../a.md` \n"),
        ];
        for (archive, expected) in table {
            assert_eq!(with_log(archive, "../a.md", "\n"), expected);
        }
        assert_eq!(with_log("# T\r\n", "a", "\r\n"), "# T\r\n> **Log:** a\r\n");
        assert_eq!(named_log("# T\n\n## Daily\n\n> **Log:** a\n"), None);
    }

    proptest! {
        #[test]
        fn any_path_reads_back(path in "[%`*_ .a/\u{0}-\u{1f}\u{80}-\u{a0}한-]{1,9}|\\PC{1,9}", at in 0..4_usize) {
            let archive = ["", "# T\n\n## Daily\n", "> **Log:** x\n", "\u{feff}text"][at];
            let named = with_log(archive, &path, "\n");
            prop_assert_eq!(named_log(&named).map(|named| named.path), Some(path.clone()));
            prop_assert_eq!(with_log(&named, &path, "\n"), named);
        }
    }
}
