//! Lines of JSON, read leniently: damage in fields that are not needed does not make a line unreadable. Knows no format; the readers say
//! which fields a line has, and what they mean.

use std::{borrow::Cow, fmt, marker::PhantomData};

use chrono::{DateTime, Utc};
use memchr::memmem;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::error::Category;

use super::{Line, Skipped};

pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The file whose lines are read, for messages about them.
#[derive(Debug, Default)]
pub(super) struct JsonFile {
    shown: String,
    /// It has another encoding: one message says so, and its lines are not read.
    is_foreign: bool,
    /// It is one value, so that messages name no line.
    is_document: bool,
}

impl JsonFile {
    pub fn new(shown: &str) -> Self {
        Self {
            shown: shown.to_owned(),
            is_foreign: false,
            is_document: false,
        }
    }

    /// A file that holds one value.
    pub fn document(shown: &str) -> Self {
        Self {
            is_document: true,
            ..Self::new(shown)
        }
    }

    /// Its path as messages show it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Counts a line, and passes each JSON value on it to `each`: one, or more if two programs wrote at once. White space around them, a byte
    /// order mark and empty lines are ignored. If a value cannot be read, the values before it are still passed, and a message about it is
    /// noted that quotes nothing of the line.
    ///
    /// A last line without an end that cannot be read is torn, which is no error: it is still being written.
    pub fn read<'a, T: Deserialize<'a>>(
        &mut self,
        line: Line<'a>,
        skipped: &mut Skipped,
        mut each: impl FnMut(T, &mut Skipped),
    ) {
        self.read_with_text(line, skipped, |value, _, skipped| each(value, skipped));
    }

    /// As [`Self::read`], but also passes the text of each value, as its type may decide what else has to be read.
    pub fn read_with_text<'a, T: Deserialize<'a>>(
        &mut self,
        line: Line<'a>,
        skipped: &mut Skipped,
        mut each: impl FnMut(T, &'a [u8], &mut Skipped),
    ) {
        skipped.lines += 1;
        if line.number == 1 && is_utf_16(line.text) {
            self.is_foreign = true;
            skipped.unreadable(&self.shown, None, "it is UTF-16, not UTF-8");
        }
        if self.is_foreign {
            return;
        }
        let mut rest = line.text.strip_prefix(BOM).unwrap_or(line.text);
        loop {
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<T>();
            let problem = match values.next() {
                None => return,
                Some(Ok(value)) => {
                    let (text, after) = rest
                        .split_at_checked(values.byte_offset())
                        .unwrap_or_default();
                    rest = after;
                    each(value, text, skipped);
                    continue;
                }
                Some(Err(problem)) => problem.classify(),
            };
            if problem != Category::Data && !line.has_end && !self.is_document {
                skipped.torn += 1;
                return;
            }
            self.note(line, skipped, reason(problem, self.is_document));
            // A value of an unexpected type still has an end.
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
            if problem != Category::Data || !matches!(values.next(), Some(Ok(_))) {
                return;
            }
            rest = rest.get(values.byte_offset()..).unwrap_or_default();
        }
    }

    /// Reads a text from [`Self::read_with_text`] as another type. None if a field has an unexpected type, which is noted.
    pub fn reread<'a, T: Deserialize<'a>>(
        &self,
        text: &'a [u8],
        line: Line<'_>,
        skipped: &mut Skipped,
    ) -> Option<T> {
        serde_json::from_slice(text)
            .inspect_err(|problem| {
                self.note(line, skipped, reason(problem.classify(), self.is_document));
            })
            .ok()
    }

    /// Notes that a line, or the document, could not be read.
    pub fn note(&self, line: Line<'_>, skipped: &mut Skipped, reason: &'static str) {
        let number = (!self.is_document).then_some(line.number);
        skipped.unreadable(&self.shown, number, reason);
    }
}

const fn reason(problem: Category, is_document: bool) -> &'static str {
    match (problem, is_document) {
        (Category::Data, _) => "a field is not of the expected type",
        (Category::Eof, false) => "the line is cut off",
        (Category::Io | Category::Syntax, false) => "the line is not JSON",
        (Category::Eof, true) => "the document is cut off",
        (Category::Io | Category::Syntax, true) => "the document is not JSON",
    }
}

