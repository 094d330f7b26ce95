//! Sections that a log lacks: where they go, and in which style they are written.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use chrono::NaiveDate;

use super::{
    Document, Kept, RowKind, SectionBlock, TableBlock, document,
    table::{NewRow, TableEditor},
    totals::{self, Basis},
};
use crate::{
    log::{Column, Role, Section},
    model::Month,
    text::{Edit, Span},
};

/// The head of a daily table where the log has none to follow.
const DAILY: [&str; 2] = [
    "| Time | Team | Task | Tokens | Cost | Status | Notes |",
    "|------|------|------|--------|------|--------|-------|",
];

/// A monthly table without teams where the log has none to follow.
const MONTHLY: [&str; 3] = [
    "| Agent/Team | Task | Tokens | Cost | Status | Duration |",
    "|------------|------|--------|------|--------|----------|",
    "| **TOTAL** | | | | | |",
];

/// The order of what is inserted at one place. What belongs to the table or list above comes before what begins anew; new sections
/// are in the order in which a log has them.
pub(super) mod order {
    pub(in crate::edit) const ROW: u8 = 0;
    pub(in crate::edit) const ITEM: u8 = 1;
    pub(in crate::edit) const SUMMARY: u8 = 2;
    pub(in crate::edit) const NOTES: u8 = 3;
    pub(in crate::edit) const DAILY: u8 = 4;
}

/// Lines put in at the start of a line, or behind the last one.
pub(super) fn insert_lines(document: &Document, at: usize, order: u8, lines: &[String]) -> Edit {
    let newline = document.newline(at);
    let is_open = at > 0
        && !document
            .text()
            .get(..at)
            .is_some_and(|text| text.ends_with('\n'));
    let mut text = String::new();
    for line in lines {
        if is_open {
            text.push_str(newline);
        }
        text.push_str(line);
        if !is_open {
            text.push_str(newline);
        }
    }
    Edit::insert(at, text).ordered(order)
}

/// Leaves one empty line between sections that go in at one place.
pub(super) fn close_up(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end, edit.order));
    let mut before: Option<&Edit> = None;
    for here in edits {
        for newline in ["\r\n", "\n"] {
            let is_doubled = before.is_some_and(|before| {
                before.span == here.span
                    && here.span.is_empty()
                    && before.text.ends_with(&newline.repeat(2))
                    && here.text.starts_with(newline)
            });
            if is_doubled {
                here.text.drain(..newline.len());
                break;
            }
        }
        before = Some(here);
    }
}

/// A log of two empty tables, whose style is taken where the log has none to follow.
static PLAIN: LazyLock<Document> = LazyLock::new(|| {
    let (daily, monthly) = (DAILY.join("\n"), MONTHLY.join("\n"));
    let text = format!(
        "## Daily Detail — 2000-01-01\n\n{daily}\n\n## 2000-01 Monthly Summary\n\n{monthly}\n"
    );
    Document::read(text, Kept::All)
});

/// A table whose style a new one takes over.
struct Model<'d> {
    document: &'d Document,
    table: &'d TableBlock,
    editor: TableEditor<'d>,
}

/// Writes the sections that a log lacks.
pub(super) struct NewSections<'d> {
    document: &'d Document,
    basis: Basis,
    daily: Option<Model<'d>>,
    monthly: Option<Model<'d>>,
    days: BTreeMap<NaiveDate, &'d SectionBlock>,
    /// Whether the newest day comes first.
    is_descending: bool,
    months: Vec<(Month, &'d SectionBlock)>,
    /// Where the contents of sections end, by their headings; without one, where the log does.
    ends: HashMap<Option<usize>, usize>,
}

impl<'d> NewSections<'d> {
    pub(super) fn new(document: &'d Document, basis: Basis) -> Self {
        let mut days: BTreeMap<NaiveDate, &SectionBlock> = BTreeMap::new();
        let mut in_order = Vec::new();
        let mut months = Vec::new();
        for section in &document.sections {
            match section.kind {
                Section::Daily(Some(date)) => {
                    days.insert(date, section);
                    in_order.push(date);
                }
                Section::Monthly(Some(month)) => months.push((month, section)),
                _ => {}
            }
        }
        Self {
            document,
            basis,
            daily: Model::of(document, Role::Daily, basis),
            monthly: Model::of(document, Role::Monthly, basis),
            days,
            is_descending: in_order.first() > in_order.last(),
            months,
            ends: HashMap::new(),
        }
    }

