//! The first lines of the status: budget, used, left, held, cost, in columns.

use std::path::Path;

use crate::{
    analysis::{Cost, StatusReport, TeamReport},
    model::{BudgetSource, Level, Percent, Tokens},
    render::{
        Page, costs, safe,
        sheet::{Cell, signed},
        teams,
        theme::{Paint, Style},
    },
    text::{FileId, Files},
};

/// The column in which values start.
const FIELD: usize = 11;

/// What stands behind a figure in tokens.
const UNIT: &str = " tokens";

/// One line of them.
struct Figure {
    name: &'static str,
    value: String,
    share: String,
    remark: String,
}

impl Figure {
    fn tokens(name: &'static str, value: impl Into<String>) -> Self {
        Self::new(name, value.into() + UNIT)
    }

    /// Money has no word after it: its digits end where those of the tokens do.
    fn money(name: &'static str, value: &str) -> Self {
        Self::new(name, format!("{value}{}", " ".repeat(UNIT.len())))
    }

    fn new(name: &'static str, value: String) -> Self {
        Self {
            name,
            value,
            share: String::new(),
            remark: String::new(),
        }
    }

    fn share(mut self, share: Option<Percent>) -> Self {
        self.share = share.map(|share| share.to_string()).unwrap_or_default();
        self
    }

    fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }
}

/// The lines.
pub(super) fn lines(page: &Page<'_>, style: Style) -> Vec<String> {
    let report = page.report;
    let figures = figures(page, style);
    let widest = |of: fn(&Figure) -> &str| {
        let widths = figures.iter().map(|figure| safe::width(of(figure)));
        widths.max().unwrap_or(0)
    };
    let (values, shares) = (
        widest(|figure| &figure.value),
        widest(|figure| &figure.share),
    );
    let mut lines = Vec::new();
    for figure in &figures {
        let Figure {
            name,
            value,
            share,
            remark,
        } = figure;
        let pad = " ".repeat(values.saturating_sub(safe::width(value)));
        let line = format!("{name:<10} {pad}{value}  {share:>shares$}");
        let whole = safe::width(&line) + 2 + safe::width(remark);
        if style.width.is_none_or(|width| whole <= width) {
            lines.push(format!("{line}  {remark}"));
        } else {
            lines.push(line);
            let remark = format!("{}{remark}", " ".repeat(FIELD));
            lines.extend(style.folded(&remark, FIELD));
        }
        if *name == "Used" {
            let stated = stated(report).map(|stated| " ".repeat(FIELD) + &stated);
            lines.extend(stated);
        }
    }
    lines.extend(team(report, style));
    if report.budget.tokens.is_none() {
        lines.extend([
            "No budget is set: use --budget 200K, TOKMON_BUDGET, `[budget] tokens` in tokmon.toml,"
                .to_owned(),
            "or a line `- Total budget: 200,000 tokens` under `**Budget Status:**` in the log."
                .to_owned(),
        ]);
    }
    lines
}

fn figures(page: &Page<'_>, style: Style) -> Vec<Figure> {
    let report = page.report;
    let used = &report.used;
    let share = report.share(used.tokens);
    let badge = report
        .level
        .map(|level| format!("{level} {}", style.badge(level)));
    let shown = |cell: Cell| cell.shown(style);
    let held = Some(report.reserved).filter(|held| *held > Tokens::ZERO);
    let budget = report.budget.tokens.map(|budget| {
        let source = source(report, page.files).unwrap_or_default();
        Figure::tokens("Budget", budget.to_string()).remark(source)
    });
    let spent = Figure::tokens(
        "Used",
        shown(Cell::Tokens(used.tokens).about(used.estimate)),
    )
    .share(share)
    .remark(badge.unwrap_or_default());
    let left = report
        .remaining
        .map(|left| Figure::tokens("Remaining", signed(left)).share(share.and_then(Percent::rest)));
    let held = held.map(|held| {
        Figure::tokens("Reserved", held.to_string()).remark("held for work about to start")
    });
    let cost = used.cost.as_ref().map(|cost| {
        Figure::money("Cost", &shown(Cell::cost(cost)))
            .share(cost_share(report, cost))
            .remark(costs::remarks(cost, style).join(", "))
    });
    budget
        .into_iter()
        .chain([spent])
        .chain(left)
        .chain(held)
        .chain(cost)
        .collect()
}

