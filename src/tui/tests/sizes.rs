//! What has to be on the screen at each size: the verdict, and the figure that a view is about.

use crate::{
    model::{Currency, Money, Policy, Tokens},
    tui::{App, Tab},
};

use super::{
    alerts::{app_of, log_of_month},
    app,
    keys::press,
    picture,
};

const SIZES: [(usize, usize); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

const BUDGET: &str = "\n**Budget Status:**\n\n- Total budget: 130,000 tokens\n";

/// Logs of many kinds, by name.
fn logs() -> Vec<(&'static str, App)> {
    let money = |nanos| Policy {
        cost_budget: Some(Money {
            nanos,
            currency: Currency::USD,
        }),
        ..Policy::default()
    };
    let hold =
        "[HOLD] 2026-02-25T16:30:00Z team=\"B\" tokens=60000 until=2026-02-25T18:00:00Z id=h1\n";
    vec![
        ("sample", app("sample")),
        ("history", app("history")),
        ("korean", app("korean")),
        ("months", app("months")),
        ("rotten", app("rotten")),
        (
            "budget",
            app_of(&log_of_month(BUDGET, 900, ""), &Policy::default()),
        ),
        (
            "near",
            app_of(&log_of_month(BUDGET, 2_900, ""), &Policy::default()),
        ),
        (
            "over",
            app_of(&log_of_month(BUDGET, 4_900, ""), &Policy::default()),
        ),
        (
            "holds",
            app_of(&log_of_month(BUDGET, 2_100, hold), &Policy::default()),
        ),
        (
            "money",
            app_of(&log_of_month("", 2_900, ""), &money(400_000_000)),
        ),
        (
            "none",
            app_of(&log_of_month("", 2_900, ""), &Policy::default()),
        ),
    ]
}

#[test]
fn the_verdict_is_at_the_top_of_every_view() {
    for (name, mut app) in logs() {
        let report = app.report().unwrap();
        let Some(verdict) = report.verdict.clone() else {
            continue;
        };
        let word = format!("{}: ", verdict.level.into_str());
        for tab in Tab::ALL.iter().copied() {
            app.tab = tab;
            for (width, height) in SIZES {
                let screen = picture(&app, width, height, false);
                let top = screen.lines().take(2).find(|line| line.starts_with(&word));
                let top = top.unwrap_or_else(|| panic!("{name} {tab:?}\n{screen}"));
                assert!(!top.ends_with('…'), "{name} {tab:?}\n{screen}");
            }
        }
    }
}

#[test]
fn the_first_screen_of_each_view_has_its_figure() {
    for (name, mut app) in logs() {
        let report = app.report().unwrap().clone();
        let used = [
            report.used_tokens().to_string(),
            report.used_tokens().compact(),
        ];
        let likely = report.forecast.estimates().next();
        let likely = likely
            .and_then(|end| end.quantiles.p50)
            .map(Tokens::compact);
        for (width, height) in SIZES {
            let mut shown = |tab: Tab| {
                app.tab = tab;
                picture(&app, width, height, false)
            };
            for tab in [Tab::Overview, Tab::Teams, Tab::Daily] {
                let screen = shown(tab);
                let lines = screen.lines().filter(|line| match tab {
                    Tab::Teams => line.starts_with("  Total "),
                    Tab::Daily => line.contains("Day total"),
                    _ => true,
                });
                let mut lines = lines.filter(|line| match tab {
                    Tab::Daily => line.chars().any(|c| c.is_ascii_digit()),
                    _ => used.iter().any(|used| line.contains(used.as_str())),
                });
                assert!(lines.next().is_some(), "{name} {tab:?}\n{screen}");
            }
            let screen = shown(Tab::Forecast);
            if let Some(likely) = &likely {
                assert!(
                    screen.contains(likely.as_str()),
                    "{name}: {likely}\n{screen}"
                );
            }
        }
    }
}

#[test]
fn each_view_of_some_logs_at_the_smallest_and_the_largest_size() {
    for (name, app) in logs() {
        if ["history", "korean", "rotten", "months"].contains(&name) {
            continue;
        }
        for (width, height) in [(40, 10), (200, 60)] {
            let mut pictures = String::new();
            for key in ["1", "2", "3", "4"] {
                let mut app = app.clone();
                press(&mut app, key);
                pictures += &picture(&app, width, height, false);
                pictures += "\n";
            }
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), pictures);
        }
    }
}
