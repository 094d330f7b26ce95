//! `tokmon import ccusage`: reads the output of `ccusage daily --json`, for harnesses whose files tokmon does not read. Checked against
//! ccusage 20.0.24.
//!
//! ccusage states days without times. They are taken as days of the log, whatever their zone. A report of one harness does not name it, so
//! the usage of several harnesses can be told apart only with `--by-agent`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    FileKind, Line, Origin, Reader, Response, Skipped, TranscriptFile, Transcripts, decimal,
    json_line::{Count, Text},
    jsonl::COMPRESSED,
    response::Interner,
};
use crate::model::{StatedCost, TokenCounts};

/// The agent of reports of all harnesses.
const ALL: &str = "all";

/// The agent of reports that name none.
const MAIN: &str = "main";

/// Reads daily reports. Of several reports of the same day, the one with the most tokens counts.
pub struct CcusageReader {
    noon: Box<dyn Fn(NaiveDate) -> DateTime<Utc>>,
    shown: String,
    days: BTreeMap<DayOf, Vec<ModelUse>>,
    skipped: Skipped,
}

/// The day, agent and project of a figure in a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DayOf {
    day: NaiveDate,
    agent: String,
    project: Option<String>,
}

/// What a model used on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelUse {
    model: String,
    tokens: TokenCounts,
    cost: Option<StatedCost>,
}

#[derive(Deserialize)]
struct DailyReport<'a> {
    #[serde(borrow)]
    daily: Option<Vec<&'a RawValue>>,
    /// With `--instances`, by project.
    #[serde(borrow)]
    projects: Option<BTreeMap<String, Vec<&'a RawValue>>>,
}

/// The figures of a day, or of one agent or model on it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Figures<'a> {
    #[serde(borrow, default, alias = "period")]
    date: Text<'a>,
    #[serde(borrow, default)]
    agent: Text<'a>,
    #[serde(borrow, default)]
    model_name: Text<'a>,
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    cache_creation_tokens: Count,
    #[serde(default)]
    cache_read_tokens: Count,
    #[serde(default)]
    reasoning_output_tokens: Count,
    #[serde(default)]
    total_tokens: Count,
    #[serde(borrow, default, alias = "totalCost", alias = "costUSD")]
    cost: Option<&'a RawValue>,
    #[serde(borrow, default)]
    models_used: Vec<Text<'a>>,
    #[serde(borrow, default)]
    model_breakdowns: Vec<Self>,
    /// A report of only Codex has this in place of `modelBreakdowns`.
    #[serde(borrow, default)]
    models: BTreeMap<String, Self>,
    /// With `--by-agent`.
    #[serde(borrow, default)]
    agents: Vec<Self>,
}

impl CcusageReader {
    /// `noon` gives noon on a day in the zone of the log.
    pub fn new(noon: impl Fn(NaiveDate) -> DateTime<Utc> + 'static) -> Self {
        Self {
            noon: Box::new(noon),
            shown: String::new(),
            days: BTreeMap::new(),
            skipped: Skipped::default(),
        }
    }

    /// How to read a file that is found in a folder. A file that the user names is read whatever its name is.
    pub fn kind_of(path: &str) -> Option<FileKind> {
        let name = path.rsplit_once('.').map(|(_, name)| name)?;
        name.eq_ignore_ascii_case("json")
            .then_some(FileKind::Document)
    }

    fn unreadable(&mut self, reason: impl Into<String>) {
        self.skipped.unreadable(&self.shown, None, reason);
    }

    fn add_rows(&mut self, rows: &[&RawValue], project: Option<&str>) {
        for (at, row) in rows.iter().enumerate() {
            let figures = serde_json::from_str::<Figures<'_>>(row.get()).ok();
            let day = figures
                .as_ref()
                .and_then(|figures| figures.date.0.parse().ok());
            match (figures, day) {
                (Some(figures), Some(day)) => self.add_day(&figures, day, project),
                (Some(_), None) => {
                    self.unreadable(format!("row {} has no day like 2026-02-25", at + 1));
                }
                (None, _) => {
                    self.unreadable(format!("row {} is not as ccusage writes it", at + 1));
                }
            }
        }
    }

