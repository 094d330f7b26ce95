//! Which metrics there are. Names and labels are an interface: dashboards and alert rules use them.
//!
//! Gauges, since a log can be edited and archived, and figures fall then. Totals and figures of teams are different metrics, so that a
//! sum over labels counts nothing twice.

use super::{
    MetricsPage,
    burn::burn_rates,
    decisions,
    exposition::{Exposition, Labels, MetricKind, MetricsText, Sample},
    teams,
};
use crate::{
    analysis::{ClassSums, Quantiles, SpanBudget, StatusReport},
    diagnostic::Severity,
    model::{Level, Measure, Measured, Money, Probability, Tokens},
};

const LEVELS: [Level; 5] = [
    Level::Ok,
    Level::Note,
    Level::Warning,
    Level::Critical,
    Level::Exceeded,
];

pub fn write(page: &MetricsPage<'_>, format: Exposition) -> String {
    let report = page.report;
    let project = report.project.iter();
    let common = project
        .map(|project| ("project", project.clone()))
        .collect();
    let mut text = MetricsText::new(format, common);
    text.family(
        "tokmon_build_info",
        MetricKind::Info,
        "The version of tokmon.",
        [(label("version", env!("CARGO_PKG_VERSION")), "1".to_owned())],
    );
    tokens(report, &mut text);
    classes(report, &mut text);
    money(report, &mut text);
    spans(report, &mut text);
    levels(report, &mut text);
    forecast(report, &mut text);
    teams::write(report, &mut text);
    period(report, &mut text);
    state(page, &mut text);
    text.finish()
}

pub(super) fn label(name: &'static str, value: &str) -> Labels {
    vec![(name, value.to_owned())]
}

/// A sample without labels of its own.
fn plain(value: Option<impl ToString>) -> Option<Sample> {
    Some((Labels::new(), value?.to_string()))
}

pub(super) fn gauge(text: &mut MetricsText, name: &str, help: &str, value: Option<impl ToString>) {
    text.family(name, MetricKind::Gauge, help, plain(value));
}

fn tokens(report: &StatusReport, text: &mut MetricsText) {
    let of = |tokens: Tokens| tokens.0;
    gauge(
        text,
        "tokmon_budget_tokens",
        "The token budget of the current period.",
        report.budget.tokens.map(of),
    );
    gauge(
        text,
        "tokmon_used_tokens",
        "Tokens used in the current period.",
        report.used.tokens.map(of),
    );
    gauge(
        text,
        "tokmon_remaining_tokens",
        "Tokens of the budget that are not used; negative where more is used.",
        report.remaining,
    );
    gauge(
        text,
        "tokmon_reserved_tokens",
        "Tokens that holds reserve.",
        report.reserved.map(of),
    );
    gauge(
        text,
        "tokmon_available_tokens",
        "Tokens of the budget that are neither used nor reserved.",
        report.available,
    );
    gauge(
        text,
        "tokmon_budget_used_ratio",
        "The share of the token budget that is used.",
        report.used.ratio,
    );
}

fn classes(report: &StatusReport, text: &mut MetricsText) {
    let classes = report.classes.iter().flat_map(ClassSums::by_name);
    text.family(
        "tokmon_class_tokens",
        MetricKind::Gauge,
        "Tokens of the month by class, of the usage that states its classes.",
        classes.map(|(class, tokens)| (label("class", class), tokens.0.to_string())),
    );
    gauge(
        text,
        "tokmon_cache_hit_ratio",
        "How much of what the models read came from a cache.",
        report.cache_hit_rate,
    );
}

pub(super) fn in_currency(money: Option<Money>) -> Option<Sample> {
    let money = money?;
    Some((label("currency", money.currency.code()), money.decimal()))
}

