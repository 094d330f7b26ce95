//! The budget where there is little room: in one line, or in a few.

use super::{Look, Row, Size, frame, overview};
use crate::{
    analysis::StatusReport,
    model::{Level, Tokens},
    render::{
        forecast, safe,
        sheet::{Cell, Digits, signed},
        theme::{Paint, Style},
    },
    tui::app::App,
};

/// All in one line: `tokens 63.3% 126.7K/200K OK | plan 95.8% CRIT | $0.381`.
pub(super) fn line(app: &App, look: Look) -> String {
    let trouble = frame::trouble(app, look);
    let Some(report) = app.report() else {
        return format!("tokens ? {}", trouble.as_deref().unwrap_or(frame::NOTHING));
    };
    let mut parts = figures(report, look.style);
    parts.extend(trouble);
    parts.join(" | ")
}

/// The same, and what is wrong with the files on a line of its own.
pub(super) fn lines(app: &App, look: Look) -> Vec<Row> {
    let Some(report) = app.report() else {
        return vec![Row::plain(line(app, look))];
    };
    let figures = figures(report, look.style).join(" | ");
    std::iter::once(Row::plain(figures))
        .chain(frame::banner(app, look))
        .collect()
}

fn figures(report: &StatusReport, style: Style) -> Vec<String> {
    let budget = report.budget.tokens;
    let used = about(report.used.tokens, report.used.estimate);
    let mut parts = vec![
        match (report.share(report.used.tokens), budget, report.level) {
            (Some(share), Some(budget), Some(level)) => format!(
                "tokens {share} {used}/{} {}",
                budget.compact(),
                word(level, style)
            ),
            _ => format!("tokens {used}"),
        },
    ];
    parts.extend(end(report, style));
    parts.extend(cost(report, style));
    parts
}

/// Tokens in short, and whether they are an estimate.
pub(super) fn about(tokens: Tokens, estimate: bool) -> String {
    let sign = if estimate { "~" } else { "" };
    format!("{sign}{}", tokens.compact())
}

/// What is used, and of how much: in all digits, and in few.
pub(super) fn used_of(report: &StatusReport, style: Style) -> [[String; 2]; 2] {
    let used = Cell::Tokens(report.used.tokens).about(report.used.estimate);
    [Digits::All, Digits::Few].map(|digits| {
        let budget = report.budget.tokens.map(Cell::Tokens);
        let of = budget.map(|budget| format!(" / {}", budget.written(style, digits)));
        [used.written(style, digits), of.unwrap_or_default()]
    })
}

/// What they cost, and whether that is not all.
pub(super) fn cost(report: &StatusReport, style: Style) -> Option<String> {
    let cost = report.used.cost.as_ref()?;
    Some(Cell::listed_cost(cost).shown(style))
}

/// Where it will end: by the plan, else by the forecast.
fn end(report: &StatusReport, style: Style) -> Option<String> {
    let forecast = &report.forecast;
    let (name, tokens, level) = if let Some(plan) = &forecast.plan {
        ("plan", plan.end.total_tokens, plan.end.level)
    } else {
        let end = forecast.month_end.as_ref()?;
        ("likely", end.quantiles.p50?, end.level)
    };
    let share = report.share(tokens)?;
    Some(format!("{name} {share} {}", word(level?, style)))
}

/// The word of a level without its sign.
fn word(level: Level, style: Style) -> &'static str {
    let symbol = style.symbol(level);
    symbol.split_once(' ').map_or(symbol, |(_, word)| word)
}

/// `plan 191,670 (95.8%) [!!! CRIT]`.
pub(super) fn plan(report: &StatusReport, style: Style) -> Option<String> {
    let plan = report.forecast.plan.as_ref()?;
    let share = report.share(plan.end.total_tokens);
    let share = share.map(|share| format!(" ({share})")).unwrap_or_default();
    let badge = plan
        .end
        .level
        .map(|level| format!(" {}", style.badge(level)));
    Some(format!(
        "plan {}{share}{}",
        plan.end.total_tokens,
        badge.unwrap_or_default()
    ))
}

/// How many lines each part gets.
#[derive(Clone, Copy)]
struct Room {
    left: usize,
    alerts: usize,
    teams: usize,
    status: usize,
    footer: usize,
}

impl Room {
    const fn height(self) -> usize {
        self.left + self.alerts + self.teams + self.status + self.footer
    }

    /// Leaves out what is missed least, until it fits into so many lines.
    fn fit(mut self, most: usize) -> Self {
        let steps: [fn(&mut Self, usize); 5] = [
            |room, _| room.teams = 0,
            |room, over| room.alerts = room.alerts.saturating_sub(over).max(room.alerts.min(1)),
            |room, _| room.status = 0,
            |room, _| room.footer = 0,
            |room, _| room.left = 0,
        ];
        for step in steps {
            let over = self.height().saturating_sub(most);
            if over == 0 {
                break;
            }
            step(&mut self, over);
        }
        self
    }
}

