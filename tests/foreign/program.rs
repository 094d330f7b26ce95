//! Runs the program on a log, and brings what it says into few lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// The name of the folder that logs are read in: the team of rows that name none.
pub(crate) const FOLDER: &str = "harbour";

/// Tokens and money in billionths, each where any is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) tokens: Option<u64>,
    pub(crate) nanos: Option<i128>,
}

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// By days, and by months where only these are known.
    pub(crate) days: BTreeMap<String, Figures>,
    pub(crate) teams: BTreeMap<String, Figures>,
    pub(crate) dated: Figures,
    pub(crate) undated: Figures,
    pub(crate) undated_rows: u64,
    pub(crate) without_figure: u64,
    /// The lines of these rows.
    pub(crate) lines_without_figure: BTreeSet<u64>,
    /// The lines of rows that cannot be read.
    pub(crate) unreadable_lines: BTreeSet<u64>,
    pub(crate) currency: Option<String>,
    pub(crate) is_estimated: (bool, bool),
    /// The lines of the tables, and what became of each.
    pub(crate) tables: Vec<(u64, &'static str)>,
    pub(crate) findings: Vec<(u64, String)>,
    /// The budgets of a month.
    pub(crate) budgets: Vec<String>,
    pub(crate) code: i32,
}

impl Figures {
    pub(crate) const fn of(tokens: Option<u64>, nanos: Option<i128>) -> Self {
        Self { tokens, nanos }
    }

    pub(crate) fn add(&mut self, other: Self) {
        let tokens = self.tokens.into_iter().chain(other.tokens);
        self.tokens = tokens.reduce(|one, two| one + two);
        let nanos = self.nanos.into_iter().chain(other.nanos);
        self.nanos = nanos.reduce(|one, two| one + two);
    }

    const fn is_empty(&self) -> bool {
        self.tokens.is_none() && self.nanos.is_none()
    }

    /// `~150 tokens, 1.50`.
    pub(crate) fn text(&self, (tokens, money): (bool, bool)) -> String {
        let mark = |is_estimated| if is_estimated { "~" } else { "" };
        let tokens = self
            .tokens
            .map(|count| format!("{}{count} tokens", mark(tokens)));
        let money = self
            .nanos
            .map(|nanos| format!("{}{}", mark(money), amount(nanos)));
        let parts: Vec<String> = tokens.into_iter().chain(money).collect();
        if parts.is_empty() {
            return "nothing".to_owned();
        }
        parts.join(", ")
    }
}

/// With two decimals, and more where there are any.
fn amount(nanos: i128) -> String {
    let rest = format!("{:09}", nanos % 1_000_000_000);
    let rest = rest.trim_end_matches('0');
    format!("{}.{rest:0<2}", nanos / 1_000_000_000)
}

fn nanos(amount: &str) -> i128 {
    let (whole, rest) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{rest:0<9}").parse().unwrap()
}

impl Reading {
    pub(crate) fn total(&self) -> Figures {
        let mut total = self.dated;
        total.add(self.undated);
        total
    }

    /// The figures in lines: of days, of teams, and the rest.
    pub(crate) fn figures(&self) -> String {
        if self.code != 0 {
            return format!("exit: {}\n", self.code);
        }
        let mut text = format!("total: {}\n", self.total().text(self.is_estimated));
        if let Some(currency) = &self.currency {
            let _ = writeln!(text, "currency: {currency}");
        }
        for (day, figures) in self.days.iter().filter(|(_, of)| !of.is_empty()) {
            let word = if day.len() == 7 { "month" } else { "day" };
            let _ = writeln!(text, "{word} {day}: {}", figures.text((false, false)));
        }
        for (team, figures) in self.teams.iter().filter(|(_, of)| !of.is_empty()) {
            let team = if team == FOLDER { "(folder)" } else { team };
            let _ = writeln!(text, "team {team}: {}", figures.text((false, false)));
        }
        if self.undated_rows > 0 {
            let plural = if self.undated_rows == 1 { "" } else { "s" };
            let undated = self.undated.text((false, false));
            let _ = writeln!(
                text,
                "undated: {undated} ({} row{plural})",
                self.undated_rows
            );
        }
        if self.without_figure > 0 {
            let _ = writeln!(text, "without a figure: {}", self.without_figure);
        }
        if !self.unreadable_lines.is_empty() {
            let _ = writeln!(text, "unreadable: {}", self.unreadable_lines.len());
        }
        text
    }
}