/// Amounts in the currency of the cost budget; without one, in that of the log.
fn money(report: &StatusReport, text: &mut MetricsText) {
    let budget = report.cost_budget.as_ref();
    let used = match budget {
        Some(budget) => budget.used,
        None => report.used.cost.as_ref().map(|cost| cost.money),
    };
    text.family(
        "tokmon_budget_cost",
        MetricKind::Gauge,
        "The cost budget of the current period, in units of its currency.",
        in_currency(budget.map(|budget| budget.limit)),
    );
    text.family(
        "tokmon_used_cost",
        MetricKind::Gauge,
        "The known part of the cost of what is used in the current period.",
        in_currency(used),
    );
    text.family(
        "tokmon_remaining_cost",
        MetricKind::Gauge,
        "What remains of the cost budget; negative where more is spent.",
        in_currency(budget.and_then(|budget| budget.remaining)),
    );
    text.family(
        "tokmon_reserved_cost",
        MetricKind::Gauge,
        "The cost of what holds reserve, where they say it.",
        in_currency(budget.and_then(|budget| budget.reserved)),
    );
    gauge(
        text,
        "tokmon_budget_cost_used_ratio",
        "The share of the cost budget that is spent.",
        budget.and_then(|budget| budget.ratio),
    );
    let complete = match budget {
        Some(budget) => budget.used.map(|_| budget.complete),
        None => report.used.cost.as_ref().map(|cost| cost.complete),
    };
    gauge(
        text,
        "tokmon_used_cost_complete",
        "Whether every token has its cost; otherwise more is spent than is known.",
        complete.map(u8::from),
    );
}

/// The budgets of the running day and week, which are in tokens or in money.
fn spans(report: &StatusReport, text: &mut MetricsText) {
    let of = |span: &SpanBudget, amount: Measured| {
        let name = ("span", span.span.into_str().to_owned());
        match amount {
            Measured::Tokens(tokens) => (vec![name], tokens.0.to_string()),
            Measured::Money(money) => {
                let currency = ("currency", money.currency.code().to_owned());
                (vec![name, currency], money.decimal())
            }
        }
    };
    let mut write = |in_money: bool, [budget, used, ratio]: [&str; 3]| {
        let is_of = move |span: &&SpanBudget| span.budget_cost.is_some() == in_money;
        let spans = || report.span_budgets.iter().filter(is_of);
        let unit = if in_money {
            "cost, in units of its currency"
        } else {
            "tokens"
        };
        let help = format!("The budget of the running day or week in {unit}.");
        let budgets = spans().map(|span| of(span, span.budget()));
        text.family(budget, MetricKind::Gauge, &help, budgets);
        let help = format!("What is used of it: {unit}.");
        let amounts = spans().filter_map(|span| Some(of(span, span.used()?)));
        text.family(used, MetricKind::Gauge, &help, amounts);
        let help = "The share of it that is used.";
        let shares = spans().filter_map(|span| {
            let name = vec![("span", span.span.into_str().to_owned())];
            Some((name, span.ratio?.to_string()))
        });
        text.family(ratio, MetricKind::Gauge, help, shares);
    };
    write(
        false,
        [
            "tokmon_span_budget_tokens",
            "tokmon_span_used_tokens",
            "tokmon_span_budget_used_ratio",
        ],
    );
    write(
        true,
        [
            "tokmon_span_budget_cost",
            "tokmon_span_used_cost",
            "tokmon_span_budget_cost_used_ratio",
        ],
    );
}

/// One sample for each level, of which one is 1.
fn one_of(level: Option<Level>) -> Vec<Sample> {
    let of = |level: Level| {
        LEVELS.map(|each| {
            let is_it = u8::from(each == level);
            (label("level", each.into_str()), is_it.to_string())
        })
    };
    level.into_iter().flat_map(of).collect()
}

fn levels(report: &StatusReport, text: &mut MetricsText) {
    text.family(
        "tokmon_level",
        MetricKind::Gauge,
        "The level of what is used, the worse of both budgets: 1 for the level that it has.",
        one_of(report.level),
    );
    text.family(
        "tokmon_verdict",
        MetricKind::Gauge,
        "The level of the verdict, which includes what is reserved and the forecast: 1 for the level that it has.",
        one_of(report.verdict.as_ref().map(|verdict| verdict.level)),
    );
}

