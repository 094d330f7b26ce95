//! Keys and signals: a thread for each waits for them. Keys are not read through crossterm: its reader never comes back from a
//! terminal that is gone, waits in the middle of a key, and forgets what is pasted beyond a thousand bytes.

use std::{
    io::{self, PipeReader, PipeWriter},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Signal as Kill, getpid, kill_current_process_group, kill_process},
};
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH},
    iterator::Signals,
    low_level,
};

use super::{Input, Signal, keys::Decoder, screen};
use crate::exit::ExitCode;

/// How long the rest of a key may take. An Esc is told from the start of another key by nothing else.
const REST_OF_KEY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// How long whoever was told to end may take, before it is ended.
const GRACE: Duration = Duration::from_millis(500);

/// How long a signal to oneself takes at most. One that takes longer does not come: the first process of a container is never
/// stopped.
const SIGNAL: Duration = Duration::from_millis(100);

/// Listens to the keys and the signals, for as long as the process lives.
#[derive(Debug)]
pub struct Listener {
    desk: Arc<Desk>,
    /// Wakes the thread that waits for keys.
    bell: PipeWriter,
}

/// Where the threads wait for each other.
#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

/// What the threads know of each other.
#[derive(Debug, Default)]
struct State {
    reader: Reader,
    /// Another program has the terminal, so that signals from its keys are meant for that one.
    is_lent: bool,
    /// The next SIGCONT is expected.
    is_stopping: bool,
    /// The next SIGWINCH tells that those before it are dealt with.
    is_catching_up: bool,
}

/// What the thread that waits for keys is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reader {
    #[default]
    Reading,
    /// It is to stop reading.
    Asked,
    Parked,
    /// It reads no more.
    Ended,
}

impl Listener {
    /// Starts to listen, and sends what comes. From here on, no signal of [`Signal`] does what it would do by itself; but if the
    /// process is still there half a second after it was told to end, it is ended, with the same code.
    pub fn start(send: impl Fn(Input) + Send + Clone + 'static) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let signals = Signals::new([SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH])?;
        let (ear, bell) = io::pipe()?;
        let (here, sender) = (Arc::clone(&desk), send.clone());
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || here.hear_signals(signals, &sender))?;
        let here = Arc::clone(&desk);
        thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || here.read_keys(&ear, &send))?;
        Ok(Self { desk, bell })
    }

    /// Leaves every key that is typed from here on to another program, and the signals from keys too. Back when it is so.
    pub fn park(&self) {
        let mut state = self.desk.state();
        state.is_lent = true;
        if state.reader == Reader::Reading {
            state.reader = Reader::Asked;
            let _ = rustix::io::write(&self.bell, b"!");
        }
        let _parked = self
            .desk
            .wait_while(state, |state| state.reader == Reader::Asked);
    }

    /// Takes the keys and the signals again.
    pub fn unpark(&self) {
        self.catch_up();
        let mut state = self.desk.state();
        state.is_lent = false;
        if state.reader == Reader::Parked {
            state.reader = Reader::Reading;
            self.desk.changed.notify_all();
        }
    }

    /// Back when every signal that has come is dealt with: a Ctrl-C that ended the other program must not end this one too.
    fn catch_up(&self) {
        // Signals are gone through from the lowest number up. A second round begins after whatever came before the first.
        for _ in 0..2 {
            let mut state = self.desk.state();
            state.is_catching_up = true;
            if kill_process(getpid(), Kill::WINCH).is_err() {
                return;
            }
            self.desk.wait_briefly(state, |state| state.is_catching_up);
        }
    }

    /// Stops until somebody lets it continue. So does everything of the same job, as if the terminal had stopped it: a shell sees
    /// a job of a program and its wrapper stop only when both do. Cannot be ignored, as a plain Ctrl-Z can.
    pub(super) fn stop(&self) -> io::Result<()> {
        let mut state = self.desk.state();
        state.is_stopping = true;
        kill_current_process_group(Kill::STOP)?;
        // Another thread may take the signal, so that this one goes on for a while.
        self.desk.wait_briefly(state, |state| state.is_stopping);
        Ok(())
    }
}

