//! Where the parts of a JSON text are: read without copying it, so that a part can be replaced and all else stays byte for byte.
//! No recursion and no tree: a text of any depth and size takes one pass for each level that is looked at.

use std::ops::Range;

use serde::de::IgnoredAny;

/// A value within a JSON text that is known to be valid.
#[derive(Clone, Copy, Debug)]
pub struct JsonValue<'t> {
    document: &'t str,
    start: usize,
    end: usize,
}

/// Why a text is no JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub message: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct Member<'t> {
    pub key: JsonValue<'t>,
    pub value: JsonValue<'t>,
}

impl<'t> JsonValue<'t> {
    /// The value that a text holds.
    pub fn parse(document: &'t str) -> Result<Self, JsonError> {
        let text = document.strip_prefix('\u{feff}').unwrap_or(document);
        let start = document.len() - text.len();
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| JsonError::new(text, &error))?;
        let mut scanner = Scanner::new(document, start);
        scanner.skip(is_blank);
        Ok(scanner.value())
    }

    pub fn text(self) -> &'t str {
        self.document.get(self.range()).unwrap_or_default()
    }

    /// Its bytes within the whole text.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub const fn start(self) -> usize {
        self.start
    }

    pub const fn end(self) -> usize {
        self.end
    }

    fn opens_with(self, bracket: char) -> bool {
        self.text().starts_with(bracket)
    }

    pub fn is_object(self) -> bool {
        self.opens_with('{')
    }

    pub fn is_list(self) -> bool {
        self.opens_with('[')
    }

    /// The members of an object; none of anything else.
    pub fn members(self) -> Vec<Member<'t>> {
        let mut members = Vec::new();
        self.each_member(|member| members.push(member));
        members
    }

    /// Passes each member of an object, in one pass over it.
    pub fn each_member(self, mut take: impl FnMut(Member<'t>)) {
        if !self.is_object() {
            return;
        }
        let mut scanner = Scanner::new(self.document, self.start + 1);
        while scanner.is_at_item() {
            let key = scanner.value();
            scanner.skip(|byte| is_blank(byte) || byte == b':');
            let value = scanner.value();
            take(Member { key, value });
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(self) -> Vec<Self> {
        if !self.is_list() {
            return Vec::new();
        }
        let mut scanner = Scanner::new(self.document, self.start + 1);
        let mut items = Vec::new();
        while scanner.is_at_item() {
            items.push(scanner.value());
        }
        items
    }

    /// The value of a key. Of a key that is there twice, the last, as programs have it; null is as if it was absent.
    pub fn get(self, key: &str) -> Option<Self> {
        let mut found = None;
        self.each_member(|member| {
            if member.key.is_string(key) {
                found = Some(member.value);
            }
        });
        found.filter(|value| value.text() != "null")
    }

    pub fn is_string(self, text: &str) -> bool {
        let raw = self.text();
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        inner == Some(text) || raw.contains('\\') && self.string().as_deref() == Some(text)
    }

    /// The text of a string.
    pub fn string(self) -> Option<String> {
        serde_json::from_str(self.text()).ok()
    }
}

impl JsonError {
    /// At a byte of a text.
    pub fn at(text: &str, at: usize, message: &str) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            message: message.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line.trim_start_matches('\u{feff}').chars().count() + 1,
        }
    }

    fn new(text: &str, error: &serde_json::Error) -> Self {
        let full = error.to_string();
        let message = full.split(" at line ").next().unwrap_or_default();
        let at = error.column().saturating_sub(1);
        let found = text.lines().nth(error.line().saturating_sub(1));
        let is_comment = found.and_then(|line| line.get(at..)?.chars().next()) == Some('/');
        let message = if is_comment {
            "comments are not allowed in JSON"
        } else {
            message
        };
        let line = text.lines().nth(error.line().saturating_sub(1));
        let before = line.and_then(|line| line.get(..error.column().saturating_sub(1)));
        let column = before.map_or(error.column(), |before| before.chars().count() + 1);
        Self {
            message: message.to_owned(),
            line: error.line().max(1),
            column: column.max(1),
        }
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Walks over a text that is known to be valid.
struct Scanner<'t> {
    document: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    const fn new(document: &'t str, at: usize) -> Self {
        Self { document, at }
    }

    fn byte(&self) -> Option<u8> {
        self.document.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(&is_skipped) {
            self.at += 1;
        }
    }

    /// Goes on to the next item of an object or a list. False at its end.
    fn is_at_item(&mut self) -> bool {
        self.skip(|byte| is_blank(byte) || byte == b',');
        !matches!(self.byte(), None | Some(b'}' | b']'))
    }

    fn value(&mut self) -> JsonValue<'t> {
        let start = self.at;
        match self.byte() {
            Some(b'"') => self.skip_string(),
            Some(b'{' | b'[') => self.skip_nested(),
            _ => self.skip(|byte| !is_blank(byte) && !matches!(byte, b',' | b'}' | b']')),
        }
        JsonValue {
            document: self.document,
            start,
            end: self.at,
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.document.len());
    }

    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }
}

