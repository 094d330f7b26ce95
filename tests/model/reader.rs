//! Reads logs as the README describes them, one line at a time and without the program's own code.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

/// What the teams of a month used, and what each day says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Month {
    /// Tokens by the folded name of the team; teams that used nothing are left out.
    pub(crate) teams: BTreeMap<String, u64>,
    /// Tokens of the details and the usage lines, by date.
    pub(crate) days: BTreeMap<String, u64>,
}

impl Month {
    pub(crate) fn total(&self) -> u64 {
        self.teams.values().sum()
    }
}

/// Statements about a team in a month, from each kind of source.
#[derive(Default)]
struct Sources {
    monthly: u64,
    details: u64,
    lines: u64,
}

/// A row or a usage line: its date (a month in a monthly row), its team and its tokens.
struct Statement {
    kind: Kind,
    date: String,
    team: String,
    tokens: u64,
    ids: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Monthly,
    Detail,
    Line,
}

/// What the table that a line is in is about.
#[derive(Clone, Default)]
enum Section {
    Monthly(String),
    Details(String),
    Allocation,
    #[default]
    Other,
}

#[derive(Default)]
struct Reader {
    statements: Vec<Statement>,
    allocated: BTreeSet<String>,
}

/// The months of a log and its archives, by their name (`2026-02`).
pub(crate) fn read(folder: &Path) -> BTreeMap<String, Month> {
    let mut reader = Reader::default();
    let mut archives: Vec<_> = fs::read_dir(folder.join("archive"))
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    archives.sort();
    for path in archives.into_iter().chain([folder.join("cost-log.md")]) {
        reader.text(&fs::read_to_string(path).unwrap());
    }
    reader.months()
}

impl Reader {
    fn text(&mut self, text: &str) {
        let mut section = Section::default();
        let mut columns: Option<Vec<String>> = None;
        let mut before = "";
        for line in text.split_inclusive('\n') {
            let is_open = !line.ends_with('\n');
            let line = line.trim_end();
            if is_hook_line(line) {
                // A last line without its end is still being written.
                if !is_open && let Some(usage) = line.strip_prefix("[USE] ") {
                    self.usage_line(usage);
                }
                continue;
            }
            if let Some(heading) = line.strip_prefix("## ") {
                section = section_of(heading);
            }
            if !line.starts_with('|') {
                columns = None;
            } else if let Some(columns) = &columns {
                self.row(&section, columns, line);
            } else if is_delimiter(line) {
                columns = Some(
                    cells(before)
                        .iter()
                        .map(|cell| cell.to_lowercase())
                        .collect(),
                );
            }
            before = line;
        }
    }

    fn row(&mut self, section: &Section, columns: &[String], line: &str) {
        let cells = cells(line);
        let cell = |names: &[&str]| {
            let at = columns
                .iter()
                .position(|column| names.contains(&column.as_str()))?;
            cells.get(at).cloned()
        };
        let Some(team) = cell(&["agent/team", "team", "agent"]) else {
            return;
        };
        if team.to_lowercase().starts_with("total") {
            return;
        }
        let (kind, date) = match section {
            Section::Monthly(month) => (Kind::Monthly, month.clone()),
            Section::Details(date) => (Kind::Detail, date.clone()),
            Section::Allocation => {
                self.allocated.insert(fold(&team));
                return;
            }
            Section::Other => return,
        };
        let tokens = cell(&["tokens"]).and_then(|cell| tokens(&cell));
        if tokens.is_none() && kind == Kind::Detail {
            return;
        }
        let ids: Vec<String> = line
            .split("<!-- id=")
            .skip(1)
            .filter_map(|rest| rest.split_once(" -->").map(|(id, _)| id.to_owned()))
            .collect();
        self.statements.push(Statement {
            kind,
            date,
            team: fold(&team),
            tokens: tokens.unwrap_or_default(),
            ids,
        });
    }

    fn usage_line(&mut self, line: &str) {
        let (time, rest) = line.split_once(' ').unwrap();
        let values = values(rest);
        self.statements.push(Statement {
            kind: Kind::Line,
            date: time.get(..10).unwrap().to_owned(),
            team: fold(&values["team"]),
            tokens: values["tokens"].parse().unwrap(),
            ids: values.get("id").cloned().into_iter().collect(),
        });
    }