/// In a file of UTF-16, every other byte of the first characters is zero, often after a byte order mark. One or two odd bytes are a damaged
/// line, and no encoding.
pub(super) fn is_utf_16(text: &[u8]) -> bool {
    let marks = [b"\xff\xfe", b"\xfe\xff"];
    let mark = marks.iter().find_map(|mark| text.strip_prefix(*mark));
    let pairs = mark.unwrap_or(text).chunks_exact(2).take(4);
    let is_little = |pair: &[u8]| matches!(pair, [1..=255, 0]);
    let is_big = |pair: &[u8]| matches!(pair, [0, 1..=255]);
    pairs.len() == 4 && (pairs.clone().all(is_little) || pairs.clone().all(is_big))
}

/// Finds the long lines that cannot matter, without parsing them: what agents read and wrote fills most of a transcript.
#[derive(Debug)]
pub(super) struct Needed(Vec<memmem::Finder<'static>>);

impl Needed {
    /// Lines up to this length are always parsed.
    const SHORT: usize = 1024;

    /// Each line that matters contains one of these words, which consist of letters and `_`, as a key or a value.
    pub fn new(words: &[&'static str]) -> Self {
        Self(
            words
                .iter()
                .map(|word| memmem::Finder::new(*word))
                .collect(),
        )
    }

    /// False if a line certainly does not matter: it is one object from its first to its last byte, and contains none of the words, even with
    /// some of their characters escaped. White space does not change the answer.
    pub fn may_matter(&self, text: &[u8]) -> bool {
        if text.len() <= Self::SHORT {
            return true;
        }
        let trimmed = text.trim_ascii();
        let is_whole = trimmed.first() == Some(&b'{') && trimmed.last() == Some(&b'}');
        !is_whole || self.0.iter().any(|word| word.find(text).is_some()) || has_escaped_letter(text)
    }
}

/// Whether a text contains `\u005f`, `\u0074` or the like. Letters and `_` need no escape, and no known program writes one.
fn has_escaped_letter(text: &[u8]) -> bool {
    memmem::find_iter(text, br"\u00").any(|at| matches!(text.get(at + 4), Some(b'4'..=b'7')))
}

/// A number of tokens: 100 as well as 100.0, and 0 for null. Negative numbers and fractions are errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Count(pub u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number of tokens")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Count, E> {
        Ok(Count(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Count, E> {
        /// Up to here, 2^53, every whole number has a value of its own.
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        if !(0.0..=LARGEST).contains(&value) || value.fract() != 0.0 {
            return Err(E::custom("not a number of tokens"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number between 0 and 2^53"
        )]
        let whole = value as u64;
        Ok(Count(whole))
    }

    fn visit_unit<E: Error>(self) -> Result<Count, E> {
        Ok(Count(0))
    }
}

/// A text that is needed, whatever it holds: lone surrogates and bytes that are not UTF-8 become U+FFFD. Null is an empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// The text, unless it is empty: an empty id is none.
    pub fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_option(TextVisitor)?;
        Ok(Self(text))
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // Strings are only checked to be UTF-8 where text is asked for.
        deserializer.deserialize_bytes(self)
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(String::from_utf8_lossy(bytes))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(String::from_utf8_lossy(bytes).into_owned()))
    }
}

/// An object, or nothing for a value of another type: if a field has several types, only objects are needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct LooseObject<T>(pub Option<T>);

impl<T> Default for LooseObject<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for LooseObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseObjectVisitor(PhantomData))
    }
}

