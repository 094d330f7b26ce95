//! Takes sections and lines out of a log, and gives their bytes to the archives they belong to.
//!
//! Works line by line: a line stays where it is, or goes to an archive, or is one of the blank lines and rules that parted what goes
//! from what stays, of which one set is enough.

use std::collections::BTreeMap;

use super::{
    file::Addition,
    lines::{Departures, HeldLine},
    survey::{Leaving, Survey},
};
use crate::{
    edit::document::is_rule,
    model::Month,
    text::{Edit, EditSet, Overlap, Span, splice},
};

/// What stays, and what goes where.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pub(super) log: String,
    pub(super) archives: BTreeMap<Month, Portion>,
}

/// What goes to an archive.
#[derive(Debug, Default)]
pub(super) struct Portion {
    pub(super) addition: Addition,
    /// The sections of the addition.
    pub(super) sections: Vec<Leaving>,
    /// How many lines.
    pub(super) lines: usize,
    /// How many of their rows were merged into others.
    pub(super) merged: usize,
}

/// What happens to a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    /// It goes, and with it nothing that Markdown sees.
    Goes,
    /// It goes as a part of a section.
    GoesInSection,
}

struct Cutter<'d> {
    source: &'d str,
    newline: &'static str,
    /// Where each line starts; behind them, the end of the text.
    starts: Vec<usize>,
    fates: Vec<Fate>,
    /// Lines that are not Markdown.
    is_held: Vec<bool>,
    cut: Cut,
}

/// Takes out of a log the sections that leave it, and the lines that do.
pub(super) fn cut(
    text: &str,
    newline: &'static str,
    survey: &Survey,
    leaving: &[Leaving],
    departures: &Departures<'_>,
) -> Result<Cut, Overlap> {
    let mut cutter = Cutter::new(text, newline, survey);
    cutter.lines(&survey.lines, departures);
    for section in leaving {
        cutter.section(*section);
    }
    cutter.close_gaps();
    let edits = EditSet::new(crate::text::FileId::LOG, cutter.edits())?;
    let mut cut = cutter.cut;
    cut.log = splice(text, &edits);
    Ok(cut)
}

impl<'d> Cutter<'d> {
    fn new(text: &'d str, newline: &'static str, survey: &Survey) -> Self {
        let body = text.trim_start_matches('\u{feff}');
        let mut starts = vec![text.len() - body.len()];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        let lines = starts.len() - 1;
        let mut cutter = Self {
            source: text,
            newline,
            starts,
            fates: vec![Fate::Stays; lines],
            is_held: vec![false; lines],
            cut: Cut::default(),
        };
        let held = survey.lines.iter().map(|line| line.place.line_start);
        for start in held.chain(survey.unread.iter().copied()) {
            let line = cutter.line_at(start);
            if let Some(is_held) = cutter.is_held.get_mut(line) {
                *is_held = true;
            }
        }
        cutter
    }

    fn line_at(&self, start: usize) -> usize {
        self.starts.partition_point(|other| *other < start)
    }

