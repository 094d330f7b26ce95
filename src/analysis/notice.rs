//! The notices that are due: an alert about a budget or an allocation for each threshold that it has reached, unless the log says that
//! one went out in this period. `latch` decides; here is what each figure is about, and what to write down about it.

use std::{borrow::Cow, collections::HashMap};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    Alert, AlertKind, ForecastBasis, StatusReport, TeamReport,
    latch::{Gauge, Latch, Step},
    notice_amounts::NoticeAmounts,
};
use crate::model::{
    Level, Notice, NoticeAmount, NoticeBasis, NoticeScope, PeriodKey, Probability, fold_name,
};

/// The characters of a team's name that a line of the log holds at most.
const MAX_NAME: usize = 120;

/// A notice to be sent.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DueNotice {
    pub level: Level,
    /// Whose budget it is about.
    #[schemars(extend("enum" = ["total", "team"]))]
    pub scope: &'static str,
    /// What has reached the threshold: what is used, what is used and reserved, or the chance of exceeding the budget.
    #[schemars(extend("enum" = ["actual", "reserved", "forecast"]))]
    pub basis: &'static str,
    /// In percent: of the budget, or of the chance of exceeding it.
    pub threshold: u32,
    /// The stable code of the alert, and its figures.
    #[serde(flatten)]
    pub kind: AlertKind,
    /// The team, where it is about one.
    pub team: Option<String>,
    /// A sentence with these figures. Its words may change.
    pub message: String,
    /// What the log says when it has gone out.
    #[serde(skip)]
    pub line: Notice<'static>,
    #[serde(skip)]
    figure: Figure,
}

impl DueNotice {
    /// The message with the name of the team in at most this many characters, so that the figures behind it have room.
    pub fn short_message(&self, most: usize) -> Cow<'_, str> {
        self.shorten(&self.message, most)
    }

    /// A text that may begin with the name of the team, with the name in at most this many characters.
    pub fn shorten<'t>(&self, text: &'t str, most: usize) -> Cow<'t, str> {
        let name = self.team.as_deref();
        let name = name.filter(|name| name.chars().nth(most).is_some());
        match name.and_then(|name| Some((name, text.strip_prefix(name)?))) {
            Some((name, rest)) => {
                let start: String = name.chars().take(most).collect();
                Cow::Owned(format!("{start}…{rest}"))
            }
            None => Cow::Borrowed(text),
        }
    }
}

/// What to do about the alerts of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    /// Those to be sent, the worst first.
    pub due: Vec<DueNotice>,
    /// What a chance that has fallen lets go out again.
    pub rearmed: Vec<Notice<'static>>,
    /// How many went out in this period.
    pub sent: usize,
    /// How many alerts are not notified at all: those about the plan, allocations and deliverables, and forecasts on too few days.
    pub others: usize,
    /// Whether anything is compared with thresholds.
    pub has_limit: bool,
}

/// A figure with its thresholds.
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    subject: Subject,
    gauge: Gauge,
    thresholds: Vec<u32>,
}

/// What a figure is about. Notices about each go out for themselves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Subject {
    /// The name of a team as lines of the log have it, folded.
    team: Option<String>,
    in_money: bool,
    basis: NoticeBasis,
}

/// Which notices are asked for, and when.
#[derive(Clone, Copy, Debug)]
pub struct NoticeOptions {
    /// The lowest level.
    pub from: Level,
    pub period: PeriodKey,
    pub time: DateTime<FixedOffset>,
}

