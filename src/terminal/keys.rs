//! Decodes the bytes of a terminal to keys. Other sequences, such as replies and pasted text marks, are dropped as a whole.

use std::str;

use super::{KeyCode, KeyEvent, KeyModifiers};

/// The longest sequence that may be incomplete.
const MAX_SEQUENCE: usize = 64;

const ESC: u8 = 0x1b;

/// Decodes bytes that arrive in any pieces.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pending: Vec<u8>,
}

/// The length of the first sequence, and its key if it has one. None if more bytes are needed.
type Decoded = Option<(usize, Option<KeyEvent>)>;

impl Decoder {
    /// Takes bytes, and returns the keys that are complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<KeyEvent> {
        self.pending.extend_from_slice(bytes);
        self.drain(false)
    }

    /// Whether more bytes may change the key.
    pub(super) const fn is_waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Decodes the waiting bytes as they are: no more came in time.
    pub(super) fn flush(&mut self) -> Vec<KeyEvent> {
        self.drain(true)
    }

    fn drain(&mut self, is_complete: bool) -> Vec<KeyEvent> {
        let (mut keys, mut rest) = (Vec::new(), self.pending.as_slice());
        while !rest.is_empty() {
            let Some((length, key)) = first(rest, is_complete || rest.len() > MAX_SEQUENCE) else {
                break;
            };
            keys.extend(key);
            rest = rest.get(length..).unwrap_or_default();
        }
        self.pending = rest.to_vec();
        keys
    }
}

fn first(bytes: &[u8], is_complete: bool) -> Decoded {
    match bytes {
        [ESC] => is_complete.then(|| (1, Some(KeyCode::Esc.into()))),
        [ESC, b'[' | b'O'] if !is_complete => None,
        [ESC, b'[', b'[', rest @ ..] => match rest {
            [] if !is_complete => None,
            [name @ b'A'..=b'E', ..] => Some((4, Some(KeyCode::F(name - b'A' + 1).into()))),
            _ => Some((3, None)),
        },
        [ESC, b'[', body @ ..] if !body.is_empty() => sequence(body, is_complete),
        [ESC, b'O', name, ..] => Some((3, named(*name, KeyModifiers::NONE))),
        [ESC, ESC, ..] => Some((1, Some(KeyCode::Esc.into()))),
        [ESC, rest @ ..] => {
            let (length, key) = character(rest, is_complete)?;
            let with_alt =
                |key: KeyEvent| KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT);
            Some((length + 1, key.map(with_alt)))
        }
        _ => character(bytes, is_complete),
    }
}

/// What follows `ESC [`: parameters, and one byte that ends them.
fn sequence(body: &[u8], is_complete: bool) -> Decoded {
    let is_end = |byte: &u8| !(0x20..0x40).contains(byte);
    let length = body.iter().position(is_end).unwrap_or(body.len());
    let (parameters, rest) = body.split_at(length);
    match rest {
        [] if !is_complete => None,
        [end @ 0x40..0x7f, ..] => Some((length + 3, meaning(parameters, *end))),
        _ => Some((length + 2, None)),
    }
}

