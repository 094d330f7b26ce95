//! Takes sections and lines out of a log, and gives their bytes to the archives they belong to.
//!
//! Works line by line: a line stays where it is, or goes to an archive, or is one of the blank lines and rules that separated what
//! goes from what stays, of which one set is enough.

use std::collections::{BTreeMap, HashSet};

use super::{
    MoveStats,
    expired_lines::ExpiredLines,
    inventory::{ExpiredSection, Inventory},
};
use crate::{
    edit::{LogLine, Revision, document::is_rule},
    model::Month,
    text::{Edit, Span},
};

/// What goes to one archive.
#[derive(Debug, Default)]
pub(super) struct ArchiveDelta {
    /// Whole sections, each without blank lines at its end.
    pub(super) sections: Vec<String>,
    /// Lines that are not Markdown, with their line ends.
    pub(super) lines: String,
    pub(super) stats: MoveStats,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    /// It goes, and with it nothing that Markdown sees.
    Goes,
    /// It goes as a part of a section.
    GoesInSection,
}

struct Line<'d> {
    span: Span,
    text: &'d str,
    is_hook: bool,
    fate: Fate,
}

struct Cutter<'d> {
    newline: &'static str,
    lines: Vec<Line<'d>>,
    /// The end of the lines that are decided, and the last of them that stays and is not blank.
    above: (usize, Option<usize>),
    deltas: BTreeMap<Month, ArchiveDelta>,
}

pub(super) fn cut(
    log: &Revision,
    inventory: &Inventory,
    expired: &[ExpiredSection],
    expired_lines: &ExpiredLines<'_>,
) -> (Vec<Edit>, BTreeMap<Month, ArchiveDelta>) {
    let mut cutter = Cutter::new(log, inventory);
    cutter.cut_lines(&log.document.lines, expired_lines);
    for section in expired {
        cutter.cut_section(*section);
    }
    cutter.close_gaps();
    (cutter.edits(), cutter.deltas)
}

impl<'d> Cutter<'d> {
    fn new(log: &'d Revision, inventory: &Inventory) -> Self {
        let document = &log.document;
        let unreadable = inventory.unreadable_lines.iter().copied();
        let unreadable: HashSet<usize> = unreadable.collect();
        let lines = document.text_lines(document.source.body_start());
        let lines = lines.map(|(span, text, is_log_line)| Line {
            span,
            text,
            is_hook: is_log_line || unreadable.contains(&span.start),
            fate: Fate::Stays,
        });
        Self {
            newline: document.newline(0),
            lines: lines.collect(),
            above: (0, None),
            deltas: BTreeMap::new(),
        }
    }

    fn line_at(&self, start: usize) -> usize {
        self.lines.partition_point(|line| line.span.start < start)
    }

