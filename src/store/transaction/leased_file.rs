//! The log, open for writing with the lease on it. Knows which programs to wait for, and what it means when a lease is refused.

use std::{
    fs::File,
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

use super::{
    super::{
        WriteError,
        deadline::{self, Deadline},
        holders, system,
        target::Target,
    },
    change::RewriteOptions,
    lease,
};

/// How long a lease is relied on at most: two thirds of what the system gives its holder by default.
const RELIED_ON: Duration = Duration::from_secs(30);

/// Takes the lease on a file.
pub(in crate::store) type TakeLease = fn(&File) -> io::Result<()>;

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
            if let Some(is_leased) = lease_or_lock(target, options, &file)? {
                let log = Self {
                    file,
                    is_leased,
                    since: deadline::now(),
                    relied_on: relied_on(),
                };
                if log.is_in_place(target)? {
                    return Ok(log);
                }
            } else {
                drop(file);
            }
            target.check_interrupted()?;
            if !deadline.pause() {
                return Err(WriteError::Busy {
                    path: target.path.clone(),
                    holders: holders::of_file(&target.path, deadline.waits()),
                });
            }
        }
    }

    /// Whether the path still leads to it: a lease does not keep other programs from renaming.
    pub(super) fn is_in_place(&self, target: &Target) -> Result<bool, WriteError> {
        target.is_at_path(&self.file)
    }

    pub(super) fn inode(&self, target: &Target) -> Result<u64, WriteError> {
        let here = system::identity(&self.file).map_err(|error| target.io("look at", error))?;
        Ok(here.inode)
    }

    /// Whether the lease is too young for the system to have taken it away.
    pub(super) fn is_fresh(&self) -> bool {
        !self.is_leased || self.since.elapsed() < self.relied_on
    }

    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// All that the file holds.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        system::read_whole(&self.file)
    }
}

impl Drop for LeasedFile {
    fn drop(&mut self) {
        if self.is_leased {
            lease::give_back(&self.file);
        }
    }
}

/// Whether there is a lease on the file now; where the user vouches for the log, an exclusive lock does. None while another program
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
        return Ok(system::try_lock(file, system::Lock::Exclusive)
            .unwrap_or(true)
            .then_some(false));
    }
    let path = target.path.clone();
    Err(WriteError::NoLease { path, why })
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

/// Not known.
#[cfg(not(target_os = "linux"))]
fn network_filesystem(_: &File) -> Option<&'static str> {
    None
}

fn relied_on() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let given = system::read_small("/proc/sys/fs/lease-break-time");
        let seconds = given.and_then(|text| text.trim().parse::<u32>().ok());
        if let Some(seconds @ 1..) = seconds {
            return RELIED_ON.min(Duration::from_secs(seconds.into()) * 2 / 3);
        }
    }
    RELIED_ON
}
