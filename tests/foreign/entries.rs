//! What a generated log says: the rows that count, before anything is written.

use chrono::{Days, NaiveDate};

use crate::{
    program::{FOLDER, Figures, Reading},
    random::Random,
};

/// Which figures a log has.
#[expect(clippy::struct_excessive_bools, reason = "any of them may be there")]
#[derive(Clone, Copy)]
pub(crate) struct Measures {
    pub(crate) tokens: bool,
    /// Tokens in and tokens out.
    pub(crate) halves: bool,
    /// Their sum beside them.
    pub(crate) sum: bool,
    pub(crate) cost: bool,
}

/// A row. A figure that is none is not written.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// None where the date is not written.
    pub(crate) days: Option<(NaiveDate, NaiveDate)>,
    pub(crate) team: Option<&'static str>,
    pub(crate) input: Option<u64>,
    pub(crate) output: Option<u64>,
    pub(crate) cents: Option<u64>,
}

/// What else may be in a log.
#[expect(clippy::struct_excessive_bools, reason = "any of it may be there")]
#[derive(Clone, Copy)]
pub(crate) struct Extras {
    pub(crate) has_teams: bool,
    pub(crate) has_ranges: bool,
    pub(crate) has_undated: bool,
    pub(crate) has_gaps: bool,
}

pub(crate) fn measures(random: &mut Random) -> Measures {
    let of = |tokens, halves, sum, cost| Measures {
        tokens,
        halves,
        sum,
        cost,
    };
    match random.below(6) {
        0 => of(true, false, false, false),
        1 => of(true, true, false, false),
        2 => of(true, true, true, random.below(2) == 0),
        3 => of(false, false, false, true),
        4 => of(true, true, false, true),
        _ => of(true, false, false, true),
    }
}

/// The rows of one day after the other.
pub(crate) fn entries(random: &mut Random, measures: Measures, extras: Extras) -> Vec<Entry> {
    let mut day = NaiveDate::from_ymd_opt(2026, 2, 13).unwrap() + Days::new(random.below(100));
    let mut entries = Vec::new();
    for _ in 0..=random.below(5) {
        for _ in 0..=random.below(3) {
            let mut entry = entry(random, measures, extras, day);
            if entries.len() > 1 && extras.has_gaps {
                leave_out(random, measures, &mut entry);
            }
            entries.push(entry);
        }
        day = day + Days::new(1 + random.below(4));
    }
    // One row without a date among many: else the column would be none of dates.
    if extras.has_undated && entries.len() > 3 {
        let at = 1 + usize::try_from(random.below(entries.len() as u64 - 1)).unwrap();
        entries[at].days = None;
    }
    entries
}

fn entry(random: &mut Random, measures: Measures, extras: Extras, day: NaiveDate) -> Entry {
    const TEAMS: [&str; 4] = ["Delta", "Sigma", "Night shift", "Équipe 7"];
    let length = if extras.has_ranges && random.below(6) == 0 {
        2 + random.below(3)
    } else {
        1
    };
    let mut tokens = || {
        let count = 1 + random.below(900_000);
        let unit = if random.below(3) == 0 { 1_000 } else { 1 };
        count.div_ceil(unit) * unit * length
    };
    let input = measures.tokens.then(&mut tokens);
    let output = measures.halves.then(&mut tokens);
    let cents = measures.cost.then(|| (1 + random.below(9_999)) * length);
    let team = usize::try_from(random.below(TEAMS.len() as u64)).unwrap();
    let is_named = extras.has_teams && random.below(10) > 0;
    Entry {
        days: Some((day, day + Days::new(length - 1))),
        team: is_named.then_some(TEAMS[team]),
        input,
        output,
        cents,
    }
}

/// Leaves out what people leave out: all figures, one of two halves, or the cost.
fn leave_out(random: &mut Random, measures: Measures, entry: &mut Entry) {
    match random.below(12) {
        0 => (entry.input, entry.output, entry.cents) = (None, None, None),
        1 if measures.halves && !measures.sum => entry.output = None,
        2 if measures.tokens => entry.cents = None,
        _ => {}
    }
}

impl Entry {
    pub(crate) fn figures(&self) -> Figures {
        let tokens = self.input.into_iter().chain(self.output);
        let nanos = self.cents.map(|cents| i128::from(cents) * 10_000_000);
        Figures::of(tokens.reduce(|one, two| one + two), nanos)
    }

    pub(crate) fn length(&self) -> u64 {
        let length = self.days.map_or(1, |(from, to)| (to - from).num_days() + 1);
        length.unsigned_abs()
    }

    /// Adds what the row says to what the log says.
    pub(crate) fn count(&self, truth: &mut Reading) {
        let figures = self.figures();
        if figures == Figures::default() {
            truth.without_figure += 1;
            return;
        }
        let Some((from, _)) = self.days else {
            truth.undated_rows += 1;
            truth.undated.add(figures);
            return;
        };
        truth.dated.add(figures);
        let team = self.team.unwrap_or(FOLDER).to_owned();
        truth.teams.entry(team).or_default().add(figures);
        let length = self.length();
        let of_a_day = Figures::of(
            figures.tokens.map(|tokens| tokens / length),
            figures.nanos.map(|nanos| nanos / i128::from(length)),
        );
        for number in 0..length {
            let day = (from + Days::new(number)).to_string();
            truth.days.entry(day).or_default().add(of_a_day);
        }
        if length > 1 {
            // The days of a range are estimates.
            truth.is_estimated.0 |= figures.tokens.is_some();
            truth.is_estimated.1 |= figures.nanos.is_some();
        }
    }
}
