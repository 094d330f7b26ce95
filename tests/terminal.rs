//! The door to the terminal leaves every terminal clean and no process behind. A small dashboard, [`dashboard`], runs in a real
//! terminal of its own: this test binary, started again.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::exit,
    reason = "a test that cannot set up a terminal has failed"
)]

use std::{
    env, fs,
    io::{Read, Write},
    num::NonZeroU16,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};
use ratatui::text::Text;
use rustix::process::{Pid, Signal as Kill, kill_process, test_kill_process};
use tempfile::TempDir;
use tokmon::terminal::{
    EXIT_HUNG_UP, EXIT_INTERRUPTED, EXIT_PANICKED, EXIT_QUIT, EXIT_TERMINATED, Input, KeyCode,
    KeyEvent, KeyModifiers, Listener, Screen, Signal, edit, suspend,
};

/// Where the dashboard, when it is run, finds its folder.
const FOLDER: &str = "TERMINAL_TEST_FOLDER";
/// How the dashboard is to misbehave.
const MANNER: &str = "TERMINAL_TEST_MANNER";

/// How long anything may take that is not measured.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a process may take to end.
const END: Duration = Duration::from_secs(1);

/// The dashboard, run by [`run_dashboard`]. Nothing, in a run of the tests.
#[test]
fn dashboard() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let code = Dashboard::run(&folder);
    std::process::exit(code.into());
}

/// A dashboard that shows what comes in.
struct Dashboard {
    screen: Screen,
    listener: Listener,
    folder: PathBuf,
    keys: usize,
    last: String,
}

impl Dashboard {
    /// Runs until it is told to end, and gives the code to end with.
    fn run(folder: &Path) -> u8 {
        // As the program has it: its main thread keeps the streams to itself.
        let _streams = (std::io::stdout().lock(), std::io::stderr().lock());
        let (sender, inputs) = mpsc::channel();
        let listener = Listener::start(move |input| {
            let _ = sender.send(input);
        });
        let mut dashboard = Self {
            listener: listener.unwrap(),
            screen: Screen::new().unwrap(),
            folder: folder.to_owned(),
            keys: 0,
            last: "nothing".to_owned(),
        };
        dashboard.draw();
        fs::write(folder.join("ready"), std::process::id().to_string()).unwrap();
        if env::var_os(MANNER).is_some_and(|manner| manner == "deaf") {
            dashboard.draw_for_ever();
        }
        loop {
            let waited = inputs.recv().unwrap();
            for input in std::iter::once(waited).chain(inputs.try_iter()) {
                if let Some(code) = dashboard.answer(input) {
                    return code;
                }
            }
            dashboard.draw();
        }
    }

    fn answer(&mut self, input: Input) -> Option<u8> {
        match input {
            Input::Key(key) => return self.press(key),
            Input::Resize => {}
            Input::Gone => return Some(EXIT_HUNG_UP),
            Input::Signal(Signal::Stop) => suspend(&mut self.screen, &self.listener).unwrap(),
            Input::Signal(Signal::Continue) => self.screen.resume().unwrap(),
            Input::Signal(signal) => return signal.exit_code(),
        }
        None
    }

    fn press(&mut self, key: KeyEvent) -> Option<u8> {
        self.keys += 1;
        self.last = format!("{} {}", key.modifiers, key.code);
        match (key.code, key.modifiers) {
            (KeyCode::Char('q'), _) => return Some(0),
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => return Some(EXIT_INTERRUPTED),
            (KeyCode::Char('z'), KeyModifiers::CONTROL) => {
                suspend(&mut self.screen, &self.listener).unwrap();
            }
            (KeyCode::Char('e'), _) => {
                let mut editor = Command::new("sh");
                editor.arg("editor").current_dir(&self.folder);
                let status = edit(&mut self.screen, &self.listener, &mut editor);
                self.last = format!("edited: {:?}", status.unwrap().code());
            }
            (KeyCode::Char('r'), _) => self.screen.repaint(),
            (KeyCode::Char('p'), _) => panic!("a mistake in plain sight"),
            (KeyCode::Char('t'), _) => {
                let other = thread::spawn(|| panic!("a mistake in another thread"));
                let _ = other.join();
            }
            _ => {}
        }
        None
    }

