//! Which dates a text can begin with. Each way to write one is a function; the first that fits is taken.

use super::{
    Orders, Spelling, WrittenDate,
    text::{Cursor, Part},
};
use crate::log::foreign::words::{self, Term};

const DASHES: [char; 10] = ['-', '–', '—', '―', '−', '~', '〜', '∼', '→', '…'];

/// Reads a date, or a range of dates, from here on.
pub(super) fn date(cursor: &mut Cursor<'_>) -> Option<WrittenDate> {
    let start = *cursor;
    let mut weekday = cursor.weekday();
    let found = days(cursor).or_else(|| {
        cursor.fillers();
        days(cursor)
    });
    let Some((mut from, mut to)) = found else {
        *cursor = start;
        return weekday_and_number(cursor);
    };
    if weekday.is_none() {
        weekday = cursor.weekday();
    }
    if to.is_none() {
        to = range_end(cursor, &mut from);
    }
    let time = cursor.time();
    if let (
        Spelling::Day {
            year: year @ None, ..
        },
        Some(_),
    ) = (&mut from, time)
    {
        // `Thu May 7 10:00:00 UTC 2026`, as `date` prints it.
        *year = cursor.year();
    }
    Some(WrittenDate {
        from,
        to,
        weekday,
        time: time.map(|(time, _)| time),
        offset: time.and_then(|(_, offset)| offset),
    })
}

/// One date, or a range that is written as one.
fn days(cursor: &mut Cursor<'_>) -> Option<(Spelling, Option<Spelling>)> {
    days_of_one_month(cursor).or_else(|| Some((single(cursor)?, None)))
}

