//! What is not settled yet: usage lines that the tables do not hold. A report counts them all the same, so only a check finds them.

use crate::{
    analysis::ReconciledMonth,
    diagnostic::{Code, Diagnostic},
    model::EntryKind,
    text::Place,
};

/// The usage lines of some months that are in no table yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsettled {
    lines: u64,
    first: Option<Place>,
}

impl Unsettled {
    pub fn add(&mut self, reconciled: &ReconciledMonth) {
        let teams = reconciled.teams.iter();
        for tally in teams.filter_map(|team| team.tallies.get(&EntryKind::Line)) {
            self.lines += tally.rows;
            let places = self.first.into_iter().chain([tally.first]);
            self.first = places.min_by_key(Place::order);
        }
    }

    /// One finding for all of them, at the first.
    pub fn finding(&self) -> Option<Diagnostic> {
        let (what, label) = match self.lines {
            1 => ("1 usage line is".to_owned(), "counted from here"),
            lines => (format!("{lines} usage lines are"), "the first of them"),
        };
        let message = format!("{what} not settled into the tables yet");
        Some(
            Diagnostic::new(Code::UnsettledUsage, message, self.first?)
                .label(label)
                .help("nothing is missing from the sums; `tokmon check --fix` settles them"),
        )
    }
}