    fn draw(&mut self) {
        let (keys, last) = (self.keys, &self.last);
        let drawn = self.screen.draw(|frame| {
            let area = frame.area();
            let text = format!("{}x{} keys {keys}\nlast {last}.", area.width, area.height);
            frame.render_widget(Text::raw(text), area);
        });
        // A terminal that is gone says so by itself.
        let _ = drawn;
    }

    /// Hears nothing, as a program does that waits for a terminal to take what it writes.
    fn draw_for_ever(&mut self) -> ! {
        loop {
            self.last = format!("{}: {}", self.keys, "#".repeat(200));
            self.keys += 1;
            self.screen.repaint();
            self.draw();
        }
    }
}

/// A terminal in which something runs.
struct Tty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    child: Box<dyn Child + Send + Sync>,
    folder: TempDir,
}

/// What a terminal was sent.
struct Seen {
    bytes: Vec<u8>,
    screen: vt100::Parser,
}

const SIZE: PtySize = PtySize {
    rows: 24,
    cols: 80,
    pixel_width: 0,
    pixel_height: 0,
};

/// A command that runs the dashboard, with a folder of its own.
fn run_dashboard(folder: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env::current_exe().unwrap());
    command.args(["--exact", "dashboard", "--nocapture", "--quiet"]);
    command.env(FOLDER, folder);
    command.env("RUST_BACKTRACE", "0");
    command
}

fn open(command: CommandBuilder) -> (PtyPair, Box<dyn Child + Send + Sync>) {
    let pair = native_pty_system().openpty(SIZE).unwrap();
    let child = pair.slave.spawn_command(command).unwrap();
    (pair, child)
}

