//! The figures of the report of an import: sums of tokens and costs by day, model, agent and team.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::gather::Gathered;
use crate::{
    cli::GroupBy,
    import::{Origin, Response, Skipped},
    model::{
        Currency, ModelPrice, Money, PricedTokens, ResponseCost, ResponsePrice, TokenClass,
        TokenCounts,
    },
    render::import::{
        ImportDocument, SkippedReport, TeamDay, TeamImport, TeamPart, VERSION, hit_rate,
    },
};

/// What readers call the agent that no other one has started.
const MAIN: &str = "main";

/// The team of each response.
pub struct Attribution {
    /// The names of teams, each with whether anything names it.
    pub teams: Vec<(String, bool)>,
    /// For each response, an index into the teams.
    pub of_response: Vec<u32>,
}

/// The settings and options of the report.
pub struct ReportSettings<'a> {
    pub prices: &'a BTreeMap<String, ModelPrice>,
    /// The currency of costs that are stated without one.
    pub currency: Currency,
    /// Which tokens count against the budget.
    pub counted: Vec<TokenClass>,
    /// The path of the log as messages show it.
    pub file: Option<String>,
    pub dry_run: bool,
    /// What is listed below each team.
    pub by: Option<GroupBy>,
}

/// Tokens of some responses, and what they cost.
#[derive(Clone, Default)]
struct Sum {
    tokens: TokenCounts,
    priced: PricedTokens,
}

impl Sum {
    fn unpriced_tokens(&self) -> u64 {
        let unpriced = self.priced.unpriced().values();
        unpriced.fold(0, |sum, tokens| sum.saturating_add(tokens.total()))
    }

    fn costs(&self) -> Vec<Money> {
        self.priced.costs().collect()
    }
}

/// What a team used on each day, and in which sessions.
#[derive(Clone, Default)]
struct TeamSum<'a> {
    whole: Sum,
    days: BTreeMap<NaiveDate, Sum>,
    sessions: BTreeMap<&'a str, SessionSum<'a>>,
}

/// What was used in a session, and by which agents.
#[derive(Clone, Default)]
struct SessionSum<'a> {
    whole: Sum,
    agents: BTreeSet<&'a str>,
}

#[derive(Default)]
struct Sums<'a> {
    whole: Sum,
    days: BTreeMap<NaiveDate, u64>,
    models: BTreeMap<&'a str, u64>,
    agents: BTreeMap<&'a str, u64>,
    teams: Vec<TeamSum<'a>>,
}

pub fn report(
    gathered: &Gathered,
    attribution: &Attribution,
    settings: &ReportSettings<'_>,
) -> ImportDocument {
    let sums = Sums::of(gathered, attribution, settings);
    let Sums { whole, teams, .. } = &sums;
    let teams = attribution.teams.iter().zip(teams);
    let by_team = teams.map(|((name, is_assigned), sum)| TeamImport {
        parts: parts(sum, settings.by),
        ..team(name, *is_assigned, sum)
    });
    let mut by_team: Vec<TeamImport> = by_team
        .filter(|team| team.tokens.total > 0 || team.sessions > 0)
        .collect();
    by_team.sort_by(|one, other| {
        let rank = |team: &TeamImport| (!team.is_assigned, std::cmp::Reverse(team.tokens.total));
        rank(one)
            .cmp(&rank(other))
            .then_with(|| one.team.cmp(&other.team))
    });
    let without_team = by_team.iter().filter(|team| !team.is_assigned);
    let without_team = without_team.map(|team| team.sessions).sum();
    let window = &gathered.window;
    let unpriced = whole.priced.unpriced().iter();
    let partly_priced = whole.priced.unpriced().keys();
    let partly_priced = partly_priced.filter(|model| settings.prices.contains_key(*model));
    ImportDocument {
        schema_version: VERSION,
        source: gathered.source,
        file: settings.file.clone(),
        dry_run: settings.dry_run,
        since: window.since,
        until: window.until,
        timezone: window.zone_name.clone(),
        totals: whole.tokens.into(),
        cache_hit_rate: hit_rate(&whole.tokens),
        costs: whole.costs(),
        unpriced_tokens: whole.unpriced_tokens(),
        by_day: sums.days.clone(),
        by_model: owned(&sums.models),
        by_agent: owned(&sums.agents),
        by_team,
        counted: settings.counted.clone(),
        written: None,
        skipped: skipped(gathered, without_team),
        unpriced_models: unpriced
            .map(|(model, tokens)| (model.clone(), tokens.total()))
            .collect(),
        partly_priced: partly_priced.cloned().collect(),
        other_prices: whole.priced.other_models().clone(),
    }
}

