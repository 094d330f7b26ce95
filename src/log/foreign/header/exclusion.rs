//! What excludes a column by its header, and a table by its heading.

use super::{Exclusion, Header, HeadingMeaning, Reason, common_currency, is_other};
use crate::log::foreign::words::{self, Atom, Phrase, Term};

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
        // `Cost (at $3/1M)` says what the cost was computed with, `Used (of 200K)` what the limit is.
        let inner = if self
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
            .or_else(|| per_unit(&self.main))
            .or_else(|| slashed(&self.main))
            .or_else(|| slashed(inner))
    }
}

/// `per 1K`, `за 1 млн`, `100万あたり`: a price.
fn per_unit(atoms: &[&Atom<'_>]) -> Option<Exclusion> {
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
        is_price.then_some(Exclusion {
            reason: Reason::Price,
            word: per.word,
        })
    })
}

/// `$/1K`, `Tokens / day`, `Cost/session`: a figure per something.
fn slashed(atoms: &[&Atom<'_>]) -> Option<Exclusion> {
    const FIGURES: [Term; 4] = [Term::Tokens, Term::Money, Term::Amount, Term::Used];
    const WHATS: [Term; 9] = [
        Term::PerUnit,
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
    let phrase = Phrase::read(words::start_of(text));
    let atoms = phrase.atoms();
    let atoms: Vec<_> = atoms.iter().collect();
    let is_usage = atoms
        .iter()
        .any(|atom| atom.is(Term::UsageHeading) || atom.is(Term::NotExcluded));
    let excludes = |atom: &&Atom<'_>| {
        atom.meanings.iter().find_map(|meaning| match meaning.term {
            Term::Exclusion(reason) => Some(Exclusion {
                reason,
                word: meaning.word,
            }),
            _ => None,
        })
    };
    let exclusion = atoms.iter().find_map(excludes);
    let exclusion = exclusion.or_else(|| per_unit(&atoms));
    HeadingMeaning {
        exclusion: exclusion.or_else(|| weak_plan(&atoms).filter(|_| !is_usage)),
        is_usage,
        is_estimated: atoms.iter().any(|atom| atom.is(Term::Estimated)),
    }
}

/// `Plan`, `Token plan for June`: nothing else than a plan.
fn weak_plan(atoms: &[&Atom<'_>]) -> Option<Exclusion> {
    if atoms.iter().any(|atom| is_other(atom) && !atom.is_number()) {
        return None;
    }
    let mut meanings = atoms.iter().flat_map(|atom| atom.meanings);
    let plan = meanings.find(|meaning| meaning.term == Term::WeakPlan)?;
    Some(Exclusion {
        reason: Reason::Plan,
        word: plan.word,
    })
}
