//! Screens as pictures, and at every size.

use std::time::Duration;

use crate::{
    analysis::Rows,
    model::{Currency, Money, Policy, TeamPolicy, Tokens},
    tui::{
        App, Tab,
        state::ReadError,
        view::{self, Size},
    },
};
use unicode_width::UnicodeWidthStr;

use super::{
    app, good, keys::press, now, picture, problem, report_by, report_of, report_of_other_form,
    text_of, used, view_context,
};

#[test]
fn every_view_of_the_sample_at_each_class_of_size() {
    for (width, height) in [(80, 24), (120, 40), (40, 10), (20, 3)] {
        for tab in Tab::ALL.iter().copied() {
            let mut app = app("sample");
            app.tab = tab;
            let name = format!("{}_{width}x{height}", tab.into_str().to_lowercase());
            insta::assert_snapshot!(name.clone(), picture(&app, width, height, false));
            let ascii = picture(&app, width, height, true);
            assert!(ascii.is_ascii(), "{ascii}");
            insta::assert_snapshot!(format!("{name}_ascii"), ascii);
        }
    }
}

/// A picture of 80 by 24.
fn screen(app: &App) -> String {
    picture(app, 80, 24, false)
}

fn pressed(name: &str, keys: &str) -> App {
    let mut app = app(name);
    press(&mut app, keys);
    app
}

#[test]
fn what_else_a_screen_shows() {
    insta::assert_snapshot!("help", screen(&pressed("sample", "2 ?")));
    insta::assert_snapshot!("filter_typed", screen(&pressed("sample", "2 / t e a m")));
    insta::assert_snapshot!(
        "filter_typed_40x10",
        picture(&pressed("sample", "2 / t e a m"), 40, 10, false)
    );
    insta::assert_snapshot!("filter_set", screen(&pressed("sample", "3 / e r r Enter")));
    insta::assert_snapshot!("sorted", screen(&pressed("sample", "2 j s s s")));
    insta::assert_snapshot!("alert_selected", screen(&pressed("sample", "j j j j")));
    insta::assert_snapshot!("paused", screen(&pressed("sample", "p")));
    insta::assert_snapshot!("problems", screen(&pressed("sample", "v")));
    insta::assert_snapshot!("days_of_a_team", screen(&pressed("lines", "2 Enter")));
}

#[test]
fn what_a_screen_shows_when_something_happens() {
    let at = Duration::from_secs(5);
    let mut crossed = app("sample");
    crossed.take(good(used(181_200)), now(), at);
    insta::assert_snapshot!("crossed", screen(&crossed));
    let mut stale = app("sample");
    let problem = problem("cost-log.md:31:33 not a number: \"12,4x0\"", true);
    stale.read_error = Some(ReadError::Unreadable(problem.clone()));
    insta::assert_snapshot!("unreadable", screen(&stale));
    insta::assert_snapshot!("unreadable_40x10", picture(&stale, 40, 10, false));
    insta::assert_snapshot!("unreadable_20x3", picture(&stale, 20, 3, false));
    stale.read_error = Some(ReadError::Gone("cost-log.md".to_owned()));
    insta::assert_snapshot!("gone", screen(&stale));
    let mut nothing = App::default();
    nothing.take(Err(ReadError::Unreadable(problem)), now(), at);
    insta::assert_snapshot!("nothing_read", screen(&nothing));
}

#[test]
fn other_logs() {
    for name in ["history", "hostile", "korean", "lines", "rotten", "v1"] {
        let mut pictures = String::new();
        for tab in Tab::ALL.iter().copied() {
            let mut app = app(name);
            app.tab = tab;
            pictures += &screen(&app);
            pictures += "\n";
        }
        insta::assert_snapshot!(format!("log_{name}"), pictures);
    }
}

/// A log of some days of February, each with this number of rows.
fn log_of_days(days: &[&str], rows: u64) -> String {
    let row = |row| {
        let team = if row % 3 == 0 { "A" } else { "B" };
        format!("| 10:{row} | Team {team} | Task {row} | {row}00 | $0.{row:03} | done |\n")
    };
    let day = |day: &&str| {
        let rows: String = (0..rows).map(row).collect();
        format!(
            "\n## Daily Detail — 2026-02-{day}\n\n\
             | Time | Team | Task | Tokens | Cost | Status |\n|---|---|---|---|---|---|\n{rows}"
        )
    };
    "# Cost Log\n".to_owned() + &days.iter().map(day).collect::<String>()
}

