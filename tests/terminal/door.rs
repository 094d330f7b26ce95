//! The door to the terminal leaves every terminal clean and no process behind.

use std::{fs, thread, time::Duration};

use portable_pty::CommandBuilder;
use rustix::process::{Signal as Kill, kill_process, test_kill_process};
use tempfile::TempDir;
use tokmon::ExitCode;

use crate::{
    small::{FOLDER, MANNER, ready, run_dashboard, start},
    tty::{END, PATIENCE, open, wait_until},
};

#[test]
fn a_dashboard_takes_the_terminal_and_gives_it_back() {
    let mut tty = start("");
    assert!(!tty.is_cooked());
    assert!(tty.screen(vt100::Screen::hide_cursor));
    tty.press("q");
    tty.ends(0);
}

#[test]
fn every_way_out_has_its_code() {
    for (keys, code) in [("\x03", ExitCode::Interrupted.number()), ("q", 0)] {
        let mut tty = start("");
        tty.press(keys);
        tty.ends(code);
    }
    for (signal, code) in [
        (Kill::TERM, ExitCode::Terminated.number()),
        (Kill::HUP, ExitCode::HungUp.number()),
        (Kill::INT, ExitCode::Interrupted.number()),
        (Kill::QUIT, ExitCode::Quit.number()),
    ] {
        let mut tty = start("");
        tty.signal(signal);
        tty.ends(code);
    }
}

#[test]
fn a_panic_can_be_read() {
    for (key, message) in [
        ("p", "a mistake in plain sight"),
        ("t", "a mistake in another thread"),
    ] {
        let mut tty = start("");
        tty.press(key);
        tty.ends(ExitCode::Panicked.number());
        tty.wait(message, |screen| screen.contents().contains(message));
    }
}

#[test]
fn keys_come_whole_and_none_is_lost() {
    let mut tty = start("");
    tty.press("\x1b[1;5C");
    tty.shows("keys 1\nlast Control Right.");
    tty.press("\x1b");
    tty.shows("keys 2\nlast  Esc.");
    tty.press("\x1b[");
    tty.shows("keys 3\nlast Alt [.");
    tty.press(&"x".repeat(5_000));
    tty.shows("keys 5003\n");
    tty.press("q");
    tty.ends(0);
}

#[test]
fn a_repaint_shows_the_same() {
    let mut tty = start("");
    let cleared = tty.count("\x1b[2J");
    tty.press("r");
    tty.shows("80x24 keys 1\nlast  r.");
    assert_eq!(tty.count("\x1b[2J"), cleared + 1);
    tty.press("q");
    tty.ends(0);
}

