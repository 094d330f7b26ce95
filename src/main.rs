//! Passes the system to `tokmon::run`: arguments, environment, clock, streams, exit code.

use std::{
    ffi::OsString,
    hash::{BuildHasher, RandomState},
    io::{self, BufWriter, IsTerminal},
    process::ExitCode,
    time::Instant,
};

use tokmon::{
    Context, Terminal,
    stream::{self, BestEffort, FailOnce},
    zone,
};

#[expect(
    clippy::disallowed_methods,
    reason = "everything that comes from the system comes in here"
)]
fn main() -> ExitCode {
    let start = Instant::now();
    let args: Vec<OsString> = std::env::args_os().collect();
    tokmon::answer_panics(&args);
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let out_terminal = terminal(&stdout, || terminal_size::terminal_size_of(&stdout));
    let err_terminal = terminal(&stderr, || terminal_size::terminal_size_of(&stderr));
    let mut out = BufWriter::new(FailOnce::new(stdout.lock()));
    let mut context = Context {
        environment: &|name| std::env::var_os(name),
        folder: std::env::current_dir().unwrap_or_default(),
        clock: &chrono::Utc::now,
        zone: &zone::offset,
        input: &mut io::stdin(),
        out: &mut out,
        err: &mut BestEffort(stderr.lock()),
        out_terminal,
        err_terminal,
        input_is_terminal: io::stdin().is_terminal(),
        input_is_ready: &|wait| stream::is_readable(&io::stdin(), wait),
        uptime: &|| start.elapsed(),
        random: &|| RandomState::new().hash_one(()),
        signals: tokmon::Signals::default(),
    };
    ExitCode::from(tokmon::run(args, &mut context).number())
}

fn terminal(
    stream: &impl IsTerminal,
    size: impl Fn() -> Option<(terminal_size::Width, terminal_size::Height)>,
) -> Terminal {
    let is_terminal = stream.is_terminal();
    Terminal {
        is_terminal,
        width: size()
            .filter(|_| is_terminal)
            .map(|(width, _)| width.0.into()),
    }
}
