//! Every view in every form, as whole pictures.

use insta::assert_snapshot;

use crate::harness::{Ran, Tokmon, log_of, repository};

const VIEWS: [(&str, &str); 6] = [
    ("status", ""),
    ("teams", "--teams"),
    ("daily", "--daily"),
    ("forecast", "--forecast"),
    ("optimizations", "--optimizations"),
    ("full", "--full"),
];

fn view(log: &str, options: &str) -> Tokmon {
    let log = format!("fixtures/logs/{log}.md");
    Tokmon::new(
        ["--file", &log]
            .into_iter()
            .chain(options.split_whitespace()),
    )
}

#[test]
fn every_view_of_the_sample_in_every_form() {
    for (name, option) in VIEWS {
        assert_snapshot!(
            format!("sample_{name}_piped"),
            view("sample", option).output()
        );
        for form in ["json", "csv", "markdown"] {
            let options = format!("{option} --format {form}");
            assert_snapshot!(
                format!("sample_{name}_{form}"),
                view("sample", &options).output()
            );
        }
        for width in [80, 120] {
            for (form, options) in [
                ("plain", "--color never"),
                ("color", ""),
                ("ascii", "--color never --ascii"),
            ] {
                let options = format!("{option} {options}");
                let out = view("sample", &options).terminal(width).output();
                assert_snapshot!(format!("sample_{name}_{form}_{width}"), out);
                let widest = console_width(&out);
                assert!(widest <= width, "{name} {form}: {widest} cells at {width}");
            }
        }
    }
}

/// The cells of the widest line, escape sequences not counted.
fn console_width(text: &str) -> usize {
    let plain = |line: &str| {
        line.split('\u{1b}')
            .enumerate()
            .map(|(at, part)| {
                if at == 0 {
                    part
                } else {
                    part.split_once('m').unwrap().1
                }
            })
            .collect::<String>()
    };
    text.lines()
        .map(|line| unicode_width::UnicodeWidthStr::width(plain(line).as_str()))
        .max()
        .unwrap_or(0)
}

#[test]
fn no_view_is_wider_than_its_terminal() {
    for log in [
        "sample", "rotten", "korean", "lines", "hostile", "v1", "history",
    ] {
        for width in 30..130 {
            let out = view(log, "--full").terminal(width).run().out;
            assert!(console_width(&out) <= width, "{log} at {width}:\n{out}");
        }
    }
}

#[test]
fn narrow_terminals_lose_what_is_missed_least() {
    for log in ["sample", "rotten", "korean", "lines"] {
        for width in [40, 60] {
            let out = view(log, "--full -q --color never")
                .terminal(width)
                .output();
            assert_snapshot!(format!("narrow_{log}_{width}"), out);
        }
    }
}

#[test]
fn no_badge_is_broken() {
    for log in ["sample", "rotten", "korean", "lines", "archived/cost-log"] {
        for width in 30..130 {
            let out = view(log, "--full -q --color never")
                .terminal(width)
                .output();
            for line in out.lines() {
                let count = |c| line.matches(c).count();
                assert_eq!(count('['), count(']'), "{log} at {width}:\n{out}");
            }
        }
    }
}

#[test]
fn ascii_is_nothing_but_ascii() {
    let out = view("sample", "--full --ascii").terminal(100).output();
    assert!(out.is_ascii(), "{out}");
    let out = view("sample", "--full")
        .terminal(100)
        .env("LANG", "C")
        .output();
    assert!(out.is_ascii(), "a terminal without UTF-8:\n{out}");
}