/// One day, week or month.
fn single(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let ways: [fn(&mut Cursor<'_>) -> Option<Spelling>; 7] = [
        week,
        year_first,
        compact,
        with_signs,
        day_and_month_name,
        month_name_first,
        numbers,
    ];
    ways.iter().find_map(|way| {
        let mut ahead = *cursor;
        let spelling = way(&mut ahead)?;
        *cursor = ahead;
        Some(spelling)
    })
}

fn day(year: Option<i32>, month: u32, day: u32) -> Option<Spelling> {
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then_some(Spelling::Day { year, month, day })
}

fn month(year: Option<i32>, month: u32) -> Option<Spelling> {
    (1..=12)
        .contains(&month)
        .then_some(Spelling::Month { year, month })
}

/// `2026-05-07`, `2026/5/7`, `2026. 5. 7.`, `2026-May-07`, `2026-05`.
fn year_first(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let year = cursor.year()?;
    let mark = cursor.mark(&['-', '/', '.'])?;
    let number = match cursor.month_name() {
        Some(month) => month,
        None => cursor.number(1..=2)?,
    };
    let mut ahead = *cursor;
    let is_day = ahead.mark(&[mark]).is_some() && (mark == '.' || !ahead.is_spaced());
    if let Some(number_of_day) = is_day.then(|| ahead.number(1..=2)).flatten() {
        if mark == '.' {
            ahead.mark(&['.']);
        }
        *cursor = ahead;
        return day(Some(year), number, number_of_day);
    }
    if mark == '.' {
        cursor.mark(&['.']);
    }
    month(Some(year), number)
}

/// `20260507`.
fn compact(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let number = cursor.number(8..=8)?;
    let year = i32::try_from(number / 10_000).ok()?;
    day(Some(year), number / 100 % 100, number % 100).filter(|_| (2000..2100).contains(&year))
}

/// `2026年5月7日`, `5월 7일`, `2026年5月`, `7日`.
fn with_signs(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let mut ahead = *cursor;
    let year = ahead
        .number(4..=4)
        .filter(|_| ahead.mark(&['年', '년']).is_some());
    let year = year.and_then(|year| i32::try_from(year).ok());
    if year.is_some() {
        *cursor = ahead;
    }
    let number = cursor.number(1..=2)?;
    if cursor.mark(&['日', '일']).is_some() {
        return (1..=31)
            .contains(&number)
            .then_some(Spelling::DayOfMonth(number))
            .filter(|_| year.is_none());
    }
    cursor.mark(&['月', '월'])?;
    cursor.mark(&['份']);
    let mut ahead = *cursor;
    let number_of_day = ahead.number(1..=2);
    if let Some(number_of_day) =
        number_of_day.filter(|_| ahead.mark(&['日', '일', '号', '號']).is_some())
    {
        *cursor = ahead;
        return day(year, number, number_of_day);
    }
    // `5月7-9日`: the sign is behind the end of the range.
    if let Some(number_of_day) = number_of_day.filter(|_| ahead.mark(&DASHES).is_some()) {
        let mut behind = ahead;
        behind.number(1..=2)?;
        behind.mark(&['日', '일', '号', '號'])?;
        cursor.number(1..=2);
        return day(year, number, number_of_day);
    }
    month(year, number)
}

/// `7 May 2026`, `7. Mai`, `7 de mayo de 2026`, `7-May-26`, `7th of May`.
fn day_and_month_name(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let number = cursor.number(1..=2)?;
    cursor.word(|term| term == Term::Ordinal);
    let has_dash = cursor.mark(&['.', '-', '/', 'º', '°']) == Some('-');
    cursor.fillers();
    let month = cursor.month_name()?;
    day(year_behind(cursor, has_dash), month, number)
}

/// `May 7, 2026`, `May 7th`, `May-07`, `May 2026`, `May '26`, `May`.
fn month_name_first(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let name = cursor.month_name()?;
    let mut ahead = *cursor;
    ahead.mark(&['-', '/', ',']);
    ahead.fillers();
    if let Some(year) = ahead.year().or_else(|| short_year(&mut ahead)) {
        *cursor = ahead;
        return month(Some(year), name);
    }
    let Some(number) = ahead.number(1..=2) else {
        return month(None, name);
    };
    ahead.word(|term| term == Term::Ordinal);
    *cursor = ahead;
    day(year_behind(cursor, false), name, number)
}

/// `'26`.
fn short_year(cursor: &mut Cursor<'_>) -> Option<i32> {
    cursor.mark(&['\'', '’'])?;
    Some(2000 + i32::try_from(cursor.number(2..=2)?).ok()?)
}

/// The year after a day and a month; of two digits only in `7-May-26`.
fn year_behind(cursor: &mut Cursor<'_>, may_be_short: bool) -> Option<i32> {
    let mut ahead = *cursor;
    let mark = ahead.mark(&[',', '-', '/', '.']);
    ahead.fillers();
    let year = ahead.year().or_else(|| short_year(&mut ahead));
    let year = year.or_else(|| {
        let is_short = may_be_short && mark == Some('-');
        let number = ahead.number(2..=2).filter(|_| is_short)?;
        Some(2000 + i32::try_from(number).ok()?)
    });
    if year.is_some() {
        ahead.word(|term| term == Term::DateFiller);
        if ahead.at > cursor.at {
            *cursor = ahead;
        }
    }
    year
}

/// `05/07/2026`, `07.05.2026`, `05-07-26`, `5/7`, `7.5.`.
fn numbers(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let first = cursor.number(1..=2)?;
    let mark = cursor.mark(&['/', '.', '-'])?;
    let second = cursor.number(1..=2)?;
    let mut ahead = *cursor;
    if ahead.mark(&[mark]).is_some() {
        ahead.fillers();
        if let Some(year) = ahead.year() {
            *cursor = ahead;
            return three(mark, [first, second, u32::try_from(year).ok()?]);
        }
        if let Some(third) = ahead.number(2..=2) {
            *cursor = ahead;
            return three(mark, [first, second, third]);
        }
        if mark == '.' {
            // `7.5.`, by the point behind it.
            cursor.mark(&['.']);
            return day(None, second, first);
        }
    }
    if mark == '.' {
        return day(None, second, first);
    }
    Orders::of([first, second, 0], true).map(|orders| Spelling::Numbers {
        numbers: [first, second, 0],
        orders,
    })
}

fn three(mark: char, numbers: [u32; 3]) -> Option<Spelling> {
    let orders = Orders::of(numbers, mark != '.')?;
    Some(Spelling::Numbers { numbers, orders })
}

/// `2026-W19`, `KW 19`, `W19`, `Week 19, 2026`, `week of May 4`, `第19週`.
fn week(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    let mut ahead = *cursor;
    if let Some(year) = ahead.year() {
        ahead.mark(&['-', '/']);
        ahead.mark(&['年', '년']);
        ahead.mark(&['第']);
        let is_week = ahead.word(|term| term == Term::WeekNumber).is_some();
        let week = ahead.number(1..=2)?;
        if !is_week {
            ahead.mark(&['週', '周', '주'])?;
        }
        *cursor = ahead;
        return week_of(Some(year), week);
    }
    let Some(Part::Word(word)) = ahead.peek() else {
        return None;
    };
    if ahead.word(|term| term == Term::WeekNumber).is_some() {
        if let Some(Part::Word(next)) = ahead.peek() {
            return week_from(ahead, word, next).map(|(spelling, end)| {
                *cursor = end;
                spelling
            });
        }
        ahead.mark(&['.', '#', '-']);
        let digits = ahead.peek();
        let week = ahead.number(1..=2)?;
        *cursor = ahead;
        ahead.mark(&['/', ',', '-', '(']);
        let year = ahead.year();
        if year.is_some() {
            ahead.mark(&[')']);
            *cursor = ahead;
        }
        // A `Week 2` alone is one of the project.
        let is_calendar_week = matches!(word, "kw" | "cw" | "ww")
            || word == "w" && matches!(digits, Some(Part::Number(digits)) if digits.len() == 2);
        return week_of(year, week).filter(|_| is_calendar_week || year.is_some());
    }
    None
}

fn week_of(year: Option<i32>, week: u32) -> Option<Spelling> {
    (1..=53)
        .contains(&week)
        .then_some(Spelling::Week { year, week })
}

/// `week of May 4`, from its second word on.
fn week_from<'a>(
    mut cursor: Cursor<'a>,
    first: &str,
    second: &str,
) -> Option<(Spelling, Cursor<'a>)> {
    let is_week_of = |meaning: &words::Meaning| meaning.term == Term::WeekOf;
    let phrase = format!("{first} {second}");
    words::meanings(&phrase)
        .iter()
        .any(is_week_of)
        .then_some(())?;
    cursor.at += 1;
    cursor.weekday();
    match single(&mut cursor)? {
        Spelling::Day { year, month, day } => {
            Some((Spelling::WeekFrom { year, month, day }, cursor))
        }
        _ => None,
    }
}

