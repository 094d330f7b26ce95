//! No view shows a secret that the log holds.

use std::time::Duration;

use crate::{analysis::Rows, tui::App};

use super::{good, keys::press, now, picture, problem, report_of};

#[test]
fn secrets_are_masked_in_every_view() {
    let (team, task) = (
        format!("sk-ant-api03-{}", "Ab1".repeat(8)),
        format!("AKIA{}", "EF34".repeat(4)),
    );
    let log = format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| {team} | 900 | ✅ |\n\n**Budget Status:**\n- Total budget: 1,000 tokens\n\n## Allocation\n\n| Team | Tokens |\n|---|---|\n| {team} | 500 |\n\n## Daily Detail — 2026-02-24\n\n| Time | Team | Task | Tokens | Notes |\n|---|---|---|---|---|\n| 10:00 | {team} | {task} | 900 | {team} |\n"
    );
    let mut reading = good(report_of(log.as_bytes(), Rows::All));
    if let Ok(snapshot) = &mut reading {
        snapshot.problems = vec![problem(&format!("cost-log.md:16:9 odd: {task}"), true)];
    }
    let mut app = App::default();
    app.take(reading, now(), Duration::ZERO);
    let (mut all, secrets) = (String::new(), [team, task]);
    for keys in [
        "1", "2", "enter", "esc", "3", "enter", "esc", "4", "v", "esc", "/",
    ] {
        press(&mut app, keys);
        for (width, height) in [(200, 60), (80, 24), (40, 10)] {
            all += &picture(&app, width, height, false);
        }
    }
    assert!(
        all.contains("sk-ant-***") && all.contains("AKIA***"),
        "{all}"
    );
    for secret in secrets {
        let tail = secret.get(secret.len() - 6..).unwrap_or_default();
        assert!(!all.contains(tail), "{all}");
    }
}
