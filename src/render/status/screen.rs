//! The status on a screen of any size, as blocks. The dashboard adds what surrounds them.

use chrono::{DateTime, FixedOffset};

use super::{Columns, alerts, burn_up, grid, line};
use crate::{
    analysis::StatusReport,
    model::{Level, Measured, Tokens},
    render::{
        OutputStyle, Size, SizeClass, StyledLine, apart, cut, forecast,
        forecast::chart::TITLE_AND_AXIS,
        in_brackets, prefixed, reading, signed, split_at_width,
        status::{block::Block, figures::stated, grid::TeamGrid},
        width,
    },
};

const FEW_TEAMS: usize = 4;

/// What the blocks depend on besides the report.
#[derive(Clone, Copy, Debug)]
pub struct ScreenStatus {
    pub size: Size,
    /// Its width is that of the screen.
    pub style: OutputStyle,
    pub now: DateTime<FixedOffset>,
    pub selected: Option<usize>,
    /// `stale ` or `PAUSED `, or nothing.
    pub state: &'static str,
}

impl ScreenStatus {
    pub fn is_wide(self) -> bool {
        self.size.class() == SizeClass::Wide
    }

    /// The same for a list in a column of it.
    const fn in_column(mut self, columns: Columns) -> Self {
        self.size.width = columns.width();
        self.style = columns.style(self.style);
        self
    }
}

/// The status as blocks that fit the width of a screen. The first one is the headline.
pub fn blocks(report: &StatusReport, screen: ScreenStatus) -> Vec<Block<'_>> {
    match screen.size.class() {
        SizeClass::Line => line_blocks(report, screen),
        SizeClass::Tiny => tiny_blocks(report, screen),
        SizeClass::Normal | SizeClass::Wide => large_blocks(report, screen),
    }
}

/// The single line, which may be too long: then the share and its level come first, and the rest below.
fn line_blocks(report: &StatusReport, screen: ScreenStatus) -> Vec<Block<'_>> {
    let (style, state) = (screen.style, screen.state);
    let used = line::used(report, style);
    let mut rest = line::others(report, style);
    let all = [std::slice::from_ref(&used), &rest].concat().join(" | ");
    let head = line::share_and_level(report, style);
    let [_, amounts] = line::amounts(report, style);
    let mut texts = [
        format!("{state}{all}"),
        format!("{state}{head} {amounts}"),
        format!("{state}{head}"),
        head,
    ];
    let fits = |text: &String| width(text) <= screen.size.width;
    let shown = texts.iter().position(fits).unwrap_or(texts.len() - 1);
    match shown {
        0 => rest.clear(),
        1 => {}
        _ => rest.insert(0, amounts),
    }
    let first = std::mem::take(&mut texts[shown]);
    let alerts = alerts::brief(report, screen, report.alerts.len());
    vec![
        Block::lines([first.into()]),
        Block::lines(rest.into_iter().map(StyledLine::from)),
        Block::lines(alerts),
    ]
}

fn tiny_blocks(report: &StatusReport, screen: ScreenStatus) -> Vec<Block<'_>> {
    let plan = line::plan(report, screen.style).map(|plan| screen.style.pick(plan));
    let teams = Some(working_teams(report, screen)).filter(|teams| !teams.is_empty());
    let bar = bar(report, screen, 1);
    let bar = bar.into_iter().flat_map(|line| screen.style.fold(line, 4));
    vec![
        verdict(report, screen).shrink(1, 1),
        action(report, screen).shrink_gradually(5, 1).shrink(7, 0),
        remarks(report, screen).shrink(2, 0),
        Block::lines([short_headline(report, screen)]),
        Block::lines(bar).shrink(3, 1),
        Block::lines([left(report, screen.style)]).shrink(10, 0),
        Block::lines(plan),
        Block::new(report.alerts.len(), move |height| {
            alerts::brief(report, screen, height)
        })
        .shrink_gradually(4, 3)
        .shrink_gradually(6, 1),
        Block::lines(teams.map(StyledLine::from)).shrink(2, 0),
    ]
}

