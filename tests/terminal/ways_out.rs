//! Every way out of the dashboard has its code and leaves a clean terminal; every way back in shows what is new.

use std::{fs, time::Duration};

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal as Kill, test_kill_process};
use tempfile::TempDir;

use crate::{
    scene::Scene,
    tty::{END, PATIENCE, Tty, open, wait_until},
};

#[test]
fn every_key_and_signal_that_ends_it_has_its_code() {
    for (keys, code) in [("q", 0), ("\x03", 130), ("?q", 0), ("2/x\x03q", 0)] {
        let mut tty = Scene::new().start();
        // The first key of two may close what the second one would end in.
        for key in keys.chars() {
            tty.press(&key.to_string());
        }
        if keys == "?q" {
            tty.shows("126,670 / 200,000");
            tty.press("q");
        }
        tty.ends(code);
    }
    for (signal, code) in [
        (Kill::INT, 130),
        (Kill::TERM, 143),
        (Kill::HUP, 129),
        (Kill::QUIT, 131),
    ] {
        let mut tty = Scene::new().start();
        tty.signal(signal);
        tty.ends(code);
    }
}

#[test]
fn it_can_be_left_while_there_is_trouble_and_while_it_is_small() {
    let mut tty = Scene::new().start();
    fs::remove_file(tty.log()).unwrap();
    tty.shows("is gone");
    tty.resize(20, 3);
    tty.press("p");
    tty.quit();
    let mut tty = Scene::new().start();
    tty.resize(1, 1);
    tty.wait("small", |screen| !screen.contents().contains("126,670"));
    tty.press("\x03");
    tty.ends(130);
}

/// The process that a shell wrote down, and whether it is there.
fn is_there(folder: &TempDir) -> Option<Pid> {
    let text = fs::read_to_string(folder.path().join("pid")).unwrap_or_default();
    Pid::from_raw(text.trim().parse().ok()?)
}

#[test]
fn a_terminal_that_vanishes_takes_it_along_though_its_shell_hangs_on() {
    // The shell ignores the hang-up, and so does what it starts: only the terminal itself tells.
    let script =
        "trap '' HUP; sh -c 'echo $$ >pid; exec \"$@\"' sh \"$@\"; echo $? >code; sleep 20";
    let (folder, command) = Scene::new().behind(&["sh", "-c", script, "sh"]);
    let (pair, mut shell) = open(command);
    let mut keyboard = pair.master.take_writer().unwrap();
    let mut output = pair.master.try_clone_reader().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut seen, mut chunk) = (Vec::new(), [0; 8192]);
        while !String::from_utf8_lossy(&seen).contains("126,670") {
            let length = output.read(&mut chunk).unwrap();
            seen.extend(&chunk[..length]);
        }
    });
    reader.join().unwrap();
    keyboard.write_all(b"2").unwrap();
    let pid = is_there(&folder).unwrap();
    drop((keyboard, pair));
    wait_until("gone", END, || test_kill_process(pid).is_err());
    let code = || fs::read_to_string(folder.path().join("code")).unwrap_or_default();
    wait_until("code", PATIENCE, || code().trim() == "129");
    let _ = shell.kill();
}

#[test]
fn a_repaint_brings_back_what_others_wrote_over() {
    let mut tty = Scene::new().start();
    tty.shows("q quit");
    let before = tty.contents();
    let noise = b"\x1b[5;1HBroadcast message from root\x1b[31m";
    tty.seen.lock().unwrap().screen.process(noise);
    assert_ne!(tty.contents(), before);
    tty.press("\x0c");
    tty.wait("the picture from before", |screen| {
        screen.contents() == before
    });
    tty.quit();
}

/// Runs a command line in a terminal, without a screen of its own, to its end.
fn says(words: &[&str], scene: Scene, code: u8) -> String {
    let (folder, command): (TempDir, CommandBuilder) = scene.behind(words);
    let mut tty = Tty::open(folder, command);
    let mut status = None;
    wait_until("ended", PATIENCE, || {
        status = tty.child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().exit_code(), u32::from(code));
    tty.wait("said", |screen| !screen.contents().is_empty());
    std::thread::sleep(Duration::from_millis(20));
    assert!(tty.bytes(|bytes| !bytes.contains(&b'\x1b')), "escapes");
    tty.contents()
}

#[test]
fn without_a_keyboard_there_is_no_dashboard() {
    let words = ["sh", "-c", "exec \"$@\" </dev/null", "sh"];
    let said = says(&words, Scene::new(), 64);
    assert!(said.contains("--watch needs a keyboard"), "{said}");
    assert!(said.contains("--follow"), "{said}");
}
