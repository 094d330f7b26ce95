//! What surrounds every view: header, banner, status row and footer. Each shows what fits.

use std::time::Duration;

use super::{Size, SizeClass, ViewContext};
use crate::{
    render::{
        StyledLine, TextRole, apart, heading, init_command, joined, prefixed, reading::in_short,
        sanitize, split_at_width, status, width,
    },
    tui::state::{App, Panel, Pause, ReadError, Tab},
    watch::WatchSource,
};

/// The cells for a filter that is typed. With fewer, no hint is beside it.
const MIN_FILTER: usize = 24;

/// The height from which on the verdict is above each view.
const MIN_VERDICT: usize = 10;

pub const NO_FIGURES: &str = "nothing could be read yet";

/// The program, the log, the views, and the time. The least important is left out if there is no room.
pub fn header(app: &App, size: Size, view: ViewContext) -> StyledLine {
    let wide = size.class() == SizeClass::Wide;
    let clock = if wide {
        view.now.format("%Y-%m-%d %H:%M")
    } else {
        view.now.format("%H:%M")
    };
    let clock = clock.to_string();
    let gap = if wide { "      " } else { "  " };
    let state = state(app, view);
    let [words, word, numbers] = [Tab::ALL, &[app.tab][..], &[]].map(|named| tabs(app, named));
    let whose = [name(app, wide, view), name(app, false, view)];
    let known = whose.iter().filter(|name| !name.is_empty());
    let named =
        known.map(|name| StyledLine::from(format!("tokmon  {name}")) + &state + gap + &words);
    let nameless = [
        StyledLine::from("tokmon") + &state + "  " + &words,
        StyledLine::from("tokmon") + &state + "  " + &word,
        StyledLine::from("tokmon") + &state + "  " + &numbers,
        numbers.clone() + &state,
    ];
    let text = named.chain(nameless).find(|text| view.style.fits(text));
    let text = text.unwrap_or(numbers);
    let with_clock = apart(text.clone(), clock.into(), size.width);
    view.style.pick([with_clock, text])
}

/// The log, what of it is shown, and the month if it is not the current one.
fn name(app: &App, in_full: bool, view: ViewContext) -> String {
    let Some(report) = app.report() else {
        return String::new();
    };
    let path = report.log.path.as_str();
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let month = (!report.is_current_month).then(|| {
        let past = report.month.last_day() < report.now.date_naive();
        let when = if past { "is over" } else { "has not begun" };
        format!("{} {when}", report.month)
    });
    let parts = [
        Some(view.style.text(if in_full { path } else { file })),
        report
            .project
            .as_ref()
            .map(|project| view.style.text(project)),
        report.team.as_ref().map(|team| view.style.text(team)),
        month,
    ];
    joined(parts, "  ")
}

fn state(app: &App, view: ViewContext) -> StyledLine {
    let mut state = StyledLine::new();
    if app.read_error.is_some() && app.latest.is_some() {
        state = StyledLine::from("  ") + heading("stale");
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
        state += format!("  {}", view.style.text(team));
    }
    if !app.filter.is_empty() {
        state += format!("  filter: {}", view.style.text(&app.filter));
    }
    state + format!(" ({listed} of {all})")
}

/// `[1 Overview] 2 Teams  3 Daily  4 Forecast`, with the names of some views: `[1 Overview] 2 3 4`, or `[1] 2 3 4`.
fn tabs(app: &App, named: &[Tab]) -> StyledLine {
    let all = named.len() == Tab::ALL.len();
    let tab = |tab: &Tab| {
        let mut text = (tab.index() + 1).to_string();
        if named.contains(tab) {
            text = format!("{text} {}", tab.into_str());
        }
        match (*tab == app.tab, all) {
            (true, _) => heading(format!("[{text}]")),
            (false, true) => format!(" {text} ").into(),
            (false, false) => text.into(),
        }
    };
    StyledLine::join(Tab::ALL.iter().map(tab), if all { "" } else { " " })
}

