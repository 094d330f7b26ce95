//! Where alerts lead.

use std::time::Duration;

use crate::{
    analysis::Rows,
    model::{Currency, Money, Policy},
    text::FileId,
    tui::{App, Effect, Tab, view::Size},
};

use super::{app, good, keys::press, now, picture, report_by};

/// A log with an allocation of each of three teams, and rows of this number of tokens on each of 24 days.
pub fn log_of_month(budget: &str, tokens: u64, lines: &str) -> String {
    let row = |day: u64, team: &str, tokens| {
        let cost = tokens * 3;
        format!("| 10:00 | {team} | Work {day} | {tokens} | $0.{cost:06} | running |\n")
    };
    let day = |day| {
        let rows =
            [("A", tokens), ("B", tokens / 2 + day)].map(|(team, tokens)| row(day, team, tokens));
        format!(
            "\n## Daily Detail — 2026-02-{day:02}\n\n\
             | Time | Team | Task | Tokens | Cost | Status |\n|---|---|---|---|---|---|\n{}",
            rows.concat()
        )
    };
    let days: String = (1..=24).map(day).collect();
    format!(
        "# Log\n{budget}\n## Budget Allocation by Team\n\n| Team | Allocated | Status |\n|---|---|---|\n\
         | A | 60,000 | running |\n| B | 50,000 | running |\n| C | 30,000 | pending |\n{days}\n{lines}"
    )
}

pub fn app_of(text: &str, policy: &Policy) -> App {
    let mut app = App::default();
    app.take(
        good(report_by(text.as_bytes(), Rows::All, policy)),
        now(),
        Duration::ZERO,
    );
    app
}

/// Each alert, and the view and the selected rows that Enter leads to.
fn targets(app: &App, height: usize) -> String {
    let alerts = &app.report().unwrap().alerts;
    let lead = |(at, alert): (usize, &crate::analysis::Alert)| {
        let mut app = app.clone();
        press(&mut app, "j ".repeat(at + 1).trim_end());
        press(&mut app, "Enter");
        let screen = picture(&app, 80, height, false);
        let rows = screen.lines().filter(|line| line.starts_with('>'));
        let rows: String = rows.flat_map(|row| ["    ", row, "\n"]).collect();
        format!("{}\n  {}\n{rows}", alert.message, app.tab.into_str())
    };
    alerts.iter().enumerate().map(lead).collect()
}

const BUDGET: &str = "\n**Budget Status:**\n\n- Total budget: 112,000 tokens\n";

#[test]
fn each_alert_leads_to_the_rows_that_it_is_about() {
    insta::assert_snapshot!("alerts_of_the_sample", targets(&app("sample"), 24));
    let holds = "[HOLD] 2026-02-25T16:30:00Z team=\"B\" tokens=22000 until=2026-02-25T18:00:00Z id=h1\n\
                 [HOLD] 2026-02-25T16:40:00Z team=\"A\" tokens=4000 until=2026-02-25T18:00:00Z id=h2\n";
    let text = log_of_month(BUDGET, 2_900, holds);
    let budget = Money {
        nanos: 340_000_000,
        currency: Currency::USD,
    };
    let policy = Policy {
        cost_budget: Some(budget),
        ..Policy::default()
    };
    let app = app_of(&text, &policy);
    insta::assert_snapshot!("alerts_of_a_month", targets(&app, 24));
    assert_eq!(
        targets(&app, 24),
        targets(&app, 16),
        "on a small screen, too"
    );
}

#[test]
fn the_rows_that_an_alert_leads_to_stay_selected_while_they_are_scrolled() {
    let mut app = app("sample");
    press(&mut app, "j Enter");
    let screen = picture(&app, 80, 24, false);
    assert!(screen.contains("\nPending phases\n"), "{screen}");
    assert_eq!(press(&mut app, "e"), Some(Effect::Edit(FileId::LOG, 46)));
    press(&mut app, "k");
    let scrolled = picture(&app, 80, 24, false);
    let rows = |screen: &str| {
        let lines = screen.lines().enumerate();
        let rows = lines.filter(|(_, line)| line.starts_with('>'));
        rows.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let below: Vec<usize> = rows(&screen).iter().map(|at| at + 1).collect();
    assert_eq!(rows(&scrolled), below, "{scrolled}");
    press(&mut app, "Esc");
    assert!(rows(&picture(&app, 80, 24, false)).is_empty());
    assert_eq!(app.tab, Tab::Forecast);
    press(&mut app, "1 Enter 1 4");
    assert!(picture(&app, 80, 24, false).contains("lines 1-"));
}

#[test]
fn in_columns_the_rows_that_an_alert_leads_to_are_marked() {
    let mut app = app("sample");
    press(&mut app, "j Enter");
    let screen = crate::tui::view::screen(
        &app,
        Size {
            width: 200,
            height: 60,
        },
        super::view_context(false),
    );
    let marked = screen.iter().filter(|line| line.text().contains("> "));
    assert_eq!(marked.count(), 4, "{}", super::text_of(&screen));
    assert!(
        !screen.iter().any(|line| line.reversed),
        "both columns would be"
    );
}

#[test]
fn a_small_screen_says_what_is_judged_and_by_one_budget() {
    let of = |nanos, currency| Policy {
        cost_budget: Some(Money { nanos, currency }),
        ..Policy::default()
    };
    let large = BUDGET.replace("112,000", "900,000");
    let none = BUDGET.replace("112,000", "0");
    let cases = [
        ("no budget", "", Policy::default()),
        (
            "in another currency",
            "",
            of(340_000_000, Currency::parse("EUR").unwrap()),
        ),
        ("of nothing", none.as_str(), Policy::default()),
        ("in tokens", large.as_str(), Policy::default()),
        ("in money", "", of(900_000_000, Currency::USD)),
        (
            "in both, less money",
            large.as_str(),
            of(400_000_000, Currency::USD),
        ),
    ];
    let mut all = String::new();
    for (name, budget, policy) in cases {
        let mut app = app_of(&log_of_month(budget, 2_900, ""), &policy);
        let screen = picture(&app, 40, 10, false);
        app.tab = Tab::Teams;
        let teams = picture(&app, 40, 10, false);
        let brief = teams.lines().nth(1).unwrap_or_default();
        let parts = [
            "=== ",
            name,
            "\n",
            &screen,
            "\nAbove the teams: ",
            brief,
            "\n\n",
        ];
        all.extend(parts);
    }
    insta::assert_snapshot!("briefly_judged", all);
}
