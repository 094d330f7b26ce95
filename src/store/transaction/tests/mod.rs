//! Logs that are rewritten, whole folders before and after.

mod recovery;
mod refusals;
mod rewrite;

use std::{convert::Infallible, time::Duration};

use super::*;
use crate::store::tests::{LOG, Scene, target};

const PATIENT: RewriteOptions = RewriteOptions {
    wait: Duration::from_secs(2),
    quiesced: false,
};

const HASTY: RewriteOptions = RewriteOptions {
    wait: Duration::ZERO,
    quiesced: false,
};

const ALONE: RewriteOptions = RewriteOptions {
    wait: Duration::ZERO,
    quiesced: true,
};

/// A change of the log alone.
fn only(log: impl Into<Vec<u8>>) -> Change {
    Change {
        log: log.into(),
        files: Vec::new(),
    }
}

/// Rewrites a log with a change that does not depend on what it holds.
fn write(target: &Target, how: &RewriteOptions, change: &Change) -> Result<(), WriteError> {
    let done = target.rewrite(how, &mut |_| {
        Ok::<_, Infallible>(Some((change.clone(), ())))
    });
    match done {
        Ok(value) => {
            assert_eq!(value, Some(()));
            Ok(())
        }
        Err(RewriteError::Write(error)) => Err(error),
        Err(RewriteError::Plan(never)) => match never {},
    }
}

/// Moves the second row to an archive.
fn move_of(scene: &Scene, before: Option<&str>) -> Change {
    Change {
        log: b"# Log\n- one\n".to_vec(),
        files: vec![FileChange {
            path: scene.archive(),
            before: before.map(Into::into),
            after: Some(
                [before.unwrap_or_default(), "- two\n"]
                    .concat()
                    .into_bytes(),
            ),
        }],
    }
}