impl<'a> Sums<'a> {
    fn of(
        gathered: &'a Gathered,
        attribution: &Attribution,
        settings: &ReportSettings<'_>,
    ) -> Self {
        let transcripts = &gathered.transcripts;
        let prices = transcripts.models.iter();
        let prices: Vec<Option<ResponsePrice>> = prices
            .map(|model| ResponsePrice::of(model, settings.prices))
            .collect();
        let mut sums = Self {
            teams: vec![TeamSum::default(); attribution.teams.len()],
            ..Self::default()
        };
        for (at, response) in transcripts.responses.iter().enumerate() {
            let model = transcripts.models.get(response.model as usize);
            let model = model.map_or("", String::as_str);
            let price = prices.get(response.model as usize).and_then(Option::as_ref);
            let mut sum = Sum {
                tokens: response.tokens,
                ..Sum::default()
            };
            sum.add_cost(model, response, price, settings.currency);
            let day = gathered.window.day(response.time);
            let origin = transcripts.origins.get(response.origin as usize);
            let team = attribution.of_response.get(at).copied();
            sums.add(&sum, day, model, origin, team);
        }
        sums
    }

    fn add(
        &mut self,
        sum: &Sum,
        day: NaiveDate,
        model: &'a str,
        origin: Option<&'a Origin>,
        team: Option<u32>,
    ) {
        let total = sum.tokens.total();
        let add = |to: &mut u64| *to = to.saturating_add(total);
        add(self.days.entry(day).or_default());
        add(self.models.entry(model).or_default());
        let agent = origin.map_or("", |origin| origin.agent_name.as_str());
        add(self.agents.entry(agent).or_default());
        self.whole.add(sum);
        let Some(team) = team.and_then(|team| self.teams.get_mut(team as usize)) else {
            return;
        };
        team.whole.add(sum);
        team.days.entry(day).or_default().add(sum);
        if let Some(origin) = origin {
            let session = team.sessions.entry(origin.session.as_str());
            let session = session.or_default();
            session.whole.add(sum);
            session.agents.insert(origin.agent_name.as_str());
        }
    }
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.tokens += other.tokens;
        self.priced += &other.priced;
    }

    /// A cost that the file itself states is used in preference to prices.
    fn add_cost(
        &mut self,
        model: &str,
        response: &Response,
        price: Option<&ResponsePrice>,
        currency: Currency,
    ) {
        if let Some(stated) = response.cost {
            let currency = stated.currency.unwrap_or(currency);
            self.priced.add_stated(stated.nanos, currency);
            return;
        }
        let cost = price.map_or(ResponseCost::Unpriced, |price| {
            price.cost(&response.tokens, response.is_fast)
        });
        self.priced.add(model, &response.tokens, &cost);
    }
}

fn team(name: &str, is_assigned: bool, sum: &TeamSum<'_>) -> TeamImport {
    let days = sum.days.iter().map(|(day, sum)| TeamDay {
        day: *day,
        tokens: sum.tokens.into(),
        costs: sum.costs(),
        unpriced_tokens: sum.unpriced_tokens(),
    });
    TeamImport {
        team: name.to_owned(),
        is_assigned,
        sessions: sum.sessions.len() as u64,
        tokens: sum.whole.tokens.into(),
        cache_hit_rate: hit_rate(&sum.whole.tokens),
        costs: sum.whole.costs(),
        unpriced_tokens: sum.whole.unpriced_tokens(),
        days: days.collect(),
        parts: Vec::new(),
    }
}

/// What is listed below a team.
fn parts(sum: &TeamSum<'_>, by: Option<GroupBy>) -> Vec<TeamPart> {
    let part = |name: String, sum: &Sum| TeamPart {
        name,
        tokens: sum.tokens.into(),
        costs: sum.costs(),
        unpriced_tokens: sum.unpriced_tokens(),
    };
    match by {
        None => Vec::new(),
        Some(GroupBy::Day) => {
            let days = sum.days.iter();
            days.map(|(day, sum)| part(day.to_string(), sum)).collect()
        }
        Some(GroupBy::Session) => {
            let sessions = sum.sessions.iter();
            sessions
                .map(|(session, sum)| part(session_name(session, &sum.agents), &sum.whole))
                .collect()
        }
    }
}

/// The beginning of a session's id, as tasks in the log have it. Where one subagent has a session of its own, with its name.
fn session_name(session: &str, agents: &BTreeSet<&str>) -> String {
    let mut name: String = session.chars().take(8).collect();
    if agents.len() == 1 {
        for agent in agents.iter().filter(|agent| **agent != MAIN) {
            name.push(' ');
            name.push_str(agent);
        }
    }
    name
}

fn owned(sums: &BTreeMap<&str, u64>) -> BTreeMap<String, u64> {
    let sums = sums.iter();
    sums.map(|(name, sum)| ((*name).to_owned(), *sum)).collect()
}

fn skipped(gathered: &Gathered, sessions_without_team: u64) -> SkippedReport {
    let today = gathered.window.now.date_naive();
    let responses = gathered.transcripts.responses.iter();
    let ahead = responses.filter(|response| gathered.window.day(response.time) > today);
    let Skipped {
        files,
        lines,
        copies,
        replays,
        assumed_replays,
        billed_twice,
        torn,
        without_id,
        ref unreadable,
        unreadable_count,
        ..
    } = gathered.transcripts.skipped;
    SkippedReport {
        files,
        older_files: gathered.older_files,
        lines,
        responses: gathered.transcripts.responses.len() as u64,
        copies,
        replays,
        assumed_replays,
        billed_twice,
        torn,
        without_id,
        dated_ahead: ahead.count() as u64,
        unreadable_count,
        unreadable: unreadable.clone(),
        sessions_without_team,
    }
}
