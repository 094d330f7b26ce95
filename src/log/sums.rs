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
    /// Each total, where it is, and the sum of the rows since the total before.
    stated: Vec<(Amount<Tokens>, Place, RoundedSum)>,
    unreadable: bool,
}

/// What a row is to the totals of its table, with the figure it states.
#[derive(Clone, Copy)]
pub(super) enum Addend {
    Nothing,
    Unreadable,
    Row(Option<Amount<Tokens>>),
    Reserve(Option<Amount<Tokens>>),
    Total(Option<Amount<Tokens>>, Place),
}

impl Sums {
    pub(super) fn add(&mut self, month: Option<Month>, addend: Addend) {
        let sums = self.0.entry(month).or_default();
        match addend {
            Addend::Row(Some(tokens)) => {
                sums.add_row(tokens.into());
                sums.without_reserve = sums.without_reserve + tokens.into();
            }
            Addend::Reserve(Some(tokens)) => sums.add_row(tokens.into()),
            Addend::Total(tokens, place) => {
                let above = std::mem::take(&mut sums.since_last);
                let stated = tokens.map(|tokens| (tokens, place, above));
                sums.stated.extend(stated);
            }
            Addend::Unreadable => sums.unreadable = true,
            Addend::Row(None) | Addend::Reserve(None) | Addend::Nothing => {}
        }
    }

    /// Totals that differ from their rows. Estimates are not checked, nor are tables with unreadable rows.
    pub(super) fn findings(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().flat_map(MonthSums::findings)
    }
}

impl MonthSums {
    fn add_row(&mut self, tokens: RoundedSum) {
        self.rows += 1;
        self.all = self.all + tokens;
        self.since_last = self.since_last + tokens;
    }

    fn findings(self) -> Vec<Diagnostic> {
        if self.all.estimate || self.unreadable || self.rows == 0 {
            return Vec::new();
        }
        let differs = |(tokens, _, above): &&(Amount<Tokens>, Place, RoundedSum)| {
            let sums = [self.all, self.without_reserve, *above];
            !tokens.estimate && !sums.iter().any(|sum| sum.agrees_with(*tokens))
        };
        let (sum, rows) = (self.all.tokens, self.rows);
        let finding = |(tokens, place, _): &(Amount<Tokens>, Place, RoundedSum)| {
            let said = tokens.value;
            let message = format!("the total says {said}, its rows add up to {sum}");
            Diagnostic::new(Code::TotalDiffers, message, *place)
                .label(format!("{rows} rows add up to {sum}"))
                .help(format!(
                    "tokmon counts the rows; write `{sum}` here, or add the row that is missing"
                ))
        };
        self.stated.iter().filter(differs).map(finding).collect()
    }
}
