//! What may be shown in place of a view: the keys, and the problems in the files.

use super::{Body, ViewContext, frame};
use crate::{
    render::{StyledLine, heading, sanitize},
    tui::state::{App, Panel, ReadError, Tab},
};

/// The column of the meanings of keys, if there is room beside the keys.
const MEANING: usize = 28;

/// Keys and what they do, two blanks between them.
const EVERYWHERE: &str = "\
1-4, Tab, h l, arrows  views
r  read the files now, and show whatever of the log can be read
p, Space  stop following changes, or go on
e  open the file in $VISUAL or $EDITOR at the selected row, or where something is wrong
b  ring the bell at each threshold of the budget, or no longer
v  the findings in the files
Esc  close what was opened last: this, a filter, the days of a team
Ctrl-L  draw everything anew
Ctrl-Z  suspend
?, F1  this list
q, Ctrl-C  quit; here, q closes this";

const MOVE: &str = "\
j k, arrows  move by a row
PgUp PgDn, Ctrl-U Ctrl-D  move by a page
g G, Home End  to the first, to the last";

pub fn body(app: &App, panel: Panel, room: usize, view: ViewContext) -> Body {
    let lines = match panel {
        Panel::Help => keys(app.tab, view),
        Panel::Problems => problems(app, view),
    };
    let top = app.panel.map_or(0, |(_, top)| top);
    Body::text(lines, top, room)
}

fn keys(tab: Tab, view: ViewContext) -> Vec<StyledLine> {
    let own = match tab {
        Tab::Overview => "Enter  to what the selected alert is about",
        Tab::Teams => {
            "\
Enter  to the days of the selected team
s  sort by the next column
S  the other way round
/  list only teams that contain a text"
        }
        Tab::Daily => "/  list only rows that contain a text",
        Tab::Forecast => "",
    };
    let all = [own, MOVE, EVERYWHERE].into_iter().flat_map(str::lines);
    let all = all.filter_map(|line| line.split_once("  "));
    let title = format!("Keys of {}", tab.into_str());
    let narrow = view.style.width.is_some_and(|width| width < MEANING * 2);
    let width = MEANING - 2;
    let lines = all.flat_map(|(key, what)| {
        if narrow {
            let what = view.style.fold(format!("    {what}"), 4);
            let key = StyledLine::from(format!("  {key}"));
            return std::iter::once(key).chain(what).collect();
        }
        view.style.fold(format!("  {key:<width$}{what}"), MEANING)
    });
    std::iter::once(heading(title)).chain(lines).collect()
}

fn problems(app: &App, view: ViewContext) -> Vec<StyledLine> {
    let style = view.style;
    let error = frame::read_error(app, view).map(|text| style.fold(text, 2));
    let mut lines = error.unwrap_or_default();
    let latest = app.latest.as_ref();
    let counted = latest.and_then(|latest| latest.counted_all.as_deref());
    let Some((latest, counted)) = latest.zip(counted) else {
        if lines.is_empty() {
            lines.push("No findings in the files".into());
        }
        return lines;
    };
    lines.push(heading(format!("Findings ({counted})")));
    let shown = match &app.read_error {
        Some(ReadError::Unreadable(problem)) => Some(problem),
        _ => None,
    };
    let others = latest.problems.iter();
    let others = others.filter(|problem| Some(*problem) != shown);
    lines.extend(others.flat_map(|problem| {
        let kind = problem.severity.into_str();
        let line = format!("  {kind:<9}{}", sanitize(&problem.text));
        style.fold(line, 11)
    }));
    if latest.unlisted > 0 {
        lines.push(format!("  and {} more", latest.unlisted).into());
    }
    let help = "  tokmon check shows each in its line, with what to do about it";
    lines.extend(style.fold(help, 4));
    lines
}
