//! Rules on usage: whether the details are in the summary, once each, and all in one currency; and what is not settled into
//! the tables yet, which a report counts all the same.

use crate::{
    analysis::{Duplicate, MergedRows, ReconciledMonth, TeamUsage},
    diagnostic::{Code, Diagnostic},
    model::{EntryKind, ImportedId, Policy, RoundedSum, Tokens},
    text::Place,
};

/// Teams whose daily or session rows add up to more than their monthly rows.
pub(super) fn details_beyond_summary(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    // A log in another form need not have a summary.
    if reconciled.ledger.is_foreign() {
        return Vec::new();
    }
    reconciled.teams.iter().filter_map(beyond_summary).collect()
}

/// Teams whose details with ids have fewer tokens than when their monthly row was written, as after a correction of the details
/// alone.
pub(super) fn lowered_details(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let lowered = |team: &TeamUsage| {
        let monthly = team.tallies.get(&EntryKind::Monthly)?;
        let written = i128::from(monthly.written_base?.0);
        let less = reconciled.base_of(team).0 - written;
        let less = u64::try_from(less)
            .ok()
            .filter(|less| *less > 0)
            .map(Tokens)?;
        // Details that all left the log were moved, or removed as old ones are.
        if team.details() == Tokens::ZERO {
            return None;
        }
        let (name, counted) = (&team.name, monthly.sum.tokens);
        let right = counted.saturating_sub(less);
        let message = format!(
            "the daily rows of {name} have {less} tokens fewer than when its monthly row was written; that row counts, with {counted}"
        );
        Some(
            Diagnostic::new(Code::LoweredDetails, message, monthly.first)
                .label(format!("{counted} is what was recorded"))
                .help(format!(
                    "if a daily row was corrected or removed, write {right} here, too"
                )),
        )
    };
    if reconciled.project.is_some() {
        return Vec::new();
    }
    reconciled.teams.iter().filter_map(lowered).collect()
}

/// Rows and reservations left out because the tokens of the whole log could not be added up with them.
pub(super) fn uncountable(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let left_out = &reconciled.ledger.uncountable;
    let finding = |first| {
        let message = format!(
            "the tokens of the log and its archives add up to more than can be counted, so {} are not counted",
            match left_out.count {
                1 => "those of 1 line".to_owned(),
                lines => format!("those of {lines} lines"),
            }
        );
        Diagnostic::new(Code::UnreadableNumber, message, first)
            .label("not counted from here on")
            .help("correct figures that are far too large")
    };
    left_out
        .first
        .iter()
        .take(1)
        .copied()
        .map(finding)
        .collect()
}

fn beyond_summary(team: &TeamUsage) -> Option<Diagnostic> {
    let tally = |kind| team.tallies.get(&kind);
    let monthly = tally(EntryKind::Monthly).map_or(RoundedSum::default(), |tally| tally.sum);
    let (daily, session) = (tally(EntryKind::Daily), tally(EntryKind::Session));
    let parts = daily.into_iter().chain(session);
    let details: RoundedSum = parts.map(|tally| tally.sum).sum();
    if details.tokens <= monthly.tokens || details.agrees_with(monthly) {
        return None;
    }
    let (name, details, monthly) = (&team.name, details.tokens, monthly.tokens);
    let beyond = details.saturating_sub(monthly);
    let known = if tally(EntryKind::Monthly).is_some() {
        format!("its monthly row has {monthly}")
    } else {
        "it has no monthly row".to_owned()
    };
    let finding = match session {
        // The session is what is missing, if the daily rows alone would fit.
        Some(session) if team.tokens_of(EntryKind::Daily) <= monthly => Diagnostic::new(
            Code::SessionOutsideSummary,
            format!("{name}: a session of {} tokens is not in the monthly summary; {known}, so {beyond} are added", session.sum.tokens),
            session.first,
        )
        .label(format!("{} tokens of {name}", session.sum.tokens))
        .help(format!("add {beyond} to the monthly row of {name}, and to the total")),
        _ => {
            let first = daily.or(session)?.first;
            Diagnostic::new(
                Code::DetailsExceedSummary,
                format!("{name}: its details add up to {details}, and {known}, so {beyond} are added"),
                first,
            )
            .label(format!("the first of the rows of {name}"))
            .help(match tally(EntryKind::Monthly) {
                Some(_) => format!("write {details} into the monthly row of {name}, and correct the total"),
                None => format!("add a monthly row of {details} for {name}, and correct the total"),
            })
        }
    };
    Some(match tally(EntryKind::Monthly) {
        Some(row) => finding.related(row.first, format!("the monthly row says {monthly}")),
        None => finding,
    })
}

