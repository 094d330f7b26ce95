//! What counts, and for which month, project and team: small logs, each for one rule, and laws that hold for all logs.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Tokmon, fixture, repository};

const HEADER: &str = "> **Currency:** USD @ $0.003/1K tokens\n\n";

/// A monthly summary of these teams, which cost nothing.
fn summary(month: &str, rows: &[(&str, &str)]) -> String {
    let rows = rows.iter().fold(String::new(), |rows, (team, tokens)| {
        rows + &format!("| {team} | {tokens} |\n")
    });
    format!("## {month} Monthly Summary\n\n| Team | Tokens |\n|---|---|\n{rows}\n")
}

/// The daily rows of a day.
fn day(date: &str, rows: &[(&str, &str)]) -> String {
    summary("", rows).replace("##  Monthly Summary", &format!("## Daily Detail — {date}"))
}

/// The JSON report on a log with these files beside it.
fn report(files: &[(&str, &str)], args: &str) -> Value {
    let folder = repository(files);
    let ran = Tokmon::new(args.split_whitespace().chain(["--json"]))
        .folder(folder.path())
        .run();
    assert_eq!(ran.code, 0, "{ran}");
    serde_json::from_str(&ran.out).unwrap()
}

fn of(log: &str) -> Value {
    report(&[("cost-log.md", log)], "")
}

/// Month, tokens used, and the codes of what was found.
fn gist(report: &Value) -> (String, u64, Vec<String>) {
    let codes = report["diagnostics"].as_array().unwrap().iter();
    (
        report["month"].as_str().unwrap().to_owned(),
        report["used"]["tokens"].as_u64().unwrap(),
        codes
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect(),
    )
}

fn found(month: &str, used: u64, codes: &[&str]) -> (String, u64, Vec<String>) {
    let codes = codes.iter().map(|code| (*code).to_owned()).collect();
    (month.to_owned(), used, codes)
}

#[test]
fn a_month_is_shown_for_its_rows_and_for_nothing_else() {
    let february = summary("2026-02", &[("Team A", "100")]);
    let months = "| Month | Tokens |\n|---|---|\n| 2026-03 | 500K |\n";
    let outlook = format!("{february}## Outlook\n\n{months}");
    assert_eq!(gist(&of(&outlook)), found("2026-02", 100, &[]));
    let old = "| Date | Agent | Tokens In | Tokens Out |\n|---|---|---|---|\n| 2026-03-25 | Team A | 5 | 5 |\n";
    let with_old_table = format!("{february}## Old\n\n{old}");
    assert_eq!(
        gist(&of(&with_old_table)),
        found("2026-02", 100, &["TM007"])
    );
    let old_log = format!(
        "{}\n## Monthly Aggregates\n\n{months}",
        old.replace("-03-", "-02-")
    );
    assert_eq!(gist(&of(&old_log)), found("2026-02", 10, &[]));
}

#[test]
fn an_archive_adds_to_its_own_month_and_chooses_none() {
    let log = summary("2026-02", &[("Team A", "100")]);
    let archive = format!(
        "{}{}",
        day("2026-02-03", &[("Team A", "130")]),
        day("2026-03-01", &[("Team A", "80")])
    );
    let files = [
        ("cost-log.md", log.as_str()),
        ("archive/cost-log-2026-02.md", &archive),
    ];
    assert_eq!(gist(&report(&files, "")), found("2026-02", 130, &["TM015"]));
    let january = day("2026-01-03", &[("Team A", "7")]);
    let files = [
        ("cost-log.md", log.as_str()),
        ("archive/cost-log-2026-01.md", &january),
    ];
    let shown = report(&files, "--month 2026-01");
    assert_eq!(gist(&shown), found("2026-01", 7, &["TM015"]));
}

#[test]
fn a_retry_after_midnight_moves_nothing() {
    let row = "## Daily Detail — 2026-02-28\n\n| Team | Tokens | Notes |\n|---|---|---|\n| Team A | 11 | x <!-- id=1 --> |\n\n";
    let log = format!(
        "{}{row}[USE] 2026-03-01T00:01:00Z team=\"Team A\" tokens=11 id=1\n",
        summary("2026-02", &[("Team A", "10")])
    );
    let archive = day("2026-02-03", &[("Team A", "50")]);
    let files = [
        ("cost-log.md", log.as_str()),
        ("archive/cost-log-2026-02.md", &archive),
    ];
    assert_eq!(
        gist(&report(&files, "")),
        found("2026-02", 61, &["TM015", "TM027", "TM009"])
    );
}