/// The notices that a report asks for and that a log, by its lines, has not sent.
pub fn notices(report: &StatusReport, lines: &[Notice<'_>], options: NoticeOptions) -> Notices {
    let latches = Latches::of(lines, options.period);
    let alerts = report.alerts.iter();
    let (asked, others): (Vec<&Alert>, Vec<&Alert>) = alerts
        .filter(|alert| alert.level >= options.from)
        .partition(|alert| {
            NoticeAmounts::of(&alert.kind).is_some() && is_known(report, alert, options)
        });
    let due = asked
        .into_iter()
        .filter_map(|alert| due(report, alert, &latches, options));
    let rearmed = chances(report)
        .into_iter()
        .filter_map(|(team, in_money, chance)| {
            let subject = Subject {
                team: team.map(line_key),
                in_money,
                basis: NoticeBasis::Forecast,
            };
            let figure = Figure {
                subject,
                gauge: Gauge::Chance(chance.percent()),
                thresholds: chance_thresholds(report),
            };
            let Some(Step::Rearm(threshold)) = latches.step(&figure) else {
                return None;
            };
            Some(Notice {
                rearmed: true,
                chance: Some(chance.percent()),
                ..line(team, NoticeBasis::Forecast, threshold, options)
            })
        });
    Notices {
        due: due.collect(),
        rearmed: rearmed.collect(),
        sent: latches.sent,
        others: others.len(),
        has_limit: report.has_limit(),
    }
}

/// Whether an alert rests on enough to send a notice: a forecast on three complete days of the period, and on usage in it.
fn is_known(report: &StatusReport, alert: &Alert, options: NoticeOptions) -> bool {
    const DAYS: i64 = 3;
    let is_forecast = matches!(
        alert.kind,
        AlertKind::BudgetForecast { .. }
            | AlertKind::CostForecast { .. }
            | AlertKind::TeamForecast { .. }
            | AlertKind::TeamCostForecast { .. }
    );
    let begin = match options.period {
        PeriodKey::Month(month) => month.first_day(),
        PeriodKey::Since(time) => time.with_timezone(&options.time.timezone()).date_naive(),
    };
    let days = options
        .time
        .date_naive()
        .signed_duration_since(begin)
        .num_days();
    let used = match &alert.team {
        None => Some(report.spent()),
        Some(name) => {
            let mut teams = report.teams.iter();
            teams
                .find(|team| team.name == *name)
                .and_then(TeamReport::spent)
        }
    };
    !is_forecast || days >= DAYS && used.is_some_and(|used| !used.is_zero())
}

/// Whether notices of a period are still due, by the lines that a log has now.
pub fn is_due(lines: &[Notice<'_>], period: PeriodKey) -> impl Fn(&DueNotice) -> bool {
    let latches = Latches::of(lines, period);
    move |notice| matches!(latches.step(&notice.figure), Some(Step::Notify(_)))
}

/// What the lines of a period say, by what they are about.
struct Latches {
    by_subject: HashMap<Subject, Vec<Latch>>,
    sent: usize,
}

impl Latches {
    fn of(lines: &[Notice<'_>], period: PeriodKey) -> Self {
        let mut by_subject: HashMap<Subject, Vec<Latch>> = HashMap::new();
        let mut sent = 0;
        for line in lines.iter().filter(|line| line.period == period) {
            let subject = Subject {
                team: match &line.scope {
                    NoticeScope::Total => None,
                    // As it was written by `line_name`.
                    NoticeScope::Team(name) => Some(fold_name(name)),
                },
                in_money: line.is_of_money(),
                basis: line.basis,
            };
            sent += usize::from(!line.rearmed);
            by_subject.entry(subject).or_default().push(Latch {
                threshold: line.threshold,
                budget: line.budget.map(units),
                rearmed: line.rearmed,
            });
        }
        Self { by_subject, sent }
    }

    fn step(&self, figure: &Figure) -> Option<Step> {
        let latches = self.by_subject.get(&figure.subject);
        figure
            .gauge
            .step(&figure.thresholds, latches.map_or(&[], Vec::as_slice))
    }
}

/// The notice of an alert, if it is due.
fn due(
    report: &StatusReport,
    alert: &Alert,
    latches: &Latches,
    options: NoticeOptions,
) -> Option<DueNotice> {
    let about = NoticeAmounts::of(&alert.kind)?;
    let team = alert.team.as_deref();
    let figure = figure(report, alert, &about)?;
    let Some(Step::Notify(threshold)) = latches.step(&figure) else {
        return None;
    };
    Some(DueNotice {
        level: alert.level,
        scope: if team.is_some() { "team" } else { "total" },
        basis: about.basis.word(),
        threshold,
        kind: alert.kind.clone(),
        team: alert.team.clone(),
        message: alert.message.clone(),
        line: Notice {
            level: Some(alert.level),
            used: about.used,
            budget: Some(about.budget),
            chance: about.chance.map(Probability::percent),
            ..line(team, about.basis, threshold, options)
        },
        figure,
    })
}

fn figure(report: &StatusReport, alert: &Alert, about: &NoticeAmounts) -> Option<Figure> {
    let (gauge, thresholds) = if let Some(chance) = about.chance {
        (Gauge::Chance(chance.percent()), chance_thresholds(report))
    } else {
        let steps = report.budget.thresholds.steps();
        let mut reached = steps.into_iter();
        let (reached, _) = reached.find(|(_, level)| *level == alert.level)?;
        let gauge = Gauge::Share {
            reached: Some(reached),
            budget: units(about.budget),
        };
        (gauge, steps.map(|(percent, _)| percent).to_vec())
    };
    Some(Figure {
        subject: Subject {
            team: alert.team.as_deref().map(line_key),
            in_money: matches!(about.budget, NoticeAmount::Cost(_)),
            basis: about.basis,
        },
        gauge,
        thresholds,
    })
}

fn chance_thresholds(report: &StatusReport) -> Vec<u32> {
    let at = report.forecast.alert_at;
    vec![at.warning, at.critical]
}

/// A line about a figure, without its amounts.
fn line(
    team: Option<&str>,
    basis: NoticeBasis,
    threshold: u32,
    options: NoticeOptions,
) -> Notice<'static> {
    Notice {
        time: options.time,
        threshold,
        scope: match team {
            Some(name) => NoticeScope::Team(Cow::Owned(line_name(name).into_owned())),
            None => NoticeScope::Total,
        },
        basis,
        level: None,
        used: None,
        budget: None,
        chance: None,
        period: options.period,
        rearmed: false,
    }
}

/// Tokens, or nanos of a currency.
fn units(amount: NoticeAmount) -> i128 {
    match amount {
        NoticeAmount::Tokens(tokens) => tokens.0.into(),
        NoticeAmount::Cost(cost) => cost.nanos.into(),
    }
}

/// The chance of exceeding each budget that has a forecast, with the team and whether it is in money. Of a budget that is exceeded
/// there is none.
fn chances(report: &StatusReport) -> Vec<(Option<&str>, bool, Probability)> {
    let is_open = |chance: &Probability| *chance != Probability::CERTAIN;
    let estimates = report.forecast.estimates();
    let total = estimates
        .filter_map(|end| end.probability_over_budget)
        .max();
    let cost = report.forecast.cost;
    let cost = cost.and_then(|end| end.probability_over_budget);
    let teams = report.teams.iter().filter_map(|team| {
        let end = team.forecast?.end()?;
        let chance = end.probability_over_budget?;
        let in_money = team.measure.is_money();
        (end.basis != ForecastBasis::Plan).then_some((Some(team.name.as_str()), in_money, chance))
    });
    let total = total.map(|chance| (None, false, chance));
    let cost = cost.map(|chance| (None, true, chance));
    let all = total.into_iter().chain(cost).chain(teams);
    all.filter(|(_, _, chance)| is_open(chance)).collect()
}

fn line_key(name: &str) -> String {
    fold_name(&line_name(name))
}

/// The name of a team as a line of the log can have it: on one line, and of a length that leaves room for the rest. One that had to be
/// changed is distinguished by a checksum.
fn line_name(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_control();
    let is_short = name.chars().nth(MAX_NAME).is_none();
    if is_short && name.chars().all(is_plain) && !name.trim().is_empty() {
        return Cow::Borrowed(name);
    }
    let plain = name.chars().map(|c| if is_plain(c) { c } else { '?' });
    let plain: String = plain.take(MAX_NAME).collect();
    Cow::Owned(format!("{plain}~{:08x}", checksum(name)))
}

/// FNV-1a, with 32 bits.
fn checksum(text: &str) -> u32 {
    let bytes = text.bytes();
    bytes.fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
