//! The terminal: its screen, keys and signals, and its use by an editor or a shell in between. Restores the terminal on every way
//! out. What is drawn is in `tui`, the main loop in `commands::watch`.

#[cfg(unix)]
mod keys;
#[cfg_attr(not(unix), path = "plain_listener.rs")]
mod listener;
mod screen;

use std::{
    io,
    process::{Command, ExitStatus},
};

use crate::exit::EndingSignal;

pub use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
pub use listener::{Listener, when_ended, when_unread};
pub use screen::Screen;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    Key(KeyEvent),
    /// The terminal has another size. The next [`Screen::draw`] finds out which.
    Resize,
    /// A signal to end, from another process: Ctrl-C comes as a key. SIGHUP says that the terminal is about to go.
    Ending(EndingSignal),
    /// SIGTSTP from another process. Call [`suspend`].
    Stop,
    /// SIGCONT after a stop not by [`suspend`]. Call [`Screen::resume`].
    Continue,
    /// The terminal is gone. No other input follows; the process must exit as after SIGHUP.
    Gone,
}

/// The columns and rows of the terminal. Fails if it is gone.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Restores the terminal, stops the process, and takes the terminal again when continued; does nothing on other systems than
/// Unix. The next [`Screen::draw`] draws all cells. Fails if the terminal is gone.
#[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "fails on Unix"))]
pub fn suspend(screen: &mut Screen, listener: &Listener) -> io::Result<()> {
    #[cfg(unix)]
    {
        screen::restore()?;
        listener.stop()?;
        screen.enter()?;
    }
    #[cfg(not(unix))]
    let _ = (screen, listener);
    Ok(())
}

/// Runs a program with the terminal and its keys until it ends. Fails if the program cannot be started or the terminal is gone.
/// The next [`Screen::draw`] draws all cells.
pub fn edit(
    screen: &mut Screen,
    listener: &Listener,
    command: &mut Command,
) -> io::Result<ExitStatus> {
    listener.park();
    let status = screen::restore().and_then(|()| command.status());
    let entered = screen.enter();
    listener.unpark();
    let status = status?;
    entered.map(|()| status)
}
