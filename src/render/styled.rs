//! Styled text as data: a line, and which parts of it have which role. Views build lines; the terminal, plain output and the
//! dashboard draw from them. Which colour a role has is decided in `theme`.

use std::ops::{Add, AddAssign, Range};

use super::{TextRole, split_at_width, width};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyledLine {
    text: String,
    /// Ranges of bytes with a role: in order, disjoint and not empty.
    spans: Vec<(Range<usize>, TextRole)>,
    /// Drawn in reverse video: the selected row of a list, or a headline that must not be missed.
    pub reversed: bool,
}

impl StyledLine {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn styled(role: TextRole, text: impl Into<String>) -> Self {
        let mut line = Self::from(text.into());
        line.push_span(0..line.text.len(), role);
        line
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn is_styled(&self) -> bool {
        !self.spans.is_empty()
    }

    pub fn width(&self) -> usize {
        width(&self.text)
    }

    pub const fn reverse(mut self, reversed: bool) -> Self {
        self.reversed = reversed;
        self
    }

    /// The line with a mark in place of the blank that it begins with.
    pub fn mark(mut self, mark: char) -> Self {
        if self.text.starts_with(' ') && mark.is_ascii() {
            self.text.replace_range(0..1, mark.encode_utf8(&mut [0; 4]));
        }
        self
    }

    fn push_span(&mut self, range: Range<usize>, role: TextRole) {
        if !range.is_empty() {
            self.spans.push((range, role));
        }
    }

    /// Gives the text from a byte on the roles that the text of another line has.
    pub fn style_like(&mut self, start: usize, line: &Self) {
        for (range, role) in &line.spans {
            self.push_span(start + range.start..start + range.end, *role);
        }
    }

    fn bytes(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    pub fn pieces(&self) -> Vec<(Option<TextRole>, &str)> {
        let (mut pieces, mut end) = (Vec::new(), 0);
        for (range, role) in &self.spans {
            pieces.push((None, self.bytes(end..range.start)));
            pieces.push((Some(*role), self.bytes(range.clone())));
            end = range.end;
        }
        pieces.push((None, self.bytes(end..self.text.len())));
        pieces.retain(|(_, text)| !text.is_empty());
        pieces
    }

    fn slice(&self, part: Range<usize>) -> Self {
        let mut line = Self::from(self.bytes(part.clone())).reverse(self.reversed);
        let end = line.text.len();
        for (range, role) in &self.spans {
            let clip = |at: usize| at.saturating_sub(part.start).min(end);
            line.push_span(clip(range.start)..clip(range.end), *role);
        }
        line
    }

    fn truncate(&mut self, end: usize) {
        if end < self.text.len() {
            *self = self.slice(0..end);
        }
    }

    pub fn trim_end(mut self) -> Self {
        self.truncate(self.text.trim_end().len());
        self
    }

    /// The line in at most `most` cells, cut between graphemes. The ellipsis takes one cell, and the role of what it ends.
    pub fn cut(mut self, most: usize, ellipsis: &str) -> Self {
        if self.width() <= most {
            return self;
        }
        let end = split_at_width(&self.text, most.saturating_sub(1)).0.len();
        let role = self.spans.iter().find(|(range, _)| range.contains(&end));
        let role = role.map(|(_, role)| *role);
        self.truncate(end);
        if most > 0 {
            self += role.map_or_else(|| ellipsis.into(), |role| Self::styled(role, ellipsis));
        }
        self
    }

    /// The line in lines of at most `most` cells, broken between words, all but the first indented. A word that is wider than a
    /// line is broken too, after a slash where it has one: a path is of no use without its end. A badge is one word.
    pub fn fold(self, most: usize, indent: usize, ellipsis: &str) -> Vec<Self> {
        if self.width() <= most {
            return vec![self];
        }
        let indent = Self::from(" ".repeat(indent.min(most / 2)));
        let (mut lines, mut last) = (Vec::new(), Self::new());
        let room = most - indent.text.len();
        for word in self.words() {
            let text = self.bytes(word.clone());
            let wide = width(text.trim_end());
            if last.width() + wide > most && wide <= room && !last.text.trim().is_empty() {
                lines.push(std::mem::replace(&mut last, indent.clone()));
                if text.trim().is_empty() {
                    continue;
                }
            }
            let Range { mut start, end } = word;
            while last.width() + width(self.bytes(start..end).trim_end()) > most {
                let left = most.saturating_sub(last.width());
                let fitting = split_at_width(self.bytes(start..end), left).0;
                let slash = fitting.rfind('/').map(|at| at + 1);
                let length = slash.unwrap_or(fitting.len());
                // Not even one character has room.
                if length == 0 && last.text == indent.text {
                    break;
                }
                last += self.slice(start..start + length);
                lines.push(std::mem::replace(&mut last, indent.clone()));
                start += length;
            }
            last += self.slice(start..end);
        }
        lines.push(last);
        let cut = |line: Self| line.trim_end().cut(most, ellipsis);
        lines.into_iter().map(cut).collect()
    }

    /// The words of the line, each with the blank behind it.
    fn words(&self) -> Vec<Range<usize>> {
        let is_in_badge = |at: usize| {
            let mut spans = self.spans.iter();
            spans.any(|(span, role)| matches!(role, TextRole::Badge(_)) && span.contains(&at))
        };
        let blanks = self.text.match_indices(' ').map(|(at, _)| at);
        let ends = blanks.filter(|at| !is_in_badge(*at)).map(|at| at + 1);
        let (mut words, mut start) = (Vec::new(), 0);
        for end in ends.chain([self.text.len()]) {
            words.push(start..end);
            start = end;
        }
        words
    }

    pub fn join(lines: impl IntoIterator<Item = Self>, separator: &str) -> Self {
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or_default();
        lines.fold(first, |all, line| all + separator + line)
    }
}

pub fn heading(text: impl Into<String>) -> StyledLine {
    StyledLine::styled(TextRole::Heading, text)
}

impl From<&str> for StyledLine {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for StyledLine {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::new()
        }
    }
}

impl From<&Self> for StyledLine {
    fn from(line: &Self) -> Self {
        line.clone()
    }
}

impl<T: Into<Self>> AddAssign<T> for StyledLine {
    fn add_assign(&mut self, more: T) {
        let (start, more) = (self.text.len(), more.into());
        self.text.push_str(&more.text);
        self.style_like(start, &more);
    }
}

impl<T: Into<Self>> Add<T> for StyledLine {
    type Output = Self;

