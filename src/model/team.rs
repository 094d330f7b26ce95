//! Team names: how they compare, and which of them are no teams.

/// The form in which names are compared: lower case, runs of white space as one blank, none at the ends.
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            let start = folded.len();
            folded.push_str(word);
            if let Some(word) = folded.get_mut(start..) {
                word.make_ascii_lowercase();
            }
        } else {
            folded.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    folded
}

/// Whether a name in the team's column marks a sum (`TOTAL MTD`, `Subtotal`, `Day total`) and so is no team.
pub fn is_total(name: &str) -> bool {
    if !name
        .as_bytes()
        .windows(5)
        .any(|part| part.eq_ignore_ascii_case(b"total"))
    {
        return false;
    }
    let sums = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        ["total", "totals", "subtotal", "sub-total"]
            .iter()
            .any(|sum| word.eq_ignore_ascii_case(sum))
    };
    let mut words = name.split_whitespace();
    words.next().is_some_and(sums) || words.next_back().is_some_and(sums)
}

/// Whether a text is the name of a sum and nothing else (`TOTAL MTD`, `Day total`), as in a column of tasks, where
/// `Total rewrite of the parser` is one.
pub fn is_sum(text: &str) -> bool {
    const WORDS: &str = "total totals subtotal sub-total grand overall mtd ytd day daily week weekly \
        month monthly sum all tokens usage used teams";
    let text = text.split('(').next().unwrap_or_default();
    let is_known = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let mut words = WORDS.split(' ');
        words.any(|known| word.eq_ignore_ascii_case(known))
    };
    is_total(text) && text.split_whitespace().all(is_known)
}

/// Whether the name of a sum says that it is one of a part.
pub fn is_subtotal(name: &str) -> bool {
    let folded = fold_name(name);
    folded.contains("subtotal") || folded.contains("sub-total")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_with_case_and_white_space_folded() {
        assert_eq!(fold_name("  Team\u{a0} A "), fold_name("TEAM a"));
        assert_eq!(fold_name("팀 B"), "팀 b");
    }

    #[test]
    fn sums_are_told_from_teams() {
        for sum in [
            "TOTAL",
            "Total MTD",
            "**TOTAL**",
            "Day total",
            "Subtotal (H1)",
            "Sub-total",
            "total:",
        ] {
            assert!(is_total(sum), "{sum}");
        }
        assert!(is_sum("**TOTAL MTD** (February)") && is_sum("Day total"));
        assert!(!is_sum("Total rewrite") && !is_sum("") && !is_sum("all tokens"));
        for team in ["Totally Fine", "Team Total Recall", "", "Team A"] {
            assert!(!is_total(team), "{team}");
        }
    }
}
