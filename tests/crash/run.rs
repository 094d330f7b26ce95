//! How much is tried, by how many at once, and what is said of it.

use std::{
    env,
    fmt::Write as _,
    io::{self, Write as _},
    sync::{
        Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

/// How many try at once.
pub(crate) const WORKERS: usize = 3;

/// No more faults than these are printed.
const MAX_FAULTS: usize = 12;

/// Whether everything is tried, however long it takes.
pub(crate) fn is_long() -> bool {
    env::var_os("TOKMON_LONG").is_some()
}

/// One figure for a short run, the other for a long one.
pub(crate) fn or_long(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

/// Prints a line, also where the tests pass.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

static MACHINE: RwLock<()> = RwLock::new(());

/// Other tests may run at the same time, unless one changes the machine.
pub(crate) fn beside_others() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

/// No other test runs: the machine may be changed.
pub(crate) fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

/// At most this many of these, evenly spread.
pub(crate) fn some_of<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    if items.len() <= most {
        return items.to_vec();
    }
    (0..most)
        .map(|at| items[at * items.len() / most].clone())
        .collect()
}

/// Numbers that are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below another.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }
}

/// Tries all of these, some at once. Gives what is wrong.
pub(crate) fn faults<T: Sync>(
    items: &[T],
    workers: usize,
    attempt: impl Fn(&T) -> Result<(), String> + Sync,
) -> Vec<String> {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                    if let Err(fault) = attempt(item) {
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    faults.into_inner().unwrap()
}

/// Tries all of these, and fails where anything is wrong with any. `what` tells what was tried.
pub(crate) fn hold<T: Sync>(
    what: &str,
    items: &[T],
    attempt: impl Fn(&T) -> Result<(), String> + Sync,
) {
    let start = Instant::now();
    let faults = faults(items, WORKERS, attempt);
    report(what, items.len(), &faults, start.elapsed());
}

/// Says how it went, and fails where anything is wrong.
pub(crate) fn report(what: &str, tried: usize, faults: &[String], took: Duration) {
    say(&format!(
        "{what}: {tried} tried, {} bad ({:.1} s)",
        faults.len(),
        took.as_secs_f32()
    ));
    let mut text = String::new();
    for fault in faults.iter().take(MAX_FAULTS) {
        let _ = writeln!(text, "- {fault}");
    }
    assert!(
        faults.is_empty(),
        "{what}: {} of {tried} bad\n{text}",
        faults.len()
    );
}

/// Waits until something is so. False where that takes too long.
pub(crate) fn comes(most: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > most {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}
