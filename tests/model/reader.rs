//! Reads logs as the README describes them, one line at a time and without the program's own code.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

/// What the teams of a month used, and what each day says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Month {
    /// Tokens by the folded name of the team; teams that used nothing are left out.
    pub(crate) teams: BTreeMap<String, u64>,
    /// Tokens of the details and the usage lines, by date.
    pub(crate) days: BTreeMap<String, u64>,
    /// Costs by the folded name of the team; teams without any are left out.
    pub(crate) costs: BTreeMap<String, Cost>,
}

/// A cost with its marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// In billionths of a dollar.
    pub(crate) nanos: i128,
    /// Some of it is an estimate, or comes from the price.
    pub(crate) estimate: bool,
    /// Every token has its cost.
    pub(crate) complete: bool,
}

impl Month {
    pub(crate) fn total(&self) -> u64 {
        self.teams.values().sum()
    }
}

/// Statements about a team in a month, from each kind of source.
#[derive(Default)]
struct Sources {
    monthly: Side,
    details: Side,
    lines: Side,
}

/// What one kind of source says.
#[derive(Clone, Copy, Default)]
struct Side {
    tokens: u64,
    nanos: i128,
    has_cost: bool,
    estimate: bool,
    /// Tokens that have neither a cost nor a price.
    unpriced: u64,
    /// A row says that its cost is more than this, and not for how many tokens.
    open: bool,
}

impl Side {
    fn add(&mut self, statement: &Statement, price: Option<i128>) {
        self.tokens += statement.tokens;
        if let Some(nanos) = statement.nanos {
            self.nanos += nanos;
            self.has_cost = true;
            self.estimate |= statement.estimate;
        }
        let unpriced = match (statement.nanos, statement.unpriced) {
            (None, _) => statement.tokens,
            (Some(_), Some(unpriced)) => unpriced,
            (Some(_), None) => {
                self.open |= statement.partial;
                0
            }
        };
        match price {
            Some(price) => {
                self.nanos += price * i128::from(unpriced);
                self.has_cost |= unpriced > 0;
                self.estimate |= unpriced > 0;
            }
            None => self.unpriced += unpriced,
        }
    }

    fn priced(&self) -> u64 {
        self.tokens - self.unpriced
    }
}

impl Sources {
    fn used(&self) -> u64 {
        self.monthly.tokens.max(self.details.tokens) + self.lines.tokens
    }

    /// Money follows the rule of tokens: the larger of monthly rows and details, then the usage lines.
    fn cost(&self) -> Option<Cost> {
        let sides = [self.monthly, self.details];
        let nanos = sides.map(|side| side.nanos).into_iter().max().unwrap();
        let is_largest = |side: &&Side| side.has_cost && side.nanos == nanos;
        let mut largest = sides.iter().filter(is_largest).peekable();
        let estimate = largest.peek().is_some() && largest.all(|side| side.estimate);
        let priced = sides.map(|side| side.priced()).into_iter().max().unwrap();
        let tokens = self.monthly.tokens.max(self.details.tokens);
        let unpriced = tokens - priced + self.lines.unpriced;
        let is_covered = sides
            .iter()
            .any(|side| !side.open && side.priced() == priced);
        let open = !is_covered;
        let nanos = nanos + self.lines.nanos;
        (nanos > 0).then_some(Cost {
            nanos,
            estimate: estimate || self.lines.estimate,
            complete: unpriced == 0 && !open,
        })
    }
}

/// A row or a usage line: its date (a month in a monthly row), its team and its tokens.
struct Statement {
    kind: Kind,
    date: String,
    team: String,
    tokens: u64,
    ids: Vec<String>,
    nanos: Option<i128>,
    /// The cost has a `~`.
    estimate: bool,
    /// The cost has a `+`: it is more than this.
    partial: bool,
    /// For how many tokens there is no cost.
    unpriced: Option<u64>,
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
    /// Billionths of a dollar for a token.
    price: Option<i128>,
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
            if line.starts_with("> **Currency:** USD @ $0.003/1K") {
                self.price = Some(3_000);
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
        let cost = cell(&["cost"]).unwrap_or_default();
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
            nanos: nanos(&cost),
            // Nothing is never an estimate.
            estimate: cost.starts_with(['~', '≈']) && nanos(&cost) > Some(0),
            partial: cost.ends_with('+'),
            unpriced: line
                .split_once("unpriced=")
                .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok()),
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
            nanos: values.get("cost").and_then(|cost| nanos(cost)),
            estimate: false,
            partial: false,
            unpriced: None,
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
            let month = month(statements, &known, self.price);
            met.extend(month.teams.keys().cloned());
            met.extend(known);
            months.insert(name, month);
        }
        months
    }
}

fn month(statements: Vec<Statement>, known: &BTreeSet<String>, price: Option<i128>) -> Month {
    let mut month = Month::default();
    let mut teams: BTreeMap<String, Sources> = BTreeMap::new();
    for statement in statements {
        let team = teams.entry(owner(&statement.team, known)).or_default();
        let side = match statement.kind {
            Kind::Monthly => &mut team.monthly,
            Kind::Detail => &mut team.details,
            Kind::Line => &mut team.lines,
        };
        side.add(&statement, price);
        if statement.kind != Kind::Monthly && statement.tokens > 0 {
            *month.days.entry(statement.date).or_default() += statement.tokens;
        }
    }
    for (team, sources) in teams {
        if let Some(cost) = sources.cost() {
            month.costs.insert(team.clone(), cost);
        }
        if sources.used() > 0 {
            month.teams.insert(team, sources.used());
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

/// The billionths of a dollar in a cell. None where it is empty or a dash.
pub(crate) fn nanos(cell: &str) -> Option<i128> {
    let number = cell
        .trim_start_matches(['~', '≈', '$'])
        .trim_end_matches('+');
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = format!("{part:0<9}");
    Some(whole.parse::<i128>().ok()? * 1_000_000_000 + part.parse::<i128>().ok()?)
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
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