#[test]
#[cfg(unix)]
fn an_archive_that_cannot_be_read_is_not_passed_over() {
    let log = summary("2026-02", &[("Team A", "100")]);
    let folder = repository(&[("cost-log.md", log.as_str())]);
    fs::create_dir_all(folder.path().join("archive/cost-log-2026-02.md")).unwrap();
    assert_snapshot!(Tokmon::new([]).folder(folder.path()).run(), @"
    exit 65
    --- out
    --- err
    tokmon: cannot read archive/cost-log-2026-02.md: it is a folder, not a regular file
      help: move it away, or put a file in its place
    ");
}

#[test]
fn a_unit_behind_the_number_of_a_note_is_not_passed_over() {
    let log = summary("2026-02", &[("Team A", "100")]);
    for value in [
        "2 million tokens",
        "200 thousand",
        "20% of 1M",
        "155K / 200K",
        "5백만",
    ] {
        let log = format!("{log}**Budget Status:**\n\n- Total budget: {value}\n");
        let report = of(&log);
        assert_eq!(gist(&report), found("2026-02", 100, &["TM001"]), "{value}");
    }
    for value in [
        "200K",
        "200,000 tokens (monthly)",
        "~200K/month",
        "200.0K per month",
    ] {
        let log = format!("{log}**Budget Status:**\n\n- Total budget: {value}\n");
        assert_eq!(of(&log)["budget"]["tokens"], 200_000, "{value}");
    }
    let nothing_yet = format!("{log}**Budget Status:**\n\n- Total budget: TBD\n");
    assert_eq!(gist(&of(&nothing_yet)), found("2026-02", 100, &[]));
}

#[test]
fn a_budget_is_found_under_every_likely_label() {
    let log = summary("2026-02", &[("Team A", "100")]);
    for label in [
        "**Budget Status:**",
        "**Budget Status**",
        "Budget Status:",
        "## Budget Status",
        "### 💰 Budget status:",
    ] {
        for item in [
            "Total budget: 200,000 tokens",
            "**Total budget:** 200K",
            "Monthly budget: 200K",
        ] {
            let report = of(&format!("{log}{label}\n\n- {item}\n"));
            assert_eq!(report["budget"]["tokens"], 200_000, "{label} {item}");
        }
    }
}

#[test]
fn a_cost_in_another_currency_is_not_zero_in_this_one() {
    let rows = "| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 5 | $1 |\n| Team B | 5 | €2 |\n| Team C | 5 | 3 SEK |\n";
    let report = of(&format!("{HEADER}## 2026-02 Monthly Summary\n\n{rows}"));
    let costs: Vec<String> = report["teams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|team| format!("{} {}", team["cost"]["amount"], team["cost"]["currency"]))
        .collect();
    assert_eq!(
        costs,
        [r#""1.00" "USD""#, r#""2.00" "EUR""#, r#""3.00" "SEK""#]
    );
    let cost = &report["used"]["cost"];
    assert_eq!(
        (
            cost["amount"].as_str(),
            cost["others"].as_array().map(Vec::len)
        ),
        (Some("1.00"), Some(2))
    );
    // Without a header, the first currency written is the log's own.
    let euros = of(&format!(
        "## 2026-02 Monthly Summary\n\n{}",
        rows.replace("$1", "€1").replace("3 SEK", "—")
    ));
    assert_eq!(euros["used"]["cost"]["currency"], "EUR");
    assert_eq!(gist(&euros), found("2026-02", 15, &[]));
}

#[test]
fn one_table_of_a_section_counts_and_none_is_dropped_without_a_word() {
    let log = summary("2026-02", &[("Team A", "100")]);
    let by_model = format!(
        "{log}**By model:**\n\n| Model | Tokens |\n|---|---|\n| haiku | 60 |\n| opus | 40 |\n"
    );
    assert_eq!(gist(&of(&by_model)), found("2026-02", 100, &[]));
    for table in [
        "| Team | Toekns |\n|---|---|\n| Team A | 99,000 |\n",
        "| Team | Tokens (K) |\n|---|---|\n| Team A | 99 |\n",
        "| Owner | Tokens |\n|---|---|\n| Team A | 99,000 |\n",
        "| Team | Tokens |\n| Team A | 99,000 |\n",
    ] {
        let report = of(&format!("{log}## Daily Detail — 2026-02-20\n\n{table}"));
        assert_eq!(gist(&report), found("2026-02", 100, &["TM007"]), "{table}");
    }
    // A second table tells the same in another way.
    for second in [
        "**Top spenders**\n\n| Team | Tokens |\n|---|---|\n| Team A | 100 |\n",
        "#### By agent\n\n| Agent | Model | Tokens |\n|---|---|---|\n| x | haiku | 100 |\n",
    ] {
        let report = of(&format!("{log}{second}"));
        assert_eq!(gist(&report), found("2026-02", 100, &["TM007"]), "{second}");
    }
    let session = "## Session 2026-02-20 — Team A\n\n| Task | Tokens |\n|---|---|\n| x | 100 |\n\n| Model | Tokens |\n|---|---|\n| haiku | 60 |\n| opus | 40 |\n";
    assert_eq!(
        gist(&of(&format!("{log}{session}"))),
        found("2026-02", 100, &[])
    );
    let parted = of(&format!("{log}\n| Team B | 5 |\n"));
    assert_eq!(gist(&parted), found("2026-02", 105, &["TM028"]));
    for lost in [
        "\n| Team B | five |\n",
        "- more\n\n  | Team | Tokens |\n  |---|---|\n  | Team B | 5 |\n",
    ] {
        let report = of(&format!("{log}{lost}"));
        assert_eq!(gist(&report), found("2026-02", 100, &["TM007"]), "{lost}");
    }
    for heading in ["Token", "Token Count", "TOKENS USED"] {
        let table = format!("| Team | {heading} |\n|---|---|\n| Team A | 99,000 |\n");
        let report = of(&format!("{log}## Daily Detail — 2026-02-20\n\n{table}"));
        assert_eq!(report["used"]["tokens"], 99_000, "{heading}");
    }
}

#[test]
fn a_misspelled_tag_is_reported_and_counted_as_unreadable() {
    let log = summary("2026-02", &[("Team A", "100")]);
    for tag in ["[USED]", "[use]", "[Usage]"] {
        let line = format!("{tag} 2026-02-20T10:00:00Z team=\"Team A\" tokens=5");
        let report = of(&format!("{log}{line}\n"));
        assert_eq!(gist(&report), found("2026-02", 100, &["TM012"]), "{tag}");
        assert_eq!(report["log"]["unreadable_rows"], 1);
    }
    let link = of(&format!("{log}[use] the other log = better\n"));
    assert_eq!(gist(&link), found("2026-02", 100, &["TM012"]));
    let prose = of(&format!("{log}[use]: https://example.org/?a=b\n"));
    assert_eq!(gist(&prose), found("2026-02", 100, &[]));
}

#[test]
fn a_stated_total_is_that_of_all_summaries_and_of_no_subtotal() {
    let stated = |log: &str| {
        let report = of(log);
        let used = &report["used"];
        (
            used["stated_tokens"].as_u64(),
            used["stated_agrees"].as_bool(),
        )
    };
    let subtotals = summary(
        "2026-02",
        &[
            ("A", "100"),
            ("Subtotal", "100"),
            ("B", "50"),
            ("Sub-total", "50"),
            ("TOTAL", "150"),
        ],
    );
    assert_eq!(stated(&subtotals), (Some(150), Some(true)));
    let project = |name: &str, rows| {
        summary("2026-02", rows).replace("Summary", &format!("Summary ({name})"))
    };
    let both = project("P", &[("A", "100"), ("TOTAL", "100")])
        + &project("Q", &[("B", "50"), ("TOTAL", "50")]);
    assert_eq!(stated(&both), (Some(150), Some(true)));
    let one = project("P", &[("A", "100"), ("TOTAL", "100")]) + &project("Q", &[("B", "50")]);
    assert_eq!(stated(&one), (None, None));
    let unnamed =
        summary("2026-02", &[("A", "5"), ("TOTAL", "5")]) + &summary("2026-02", &[("B", "7")]);
    assert_eq!(stated(&unnamed), (None, None));
    for totals in [
        &[("A", "5"), ("TOTAL", "5"), ("Grand Total", "5")][..],
        &[
            ("A", "3"),
            ("Total eng", "3"),
            ("B", "2"),
            ("Total ops", "2"),
            ("TOTAL", "5"),
        ],
    ] {
        assert_eq!(stated(&summary("2026-02", totals)), (Some(5), Some(true)));
    }
    let rounded: Vec<(&str, &str)> = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"]
        .map(|team| (team, "1.2K"))
        .into_iter()
        .chain([("TOTAL", "12,400")])
        .collect();
    let rounded = summary("2026-02", &rounded);
    assert_eq!(stated(&rounded), (Some(12_400), Some(true)));
    assert_eq!(gist(&of(&rounded)), found("2026-02", 12_000, &[]));
}

#[test]
fn a_table_of_several_months_has_a_total_for_each() {
    let log = "## Monthly Aggregates\n\n| Month | Team | Tokens |\n|---|---|---|\n| 2026-01 | A | 7 |\n| 2026-02 | A | 9 |\n| 2026-02 | TOTAL | 9 |\n| 2026-01 | TOTAL | 8 |\n";
    let report = of(log);
    assert_eq!(gist(&report), found("2026-02", 9, &["TM013"]));
    assert_eq!(report["diagnostics"][0]["line"], 8);
}

#[test]
fn a_percentage_is_one_where_percentages_stand() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Task | Tokens | Status |\n|---|---|---|---|\n| A | x | 100 | ✅ |\n| TOTAL | 50% faster build | 100 | 50% complete |\n\n**Budget Status:**\n\n- Total budget: 200\n";
    assert_eq!(gist(&of(log)), found("2026-02", 100, &[]));
}

#[test]
fn a_budget_asked_for_does_not_accuse_the_log() {
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let report = report(&[("cost-log.md", &sample)], "--budget 250K");
    assert_eq!(gist(&report), found("2026-02", 126_670, &[]));
    assert_eq!(report["budget"]["tokens"], 250_000);
}

#[test]
fn a_burn_rate_is_that_of_the_project_and_of_the_time_that_is_known() {
    let rate = |log: &str, args: &str| {
        let report = report(&[("cost-log.md", log)], args);
        let rate = &report["forecast"]["burn_rate"];
        (
            rate["tokens_per_day"].as_u64(),
            rate["since"].as_str().map(str::to_owned),
        )
    };
    let log = "## 2026-02 Monthly Summary (P)\n\n| Team | Tokens |\n|---|---|\n| A | 100 |\n\n## 2026-02 Monthly Summary (Q)\n\n| Team | Tokens |\n|---|---|\n| B | 1,000 |\n\n".to_owned()
        + &day("2026-02-20", &[("A", "100")])
        + &day("2026-02-25", &[("B", "1,000")]);
    assert_eq!(
        rate(&log, "--project P"),
        (Some(20), Some("2026-02-20".to_owned()))
    );
    // 24 days for what carries no date, not one day.
    let undated = summary("2026-02", &[("A", "24,000")]) + &day("2026-02-24", &[("A", "1,000")]);
    assert_eq!(
        rate(&undated, ""),
        (Some(1_000), Some("2026-02-01".to_owned()))
    );
}

#[test]
fn what_a_team_used_is_taken_off_one_phase_only_and_off_no_older_plan() {
    let log = summary("2026-01", &[("Team A", "90")])
        + &summary("2026-02", &[("Team A", "100")])
        + "## Projected Usage\n\n| Phase | Team | Tokens | Status |\n|---|---|---|---|\n| 1 | Team A | 80 | ✅ |\n| 2 | Team A | 200 | 🔄 |\n| 3 | Team A | 200 | 🔄 |\n";
    let files = [("cost-log.md", log.as_str())];
    assert_eq!(
        report(&files, "")["forecast"]["plan"]["pending_tokens"],
        380
    );
    let january = report(&files, "--month 2026-01");
    assert!(january["forecast"].get("plan").is_none());
}

#[test]
fn one_rule_tells_what_is_allocated() {
    let log = summary("2026-02", &[("A", "10"), ("B", "10")])
        + "## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n| A | 100 |\n| B | 150 |\n| A | 120 |\n\n**Budget Status:**\n\n- Total budget: 200\n";
    let over = of(&log);
    assert_eq!(gist(&over), found("2026-02", 20, &["TM017", "TM018"]));
    assert_eq!(over["budget"]["allocated_tokens"], 250);
    let settings = "[teams.A]\ntokens = 10\naliases = [\"B\"]\n";
    let files = [("cost-log.md", log.as_str()), ("tokmon.toml", settings)];
    let within = report(&files, "");
    assert_eq!(
        (
            &within["budget"]["allocated_tokens"],
            within["alerts"]
                .as_array()
                .unwrap()
                .iter()
                .any(|alert| { alert["scope"] == "allocation" }),
            gist(&within).2.contains(&"TM017".to_owned()),
        ),
        (&Value::from(10), false, false)
    );
}

const LOGS: [&str; 11] = [
    "sample",
    "rotten",
    "crlf",
    "bom",
    "no-final-newline",
    "korean",
    "v1",
    "months",
    "projects",
    "lines",
    "hostile",
];

fn log(name: &str) -> String {
    let path = fixture(&format!("logs/{name}.md"));
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// `126,670`
fn grouped(number: u64) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), number % 1_000),
    }
}

