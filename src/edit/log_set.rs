//! What a log's figures are judged by: the settings, the projection beside it, and the archives of its months.
//! What of them counts is `analysis`'s business.

use std::collections::BTreeMap;

use crate::{
    analysis::{Ledger, ReconciledMonth, Retention, Rows},
    log::{self, Item, Row, RowValue, Section},
    model::{EntryKind, Month, Policy, Tokens},
    text::{FileId, FileRole},
};

/// The most months that one edit looks into: those of a hundred years, the newest ones.
pub(super) const MOST_MONTHS: usize = 1_200;

/// What stands beside a log.
#[derive(Clone, Debug, Default)]
pub struct LogSet {
    /// Budgets, teams, prices.
    pub policy: Policy,
    /// The text of the projection file.
    pub projection: Option<Vec<u8>>,
    /// The archives there are, by month.
    pub archives: BTreeMap<Month, Vec<u8>>,
}

impl LogSet {
    /// What a log says, read once for all of its months.
    #[must_use]
    pub fn fold(&self, text: &str) -> Ledgers<'_> {
        let keep = Retention {
            month: None,
            rows: Rows::Summed,
        };
        let mut ledger = Ledger::new(&self.policy, keep);
        fold(&mut ledger, text, FileId::LOG);
        if let Some(projection) = &self.projection {
            fold(&mut ledger, projection, FileId::PROJECTION);
        }
        Ledgers {
            log_set: self,
            ledger,
        }
    }

    /// The months of a log itself, oldest first.
    #[must_use]
    pub fn months(&self, text: &str) -> Vec<Month> {
        self.fold(text).months()
    }

    /// What all teams used, month by month: of the log's months and of those of its archives.
    #[must_use]
    pub fn used(&self, text: &str) -> BTreeMap<Month, Tokens> {
        let ledgers = self.fold(text);
        let all = ledgers
            .months()
            .into_iter()
            .chain(self.archives.keys().copied());
        all.filter_map(|month| Some((month, ledgers.reconcile(month)?.month.used())))
            .collect()
    }
}

/// What a log says, in sums.
#[derive(Clone, Debug)]
pub struct Ledgers<'b> {
    log_set: &'b LogSet,
    ledger: Ledger,
}

impl Ledgers<'_> {
    /// The months of the log, oldest first.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        self.ledger.months()
    }

    /// One of them, reconciled with its archive. None where it has no rows.
    #[must_use]
    pub fn reconcile(&self, month: Month) -> Option<ReconciledMonth> {
        let mut ledger = self.ledger.clone();
        ledger.show(month);
        if let Some(archive) = self.log_set.archives.get(&month) {
            ledger.archive(month);
            fold(&mut ledger, archive, FileId::archive(0));
        }
        ledger.reconcile(None)
    }
}

/// Reads a file into a ledger. What is wrong with it is reported where it is read for a report.
fn fold(ledger: &mut Ledger, text: impl AsRef<[u8]>, file: FileId) {
    log::read_str(text, file, &mut |item| enter(ledger, file, item));
}

/// Enters what a file says into a ledger, if it counts: all of a log; of an archive what was spent; of a projection what is
/// planned. Problems are passed over.
pub fn enter(ledger: &mut Ledger, file: FileId, item: Item<'_>) {
    use FileRole::{Archive, Log};
    match (item, file.role()) {
        (Item::Row(row), role) => enter_row(ledger, role, row),
        (Item::Usage(entry), Log | Archive) => ledger.entry(&entry),
        (Item::Unreadable { month, place }, Log | Archive) => ledger.unreadable(month, place),
        (Item::Heading(heading), Log) => {
            if matches!(heading.section, Section::Monthly(_)) {
                ledger.summary(heading.place.line);
            }
        }
        (Item::Header(header), Log) => ledger.header(&header),
        (Item::Note(note), Log) => ledger.note(note),
        (Item::Line(line), Log) => ledger.line(&line),
        _ => {}
    }
}

fn enter_row(ledger: &mut Ledger, role: FileRole, row: Row<'_>) {
    use FileRole::{Archive, Log, Projection};
    match (row.value, role) {
        (RowValue::Entry(entry), Log) => ledger.entry(&entry),
        (RowValue::Entry(entry), Archive) if entry.kind != EntryKind::Monthly => {
            ledger.entry(&entry);
        }
        (RowValue::Total(total), Log) => ledger.total(total),
        (RowValue::Unreadable(month), Log | Archive) => ledger.unreadable(month, row.place),
        (RowValue::Allocation(row), Log | Projection) => ledger.allocation(row),
        (RowValue::Phase(phase), Log | Projection) => ledger.phase(phase),
        (RowValue::Optimization(row), Log | Projection) => ledger.optimization(row),
        _ => {}
    }
}
