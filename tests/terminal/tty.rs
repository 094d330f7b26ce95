//! A terminal with something in it: what it shows, what was written to it, and how it was left.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal as Kill, kill_process};
use tempfile::TempDir;

/// How long anything may take that is not measured.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// How long a process may take to end.
pub(crate) const END: Duration = Duration::from_secs(1);

const SIZE: PtySize = PtySize {
    rows: 24,
    cols: 80,
    pixel_width: 0,
    pixel_height: 0,
};

/// A terminal in which something runs.
pub(crate) struct Tty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    pub(crate) seen: Arc<Mutex<Seen>>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    /// Where it runs.
    pub(crate) folder: TempDir,
    /// How often the bell is to have rung at the end.
    pub(crate) rings: usize,
}

/// What a terminal was sent.
pub(crate) struct Seen {
    pub(crate) bytes: Vec<u8>,
    pub(crate) screen: vt100::Parser,
    /// What was on the screen at the end of each frame.
    frames: Vec<String>,
}

impl Seen {
    fn take(&mut self, chunk: &[u8]) {
        let mut done = self.bytes.len();
        // The end of a frame may have begun in the chunk before.
        let mut from = done.saturating_sub(END_OF_FRAME.len() - 1);
        self.bytes.extend(chunk);
        while let Some(at) = find(&self.bytes[from..], END_OF_FRAME) {
            from += at + END_OF_FRAME.len();
            self.screen.process(&self.bytes[done..from]);
            self.frames.push(self.screen.screen().contents());
            done = from;
        }
        self.screen.process(&self.bytes[done..]);
    }
}

const END_OF_FRAME: &[u8] = b"\x1b[?2026l";

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Runs a command in a terminal that nobody reads from.
pub(crate) fn open(command: CommandBuilder) -> (PtyPair, Box<dyn Child + Send + Sync>) {
    let pair = native_pty_system().openpty(SIZE).unwrap();
    let child = pair.slave.spawn_command(command).unwrap();
    (pair, child)
}

pub(crate) fn wait_until(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < patience, "{what}: not in {patience:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

impl Tty {
    /// Runs a command in a terminal.
    pub(crate) fn open(folder: TempDir, command: CommandBuilder) -> Self {
        let (pair, child) = open(command);
        let seen = Arc::new(Mutex::new(Seen {
            bytes: Vec::new(),
            screen: vt100::Parser::new(cells(SIZE.rows), cells(SIZE.cols), 0),
            frames: Vec::new(),
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                kept.lock().unwrap().take(&chunk[..length]);
            }
        });
        Self {
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            seen,
            child,
            folder,
            rings: 0,
        }
    }

    pub(crate) fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().unwrap().screen.screen())
    }

    pub(crate) fn contents(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// Whether a text was on the screen at the end of any frame.
    pub(crate) fn has_shown(&self, text: &str) -> bool {
        let seen = self.seen.lock().unwrap();
        seen.frames.iter().any(|frame| frame.contains(text))
    }

    pub(crate) fn wait(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        self.wait_for(what, PATIENCE, holds);
    }

    pub(crate) fn wait_for(
        &self,
        what: &str,
        patience: Duration,
        holds: impl Fn(&vt100::Screen) -> bool,
    ) {
        let start = Instant::now();
        while !self.screen(&holds) {
            assert!(
                start.elapsed() < patience,
                "{what}: not in {patience:?} on\n{}",
                self.contents()
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until a text is shown by whoever has taken the terminal.
    pub(crate) fn shows(&self, text: &str) {
        self.wait(text, |screen| {
            screen.alternate_screen() && screen.contents().contains(text)
        });
    }

    /// The terminal is as a shell wants it.
    pub(crate) fn is_clean(&self) {
        self.wait("clean", |screen| {
            !screen.alternate_screen() && !screen.hide_cursor()
        });
        wait_until("cooked", PATIENCE, || self.is_cooked());
    }

    pub(crate) fn is_cooked(&self) -> bool {
        let flags = format!("{:?}", self.master.get_termios().unwrap().local_flags);
        ["ICANON", "ECHO", "ISIG"]
            .iter()
            .all(|flag| flags.split([' ', '|', '(', ')']).any(|word| word == *flag))
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Gives the terminal another size, and tells whatever runs in it.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        let mut seen = self.seen.lock().unwrap();
        seen.screen.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, ..SIZE }).unwrap();
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap()).unwrap()
    }

    pub(crate) fn signal(&self, signal: Kill) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn exits(&mut self, code: u8) {
        let mut status = None;
        // On a busy machine the system takes its time to close a process that watched files.
        wait_until("ended", PATIENCE, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let status = status.unwrap();
        let shown = self.contents();
        assert_eq!(status.exit_code(), u32::from(code), "{shown}");
    }

    /// Waits for the end, and for what was written before it.
    pub(crate) fn ends(&mut self, code: u8) {
        self.exits(code);
        self.is_clean();
        let (begun, done) = (self.count("\x1b[?2026h"), self.count("\x1b[?2026l"));
        assert!(
            begun > 0 && begun == done,
            "{begun} frames begun, {done} done"
        );
        for unasked in ["\x1b[?1000h", "\x1b[?2004h", "\x1b[>", "\x1b]", "\x1b[6n"] {
            assert_eq!(self.count(unasked), 0, "{unasked:?}");
        }
        assert_eq!(self.count("\x07"), self.rings, "bells");
    }

    pub(crate) fn bytes<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        look(&self.seen.lock().unwrap().bytes)
    }

    pub(crate) fn count(&self, text: &str) -> usize {
        self.bytes(|bytes| {
            let windows = bytes.windows(text.len());
            windows.filter(|window| *window == text.as_bytes()).count()
        })
    }

    /// The letter for the state of the process.
    #[cfg(target_os = "linux")]
    pub(crate) fn state(&self) -> Option<char> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        stat.rsplit_once(") ")?.1.chars().next()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// The middle, nearly the worst, and the worst of some times, in milliseconds.
pub(crate) fn spread(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    [50, 95, 100].map(|percent| at(percent).as_secs_f64() * 1_000.0)
}

/// Says something that a test that passes shows too.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
