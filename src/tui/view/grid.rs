//! The teams of the overview: as cells beside each other, or as a table where there is room. Where not all have room, those with the
//! worst alerts have it.

use std::{cmp::Reverse, collections::HashSet};

use super::{Look, Row, Size, brief, frame};
use crate::{
    analysis::{StatusReport, TeamReport},
    model::{Percent, Tokens},
    render::{safe, teams, theme::Style},
};

/// The fewest cells of a name.
const LEAST_NAME: usize = 4;

/// The most cells of a name.
const MOST_NAME: usize = 20;

/// The lines that teams, like alerts, get of a screen.
pub(super) fn most_lines(size: Size) -> usize {
    (size.height.saturating_sub(6) / 6).max(3)
}

/// The lines that a table of all teams would take. Of thousands, those that have no room are only counted.
pub(super) fn table_height(report: &StatusReport, size: Size, look: Look) -> usize {
    let teams: Vec<&TeamReport> = report.teams.iter().collect();
    let some = teams.len().min(size.height);
    let table = teams::part(report, &teams, 0..some);
    table.lines(look.style).len() + teams.len() - some
}

/// The table of teams in so many lines: without what explains it, and of the teams those with the worst alerts, where there is not
/// room for all. The total always stands.
pub(super) fn table(report: &StatusReport, lines: usize, size: Size, look: Look) -> Vec<Row> {
    let levels = report.team_levels();
    let mut teams: Vec<&TeamReport> = report.teams.iter().collect();
    let total = usize::from(teams.len() > 1);
    let room = lines.saturating_sub(1 + total);
    let hidden = teams.len().saturating_sub(room);
    if hidden > 0 {
        teams.sort_by_key(|team| Reverse((levels.get(team.name.as_str()), share_of(team))));
    }
    let shown = 0..teams.len().min(room);
    let title = match hidden {
        0 => "Teams".to_owned(),
        hidden => format!("Teams (+{hidden})"),
    };
    let table = teams::part(report, &teams, shown).lines(look.style);
    let rows = table.into_iter().take(lines).map(Row::plain);
    std::iter::once(frame::rule(&title, "", size.width, look))
        .chain(rows)
        .collect()
}

fn share_of(team: &TeamReport) -> Option<Percent> {
    Percent::new(team.used_tokens?.0, team.allocated_tokens?.0)
}

/// Teams as cells beside and below each other: `Orch 45.2K/50K 90.4% done`.
pub(super) struct Grid<'r> {
    teams: Vec<&'r TeamReport>,
    /// The cells beside each other.
    across: usize,
    /// The cells of a name, of the figures, and of the share.
    widths: [usize; 3],
}

impl<'r> Grid<'r> {
    /// Those that used most first; where not all have room, those with the worst alerts. As many beside each other as there is room
    /// for names, and no more than it takes to show all.
    pub(super) fn of(report: &'r StatusReport, size: Size, style: Style) -> Self {
        let mut teams: Vec<&TeamReport> = report.teams.iter().collect();
        let parts = || teams.iter().map(|team| figures(team));
        let widest = |part: usize| parts().map(|parts| safe::width(&parts[part])).max();
        let [figures, share] = [0, 1].map(|part| widest(part).unwrap_or(0));
        let others = figures + share + STATE + 3;
        let most = ((size.width + 1) / (LEAST_NAME + others + 1)).max(1);
        let lines = most_lines(size);
        let most = most.min(teams.len().div_ceil(lines)).max(1);
        let room = |across: usize| ((size.width + 1) / across).saturating_sub(others + 1);
        // Cells are no help where their names are cut to the same.
        let told_apart = |across: &usize| {
            let cut =
                |team: &&TeamReport| safe::split(team.short_name(), room(*across)).0.to_owned();
            let names: HashSet<String> = teams.iter().map(cut).collect();
            names.len() == teams.len()
        };
        let across = (1..=most).rev().find(told_apart).unwrap_or(most);
        let name = room(across);
        let named = teams
            .iter()
            .map(|team| safe::width(&style.text(team.short_name())));
        let name = name
            .min(named.max().unwrap_or(0))
            .clamp(LEAST_NAME, MOST_NAME);
        if teams.len() > across * lines {
            let levels = report.team_levels();
            teams.sort_by_key(|team| Reverse((levels.get(team.name.as_str()), share_of(team))));
        } else {
            teams.sort_by_key(|team| Reverse((team.used_tokens, team.allocated_tokens)));
        }
        Self {
            teams,
            across,
            widths: [name, figures, share],
        }
    }

    pub(super) fn lines(&self) -> usize {
        self.teams.len().div_ceil(self.across)
    }

    pub(super) fn rows(&self, lines: usize, size: Size, look: Look) -> Vec<Row> {
        let title = "Teams (used/allocated)";
        let title = match self.teams.len().saturating_sub(lines * self.across) {
            0 => title.to_owned(),
            hidden => format!("{title} (+{hidden})"),
        };
        let cells = self.teams.iter().map(|team| self.cell(team, look.style));
        let cells: Vec<String> = cells.take(lines * self.across).collect();
        let rows = cells
            .chunks(self.across)
            .map(|cells| Row::plain(cells.join(" ")));
        std::iter::once(frame::rule(&title, "", size.width, look))
            .chain(rows)
            .collect()
    }

    fn cell(&self, team: &TeamReport, style: Style) -> String {
        let [name_width, figures_width, share_width] = self.widths;
        let name = style.text(team.short_name());
        // Of a few letters, an ellipsis would take one.
        let name = if name_width > LEAST_NAME {
            safe::cut(&name, name_width, style.ellipsis())
        } else {
            safe::split(&name, name_width).0.into()
        };
        let pad = " ".repeat(name_width.saturating_sub(safe::width(&name)));
        let [figures, share] = figures(team);
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

/// The cells of a state.
const STATE: usize = 4;

/// `45.2K/50K` and `90.4%`.
fn figures(team: &TeamReport) -> [String; 2] {
    let used = team
        .used_tokens
        .map_or_else(|| "-".to_owned(), |used| brief::about(used, team.estimate));
    let limit = team.allocated_tokens.map(Tokens::compact);
    let limit = limit.map(|limit| format!("/{limit}")).unwrap_or_default();
    let share = share_of(team).map(|share| share.to_string());
    [used + &limit, share.unwrap_or_default()]
}
