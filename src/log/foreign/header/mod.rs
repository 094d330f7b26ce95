//! What the header of a column, and the heading of a table, say about the figures below them.

mod exclusion;

use super::words::{self, Atom, Phrase, Term};
use crate::model::Currency;

pub use self::exclusion::heading;
pub use super::words::Reason;

#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "any of them may be said")]
pub struct HeaderMeaning {
    pub kind: Kind,
    /// How usual the header is for its kind: of several columns of one kind the one with the lowest rank is meant.
    pub rank: u8,
    /// The power of ten that figures without a magnitude are in: 3 for `Tokens (K)`.
    pub power: u32,
    pub currency: Option<Currency>,
    /// `Est.`, `~`.
    pub is_estimated: bool,
    /// `Actual`, as beside an estimate.
    pub is_actual: bool,
    /// `Total`.
    pub is_total: bool,
    /// Its cells have in and out, with a slash between: `In / Out`.
    pub is_pair: bool,
    /// It has words that are not known: `Claude tokens`.
    pub has_other_words: bool,
    /// `Date (2026)`.
    pub year: Option<i32>,
    pub exclusion: Option<Exclusion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Date,
    /// `Ended`, `Finished`: a date only where there is no other.
    End,
    Time,
    Team,
    Role,
    Task,
    Model,
    Session,
    Notes,
    Status,
    Duration,
    /// `#`, `No.`.
    Number,
    Percent,
    Deliverables,
    Measure(Quantity, Part),
    Other,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quantity {
    Tokens,
    Money,
    /// Tokens, or money where the cells have a currency: `Used`, `Total`.
    Either,
}

/// Which part of the usage a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Whole,
    In,
    Out,
    CacheRead,
    CacheWrite,
    /// Reads and writes of a cache together.
    Cache,
    Reasoning,
}

/// Why the figures of a column or a table are no usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub reason: Reason,
    /// The word that says so, as `words` has it.
    pub word: &'static str,
}

/// What the heading of a table says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadingMeaning {
    pub exclusion: Option<Exclusion>,
    /// It says that usage follows: `Usage`, `Cost Log`, `消費記録`. Rows without a date count then.
    pub is_usage: bool,
    pub is_estimated: bool,
}

/// What makes a column one of dates, the most certain first.
const DATE_LABELS: [(Term, Kind); 4] = [
    (Term::Date, Kind::Date),
    (Term::StartDate, Kind::Date),
    (Term::End, Kind::End),
    (Term::PeriodDate, Kind::Date),
];

/// What a column names, if nothing says figures.
const LABELS: [(Term, Kind); 8] = [
    (Term::Team, Kind::Team),
    (Term::Role, Kind::Role),
    (Term::Model, Kind::Model),
    (Term::Session, Kind::Session),
    (Term::Task, Kind::Task),
    (Term::Number, Kind::Number),
    (Term::Invoice, Kind::Number),
    (Term::Deliverables, Kind::Deliverables),
];

/// What a column is about where it is the last word of its header, whatever else is in there: `Cost notes`.
const END_LABELS: [(Term, Kind); 7] = [
    (Term::Notes, Kind::Notes),
    (Term::Status, Kind::Status),
    (Term::Duration, Kind::Duration),
    (Term::Time, Kind::Time),
    (Term::Date, Kind::Date),
    (Term::StartDate, Kind::Date),
    (Term::End, Kind::End),
];

/// Reads the header of a column.
pub fn column(header: &str) -> HeaderMeaning {
    let header = words::start_of(header);
    let phrase = Phrase::read(&with_words_apart(header));
    let atoms = phrase.atoms();
    let (mut main, inner): (Vec<_>, Vec<_>) = atoms.iter().partition(|atom| !atom.is_in_brackets);
    if main.is_empty() {
        main.clone_from(&inner);
    }
    let words = Header { main, inner };
    let (kind, rank) = words.kind();
    let is_measure = matches!(kind, Kind::Measure(..));
    let has_other_words = words.main.iter().any(|atom| is_other(atom));
    HeaderMeaning {
        kind,
        rank: rank.saturating_add(if has_other_words { 16 } else { 0 }),
        power: if is_measure { words.power(header) } else { 0 },
        currency: words.currency(header),
        is_estimated: words.any(Term::Estimated),
        is_actual: words.any(Term::Actual),
        is_total: words.any(Term::Total),
        is_pair: is_measure && (is_pair(&words.main) || is_pair(&words.inner)),
        has_other_words,
        year: atoms.iter().find_map(year),
        exclusion: words.exclusion(),
    }
}