    fn add_day(&mut self, row: &Figures<'_>, day: NaiveDate, project: Option<&str>) {
        let rows = if row.agents.is_empty() {
            std::slice::from_ref(row)
        } else {
            &row.agents
        };
        for figures in rows {
            let uses = figures.uses();
            if uses.is_empty() {
                continue;
            }
            let of = DayOf {
                day,
                agent: figures.agent.get().unwrap_or(MAIN).to_owned(),
                project: project.map(str::to_owned),
            };
            match self.days.entry(of) {
                Entry::Vacant(place) => {
                    place.insert(uses);
                }
                Entry::Occupied(mut known) => {
                    self.skipped.copies += known.get().len().min(uses.len()) as u64;
                    if rank(&uses) > rank(known.get()) {
                        known.insert(uses);
                    }
                }
            }
        }
    }
}

impl Reader for CcusageReader {
    fn begin(&mut self, file: TranscriptFile<'_>) {
        file.shown.clone_into(&mut self.shown);
        self.skipped.files += 1;
        if file.kind == FileKind::Compressed {
            self.unreadable(COMPRESSED);
        }
    }

    fn line(&mut self, line: Line<'_>) {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        self.skipped.lines += 1;
        let text = line.text.strip_prefix(BOM).unwrap_or(line.text);
        if text.trim_ascii().is_empty() {
            return self.unreadable("is empty");
        }
        let Ok(report) = serde_json::from_slice::<DailyReport<'_>>(text) else {
            return self.unreadable("is not what `ccusage daily --json` prints");
        };
        if report.daily.is_none() && report.projects.is_none() {
            return self.unreadable("has no `daily`: only `ccusage daily --json` can be imported");
        }
        self.add_rows(&report.daily.unwrap_or_default(), None);
        for (project, rows) in report.projects.unwrap_or_default() {
            self.add_rows(&rows, Some(&project));
        }
    }

    fn end(&mut self) {}

    fn finish(mut self: Box<Self>) -> Transcripts {
        // If the agents of a day are known, their sum is not counted in addition.
        let named: Vec<NaiveDate> = self
            .days
            .keys()
            .filter(|of| ![ALL, MAIN].contains(&of.agent.as_str()))
            .map(|of| of.day)
            .collect();
        self.days
            .retain(|of, _| of.agent != ALL || named.binary_search(&of.day).is_err());
        let (mut origins, mut models) = (Interner::default(), Interner::default());
        let mut responses = Vec::new();
        for (of, uses) in self.days {
            let (time, origin) = ((self.noon)(of.day), origins.index(&origin(of)));
            responses.extend(uses.into_iter().map(|used| Response {
                time,
                origin,
                model: models.index(&used.model),
                tokens: used.tokens,
                is_fast: false,
                cost: used.cost,
            }));
        }
        Transcripts {
            origins: origins.into_values(),
            models: models.into_values(),
            responses,
            skipped: self.skipped,
            ..Transcripts::default()
        }
    }
}

/// A project is ccusage's form of the path of a folder: rules for teams can match it, and it never enters the log.
fn origin(of: DayOf) -> Origin {
    let session = of.project.as_ref();
    let session = session.map_or_else(|| "ccusage".to_owned(), |name| format!("ccusage {name}"));
    let task = match of.agent.as_str() {
        ALL | MAIN => "ccusage".to_owned(),
        agent => format!("ccusage {agent}"),
    };
    Origin {
        session,
        agent_name: of.agent.clone(),
        agent: of.agent,
        cwd: of.project,
        task: Some(task),
        ..Origin::default()
    }
}

/// The report with the most tokens is the latest. If two have as many, the choice does not depend on the order of the files.
fn rank(uses: &[ModelUse]) -> impl Ord + use<> {
    let totals = uses.iter().map(|used| used.tokens.total());
    let total = totals.fold(0, u64::saturating_add);
    let each = uses.iter().map(|used| {
        let cost = used.cost.map(|cost| cost.nanos);
        (
            used.model.clone(),
            used.tokens.total(),
            used.tokens.output,
            cost,
        )
    });
    (total, each.collect::<Vec<_>>())
}

