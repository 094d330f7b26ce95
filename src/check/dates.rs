//! Rules on when rows are of.

use crate::{
    analysis::ReconciledMonth,
    diagnostic::{Code, Diagnostic},
    model::{Month, Policy, RowDate},
};

/// Rows and usage lines that are dated further ahead than zones and clocks explain.
pub(super) fn dated_ahead(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let Some(now) = reconciled.ledger.now() else {
        return Vec::new();
    };
    let today = now.date_naive();
    let ahead = reconciled.ledger.ahead().map(|rows| {
        let date = rows.date;
        let month = match date {
            RowDate::Day(day) => Month::of(day),
            RowDate::Month(month) => month,
        };
        let (subject, label) = match rows.rows {
            1 => (String::new(), "counted"),
            rows => (format!("{rows} rows are "), "the first of them, counted"),
        };
        let message = format!("{subject}dated {date}, more than 36 hours ahead; today is {today}");
        Diagnostic::new(Code::DatedAhead, message, rows.first)
            .label(format!("{label} in {month}"))
            .help("correct the date, if it is mistyped")
    });
    ahead.collect()
}
