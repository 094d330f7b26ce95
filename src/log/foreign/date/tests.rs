//! Which days dates are, in every spelling, and which spellings are none.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn context() -> DateContext {
    DateContext {
        order: None,
        heading: None,
        settings_year: None,
        today: NaiveDate::from_ymd_opt(2026, 6, 10).unwrap(),
    }
}

/// As the day or the days are said, with what was assumed.
fn said(date: Option<WrittenDate>, context: &DateContext) -> String {
    let Some(date) = date else {
        return "none".to_owned();
    };
    let read = match date.resolve(context) {
        Ok(read) => read,
        Err(Undecided::Order {
            day_first,
            month_first,
        }) => return format!("{day_first} or {month_first}"),
        Err(Undecided::Month) => return "no month".to_owned(),
        Err(Undecided::NoSuchDate) => return "no such date".to_owned(),
    };
    let when = match read.when {
        When::Day(day) => day.to_string(),
        When::Days(first, last) => format!("{first}..{last}"),
        When::Month(month) => month.to_string(),
    };
    let time = date
        .time
        .map(|time| time.format(" %H:%M").to_string())
        .unwrap_or_default();
    let assumed = match read.assumed {
        None => "",
        Some(Assumption::YearOfHeading(_)) => " (heading)",
        Some(Assumption::YearOfSettings(_)) => " (settings)",
        Some(Assumption::LatestYear(_)) => " (latest)",
        Some(Assumption::OrderOfFile) => " (order)",
    };
    when + &time + assumed
}

