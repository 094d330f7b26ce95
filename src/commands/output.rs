//! `--output`: what a command prints, written to a file as a whole or not at all.

use std::path::Path;

use anyhow::Context as _;

use super::run::Run;
use crate::{
    exit::ExitCode,
    failure::Failure,
    session::{LogFiles, archives::Archives, locate},
    store,
};

/// Runs a command and replaces the file with what it prints. The file stays as it is if the command fails.
pub fn to_file(
    path: &Path,
    run: &mut Run<'_, '_>,
    command: impl FnOnce(&mut Run<'_, '_>) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let target = run.cx.folder.join(path);
    let located = match run.located.take() {
        Some(located) => located,
        None => locate(&run.log_options()),
    };
    if let Some(what) = input_at(&target, located.as_ref().ok(), run) {
        let message = format!("--output {} is {what}", path.display());
        return Err(Failure::usage(message).help("name another file"));
    }
    run.located = Some(located);
    run.buffer = Some(Vec::new());
    let status = command(run)?;
    let text = run.buffer.take().unwrap_or_default();
    store::replace(&target, &text, (run.cx.random)())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(status)
}

/// What is at a path, if it is a file that tokmon reads, and that must not be overwritten.
fn input_at(target: &Path, log: Option<&LogFiles>, run: &Run<'_, '_>) -> Option<&'static str> {
    let is = |path: Option<&Path>| path.is_some_and(|path| store::is_same_file(path, target));
    let options = run.log_options();
    let settings = options.settings_near(&options.folder);
    let named = log.and_then(|log| log.settings_path.as_deref());
    if is(settings.as_deref()) || is(named) {
        return Some("the settings file");
    }
    let log = log?;
    let mut archives = log.archives.iter().flat_map(Archives::paths);
    if is(log.path.as_deref()) {
        Some("the cost log itself")
    } else if is(log.projection_path().as_deref()) {
        Some("the projection beside the cost log")
    } else if archives.any(|path| is(Some(&path))) {
        Some("an archive of the cost log")
    } else {
        None
    }
}
