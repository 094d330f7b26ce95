//! What of a log is old enough for its archives, and what the log and they look like with that moved.
//! Pure text to text: which archives there are is given; when to write them is for `commands` to know.

mod cut;
pub(super) mod figures;
mod file;
mod lines;
mod prune;
mod reference;
mod survey;
mod verify;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::NaiveDate;

use self::{
    cut::{Cut, Portion},
    file::Written,
    lines::Departures,
    reference::{Contents, Reference},
    survey::{Leaving, Survey},
    verify::State,
};
use super::{Books, Document, Kept, Stamp, raised, settled};
use crate::{
    log::{self, Item, RowValue, Section},
    model::{Header, LineEvent, Month, Tokens},
    text::{self, Overlap, Source},
};
pub use prune::pruned;
pub use survey::Obstacle;

/// What is to be moved.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Daily and session sections from before this day.
    pub before: NaiveDate,
    /// Lines of hooks from before this one.
    pub today: NaiveDate,
    /// Holds that have ended by then.
    pub now: Stamp,
    /// Lines alone.
    pub hooks_only: bool,
    /// The folder of the archives from that of the log, as the log is to name it.
    pub folder: String,
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

/// The months whose archives matter for moving anything out of a log: those of old sections and lines, and of usage lines.
#[must_use]
pub fn months(text: &str, asked: &Asked) -> BTreeSet<Month> {
    let mut dates = BTreeSet::new();
    // Lines before anything dated have the date of the first thing that is, else that of the header.
    let (mut first, mut updated, mut has_undated) = (None, None, false);
    // Reading from memory cannot fail.
    let _ = log::read(text.as_bytes(), text::Document::Log, &mut |item| {
        let (date, is_wanted) = match &item {
            Item::Heading(heading) => match heading.section {
                Section::Daily(date) | Section::Session { date, .. } => (*date, true),
                _ => (None, false),
            },
            Item::Header(Header::LastUpdated(time)) => {
                updated = updated.or(Some(time.date()));
                (None, false)
            }
            Item::Usage(entry) => (entry.when.date, true),
            Item::Row(row) => match &row.value {
                RowValue::Entry(entry) => (entry.when.date, true),
                _ => (None, false),
            },
            Item::Line(line) => {
                has_undated |= line.date.is_none();
                let is_hold = matches!(line.event, LineEvent::Hold(_) | LineEvent::Free(_));
                (line.date, is_hold || line.date < Some(asked.today))
            }
            _ => (None, false),
        };
        first = first.or(date);
        if is_wanted {
            dates.extend(date.map(Month::of));
        }
    });
    if has_undated {
        dates.extend(first.or(updated).map(Month::of));
    }
    dates
}

/// Plans what moves out of a log. `books` holds the archives there are of these [`months`].
pub fn plan(text: &str, books: &Books, asked: &Asked) -> Result<Plan, Problem> {
    let mut moved = Moved::default();
    let ready = if asked.hooks_only {
        Ready {
            survey: Survey::of(text),
            text: text.to_owned(),
            leaving: Vec::new(),
        }
    } else {
        ready(text, books, asked, &mut moved)?
    };
    let Ready {
        text: ready,
        survey,
        leaving,
    } = ready;
    let document = Document::read(ready, Kept::Since(asked.before));
    let departures = Departures::of(&document, asked.today, asked.now);
    let cut = cut::cut(&document, &survey, &leaving, &departures)?;
    if cut.archives.is_empty() {
        moved.settled = 0;
        return Ok(Plan {
            log: text.to_owned(),
            archives: BTreeMap::new(),
            moved,
        });
    }
    let shares = cut.archives.iter();
    moved.to = shares
        .map(|(month, portion)| (*month, portion.share()))
        .collect();
    let plan = written(&document, cut, books, asked, moved)?;
    let ready = State {
        log: document.text(),
        books,
    };
    plan.check(text, &ready)?;
    Ok(plan)
}

/// A log out of which sections may be taken, and these.
struct Ready {
    text: String,
    survey: Survey,
    leaving: Vec<Leaving>,
}

/// Settles a log, and sees to it that its monthly rows say all that the sections do that leave it.
fn ready(text: &str, books: &Books, asked: &Asked, moved: &mut Moved) -> Result<Ready, Problem> {
    let settled = settled(text, books, asked.now)?;
    moved.settled = settled.lines;
    let mut ready = Ready {
        survey: Survey::of(&settled.text),
        text: settled.text,
        leaving: Vec::new(),
    };
    ready.leaving = departing(&ready.survey, &ready.text, asked, moved);
    let months: BTreeSet<Month> = ready.leaving.iter().map(|section| section.month).collect();
    if months.is_empty() {
        return Ok(ready);
    }
    let months: Vec<Month> = months.into_iter().collect();
    let raised = raised(&ready.text, books, &months, asked.now)?;
    if raised != ready.text {
        ready.survey = Survey::of(&raised);
        ready.leaving = departing(&ready.survey, &raised, asked, moved);
        ready.text = raised;
    }
    Ok(ready)
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
            merged: 0,
            lines: self.lines,
        }
    }
}

/// Writes the archives, and into the log where they are.
fn written(
    document: &Document,
    cut: Cut,
    books: &Books,
    asked: &Asked,
    moved: Moved,
) -> Result<Plan, Problem> {
    let newline = document.newline(document.text().len());
    let (mut before, mut after) = (verify::lines(document.text()), verify::lines(&cut.log));
    let mut archives = BTreeMap::new();
    for (month, portion) in cut.archives {
        let old = books.archives.get(&month).map(|bytes| utf8(bytes, month));
        let Written { text, headings } = match old.transpose()? {
            Some(old) => {
                before = before.wrapping_add(verify::lines(old));
                let extended = file::extended(old, &portion.addition, newline);
                extended.ok_or(Problem::Unclosed(month))?
            }
            None => file::new(month, &portion.addition, newline),
        };
        let headings = headings.iter().map(|heading| verify::line(heading));
        before = headings.fold(before, u128::wrapping_add);
        after = after.wrapping_add(verify::lines(&text));
        archives.insert(month, text);
    }
    if before != after {
        return Err(Problem::Unequal("not every line would be kept".to_owned()));
    }
    let mut log = cut.log;
    if let Some((month, archive)) = archives.last_key_value() {
        let reference = Reference {
            path: format!("{}/{}", asked.folder, name(*month)),
            month: *month,
            contents: Contents::of(archive),
        };
        log = reference::referenced(log, &reference)?;
    }
    Ok(Plan {
        log,
        archives,
        moved,
    })
}

/// The name of the archive of a month.
#[must_use]
pub fn name(month: Month) -> String {
    format!("cost-log-{month}.md")
}

fn utf8(bytes: &[u8], month: Month) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let at = Source::new(String::from_utf8_lossy(good)).line_column(good.len());
        Problem::NotUtf8(month, text::NotUtf8 { at })
    })
}

impl Plan {
    /// Every figure is the same as before: of every team since the log was `ready` to be cut, and of every month since it was read.
    fn check(&self, text: &str, ready: &State<'_>) -> Result<(), Problem> {
        let mut books = ready.books.clone();
        for (month, archive) in &self.archives {
            books.archives.insert(*month, archive.clone().into_bytes());
        }
        let after = State {
            log: &self.log,
            books: &books,
        };
        verify::same_teams(ready, &after)?;
        if text == ready.log {
            return Ok(());
        }
        let before = State {
            log: text,
            books: ready.books,
        };
        verify::same_totals(&before, ready)
    }
}

#[cfg(test)]
mod tests;