/// The verdict above a view that has none of its own: whole above the forecast if there is room, else in one line.
pub fn verdict(app: &App, size: Size, view: ViewContext) -> Vec<StyledLine> {
    let report = app
        .report()
        .filter(|_| app.panel.is_none() && size.height >= MIN_VERDICT);
    let whole = report.and_then(|report| status::sentence(report, view.style));
    let Some((report, whole)) = report.zip(whole) else {
        return Vec::new();
    };
    if app.tab == Tab::Forecast && size.class() >= SizeClass::Normal {
        let remarks = status::remarks_on_log(report).chain(in_short(&report.log));
        let remarks = remarks.map(StyledLine::from);
        let lines = std::iter::once(whole).chain(status::action(report, view.style));
        let lines = lines.chain(remarks);
        return lines.flat_map(|line| view.style.fold(line, 4)).collect();
    }
    let brief = status::brief_verdict(report, view.style);
    let line = view.style.pick([whole, brief]);
    vec![line.cut(size.width, view.style.ellipsis())]
}

/// What to do where nothing could be read yet, if that is known.
pub fn help(app: &App) -> Option<&str> {
    match app.read_error.as_ref()? {
        ReadError::Unreadable(problem) => problem.help.as_deref(),
        ReadError::Gone(_) => None,
    }
}

pub fn read_error(app: &App, view: ViewContext) -> Option<String> {
    Some(match app.read_error.as_ref()? {
        ReadError::Unreadable(problem) => format!("! {}", view.style.text(&problem.text)),
        ReadError::Gone(name) if app.latest.is_none() => {
            let create = init_command(name);
            let why = format!("{name} is not there yet: `{create}` creates it");
            format!("! {}", view.style.text(&why))
        }
        ReadError::Gone(name) => format!("! {} is gone", view.style.text(name)),
    })
}

/// Why the files cannot be read, and which figures are shown instead.
pub fn banner(app: &App, view: ViewContext) -> Option<StyledLine> {
    // Before there are figures, the body says why; where findings are listed, the list does.
    let is_listed = matches!(app.panel, Some((Panel::Problems, _)));
    if is_listed || app.latest.is_none() && app.panel.is_none() {
        return None;
    }
    let error = read_error(app, view)?;
    let shown = app.read_at.filter(|_| app.latest.is_some());
    let shown = shown.map(|(at, _)| at.format("%H:%M:%S"));
    // The place is more important than the time.
    let full = heading(format!("{error}{}", prefixed(" - showing ", shown)));
    Some(view.style.pick([full, heading(error)]))
}

fn flash(app: &App, view: ViewContext) -> Option<StyledLine> {
    let flash = app.flash.as_ref()?;
    let message = view.style.text(&flash.message);
    Some(match flash.level {
        Some(level) => {
            let symbol = view.style.symbol(level);
            StyledLine::styled(TextRole::Badge(level), symbol) + format!("  {message}")
        }
        None => heading(message),
    })
}

/// Whether the status row shows something that is nowhere else on the screen.
pub const fn is_urgent(app: &App) -> bool {
    app.pause.is_some() || app.flash.is_some()
}

/// How changes are followed, the age of the figures, and which part of a list is shown: as much of it as there is room for.
pub fn status(app: &App, position: &str, size: Size, view: ViewContext) -> StyledLine {
    if let Some(pause) = &app.pause {
        let news = flash(app, view).unwrap_or_else(|| position.into());
        let parts = [paused(*pause), news].into_iter();
        let parts = parts.filter(|part| !part.is_empty());
        return StyledLine::join(parts, view.style.separator());
    }
    if let Some(flash) = flash(app, view) {
        return flash;
    }
    let text = |parts: &[&str]| {
        let parts = parts.iter().copied().filter(|part| !part.is_empty());
        parts.collect::<Vec<&str>>().join(view.style.separator())
    };
    let bell = if app.bell { "bell" } else { "" };
    let word = following(app);
    let (read, at) = read(app, view);
    let full = format!("{read}{at}");
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
        text(&[&word, &read, bell, position, &found]),
        text(&[&word, &read, bell, position, &short]),
        text(&[&word, bell, position, &short]),
        text(&[position, &short]),
        position.to_owned(),
    ];
    let mut texts = texts.into_iter();
    let fitting = texts.find(|text| !text.is_empty() && width(text) <= size.width);
    fitting.unwrap_or(word).into()
}

