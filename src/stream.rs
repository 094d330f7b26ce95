//! Adapters of standard output and standard error: which errors fail the run, and which do not.

use std::io::{self, ErrorKind, Write};

/// Writes until the reader goes away, as `head` does. That is no failure: the rest is dropped. It is also dropped behind any other
/// error, which was returned once: the run decides what that means.
#[derive(Debug)]
pub struct IgnoreBrokenPipe<W> {
    inner: W,
    is_gone: bool,
}

impl<W: Write> IgnoreBrokenPipe<W> {
    pub const fn new(inner: W) -> Self {
        Self {
            inner,
            is_gone: false,
        }
    }

    fn unless_gone<T>(
        &mut self,
        dropped: T,
        act: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_gone {
            return Ok(dropped);
        }
        match act(&mut self.inner) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(dropped)
            }
            outcome => {
                let is_interrupted = |error: &io::Error| error.kind() == ErrorKind::Interrupted;
                self.is_gone = outcome.as_ref().is_err_and(|error| !is_interrupted(error));
                outcome
            }
        }
    }
}

impl<W: Write> Write for IgnoreBrokenPipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_gone(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_gone((), Write::flush)
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
    fn only_a_reader_that_is_gone_is_no_failure_of_the_output() {
        let outcome = |kind| {
            let mut out = IgnoreBrokenPipe::new(Failing(5, kind));
            out.write_all(b"twelve bytes").and_then(|()| out.flush())
        };
        assert!(outcome(ErrorKind::BrokenPipe).is_ok());
        assert_eq!(
            outcome(ErrorKind::StorageFull).map_err(|error| error.kind()),
            Err(ErrorKind::StorageFull)
        );
    }

    #[test]
    fn an_error_is_returned_once() {
        let mut out = IgnoreBrokenPipe::new(Failing(5, ErrorKind::StorageFull));
        assert!(out.write_all(b"twelve bytes").is_err());
        assert!(out.write_all(b"twelve bytes").is_ok() && out.flush().is_ok());
    }

    #[test]
    fn messages_never_fail() {
        for kind in [ErrorKind::BrokenPipe, ErrorKind::StorageFull] {
            let mut err = BestEffort(Failing(5, kind));
            assert!(err.write_all(b"twelve bytes").is_ok() && err.flush().is_ok());
        }
    }
}