impl Figures<'_> {
    /// What each model used, by name. Usage without a stated model has an empty name.
    fn uses(&self) -> Vec<ModelUse> {
        let whole = self.whole();
        let named = self.model_breakdowns.iter();
        let named = named.map(|model| (model.model_name.get().unwrap_or_default(), model));
        let keyed = self.models.iter();
        let keyed = keyed.map(|(name, model)| (name.as_str(), model));
        let mut uses: Vec<ModelUse> = named
            .chain(keyed)
            .map(|(name, model)| ModelUse {
                model: name.to_owned(),
                tokens: model.whole(),
                cost: model.cost(),
            })
            .collect();
        let rest = uses
            .iter()
            .try_fold(whole, |rest, used| less(rest, &used.tokens));
        match (uses.as_mut_slice(), rest) {
            // Tokens of the total that are in no class are not part of the model's figures.
            ([only], Some(rest)) => {
                only.tokens += rest;
                only.cost = only.cost.or_else(|| self.cost());
            }
            ([_, ..], Some(rest)) if rest.total() == 0 => {}
            ([_, ..], Some(rest)) => uses.push(ModelUse {
                model: String::new(),
                tokens: rest,
                cost: self.rest_of_cost(&uses),
            }),
            // There are no models, or they do not add up to the day.
            ([], _) | (_, None) => {
                let only = match self.models_used.as_slice() {
                    [only] => only.get(),
                    _ => None,
                };
                uses = vec![ModelUse {
                    model: only.unwrap_or_default().to_owned(),
                    tokens: whole,
                    cost: self.cost(),
                }];
            }
        }
        uses.retain(|used| used.tokens.total() > 0);
        uses.sort_by(|one, other| one.model.cmp(&other.model));
        uses
    }

    /// The tokens by class. If the total is more than the classes, the rest is reasoning, which ccusage counts in no class for Gemini.
    fn whole(&self) -> TokenCounts {
        let mut tokens = TokenCounts {
            input: self.input_tokens.0,
            output: self.output_tokens.0,
            cache_write_5m: self.cache_creation_tokens.0,
            cache_write_1h: 0,
            cache_read: self.cache_read_tokens.0,
            reasoning: self.reasoning_output_tokens.0.min(self.output_tokens.0),
        };
        let thought = self.total_tokens.0.saturating_sub(tokens.total());
        tokens.output = tokens.output.saturating_add(thought);
        tokens.reasoning = tokens.reasoning.saturating_add(thought);
        tokens
    }

    /// The cost that ccusage estimates, which sees each request with its length. It states 0 for models without a price, which means that the
    /// cost is not known.
    fn cost(&self) -> Option<StatedCost> {
        let nanos = decimal::nanos(self.cost?.get())?;
        (nanos > 0).then_some(StatedCost {
            nanos,
            currency: Some(crate::model::Currency::USD),
        })
    }

    /// What the day cost beyond its models.
    fn rest_of_cost(&self, uses: &[ModelUse]) -> Option<StatedCost> {
        let mut cost = self.cost()?;
        for used in uses {
            cost.nanos = cost.nanos.saturating_sub(used.cost?.nanos);
        }
        Some(cost)
    }
}

/// The tokens without others. None if these are more in any class.
fn less(tokens: TokenCounts, others: &TokenCounts) -> Option<TokenCounts> {
    Some(TokenCounts {
        input: tokens.input.checked_sub(others.input)?,
        output: tokens.output.checked_sub(others.output)?,
        cache_write_5m: tokens.cache_write_5m.checked_sub(others.cache_write_5m)?,
        cache_write_1h: 0,
        cache_read: tokens.cache_read.checked_sub(others.cache_read)?,
        reasoning: tokens.reasoning.saturating_sub(others.reasoning),
    })
}