/// Ids that occur again in the log.
pub(super) fn duplicate_ids(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    reconciled.duplicates(None).iter().map(repeated).collect()
}

/// Ids that occur again in the month's archive, or in the log as well as there.
pub(super) fn archive_duplicates(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let duplicates = reconciled.duplicates(Some(reconciled.month));
    duplicates.iter().map(repeated).collect()
}

fn repeated(duplicate: &Duplicate) -> Diagnostic {
    let help = match ImportedId::parse(&duplicate.id) {
        Some(_) => "remove this line: it is the same part of an import",
        None => "give each usage line an id of its own, or remove this line",
    };
    Diagnostic::new(
        Code::DuplicateId,
        format!(
            "id `{}` occurs again, and is not counted again",
            duplicate.id
        ),
        duplicate.place,
    )
    .label("treated as a retry")
    .related(duplicate.first, "first here")
    .help(help)
    // What repeats the first in every byte is found where the lines themselves are at hand.
    .manual()
}

/// Monthly rows that should be one, as after a merge.
pub(super) fn merged_rows(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let merged = reconciled.merged_rows().iter();
    let mut overlaps = reconciled.ledger.overlaps().iter();
    let has_overlaps = overlaps.any(|overlap| overlap.month == reconciled.month);
    merged
        .filter_map(|rows| merged_rows_of(rows, has_overlaps))
        .collect()
}

/// `has_overlaps` is whether some of the month's usage was imported twice.
fn merged_rows_of(rows: &MergedRows, has_overlaps: bool) -> Option<Diagnostic> {
    let [first, second, ..] = rows.places.as_slice() else {
        return None;
    };
    let (team, count) = (&rows.team, rows.places.len());
    let message = format!("{count} monthly rows of {team} should be one, as after a merge");
    let finding = Diagnostic::new(Code::MergedTwice, message, *second);
    Some(match &rows.resolution {
        Some(right) => finding
            .label("from the other branch")
            .related(*first, "from one branch")
            .help(format!(
                "they count as {} together{}; `tokmon check --fix` makes one row of them",
                right.tokens,
                if has_overlaps {
                    ", less what was imported twice"
                } else {
                    ""
                }
            )),
        None => finding
            .label("perhaps counted twice")
            .related(*first, "and here")
            .help(format!(
                "all of them count, since the details of {team} do not show what they have in common; make one row of them"
            ))
            .manual(),
    })
}

/// Details of a team that works for several projects.
pub(super) fn unsplit_details(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let finding = |(team, place): &(String, _)| {
        Diagnostic::new(
            Code::UnsplitDetails,
            format!("nothing says to which project the details of {team} belong; they are not counted in a report on one project"),
            *place,
        )
        .label("the first of them")
        .help(format!("write what belongs to the project into a monthly row of {team} under that project"))
    };
    reconciled.unsplit.iter().map(finding).collect()
}

/// A table of dated rows as logs had before v2.0, in a log that has sections of v2.0.
pub(super) fn uncounted_legacy(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let finding = |place| {
        Diagnostic::new(
            Code::UncountedTable,
            "this table of an older format looks like usage, and is not counted",
            place,
        )
        .label("the first of its rows")
        .help("move its rows into sections with headings like `## Daily Detail — 2026-02-25`")
    };
    reconciled
        .uncounted_legacy()
        .map(finding)
        .into_iter()
        .collect()
}

/// Costs in a currency that is not the log's.
pub(super) fn mixed_currencies(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let Some(cost) = reconciled.cost().filter(|cost| !cost.others.is_empty()) else {
        return Vec::new();
    };
    let others: Vec<String> = cost.others.iter().map(ToString::to_string).collect();
    let Some(place) = reconciled.first_foreign_cost() else {
        return Vec::new();
    };
    let message = format!(
        "costs of {} cannot be added to those in {}",
        others.join(" and "),
        cost.money.currency
    );
    vec![
        Diagnostic::new(Code::MixedCurrencies, message, place)
            .label("the first row in another currency")
            .help(format!(
                "give every cost in {}, the currency of the log",
                cost.money.currency
            )),
    ]
}

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
                .help("nothing is missing from the sums; `tokmon check --fix` settles all that can be read in full"),
        )
    }
}
