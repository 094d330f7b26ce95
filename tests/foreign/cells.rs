//! How the writer of a generated log spells dates and figures: the same way throughout the log, as people do.

use chrono::{Datelike as _, NaiveDate};

use crate::{languages::Language, random::Random};

/// How dates are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateSpelling {
    Iso,
    WithTime,
    Slashes,
    Dots,
    DayFirst,
    MonthFirst,
    Words,
    /// In words, and the year is only in the title of the log.
    WordsWithoutYear,
}

/// What a log is written with.
pub(crate) struct Spelling {
    pub(crate) language: &'static Language,
    pub(crate) dates: DateSpelling,
    /// Figures of tokens may have marks between thousands: what these mean shows in the log.
    pub(crate) groups: bool,
}

impl Spelling {
    pub(crate) fn date(&self, date: NaiveDate, random: &mut Random) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self.dates {
            DateSpelling::Iso => date.to_string(),
            DateSpelling::WithTime => {
                format!("{date} {:02}:{:02}", random.below(24), random.below(60))
            }
            DateSpelling::Slashes => format!("{year}/{month}/{day}"),
            DateSpelling::Dots => format!("{day:02}.{month:02}.{year}"),
            DateSpelling::DayFirst => format!("{day:02}/{month:02}/{year}"),
            DateSpelling::MonthFirst => format!("{month:02}/{day:02}/{year}"),
            DateSpelling::Words => self.words(date, self.language.written),
            DateSpelling::WordsWithoutYear => {
                let without = ["Y年", "Y년 ", " de Y", ", Y", " Y"];
                let written = self.language.written;
                let without = without
                    .iter()
                    .fold(written.to_owned(), |text, part| text.replace(part, ""));
                self.words(date, &without)
            }
        }
    }

    /// With the year, as in headings.
    pub(crate) fn words(&self, date: NaiveDate, pattern: &str) -> String {
        let month = usize::try_from(date.month0()).unwrap();
        // The name of a month may have any letter, so it is put in last.
        pattern
            .replace('D', &date.day().to_string())
            .replace('Y', &date.year().to_string())
            .replace('M', self.language.months[month])
    }

    /// The figure, and whether it is written as an estimate.
    pub(crate) fn tokens(&self, tokens: u64, random: &mut Random) -> (String, bool) {
        match random.below(6) {
            0 if tokens.is_multiple_of(1_000) => (format!("{}k", tokens / 1_000), false),
            1 => (format!("~{tokens}"), true),
            2 | 3 if self.groups => (grouped(tokens, self.language.marks.0), false),
            _ => (tokens.to_string(), false),
        }
    }

    pub(crate) fn money(&self, cents: u64) -> String {
        let decimals = self.language.marks.1;
        let amount = format!("{}{decimals}{:02}", cents / 100, cents % 100);
        self.language.money.replace('0', &amount)
    }
}

fn grouped(number: u64, mark: char) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A cell that says that there is no figure.
pub(crate) fn absent(random: &mut Random) -> &'static str {
    ["—", "n/a", "TBD", "", "-"][usize::try_from(random.below(5)).unwrap()]
}
