//! Decides when the files are read again: after hints of changes, and after polls beside them. Reads none itself.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    time::Duration,
};

use super::Event;
use crate::{
    session::WatchedFiles,
    watch::{Debouncer, Watch, WatchSource},
};

/// How often the files are polled beside the events of the system: some file systems have none.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// The time after a hint in which others are ignored: handling each of many would take longer than reading.
const IGNORED_AFTER_HINT: Duration = Duration::from_millis(25);

pub struct ReadScheduler {
    pub watch: Watch,
    debouncer: Debouncer,
    /// A hint is in the queue or was just handled, so that more hints add nothing.
    hint_pending: Arc<AtomicBool>,
    /// When hints are handled again.
    ignoring_until: Option<Duration>,
    next_poll: Duration,
    /// A poll has found a change that was not read yet.
    changed: bool,
}

impl ReadScheduler {
    /// Watches files by the events of the system, or by polling alone.
    pub fn watch(watched: &WatchedFiles, poll: Option<Duration>, send: &Sender<Event>) -> Self {
        let hint_pending = Arc::new(AtomicBool::new(false));
        let (flag, send) = (Arc::clone(&hint_pending), send.clone());
        let hint = move || {
            if !flag.swap(true, Ordering::SeqCst) {
                // Fails where the run is ending.
                let _ = send.send(Event::Hint);
            }
        };
        let mut scheduler = Self {
            watch: Watch::start(watched.files.clone(), poll, hint),
            debouncer: Debouncer::default(),
            hint_pending,
            ignoring_until: None,
            next_poll: Duration::ZERO,
            changed: false,
        };
        scheduler.next_poll = scheduler.poll_interval();
        scheduler
    }

    const fn poll_interval(&self) -> Duration {
        match &self.watch.source {
            WatchSource::Polling { every, .. } => *every,
            WatchSource::Events | WatchSource::Lost(_) => POLL_INTERVAL,
        }
    }

    pub fn hinted(&mut self, at: Duration) {
        self.ignoring_until = Some(at + IGNORED_AFTER_HINT);
        self.debouncer.hint(at);
    }

    fn listen(&mut self) {
        self.ignoring_until = None;
        self.hint_pending.store(false, Ordering::SeqCst);
    }

    pub fn is_due(&mut self, at: Duration) -> bool {
        if self
            .ignoring_until
            .is_some_and(|ignoring_until| ignoring_until <= at)
        {
            self.listen();
        }
        if at >= self.next_poll {
            if self.watch.poll() {
                self.changed = true;
                self.debouncer.hint(at);
            }
            self.next_poll = at + self.poll_interval();
        }
        self.debouncer.due().is_some_and(|due| due <= at)
    }

    /// Called right before the files are read.
    pub fn reading(&mut self, at: Duration) {
        // What changes from here on may not be in what is read.
        self.listen();
        self.watch.mark_seen();
        self.changed = false;
        self.debouncer.read(at);
    }

    /// Called in place of reading the files. Returns whether there is anything new to read.
    pub fn skip(&mut self, at: Duration) -> bool {
        self.listen();
        self.debouncer.read(at);
        self.watch.poll() | std::mem::take(&mut self.changed)
    }

    /// Called after the files were read, with the files to watch from now on.
    pub fn done(&mut self, matter: Option<Vec<PathBuf>>, at: Duration) {
        self.debouncer.done(at);
        if matter.is_some_and(|matter| self.watch.follow(matter)) {
            self.debouncer.hint(at);
        }
    }

    pub fn wake(&self) -> Duration {
        let due = self.debouncer.due().into_iter().chain(self.ignoring_until);
        due.fold(self.next_poll, Duration::min)
    }
}
