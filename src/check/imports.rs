//! Rules on imported usage: what several imports wrote of the same tokens, and teams whose usage is written by hand as well.

use crate::{
    analysis::{DoubleBooking, ImportOverlap, ReconciledMonth},
    diagnostic::{Code, Diagnostic},
    model::{Policy, Tokens},
    text::FileRole,
};

/// Imported rows and lines of which others state a part.
pub(super) fn overlaps(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let overlaps = reconciled.ledger.overlaps().iter();
    overlaps.map(overlap).collect()
}

fn overlap(overlap: &ImportOverlap) -> Diagnostic {
    let surplus = overlap.surplus();
    let kept = overlap.kept.tokens.map(|tokens| tokens.value);
    let kept = kept.unwrap_or_default();
    let id = &overlap.id;
    let message = format!("{surplus} tokens of `{id}` were imported twice, and count once");
    let label = match kept {
        Tokens::ZERO => "does not count".to_owned(),
        kept => format!("counted as {kept}"),
    };
    let finding = Diagnostic::new(Code::ImportOverlap, message, overlap.place)
        .label(label)
        .related(overlap.beside, "states the same tokens");
    if overlap.place.file.role() == FileRole::Log {
        return finding.help("`tokmon check --fix` writes what counts of it");
    }
    finding
        .help("nothing counts twice; archives are left as they are")
        .manual()
}

/// Teams that imports write for and that have rows by hand in the same month.
pub(super) fn double_bookings(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let bookings = reconciled.double_bookings(policy);
    bookings.iter().filter_map(double_booking).collect()
}

fn double_booking(booking: &DoubleBooking) -> Option<Diagnostic> {
    let first = booking.by_hand.first.first()?;
    let (team, count) = (&booking.team, booking.by_hand.count);
    let rows = match count {
        1 => "1 row or line by hand".to_owned(),
        count => format!("{} rows and lines by hand", Tokens(count)),
    };
    let message = format!(
        "{team} has {rows} beside imported ones in {}, perhaps of the same usage",
        booking.month
    );
    let help = format!(
        "remove what the import has, too; or set `source = \"log\"` for {team}, and imports only compare"
    );
    let finding = Diagnostic::new(Code::DoubleBooking, message, *first)
        .label("counted beside what was imported")
        .help(help);
    let others = booking.by_hand.first.iter().skip(1);
    Some(others.fold(finding, |finding, place| {
        finding.related(*place, "and this one")
    }))
}
