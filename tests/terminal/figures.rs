//! How soon what is written is painted, and that a storm of writes brings no storm of paint.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    scene::{SAMPLE, Scene, append, sample_and, save_by_renaming, total, usage},
    tty::{PATIENCE, say, spread},
};

/// What nearly every change may take. What it should take is measured on an optimized program, by `benches/dashboard.rs`.
const LIMIT: f64 = 500.0;

/// Writes fifty times, and measures how long it takes until each is painted.
fn paints(what: &str, write: impl Fn(&Path, u64)) {
    let mut tty = Scene::new().start();
    let mut times = Vec::new();
    for tokens in 1..=50 {
        let begun = Instant::now();
        write(&tty.log(), tokens);
        tty.shows(&total(tokens));
        times.push(begun.elapsed());
        // As one who saves now and then.
        thread::sleep(Duration::from_millis(11 * (tokens % 13)));
    }
    let [p50, p95, max] = spread(times);
    say(&format!(
        "{what}: painted after {p50:.1} ms (p50), {p95:.1} ms (p95), {max:.1} ms (max)"
    ));
    assert!(p95 <= LIMIT, "{what}: {p95} ms");
    tty.quit();
}

#[test]
fn a_save_by_renaming_is_painted_soon() {
    paints("saved by renaming", |log, tokens| {
        save_by_renaming(log, &sample_and(tokens));
    });
}

#[test]
fn an_appended_line_is_painted_soon() {
    paints("appended", |log, _| append(log, &usage(1)));
}

#[test]
fn a_storm_of_lines_is_painted_ten_times_a_second_and_right_in_the_end() {
    use std::io::Write as _;
    let mut tty = Scene::new().start();
    let mut log = fs::OpenOptions::new().append(true).open(tty.log()).unwrap();
    let frames = tty.count("\x1b[?2026h");
    let (begun, mut lines) = (Instant::now(), 0_u32);
    while lines < 30_000 {
        // Ten lines a millisecond, each in a write of its own.
        while f64::from(lines) < begun.elapsed().as_secs_f64() * 10_000.0 && lines < 30_000 {
            log.write_all(usage(1).as_bytes()).unwrap();
            lines += 1;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let expected = total(u64::from(lines));
    tty.shows(&expected);
    let seconds = begun.elapsed().as_secs_f64();
    let painted = tty.count("\x1b[?2026h") - frames;
    say(&format!(
        "a storm of {lines} lines: {painted} frames in {seconds:.1} seconds"
    ));
    let most = (seconds * 10.0).ceil() + 2.0;
    assert!(painted >= 2 && f64::from(u32::try_from(painted).unwrap()) <= most);
    tty.still_follows(SAMPLE);
    tty.quit();
}

#[test]
fn a_size_that_is_the_old_one_again_is_painted_whole() {
    let mut tty = Scene::new().start();
    tty.shows("q quit");
    let before = tty.contents();
    // The terminal drops what has no room in between.
    tty.resize(40, 10);
    tty.resize(80, 24);
    assert_ne!(tty.contents(), before);
    tty.wait("the picture from before", |screen| {
        screen.contents() == before
    });
    tty.quit();
}

#[test]
fn a_storm_of_sizes_ends_with_the_right_picture() {
    let mut tty = Scene::new().start();
    let frames = tty.count("\x1b[?2026h");
    for step in 0..200 {
        tty.resize(40 + step % 83, 10 + step % 31);
        thread::sleep(Duration::from_millis(2));
    }
    tty.resize(40, 10);
    let is_right = |screen: &vt100::Screen| {
        let text = screen.contents();
        text.contains(&total(0)) && text.lines().all(|line| line.chars().count() <= 40)
    };
    tty.wait("40x10", |screen| {
        is_right(screen) && screen.contents().lines().count() <= 10
    });
    // What is drawn late must not be for another size.
    let settled = Instant::now();
    while settled.elapsed() < Duration::from_millis(200) && settled.elapsed() < PATIENCE {
        assert!(tty.screen(is_right), "{}", tty.contents());
        thread::sleep(Duration::from_millis(5));
    }
    let painted = tty.count("\x1b[?2026h") - frames;
    say(&format!("200 sizes: {painted} frames"));
    assert!(painted < 150, "{painted} frames for 200 sizes");
    tty.quit();
}
