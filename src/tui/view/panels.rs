//! What is shown in place of a view: the keys, and what is wrong with the files.

use super::{Body, Look, frame};
use crate::{
    render::{safe, theme::Paint},
    tui::app::{App, Panel, Tab},
};

/// The column in which the meaning of a key starts, where there is room.
const MEANING: usize = 28;

const EVERYWHERE: [(&str, &str); 11] = [
    ("1-4, Tab, h l, arrows", "views"),
    (
        "r",
        "read the files now, and show whatever of the log can be read",
    ),
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
    let narrow = look.style.width.is_some_and(|width| width < MEANING * 2);
    let width = MEANING - 2;
    let lines = all.flat_map(|(key, what)| {
        if narrow {
            let what = look.style.folded(&format!("    {what}"), 4);
            return std::iter::once(format!("  {key}")).chain(what).collect();
        }
        look.style
            .folded(&format!("  {key:<width$}{what}"), MEANING)
    });
    std::iter::once(Paint::Heading.on(&title))
        .chain(lines)
        .collect()
}

/// What is wrong with the files, as far as it is listed.
fn problems(app: &App, look: Look) -> Vec<String> {
    let trouble = frame::trouble(app, look).map(|text| look.style.folded(&text, 2));
    let trouble = trouble.unwrap_or_default();
    let latest = app.latest.as_ref();
    let counted = latest.and_then(|latest| latest.counted.as_deref());
    let Some((latest, counted)) = latest.zip(counted) else {
        let nothing = "Nothing is wrong with the files".to_owned();
        let nothing = Some(nothing).filter(|_| trouble.is_empty());
        return trouble.into_iter().chain(nothing).collect();
    };
    let title = format!("In the files: {counted}");
    let listed = latest.problems.iter().flat_map(|problem| {
        let kind = if problem.is_error { "error" } else { "warning" };
        let line = format!("  {kind:<9}{}", safe::line(&problem.text));
        look.style.folded(&line, 11)
    });
    let more = "  with -v, tokmon explains each, with its line".to_owned();
    trouble
        .into_iter()
        .chain([Paint::Heading.on(&title)])
        .chain(listed)
        .chain([more])
        .collect()
}
