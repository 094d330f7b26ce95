//! The parts of a date in a text: numbers, words and the characters between them.

use chrono::{FixedOffset, NaiveTime, Weekday};

use super::super::words::{self, Term};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Its digits, at most eight of them.
    Number(&'a str),
    /// Letters, folded.
    Word(&'a str),
    Mark(char),
}

#[derive(Clone, Copy, Debug)]
struct Placed<'a> {
    part: Part<'a>,
    /// A blank is in front of it.
    is_spaced: bool,
}

/// The parts of a folded text.
#[derive(Clone, Debug)]
pub(super) struct Parts<'a>(Vec<Placed<'a>>);

impl<'a> Parts<'a> {
    /// A date is at the start of a text, and is short; what is beyond this is not looked at.
    const MOST: usize = 200;

    pub(super) fn read(folded: &'a str) -> Self {
        let mut parts = Vec::new();
        let mut rest = folded;
        let mut is_spaced = true;
        while let Some(first) = rest.chars().next().filter(|_| parts.len() < Self::MOST) {
            let is_word = |c: char| c.is_alphabetic() && !words::has_no_blanks(c);
            let len = if first.is_ascii_digit() {
                rest.find(|c: char| !c.is_ascii_digit())
            } else if is_word(first) {
                rest.find(|c| !is_word(c))
            } else {
                Some(first.len_utf8())
            };
            let (text, behind) = rest.split_at(len.unwrap_or(rest.len()));
            rest = behind;
            let part = match first {
                c if c.is_whitespace() => {
                    is_spaced = true;
                    continue;
                }
                c if c.is_ascii_digit() && text.len() <= 8 => Part::Number(text),
                c if c.is_ascii_digit() || is_word(c) => Part::Word(text),
                c => Part::Mark(c),
            };
            parts.push(Placed { part, is_spaced });
            is_spaced = false;
        }
        Self(parts)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// At a part, and at what follows it.
    pub(super) fn at(&self, at: usize) -> Cursor<'_> {
        Cursor { parts: &self.0, at }
    }

    /// Whether the text begins with two numbers and a slash between, with a blank or nothing behind: `5/7 Kickoff`.
    pub(super) fn is_dated(&self) -> bool {
        let mut start = self.at(0);
        let is_date = start
            .number(1..=2)
            .and_then(|_| start.mark(&['/']))
            .and_then(|_| start.number(1..=2));
        is_date.is_some() && (start.is_end() || matches!(start.peek(), Some(Part::Mark(_))))
    }

    /// Whether two numbers with a point between begin here, and no second point follows: `7.5`.
    pub(super) fn is_decimal(&self, at: usize) -> bool {
        let mut start = self.at(at);
        let is_decimal = start
            .number(1..=2)
            .and_then(|_| start.mark(&['.']))
            .and_then(|_| start.number(1..=2));
        is_decimal.is_some() && start.mark(&['.']).is_none()
    }

    /// Whether a word begins here that is the short name of a month in one language and a word of English: `Set 2`, `Gen 3`, `Out 5`.
    pub(super) fn is_english_word(&self, at: usize) -> bool {
        const WORDS: [&str; 9] = [
            "set", "out", "gen", "ago", "mag", "sie", "lis", "lug", "die",
        ];
        let part = self.0.get(at).map(|placed| placed.part);
        matches!(part, Some(Part::Word(word)) if WORDS.contains(&word))
    }

    /// Whether a number or word begins here, rather than being the rest of another: not in `v2026-05-07`.
    pub(super) fn begins_at(&self, at: usize) -> bool {
        let is_spaced = self.0.get(at).is_none_or(|placed| placed.is_spaced);
        let before = at.checked_sub(1).and_then(|before| self.0.get(before));
        is_spaced
            || before.is_none_or(|before| match before.part {
                Part::Mark(c) => !matches!(c, '.' | '-' | '/' | '_' | ':' | '#' | '$'),
                _ => false,
            })
    }
}