/// `tokensIn` as two words.
fn with_words_apart(header: &str) -> String {
    let mut apart = String::with_capacity(header.len() + 8);
    let mut was_lower = false;
    for c in header.chars() {
        if was_lower && c.is_uppercase() {
            apart.push(' ');
        }
        was_lower = c.is_lowercase();
        apart.push(c);
    }
    apart
}

/// A year of this century, as people write it into a heading.
fn year(atom: &Atom<'_>) -> Option<i32> {
    let digits = atom.text.strip_suffix(['年', '년']).unwrap_or(atom.text);
    let is_year = digits.len() == 4 && digits.starts_with("20");
    digits.parse().ok().filter(|_| is_year)
}

fn is_other(atom: &Atom<'_>) -> bool {
    let is_symbol = !atom.text.contains(char::is_alphanumeric);
    let is_year = year(atom).is_some();
    let is_currency = words::currency(atom.text).is_some();
    atom.meanings.is_empty() && !is_symbol && !is_year && !is_currency
}

/// In and out with a slash between: the cells have both.
fn is_pair(atoms: &[&Atom<'_>]) -> bool {
    let at = |term| atoms.iter().position(|atom| atom.is(term));
    let (Some(a), Some(b)) = (at(Term::In), at(Term::Out)) else {
        return false;
    };
    let between = atoms.get(a.min(b) + 1..a.max(b)).unwrap_or_default();
    between.iter().any(|atom| atom.text == "/")
}

/// The words of a header: those outside of brackets, and those inside.
struct Header<'a> {
    main: Vec<&'a Atom<'a>>,
    inner: Vec<&'a Atom<'a>>,
}

