//! `tokmon --watch`: follows the files and shows what they say; on a terminal as a dashboard, elsewhere with a line per change.

mod dashboard;
mod files;
mod follower;
mod lines;

use std::sync::mpsc;

use super::{Context, locate};
use crate::{
    cli::{GlobalArgs, ViewArgs, WatchArgs},
    exit::ExitCode,
    failure::Failure,
    terminal::{self, Input},
};
use dashboard::Dashboard;
use files::Files;
use follower::Follower;

/// What wakes the loop.
#[derive(Clone, Copy)]
enum Event {
    Input(Input),
    /// A file may have changed.
    Hint,
}

/// Follows the files until somebody ends it.
pub(super) fn run(
    args: &ViewArgs,
    watching: &WatchArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let watched = locate::watched(global, &[], cx)?;
    let (send, receive) = mpsc::channel();
    let files = Files::watch(&watched, watching, &send);
    let mut following = Follower {
        args,
        global,
        cx,
        watched,
        figures: None,
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
    Dashboard::open(&mut following, watching, send)?.run(first)
}
