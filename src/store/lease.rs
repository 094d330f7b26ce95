//! The write lease: while it is held, other programs that open the file wait. Only the calls; see `transaction::leased_file`.
#![cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "no safe crate offers F_SETLEASE")
)]

use std::{fs::File, io};

/// Takes the lease. Refused with `WouldBlock` while another program has the file open, otherwise where there are no leases.
#[cfg(target_os = "linux")]
pub(super) fn take(file: &File) -> io::Result<()> {
    set(file, libc::F_WRLCK)
}

/// Gives the lease back, and lets those who wait go on. Closing the file does so too.
#[cfg(target_os = "linux")]
pub(super) fn give_back(file: &File) {
    // Without a lease there is nothing to give back.
    let _ = set(file, libc::F_UNLCK);
}

#[cfg(target_os = "linux")]
fn set(file: &File, kind: libc::c_int) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;
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

/// Refused: there are no leases.
#[cfg(not(target_os = "linux"))]
pub(super) fn take(_: &File) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this system has no write leases",
    ))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn give_back(_: &File) {}
