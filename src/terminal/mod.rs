//! The door to the terminal: its screen, its keys, the signals, and the loan of it to a shell or an editor. Leaves the terminal
//! as it was on every way out. What is drawn, and what a key or a signal leads to, is the business of whoever holds the [`Screen`].

#[cfg(unix)]
mod keys;
#[cfg_attr(not(unix), path = "plain_listener.rs")]
mod listener;
mod screen;

use std::{
    io,
    process::{Command, ExitStatus},
};

use crate::exit::ExitCode;

pub use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
pub use listener::{Listener, when_unread};
pub use screen::Screen;

/// What comes in from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key went down, or repeats.
    Key(KeyEvent),
    /// The terminal has another size. The next [`Screen::draw`] finds out which.
    Resize,
    /// Somebody sent a signal.
    Signal(Signal),
    /// The terminal is no more, and nothing else will come. Only the end of the process is left, with [`ExitCode::HungUp`].
    Gone,
}

/// A signal that a dashboard has to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal is about to go.
    HangUp,
    /// SIGINT, from outside: the keys Ctrl-C come as a key.
    Interrupt,
    /// SIGQUIT, from outside.
    Quit,
    /// SIGTERM.
    Terminate,
    /// SIGTSTP, from outside: answered with [`suspend`].
    Stop,
    /// SIGCONT after a stop that [`suspend`] knew nothing of: answered with [`Screen::resume`].
    Continue,
}

impl Signal {
    /// The code to end with. None for a signal that asks for no end.
    #[must_use]
    pub const fn exit_code(self) -> Option<ExitCode> {
        match self {
            Self::HangUp => Some(ExitCode::HungUp),
            Self::Interrupt => Some(ExitCode::Interrupted),
            Self::Quit => Some(ExitCode::Quit),
            Self::Terminate => Some(ExitCode::Terminated),
            Self::Stop | Self::Continue => None,
        }
    }
}

/// The cells of the terminal, across and down. Fails where it is gone.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Hands the terminal to the shell, stops, and takes the terminal back when continued. Where there is no stopping, does nothing.
/// The next [`Screen::draw`] paints everything. Fails where the terminal is gone.
#[cfg_attr(
    not(unix),
    expect(clippy::unnecessary_wraps, reason = "fails where one can stop")
)]
pub fn suspend(screen: &mut Screen, listener: &Listener) -> io::Result<()> {
    #[cfg(unix)]
    {
        screen.leave()?;
        listener.stop()?;
        screen.enter()?;
    }
    #[cfg(not(unix))]
    let _ = (screen, listener);
    Ok(())
}

/// Lends the terminal, with every key typed, to a program until it ends. Fails where the program cannot be started or the
/// terminal is gone. The next [`Screen::draw`] paints everything.
pub fn edit(
    screen: &mut Screen,
    listener: &Listener,
    command: &mut Command,
) -> io::Result<ExitStatus> {
    listener.park();
    let status = screen.leave().and_then(|()| command.status());
    let entered = screen.enter();
    listener.unpark();
    let status = status?;
    entered.map(|()| status)
}
