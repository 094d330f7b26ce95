//! The JSON report and its schema.

use std::fs;

use serde_json::Value;

use crate::harness::{Tokmon, fixture};

fn json(log: &str, options: &[&str]) -> Value {
    let args = ["--json", "-f", log]
        .into_iter()
        .chain(options.iter().copied());
    let out = Tokmon::new(args).run().out;
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_schema_is_as_it_was_published() {
    insta::assert_snapshot!("schema", Tokmon::new(["schema"]).output());
}

#[test]
fn every_report_keeps_to_the_schema() {
    let schema: Value = serde_json::from_str(&Tokmon::new(["schema"]).output()).unwrap();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(
        !schema.to_string().contains("null"),
        "what is absent is left out"
    );
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folders = ["logs", "invalid", "logs/archived"].map(fixture);
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|file| file.unwrap().path());
    let mut reports = 0;
    for file in files.filter(|file| {
        file.extension().is_some_and(|kind| kind == "md") && !file.ends_with("cost-projection.md")
    }) {
        let report = json(file.to_str().unwrap(), &[]);
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
        reports += 1;
    }
    assert!(reports > 30, "{reports}");
}

#[test]
fn the_sample_in_figures() {
    let report = json("fixtures/logs/sample.md", &[]);
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["month"], "2026-02");
    assert_eq!(report["budget"]["tokens"], 200_000);
    assert_eq!(report["budget"]["source"], "log");
    assert_eq!(report["used"]["tokens"], 126_670);
    assert_eq!(report["used"]["stated_tokens"], 126_670);
    assert_eq!(report["used"]["ratio"], 0.63335);
    assert_eq!(report["used"]["cost"]["amount"], "0.381");
    assert_eq!(report["used"]["cost"]["currency"], "USD");
    assert_eq!(report["remaining"], 73_330);
    assert_eq!(report["reserved"], 0);
    assert_eq!(report["level"], "ok");
    let teams = report["teams"].as_array().unwrap();
    assert_eq!(teams.len(), 9);
    let team = |name: &str| teams.iter().find(|team| team["name"] == name).unwrap();
    assert_eq!(team("Team C")["tokens_per_deliverable"], 5_945);
    assert_eq!(team("Team C")["efficiency_level"], "note");
    assert_eq!(team("Team A")["efficiency_level"], "ok");
    assert_eq!(team("Orchestrator")["tokens_per_task"], 45_230);
    assert!(
        team("Orchestrator").get("tokens_per_deliverable").is_none(),
        "absent is not null"
    );
    assert_eq!(team("Team D")["used_tokens"], 0);
    assert_eq!(team("Team G")["level"], "warning");
    let days = report["days"].as_array().unwrap();
    assert_eq!(
        (days.len(), days[0]["rows"].as_array().unwrap().len()),
        (1, 6)
    );
    let forecast = &report["forecast"];
    assert_eq!(forecast["plan"]["total_tokens"], 191_670);
    let scenarios: Vec<&Value> = forecast["plan"]["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["total_tokens"])
        .collect();
    assert_eq!(scenarios, [185_170, 191_670, 201_420]);
    assert_eq!(
        report["optimizations"]["stated_average"]["saved_ratio"],
        0.680_701
    );
    assert_eq!(report["alerts"].as_array().unwrap().len(), 4);
    assert_eq!(report["diagnostics"][0]["code"], "TM017");
}

#[test]
fn each_figure_says_where_it_stands() {
    let text = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let line = |source: &Value| {
        text.lines()
            .nth(usize::try_from(source["line"].as_u64().unwrap()).unwrap() - 1)
            .unwrap()
            .to_owned()
    };
    let report = json("fixtures/logs/sample.md", &[]);
    for team in report["teams"].as_array().unwrap() {
        let sources = team["sources"].as_array().unwrap();
        assert!(sources.len() >= 2, "{team}");
        for source in sources {
            assert!(
                line(source).contains(team["name"].as_str().unwrap()),
                "{source}"
            );
        }
    }
    for row in report["days"][0]["rows"].as_array().unwrap() {
        assert!(line(row).contains(row["task"].as_str().unwrap()), "{row}");
    }
    assert!(line(&report["budget"]).contains("Total budget"));
}

#[test]
fn the_rotten_log_in_figures() {
    let report = json("fixtures/logs/rotten.md", &[]);
    assert_eq!(report["used"]["tokens"], 171_670);
    assert_eq!(report["used"]["stated_tokens"], 126_670);
    assert_eq!(report["used"]["stated_agrees"], false);
    assert_eq!(report["level"], "warning");
    assert_eq!(
        report["teams"].as_array().unwrap().len(),
        9,
        "unrelated tables count nothing"
    );
    let finding = &report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["code"] == "TM016")
        .unwrap();
    let text = fs::read_to_string(fixture("logs/rotten.md")).unwrap();
    let line = text
        .lines()
        .nth(usize::try_from(finding["line"].as_u64().unwrap()).unwrap() - 1)
        .unwrap();
    assert!(line.contains("28,500"), "{line}");
}

#[test]
fn a_log_without_a_budget_leaves_out_what_needs_one() {
    let report = json("fixtures/logs/v1.md", &[]);
    for key in ["remaining", "level"] {
        assert!(report.get(key).is_none(), "{key}");
    }
    assert!(report["used"].get("ratio").is_none());
    assert!(report["budget"].get("tokens").is_none());
    assert_eq!(report["log"]["format"], "1");
}
