//! The log in hand: open for writing, with the lease on it. Knows who is to be waited for, and what it means when a lease is
//! refused; what is written meanwhile is the business of `rewrite` and `redo`.

use std::{
    fs::File,
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

use super::{
    Rewriting, Target, WriteError,
    clock::{self, Deadline},
    holders, lease, system,
};

/// How long a lease is relied on at most: two thirds of what the system gives its holder by default.
const RELIED_ON: Duration = Duration::from_secs(30);

/// Whom the system lets rewrite a file alone.
pub(super) type TakeLease = fn(&File) -> io::Result<()>;

/// The log, open for writing. Until it is dropped, whoever opens it waits, where there are leases.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) file: File,
    is_leased: bool,
    since: Instant,
    relied_on: Duration,
}

impl Held {
    /// Takes the log in hand as soon as nobody else has it open. Gives up at the deadline, and when a signal waits.
    pub(super) fn take(
        target: &Target,
        how: &Rewriting,
        deadline: &Deadline,
    ) -> Result<Self, WriteError> {
        deadline.begin();
        loop {
            let file = target.open_to_write()?;
            if let Some(is_leased) = leased(target, how, &file)? {
                let held = Self {
                    file,
                    is_leased,
                    since: clock::now(),
                    relied_on: relied_on(),
                };
                if held.is_in_place(target)? {
                    return Ok(held);
                }
            } else {
                drop(file);
            }
            if let Some(signal) = target.signals.received() {
                return Err(WriteError::Interrupted {
                    signal,
                    is_done: false,
                });
            }
            if !deadline.pause() {
                return Err(WriteError::Busy {
                    path: target.path.clone(),
                    holders: holders::of_file(&target.path, deadline.waits()),
                });
            }
        }
    }

    /// Whether the path still leads to it: a lease keeps nobody from renaming.
    pub(super) fn is_in_place(&self, target: &Target) -> Result<bool, WriteError> {
        let looked = |error| WriteError::io("look at", &target.path, error);
        let here = system::identity(&self.file).map_err(looked)?;
        Ok(system::identity_at(&target.path).map_err(looked)? == Some(here))
    }

    /// The number of the file.
    pub(super) fn inode(&self, target: &Target) -> Result<u64, WriteError> {
        let here = system::identity(&self.file).map_err(|error| target.io("look at", error))?;
        Ok(here.inode)
    }

    /// Whether the lease has not been held for so long that the system may have taken it away.
    pub(super) fn is_fresh(&self) -> bool {
        !self.is_leased || self.since.elapsed() < self.relied_on
    }

    /// How long the file is.
    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// All that the file holds.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.length()?).map_err(io::Error::other)?];
        let got = system::read_at(&self.file, &mut bytes, 0)?;
        bytes.truncate(got);
        Ok(bytes)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_leased {
            lease::give_back(&self.file);
        }
    }
}

/// Whether there is a lease on the file now, or none is needed. None where somebody else has the file open.
fn leased(target: &Target, how: &Rewriting, file: &File) -> Result<Option<bool>, WriteError> {
    let why = match far_away(file) {
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
    if how.quiesced {
        return Ok(Some(false));
    }
    let path = target.path.clone();
    Err(WriteError::NoLease { path, why })
}

/// Why a lease would keep only those on this machine away.
#[cfg(target_os = "linux")]
fn far_away(file: &File) -> Option<&'static str> {
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
        reason = "a number of 32 bits, whatever it is kept in"
    )]
    let kind = kind as u32;
    SHARED
        .contains(&kind)
        .then_some("it lies on a file system that other machines may share")
}

/// Why a lease would keep only those on this machine away.
#[cfg(not(target_os = "linux"))]
fn far_away(_: &File) -> Option<&'static str> {
    None
}

/// How long a lease is relied on here.
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
