//! Ctrl-Z, and the way back.

use rustix::process::Signal as Kill;

use crate::{
    scene::{Scene, sample_and, save_by_renaming, total},
    tty::{PATIENCE, wait_until},
};

#[test]
fn it_stops_for_the_shell_and_shows_on_its_return_what_changed_meanwhile() {
    // No bell rings for what happened meanwhile.
    let mut tty = Scene::new().option("--bell").start();
    for (tokens, stop) in [
        (30_000, Some(Kill::TSTP)),
        (40_000, None),
        (60_000, Some(Kill::STOP)),
    ] {
        match stop {
            Some(signal) => tty.signal(signal),
            None => tty.press("\x1a"),
        }
        wait_until("stopped", PATIENCE, || tty.state() == Some('T'));
        if stop == Some(Kill::STOP) {
            // What cannot be answered is left as it is; a shell writes over it.
            let prompt = b"\x1b[?1049l\x1b[?25h$ ";
            tty.seen.lock().unwrap().screen.process(prompt);
        } else {
            tty.is_clean();
        }
        save_by_renaming(&tty.log(), &sample_and(tokens));
        tty.signal(Kill::CONT);
        tty.shows_soon(&total(tokens));
        tty.shows("q quit");
        assert!(tty.screen(vt100::Screen::hide_cursor));
        assert!(!tty.is_cooked());
    }
    tty.still_follows(4);
    tty.quit();
}
