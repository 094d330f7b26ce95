//! Text in a cell: what of it Markdown would take for something else.

/// A text on one line: line breaks and runs of blanks become one blank, control characters are dropped.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split_whitespace();
    let words = words.map(|word| word.chars().filter(|c| !c.is_control()).collect());
    let words: Vec<String> = words.filter(|word: &String| !word.is_empty()).collect();
    words.join(" ")
}

/// A text as a cell holds it: it reads back as the same words.
pub(crate) fn escaped(text: &str) -> String {
    let plain = one_line(text);
    let mut escaped = String::with_capacity(plain.len());
    let mut before = ' ';
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            // Before a bar, a backslash of the text cannot be told from one that escapes the bar.
            '\\' => escaped.push_str("&#92;"),
            '|' | '*' | '`' | '[' | ']' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '_' if !(before.is_alphanumeric() && next.is_alphanumeric()) => escaped.push_str("\\_"),
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

pub(crate) fn plural(count: u64, word: &str) -> String {
    format!("{word}{}", if count == 1 { "" } else { "s" })
}

/// Whether an id can be written in a comment of a cell and read from there.
pub(crate) fn is_writable_id(id: &str) -> bool {
    let is_plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '|' | '"' | '<' | '>' | '\\' | '`');
    !id.is_empty() && id.len() <= 200 && id.chars().all(is_plain) && !id.contains("--")
}