#[test]
fn teams_add_up_to_the_total_in_every_form() {
    for name in LOGS {
        let file = format!("fixtures/logs/{name}.md");
        let run = |form: &str| Tokmon::new(["-qf", &file].into_iter().chain(form.split(' '))).run();
        let json: Value = serde_json::from_str(&run("--json").out).unwrap();
        let used = json["used"]["tokens"].as_u64().unwrap();
        let teams = json["teams"].as_array().unwrap().iter();
        let sum: u64 = teams.filter_map(|team| team["used_tokens"].as_u64()).sum();
        let csv = run("--teams --format csv").out;
        let csv: u64 = csv::Reader::from_reader(csv.as_bytes())
            .records()
            .filter_map(|row| row.unwrap()[1].parse::<u64>().ok())
            .sum();
        assert_eq!((sum, csv), (used, used), "{name}");
        let shown = grouped(used);
        for form in ["--ascii", "--teams", "--format markdown"] {
            assert!(run(form).out.contains(&shown), "{name} {form}");
        }
    }
}

#[test]
fn naming_a_team_changes_no_total() {
    for name in LOGS {
        let whole = of(&log(name));
        for team in whole["teams"].as_array().unwrap() {
            let file = format!("fixtures/logs/{name}.md");
            let team = team["name"].as_str().unwrap();
            let ran = Tokmon::new(["-qf", &file, "--json", "--team", team]).run();
            let one: Value = serde_json::from_str(&ran.out).unwrap();
            for figure in ["used", "budget", "level", "remaining", "forecast"] {
                assert_eq!(one.get(figure), whole.get(figure), "{name} {team} {figure}");
            }
        }
    }
}

