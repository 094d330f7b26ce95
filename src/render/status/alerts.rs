//! The alerts, in the forms that text, a screen and a small screen have for them.

use crate::{
    analysis::{Alert, StatusReport},
    render::{
        OutputStyle, StyledLine, TextRole, apart, around, heading, rule,
        status::screen::ScreenStatus,
    },
};

/// The cells of the longest symbol, and the blanks behind it.
const SYMBOL: usize = 10;

pub fn text(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    within(report, style, usize::MAX)
}

/// The alerts, of which those without room in this many lines follow below a heading of their own.
pub fn within(report: &StatusReport, style: OutputStyle, room: usize) -> Vec<StyledLine> {
    let count = report.alerts.len();
    let mut lines = vec![StyledLine::new(), heading(format!("Alerts ({count})"))];
    let folded = |alert: &Alert| style.fold(line(alert, style), SYMBOL);
    let mut rest = report.alerts.iter().enumerate().peekable();
    while let Some((at, alert)) = rest.peek() {
        let alert = folded(alert);
        // The line that gives the number of the others.
        let more = usize::from(at + 1 < count);
        if lines.len() + alert.len() + more > room {
            let others = count - at;
            lines.extend([
                format!("and {others} more, below").into(),
                StyledLine::new(),
            ]);
            lines.push(heading(format!("More alerts ({others})")));
            break;
        }
        lines.extend(alert);
        rest.next();
    }
    lines.extend(rest.flat_map(|(_, alert)| folded(alert)));
    if report.alerts.is_empty() {
        lines.push("none".into());
    }
    lines
}

/// `!! WARN   Team G 8,240 / 10,000 (82.4%)`.
fn line(alert: &Alert, style: OutputStyle) -> StyledLine {
    let symbol = style.symbol(alert.level);
    badge(alert, symbol, SYMBOL) + style.text(&alert.message)
}

fn badge(alert: &Alert, symbol: &str, width: usize) -> StyledLine {
    let blanks = width.saturating_sub(symbol.chars().count());
    StyledLine::styled(TextRole::Badge(alert.level), symbol) + " ".repeat(blanks)
}

/// The lines of all alerts below a rule.
pub fn ruled_height(report: &StatusReport, screen: ScreenStatus) -> usize {
    1 + folded(report, screen).len()
}

/// The alerts below a rule, in this many lines: each whole if there is room for that, else in a line.
pub fn ruled(report: &StatusReport, screen: ScreenStatus, height: usize) -> Vec<StyledLine> {
    let title = match report.alerts.len() {
        0 => "No alerts".to_owned(),
        count => format!("Alerts ({count})"),
    };
    let rule = rule(heading(title), screen.size.width, screen.style);
    let room = height.saturating_sub(1);
    let mut lines = folded(report, screen);
    if lines.len() > room {
        let write = |alert: &Alert, _| line(alert, screen.style);
        lines = listed(report, screen, room, write);
    }
    std::iter::once(rule).chain(lines).collect()
}

fn folded(report: &StatusReport, screen: ScreenStatus) -> Vec<StyledLine> {
    let alerts = report.alerts.iter().enumerate();
    let fold = |(at, alert)| {
        let lines = screen
            .style
            .fold(line(alert, screen.style), SYMBOL)
            .into_iter();
        lines.map(move |line| line.reverse(screen.selected == Some(at)))
    };
    alerts.flat_map(fold).collect()
}

/// The alerts without a rule, each in few words if there is not room for all: `!   C 5.9K/deliverable, alert at 6K  (+1)`.
pub fn brief(report: &StatusReport, screen: ScreenStatus, height: usize) -> Vec<StyledLine> {
    let style = screen.style;
    listed(report, screen, height, |alert, room| {
        let symbol = style.symbol(alert.level);
        let sign = symbol.split(' ').next().unwrap_or(symbol);
        let [full, brief] =
            [&alert.message, &alert.brief].map(|text| badge(alert, sign, 4) + style.text(text));
        if full.width() <= room { full } else { brief }
    })
}

/// The worst alerts, or those around the selected one. The last line gives the number of the others.
fn listed(
    report: &StatusReport,
    screen: ScreenStatus,
    height: usize,
    write: impl Fn(&Alert, usize) -> StyledLine,
) -> Vec<StyledLine> {
    let (all, width) = (&report.alerts, screen.size.width);
    let shown = around(screen.selected.unwrap_or(0), all.len(), height);
    let (end, hidden) = (shown.end, all.len() - shown.len());
    let listed = all.iter().enumerate().take(end).skip(shown.start);
    let lines = listed.map(|(at, alert)| {
        let line = if at + 1 == end && hidden > 0 {
            let more = format!("(+{hidden})");
            let room = width.saturating_sub(more.len() + 1);
            let text = write(alert, room).cut(room, screen.style.ellipsis());
            apart(text, more.into(), width)
        } else {
            write(alert, width)
        };
        line.reverse(screen.selected == Some(at))
    });
    lines.collect()
}
