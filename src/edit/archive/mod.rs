//! What of a log is old enough for its archives, and what the log and they look like with that moved.
//! Pure text to text: which archives there are is given; when to write them is for `commands` to know.

mod compact;
mod cut;
mod file;
pub(super) mod lines;
mod owner;
mod prune;
mod reference;
mod survey;
pub(super) mod verify;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
};

use chrono::NaiveDate;

use self::{
    cut::{Cut, Portion},
    file::Written,
    lines::Departures,
    reference::{Contents, Reference},
    survey::Leaving,
    verify::State,
};
use super::{LogSet, Timestamp, raised, settled};
use crate::{
    model::{Month, Tokens},
    text::{self, Overlap, Source},
};
pub use owner::{NamedLog, log_line, named_log, with_log};
pub use prune::pruned;
pub use survey::{Obstacle, Survey};

/// What is to be moved.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Daily and session sections from before this day.
    pub before: NaiveDate,
    /// Lines of hooks from before this one.
    pub today: NaiveDate,
    /// Holds that have ended by then.
    pub now: Timestamp,
    /// Lines alone.
    pub hooks_only: bool,
    /// With the rows of one team and task of a day merged into one.
    pub compact: bool,
    /// The folder of the archives from that of the log, as the log is to name it.
    pub folder: String,
    /// The path of the log from that folder, as the archives name it.
    pub log: String,
    /// The names of the archives.
    pub names: BTreeMap<Month, String>,
}

/// A log and its archives with everything moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The new log; the old one where nothing moves.
    pub log: String,
    /// The archives that change, whole.
    pub archives: BTreeMap<Month, String>,
    /// What moves.
    pub moved: Moved,
}

/// What moves, and what does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// How many usage lines became rows first.
    pub settled: usize,
    /// To which archive how much goes.
    pub to: BTreeMap<Month, Share>,
    /// The sections that are old enough and stay: their headings, and what keeps them.
    pub left: Vec<(String, Obstacle)>,
}

/// What goes to one archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Daily sections.
    pub daily: usize,
    /// Sessions.
    pub sessions: usize,
    /// The rows of both, sums not counted.
    pub rows: usize,
    /// How many of these were merged into others.
    pub merged: usize,
    /// Lines that are not Markdown.
    pub lines: usize,
}

