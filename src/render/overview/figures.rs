//! The first lines of the status: budget, used, left, held, cost, in columns.

use crate::{
    analysis::{Cost, StatusReport},
    model::{BudgetSource, Percent, Tokens},
    render::{
        safe,
        sheet::{Cell, signed},
        theme::Style,
    },
    text::Document,
};

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

    /// Money has no word behind it: its digits end where those of the tokens do.
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
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let figures = figures(report, style);
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
        lines.push(format!(
            "{name:<10} {pad}{value}  {share:>shares$}  {remark}"
        ));
        if *name == "Used" {
            lines.extend(stated(report));
        }
    }
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

fn figures(report: &StatusReport, style: Style) -> Vec<Figure> {
    let used = &report.used;
    let share = report.share(used.tokens);
    let badge = report
        .level
        .map(|level| format!("{level} {}", style.badge(level)));
    let shown = |cell: Cell| cell.shown(style);
    let held = Some(report.reserved).filter(|held| *held > Tokens::ZERO);
    let budget = report.budget.tokens.map(|budget| {
        Figure::tokens("Budget", budget.to_string()).remark(source(report).unwrap_or_default())
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
            .remark(cost_remark(cost))
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
pub(super) fn source(report: &StatusReport) -> Option<String> {
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
        BudgetSource::Allocation if report.budget.file == Some(Document::Projection) => {
            format!("from the allocation table beside the log{line}")
        }
        BudgetSource::Allocation => format!("from the allocation table{line}"),
    })
}

/// What the log itself says, where that differs.
fn stated(report: &StatusReport) -> Option<String> {
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
        "           log says {stated} (line {line}), {difference} {word}{unsettled}"
    ))
}

fn cost_share(report: &StatusReport, cost: &Cost) -> Option<Percent> {
    // A cost in another currency than the budget's has no ratio.
    report.used.cost_ratio?;
    Percent::of(cost.money.micros, report.budget.cost?.micros)
}

fn cost_remark(cost: &Cost) -> String {
    let mut remarks: Vec<String> = cost
        .others
        .iter()
        .map(|other| format!("and {other}"))
        .collect();
    if !cost.complete {
        remarks.push("at least: some tokens have no cost and no price".to_owned());
    }
    remarks.join(", ")
}
