//! Signals while files are written, where there are none.

use crate::exit::EndingSignal;

/// The signals of one run.
#[derive(Clone, Debug, Default)]
pub struct Signals(());

impl Signals {
    pub(super) fn listen(&self) {
        let Self(()) = self;
    }

    /// No signal was ever deferred.
    pub fn received(&self) -> Option<EndingSignal> {
        let Self(()) = self;
        None
    }

    pub(super) fn defer(&self) -> DeferredSignals {
        DeferredSignals(self.clone())
    }
}

/// A section in which signals would wait.
#[derive(Debug)]
pub struct DeferredSignals(#[expect(dead_code, reason = "as where there are signals")] Signals);