#[test]
fn rows_that_there_is_no_room_for_are_summed_and_no_figure_changes() {
    let text = log_of_days(&["23", "24", "25"], 30);
    let all = report_of(text.as_bytes(), Rows::All);
    let some = report_of(text.as_bytes(), Rows::Newest(20));
    let days = |report: &crate::analysis::StatusReport| {
        let days = report.days.iter().flatten();
        let rows =
            |day: &crate::analysis::DayReport| -> u64 { day.rows.iter().map(|row| row.rows).sum() };
        days.map(|day| (day.date, day.tokens, day.cost.clone(), rows(day)))
            .collect::<Vec<_>>()
    };
    assert_eq!(days(&some), days(&all));
    let listed = some.days.iter().flatten().flat_map(|day| &day.rows);
    assert!(listed.clone().any(|row| row.rows > 1));
    assert!(listed.filter(|row| row.rows == 1).count() >= 20);
    let mut app = App::default();
    app.take(good(some), now(), Duration::ZERO);
    press(&mut app, "3 g");
    insta::assert_snapshot!("rows_summed", screen(&app));
}

#[test]
fn a_badge_is_never_cut() {
    let mut app = App::default();
    let mut report = used(181_200);
    report.budget.tokens = Some(Tokens(9_876_543_210));
    report.used.tokens = Some(Tokens(8_987_654_321));
    app.take(good(report), now(), Duration::ZERO);
    for width in 30..=130 {
        for height in [6, 16, 30] {
            let screen = picture(&app, width, height, false);
            assert!(screen.contains("[!!! CRIT]"), "{width}x{height}: {screen}");
        }
    }
}

#[test]
fn a_log_without_tokens_is_shown_by_its_costs() {
    let text = log_of_days(&["09", "17", "23", "24"], 4).replace("00 | $", "00 | ~$");
    let rows = text.lines().map(|line| {
        let mut cells: Vec<&str> = line.split('|').collect();
        if cells.len() == 8 && line.contains('$') {
            cells[4] = " - ";
        }
        cells.join("|") + "\n"
    });
    let text: String = rows.collect();
    let money = |nanos| Money {
        nanos,
        currency: Currency::USD,
    };
    let policy = Policy {
        cost_budget: Some(money(30_000_000)),
        teams: vec![TeamPolicy {
            name: "Team A".to_owned(),
            cost: Some(money(12_000_000)),
            ..TeamPolicy::default()
        }],
        ..Policy::default()
    };
    let report = report_by(text.as_bytes(), Rows::All, &policy);
    let mut app = App::default();
    app.take(good(report), now(), Duration::ZERO);
    for (width, height) in [(80, 24), (120, 40), (40, 10), (20, 3)] {
        let mut pictures = String::new();
        for tab in Tab::ALL.iter().copied() {
            app.tab = tab;
            pictures += &picture(&app, width, height, false);
            pictures += "\n";
        }
        assert!(!pictures.contains("token"), "{pictures}");
        insta::assert_snapshot!(format!("log_of_money_{width}x{height}"), pictures);
    }
}

/// A log of this number of teams, the last of which are over their limits.
fn many_teams(count: u64) -> App {
    let used = |team| if team + 3 > count { 1_200 } else { 400 + team };
    let row = |team, tokens| format!("| Team number {team} | {tokens} |\n");
    let rows: String = (1..=count).map(|team| row(team, used(team))).collect();
    let limits: String = (1..=count).map(|team| row(team, 1_000)).collect();
    let text = format!(
        "# Log\n\n**Budget Status:**\n\n- Total budget: 60,000 tokens\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n{rows}\n\
         ## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n{limits}"
    );
    let mut app = App::default();
    let report = report_of(text.as_bytes(), Rows::All);
    app.take(good(report), now(), Duration::ZERO);
    app
}

#[test]
fn of_many_teams_those_over_their_limits_are_on_the_screen() {
    let app = many_teams(100);
    insta::assert_snapshot!("many_teams", screen(&app));
    insta::assert_snapshot!("many_teams_120x40", picture(&app, 120, 40, false));
    insta::assert_snapshot!("many_teams_200x60", picture(&app, 200, 60, false));
    insta::assert_snapshot!(
        "some_teams_200x60",
        picture(&many_teams(40), 200, 60, false)
    );
}

#[test]
fn a_budget_in_money_is_one() {
    let money = |units: i128| crate::model::Money {
        nanos: units * 1_000_000_000,
        currency: crate::model::Currency::USD,
    };
    let policy = Policy {
        cost_budget: Some(money(10)),
        ..Policy::default()
    };
    let text = "# Log\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| A | 3,000 | $9.50 |\n";
    let mut app = App::default();
    let report = report_by(text.as_bytes(), Rows::All, &policy);
    app.take(good(report), now(), Duration::ZERO);
    let pictures =
        [(80, 24), (40, 10), (60, 1)].map(|(width, height)| picture(&app, width, height, false));
    insta::assert_snapshot!("budget_in_money", pictures.join("\n"));
}

#[test]
fn a_small_pane_shows_read_errors() {
    let mut gone = app("sample");
    gone.read_error = Some(ReadError::Gone("cost-log.md".to_owned()));
    let paused = pressed("sample", "p");
    let mut crossed = app("sample");
    crossed.take(good(used(181_200)), now(), Duration::ZERO);
    let mut pictures = String::new();
    for app in [&gone, &paused, &crossed] {
        for (width, height) in [(90, 1), (60, 1), (28, 5), (10, 1), (80, 5), (40, 6)] {
            pictures += &picture(app, width, height, false);
            pictures += "----\n";
        }
    }
    insta::assert_snapshot!("small_panes", pictures);
}

