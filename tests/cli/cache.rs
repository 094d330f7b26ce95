//! Token classes and the cache hit rate: the view, the column beside the teams, targets, JSON and metrics.

use std::path::Path;

use insta::assert_snapshot;

use crate::harness::{Ran, Tokmon, log_of, repository};

/// Two teams whose lines state all classes, a line without classes, and one that lacks a class.
const LOG: &str = "\
# Cost Log v2.0

## 2026-02 Monthly Summary

| Team | Tokens | Status |
|---|---|---|

[USE] 2026-02-24T10:10:00Z team=\"Team A\" tokens=50400 status=done input=1400 output=9000 cache_write=40000 cache_read=812000 id=a1
[USE] 2026-02-25T10:10:00Z team=\"Team A\" tokens=12000 status=done input=2000 output=4000 cache_write=6000 cache_read=31000 id=a2
[USE] 2026-02-25T11:00:00Z team=\"Team B\" tokens=30000 status=running input=8000 output=6000 cache_write=16000 cache_read=26000 id=b1
[USE] 2026-02-25T12:00:00Z team=\"Team B\" tokens=5000 status=running id=b2
[USE] 2026-02-25T13:00:00Z team=\"Team C\" tokens=2600 status=running input=1000 output=1600 cache_read=900 id=c1
";

const TARGETS: &str = "\
[[target]]
metric = \"cache-hit-rate\"
value = \"95%\"
warning = \"90%\"

[[target]]
metric = \"cache-hit-rate\"
value = \"60%\"
warning = \"50%\"
team = \"team b\"

[[target]]
metric = \"cache-hit-rate\"
value = \"70%\"
team = \"Team Z\"
";

fn run(folder: &Path, options: &str) -> Ran {
    Tokmon::new(options.split_whitespace()).folder(folder).run()
}

/// What each of some runs prints.
fn pictures(files: &[(&str, &str)], runs: &[&str]) -> String {
    let folder = repository(files);
    let picture = |options: &&str| format!("$ tokmon {options}\n{}\n", run(folder.path(), options));
    runs.iter().map(picture).collect()
}

#[test]
fn the_view_shows_classes_and_hit_rates_against_the_built_in_target() {
    let runs = [
        "--cache",
        "--cache --ascii --team B",
        "--cache --format markdown",
        "--cache --format csv",
    ];
    assert_snapshot!("built_in", pictures(&[("cost-log.md", LOG)], &runs));
}

#[test]
fn columns_that_do_not_fit_are_left_out() {
    let folder = repository(&[("cost-log.md", LOG)]);
    let at = |width| {
        let view = Tokmon::new(["--cache", "--color", "never"]);
        view.folder(folder.path()).terminal(width).output()
    };
    assert_snapshot!("narrow", [70, 50, 30].map(at).concat());
}

#[test]
fn stated_targets_are_judged_and_a_missed_one_is_an_alert() {
    let files = [("cost-log.md", LOG), ("tokmon.toml", TARGETS)];
    let runs = [
        "--cache",
        "--cache --format csv",
        "",
        "--fail-on note --budget 1M -q",
    ];
    assert_snapshot!("stated", pictures(&files, &runs));
}

#[test]
fn teams_have_a_column_where_any_class_is_known() {
    let runs = ["--teams", "--full"];
    assert_snapshot!("teams", pictures(&[("cost-log.md", LOG)], &runs));
    let folder = repository(&[("cost-log.md", &log_of(5_000))]);
    for view in ["--teams", "--full"] {
        assert!(
            !run(folder.path(), view)
                .out
                .to_lowercase()
                .contains("cache")
        );
    }
}

#[test]
fn a_log_without_classes_says_how_they_get_into_it() {
    let files = [("cost-log.md", log_of(5_000))];
    let files = files.each_ref().map(|(name, log)| (*name, log.as_str()));
    assert_snapshot!("none", pictures(&files, &["--cache"]));
}

#[test]
fn json_and_metrics_say_the_same() {
    let folder = repository(&[("cost-log.md", LOG), ("tokmon.toml", TARGETS)]);
    let report: serde_json::Value =
        serde_json::from_str(&run(folder.path(), "--json").out).unwrap();
    let teams = report["teams"].as_array().unwrap().iter();
    let teams = teams
        .map(|team| serde_json::json!([team["name"], team["classes"], team["cache_hit_rate"]]));
    let parts = serde_json::json!({
        "classes": report["classes"],
        "cache_hit_rate": report["cache_hit_rate"],
        "targets": report["targets"],
        "teams": teams.collect::<Vec<_>>(),
        "alerts": report["alerts"],
    });
    assert_snapshot!("json", serde_json::to_string_pretty(&parts).unwrap());
    let metrics = run(folder.path(), "--format openmetrics").out;
    let about = |line: &&str| line.contains("class") || line.contains("cache");
    let lines: Vec<&str> = metrics.lines().filter(about).collect();
    assert_snapshot!("metrics", lines.join("\n"));
}

#[test]
fn a_follower_has_no_view_of_classes() {
    let folder = repository(&[("cost-log.md", LOG)]);
    assert_eq!(run(folder.path(), "--watch --cache").code, 64);
}
