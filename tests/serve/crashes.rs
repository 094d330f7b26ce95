//! What becomes of the server when a part of it ends.

use std::{
    fs,
    io::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::scene::{PATIENCE, Scene, kill};

fn is_running(id: u32) -> bool {
    // A process that has ended and is not waited for is no longer running.
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = status.rsplit(')').next().unwrap_or_default();
    !status.is_empty() && !state.trim_start().starts_with(['Z', 'X'])
}

fn wait_until(is_it: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    while !is_it() {
        assert!(start.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_crashes_is_replaced_within_a_second_and_no_connection_is_refused() {
    let scene = Scene::new();
    for signal in ["ABRT", "KILL", "ILL"] {
        scene.until_used(126_670);
        let worker = scene.worker().unwrap();
        kill(signal, worker);
        let took = wait_until(|| scene.worker().is_some_and(|id| id != worker));
        assert!(took < Duration::from_secs(1), "{signal}: {took:?}");
        assert_eq!(scene.get("/metrics").status, 200, "{signal}");
    }
    let (status, said) = scene.stop("TERM");
    assert_eq!(status.code(), Some(0));
    // Of crashes in a row, the first is said.
    assert!(
        said.contains("tokmon: the server ended (signal: 6 (SIGABRT)"),
        "{said}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn it_stops_cleanly_and_leaves_nothing() {
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let scene = Scene::new();
        scene.until_used(126_670);
        // Clients that are connected do not keep it.
        let _idle: Vec<_> = (0..20).map(|_| scene.connect()).collect();
        let mut half = scene.connect();
        half.write_all(b"GET /met").unwrap();
        let (worker, address) = (scene.worker().unwrap(), scene.address);
        let folder = scene.folder.path().to_path_buf();
        let names = |folder: &Path| {
            let mut names: Vec<_> = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(&folder), [".git", "cost-log.md"]);
        let start = Instant::now();
        let (status, said) = scene.stop(signal);
        assert_eq!((status.code(), said.as_str()), (Some(code), ""), "{signal}");
        assert!(
            start.elapsed() < Duration::from_secs(4),
            "{:?}",
            start.elapsed()
        );
        assert!(!is_running(worker), "{signal}");
        assert!(std::net::TcpStream::connect(address).is_err(), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_ends_with_the_process_that_started_it() {
    let scene = Scene::new();
    scene.until_used(126_670);
    let worker = scene.worker().unwrap();
    let (status, _) = scene.stop("KILL");
    assert_eq!(status.code(), None);
    wait_until(|| !is_running(worker));
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_starts_with_what_the_log_says_then() {
    let scene = Scene::new();
    scene.until_used(126_670);
    let worker = scene.worker().unwrap();
    kill("STOP", worker);
    scene.append(&crate::scene::usage(30));
    kill("KILL", worker);
    wait_until(|| scene.worker().is_some_and(|id| id != worker));
    assert!(
        scene
            .get("/metrics")
            .text()
            .contains("\ntokmon_used_tokens 126700\n")
    );
}