fn large_blocks(report: &StatusReport, screen: ScreenStatus) -> Vec<Block<'_>> {
    let wide = screen.is_wide();
    let has_chart = burn_up::is_known(report, screen);
    let height = bar(report, screen, usize::MAX).len();
    let bar = Block::new(height, move |height| bar(report, screen, height));
    let rows = match (has_chart, wide) {
        (false, _) => 0,
        (true, false) => TITLE_AND_AXIS + 8,
        (true, true) => TITLE_AND_AXIS + 15,
    };
    let chart = Block::new(rows, move |height| {
        burn_up::lines(report, screen, height - TITLE_AND_AXIS)
    });
    let mut blocks = vec![
        verdict(report, screen).shrink(5, 1).shrink(10, 0),
        action(report, screen).shrink_gradually(5, 1).shrink(7, 0),
        remarks(report, screen).shrink(5, 0),
        Block::lines([headline(report, screen)]),
        bar.shrink(4, 1),
        chart
            .shrink(1, TITLE_AND_AXIS + 8)
            .shrink(3, TITLE_AND_AXIS + 4)
            .shrink(6, 0)
            .grow(),
    ];
    blocks.extend(match Columns::of(screen.style) {
        Some(columns) => wide_lists(report, screen, columns),
        None => lists(report, screen, has_chart),
    });
    blocks
}

/// The verdict as a whole sentence, or in brief if there is one line for it.
fn verdict(report: &StatusReport, screen: ScreenStatus) -> Block<'_> {
    let (style, width) = (screen.style, screen.size.width);
    let whole = super::sentence(report, style);
    let whole = whole
        .map(|verdict| style.fold(verdict, 4))
        .unwrap_or_default();
    Block::new(whole.len(), move |height| {
        if height >= whole.len() {
            return whole;
        }
        let brief = super::brief_verdict(report, style);
        vec![brief.cut(width, style.ellipsis())]
    })
}

/// What to do.
fn action(report: &StatusReport, screen: ScreenStatus) -> Block<'_> {
    let style = screen.style;
    let action = super::action(report, style);
    let mut lines = action
        .map(|action| style.fold(action, 4))
        .unwrap_or_default();
    Block::new(lines.len(), move |height| {
        let rest = lines.split_off(height.min(lines.len()));
        if let Some((last, next)) = lines.last_mut().zip(rest.first()) {
            // The last line says that more would follow.
            let more = std::mem::take(last) + " " + next.text().trim_start();
            *last = more.cut(screen.size.width, style.ellipsis());
        }
        lines
    })
}

/// What makes the figures doubtful.
fn remarks(report: &StatusReport, screen: ScreenStatus) -> Block<'_> {
    let remarks = super::remarks_on_log(report).chain(reading::in_short(&report.log));
    Block::lines(remarks.flat_map(|remark| screen.style.fold(remark, 4)))
}

/// The teams and the alerts below each other.
fn lists(report: &StatusReport, screen: ScreenStatus, has_chart: bool) -> Vec<Block<'_>> {
    let wide = screen.is_wide();
    let share = grid::max_lines(screen.size);
    let as_table = wide || !has_chart || report.teams.len() <= FEW_TEAMS;
    let teams = if as_table {
        let height = grid::table_height(report, screen);
        teams_block(height, move |lines| grid::table(report, lines, screen))
    } else {
        let grid = TeamGrid::new(report, screen);
        teams_block(grid.height().min(share), move |lines| {
            grid.lines(lines, screen)
        })
    };
    let least = report.alerts.len().min(share.max(if wide { 4 } else { 3 }));
    let all = alerts::ruled_height(report, screen);
    let most = if wide { all } else { 1 + least };
    let alerts = Block::new(most, move |height| alerts::ruled(report, screen, height));
    let alerts = alerts.shrink_gradually(2, 1 + least).shrink(7, 2);
    if wide {
        vec![teams, alerts]
    } else {
        vec![alerts, teams]
    }
}