impl Header<'_> {
    fn any(&self, term: Term) -> bool {
        self.main(term).is_some() || self.inner.iter().any(|atom| atom.is(term))
    }

    /// How usual the word for a term is, where there is one outside of brackets.
    fn main(&self, term: Term) -> Option<u8> {
        rank(&self.main, term)
    }

    fn kind(&self) -> (Kind, u8) {
        if self.any(Term::Percent) {
            return (Kind::Percent, 0);
        }
        let label = self.label();
        let ends_in_label = self.ends_in_label();
        let measure = self.measure();
        match (measure, label) {
            (Some((quantity, part, rank, is_strong)), label) => {
                let wins = if is_strong {
                    !ends_in_label
                } else {
                    label.is_none() || self.ends_in_figure() || self.is_of_invoice()
                };
                match label {
                    Some(label) if !wins => label,
                    _ => (Kind::Measure(quantity, part), rank),
                }
            }
            (None, Some(label)) => label,
            (None, None) => (Kind::Other, 0),
        }
    }

    /// Whether the last word says that no figure of usage is meant: `Cost notes`, `Cost no.`; but not `Cost of the day`.
    fn ends_in_label(&self) -> bool {
        const FIGURES: [Term; 4] = [Term::Tokens, Term::Money, Term::In, Term::Out];
        const BEFORE_DAY: [Term; 3] = [Term::Filler, Term::DateFiller, Term::PerWeak];
        let [before @ .., last] = self.main.as_slice() else {
            return false;
        };
        let is_any = |atom: &Atom<'_>, terms: &[Term]| terms.iter().any(|term| atom.is(*term));
        // `Token number` is how many there are.
        let is_number = last.is(Term::Number) && self.main(Term::Tokens).is_none();
        let is_day = last.is(Term::Date)
            && before
                .last()
                .is_some_and(|before| is_any(before, &BEFORE_DAY));
        let is_label = is_number || END_LABELS.iter().any(|(term, _)| last.is(*term));
        is_label && !is_day && !is_any(last, &FIGURES)
    }

    /// `Amount of the invoice`, `Invoice ($)`.
    fn is_of_invoice(&self) -> bool {
        let has = |term| self.main(term).is_some();
        has(Term::Invoice) && !has(Term::Number)
    }

    /// Whether the last word is one of a figure, where nothing says of what: `Session total`, `Prompt`.
    fn ends_in_figure(&self) -> bool {
        let terms = [
            Term::Total,
            Term::Subtotal,
            Term::Amount,
            Term::In,
            Term::Out,
        ];
        let last = self.main.last();
        last.is_some_and(|last| terms.iter().any(|term| last.is(*term)))
    }

    /// What the column names, if it is not one of figures.
    fn label(&self) -> Option<(Kind, u8)> {
        let team = rank(&self.main, Term::Team).map(|rank| (Kind::Team, rank));
        let date = DATE_LABELS
            .iter()
            .zip([0, 16, 0, 32])
            .find_map(|((term, kind), least)| {
                let rank = self.main(*term)?;
                Some((*kind, rank.saturating_add(least)))
            });
        date.or_else(|| team.filter(|_| self.main.iter().any(|atom| atom.text == "/")))
            .or_else(|| self.last_label())
    }

    /// The last word that names something: an `Agent task` is a task.
    fn last_label(&self) -> Option<(Kind, u8)> {
        self.main.iter().rev().find_map(|atom| {
            let labels = LABELS.iter().chain(&END_LABELS);
            labels
                .filter_map(|(term, kind)| Some((*kind, rank(&[atom], *term)?)))
                .min_by_key(|(_, rank)| *rank)
        })
    }

    /// The quantity, the part, how usual the word is, and whether it can mean nothing but figures.
    fn measure(&self) -> Option<(Quantity, Part, u8, bool)> {
        // Figures in hundredths would be read as a hundred times as much.
        const HUNDREDTHS: [&str; 5] = ["cent", "cents", "ct", "¢", "centimes"];
        let mut atoms = self.main.iter().chain(&self.inner);
        if atoms.any(|atom| HUNDREDTHS.contains(&atom.text)) {
            return None;
        }
        let part = self.part();
        let has_currency = |atoms: &[&Atom<'_>]| {
            let mut atoms = atoms.iter();
            atoms.any(|atom| atom.meanings.is_empty() && common_currency(atom.text).is_some())
        };
        let money = self
            .main(Term::Money)
            .or(has_currency(&self.main).then_some(2));
        let tokens = self.main(Term::Tokens);
        let inner = |term| rank(&self.inner, term);
        let (quantity, rank, is_strong) = match (money, tokens) {
            (Some(rank), _) => (Quantity::Money, rank, true),
            (None, Some(rank)) => (Quantity::Tokens, rank, true),
            (None, None) => {
                let known = [
                    (self.main(Term::Amount), Quantity::Money),
                    (self.weak_part(), Quantity::Tokens),
                    (self.main(Term::Used), Quantity::Either),
                    (self.main(Term::Total), Quantity::Either),
                    (self.main(Term::Actual), Quantity::Either),
                    (self.main(Term::Estimated), Quantity::Either),
                    (
                        self.main(Term::Invoice)
                            .filter(|_| inner(Term::Money).is_some() || has_currency(&self.inner)),
                        Quantity::Money,
                    ),
                ];
                let mut known = known.into_iter();
                let (rank, quantity) =
                    known.find_map(|(rank, quantity)| Some((rank?, quantity)))?;
                // What the brackets say decides: `Used (tokens)`.
                let quantity = match (inner(Term::Tokens), inner(Term::Money)) {
                    (Some(_), None) => Quantity::Tokens,
                    (None, Some(_)) => Quantity::Money,
                    _ if has_currency(&self.inner) => Quantity::Money,
                    _ => quantity,
                };
                (quantity, rank.saturating_add(8), false)
            }
        };
        Some((quantity, part, rank, is_strong))
    }

    /// `Input`, `Cache read`: tokens, even where nothing says so.
    fn weak_part(&self) -> Option<u8> {
        let of_cache = self.main(Term::Cache).filter(|_| {
            self.main(Term::Read).is_some()
                || self.main(Term::Write).is_some()
                || self.main.len() == 1
        });
        let is_in = self.main(Term::In).filter(|_| has_in(&self.main));
        is_in.or(self.main(Term::Out)).or(of_cache)
    }

    fn part(&self) -> Part {
        let is_without = self.any(Term::WithOrWithout);
        let of_cache = |atoms: &[&Atom<'_>]| rank(atoms, Term::Cache).is_some() && !is_without;
        let only_cache = self.inner.iter().all(|atom| {
            let mut terms = [Term::Cache, Term::Read, Term::Write, Term::Tokens].into_iter();
            terms.any(|term| atom.is(term))
        });
        if of_cache(&self.main) || of_cache(&self.inner) && only_cache {
            let (read, write) = (self.any(Term::Read), self.any(Term::Write));
            return match (read, write, self.any(Term::In)) {
                (_, true, false) if !read => Part::CacheWrite,
                (false, true, true) => Part::CacheWrite,
                (true, false, _) | (false, false, true) => Part::CacheRead,
                _ => Part::Cache,
            };
        }
        if self.main(Term::Reasoning).is_some() {
            return Part::Reasoning;
        }
        let is_in = has_in(&self.main) || has_in(&self.inner);
        let is_out = self.main(Term::Out).is_some() || rank(&self.inner, Term::Out).is_some();
        match (is_in, is_out) {
            (true, false) => Part::In,
            (false, true) => Part::Out,
            _ => Part::Whole,
        }
    }

    /// The magnitude of all figures: in brackets with nothing else, `(in K)`, or as a word beside that for the unit, `Tsd. Token`. A
    /// letter anywhere else is an initial or the name of a variant: `Cost (M. Weber)`, `Tokens B`.
    fn power(&self, header: &str) -> u32 {
        let in_brackets = self.inner.iter().find_map(|atom| power(atom));
        let is_alone = self.inner.iter().all(|atom| is_of_magnitude(atom));
        if let Some(power) = in_brackets.filter(|_| is_alone) {
            return power;
        }
        let mut atoms = self.main.iter().enumerate();
        let beside_unit = atoms.find_map(|(at, atom)| {
            let before = at.checked_sub(1).and_then(|before| self.main.get(before));
            let is_behind_in =
                before.is_some_and(|before| ["in", "en", "em", "w", "в"].contains(&before.text));
            let behind = self.main.get(at + 1);
            let is_beside = before.is_some_and(|atom| is_unit(atom))
                || behind.is_some_and(|atom| is_unit(atom));
            let is_prefix = at == 0 && is_prefix(header);
            power(atom).filter(|_| is_prefix || !is_letter(atom) && (is_behind_in || is_beside))
        });
        beside_unit.unwrap_or(0)
    }

    /// A sign, or a code that is a code: in brackets, in capitals or of a currency that many use.
    fn currency(&self, header: &str) -> Option<Currency> {
        let is_upper = |word: &str| header.contains(&word.to_uppercase()) && word.len() == 3;
        let inner = self
            .inner
            .iter()
            .find_map(|atom| words::currency(atom.text));
        let whole = header.split_once('(').and_then(|(_, rest)| {
            let (inside, _) = rest.split_once(')')?;
            words::currency(inside.trim())
        });
        let main = || {
            let mut atoms = self.main.iter().filter(|atom| atom.text != "real");
            atoms.find_map(|atom| {
                common_currency(atom.text).or_else(|| {
                    let is_code = atom.meanings.is_empty() && is_upper(atom.text);
                    words::currency(atom.text).filter(|_| is_code)
                })
            })
        };
        whole.or(inner).or_else(main)
    }
}

