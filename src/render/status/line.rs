//! The status in a single line, and the short texts that it shares with the screens.

use crate::{
    analysis::{CostBudget, Spending, StatusReport, TeamReport, amounts_of, problem_of_budgets},
    model::{Level, Money, Percent, Tokens, Units},
    render::{Cell, OutputStyle, StyledLine, counted, in_brackets, prefixed, signed},
};

/// A part of the line. The word of its level comes last.
pub struct LinePart {
    pub text: String,
    pub level: Option<Level>,
}

impl LinePart {
    fn judged(text: String, level: Level) -> Self {
        let level = Some(level);
        Self { text, level }
    }
}

impl From<String> for LinePart {
    fn from(text: String) -> Self {
        Self { text, level: None }
    }
}

/// All in one line: `tokens 63.3% 126.7K/200K OK | plan 95.8% CRIT | $0.381`. A problem with the files comes last.
pub fn one_line(report: &StatusReport, style: OutputStyle, problem: Option<String>) -> String {
    let parts = line_parts(report, style, problem).into_iter();
    parts.map(|part| part.text).collect::<Vec<_>>().join(" | ")
}

/// The parts of the line, the most important first.
pub fn line_parts(
    report: &StatusReport,
    style: OutputStyle,
    problem: Option<String>,
) -> Vec<LinePart> {
    let used = LinePart {
        text: used(report, style),
        level: report.spending().map(|spending| spending.level),
    };
    let problem = problem.or_else(|| uncounted(report)).map(LinePart::from);
    let parts = std::iter::once(used).chain(other_parts(report, style));
    parts.chain(problem).collect()
}

/// `1 row not counted`, `1 row without a date`, `1 row without a figure`
fn uncounted(report: &StatusReport) -> Option<String> {
    let (unreadable, without) = (report.log.unreadable_rows, report.log.rows_without_figure);
    let unreadable = (unreadable > 0).then(|| counted(unreadable, "row") + " not counted");
    let undated = report.undated.as_ref();
    let undated = undated.map(|undated| counted(undated.rows, "row") + " without a date");
    let without = (without > 0).then(|| counted(without, "row") + " without a figure");
    unreadable.or(undated).or(without)
}

/// What is used, of how much: `tokens 63.3% 126.7K/200K OK`, or of a budget in money `cost 95.0% $9.500/$10.00 CRIT`.
pub fn used(report: &StatusReport, style: OutputStyle) -> String {
    let [_, amounts] = amounts(report, style);
    let Some(spending) = report.spending() else {
        let name = if report.measure.is_money() {
            "cost"
        } else {
            "tokens"
        };
        return format!("{name} {amounts}");
    };
    let name = match spending.currency {
        Some(_) => "cost",
        None => "tokens",
    };
    let (share, word) = (prefixed(" ", spending.share()), word(spending.level, style));
    format!("{name}{share} {amounts} {word}")
}

/// The share and its level: `63.3% OK`.
pub fn share_and_level(report: &StatusReport, style: OutputStyle) -> String {
    let Some(spending) = report.spending() else {
        if report.no_figure().is_some() {
            return "no figure".to_owned();
        }
        let tokens = || about(report.used_tokens(), report.used.estimate);
        return in_money(report, style).unwrap_or_else(tokens);
    };
    share_of(spending, style)
}

/// The same of one limit.
pub fn share_of(spending: Spending, style: OutputStyle) -> String {
    let share = spending.share().map(|share| format!("{share} "));
    share.unwrap_or_default() + word(spending.level, style)
}

/// Where it will end, and what else was spent.
pub fn others(report: &StatusReport, style: OutputStyle) -> Vec<String> {
    let parts = other_parts(report, style);
    parts.map(|part| part.text).collect()
}

fn other_parts(report: &StatusReport, style: OutputStyle) -> impl Iterator<Item = LinePart> {
    let secondary = secondary(report, style).map(LinePart::from);
    let parts = [available(report, style), end(report, style), secondary];
    let spans = report.span_budgets.iter().map(move |span| {
        let (now, share) = (span.span.current_name(), prefixed(" ", span.share()));
        let Some(level) = span.level else {
            return format!("{now} ?").into();
        };
        LinePart::judged(format!("{now}{share} {}", word(level, style)), level)
    });
    // What is worse than the month comes first.
    let is_worse = report.leading_span().is_some();
    let (first, last): (Vec<_>, Vec<_>) = spans.partition(|_| is_worse);
    let parts = first.into_iter().chain(parts.into_iter().flatten());
    parts.chain(last)
}