#[test]
fn a_retry_of_a_line_changes_no_figure() {
    let text = log("lines");
    let before = of(&text);
    for line in text.lines().filter(|line| line.contains(" id=")) {
        let after = of(&format!("{text}{line}\n"));
        for figure in ["used", "reserved", "teams", "days", "alerts", "forecast"] {
            assert_eq!(before[figure], after[figure], "{line}");
        }
    }
}

#[test]
fn sections_may_stand_in_any_order() {
    for name in ["sample", "korean", "months", "projects"] {
        let text = log(name);
        let mut sections: Vec<String> = text
            .split("\n## ")
            .map(|section| format!("{section}\n"))
            .collect();
        let head = sections.remove(0);
        sections.reverse();
        let turned = format!("{head}## {}", sections.join("\n## "));
        let figures = |text: &str| {
            let report = of(text);
            ["used", "month", "level"].map(|figure| {
                let mut value = report[figure].clone();
                if let Some(used) = value.as_object_mut() {
                    used.remove("stated_line");
                }
                value
            })
        };
        assert_eq!(figures(&text), figures(&turned), "{name}");
    }
}

#[test]
fn a_month_to_come_hides_none() {
    let log = summary("2026-02", &[("Team A", "100")]) + &day("2027-02-25", &[("Team A", "5")]);
    assert_eq!(gist(&of(&log)), found("2026-02", 100, &["TM027"]));
    let folder = repository(&[("cost-log.md", log.as_str())]);
    let args = ["-q", "--month", "2027-02"];
    let out = Tokmon::new(args).folder(folder.path()).run().out;
    let remark = out.lines().nth(1);
    assert_eq!(remark, Some("2027-02 has not begun; today is 2026-02-25"));
}