fn bands<T: Copy>(
    of: Option<&Quantiles<T>>,
    sample: impl Fn(T) -> (Labels, String),
) -> Vec<Sample> {
    let Some(of) = of else {
        return Vec::new();
    };
    let bands = [
        ("p10", Some(of.p10)),
        ("p50", of.p50),
        ("p90", Some(of.p90)),
    ];
    let known = bands.into_iter().filter_map(|(band, value)| {
        let (mut labels, value) = sample(value?);
        labels.insert(0, ("band", band.to_owned()));
        Some((labels, value))
    });
    known.collect()
}

fn forecast(report: &StatusReport, text: &mut MetricsText) {
    let end = report.forecast.month_end.as_ref();
    text.family(
        "tokmon_forecast_tokens",
        MetricKind::Gauge,
        "Tokens used when the month ends: p50 is the likely figure, p10 to p90 is the 80% range.",
        bands(end.map(|end| &end.quantiles), |tokens| {
            (Labels::new(), tokens.0.to_string())
        }),
    );
    text.family(
        "tokmon_forecast_cost",
        MetricKind::Gauge,
        "What is spent when the month ends.",
        bands(
            report.forecast.cost.as_ref().map(|cost| &cost.quantiles),
            |money| (label("currency", money.currency.code()), money.decimal()),
        ),
    );
    gauge(
        text,
        "tokmon_exceed_probability_ratio",
        "The probability that the month ends above the token budget.",
        end.and_then(|end| end.probability_over_budget)
            .map(Probability::fraction),
    );
    let cost = report.forecast.cost.as_ref();
    gauge(
        text,
        "tokmon_exceed_cost_probability_ratio",
        "The probability that the month ends above the cost budget.",
        cost.and_then(|cost| cost.probability_over_budget)
            .map(Probability::fraction),
    );
    let rates = burn_rates(report).into_iter();
    text.family(
        "tokmon_burn_rate_ratio",
        MetricKind::Gauge,
        match report.measure {
            Measure::Tokens => "How fast tokens were used over the last complete days: 1 uses up exactly the budget in a month.",
            Measure::Money(_) => "How fast money was spent over the last complete days: 1 uses up exactly the budget in a month.",
        },
        rates.map(|(window, rate)| (label("window", window), rate.to_string())),
    );
}

fn period(report: &StatusReport, text: &mut MetricsText) {
    gauge(
        text,
        "tokmon_period_start_timestamp_seconds",
        "When the period of the budget began.",
        super::start_of_period(report).map(|start| start.timestamp()),
    );
    gauge(
        text,
        "tokmon_period_end_timestamp_seconds",
        "When the period of the budget ends, and what is used begins at 0 again; not known where it is reset by hand.",
        report.resets_at.map(|end| end.timestamp()),
    );
}

fn state(page: &MetricsPage<'_>, text: &mut MetricsText) {
    let log = &page.report.log;
    gauge(
        text,
        "tokmon_overrides",
        "How often work was started in this period although the budget does not allow it.",
        Some(page.report.overrides.len()),
    );
    // The last moment that a row is about may be the end of today.
    let last = log.last_row.map(|last| last.until.min(page.report.now));
    gauge(
        text,
        "tokmon_log_last_entry_timestamp_seconds",
        "The time of the last row or usage line of the log.",
        last.map(|last| last.timestamp()),
    );
    gauge(
        text,
        "tokmon_log_unreadable_rows",
        "Rows and usage lines that cannot be read, and are not counted.",
        Some(log.unreadable_rows),
    );
    gauge(
        text,
        "tokmon_log_rows_without_figure",
        "Rows that say neither tokens nor a cost, which is not zero.",
        Some(log.rows_without_figure),
    );
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    text.family(
        "tokmon_findings",
        MetricKind::Gauge,
        "Findings in the files of the log, by severity.",
        severities.map(|severity| {
            let count = page.findings.count(severity);
            (label("severity", severity.into_str()), count.to_string())
        }),
    );
    gauge(
        text,
        "tokmon_stale",
        "Whether the log cannot be read, so that these figures are older than it.",
        page.stale.map(u8::from),
    );
    decisions::write(page.decisions, text);
}
