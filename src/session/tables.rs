//! What the tables of a log are taken for, whatever form it is in.

use std::io::Read;

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset};

use super::{
    LogFiles,
    loader::{Bytes, Loader},
};
use crate::{
    analysis::{RowSelection, Superseded},
    diagnostic::Findings,
    failure::Failure,
    log::foreign,
    model::LogReading,
    text::FileId,
};

/// The form of a log, as reports name it, and its tables. `input` is standard input.
pub fn tables(
    log: &LogFiles,
    now: DateTime<FixedOffset>,
    input: &mut dyn Read,
) -> Result<(&'static str, LogReading), Failure> {
    let policy = log.policy(None);
    let mut opened = log.open(input)?;
    let loader = Loader::begin(
        log,
        &mut opened,
        &policy,
        RowSelection::SUMS,
        now,
        Findings::listing(0),
        Superseded::new(),
    )?;
    if let Some(reading) = loader.reading() {
        return Ok(("other", reading.clone()));
    }
    let listed = foreign::tables(&mut Bytes(&mut opened), FileId::LOG);
    let (tables, is_legacy) = listed.with_context(|| format!("cannot read {}", log.shown))?;
    let reading = LogReading {
        tables,
        ..LogReading::default()
    };
    Ok((if is_legacy { "1" } else { "2.0" }, reading))
}