#[test]
fn every_view_says_where_sources_disagree() {
    for view in ["", "--teams", "--daily", "--forecast", "--optimizations"] {
        for form in ["table", "markdown"] {
            let args = format!("-qf fixtures/logs/rotten.md {view} --format {form}");
            let out = Tokmon::new(args.split_whitespace()).run().out;
            let told = "Team E: a session of 45,000 tokens is not in the monthly summary";
            assert!(out.contains(told) && out.contains("2940"), "{args}\n{out}");
        }
    }
}

#[test]
fn a_status_that_is_not_known_is_reported_in_a_line_too() {
    let line = "[USE] 2026-02-20T10:00:00Z team=\"Team A\" tokens=5 status=frozen\n";
    assert_eq!(gist(&of(line)), found("2026-02", 5, &["TM006"]));
}

#[test]
fn the_budget_of_an_allocation_is_its_last_total() {
    let log = summary("2026-02", &[("A", "11,000")])
        + "## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n| A | 10K |\n| Subtotal eng | 10K |\n| B | 20K |\n| Totals Inc | 1K |\n| Reserve Squad | 2K |\n| Reserve (5%) | 5K |\n| TOTAL | 38K |\n";
    let report = of(&log);
    assert_eq!(report["budget"]["tokens"], 38_000);
    assert_eq!(report["budget"]["reserve_tokens"], 5_000);
    let squad = &report["teams"][3];
    assert_eq!(
        (squad["name"].as_str(), squad["allocated_tokens"].as_u64()),
        (Some("Reserve Squad"), Some(2_000))
    );
}

