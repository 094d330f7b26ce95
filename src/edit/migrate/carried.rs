//! What of a log of the older format is still in force, and goes over to the new one as it is.

use std::collections::HashSet;

use crate::{
    edit::{Document, SectionBlock, archive::ExpiredLines, document::is_rule},
    log::{Role, Section},
    text::Span,
};

/// Whole sections, notes, pairs of the header, and lines that are not Markdown.
#[derive(Debug, Default)]
pub(super) struct Carried<'d> {
    /// Sections whose words mean the same in both formats, without blank lines at their ends.
    pub(super) sections: Vec<String>,
    pub(super) reference: Option<String>,
    /// List items outside of these.
    pub(super) notes: Vec<&'d str>,
    /// `Key: value` pairs.
    pub(super) header: Vec<&'d str>,
    /// Without their line ends.
    pub(super) lines: Vec<&'d str>,
    /// The numbers of hook lines, and of other lines that are not blank, that are not carried over.
    pub(super) left: (usize, usize),
}

/// Pairs of the header that are written anew.
const WRITTEN: [&str; 4] = ["format change", "retention policy", "unit", "last updated"];

impl<'d> Carried<'d> {
    pub(super) fn of(document: &'d Document, expired: &ExpiredLines<'_>) -> Self {
        let mut carried = Self::default();
        let mut taken: Vec<Span> = Vec::new();
        let sections = document.sections.iter();
        for section in sections.filter(|section| is_in_force(section)) {
            let span = Span::new(section.span.start, document.content_end(section));
            let text = without_lines(document, span);
            if section.kind == Section::ArchiveReference && carried.reference.is_none() {
                carried.reference = Some(text);
            } else {
                carried.sections.push(text);
            }
            taken.push(span);
        }
        let is_taken = |at: usize| taken.iter().any(|span| span.range().contains(&at));
        let notes = document.notes.iter().map(|note| note.place);
        let notes = notes.filter(|place| !is_taken(place.line_start));
        carried.notes = notes.map(|place| document.at(place.span)).collect();
        for line in &document.lines {
            if expired.is_needed(line) {
                carried.lines.push(document.at(line.place.span));
            } else {
                carried.left.0 += 1;
            }
        }
        carried.header(document);
        carried.left.1 = others(document, &is_taken);
        carried
    }

    /// The pairs in the block quotes above the first section.
    fn header(&mut self, document: &'d Document) {
        let is_header = |section: &&SectionBlock| section.kind == Section::Header;
        let end = document.sections.iter().find(|section| !is_header(section));
        let end = end.map_or(document.text().len(), |section| section.span.start);
        let quoted = document.at(Span::new(0, end)).lines();
        let quoted = quoted.filter_map(|line| line.trim_start().strip_prefix('>'));
        let pairs = quoted.flat_map(|line| line.split('|')).map(str::trim);
        let is_kept = |pair: &&str| {
            let key = pair.split(':').next().unwrap_or_default();
            let key = key.replace(['*', '_'], "").trim().to_lowercase();
            pair.contains(':') && !WRITTEN.contains(&key.as_str())
        };
        self.header = pairs.filter(is_kept).collect();
    }
}

/// How many lines say something and are neither carried over nor rows of tables that are made anew.
fn others(document: &Document, is_taken: &dyn Fn(usize) -> bool) -> usize {
    let mut known: HashSet<usize> = HashSet::new();
    known.extend(document.notes.iter().map(|note| note.place.line_start));
    let headings = document.sections.iter();
    known.extend(headings.map(|section| section.heading.line_start));
    for table in &document.tables {
        if matches!(table.role, Role::Legacy | Role::Months) {
            known.extend([table.head.line_start, table.dashes.line_start]);
            known.extend(table.rows.iter().map(|row| row.place.line_start));
        }
    }
    let lines = document.text_lines(document.source.body_start());
    let others = lines.filter(|(line, text, is_log_line)| {
        let text = text.trim();
        let says_something = !text.is_empty() && !text.starts_with('>') && !is_rule(text);
        let is_known = *is_log_line || known.contains(&line.start) || is_taken(line.start);
        says_something && !is_known
    });
    others.count()
}

const fn is_in_force(section: &SectionBlock) -> bool {
    use Section::{Allocation, ArchiveReference, Notes, Optimizations, Plan};
    let kind = &section.kind;
    matches!(
        kind,
        Allocation | Plan | Optimizations | Notes | ArchiveReference
    )
}

/// A part of a log without the lines in it that are not Markdown.
fn without_lines(document: &Document, span: Span) -> String {
    let lines = document.text_lines(span.start);
    let lines = lines.take_while(|(line, ..)| line.start < span.end);
    let prose = lines.filter(|(.., is_log_line)| !is_log_line);
    let text: String = prose.map(|(_, text, _)| text).collect();
    text.trim_end().to_owned()
}
