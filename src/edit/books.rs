//! What a log's figures are judged by: the settings, the projection beside it, and the archives of its months.
//! What of them counts is `analysis`'s business.

use std::collections::BTreeMap;

use crate::{
    analysis::{Closed, Keep, Ledger, Rows},
    log::{self, Item, RowValue, Section},
    model::{EntryKind, Month, Policy, Tokens},
    text::Document,
};

/// What stands beside a log.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Budgets, teams, prices.
    pub policy: Policy,
    /// The text of the projection file.
    pub projection: Option<Vec<u8>>,
    /// The archives there are, by month.
    pub archives: BTreeMap<Month, Vec<u8>>,
}

impl Books {
    /// A month of a log, reconciled with its archive. None where it has no rows.
    #[must_use]
    pub fn closed(&self, text: &str, month: Month) -> Option<Closed> {
        self.ledger(text, Some(month)).close(None)
    }

    /// The months of a log itself, oldest first.
    #[must_use]
    pub fn months(&self, text: &str) -> Vec<Month> {
        self.ledger(text, None).months()
    }

    /// What all teams used, month by month: of the log's months and of those of its archives.
    #[must_use]
    pub fn used(&self, text: &str) -> BTreeMap<Month, Tokens> {
        let months = self.months(text);
        let all = months.into_iter().chain(self.archives.keys().copied());
        all.filter_map(|month| Some((month, self.closed(text, month)?.month.used())))
            .collect()
    }

    fn ledger(&self, text: &str, month: Option<Month>) -> Ledger {
        let keep = Keep {
            month,
            rows: Rows::Summed,
        };
        let mut ledger = Ledger::new(&self.policy, keep);
        fold(&mut ledger, text.as_bytes(), Document::Log);
        if let Some(projection) = &self.projection {
            fold(&mut ledger, projection, Document::Projection);
        }
        if let Some((month, archive)) =
            month.and_then(|month| Some((month, self.archives.get(&month)?)))
        {
            ledger.archive(month);
            fold(&mut ledger, archive, Document::Archive);
        }
        ledger
    }
}

/// Reads a file of these books into a ledger. What is wrong with it is told when it is read for a report.
fn fold(ledger: &mut Ledger, bytes: &[u8], document: Document) {
    // Reading from memory cannot fail.
    let _ = log::read(bytes, document, &mut |item| match (item, document) {
        (Item::Heading(heading), Document::Log) => {
            if matches!(heading.section, Section::Monthly(_)) {
                ledger.summary(heading.place.line);
            }
        }
        (Item::Header(header), Document::Log) => ledger.header(&header),
        (Item::Note(note), Document::Log) => ledger.note(note),
        (Item::Line(line), Document::Log) => ledger.line(&line),
        (Item::Unreadable { month, place }, Document::Log) => ledger.unreadable(month, place),
        (Item::Usage(entry), Document::Log | Document::Archive) => ledger.entry(&entry),
        (Item::Row(row), _) => fold_row(ledger, row.value, document, row.place),
        _ => {}
    });
}

fn fold_row(
    ledger: &mut Ledger,
    value: RowValue<'_>,
    document: Document,
    place: crate::text::Place,
) {
    match (value, document) {
        (RowValue::Entry(entry), Document::Log) => ledger.entry(&entry),
        (RowValue::Entry(entry), Document::Archive) if entry.kind != EntryKind::Monthly => {
            ledger.entry(&entry);
        }
        (RowValue::Total(total), Document::Log) => ledger.total(total),
        (RowValue::Unreadable(month), Document::Log | Document::Archive) => {
            ledger.unreadable(month, place);
        }
        (RowValue::Allocation(row), Document::Log | Document::Projection) => {
            ledger.allocation(document, row);
        }
        (RowValue::Phase(phase), Document::Log | Document::Projection) => {
            ledger.phase(document, phase);
        }
        _ => {}
    }
}