/// The overview in a few lines.
pub(super) fn tiny(app: &App, size: Size, look: Look) -> Vec<Row> {
    let Some(report) = app.report() else {
        return frame::nothing(app, size, look);
    };
    let style = look.style;
    let mut rows = vec![first(report, size, look)];
    rows.extend(frame::banner(app, look));
    rows.extend(overview::bar(report, size, look, false));
    let plan = plan(report, style).map(Row::plain);
    let teams = teams(report, size, style);
    let room = Room {
        left: 1,
        alerts: report.alerts.len(),
        teams: usize::from(!teams.is_empty()),
        status: 1,
        footer: 1,
    }
    .fit(
        size.height
            .saturating_sub(rows.len() + usize::from(plan.is_some())),
    );
    rows.extend((room.left > 0).then(|| Row::plain(left(report, style))));
    rows.extend(plan);
    rows.extend(alerts(report, size, style, room.alerts));
    rows.extend((room.teams > 0).then(|| Row::plain(teams)));
    let below = room.status + room.footer;
    rows.resize(
        rows.len().max(size.height.saturating_sub(below)),
        Row::default(),
    );
    rows.extend((room.status > 0).then(|| frame::status(app, "", size, look)));
    rows.extend((room.footer > 0).then(|| frame::footer(app, size)));
    rows
}

/// `126,670/200,000  63.3%  [✓ OK]     17:00`. The badge is never cut; a budget that is used up is reversed.
fn first(report: &StatusReport, size: Size, look: Look) -> Row {
    let share = report.share(report.used.tokens);
    let share = share.map(|share| format!("  {share}"));
    let badge = report.level.map(|level| look.style.badge(level));
    let badge = badge.map(|badge| format!("  {badge}"));
    let end = share.unwrap_or_default() + &badge.unwrap_or_default();
    let [all, few] =
        used_of(report, look.style).map(|[used, of]| format!("{used}{}{end}", of.replace(' ', "")));
    let text = if safe::width(&all) <= size.width {
        all
    } else {
        few
    };
    let clock = look.now.format("%H:%M").to_string();
    let with_clock = frame::apart(&text, &clock, size.width);
    let fits = safe::width(&with_clock) <= size.width;
    Row {
        text: if fits { with_clock } else { text },
        reversed: report.level == Some(Level::Exceeded),
    }
}

/// `left 73,330   $0.381   309/min`
fn left(report: &StatusReport, style: Style) -> String {
    let left = report
        .remaining
        .map(|left| format!("left {}", signed(left)));
    let rate = report.forecast.burn_rate.as_ref();
    let parts = [left, cost(report, style), rate.map(forecast::bare_rate)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("   ")
}

/// `!   C 5.9K/deliverable, limit 6K  (+1)`
fn alerts(report: &StatusReport, size: Size, style: Style, most: usize) -> Vec<Row> {
    let all = &report.alerts;
    let hidden = all.len() - most;
    let shown = all.iter().take(most).enumerate().map(|(at, alert)| {
        let symbol = style.symbol(alert.level);
        let sign = symbol.split(' ').next().unwrap_or(symbol);
        let pad = " ".repeat(4_usize.saturating_sub(sign.chars().count()));
        let badge = Paint::Badge(alert.level).on(sign);
        let text = format!("{badge}{pad}{}", style.text(&alert.brief));
        if at + 1 < most || hidden == 0 {
            return text;
        }
        let more = format!("(+{hidden})");
        let room = size.width.saturating_sub(more.len() + 1);
        frame::apart(&safe::cut(&text, room, style.ellipsis()), &more, size.width)
    });
    shown.map(Row::plain).collect()
}

/// `G 8.2K/10K   pending D 22K E 20K F 15K`: who is at work, and who will be; where nobody says, who used most.
fn teams(report: &StatusReport, size: Size, style: Style) -> String {
    let of = |state: &str| {
        let teams = report.teams.iter();
        let teams = teams.filter(|team| team.status.as_deref() == Some(state));
        teams.collect::<Vec<_>>()
    };
    let (running, mut pending) = (of("running"), of("pending"));
    pending.sort_by_key(|team| std::cmp::Reverse(team.allocated_tokens));
    let name = |name: &str| style.text(safe::split(name, 12).0);
    let mut parts: Vec<String> = running
        .iter()
        .map(|team| {
            let used = about(team.used_tokens.unwrap_or_default(), team.estimate);
            let limit = team.allocated_tokens.map(Tokens::compact);
            let limit = limit.map(|limit| format!("/{limit}")).unwrap_or_default();
            format!("{} {used}{limit}", name(team.short_name()))
        })
        .collect();
    let waiting: Vec<String> = pending
        .iter()
        .map(|team| {
            let limit = team.allocated_tokens.map(Tokens::compact);
            format!("{} {}", name(team.short_name()), limit.unwrap_or_default())
        })
        .collect();
    if !waiting.is_empty() {
        parts.push(format!("pending {}", waiting.join(" ")));
    }
    let text = parts.join("   ");
    safe::cut(&text, size.width, style.ellipsis()).into_owned()
}
