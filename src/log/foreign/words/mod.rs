//! Finds the words that are known in logs of other kinds. `table` has the words; what they mean together is for others.

mod table;

use std::{collections::HashMap, sync::OnceLock};

use unicode_normalization::UnicodeNormalization as _;

use crate::model::Currency;

/// What a word means. Most words mean one thing; `in` means several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    Date,
    StartDate,
    /// A month, a week: a date only where there is no other.
    PeriodDate,
    End,
    Time,
    Duration,
    Team,
    Role,
    Task,
    Model,
    Session,
    Notes,
    Status,
    Number,
    /// The number of an invoice, or what it amounts to.
    Invoice,
    Percent,
    Deliverables,
    Tokens,
    In,
    Out,
    Cache,
    Read,
    Write,
    Reasoning,
    Money,
    /// Money where nothing says tokens: `spent`.
    Amount,
    Used,
    Actual,
    Estimated,
    Total,
    Subtotal,
    /// Says nothing about a column: `of`, `count`.
    Filler,
    Exclusion(Reason),
    /// Excludes a column, but not a table by its heading.
    ColumnExclusion(Reason),
    /// Excludes a table by its heading, unless that says usage; in a header it is a mark: `estimate`.
    HeadingExclusion(Reason),
    /// Excludes where nothing in the heading says otherwise: `plan`.
    WeakPlan,
    /// Says of what follows that it is not done: `planned`.
    NotYetDone,
    /// Phrases with a word that excludes on its own: `running log`.
    NotExcluded,
    Per,
    /// `per` only in front of a unit: `за`.
    PerWeak,
    /// What a price is for.
    PerUnit,
    WithOrWithout,
    UsageHeading,
    Day,
    Week,
    MonthPeriod,
    Year,
    /// A power of ten.
    Power(u8),
    /// January is 1.
    Month(u8),
    /// Monday is 0.
    Weekday(u8),
    DateFiller,
    /// `7th`.
    Ordinal,
    RangeWord,
    WeekNumber,
    WeekOf,
    /// A cell without a figure.
    Absent,
    /// A cell that says 0.
    Free,
    /// A cell that says what the one above it says.
    Ditto,
    /// A note that says what is marked is no usage.
    ProjectedNote,
    /// What a budget may be for that is no period: `per sprint`.
    OtherScope,
}

/// Why the figures of a column or a table are no usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    Price,
    Limit,
    Budget,
    Remaining,
    Plan,
    Saving,
    Average,
    Comparison,
    RunningTotal,
    Context,
    Threshold,
    OtherSpending,
}

impl Reason {
    /// As views have it of a table that is left out: `left out: "Pricing" (line 40, prices)`.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Price => "prices",
            Self::Limit => "limits",
            Self::Budget => "a budget",
            Self::Remaining => "what remains",
            Self::Plan => "projected",
            Self::Saving => "savings",
            Self::Average => "averages",
            Self::Comparison => "a comparison",
            Self::RunningTotal => "running totals",
            Self::Context => "sizes of contexts",
            Self::Threshold => "thresholds",
            Self::OtherSpending => "other spending",
        }
    }
}

/// One meaning of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    pub term: Term,
    /// As the table has it.
    pub word: &'static str,
    /// Its place among the words of its language for that term: the first one is the most usual.
    pub rank: u8,
}

/// A part of a text: words of the table, or what is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Atom<'a> {
    /// Folded; of several words only the first one.
    pub text: &'a str,
    /// Empty where it is not known.
    pub meanings: &'static [Meaning],
    pub is_in_brackets: bool,
}

impl Atom<'_> {
    pub fn is(&self, term: Term) -> bool {
        self.meanings.iter().any(|meaning| meaning.term == term)
    }

    pub fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }
}

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

