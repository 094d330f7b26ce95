//! `--output`: what a command prints, written to a file as a whole or not at all.

use std::path::Path;

use anyhow::Context as _;

use super::Context;
use crate::{cli::Cli, exit::ExitCode, failure::Failure, session::locate, store};

/// Runs a command and replaces the file with what it prints. The file stays as it is if the command fails.
pub(super) fn to_file(
    path: &Path,
    cli: &Cli,
    cx: &mut Context<'_>,
    command: fn(&Cli, &mut Context<'_>) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let target = cx.folder.join(path);
    let located = locate(&cx.log_options(&cli.global)).ok();
    let log = located.as_ref().and_then(|located| located.log.path());
    if log.is_some_and(|log| store::is_same_file(log, &target)) {
        return Err(Failure::usage(format!(
            "--output {} is the cost log itself",
            path.display()
        ))
        .help("name another file"));
    }
    let mut text = Vec::new();
    let status = command(cli, &mut cx.with_output(&mut text))?;
    store::replace(&target, &text, (cx.random)())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(status)
}
