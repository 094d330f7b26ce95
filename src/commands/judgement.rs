//! Whether a report is as the command line demands: the one place that decides how a run that judges ends.

use std::time::Duration;

use crate::{
    analysis::{Basis, BudgetProblem, CostBudget, Spending, StatusReport, TeamReport},
    cli::ViewArgs,
    exit::ExitCode,
    failure::Failure,
    model::{BudgetSource, Level, Measured, Money, Percent, Tokens},
    render::{self, OutputStyle, counted, prefixed},
};

pub struct Judgement {
    /// What was judged, where the output does not say so anyway.
    pub remarks: Vec<String>,
    /// What is worse than what was judged, though no limit is reached; and whether the verdict itself is.
    pub worse: Option<(String, bool)>,
    /// What the figures that were judged lack.
    pub doubts: Vec<String>,
    /// Each limit that is reached, and why. The run fails unless this is empty.
    pub reached: Vec<String>,
}

/// What is judged: the whole budget, or the limits of one team. That team is the selected one, or the worst one where no budget for
/// all teams is set.
#[derive(Clone, Copy)]
struct Judged<'r> {
    report: &'r StatusReport,
    team: Option<&'r TeamReport>,
}

pub fn judge(args: &ViewArgs, report: &StatusReport) -> Result<Judgement, Failure> {
    let thresholds = &report.budget.thresholds;
    let used = Judged::by(report, TeamReport::used_level);
    let reserved = Judged::by(report, |team| team.committed_level(thresholds));
    let forecast = Judged::by(report, |team| {
        if report.is_over() {
            team.used_level()
        } else {
            team.forecast_level()
        }
    });
    let rowless = args.judges() && !report.has_rows();
    let rowless = rowless.then(|| format!("judged {}: {}", report.month, render::no_rows(report)));
    let by_level = [
        args.fail_on
            .map(|limit| (used, used.used("--fail-on", limit))),
        args.fail_on_reserved
            .map(|limit| (reserved, reserved.reserved("--fail-on-reserved", limit))),
        args.fail_on_forecast
            .map(|limit| (forecast, forecast.forecast("--fail-on-forecast", limit))),
    ];
    let (judged, by_level): (Vec<_>, Vec<_>) = by_level.into_iter().flatten().unzip();
    let mut of_teams: Vec<String> = judged.iter().filter_map(Judged::of_team).collect();
    of_teams.dedup();
    let missing = render::missing(report).into_iter();
    let doubts = missing.map(|missing| format!("judged all the same: {missing}"));
    let doubts = doubts.filter(|_| !by_level.is_empty()).collect();
    let partial = judged.first().and_then(|judged| judged.partial());
    let in_tokens = budget_in_tokens(report).filter(|_| !judged.is_empty());
    let source = report.budget.source;
    if let Some(problem) = &in_tokens
        && matches!(
            source,
            Some(BudgetSource::Option | BudgetSource::Environment)
        )
    {
        let help = "leave it out, and set `[budget] cost` in tokmon.toml";
        return Err(Failure::usage(problem.clone()).help(help));
    }
    let by_level: Result<Vec<Option<String>>, Failure> = by_level.into_iter().collect();
    let too_old = args.max_age.and_then(|age| is_too_old(age, report));
    let reached: Vec<String> = by_level?.into_iter().chain([too_old]).flatten().collect();
    Ok(Judgement {
        worse: worse_status(args, report).filter(|_| reached.is_empty()),
        reached,
        doubts,
        remarks: rowless
            .into_iter()
            .chain(of_teams)
            .chain(partial)
            .chain(in_tokens)
            .collect(),
    })
}

/// That a budget in tokens is not judged, since the log states only costs.
fn budget_in_tokens(report: &StatusReport) -> Option<String> {
    let budget = report.budget.tokens.filter(|_| report.measure.is_money())?;
    Some(format!(
        "the budget of {budget} tokens is not judged: {}",
        BudgetProblem::NoTokens
    ))
}

