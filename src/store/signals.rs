//! Signals while files are written. A signal is deferred from the first file created to the last one removed; at any other time it has
//! its default effect. Handlers belong to the process; which signal arrived belongs to a run.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use signal_hook::{
    SigId,
    consts::{SIGHUP, SIGINT, SIGIO, SIGTERM, SIGTSTP, SIGXFSZ},
    flag,
    low_level::{emulate_default_handler, unregister},
};

use crate::exit::{EndingSignal, ExitCode};

const ENDING: [(i32, EndingSignal); 3] = [
    (SIGHUP, EndingSignal::HangUp),
    (SIGINT, EndingSignal::Interrupt),
    (SIGTERM, EndingSignal::Terminate),
];

/// The handlers of the process. Where a handler cannot be installed, the signal keeps its default effect.
struct Handlers {
    may_end: Arc<AtomicBool>,
    /// The number of sections that defer signals.
    sections: Mutex<usize>,
    is_to_stop: Arc<AtomicBool>,
    /// The signals that the parent process did not set to be ignored, as `nohup` does.
    handled: Vec<i32>,
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();

fn handlers() -> &'static Handlers {
    HANDLERS.get_or_init(|| {
        let ignored = ignored();
        let is_handled = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
        let signals = ENDING.iter().map(|(signal, _)| *signal).chain([SIGTSTP]);
        let handlers = Handlers {
            may_end: Arc::new(AtomicBool::new(true)),
            sections: Mutex::new(0),
            is_to_stop: Arc::new(AtomicBool::new(false)),
            handled: signals.filter(is_handled).collect(),
        };
        let _ = handlers.install();
        handlers
    })
}

impl Handlers {
    fn sections(&self) -> MutexGuard<'_, usize> {
        self.sections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self) -> io::Result<()> {
        // Another process waits for the lease, or the file has reached its size limit: neither is to kill.
        for signal in [SIGIO, SIGXFSZ] {
            flag::register(signal, Arc::new(AtomicBool::new(false)))?;
        }
        for (signal, ending) in ENDING {
            if self.handled.contains(&signal) {
                let code = ExitCode::from(ending).number().into();
                flag::register_conditional_shutdown(signal, code, Arc::clone(&self.may_end))?;
            }
        }
        if self.handled.contains(&SIGTSTP) {
            flag::register_conditional_default(SIGTSTP, Arc::clone(&self.may_end))?;
            flag::register(SIGTSTP, Arc::clone(&self.is_to_stop))?;
        }
        Ok(())
    }
}

/// The signals that the process ignores, as a bit mask.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

/// The signals of one run.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<Received>);

#[derive(Debug, Default)]
struct Received {
    /// The number of the signal that is to end the process, or zero.
    ending: Arc<AtomicUsize>,
    registered: OnceLock<Vec<SigId>>,
}

impl Signals {
    pub(super) fn listen(&self) {
        self.0.registered.get_or_init(|| {
            let handled = handlers()
                .handled
                .iter()
                .filter(|signal| **signal != SIGTSTP);
            let register = |signal: &i32| {
                let number = usize::try_from(*signal).unwrap_or_default();
                flag::register_usize(*signal, Arc::clone(&self.0.ending), number).ok()
            };
            handled.filter_map(register).collect()
        });
    }

    /// The signal that is to end the process and was deferred. The run ends with its code as soon as it has said what was done.
    #[must_use]
    pub fn received(&self) -> Option<EndingSignal> {
        let number = self.0.ending.load(SeqCst);
        let is_it = |(signal, _): &&(i32, EndingSignal)| usize::try_from(*signal) == Ok(number);
        ENDING.iter().find(is_it).map(|(_, ending)| *ending)
    }

    pub(super) fn defer(&self) -> DeferredSignals {
        let handlers = handlers();
        let mut sections = handlers.sections();
        if *sections == 0 {
            // An earlier stop is over.
            handlers.is_to_stop.store(false, SeqCst);
        }
        *sections += 1;
        handlers.may_end.store(false, SeqCst);
        DeferredSignals(self.clone())
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        for id in self.registered.get().into_iter().flatten() {
            unregister(*id);
        }
    }
}

/// A section in which signals are deferred, until it is dropped.
#[derive(Debug)]
pub struct DeferredSignals(Signals);

impl Drop for DeferredSignals {
    fn drop(&mut self) {
        let handlers = handlers();
        let mut sections = handlers.sections();
        *sections -= 1;
        if *sections > 0 {
            return;
        }
        handlers.may_end.store(true, SeqCst);
        let is_to_stop = handlers.is_to_stop.swap(false, SeqCst);
        if is_to_stop && self.0.received().is_none() {
            let _ = emulate_default_handler(SIGTSTP);
        }
    }
}

#[cfg(test)]
mod tests {
    use signal_hook::low_level::raise;

    use super::*;

    #[test]
    fn a_signal_of_one_run_is_not_one_of_the_next() {
        let first = Signals::default();
        first.listen();
        let deferred = first.defer();
        raise(SIGHUP).unwrap();
        assert_eq!(first.received(), Some(EndingSignal::HangUp));
        let second = Signals::default();
        second.listen();
        drop(deferred);
        assert_eq!(second.received(), None);
    }
}
