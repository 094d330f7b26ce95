//! `tokmon --watch`: follows the files and shows what they say; on a terminal as a dashboard, elsewhere with a line per change.

mod dashboard;
mod files;
mod follower;
mod lines;

use std::sync::mpsc;

use super::Context;
use crate::{
    analysis::Rows,
    cli::{GlobalArgs, ViewArgs, WatchArgs},
    commands::status::view_request,
    exit::ExitCode,
    failure::Failure,
    session::{Session, ViewRequest},
    terminal::{self, Input},
};
use dashboard::Dashboard;
use files::Files;
use follower::Follower;

/// Of rows before so many of the newest, only sums are kept.
const MAX_ROWS: usize = 5_000;

/// What wakes the loop.
#[derive(Clone, Copy)]
enum Event {
    Input(Input),
    /// A file may have changed.
    Hint,
}

/// Follows the files until the user ends it.
pub fn run(
    args: &ViewArgs,
    watching: &WatchArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let request = ViewRequest {
        forecast_days: true,
        ..view_request(args, Rows::Newest(MAX_ROWS), global, cx)?
    };
    let session = Session::new(cx.log_options(global), request);
    let watched = session.watched_files()?;
    let (send, receive) = mpsc::channel();
    let files = Files::watch(&watched, watching, &send);
    let mut following = Follower {
        session,
        global,
        cx,
        watched,
        read_files: crate::text::Files::default(),
        files,
        receive,
        begun: false,
    };
    let on_screen = !watching.follow && following.cx.is_screen();
    if on_screen && !following.cx.input_is_terminal {
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