/// Where the budget was found.
pub(super) fn source(report: &StatusReport, files: &Files) -> Option<String> {
    let line = report
        .budget
        .line
        .map(|line| format!(", line {line}"))
        .unwrap_or_default();
    Some(match report.budget.source? {
        BudgetSource::Option => "from --budget".to_owned(),
        BudgetSource::Environment => "from TOKMON_BUDGET".to_owned(),
        BudgetSource::Config => "from tokmon.toml".to_owned(),
        BudgetSource::Log => format!("from the log{line}"),
        BudgetSource::Allocation if report.budget.file == Some(FileId::PROJECTION) => {
            let file = Path::new(files.name(FileId::PROJECTION))
                .file_name()
                .unwrap_or_default();
            let file = safe::line(&file.to_string_lossy()).into_owned();
            format!("from the allocation table in {file}{line}")
        }
        BudgetSource::Allocation => format!("from the allocation table{line}"),
    })
}

/// What the log itself says, where that differs.
pub(crate) fn stated(report: &StatusReport) -> Option<String> {
    let used = &report.used;
    let stated = used
        .stated_tokens
        .filter(|_| used.stated_agrees == Some(false))?;
    let difference = used.tokens.signed_sub(stated);
    let word = if difference < 0 { "more" } else { "less" };
    let (line, difference) = (used.stated_line?, Tokens(difference.unsigned_abs()));
    let unsettled = match used.unsettled_tokens {
        Tokens::ZERO => String::new(),
        tokens => format!("; {tokens} are in usage lines not settled yet"),
    };
    Some(format!(
        "log says {stated} (line {line}), {difference} {word}{unsettled}"
    ))
}

fn cost_share(report: &StatusReport, cost: &Cost) -> Option<Percent> {
    // A cost in another currency than the budget's has no ratio.
    report.used.cost_ratio?;
    Percent::new(cost.money.nanos, report.budget.cost?.nanos)
}

/// The team that is asked about: `Team G     8,240 of 10,000 tokens  82.4%  !! WARN, running`.
fn team(report: &StatusReport, style: Style) -> Vec<String> {
    let asked = |team: &&TeamReport| Some(&team.name) == report.team.as_ref();
    let Some(team) = report.teams.iter().find(asked) else {
        return Vec::new();
    };
    let used = team.used_tokens.map_or_else(
        || "nothing".to_owned(),
        |used| Cell::Tokens(used).about(team.estimate).shown(style),
    );
    let limit = team.allocated_tokens;
    let of = limit
        .map(|limit| format!(" of {limit}"))
        .unwrap_or_default();
    let share = team
        .used_tokens
        .zip(limit)
        .and_then(|(used, limit)| Percent::new(used.0, limit.0))
        .map(|share| format!("  {share}"))
        .unwrap_or_default();
    let level = teams::unfinished_level(team)
        .filter(|level| *level > Level::Ok)
        .map(|level| Paint::Badge(level).on(style.symbol(level)));
    let state = team.status.as_ref().map(|status| style.text(status));
    let remarks: Vec<String> = level.into_iter().chain(state).collect();
    let name = style.text(&team.name);
    let pad = " ".repeat(FIELD.saturating_sub(safe::width(&name) + 1));
    let line = format!(
        "{name}{pad} {used}{of}{UNIT}{share}  {}",
        remarks.join(", ")
    );
    style.folded(&line, FIELD)
}
