//! What must be the same before and after a move: every line.

use crate::edit::document::is_rule;

/// The lines of some texts, sorted: equal exactly where the same lines are in them, each as often. Blank lines and rules only
/// separate others and are left out, and so are line ends.
pub(super) fn sorted_lines<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<&'t str> {
    let bodies = texts
        .into_iter()
        .map(|text| text.trim_start_matches('\u{feff}'));
    let lines = bodies.flat_map(|text| text.split('\n').map(|line| line.trim_end_matches('\r')));
    let mut lines: Vec<&str> = lines
        .filter(|line| !line.trim().is_empty() && !is_rule(line.trim()))
        .collect();
    lines.sort_unstable();
    lines
}
