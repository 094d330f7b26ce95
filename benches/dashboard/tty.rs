//! A pseudo terminal with the program in it, and the resources that the program uses.

use std::{
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The time limit of a measurement.
const PATIENCE: Duration = Duration::from_secs(30);

const SIZE: PtySize = PtySize {
    rows: 24,
    cols: 80,
    pixel_width: 0,
    pixel_height: 0,
};

/// The program in a terminal, with a log.
pub(crate) struct Tty {
    master: Box<dyn MasterPty + Send>,
    seen: Arc<Mutex<Seen>>,
    child: Box<dyn Child + Send + Sync>,
    folder: TempDir,
}

struct Seen {
    bytes: Vec<u8>,
    screen: vt100::Parser,
}

/// The resources used so far. `None` if they are not known here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    /// CPU time in hundredths of a second.
    pub(crate) ticks: Option<u64>,
    /// Context switches.
    pub(crate) switches: Option<u64>,
    /// Bytes written to the terminal.
    pub(crate) bytes: u64,
    /// Frames painted.
    pub(crate) frames: u64,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

/// A folder with a log, and a command that shows it at a fixed time.
pub(crate) fn scene(log: &str, words: &[&str]) -> (TempDir, CommandBuilder) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cost-log.md"), log).unwrap();
    let program = env!("CARGO_BIN_EXE_tokmon");
    let options = [
        "--watch",
        "--now",
        "2026-02-25T17:00:00Z",
        "--file",
        "cost-log.md",
    ];
    let argv = [words, &[program], &options].concat();
    let mut command = CommandBuilder::new(argv[0]);
    command.args(&argv[1..]);
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder.path());
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    command.cwd(folder.path());
    (folder, command)
}

pub(crate) fn open(command: CommandBuilder) -> (PtyPair, Box<dyn Child + Send + Sync>) {
    let pair = native_pty_system().openpty(SIZE).unwrap();
    let child = pair.slave.spawn_command(command).unwrap();
    (pair, child)
}

impl Tty {
    /// Runs the program until it shows a text, and returns how long that took.
    pub(crate) fn start(log: &str, text: &str) -> (Self, Duration) {
        let (folder, command) = scene(log, &[]);
        let begun = Instant::now();
        let (pair, child) = open(command);
        let seen = Arc::new(Mutex::new(Seen {
            bytes: Vec::new(),
            screen: vt100::Parser::new(cells(SIZE.rows), cells(SIZE.cols), 0),
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                let mut seen = kept.lock().unwrap();
                seen.bytes.extend(&chunk[..length]);
                seen.screen.process(&chunk[..length]);
            }
        });
        let tty = Self {
            master: pair.master,
            seen,
            child,
            folder,
        };
        tty.shows(text);
        (tty, begun.elapsed())
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("cost-log.md")
    }

    /// Waits until a text is on the screen.
    pub(crate) fn shows(&self, text: &str) {
        let begun = Instant::now();
        while !self.contents().contains(text) {
            let shown = || self.contents();
            assert!(begun.elapsed() < PATIENCE, "no {text:?} on\n{}", shown());
            thread::sleep(Duration::from_micros(500));
        }
    }

    pub(crate) fn contents(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        let mut seen = self.seen.lock().unwrap();
        seen.screen.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, ..SIZE }).unwrap();
    }

    fn about(&self, file: &str) -> Option<String> {
        let process = self.child.process_id()?;
        fs::read_to_string(format!("/proc/{process}/{file}")).ok()
    }

    fn ticks(&self) -> Option<u64> {
        let stat = self.about("stat")?;
        let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
        let (user, system) = (fields.next()?, fields.next()?);
        Some(user.parse::<u64>().ok()? + system.parse::<u64>().ok()?)
    }

    fn switches(&self) -> Option<u64> {
        let process = self.child.process_id()?;
        let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
        let statuses = tasks.map(|task| fs::read_to_string(task.ok()?.path().join("status")).ok());
        let mut sum = 0;
        for status in statuses {
            let status = status?;
            let lines = status.lines().filter(|line| line.contains("ctxt_switches"));
            sum += lines
                .filter_map(|line| line.rsplit('\t').next()?.parse::<u64>().ok())
                .sum::<u64>();
        }
        Some(sum)
    }

    /// The peak memory in megabytes.
    pub(crate) fn peak(&self) -> Option<f64> {
        let status = self.about("status")?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes * 1_024.0 / 1e6)
    }

    pub(crate) fn used(&self) -> Used {
        let (bytes, frames) = {
            let seen = self.seen.lock().unwrap();
            let begun = b"\x1b[?2026h";
            let frames = seen.bytes.windows(begun.len()).filter(|part| part == begun);
            (seen.bytes.len() as u64, frames.count() as u64)
        };
        Used {
            ticks: self.ticks(),
            switches: self.switches(),
            bytes,
            frames,
        }
    }
}

impl Used {
    /// The resources used since.
    pub(crate) fn since(self, before: Self) -> Self {
        let more = |now: Option<u64>, then: Option<u64>| Some(now? - then?);
        Self {
            ticks: more(self.ticks, before.ticks),
            switches: more(self.switches, before.switches),
            bytes: self.bytes - before.bytes,
            frames: self.frames - before.frames,
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // As its user leaves it, and not by force, which would leave its threads no time.
        let _ = self
            .master
            .take_writer()
            .map(|mut keys| keys.write_all(b"q"));
        let _ = self.child.wait();
    }
}

/// Whether a process exists.
pub(crate) fn is_there(process: Pid) -> bool {
    rustix::process::test_kill_process(process).is_ok()
}

/// Kills a helper process.
pub(crate) fn put_away(shell: &mut (dyn Child + Send + Sync)) {
    if let Some(pid) = shell
        .process_id()
        .and_then(|id| Pid::from_raw(id.try_into().ok()?))
    {
        let _ = kill_process(pid, Signal::KILL);
    }
    let _ = shell.wait();
}
