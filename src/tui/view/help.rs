//! The list of keys.

use super::{Look, Row, Size, frame};
use crate::tui::app::App;

const KEYS: [(&str, &str); 17] = [
    ("q, Ctrl-C", "quit"),
    ("?, F1", "this list; any of ? Esc q closes it"),
    ("1-4, Tab, h l, arrows", "views"),
    ("j k, arrows", "move by a row"),
    ("PgUp PgDn, Ctrl-U Ctrl-D", "move by a page"),
    ("g G, Home End", "to the first, to the last row"),
    ("Enter", "on an alert: its team; on a team: its days"),
    ("s", "sort teams by the next column"),
    ("S", "the other way round"),
    ("/", "list only what contains a text; Esc lists all"),
    ("r", "read the file now"),
    ("Ctrl-L", "draw everything anew"),
    ("p, Space", "stop following changes, or go on"),
    ("e", "open the file at the row in $VISUAL or $EDITOR"),
    ("b", "ring at each threshold, or no longer"),
    ("Ctrl-Z", "suspend"),
    ("Esc", "close this, clear the filter"),
];

pub(super) fn rows(app: &App, size: Size, look: Look) -> Vec<Row> {
    let room = size.height.saturating_sub(2);
    let last = KEYS.len().saturating_sub(room);
    let top = app.help.unwrap_or(0).min(last);
    let keys = KEYS.iter().skip(top).take(room);
    let key = |(key, what): &(&str, &str)| Row::plain(format!("  {key:<26}{what}"));
    let mut rows = vec![Row::plain(frame::rule("Keys", size.width, look))];
    rows.extend(keys.map(key));
    rows
}
