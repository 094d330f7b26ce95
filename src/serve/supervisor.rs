//! Keeps a worker process running: it accepts connections on the socket that this process listens on, so that none is refused while a
//! worker that crashed is replaced.

#![expect(
    clippy::disallowed_methods,
    reason = "what this process is takes the system to know"
)]

use std::{
    ffi::OsString,
    io,
    net::TcpListener,
    os::fd::{AsFd as _, OwnedFd},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGCHLD, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::exit::EndingSignal;

/// A worker that ran for less is started again after [`PAUSE`], so that a log on which it always crashes keeps no core busy.
const SHORT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(500);

/// How long a worker may take to stop.
const GRACE: Duration = Duration::from_secs(5);

pub struct Supervisor<'l> {
    listener: &'l TcpListener,
    /// The arguments of a worker.
    args: Vec<OsString>,
}

struct Worker {
    child: Child,
    /// The worker ends when this one is closed, as it is when this process is killed.
    _tie: Option<ChildStdout>,
    started: Instant,
}

impl<'l> Supervisor<'l> {
    pub const fn new(listener: &'l TcpListener, args: Vec<OsString>) -> Self {
        Self { listener, args }
    }

    /// Runs workers, one after the other, until a signal says to stop. `note` is given each crash, but of many in a row the first.
    pub fn run(&self, mut note: impl FnMut(String)) -> io::Result<EndingSignal> {
        let mut signals = Signals::new([SIGCHLD, SIGTERM, SIGINT])?;
        let (mut worker, mut is_in_a_row) = (self.start()?, false);
        loop {
            for signal in signals.wait() {
                let ending = match signal {
                    SIGTERM => Some(EndingSignal::Terminate),
                    SIGINT => Some(EndingSignal::Interrupt),
                    _ => None,
                };
                if let Some(ending) = ending {
                    worker.stop();
                    return Ok(ending);
                }
            }
            let Some(status) = worker.child.try_wait()? else {
                continue;
            };
            let is_short = worker.started.elapsed() < SHORT;
            if !is_in_a_row || !is_short {
                note(format!("the server ended ({status}) and is started again"));
            }
            is_in_a_row = is_short;
            if is_short {
                thread::sleep(PAUSE);
            }
            worker = self.start()?;
        }
    }

    fn start(&self) -> io::Result<Worker> {
        let socket = OwnedFd::from(self.listener.try_clone()?);
        let mut child = Command::new(program()?)
            .args(&self.args)
            .stdin(Stdio::from(socket))
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Worker {
            _tie: child.stdout.take(),
            child,
            started: Instant::now(),
        })
    }
}

impl Worker {
    /// Asks it to end, and kills it if it does not.
    fn stop(&mut self) {
        let pid = Pid::from_child(&self.child);
        let asked = Instant::now();
        let _ = kill_process(pid, Signal::TERM);
        while asked.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This program. On Linux, also where its file is gone meanwhile, as after an update.
fn program() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    if cfg!(target_os = "linux") && !program.exists() {
        return Ok("/proc/self/exe".into());
    }
    Ok(program)
}

/// The socket that a worker is given, in place of its standard input.
pub fn inherited_listener() -> io::Result<TcpListener> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    Ok(TcpListener::from(socket))
}
