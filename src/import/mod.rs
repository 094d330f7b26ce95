//! Usage that agent harnesses record: reads lines of transcripts, finds the responses of models, each once, and makes of them the lines
//! that a log lacks. No I/O: `commands::import` finds and opens the files, and writes the log.

mod ccusage;
pub mod claude;
mod codex;
mod compare;
mod decimal;
mod gemini;
mod import_line;
mod json_line;
mod jsonl;
#[cfg(test)]
mod picture;
mod plan;
mod repeats;
mod response;
mod rest;
mod teams;
#[cfg(test)]
mod test_files;
#[cfg(test)]
mod truth_tests;
mod unit;

pub use ccusage::CcusageReader;
pub use codex::CodexReader;
pub use compare::{
    ComparedDays, ComparedPeriod, ComparedUsage, Comparison, LoggedMonth, LoggedRow, LoggedUsage,
    MisdatedUsage, TranscribedUnit, compare,
};
pub use gemini::GeminiReader;
pub use import_line::ImportLine;
pub use jsonl::JsonlReader;
pub use plan::{
    ComparedUnits, LogState, Plan, PlanRules, PlannedLine, ShrunkUnit, TeamRows, plan, whole_line,
};
pub use repeats::logged_elsewhere;
pub use response::{
    FileKind, ImportSource, Line, Origin, Reader, RepeatedResponse, Response, Skipped,
    TranscriptFile, Transcripts, Unreadable,
};
pub use rest::LoggedUnit;
pub use teams::{TeamNaming, UNASSIGNED, UnitTeam};
pub use unit::{FoundUnits, Unit, units};

#[cfg(test)]
mod growth_proptests;
#[cfg(test)]
mod repeats_proptests;