/// The teams and the alerts beside each other; of many teams, half of them beside the others.
fn wide_lists(report: &StatusReport, screen: ScreenStatus, columns: Columns) -> Vec<Block<'_>> {
    let half = screen.in_column(columns);
    let alerts = alerts::ruled_height(report, half);
    let teams = grid::table_height(report, half);
    if teams < alerts.max(screen.size.height / 3) {
        let height = teams.max(alerts - 1);
        return vec![teams_block(height, move |lines| {
            let teams = grid::table(report, lines, half);
            columns.beside(teams, alerts::ruled(report, half, lines + 1))
        })];
    }
    let teams = teams_block(grid::tables_height(report), move |lines| {
        grid::tables(report, lines, screen, columns)
    });
    let alerts = Block::new(alerts::ruled_height(report, screen), move |height| {
        alerts::ruled(report, screen, height)
    });
    let least = 1 + report.alerts.len().min(grid::max_lines(screen.size));
    vec![teams, alerts.shrink_gradually(2, least).shrink(7, 2)]
}

/// The teams below a rule. Two of many say nothing: with less room they are left out.
fn teams_block<'a>(height: usize, draw: impl FnOnce(usize) -> Vec<StyledLine> + 'a) -> Block<'a> {
    let height = if height > 0 { height + 1 } else { 0 };
    Block::new(height, |height| draw(height - 1))
        .shrink_gradually(4, 4)
        .shrink(5, 0)
}

/// `Used 126,670 / 200,000 tokens   63.3%   73,330 remaining   $0.381   [✓ OK]`. The badge is never cut; a budget that is used up
/// is shown in reverse.
fn headline(report: &StatusReport, screen: ScreenStatus) -> StyledLine {
    let (style, wide, spending) = (screen.style, screen.is_wide(), report.spending());
    let badge = spending.map(|spending| style.badge(spending.level));
    let badge = badge.unwrap_or_default();
    let room = screen.size.width.saturating_sub(badge.width() + 1);
    let share = spending.and_then(|spending| spending.share());
    let in_money = spending.is_some_and(|spending| spending.currency.is_some());
    let left_money = money_left(report).map(|left| format!("{left} remaining"));
    let left = report.remaining.filter(|_| !in_money).map(|left| {
        let rest = report.share_left(report.used_tokens()).filter(|_| wide);
        format!("{} remaining{}", signed(left), in_brackets(rest))
    });
    let in_money = in_money || report.measure.is_money();
    let is_known = report.no_figure().is_none() || report.spending().is_some();
    let unit = if in_money || !is_known { "" } else { " tokens" };
    let secondary = if in_money {
        report.used.tokens.map(|tokens| format!("{tokens} tokens"))
    } else {
        line::cost(report, style)
    };
    let plan = line::plan(report, style).filter(|_| wide);
    let parts = [
        left.or(left_money).map(StyledLine::from),
        reserved(report).map(|[full, _]| full.into()),
        secondary.map(StyledLine::from),
        plan.map(|[plan, _]| plan),
    ];
    let share = prefixed("   ", share);
    let verb = if !is_known {
        "Used:"
    } else if report.measure.is_money() {
        "Spent"
    } else {
        "Used"
    };
    let [full, compact] = line::used_of(report, style)
        .map(|[used, of]| StyledLine::from(format!("{verb} {used}{of}{unit}{share}")));
    let mut text = if full.width() <= room { full } else { compact };
    for part in parts.into_iter().flatten() {
        let more = text.clone() + "   " + part;
        if more.width() <= room {
            text = more;
        }
    }
    apart(text, badge, screen.size.width).reverse(is_exceeded(report))
}

fn is_exceeded(report: &StatusReport) -> bool {
    let spending = report.spending();
    spending.is_some_and(|spending| spending.level == Level::Exceeded)
}

