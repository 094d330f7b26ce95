//! Signals while files are written. From the first file made to the last one removed a signal waits; outside of that it does
//! what it would do by itself, by way of the exit code a shell gives for it.

use std::{
    io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGIO, SIGTERM, SIGTSTP, SIGXFSZ},
    flag,
    low_level::emulate_default_handler,
};

/// The signals that end the process.
const ENDING: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

struct State {
    /// Signals need not wait.
    is_outside: Arc<AtomicBool>,
    /// How many sections signals wait for.
    sections: Mutex<usize>,
    /// The signal that is to end the process, or zero.
    ending: Arc<AtomicUsize>,
    is_to_stop: Arc<AtomicBool>,
}

static STATE: OnceLock<State> = OnceLock::new();

/// Hears signals from here on. A signal that cannot be heard does what it would do by itself.
pub(super) fn listen() {
    state();
}

fn state() -> &'static State {
    STATE.get_or_init(|| {
        let state = State {
            is_outside: Arc::new(AtomicBool::new(true)),
            sections: Mutex::new(0),
            ending: Arc::new(AtomicUsize::new(0)),
            is_to_stop: Arc::new(AtomicBool::new(false)),
        };
        let _ = state.register();
        state
    })
}

impl State {
    fn register(&self) -> io::Result<()> {
        // Somebody waits for the lease, or the file has grown as far as it may: neither is to kill.
        for signal in [SIGIO, SIGXFSZ] {
            flag::register(signal, Arc::new(AtomicBool::new(false)))?;
        }
        let ignored = ignored();
        let is_heard = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
        for signal in ENDING.into_iter().filter(is_heard) {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_conditional_shutdown(
                signal,
                128 + signal,
                Arc::clone(&self.is_outside),
            )?;
            flag::register_usize(signal, Arc::clone(&self.ending), number)?;
        }
        if is_heard(&SIGTSTP) {
            flag::register_conditional_default(SIGTSTP, Arc::clone(&self.is_outside))?;
            flag::register(SIGTSTP, Arc::clone(&self.is_to_stop))?;
        }
        Ok(())
    }
}

/// The signals that whoever started us wants ignored, as `nohup` does, a bit each.
fn ignored() -> u64 {
    let status = super::system::read_small("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

/// The signal that is to end the process and had to wait. Whoever has told what was done ends with 128 and its number.
#[must_use]
pub fn interrupted() -> Option<u8> {
    let signal = STATE.get()?.ending.load(SeqCst);
    u8::try_from(signal).ok().filter(|signal| *signal != 0)
}

/// A section in which signals wait, until it is dropped.
#[derive(Debug)]
pub(super) struct Critical(());

impl Critical {
    pub(super) fn begin() -> Self {
        let state = state();
        let mut sections = state
            .sections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *sections == 0 {
            // A stop outside is over.
            state.is_to_stop.store(false, SeqCst);
        }
        *sections += 1;
        state.is_outside.store(false, SeqCst);
        Self(())
    }
}

impl Drop for Critical {
    fn drop(&mut self) {
        let state = state();
        let mut sections = state
            .sections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *sections -= 1;
        if *sections > 0 {
            return;
        }
        state.is_outside.store(true, SeqCst);
        let is_to_stop = state.is_to_stop.swap(false, SeqCst);
        if is_to_stop && state.ending.load(SeqCst) == 0 {
            let _ = emulate_default_handler(SIGTSTP);
        }
    }
}
