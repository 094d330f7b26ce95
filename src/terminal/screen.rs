//! The screen: taken, drawn on one whole frame at a time, and given back.

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

/// The terminal is not as it was found. Also read by a panic and by a forced end, which have no screen at hand.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// The process is being ended from another thread: what is drawn from here on would come after the terminal is given back.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours: keys come unchanged, the alternate screen is shown, the cursor is hidden. Given back when
/// dropped, and by a panic in any thread, which then ends the process.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Page>>,
    page: Page,
    /// What the terminal shows is not known.
    is_stale: bool,
}

impl Screen {
    /// Takes the terminal. A [`super::Listener`] should listen already: a signal that comes before one does leaves the terminal
    /// as it is.
    pub fn new() -> io::Result<Self> {
        give_back_on_panic();
        // Whoever draws has decided on colours; crossterm would decide anew, by `NO_COLOR` alone.
        force_color_output(true);
        let page = Page::default();
        let terminal = Terminal::new(CrosstermBackend::new(page.clone()))?;
        let mut screen = Self {
            terminal,
            page,
            is_stale: true,
        };
        screen.enter()?;
        Ok(screen)
    }

    /// Draws a frame at the terminal's present size: what differs from the last one, in one write, shown at once by a terminal
    /// that can. Fails where the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let outcome = self.compose(view);
        while IS_ENDING.load(Ordering::SeqCst) {
            thread::park();
        }
        let outcome = outcome.and_then(|()| send(&self.page.take()));
        self.is_stale = outcome.is_err();
        outcome
    }

    fn compose(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.page.take();
        queue!(self.page, BeginSynchronizedUpdate)?;
        if self.is_stale {
            // `Terminal::clear` would ask the terminal where its cursor is, and wait for the answer among the keys.
            let size = self.terminal.size()?;
            self.terminal
                .resize(Rect::new(0, 0, size.width, size.height))?;
        }
        self.terminal.draw(view)?;
        queue!(self.page, EndSynchronizedUpdate)
    }

    /// Lets the next frame be painted on a cleared screen, every cell of it.
    pub const fn repaint(&mut self) {
        self.is_stale = true;
    }

    /// Gives the terminal back for a while. Fails where it is gone.
    pub fn leave(&mut self) -> io::Result<()> {
        give_back()
    }

    /// Takes the terminal again. The next frame is painted whole. Fails where the terminal is gone.
    pub fn enter(&mut self) -> io::Result<()> {
        self.is_stale = true;
        IS_TAKEN.store(true, Ordering::SeqCst);
        let taken = enable_raw_mode()
            .and_then(|()| bytes(|page| queue!(page, EnterAlternateScreen, Hide)))
            .and_then(|bytes| send(&bytes));
        if taken.is_err() {
            let _ = give_back();
        }
        taken
    }

    /// Takes the terminal again that somebody else had without our leave, as a shell has while the process is stopped from
    /// outside. Fails where the terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        // Whoever enters raw mode twice is believed to be in it still.
        disable_raw_mode()?;
        self.enter()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = give_back();
    }
}

/// Leaves the terminal as it was found, if it is not. Needs no screen, and no lock that a stuck thread could hold.
pub(super) fn give_back() -> io::Result<()> {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let cooked = disable_raw_mode();
    let reset = SetAttribute(Attribute::Reset);
    let left = bytes(|page| queue!(page, reset, LeaveAlternateScreen, Show));
    left.and_then(|bytes| send(&bytes)).and(cooked)
}

/// Leaves the terminal as it was found while another thread may be drawing, and lets none draw again. Of a terminal that takes
/// nothing for a fifth of a second, only the mode is restored.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the door to the terminal"
)]
pub(super) fn give_back_if_it_takes() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let terminal = io::stdout();
    let mut out = [PollFd::new(&terminal, PollFlags::OUT)];
    let fifth = Timespec {
        tv_sec: 0,
        tv_nsec: 200_000_000,
    };
    IS_ENDING.store(true, Ordering::SeqCst);
    let takes = poll(&mut out, Some(&fifth)).is_ok_and(|ready| ready > 0);
    if takes {
        let _ = give_back();
    } else {
        let _ = disable_raw_mode();
    }
}

/// Lets a panic give the terminal back before it says what it has to say, and end the process: whichever thread it is in, and
/// also where panics abort.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _ = give_back();
            tell(info);
            end(ExitCode::Panicked);
        }));
    });
}

#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "`main` is not reached any more, and the terminal is given back"
)]
fn end(code: ExitCode) -> ! {
    std::process::exit(code.number().into())
}

/// The bytes of a frame, until the frame is whole. What draws it flushes more than once; none of that reaches the terminal.
#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl Page {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bytes(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    Ok(bytes)
}

/// Writes to the terminal past the standard library's lock, which another thread may hold for good.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the door to the terminal"
)]
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
            // Another program may have made the terminal one that does not wait.
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&terminal, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the door to the terminal"
)]
fn send(bytes: &[u8]) -> io::Result<()> {
    let mut terminal = io::stdout();
    terminal.write_all(bytes)?;
    terminal.flush()
}
