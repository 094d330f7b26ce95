//! `tokmon import jsonl` and `tokmon import ccusage`: usage that other programs write down.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Tokmon, fixture, repository};

fn schema() -> Value {
    serde_json::from_str(&Tokmon::new(["schema", "import"]).output()).unwrap()
}

#[test]
fn the_schema_of_a_line() {
    assert_snapshot!(
        "schema_of_a_line",
        Tokmon::new(["schema", "import"]).output()
    );
}

#[test]
fn lines_that_are_read_keep_to_the_schema_and_others_do_not() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let lines = std::fs::read_to_string(fixture("import/jsonl/usage.jsonl")).unwrap();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&line), "{line}");
    }
    let time = "2026-02-25T09:00:00Z";
    for wrong in [
        json!({ "input": 5 }),
        json!({ "time": time }),
        json!({ "time": time, "reasoning": 5 }),
        json!({ "time": time, "output": -1 }),
        json!({ "time": time, "output": "1" }),
        json!({ "time": time, "output": 1.5 }),
        json!({ "time": time, "cost": "$1" }),
        json!({ "time": time, "cost": -1 }),
        json!({ "time": time, "cost": { "amount": "1" } }),
        json!([]),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
        let folder = repository(&[("usage.jsonl", &format!("{wrong}\n"))]);
        let args = ["import", "jsonl", "usage.jsonl", "-n", "--strict", "-q"];
        let ran = Tokmon::new(args).folder(folder.path()).run();
        assert_eq!(ran.code, 65, "{wrong}: {ran}");
    }
}

#[test]
fn a_dry_run_says_what_is_read() {
    let lines = std::fs::read_to_string(fixture("import/jsonl/usage.jsonl")).unwrap();
    let report = std::fs::read_to_string(fixture("import/ccusage/by-agent.json")).unwrap();
    let folder = repository(&[("usage.jsonl", &lines), ("report.txt", &report)]);
    let run = |args: &str| {
        let words = format!("import {args} -n --format csv --since 2026-01-01");
        let ran = Tokmon::new(words.split(' '))
            .folder(folder.path())
            .env("TOKMON_NOW", "2026-10-06T00:00:00Z");
        ran.run().to_string()
    };
    let shown = [run("jsonl usage.jsonl"), run("ccusage report.txt")];
    assert_snapshot!(shown.join("\n"), @"
    exit 0
    --- out
    team,day,input,output,cache_write_5m,cache_write_1h,cache_read,reasoning,total,cost,currency,unpriced_tokens
    Team A,2026-02-25,1300,320,4000,500,90000,120,96120,0.0818,USD,0
    Team B,2026-02-25,17,6,0,0,0,0,23,1.50,EUR,11
    --- err

    exit 0
    --- out
    team,day,input,output,cache_write_5m,cache_write_1h,cache_read,reasoning,total,cost,currency,unpriced_tokens
    (unassigned),2026-10-05,2620,900,900,0,4200,100,8620,0.022485,USD,0
    --- err
    ");
    let piped = Tokmon::new("import ccusage - -n --format csv --since 2026-01-01".split(' '))
        .folder(folder.path())
        .env("TOKMON_NOW", "2026-10-06T00:00:00Z")
        .input(report.as_bytes())
        .run();
    assert_eq!(piped.to_string(), run("ccusage report.txt"));
}
