//! `tokmon completions`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Context;
use crate::{
    cli::Cli,
    exit::ExitCode,
    failure::{Failure, cannot_print},
};

pub(super) fn run(shell: Shell, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tokmon", &mut script);
    cx.out.write_all(&script).map_err(cannot_print)?;
    Ok(ExitCode::Success)
}