#[test]
fn a_month_that_cannot_be_read_is_shown_as_such() {
    let log = summary("2026-01", &[("A", "5")]) + &summary("2026-02", &[("A", "199,00")]);
    let report = of(&log);
    assert_eq!(gist(&report), found("2026-02", 0, &["TM001"]));
    assert_eq!(report["log"]["unreadable_rows"], 1);
}

#[test]
fn summary_and_details_may_carry_the_same_id() {
    let rows = |heading: &str, rows: &str| {
        format!("## {heading}\n\n| Team | Tokens | Notes |\n|---|---|---|\n{rows}\n")
    };
    let log = rows("2026-02 Monthly Summary", "| A | 70 | <!-- id=x --> |\n")
        + &rows(
            "Daily Detail — 2026-02-20",
            "| A | 70 | <!-- id=x --> |\n| A | 50 | |\n| A | 70 | <!-- id=x --> |\n",
        )
        + "[USE] 2026-02-20T10:00:00Z team=A tokens=70 id=x\n";
    let report = of(&log);
    assert_eq!(
        gist(&report),
        found("2026-02", 120, &["TM015", "TM009", "TM009"])
    );
}

#[test]
fn a_task_whose_name_begins_with_total_is_a_task() {
    let log = "## Session 2026-02-20 — Team A\n\n| Task | Tokens |\n|---|---|\n| Total rewrite of parser | 5,000 |\n| TOTAL | 5,000 |\n\n## Projected Usage\n\n| Phase | Tokens | Status |\n|---|---|---|\n| Total rewrite | 500 | ⏳ |\n| Total | 500 | |\n";
    let report = of(log);
    assert_eq!(gist(&report), found("2026-02", 5_000, &["TM016"]));
    assert_eq!(report["forecast"]["plan"]["pending_tokens"], 500);
}

#[test]
fn an_empty_section_does_not_turn_an_old_log_into_a_new_one() {
    let old = "| Date | Agent | Tokens In | Tokens Out |\n|---|---|---|---|\n| 2026-02-20 | A | 1,000 | 2,000 |\n";
    let log = format!("# Log\n\n{old}\n## Session 2026-02-20 notes\n\nNothing to count.\n");
    assert_eq!(gist(&of(&log)), found("2026-02", 3_000, &[]));
}

#[test]
fn what_belongs_to_no_project_is_not_dropped_without_a_word() {
    let project = |name: &str, team: &str| {
        summary("2026-02", &[(team, "70")]).replace("Summary", &format!("Summary ({name})"))
    };
    let line = "[USE] 2026-02-20T10:00:00Z team=new tokens=500\n";
    let only = project("P", "A") + line;
    let files = [("cost-log.md", only.as_str())];
    assert_eq!(
        gist(&report(&files, "--project P")),
        found("2026-02", 570, &[])
    );
    let two = project("P", "A")
        + &project("Q", "B")
        + line
        + "[HOLD] 2026-02-25T16:00:00Z team=B tokens=60 until=2026-02-26T00:00:00Z id=h\n";
    let files = [("cost-log.md", two.as_str())];
    let shown = report(&files, "--project P");
    assert_eq!(gist(&shown), found("2026-02", 70, &["TM021"]));
    assert_eq!(
        (&shown["reserved"], &report(&files, "")["reserved"]),
        (&0.into(), &60.into())
    );
}