#[test]
fn the_figures_of_the_sample() {
    let out = view("sample", "--full").output();
    for figure in [
        "Used       126,670 tokens  63.3%  [✓ OK]",
        "Remaining   73,330 tokens  36.7%",
        "Cost        $0.381",
        "Orchestrator   45,230   50,000  90.4%  █████████░  1 task    45,230",
        "Team A         12,450   15,000  83.0%  ████████░░       4     3,112",
        "Team B         18,900   25,000  75.6%  ███████░░░       5     3,780",
        "Team C         35,670   40,000  89.1%  ████████░░       6     5,945  $0.107  done     ! NOTE",
        "5     1,648",
        "6     1,030",
        "Plan total     191,670 (95.8%)",
        "optimistic     -10%  185,170",
        "pessimistic    +15%  201,420",
        "Weighted Average (stated)         285     91  68.0%",
    ] {
        assert!(out.contains(figure), "{figure}\n{out}");
    }
}

#[test]
fn the_rotten_log_counts_what_its_total_forgot() {
    let ran = view("rotten", "").run();
    assert_snapshot!("rotten_status", ran);
    assert_snapshot!("rotten_full", view("rotten", "--full -q").run());
    assert_snapshot!(
        "rotten_verbose",
        Ran {
            out: String::new(),
            ..view("rotten", "-v").run()
        }
    );
}

#[test]
fn how_a_file_ends_its_lines_changes_nothing() {
    let sample = view("sample", "--full").output();
    for log in ["crlf", "bom", "no-final-newline"] {
        let out = view(log, "--full").output();
        assert_eq!(
            out.replace(&format!("{log}.md"), "sample.md"),
            sample,
            "{log}"
        );
    }
}

#[test]
fn wide_characters_break_no_column() {
    assert_snapshot!(
        "korean_full_80",
        view("korean", "--full").terminal(80).output()
    );
    assert_snapshot!("korean_full_piped", view("korean", "--full").output());
    assert_snapshot!(
        "korean_markdown",
        view("korean", "--teams --daily --format markdown").output()
    );
}

#[test]
fn a_log_of_an_older_format_is_read() {
    assert_snapshot!("v1_full", view("v1", "--full").run());
    assert_snapshot!("v1_january", view("v1", "--month 2026-01").run());
}

#[test]
fn months_are_told_apart() {
    assert_snapshot!("months_newest", view("months", "--full").output());
    assert_snapshot!(
        "months_january",
        view("months", "--month 2026-01 --full").output()
    );
    assert_snapshot!(
        "months_later",
        view("months", "--now 2026-11-21T12:00:00Z").output()
    );
}

#[test]
fn projects_are_told_apart() {
    assert_snapshot!("projects_all", view("projects", "--teams -q").output());
    assert_snapshot!(
        "projects_website",
        view("projects", "--project website --teams").run()
    );
    assert_snapshot!("projects_app", view("projects", "--project").run());
}

#[test]
fn usage_lines_count_and_holds_are_shown() {
    assert_snapshot!("lines_full", view("lines", "--full").run());
    let later = view("lines", "--now 2026-02-25T19:00:00Z -q").output();
    assert!(
        !later.contains("Reserved"),
        "holds end by themselves:\n{later}"
    );
}

#[test]
fn archive_and_projection_beside_the_log_are_read() {
    assert_snapshot!("archived_full", view("archived/cost-log", "--full").run());
}

#[test]
fn one_team_is_listed_alone_and_totals_stay() {
    assert_snapshot!("team", view("sample", "--full --team g").run());
    assert_snapshot!("team_g", view("sample", "--teams --daily").run());
    assert_snapshot!("team_status", view("sample", "-q --team g").output());
    assert_snapshot!(
        "team_status_csv",
        view("sample", "-q --team g --format csv").output()
    );
    assert_snapshot!(
        "team_status_40",
        view("sample", "-q --team g --color never")
            .terminal(40)
            .output()
    );
}

/// A log of a month whose teams have these cells for tokens and cost.
fn costs(rows: &[(&str, &str, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(team, tokens, cost)| format!("| {team} | {tokens} | {cost} | ✅ |\n"))
        .collect();
    let rows = rows.concat();
    format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost | Status |\n|---|---|---|---|\n{rows}"
    )
}