    fn months(mut self) -> BTreeMap<String, Month> {
        // A line that repeats the id of a row is the one that was settled into it, or a retry.
        self.statements
            .sort_by_key(|statement| statement.kind == Kind::Line);
        let mut ids = BTreeSet::new();
        self.statements.retain(|statement| {
            let is_known =
                !statement.ids.is_empty() && statement.ids.iter().all(|id| ids.contains(id));
            ids.extend(statement.ids.iter().cloned());
            !is_known
        });
        let mut by_month: BTreeMap<String, Vec<Statement>> = BTreeMap::new();
        for statement in self.statements {
            let month = statement.date.get(..7).unwrap().to_owned();
            by_month.entry(month).or_default().push(statement);
        }
        let mut months = BTreeMap::new();
        let mut met = BTreeSet::new();
        for (name, statements) in by_month {
            let monthly = statements
                .iter()
                .filter(|statement| statement.kind == Kind::Monthly);
            let monthly: BTreeSet<String> =
                monthly.map(|statement| statement.team.clone()).collect();
            // A month without a summary knows the teams of the months before it.
            let known = if monthly.is_empty() {
                met.clone()
            } else {
                monthly
            };
            let known = known.union(&self.allocated).cloned().collect();
            let month = month(statements, &known);
            met.extend(month.teams.keys().cloned());
            met.extend(known);
            months.insert(name, month);
        }
        months
    }
}

fn month(statements: Vec<Statement>, known: &BTreeSet<String>) -> Month {
    let mut month = Month::default();
    let mut teams: BTreeMap<String, Sources> = BTreeMap::new();
    for Statement {
        kind,
        date,
        team,
        tokens,
        ..
    } in statements
    {
        let team = teams.entry(owner(&team, known)).or_default();
        match kind {
            Kind::Monthly => team.monthly += tokens,
            Kind::Detail => team.details += tokens,
            Kind::Line => team.lines += tokens,
        }
        if kind != Kind::Monthly && tokens > 0 {
            *month.days.entry(date).or_default() += tokens;
        }
    }
    for (team, sources) in teams {
        let used = sources.monthly.max(sources.details) + sources.lines;
        if used > 0 {
            month.teams.insert(team, used);
        }
    }
    month
}

/// The known team whose name is the longest whole-word prefix of a name; else, the name itself.
fn owner(name: &str, known: &BTreeSet<String>) -> String {
    let is_prefix = |team: &&String| {
        name.strip_prefix(team.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    known
        .iter()
        .filter(is_prefix)
        .max_by_key(|team| team.len())
        .map_or_else(|| name.to_owned(), Clone::clone)
}

fn is_hook_line(line: &str) -> bool {
    [
        "[PRE]", "[POST]", "[STOP]", "[NOTIFY]", "[USE]", "[HOLD]", "[FREE]",
    ]
    .iter()
    .any(|kind| line.starts_with(kind))
}

fn section_of(heading: &str) -> Section {
    let is_date =
        |text: &str| text.len() == 10 && text.bytes().filter(u8::is_ascii_digit).count() == 8;
    if let Some((month, rest)) = heading.split_once(' ')
        && rest.starts_with("Monthly Summary")
    {
        return Section::Monthly(month.to_owned());
    }
    if heading == "Budget Allocation by Team" {
        return Section::Allocation;
    }
    if !heading.starts_with("Daily Detail") && !heading.starts_with("Session") {
        return Section::Other;
    }
    let date = heading.split(' ').find(|word| is_date(word));
    date.map_or(Section::Other, |date| Section::Details(date.to_owned()))
}

fn is_delimiter(line: &str) -> bool {
    line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The cells of a row, without emphasis and comments.
fn cells(line: &str) -> Vec<String> {
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    line.split('|')
        .map(|cell| {
            cell.split("<!--")
                .next()
                .unwrap()
                .replace(['*', '`'], "")
                .trim()
                .to_owned()
        })
        .collect()
}

/// The tokens of a cell. None where it is empty or a dash.
fn tokens(cell: &str) -> Option<u64> {
    let number = cell
        .trim_start_matches(['~', '≈'])
        .replace([',', '_', ' '], "");
    let scaled = |digits: &str, scale: u64| {
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let scale_of_part = scale / 10_u64.pow(u32::try_from(part.len()).unwrap());
        let part = if part.is_empty() {
            0
        } else {
            part.parse().unwrap()
        };
        whole.parse::<u64>().unwrap() * scale + part * scale_of_part
    };
    if let Some(thousands) = number.strip_suffix('K') {
        return Some(scaled(thousands, 1_000));
    }
    if let Some(millions) = number.strip_suffix('M') {
        return Some(scaled(millions, 1_000_000));
    }
    number.parse().ok()
}

/// The `key=value` pairs of a usage line.
fn values(line: &str) -> HashMap<String, String> {
    let mut values = HashMap::new();
    let mut rest = line.trim();
    while let Some((key, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap(),
            None => after.split_once(' ').unwrap_or((after, "")),
        };
        values.insert(key.to_owned(), value.to_owned());
        rest = next.trim_start();
    }
    values
}

/// A name with case and white space folded.
fn fold(name: &str) -> String {
    name.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