/// A place in a text from which parts are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    parts: &'a [Placed<'a>],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<Part<'a>> {
        Some(self.parts.get(self.at)?.part)
    }

    pub(super) fn is_spaced(&self) -> bool {
        self.parts
            .get(self.at)
            .is_some_and(|placed| placed.is_spaced)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.parts.len()
    }

    /// Takes a number whose count of digits is in `len`.
    pub(super) fn number(&mut self, len: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let Some(Part::Number(digits)) = self.peek() else {
            return None;
        };
        if !len.contains(&digits.len()) {
            return None;
        }
        self.at += 1;
        digits.parse().ok()
    }

    /// Takes a year: four digits, of this century or the one before.
    pub(super) fn year(&mut self) -> Option<i32> {
        let mut ahead = *self;
        let year = i32::try_from(ahead.number(4..=4)?).ok()?;
        let is_year = (1900..2100).contains(&year);
        is_year.then(|| {
            *self = ahead;
            year
        })
    }

    pub(super) fn mark(&mut self, wanted: &[char]) -> Option<char> {
        match self.peek() {
            Some(Part::Mark(c)) if wanted.contains(&c) => {
                self.at += 1;
                Some(c)
            }
            _ => None,
        }
    }

    /// Takes a word of a kind.
    pub(super) fn word(&mut self, wanted: impl Fn(Term) -> bool) -> Option<Term> {
        let Some(Part::Word(word)) = self.peek() else {
            return None;
        };
        let mut terms = words::meanings(word).iter().map(|meaning| meaning.term);
        let term = terms.find(|term| wanted(*term))?;
        self.at += 1;
        Some(term)
    }

    pub(super) fn is_word(&self, wanted: &str) -> bool {
        self.peek() == Some(Part::Word(wanted))
    }

    /// Takes a month's name, and the point after an abbreviation.
    pub(super) fn month_name(&mut self) -> Option<u32> {
        let Some(Term::Month(month)) = self.word(|term| matches!(term, Term::Month(_))) else {
            return None;
        };
        self.mark(&['.']);
        Some(month.into())
    }

    pub(super) fn fillers(&mut self) {
        while self.word(|term| term == Term::DateFiller).is_some() {}
    }

    /// Takes the name of a day of the week, with the brackets or the comma around it.
    pub(super) fn weekday(&mut self) -> Option<Weekday> {
        const HAN: &str = "月火水木金土日";
        const HANGUL: &str = "월화수목금토일";
        let mut ahead = *self;
        ahead.mark(&[',', '·']);
        let is_open = ahead.mark(&['(', '[']).is_some();
        if ahead.is_month_and_weekday() {
            return None;
        }
        let is_weekday = |term| matches!(term, Term::Weekday(_));
        let number = if let Some(Term::Weekday(number)) = ahead.word(is_weekday) {
            number.into()
        } else {
            let Some(Part::Mark(c)) = ahead.peek() else {
                return None;
            };
            ahead.at += 1;
            let day = |days: &str| days.chars().position(|day| day == c);
            let day = day(HAN).or_else(|| day(HANGUL))?;
            let is_long = ahead.mark(&['曜', '요']).is_some();
            ahead.mark(&['日', '일']);
            if !is_open && !is_long {
                return None;
            }
            day
        };
        ahead.mark(&['.']);
        if is_open {
            ahead.mark(&[')', ']'])?;
        }
        ahead.mark(&[',']);
        *self = ahead;
        Weekday::try_from(u8::try_from(number).ok()?).ok()
    }

    /// `Mar 6` is in March; `mar 6 mai` is a Tuesday.
    fn is_month_and_weekday(&self) -> bool {
        let mut ahead = *self;
        let is_month = ahead.month_name().is_some();
        ahead.number(1..=2);
        ahead.mark(&['.']);
        is_month && ahead.month_name().is_none()
    }

    /// Takes a time of day, and a zone as its distance from UTC: `T10:00:00.5Z`, ` 10:00 pm`, ` at 9:30 +02:00`.
    pub(super) fn time(&mut self) -> Option<(NaiveTime, Option<FixedOffset>)> {
        let mut ahead = *self;
        ahead.mark(&[',', '@', '·', '(']);
        let is_iso = ahead.is_word("t");
        if is_iso
            || ["at", "um", "a", "alle", "о", "в", "o"]
                .iter()
                .any(|word| ahead.is_word(word))
        {
            ahead.at += 1;
        }
        let hour = ahead.number(1..=2)?;
        ahead.mark(&[':'])?;
        let minute = ahead.number(2..=2)?;
        let mut second = 0;
        if ahead.mark(&[':']).is_some() {
            second = ahead.number(2..=2)?;
            if ahead.mark(&['.', ',']).is_some() {
                ahead.number(1..=8)?;
            }
        }
        let is_afternoon = ahead.is_word("pm");
        if is_afternoon || ahead.is_word("am") {
            ahead.at += 1;
        }
        let hour = match hour {
            12 if ahead.at > 0 && !is_afternoon && ahead.was_word("am") => 0,
            1..=11 if is_afternoon => hour + 12,
            hour => hour,
        };
        let time = NaiveTime::from_hms_opt(hour % 24, minute, second).filter(|_| hour <= 24)?;
        let offset = ahead.offset(is_iso);
        *self = ahead;
        Some((time, offset))
    }

    fn was_word(&self, word: &str) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.parts.get(at));
        before.is_some_and(|before| before.part == Part::Word(word))
    }

    fn offset(&mut self, is_iso: bool) -> Option<FixedOffset> {
        if ["z", "utc", "gmt"].iter().any(|zone| self.is_word(zone)) {
            self.at += 1;
            return FixedOffset::east_opt(0);
        }
        let mut ahead = *self;
        let sign = ahead.mark(&['+', '-', '−'])?;
        if sign != '+' && !is_iso {
            // `10:00-11:30` is a range.
            return None;
        }
        let (hours, minutes) = if let Some(both) = ahead.number(4..=4) {
            (both / 100, both % 100)
        } else {
            let hours = ahead.number(2..=2)?;
            let minutes = ahead.mark(&[':']).and_then(|_| ahead.number(2..=2));
            (hours, minutes.unwrap_or(0))
        };
        let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
        let offset = FixedOffset::east_opt(if sign == '+' { seconds } else { -seconds })?;
        *self = ahead;
        Some(offset)
    }
}