/// What was spent in the unit that the budget is not in: money, or tokens.
pub fn secondary(report: &StatusReport, style: OutputStyle) -> Option<String> {
    let spending = report.spending();
    if spending.is_some_and(|spending| spending.currency.is_some()) {
        let tokens = about(report.used.tokens?, report.used.estimate);
        return Some(format!("{tokens} tokens"));
    }
    cost(report, style).filter(|_| !report.measure.is_money())
}

/// What is spent, of a log that states only costs.
fn in_money(report: &StatusReport, style: OutputStyle) -> Option<String> {
    let spent = report.known_spent()?.money()?;
    Some(cost(report, style).unwrap_or_else(|| style.money(spent)))
}

/// Compact, with a mark for an estimate: `~126.7K`.
pub fn about(tokens: Tokens, estimate: bool) -> String {
    let mark = if estimate { "~" } else { "" };
    format!("{mark}{}", tokens.compact())
}

/// The same of a part of a whole, which is shown beside it.
pub fn part_of(tokens: Tokens, whole: Option<Tokens>, estimate: bool) -> String {
    let mark = if estimate { "~" } else { "" };
    let compact = whole.map_or_else(|| tokens.compact(), |whole| tokens.compact_of(whole));
    format!("{mark}{compact}")
}

/// `180,000 of 200,000 tokens, 90.0%`.
pub fn spent(report: &StatusReport, unit: &str) -> String {
    if let Some(no_figure) = report.no_figure() {
        return no_figure;
    }
    if report.measure.is_money() {
        let (spent, share) = (report.spent(), prefixed(", ", report.share(report.spent())));
        let of = prefixed(" of ", report.limit());
        let mark = if report.used.estimate { "~" } else { "" };
        return format!("{mark}{spent}{of} spent{share}");
    }
    let used = report.used_tokens();
    let mark = if report.used.estimate { "~" } else { "" };
    let of = prefixed(" of ", report.budget.tokens);
    let share = prefixed(", ", report.share(used));
    format!("{mark}{used}{of} {unit}{share}")
}

/// Each figure with its level: `218,000 of 500,000 tokens used, 43.6%, ok; $14.50 of $15.00 spent, 96.6%, critical`. Money only where
/// the level of the whole is that of the cost budget, or cannot be judged.
pub fn spent_and_level(report: &StatusReport) -> String {
    let of_tokens = spent(report, "tokens used") + &prefixed(", ", report.level_of_limit());
    if report.measure.is_money() {
        return of_tokens + &prefixed("; ", problem_of_budgets(report));
    }
    let money = report.spending().filter(|of| of.currency.is_some());
    let money = money.map(|of| {
        let (amounts, share) = (amounts_of(report, of), prefixed(", ", of.share()));
        format!("{amounts} spent{share}, {}", of.level)
    });
    of_tokens + &prefixed("; ", money.or_else(|| problem_of_budgets(report)))
}

/// What is used, and ` / ` and the budget behind it; with full and with compact numbers.
pub fn used_of(report: &StatusReport, style: OutputStyle) -> [[String; 2]; 2] {
    if let Some(spending) = report.spending()
        && let Some(currency) = spending.currency
    {
        let money = |nanos| style.money(Money { nanos, currency });
        let used = cost(report, style).unwrap_or_default();
        let texts = [used, format!(" / {}", money(spending.budget))];
        return [texts.clone(), texts];
    }
    if let Some(no_figure) = report.no_figure() {
        let none = || [no_figure.clone(), String::new()];
        return [none(), ["no figure".to_owned(), String::new()]];
    }
    if let Some(used) = in_money(report, style) {
        return [[used.clone(), String::new()], [used, String::new()]];
    }
    let used = Cell::Tokens(report.used_tokens()).about(report.used.estimate);
    let budget = report.budget.tokens;
    let full = [used.shown(style), prefixed(" / ", budget)];
    let compact = part_of(report.used_tokens(), budget, report.used.estimate);
    [
        full,
        [compact, prefixed(" / ", budget.map(Tokens::compact))],
    ]
}

/// The same without blanks: `126,670/200,000` and `126.7K/200K`.
pub fn amounts(report: &StatusReport, style: OutputStyle) -> [String; 2] {
    used_of(report, style).map(|[used, of]| format!("{used}{}", of.replace(' ', "")))
}

pub fn cost(report: &StatusReport, style: OutputStyle) -> Option<String> {
    let cost = report.used.cost.as_ref()?;
    Some(Cell::marked_cost(cost).shown(style))
}

