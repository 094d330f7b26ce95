//! Which processes have a file open, or hold a lock: what `/proc` says, where there is one.

use std::{fs, path::Path};

use super::{
    Holder,
    deadline::Deadline,
    system::{Identity, identity_at},
};

/// The other processes that have a file open. Empty where there was no waiting, since it looks at every process.
pub(super) fn of_file(path: &Path, deadline: &Deadline) -> Vec<Holder> {
    let (true, Ok(Some(wanted))) = (deadline.waits(), identity_at(path)) else {
        return Vec::new();
    };
    let is_it = |entry: &Path| fs::metadata(entry).is_ok_and(|at| Identity::from(&at) == wanted);
    let others = names("/proc".as_ref())
        .into_iter()
        .filter_map(|name| name.parse().ok())
        .filter(|pid| *pid != std::process::id());
    let holds = |pid: &u32| {
        let folder = Path::new("/proc").join(pid.to_string()).join("fd");
        names(&folder).iter().any(|name| is_it(&folder.join(name)))
    };
    others.filter(holds).map(holder).collect()
}

/// The processes that hold the lock on a file. Empty where there was no waiting.
pub(super) fn of_lock(path: &Path, deadline: &Deadline) -> Vec<Holder> {
    let (true, Ok(Some(wanted))) = (deadline.waits(), identity_at(path)) else {
        return Vec::new();
    };
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let inode = format!(":{}", wanted.inode);
    let pids = locks.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        match fields.as_slice() {
            [_, "FLOCK", _, _, pid, place, ..] if place.ends_with(&inode) => pid.parse().ok(),
            _ => None,
        }
    });
    pids.filter(|pid| *pid != 0).map(holder).collect()
}

fn holder(pid: u32) -> Holder {
    let name = fs::read_to_string(format!("/proc/{pid}/comm"));
    let program = name.unwrap_or_default().trim().to_owned();
    Holder { pid, program }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}