#[derive(Default)]
struct Index {
    /// Words and phrases, their parts joined by one blank.
    phrases: HashMap<String, Vec<Meaning>>,
    longest_phrase: usize,
    stems: Vec<(String, Vec<Meaning>)>,
    endings: Vec<(String, Vec<Meaning>)>,
    /// Words of scripts without blanks, by their first character, the longest first.
    inside: HashMap<char, Vec<(String, Vec<Meaning>)>>,
    /// Whole texts: those with `=`, and what cells say in place of a figure.
    wholes: HashMap<String, Vec<Meaning>>,
    currencies: HashMap<String, Currency>,
}

impl Index {
    fn get() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(Self::build)
    }

    fn build() -> Self {
        let mut index = Self::default();
        for (term, languages) in table::WORDS {
            for words in languages {
                for (at, word) in words.split('|').filter(|word| !word.is_empty()).enumerate() {
                    let (term, rank) = (*term, u8::try_from(at).unwrap_or(u8::MAX));
                    index.add(Meaning { term, word, rank });
                }
            }
        }
        let texts = [&mut index.stems, &mut index.endings].into_iter();
        for words in texts.chain(index.inside.values_mut()) {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        index.complete();
        let currencies = table::CURRENCIES.iter();
        index.currencies = currencies
            .filter_map(|(written, code)| Some((fold(written), Currency::parse(code)?)))
            .collect();
        index
    }

    /// Gives a word all meanings of its stem, if they have one in common: `geplante` those of `geplant-`.
    fn complete(&mut self) {
        for (word, meanings) in &mut self.phrases {
            let mut stems = self.stems.iter();
            let stem = stems.find(|(stem, _)| word.starts_with(stem.as_str()));
            let Some((_, of_stem)) = stem else {
                continue;
            };
            let is_same = |meaning: &Meaning| of_stem.iter().any(|of| of.term == meaning.term);
            if meanings.iter().any(is_same) {
                for meaning in of_stem {
                    push(meanings, *meaning);
                }
            }
        }
    }

    fn add(&mut self, meaning: Meaning) {
        let word = fold(meaning.word);
        if is_of_cells(meaning.term) {
            push(self.wholes.entry(word).or_default(), meaning);
        } else if let Some(whole) = word.strip_prefix('=') {
            push(self.wholes.entry(whole.to_owned()).or_default(), meaning);
        } else if let Some(first) = word.chars().next().filter(|c| has_no_blanks(*c)) {
            let word = word.replace(' ', "");
            let words = self.inside.entry(first).or_default();
            push_text(words, &word, meaning);
        } else if let Some(stem) = word.strip_suffix('-').filter(|stem| !stem.is_empty()) {
            push_text(&mut self.stems, stem, meaning);
        } else if let Some(ending) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            push_text(&mut self.endings, ending, meaning);
        } else {
            self.longest_phrase = self.longest_phrase.max(word.split(' ').count());
            push(self.phrases.entry(word).or_default(), meaning);
        }
    }

    /// What one word means that is written with blanks around it, by all of it or how it begins.
    fn word(&'static self, word: &str) -> &'static [Meaning] {
        let whole = self.phrases.get(word).map(Vec::as_slice);
        let by_stem = || {
            let mut stems = self.stems.iter();
            let found = stems.find(|(stem, _)| word.starts_with(stem.as_str()));
            found.map_or(&[][..], |(_, meanings)| meanings)
        };
        whole.unwrap_or_else(by_stem)
    }

    /// What one word means by how it ends: `Wochenbudget` is a budget, and it is one for a week.
    fn ending(&'static self, word: &str) -> &'static [Meaning] {
        let mut endings = self.endings.iter();
        let is_known = self.phrases.contains_key(word);
        let found = endings.find(|(ending, _)| !is_known && word.ends_with(ending.as_str()));
        found.map_or(&[], |(_, meanings)| meanings)
    }

    /// The longest phrase at the start of some words, and how many of them it has.
    fn phrase(&'static self, words: &[Word]) -> (&'static [Meaning], usize) {
        let mut phrase = String::new();
        let mut found: (&'static [Meaning], usize) = (&[], 1);
        for (at, word) in words.iter().take(self.longest_phrase).enumerate() {
            if at > 0 {
                if word.is_in_brackets != words[0].is_in_brackets || word.has_no_blanks {
                    break;
                }
                phrase.push(' ');
            }
            phrase.push_str(&word.text);
            match self.phrases.get(&phrase) {
                Some(meanings) => found = (meanings, at + 1),
                None if at == 0 => found = (self.word(&phrase), 1),
                None => {}
            }
        }
        found
    }

    /// Whether letters and a sign are a currency together: `NT$`.
    fn is_sign(&self, letters: &str, sign: char) -> bool {
        const LONGEST: usize = 3;
        let is_sign = matches!(sign, '$' | '¥') && letters.len() <= LONGEST;
        is_sign && self.currencies.contains_key(&format!("{letters}{sign}"))
    }

    /// The longest word at the start of a text of a script without blanks.
    fn inside(&'static self, text: &str) -> Option<(&'static [Meaning], usize)> {
        let words = self.inside.get(&text.chars().next()?)?;
        let (word, meanings) = words
            .iter()
            .find(|(word, _)| text.starts_with(word.as_str()))?;
        Some((meanings, word.len()))
    }
}

/// Whether a word says something only where it is a whole cell.
const fn is_of_cells(term: Term) -> bool {
    matches!(term, Term::Absent | Term::Free | Term::Ditto)
}

fn push_text(texts: &mut Vec<(String, Vec<Meaning>)>, text: &str, meaning: Meaning) {
    match texts.iter_mut().find(|(known, _)| known == text) {
        Some((_, meanings)) => push(meanings, meaning),
        None => texts.push((text.to_owned(), vec![meaning])),
    }
}

/// Each term once, with its most usual place.
fn push(meanings: &mut Vec<Meaning>, meaning: Meaning) {
    match meanings.iter_mut().find(|known| known.term == meaning.term) {
        Some(known) => known.rank = known.rank.min(meaning.rank),
        None => meanings.push(meaning),
    }
}

/// Han, kana and hangul: words there have no blanks around them, or particles at their end.
pub fn has_no_blanks(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3005}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Lower case, without accents, full-width forms as the plain ones, each white space as one blank.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    let is_accent = |c: &char| matches!(c, '\u{300}'..='\u{36f}');
    let lower = text.trim().chars().flat_map(char::to_lowercase);
    let plain = lower.nfkd().filter(|c| !is_accent(c)).nfc();
    let mut folded = String::with_capacity(text.len());
    let mut plain = plain.peekable();
    while let Some(c) = plain.next() {
        match c {
            // `Ø Token`: the sign of an average, where it is no letter of a word.
            'ø' if !folded.ends_with(char::is_alphanumeric)
                && !plain.peek().is_some_and(|next| next.is_alphanumeric()) =>
            {
                folded.push('⌀');
            }
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            c if c.is_whitespace() => folded.push(' '),
            c => folded.push(c),
        }
    }
    folded
}

#[derive(Clone, Debug)]
struct Word {
    text: String,
    has_no_blanks: bool,
    is_in_brackets: bool,
}

/// The words of a folded text, with symbols that mean something as words of their own.
fn split(folded: &str) -> Vec<Word> {
    const SYMBOLS: &str = "/%#$¢€£¥₩₽₹₺₴₫฿₪₱+~≈<>≤≥↑↓@*†?&⌀∅";
    let mut words: Vec<Word> = Vec::new();
    let index = Index::get();
    let mut depth = 0_usize;
    // Whether the last character was part of the last word.
    let mut is_open = false;
    for c in folded.chars() {
        let no_blanks = has_no_blanks(c);
        let is_in_brackets = depth > 0;
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let last = words.last_mut();
        let last = last.filter(|last| {
            last.has_no_blanks == no_blanks && last.is_in_brackets == is_in_brackets
        });
        match last {
            Some(last) if no_blanks || is_open && c.is_alphanumeric() => last.text.push(c),
            Some(last) if is_open && index.is_sign(&last.text, c) => last.text.push(c),
            _ if c.is_alphanumeric() || no_blanks || SYMBOLS.contains(c) => words.push(Word {
                text: c.into(),
                has_no_blanks: no_blanks,
                is_in_brackets,
            }),
            _ => {}
        }
        is_open = c.is_alphanumeric();
    }
    words
}

/// A text as words, and what they mean.
#[derive(Clone, Debug)]
pub struct Phrase {
    folded: String,
    words: Vec<Word>,
}

impl Phrase {
    pub fn read(text: &str) -> Self {
        let folded = fold(text);
        let words = split(&folded);
        Self { folded, words }
    }

    pub fn atoms(&self) -> Vec<Atom<'_>> {
        let index = Index::get();
        if let Some(meanings) = index.wholes.get(self.folded.as_str()) {
            let is_label = |meaning: &Meaning| !is_of_cells(meaning.term);
            if meanings.iter().any(is_label) {
                let text = self.folded.as_str();
                let is_in_brackets = false;
                return vec![Atom {
                    text,
                    meanings,
                    is_in_brackets,
                }];
            }
        }
        let mut atoms = Vec::with_capacity(self.words.len());
        let mut rest = self.words.as_slice();
        while let [word, ..] = rest {
            let is_in_brackets = word.is_in_brackets;
            if word.has_no_blanks {
                split_inside(word, &mut atoms);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let (meanings, count) = index.phrase(rest);
            let text = word.text.as_str();
            let ending = if count == 1 { index.ending(text) } else { &[] };
            if !meanings.is_empty() || ending.is_empty() {
                atoms.push(Atom {
                    text,
                    meanings,
                    is_in_brackets,
                });
            }
            if !ending.is_empty() {
                let meanings = ending;
                atoms.push(Atom {
                    text,
                    meanings,
                    is_in_brackets,
                });
            }
            rest = rest.get(count..).unwrap_or_default();
        }
        atoms
    }
}

/// Splits a text of a script without blanks into known words and what is between them.
fn split_inside<'a>(word: &'a Word, atoms: &mut Vec<Atom<'a>>) {
    let index = Index::get();
    let is_in_brackets = word.is_in_brackets;
    let mut rest = word.text.as_str();
    let mut unknown = rest;
    let unknown_before = |unknown: &'a str, rest: &str| {
        let text = unknown
            .get(..unknown.len() - rest.len())
            .unwrap_or_default();
        (!text.is_empty()).then_some(Atom {
            text,
            meanings: &[],
            is_in_brackets,
        })
    };
    while let Some(first) = rest.chars().next() {
        if let Some((meanings, len)) = index.inside(rest) {
            atoms.extend(unknown_before(unknown, rest));
            let (text, behind) = rest.split_at(len);
            atoms.push(Atom {
                text,
                meanings,
                is_in_brackets,
            });
            (rest, unknown) = (behind, behind);
        } else {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    atoms.extend(unknown_before(unknown, rest));
}

/// The part of a text that is looked at: what is longer is prose.
pub fn start_of(text: &str) -> &str {
    const LONGEST: usize = 500;
    let text = text.trim_start();
    let end = text.char_indices().nth(LONGEST);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// What a single folded word means.
pub fn meanings(word: &str) -> &'static [Meaning] {
    Index::get().word(word)
}

/// The currency that a sign, word or code stands for, beside the codes themselves: `NT$`, `zł`, `元`.
pub fn currency(written: &str) -> Option<Currency> {
    let folded = fold(written);
    let folded = folded.trim_end_matches('.');
    let known = Index::get().currencies.get(folded).copied();
    known.or_else(|| Currency::parse(folded))
}

/// Whether a text is the name of a sum: `Day 1 Total`, `**小计**`, `Gesamt`.
pub fn total_name(text: &str) -> TotalName {
    const LONGEST: usize = 200;
    if text.len() > LONGEST {
        return TotalName::No;
    }
    let phrase = Phrase::read(text);
    let atoms = phrase.atoms();
    let atoms: Vec<_> = atoms.iter().filter(|atom| !atom.is_in_brackets).collect();
    let is_total = |atom: &Atom<'_>| atom.is(Term::Total) || atom.is(Term::Subtotal);
    let (Some(first), Some(last)) = (atoms.first(), atoms.last()) else {
        return TotalName::No;
    };
    if !atoms.iter().any(|atom| is_total(atom)) {
        // `Q2 to date`, `average`, `Balance`
        let is_result = |meaning: &Meaning| is_result(meaning.term);
        let mut results = atoms
            .iter()
            .filter(|atom| atom.meanings.iter().any(is_result));
        let is_sum = results.next().is_some();
        return if is_sum && atoms.iter().all(|atom| is_part_of_sum(atom)) {
            TotalName::Certain
        } else {
            TotalName::No
        };
    }
    let ends_in_total = is_total(last) && !is_weak_total(last);
    if first.is(Term::Subtotal) || ends_in_total || atoms.iter().all(|atom| is_part_of_sum(atom)) {
        TotalName::Certain
    } else if is_total(first) {
        TotalName::Possible
    } else {
        TotalName::No
    }
}

/// Whether a text names a period and nothing else: `Week 19`.
pub fn names_period(text: &str) -> bool {
    const LONGEST: usize = 60;
    if text.len() > LONGEST {
        return false;
    }
    let phrase = Phrase::read(text);
    let atoms = phrase.atoms();
    !atoms.is_empty() && atoms.iter().all(is_part_of_sum)
}

/// Whether the name of a row says that it is no usage: `Budget`, `Remaining`, `Forecast (June)`.
pub fn excludes_row(text: &str) -> bool {
    const LONGEST: usize = 60;
    if text.len() > LONGEST {
        return false;
    }
    // `Max` and `Cap` are names, too.
    let is_long = |word: &str| !word.is_ascii() || word.len() > 3;
    let is_excluding = |meaning: &Meaning| match meaning.term {
        Term::Exclusion(reason) => matches!(
            reason,
            Reason::Budget | Reason::Limit | Reason::Remaining | Reason::Plan | Reason::Threshold
        ),
        _ => false,
    };
    let phrase = Phrase::read(text);
    let atoms = phrase.atoms();
    let atoms = || atoms.iter().filter(|atom| !atom.is_in_brackets);
    let excludes = |atom: &Atom<'_>| is_long(atom.text) && atom.meanings.iter().any(is_excluding);
    atoms().any(excludes) && atoms().all(|atom| excludes(atom) || is_part_of_sum(atom))
}

/// Words of other meanings: `Review all` is a task, `All` and `Both weeks` are sums.
fn is_weak_total(atom: &Atom<'_>) -> bool {
    const WEAK: [&str; 7] = [
        "all", "both", "combined", "overall", "grand", "ensemble", "zusammen",
    ];
    let mut totals = atom
        .meanings
        .iter()
        .filter(|meaning| meaning.term == Term::Total);
    totals.any(|meaning| WEAK.contains(&meaning.word))
}

/// What is computed from other rows, and is no usage of its own.
const fn is_result(term: Term) -> bool {
    matches!(
        term,
        Term::Exclusion(Reason::RunningTotal | Reason::Average | Reason::Remaining)
            | Term::ColumnExclusion(Reason::RunningTotal)
    )
}

/// Whether a word may be in the name of a sum without making it the name of something else.
fn is_part_of_sum(atom: &Atom<'_>) -> bool {
    let is_known = |meaning: &Meaning| {
        matches!(
            meaning.term,
            Term::Total
                | Term::Subtotal
                | Term::Filler
                | Term::Tokens
                | Term::Money
                | Term::Amount
                | Term::Used
                | Term::Actual
                | Term::Estimated
                | Term::Day
                | Term::Week
                | Term::MonthPeriod
                | Term::Year
                | Term::Month(_)
                | Term::PeriodDate
                | Term::Date
                | Term::Number
                | Term::Team
                | Term::Session
                | Term::PerWeak
                | Term::DateFiller
                | Term::RangeWord
        ) || is_result(meaning.term)
    };
    let is_number = atom.text.contains(|c: char| c.is_ascii_digit());
    let is_symbol = !atom.text.contains(char::is_alphanumeric);
    is_number || is_symbol || atom.meanings.iter().any(is_known)
}

/// Whether a cell says that there is no figure: `n/a`, `—`, `TBD`, `無`; what follows it in brackets is a remark.
pub fn is_absent(text: &str) -> bool {
    super::super::cell::is_absent(text) || is_whole(text, Term::Absent)
}

/// Whether a cell says that something cost nothing: `free`, `無料`.
pub fn is_free(text: &str) -> bool {
    is_whole(text, Term::Free)
}

/// Whether a cell says the same as the one above it: `"`, `ditto`, `同上`.
pub fn is_ditto(text: &str) -> bool {
    is_whole(text, Term::Ditto)
}

fn is_whole(text: &str, term: Term) -> bool {
    const LONGEST: usize = 80;
    let text = without_remark(text);
    if text.len() > LONGEST || text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let meanings = Index::get().wholes.get(&fold(text));
    meanings.is_some_and(|meanings| meanings.iter().any(|meaning| meaning.term == term))
}

/// The text in front of a remark in brackets; all of it, where there is nothing in front.
pub fn without_remark(text: &str) -> &str {
    let text = text.trim();
    let open = text
        .ends_with([')', '）', ']'])
        .then(|| text.find(['(', '（', '[']));
    let before = open.flatten().and_then(|at| text.get(..at));
    before
        .map(str::trim)
        .filter(|before| !before.is_empty())
        .unwrap_or(text)
}

/// Whether a text has a word for a budget: `Monthly budget`, `予算`, `daily cap`.
pub fn names_budget(text: &str) -> bool {
    let phrase = Phrase::read(start_of(text));
    let is_budget = |atom: &Atom<'_>| {
        atom.is(Term::Exclusion(Reason::Budget)) || atom.is(Term::Exclusion(Reason::Limit))
    };
    phrase.atoms().iter().any(is_budget)
}