/// `126,670/200,000  63.3%  [✓ OK]     17:00`. The badge is never cut; a budget that is used up is shown in reverse.
fn short_headline(report: &StatusReport, screen: ScreenStatus) -> StyledLine {
    let spending = report.spending();
    let share = prefixed("  ", spending.and_then(|spending| spending.share()));
    let badge =
        spending.map(|spending| StyledLine::from("  ") + screen.style.badge(spending.level));
    let badge = badge.unwrap_or_default();
    let texts = line::amounts(report, screen.style)
        .map(|amounts| StyledLine::from(amounts + &share) + &badge);
    let text = screen.style.pick(texts);
    let clock = screen.now.format("%H:%M").to_string();
    let with_clock = apart(text.clone(), clock.into(), screen.size.width);
    screen
        .style
        .pick([with_clock, text])
        .reverse(is_exceeded(report))
}

/// What is used as a bar, the thresholds below it, and what the log states, if it differs; at most this many lines.
fn bar(report: &StatusReport, screen: ScreenStatus, height: usize) -> Vec<StyledLine> {
    let (style, columns) = (screen.style, screen.size.width);
    let at = &report.budget.thresholds;
    let bar = report.spending().map_or_else(Vec::new, |of| {
        let bar = style.bar(columns, of.used, of.budget, of.level, Some(at));
        vec![bar, OutputStyle::scale(columns, at).into()]
    });
    let stated = stated(report).map(StyledLine::from);
    bar.into_iter().chain(stated).take(height).collect()
}

/// What is left of a budget in money, if that is the one that is judged.
fn money_left(report: &StatusReport) -> Option<String> {
    let spending = report.spending()?;
    spending.currency?;
    Some(spending.written(spending.budget - spending.used))
}

/// `reserved 80,000, available -6,670`, where tokens are reserved; in full and in brief.
fn reserved(report: &StatusReport) -> Option<[String; 2]> {
    let held = Some(report.held()).filter(|held| *held > Tokens::ZERO)?;
    let available = prefixed(", available ", report.available.map(signed));
    let brief = report.available.map_or_else(
        || format!("reserved {}", held.compact()),
        |left| format!("available {}", signed(left)),
    );
    Some([format!("reserved {held}{available}"), brief])
}

/// `73,330 remaining   $0.381   309/min`, as much of it as fits.
fn left(report: &StatusReport, style: OutputStyle) -> StyledLine {
    let left = money_left(report).or_else(|| report.remaining.map(signed));
    let left = left.map(|left| format!("{left} remaining"));
    let rate = report.forecast.burn_rate.as_ref();
    let rate = rate.map(|rate| forecast::bare_rate(rate, style));
    let reserved = reserved(report).map(|[_, brief]| brief);
    let parts = [left, reserved, line::secondary(report, style), rate];
    let mut text = StyledLine::new();
    for part in parts.into_iter().flatten() {
        let gap = if text.is_empty() { "" } else { "   " };
        let more = text.clone() + gap + part;
        if style.fits(&more) {
            text = more;
        }
    }
    text
}

/// `G 8.2K/10K   pending D 22K E 20K F 15K`: the teams at work, and those that will be. Empty if no row has such a state.
fn working_teams(report: &StatusReport, screen: ScreenStatus) -> String {
    let style = screen.style;
    let with_state = |state: &str| {
        let teams = report.teams.iter();
        let teams = teams.filter(|team| team.status.as_deref() == Some(state));
        teams.collect::<Vec<_>>()
    };
    let (running, mut pending) = (with_state("running"), with_state("pending"));
    pending.sort_by_key(|team| std::cmp::Reverse(team.limit().map(Measured::units)));
    let name = |name: &str| style.text(split_at_width(name, 12).0);
    let running = running.iter().map(|team| {
        let [figures, _] = grid::figures(team, style);
        format!("{} {figures}", name(team.short_name()))
    });
    let waiting = pending.iter().map(|team| {
        let limit = team.limit().map(|limit| style.compact(limit));
        format!("{} {}", name(team.short_name()), limit.unwrap_or_default())
    });
    let mut parts: Vec<String> = running.collect();
    let waiting: Vec<String> = waiting.collect();
    if !waiting.is_empty() {
        parts.push(format!("pending {}", waiting.join(" ")));
    }
    cut(&parts.join("   "), screen.size.width, style.ellipsis()).into_owned()
}