fn check(read: impl Fn(&str) -> Option<WrittenDate>, context: &DateContext, table: &str) {
    let mut wrong = String::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (expected, texts) = line.split_once(" | ").unwrap();
        for text in texts.split(" | ") {
            let found = said(read(text), context);
            if found != expected.trim() {
                writeln!(wrong, "{text}: {found}, not {expected}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn cells_are_dates_in_many_spellings() {
    check(
        cell,
        &context(),
        "2026-05-07 | 2026-05-07 | 2026/05/07 | 2026.05.07 | 2026-5-7 | 2026/5/7 | 2026. 5. 7. | 20260507 | 07.05.2026 | 7.5.2026
        2026-05-07 | May 7, 2026 | May 7 2026 | Thu May 7 2026 | Thursday, May 7th, 2026 | 7 May 2026 | 7-May-2026 | 7-May-26 | 07 May 2026
        2026-05-07 | 7. Mai 2026 | Do, 7. Mai 2026 | 7 mai 2026 | jeudi 7 mai 2026 | 7 de mayo de 2026 | 7 de maio de 2026 | 7 maggio 2026
        2026-05-07 | 7 maja 2026 | 7 maja 2026 r. | 7 мая 2026 г. | 7 мая 2026 | 2026年5月7日 | 2026年5月7日（木） | 2026년 5월 7일 | 2026年05月07号 | ２０２６年５月７日
        2026-05-07 | 2026-05-07 (am) | 2026-05-07 session 2 | ~2026-05-07 | 2026-05-07 Thu | 2026-05-07, Thursday | Day 1 (2026-05-07) | 2026-05-07*
        2026-03-01 | 1er mars 2026 | 1. März 2026 | 1º de março de 2026 | 2026-Mar-01
        2026-05-07 10:00 | 2026-05-07T10:00:00Z | 2026-05-07T10:00+02:00 | 2026-05-07 10:00 | 2026-05-07 10:00:30 UTC | 2026-05-07, 10:00 | 2026-05-07 at 10:00 am | 2026-05-07 10:00–11:30 | 7.5.2026 um 10:00 | 2026-05-07T10:00:00.123456Z | Thu May 7 10:00:00 UTC 2026
        2026-05-07 22:00 | 2026-05-07 10:00 PM
        2026-05-07 (latest) | May 7 | 7 May | 7. Mai | 7 de mayo | 5月7日 | 5월 7일 | 7.5. | 07.05. | Thu May 7 | Thu, May 7 | May 7th | May 7 (am) | 5月7日(木) | 7 мая
        2025-09-08 (latest) | Sep 8 | Sept. 8 | 8. September
        2023-09-08 (latest) | Fri Sep 8
        2026-02 | Feb 2026 | 2026-02 | 2026/02 | February 2026 | Februar 2026 | 2026年2月 | 2026년 2월 | février 2026 | Feb '26
        2026-02 (latest) | February | Feb
        2025-07 (latest) | July
        2026-05-07 or 2026-07-05 | 07/05/2026 | 07-05-2026
        2026-07-05 or 2026-05-07 | 05/07/2026
        2026-05-13 | 13/05/2026 | 05/13/2026 | 26/05/13 | 13/05/26 | 13.05.26 | 26.05.13
        2025-07-05 or 2026-05-07 (x) | zzz
        2026-05-05 | 05/05/2026
        2026-05-05 (latest) | 5/5
        2026-05-13 (latest) | 5/13 | 13/5
        2026-05-07 | Thu 05/07/2026 | Thursday, 07/05/2026
        no month | 7th | Mon 7 | 7日
        no such date | 2026-02-30 | 2026-05-07 to 2026-05-03 | 30 February 2026
        none | n/a | Total | 7 | v2026-05-07x | 12:30 | 155K | May be later | Week 2 | 99/99/2026 | 2026-13-01 | 1,234 | TBD"
            .replace("        2025-07-05 or 2026-05-07 (x) | zzz\n", "")
            .as_str(),
    );
}

#[test]
fn ranges_are_days() {
    check(
        cell,
        &context(),
        "2026-07-02..2026-07-03 | 2026-07-02/03 | 2026-07-02–03 | 2026-07-02 & 03
        2026-05-06..2026-05-07 | 2026-05-06 ~ 07 | 2026-05-06 ~ 05-07 | 2026-05-06 – 2026-05-07 | 5月6日〜7日, 2026
        2026-05-03..2026-05-04 | May 3–4, 2026 | May 3-4 2026 | May 3 – May 4, 2026 | 3–4 May 2026 | 3.–4. Mai 2026 | 03.05.2026 – 04.05.2026 | 3 to 4 May 2026 | 2026年5月3日～4日 | 2026年5月3-4日
        2026-03-03..2026-03-06 | 2026-03-03 to 2026-03-06 | 2026-03-03..2026-03-06 | 2026-03-03 → 2026-03-06 | 2026-03-03 bis 2026-03-06 | 2026/03/03-2026/03/06 | 2026-03-03 (Tue) to 2026-03-06 (Fri)
        2026-05-03..2026-05-04 (latest) | May 3–4 | May 3 & 4 | 3/4 May | 3. und 4. Mai
        2026-06-08..2026-06-14 (latest) | Jun 8–14
        2025-06-12..2025-06-14 (latest) | Jun 12–14
        2025-12-30..2026-01-02 | Dec 30 – Jan 2, 2026 | 2025-12-30 ~ 2026-01-02
        2025-12-30..2026-01-02 (latest) | Dec 30 – Jan 2
        2026-05-04..2026-05-10 | 2026-W19 | Week 19, 2026 | KW 19 2026 | W19 2026 | week of May 4, 2026 | Week of 2026-05-04 | 2026 KW 19 | 2026年第19週
        2026-05-04..2026-05-10 (latest) | KW 19 | KW19 | W19 | Week of May 4
        2026-05-13..2026-05-14 (latest) | 5/13-5/14 | 5/13–5/14"
            .replace("5月6日〜7日, 2026", "2026年5月6日〜7日")
            .as_str(),
    );
}

#[test]
fn the_file_decides_what_a_date_does_not_say() {
    let mut evidence = DateEvidence::default();
    evidence.note(&cell("05/07/2026").unwrap());
    assert_eq!(evidence.order(), None);
    let mut american = evidence;
    american.note(&cell("05/13/2026").unwrap());
    assert_eq!(american.order(), Some(Order::MonthFirst));
    evidence.note(&cell("13/5").unwrap());
    assert_eq!(evidence.order(), Some(Order::DayFirst));
    evidence.merge(american);
    assert_eq!(evidence.order(), None, "they contradict each other");

    let with = |order| DateContext {
        order: Some(order),
        ..context()
    };
    check(
        cell,
        &with(Order::MonthFirst),
        "2026-05-07 (order) | 05/07/2026 | 05-07-2026 | 05/07/26",
    );
    check(
        cell,
        &with(Order::DayFirst),
        "2026-07-05 (order) | 05/07/2026\n2026-05-06 (latest) | 6/5\n2026-05-13 | 05/13/2026",
    );
    let heading = |year, month| DateContext {
        heading: Some(HeadingPeriod { year, month }),
        settings_year: Some(2024),
        ..context()
    };
    check(
        cell,
        &heading(Some(2025), None),
        "2025-05-07 (heading) | May 7\n2025-05-07 | May 7, 2025",
    );
    check(
        cell,
        &heading(Some(2025), Some(12)),
        "2025-12-30 (heading) | Dec 30\n2026-01-02 (heading) | Jan 2\n2025-12-07 | 7th",
    );
    check(cell, &heading(None, None), "2024-05-07 (settings) | May 7");
    check(
        day_number,
        &heading(Some(2026), Some(5)),
        "2026-05-28 | 28 | 28. | 28 (am)\nnone | 32 | 0 | 2.5 | Day 2",
    );
}

#[test]
fn headings_have_dates_anywhere() {
    check(
        in_heading,
        &context(),
        "2026-05-08 | Day 2 · Friday May 8 2026 | Session 3 — 2026-05-08 (afternoon) | 2026-05-08: 3 tasks | [2026-05-08] v1.2.3 | Log vom 8. Mai 2026 | Sprint 2 (8 May 2026) | 2026年5月8日の作業
        2026-05-08 (latest) | Day 2 · May 8 | Friday, May 8 – refactoring | May 8 - 12 tasks done
        2026-05-13 (latest) | 5/13 — Kickoff
        2026-05-04..2026-05-06 | Week 1 (May 4–6, 2026) | Phase 2: 2026-05-04 to 2026-05-06
        2026-02 | 2026-02 Summary | Usage in February 2026 | Februar 2026
        2026-05 (latest) | May
        none | Log | Phase 3-4 | Version 7.5 | Step 5/7 | Things that may happen | v2026.05.08 | Log 2026 | Week 2 | Task 12:30",
    );
    let period = |text| period_of_heading(text).map(|period| (period.year, period.month));
    assert_eq!(period("Log 2026"), Some((Some(2026), None)));
    assert_eq!(period("# May 2026"), Some((Some(2026), Some(5))));
    assert_eq!(period("2026年5月"), Some((Some(2026), Some(5))));
    assert_eq!(period("Day 2 · Friday May 8"), Some((None, Some(5))));
    assert_eq!(period("Q2 2026"), Some((Some(2026), None)));
    assert_eq!(period("Port 8080"), None);
    assert_eq!(period("Notes"), None);
}

#[test]
fn long_texts_are_read_in_linear_time() {
    for part in [
        "2026-05-07 – ",
        "May ",
        "7. ",
        "1/",
        "week of ",
        "5月",
        "((",
    ] {
        let long = part.repeat(200_000);
        let _ = (cell(&long), in_heading(&long), period_of_heading(&long));
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,40}|[-0-9/. –a-zA-Z年月日:,()]{0,30}", year in 1990..2100_i32) {
        for date in [cell(&text), in_heading(&text), day_number(&text)].into_iter().flatten() {
            DateEvidence::default().note(&date);
            let heading = Some(HeadingPeriod { year: Some(year), month: Some(12) });
            let _ = (date.resolve(&context()), date.resolve(&DateContext { heading, ..context() }));
        }
        let _ = period_of_heading(&text);
    }

    #[test]
    fn every_day_is_read_in_every_spelling(days in 0..20_000_i64) {
        let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Duration::days(days);
        for format in ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%B %-d, %Y", "%a %b %-d %Y", "%-d %b %Y", "%Y年%-m月%-d日", "%Y-%m-%dT23:59:59Z"] {
            let text = day.format(format).to_string();
            let read = cell(&text).unwrap().resolve(&context()).unwrap();
            prop_assert_eq!(read, ReadDate { when: When::Day(day), assumed: None }, "{}", text);
        }
    }
}
