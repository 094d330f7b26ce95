//! The report of a comparison of the log with transcripts: sentences and a table, JSON, and CSV.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    Column, Format, OutputStyle, ReportTable, StyledLine, counted, csv, json, sanitize, table::Cell,
};
use crate::{
    import::{
        ComparedDays, ComparedPeriod, ComparedUsage, Comparison, ImportSource, MisdatedUsage,
    },
    model::{CountedClasses, Month, Percent, Tokens, in_brackets, ratio},
};

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

/// The most differences that the text report lists.
const MOST_SENTENCES: usize = 20;

/// How a log and the transcripts of a source compare.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "tokmon compare")]
pub struct CompareDocument {
    /// The version of this schema.
    pub schema_version: u32,
    pub source: ImportSource,
    /// The log.
    pub file: String,
    /// The first of the days that are compared.
    pub since: NaiveDate,
    /// The last of them.
    pub until: NaiveDate,
    /// The zone of the days.
    pub timezone: String,
    /// The classes of tokens that count.
    pub count: CountedClasses,
    pub log_tokens: Tokens,
    pub transcript_tokens: Tokens,
    /// The sum of all differences, whichever side has more.
    pub differing_tokens: Tokens,
    /// The same as a share of the tokens in transcripts; 1 is all of them.
    pub differing_ratio: Option<f64>,
    #[serde(skip)]
    pub share: Option<Percent>,
    /// The share of `--fail-above`.
    pub fail_above_ratio: f64,
    #[serde(skip)]
    pub fail_above: Percent,
    /// Whether more than that differs, so that the run ends with 1.
    pub is_above: bool,
    /// The differences, the largest first.
    pub differences: Vec<ComparedRow>,
    /// Everything that is compared, by day, then by team; months come after all days.
    pub compared: Vec<ComparedRow>,
    /// Usage that the log seems to have on another day.
    pub misdated: Vec<MisdatedRow>,
    /// Teams without transcripts. They are not compared.
    pub only_in_log: Vec<TeamTokens>,
    /// Months with tokens that have no day, which the days do not cover completely. They are not compared.
    pub not_compared: Vec<TeamMonth>,
    /// Tokens that were imported from other sources in these days. They are not compared.
    pub other_sources_tokens: Tokens,
    /// Tokens of the transcripts that have no team.
    pub unassigned_tokens: Tokens,
    /// Lines and files that could not be read.
    pub unreadable: u64,
}

/// What a team used on a day, or in a month where the log has no days.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ComparedRow {
    pub day: Option<NaiveDate>,
    pub month: Option<Month>,
    pub team: String,
    pub log_tokens: Tokens,
    pub transcript_tokens: Tokens,
    /// What the log has more than the transcripts; negative if it has less.
    pub difference_tokens: i64,
}

