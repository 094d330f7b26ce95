//! Makes up logs: what people, hooks and the program itself have written, in one file.

use std::fmt::Write as _;

use crate::random::Random;

const TEAMS: [&str; 7] = [
    "Team A",
    "Team B",
    "Team C",
    "team c",
    "QA",
    "Ops  Night",
    "Team A Docs",
];

/// The months that a log is about. The last is the present one.
const MONTHS: [&str; 3] = ["2025-12", "2026-01", "2026-02"];

/// A log for the 20th of February 2026.
pub(crate) fn log(random: &mut Random) -> String {
    let newline = if random.below(5) == 0 { "\r\n" } else { "\n" };
    let mut sections = vec!["# Cost Log v2.0".to_owned()];
    if random.below(2) == 0 {
        sections.push("> **Currency:** USD @ $0.003/1K tokens (m1)".to_owned());
    }
    for month in MONTHS.iter().rev() {
        if random.below(4) > 0 {
            sections.push(summary(random, month));
        }
    }
    if random.below(2) == 0 {
        sections.push(allocation(random));
    }
    for month in MONTHS {
        for _ in 0..random.below(4) {
            let day = 1 + random.below(20);
            sections.push(details(random, &format!("{month}-{day:02}")));
        }
    }
    let mut log = String::new();
    for section in sections {
        log.push_str(&section);
        log.push_str("\n\n");
        for _ in 0..random.below(3) {
            log.push_str(&hook_line(random));
        }
        if random.below(3) == 0 {
            log.push('\n');
        }
    }
    for _ in 0..random.below(4) {
        log.push_str(&hook_line(random));
    }
    log.replace('\n', newline)
}

fn summary(random: &mut Random, month: &str) -> String {
    let mut table = format!(
        "## {month} Monthly Summary\n\n| Team | Task | Tokens | Cost | Status |\n|---|---|---|---|---|"
    );
    let mut total = 0;
    let mut teams = Vec::new();
    for _ in 0..random.below(5) {
        let team = pick(random, &TEAMS);
        // A team has one row a month: two rows of one task are what a merge leaves.
        if teams.contains(&team.to_lowercase()) {
            continue;
        }
        teams.push(team.to_lowercase());
        let tokens = random.below(40_000);
        total += tokens;
        let _ = write!(
            table,
            "\n| {team} | Task {} | {} | {} | ✅ |",
            teams.len(),
            spelled(random, tokens),
            cost(random)
        );
    }
    if random.below(3) > 0 {
        let stated = if random.below(3) == 0 {
            random.below(90_000)
        } else {
            total
        };
        let _ = write!(table, "\n| **TOTAL** | | **{stated}** | | |");
    }
    table
}

fn allocation(random: &mut Random) -> String {
    let mut table = "## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|".to_owned();
    for team in ["Team A", "Team B", "QA"] {
        if random.below(2) == 0 {
            let _ = write!(table, "\n| {team} | {} |", 10_000 + random.below(50_000));
        }
    }
    table
}

fn details(random: &mut Random, date: &str) -> String {
    let heading = match random.below(3) {
        0 => format!("## Session {date} — Refactoring"),
        _ => format!("## Daily Detail — {date}"),
    };
    let mut table = format!(
        "{heading}\n\n| Time | Team | Task | Tokens | Cost | Status |\n|---|---|---|---|---|---|"
    );
    for _ in 0..=random.below(5) {
        let tokens = random.below(20_000);
        let id = match random.below(4) {
            0 => format!(" <!-- id={} -->", random.below(1_000_000)),
            _ => String::new(),
        };
        let _ = write!(
            table,
            "\n| {:02}:{:02} | {} | Task {} | {} | {} | ✅{id} |",
            random.below(24),
            random.below(60),
            pick(random, &TEAMS),
            random.below(4),
            spelled(random, tokens),
            cost(random)
        );
    }
    table
}

fn hook_line(random: &mut Random) -> String {
    let month = pick(random, &MONTHS);
    let time = format!(
        "{month}-{:02}T{:02}:15:00Z",
        1 + random.below(20),
        random.below(24)
    );
    match random.below(4) {
        0 => "[PRE] 19:15:25 tool=unknown\n".to_owned(),
        1 => format!("[STOP] {time} session_end\n"),
        _ => {
            let id = match random.below(3) {
                0 => String::new(),
                1 => format!(" id=retry-{month}-{}", random.below(3)),
                _ => format!(" id=u{}", random.below(1_000_000)),
            };
            let cost = match random.below(3) {
                0 => format!(" cost=0.{:04}", random.below(10_000)),
                _ => String::new(),
            };
            format!(
                "[USE] {time} team=\"{}\" tokens={}{cost}{id}\n",
                pick(random, &TEAMS),
                random.below(9_000)
            )
        }
    }
}

/// A number of tokens as people write it.
fn spelled(random: &mut Random, tokens: u64) -> String {
    match random.below(8) {
        0 => format!("{}K", tokens / 1_000),
        1 => format!("~{tokens}"),
        2 => "—".to_owned(),
        3 if tokens >= 1_000 => format!("{},{:03}", tokens / 1_000, tokens % 1_000),
        _ => tokens.to_string(),
    }
}

fn cost(random: &mut Random) -> String {
    match random.below(9) {
        0 => "—".to_owned(),
        1 => format!("~$0.{:02}", random.below(100)),
        2 => format!("$0.{:03}+", random.below(1_000)),
        _ => format!("$0.{:03}", random.below(1_000)),
    }
}

pub(crate) fn pick<'t>(random: &mut Random, some: &[&'t str]) -> &'t str {
    let at = usize::try_from(random.below(some.len() as u64)).unwrap();
    some.get(at).unwrap()
}