fn atoms_are_any(text: &str, is_one: impl Fn(&Atom<'_>) -> bool) -> bool {
    Phrase::read(start_of(text)).atoms().iter().any(is_one)
}

/// Whether the words in front of an amount are those for a budget, and not for what is left or used of one, or for the limit of
/// something else: `Monthly budget`, but not `Remaining budget` or `Context limit`. A limit is a budget only if it has a period.
pub fn labels_budget(label: &str, has_period: bool) -> bool {
    const OTHER: [Term; 7] = [
        Term::Out,
        Term::Exclusion(Reason::Remaining),
        Term::ColumnExclusion(Reason::Remaining),
        Term::Exclusion(Reason::Price),
        Term::Exclusion(Reason::Context),
        Term::ColumnExclusion(Reason::Context),
        Term::Exclusion(Reason::RunningTotal),
    ];
    const BESIDE: [&str; 12] = [
        "under", "over", "below", "above", "beyond", "unter", "uber", "sous", "sotto", "sopra",
        "ponizej", "powyzej",
    ];
    let is_limit = atoms_are_any(label, |atom| atom.is(Term::Exclusion(Reason::Limit)));
    let is_budget = atoms_are_any(label, |atom| atom.is(Term::Exclusion(Reason::Budget)));
    let is_other = atoms_are_any(label, |atom| {
        OTHER.iter().any(|term| atom.is(*term)) || BESIDE.contains(&atom.text)
    });
    let is_used = !is_limit && says_what_is_used(label);
    (is_budget || is_limit && has_period) && !is_other && !is_used
}

/// Whether a text names a month.
pub fn names_month(text: &str) -> bool {
    atoms_are_any(text, |atom| {
        let mut terms = atom.meanings.iter().map(|meaning| meaning.term);
        terms.any(|term| matches!(term, Term::Month(_)))
    })
}

/// Whether a text says what is used or left of a budget: `spent`, `left`.
pub fn says_what_is_used(text: &str) -> bool {
    const TERMS: [Term; 5] = [
        Term::Used,
        Term::Amount,
        Term::Exclusion(Reason::Remaining),
        Term::ColumnExclusion(Reason::Remaining),
        Term::Exclusion(Reason::RunningTotal),
    ];
    let is_noun =
        |atom: &Atom<'_>| ["spend", "spending", "usage", "use", "amount"].contains(&atom.text);
    atoms_are_any(text, |atom| {
        TERMS.iter().any(|term| atom.is(*term)) && !is_noun(atom)
    })
}

/// Whether a budget and its amount may have some words between them: `budget of $50`, `budget is about $50`.
pub fn is_between_budget_and_amount(text: &str) -> bool {
    const VERBS: [&str; 14] = [
        "is", "was", "stays", "now", "ist", "betragt", "liegt", "est", "es", "e", "jest", "to",
        "は", "是",
    ];
    let phrase = Phrase::read(start_of(text));
    phrase.atoms().iter().all(|atom| {
        let is_known = !atom.meanings.is_empty() || currency(atom.text).is_some();
        is_known && !atom.is_number() || VERBS.contains(&atom.text)
    })
}

/// The first period that a text names: `per week`, `Daily`, `每月`.
pub fn period(text: &str) -> Option<BudgetPeriod> {
    let phrase = Phrase::read(start_of(text));
    let periods = [
        (Term::Day, BudgetPeriod::Day),
        (Term::Week, BudgetPeriod::Week),
        (Term::MonthPeriod, BudgetPeriod::Month),
        (Term::Year, BudgetPeriod::Year),
    ];
    phrase.atoms().iter().find_map(|atom| {
        let mut periods = periods.iter();
        Some(periods.find(|(term, _)| atom.is(*term))?.1)
    })
}

/// Whether a budget is for something that is no period: `per sprint`, `whole project`.
pub fn names_other_scope(text: &str) -> bool {
    let phrase = Phrase::read(start_of(text));
    phrase.atoms().iter().any(|atom| atom.is(Term::OtherScope))
}

/// What a text calls spending on anything but AI: `Other expenses`, `AI以外の出費`.
pub fn names_other_spending(text: &str) -> Option<&'static str> {
    let folded = fold(start_of(text)).replace(['-', '_', '‑'], " ");
    let plain: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
    let is_word = |before: &str, behind: &str| {
        !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric)
    };
    let mut words = table::OTHER_SPENDING
        .iter()
        .flat_map(|words| words.split('|'));
    words.find(|word| {
        if word.contains(has_no_blanks) {
            return plain.contains(word);
        }
        let found = folded.split_once(word);
        !word.is_empty() && found.is_some_and(|(before, behind)| is_word(before, behind))
    })
}

/// Whether a word is the name of a model, or of those who provide it.
pub fn is_model(word: &str) -> bool {
    table::MODELS.split('|').any(|model| word == model)
}

/// Whether a cell names a part of a day: `morning`.
pub fn is_part_of_day(text: &str) -> bool {
    let folded = fold(start_of(text));
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    words.any(|word| table::PARTS_OF_DAY.split('|').any(|part| word == part))
}

/// Whether a text has a word for tokens.
pub fn names_tokens(text: &str) -> bool {
    let phrase = Phrase::read(start_of(text));
    phrase.atoms().iter().any(|atom| atom.is(Term::Tokens))
}

/// Whether a note under a table says that what is marked is projected or planned: `* projected`.
pub fn says_projected(text: &str) -> bool {
    let phrase = Phrase::read(start_of(text));
    let is_projected =
        |atom: &Atom<'_>| atom.is(Term::ProjectedNote) || atom.is(Term::Exclusion(Reason::Plan));
    phrase.atoms().iter().any(is_projected)
}

#[cfg(test)]
mod counting_tests;
#[cfg(test)]
mod tests;