#[test]
fn another_month_does_not_change_whose_a_row_is() {
    let february =
        summary("2026-02", &[("Team E", "100")]) + &day("2026-02-20", &[("Team E DevOps", "100")]);
    let january = summary("2026-01", &[("Team E DevOps", "50")]);
    assert_eq!(of(&february)["used"]["tokens"], 100);
    assert_eq!(of(&(february + &january))["used"]["tokens"], 100);
    // Before a month has a summary, the one before it tells who there is.
    let march = day("2026-03-01", &[("Team E DevOps", "7"), ("Team E", "5")]);
    let log = summary("2026-02", &[("Team E", "100")]) + &march;
    let files = [("cost-log.md", log.as_str())];
    let report = report(&files, "--month 2026-03");
    assert_eq!(report["teams"][0]["used_tokens"], 12);
}

#[test]
fn a_price_is_no_cost() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost per 1K | Cost Center | Cost (EUR) |\n|---|---|---|---|---|\n| A | 1,000 | 0.003 | X12 | 2.00 |\n";
    let cost = &of(log)["used"]["cost"];
    assert_eq!(
        (cost["amount"].as_str(), cost["currency"].as_str()),
        (Some("2.00"), Some("EUR"))
    );
}

/// The largest figure that is read, in more rows than can be added up: no sum stops at a number without a word.
#[test]
fn rows_beyond_what_can_be_counted_are_left_out_and_named() {
    const MAX_TOKENS: u64 = 1_000_000_000_000_000;
    let mut log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n".to_owned();
    for _ in 0..18_449 {
        writeln!(log, "| Team A | {MAX_TOKENS} |").unwrap();
    }
    log += "| Team B | 709,551,615 |\n\n";
    writeln!(
        log,
        "[HOLD] 2026-02-25T10:00:00Z team=A tokens={MAX_TOKENS} until=2026-02-26T10:00:00Z id=h"
    )
    .unwrap();
    let folder = repository(&[("cost-log.md", &log)]);
    let run = |args: &[&'static str]| {
        Tokmon::new(args.iter().copied())
            .folder(folder.path())
            .run()
    };
    let report: Value =
        serde_json::from_str(&run(&["--json", "--now", "2026-02-25T17:00:00Z"]).out).unwrap();
    let log = &report["log"];
    assert_eq!(report["used"]["tokens"], 18_446 * MAX_TOKENS + 709_551_615);
    assert_eq!(report["reserved"], 0);
    assert_eq!(log["unreadable_rows"], 3);
    assert_eq!(log["unreadable_places"][0]["line"], 18_451);
    let checked = run(&["check"]);
    assert_eq!(checked.code, 1);
    assert_snapshot!(checked.out);
}

#[test]
fn classes_of_tokens_cost_what_each_does_to_the_last_digit() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| A | 10 | $0.0000001 |\n\n\
        [USE] 2026-02-25T10:00:00Z team=A tokens=1240 input=1000 output=200 cache_write=40 cache_read=50000 model=m\n\
        [USE] 2026-02-25T10:00:00Z team=B tokens=7 model=flat\n";
    let prices = "[prices]\nm = { input = 3, output = 15, cache_write = 3.75, cache_read = 0.30, per = \"1M\" }\nflat = 0.0000025\n";
    let folder = repository(&[("cost-log.md", log), ("tokmon.toml", prices)]);
    let run = |args: &[&'static str]| {
        Tokmon::new(args.iter().copied())
            .folder(folder.path())
            .run()
    };
    let report: Value = serde_json::from_str(&run(&["--json"]).out).unwrap();
    let costs = |value: &Value| value["cost"]["amount"].as_str().unwrap().to_owned();
    assert_eq!(costs(&report["used"]), "0.021150118");
    assert_eq!(costs(&report["teams"][0]), "0.0211501");
    // 17.5 nanos, half to even.
    assert_eq!(costs(&report["teams"][1]), "0.000000018");
    assert_eq!(report["used"]["cost"]["complete"], true);
    assert_snapshot!(run(&["--teams"]).out);
}
