//! What excludes a column by its header, and a table by its heading.

use super::{Exclusion, Header, HeadingMeaning, Reason, common_currency, is_other};
use crate::log::foreign::{
    date::{self, Spelling},
    words::{self, Atom, Phrase, Term},
};

impl Header<'_> {
    pub(super) fn exclusion(&self) -> Option<Exclusion> {
        let excludes = |atom: &Atom<'_>| {
            atom.meanings.iter().find_map(|meaning| match meaning.term {
                Term::Exclusion(reason) | Term::ColumnExclusion(reason) => Some(Exclusion {
                    reason,
                    word: meaning.word,
                }),
                Term::WeakPlan => Some(Exclusion {
                    reason: Reason::Plan,
                    word: meaning.word,
                }),
                Term::Per => Some(Exclusion {
                    reason: Reason::Price,
                    word: meaning.word,
                }),
                _ => None,
            })
        };
        // `Cost (at $3/1M)` says what the cost was computed with, `Used (of 200K)` what the limit is, `Cost (Max plan)` who is paid.
        let is_of_plan = matches!(self.inner.as_slice(), [.., name, plan] if plan.is(Term::WeakPlan) && is_plan_name(name));
        let inner = if is_of_plan
            || self
                .inner
                .iter()
                .any(|atom| atom.is_number() || atom.text == "@")
        {
            &[]
        } else {
            self.inner.as_slice()
        };
        let found = self
            .main
            .iter()
            .chain(inner)
            .find_map(|atom| excludes(atom));
        found
            .or_else(|| per_unit(&self.main).map(|(_, exclusion)| exclusion))
            .or_else(|| slashed(&self.main))
            .or_else(|| slashed(inner))
    }
}

/// `per 1K`, `за 1 млн`, `100万あたり`: a price.
fn per_unit(atoms: &[&Atom<'_>]) -> Option<(usize, Exclusion)> {
    let is_unit = |atom: Option<&&Atom<'_>>| {
        atom.is_some_and(|atom| {
            let is_power = |meaning: &words::Meaning| matches!(meaning.term, Term::Power(_));
            atom.is_number() || atom.is(Term::PerUnit) || atom.meanings.iter().any(is_power)
        })
    };
    atoms.iter().enumerate().find_map(|(at, atom)| {
        let per = |meaning: &&words::Meaning| matches!(meaning.term, Term::Per | Term::PerWeak);
        let per = atom.meanings.iter().find(per)?;
        let is_behind = atom.text.chars().all(words::has_no_blanks);
        let before = at.checked_sub(1).and_then(|before| atoms.get(before));
        let is_of_tokens = before.is_some_and(|before| before.is(Term::Tokens));
        let is_price = is_unit(atoms.get(at + 1)) || is_behind && (is_of_tokens || is_unit(before));
        let exclusion = Exclusion {
            reason: Reason::Price,
            word: per.word,
        };
        is_price.then_some((at, exclusion))
    })
}

/// `$/1K`, `Tokens / day`, `Cost/session`: a figure per something.
fn slashed(atoms: &[&Atom<'_>]) -> Option<Exclusion> {
    const FIGURES: [Term; 4] = [Term::Tokens, Term::Money, Term::Amount, Term::Used];
    const WHATS: [Term; 12] = [
        Term::PerUnit,
        Term::Duration,
        Term::Time,
        Term::Deliverables,
        Term::Session,
        Term::Task,
        Term::Day,
        Term::Week,
        Term::MonthPeriod,
        Term::Year,
        Term::Team,
        Term::Model,
    ];
    let at = atoms.iter().position(|atom| atom.text == "/")?;
    let is_one = |atom: Option<&&Atom<'_>>, terms: &[Term]| {
        atom.is_some_and(|atom| terms.iter().any(|term| atom.is(*term)))
    };
    let before = at.checked_sub(1).and_then(|before| atoms.get(before));
    let behind = atoms.get(at + 1);
    let is_figure =
        is_one(before, &FIGURES) || before.is_some_and(|atom| common_currency(atom.text).is_some());
    let is_what = is_one(behind, &WHATS) || behind.is_some_and(|atom| atom.is_number());
    (is_figure && is_what).then_some(Exclusion {
        reason: Reason::Price,
        word: "/",
    })
}

