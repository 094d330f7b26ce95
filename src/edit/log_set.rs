//! What a log's figures are judged by: the settings, the projection beside it, and the archives of its months.
//! What of them counts is `analysis`'s business.

use std::collections::BTreeMap;

use crate::{
    analysis::{Ledger, LedgerBuilder, Retention},
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
    /// What a log says, with what stands beside it, read once for all of its months.
    #[must_use]
    pub fn fold(&self, text: &str) -> Ledger {
        let mut builder = LedgerBuilder::new(&self.policy, Retention::SUMS);
        fold(&mut builder, text, FileId::LOG);
        if let Some(projection) = &self.projection {
            fold(&mut builder, projection, FileId::PROJECTION);
        }
        for (index, (month, archive)) in (0..).zip(&self.archives) {
            builder.archive(*month);
            fold(&mut builder, archive, FileId::archive(index));
        }
        builder.finish()
    }

    /// The months of a log itself, oldest first.
    #[must_use]
    pub fn months(&self, text: &str) -> Vec<Month> {
        self.fold(text).months().to_vec()
    }

    /// What all teams used, month by month: of the log's months and of those of its archives.
    #[must_use]
    pub fn used(&self, text: &str) -> BTreeMap<Month, Tokens> {
        let ledger = self.fold(text);
        let all = ledger.months().iter().chain(self.archives.keys());
        all.filter_map(|month| Some((*month, ledger.find_month(*month)?.month.used())))
            .collect()
    }
}

/// Reads a file into a ledger. What is wrong with it is reported where it is read for a report.
fn fold(builder: &mut LedgerBuilder, text: impl AsRef<[u8]>, file: FileId) {
    log::read_str(text, file, &mut |item| enter(builder, file, item));
}

/// Enters what a file says into a ledger, if it counts: all of a log; of an archive what was spent; of a projection what is
/// planned. Problems are passed over.
pub fn enter(builder: &mut LedgerBuilder, file: FileId, item: Item<'_>) {
    use FileRole::{Archive, Log};
    match (item, file.role()) {
        (Item::Row(row), role) => enter_row(builder, role, row),
        (Item::Usage(entry), Log | Archive) => builder.entry(&entry),
        (Item::Unreadable { month, place }, Log | Archive) => builder.unreadable(month, place),
        (Item::Heading(heading), Log) => {
            if matches!(heading.section, Section::Monthly(_)) {
                builder.summary(heading.place.line);
            }
        }
        (Item::Header(header), Log) => builder.header(&header),
        (Item::Note(note), Log) => builder.note(note),
        (Item::Line(line), Log) => builder.line(&line),
        _ => {}
    }
}

fn enter_row(builder: &mut LedgerBuilder, role: FileRole, row: Row<'_>) {
    use FileRole::{Archive, Log, Projection};
    match (row.value, role) {
        (RowValue::Entry(entry), Log) => builder.entry(&entry),
        (RowValue::Entry(entry), Archive) if entry.kind != EntryKind::Monthly => {
            builder.entry(&entry);
        }
        (RowValue::Total(total), Log) => builder.total(total),
        (RowValue::Unreadable(month), Log | Archive) => builder.unreadable(month, row.place),
        (RowValue::Allocation(row), Log | Projection) => builder.allocation(row),
        (RowValue::Phase(phase), Log | Projection) => builder.phase(phase),
        (RowValue::Optimization(row), Log | Projection) => builder.optimization(row),
        _ => {}
    }
}
