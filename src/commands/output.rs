//! `--output`: what a command prints, written to a file as a whole or not at all.

use std::path::Path;

use anyhow::Context as _;

use super::run::Run;
use crate::{
    exit::ExitCode,
    failure::Failure,
    render::Format,
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
    // A node_exporter is another user.
    let is_public = matches!(run.format(), Format::Prometheus | Format::Openmetrics);
    let replaced = store::replace(&target, &text, (run.cx.random)(), is_public)
        .with_context(|| format!("cannot write {}", path.display()));
    match replaced {
        Ok(()) => Ok(status),
        Err(error) => run.not_printed(error.into()),
    }
}

/// What is at a path, if it is a file that tokmon reads, and that must not be overwritten.
fn input_at(target: &Path, log: Option<&LogFiles>, run: &Run<'_, '_>) -> Option<&'static str> {
    let options = run.log_options();
    let archives = log.and_then(|log| log.archives.as_ref());
    let archives = archives.into_iter().flat_map(Archives::paths);
    let settings = options.settings_near(&options.folder).path;
    let inputs = [
        ("the settings file", settings),
        (
            "the settings file",
            log.and_then(|log| log.settings_path.clone()),
        ),
        ("the cost log itself", log.and_then(|log| log.path.clone())),
        (
            "the projection beside the cost log",
            log.and_then(LogFiles::projection_path),
        ),
    ];
    let inputs = inputs
        .into_iter()
        .filter_map(|(what, path)| Some((what, path?)));
    let mut inputs = inputs.chain(archives.map(|path| ("an archive of the cost log", path)));
    let found = inputs.find(|(_, path)| store::is_same_file(path, target));
    found.map(|(what, _)| what)
}