    fn text(&self, line: usize) -> &'d str {
        let (start, end) = (self.starts[line], self.starts[line + 1]);
        self.source.get(start..end).unwrap_or_default()
    }

    fn is_blank(&self, line: usize) -> bool {
        self.text(line).trim().is_empty()
    }

    fn lines(&mut self, lines: &[HeldLine], departures: &Departures<'_>) {
        for line in lines {
            let Some(month) = departures.month(line) else {
                continue;
            };
            let at = self.line_at(line.place.line_start);
            let text = self.text(at);
            self.fates[at] = Fate::Goes;
            let portion = self.cut.archives.entry(month).or_default();
            portion.addition.lines.push_str(text);
            portion.lines += 1;
        }
    }

    fn section(&mut self, section: Leaving) {
        let first = self.line_at(section.span.start);
        let end = self.line_at(section.span.end);
        let filled = self.filled(first, end);
        let mut body = String::with_capacity(section.span.len());
        for line in first..filled {
            if !self.is_held[line] {
                body.push_str(self.text(line));
                self.fates[line] = Fate::GoesInSection;
            }
        }
        if !body.ends_with('\n') {
            body.push_str(self.newline);
        }
        let kept_from = self.kept_from(first, filled, end);
        for line in filled..kept_from {
            if !self.is_held[line] {
                self.fates[line] = Fate::GoesInSection;
            }
        }
        let portion = self.cut.archives.entry(section.month).or_default();
        portion.addition.sections.push(body);
        portion.sections.push(section);
    }

    /// The line behind the last one of a section that says something: that is neither blank, nor a rule below a blank line, nor held.
    fn filled(&self, first: usize, end: usize) -> usize {
        let says_something = |line: &usize| {
            let is_parting = is_rule(self.text(*line).trim()) && self.is_blank(line - 1);
            !self.is_held[*line] && !self.is_blank(*line) && !is_parting
        };
        let last = (first + 1..end).rev().find(says_something);
        last.unwrap_or(first) + 1
    }

    /// From where on the blank lines and rules at the end of a section stay. Of those before it and these, one set is enough: that
    /// before it, unless a rule stands here alone. Behind lines that stay, they part these from the next section.
    fn kept_from(&self, first: usize, filled: usize, end: usize) -> usize {
        if end == self.fates.len() {
            return end;
        }
        let stays = |line: &usize| self.fates[*line] == Fate::Stays;
        let is_rule = |line: usize| is_rule(self.text(line).trim());
        let kept = (first..end)
            .rev()
            .find(|line| self.is_held[*line] && stays(line));
        if let Some(kept) = kept {
            return filled.max(kept + 1);
        }
        let mut before = (0..first).rev().filter(stays);
        let above = before.find(|line| !self.is_blank(*line));
        let has_rule = (filled..end).any(|line| !self.is_held[line] && is_rule(line));
        if has_rule && above.is_some_and(|line| !is_rule(line)) {
            filled
        } else {
            end
        }
    }

    /// Where lines go between two blank ones, one of these is enough; at the end of the text, none is needed.
    fn close_gaps(&mut self) {
        let lines = self.fates.len();
        let mut at = 0;
        while at < lines {
            if self.fates[at] == Fate::Stays {
                at += 1;
                continue;
            }
            let first = at;
            let is_open = first == 0 || self.is_blank(first - 1);
            let mut is_closed = false;
            while at < lines {
                if self.fates[at] != Fate::Stays {
                    is_closed = false;
                } else if is_open && !is_closed && self.is_blank(at) {
                    self.fates[at] = Fate::Goes;
                    is_closed = true;
                } else {
                    break;
                }
                at += 1;
            }
            if at == lines {
                let mut above = first;
                while above > 0 && self.is_blank(above - 1) {
                    above -= 1;
                    self.fates[above] = Fate::Goes;
                }
            }
        }
    }

    fn edits(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut first = 0;
        for run in self
            .fates
            .chunk_by(|one, two| (*one == Fate::Stays) == (*two == Fate::Stays))
        {
            let end = first + run.len();
            if run.first() != Some(&Fate::Stays) {
                let span = Span::new(self.starts[first], self.starts[end]);
                edits.push(if self.needs_blank(first, end, run) {
                    Edit::replace(span, self.newline)
                } else {
                    Edit::delete(span)
                });
            }
            first = end;
        }
        edits
    }

    /// Whether what stood apart by a section would run together without it: a paragraph, and a heading that is underlined.
    fn needs_blank(&self, first: usize, end: usize, run: &[Fate]) -> bool {
        run.contains(&Fate::GoesInSection)
            && first > 0
            && end < self.fates.len()
            && !self.is_blank(first - 1)
            && !self.is_blank(end)
            && !self.text(end).trim_start().starts_with('#')
    }
}
