//! The list of keys.

use crate::{render::theme::Paint, tui::app::Tab};

const EVERYWHERE: [(&str, &str); 11] = [
    ("1-4, Tab, h l, arrows", "views"),
    ("r", "read the file now"),
    ("p, Space", "stop following changes, or go on"),
    (
        "e",
        "open the file in $VISUAL or $EDITOR, at the selected row",
    ),
    ("b", "ring the bell at each threshold, or no longer"),
    ("/", "list only what contains a text"),
    ("Esc", "close this, clear the filter"),
    ("Ctrl-L", "draw everything anew"),
    ("Ctrl-Z", "suspend"),
    ("?, F1", "this list"),
    ("q, Ctrl-C", "quit"),
];

const MOVE: [(&str, &str); 3] = [
    ("j k, arrows", "move by a row"),
    ("PgUp PgDn, Ctrl-U Ctrl-D", "move by a page"),
    ("g G, Home End", "to the first, to the last"),
];

/// All keys of a view, those of its own first.
pub(super) fn lines(tab: Tab) -> Vec<String> {
    let own: &[(&str, &str)] = match tab {
        Tab::Overview => &[("Enter", "to what the selected alert is about")],
        Tab::Teams => &[
            ("Enter", "to the days of the selected team"),
            ("s", "sort by the next column"),
            ("S", "the other way round"),
        ],
        Tab::Daily | Tab::Forecast => &[],
    };
    let all = own.iter().chain(&MOVE).chain(&EVERYWHERE);
    let title = format!("Keys of {}", tab.name());
    std::iter::once(Paint::Heading.on(&title))
        .chain(all.map(|(key, what)| format!("  {key:<26}{what}")))
        .collect()
}
