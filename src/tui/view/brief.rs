//! The budget where there is little room: in one line, on a few, and what of it is left out first. With more room, `overview` does.

use super::{Look, Row, Size, frame, overview, shrink};
use crate::{
    analysis::{Alert, StatusReport},
    model::{Level, Money, Tokens},
    render::{
        forecast::{self, in_brackets},
        safe,
        sheet::{Cell, Digits, signed},
        theme::{Paint, Style},
    },
    tui::app::{App, Tab, Typing},
};

/// All in one line: `tokens 63.3% 126.7K/200K OK | plan 95.8% CRIT | $0.381`.
pub(super) fn line(app: &App, look: Look) -> String {
    let trouble = frame::trouble(app, look);
    let Some(report) = app.report() else {
        return format!("tokens ? {}", trouble.as_deref().unwrap_or(frame::NOTHING));
    };
    let mut parts = vec![used(report, look.style)];
    parts.extend(others(report, look.style));
    parts.extend(trouble.or_else(|| uncounted(report)));
    parts.join(" | ")
}

/// `1 row not counted`
fn uncounted(report: &StatusReport) -> Option<String> {
    let rows = report.log.unreadable_rows;
    (rows > 0).then(|| forecast::many(rows, "row not counted", "rows not counted"))
}

/// The same on a screen, where it may be too long for a line: then the share and its level come first, and the rest below.
pub(super) fn lines(app: &App, size: Size, look: Look) -> Vec<Row> {
    let Some(report) = app.report() else {
        return vec![Row::plain(line(app, look))];
    };
    let style = look.style;
    let first = used(report, style);
    let mut rest = others(report, style);
    let all = std::iter::once(first.clone()).chain(rest.clone());
    let all = all.collect::<Vec<_>>().join(" | ");
    let state = match (&app.trouble, &app.pause) {
        (Some(_), _) => "stale ",
        (None, Some(_)) => "PAUSED ",
        (None, None) => "",
    };
    let head = head(report, style);
    let [_, [amount, of]] = used_of(report, style);
    let amounts = format!("{amount}{}", of.replace(' ', ""));
    let fits = |text: &String| safe::width(text) <= size.width;
    let texts = [
        format!("{state}{all}"),
        format!("{state}{head} {amounts}"),
        format!("{state}{head}"),
        head.clone(),
    ];
    let shown = texts.iter().position(fits).unwrap_or(3);
    match shown {
        0 => rest.clear(),
        1 => {}
        _ => rest.insert(0, amounts),
    }
    let mut rows = vec![Row::plain(texts[shown].clone())];
    rows.extend(frame::banner(app, look));
    rows.extend(rest.into_iter().map(Row::plain));
    rows.extend(alerts(app, report, size, style, report.alerts.len()));
    if frame::is_urgent(app) || app.typing == Typing::Filter || rows.len() < size.height {
        let last = if app.typing == Typing::Filter {
            frame::footer(app, size)
        } else {
            frame::status(app, "", size, look)
        };
        rows.resize(size.height.saturating_sub(1).max(1), Row::default());
        rows.push(last);
    }
    rows
}

/// The share and its level, which go last: `63.3% OK`.
fn head(report: &StatusReport, style: Style) -> String {
    let Some(spending) = report.spending() else {
        return about(report.used.tokens, report.used.estimate);
    };
    let share = spending.share().map(|share| format!("{share} "));
    share.unwrap_or_default() + word(spending.level, style)
}

/// What is used, of how much: `tokens 63.3% 126.7K/200K OK`, or of a budget in money `cost 95.0% $9.500/$10.00 CRIT`.
fn used(report: &StatusReport, style: Style) -> String {
    let [_, [amount, of]] = used_of(report, style);
    let of = of.replace(' ', "");
    let Some(spending) = report.spending() else {
        return format!("tokens {amount}");
    };
    let name = if spending.currency.is_some() {
        "cost"
    } else {
        "tokens"
    };
    let share = spending.share().map(|share| format!(" {share}"));
    let (share, word) = (share.unwrap_or_default(), word(spending.level, style));
    format!("{name}{share} {amount}{of} {word}")
}

/// Where it will end, and what else was spent.
fn others(report: &StatusReport, style: Style) -> Vec<String> {
    let beside = beside(report, style);
    end(report, style).into_iter().chain(beside).collect()
}

/// What was spent that the budget is not in: money, or tokens.
fn beside(report: &StatusReport, style: Style) -> Option<String> {
    let spending = report.spending();
    if spending.is_some_and(|spending| spending.currency.is_some()) {
        let tokens = about(report.used.tokens, report.used.estimate);
        return Some(format!("{tokens} tokens"));
    }
    cost(report, style)
}

/// Tokens in short, and whether they are an estimate.
pub(super) fn about(tokens: Tokens, estimate: bool) -> String {
    let sign = if estimate { "~" } else { "" };
    format!("{sign}{}", tokens.compact())
}