/// That the status, which is shown above, reaches the limit that was asked for, but with tokens that are only reserved, or of a team.
fn worse_status(args: &ViewArgs, report: &StatusReport) -> Option<(String, bool)> {
    let limit = args.fail_on.filter(|_| report.team.is_none())?;
    let used = report.level.filter(|used| *used < limit)?;
    let reserved = report.verdict.as_ref().filter(|verdict| {
        let judged = args.fail_on_reserved.is_some();
        verdict.basis == Basis::Reserved && verdict.level >= limit && !judged
    });
    let reserved = reserved.map(|verdict| {
        let level = verdict.level;
        format!("the status is {level} with what is reserved, which --fail-on-reserved judges")
    });
    let is_worse = |team: &&TeamReport| !team.is_done() && team.used_level() >= Some(limit);
    let teams: Vec<&TeamReport> = report.teams.iter().filter(is_worse).collect();
    let of_team = teams.first().and_then(|team| {
        let (name, level) = (&team.name, team.used_level()?);
        let more = match teams.len() {
            1 => String::new(),
            count => format!(", like {} more", counted((count - 1) as u64, "team")),
        };
        Some(format!("{name} is {level}{more}, which --team judges"))
    });
    let is_verdict = reserved.is_some();
    let worse: Vec<String> = [reserved, of_team].into_iter().flatten().collect();
    (!worse.is_empty()).then(|| {
        let worse = worse.join("; ");
        let judged = format!("--fail-on {limit} judges what all teams used: {used}; {worse}");
        (judged, is_verdict)
    })
}

/// What a team used of its allocation, and of what it may cost, with or without what its holds reserve.
fn spent_by(team: &TeamReport, with_holds: bool) -> String {
    let held = if with_holds {
        team.held()
    } else {
        Tokens::ZERO
    };
    let budget = team.cost_budget.as_ref();
    let money = budget.and_then(|budget| money_spent_of(budget, with_holds));
    if team.measure.is_money() {
        let spent = || prefixed("", team.spent());
        return money.unwrap_or_else(spent);
    }
    let used = (team.used_tokens.unwrap_or_default(), team.estimate);
    let tokens = spent_of(used, held, team.allocated_tokens);
    tokens + &prefixed("; ", money)
}

/// `$9.50 of $10.00, 95.0%`, with what is reserved `$9.50 used + $0.40 reserved = $9.90 of $10.00, 99.0%`.
fn money_spent_of(budget: &CostBudget, with_holds: bool) -> Option<String> {
    let (used, limit) = (budget.used?, budget.limit);
    let held = budget.reserved.filter(|_| with_holds);
    let parts = held.map(|held| format!("{used} used + {held} reserved = "));
    let sum = Money {
        nanos: used.nanos + held.map_or(0, |held| held.nanos),
        ..used
    };
    let mark = if budget.complete { "" } else { "+" };
    let share = Percent::new(sum.nanos, limit.nanos);
    Some(format!(
        "{}{sum}{mark} of {limit}{}",
        parts.unwrap_or_default(),
        prefixed(", ", share)
    ))
}

/// `8,240 of 10,000 tokens, 82.4%`, with what is reserved `8,240 used + 6,000 reserved = 14,240 of 10,000 tokens, 142.4%`.
fn spent_of((used, estimate): (Tokens, bool), held: Tokens, limit: Option<Tokens>) -> String {
    let mark = if estimate { "~" } else { "" };
    let sum = used.saturating_add(held);
    let parts = (held > Tokens::ZERO).then(|| format!("{used} used + {held} reserved = "));
    let share = limit.and_then(|limit| Percent::new(sum.0, limit.0));
    format!(
        "{mark}{}{sum}{} tokens{}",
        parts.unwrap_or_default(),
        prefixed(" of ", limit),
        prefixed(", ", share)
    )
}

impl<'r> Judged<'r> {
    /// The selected team, else the budget, else the worst team by some level.
    fn by(report: &'r StatusReport, level: impl Fn(&TeamReport) -> Option<Level>) -> Self {
        let selected = report.selected_team();
        let team = selected.or_else(|| report.worst_team(level));
        Self { report, team }
    }

    /// `judged Team G alone: 8,240 of 10,000 tokens, 82.4%`
    fn of_team(&self) -> Option<String> {
        let team = self.team?;
        let (name, spent) = (&team.name, spent_by(team, false));
        if self.report.team.is_some() {
            return Some(format!("judged {name} alone: {spent}"));
        }
        let judged = self.report.judged_teams();
        let teams = self.report.teams.iter();
        let is_part = judged.len() < teams.filter(|team| team.has_limit()).count();
        let which = if is_part { " that are not done" } else { "" };
        let worst = match judged.len() {
            1 if is_part => "the only team with a limit that is not done".to_owned(),
            1 => "the only team with a limit".to_owned(),
            teams => format!("the worst of {teams} teams with a limit{which}"),
        };
        Some(format!(
            "judged {name}, {worst}, since no budget for all teams is set: {spent}"
        ))
    }