    /// The sections of these days, in the order in which the log has its days.
    pub(super) fn days<'r>(
        &mut self,
        days: impl DoubleEndedIterator<Item = (NaiveDate, Vec<NewRow<'r>>)>,
    ) -> Vec<(Edit, usize)> {
        if self.is_descending {
            days.rev()
                .map(|(date, rows)| self.day(date, &rows))
                .collect()
        } else {
            days.map(|(date, rows)| self.day(date, &rows)).collect()
        }
    }

    fn day(&mut self, date: NaiveDate, rows: &[NewRow<'_>]) -> (Edit, usize) {
        let newest = self.days.last_key_value();
        let heading = newest.and_then(|(date_of, section)| {
            let heading = self.document.at(section.heading.span);
            let at = heading.find(&date_of.to_string())?;
            Some(format!("{}{date}", heading.get(..at)?))
        });
        let heading = heading.unwrap_or_else(|| format!("## Daily Detail — {date}"));
        let oldest = self.days.first_key_value().map(|(_, section)| *section);
        let position = if self.is_descending {
            let before = self.days.range(..date).next_back();
            before
                .map(|(_, section)| Position::Before(section))
                .or_else(|| oldest.map(Position::Behind))
        } else {
            let before = self.days.range(..=date).next_back();
            before
                .map(|(_, section)| Position::Behind(section))
                .or_else(|| oldest.map(Position::Before))
        };
        let position = position.or_else(|| behind_notes(self.document));
        let body = Model::lines(self.daily.as_ref(), rows, None);
        let edit = self.insert(position.as_ref(), &heading, &body, order::DAILY);
        (edit, rows.len())
    }

    /// The summary of a month, and how many rows it has, its total included.
    pub(super) fn month(&mut self, month: Month, rows: &[NewRow<'_>]) -> (Edit, usize) {
        let older = self.months.iter().find(|(other, _)| *other < month);
        let older = older.map(|(_, section)| *section);
        let last = self.months.last().map(|(_, section)| *section);
        let position = older.map(Position::Before);
        let position = position.or_else(|| last.map(Position::Behind)).or_else(|| {
            let ours =
                |section: &&SectionBlock| !matches!(section.kind, Section::Other | Section::Header);
            let first = self.document.sections.iter().find(ours);
            first.map(Position::Before)
        });
        let model = self.monthly.as_ref();
        let total = model.and_then(|model| total_name(model.document, model.table));
        let body = Model::lines(model, rows, total.as_deref());
        let heading = format!("## {month} Monthly Summary");
        let mut edit = self.insert(position.as_ref(), &heading, &body, order::SUMMARY);
        // Where a rule ends the summaries, it ends this one too.
        if let Some(older) = older
            && edit.span.start == older.heading.line_start
            && self
                .document
                .at(Span::new(self.end_of(Some(older)), older.span.end))
                .lines()
                .any(|line| document::is_rule(line.trim()))
        {
            let newline = self.document.newline(edit.span.start);
            for part in ["---", newline, newline] {
                edit.text.push_str(part);
            }
        }
        (edit, rows.len() + usize::from(total.is_some()))
    }

    /// Notes for a log that has none.
    pub(super) fn notes(&mut self, body: &[String]) -> Edit {
        let ours = |kind: &Section| {
            matches!(
                kind,
                Section::Monthly(_) | Section::Allocation | Section::Plan | Section::Optimizations
            )
        };
        let mut sections = self.document.sections.iter().rev();
        let last = sections.find(|section| ours(&section.kind));
        let heading = "## Cost-Tracking Notes";
        self.insert(
            last.map(Position::Behind).as_ref(),
            heading,
            body,
            order::NOTES,
        )
    }

    fn end_of(&mut self, section: Option<&SectionBlock>) -> usize {
        let document = self.document;
        let heading = section.map(|section| section.heading.line_start);
        let end = || section.map_or_else(|| end_of_prose(document), |it| document.content_end(it));
        *self.ends.entry(heading).or_insert_with(end)
    }

    /// A section put in, with an empty line around it and its totals written out.
    fn insert(
        &mut self,
        position: Option<&Position<'_>>,
        heading: &str,
        body: &[String],
        order: u8,
    ) -> Edit {
        let document = self.document;
        let (at, is_before) = match position {
            Some(Position::Before(section)) => (section.heading.line_start, true),
            Some(Position::Behind(section)) => (self.end_of(Some(section)), false),
            None => (self.end_of(None), false),
        };
        let newline = document.newline(at);
        let before = document.text().get(..at).unwrap_or_default();
        let after = document.text().get(at..).unwrap_or_default();
        let mut text = String::new();
        if !before.is_empty() && !before.ends_with('\n') {
            text.push_str(newline);
        }
        if !is_before && at > document.source.body_start() {
            text.push_str(newline);
        }
        let mut section = format!("{heading}{newline}{newline}");
        for line in body {
            section.push_str(line);
            section.push_str(newline);
        }
        text.push_str(&totals::complete(section, self.basis));
        let is_blank_next = after.starts_with('\n') || after.starts_with("\r\n");
        if is_before || !after.is_empty() && !is_blank_next {
            text.push_str(newline);
        }
        Edit::insert(at, text).ordered(order)
    }
}

impl<'d> Model<'d> {
    /// The newest table of its kind; where the log has none, a plain one.
    fn of(document: &'d Document, role: Role, basis: Basis) -> Option<Self> {
        let newest = |document: &'d Document| {
            let tables = document.tables_of(role);
            let tables = tables.filter(|table| table.columns.has(Column::Tokens));
            let table = match role {
                Role::Monthly => {
                    tables.max_by_key(|table| (table.month(document), Reverse(table.head.line)))
                }
                _ => tables.max_by_key(|table| table.lines.last().map(|line| line.start)),
            }?;
            Some(Self {
                document,
                table,
                editor: TableEditor::new(document, table, basis.currency),
            })
        };
        newest(document).or_else(|| newest(&PLAIN))
    }

    /// The lines of a table in this style, with a total where it has a name.
    fn lines(model: Option<&Self>, rows: &[NewRow<'_>], total: Option<&str>) -> Vec<String> {
        /// Gives way to the name as it is spelled, emphasis and all.
        const NAME: &str = "TOTALNAME";
        let Some(Self {
            document,
            table,
            editor,
        }) = model
        else {
            return Vec::new();
        };
        let heads = [table.head, table.dashes].into_iter();
        let heads = heads.map(|place| Span::new(place.line_start, place.span.end));
        let mut lines: Vec<String> = heads.map(|line| document.at(line).to_owned()).collect();
        lines.extend(rows.iter().map(|row| editor.line(row)));
        if let Some(name) = total {
            let tokens = rows.iter().filter_map(|row| row.tokens);
            let row = NewRow {
                team: NAME,
                tokens: Some((
                    tokens.clone().map(|(tokens, _)| tokens).sum(),
                    tokens.clone().any(|(_, estimate)| estimate),
                )),
                cost: rows.iter().find_map(|row| row.cost),
                month: rows.iter().find_map(|row| row.month.clone()),
                ..NewRow::default()
            };
            lines.push(editor.line(&row).replace(NAME, name));
        }
        lines
    }
}

/// Where a section goes.
enum Position<'d> {
    Before(&'d SectionBlock),
    Behind(&'d SectionBlock),
}

/// What a table calls its total.
fn total_name(document: &Document, table: &TableBlock) -> Option<String> {
    let total = table
        .rows
        .iter()
        .rev()
        .find(|row| matches!(row.kind, RowKind::Total(_)))?;
    let team = table.columns.index(Column::Team)?;
    Some(document.at(*total.cells.get(team)?).to_owned())
}

/// Behind the notes; without any, behind the last section that is ours and not the reference to the archive.
fn behind_notes(document: &Document) -> Option<Position<'_>> {
    let find = |is: fn(&Section) -> bool| {
        document
            .sections
            .iter()
            .rev()
            .find(|section| is(&section.kind))
    };
    find(|kind| *kind == Section::Notes)
        .or_else(|| {
            find(|kind| {
                !matches!(
                    kind,
                    Section::Other | Section::Header | Section::ArchiveReference | Section::HookLog
                )
            })
        })
        .map(Position::Behind)
}

/// Behind the last line that is Markdown.
fn end_of_prose(document: &Document) -> usize {
    let mut end = document.in_flight.unwrap_or(document.text().len());
    for line in document.lines.iter().rev() {
        let whole = document.whole_line(line.place);
        let between = document.text().get(whole.end..end).unwrap_or_default();
        if !between.trim().is_empty() {
            break;
        }
        end = whole.start;
    }
    let kept = document.text().get(..end).unwrap_or_default();
    let trimmed = kept.trim_end();
    document.line_after(trimmed.len()).min(end)
}
