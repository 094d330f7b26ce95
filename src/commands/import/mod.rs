//! `tokmon import`: what the transcripts of agents say, as lines of the log.

use super::run::Run;
use crate::{cli::ImportArgs, exit::ExitCode, failure::Failure};

pub fn run(_: &ImportArgs, _: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    Err(Failure::usage("`import` is not available yet"))
}