    /// Of what is used.
    fn used(self, option: &str, limit: Level) -> Result<Option<String>, Failure> {
        let level = self.used_level();
        self.by_level(option, limit, level, &self.spent(false))
    }

    /// Whether a level is reached. What cannot be judged fails, unless what can be judged has reached it.
    fn by_level(
        self,
        option: &str,
        limit: Level,
        level: Option<Level>,
        figures: &str,
    ) -> Result<Option<String>, Failure> {
        let reached = level.and_then(|level| self.reached(option, limit, level, figures));
        match self.unjudged(option).filter(|_| reached.is_none()) {
            Some(failure) => Err(failure),
            None if level.is_none() => Err(self.has_no_limit(option)),
            None => Ok(reached),
        }
    }

    /// `judged $0.037+ of $1.00: some tokens have no cost and no price`
    fn partial(self) -> Option<String> {
        let span = self.report.leading_span().filter(|_| self.team.is_none());
        if let Some(span) = span.filter(|span| !span.complete) {
            let amounts = span.amounts();
            return Some(format!(
                "judged {amounts}: not all of it has a cost in that currency"
            ));
        }
        let budget = self.cost_budget().filter(|budget| !budget.complete)?;
        let (used, limit) = (budget.used?, budget.limit);
        budget.level?;
        let cost = match self.team {
            Some(team) => team.cost.as_ref()?,
            None => self.report.used.cost.as_ref()?,
        };
        let remarks = render::cost_remarks(cost, OutputStyle::PLAIN).join(", ");
        let remarks = remarks.replace("at least: ", "");
        Some(format!("judged {used}+ of {limit}: {remarks}"))
    }

    /// Why a budget in what the log counts by cannot be judged: no row says what was used.
    fn unknown(self, option: &str) -> Option<Failure> {
        let (budget, limit, no_figure) = if let Some(team) = self.team {
            let budget = format!("the limit of {},", team.name);
            (budget, team.limit()?, team.no_figure()?)
        } else {
            let budget = "the budget of".to_owned();
            (budget, self.report.limit()?, self.report.no_figure()?)
        };
        let limit = limit.with_unit();
        let month = self.report.month;
        let message = format!("{option} cannot judge {budget} {limit}: {no_figure} of {month}");
        Some(Failure::no_data(message).help("write what was used into the rows"))
    }

    /// Why a budget cannot be judged.
    fn unjudged(self, option: &str) -> Option<Failure> {
        self.unknown(option)
            .or_else(|| self.unjudged_money(option))
            .or_else(|| self.unjudged_span(option))
    }

    /// Why the budget in money cannot be judged.
    fn unjudged_money(self, option: &str) -> Option<Failure> {
        // Where the worst team is judged, one that cannot be judged may be worse.
        let worst_of = self.report.judged_teams().into_iter();
        let teams: Vec<&TeamReport> = match self.report.team {
            Some(_) => self.team.into_iter().collect(),
            None => worst_of.collect(),
        };
        let of_teams = teams
            .into_iter()
            .map(|team| (Some(team), team.cost_budget.as_ref()));
        let of_all = self.team.is_none();
        let of_all = of_all.then_some((None, self.report.cost_budget.as_ref()));
        let mut budgets = of_teams.chain(of_all);
        let (team, limit, problem) = budgets.find_map(|(team, budget)| {
            let budget = budget?;
            Some((team, budget.limit, budget.problem()?))
        })?;
        let of_team = prefixed(" of ", team.map(|team| &team.name));
        let message = format!("{option} cannot judge the budget{of_team} of {limit}: {problem}");
        let key = match team {
            Some(team) => format!("`cost` under [teams.\"{}\"]", team.name),
            None => "`[budget] cost`".to_owned(),
        };
        let price = if self.report.measure.is_money() {
            ""
        } else {
            ", and a price in its header"
        };
        let help = format!("set {key} in the currency of the log{price}");
        Some(Failure::new(ExitCode::Config, message).help(help))
    }