fn meaning(parameters: &[u8], end: u8) -> Option<KeyEvent> {
    let parameters = str::from_utf8(parameters).ok()?;
    let mut numbers = parameters.split(';').map(str::parse::<u8>);
    let first = numbers.next()?;
    let modifiers = numbers.next().map_or(KeyModifiers::NONE, |number| {
        modifiers(number.unwrap_or_default())
    });
    if end != b'~' {
        let is_plain = parameters.is_empty() || first.is_ok();
        return named(end, modifiers).filter(|_| is_plain);
    }
    let code = match first.ok()? {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        number @ 11..=15 => KeyCode::F(number - 10),
        number @ 17..=21 => KeyCode::F(number - 11),
        number @ 23..=24 => KeyCode::F(number - 12),
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// The modifiers, as a terminal numbers them from 1.
fn modifiers(number: u8) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let held = |bit: u8, modifier| match bits & bit {
        0 => KeyModifiers::NONE,
        _ => modifier,
    };
    held(1, KeyModifiers::SHIFT) | held(2, KeyModifiers::ALT) | held(4, KeyModifiers::CONTROL)
}

fn named(name: u8, mut modifiers: KeyModifiers) -> Option<KeyEvent> {
    let code = match name {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(name - b'P' + 1),
        b'Z' => {
            modifiers |= KeyModifiers::SHIFT;
            KeyCode::BackTab
        }
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// A byte that is a key by itself, or a character in UTF-8.
fn character(bytes: &[u8], is_complete: bool) -> Decoded {
    let byte = *bytes.first()?;
    let control = |letter: u8| {
        let code = KeyCode::Char(char::from(letter));
        Some(KeyEvent::new(code, KeyModifiers::CONTROL))
    };
    let key = match byte {
        b'\r' => Some(KeyCode::Enter.into()),
        b'\t' => Some(KeyCode::Tab.into()),
        0x7f => Some(KeyCode::Backspace.into()),
        0 => control(b' '),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        _ => return letter(bytes, is_complete),
    };
    Some((1, key))
}

fn letter(bytes: &[u8], is_complete: bool) -> Decoded {
    let start = bytes.get(..4).unwrap_or(bytes);
    let Some(letter) = start.utf8_chunks().next()?.valid().chars().next() else {
        // Without a length, more bytes may make it a character.
        let length = str::from_utf8(start).err()?.error_len();
        let length = length.or(is_complete.then_some(start.len()))?;
        return Some((length, None));
    };
    let modifiers = if letter.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    let key = KeyEvent::new(KeyCode::Char(letter), modifiers);
    Some((letter.len_utf8(), Some(key)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<KeyEvent> {
        let mut decoder = Decoder::default();
        let mut keys = decoder.push(bytes);
        keys.extend(decoder.flush());
        keys
    }

    #[test]
    fn keys_are_what_terminals_send_for_them() {
        use KeyCode::{
            BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Insert, Left,
            PageDown, PageUp, Right, Tab, Up,
        };
        const NONE: KeyModifiers = KeyModifiers::NONE;
        const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
        const ALT: KeyModifiers = KeyModifiers::ALT;
        const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
        for (bytes, code, modifiers) in [
            ("q", Char('q'), NONE),
            ("S", Char('S'), SHIFT),
            ("한", Char('한'), NONE),
            ("\r", Enter, NONE),
            ("\t", Tab, NONE),
            (" ", Char(' '), NONE),
            ("\x7f", Backspace, NONE),
            ("\x03", Char('c'), CONTROL),
            ("\x1a", Char('z'), CONTROL),
            ("\0", Char(' '), CONTROL),
            ("\x1b", Esc, NONE),
            ("\x1b[Z", BackTab, SHIFT),
            ("\x1b[A", Up, NONE),
            ("\x1bOB", Down, NONE),
            ("\x1b[1;5C", Right, CONTROL),
            ("\x1b[1;2D", Left, SHIFT),
            ("\x1b[1;8D", Left, SHIFT.union(ALT).union(CONTROL)),
            ("\x1b[5~", PageUp, NONE),
            ("\x1b[6;3~", PageDown, ALT),
            ("\x1b[H", Home, NONE),
            ("\x1b[4~", End, NONE),
            ("\x1b[2~", Insert, NONE),
            ("\x1b[3~", Delete, NONE),
            ("\x1bOP", F(1), NONE),
            ("\x1b[11~", F(1), NONE),
            ("\x1b[[A", F(1), NONE),
            ("\x1b[17~", F(6), NONE),
            ("\x1b[24~", F(12), NONE),
            ("\x1bx", Char('x'), ALT),
            ("\x1b[", Char('['), ALT),
            ("\x1bO", Char('O'), SHIFT.union(ALT)),
        ] {
            let key = KeyEvent::new(code, modifiers);
            assert_eq!(keys(bytes.as_bytes()), [key], "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_dropped_whole() {
        for bytes in [
            "\x1b[?62;4c",
            "\x1b[<0;10;5M",
            "\x1b[I",
            "\x1b[200~",
            "\x1b[12;40",
            "\x1b[999~",
        ] {
            let text = format!("a{bytes}");
            assert_eq!(keys(text.as_bytes()), keys(b"a"), "{bytes:?}");
        }
        assert_eq!(keys(b"\x1b[?62;4cq"), keys(b"q"));
        assert_eq!(keys(b"a\xff\xed\x95q"), keys(b"aq"));
    }

    #[test]
    fn the_start_of_a_key_waits_for_the_rest() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.push(b"\x1b"), []);
        assert!(decoder.is_waiting());
        assert_eq!(decoder.push(b"[B"), [KeyCode::Down.into()]);
        assert!(!decoder.is_waiting());
        assert_eq!(decoder.push(b"\x1b"), []);
        assert_eq!(decoder.flush(), [KeyCode::Esc.into()]);
        assert!(!decoder.is_waiting());
    }

    proptest! {
        #[test]
        fn nothing_waits_for_ever(bytes: Vec<u8>) {
            let mut decoder = Decoder::default();
            decoder.push(&bytes);
            prop_assert!(decoder.pending.len() <= MAX_SEQUENCE);
            decoder.flush();
            prop_assert!(!decoder.is_waiting());
        }

        #[test]
        fn where_bytes_are_cut_makes_no_difference(text in "(\u{1b}\\[[0-9;]{0,4}[A-Z~]|\u{1b}O[A-S]|[a-zA-Z가-힣\r\u{1}-\u{1a}]){0,8}", cut: prop::sample::Index) {
            let bytes = text.as_bytes();
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut decoder = Decoder::default();
            let mut found = decoder.push(head);
            found.extend(decoder.push(tail));
            found.extend(decoder.flush());
            prop_assert_eq!(found, keys(bytes));
        }
    }
}