/// `3.–4. Mai 2026`, `3 to 4 May`: the first day is a number alone.
fn days_of_one_month(cursor: &mut Cursor<'_>) -> Option<(Spelling, Option<Spelling>)> {
    let mut ahead = *cursor;
    let first = ahead.number(1..=2)?;
    ahead.word(|term| term == Term::Ordinal);
    let has_point = ahead.mark(&['.']).is_some();
    let mut is_close = !ahead.is_spaced();
    separator(&mut ahead, true)?;
    is_close &= !ahead.is_spaced() && is_with_points(ahead);
    // `15–17.06.2026`; but `Day 3 – 17.06.2026` is one day.
    if (has_point || is_close)
        && let Some(range) = days_before_numbers(&mut ahead.clone(), first)
    {
        numbers(&mut ahead)?;
        *cursor = ahead;
        return Some(range);
    }
    let Spelling::Day {
        year,
        month,
        day: last,
    } = day_and_month_name(&mut ahead)?
    else {
        return None;
    };
    let from = day(year, month, first).filter(|_| first < last)?;
    *cursor = ahead;
    Some((
        from,
        Some(Spelling::Day {
            year,
            month,
            day: last,
        }),
    ))
}

/// Whether `17.06.2026` begins here.
fn is_with_points(mut cursor: Cursor<'_>) -> bool {
    let mut number = |len| cursor.number(len).and_then(|_| cursor.mark(&['.']));
    number(1..=2).is_some() && number(1..=2).is_some() && cursor.year().is_some()
}

/// `08.–10.05.2026`, from the last day on.
fn days_before_numbers(
    cursor: &mut Cursor<'_>,
    first: u32,
) -> Option<(Spelling, Option<Spelling>)> {
    let to = numbers(cursor)?;
    let from = match to {
        Spelling::Day { year, month, .. } => day(year, month, first)?,
        Spelling::Numbers {
            numbers: [_, month, year],
            ..
        } => three('.', [first, month, year])?,
        _ => return None,
    };
    Some((from, Some(to)))
}

/// What is between the ends of a range. True for a mark of a list, as in `May 7 & 8`: it is for two days in a row.
fn separator(cursor: &mut Cursor<'_>, has_slash: bool) -> Option<bool> {
    if cursor.mark(&DASHES).is_some() {
        return Some(false);
    }
    let mut ahead = *cursor;
    if ahead
        .mark(&['.'])
        .and_then(|_| ahead.mark(&['.']))
        .is_some()
    {
        ahead.mark(&['.']);
        *cursor = ahead;
        return Some(false);
    }
    let slash = if has_slash { '/' } else { '&' };
    if cursor.mark(&['&', '+', slash, '、']).is_some() {
        return Some(true);
    }
    for signs in [
        ['か', 'ら'],
        ['부', '터'],
        ['에', '서'],
        ['到', '到'],
        ['至', '至'],
    ] {
        let mut ahead = *cursor;
        if ahead.mark(&signs[..1]).is_some()
            && (signs[0] == signs[1] || ahead.mark(&signs[1..]).is_some())
        {
            *cursor = ahead;
            return Some(false);
        }
    }
    if ["and", "und", "et", "y", "e", "i", "и"]
        .iter()
        .any(|word| cursor.is_word(word))
    {
        cursor.at += 1;
        return Some(true);
    }
    cursor.word(|term| term == Term::RangeWord).map(|_| false)
}

