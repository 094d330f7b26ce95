//! Which processes have a file open, or hold a lock. What the system does not say is left out.

use std::path::Path;

use super::Holder;

/// The other processes that have a file open. Empty unless `is_asked`, since it looks at every process.
#[cfg(target_os = "linux")]
pub(super) fn of_file(path: &Path, is_asked: bool) -> Vec<Holder> {
    use super::system::{Identity, identity_at};

    let Ok(Some(wanted)) = identity_at(path) else {
        return Vec::new();
    };
    let is_it =
        |entry: &Path| following(entry).is_some_and(|metadata| Identity::from(&metadata) == wanted);
    let processes = if is_asked {
        names("/proc".as_ref())
    } else {
        Vec::new()
    };
    let others = processes
        .into_iter()
        .filter_map(|name| name.parse().ok())
        .filter(|pid| *pid != std::process::id());
    let holds = |pid: &u32| {
        let folder = Path::new("/proc").join(pid.to_string()).join("fd");
        names(&folder).iter().any(|name| is_it(&folder.join(name)))
    };
    others.filter(holds).map(holder).collect()
}

/// The processes that hold the lock on a file.
#[cfg(target_os = "linux")]
pub(super) fn of_lock(path: &Path) -> Vec<Holder> {
    use super::system::{identity_at, read_small};

    let (Ok(Some(wanted)), Some(locks)) = (identity_at(path), read_small("/proc/locks")) else {
        return Vec::new();
    };
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

#[cfg(target_os = "linux")]
fn holder(pid: u32) -> Holder {
    let name = super::system::read_small(&format!("/proc/{pid}/comm"));
    let program = name.unwrap_or_default().trim().to_owned();
    Holder { pid, program }
}

#[cfg(target_os = "linux")]
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

#[cfg(target_os = "linux")]
fn following(entry: &Path) -> Option<std::fs::Metadata> {
    std::fs::metadata(entry).ok()
}

/// Not known.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_file(_: &Path, _: bool) -> Vec<Holder> {
    Vec::new()
}

/// Not known.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_lock(_: &Path) -> Vec<Holder> {
    Vec::new()
}
