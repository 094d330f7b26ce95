//! The screen: taken, drawn one frame at a time, and restored.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is the adapter of the terminal"
)]

use std::{
    cell::RefCell,
    io::{self, Write},
    panic,
    rc::Rc,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crossterm::{
    cursor::{Hide, Show},
    queue,
    style::{Attribute, SetAttribute, force_color_output},
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal, backend::CrosstermBackend, layout::Rect};

use crate::exit::ExitCode;

/// The terminal must be restored. Also read by a panic and a forced exit, which have no [`Screen`].
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Another thread is ending the process: nothing may be drawn after the terminal is restored.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// The terminal in raw mode, with the alternate screen and a hidden cursor. Restored when dropped, and by a panic in any thread,
/// which then ends the process.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<FrameBuffer>>,
    buffer: FrameBuffer,
    /// What the terminal shows is unknown.
    is_stale: bool,
}

impl Screen {
    /// Takes the terminal. A [`super::Listener`] must have started: a signal before that would not restore the terminal.
    pub fn new() -> io::Result<Self> {
        restore_on_panic();
        // The theme has decided on colours; crossterm would look at `NO_COLOR` only.
        force_color_output(true);
        let buffer = FrameBuffer::default();
        let terminal = Terminal::new(CrosstermBackend::new(buffer.clone()))?;
        let mut screen = Self {
            terminal,
            buffer,
            is_stale: true,
        };
        screen.enter()?;
        Ok(screen)
    }

    /// Draws a frame in the current size of the terminal: what differs from the last frame, in one write, as a synchronized update.
    /// Fails if the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let outcome = self.compose(view);
        while IS_ENDING.load(Ordering::SeqCst) {
            thread::park();
        }
        let outcome = outcome.and_then(|()| send(&self.buffer.0.take()));
        self.is_stale = outcome.is_err();
        outcome
    }

    fn compose(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.buffer.0.take();
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        if self.is_stale {
            // `Terminal::clear` would ask the terminal where its cursor is, and wait for the answer among the keys.
            let size = self.terminal.size()?;
            self.terminal
                .resize(Rect::new(0, 0, size.width, size.height))?;
        }
        self.terminal.draw(view)?;
        queue!(self.buffer, EndSynchronizedUpdate)
    }

    /// Clears the screen and draws all cells with the next frame.
    pub const fn repaint(&mut self) {
        self.is_stale = true;
    }

    /// Takes the terminal again. The next frame draws all cells. Fails if the terminal is gone.
    pub fn enter(&mut self) -> io::Result<()> {
        self.is_stale = true;
        IS_TAKEN.store(true, Ordering::SeqCst);
        let taken = enable_raw_mode()
            .and_then(|()| send_all(|page| queue!(page, EnterAlternateScreen, Hide)));
        if taken.is_err() {
            let _ = restore();
        }
        taken
    }

    /// Takes the terminal again after another program had it unnoticed, as a shell while the process was stopped. Fails if the
    /// terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        // crossterm ignores a second `enable_raw_mode`.
        disable_raw_mode()?;
        self.enter()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = restore();
    }
}

/// Restores the terminal if it is taken. Needs no [`Screen`], and no lock that a blocked thread may hold.
pub(super) fn restore() -> io::Result<()> {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let cooked = disable_raw_mode();
    let reset = SetAttribute(Attribute::Reset);
    send_all(|page| queue!(page, reset, LeaveAlternateScreen, Show)).and(cooked)
}

/// Restores the terminal while another thread may be drawing, and stops drawing. If the terminal takes no output for a fifth of a
/// second, only its mode is restored.
#[cfg(unix)]
pub(super) fn restore_without_blocking() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let terminal = io::stdout();
    let mut out = [PollFd::new(&terminal, PollFlags::OUT)];
    let fifth = Timespec {
        tv_sec: 0,
        tv_nsec: 200_000_000,
    };
    IS_ENDING.store(true, Ordering::SeqCst);
    let _ = match poll(&mut out, Some(&fifth)) {
        Ok(1..) => restore(),
        _ => disable_raw_mode(),
    };
}

/// Makes a panic in any thread restore the terminal before its message, and end the process, even with `panic = "abort"`.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _ = restore();
            report(info);
            #[expect(clippy::exit, reason = "after a panic, `main` is not reached")]
            std::process::exit(ExitCode::Panicked.number().into());
        }));
    });
}

/// The bytes of a frame until it is complete: crossterm flushes more than once.
#[derive(Clone, Default)]
struct FrameBuffer(Rc<RefCell<Vec<u8>>>);

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn send_all(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    send(&bytes)
}

/// Writes to the terminal without the lock of the standard library, which a blocked thread may hold.
#[cfg(unix)]
fn send(mut bytes: &[u8]) -> io::Result<()> {
    use rustix::{
        event::{PollFd, PollFlags, poll},
        io::Errno,
    };

    let terminal = io::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(&terminal, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Another program may have set the terminal to non-blocking.
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&terminal, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn send(bytes: &[u8]) -> io::Result<()> {
    let mut terminal = io::stdout();
    terminal.write_all(bytes)?;
    terminal.flush()
}
