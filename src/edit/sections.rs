//! Sections that a log lacks: where they go, and in which style they are written.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use chrono::NaiveDate;

use super::{
    Document, Kept, SectionBlock, TableBlock, document,
    table::{NewRow, RowCost, TableEditor},
    totals::{self, Basis},
};
use crate::{
    log::{Column, Role, Section},
    model::Month,
    text::{Edit, Span},
};

/// The tables whose style is taken where the log has none to follow: a daily one, and a monthly one without teams.
const PLAIN: &str = "\
## Daily Detail — 2000-01-01

| Time | Team | Task | Tokens | Cost | Status | Notes |
|------|------|------|--------|------|--------|-------|

## 2000-01 Monthly Summary

| Agent/Team | Task | Tokens | Cost | Status | Duration |
|------------|------|--------|------|--------|----------|
| **TOTAL** | | | | | |
";

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
    let before = document.text().get(..at).unwrap_or_default();
    let is_open = !before.is_empty() && !before.ends_with('\n');
    let lines = lines.iter().map(String::as_str);
    let parts = lines.map(|line| {
        if is_open {
            [newline, line]
        } else {
            [line, newline]
        }
    });
    let text: String = parts.flatten().collect();
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

pub(super) struct NewSections<'d> {
    document: &'d Document,
    basis: Basis,
    daily: Option<TableEditor<'d>>,
    monthly: Option<TableEditor<'d>>,
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
            daily: newest_table(document, Role::Daily, basis),
            monthly: newest_table(document, Role::Monthly, basis),
            days,
            is_descending: in_order.first() > in_order.last(),
            months,
            ends: HashMap::new(),
        }
    }

    /// The sections of these days with the number of their rows, in the order in which the log has its days.
    pub(super) fn days(
        &mut self,
        days: &BTreeMap<NaiveDate, Vec<NewRow<'_>>>,
    ) -> Vec<(Edit, usize)> {
        let sections = days.iter().map(|(date, rows)| self.day(*date, rows));
        let mut sections: Vec<_> = sections.collect();
        if self.is_descending {
            sections.reverse();
        }
        sections
    }

    fn day(&mut self, date: NaiveDate, rows: &[NewRow<'_>]) -> (Edit, usize) {
        let newest = self.days.last_key_value();
        let heading = newest.and_then(|(newest, section)| {
            let heading = self.document.at(section.heading.span);
            let at = heading.find(&newest.to_string())?;
            Some(format!("{}{date}", heading.get(..at)?))
        });
        let heading = heading.unwrap_or_else(|| format!("## Daily Detail — {date}"));
        let oldest = self.days.first_key_value().map(|(_, section)| *section);
        let mut earlier = if self.is_descending {
            self.days.range(..date)
        } else {
            self.days.range(..=date)
        };
        let earlier = earlier.next_back().map(|(_, section)| *section);
        let (next_to, is_before) = match earlier.or(oldest) {
            None => (notes_or_last(self.document), false),
            known => (known, earlier.is_some() == self.is_descending),
        };
        let body = table_lines(self.daily.as_ref(), rows, None);
        let edit = self.insert(next_to, is_before, &heading, &body);
        let edit = edit.ordered(order::DAILY);
        (edit, rows.len())
    }

    /// The summary of a month, and how many rows it has, its total included.
    pub(super) fn month(&mut self, month: Month, rows: &[NewRow<'_>]) -> (Edit, usize) {
        let mut sections = self.months.iter();
        let older = sections.find(|(other, _)| *other < month);
        let older = older.map(|(_, section)| *section);
        let last = self.months.last().map(|(_, section)| *section);
        let is_known = |kind: &Section| !matches!(kind, Section::Other | Section::Header);
        let mut sections = self.document.sections.iter();
        let first = sections.find(|section| is_known(&section.kind));
        let is_before = older.is_some() || last.is_none() && first.is_some();
        let next_to = older.or(last).or(first);
        let total = self.monthly.as_ref().and_then(TableEditor::total_name);
        let total = total.unwrap_or("**TOTAL**");
        let body = table_lines(self.monthly.as_ref(), rows, Some(total));
        let heading = format!("## {month} Monthly Summary");
        let edit = self.insert(next_to, is_before, &heading, &body);
        let mut edit = edit.ordered(order::SUMMARY);
        // Where a rule ends the summaries, it ends this one too.
        if let Some(older) = older {
            let below = Span::new(self.end_of(Some(older)), older.span.end);
            let mut below = self.document.at(below).lines();
            if below.any(|line| document::is_rule(line.trim())) {
                let newline = self.document.newline(edit.span.start);
                edit.text.extend(["---", newline, newline]);
            }
        }
        (edit, rows.len() + 1)
    }

    /// Notes for a log that has none.
    pub(super) fn notes(&mut self, body: &[String]) -> Edit {
        use Section::{Allocation, Monthly, Optimizations, Plan};
        let is_above = |section: &&SectionBlock| {
            let kind = &section.kind;
            matches!(kind, Monthly(_) | Allocation | Plan | Optimizations)
        };
        let last = self.document.sections.iter().rev().find(is_above);
        let edit = self.insert(last, false, "## Cost-Tracking Notes", body);
        edit.ordered(order::NOTES)
    }

    fn end_of(&mut self, section: Option<&SectionBlock>) -> usize {
        let document = self.document;
        let heading = section.map(|section| section.heading.line_start);
        let end = || section.map_or_else(|| end_of_prose(document), |it| document.content_end(it));
        *self.ends.entry(heading).or_insert_with(end)
    }

    /// A section put in with its totals written out, before or behind another one; without one, behind the last line that is Markdown.
    fn insert(
        &mut self,
        next_to: Option<&SectionBlock>,
        is_before: bool,
        heading: &str,
        body: &[String],
    ) -> Edit {
        let before = next_to.filter(|_| is_before);
        let at = before.map(|section| section.heading.line_start);
        let at = at.unwrap_or_else(|| self.end_of(next_to));
        let lines = [heading, ""].into_iter();
        let lines = lines.chain(body.iter().map(String::as_str));
        let newline = self.document.newline(at);
        let section: String = lines.flat_map(|line| [line, newline]).collect();
        let section = totals::complete(section, self.basis);
        insert_section(self.document, at, is_before, &section)
    }
}

/// A section put in with an empty line around it, before another one or behind what ends there.
pub(super) fn insert_section(
    document: &Document,
    at: usize,
    is_before: bool,
    section: &str,
) -> Edit {
    let newline = document.newline(at);
    let before = document.text().get(..at).unwrap_or_default();
    let after = document.text().get(at..).unwrap_or_default();
    let is_open = !before.is_empty() && !before.ends_with('\n');
    let is_apart = is_before || at <= document.source.body_start();
    let is_blank_next = after.is_empty() || after.starts_with('\n') || after.starts_with("\r\n");
    let parts = [
        (is_open, newline),
        (!is_apart, newline),
        (true, section),
        (is_before || !is_blank_next, newline),
    ];
    let parts = parts.into_iter().filter(|(is_needed, _)| *is_needed);
    Edit::insert(at, parts.map(|(_, part)| part).collect::<String>())
}

/// The newest table of a role; where the log has none, a plain one.
fn newest_table(document: &Document, role: Role, basis: Basis) -> Option<TableEditor<'_>> {
    static PLAIN_LOG: LazyLock<Document> = LazyLock::new(|| Document::read(PLAIN, Kept::All));

    fn newest(document: &Document, role: Role) -> Option<&TableBlock> {
        let tables = document.tables_of(role);
        let tables = tables.filter(|table| table.columns.has(Column::Tokens));
        if role == Role::Monthly {
            return tables.max_by_key(|table| (table.month(document), Reverse(table.head.line)));
        }
        tables.max_by_key(|table| table.lines.last().map(|line| line.start))
    }
    let own = newest(document, role).map(|table| (document, table));
    let found = own.or_else(|| Some((&*PLAIN_LOG, newest(&PLAIN_LOG, role)?)));
    found.map(|(document, table)| TableEditor::new(document, table, basis.currency))
}

