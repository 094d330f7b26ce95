//! `tokmon completions`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Context;
use crate::{
    cli::Cli,
    exit::{ExitStatus, Failure},
};

pub(super) fn run(shell: Shell, cx: &mut Context<'_>) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tokmon", &mut script);
    cx.out.write_all(&script)?;
    Ok(ExitStatus::Clean)
}
