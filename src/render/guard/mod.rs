//! The answer of `guard` as text and as JSON. `text` has the sentences.

mod notes;
mod text;

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

pub use notes::{notes, unused_hold};
pub use text::{reason, way_out};

use super::{Format, OutputStyle, counted, json, prefixed, sanitize};
use crate::{
    analysis::guard::{GuardAnswer, GuardDecision},
    model::{Money, Month, Tokens},
};

/// Whether work may start, and why.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "tokmon guard")]
pub struct GuardDocument {
    /// The version of this schema.
    pub schema_version: u32,
    /// The log.
    pub file: String,
    /// When it was decided.
    pub now: DateTime<FixedOffset>,
    /// The month that is judged.
    pub month: Month,
    #[serde(flatten)]
    #[schemars(flatten)]
    pub decision: GuardDecision,
    /// The reason in a sentence.
    pub message: String,
    /// The hold that was granted.
    pub hold: Option<GrantedHold>,
    /// Why the answer was overridden, as it is written in the log.
    pub override_reason: Option<String>,
    /// What is not known of the figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A hold that is in the log now.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GrantedHold {
    pub id: String,
    pub team: String,
    pub tokens: Tokens,
    /// What of the cost budget it reserves.
    pub cost: Option<Money>,
    /// The model that may be used.
    pub model: Option<String>,
    /// It was granted by an override: any model may use its tokens until it ends.
    pub overridden: bool,
    pub since: DateTime<FixedOffset>,
    pub until: DateTime<FixedOffset>,
}

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

pub fn schema() -> String {
    json::schema_of::<GuardDocument>()
}

impl GuardDocument {
    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        let hold = self.hold.as_ref().map(GrantedHold::line);
        for line in self.answer().into_iter().chain(hold) {
            writeln!(out, "{}", style.text(&sanitize(&line)))?;
        }
        Ok(())
    }

    /// The answer in a sentence; where it is denied, also what a person can do.
    pub fn answer(&self) -> Vec<String> {
        let to = self.decision.to.as_ref();
        let to = prefixed(" to ", to.map(|to| &to.model));
        let mut lines = vec![format!("{}{to}: {}", self.decision.answer, self.message)];
        if self.decision.answer == GuardAnswer::Deny {
            lines.push(way_out(&self.decision));
        }
        lines
    }
}

impl GrantedHold {
    /// What is reserved, and how it ends.
    fn line(&self) -> String {
        let (id, team) = (&self.id, &self.team);
        let tokens = counted(self.tokens.0, "token");
        let until = self.until.format("%Y-%m-%d %H:%M %:z");
        let named = shell_words::quote(team);
        format!(
            "hold {id} reserves {tokens} for {team} until {until}; end it with: tokmon record --team {named} --tokens N --ends-hold {id}"
        )
    }
}
