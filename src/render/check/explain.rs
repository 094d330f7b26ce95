//! The page on a code: what it means, why it matters, an example, and how to fix it. The texts are in `pages`, one file per code;
//! a line that begins with `## ` is a heading.

use crate::{
    diagnostic::Code,
    render::{OutputStyle, StyledLine, styled},
};

pub fn explain(code: Code, style: OutputStyle) -> String {
    let heading = |text: &str| style.paint(&styled::heading(text)).into_owned();
    let fix = if code.is_fixable() {
        "fixed by `tokmon check --fix`"
    } else {
        "to be fixed by hand"
    };
    let meaning = style.fold(code.meaning(), 0);
    let meaning: Vec<&str> = meaning.iter().map(StyledLine::text).collect();
    let mut page = format!(
        "{} ({}, {fix})\n\n{}\n\n",
        heading(&format!("{} {}", code.id(), code.name())),
        code.severity().into_str(),
        meaning.join("\n"),
    );
    for line in text(code).lines() {
        page.push_str(&match line.strip_prefix("## ") {
            Some(title) => heading(title),
            None => line.to_owned(),
        });
        page.push('\n');
    }
    page
}

/// All codes, a line each.
pub fn codes(style: OutputStyle) -> String {
    let rows = Code::ALL.iter().map(|code| {
        let name = style.paint(&styled::heading(code.id())).into_owned();
        let (title, severity) = (code.name(), code.severity().into_str());
        let fix = if code.is_fixable() {
            "  fixed by --fix"
        } else {
            ""
        };
        format!("{name}  {title:<28}  {severity:<7}{fix}\n")
    });
    rows.collect::<String>() + "\n`tokmon check --explain TM013` explains one, with an example.\n"
}

const fn text(code: Code) -> &'static str {
    match code {
        Code::UnreadableNumber => include_str!("pages/tm001.txt"),
        Code::UnreadableDate => include_str!("pages/tm002.txt"),
        Code::UnreadableTime => include_str!("pages/tm003.txt"),
        Code::MissingCells => include_str!("pages/tm004.txt"),
        Code::SurplusCells => include_str!("pages/tm005.txt"),
        Code::UnknownStatus => include_str!("pages/tm006.txt"),
        Code::UncountedTable => include_str!("pages/tm007.txt"),
        Code::HookLineInTable => include_str!("pages/tm008.txt"),
        Code::DuplicateId => include_str!("pages/tm009.txt"),
        Code::NotUtf8 => include_str!("pages/tm010.txt"),
        Code::OverlongLine => include_str!("pages/tm011.txt"),
        Code::UnreadableLine => include_str!("pages/tm012.txt"),
        Code::TotalDiffers => include_str!("pages/tm013.txt"),
        Code::PercentDiffers => include_str!("pages/tm014.txt"),
        Code::DetailsExceedSummary => include_str!("pages/tm015.txt"),
        Code::SessionOutsideSummary => include_str!("pages/tm016.txt"),
        Code::OverAllocated => include_str!("pages/tm017.txt"),
        Code::ConflictingStatements => include_str!("pages/tm018.txt"),
        Code::MixedCurrencies => include_str!("pages/tm019.txt"),
        Code::UnnamedTeam => include_str!("pages/tm020.txt"),
        Code::UnsplitDetails => include_str!("pages/tm021.txt"),
        Code::InvalidSetting => include_str!("pages/tm022.txt"),
        Code::UnsettledUsage => include_str!("pages/tm023.txt"),
        Code::MergedTwice => include_str!("pages/tm024.txt"),
        Code::ForeignArchive => include_str!("pages/tm025.txt"),
        Code::Secret => include_str!("pages/tm029.txt"),
        Code::Conflict => include_str!("pages/tm030.txt"),
        Code::LoweredDetails => include_str!("pages/tm031.txt"),
        Code::GuardOverridden => include_str!("pages/tm032.txt"),
        Code::ForeignLimit => include_str!("pages/tm033.txt"),
        Code::IncompleteFigure => include_str!("pages/tm034.txt"),
        Code::ImportOverlap => include_str!("pages/tm035.txt"),
        Code::DoubleBooking => include_str!("pages/tm036.txt"),
        Code::OrphanedArchive => include_str!("pages/tm026.txt"),
        Code::DatedAhead => include_str!("pages/tm027.txt"),
        Code::RowOutsideTable => include_str!("pages/tm028.txt"),
    }
}