/// Why nothing can be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The archive of a month is not text.
    NotUtf8(Month, text::NotUtf8),
    /// Something in the archive of a month, like a code block without its end, would take in what is added.
    Unclosed(Month),
    /// What is known of a month only by an archive that is to be deleted.
    Needed {
        /// The month.
        month: Month,
        /// What was used in it.
        with: Tokens,
        /// What the log would say without the archive.
        without: Tokens,
    },
    /// Something would get lost or change. That is a mistake of this program.
    Unequal(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8(month, error) => write!(f, "the archive of {month} is {error}"),
            Self::Unclosed(month) => write!(
                f,
                "the archive of {month} ends inside a code block or a comment, which would take in what is added to it"
            ),
            Self::Needed {
                month,
                with,
                without,
            } => write!(
                f,
                "the archive of {month} is needed: with it {with} tokens were used in that month, by the log alone {without}"
            ),
            Self::Unequal(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Problem {}

impl From<Overlap> for Problem {
    fn from(overlap: Overlap) -> Self {
        Self::Unequal(overlap.to_string())
    }
}

impl Plan {
    /// Whether there is nothing to move.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moved.to.is_empty()
    }
}

/// Plans what moves out of a log. `survey` is that of the log, and `log_set` holds the archives there are of its
/// [months](Survey::months).
pub fn plan(text: &str, survey: Survey, log_set: &LogSet, asked: &Asked) -> Result<Plan, Problem> {
    let mut moved = Moved::default();
    let (mut ready, mut survey) = (Cow::Borrowed(text), survey);
    let mut leaving = Vec::new();
    if !asked.hooks_only {
        let settled = settled(text, log_set, asked.now)?;
        if settled.lines > 0 {
            moved.settled = settled.lines;
            survey = Survey::of(&settled.text);
            ready = Cow::Owned(settled.text);
        }
        leaving = departing(&survey, &ready, asked, &mut moved);
        // Without any row of v2.0 left, rows of an older format would count again, in the log or in its archives.
        if !survey.has_summary && !leaving.is_empty() {
            let months: BTreeSet<Month> = leaving.iter().map(|section| section.month).collect();
            let months: Vec<Month> = months.into_iter().collect();
            let raised = raised(&ready, log_set, &months, asked.now)?;
            survey = Survey::of(&raised);
            leaving = departing(&survey, &raised, asked, &mut moved);
            ready = Cow::Owned(raised);
        }
    }
    let departures = Departures::of(&survey.lines, asked.today, asked.now);
    let newline = newline(&ready);
    let mut cut = cut::cut(&ready, newline, &survey, &leaving, &departures)?;
    if cut.archives.is_empty() {
        moved.settled = 0;
        return Ok(Plan {
            log: text.to_owned(),
            archives: BTreeMap::new(),
            moved,
        });
    }
    let merged = if asked.compact {
        compact(&ready, &mut cut, log_set)
    } else {
        Vec::new()
    };
    let shares = cut.archives.iter();
    moved.to = shares
        .map(|(month, portion)| (*month, portion.share()))
        .collect();
    let plan = written(&ready, cut, &merged, log_set, moved, &asked.log)?;
    let before = State { log: text, log_set };
    plan.complete(&before, asked)
}

/// Merges rows of what goes to the archives. Gives the sections that this changes, as they were and as they are.
fn compact(ready: &str, cut: &mut Cut, log_set: &LogSet) -> Vec<[String; 2]> {
    let archives = log_set.archives.values().map(Vec::as_slice);
    let repeated = compact::repeated([ready.as_bytes()].into_iter().chain(archives));
    let mut changed = Vec::new();
    for portion in cut.archives.values_mut() {
        for section in &mut portion.addition.sections {
            if let Some((compacted, merged)) = compact::compacted(section, &repeated) {
                portion.merged += merged;
                changed.push([mem::replace(section, compacted.clone()), compacted]);
            }
        }
    }
    changed
}

/// How the lines of a text end.
fn newline(text: &str) -> &'static str {
    match text.find('\n').and_then(|end| text.get(..end)) {
        Some(line) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The sections that leave; what keeps others is noted.
fn departing(survey: &Survey, text: &str, asked: &Asked, moved: &mut Moved) -> Vec<Leaving> {
    moved.left.clear();
    let mut leaving = Vec::new();
    for section in survey.sections(text, asked.before) {
        match section {
            Ok(section) => leaving.push(section),
            Err(staying) => {
                let heading = text.get(staying.span.range()).unwrap_or_default();
                let heading = heading.lines().next().unwrap_or_default();
                moved
                    .left
                    .push((heading.trim().to_owned(), staying.obstacle));
            }
        }
    }
    leaving
}

impl Portion {
    fn share(&self) -> Share {
        let sessions = self.sections.iter().filter(|section| section.is_session);
        let sessions = sessions.count();
        Share {
            daily: self.sections.len() - sessions,
            sessions,
            rows: self.sections.iter().map(|section| section.rows).sum(),
            merged: self.merged,
            lines: self.lines,
        }
    }
}

/// Writes the archives. The log is what stays of it. `merged` are the sections with merged rows, as they were and as they are.
fn written(
    ready: &str,
    cut: Cut,
    merged: &[[String; 2]],
    log_set: &LogSet,
    moved: Moved,
    log: &str,
) -> Result<Plan, Problem> {
    let newline = newline(ready);
    let mut before = vec![ready];
    let mut new_headings = Vec::new();
    let mut archives = BTreeMap::new();
    for (month, portion) in cut.archives {
        let old = log_set.archives.get(&month).map(|bytes| utf8(bytes, month));
        let Written { text, headings } = match old.transpose()? {
            Some(old) => {
                before.push(old);
                let extended = file::extended(old, &portion.addition, newline, log);
                extended.ok_or(Problem::Unclosed(month))?
            }
            None => file::new(month, &portion.addition, newline, log),
        };
        new_headings.extend(headings);
        archives.insert(month, text);
    }
    before.extend(new_headings.iter().map(String::as_str));
    let mut after = vec![cut.log.as_str()];
    after.extend(archives.values().map(String::as_str));
    for [as_they_were, as_they_are] in merged {
        before.push(as_they_are);
        after.push(as_they_were);
    }
    if verify::sorted_lines(before) != verify::sorted_lines(after) {
        return Err(Problem::Unequal("not every line would be kept".to_owned()));
    }
    Ok(Plan {
        log: cut.log,
        archives,
        moved,
    })
}

impl Plan {
    /// Sees to it that the monthly rows say all that left the log, and that the log says where it is; then, that every figure is as
    /// it was before.
    fn complete(mut self, before: &State<'_>, asked: &Asked) -> Result<Self, Problem> {
        let mut log_set = before.log_set.clone();
        for (month, archive) in &self.archives {
            log_set
                .archives
                .insert(*month, archive.clone().into_bytes());
        }
        let with_rows = self.moved.to.iter().filter(|(_, share)| share.rows > 0);
        let months: Vec<Month> = with_rows.map(|(month, _)| *month).collect();
        if !months.is_empty() {
            self.log = raised(&self.log, &log_set, &months, asked.now)?;
        }
        if let Some((month, archive)) = self.archives.last_key_value() {
            let reference = Reference {
                path: match asked.names.get(month) {
                    Some(name) => format!("{}/{name}", asked.folder),
                    None => asked.folder.clone(),
                },
                month: *month,
                contents: self.contents(*month, archive, before.log_set)?,
            };
            self.log = reference::referenced(self.log, &reference)?;
        }
        let after = State {
            log: &self.log,
            log_set: &log_set,
        };
        verify::same(before, &after)?;
        Ok(self)
    }

    /// What an archive holds: what it did before, and what is added to it.
    fn contents(&self, month: Month, archive: &str, log_set: &LogSet) -> Result<Contents, Problem> {
        let old = log_set.archives.get(&month).map(|bytes| utf8(bytes, month));
        let old = old.transpose()?.map(Contents::of).unwrap_or_default();
        let share = self.moved.to.get(&month).copied().unwrap_or_default();
        Ok(Contents {
            size: archive.lines().count(),
            rows: old.rows + share.rows - share.merged,
            lines: old.lines + share.lines,
        })
    }
}

fn utf8(bytes: &[u8], month: Month) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let at = Source::new(String::from_utf8_lossy(good)).line_column(good.len());
        Problem::NotUtf8(month, text::NotUtf8 { at })
    })
}

#[cfg(test)]
mod tests;
