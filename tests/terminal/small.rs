//! A small dashboard that shows what comes through the door to the terminal: this test binary, started again.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
};

use portable_pty::CommandBuilder;
use ratatui::text::Text;
use rustix::process::Pid;
use tempfile::TempDir;
use tokmon::{
    ExitCode,
    terminal::{Input, KeyCode, KeyEvent, KeyModifiers, Listener, Screen, edit, suspend},
};

use crate::tty::{PATIENCE, Tty, wait_until};

/// Where the dashboard, when it is run, finds its folder.
pub(crate) const FOLDER: &str = "TERMINAL_TEST_FOLDER";
/// How the dashboard is to misbehave.
pub(crate) const MANNER: &str = "TERMINAL_TEST_MANNER";

/// The dashboard, run by [`run_dashboard`]. Nothing, in a run of the tests.
#[test]
#[expect(clippy::exit, reason = "the code of the process is what is tested")]
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
    /// Runs until it is to end, and gives the code to end with.
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
            Input::Gone => return Some(ExitCode::HungUp.number()),
            Input::Stop => suspend(&mut self.screen, &self.listener).unwrap(),
            Input::Continue => self.screen.resume().unwrap(),
            Input::Ending(signal) => return Some(ExitCode::from(signal).number()),
        }
        None
    }

    fn press(&mut self, key: KeyEvent) -> Option<u8> {
        self.keys += 1;
        self.last = format!("{} {}", key.modifiers, key.code);
        match (key.code, key.modifiers) {
            (KeyCode::Char('q'), _) => return Some(0),
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => {
                return Some(ExitCode::Interrupted.number());
            }
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

/// A command that runs the dashboard, with a folder of its own.
pub(crate) fn run_dashboard(folder: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env::current_exe().unwrap());
    command.args(["--exact", "small::dashboard", "--nocapture", "--quiet"]);
    command.env(FOLDER, folder);
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The process of the dashboard, once it is ready.
pub(crate) fn ready(folder: &Path) -> Pid {
    let mut pid = None;
    wait_until("ready", PATIENCE, || {
        let text = fs::read_to_string(folder.join("ready")).unwrap_or_default();
        pid = text.parse().ok().and_then(Pid::from_raw);
        pid.is_some()
    });
    pid.unwrap()
}

/// Starts the dashboard and waits for its first frame.
pub(crate) fn start(manner: &str) -> Tty {
    let folder = TempDir::new().unwrap();
    let mut command = run_dashboard(folder.path());
    command.env(MANNER, manner);
    let tty = Tty::open(folder, command);
    tty.shows("80x24 keys");
    tty
}
