//! What surrounds every view: header, banner, status row, footer.

use super::{Class, Look, Row, Size};
use crate::{
    render::{safe, theme::Paint},
    tui::app::{App, Following, Tab, Trouble, Typing},
};

/// What is said where there are no figures.
pub(super) const NOTHING: &str = "nothing could be read yet";

/// The blanks between two texts so that the second ends at the right edge. One where there is no room.
pub(super) fn apart(left: &str, right: &str, width: usize) -> String {
    let taken = safe::width(left) + safe::width(right);
    format!(
        "{left}{}{right}",
        " ".repeat(width.saturating_sub(taken).max(1))
    )
}

/// A title on a line across the screen: `── Alerts (4) ────`.
pub(super) fn rule(title: &str, width: usize, look: Look) -> Row {
    let line = if look.style.ascii { "-" } else { "─" };
    let title = safe::cut(title, width.saturating_sub(6), look.style.ellipsis());
    let used = safe::width(&title) + 4;
    Row::plain(format!(
        "{} {} {}",
        line.repeat(2),
        Paint::Heading.on(&title),
        line.repeat(width.saturating_sub(used))
    ))
}

/// The program, the log, the views, the time. What is missed least goes first where there is no room.
pub(super) fn header(app: &App, size: Size, look: Look) -> Row {
    let wide = size.class() == Class::Wide;
    let clock = if wide {
        look.now.format("%Y-%m-%d %H:%M")
    } else {
        look.now.format("%H:%M")
    };
    let clock = clock.to_string();
    let gap = if wide { "      " } else { "  " };
    let state = state(app, look);
    let named = match name(app, look) {
        name if name.is_empty() => "tokmon".to_owned(),
        name => format!("tokmon  {name}{state}"),
    };
    let (words, numbers) = (tabs(app, true), tabs(app, false));
    let texts = [
        format!("{named}{gap}{words}"),
        format!("tokmon{state}  {words}"),
        format!("tokmon{state}  {numbers}"),
        format!("{numbers}{state}"),
    ];
    let with_clock = apart(&texts[0], &clock, size.width);
    let mut texts = std::iter::once(with_clock).chain(texts);
    let text = texts.find(|text| safe::width(text) <= size.width);
    Row::plain(text.unwrap_or(numbers))
}

/// The log, and the month where it is not the one that runs.
fn name(app: &App, look: Look) -> String {
    let Some(report) = app.report() else {
        return String::new();
    };
    let path = &report.log.path;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = look.style.text(name);
    if report.is_current_month {
        name
    } else {
        format!("{name}  {}", report.month)
    }
}

/// That figures are old, or not all are listed.
fn state(app: &App, look: Look) -> String {
    let stale = if app.trouble.is_some() && app.latest.is_some() {
        "  stale"
    } else {
        ""
    };
    if app.filter.is_empty() {
        return stale.to_owned();
    }
    let (listed, all) = if app.tab == Tab::Daily {
        let all = app.days().iter().map(|day| day.rows.len()).sum();
        (app.rows().len(), all)
    } else {
        let all = app.report().map_or(0, |report| report.teams.len());
        (app.teams().len(), all)
    };
    let filter = look.style.text(&app.filter);
    format!("{stale}  filter: {filter} ({listed} of {all})")
}

/// `[1 Overview] 2 Teams  3 Daily  4 Forecast`, or `[1] 2 3 4`.
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

/// What is wrong with the files.
pub(super) fn trouble(app: &App, look: Look) -> Option<String> {
    Some(match app.trouble.as_ref()? {
        Trouble::Unreadable(problem) => format!("! {}", look.style.text(problem)),
        Trouble::Gone(name) => format!("! {} is gone", look.style.text(name)),
    })
}

/// What is wrong with the files, and which figures are shown meanwhile; else a message that has just come.
pub(super) fn banner(app: &App, look: Look) -> Option<Row> {
    if let Some(trouble) = trouble(app, look) {
        let Some((at, _)) = app.read_at else {
            return Some(Row::plain(trouble));
        };
        let showing = format!(" - showing {}", at.format("%H:%M:%S"));
        // Where there is not room for all, the place says more than the time.
        let fits = |text: &String| {
            look.style
                .width
                .is_none_or(|width| safe::width(text) <= width)
        };
        let full = Some(format!("{trouble}{showing}")).filter(fits);
        return Some(Row::plain(full.unwrap_or(trouble)));
    }
    let flash = app.flash.as_ref()?;
    let symbol = look.style.symbol(flash.level);
    let badge = Paint::Badge(flash.level).on(symbol);
    Some(Row::plain(format!(
        "{badge}  {}",
        look.style.text(&flash.message)
    )))
}

