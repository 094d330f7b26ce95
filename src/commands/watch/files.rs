//! When the files are to be read again: hints of changes, looks beside them, and rests after a read. Reads none itself.

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
    cli::WatchArgs,
    session::WatchedFiles,
    tui::Following,
    watch::{Coalesce, Source, Watch},
};

/// How often the files are looked at beside what the system tells: some file systems tell nothing.
const LOOK: Duration = Duration::from_secs(3);

/// So long after a hint, others are not listened to: in a storm, hearing each would take longer than reading.
const DEAF: Duration = Duration::from_millis(25);

/// The files, and when they are to be read again.
pub(super) struct Files {
    watch: Watch,
    coalesce: Coalesce,
    /// A hint is on its way, or was heard just now: more of them say nothing new.
    pending: Arc<AtomicBool>,
    /// When hints are listened to again.
    deaf: Option<Duration>,
    /// When they are looked at next.
    look: Duration,
    /// A look has found a change that was not read yet.
    changed: bool,
}

impl Files {
    pub(super) fn watch(
        watched: &WatchedFiles,
        watching: &WatchArgs,
        send: &Sender<Event>,
    ) -> Self {
        let pending = Arc::new(AtomicBool::new(false));
        let (flag, send) = (Arc::clone(&pending), send.clone());
        let hint = move || {
            if !flag.swap(true, Ordering::SeqCst) {
                // Nobody listens any more: the run is ending.
                let _ = send.send(Event::Hint);
            }
        };
        let poll = watching.poll;
        let mut files = Self {
            watch: Watch::start(watched.files(), poll, hint),
            coalesce: Coalesce::default(),
            pending,
            deaf: None,
            look: Duration::ZERO,
            changed: false,
        };
        files.look = files.every();
        files
    }

    /// How often they are looked at.
    const fn every(&self) -> Duration {
        match self.watch.source() {
            Source::Polling { every, .. } => *every,
            Source::Events | Source::Lost(_) => LOOK,
        }
    }

    /// A hint has come.
    pub(super) fn hinted(&mut self, at: Duration) {
        self.deaf = Some(at + DEAF);
        self.coalesce.hint(at);
    }

    fn listen(&mut self) {
        self.deaf = None;
        self.pending.store(false, Ordering::SeqCst);
    }

    /// Whether they are to be read now.
    pub(super) fn is_due(&mut self, at: Duration) -> bool {
        if self.deaf.is_some_and(|deaf| deaf <= at) {
            self.listen();
        }
        if at >= self.look {
            if self.watch.look() {
                self.changed = true;
                self.coalesce.hint(at);
            }
            self.look = at + self.every();
        }
        self.coalesce.due().is_some_and(|due| due <= at)
    }

    /// They are read now.
    pub(super) fn reading(&mut self, at: Duration) {
        // What changes from here on may not be in what is read.
        self.listen();
        self.watch.seen();
        self.changed = false;
        self.coalesce.read(at);
    }

    /// They are not read now. Whether there is anything new to read.
    pub(super) fn skip(&mut self, at: Duration) -> bool {
        self.listen();
        self.coalesce.read(at);
        self.watch.look() | std::mem::take(&mut self.changed)
    }

    /// They were read, and these are the ones that matter from here on.
    pub(super) fn done(&mut self, matter: Option<Vec<PathBuf>>, at: Duration) {
        self.coalesce.done(at);
        if matter.is_some_and(|matter| self.watch.follow(matter)) {
            self.coalesce.hint(at);
        }
    }

    /// When to wake for them.
    pub(super) fn wake(&self) -> Duration {
        let due = self.coalesce.due().into_iter().chain(self.deaf);
        due.fold(self.look, Duration::min)
    }

    pub(super) fn following(&self) -> Following {
        match self.watch.source() {
            Source::Events => Following::Events,
            Source::Polling { every, because } => Following::Polling {
                every: *every,
                because: because.clone(),
            },
            Source::Lost(why) => Following::Lost(why.clone()),
        }
    }
}
