//! Team names: how they compare, and which of them are no teams.

use unicode_normalization::UnicodeNormalization as _;

/// The form in which names are compared: lower case, composed, runs of white space as one blank, none at the ends.
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    // Nearly all names are of this kind, and the general way takes three times as long. ASCII calls one blank of Unicode none.
    if name.is_ascii() && !name.contains('\u{b}') {
        for word in name.split_ascii_whitespace() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(word);
        }
        folded.make_ascii_lowercase();
        return folded;
    }
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        let lower = word.nfd().flat_map(char::to_lowercase);
        folded.extend(lower.nfc());
    }
    folded
}

/// Whether a name in the team's column marks a sum (`TOTAL MTD`, `Subtotal`, `Day total`) and so is no team. One that merely begins
/// with `Total` is a team.
pub fn is_total(name: &str) -> bool {
    if !names_total(name) {
        return false;
    }
    let mut words = name.split_whitespace();
    let is_sub = |word: &str| {
        TOTALS.contains(&bare(word).as_str()) && word.to_ascii_lowercase().contains("sub")
    };
    words.next().is_some_and(is_sub) || words.next_back().is_some_and(is_total_word) || is_sum(name)
}

/// Whether a name may be that of the sum of a group (`Total eng`), if its figure is: all words behind `Total` are in lower case.
pub fn is_group_total(name: &str) -> bool {
    let mut words = name.split_whitespace();
    let is_first = names_total(name) && words.next().is_some_and(is_total_word);
    is_first && !words.any(|word| word.contains(char::is_uppercase))
}

const TOTALS: [&str; 4] = ["total", "totals", "subtotal", "sub-total"];

/// A fast test that nearly every name fails.
fn names_total(name: &str) -> bool {
    let mut parts = name.as_bytes().windows(5);
    parts.any(|part| part.eq_ignore_ascii_case(b"total"))
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_lowercase()
}

fn is_total_word(word: &str) -> bool {
    TOTALS.contains(&bare(word).as_str())
}

/// Whether a text is the name of a sum and nothing else (`TOTAL MTD`, `Total 2026-02`, `Day total`), as in a column of tasks, where
/// `Total rewrite of the parser` is one.
pub fn is_sum(text: &str) -> bool {
    const WORDS: &str = "grand overall mtd ytd day daily week weekly month monthly quarter year yearly sprint phase period project \
        projects sum all teams agents tokens token usage used cost costs spend spent spending so far to date for of the and \
        january february march april may june july august september october november december jan feb mar apr jun jul aug \
        sep sept oct nov dec";
    let text = text.split('(').next().unwrap_or_default();
    let is_known = |word: &str| {
        let word = bare(word);
        let is_number = word.contains(|c: char| c.is_ascii_digit());
        is_number
            || word.is_empty()
            || TOTALS.contains(&word.as_str())
            || WORDS.split_whitespace().any(|known| known == word)
    };
    names_total(text)
        && text.split_whitespace().any(is_total_word)
        && text.split_whitespace().all(is_known)
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
        for (composed, decomposed) in [
            ("Équipe É", "E\u{301}quipe e\u{301}"),
            ("Å", "A\u{30a}"),
            ("Å", "\u{212b}"),
            ("팀", "\u{1110}\u{1175}\u{11b7}"),
        ] {
            assert_eq!(fold_name(composed), fold_name(decomposed), "{composed}");
        }
        assert_ne!(fold_name("E"), fold_name("É"));
        assert_ne!(fold_name("ﬁ"), fold_name("fi"), "compatible is not equal");
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
            "Total 2026-02",
            "TOTAL (all teams)",
            "Total so far",
            "Grand Total",
            "Team A total",
            "Subtotal Team A",
        ] {
            assert!(is_total(sum), "{sum}");
        }
        assert!(is_sum("**TOTAL MTD** (February)") && is_sum("Day total"));
        assert!(!is_sum("Total rewrite") && !is_sum("") && !is_sum("all tokens"));
        for team in [
            "Totally Fine",
            "Totally Fine Team",
            "Team Total Recall",
            "Total Recall",
            "Total Quality",
            "Totals & Co",
            "Subtotals Inc",
            "",
            "Team A",
        ] {
            assert!(!is_total(team), "{team}");
        }
    }
}
