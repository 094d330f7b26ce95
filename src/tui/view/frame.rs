//! What surrounds every view: header, banner, status row, footer.

use super::{Class, Look, Row, Size};
use crate::{
    render::{safe, theme::Paint},
    tui::app::{App, Following, Tab, Trouble},
};

/// The blanks between two texts so that the second ends at the right edge. One where there is no room.
pub(super) fn apart(left: &str, right: &str, width: usize) -> String {
    let taken = safe::width(left) + safe::width(right);
    format!(
        "{left}{}{right}",
        " ".repeat(width.saturating_sub(taken).max(1))
    )
}

/// A title on a line across the screen: `── Alerts (4) ────`.
pub(super) fn rule(title: &str, width: usize, look: Look) -> String {
    let line = if look.style.ascii { "-" } else { "─" };
    let used = safe::width(title) + 4;
    format!(
        "{} {} {}",
        line.repeat(2),
        Paint::Heading.on(title),
        line.repeat(width.saturating_sub(used))
    )
}

/// The program, the log, the views, the time. What is missed least goes first where there is no room.
pub(super) fn header(app: &App, size: Size, look: Look) -> Row {
    let name = app
        .latest
        .as_ref()
        .map_or("", |latest| &latest.report.log.path);
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = look.style.text(name);
    let wide = size.class() == Class::Wide;
    let clock = if wide {
        look.now.format("%Y-%m-%d %H:%M")
    } else {
        look.now.format("%H:%M")
    };
    let clock = clock.to_string();
    let stale = if app.trouble.is_some() { "  stale" } else { "" };
    let gap = if wide { "      " } else { "  " };
    let full = format!("tokmon  {name}{stale}{gap}{}", tabs(app, true));
    let nameless = format!("tokmon{stale}  {}", tabs(app, true));
    let numbers = format!("tokmon{stale}  {}", tabs(app, false));
    let with_clock = apart(&full, &clock, size.width);
    let fits = |text: &String| safe::width(text) <= size.width;
    let text = [with_clock, full, nameless, numbers]
        .into_iter()
        .find(fits)
        .unwrap_or_default();
    Row::plain(text)
}

/// `[1 Overview]  2 Teams  3 Daily  4 Forecast`, or `[1] 2 3 4`.
fn tabs(app: &App, words: bool) -> String {
    let tab = |tab: &Tab| {
        let number = tab.index() + 1;
        let text = if words {
            format!("{number} {}", tab.name())
        } else {
            number.to_string()
        };
        match (*tab == app.tab, words) {
            (true, _) => Paint::Heading.on(&format!("[{text}]")),
            (false, true) => format!(" {text} "),
            (false, false) => text,
        }
    };
    let tabs: Vec<String> = Tab::ALL.iter().map(tab).collect();
    tabs.join(if words { "" } else { " " })
}

/// What is wrong with the file, or that changes are not followed.
pub(super) fn banner(app: &App, look: Look) -> Option<Row> {
    let shown = app.read_at.map(|(at, _)| at.format("%H:%M:%S").to_string());
    let shown = shown
        .map(|at| format!(" - showing {at}"))
        .unwrap_or_default();
    let text = match &app.trouble {
        Some(Trouble::Unreadable(problem)) => format!("! {}{shown}", look.style.text(problem)),
        Some(Trouble::Gone(name)) => format!("! {} is gone{shown}", look.style.text(name)),
        None => app.flash.as_ref().map(|(message, level, _)| {
            let word = look.style.symbol(*level);
            format!("{}  {message}", Paint::Badge(*level).on(word))
        })?,
    };
    Some(Row::plain(text))
}

/// How changes are followed, and how old the figures are.
pub(super) fn status(app: &App, look: Look) -> Row {
    let separator = if look.style.ascii { "~" } else { "·" };
    if let Some(pause) = &app.pause {
        let since = pause.since.format("%H:%M:%S");
        let changes = match pause.changes {
            1 => "1 change waiting".to_owned(),
            changes => format!("{changes} changes waiting"),
        };
        return Row::plain(Paint::Heading.on(&format!("PAUSED {since} ({changes})")));
    }
    let word = match &app.following {
        Following::Events => "watching".to_owned(),
        Following::Polling(every) => format!("polling {} s", every.as_secs().max(1)),
        Following::Lost => return Row::plain("watch lost, r reloads"),
    };
    let at = app.read_at.map(|(at, _)| at.format("%H:%M:%S").to_string());
    let age = look.age.map(|age| format!("updated {} ago", told(age)));
    let updated = match (age, at) {
        (Some(age), Some(at)) => format!(" {separator} {age} ({at})"),
        (None, Some(at)) => format!(" {separator} updated {at}"),
        _ => String::new(),
    };
    Row::plain(word + &updated)
}

/// A number of seconds, no finer than it is drawn anew: by the second, by ten, by the minute.
pub(super) fn told(seconds: u64) -> String {
    match seconds {
        0..10 => format!("{seconds} s"),
        10..60 => format!("{} s", seconds / 10 * 10),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// The most useful keys of a view, cut at whole hints.
pub(super) fn footer(app: &App, size: Size) -> Row {
    if app.typing == crate::tui::app::Typing::Filter {
        return Row::plain(format!("/{}", safe::line(&app.filter)));
    }
    let hints: &[&str] = match app.tab {
        Tab::Overview => &[
            "Tab/1-4 view",
            "j/k alerts",
            "Enter team",
            "r reload",
            "p pause",
            "e edit",
        ],
        Tab::Teams => &[
            "Tab/1-4 view",
            "j/k move",
            "s sort",
            "/ filter",
            "Enter days",
            "e edit",
        ],
        Tab::Daily => &[
            "Tab/1-4 view",
            "j/k move",
            "/ filter",
            "r reload",
            "p pause",
            "e edit",
        ],
        Tab::Forecast => &["Tab/1-4 view", "j/k move", "r reload", "p pause", "e edit"],
    };
    let mut text = "q quit  ? help".to_owned();
    for hint in hints {
        if safe::width(&text) + 2 + hint.len() > size.width {
            break;
        }
        text.push_str("  ");
        text.push_str(hint);
    }
    Row::plain(text)
}
