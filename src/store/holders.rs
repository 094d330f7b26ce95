//! Who has a file open, or holds a lock, as far as the system tells. What it does not tell is left out.

use std::path::Path;

use super::Holder;

/// Those who have a file open, ourselves not among them. Looks for nobody unless `is_asked`, since it looks at every process.
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

/// Those who hold the lock on a file.
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

/// The names in a folder.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// What an open file of a process is.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn following(entry: &Path) -> Option<std::fs::Metadata> {
    std::fs::metadata(entry).ok()
}

/// Nobody: the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_file(_: &Path, _: bool) -> Vec<Holder> {
    Vec::new()
}

/// Nobody: the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_lock(_: &Path) -> Vec<Holder> {
    Vec::new()
}
