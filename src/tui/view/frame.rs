//! What surrounds every view: header, banner, status row, footer; and titles across the screen. Each says what fits.

use super::{Class, Look, Row, Size};
use crate::{
    render::{
        safe,
        theme::{Paint, Style},
    },
    tui::{
        app::{App, Following, Tab, Typing},
        reading::Trouble,
    },
};

/// The cells for a filter that is typed, beside which nothing else stands.
const LEAST_TYPED: usize = 24;

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

/// A text, and at the right edge how many more there are.
pub(super) fn with_more(text: &str, more: Option<&str>, width: usize, style: Style) -> String {
    let Some(more) = more else {
        return text.to_owned();
    };
    let room = width.saturating_sub(more.len() + 1);
    apart(&safe::cut(text, room, style.ellipsis()), more, width)
}

/// A title on a line across the screen, perhaps with a badge: `── Alerts (4) ────`.
pub(super) fn rule(title: &str, badge: &str, width: usize, look: Look) -> Row {
    let line = if look.style.ascii { "-" } else { "─" };
    let gap = if badge.is_empty() { "" } else { " " };
    let taken = 4 + gap.len() + safe::width(badge);
    let title = safe::cut(
        title,
        width.saturating_sub(taken + 2),
        look.style.ellipsis(),
    );
    let rest = width.saturating_sub(taken + safe::width(&title));
    Row::plain(format!(
        "{} {}{gap}{badge} {}",
        line.repeat(2),
        Paint::Heading.on(&title),
        line.repeat(rest)
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
    let (words, numbers) = (tabs(app, true), tabs(app, false));
    let fits = |text: &String| safe::width(text) <= size.width;
    let whose = [name(app, wide, look), name(app, false, look)];
    let known = whose.iter().filter(|name| !name.is_empty());
    let named: Vec<String> = known
        .map(|name| format!("tokmon  {name}{state}{gap}{words}"))
        .collect();
    let nameless = [
        format!("tokmon{state}  {words}"),
        format!("tokmon{state}  {numbers}"),
        format!("{numbers}{state}"),
    ];
    let mut texts = named.into_iter().chain(nameless);
    let text = texts.find(fits).unwrap_or(numbers);
    let with_clock = apart(&text, &clock, size.width);
    Row::plain(if fits(&with_clock) { with_clock } else { text })
}

/// The log, what of it is shown, and the month where it is not the one that runs.
fn name(app: &App, in_full: bool, look: Look) -> String {
    let Some(report) = app.report() else {
        return String::new();
    };
    let path = report.log.path.as_str();
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let month = (!report.is_current_month).then(|| {
        let past = report.month.last_day() < report.now.date_naive();
        let when = if past { "is over" } else { "is yet to come" };
        format!("{} {when}", report.month)
    });
    let parts = [
        Some(look.style.text(if in_full { path } else { file })),
        report
            .project
            .as_ref()
            .map(|project| look.style.text(project)),
        report.team.as_ref().map(|team| look.style.text(team)),
        month,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("  ")
}

/// That figures are old, or not all are listed.
fn state(app: &App, look: Look) -> String {
    let mut state = String::new();
    if app.trouble.is_some() && app.latest.is_some() {
        state = format!("  {}", Paint::Heading.on("stale"));
    }
    if !app.is_filtered() {
        return state;
    }
    let (listed, all) = if app.tab == Tab::Daily {
        let all = app.days().iter().map(|day| day.rows.len()).sum();
        (app.rows().len(), all)
    } else {
        let all = app.report().map_or(0, |report| report.teams.len());
        (app.teams().len(), all)
    };
    let team = app.team.as_ref().filter(|_| app.tab == Tab::Daily);
    if let Some(team) = team {
        state = format!("{state}  {}", look.style.text(team));
    }
    if !app.filter.is_empty() {
        state = format!("{state}  filter: {}", look.style.text(&app.filter));
    }
    format!("{state} ({listed} of {all})")
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
        Trouble::Unreadable(problem) => format!("! {}", look.style.text(&problem.text)),
        Trouble::Gone(name) if app.latest.is_none() => {
            format!("! {} is not there yet", look.style.text(name))
        }
        Trouble::Gone(name) => format!("! {} is gone", look.style.text(name)),
    })
}

/// What is wrong with the files, and which figures are shown meanwhile.
pub(super) fn banner(app: &App, look: Look) -> Option<Row> {
    let trouble = trouble(app, look)?;
    let showing = app.read_at.filter(|_| app.latest.is_some());
    let showing = showing.map(|(at, _)| format!(" - showing {}", at.format("%H:%M:%S")));
    let full = format!("{trouble}{}", showing.unwrap_or_default());
    // Where there is not room for all, the place says more than the time.
    let fits = look
        .style
        .width
        .is_none_or(|width| safe::width(&full) <= width);
    Some(Row::plain(Paint::Heading.on(if fits {
        &full
    } else {
        &trouble
    })))
}

/// A message that has just come.
fn flash(app: &App, look: Look) -> Option<Row> {
    let flash = app.flash.as_ref()?;
    let message = look.style.text(&flash.message);
    Some(Row::plain(match flash.level {
        Some(level) => {
            let symbol = look.style.symbol(level);
            format!("{}  {message}", Paint::Badge(level).on(symbol))
        }
        None => Paint::Heading.on(&message),
    }))
}

/// Whether the status row says something that nothing else does.
pub(super) const fn is_urgent(app: &App) -> bool {
    app.pause.is_some() || app.flash.is_some()
}

/// How changes are followed, how old the figures are, and which part of a list is shown: as much of it as there is room for.
pub(super) fn status(app: &App, position: &str, size: Size, look: Look) -> Row {
    let text = |parts: &[&str]| {
        let parts = parts.iter().copied().filter(|part| !part.is_empty());
        parts.collect::<Vec<&str>>().join(look.separator())
    };
    if let Some(pause) = &app.pause {
        let since = pause.since.format("%H:%M:%S");
        let changes = match pause.changes {
            0 => "no change yet".to_owned(),
            1 => "1 change waiting".to_owned(),
            changes => format!("{changes} changes waiting"),
        };
        let paused = Paint::Heading.on(&format!("PAUSED {since} ({changes})"));
        let flash = flash(app, look).map(|row| row.text);
        return Row::plain(text(&[&paused, flash.as_deref().unwrap_or(position)]));
    }
    if let Some(flash) = flash(app, look) {
        return flash;
    }
    let bell = if app.bell { "bell" } else { "" };
    let word = following(app);
    let (updated, at) = updated(app, look);
    let full = format!("{updated}{at}");
    let counted = app
        .latest
        .as_ref()
        .and_then(|latest| latest.counted.as_ref());
    let [found, short] = match counted {
        Some(counted) => [format!("{counted}, v lists them"), counted.clone()],
        None => [String::new(), String::new()],
    };
    let texts = [
        text(&[&word, &full, bell, position, &found]),
        text(&[&word, &updated, bell, position, &found]),
        text(&[&word, &updated, bell, position, &short]),
        text(&[&word, bell, position, &short]),
        text(&[position, &short]),
        position.to_owned(),
    ];
    let texts = texts.into_iter();
    let mut texts = texts.filter(|text| !text.is_empty() && safe::width(text) <= size.width);
    Row::plain(texts.next().unwrap_or(word))
}

/// How changes are noticed.
fn following(app: &App) -> String {
    match &app.following {
        Following::Events => "watching".to_owned(),
        Following::Polling { every, because } => {
            let because = because.as_ref().map(|because| format!(" ({because})"));
            let because = because.unwrap_or_default();
            format!("polling {} s{because}", every.as_secs().max(1))
        }
        Following::Lost(why) => format!("watch lost, r reloads ({why})"),
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
        // What is typed comes before what can be done about it.
        let hints = ["  Enter keeps it, Esc clears it", ""];
        let fits = |hint: &&str| size.width >= hint.len() + LEAST_TYPED;
        let hint = hints.into_iter().find(fits).unwrap_or_default();
        let room = size.width.saturating_sub(hint.len() + 2);
        let typed = safe::line(&app.filter).into_owned();
        let hidden = safe::width(&typed).saturating_sub(room);
        let (_, end) = safe::split(&typed, hidden);
        return Row::plain(format!("/{end}_{hint}"));
    }
    let (mut text, hints) = hints(app);
    for hint in hints {
        if safe::width(&text) + 2 + hint.len() > size.width {
            break;
        }
        text.push_str("  ");
        text.push_str(hint);
    }
    Row::plain(text)
}

/// What always works, and the keys that are of most use in a view.
fn hints(app: &App) -> (String, &'static [&'static str]) {
    if app.panel.is_some() {
        return ("q closes this".to_owned(), &["j/k move", "1-4 view"]);
    }
    let hints: &[&str] = match app.tab {
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
        Tab::Daily if app.team.is_some() => {
            &["Esc back", "Tab/1-4 view", "j/k move", "/ filter", "e edit"]
        }
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
    ("q quit  ? help".to_owned(), hints)
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