    /// Why the budget of the running day or week cannot be judged.
    fn unjudged_span(self, option: &str) -> Option<Failure> {
        let mut spans = self.report.span_budgets.iter();
        let span = spans.find(|span| self.team.is_none() && span.problem.is_some())?;
        let (name, budget, problem) = (span.span.into_str(), span.budget(), span.problem?);
        let budget = budget.with_unit();
        let message =
            format!("{option} cannot judge the budget of the {name}, {budget}: {problem}");
        let help = match problem {
            BudgetProblem::NoDays => "give each row its day".to_owned(),
            BudgetProblem::NoFigures => "write what was used into the rows".to_owned(),
            _ => format!("state the budget of the {name} in what the log counts by"),
        };
        Some(Failure::new(ExitCode::Config, message).help(help))
    }

    /// The budget in money of what is judged.
    fn cost_budget(self) -> Option<&'r CostBudget> {
        match self.team {
            Some(team) => team.cost_budget.as_ref(),
            None => self.report.cost_budget.as_ref(),
        }
    }

    fn used_level(self) -> Option<Level> {
        match self.team {
            Some(team) => team.used_level(),
            None => self.report.level,
        }
    }

    /// Of what is used, and of that with what is reserved.
    fn reserved(self, option: &str, limit: Level) -> Result<Option<String>, Failure> {
        let level = match self.team {
            Some(team) => team.committed_level(&self.report.budget.thresholds),
            None => self.report.reserved_level,
        };
        self.by_level(option, limit, level, &self.spent(true))
    }

    /// By the forecast; of a month that is over, by its result. Without a forecast nothing is reached.
    fn forecast(self, option: &str, limit: Level) -> Result<Option<String>, Failure> {
        let report = self.report;
        let (has_limit, forecast) = if let Some(team) = self.team {
            let forecast = team.forecast.as_ref();
            let level = forecast.and_then(|forecast| forecast.end()?.level);
            let has_result = report.is_over() && team.used_level().is_some();
            (team.limit().is_some() || has_result, level)
        } else {
            let has_budget = report.cost_budget.is_some() || report.limit().is_some();
            (has_budget, report.forecast.level)
        };
        if !has_limit {
            return Err(self.has_no_limit(option));
        }
        if let Some(failure) = self.unknown(option) {
            return Err(failure);
        }
        if report.is_over() {
            return Ok(self.is_exceeded().then(|| {
                let (month, of) = (report.month, self.limit());
                let mut used_up = report.budgets().filter(Spending::is_used_up);
                let in_money = report.measure.is_money();
                let is_named = in_money || used_up.any(|of| of.currency.is_none());
                let is_named = is_named || self.team.is_some();
                let figures = prefixed(" (", is_named.then(|| self.spent(false) + ")"));
                format!(
                    "{month} is over, and {of} is exceeded: {option} {limit} is reached{figures}"
                )
            }));
        }
        let of_team = prefixed(" of ", self.team.map(|team| &team.name));
        let reached = forecast.filter(|level| *level >= limit);
        Ok(reached.map(|level| {
            let figures = self.forecast_figures(level);
            let figures = figures.unwrap_or_else(|| "--forecast says why".to_owned());
            format!("forecast{of_team} {level}: {option} {limit} is reached ({figures})")
        }))
    }

    /// `likely 228.2K of 200,000 tokens for all planned work, 98% chance of exceeding them`, of the estimate with this level.
    fn forecast_figures(self, level: Level) -> Option<String> {
        let forecast = &self.report.forecast;
        let (end, limit) = if let Some(team) = self.team {
            (team.forecast.as_ref()?.end()?, team.limit()?)
        } else {
            let mut estimates = forecast.ends();
            let end = estimates.find(|end| end.level == Some(level))?;
            (end, self.report.limit()?)
        };
        let likely = end.quantiles.p50?.compact();
        let (chance, until) = (end.probability_over_budget?, end.basis.until(forecast.ends));
        let (limit, pronoun) = match limit {
            Measured::Tokens(tokens) => (format!("{tokens} tokens"), "them"),
            Measured::Money(money) => (money.to_string(), "it"),
        };
        Some(format!(
            "likely {likely} of {limit} {until}, {chance} chance of exceeding {pronoun}"
        ))
    }

    fn reached(self, option: &str, limit: Level, level: Level, figures: &str) -> Option<String> {
        let of_team = prefixed(" of ", self.team.map(|team| &team.name));
        let message = || format!("level{of_team} {level}: {option} {limit} is reached ({figures})");
        (level >= limit).then(message)
    }

    fn spent(self, with_holds: bool) -> String {
        match self.team {
            Some(team) => spent_by(team, with_holds),
            None if with_holds && !self.is_of_span() => {
                let report = self.report;
                let budget = report.reserved_cost_budget();
                let money = budget.and_then(|budget| money_spent_of(budget, true));
                money.unwrap_or_else(|| match report.used.tokens {
                    Some(used) if !report.measure.is_money() => {
                        let used = (used, report.used.estimate);
                        spent_of(used, report.held(), report.budget.tokens)
                    }
                    _ => self.spending(),
                })
            }
            None => self.spending(),
        }
    }

    /// Whether the budget of a day or a week has the level of what is used and reserved.
    fn is_of_span(self) -> bool {
        let span = self.report.leading_span();
        span.is_some_and(|span| span.level >= self.report.reserved_level)
    }

    /// By the budget with the worse level: `180,000 of 200,000 tokens, 90.0%` or `$0.013 of $0.010, 130.0%`.
    fn spending(self) -> String {
        if let Some(span) = self.report.leading_span() {
            return span.amounts() + &prefixed(", ", span.share());
        }
        let spending = self.report.spending();
        let Some(money) = spending.filter(|spending| spending.currency.is_some()) else {
            return render::spent(self.report, "tokens");
        };
        let budget = self.report.cost_budget.as_ref();
        let mark = if budget.is_some_and(|budget| !budget.complete) {
            "+"
        } else {
            ""
        };
        let (used, budget) = (money.written(money.used), money.written(money.budget));
        format!("{used}{mark} of {budget}{}", prefixed(", ", money.share()))
    }

    /// Of a month that is over.
    fn is_exceeded(self) -> bool {
        if let Some(team) = self.team {
            let of_cost = team.cost_budget.as_ref().and_then(|budget| budget.level);
            return team.level.max(of_cost) == Some(Level::Exceeded);
        }
        let result = self.report.forecast.result;
        result.is_some_and(|of| of.fits == Some(false))
    }

    fn limit(self) -> String {
        match self.team {
            Some(team) if team.measure.is_money() => format!("the limit of {}", team.name),
            Some(team) if team.level < team.used_level() => {
                format!("the cost budget of {}", team.name)
            }
            Some(team) => format!("the allocation of {}", team.name),
            None => "its budget".to_owned(),
        }
    }

    fn has_no_limit(self, option: &str) -> Failure {
        let in_money = self.report.measure.is_money();
        let Some(team) = self.team else {
            let (why, help) = if in_money
                && self.report.budget.tokens.is_none()
                && !self.report.span_budgets.is_empty()
            {
                (" for the month", "set `[budget] cost` in tokmon.toml")
            } else if in_money {
                let why = " in money, since the log states no tokens";
                (why, "set `[budget] cost` in tokmon.toml")
            } else {
                (
                    "",
                    "set one with --budget 200K, TOKMON_BUDGET or tokmon.toml",
                )
            };
            return Failure::usage(format!("{option} needs a budget{why}")).help(help);
        };
        let name = &team.name;
        if in_money {
            let needs = format!("{option} with --team needs a limit in money, and {name} has none");
            let help = format!("set `cost` under [teams.\"{name}\"] in tokmon.toml");
            return Failure::usage(needs).help(help + ", or leave out --team");
        }
        if self.report.team.is_none() {
            let settings = format!("or `tokens` under [teams.\"{name}\"] in tokmon.toml");
            return Failure::usage(format!("{option} needs a budget or an allocation")).help(
                format!("set a budget with --budget 200K or TOKMON_BUDGET, {settings}"),
            );
        }
        Failure::usage(format!(
            "{option} with --team needs an allocation, and {name} has none"
        ))
        .help(format!(
            "set `tokens` under [teams.\"{name}\"] in tokmon.toml, or leave out --team"
        ))
    }
}

/// Why the last row of the log is too old, if it is.
pub fn is_too_old(max_age: Duration, report: &StatusReport) -> Option<String> {
    let limit = format!("--max-age {}", written(max_age));
    let Some(last) = report.log.last_row else {
        return Some(format!("the log has no row up to now: {limit} is reached"));
    };
    let age = (report.now - last.until).to_std().unwrap_or_default();
    (age > max_age).then(|| format!("last row {last}: {limit} is reached"))
}

/// In the largest unit that it is a multiple of, as options are written.
fn written(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fitting = units
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, name) = fitting.filter(|_| seconds > 0).unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}