/// Usage that the log seems to have on another day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MisdatedRow {
    pub team: String,
    pub tokens: Tokens,
    pub logged_on: NaiveDate,
    pub used_on: NaiveDate,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TeamTokens {
    pub team: String,
    pub log_tokens: Tokens,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TeamMonth {
    pub month: Month,
    pub team: String,
    pub log_tokens: Tokens,
}

pub fn schema() -> String {
    json::schema_of::<CompareDocument>()
}

impl From<&ComparedUsage> for ComparedRow {
    fn from(of: &ComparedUsage) -> Self {
        let (day, month) = match of.period {
            ComparedPeriod::Day(day) => (Some(day), None),
            ComparedPeriod::Month(month) => (None, Some(month)),
        };
        Self {
            day,
            month,
            team: of.team.clone(),
            log_tokens: of.log,
            transcript_tokens: of.transcripts,
            difference_tokens: of.log.signed_sub(of.transcripts),
        }
    }
}

impl From<&MisdatedUsage> for MisdatedRow {
    fn from(of: &MisdatedUsage) -> Self {
        Self {
            team: of.team.clone(),
            tokens: of.tokens,
            logged_on: of.logged_on,
            used_on: of.used_on,
        }
    }
}

impl CompareDocument {
    /// Without what only the transcripts show: `unassigned_tokens` and `unreadable` are 0.
    pub fn new(
        (source, file): (ImportSource, &str),
        (days, timezone): (ComparedDays, &str),
        count: &CountedClasses,
        fail_above: Percent,
        comparison: &Comparison,
    ) -> Self {
        let (log_tokens, transcript_tokens) = comparison.totals();
        let differing_tokens = comparison.differing();
        let rows = |of: &[&ComparedUsage]| of.iter().map(|of| ComparedRow::from(*of)).collect();
        let all: Vec<&ComparedUsage> = comparison.compared.iter().collect();
        let only = comparison.only_in_log.iter();
        let months = comparison.not_compared.iter();
        Self {
            schema_version: VERSION,
            source,
            file: file.to_owned(),
            since: days.first,
            until: days.last,
            timezone: timezone.to_owned(),
            count: count.clone(),
            log_tokens,
            transcript_tokens,
            differing_tokens,
            differing_ratio: ratio(differing_tokens.0, transcript_tokens.0),
            share: comparison.share(),
            fail_above_ratio: ratio(fail_above.tenths, 1_000).unwrap_or_default(),
            fail_above,
            is_above: comparison.exceeds(fail_above),
            differences: rows(&comparison.differences()),
            compared: rows(&all),
            misdated: comparison.misdated.iter().map(MisdatedRow::from).collect(),
            only_in_log: only
                .map(|(team, tokens)| TeamTokens {
                    team: team.clone(),
                    log_tokens: *tokens,
                })
                .collect(),
            not_compared: months
                .map(|of| TeamMonth {
                    month: of.month,
                    team: of.team.clone(),
                    log_tokens: of.used,
                })
                .collect(),
            other_sources_tokens: comparison.other_sources,
            unassigned_tokens: Tokens::ZERO,
            unreadable: 0,
        }
    }

    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => return json::write(self, out),
            Format::Csv => return csv::write(&[self.records()], out),
            _ => {}
        }
        let lines = std::iter::once(self.verdict()).chain(self.sentences());
        for line in lines {
            Self::paragraph(&line, style, out)?;
        }
        let table = self.table();
        if !table.is_empty() {
            writeln!(out)?;
            for line in table.lines(style) {
                writeln!(out, "{}", style.paint(&line))?;
            }
        }
        for line in self.remarks() {
            Self::paragraph(&line, style, out)?;
        }
        Ok(())
    }

    /// The first sentence alone, for runs that print only what is wrong.
    pub fn write_verdict(&self, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        Self::paragraph(&self.verdict(), style, out)
    }

    fn paragraph(text: &str, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        for line in style.fold(StyledLine::from(style.text(text)), 0) {
            writeln!(out, "{}", style.paint(&line))?;
        }
        Ok(())
    }

    /// The sentence on the sums of both sides, and how much of them differs.
    fn verdict(&self) -> String {
        let (since, until, zone) = (self.since, self.until, &self.timezone);
        let (log, transcripts) = (self.log_tokens, self.transcript_tokens);
        if self.compared.is_empty() {
            return format!(
                "{since} to {until} ({}): nothing could be compared",
                sanitize(zone)
            );
        }
        let differs = if self.differing_tokens == Tokens::ZERO {
            "they agree".to_owned()
        } else {
            let judged = if self.is_above { "more" } else { "not more" };
            format!(
                "{} differ{}, {judged} than {}",
                self.differing_tokens,
                in_brackets(self.share),
                self.fail_above
            )
        };
        format!(
            "{since} to {until} ({}): log {log}, transcripts {transcripts}: {differs}",
            sanitize(zone)
        )
    }

    /// One for each difference, the largest first.
    fn sentences(&self) -> Vec<String> {
        let rows = self.differences.iter().take(MOST_SENTENCES);
        let mut lines: Vec<String> = rows.map(ComparedRow::sentence).collect();
        let more = self.differences.len().saturating_sub(MOST_SENTENCES);
        if more > 0 {
            let differences = counted(more, "smaller difference");
            lines.push(format!("{differences} more: see --format csv"));
        }
        lines.extend(self.misdated.iter().take(MOST_SENTENCES).map(|of| {
            format!(
                "{}: {} seem to stand on the wrong day: {} in the log, {} in the transcripts",
                sanitize(&of.team),
                of.tokens,
                of.logged_on,
                of.used_on
            )
        }));
        lines
    }

    /// The sums of each team.
    fn table(&self) -> ReportTable {
        let mut teams: BTreeMap<&str, (Tokens, Tokens, u64)> = BTreeMap::new();
        for row in &self.compared {
            let (log, transcripts, differing) = teams.entry(&row.team).or_default();
            *log = log.saturating_add(row.log_tokens);
            *transcripts = transcripts.saturating_add(row.transcript_tokens);
            *differing += u64::from(row.difference_tokens != 0);
        }
        let mut table = ReportTable::new(
            "Compared",
            [
                Column::new("Team").cut(16),
                Column::new("Log"),
                Column::new("Transcripts"),
                Column::new("Difference"),
                Column::new("Days that differ").droppable(1),
            ],
        );
        for (team, (log, transcripts, differing)) in teams {
            table.row([
                Cell::text(team),
                Cell::Tokens(log),
                Cell::Tokens(transcripts),
                Cell::Signed(log.signed_sub(transcripts)),
                Cell::Count(differing),
            ]);
        }
        table
    }

    /// Notes on what was compared in which way, and what was not.
    fn remarks(&self) -> Vec<String> {
        let mut lines = vec![format!("tokens that count: {}", self.count)];
        let by_month = self.compared.iter().filter_map(|row| {
            let month = row.month?;
            Some(format!("{} in {month}", sanitize(&row.team)))
        });
        let by_month: Vec<String> = by_month.collect();
        if !by_month.is_empty() {
            let teams = by_month.join(", ");
            lines.push(format!(
                "compared by month, as the log has no days for all of it: {teams}"
            ));
        }
        lines.extend(self.not_compared.iter().map(|of| {
            let (team, month, tokens) = (sanitize(&of.team), of.month, of.log_tokens);
            let why = "and these days are a part of the month";
            format!("not compared: {team} in {month}, as the log has no days for all of its {tokens}, {why}")
        }));
        let only = self.only_in_log.iter();
        let only = only.map(|of| format!("{} {}", sanitize(&of.team), of.log_tokens));
        let only: Vec<String> = only.collect();
        if !only.is_empty() {
            let teams = only.join(", ");
            lines.push(format!(
                "only in the log, and no difference, as no transcript is of these teams: {teams}"
            ));
        }
        if self.other_sources_tokens > Tokens::ZERO {
            lines.push(format!(
                "not compared: {} tokens of the log that were imported from other sources",
                self.other_sources_tokens
            ));
        }
        if self.unassigned_tokens > Tokens::ZERO {
            lines.push(format!(
                "{} tokens of the transcripts have no team: name one with [[import.team]] in tokmon.toml, --team or --team-by",
                self.unassigned_tokens
            ));
        }
        if self.unreadable > 0 {
            let places = counted(self.unreadable, "place");
            lines.push(format!(
                "not compared, as unreadable: {places}; `tokmon import {} -n` lists them",
                self.source
            ));
        }
        lines
    }

    /// Everything that is compared, one record each.
    fn records(&self) -> ReportTable {
        let records = self.compared.iter().map(|row| {
            let text = |value: Option<String>| Cell::some(value, Cell::Word);
            [
                ("day", text(row.day.map(|day| day.to_string()))),
                ("month", text(row.month.map(|month| month.to_string()))),
                ("team", Cell::text(&row.team)),
                ("log_tokens", Cell::Tokens(row.log_tokens)),
                ("transcript_tokens", Cell::Tokens(row.transcript_tokens)),
                ("difference_tokens", Cell::Signed(row.difference_tokens)),
            ]
        });
        ReportTable::records("Compared", records)
    }
}

impl ComparedRow {
    /// `Team E is 45,000 short on 2026-02-25: log 126,670, transcripts 171,670`
    fn sentence(&self) -> String {
        let (team, gap) = (
            sanitize(&self.team),
            Tokens(self.difference_tokens.unsigned_abs()),
        );
        let day = self.day.map(|day| format!("on {day}"));
        let month = self.month.map(|month| format!("in {month}"));
        let period = day.or(month).unwrap_or_default();
        let differs = if self.difference_tokens < 0 {
            format!("is {gap} short")
        } else {
            format!("has {gap} more in the log")
        };
        format!(
            "{team} {differs} {period}: log {}, transcripts {}",
            self.log_tokens, self.transcript_tokens
        )
    }
}
