//! The usage of a row that names several days: each day has an even part of it.

use chrono::NaiveDate;

use crate::model::{Amount, Entry, Figures, Month, TokenClasses, Tokens, When};

/// An entry of several days, of which only the sum is written.
#[derive(Clone, Debug)]
pub struct SpreadEntry<'a> {
    whole: Entry<'a>,
    from: NaiveDate,
    to: NaiveDate,
}

impl<'a> SpreadEntry<'a> {
    /// Of the days from the first one to the last, both included.
    pub(super) const fn new(whole: Entry<'a>, (from, to): (NaiveDate, NaiveDate)) -> Self {
        Self { whole, from, to }
    }

    /// The first day and the last one.
    pub const fn days(&self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to)
    }

    /// An entry for each day, as an estimate. The parts add up to the whole.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> {
        let days = self.to.signed_duration_since(self.from).num_days();
        let last = u64::try_from(days).unwrap_or_default();
        let days = self.from.iter_days().zip(0..=last);
        days.map(move |(day, at)| self.part(day, (at, last)))
    }

    fn part(&self, day: NaiveDate, (at, last): (u64, u64)) -> Entry<'a> {
        let parts = last + 1;
        let part = |whole: u64| whole / parts + u64::from(at < whole % parts);
        let tokens = |whole: Option<Tokens>| whole.map(|tokens| Tokens(part(tokens.0)));
        let of = self.whole.figures;
        let figures = Figures {
            tokens: of.tokens.map(|of| Amount {
                value: Tokens(part(of.value.0)),
                estimate: true,
                ..of
            }),
            classes: TokenClasses {
                input: tokens(of.classes.input),
                output: tokens(of.classes.output),
                cache_write: tokens(of.classes.cache_write),
                cache_read: tokens(of.classes.cache_read),
            },
            cost: of.cost.map(|of| Amount {
                value: part(of.value),
                estimate: true,
                ..of
            }),
            limit: of.limit.filter(|_| at == 0),
            deliverables: of.deliverables.filter(|_| at == last),
            minutes: of.minutes.map(part),
            ..of
        };
        Entry {
            when: When {
                month: Month::of(day),
                date: Some(day),
                ..self.whole.when
            },
            figures,
            ..self.whole.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SpreadEntry;
    use crate::{
        log::{Item, RowValue, foreign},
        model::ReadRules,
        text::FileId,
    };

    fn spread(entry: &SpreadEntry<'_>) -> Vec<(String, u64, Option<u64>)> {
        let parts = entry.entries().map(|entry| {
            let day = entry.when.date.unwrap().to_string();
            let cost = entry.figures.cost.map(|cost| cost.value);
            (day, entry.figures.tokens.unwrap().value.0, cost)
        });
        parts.collect()
    }

    #[test]
    fn the_parts_of_days_add_up_to_the_whole() {
        let mut log: &[u8] = b"# Log\n\n| Date | Tokens | Cost |\n|-|-|-|\n\
            | 2026-04-29 to 2026-05-02 | 1,003 | $1.00 |\n";
        let today = chrono::NaiveDate::from_ymd_opt(2026, 6, 20).unwrap();
        let rules = ReadRules::default();
        let survey = foreign::survey(&mut log, FileId::LOG, &rules, ("log", today)).unwrap();
        let mut found = Vec::new();
        foreign::read(&mut log, FileId::LOG, &survey, &mut |item| {
            if let Item::Row(row) = item
                && let RowValue::Spread(entry) = row.value
            {
                found.extend(spread(&entry));
            }
        })
        .unwrap();
        let cost = Some(250_000_000);
        let right = [
            ("2026-04-29", 251),
            ("2026-04-30", 251),
            ("2026-05-01", 251),
            ("2026-05-02", 250),
        ];
        assert_eq!(
            found,
            right.map(|(day, tokens)| (day.to_owned(), tokens, cost))
        );
    }
}