/// The end of a range that began with a day, and the year for both where only the end has one.
fn range_end(cursor: &mut Cursor<'_>, from: &mut Spelling) -> Option<Spelling> {
    let mut ahead = *cursor;
    let is_list = separator(&mut ahead, true)?;
    let to = match *from {
        Spelling::Day {
            year,
            month,
            day: first,
        } => {
            let (last, end) = last_day(ahead, year, month, first)?;
            ahead = end;
            *from = from.with_year_of(last);
            Some(last).filter(|last| !is_list || from.is_before(*last))
        }
        Spelling::Numbers { .. } if !is_list => {
            ahead.weekday();
            Some(numbers(&mut ahead)?)
        }
        Spelling::DayOfMonth(first) if !is_list => {
            let last = ahead
                .number(1..=2)
                .filter(|last| *last > first && *last <= 31)?;
            ahead.mark(&['日', '일', '.']);
            Some(Spelling::DayOfMonth(last))
        }
        _ => None,
    }?;
    *cursor = ahead;
    Some(to)
}

impl Spelling {
    /// Whether a day may follow this one: the next of the same month, or one of another month.
    fn is_before(self, next: Self) -> bool {
        match (self, next) {
            (
                Self::Day {
                    day: first,
                    month: one,
                    ..
                },
                Self::Day {
                    day: second,
                    month: other,
                    ..
                },
            ) => one != other || second == first + 1,
            _ => false,
        }
    }

    /// The first day of a range, with the year of the last one where it has none.
    fn with_year_of(self, last: Self) -> Self {
        let (
            Self::Day {
                year: None,
                month,
                day,
            },
            Self::Day {
                year: Some(year),
                month: last_month,
                day: last_day,
            },
        ) = (self, last)
        else {
            return self;
        };
        let is_before = (month, day) > (last_month, last_day);
        let year = Some(year - i32::from(is_before));
        Self::Day { year, month, day }
    }
}

/// The last day of a range: a whole date, a month and a day, or the day alone.
fn last_day(
    cursor: Cursor<'_>,
    year: Option<i32>,
    month: u32,
    first: u32,
) -> Option<(Spelling, Cursor<'_>)> {
    let mut ahead = cursor;
    ahead.weekday();
    let whole = single(&mut ahead);
    if let Some(
        last @ Spelling::Day {
            year: last_year, ..
        },
    ) = whole
        && (last_year.is_some() || year.is_none())
    {
        return Some((last, ahead));
    }
    // `2026-04-30 ~ 05-02`: by the order of the first date.
    if let (
        Some(Spelling::Numbers {
            numbers: [a, b, 0], ..
        }),
        Some(_),
    ) = (whole, year)
    {
        let is_next = a < month;
        let year = year.map(|year| year + i32::from(is_next));
        return Some((day(year, a, b)?, ahead));
    }
    if let Some(Spelling::Day {
        month, day: last, ..
    }) = whole
    {
        return Some((day(year, month, last)?, ahead));
    }
    let mut ahead = cursor;
    let last = ahead.number(1..=2).filter(|last| *last > first)?;
    ahead.word(|term| term == Term::Ordinal);
    ahead.mark(&['日', '일', '号', '號']);
    // `May 7 - 12 tasks` is no range.
    if matches!(ahead.peek(), Some(Part::Word(_))) {
        return None;
    }
    let year = year.or_else(|| year_behind(&mut ahead, false));
    Some((day(year, month, last)?, ahead))
}

/// `Mon 7`: of a month that a heading names.
fn weekday_and_number(cursor: &mut Cursor<'_>) -> Option<WrittenDate> {
    let before = cursor.weekday();
    let number = cursor
        .number(1..=2)
        .filter(|number| (1..=31).contains(number))?;
    let is_ordinal = cursor.word(|term| term == Term::Ordinal).is_some();
    cursor.mark(&['.']);
    let weekday = before.or_else(|| cursor.weekday());
    (weekday.is_some() || is_ordinal).then_some(WrittenDate {
        from: Spelling::DayOfMonth(number),
        to: None,
        weekday,
        time: None,
        offset: None,
    })
}