/// How changes are followed, how old the figures are, and which part of a list is shown: as much of it as there is room for.
pub(super) fn status(app: &App, position: &str, size: Size, look: Look) -> Row {
    let bell = if app.bell { "bell" } else { "" };
    let text = |parts: &[&str]| {
        let parts: Vec<&str> = parts
            .iter()
            .copied()
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(look.separator())
    };
    if let Some(pause) = &app.pause {
        let since = pause.since.format("%H:%M:%S");
        let changes = match pause.changes {
            0 => "no change yet".to_owned(),
            1 => "1 change waiting".to_owned(),
            changes => format!("{changes} changes waiting"),
        };
        return Row::plain(Paint::Heading.on(&format!("PAUSED {since} ({changes})")));
    }
    let word = following(app);
    let (updated, at) = updated(app, look);
    let full = format!("{updated}{at}");
    let found = app
        .latest
        .as_ref()
        .and_then(|latest| latest.findings.as_ref());
    let found = found.map(|found| format!("{found}, -v explains"));
    let found = found.as_deref().unwrap_or_default();
    let texts = [
        text(&[&word, &full, bell, position, found]),
        text(&[&word, &full, bell, position]),
        text(&[&word, &updated, bell, position]),
        text(&[&word, &updated, bell]),
        text(&[&word, &updated]),
        word.clone(),
    ];
    let mut texts = texts.into_iter();
    let text = texts.find(|text| safe::width(text) <= size.width);
    Row::plain(text.unwrap_or(word))
}

/// How changes are noticed.
fn following(app: &App) -> String {
    match &app.following {
        Following::Events => "watching".to_owned(),
        Following::Polling { every, fallback } => {
            let instead = if *fallback { ", no watch here" } else { "" };
            format!("polling {} s{instead}", every.as_secs().max(1))
        }
        Following::Lost => "watch lost, r reloads".to_owned(),
    }
}

/// How old the figures are, and from when.
fn updated(app: &App, look: Look) -> (String, String) {
    let Some((at, _)) = app.read_at else {
        return (String::new(), String::new());
    };
    let at = at.format("%H:%M:%S");
    match look.age {
        Some(age) => (format!("updated {} ago", told(age)), format!(" ({at})")),
        None => (format!("updated {at}"), String::new()),
    }
}

/// A number of seconds, no finer than it is drawn anew: by the second, by ten, by the minute.
fn told(seconds: u64) -> String {
    match seconds {
        0..10 => format!("{seconds} s"),
        10..60 => format!("{} s", seconds / 10 * 10),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// The most useful keys of a view, cut at whole hints; the filter while it is typed.
pub(super) fn footer(app: &App, size: Size) -> Row {
    if app.typing == Typing::Filter {
        let hint = "  Enter keeps it, Esc clears it";
        let room = size.width.saturating_sub(hint.len() + 2);
        let typed = safe::line(&app.filter).into_owned();
        let hidden = safe::width(&typed).saturating_sub(room);
        let (_, end) = safe::split(&typed, hidden);
        return Row::plain(format!("/{end}_{hint}"));
    }
    let hints: &[&str] = match app.tab {
        _ if app.help.is_some() => &["j/k move", "Esc close"],
        Tab::Overview => &[
            "Tab/1-4 view",
            "j/k alerts",
            "Enter go to",
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
        Tab::Forecast => &[
            "Tab/1-4 view",
            "j/k scroll",
            "r reload",
            "p pause",
            "e edit",
        ],
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

/// The screen as long as there are no figures: why, and what still works.
pub(super) fn nothing(app: &App, size: Size, look: Look) -> Vec<Row> {
    let mut rows = vec![header(app, size, look), Row::default()];
    let why = trouble(app, look).unwrap_or_else(|| NOTHING.to_owned());
    rows.extend(look.style.folded(&why, 2).into_iter().map(Row::plain));
    let room = size.height.saturating_sub(2);
    rows.resize(room, Row::default());
    rows.push(status(app, "", size, look));
    rows.push(footer(app, size));
    rows
}