/// What is used, and of how much: in all digits, and in few.
pub(super) fn used_of(report: &StatusReport, style: Style) -> [[String; 2]; 2] {
    if let Some(spending) = report.spending()
        && let Some(currency) = spending.currency
    {
        let money = |nanos| style.money(Money { nanos, currency });
        let used = cost(report, style).unwrap_or_default();
        let texts = [used, format!(" / {}", money(spending.budget))];
        return [texts.clone(), texts];
    }
    let used = Cell::Tokens(report.used.tokens).about(report.used.estimate);
    [Digits::All, Digits::Few].map(|digits| {
        let budget = report.budget.tokens.map(Cell::Tokens);
        let of = budget.map(|budget| format!(" / {}", budget.written(style, digits)));
        [used.written(style, digits), of.unwrap_or_default()]
    })
}

/// What it cost, and whether that is not all.
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

/// `plan 191,670 (95.8%)`: in all digits, and in few.
pub(super) fn planned(report: &StatusReport) -> Option<[String; 2]> {
    let total = report.forecast.plan.as_ref()?.end.total_tokens;
    let share = in_brackets(report.share(total));
    Some([total.to_string(), total.compact()].map(|total| format!("plan {total}{share}")))
}

/// The same with its badge: `plan 191,670 (95.8%) [!!! CRIT]`.
pub(super) fn plan(report: &StatusReport, style: Style) -> Option<[String; 2]> {
    let level = report.forecast.plan.as_ref()?.end.level;
    let badge = level.map(|level| format!(" {}", style.badge(level)));
    let badge = badge.unwrap_or_default();
    Some(planned(report)?.map(|plan| plan + &badge))
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
        shrink(&mut self, most, Self::height, &steps);
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
    let plan = plan(report, style).map(|[all, few]| {
        let text = if safe::width(&all) <= size.width {
            all
        } else {
            few
        };
        Row::plain(text)
    });
    let teams = teams(report, size, style);
    let urgent = usize::from(frame::is_urgent(app));
    let taken = rows.len() + usize::from(plan.is_some()) + urgent;
    let room = Room {
        left: 1,
        alerts: report.alerts.len(),
        teams: usize::from(!teams.is_empty()),
        status: 1 - urgent,
        footer: 1,
    }
    .fit(size.height.saturating_sub(taken));
    let status = room.status + urgent;
    rows.extend((room.left > 0).then(|| Row::plain(left(report, style))));
    rows.extend(plan);
    rows.extend(alerts(app, report, size, style, room.alerts));
    rows.extend((room.teams > 0).then(|| Row::plain(teams)));
    let below = status + room.footer;
    rows.resize(
        rows.len().max(size.height.saturating_sub(below)),
        Row::default(),
    );
    rows.extend((status > 0).then(|| frame::status(app, "", size, look)));
    rows.extend((room.footer > 0).then(|| frame::footer(app, size)));
    rows
}

/// `126,670/200,000  63.3%  [✓ OK]     17:00`. The badge is never cut; a budget that is used up is reversed.
fn first(report: &StatusReport, size: Size, look: Look) -> Row {
    let spending = report.spending();
    let share = spending.and_then(|spending| spending.share());
    let share = share.map(|share| format!("  {share}"));
    let badge = spending.map(|spending| format!("  {}", look.style.badge(spending.level)));
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
        reversed: spending.is_some_and(|spending| spending.level == Level::Exceeded),
    }
}

/// `left 73,330   $0.381   309/min`
fn left(report: &StatusReport, style: Style) -> String {
    let left = report
        .remaining
        .map(|left| format!("left {}", signed(left)));
    let rate = report.forecast.burn_rate.as_ref();
    let beside = beside(report, style);
    let parts = [left, beside, rate.map(forecast::bare_rate)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("   ")
}

/// `!   C 5.9K/deliverable, limit 6K  (+1)`: in full where there is room for it; those around the one that is selected.
fn alerts(app: &App, report: &StatusReport, size: Size, style: Style, most: usize) -> Vec<Row> {
    let all = &report.alerts;
    let selected = app
        .selection(all.len())
        .filter(|_| app.tab == Tab::Overview);
    let shown = super::around(selected.unwrap_or(0), all.len(), most);
    let (end, hidden) = (shown.end, all.len() - shown.len());
    let listed = all.iter().enumerate().take(end).skip(shown.start);
    let row = |(at, alert): (usize, &Alert)| {
        let symbol = style.symbol(alert.level);
        let sign = symbol.split(' ').next().unwrap_or(symbol);
        let pad = " ".repeat(4_usize.saturating_sub(sign.chars().count()));
        let badge = Paint::Badge(alert.level).on(sign);
        let more = (at + 1 == end && hidden > 0).then(|| format!("(+{hidden})"));
        let room = size.width
            - more
                .as_ref()
                .map_or(0, |more| more.len() + 1)
                .min(size.width);
        let [full, brief] =
            [&alert.message, &alert.brief].map(|text| format!("{badge}{pad}{}", style.text(text)));
        let text = if safe::width(&full) <= room {
            full
        } else {
            brief
        };
        Row {
            reversed: selected == Some(at),
            text: frame::with_more(&text, more.as_deref(), size.width, style),
        }
    };
    listed.map(row).collect()
}

/// `G 8.2K/10K   pending D 22K E 20K F 15K`: who is at work, and who will be. Empty where no row says so.
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