struct LooseObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LooseObjectVisitor<T> {
    type Value = LooseObject<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let object = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(LooseObject(Some(object)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(LooseObject(None))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(LooseObject(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(LooseObject(None))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(LooseObject(None))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(LooseObject(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(LooseObject(None))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(LooseObject(None))
    }
}

/// A moment as transcripts state it: with `Z` or an offset.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[derive(Deserialize)]
    struct Sample<'a> {
        #[serde(borrow, default)]
        name: Text<'a>,
        #[serde(default)]
        tokens: Count,
    }

    /// What is given for each line of a file, and what is noted.
    fn picture(text: &[u8]) -> String {
        let (mut file, mut skipped, mut out) =
            (JsonFile::new("a.jsonl"), Skipped::default(), String::new());
        let parts = text.split_inclusive(|byte| *byte == b'\n');
        for (part, number) in parts.zip(1..) {
            let line = Line {
                number,
                text: part.strip_suffix(b"\n").unwrap_or(part),
                has_end: part.ends_with(b"\n"),
            };
            file.read(line, &mut skipped, |sample: Sample<'_>, _| {
                writeln!(out, "{number}: {} {}", sample.name.0, sample.tokens.0).unwrap();
            });
        }
        for place in &skipped.unreadable {
            writeln!(out, "{:?}: {}", place.line, place.reason).unwrap();
        }
        writeln!(out, "{} lines, {} torn", skipped.lines, skipped.torn).unwrap();
        out
    }

    #[test]
    fn what_can_be_read_is_read() {
        let text = [
            b"\xef\xbb\xbf{\"name\":\"byte order mark\",\"tokens\":1}\r\n\n \t\r\n".as_slice(),
            b"{ \"n\\u0061me\" : \"key with an escape\" , \"tokens\" : 100.0 }\n",
            b"{\"name\":null,\"tokens\":null}{\"name\":\"second of a line\",\"tokens\":2} {}\n",
            b"{\"other\":\"\\ud800\",\"more\":{\"\xff\":\"\xff\"},\"name\":\"a\\ud800b\xff\",\"tokens\":3}\n",
        ]
        .concat();
        insta::assert_snapshot!(picture(&text), @"
        1: byte order mark 1
        4: key with an escape 100
        5:  0
        5: second of a line 2
        5:  0
        6: a���b� 3
        6 lines, 0 torn
        ");
    }

    #[test]
    fn what_cannot_be_read_is_noted_without_what_it_says() {
        let text = [
            b"{\"name\":\"a\",\"tokens\":\"secret\"}{\"name\":\"after it\",\"tokens\":1}\n".as_slice(),
            b"{\"tokens\":-1}\n{\"tokens\":1.5}\n{\"tokens\":1e300}\n{\"tokens\":99999999999999999999}\n",
            b"{\"name\":\"secret\n{\"name\":\"before\"} secret\n7\n{\"name\":7}\n",
            b"{\"name\":\"torn",
        ]
        .concat();
        insta::assert_snapshot!(picture(&text), @"
        1: after it 1
        7: before 0
        Some(1): a field is not of the expected type
        Some(2): a field is not of the expected type
        Some(3): a field is not of the expected type
        Some(4): a field is not of the expected type
        Some(5): a field is not of the expected type
        Some(6): the line is cut off
        Some(7): the line is not JSON
        Some(8): a field is not of the expected type
        Some(9): a field is not of the expected type
        10 lines, 1 torn
        ");
    }

    #[test]
    fn a_file_of_another_encoding_is_one_message() {
        let line = "{\"name\":\"a\",\"tokens\":1}\n".repeat(3);
        let little: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = line.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [b"\xff\xfe".as_slice(), &little].concat();
        for text in [little, big, marked] {
            let picture = picture(&text);
            let messages: Vec<&str> = picture.lines().filter(|line| line.contains(':')).collect();
            assert_eq!(messages, ["None: it is UTF-16, not UTF-8"]);
        }
    }

    #[test]
    fn only_long_lines_without_the_words_are_passed_over() {
        let needed = Needed::new(&["usage"]);
        let long = "x".repeat(2_000);
        let may = |text: String| needed.may_matter(text.as_bytes());
        assert!(may("{}".to_owned()));
        assert!(!may(format!("{{\"a\":\"{long}\"}}\r")));
        assert!(!may(format!("{{\"a\":\"\\u001b {long}\"}}")));
        assert!(may(format!("{{\"usage\" :\"{long}\"}}")));
        assert!(may(format!("{{\"us\\u0061ge\":\"{long}\"}}")));
        assert!(may(format!("{{\"a\":\"{long}")), "it may be cut off");
    }
}
