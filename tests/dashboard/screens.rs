//! Screens as pictures, and at every size.

use std::time::Duration;

use tokmon::{
    analysis::Rows,
    model::Tokens,
    tui::{
        App, Reading, Tab, Trouble,
        view::{self, Size},
    },
};
use unicode_width::UnicodeWidthStr;

use super::{app, good, keys::press, look, now, picture, problem, report_of, text_of, used};

#[test]
fn every_view_of_the_sample_at_each_class_of_size() {
    for (width, height) in [(80, 24), (120, 40), (40, 10), (20, 3)] {
        for tab in Tab::ALL {
            let mut app = app("sample");
            app.tab = tab;
            let name = format!("{}_{width}x{height}", tab.name().to_lowercase());
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
    insta::assert_snapshot!("filter_set", screen(&pressed("sample", "3 / e r r Enter")));
    insta::assert_snapshot!("sorted", screen(&pressed("sample", "2 j s s s")));
    insta::assert_snapshot!("alert_selected", screen(&pressed("sample", "j j j j")));
    insta::assert_snapshot!("paused", screen(&pressed("sample", "p b")));
}

#[test]
fn what_a_screen_shows_when_something_happens() {
    let at = Duration::from_secs(5);
    let mut crossed = app("sample");
    crossed.take(good(used(181_200)), now(), at);
    insta::assert_snapshot!("crossed", screen(&crossed));
    let mut stale = app("sample");
    let problem = problem("cost-log.md:31:33 not a number: \"12,4x0\"", true);
    stale.trouble = Some(Trouble::Unreadable(problem.clone()));
    insta::assert_snapshot!("unreadable", screen(&stale));
    insta::assert_snapshot!("unreadable_40x10", picture(&stale, 40, 10, false));
    insta::assert_snapshot!("unreadable_20x3", picture(&stale, 20, 3, false));
    stale.trouble = Some(Trouble::Gone("cost-log.md".to_owned()));
    insta::assert_snapshot!("gone", screen(&stale));
    let mut nothing = App::default();
    nothing.take(Reading::Bad(problem), now(), at);
    insta::assert_snapshot!("nothing_read", screen(&nothing));
}

#[test]
fn other_logs() {
    for name in ["history", "korean", "lines", "rotten", "v1"] {
        let mut pictures = String::new();
        for tab in Tab::ALL {
            let mut app = app(name);
            app.tab = tab;
            pictures += &screen(&app);
            pictures += "\n";
        }
        insta::assert_snapshot!(format!("log_{name}"), pictures);
    }
}

/// A log of some days of February, each with so many rows.
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
    let days = |report: &tokmon::analysis::StatusReport| {
        let days = report.days.iter().flatten();
        let rows = |day: &tokmon::analysis::DayReport| -> u64 {
            day.rows.iter().map(|row| row.rows).sum()
        };
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
    report.used.tokens = Tokens(8_987_654_321);
    app.take(good(report), now(), Duration::ZERO);
    for width in 30..=130 {
        for height in [6, 16, 30] {
            let screen = picture(&app, width, height, false);
            let start = screen.lines().take(2).collect::<String>();
            assert!(start.contains("[!!! CRIT]"), "{width}x{height}: {screen}");
        }
    }
}

fn fits(app: &App, width: usize, height: usize, ascii: bool) {
    let rows = view::screen(app, Size { width, height }, look(ascii));
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
    for tab in Tab::ALL {
        let mut app = app("sample");
        app.tab = tab;
        for (width, height) in &all {
            fits(&app, *width, *height, width % 2 == 0);
        }
    }
    for name in ["history", "rotten", "korean", "lines", "v1"] {
        for tab in Tab::ALL {
            for keys in ["g", "?", "/ a", "End"] {
                let mut app = app(name);
                app.tab = tab;
                press(&mut app, keys);
                app.trouble = (keys == "End").then(|| Trouble::Gone(name.repeat(20)));
                for (width, height) in all.iter().step_by(83) {
                    fits(&app, *width, *height, false);
                }
            }
        }
    }
}
