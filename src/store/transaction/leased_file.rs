//! The log, open for writing with the lease on it. Knows which programs to wait for, and what it means when a lease is refused.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

use super::super::{
    WriteError, deadline::Deadline, error::Doing as _, holders, lease, system, target::Target,
};

#[derive(Clone, Copy, Debug)]
pub struct RewriteOptions {
    /// How long to wait for other programs that have the log open, or rewrite it. Zero tries once.
    pub wait: Duration,
    /// The user states that no other program writes the log: it is then rewritten also where the system offers no lease.
    pub quiesced: bool,
}

/// The longest that a lease is relied on: two thirds of the system's default lease break time.
const RELIED_ON: Duration = Duration::from_secs(30);

/// The log, open for writing. Until it is dropped, other programs that open the log wait, where there are leases.
#[derive(Debug)]
pub(super) struct LeasedFile {
    pub(super) file: File,
    is_leased: bool,
    since: Instant,
    relied_on: Duration,
}

impl LeasedFile {
    /// Opens the log as soon as no other program has it open. Gives up at the deadline, and when a signal waits.
    pub(super) fn acquire(
        target: &Target,
        options: &RewriteOptions,
        deadline: &Deadline,
    ) -> Result<Self, WriteError> {
        deadline.begin();
        loop {
            let file = target.open_to_write()?;
            let is_leased = lease_or_lock(target, options, &file)?;
            let log = is_leased.map(|is_leased| Self {
                file,
                is_leased,
                since: Instant::now(),
                relied_on: relied_on(),
            });
            if let Some(log) = log
                && target.is_at_path(&log.file)?
            {
                return Ok(log);
            }
            target.check_interrupted(false)?;
            if !deadline.pause() {
                return Err(WriteError::Busy {
                    path: target.path.clone(),
                    holders: holders::of_file(&target.path, deadline),
                });
            }
        }
    }

    pub(super) fn inode(&self, target: &Target) -> Result<u64, WriteError> {
        let identity = system::identity(&self.file).doing("access", &target.path)?;
        Ok(identity.inode)
    }

    /// Whether the lease is too young for the system to have taken it away.
    pub(super) fn is_fresh(&self) -> bool {
        !self.is_leased || self.since.elapsed() < self.relied_on
    }

    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

impl Drop for LeasedFile {
    fn drop(&mut self) {
        if self.is_leased {
            lease::give_back(&self.file);
        }
    }
}

/// Whether there is a lease on the file now; with `quiesced`, an exclusive lock suffices. None while another program
/// has the file open.
fn lease_or_lock(
    target: &Target,
    options: &RewriteOptions,
    file: &File,
) -> Result<Option<bool>, WriteError> {
    let why = match network_filesystem(file) {
        Some(why) => why.to_owned(),
        None => match (target.take_lease)(file) {
            Ok(()) => return Ok(Some(true)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                "it belongs to another user".to_owned()
            }
            Err(error) => error.to_string(),
        },
    };
    if options.quiesced {
        let is_locked = cfg!(not(unix)) || system::acquired(file.try_lock()).unwrap_or(true);
        return Ok(is_locked.then_some(false));
    }
    let path = target.path.clone();
    Err(WriteError::NoLease { path, why })
}

/// Why a lease would keep out only the programs of this machine.
#[cfg(not(target_os = "linux"))]
fn network_filesystem(_: &File) -> Option<&'static str> {
    None
}

/// Why a lease would keep out only the programs of this machine.
#[cfg(target_os = "linux")]
fn network_filesystem(file: &File) -> Option<&'static str> {
    /// NFS, SMB in its three ages, 9P, AFS, Ceph, FUSE.
    const SHARED: [u32; 8] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x0102_1997,
        0x5346_414f,
        0x00c3_6400,
        0x6573_5546,
    ];
    let kind = rustix::fs::fstatfs(file).ok()?.f_type;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of 32 bits, in fields of several widths"
    )]
    let kind = kind as u32;
    SHARED
        .contains(&kind)
        .then_some("it is on a file system that other machines may share")
}

fn relied_on() -> Duration {
    let given = fs::read_to_string("/proc/sys/fs/lease-break-time").unwrap_or_default();
    match given.trim().parse::<u32>() {
        Ok(seconds @ 1..) => RELIED_ON.min(Duration::from_secs(seconds.into()) * 2 / 3),
        _ => RELIED_ON,
    }
}