/// The lines of a new table in the style of another, with a total where that has a name.
fn table_lines(
    model: Option<&TableEditor<'_>>,
    rows: &[NewRow<'_>],
    total: Option<&str>,
) -> Vec<String> {
    /// Gives way to the name as it is spelled, emphasis and all.
    const NAME: &str = "TOTALNAME";
    let Some(model) = model else {
        return Vec::new();
    };
    let mut lines = model.head_lines();
    lines.extend(rows.iter().map(|row| model.line(row)));
    if let Some(name) = total {
        let tokens = rows.iter().filter_map(|row| row.tokens);
        let is_estimate = tokens.clone().any(|(_, estimate)| estimate);
        let row = NewRow {
            team: NAME,
            tokens: Some((tokens.map(|(tokens, _)| tokens).sum(), is_estimate)),
            cost: RowCost {
                money: rows.iter().find_map(|row| row.cost.money),
                is_implied: true,
                ..RowCost::default()
            },
            month: rows.iter().find_map(|row| row.month.clone()),
            ..NewRow::default()
        };
        lines.push(model.line(&row).replace(NAME, name));
    }
    lines
}

/// The notes; without any, the last section known to tokmon that does not end the log.
fn notes_or_last(document: &Document) -> Option<&SectionBlock> {
    use Section::{ArchiveReference, Header, HookLog, Other};
    let sections = || document.sections.iter().rev();
    let notes = sections().find(|section| section.kind == Section::Notes);
    let is_inner = |kind: &Section| !matches!(kind, Other | Header | ArchiveReference | HookLog);
    notes.or_else(|| sections().find(|section| is_inner(&section.kind)))
}

pub(super) fn end_of_prose(document: &Document) -> usize {
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
    let end = document.line_after(kept.trim_end().len()).min(end);
    end.max(document.source.body_start())
}