/// Reads the nearest heading of a table.
pub fn heading(text: &str) -> HeadingMeaning {
    let text = words::start_of(text);
    let phrase = Phrase::read(text);
    let atoms = phrase.atoms();
    let atoms: Vec<_> = atoms.iter().collect();
    if let Some(word) = words::names_other_spending(text) {
        let reason = Reason::OtherSpending;
        return HeadingMeaning {
            exclusion: Some(Exclusion { reason, word }),
            ..HeadingMeaning::default()
        };
    }
    let is_usage = atoms
        .iter()
        .any(|atom| atom.is(Term::UsageHeading) || atom.is(Term::NotExcluded));
    let find = |atoms: &[&Atom<'_>]| excluded_at(atoms, is_usage);
    let is_day = is_day(text);
    let (exclusion, is_estimated) = if is_day {
        let is_estimated = below_a_day(text, estimated_at).is_some();
        (below_a_day(text, find), is_estimated)
    } else {
        (find(&atoms), estimated_at(&atoms).is_some())
    };
    let plan = || {
        let only = only_plan(&atoms);
        only.or_else(|| plan_of_work(text).filter(|_| !is_day))
    };
    HeadingMeaning {
        exclusion: exclusion
            .map(|(_, exclusion)| exclusion)
            .or_else(|| plan().filter(|_| !is_usage)),
        is_usage,
        is_estimated,
    }
}

/// The first whole word for an estimate. `About`, `OK` and `(~2h)` are said of tasks.
fn estimated_at(atoms: &[&Atom<'_>]) -> Option<(usize, Exclusion)> {
    let is_word = |atom: &Atom<'_>| {
        let is_whole = atom.is(Term::HeadingExclusion(Reason::Plan)) || atom.is(Term::NotYetDone);
        atom.is(Term::Estimated) && is_whole
    };
    let at = atoms.iter().position(|atom| is_word(atom))?;
    let word = atoms.get(at)?.meanings.first()?.word;
    let reason = Reason::Plan;
    Some((at, Exclusion { reason, word }))
}

fn is_day(text: &str) -> bool {
    let date = date::in_heading(text);
    date.is_some_and(|date| matches!(date.from, Spelling::Day { .. } | Spelling::Numbers { .. }))
}

/// The first word that excludes a table, and where it is; an estimate is one if there is no other.
fn excluded_at(atoms: &[&Atom<'_>], is_usage: bool) -> Option<(usize, Exclusion)> {
    let find = |reason: fn(Term) -> Option<Reason>| {
        atoms.iter().enumerate().find_map(|(at, atom)| {
            atom.meanings.iter().find_map(|meaning| {
                let (reason, word) = (reason(meaning.term)?, meaning.word);
                Some((at, Exclusion { reason, word }))
            })
        })
    };
    let always = || {
        find(|term| match term {
            Term::Exclusion(reason) => Some(reason),
            _ => None,
        })
    };
    let estimate = || {
        find(|term| match term {
            Term::HeadingExclusion(reason) => Some(reason),
            _ => None,
        })
    };
    always()
        .or_else(|| per_unit(atoms))
        .or_else(|| estimate().filter(|_| !is_usage))
}

/// What excludes a table below the heading of a day. In `2026-05-07 — fix forecast view` it is the name of a task;
/// in `2026-05-07 — forecast`, `Forecast 2026-05-07` and `2026-05-07 — parser (planned)` it is none.
fn below_a_day(
    text: &str,
    find: impl Fn(&[&Atom<'_>]) -> Option<(usize, Exclusion)>,
) -> Option<(usize, Exclusion)> {
    let mut is_after_date = false;
    text.split(is_separator).find_map(|part| {
        let phrase = Phrase::read(part);
        let atoms = phrase.atoms();
        let atoms: Vec<_> = atoms.iter().collect();
        let dated = atoms.iter().position(|atom| is_of_date(atom));
        let was_after_date = is_after_date;
        is_after_date |= dated.is_some();
        let (at, exclusion) = find(&atoms)?;
        let is_after_date = was_after_date || dated.is_some_and(|dated| dated < at);
        let in_brackets = atoms.get(at).is_some_and(|atom| atom.is_in_brackets);
        let main = atoms.iter().filter(|atom| {
            let is_word = atom.text.contains(char::is_alphanumeric);
            !atom.is_in_brackets && is_word && !is_of_date(atom)
        });
        // `planned features`, `attività previste`
        let mut ends = main
            .clone()
            .next()
            .into_iter()
            .chain(main.clone().next_back());
        let is_task = is_after_date
            && !in_brackets
            && !ends.any(|atom| atom.is(Term::NotYetDone))
            && main.clone().any(|atom| is_of_task(atom));
        (!is_task).then_some((at, exclusion))
    })
}

/// What parts a heading: `2026-05-07 — parser: forecast, 2nd part`.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        '—' | '–' | ':' | ',' | ';' | '|' | '·' | '•' | '：' | '，' | '、' | '；' | '｜'
    )
}

/// Whether a word is none of those that say what a table of figures has.
fn is_of_task(atom: &Atom<'_>) -> bool {
    const WORK: [Term; 6] = [
        Term::Task,
        Term::Notes,
        Term::Status,
        Term::Role,
        Term::Read,
        Term::Write,
    ];
    let is_of_work = WORK.iter().any(|term| atom.is(*term));
    is_of_work || is_other(atom) && !atom.is_number()
}

fn is_of_date(atom: &Atom<'_>) -> bool {
    let is_name =
        |meaning: &words::Meaning| matches!(meaning.term, Term::Month(_) | Term::Weekday(_));
    atom.is_number() || atom.meanings.iter().any(is_name)
}

/// `Plan`, `Token plan for June`: nothing else than a plan.
fn only_plan(atoms: &[&Atom<'_>]) -> Option<Exclusion> {
    if atoms.iter().any(|atom| is_other(atom) && !atom.is_number()) {
        return None;
    }
    atoms.iter().find_map(|atom| planned(atom))
}

/// `Migration plan`, `Plan for the parser`, `Plan: parser`; but not `Max plan`, which is paid for.
fn plan_of_work(text: &str) -> Option<Exclusion> {
    text.split(is_separator).find_map(|part| {
        let phrase = Phrase::read(part);
        let atoms = phrase.atoms();
        let main = atoms.iter().filter(|atom| !atom.is_in_brackets);
        let main: Vec<_> = main.collect();
        match main.as_slice() {
            [.., name, last] if is_plan_name(name) && planned(last).is_some() => None,
            [.., last] if planned(last).is_some() => planned(last),
            [first, next, ..] if next.is(Term::Filler) || next.is(Term::PerWeak) => planned(first),
            _ => None,
        }
    })
}

fn planned(atom: &Atom<'_>) -> Option<Exclusion> {
    let mut meanings = atom.meanings.iter();
    let plan = meanings.find(|meaning| meaning.term == Term::WeakPlan)?;
    Some(Exclusion {
        reason: Reason::Plan,
        word: plan.word,
    })
}

/// Whether a word in front of `plan` makes it what a provider sells.
fn is_plan_name(atom: &Atom<'_>) -> bool {
    const NAMES: [&str; 14] = [
        "max",
        "pro",
        "plus",
        "team",
        "teams",
        "free",
        "enterprise",
        "business",
        "starter",
        "basic",
        "premium",
        "individual",
        "standard",
        "ultra",
    ];
    NAMES.contains(&atom.text) || words::is_model(atom.text)
}
