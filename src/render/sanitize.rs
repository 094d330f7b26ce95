//! Text from a log made safe to show: nothing in it can drive the terminal, hide, or change the direction of writing, and access
//! keys are masked.
//! Also measures text in cells.

use std::{borrow::Cow, fmt::Write as _};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::text::masked;

/// The maximum number of combining marks on one character. A pile of them would spill over the lines around.
const MAX_MARKS: usize = 8;

/// Whether a character must not reach a terminal: control characters, invisible ones, and those that change the direction of text.
pub fn is_unsafe(c: char) -> bool {
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

pub fn has_unsafe(text: &str) -> bool {
    text.contains(is_unsafe)
}

/// Joins emoji to one, or asks for one in colour. Terminals disagree on how wide the result is.
const fn is_emoji_control(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// The text for one line of a terminal: an unsafe character becomes an escape such as `\u{1b}`, a byte that was not UTF-8
/// becomes `�`.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// The text for a program: as [`sanitize`], but with all that makes up a character, such as the joiners of emoji.
pub fn escape_unsafe(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

/// Secrets are masked here, since all text that is shown comes this way.
fn escape(text: &str, is_whole: bool) -> Cow<'_, str> {
    match masked(text) {
        Cow::Borrowed(text) => escape_characters(text, is_whole),
        Cow::Owned(text) => Cow::Owned(escape_characters(&text, is_whole).into_owned()),
    }
}

fn escape_characters(text: &str, is_whole: bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        match c {
            '\u{1a}' => safe.push('\u{fffd}'),
            c if is_unsafe(c) => push_escaped(&mut safe, c),
            c if is_whole => safe.push(c),
            c if is_emoji_control(c) => {}
            c if is_mark(c) => {
                marks += 1;
                if marks <= MAX_MARKS {
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

pub fn push_escaped(text: &mut String, c: char) {
    let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
}

/// The same number of characters, so that columns still count: unsafe characters other than tabs become `�`.
pub fn sanitize_in_place(text: &str) -> String {
    let replace = |c| {
        if is_unsafe(c) && c != '\t' || is_emoji_control(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(replace).collect()
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && width(c.encode_utf8(&mut [0; 4])) == 0
}

pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in two, the first part at most `most` cells wide, split between graphemes.
pub fn split_at_width(text: &str, most: usize) -> (&str, &str) {
    let mut used = 0;
    let end = text.grapheme_indices(true).find(|(_, grapheme)| {
        used += width(grapheme);
        used > most
    });
    text.split_at(end.map_or(text.len(), |(at, _)| at))
}

/// The text in at most `most` cells, cut between graphemes. The ellipsis takes one cell.
pub fn cut<'a>(text: &'a str, most: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let kept = split_at_width(text, most.saturating_sub(1)).0;
    Cow::Owned(match most {
        0 => String::new(),
        _ => format!("{kept}{ellipsis}"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_are_shown_and_not_sent() {
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
            assert_eq!(sanitize(text), expected);
        }
        let joined = "⚠️ 👩‍💻 e\u{301}";
        assert_eq!(escape_unsafe(joined), joined);
        assert_eq!(escape_unsafe("a\u{202e}\u{1b}"), "a\\u{202e}\\u{1b}");
        let pile = format!("e{}", "\u{301}".repeat(50));
        assert_eq!(sanitize(&pile).chars().count(), 1 + MAX_MARKS);
    }

    proptest! {
        #[test]
        fn no_unsafe_character_is_left(text in any::<String>()) {
            prop_assert!(!sanitize(&text).chars().any(|c| is_unsafe(c) || is_emoji_control(c)));
            let kept = sanitize_in_place(&text);
            prop_assert_eq!(kept.chars().count(), text.chars().count());
            prop_assert!(!kept.chars().any(|c| is_unsafe(c) && c != '\t'));
        }

        #[test]
        fn no_text_is_wider_than_asked(text in any::<String>(), most in 0_usize..20) {
            prop_assert!(width(&cut(&sanitize(&text), most, "…")) <= most);
        }
    }
}
