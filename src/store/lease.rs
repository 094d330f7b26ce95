//! The write lease: while it is held, whoever opens the file waits. Only the calls; who asks, and what a refusal means, is the
//! business of `hold`.
#![expect(unsafe_code, reason = "no safe crate offers F_SETLEASE")]

use std::{fs::File, io, os::fd::AsRawFd};

/// Asks for the lease. Refused with `WouldBlock` while anybody else has the file open, otherwise where there are none to be had.
pub(super) fn take(file: &File) -> io::Result<()> {
    set(file, libc::F_WRLCK)
}

/// Gives the lease back, and lets those who wait go on. Closing the file does so too.
pub(super) fn give_back(file: &File) {
    // Without a lease there is nothing to give back.
    let _ = set(file, libc::F_UNLCK);
}

fn set(file: &File, kind: libc::c_int) -> io::Result<()> {
    loop {
        // SAFETY: the descriptor is open for as long as `file` is borrowed, and the call takes a number, no pointer.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