/// `PAUSED 17:00:00 (2 changes waiting)`
fn paused(pause: Pause) -> StyledLine {
    let since = pause.since.format("%H:%M:%S");
    let changes = match pause.changes {
        0 => "no change yet".to_owned(),
        1 => "1 change waiting".to_owned(),
        changes => format!("{changes} changes waiting"),
    };
    heading(format!("PAUSED {since} ({changes})"))
}

fn following(app: &App) -> String {
    match &app.following {
        WatchSource::Events => "watching".to_owned(),
        WatchSource::Polling { every, because } => {
            let because = because.as_ref().map(|because| format!(" ({because})"));
            let because = because.unwrap_or_default();
            format!("polling {} s{because}", every.as_secs().max(1))
        }
        WatchSource::Lost(why) => format!("watch lost, r reloads ({why})"),
    }
}

fn read(app: &App, view: ViewContext) -> (String, String) {
    let Some((at, _)) = app.read_at else {
        return (String::new(), String::new());
    };
    let at = at.format("%H:%M:%S");
    match view.age {
        Some(age) => (format!("read {} ago", rounded(age)), format!(" ({at})")),
        None => (format!("read {at}"), String::new()),
    }
}

/// The age as it is shown: in whole seconds, tens of seconds, minutes or hours.
fn rounded(seconds: u64) -> String {
    let seconds = seconds / age_step(seconds) * age_step(seconds);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

const fn age_step(seconds: u64) -> u64 {
    match seconds {
        0..10 => 1,
        10..60 => 10,
        _ => 60,
    }
}

/// The next age that is shown differently.
pub fn next_age(age: Duration) -> Duration {
    let step = age_step(age.as_secs());
    Duration::from_secs((age.as_secs() / step + 1) * step)
}

/// The most useful keys of a view, as many as fit; the filter while it is typed.
pub fn footer(app: &App, size: Size) -> StyledLine {
    if app.is_typing {
        let hints = ["  Enter keeps it, Esc clears it", ""];
        let fits = |hint: &&str| size.width >= hint.len() + MIN_FILTER;
        let hint = hints.into_iter().find(fits).unwrap_or_default();
        let room = size.width.saturating_sub(hint.len() + 2);
        let typed = sanitize(&app.filter).into_owned();
        let hidden = width(&typed).saturating_sub(room);
        let (_, end) = split_at_width(&typed, hidden);
        return format!("/{end}_{hint}").into();
    }
    let (always, hints) = hints(app);
    let mut text = always.to_owned();
    for hint in hints.split("  ") {
        if width(&text) + 2 + hint.len() > size.width {
            break;
        }
        text.push_str("  ");
        text.push_str(hint);
    }
    text.into()
}

/// The keys that always work, and the most useful ones of a view.
const fn hints(app: &App) -> (&'static str, &'static str) {
    if app.panel.is_some() {
        return ("q closes this", "j/k move  1-4 view");
    }
    let hints = match app.tab {
        Tab::Overview => "Tab/1-4 view  j/k alerts  Enter go to  r reload  p pause  e edit",
        Tab::Teams => "Tab/1-4 view  j/k move  s sort  / filter  Enter days  e edit",
        Tab::Daily if app.team.is_some() => "Esc back  Tab/1-4 view  j/k move  / filter  e edit",
        Tab::Daily => "Tab/1-4 view  j/k move  / filter  r reload  p pause  e edit",
        Tab::Forecast => "Tab/1-4 view  j/k scroll  r reload  p pause  e edit",
    };
    ("q quit  ? help", hints)
}
