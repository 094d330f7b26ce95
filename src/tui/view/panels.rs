//! What is shown in place of a view: the keys, and what is wrong with the files.

use super::{Body, Look};
use crate::{
    render::{safe, theme::Paint},
    tui::app::{App, Panel, Tab},
};

/// The column in which the meaning of a key starts.
const MEANING: usize = 28;

const EVERYWHERE: [(&str, &str); 11] = [
    ("1-4, Tab, h l, arrows", "views"),
    ("r", "read the files now, and show whatever can be read"),
    ("p, Space", "stop following changes, or go on"),
    (
        "e",
        "open the file in $VISUAL or $EDITOR at the selected row, or where something is wrong",
    ),
    (
        "b",
        "ring the bell at each threshold of the budget, or no longer",
    ),
    ("v", "what is wrong with the files"),
    (
        "Esc",
        "close what was opened last: this, a filter, the days of a team",
    ),
    ("Ctrl-L", "draw everything anew"),
    ("Ctrl-Z", "suspend"),
    ("?, F1", "this list"),
    ("q, Ctrl-C", "quit; here, q closes this"),
];

const MOVE: [(&str, &str); 3] = [
    ("j k, arrows", "move by a row"),
    ("PgUp PgDn, Ctrl-U Ctrl-D", "move by a page"),
    ("g G, Home End", "to the first, to the last"),
];

/// The lines of a panel.
pub(super) fn body(app: &App, panel: Panel, room: usize, look: Look) -> Body {
    let lines = match panel {
        Panel::Help => keys(app.tab, look),
        Panel::Problems => problems(app, look),
    };
    let top = app.panel.map_or(0, |(_, top)| top);
    Body::text(lines, top, room)
}

/// All keys of a view, those of its own first.
fn keys(tab: Tab, look: Look) -> Vec<String> {
    let own: &[(&str, &str)] = match tab {
        Tab::Overview => &[("Enter", "to what the selected alert is about")],
        Tab::Teams => &[
            ("Enter", "to the days of the selected team"),
            ("s", "sort by the next column"),
            ("S", "the other way round"),
            ("/", "list only teams that contain a text"),
        ],
        Tab::Daily => &[("/", "list only rows that contain a text")],
        Tab::Forecast => &[],
    };
    let all = own.iter().chain(&MOVE).chain(&EVERYWHERE);
    let title = format!("Keys of {}", tab.name());
    let width = MEANING - 2;
    let lines = all.flat_map(|(key, what)| {
        let line = format!("  {key:<width$}{what}");
        look.style.folded(&line, MEANING)
    });
    std::iter::once(Paint::Heading.on(&title))
        .chain(lines)
        .collect()
}

/// What is wrong with the files, as far as it is listed.
fn problems(app: &App, look: Look) -> Vec<String> {
    let latest = app.latest.as_ref();
    let counted = latest.and_then(|latest| latest.counted.as_deref());
    let Some((latest, counted)) = latest.zip(counted) else {
        return vec![Paint::Heading.on("Nothing is wrong with the files")];
    };
    let title = format!("In the files: {counted}");
    let listed = latest.problems.iter().flat_map(|problem| {
        let kind = if problem.is_error { "error" } else { "warning" };
        let line = format!("  {kind:<9}{}", safe::line(&problem.text));
        look.style.folded(&line, 11)
    });
    let more = "  `tokmon -v` explains each, with its line".to_owned();
    std::iter::once(Paint::Heading.on(&title))
        .chain(listed)
        .chain([more])
        .collect()
}
