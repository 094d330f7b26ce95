//! The teams on a screen: as cells beside each other, or as a table. If there is not room for all, those with the worst alerts
//! are shown.

use std::{cmp::Reverse, collections::HashSet};

use super::line;
use crate::{
    analysis::{StatusReport, TeamReport},
    model::Measured,
    render::{
        OutputStyle, Size, StyledLine, cut, heading, prefixed, rule, split_at_width,
        status::{Columns, screen::ScreenStatus},
        teams::{self, used_cell},
        width,
    },
};

/// The least and the most cells of a name.
const NAME: (usize, usize) = (4, 20);

const STATE: usize = 4;

/// The maximum number of lines of the teams, and of the alerts, on a screen.
pub fn max_lines(size: Size) -> usize {
    (size.height.saturating_sub(6) / 6).max(3)
}

/// The lines of a table of all teams. Of thousands, those without room are only counted.
pub fn table_height(report: &StatusReport, screen: ScreenStatus) -> usize {
    let teams: Vec<&TeamReport> = report.teams.iter().collect();
    let some = teams.len().min(screen.size.height);
    let table = teams::part(report, &teams, 0..some);
    table.lines(screen.style).len() + teams.len() - some
}

fn sort_by_alert(report: &StatusReport, teams: &mut [&TeamReport]) {
    let levels = report.team_levels();
    teams.sort_by_key(|team| Reverse((levels.get(team.name.as_str()), team.share())));
}

/// A title with the number of teams that have no room.
fn titled(title: &str, hidden: usize, screen: ScreenStatus) -> StyledLine {
    let title = match hidden {
        0 => title.to_owned(),
        hidden => format!("{title} (+{hidden})"),
    };
    rule(heading(title), screen.size.width, screen.style)
}

/// The table of teams in a number of lines: without notes if there is not room for all, but always with the total.
pub fn table(report: &StatusReport, lines: usize, screen: ScreenStatus) -> Vec<StyledLine> {
    let mut teams: Vec<&TeamReport> = report.teams.iter().collect();
    let total = usize::from(teams.len() > 1);
    let room = lines.saturating_sub(1 + total);
    let hidden = teams.len().saturating_sub(room);
    if hidden > 0 {
        sort_by_alert(report, &mut teams);
    }
    let shown = 0..teams.len().min(room);
    let table = teams::part(report, &teams, shown).lines(screen.style);
    let title = titled("Teams", hidden, screen);
    std::iter::once(title)
        .chain(table.into_iter().take(lines))
        .collect()
}

/// The lines of two tables beside each other, which hold all teams and their total.
pub fn tables_height(report: &StatusReport) -> usize {
    1 + (report.teams.len() + 1).div_ceil(2)
}

/// The teams in two tables beside each other, in a number of lines: the first half, and the others with the total and the notes.
pub fn tables(
    report: &StatusReport,
    lines: usize,
    screen: ScreenStatus,
    columns: Columns,
) -> Vec<StyledLine> {
    let mut teams: Vec<&TeamReport> = report.teams.iter().collect();
    let rows = lines.saturating_sub(1);
    let room = (rows * 2).saturating_sub(1);
    let hidden = teams.len().saturating_sub(room);
    if hidden > 0 {
        sort_by_alert(report, &mut teams);
    }
    let shown = teams.len().min(room);
    let middle = (shown + 1).div_ceil(2);
    // One table, so that both halves have the same columns.
    let table = teams::part(report, &teams, 0..shown);
    let mut first = table.lines(columns.style(screen.style));
    let rest = first.split_off((1 + middle).min(first.len()));
    let heading = first.first().cloned();
    let mut second: Vec<StyledLine> = heading.into_iter().chain(rest).collect();
    second.truncate(lines);
    let title = titled("Teams", hidden, screen);
    std::iter::once(title)
        .chain(columns.beside(first, second))
        .collect()
}

