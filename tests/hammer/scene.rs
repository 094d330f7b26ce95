//! One log in a folder of its own, for as long as it is hammered.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::lines::MONTHS;

/// The moment that every run of tokmon takes for now: behind all that is outside.
const NOW: &str = "2026-02-26T12:00:00Z";

pub(crate) struct Scene {
    folder: Option<TempDir>,
    pub(crate) log: PathBuf,
    start: Instant,
    length: Duration,
    pub(crate) seed: u64,
    is_over: AtomicBool,
    rewrites: AtomicUsize,
}

/// So often a log is rewritten before the hammer rests.
const REWRITES: usize = 3;

/// So long it may take longer than it was to until then, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(20);

impl Scene {
    /// The sample log, in what is the root of a repository.
    pub(crate) fn new(seed: u64, length: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let log = folder.path().join("cost-log.md");
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs/sample.md");
        let sample = fs::read_to_string(sample).unwrap();
        // Its last line has no end; writers expect one.
        fs::write(&log, sample.trim_end().to_owned() + "\n").unwrap();
        Self {
            folder: Some(folder),
            log,
            start: Instant::now(),
            length,
            seed,
            is_over: AtomicBool::new(false),
            rewrites: AtomicUsize::new(0),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    /// What is made when it is time to stop.
    pub(crate) fn end_file(&self) -> PathBuf {
        self.path().join("end")
    }

    pub(crate) fn archives(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path().join("archive"));
        let entries = entries.into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Whether it is hammered still.
    pub(crate) fn goes_on(&self) -> bool {
        !self.is_over.load(SeqCst)
    }

    /// The log was rewritten.
    pub(crate) fn rewritten(&self) {
        self.rewrites.fetch_add(1, SeqCst);
    }

    /// Ends the scene when its time is over, and the log was rewritten at all.
    pub(crate) fn wait(&self) {
        thread::sleep(self.length);
        while self.rewrites.load(SeqCst) < REWRITES && self.start.elapsed() < self.length + PATIENCE
        {
            thread::sleep(Duration::from_millis(20));
        }
        self.end();
    }

    pub(crate) fn end(&self) {
        self.is_over.store(true, SeqCst);
        let _ = fs::write(self.end_file(), "");
    }

    /// How long each month of lines lasts.
    pub(crate) fn month_length(&self) -> Duration {
        self.length / 12
    }

    /// The month that lines are of now.
    pub(crate) fn month(&self) -> &'static str {
        let months = self.start.elapsed().as_micros() / self.month_length().as_micros().max(1);
        MONTHS[usize::try_from(months).unwrap().min(11)]
    }

    /// The real program on this log.
    pub(crate) fn tokmon(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokmon"));
        command
            .args(args)
            .arg("--file")
            .arg(&self.log)
            .current_dir(self.path())
            .env_clear()
            .env("TOKMON_NOW", NOW);
        command
    }

    /// Leaves everything as it is, to be looked at. Gives the path.
    pub(crate) fn leave(mut self) -> PathBuf {
        self.end();
        self.folder.take().unwrap().keep()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if self.folder.is_some() {
            self.end();
        }
    }
}
