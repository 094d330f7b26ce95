//! `tokmon import … --detach`: the same import in a process of its own, for hooks. A harness waits for its hooks and shows their failures, so
//! this prints nothing, reads nothing and ends with 0, whatever is wrong. Only the process that it starts parses the options.

use std::{ffi::OsString, io::Write as _, path::PathBuf};

use crate::{
    commands::{Context, arguments},
    exit::ExitCode,
    program::{Program, typed},
    render::sanitize,
    store,
};

const OPTION: &str = "--detach";

/// The variable by which Claude Code passes the folder of the project to its hooks: an agent may have changed to another one.
const PROJECT_FOLDER: &str = "CLAUDE_PROJECT_DIR";

/// The largest size of the file with the output of detached imports, in bytes.
const MAX_LOG: u64 = 64 * 1024;

/// Starts the import that the arguments ask for, if they contain `--detach`. `None` if they do not.
pub fn run(args: &[OsString], cx: &Context<'_>) -> Option<ExitCode> {
    let has = |word: &str| args.iter().any(|arg| arg == word);
    let is_asked = has(OPTION) && !has("-h") && !has("--help");
    (is_asked && arguments::command_word(args) == Some("import")).then(|| {
        // A hook calls this: whatever keeps the import from starting must not fail the session.
        let _ = start(args, cx);
        ExitCode::Success
    })
}

fn start(args: &[OsString], cx: &Context<'_>) -> std::io::Result<()> {
    let args = args.iter().skip(1).filter(|arg| *arg != OPTION);
    let project = cx.variable(PROJECT_FOLDER).map(PathBuf::from);
    let project = project.filter(|folder| folder.is_absolute() && store::list(folder).is_ok());
    let program = Program {
        path: std::env::current_exe()?.into_os_string(),
        args: args.cloned().collect(),
        folder: project.unwrap_or_else(|| cx.folder.clone()),
    };
    let log = cx
        .user_state()
        .map(|folder| folder.join("tokmon/import.log"));
    let mut log = log.and_then(|path| store::open_run_log(&path, MAX_LOG, (cx.random)()).ok());
    if let Some(file) = &mut log {
        let now = (cx.clock)().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let words = typed(program.args.iter().map(OsString::as_os_str));
        let folder = program.folder.display().to_string();
        let (words, folder) = (sanitize(&words), sanitize(&folder));
        // In one write, as other processes may write at the same time.
        let _ = file.write_all(format!("{now} tokmon {words} in {folder}\n").as_bytes());
    }
    program.start_detached(log)
}
