//! `tokmon --watch`: follows the files and shows what they say; on a terminal as a dashboard, elsewhere with a line per change.

mod dashboard;
mod follower;
mod notifier;
mod scheduler;

use std::sync::mpsc;

use super::{alert, run::Run};
use crate::{
    analysis::{Rows, forecast::BacktestExtent},
    cli::{ViewArgs, WatchArgs},
    commands::status::view_request,
    diagnostic::Findings,
    exit::ExitCode,
    failure::Failure,
    session::{Session, ViewRequest},
    terminal::{self, Input},
};
use dashboard::Dashboard;
use follower::Follower;
use notifier::Notifier;
pub use scheduler::ReadScheduler;

/// The number of the newest rows that are kept. Of older ones, only sums are.
const MAX_ROWS: usize = 5_000;

/// The number of findings that are listed. Of others, only the number is.
const MAX_FINDINGS: usize = 1_000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Input(Input),
    Hint,
    /// A run that sends notices has ended.
    Notified,
}

/// Follows the files until the user ends it.
pub fn run(
    args: &ViewArgs,
    watching: &WatchArgs,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let request = ViewRequest {
        forecast_days: true,
        // The forecast on a screen has the confidence of the printed one.
        backtest: if watching.follow {
            BacktestExtent::None
        } else {
            BacktestExtent::LastYear
        },
        findings: Findings::listing(MAX_FINDINGS),
        ..view_request(args, Rows::Newest(MAX_ROWS), run)?
    };
    let log = run.locate()?;
    let alert = watching.on_alert.as_deref();
    if let Some(words) = alert {
        // A program that is missing or not trusted is reported at once.
        alert::plan((words, true), None, &log, run)?;
    }
    let session = Session::new(run.log_options(), request, log);
    let watched = session.watched_files()?;
    let (send, receive) = mpsc::channel();
    let scheduler = ReadScheduler::watch(&watched, watching.poll, &send);
    let notifier = alert.map(|words| Notifier::new(words, send.clone(), run));
    let mut following = Follower {
        session,
        run: run.reborrow(),
        watched,
        read_files: crate::text::Files::default(),
        scheduler,
        receive,
        begun: false,
        notifier: notifier.transpose()?,
    };
    let on_screen = !watching.follow && following.run.is_screen();
    if on_screen && !following.run.cx.input_is_terminal {
        return Err(Failure::usage("--watch needs a keyboard")
            .help("--follow writes a line for each change, and reads no keys"));
    }
    let first = following.read()?;
    if !on_screen {
        terminal::when_unread(move || {
            let _ = send.send(Event::Input(Input::Gone));
        });
        return following.in_lines(first);
    }
    Dashboard::open(&mut following, args, watching, send)?.run(first)
}