pub(crate) fn run(log: &Path, arguments: &[&str], now: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tokmon"))
        .arg("--file")
        .arg(log)
        .args(arguments)
        .args(["--now", now, "--timezone", "UTC"])
        .current_dir(log.parent().unwrap())
        .env_clear()
        .output()
        .unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// What the program reads of a log, in all of its months.
pub(crate) fn read(log: &str, now: &str) -> Reading {
    let place = tempfile::tempdir().unwrap();
    read_file(&write(place.path(), log), now)
}

/// Writes a log into a folder of its own, and returns its path.
pub(crate) fn write(place: &Path, log: &str) -> PathBuf {
    let folder = place.join(FOLDER);
    fs::create_dir_all(folder.join(".git")).unwrap();
    let path = folder.join("usage.md");
    fs::write(&path, log).unwrap();
    path
}

pub(crate) fn read_file(path: &Path, now: &str) -> Reading {
    let check = json(&run(path, &["check", "--json"], now));
    let tables = json(&run(path, &["check", "--tables", "--json"], now));
    let first = run(path, &["--json", "--daily"], now);
    let mut reading = Reading {
        code: first.status.code().unwrap(),
        ..Reading::default()
    };
    let report = json(&first);
    reading.log(&report, &check, &tables);
    let months: Vec<&str> = list(&report["log"]["months"])
        .filter_map(Value::as_str)
        .collect();
    for month in &months {
        let ran = run(path, &["--json", "--daily", "--month", month], now);
        reading.month(&json(&ran), month);
    }
    if months.is_empty() {
        reading.rows_without_figure(&report["log"]);
    }
    reading
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64()
}

impl Reading {
    /// What a report and the findings say of the whole log.
    fn log(&mut self, report: &Value, check: &Value, tables: &Value) {
        self.tables = list(&tables["tables"])
            .map(|table| {
                let taken = match table["use"].as_str() {
                    Some("summary") => "summary",
                    Some("left_out") => "left out",
                    _ => "counts",
                };
                (count(&table["line"]).unwrap(), taken)
            })
            .collect();
        let undated = &report["undated"];
        self.undated_rows = count(&undated["rows"]).unwrap_or_default();
        self.undated = self.figures_of(undated, "tokens");
        self.is_estimated.0 |= undated["estimate"] == true;
        let budget = &report["budget"];
        let tokens = count(&budget["tokens"]).map(|tokens| format!("{tokens} tokens"));
        let cost = budget["cost"]["amount"].as_str().map(|written| {
            let currency = budget["cost"]["currency"].as_str().unwrap();
            format!("{} {currency}", amount(nanos(written)))
        });
        self.budgets = tokens.into_iter().chain(cost).collect();
        self.findings = list(&check["findings"])
            .map(|finding| {
                let code = finding["code"].as_str().unwrap_or_default().to_owned();
                (count(&finding["line"]).unwrap_or_default(), code)
            })
            .collect();
    }

    fn month(&mut self, report: &Value, month: &str) {
        let mut used = self.figures_of(&report["used"], "tokens");
        let by_days = list(&report["days"]);
        let mut of_days = Figures::default();
        for day in by_days {
            let figures = self.figures_of(day, "tokens");
            of_days.add(figures);
            let name = day["date"].as_str().unwrap().to_owned();
            self.days.entry(name).or_default().add(figures);
        }
        let mut of_teams = Figures::default();
        for team in list(&report["teams"]) {
            let figures = self.figures_of(team, "used_tokens");
            of_teams.add(figures);
            let name = team["name"].as_str().unwrap().to_owned();
            self.teams.entry(name).or_default().add(figures);
        }
        assert_eq!(
            used.tokens.unwrap_or_default(),
            of_teams.tokens.unwrap_or_default(),
            "the total of {month} is the sum of its teams"
        );
        if used.tokens == Some(0) && of_teams.tokens.is_none() {
            used.tokens = None;
        }
        self.dated.add(used);
        self.is_estimated.0 |= report["used"]["estimate"] == true;
        self.rows_without_figure(&report["log"]);
    }

    /// Adds the rows without a figure, and those that cannot be read, that a report names. One without a date is in the reports of all months.
    fn rows_without_figure(&mut self, log: &Value) {
        let lines = |places: &str, rows: &str| {
            let lines = list(&log[places]).filter_map(|place| count(&place["line"]));
            let lines: Vec<u64> = lines.collect();
            let rows = count(&log[rows]).unwrap_or_default();
            assert_eq!(rows, lines.len() as u64, "all of few rows are named");
            lines
        };
        let without = lines("places_without_figure", "rows_without_figure");
        self.lines_without_figure.extend(without);
        let unreadable = lines("unreadable_places", "unreadable_rows");
        self.unreadable_lines.extend(unreadable);
        self.without_figure = self.lines_without_figure.len() as u64;
    }

    fn figures_of(&mut self, of: &Value, tokens: &str) -> Figures {
        let cost = &of["cost"];
        self.is_estimated.1 |= cost["estimate"] == true;
        if let Some(currency) = cost["currency"].as_str() {
            self.currency = Some(currency.to_owned());
        }
        Figures::of(count(&of[tokens]), cost["amount"].as_str().map(nanos))
    }
}
