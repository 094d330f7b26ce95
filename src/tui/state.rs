//! The state of the dashboard as data. What keys do to it is in `app`, what readings of the files do to it in `reading`.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use strum::VariantArray as _;

use crate::{
    analysis::{AlertScope, StatusReport},
    diagnostic::Severity,
    model::{Level, Tokens},
    render::forecast::ForecastRows,
    text::FileId,
    tui::sort::SortBy,
    watch::WatchSource,
};

const FLASH: Duration = Duration::from_secs(10);

/// In the order of their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(const_into_str)]
pub enum Tab {
    #[default]
    Overview,
    Teams,
    Daily,
    Forecast,
}

impl Tab {
    pub const ALL: &[Self] = Self::VARIANTS;

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn next(self, by: isize) -> Self {
        let count = Self::ALL.len();
        Self::ALL[(self.index() + count).saturating_add_signed(by) % count]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub since: NaiveTime,
    pub changes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Help,
    Problems,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub report: StatusReport,
    pub problems: Vec<Problem>,
    /// How many errors and warnings there are: `3 errors and 1 warning`.
    pub counted: Option<String>,
    /// The same with the notes, and with those that are not listed.
    pub counted_all: Option<String>,
    /// The number of those that are not listed.
    pub unlisted: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place and the problem: `cost-log.md:31:33 not a number: "12,4x0"`.
    pub text: String,
    /// What to do about it, where nothing can be read.
    pub help: Option<String>,
    /// The file and the line, if known.
    pub place: Option<(FileId, usize)>,
    pub severity: Severity,
}

impl Problem {
    /// Whether something is not counted because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Why the figures shown are not those of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    Unreadable(Problem),
    Gone(String),
}

impl ReadError {
    pub const fn place(&self) -> Option<(FileId, usize)> {
        match self {
            Self::Unreadable(problem) => problem.place,
            Self::Gone(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    pub message: String,
    /// The level that was reached, if it is about one.
    pub level: Option<Level>,
    pub until: Duration,
}

impl App {
    /// Shows a message for a while.
    pub fn flash(&mut self, message: String, level: Option<Level>, at: Duration) {
        let until = at + FLASH;
        self.flash = Some(Flash {
            message,
            level,
            until,
        });
    }
}

/// The length of a list, the number of its rows on the screen, and the first of those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewport {
    pub len: usize,
    pub page: usize,
    pub top: usize,
}

impl Viewport {
    /// The last row that can be at the top.
    pub const fn last_top(self) -> usize {
        self.len.saturating_sub(self.page)
    }
}

/// Identifies a row whose line has moved: day, time, team, task and tokens.
pub type RowKey = (
    NaiveDate,
    Option<String>,
    String,
    Option<String>,
    Option<Tokens>,
);

#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that do not depend on each other"
)]
#[derive(Clone, Debug, Default)]
pub struct App {
    pub tab: Tab,
    /// What is shown in place of the view, and its first line.
    pub panel: Option<(Panel, usize)>,
    /// Keys are letters of the filter, and no commands.
    pub is_typing: bool,
    pub filter: String,
    pub team: Option<String>,
    /// The filter of the teams while the days of one are shown.
    pub filter_of_teams: String,
    /// The column that teams are sorted by. None for the order of the log.
    pub sort: Option<SortBy>,
    pub reversed: bool,
    /// The selected row of each view. None before the first move, and at the end of the days, which follows new rows.
    pub selected: [Option<usize>; 4],
    pub latest: Option<Snapshot>,
    /// When the figures were read: by the clock, and since the start.
    pub read_at: Option<(DateTime<FixedOffset>, Duration)>,
    /// Why the figures are not those of the file.
    pub read_error: Option<ReadError>,
    /// When a bad reading is tried again.
    pub retry: Option<Duration>,
    /// When figures are shown even if rows cannot be read.
    pub patience: Option<Duration>,
    /// The user asked for figures whatever cannot be read.
    pub reload_requested: bool,
    pub pause: Option<Pause>,
    /// How changes are noticed.
    pub following: WatchSource,
    pub flash: Option<Flash>,
    /// Whether thresholds ring the bell.
    pub bell: bool,
    /// The bell has rung for the thresholds up to this one, in percent.
    pub rung: Option<u32>,
    /// What is selected in each view, by what it is: rows come and go above it.
    pub selected_alert: Option<(AlertScope, Option<String>)>,
    pub selected_team: Option<String>,
    pub selected_row: Option<RowKey>,
    /// The rows of the forecast that an alert led to.
    pub selected_rows: Option<ForecastRows>,
}
