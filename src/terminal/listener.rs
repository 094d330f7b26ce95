//! Keys and signals, each awaited by a thread. Keys are not read with crossterm: its reader does not return when the terminal is
//! gone, blocks in the middle of a key, and loses pasted text beyond a thousand bytes.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is the adapter of the terminal"
)]

use std::{
    io::{self, PipeReader, PipeWriter},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
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

use super::{Input, keys::Decoder, screen};
use crate::exit::{EndingSignal, ExitCode};

/// The longest that the rest of a key may take. Only time distinguishes an Esc from the start of another key.
const REST_OF_KEY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// How long the main thread may take to quit before the process exits.
const GRACE: Duration = Duration::from_millis(500);

/// How long a signal to this process may take. The first process of a container is never stopped, so that none comes.
const SIGNAL: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub struct Listener {
    shared: Arc<Shared>,
    /// Wakes the thread that reads keys.
    wake_tx: PipeWriter,
}

/// The state of the threads, and a way to wait for its change.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<ListenerState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct ListenerState {
    reader: KeyReader,
    /// Another program has the terminal: signals of its keys are for that program.
    is_lent: bool,
    is_stopping: bool,
    /// The next SIGWINCH shows that earlier signals were handled.
    is_catching_up: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum KeyReader {
    #[default]
    Reading,
    /// It must stop reading.
    Asked,
    Parked,
    Ended,
}

impl Listener {
    /// Starts to listen, and sends each input. From then on, the signals of [`Input`] have no other effect; but if the process
    /// still runs half a second after one to end, it exits with the code of the signal.
    pub fn start(send: impl Fn(Input) + Send + Clone + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let signals = Signals::new([SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH])?;
        let (wake_rx, wake_tx) = io::pipe()?;
        let (here, sender) = (Arc::clone(&shared), send.clone());
        spawn("signals", move || here.receive_signals(signals, &sender))?;
        let here = Arc::clone(&shared);
        spawn("keys", move || here.read_keys(&wake_rx, &send))?;
        Ok(Self { shared, wake_tx })
    }

    /// Leaves keys, and signals from keys, to another program. Returns when it can read them.
    pub fn park(&self) {
        let mut state = self.shared.state();
        state.is_lent = true;
        if state.reader == KeyReader::Reading {
            state.reader = KeyReader::Asked;
            let _ = rustix::io::write(&self.wake_tx, b"!");
        }
        let _parked = self
            .shared
            .wait_while(state, |state| state.reader == KeyReader::Asked);
    }

    pub fn unpark(&self) {
        self.catch_up();
        let mut state = self.shared.state();
        state.is_lent = false;
        if state.reader == KeyReader::Parked {
            state.reader = KeyReader::Reading;
            self.shared.changed.notify_all();
        }
    }

    /// Waits until all signals so far are handled: a Ctrl-C that ended the other program must not end this one, too.
    fn catch_up(&self) {
        // Signals are handled by number. A second round starts after all that came before the first.
        for _ in 0..2 {
            let mut state = self.shared.state();
            state.is_catching_up = true;
            if kill_process(getpid(), Kill::WINCH).is_err() {
                return;
            }
            self.shared
                .wait_briefly(state, |state| state.is_catching_up);
        }
    }

    /// Stops the whole job until it is continued: a shell sees a program and its wrapper stop only if both do. Unlike Ctrl-Z, it
    /// cannot be ignored.
    pub(super) fn stop(&self) -> io::Result<()> {
        let mut state = self.shared.state();
        state.is_stopping = true;
        kill_current_process_group(Kill::STOP)?;
        // Another thread may take the signal, while this one continues.
        self.shared.wait_briefly(state, |state| state.is_stopping);
        Ok(())
    }
}

/// Calls back from another thread once the reader of standard output is gone, be it a terminal or a pipe.
pub fn when_unread(callback: impl FnOnce() + Send + 'static) {
    let wait = || {
        let output = io::stdout();
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        loop {
            let mut sources = [PollFd::new(&output, PollFlags::empty())];
            match poll(&mut sources, None) {
                Ok(_) if sources[0].revents().intersects(gone) => return callback(),
                Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return,
            }
        }
    };
    // Without the thread, output is written although it is not read.
    let _ = spawn("reader", wait);
}

/// Calls back from another thread at the first signal to end, which has no other effect from here on.
pub fn when_ended(callback: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        if signals.forever().next().is_some() {
            callback();
        }
    };
    spawn("signals", wait).map(drop)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(run)
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, ListenerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'m>(
        &self,
        state: MutexGuard<'m, ListenerState>,
        holds: impl Fn(&ListenerState) -> bool,
    ) -> MutexGuard<'m, ListenerState> {
        let woken = self.changed.wait_while(state, |state| holds(state));
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_briefly(
        &self,
        state: MutexGuard<'_, ListenerState>,
        holds: impl Fn(&ListenerState) -> bool,
    ) {
        let waited = self
            .changed
            .wait_timeout_while(state, SIGNAL, |state| holds(state));
        drop(waited);
    }

    fn read_keys(&self, wake_rx: &PipeReader, send: &impl Fn(Input)) {
        let is_gone = self.read_to_end(wake_rx, send);
        self.state().reader = KeyReader::Ended;
        self.changed.notify_all();
        if is_gone {
            send(Input::Gone);
            force_exit(ExitCode::HungUp);
        }
    }

    /// Reads keys until the terminal is gone, which returns true, or the listener is.
    fn read_to_end(&self, wake_rx: &PipeReader, send: &impl Fn(Input)) -> bool {
        let terminal = io::stdin();
        let mut decoder = Decoder::default();
        let mut bytes = [0; 4096];
        loop {
            let keys = match next(&terminal, wake_rx, decoder.is_waiting()) {
                Next::Nothing => continue,
                Next::Gone => return true,
                Next::Silence => decoder.flush(),
                Next::Wake if rustix::io::read(wake_rx, &mut bytes) == Ok(0) => return false,
                Next::Wake => {
                    self.rest_while_parked();
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

    /// Waits while another program reads.
    fn rest_while_parked(&self) {
        let mut state = self.state();
        if state.reader == KeyReader::Asked {
            state.reader = KeyReader::Parked;
            self.changed.notify_all();
        }
        let _reading = self.wait_while(state, |state| state.reader == KeyReader::Parked);
    }

    fn receive_signals(&self, mut signals: Signals, send: &impl Fn(Input)) {
        for signal in signals.forever() {
            let input = match signal {
                SIGHUP => Input::Ending(EndingSignal::HangUp),
                SIGINT => Input::Ending(EndingSignal::Interrupt),
                SIGQUIT => Input::Ending(EndingSignal::Quit),
                SIGTERM => Input::Ending(EndingSignal::Terminate),
                SIGTSTP => Input::Stop,
                SIGCONT => Input::Continue,
                _ => {
                    self.state().is_catching_up = false;
                    self.changed.notify_all();
                    send(Input::Resize);
                    continue;
                }
            };
            self.handle(input, send);
        }
    }

    fn handle(&self, input: Input, send: &impl Fn(Input)) {
        let mut state = self.state();
        if input == Input::Continue && state.is_stopping {
            state.is_stopping = false;
            self.changed.notify_all();
            return;
        }
        let is_lent = state.is_lent;
        drop(state);
        if is_lent {
            return while_lent(input);
        }
        send(input);
        if let Input::Ending(signal) = input {
            force_exit(signal.into());
        }
    }
}

/// Handles a signal while the main thread waits for another program that has the terminal.
fn while_lent(signal: Input) {
    match signal {
        Input::Ending(ending @ (EndingSignal::HangUp | EndingSignal::Terminate)) => {
            low_level::exit(ExitCode::from(ending).number().into());
        }
        // The shell takes the terminal back only when all of the job has stopped.
        Input::Stop => {
            let _ = low_level::emulate_default_handler(SIGTSTP);
        }
        _ => {}
    }
}

/// Gives the main thread time to quit, then exits: it may be blocked by a terminal that takes no output.
fn force_exit(code: ExitCode) {
    thread::sleep(GRACE);
    screen::restore_without_blocking();
    low_level::exit(code.number().into());
}

/// Why the thread that reads keys woke up.
enum Next {
    Gone,
    /// Another thread woke it.
    Wake,
    Bytes,
    /// The rest of a key did not come in time.
    Silence,
    Nothing,
}

fn next(terminal: &io::Stdin, wake_rx: &PipeReader, is_waiting: bool) -> Next {
    let mut sources = [
        PollFd::new(terminal, PollFlags::IN),
        PollFd::new(wake_rx, PollFlags::IN),
    ];
    let polled = poll(&mut sources, is_waiting.then_some(&REST_OF_KEY));
    let [terminal, wake] = sources.map(|source| source.revents());
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    match polled {
        Err(Errno::INTR | Errno::AGAIN) => Next::Nothing,
        Err(_) => Next::Gone,
        Ok(0) => Next::Silence,
        Ok(_) if !wake.is_empty() => Next::Wake,
        Ok(_) if terminal.intersects(gone) => Next::Gone,
        Ok(_) if terminal.contains(PollFlags::IN) => Next::Bytes,
        Ok(_) => Next::Nothing,
    }
}
