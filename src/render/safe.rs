//! Text from a log, made harmless: nothing in it can drive a terminal, hide, or turn the writing around.

use std::{borrow::Cow, fmt::Write as _};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Combining marks on one character beyond this many are dropped: a pile of them spills over the lines around.
const MOST_MARKS: usize = 8;

/// Whether a character must not reach a terminal: controls, and what is invisible or turns the direction of text.
#[must_use]
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200c}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether anything in a text must not reach a terminal.
#[must_use]
pub fn has_forbidden(text: &str) -> bool {
    text.contains(is_forbidden)
}

/// Joins emoji to one, or asks for one in colour. Terminals disagree on how wide the result is.
const fn is_emoji_control(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// The text for one line of a terminal: what is forbidden stands as `\u{1b}`, a byte that was not UTF-8 as `�`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        match c {
            '\u{1a}' => safe.push('\u{fffd}'),
            c if is_forbidden(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c if is_emoji_control(c) => {}
            c if is_mark(c) => {
                marks += 1;
                if marks <= MOST_MARKS {
                    safe.push(c);
                }
                continue;
            }
            c => safe.push(c),
        }
        marks = 0;
    }
    Cow::Owned(safe)
}

/// The same number of characters, so that columns still count: what is forbidden stands as `�`.
#[must_use]
pub(crate) fn same_length(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_forbidden(c) && c != '\t' || is_emoji_control(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && UnicodeWidthStr::width(c.encode_utf8(&mut [0; 4]) as &str) == 0
}

/// Cells that a text takes in a terminal.
#[must_use]
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text in two, the first part at most `most` cells wide, parted between characters as people see them.
#[must_use]
pub(crate) fn split(text: &str, most: usize) -> (&str, &str) {
    let mut used = 0;
    let end = text.grapheme_indices(true).find(|(_, grapheme)| {
        used += width(grapheme);
        used > most
    });
    text.split_at(end.map_or(text.len(), |(at, _)| at))
}

/// The text in at most `most` cells, cut between characters as people see them. The ellipsis takes one cell.
#[must_use]
pub(crate) fn cut<'a>(text: &'a str, most: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme);
        if used + wide + 1 > most {
            break;
        }
        kept.push_str(grapheme);
        used += wide;
    }
    if most > 0 {
        kept.push_str(ellipsis);
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_drives_a_terminal_is_shown_and_not_sent() {
        let table = [
            ("Team \u{1b}[31mA\u{1b}[0m", "Team \\u{1b}[31mA\\u{1b}[0m"),
            ("a\u{9b}31m", "a\\u{9b}31m"),
            ("a\tb\r\nc\u{7f}", "a\\u{9}b\\u{d}\\u{a}c\\u{7f}"),
            ("\u{202e}evil\u{2066}", "\\u{202e}evil\\u{2066}"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("bad \u{1a}", "bad \u{fffd}"),
            ("⚠️ 👩‍💻", "⚠ 👩💻"),
            ("인프라 é", "인프라 é"),
        ];
        for (text, expected) in table {
            assert_eq!(line(text), expected);
        }
        let pile = format!("e{}", "\u{301}".repeat(50));
        assert_eq!(line(&pile).chars().count(), 1 + MOST_MARKS);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("인프라 설계 및 계획", 10, "…"), "인프라 설…");
        assert_eq!(cut("abc", 3, "…"), "abc");
        assert_eq!(cut("abcd", 3, "~"), "ab~");
        assert_eq!(cut("abcd", 0, "~"), "");
    }

    proptest! {
        #[test]
        fn nothing_forbidden_is_left(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(|c| is_forbidden(c) || is_emoji_control(c)));
            let kept = same_length(&text);
            prop_assert_eq!(kept.chars().count(), text.chars().count());
            prop_assert!(!kept.chars().any(|c| is_forbidden(c) && c != '\t'));
        }

        #[test]
        fn nothing_is_wider_than_it_may_be(text in any::<String>(), most in 0_usize..20) {
            prop_assert!(width(&cut(&line(&text), most, "…")) <= most);
        }
    }
}