/// Teams as cells beside and below each other: `Orch 45.2K/50K 90.4% done`.
pub struct TeamGrid<'r> {
    teams: Vec<&'r TeamReport>,
    across: usize,
    /// The widths of a name, of the figures, and of the share.
    widths: [usize; 3],
}

impl<'r> TeamGrid<'r> {
    /// Those that used most come first. As many are beside each other as there is room for names, and no more than it takes to
    /// show all.
    pub fn new(report: &'r StatusReport, screen: ScreenStatus) -> Self {
        let (columns, style) = (screen.size.width, screen.style);
        let mut teams: Vec<&TeamReport> = report.teams.iter().collect();
        let parts = || teams.iter().map(|team| figures(team, style));
        let widest = |part: usize| parts().map(|parts| width(&parts[part])).max();
        let [figures, share] = [0, 1].map(|part| widest(part).unwrap_or(0));
        let others = figures + share + STATE + 3;
        let (min_name, max_name) = NAME;
        let most = ((columns + 1) / (min_name + others + 1)).max(1);
        let lines = max_lines(screen.size);
        let most = most.min(teams.len().div_ceil(lines)).max(1);
        let room = |across: usize| ((columns + 1) / across).saturating_sub(others + 1);
        // Names must not be cut to the same text.
        let is_distinct = |across: &usize| {
            let cut = |team: &&TeamReport| {
                split_at_width(team.short_name(), room(*across))
                    .0
                    .to_owned()
            };
            let names: HashSet<String> = teams.iter().map(cut).collect();
            names.len() == teams.len()
        };
        let across = (1..=most).rev().find(is_distinct).unwrap_or(most);
        let names = teams
            .iter()
            .map(|team| width(&style.text(team.short_name())));
        let name = room(across).min(names.max().unwrap_or(0));
        if teams.len() > across * lines {
            sort_by_alert(report, &mut teams);
        } else {
            let units = |amount: Option<Measured>| amount.map(Measured::units);
            teams.sort_by_key(|team| Reverse((units(team.spent()), units(team.limit()))));
        }
        Self {
            teams,
            across,
            widths: [name.clamp(min_name, max_name), figures, share],
        }
    }

    pub fn height(&self) -> usize {
        self.teams.len().div_ceil(self.across)
    }

    pub fn lines(&self, lines: usize, screen: ScreenStatus) -> Vec<StyledLine> {
        let most = lines * self.across;
        let hidden = self.teams.len().saturating_sub(most);
        let cells = self.teams.iter().map(|team| self.cell(team, screen.style));
        let cells: Vec<String> = cells.take(most).collect();
        let rows = cells.chunks(self.across);
        std::iter::once(titled("Teams (used/allocated)", hidden, screen))
            .chain(rows.map(|cells| cells.join(" ").into()))
            .collect()
    }

    fn cell(&self, team: &TeamReport, style: OutputStyle) -> String {
        let [name_width, figures_width, share_width] = self.widths;
        let name = style.text(team.short_name());
        // An ellipsis would take one of a few letters.
        let name = if name_width > NAME.0 {
            cut(&name, name_width, style.ellipsis())
        } else {
            split_at_width(&name, name_width).0.into()
        };
        let pad = " ".repeat(name_width.saturating_sub(width(&name)));
        let [figures, share] = figures(team, style);
        let state = match team.status.as_deref() {
            Some("running") => "run",
            Some("pending") => "wait",
            Some("failed") => "fail",
            Some("done") => "done",
            _ => "",
        };
        format!("{name}{pad} {figures:<figures_width$} {share:>share_width$} {state:<STATE$}")
    }
}

/// `45.2K/50K` and `90.4%`.
pub fn figures(team: &TeamReport, style: OutputStyle) -> [String; 2] {
    let used = match team.spent() {
        None => "-".to_owned(),
        Some(Measured::Tokens(used)) => line::part_of(used, team.allocated_tokens, team.estimate),
        Some(_) => used_cell(team).shown(style),
    };
    let limit = prefixed("/", team.limit().map(|limit| style.compact(limit)));
    [used + &limit, prefixed("", team.share())]
}
