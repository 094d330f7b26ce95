//! Whether the totals of a table are the sums of its rows.

use std::collections::BTreeMap;

use crate::{
    diagnostic::{Code, Diagnostic},
    model::{Amount, Month, RoundedSum, Tokens},
    text::Place,
};

/// What a table's rows add up to, and what it says they do. A table of several months has a total for each.
#[derive(Debug, Default)]
pub(super) struct Sums(BTreeMap<Option<Month>, MonthSums>);

#[derive(Debug, Default)]
struct MonthSums {
    rows: usize,
    all: RoundedSum,
    without_reserve: RoundedSum,
    since_last: RoundedSum,
    stated: Vec<Stated>,
    unreadable: bool,
}

#[derive(Debug)]
struct Stated {
    tokens: Amount<Tokens>,
    place: Place,
    /// The rows since the total before.
    above: RoundedSum,
}

impl Sums {
    pub(super) fn row(&mut self, month: Option<Month>, tokens: Amount<Tokens>, reserve: bool) {
        let sums = self.0.entry(month).or_default();
        let tokens = RoundedSum::from(tokens);
        sums.rows += 1;
        sums.all = sums.all + tokens;
        sums.since_last = sums.since_last + tokens;
        if !reserve {
            sums.without_reserve = sums.without_reserve + tokens;
        }
    }

    pub(super) fn total(
        &mut self,
        month: Option<Month>,
        tokens: Option<Amount<Tokens>>,
        place: Place,
    ) {
        let sums = self.0.entry(month).or_default();
        let above = std::mem::take(&mut sums.since_last);
        sums.stated.extend(tokens.map(|tokens| Stated {
            tokens,
            place,
            above,
        }));
    }

    pub(super) fn unreadable(&mut self, month: Option<Month>) {
        self.0.entry(month).or_default().unreadable = true;
    }

    /// Totals that differ from their rows. Estimates are not held to it, nor a table with rows that cannot be read.
    pub(super) fn findings(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().flat_map(MonthSums::findings)
    }
}

impl MonthSums {
    fn findings(self) -> Vec<Diagnostic> {
        if self.all.estimate || self.unreadable || self.rows == 0 {
            return Vec::new();
        }
        let differs = |stated: &&Stated| {
            let sums = [self.all, self.without_reserve, stated.above];
            !stated.tokens.estimate && !sums.iter().any(|sum| sum.agrees_with(stated.tokens))
        };
        let finding = |stated: &Stated| {
            let (sum, rows) = (self.all.tokens, self.rows);
            let said = stated.tokens.value;
            Diagnostic::new(
                Code::TotalDiffers,
                format!("the total says {said}, its rows add up to {sum}"),
                stated.place,
            )
            .label(format!("{rows} rows add up to {sum}"))
            .help(format!(
                "tokmon counts the rows; write `{sum}` here, or add the row that is missing"
            ))
        };
        self.stated.iter().filter(differs).map(finding).collect()
    }
}