fn wait_until(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < patience, "{what}: not in {patience:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The process of the dashboard, once it is ready.
fn ready(folder: &Path) -> Pid {
    let mut pid = None;
    wait_until("ready", PATIENCE, || {
        let text = fs::read_to_string(folder.join("ready")).unwrap_or_default();
        pid = text.parse().ok().and_then(Pid::from_raw);
        pid.is_some()
    });
    pid.unwrap()
}

impl Tty {
    /// Starts the dashboard and waits for its first frame.
    fn start(manner: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = run_dashboard(folder.path());
        command.env(MANNER, manner);
        let (pair, child) = open(command);
        let (rows, cols) = (NonZeroU16::new(24).unwrap(), NonZeroU16::new(80).unwrap());
        let seen = Arc::new(Mutex::new(Seen {
            bytes: Vec::new(),
            screen: vt100::Parser::new(rows, cols, 0),
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
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            seen,
            child,
            folder,
        };
        tty.shows("80x24 keys");
        tty
    }

    fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().unwrap().screen.screen())
    }

    fn wait(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        while !self.screen(&holds) {
            let shown = || self.screen(vt100::Screen::contents);
            assert!(start.elapsed() < PATIENCE, "{what}: not on {:?}", shown());
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn shows(&self, text: &str) {
        self.wait(text, |screen| {
            screen.alternate_screen() && screen.contents().contains(text)
        });
    }

    /// The terminal is as a shell wants it.
    fn is_clean(&self) {
        self.wait("clean", |screen| {
            !screen.alternate_screen() && !screen.hide_cursor()
        });
        wait_until("cooked", PATIENCE, || self.is_cooked());
    }

    fn is_cooked(&self) -> bool {
        let flags = format!("{:?}", self.master.get_termios().unwrap().local_flags);
        ["ICANON", "ECHO", "ISIG"]
            .iter()
            .all(|flag| flags.split([' ', '|', '(', ')']).any(|word| word == *flag))
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap()).unwrap()
    }

    fn signal(&self, signal: Kill) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end, and for what was written before it.
    fn ends(&mut self, code: u8) {
        let mut status = None;
        wait_until("ended", END, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert_eq!(status.unwrap().exit_code(), u32::from(code));
        self.is_clean();
        let (begun, done) = (self.count("\x1b[?2026h"), self.count("\x1b[?2026l"));
        assert!(
            begun > 0 && begun == done,
            "{begun} frames begun, {done} done"
        );
        for unasked in [
            "\x1b[?1000h",
            "\x1b[?2004h",
            "\x1b[>",
            "\x1b]",
            "\x1b[6n",
            "\x07",
        ] {
            assert_eq!(self.count(unasked), 0, "{unasked:?}");
        }
    }

    fn count(&self, bytes: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        let windows = seen.bytes.windows(bytes.len());
        windows.filter(|window| *window == bytes.as_bytes()).count()
    }

    /// The letter for the state of the process.
    #[cfg(target_os = "linux")]
    fn state(&self) -> Option<char> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        stat.rsplit_once(") ")?.1.chars().next()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn a_dashboard_takes_the_terminal_and_gives_it_back() {
    let mut tty = Tty::start("");
    assert!(!tty.is_cooked());
    assert!(tty.screen(vt100::Screen::hide_cursor));
    tty.press("q");
    tty.ends(0);
}

#[test]
fn every_way_out_has_its_code() {
    for (keys, code) in [("\x03", EXIT_INTERRUPTED), ("q", 0)] {
        let mut tty = Tty::start("");
        tty.press(keys);
        tty.ends(code);
    }
    for (signal, code) in [
        (Kill::TERM, EXIT_TERMINATED),
        (Kill::HUP, EXIT_HUNG_UP),
        (Kill::INT, EXIT_INTERRUPTED),
        (Kill::QUIT, EXIT_QUIT),
    ] {
        let mut tty = Tty::start("");
        tty.signal(signal);
        tty.ends(code);
    }
}

#[test]
fn a_panic_can_be_read() {
    for (key, message) in [
        ("p", "a mistake in plain sight"),
        ("t", "a mistake in another thread"),
    ] {
        let mut tty = Tty::start("");
        tty.press(key);
        tty.ends(EXIT_PANICKED);
        tty.wait(message, |screen| screen.contents().contains(message));
    }
}

#[test]
fn keys_come_whole_and_none_is_lost() {
    let mut tty = Tty::start("");
    tty.press("\x1b[1;5C");
    tty.shows("keys 1\nlast Control Right.");
    tty.press("\x1b");
    tty.shows("keys 2\nlast  Esc.");
    tty.press("\x1b[");
    tty.shows("keys 3\nlast Alt [.");
    tty.press(&"x".repeat(5_000));
    tty.shows("keys 5003\n");
    tty.press("q");
    tty.ends(0);
}

#[test]
fn a_repaint_shows_the_same() {
    let mut tty = Tty::start("");
    let cleared = tty.count("\x1b[2J");
    tty.press("r");
    tty.shows("80x24 keys 1\nlast  r.");
    assert_eq!(tty.count("\x1b[2J"), cleared + 1);
    tty.press("q");
    tty.ends(0);
}

#[test]
fn after_a_storm_of_sizes_the_last_one_is_shown() {
    let mut tty = Tty::start("");
    for step in 0..200 {
        let (rows, cols) = (10 + step % 31, 40 + step % 83);
        tty.master.resize(PtySize { rows, cols, ..SIZE }).unwrap();
    }
    {
        let (rows, cols) = (NonZeroU16::new(30).unwrap(), NonZeroU16::new(100).unwrap());
        let mut seen = tty.seen.lock().unwrap();
        seen.screen.screen_mut().set_size(rows, cols);
    }
    let (rows, cols) = (30, 100);
    tty.master.resize(PtySize { rows, cols, ..SIZE }).unwrap();
    tty.shows("100x30 keys 0");
    tty.press("q");
    tty.ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_gives_the_terminal_to_the_shell_and_a_continue_takes_it_back() {
    let mut tty = Tty::start("");
    for stop in ["\x1a", "signal"] {
        match stop {
            "signal" => tty.signal(Kill::TSTP),
            key => tty.press(key),
        }
        wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
        tty.is_clean();
        tty.signal(Kill::CONT);
        tty.shows("80x24 keys 1");
        assert!(!tty.is_cooked());
    }
    assert_eq!(tty.count("\x1b[?1049h"), 3, "taken once for each time");
    tty.press("q");
    tty.ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_that_cannot_be_answered_is_made_good_afterwards() {
    let mut tty = Tty::start("");
    tty.signal(Kill::STOP);
    wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
    // As a shell leaves the screen, when it has shown its prompt.
    let prompt = b"\x1b[?1049l\x1b[?25h$ ";
    tty.seen.lock().unwrap().screen.process(prompt);
    tty.signal(Kill::CONT);
    tty.shows("80x24 keys 0");
    assert!(tty.screen(vt100::Screen::hide_cursor));
    tty.press("q");
    tty.ends(0);
}

#[test]
fn an_editor_gets_what_is_typed_whole() {
    let mut tty = Tty::start("");
    let editor = "printf 'say: '; read -r line; printf '%s' \"$line\" >said; exit 3";
    fs::write(tty.folder.path().join("editor"), editor).unwrap();
    for line in ["every key of it", "and of a second one"] {
        tty.press("e");
        tty.wait("say: ", |screen| {
            !screen.alternate_screen() && screen.contents().contains("say: ")
        });
        tty.is_clean();
        tty.press(&format!("{line}\r"));
        tty.shows("last edited: Some(3).");
        let said = fs::read_to_string(tty.folder.path().join("said")).unwrap();
        assert_eq!(said, line);
        assert!(!tty.is_cooked());
        tty.press("x");
        tty.shows("last  x.");
    }
    tty.press("q");
    tty.ends(0);
}

#[test]
fn ctrl_c_in_an_editor_is_not_for_the_dashboard() {
    let mut tty = Tty::start("");
    let editor = "trap 'exit 4' INT; printf 'say: '; read -r line";
    fs::write(tty.folder.path().join("editor"), editor).unwrap();
    tty.press("e");
    tty.wait("say: ", |screen| screen.contents().contains("say: "));
    tty.press("\x03");
    tty.shows("last edited: Some(4).");
    tty.press("q");
    tty.ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_in_an_editor_stops_the_dashboard_too() {
    let mut tty = Tty::start("");
    let editor = "printf 'say: '; read -r line; exit 3";
    fs::write(tty.folder.path().join("editor"), editor).unwrap();
    tty.press("e");
    tty.wait("say: ", |screen| screen.contents().contains("say: "));
    tty.signal(Kill::TSTP);
    wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
    tty.signal(Kill::CONT);
    tty.press("done\r");
    tty.shows("last edited: Some(3).");
    tty.press("q");
    tty.ends(0);
}

#[test]
fn whoever_does_not_hear_is_ended_all_the_same() {
    let mut tty = Tty::start("deaf");
    tty.signal(Kill::TERM);
    let mut status = None;
    wait_until("ended", END, || {
        status = tty.child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().exit_code(), u32::from(EXIT_TERMINATED));
    tty.is_clean();
}

#[test]
fn a_terminal_that_takes_nothing_keeps_nobody_alive() {
    let folder = TempDir::new().unwrap();
    let mut command = run_dashboard(folder.path());
    command.env(MANNER, "deaf");
    let (_pair, mut child) = open(command);
    let pid = ready(folder.path());
    kill_process(pid, Kill::TERM).unwrap();
    let mut status = None;
    wait_until("ended", END, || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().exit_code(), u32::from(EXIT_TERMINATED));
}

#[test]
fn a_terminal_that_goes_takes_the_process_with_it() {
    for manner in ["", "deaf"] {
        let folder = TempDir::new().unwrap();
        let inner = run_dashboard(folder.path());
        let words = inner.get_argv();
        let mut command = CommandBuilder::new("sh");
        let script = "trap '' HUP; sh -c 'exec \"$@\"' sh \"$@\"; echo $? >\"$CODE\"; sleep 20";
        command.args(["-c", script, "sh"]);
        command.args(words);
        command.env(FOLDER, folder.path());
        command.env(MANNER, manner);
        command.env("CODE", folder.path().join("code"));
        let (pair, mut shell) = open(command);
        let pid = ready(folder.path());
        drop(pair);
        wait_until("gone", END, || test_kill_process(pid).is_err());
        let code = || fs::read_to_string(folder.path().join("code")).unwrap_or_default();
        wait_until("code", PATIENCE, || {
            code().trim() == EXIT_HUNG_UP.to_string()
        });
        let _ = shell.kill();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_happens_while_nothing_happens() {
    let mut tty = Tty::start("");
    let look = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", tty.pid())).unwrap();
        let switches = tasks.map(|task| {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let lines = status.lines().filter(|line| line.contains("ctxt_switches"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        });
        let bytes = tty.seen.lock().unwrap().bytes.len();
        (switches.collect::<Vec<_>>(), bytes)
    };
    let mut before = look();
    wait_until("idle", PATIENCE, || {
        thread::sleep(Duration::from_secs(1));
        let now = look();
        let is_idle = now == before;
        before = now;
        is_idle
    });
    tty.press("q");
    tty.ends(0);
}
