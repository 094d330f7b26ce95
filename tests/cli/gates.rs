//! What `--fail-on…` judges: the budget or the limit of a team, by what is used and by what is reserved.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::harness::{Ran, Tokmon, fixture, repository};

const LOG: &str = "cost-log.md";

/// The sample with 80,000 tokens reserved, of which 73,330 are left.
fn with_holds() -> String {
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    sample
        + "\n[HOLD] 2026-02-25T16:20:00Z team=\"Team C\" tokens=78000 until=2026-02-25T18:20:00Z id=h81\n[HOLD] 2026-02-25T16:20:00Z team=\"Team X\" tokens=2000 until=2026-02-25T18:20:00Z id=h82\n"
}

fn run(log: &str, options: &[&str]) -> Ran {
    let folder = repository(&[(LOG, log)]);
    Tokmon::new(options.iter().copied())
        .folder(folder.path())
        .run()
}

fn endings(log: &str, runs: &[&[&str]]) -> String {
    let mut all = String::new();
    for options in runs {
        let ran = run(log, options);
        let _ = writeln!(all, "{}: exit {}\n{}", options.join(" "), ran.code, ran.err);
    }
    all
}

#[test]
fn what_is_reserved_beyond_what_is_left_is_alarming_in_every_view() {
    let log = with_holds();
    let mut all = String::new();
    for view in [
        &[][..],
        &["--teams"],
        &["--team", "Team C"],
        &["--format", "csv"],
        &["--teams", "--format", "csv"],
        &["--format", "markdown"],
    ] {
        let _ = writeln!(all, "=== {}\n{}", view.join(" "), run(&log, view).out);
    }
    assert_snapshot!(all);
    let json = run(&log, &["--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let figures = [
        "remaining",
        "reserved",
        "available",
        "level",
        "reserved_level",
    ];
    let figures = figures.map(|figure| format!("{figure} {}", json[figure]));
    assert_eq!(
        figures.join(", "),
        r#"remaining 73330, reserved 80000, available -6670, level "ok", reserved_level "exceeded""#
    );
    let without = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let without = run(&without, &["--json"]).out;
    let without: serde_json::Value = serde_json::from_str(&without).unwrap();
    assert_eq!(
        (&without["available"], &without["reserved_level"]),
        (&73_330.into(), &"ok".into())
    );
}

#[test]
fn a_gate_judges_what_is_used_or_what_is_reserved_too() {
    assert_snapshot!(endings(
        &with_holds(),
        &[
            &["--fail-on", "note"],
            &["--fail-on-reserved", "exceeded"],
            &[
                "--fail-on-reserved",
                "exceeded",
                "--now",
                "2026-02-25T18:20:01Z"
            ],
            &["--fail-on-reserved", "note", "--budget", "300K"],
            &["--fail-on-reserved", "note", "--budget", "200M"],
            &[
                "--fail-on-reserved",
                "note",
                "--month",
                "2026-02",
                "--now",
                "2026-03-01T00:00:00Z"
            ],
            &[
                "--fail-on-reserved",
                "warning",
                "--fail-on",
                "warning",
                "--budget",
                "150K"
            ],
            &["--fail-on-reserved", "ok"],
        ]
    ));
}

#[test]
fn the_reserved_level_is_no_better_than_that_of_money() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Red | 500 | $0.010 |\n\n[HOLD] 2026-02-25T09:00:00Z team=\"Red\" tokens=400 until=2026-02-26T15:00:00Z id=h1\n";
    let settings = |tokens: &str| format!("[budget]\ncost = \"0.010 USD\"\n{tokens}");
    let mut all = String::new();
    for tokens in ["", "tokens = 1000\n", "tokens = 900\n"] {
        let settings = settings(tokens);
        let folder = repository(&[(LOG, log), ("tokmon.toml", &settings)]);
        let ran = Tokmon::new(["--json", "--fail-on-reserved", "exceeded"]);
        let ran = ran.folder(folder.path()).run();
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let levels = [
            "level",
            "token_level",
            "reserved_level",
            "reserved_token_level",
        ];
        let levels = levels.map(|level| format!("{level} {}", json[level]));
        let _ = writeln!(
            all,
            "{tokens}exit {}: {}\n{}",
            ran.code,
            levels.join(", "),
            ran.err
        );
        let shown = Tokmon::new([]).folder(folder.path()).run().out;
        let shown = shown.lines().filter(|line| {
            ["Used", "Available", "Cost"]
                .iter()
                .any(|name| line.starts_with(name))
        });
        for line in shown {
            let _ = writeln!(all, "{line}");
        }
    }
    assert_snapshot!(all);
}

