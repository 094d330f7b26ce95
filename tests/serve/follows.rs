//! Whether what is served is what the log says.

use std::{fs, thread, time::Duration};

use crate::scene::{Scene, sample, usage};

const SAMPLE: u64 = 126_670;

#[test]
fn a_change_of_the_log_changes_figures_and_entity_tags_together() {
    let scene = Scene::new();
    let etags = || {
        let paths = ["/metrics", "/report.json", "/health/budget"];
        paths.map(|path| scene.get(path).header("etag").unwrap().to_owned())
    };
    let before = etags();
    scene.append(&usage(1_000));
    scene.until_used(SAMPLE + 1_000);
    let after = etags();
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before, after);
    }
    let report = scene.get("/report.json").json();
    assert_eq!(report["used"]["tokens"], SAMPLE + 1_000);
    let health = scene.get("/health/budget").json();
    assert_eq!(health["total"]["currentMonthUsedTokens"], SAMPLE + 1_000);
    // The log as it was has the tags that it had.
    fs::write(scene.path("cost-log.md"), sample()).unwrap();
    scene.until_used(SAMPLE);
    assert_eq!(etags(), before);
}

#[test]
fn without_a_change_nothing_is_read() {
    let scene = Scene::new();
    scene.until_used(SAMPLE);
    let worker = scene.worker().unwrap();
    let read = || {
        let io = fs::read_to_string(format!("/proc/{worker}/io")).unwrap();
        let line = io
            .lines()
            .find_map(|line| line.strip_prefix("rchar: "))
            .unwrap();
        line.parse::<u64>().unwrap()
    };
    thread::sleep(Duration::from_millis(500));
    let before = read();
    for _ in 0..50 {
        scene.get("/metrics");
    }
    thread::sleep(Duration::from_secs(7));
    let length = sample().len() as u64;
    // Requests are read, too: with their heads, of fifty bytes each.
    assert!(read() - before < length, "{} of {length}", read() - before);
}

#[test]
fn a_log_that_is_gone_leaves_its_last_figures_marked_as_stale() {
    let scene = Scene::new();
    let fresh = scene.get("/metrics");
    assert_eq!(fresh.header("tokmon-stale-since"), None);
    let log = scene.path("cost-log.md");
    fs::rename(&log, scene.path("away.md")).unwrap();
    let sick = scene.until("/healthz", |answer| answer.status == 503);
    assert_eq!(sick.json()["status"], "fail");
    assert_eq!(sick.json()["stale_since"], "2026-02-25T17:00:00Z");
    let reason = sick.json()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("no cost log found"), "{reason}");
    let stale = scene.get("/metrics");
    assert_eq!(stale.status, 200);
    assert_eq!(
        stale.header("tokmon-stale-since"),
        Some("2026-02-25T17:00:00Z")
    );
    let expected = fresh.text().replace("tokmon_stale 0", "tokmon_stale 1");
    assert_eq!(stale.text(), expected, "the figures are the last good ones");
    assert_eq!(scene.get("/health/budget").json()["stale"], true);
    assert_eq!(scene.get("/report.json").json()["used"]["tokens"], SAMPLE);
    fs::rename(scene.path("away.md"), log).unwrap();
    scene.until("/healthz", |answer| answer.status == 200);
    assert_eq!(scene.get("/metrics").text(), fresh.text());
    assert_eq!(scene.get("/metrics").header("etag"), fresh.header("etag"));
}

#[test]
fn wrong_settings_and_a_directory_in_place_of_the_log_are_no_figures() {
    let scene = Scene::new();
    fs::write(scene.path("tokmon.toml"), "[budget]\ntokens = \"many\"\n").unwrap();
    let sick = scene.until("/healthz", |answer| answer.status == 503);
    assert!(sick.text().contains("tokmon.toml"), "{}", sick.text());
    fs::write(scene.path("tokmon.toml"), "[budget]\ntokens = \"300K\"\n").unwrap();
    scene.until("/healthz", |answer| answer.status == 200);
    scene.until("/metrics", |answer| {
        answer.text().contains("\ntokmon_budget_tokens 300000\n")
    });
    fs::remove_file(scene.path("cost-log.md")).unwrap();
    fs::create_dir(scene.path("cost-log.md")).unwrap();
    scene.until("/healthz", |answer| answer.status == 503);
    scene.get("/metrics");
}

#[test]
fn a_row_that_is_half_typed_is_waited_for() {
    let scene = Scene::new();
    let broken = sample().replacen("Guidelines | 12,450 ", "Guidelines | 12,4x0 ", 1);
    fs::write(scene.path("cost-log.md"), &broken).unwrap();
    let sick = scene.until("/healthz", |answer| answer.status == 503);
    assert!(
        sick.text().contains("rows that cannot be read: 1"),
        "{}",
        sick.text()
    );
    assert!(
        scene
            .get("/metrics")
            .text()
            .contains("\ntokmon_used_tokens 126670\n")
    );
    // After ten seconds it is left as it is, and the other rows count.
    let healthy = scene.until("/healthz", |answer| answer.status == 200);
    assert_eq!(healthy.json()["status"], "pass");
    let metrics = scene.get("/metrics").text();
    assert!(
        metrics.contains("\ntokmon_log_unreadable_rows 1\n"),
        "{metrics}"
    );
}

#[test]
fn a_hold_that_ends_frees_what_it_reserved() {
    let now = chrono::Utc::now();
    let until = now + chrono::TimeDelta::seconds(3);
    let time = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let log = format!(
        "## {} Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 500 |\n\n[HOLD] {} team=A tokens=70 until={} id=h1\n",
        now.format("%Y-%m"),
        time(now),
        time(until),
    );
    let scene = Scene::with(&log, &["--budget", "1000", "--timezone", "UTC"]);
    let reserved = |tokens: u64| format!("\ntokmon_reserved_tokens {tokens}\n");
    scene.until("/metrics", |answer| answer.text().contains(&reserved(70)));
    scene.until("/metrics", |answer| answer.text().contains(&reserved(0)));
}