#[test]
fn after_a_storm_of_sizes_the_last_one_is_shown() {
    let mut tty = start("");
    for step in 0..200 {
        tty.resize(40 + step % 83, 10 + step % 31);
    }
    tty.resize(100, 30);
    tty.shows("100x30 keys 0");
    tty.press("q");
    tty.ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_gives_the_terminal_to_the_shell_and_a_continue_takes_it_back() {
    let mut tty = start("");
    for stop in ["\x1a", "signal"] {
        match stop {
            "signal" => tty.signal(Kill::TSTP),
            key => tty.press(key),
        }
        wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
        tty.is_clean();
        tty.signal(Kill::CONT);
        tty.shows("80x24 keys 1");
        assert!(!tty.is_cooked());
    }
    assert_eq!(tty.count("\x1b[?1049h"), 3, "taken once for each time");
    tty.press("q");
    tty.ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_that_cannot_be_answered_is_made_good_afterwards() {
    let mut tty = start("");
    tty.signal(Kill::STOP);
    wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
    // As a shell leaves the screen, when it has shown its prompt.
    let prompt = b"\x1b[?1049l\x1b[?25h$ ";
    tty.seen.lock().unwrap().screen.process(prompt);
    tty.signal(Kill::CONT);
    tty.shows("80x24 keys 0");
    assert!(tty.screen(vt100::Screen::hide_cursor));
    tty.press("q");
    tty.ends(0);
}

#[test]
fn an_editor_gets_what_is_typed_whole() {
    let mut tty = start("");
    let editor = "printf 'say: '; read -r line; printf '%s' \"$line\" >said; exit 3";
    fs::write(tty.folder.path().join("editor"), editor).unwrap();
    for line in ["every key of it", "and of a second one"] {
        tty.press("e");
        tty.wait("say: ", |screen| {
            !screen.alternate_screen() && screen.contents().contains("say: ")
        });
        tty.is_clean();
        tty.press(&format!("{line}\r"));
        tty.shows("last edited: Some(3).");
        let said = fs::read_to_string(tty.folder.path().join("said")).unwrap();
        assert_eq!(said, line);
        assert!(!tty.is_cooked());
        tty.press("x");
        tty.shows("last  x.");
    }
    tty.press("q");
    tty.ends(0);
}

#[test]
fn ctrl_c_in_an_editor_is_not_for_the_dashboard() {
    let mut tty = start("");
    let editor = "trap 'exit 4' INT; printf 'say: '; read -r line";
    fs::write(tty.folder.path().join("editor"), editor).unwrap();
    tty.press("e");
    tty.wait("say: ", |screen| screen.contents().contains("say: "));
    tty.press("\x03");
    tty.shows("last edited: Some(4).");
    tty.press("q");
    tty.ends(0);
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_in_an_editor_stops_the_dashboard_too() {
    let mut tty = start("");
    let editor = "printf 'say: '; read -r line; exit 3";
    fs::write(tty.folder.path().join("editor"), editor).unwrap();
    tty.press("e");
    tty.wait("say: ", |screen| screen.contents().contains("say: "));
    tty.signal(Kill::TSTP);
    wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
    tty.signal(Kill::CONT);
    tty.press("done\r");
    tty.shows("last edited: Some(3).");
    tty.press("q");
    tty.ends(0);
}

#[test]
fn whoever_does_not_hear_is_ended_all_the_same() {
    let mut tty = start("deaf");
    tty.signal(Kill::TERM);
    let mut status = None;
    wait_until("ended", END, || {
        status = tty.child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(
        status.unwrap().exit_code(),
        u32::from(ExitCode::Terminated.number())
    );
    tty.is_clean();
}

#[test]
fn a_terminal_that_takes_nothing_keeps_nobody_alive() {
    let folder = TempDir::new().unwrap();
    let mut command = run_dashboard(folder.path());
    command.env(MANNER, "deaf");
    let (_pair, mut child) = open(command);
    let pid = ready(folder.path());
    kill_process(pid, Kill::TERM).unwrap();
    let mut status = None;
    wait_until("ended", END, || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(
        status.unwrap().exit_code(),
        u32::from(ExitCode::Terminated.number())
    );
}

#[test]
fn a_terminal_that_goes_takes_the_process_with_it() {
    for manner in ["", "deaf"] {
        let folder = TempDir::new().unwrap();
        let inner = run_dashboard(folder.path());
        let words = inner.get_argv();
        let mut command = CommandBuilder::new("sh");
        let script = "trap '' HUP; sh -c 'exec \"$@\"' sh \"$@\"; echo $? >\"$CODE\"; sleep 20";
        command.args(["-c", script, "sh"]);
        command.args(words);
        command.env(FOLDER, folder.path());
        command.env(MANNER, manner);
        command.env("CODE", folder.path().join("code"));
        let (pair, mut shell) = open(command);
        let pid = ready(folder.path());
        drop(pair);
        wait_until("gone", END, || test_kill_process(pid).is_err());
        let code = || fs::read_to_string(folder.path().join("code")).unwrap_or_default();
        wait_until("code", PATIENCE, || {
            code().trim() == ExitCode::HungUp.number().to_string()
        });
        let _ = shell.kill();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_happens_while_nothing_happens() {
    let mut tty = start("");
    let look = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", tty.pid())).unwrap();
        let switches = tasks.map(|task| {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let lines = status.lines().filter(|line| line.contains("ctxt_switches"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        });
        let bytes = tty.seen.lock().unwrap().bytes.len();
        (switches.collect::<Vec<_>>(), bytes)
    };
    let mut before = look();
    wait_until("idle", PATIENCE, || {
        thread::sleep(Duration::from_secs(1));
        let now = look();
        let is_idle = now == before;
        before = now;
        is_idle
    });
    tty.press("q");
    tty.ends(0);
}
