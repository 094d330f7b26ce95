//! The files beside a log that its figures depend on: the settings, the projection, and the archives of its months.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use crate::{
    analysis::{LedgerBuilder, RowSelection, Superseded},
    diagnostic::Diagnostic,
    log::{self, Item, RowValue, Section},
    model::{EntryKind, Month, Policy},
    text::{FileId, FileRole},
};

/// The maximum number of months that a check or an edit goes through, the newest ones: a hundred years.
pub const MAX_MONTHS: usize = 1_200;

/// The files beside a log.
#[derive(Clone, Debug, Default)]
pub struct LogSet {
    pub policy: Policy,
    pub projection: Option<Vec<u8>>,
    pub archives: BTreeMap<Month, Vec<u8>>,
    /// The moment that rows are held against, in the zone of the report.
    pub now: Option<DateTime<FixedOffset>>,
}

impl LogSet {
    pub(super) fn ledger_builder(&self, superseded: Superseded) -> LedgerBuilder {
        LedgerBuilder::new(&self.policy, RowSelection::SUMS, self.now).with_superseded(superseded)
    }

    pub(super) fn enter_beside(
        &self,
        ledger: &mut LedgerBuilder,
        problem: &mut dyn FnMut(Diagnostic),
    ) {
        let mut read = |ledger: &mut LedgerBuilder, bytes: &[u8], file| {
            log::read_str(bytes, file, &mut |item| match item {
                Item::Problem(found) => problem(found),
                item => enter(ledger, file, item),
            });
        };
        if let Some(projection) = &self.projection {
            read(ledger, projection, FileId::PROJECTION);
        }
        for ((month, archive), index) in self.archives.iter().zip(0..) {
            ledger.begin_archive(*month);
            read(ledger, archive, FileId::archive(index));
        }
    }
}

/// Enters what a file says into a ledger, if it counts: all of a log; of an archive what was spent; of a projection what is
/// planned. Problems are passed over.
pub fn enter(ledger: &mut LedgerBuilder, file: FileId, item: Item<'_>) {
    use FileRole::{Archive, Log, Projection};
    match (item, file.role()) {
        (Item::Row(row), role) => match (row.value, role) {
            (RowValue::Entry(entry), Log) => ledger.entry(&entry),
            (RowValue::Entry(entry), Archive) if entry.kind != EntryKind::Monthly => {
                ledger.entry(&entry);
            }
            (RowValue::Spread(row), Log) => {
                for entry in row.entries() {
                    ledger.entry(&entry);
                }
            }
            (RowValue::Undated(figures), Log) => ledger.undated(&figures, row.place),
            (RowValue::Total(total), Log) => ledger.total(total),
            (RowValue::Unreadable(month), Log | Archive) => ledger.unreadable(month, row.place),
            (RowValue::Allocation(row), Log | Projection) => ledger.allocation(row),
            (RowValue::Phase(phase), Log | Projection) => ledger.phase(phase),
            (RowValue::Optimization(row), Log | Projection) => ledger.optimization(row),
            _ => {}
        },
        (Item::Usage(entry), Log | Archive) => ledger.entry(&entry),
        (Item::Unreadable { month, place }, Log | Archive) => ledger.unreadable(month, place),
        (Item::Heading(heading), Log) => match heading.section {
            Section::Monthly(_) => ledger.begin_summary(heading.place.line),
            Section::Daily(_) | Section::Undated => ledger.begin_details(),
            _ => {}
        },
        (Item::Header(header), Log) => ledger.header(&header),
        (Item::Note(note), Log) => ledger.note(note),
        (Item::Line { event, place, .. }, Log) => ledger.line(&event, place),
        (Item::Line { event, place, .. }, Archive) => ledger.archived_line(&event, place),
        _ => {}
    }
}