#[test]
fn what_is_selected_is_on_the_screen() {
    for tab in [Tab::Teams, Tab::Daily] {
        for (keys, is_gone) in [("g", false), ("G", false), ("g j j", true), ("G", true)] {
            let mut app = pressed("sample", "1");
            app.tab = tab;
            press(&mut app, keys);
            app.read_error = is_gone.then(|| ReadError::Gone("cost-log.md".to_owned()));
            for height in 6..=45 {
                for width in [30, 60, 80, 130] {
                    let screen = picture(&app, width, height, false);
                    let marked = screen.lines().filter(|line| line.starts_with('>'));
                    let marked: Vec<&str> = marked.collect();
                    assert!(
                        matches!(marked[..], [row] if row.chars().any(|c| c.is_ascii_digit())),
                        "{tab:?} {width}x{height}\n{screen}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_wide_screen_has_the_total_and_hides_no_team_that_it_does_not_count() {
    for height in 30..=45 {
        let screen = picture(&app("sample"), 120, height, false);
        let teams = screen
            .lines()
            .filter(|line| line.starts_with("  Team ") || line.starts_with("  Orch"));
        let title = screen
            .lines()
            .find(|line| line.contains("── Teams"))
            .unwrap();
        let hidden = 9 - (teams.count() - 1);
        assert_eq!(
            title.contains(&format!("(+{hidden})")),
            hidden > 0,
            "{height}\n{screen}"
        );
        assert!(screen.contains("  Total "), "{height}\n{screen}");
    }
}

fn fits(app: &App, width: usize, height: usize, ascii: bool) {
    let rows = view::screen(app, Size { width, height }, view_context(ascii));
    assert!(rows.len() <= height, "{:?} {width}x{height}", app.tab);
    for line in text_of(&rows).lines() {
        let is_wide = line.width() > width;
        assert!(!is_wide, "{:?} {width}x{height}: {line}", app.tab);
    }
}

#[test]
fn no_view_is_larger_than_its_screen() {
    let all: Vec<(usize, usize)> = (0..=130)
        .flat_map(|width| (0..=45).map(move |height| (width, height)))
        .collect();
    for tab in Tab::ALL.iter().copied() {
        let mut app = app("sample");
        app.tab = tab;
        for (width, height) in &all {
            fits(&app, *width, *height, width % 2 == 0);
        }
    }
    for name in ["history", "hostile", "rotten", "korean", "lines", "v1"] {
        for tab in Tab::ALL.iter().copied() {
            for keys in ["g", "?", "/ a", "End"] {
                let mut app = app(name);
                app.tab = tab;
                press(&mut app, keys);
                app.read_error = (keys == "End").then(|| ReadError::Gone(name.repeat(20)));
                for (width, height) in all.iter().step_by(83) {
                    fits(&app, *width, *height, false);
                }
            }
        }
    }
}

const MONEY: &str = "\
# Spending

| When | Who | Task | Cost | Status | Deliverables |
|---|---|---|---|---|---|
| 2026-02-24 09:10 | Ann | parser | $14.50 | ✅ | 6 |
| 2026-02-24 11:00 | Bob | docs | ~$9.00 | ✅ | 2 |
| 2026-02-25 10:10 | Ann | tests | $2.25 | 🔄 | |
| 2026-02-25 12:00 | Bob | docs | n/a | 🔄 | |
";

#[test]
fn a_log_of_money_has_costs_in_every_view() {
    let policy = Policy {
        cost_budget: Some(Money {
            nanos: 50_000_000_000,
            currency: Currency::USD,
        }),
        ..Policy::default()
    };
    for tab in Tab::ALL.iter().copied() {
        let mut app = App::default();
        let report = report_of_other_form(MONEY.as_bytes(), &policy);
        app.take(good(report), now(), Duration::ZERO);
        app.tab = tab;
        let name = format!("money_{}", tab.into_str().to_lowercase());
        insta::assert_snapshot!(name, screen(&app));
    }
}

#[test]
fn a_month_without_a_figure_has_none_in_any_view() {
    let log = "| Date | Who | Tokens |\n|---|---|---|\n| 2026-01-20 | Ann | 900 |\n| 2026-02-24 | Ann | n/a |\n| 2026-02-25 | Bob | — |\n";
    for (width, height) in [(80, 24), (40, 10), (20, 3)] {
        for tab in Tab::ALL.iter().copied() {
            let mut app = App::default();
            let report = report_of_other_form(log.as_bytes(), &Policy::default());
            app.take(good(report), now(), Duration::ZERO);
            app.tab = tab;
            let name = format!(
                "no_figure_{}_{width}x{height}",
                tab.into_str().to_lowercase()
            );
            insta::assert_snapshot!(name, picture(&app, width, height, false));
        }
    }
}