    fn text(&self, line: usize) -> &'d str {
        self.lines.get(line).map_or("", |line| line.text)
    }

    fn is_blank(&self, line: usize) -> bool {
        self.text(line).trim().is_empty()
    }

    fn is_hook_line(&self, line: usize) -> bool {
        self.lines.get(line).is_some_and(|line| line.is_hook)
    }

    fn stays(&self, line: usize) -> bool {
        let line = self.lines.get(line);
        line.is_some_and(|line| line.fate == Fate::Stays)
    }

    fn mark(&mut self, line: usize, fate: Fate) {
        if let Some(line) = self.lines.get_mut(line) {
            line.fate = fate;
        }
    }

    fn cut_lines(&mut self, lines: &[LogLine], expired: &ExpiredLines<'_>) {
        for line in lines {
            let Some(month) = expired.month(line) else {
                continue;
            };
            let at = self.line_at(line.place.line_start);
            let text = self.text(at);
            self.mark(at, Fate::Goes);
            let delta = self.deltas.entry(month).or_default();
            delta.lines.push_str(text);
            delta.stats.lines += 1;
        }
    }

    fn cut_section(&mut self, section: ExpiredSection) {
        let first = self.line_at(section.span.start);
        let end = self.line_at(section.span.end);
        let filled = self.filled(first, end);
        let lines = (first..filled).filter(|line| !self.is_hook_line(*line));
        let mut body: String = lines.map(|line| self.text(line)).collect();
        if !body.ends_with('\n') {
            body.push_str(self.newline);
        }
        let kept_from = self.kept_from(first, filled, end);
        let lines = self.lines.get_mut(first..kept_from).unwrap_or_default();
        for line in lines.iter_mut().filter(|line| !line.is_hook) {
            line.fate = Fate::GoesInSection;
        }
        let delta = self.deltas.entry(section.month).or_default();
        delta.sections.push(body);
        delta.stats.rows += section.rows;
        let count = if section.is_session {
            &mut delta.stats.sessions
        } else {
            &mut delta.stats.daily
        };
        *count += 1;
    }

    /// The line behind the last one of a section that says something: that is neither blank, nor a rule below a blank line, nor a hook line.
    fn filled(&self, first: usize, end: usize) -> usize {
        let says_something = |line: &usize| {
            let is_parting = is_rule(self.text(*line).trim()) && self.is_blank(line - 1);
            !self.is_hook_line(*line) && !self.is_blank(*line) && !is_parting
        };
        let last = (first + 1..end).rev().find(says_something);
        last.unwrap_or(first) + 1
    }

    /// From where on the blank lines and rules at the end of a section stay. Of those before it and these, one set is enough: that
    /// before it, unless only this one has a rule. Behind lines that stay, they separate these from the next section.
    fn kept_from(&mut self, first: usize, filled: usize, end: usize) -> usize {
        if end == self.lines.len() {
            return end;
        }
        let above = self.above(first);
        let is_rule = |line: usize| is_rule(self.text(line).trim());
        let mut lines = (first..end).rev();
        if let Some(kept) = lines.find(|line| self.is_hook_line(*line) && self.stays(*line)) {
            return filled.max(kept + 1);
        }
        let has_rule = (filled..end).any(|line| !self.is_hook_line(line) && is_rule(line));
        if has_rule && above.is_some_and(|line| !is_rule(line)) {
            filled
        } else {
            end
        }
    }

    /// The last line above another one that stays and is not blank. Asked from top to bottom.
    fn above(&mut self, line: usize) -> Option<usize> {
        let (from, mut above) = self.above;
        for at in from..line {
            if self.stays(at) && !self.is_blank(at) {
                above = Some(at);
            }
        }
        self.above = (line, above);
        above
    }

    /// Where lines go between two blank ones, one of these is enough; at the end of the text, none is needed.
    fn close_gaps(&mut self) {
        let lines = self.lines.len();
        let mut at = 0;
        while at < lines {
            if self.stays(at) {
                at += 1;
                continue;
            }
            let first = at;
            let is_open = first == 0 || self.is_blank(first - 1);
            let mut is_closed = false;
            while at < lines {
                if !self.stays(at) {
                    is_closed = false;
                } else if is_open && !is_closed && self.is_blank(at) {
                    self.mark(at, Fate::Goes);
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
                    self.mark(above, Fate::Goes);
                }
            }
        }
    }

    fn edits(&self) -> Vec<Edit> {
        let stays = |line: &Line<'_>| line.fate == Fate::Stays;
        let mut edits = Vec::new();
        let mut first = 0;
        for run in self.lines.chunk_by(|one, two| stays(one) == stays(two)) {
            let end = first + run.len();
            if let ([one, ..], [.., last]) = (run, run)
                && !stays(one)
            {
                if self.needs_blank(first, end, run) {
                    edits.push(Edit::insert(one.span.start, self.newline));
                }
                edits.push(Edit::delete(Span::new(one.span.start, last.span.end)));
            }
            first = end;
        }
        edits
    }

    /// Whether a paragraph, or a heading that is underlined, would run together with the text above the section that parts them.
    fn needs_blank(&self, first: usize, end: usize, run: &[Line<'_>]) -> bool {
        run.iter().any(|line| line.fate == Fate::GoesInSection)
            && first > 0
            && end < self.lines.len()
            && !self.is_blank(first - 1)
            && !self.is_blank(end)
            && !self.text(end).trim_start().starts_with('#')
    }
}