#[test]
fn what_is_estimated_or_incomplete_is_said_in_every_form() {
    let log = costs(&[
        ("Whole", "1,000", "$1.00"),
        ("About", "~2,000", "~$2.00"),
        ("Two costs", "500", "$12.50"),
        ("Two costs", "500", "€2.00"),
        ("No cost", "300", ""),
    ]);
    for form in ["table", "csv", "markdown"] {
        let args = ["-f", "-", "-q", "--budget", "10K", "--format", form];
        let views = Tokmon::new(args.into_iter().chain(["--full"]));
        assert_snapshot!(
            format!("incomplete_{form}"),
            views.input(log.as_bytes()).output()
        );
    }
    let args = ["-f", "-", "-q", "--budget", "10K", "--full", "--ascii"];
    let out = Tokmon::new(args).input(log.as_bytes()).output();
    let ours = |line: &&str| !line.contains("TM019");
    let ours: String = out.lines().filter(ours).collect();
    assert!(ours.is_ascii() && ours.contains("and 2.000 EUR"), "{out}");
}

#[test]
fn a_total_has_a_share_where_all_that_is_used_has_one() {
    let total = |rows: &str| {
        let log = format!(
            "{}\n## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n{rows}",
            costs(&[("A", "100", ""), ("B", "50", ""), ("C", "0", "")])
        );
        let args = ["-f", "-", "-q", "--teams"];
        let out = Tokmon::new(args).input(log.as_bytes()).output();
        let total = out.lines().find(|line| line.contains("Total"));
        total.unwrap().trim().to_owned()
    };
    assert_eq!(total("| A | 200 |\n"), "Total   150     200      -");
    assert_eq!(
        total("| A | 200 |\n| B | 100 |\n"),
        "Total   150     300  50.0%"
    );
}

#[test]
fn rows_that_are_in_no_sum_are_told_in_every_view() {
    let file = "fixtures/invalid/tm001-unreadable-number.md";
    let run =
        |args: &str| Tokmon::new(["-qf", file].into_iter().chain(args.split_whitespace())).run();
    for view in ["", "--teams", "--daily", "--forecast", "--optimizations"] {
        for form in ["table", "markdown"] {
            let ran = run(&format!("{view} --format {form}"));
            let told = "3 rows unreadable, lines 8, 9, 11: not counted";
            assert!(ran.out.contains(told), "{view} {form}: {ran}");
        }
    }
    // A table of teams for programs stays one table.
    assert!(run("--format csv").out.contains("\nunreadable_rows,3,,\n"));
    let json: serde_json::Value = serde_json::from_str(&run("--json").out).unwrap();
    assert_eq!(json["log"]["unreadable_rows"], 3);
}

#[test]
fn findings_name_the_file_they_are_in() {
    let bad = "## Daily Detail — 2026-02-24\n\n| Team | Tokens |\n|---|---|\n| Team A | many |\n";
    let told = |log: &str, archive: &str| {
        let folder = repository(&[
            ("cost-log.md", log),
            ("archive/cost-log-2026-02.md", archive),
        ]);
        Tokmon::new([]).folder(folder.path()).run().err
    };
    assert_eq!(
        told(&log_of(5), bad),
        "tokmon: 1 error in archive/cost-log-2026-02.md; -v explains each\n"
    );
    assert_eq!(
        told(&format!("{}\n{bad}", log_of(5)), bad),
        "tokmon: 2 errors in cost-log.md and 1 other file; -v explains each\n"
    );
}

#[test]
fn a_missing_budget_is_said_where_one_is_needed() {
    let folder = repository(&[("cost-log.md", &log_of(5))]);
    for options in ["--forecast", "--format markdown", ""] {
        let out = Tokmon::new(options.split_whitespace())
            .folder(folder.path())
            .output();
        assert!(
            out.to_lowercase().contains("no budget is set"),
            "{options}: {out}"
        );
    }
}
