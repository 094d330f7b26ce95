//! Appends lines to a log in one synced write, which never overwrites what other programs append. A short lock on the log keeps the
//! write from falling between another process's reading and its decision.

use std::{
    fs::{File, TryLockError},
    io,
    time::Duration,
};

use super::{
    OpenError, RewriteError, WriteError, deadline::Deadline, error::Doing as _, holders, lease,
    open_log, system, target::Target,
};

/// The maximum number of attempts where the file is replaced each time.
const TRIES: usize = 5;

/// The longest that lines wait for other processes to decide.
const DECIDING: Duration = Duration::from_secs(1);

/// Turns the beginning of a line into one that is not counted.
const CUT_SHORT: &[u8] = b" [cut short by tokmon: not counted]\n";

/// Returns the whole lines to append to a log with this content, which may be taken, or None if there is nothing to append.
type Decide<'d, E> = dyn FnMut(&mut Vec<u8>) -> Result<Option<String>, E> + 'd;

impl Target {
    /// Appends whole lines, all or none of them, and returns when they are on the disk. Where the log was replaced meanwhile,
    /// `is_there` is given what it holds now and says whether the lines are in it; where they are not, they are written again.
    ///
    /// Waits while another process rewrites the log. Signals wait until the lines are written: see [`Signals::received`].
    ///
    /// [`Signals::received`]: super::Signals::received
    pub fn append(&self, lines: &str, is_there: &dyn Fn(&[u8]) -> bool) -> Result<(), WriteError> {
        self.signals.listen();
        for _ in 0..TRIES {
            let file = self.open_to_append()?;
            let _deferred = self.signals.defer();
            // Spending is recorded whatever other processes decide.
            let _ = self.lock(&file, File::try_lock_shared, &Deadline::after(DECIDING));
            self.append_to(&file, lines)?;
            if self.is_at_path(&file)? || is_there(&self.read()?) {
                return Ok(());
            }
        }
        let path = self.path.clone();
        Err(WriteError::Changing { path })
    }

    /// Appends what `decide` makes of the log: whole lines, or nothing. No other tokmon process appends or rewrites between the reading
    /// and the writing; other programs may append. Where the log was replaced meanwhile, `decide` is called again, with a log that
    /// may hold the lines already: its last answer counts.
    ///
    /// Waits for other processes that decide. Fails with [`WriteError::Busy`] where that takes too long.
    pub fn append_decided<E>(
        &self,
        wait: Duration,
        decide: &mut Decide<'_, E>,
    ) -> Result<(), RewriteError<E>> {
        self.signals.listen();
        let deadline = Deadline::after(wait);
        for _ in 0..TRIES {
            let file = self.open_to_append()?;
            if !self.lock(&file, File::try_lock, &deadline)? {
                let holders = holders::of_lock(&self.path, &deadline);
                let path = self.path.clone();
                return Err(WriteError::Busy { path, holders }.into());
            }
            if !self.is_at_path(&file)? {
                continue;
            }
            let _deferred = self.signals.defer();
            let Some(lines) = decide(&mut self.current()?).map_err(RewriteError::Plan)? else {
                return Ok(());
            };
            self.append_to(&file, &lines)?;
            if self.is_at_path(&file)? {
                return Ok(());
            }
        }
        let path = self.path.clone();
        Err(WriteError::Changing { path }.into())
    }

    /// What the log says; where a rewrite of it was cut short, its new text.
    fn current(&self) -> Result<Vec<u8>, WriteError> {
        let log = open_log(&self.path);
        let bytes = log.and_then(|mut log| log.read_to_vec().map_err(OpenError::Refused));
        bytes.map_err(|error| match error {
            OpenError::DamagedJournal(journal) => WriteError::DamagedJournal { journal },
            OpenError::Refused(error) => WriteError::io("read", &self.path, error),
            OpenError::Missing | OpenError::NotAFile(_) => WriteError::Missing {
                path: self.path.clone(),
            },
        })
    }

    /// Locks the log. False where that took too long. Does nothing where a lock would keep other programs from reading and writing, as
    /// on Windows.
    fn lock(
        &self,
        file: &File,
        try_lock: fn(&File) -> Result<(), TryLockError>,
        deadline: &Deadline,
    ) -> Result<bool, WriteError> {
        deadline.begin();
        loop {
            if cfg!(not(unix)) || system::acquired(try_lock(file)).doing("lock", &self.path)? {
                return Ok(true);
            }
            self.check_interrupted(false)?;
            if !deadline.pause() {
                return Ok(false);
            }
        }
    }

    fn append_to(&self, file: &File, lines: &str) -> Result<(), WriteError> {
        let in_front = match ends_open(file).doing("read", &self.path)? {
            true if lines.ends_with("\r\n") => "\r\n",
            true => "\n",
            false => "",
        };
        let bytes = [in_front, lines].concat().into_bytes();
        let written = system::write_once(file, &bytes).doing("write", &self.path)?;
        if written < bytes.len() {
            return Err(self.cut_short(file, written));
        }
        // Closing the file unlocks it, too.
        let _ = file.unlock();
        let synced = file.sync_data().inspect_err(|_| {
            roll_back(file, written);
        });
        synced.doing("sync", &self.path)
    }

    /// A write ended early: the file system is full. Removes what was written, or makes a line of it that is not counted.
    fn cut_short(&self, file: &File, written: usize) -> WriteError {
        let error = io::ErrorKind::StorageFull.into();
        if roll_back(file, written) {
            return WriteError::io("write", &self.path, error);
        }
        let _ = system::write_once(file, CUT_SHORT).and_then(|_| file.sync_data());
        let path = self.path.clone();
        WriteError::CutShort { path, error }
    }
}

/// Removes what was written last through this file, if no other program has written behind it and none can. Whether it did.
fn roll_back(mut file: &File, written: usize) -> bool {
    use std::io::Seek as _;

    if lease::take(file).is_err() {
        return false;
    }
    let mut remove = || {
        let end = file.stream_position()?;
        let is_last = file.metadata()?.len() == end;
        if is_last {
            file.set_len(end.saturating_sub(written as u64))?;
            file.sync_data()?;
        }
        io::Result::Ok(is_last)
    };
    let is_removed = remove().unwrap_or(false);
    lease::give_back(file);
    is_removed
}

/// Whether the last line of a file lacks its line end.
fn ends_open(file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if let Some(at) = length.checked_sub(1) {
        system::read_at(file, &mut last, at)?;
    }
    Ok(last != [b'\n'])
}