/// Calls from a thread of its own once nobody can read any more what is written to standard output, be it a terminal or a pipe.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the door to the terminal"
)]
pub fn when_unread(tell: impl FnOnce() + Send + 'static) {
    let wait = || {
        let output = io::stdout();
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        loop {
            let mut sources = [PollFd::new(&output, PollFlags::empty())];
            match poll(&mut sources, None) {
                Ok(_) if sources[0].revents().intersects(gone) => return tell(),
                Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return,
            }
        }
    };
    // Without it, it is not known, and what is written from then on is written for nobody.
    let _ = thread::Builder::new().name("reader".to_owned()).spawn(wait);
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'m>(
        &self,
        state: MutexGuard<'m, State>,
        holds: impl Fn(&State) -> bool,
    ) -> MutexGuard<'m, State> {
        let woken = self.changed.wait_while(state, |state| holds(state));
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_briefly(&self, state: MutexGuard<'_, State>, holds: impl Fn(&State) -> bool) {
        let waited = self
            .changed
            .wait_timeout_while(state, SIGNAL, |state| holds(state));
        drop(waited);
    }

    fn read_keys(&self, ear: &PipeReader, send: &impl Fn(Input)) {
        let is_gone = self.read_to_end(ear, send);
        self.state().reader = Reader::Ended;
        self.changed.notify_all();
        if is_gone {
            send(Input::Gone);
            insist(ExitCode::HungUp);
        }
    }

    /// Reads keys until the terminal is gone, which is true, or nobody listens.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the door to the terminal"
    )]
    fn read_to_end(&self, ear: &PipeReader, send: &impl Fn(Input)) -> bool {
        let terminal = io::stdin();
        let mut decoder = Decoder::default();
        let mut bytes = [0; 4096];
        loop {
            let keys = match next(&terminal, ear, decoder.is_waiting()) {
                Next::Nothing => continue,
                Next::Gone => return true,
                Next::Silence => decoder.settle(),
                Next::Bell if rustix::io::read(ear, &mut bytes) == Ok(0) => return false,
                Next::Bell => {
                    self.rest();
                    decoder = Decoder::default();
                    continue;
                }
                Next::Bytes => match rustix::io::read(&terminal, &mut bytes) {
                    Err(Errno::INTR | Errno::AGAIN) => continue,
                    Ok(0) | Err(_) => return true,
                    Ok(length) => decoder.push(bytes.get(..length).unwrap_or_default()),
                },
            };
            for key in keys {
                send(Input::Key(key));
            }
        }
    }

    /// Stays here while somebody else reads.
    fn rest(&self) {
        let mut state = self.state();
        if state.reader == Reader::Asked {
            state.reader = Reader::Parked;
            self.changed.notify_all();
        }
        let _reading = self.wait_while(state, |state| state.reader == Reader::Parked);
    }

    fn hear_signals(&self, mut signals: Signals, send: &impl Fn(Input)) {
        for signal in signals.forever() {
            let signal = match signal {
                SIGHUP => Signal::HangUp,
                SIGINT => Signal::Interrupt,
                SIGQUIT => Signal::Quit,
                SIGTERM => Signal::Terminate,
                SIGTSTP => Signal::Stop,
                SIGCONT => Signal::Continue,
                _ => {
                    self.state().is_catching_up = false;
                    self.changed.notify_all();
                    send(Input::Resize);
                    continue;
                }
            };
            self.pass_on(signal, send);
        }
    }

    fn pass_on(&self, signal: Signal, send: &impl Fn(Input)) {
        let mut state = self.state();
        if signal == Signal::Continue && state.is_stopping {
            state.is_stopping = false;
            self.changed.notify_all();
            return;
        }
        let is_lent = state.is_lent;
        drop(state);
        if is_lent {
            return while_lent(signal);
        }
        send(Input::Signal(signal));
        if let Some(code) = signal.exit_code() {
            insist(code);
        }
    }
}

/// What a signal does while another program has the terminal, and whoever would answer it waits for that program.
fn while_lent(signal: Signal) {
    match signal {
        Signal::HangUp | Signal::Terminate => low_level::exit(
            signal
                .exit_code()
                .unwrap_or(ExitCode::HungUp)
                .number()
                .into(),
        ),
        // The shell takes the terminal back only when all of the job has stopped.
        Signal::Stop => {
            let _ = low_level::emulate_default_handler(SIGTSTP);
        }
        Signal::Interrupt | Signal::Quit | Signal::Continue => {}
    }
}

/// Waits for whoever was told to end, and ends the process if that one cannot: it may be writing to a terminal that takes nothing.
fn insist(code: ExitCode) {
    thread::sleep(GRACE);
    screen::give_back_if_it_takes();
    low_level::exit(code.number().into());
}

/// Why the thread that waits for keys woke up.
enum Next {
    /// The terminal is gone.
    Gone,
    /// Somebody rang.
    Bell,
    /// There is something to read.
    Bytes,
    /// A key whose rest was waited for has none.
    Silence,
    /// No reason.
    Nothing,
}

fn next(terminal: &io::Stdin, ear: &PipeReader, is_waiting: bool) -> Next {
    let mut sources = [
        PollFd::new(terminal, PollFlags::IN),
        PollFd::new(ear, PollFlags::IN),
    ];
    let polled = poll(&mut sources, is_waiting.then_some(&REST_OF_KEY));
    let [terminal, ear] = sources.map(|source| source.revents());
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    match polled {
        Err(Errno::INTR | Errno::AGAIN) => Next::Nothing,
        Err(_) => Next::Gone,
        Ok(0) => Next::Silence,
        Ok(_) if !ear.is_empty() => Next::Bell,
        Ok(_) if terminal.intersects(gone) => Next::Gone,
        Ok(_) if terminal.contains(PollFlags::IN) => Next::Bytes,
        Ok(_) => Next::Nothing,
    }
}
