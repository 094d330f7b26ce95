//! A program that runs: what it writes is read, and it is waited for, or ended.

#![expect(
    clippy::disallowed_methods,
    reason = "a time limit is a duration, and this is the only clock for it"
)]

use std::{
    io::{self, Write as _},
    process::{Child, ExitStatus},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::{ProgramFailure, outcome};

/// How much of standard error is kept.
const MAX_STDERR: usize = 4 * 1024;

/// How much of standard output is kept.
const MAX_STDOUT: usize = 1024 * 1024;

/// The first and the longest pause between two looks at whether the program has ended.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_millis(500);

/// How long to wait for the rest of the output: another process may have inherited the pipe.
const REST_OF_OUTPUT: Duration = Duration::from_millis(200);

/// The part of what a program writes that is kept. A thread reads it to its end.
struct Captured {
    kept: Arc<Mutex<Vec<u8>>>,
    end: mpsc::Receiver<()>,
}

impl Captured {
    fn new(pipe: Option<impl io::Read + Send + 'static>, most: usize) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (say, end) = mpsc::channel();
        if let Some(mut pipe) = pipe {
            let kept = Arc::clone(&kept);
            thread::spawn(move || {
                let mut part = [0; 4096];
                while let Ok(length @ 1..) = pipe.read(&mut part) {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    let room = most.saturating_sub(kept.len());
                    kept.extend(part.iter().take(length.min(room)));
                }
                let _ = say.send(());
            });
        }
        Self { kept, end }
    }

    /// All of it, once the program has ended.
    fn finish(&self) -> Vec<u8> {
        let _ = self.end.recv_timeout(REST_OF_OUTPUT);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

/// A program that was started. It is ended when this is dropped.
pub(super) struct Running {
    child: Child,
    stdout: Captured,
    stderr: Captured,
    has_ended: bool,
}

impl Running {
    pub(super) fn new(mut child: Child, stdin: Vec<u8>) -> Self {
        if let Some(mut pipe) = child.stdin.take() {
            // A program need not read it, and then the pipe may be full.
            thread::spawn(move || pipe.write_all(&stdin));
        }
        Self {
            stdout: Captured::new(child.stdout.take(), MAX_STDOUT),
            stderr: Captured::new(child.stderr.take(), MAX_STDERR),
            child,
            has_ended: false,
        }
    }

    /// Waits for its end. Returns also what it wrote on standard output.
    pub(super) fn outcome(
        mut self,
        limit: Duration,
        is_to_stop: &dyn Fn() -> bool,
    ) -> (Result<(), ProgramFailure>, Vec<u8>) {
        let ended = self.wait(limit, is_to_stop);
        let stderr = String::from_utf8_lossy(&self.stderr.finish())
            .trim()
            .to_owned();
        let outcome = match ended {
            Ok(Some(status)) => outcome(status, stderr),
            Ok(None) if is_to_stop() => Err(ProgramFailure::Stopped),
            Ok(None) => Err(ProgramFailure::TimedOut { limit, stderr }),
            Err(error) => Err(ProgramFailure::CannotStart(error)),
        };
        (outcome, self.stdout.finish())
    }

    /// Waits until it ends. None where it was ended because the time is over, or because it is to stop.
    fn wait(
        &mut self,
        limit: Duration,
        is_to_stop: &dyn Fn() -> bool,
    ) -> io::Result<Option<ExitStatus>> {
        let start = Instant::now();
        let mut pause = PAUSES.0;
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.has_ended = true;
                return Ok(Some(status));
            }
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() || is_to_stop() {
                self.end();
                return Ok(None);
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Ends it with the programs that it started: first it is asked to end.
    fn end(&mut self) {
        self.signal(false);
        let start = Instant::now();
        while start.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(PAUSES.1);
        }
        self.signal(true);
        let _ = self.child.wait();
        self.has_ended = true;
    }

    #[cfg(unix)]
    fn signal(&self, kill: bool) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let signal = if kill { Signal::KILL } else { Signal::TERM };
        let _ = kill_process_group(Pid::from_child(&self.child), signal);
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _: bool) {
        let _ = self.child.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end();
        }
    }
}