/// An object with the value of one key exchanged, or with the key at its end.
pub fn with_text(object: JsonValue<'_>, key: &str, text: &str) -> String {
    let value = serde_json::Value::from(text).to_string();
    let whole = object.text();
    let members = object.members();
    let found = members
        .iter()
        .rev()
        .find(|member| member.key.is_string(key));
    let (at, insert) = match (found, members.last()) {
        (Some(member), _) => (member.value.range(), value),
        (None, Some(last)) => (
            last.value.end..last.value.end,
            format!(",\"{key}\":{value}"),
        ),
        (None, None) => (
            object.start + 1..object.start + 1,
            format!("\"{key}\":{value}"),
        ),
    };
    let part = |range: Range<usize>| whole.get(range).unwrap_or_default();
    let before = part(0..at.start - object.start);
    let after = part(at.end - object.start..whole.len());
    format!("{before}{insert}{after}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_are_found() {
        let text = "\u{feff} { \"a\" : [1, \"}]\\\"\", {\"b\":null}] ,\"\\u0062\":-1.5e3,\"c\":null, \"a\": true }\n";
        let root = JsonValue::parse(text).unwrap();
        let members: Vec<_> = root
            .members()
            .iter()
            .map(|member| format!("{} = {}", member.key.text(), member.value.text()))
            .collect();
        insta::assert_snapshot!(members.join("\n"), @r#"
        "a" = [1, "}]\"", {"b":null}]
        "\u0062" = -1.5e3
        "c" = null
        "a" = true
        "#);
        assert_eq!(root.get("a").unwrap().text(), "true");
        assert_eq!(root.get("b").unwrap().text(), "-1.5e3");
        assert!(root.get("c").is_none() && root.get("d").is_none());
        let list: Vec<_> = root.members()[0]
            .value
            .items()
            .iter()
            .map(|item| item.text())
            .collect();
        assert_eq!(list, ["1", "\"}]\\\"\"", "{\"b\":null}"]);
    }

    #[test]
    fn depth_does_not_matter() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let root = JsonValue::parse(&deep).unwrap();
        assert_eq!(root.get("a").unwrap().text().len(), 400_000);
    }

    #[test]
    fn errors_have_a_place() {
        for (text, expected) in [
            ("", "EOF while parsing a value 1:1"),
            ("{\"a\":1,\n  \"ü\" 2}", "expected `:` 2:7"),
            ("{} x", "trailing characters 1:4"),
            ("{\"a\":NaN}", "expected value 1:6"),
        ] {
            let JsonError {
                message,
                line,
                column,
            } = JsonValue::parse(text).unwrap_err();
            assert_eq!(format!("{message} {line}:{column}"), expected);
        }
    }

    #[test]
    fn one_value_is_exchanged() {
        let exchanged = |text| with_text(JsonValue::parse(text).unwrap(), "model", "ha\"iku");
        assert_eq!(exchanged("{}"), r#"{"model":"ha\"iku"}"#);
        assert_eq!(
            exchanged(r#"{"n":1.50 }"#),
            r#"{"n":1.50,"model":"ha\"iku" }"#
        );
        assert_eq!(
            exchanged(r#"{ "model" : {"x":1}, "n":1e999}"#),
            r#"{ "model" : "ha\"iku", "n":1e999}"#
        );
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_serde_reads(keys in proptest::collection::vec(any::<String>(), 0..6), text in any::<String>()) {
            let object: serde_json::Map<_, _> = keys.iter().map(|key| (key.clone(), serde_json::json!([text, {"k": text}]))).collect();
            let written = serde_json::to_string_pretty(&object).unwrap();
            let root = JsonValue::parse(&written).unwrap();
            for key in &keys {
                let items = root.get(key).unwrap().items();
                prop_assert_eq!(items[0].string(), Some(text.clone()));
                prop_assert_eq!(items[1].get("k").unwrap().string(), Some(text.clone()));
            }
            let changed: serde_json::Value = serde_json::from_str(&with_text(root, "model", &text)).unwrap();
            prop_assert_eq!(&changed["model"], &serde_json::Value::from(text));
            prop_assert!(changed.as_object().unwrap().len() >= object.len());
        }
    }
}
