//! The first lines of the status as text: budget, used, remaining, reserved and cost, in columns.

use std::path::Path;

use crate::{
    analysis::{CostBudget, SpanBudget, StatusReport},
    model::{BudgetSource, BudgetSpan, Level, Measured, Percent, Tokens},
    render::{
        AT_LEAST, Cell, OutputStyle, Page, StyledLine, TextRole, costs, prefixed, sanitize, signed,
        teams::{reserved, unfinished_level, used_cell},
        width,
    },
    text::{FileId, Files},
};

/// The column in which values start.
const FIELD: usize = 11;

/// Follows a number of tokens.
const UNIT: &str = " tokens";

/// Name, value, share and remark.
type Figure = (&'static str, String, String, StyledLine);

pub fn lines(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let report = page.report;
    let figures = figures(page, style);
    let values = figures.iter().map(|(_, value, ..)| width(value)).max();
    let shares = figures.iter().map(|(_, _, share, _)| share.len()).max();
    let (values, shares) = (values.unwrap_or(0), shares.unwrap_or(0));
    let indent = " ".repeat(FIELD);
    let mut lines = Vec::new();
    for (name, value, share, remark) in figures {
        let pad = " ".repeat(values.saturating_sub(width(&value)));
        let line = StyledLine::from(format!("{name:<10} {pad}{value}  {share:>shares$}"));
        let full = line.clone() + "  " + &remark;
        if style.fits(&full) {
            lines.push(full);
        } else {
            lines.push(line);
            lines.extend(style.fold(StyledLine::from(&*indent) + remark, FIELD));
        }
        if name == "Used" {
            let stated = stated(report).map(|stated| indent.clone() + &stated);
            lines.extend(
                stated
                    .into_iter()
                    .flat_map(|stated| style.fold(stated, FIELD)),
            );
        }
    }
    lines.extend(team(report, style));
    lines
}

/// The budgets of the running day and week, `of` being written behind an amount without a unit.
fn spans(report: &StatusReport, style: OutputStyle, of: usize) -> impl Iterator<Item = Figure> {
    let figure = move |span: &SpanBudget| {
        let name = match span.span {
            BudgetSpan::Day => "Today",
            BudgetSpan::Week => "This week",
        };
        let more = if span.complete { "" } else { "+" };
        let mark = if span.estimate { "~" } else { "" };
        let value = match span.used() {
            Some(Measured::Tokens(tokens)) => format!("{mark}{tokens}{UNIT}"),
            Some(money) => format!("{mark}{}{more}{}", style.amount(money), " ".repeat(of)),
            None => format!("?{}", " ".repeat(of)),
        };
        let budget = style.with_unit(span.budget());
        let remark = match (span.level, span.problem) {
            (Some(level), _) => style.badge(level) + format!(" of {budget}"),
            (None, problem) => format!("of {budget}{}", prefixed(": ", problem)).into(),
        };
        (name, value, prefixed("", span.share()), remark)
    };
    report.span_budgets.iter().map(figure)
}

fn figures(page: &Page<'_>, style: OutputStyle) -> Vec<Figure> {
    let (report, used) = (page.report, &page.report.used);
    let mut figures: Vec<Figure> = Vec::new();
    let mut add = |name, value: String, share: Option<Percent>, remark| {
        figures.push((name, value, prefixed("", share), remark));
    };
    let tokens = |value: String| value + UNIT;
    if report.measure.is_money() {
        return figures_of_money(page, style);
    }
    if let Some(budget) = report.budget.tokens {
        let source = source(report, page.files).unwrap_or_default();
        add("Budget", tokens(budget.to_string()), None, source.into());
    }
    let spent = report.used_tokens();
    let share = report.share(spent);
    let spent = Cell::some(used.tokens, Cell::Tokens).about(used.estimate);
    let spent = spent.shown(style);
    let level = report.token_level;
    let level = level.map(|level| style.badge(level));
    let (spent, share) = match used.tokens {
        Some(_) => (tokens(spent), share),
        None => (spent + &" ".repeat(UNIT.len()), None),
    };
    let no_figure = report.no_figure().map(StyledLine::from);
    add(
        "Used",
        spent,
        share,
        no_figure.or(level).unwrap_or_default(),
    );
    if let Some(left) = report.remaining {
        let rest = report.share_left(report.used_tokens());
        add("Remaining", tokens(signed(left)), rest, StyledLine::new());
    }
    if report.held() > Tokens::ZERO {
        let held = tokens(report.held().to_string());
        let remark = "by holds, for work about to start".into();
        add("Reserved", held, report.share(report.held()), remark);
        if let Some(left) = report.available {
            let level = report.reserved_token_level;
            let badge = level.map(|level| style.badge(level) + " with what is reserved");
            let badge = badge.unwrap_or_default();
            add("Available", tokens(signed(left)), None, badge);
        }
    }
    if used.cost.is_some() || report.cost_budget.is_some() {
        let budget = report.cost_budget.as_ref();
        // The digits end where those of the tokens do.
        let cost = Cell::some(used.cost.as_ref(), Cell::marked_cost).shown(style);
        let mark = usize::from(cost.ends_with(AT_LEAST));
        let value = cost + &" ".repeat(UNIT.len() - mark);
        let share = budget.and_then(|budget| Percent::new(budget.used?.nanos, budget.limit.nanos));
        add("Cost", value, share, cost_remark(report, style));
    }
    figures.extend(spans(report, style, UNIT.len()));
    figures
}

/// Those of a log that states only costs.
fn figures_of_money(page: &Page<'_>, style: OutputStyle) -> Vec<Figure> {
    let report = page.report;
    let (spent, budget) = (report.known_spent(), report.cost_budget.as_ref());
    // The digits end where those before a mark do.
    let padded = |value: String| {
        let mark = usize::from(value.ends_with(AT_LEAST));
        value + &" ".repeat(1 - mark)
    };
    let mut figures: Vec<Figure> = Vec::new();
    let mut add = |name, value: String, share: Option<Percent>, remark| {
        figures.push((name, padded(value), prefixed("", share), remark));
    };
    if let Some(budget) = budget {
        let source = match report.budget.cost_in_log {
            Some(place) => format!("from the log, line {}", place.line),
            None => "from tokmon.toml".to_owned(),
        };
        add("Budget", style.money(budget.limit), None, source.into());
    }
    let cost = report.used.cost.as_ref().map(Cell::marked_cost);
    let value = cost.unwrap_or(Cell::some(spent, Cell::amount)).shown(style);
    let level = budget.and_then(|budget| budget.level);
    let problem = budget.and_then(CostBudget::problem);
    let problem = problem.map(|problem| format!("the budget cannot be judged: {problem}"));
    let problem = report.no_figure().or(problem);
    let level = level.filter(|_| problem.is_none());
    let level = level.map(|level| style.badge(level));
    let remarks = report.used.cost.iter();
    let remarks = remarks.flat_map(|cost| costs::remarks(cost, style));
    let remarks = problem.into_iter().chain(remarks).map(StyledLine::from);
    let remark = StyledLine::join(level.into_iter().chain(remarks), ", ");
    let share = spent.and_then(|spent| report.share(spent));
    add("Spent", value, share, remark);
    if let Some(left) = budget.and_then(|budget| budget.remaining) {
        let rest = spent.and_then(|spent| report.share_left(spent));
        add("Remaining", style.money(left), rest, StyledLine::new());
    }
    if let Some(held) = budget.and_then(|budget| budget.reserved) {
        let remark = "by holds, for work about to start".into();
        add("Reserved", style.money(held), report.share(held), remark);
    }
    figures.extend(spans(report, style, 1));
    figures
}

/// `exceeded [X OVER] of $0.010, at least: some tokens have no cost and no price`
fn cost_remark(report: &StatusReport, style: OutputStyle) -> StyledLine {
    let of_budget = report.cost_budget.as_ref().map(|budget| {
        let limit = style.money(budget.limit);
        match (budget.level, budget.problem()) {
            (_, Some(problem)) => format!("budget {limit} cannot be judged: {problem}").into(),
            (Some(level), None) => style.badge(level) + format!(" of {limit}"),
            (None, None) => format!("of {limit}").into(),
        }
    });
    let cost = report.used.cost.iter();
    let remarks = cost.flat_map(|cost| costs::remarks(cost, style));
    StyledLine::join(
        of_budget.into_iter().chain(remarks.map(StyledLine::from)),
        ", ",
    )
}

pub fn source(report: &StatusReport, files: &Files) -> Option<String> {
    let place = report.budget.place;
    let line = prefixed(", line ", place.map(|place| place.line));
    Some(match report.budget.source? {
        BudgetSource::Option => "from --budget".to_owned(),
        BudgetSource::Environment => "from TOKMON_BUDGET".to_owned(),
        BudgetSource::Config => "from tokmon.toml".to_owned(),
        BudgetSource::Log => format!("from the log{line}"),
        BudgetSource::Allocation if place.is_some_and(|place| place.file == FileId::PROJECTION) => {
            let file = Path::new(files.name(FileId::PROJECTION));
            let file = file.file_name().unwrap_or_default();
            let file = sanitize(&file.to_string_lossy()).into_owned();
            format!("from the allocation table in {file}{line}")
        }
        BudgetSource::Allocation => format!("from the allocation table{line}"),
    })
}

/// What the log itself states, if the rows add up to something else.
pub fn stated(report: &StatusReport) -> Option<String> {
    let used = &report.used;
    let stated = used
        .stated_tokens
        .filter(|_| used.stated_agrees == Some(false))?;
    let difference = used.tokens?.signed_sub(stated);
    let word = if difference < 0 { "more" } else { "less" };
    let (line, difference) = (used.stated_line?, Tokens(difference.unsigned_abs()));
    let unsettled = match used.unsettled_tokens {
        None | Some(Tokens::ZERO) => String::new(),
        Some(tokens) => format!("; {tokens} of these are in usage lines not settled yet"),
    };
    Some(format!(
        "log says {stated} (line {line}), {difference} {word} than the rows add up to{unsettled}"
    ))
}

/// The selected team: `Team G     8,240 of 10,000 tokens  82.4%  !! WARN, running`.
fn team(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let Some(team) = report.selected_team() else {
        return Vec::new();
    };
    let used = team
        .spent()
        .map(|_| used_cell(team).shown(style))
        .or_else(|| team.no_figure())
        .unwrap_or_else(|| "nothing".to_owned());
    let limit = prefixed(" of ", team.limit().map(|limit| style.amount(limit)));
    let has_unit = !team.measure.is_money() && team.no_figure().is_none();
    let unit = if has_unit { UNIT } else { "" };
    let share = prefixed("  ", team.share());
    let level = unfinished_level(team)
        .filter(|level| *level > Level::Ok)
        .map(|level| StyledLine::styled(TextRole::Badge(level), style.symbol(level)));
    let state = team.status.as_ref().map(|status| style.text(status).into());
    let reserved = reserved(team).map(StyledLine::from);
    let remarks = level.into_iter().chain(state).chain(reserved);
    let remarks = StyledLine::join(remarks, ", ");
    let name = style.text(&team.name);
    let pad = " ".repeat(FIELD.saturating_sub(width(&name) + 1));
    let line = format!("{name}{pad} {used}{limit}{unit}{share}  ");
    style.fold(StyledLine::from(line) + remarks, FIELD)
}