    fn add(mut self, more: T) -> Self {
        self += more;
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{model::Level, render::sanitize};

    const BADGE: TextRole = TextRole::Badge(Level::Critical);

    fn folded(line: &StyledLine) -> Vec<String> {
        let lines = line.clone().fold(18, 2, "…").into_iter();
        lines.map(|line| line.text).collect()
    }

    #[test]
    fn lines_are_broken_between_words_and_not_within_badges() {
        let badge = StyledLine::styled(BADGE, "[!!! CRIT]");
        let line = StyledLine::from("plan 191,670 ") + badge + " and more";
        assert_eq!(
            folded(&line),
            ["plan 191,670", "  [!!! CRIT] and", "  more"]
        );
        assert_eq!(
            line.fold(18, 2, "…")[1].pieces(),
            [(None, "  "), (Some(BADGE), "[!!! CRIT]"), (None, " and")]
        );
        assert_eq!(
            folded(&"error  docs/shared/cost-log.md:25:1 not a number".into()),
            [
                "error  docs/",
                "  shared/",
                "  cost-log.md:25:1",
                "  not a number"
            ]
        );
    }

    #[test]
    fn lines_are_cut_between_characters() {
        let cut = |text: &str, most| StyledLine::from(text).cut(most, "…").text;
        assert_eq!(cut("인프라 설계 및 계획", 10), "인프라 설…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("abcd", 0), "");
        let line = StyledLine::from("a ") + StyledLine::styled(BADGE, "bcd") + " e";
        assert_eq!(
            line.cut(4, "…").pieces(),
            [(None, "a "), (Some(BADGE), "b"), (Some(BADGE), "…")]
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text: String, most in 0_usize..20, indent in 0_usize..6) {
            let text = sanitize(&text);
            let line = StyledLine::styled(BADGE, &*text) + &*text;
            prop_assert!(line.clone().cut(most, "…").width() <= most);
            for line in line.fold(most, indent, "…") {
                prop_assert!(line.width() <= most);
                let pieces: String = line.pieces().into_iter().map(|(_, text)| text).collect();
                prop_assert_eq!(pieces, line.text);
            }
        }
    }
}
