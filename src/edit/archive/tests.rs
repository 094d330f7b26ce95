//! What moves, in pictures of whole files, and the laws that hold for any log.

use insta::assert_snapshot;

use super::*;

const SAMPLE: &str = include_str!("../../../fixtures/logs/sample.md");
const ROTTEN: &str = include_str!("../../../fixtures/logs/rotten.md");

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// All details and lines from before a day, on that day.
fn on(day: &str) -> Asked {
    Asked {
        before: date(day),
        today: date(day),
        now: format!("{day}T12:00:00Z").parse().unwrap(),
        hooks_only: false,
        folder: "archive".to_owned(),
    }
}

fn planned(text: &str, asked: &Asked) -> Plan {
    plan(text, &Books::default(), asked).unwrap()
}

/// All files, whole, and what moves.
fn picture(plan: &Plan) -> String {
    let mut picture = format!("{:#?}\n=== cost-log.md\n{}", plan.moved, plan.log);
    for (month, archive) in &plan.archives {
        picture.push_str(&format!("=== {}\n{archive}", name(*month)));
    }
    picture
}

#[test]
fn old_sections_and_lines_move() {
    assert_snapshot!(picture(&planned(SAMPLE, &on("2026-03-30"))));
}

#[test]
fn a_rotten_log_becomes_short() {
    let plan = planned(ROTTEN, &on("2026-03-30"));
    assert_snapshot!(plan.log);
    println!("{:#?}", plan.moved);
}