fn power(atom: &Atom<'_>) -> Option<u32> {
    atom.meanings.iter().find_map(|meaning| match meaning.term {
        Term::Power(power) => Some(u32::from(power)),
        _ => None,
    })
}

/// One letter of a script with words.
fn is_letter(atom: &Atom<'_>) -> bool {
    let mut chars = atom.text.chars();
    let first = chars.next();
    first.is_some_and(|c| c.is_alphabetic() && !words::has_no_blanks(c)) && chars.next().is_none()
}

/// `kTokens`, as one word.
fn is_prefix(header: &str) -> bool {
    let folded = words::fold(header);
    ["ktok", "mtok"].iter().any(|word| folded.starts_with(word))
}

/// Whether a word is one for tokens or money.
fn is_unit(atom: &Atom<'_>) -> bool {
    let terms = [Term::Tokens, Term::Money, Term::Amount];
    terms.iter().any(|term| atom.is(*term)) || words::currency(atom.text).is_some()
}

/// Whether a word may be in brackets beside a magnitude: `(in K)`, `(K tokens)`, `($M)`.
fn is_of_magnitude(atom: &Atom<'_>) -> bool {
    const TERMS: [Term; 5] = [
        Term::In,
        Term::Out,
        Term::Total,
        Term::Estimated,
        Term::Filler,
    ];
    let is_symbol = !atom.text.contains(char::is_alphanumeric);
    let is_known = TERMS.iter().any(|term| atom.is(*term)) && !is_letter(atom);
    power(atom).is_some() || is_unit(atom) || is_symbol || is_known
}