#[test]
fn what_is_reserved_of_the_cost_budget_counts_wherever_what_is_reserved_does() {
    let log = "# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Red | 500 | $5.00 |\n\n[HOLD] 2026-02-25T16:00:00Z team=Red tokens=10 cost=4.50 until=2026-02-25T18:00:00Z id=h1\n";
    let settings = "[budget]\ntokens = 1000\ncost = \"10 USD\"\n";
    let folder = repository(&[(LOG, log), ("tokmon.toml", settings)]);
    let json = Tokmon::new(["--json"]).folder(folder.path()).output();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let levels = [&json["reserved_level"], &json["verdict"]["level"]];
    assert_eq!(levels, ["critical", "critical"]);
    let exceeded = log.replace("4.50", "6.00");
    let gate = ["-o", "/dev/null", "--fail-on-reserved", "critical"];
    let said = [
        with_limits(log, settings, &["-q"]),
        with_limits(log, settings, &gate),
        with_limits(&exceeded, settings, &["-q"]),
    ];
    assert_snapshot!(said.join("\n"), @"
    === -q
    exit 0
    --- out
    tokmon  cost-log.md  2026-02
    critical: $5.000 spent and $4.500 reserved are $9.500 of $10.00 (95.0%, critical from 90%)
    To do: reserve or spend at most $0.500 until holds are freed or end

    Budget      1,000 tokens         from tokmon.toml
    Used          500 tokens  50.0%  [✓ OK]
    Remaining     500 tokens  50.0%
    Reserved       10 tokens   1.0%  by holds, for work about to start
    Available     490 tokens         [✓ OK] with what is reserved
    Cost       $5.000         50.0%  [✓ OK] of $10.00
    ████████████████████████████████████████░░░░░░░░░░░░░░░░░░░░┊░░░┊░░░░░░░┊░░░░░░░
                                                                75  80      90   100
    Forecast   likely 538 by 2026-02-28, <5% chance of exceeding the budget; cost likely $5.380, <5% chance of exceeding $10.00
    Burn rate  21 tokens/day since 2026-02-01

    Alerts (1)
    !!! CRIT  $5.000 spent + $4.500 reserved = $9.500 of $10.00 (95.0%)
    --- err

    === -o /dev/null --fail-on-reserved critical
    exit 1
    --- out
    --- err
    tokmon: level critical: --fail-on-reserved critical is reached ($5.000 used + $4.500 reserved = $9.500 of $10.00, 95.0%)

    === -q
    exit 0
    --- out
    tokmon  cost-log.md  2026-02
    exceeded: $5.000 spent and $6.000 reserved are $11.00 of $10.00 (110.0%), $1.000 more than the budget
    To do: free holds of more than $1.000 of the $6.000 reserved, wait until they end, or raise the cost budget to more than $11.00

    Budget      1,000 tokens         from tokmon.toml
    Used          500 tokens  50.0%  [✓ OK]
    Remaining     500 tokens  50.0%
    Reserved       10 tokens   1.0%  by holds, for work about to start
    Available     490 tokens         [✓ OK] with what is reserved
    Cost       $5.000         50.0%  [✓ OK] of $10.00
    ████████████████████████████████████████░░░░░░░░░░░░░░░░░░░░┊░░░┊░░░░░░░┊░░░░░░░
                                                                75  80      90   100
    Forecast   likely 538 by 2026-02-28, <5% chance of exceeding the budget; cost likely $5.380, <5% chance of exceeding $10.00
    Burn rate  21 tokens/day since 2026-02-01

    Alerts (1)
    X OVER    $5.000 spent + $6.000 reserved = $11.00 of $10.00 (110.0%)
    --- err
    ");
}

#[test]
fn with_a_team_its_own_limit_is_judged() {
    assert_snapshot!(endings(
        &with_holds(),
        &[
            &["--team", "Team G", "--fail-on", "warning"],
            &["--team", "Team G", "--fail-on", "critical"],
            &["--team", "G", "--fail-on", "warning", "--budget", "1K"],
            &["--team", "Team C", "--fail-on", "critical"],
            &["--team", "Team C", "--fail-on-reserved", "exceeded"],
            &[
                "--team",
                "Team D",
                "--fail-on",
                "note",
                "--fail-on-forecast",
                "warning"
            ],
            &["--team", "Team X", "--fail-on", "note"],
            &["--team", "Team X", "--fail-on-reserved", "note"],
            &["--team", "Team X", "--fail-on-forecast", "warning"],
            &["--team", "Team G", "--fail-on-forecast", "critical"],
            &[
                "--team",
                "Team G",
                "--fail-on-forecast",
                "critical",
                "--month",
                "2026-02",
                "--now",
                "2026-03-05T00:00:00Z"
            ],
            &["--team", "Orchestrator", "--fail-on", "critical"],
            &[
                "--team",
                "Team G",
                "--fail-on",
                "note",
                "--now",
                "2026-03-01T00:00:00Z"
            ],
            &["--team", "Team H", "--max-age", "2d"],
        ]
    ));
}

/// The level that a line of a table shows, by its badge.
fn shown(out: &str, line: &str) -> Option<usize> {
    let badges = ["✓ OK", "! NOTE", "!! WARN", "!!! CRIT", "X OVER"];
    let line = out.lines().find(|text| text.starts_with(line))?;
    badges.iter().rposition(|badge| line.contains(badge))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_gate_passes_at_a_level_that_its_table_shows(
        used in [0_u64..220, 0_u64..220],
        held in prop_oneof![Just(0_u64), 1_u64..150],
        budget in 0_u64..400,
        limit in 0_u64..300,
        is_over in any::<bool>(),
    ) {
        let [a, b] = used;
        let log = format!("## 2026-02 Monthly Summary\n\n| Team | Tokens | Allocated |\n|---|---|---|\n| A | {a} | {limit} |\n| B | {b} | 5 |\n\n**Budget Status:**\n- Total budget: {budget} tokens\n\n[HOLD] 2026-02-25T10:00:00Z team=A tokens={held} until=2026-02-26T10:00:00Z id=h\n");
        let month = ["--month", "2026-02", "--now", "2026-03-02T10:00:00Z"];
        let month = if is_over { &month[..] } else { &[] };
        for (level, name) in ["note", "warning", "critical", "exceeded"].into_iter().enumerate() {
            for (gate, line, team) in [
                ("--fail-on", "Used ", &[][..]),
                ("--fail-on-reserved", "Used ", &[]),
                ("--fail-on-reserved", "Available ", &[]),
                ("--fail-on", "A  ", &["--team", "A"]),
                ("--fail-on-reserved", "A  ", &["--team", "A"]),
                ("--fail-on-forecast", "Forecast ", &[]),
            ] {
                // A forecast is a warning or critical.
                if gate == "--fail-on-forecast" && ![1, 2].contains(&level) {
                    continue;
                }
                let options = [&[gate, name], team, month].concat();
                let ran = run(&log, &options);
                let is_shown = shown(&ran.out, line).is_some_and(|shown| shown > level);
                prop_assert!(ran.code == 1 || !is_shown, "{options:?}\n{log}\n{ran}");
                prop_assert!(ran.code < 2, "{ran}");
            }
        }
    }
}

#[test]
fn a_team_is_judged_by_what_it_may_cost_as_well() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| A | 500 | $9.50 |\n\n[HOLD] 2026-02-25T16:00:00Z team=A tokens=10 cost=0.50 until=2026-02-25T18:00:00Z id=h1\n";
    let of = |cost: &str, options: &[&str]| {
        let settings = format!("[teams.\"A\"]\ntokens = 1000\ncost = \"{cost}\"\n");
        let folder = repository(&[("cost-log.md", log), ("tokmon.toml", &settings)]);
        let args = ["--team", "A", "-o", "/dev/null"].into_iter();
        let ran = Tokmon::new(args.chain(options.iter().copied()))
            .folder(folder.path())
            .run();
        format!("exit {}\n{}", ran.code, ran.err)
    };
    let said = [
        of("10 USD", &["--fail-on", "critical"]),
        of("10 USD", &["--fail-on", "exceeded"]),
        of("10 USD", &["--fail-on-reserved", "exceeded"]),
        of("10 EUR", &["--fail-on", "warning"]),
    ];
    assert_snapshot!(said.join("---\n"), @r#"
    exit 1
    tokmon: judged A alone: 500 of 1,000 tokens, 50.0%; $9.500 of $10.00, 95.0%
    tokmon: level of A critical: --fail-on critical is reached (500 of 1,000 tokens, 50.0%; $9.500 of $10.00, 95.0%)
    ---
    exit 0
    tokmon: judged A alone: 500 of 1,000 tokens, 50.0%; $9.500 of $10.00, 95.0%
    ---
    exit 1
    tokmon: judged A alone: 500 of 1,000 tokens, 50.0%; $9.500 of $10.00, 95.0%
    tokmon: level of A exceeded: --fail-on-reserved exceeded is reached (500 used + 10 reserved = 510 of 1,000 tokens, 51.0%; $9.500 used + $0.500 reserved = $10.00 of $10.00, 100.0%)
    ---
    exit 78
    tokmon: 1 warning in tokmon.toml; -v explains each
    tokmon: --fail-on cannot judge the budget of A of €10.00: the log's costs are in USD
      help: set `cost` under [teams."A"] in the currency of the log, and a price in its header
    "#);
}

/// Only teams have limits: Red is done and has used all, Blue is at 99%, Green at 10%.
const LIMITED_TEAMS: &str = "# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| Red | 10,000 | Done |\n| Blue | 9,900 | Running |\n| Green | 1,000 | Running |\n";
const LIMITS_OF_TEAMS: &str =
    "[teams.Red]\ntokens = 10000\n[teams.Blue]\ntokens = 10000\n[teams.Green]\ntokens = 10000\n";

fn with_limits(log: &str, settings: &str, options: &[&str]) -> String {
    let folder = repository(&[(LOG, log), ("tokmon.toml", settings)]);
    let ran = Tokmon::new(options.iter().copied()).folder(folder.path());
    format!("=== {}\n{}", options.join(" "), ran.run())
}

#[test]
fn without_a_budget_for_all_teams_the_worst_team_with_a_limit_is_judged() {
    let run = |options: &[&str]| with_limits(LIMITED_TEAMS, LIMITS_OF_TEAMS, options);
    let said = [
        run(&[]),
        run(&["-o", "/dev/null", "--fail-on", "critical"]),
        run(&["-o", "/dev/null", "--fail-on", "exceeded"]),
        run(&[
            "-o",
            "/dev/null",
            "--fail-on-reserved",
            "critical",
            "--fail-on-forecast",
            "warning",
        ]),
        run(&[
            "-o",
            "/dev/null",
            "--fail-on",
            "critical",
            "--team",
            "Green",
        ]),
        run(&["--format", "nagios"]),
    ];
    assert_snapshot!(said.join("\n"));
    let health = run(&["--format", "health"]);
    for line in [
        "\"percentUsed\": 99.0",
        "\"status\": \"critical\"",
        "\"monthlyBudgetTokens\": null",
    ] {
        assert!(health.contains(line), "{health}");
    }
    // The limit of another team may be worse, where it cannot be judged.
    let euros = "[teams.Green]\ntokens = 10000\n[teams.Red]\ncost = \"10 EUR\"\n";
    let dollars = LIMITED_TEAMS
        .replace("\n\n##", "\n> **Currency:** USD @ $0.003/1K tokens\n\n##")
        .replace("Done", "Running");
    let run = |options: &[&str]| with_limits(&dollars, euros, options);
    let said = [
        run(&["-o", "/dev/null", "--fail-on", "warning"]),
        run(&["--format", "nagios"]),
    ];
    let health = run(&["--format", "health"]);
    for line in ["\"percentUsed\": null", "\"status\": null"] {
        assert!(health.contains(line), "{health}");
    }
    assert_snapshot!(said.join("\n"), @r#"
    === -o /dev/null --fail-on warning
    exit 78
    --- out
    --- err
    tokmon: 1 warning in tokmon.toml; -v explains each
    tokmon: --fail-on cannot judge the budget of Red of €10.00: the log's costs are in USD
      help: set `cost` under [teams."Red"] in the currency of the log, and a price in its header

    === --format nagios
    exit 3
    --- out
    TOKENS UNKNOWN - Red: the cost budget of €10.00 cannot be judged: the log's costs are in USD | used=20900;;;0 forecast=22485;;;0
    --- err
    "#);
}

/// In January, Red was fine, Blue exceeded its allocation and is done, and Green exceeded what it may cost.
#[test]
fn of_a_finished_month_the_worst_of_all_teams_with_a_limit_is_judged() {
    let log = "# Cost Log v2.0\n\n## 2026-01 Monthly Summary\n\n| Team | Tokens | Cost | Status |\n|---|---|---|---|\n| Red | 1,000 | $0.10 | Running |\n| Blue | 12,000 | $1.20 | Done |\n| Green | 5,000 | $6.00 | Running |\n";
    let red = "[teams.Red]\ntokens = 10000\n";
    let blue = format!("{red}[teams.Blue]\ntokens = 10000\n");
    let green = format!("{red}[teams.Green]\ncost = \"5 USD\"\n");
    let run = |settings: &str, options: &[&str]| {
        let month = ["--month", "2026-01", "-o", "/dev/null"];
        with_limits(log, settings, &[&month, options].concat())
    };
    let said = [
        run(&blue, &["--fail-on-forecast", "warning"]),
        run(&blue, &["--fail-on", "exceeded"]),
        run(&green, &["--fail-on-forecast", "warning"]),
        run(
            &green,
            &["--fail-on-forecast", "warning", "--team", "Green"],
        ),
        run(red, &["--fail-on-forecast", "warning"]),
    ];
    assert_snapshot!(said.join("\n"), @"
    === --month 2026-01 -o /dev/null --fail-on-forecast warning
    exit 1
    --- out
    --- err
    tokmon: judged Blue, the worst of 2 teams with a limit, since no budget for all teams is set: 12,000 of 10,000 tokens, 120.0%
    tokmon: 2026-01 is over, and the allocation of Blue is exceeded: --fail-on-forecast warning is reached (12,000 of 10,000 tokens, 120.0%)

    === --month 2026-01 -o /dev/null --fail-on exceeded
    exit 1
    --- out
    --- err
    tokmon: judged Blue, the worst of 2 teams with a limit, since no budget for all teams is set: 12,000 of 10,000 tokens, 120.0%
    tokmon: level of Blue exceeded: --fail-on exceeded is reached (12,000 of 10,000 tokens, 120.0%)

    === --month 2026-01 -o /dev/null --fail-on-forecast warning
    exit 1
    --- out
    --- err
    tokmon: judged Green, the worst of 2 teams with a limit, since no budget for all teams is set: 5,000 tokens; $6.000 of $5.000, 120.0%
    tokmon: 2026-01 is over, and the cost budget of Green is exceeded: --fail-on-forecast warning is reached (5,000 tokens; $6.000 of $5.000, 120.0%)

    === --month 2026-01 -o /dev/null --fail-on-forecast warning --team Green
    exit 1
    --- out
    --- err
    tokmon: judged Green alone: 5,000 tokens; $6.000 of $5.000, 120.0%
    tokmon: 2026-01 is over, and the cost budget of Green is exceeded: --fail-on-forecast warning is reached (5,000 tokens; $6.000 of $5.000, 120.0%)

    === --month 2026-01 -o /dev/null --fail-on-forecast warning
    exit 0
    --- out
    --- err
    tokmon: judged Red, the only team with a limit, since no budget for all teams is set: 1,000 of 10,000 tokens, 10.0%
    ");
}

#[test]
fn a_forecast_of_teams_without_an_allocation_cannot_be_judged() {
    let settings = "[teams.Blue]\ncost = \"5 USD\"\n";
    let gate = ["-o", "/dev/null", "--fail-on-forecast", "warning"];
    let said = [
        with_limits(LIMITED_TEAMS, settings, &gate),
        with_limits(
            LIMITED_TEAMS,
            settings,
            &[&gate[..], &["--team", "Blue"]].concat(),
        ),
    ];
    assert_snapshot!(said.join("\n"), @r#"
    === -o /dev/null --fail-on-forecast warning
    exit 64
    --- out
    --- err
    tokmon: --fail-on-forecast needs a budget or an allocation
      help: set a budget with --budget 200K or TOKMON_BUDGET, or `tokens` under [teams."Blue"] in tokmon.toml

    === -o /dev/null --fail-on-forecast warning --team Blue
    exit 64
    --- out
    --- err
    tokmon: --fail-on-forecast with --team needs an allocation, and Blue has none
      help: set `tokens` under [teams."Blue"] in tokmon.toml, or leave out --team
    "#);
}

#[test]
fn a_status_that_is_worse_than_what_is_judged_says_by_what() {
    let log = with_holds();
    let said = [
        &["--fail-on", "warning"][..],
        &["--fail-on", "warning", "-q"],
        &["--fail-on", "warning", "-qo", "/dev/null"],
        &["--fail-on-reserved", "warning", "-q"],
        &["--fail-on", "warning", "-q", "--team", "Team C"],
        &["--fail-on", "warning", "--json"],
    ];
    assert_snapshot!(endings(&log, &said), @"
    --fail-on warning: exit 0
    tokmon: --fail-on warning judges what all teams used: ok; the status is exceeded with what is reserved, which --fail-on-reserved judges; Team G is warning, which --team judges

    --fail-on warning -q: exit 0
    tokmon: --fail-on warning judges what all teams used: ok; the status is exceeded with what is reserved, which --fail-on-reserved judges; Team G is warning, which --team judges

    --fail-on warning -qo /dev/null: exit 0

    --fail-on-reserved warning -q: exit 1
    tokmon: level exceeded: --fail-on-reserved warning is reached (126,670 used + 80,000 reserved = 206,670 of 200,000 tokens, 103.3%)

    --fail-on warning -q --team Team C: exit 1
    tokmon: level of Team C warning: --fail-on warning is reached (35,670 of 40,000 tokens, 89.1%)

    --fail-on warning --json: exit 0
    tokmon: --fail-on warning judges what all teams used: ok; the status is exceeded with what is reserved, which --fail-on-reserved judges; Team G is warning, which --team judges
    ");
}