/// What is neither used nor held, where tokens are held: `available -6,670 tokens OVER`.
fn available(report: &StatusReport, style: OutputStyle) -> Option<LinePart> {
    let left = report.available.filter(|_| report.held() > Tokens::ZERO)?;
    let level = report.reserved_token_level?;
    let text = format!("available {} tokens {}", signed(left), word(level, style));
    Some(LinePart::judged(text, level))
}

/// The same of a team: `Team C available -240 tokens OVER`.
pub fn available_to(team: &TeamReport, style: OutputStyle) -> Option<LinePart> {
    let left = team
        .available_tokens
        .filter(|_| team.held() > Tokens::ZERO)?;
    let (name, level) = (style.text(&team.name), team.reserved_level?);
    let text = format!(
        "{name} available {} tokens {}",
        signed(left),
        word(level, style)
    );
    Some(LinePart::judged(text, level))
}

/// What a team has used, of how much: `Team A 83.0% 12.4K/15K WARN`, or of its limit in money `Team A 95.0% $9.500/$10.00 CRIT`.
pub fn used_by(team: &TeamReport, style: OutputStyle) -> LinePart {
    let name = style.text(&team.name);
    let Some(spending) = team.spending() else {
        let none = team.measure.amount(Units::ZERO);
        let used = || style.compact(team.spent().unwrap_or(none));
        let used = team.no_figure().unwrap_or_else(used);
        return LinePart::from(format!("{name} {used}"));
    };
    let amounts = match (spending.currency, team.allocated_tokens) {
        (Some(currency), _) => {
            let money = |nanos| style.money(Money { nanos, currency });
            let is_partial = |budget: &CostBudget| !budget.complete;
            let is_partial = team.cost_budget.as_ref().is_some_and(is_partial);
            let mark = if is_partial { "+" } else { "" };
            format!("{}{mark}/{}", money(spending.used), money(spending.budget))
        }
        (None, of) => {
            let (used, of) = (team.used_tokens.unwrap_or_default(), of.unwrap_or_default());
            format!("{}/{}", used.compact_of(of), of.compact())
        }
    };
    let (share, word) = (prefixed(" ", spending.share()), word(spending.level, style));
    LinePart::judged(format!("{name}{share} {amounts} {word}"), spending.level)
}

/// Where it will end by the plan, else by the forecast: `plan 95.8% CRIT`.
fn end(report: &StatusReport, style: OutputStyle) -> Option<LinePart> {
    let forecast = &report.forecast;
    let spending = report.spending();
    let in_money = spending.is_some_and(|spending| spending.currency.is_some());
    if let Some(cost) = forecast.cost.as_ref().filter(|_| in_money) {
        let share = Percent::new(cost.quantiles.p50?.nanos, cost.budget?.nanos)?;
        let text = format!("likely {share} {}", word(cost.level?, style));
        return Some(LinePart::judged(text, cost.level?));
    }
    let (name, tokens, level) = if let Some(plan) = &forecast.plan {
        ("plan", plan.end.total_tokens, plan.end.level)
    } else {
        let end = forecast.month_end.as_ref()?;
        ("likely", end.quantiles.p50?, end.level)
    };
    let (share, level) = (report.share(tokens)?, level?);
    let text = format!("{name} {share} {}", word(level, style));
    Some(LinePart::judged(text, level))
}

pub fn word(level: Level, style: OutputStyle) -> &'static str {
    let symbol = style.symbol(level);
    symbol.split_once(' ').map_or(symbol, |(_, word)| word)
}

/// `plan 191,670 (95.8%)`, with full and with compact numbers.
pub fn planned(report: &StatusReport) -> Option<[String; 2]> {
    let total = report.forecast.plan.as_ref()?.end.total_tokens;
    let share = in_brackets(report.share(total));
    Some([total.to_string(), total.compact()].map(|total| format!("plan {total}{share}")))
}

/// The same, with its badge where it exceeds the budget: `plan 204,670 (102.3%) [X OVER]`.
pub fn plan(report: &StatusReport, style: OutputStyle) -> Option<[StyledLine; 2]> {
    let level = report.forecast.plan.as_ref()?.end.level;
    let level = level.filter(|level| *level == Level::Exceeded);
    let badge = level.map(|level| StyledLine::from(" ") + style.badge(level));
    let badge = badge.unwrap_or_default();
    Some(planned(report)?.map(|plan| StyledLine::from(plan) + &badge))
}