/// The words of a header that are known, and those that are not.
pub fn known_and_other_words(header: &str) -> (Vec<String>, Vec<String>) {
    let phrase = Phrase::read(&with_words_apart(words::start_of(header)));
    let atoms = phrase.atoms();
    let words = atoms
        .iter()
        .filter(|atom| atom.text.contains(char::is_alphanumeric));
    let (others, known): (Vec<_>, Vec<_>) =
        words.partition(|atom| is_other(atom) || is_letter(atom));
    let texts = |atoms: Vec<&Atom<'_>>| atoms.iter().map(|atom| atom.text.to_owned()).collect();
    (texts(known), texts(others))
}

/// Whether words are the names of models or of those who provide them.
pub fn are_models(names: &[String]) -> bool {
    let mut words = names
        .iter()
        .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let is_any = words.clone().next().is_some();
    is_any && words.all(|word| words::is_model(word))
}

/// Whether the words of a header that are not known are names of models: `Opus used`.
pub fn names_models(header: &str) -> bool {
    are_models(&known_and_other_words(header).1)
}

/// Whether a title says that the log is one of usage: `Token log June 2026`, `AI costs, June 2026`.
pub fn names_usage(title: &str) -> bool {
    let phrase = Phrase::read(words::start_of(title));
    let terms = [Term::UsageHeading, Term::Tokens, Term::Money, Term::Amount];
    let atoms = phrase.atoms();
    atoms
        .iter()
        .any(|atom| terms.iter().any(|term| atom.is(*term)))
}

/// Whether `in` means what goes in: not in `cost in USD`, `tokens in thousands`.
fn has_in(atoms: &[&Atom<'_>]) -> bool {
    let mut atoms = atoms.iter().peekable();
    while let Some(atom) = atoms.next() {
        let is_in = atom.is(Term::In);
        let is_preposition = atom.text == "in"
            && atoms.peek().is_some_and(|next| {
                let is_unit = next.meanings.iter().any(|meaning| {
                    matches!(
                        meaning.term,
                        Term::Power(_) | Term::Total | Term::Estimated | Term::Money
                    )
                });
                is_unit || words::currency(next.text).is_some()
            });
        if is_in && !is_preposition {
            return true;
        }
    }
    false
}

/// The rank of the first word for a term.
fn rank(atoms: &[&Atom<'_>], term: Term) -> Option<u8> {
    let mut meanings = atoms.iter().flat_map(|atom| atom.meanings);
    Some(meanings.find(|meaning| meaning.term == term)?.rank)
}

/// Codes that are no words of any language, and signs.
fn common_currency(text: &str) -> Option<Currency> {
    const CODES: [&str; 18] = [
        "yen", "won", "usd", "eur", "gbp", "jpy", "cny", "krw", "pln", "rub", "brl", "twd", "cad",
        "aud", "chf", "inr", "hkd", "sgd",
    ];
    let is_word = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_code = !is_word || CODES.contains(&text);
    words::currency(text).filter(|_| is_code && text != "real" && text != "r" && text != "fr")
}
