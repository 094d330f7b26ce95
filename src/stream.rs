//! Adapters of standard output and standard error: which errors fail the run, and which do not. Whether a stream can be read.

use std::{
    io::{self, ErrorKind, Write},
    time::Duration,
};

/// Whether reading a stream returns at once, in this time at the latest: with what is there, or because nothing more comes.
#[cfg(unix)]
pub fn is_readable(stream: &impl std::os::fd::AsFd, wait: Duration) -> bool {
    use rustix::{
        event::{PollFd, PollFlags, Timespec, poll},
        io::Errno,
    };
    let mut streams = [PollFd::new(stream, PollFlags::IN)];
    let Ok(wait) = Timespec::try_from(wait) else {
        return false;
    };
    loop {
        match poll(&mut streams, Some(&wait)) {
            // A signal interrupts it, and it is never begun again by itself.
            Err(Errno::INTR) => {}
            ready => return ready.is_ok_and(|ready| ready > 0),
        }
    }
}

/// Never: only Unix can say so of any stream.
#[cfg(not(unix))]
pub fn is_readable<S>(_: &S, _: Duration) -> bool {
    false
}

/// Writes until that fails, as it does once a reader like `head` goes away. The error is returned once, and what comes behind it is
/// dropped: the run decides what the error means.
#[derive(Debug)]
pub struct FailOnce<W> {
    inner: W,
    has_failed: bool,
}

impl<W: Write> FailOnce<W> {
    pub const fn new(inner: W) -> Self {
        Self {
            inner,
            has_failed: false,
        }
    }

    fn unless_failed<T>(
        &mut self,
        dropped: T,
        act: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.has_failed {
            return Ok(dropped);
        }
        let outcome = act(&mut self.inner);
        let is_final = |error: &io::Error| error.kind() != ErrorKind::Interrupted;
        self.has_failed = outcome.as_ref().is_err_and(is_final);
        outcome
    }
}

impl<W: Write> Write for FailOnce<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_failed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), Write::flush)
    }
}

/// Writes what can be written. A message that cannot be printed does not change how the run ends.
#[derive(Debug)]
pub struct BestEffort<W>(pub W);

impl<W: Write> Write for BestEffort<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Ok(bytes.len()),
            outcome => outcome,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes some bytes, then fails.
    struct Failing(usize, ErrorKind);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.0.min(bytes.len());
            self.0 -= taken;
            match taken {
                0 => Err(self.1.into()),
                taken => Ok(taken),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.1.into())
        }
    }

    #[test]
    fn an_error_is_returned_once() {
        for kind in [ErrorKind::BrokenPipe, ErrorKind::StorageFull] {
            let mut out = FailOnce::new(Failing(5, kind));
            let outcome = out.write_all(b"twelve bytes");
            assert_eq!(outcome.map_err(|error| error.kind()), Err(kind));
            assert!(out.write_all(b"twelve bytes").is_ok() && out.flush().is_ok());
        }
    }

    #[test]
    fn messages_never_fail() {
        for kind in [ErrorKind::BrokenPipe, ErrorKind::StorageFull] {
            let mut err = BestEffort(Failing(5, kind));
            assert!(err.write_all(b"twelve bytes").is_ok() && err.flush().is_ok());
        }
    }
}
