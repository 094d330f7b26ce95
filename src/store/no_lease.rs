//! The write lease, where the system has none.

use std::{fs::File, io};

/// Refuses.
pub(super) fn take(_: &File) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this system has no write leases",
    ))
}

/// Does nothing.
pub(super) fn give_back(_: &File) {}
