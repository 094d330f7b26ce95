//! How figures are written, and what is none.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn style(decimal: Option<DecimalMark>) -> FigureStyle {
    FigureStyle {
        decimal,
        ..FigureStyle::default()
    }
}

fn failed(error: FigureError) -> String {
    match error {
        FigureError::Malformed => "malformed",
        FigureError::TooLarge(_) => "too large",
        FigureError::Ambiguous => "ambiguous",
    }
    .to_owned()
}

fn said_tokens(text: &str, style: &FigureStyle) -> String {
    let figure = match tokens(text, style) {
        Err(error) => return failed(error),
        Ok(None) => return "absent".to_owned(),
        Ok(Some(figure)) => figure,
    };
    let mut said = if figure.used.estimate { "~" } else { "" }.to_owned();
    if let Some(from) = figure.from {
        write!(said, "{}..", from.0).unwrap();
    }
    said += &figure.used.value.0.to_string();
    if figure.used.unit > 1 {
        write!(said, " ±{}", figure.used.unit / 2).unwrap();
    }
    if let Some((input, output)) = figure.parts {
        write!(said, " = {} + {}", input.value.0, output.value.0).unwrap();
    }
    if let Some(limit) = figure.limit {
        write!(said, " of {}", limit.value.0).unwrap();
    }
    said + if figure.is_open { " open" } else { "" } + if figure.has_mark { " marked" } else { "" }
}

fn said_money(text: &str, style: &FigureStyle) -> String {
    let figure = match money(text, style) {
        Err(error) => return failed(error),
        Ok(None) => return "absent".to_owned(),
        Ok(Some(figure)) => figure,
    };
    let decimal = |nanos: u64| {
        let (nanos, currency) = (nanos.into(), Currency::USD);
        crate::model::Money { nanos, currency }.decimal()
    };
    let mut said = if figure.amount.estimate { "~" } else { "" }.to_owned();
    if let Some(from) = figure.from {
        write!(said, "{}..", decimal(from)).unwrap();
    }
    said += &decimal(figure.amount.value);
    if let Some(currency) = figure.currency {
        write!(said, " {currency}").unwrap();
    }
    if let Some(limit) = figure.limit {
        write!(said, " of {}", decimal(limit)).unwrap();
    }
    said + if figure.is_open { " open" } else { "" } + if figure.has_mark { " marked" } else { "" }
}

fn check(said: impl Fn(&str) -> String, table: &str) {
    let mut wrong = String::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (expected, texts) = line.split_once(" | ").unwrap();
        for text in texts.split(" | ") {
            let found = said(text);
            if found != expected.trim() {
                writeln!(wrong, "{text}: {found}, not {expected}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn tokens_are_read_strictly_in_every_spelling() {
    let table = "45230 | 45,230 | 45230 | 45 230 | 45'230 | 45’230 | 45_230 | 45,230 tokens | 45,230 (3 calls) | ４５，２３０ | 45,230 токенов
        155000 ±500 of 200000 | 155k / 200k
        155000 ±500 | 155k | 155K | 155 k | 155k (3 calls) | 155k tokens | 155 тыс. | 155 tys. | 155 Tsd | 155 thousand
        116 = 107 + 9 | 107 in / 9 out | 107 in, 9 out | 9 out / 107 in | in 107 / out 9 | 107 in + 9 out | ↑107 / ↓9 | 107 input / 9 output tokens
        15000 ±500 = 12000 + 3000 | 12k in / 3k out | 12k in + 3k out
        ~9000 ±500 | ~9k | ≈ 9k | ca. 9k | approx. 9k | about 9k | 約9k | около 9k | 9k (est.) | <9k | env. 9k | 9k est.
        ~8000..12000 ±500 | 8–12K | ~8-12k | 8k–12k | 8k → 12k | 8〜12K
        45000 ±500 open | 45K+ | >45K | ≥ 45k
        12000 ±500 marked | 12K* | 12k †
        120000 ±5000 | 12万 | 12 万 tokens | 12万トークン | 12만 | 12萬
        1500000 ±50000 | 1.5M | 1.5 Mio | 1.5 million | 1.5 млн | 1.5 mln
        absent | n/a | — | TBD | (pending) | N/A (free) | 無 | 不明 | k.A. |  - | n/a (about 44k)
        ambiguous | 36.500 | 32,1 k | 1.234.567
        too large | 2,000,000,000,000,000
        malformed | 12,5 | 155k done | $5 | 5% | -5,000 | ~~5,000~~ | 5,000 6,000 | 12 calls | 2026-05-07 | 1e5 | 12-5 | 5/day | about | 12.5 | 1,23,456 | 10:30";
    check(|text| said_tokens(text, &style(None)), table);
    let in_thousands = FigureStyle {
        power: 3,
        is_pair: true,
        ..style(None)
    };
    check(
        |text| said_tokens(text, &in_thousands),
        "12500 ±50 | 12.5 | 12.5K\n15000 ±500 = 12000 + 3000 | 12 / 3 | 12/3\n1500000 ±50000 | 1.5M",
    );
}

#[test]
fn the_file_decides_what_a_mark_means() {
    let mark = |texts: &[&str]| {
        let mut evidence = DecimalEvidence::default();
        for text in texts {
            evidence.note(text);
        }
        evidence.mark()
    };
    let (point, comma) = (Some(DecimalMark::Point), Some(DecimalMark::Comma));
    assert_eq!(mark(&["36.500", "1.200", "45000"]), None);
    assert_eq!(mark(&["36.500", "32,1 k"]), comma);
    assert_eq!(mark(&["1.234.567"]), comma);
    assert_eq!(mark(&["1.234,50 €"]), comma);
    assert_eq!(mark(&["0,135"]), comma);
    assert_eq!(mark(&["36,500", "$0.14"]), point);
    assert_eq!(mark(&["1,234,567"]), point);
    assert_eq!(
        mark(&["32,1 k", "32.1 k"]),
        None,
        "they contradict each other"
    );
    check(
        |text| said_tokens(text, &style(comma)),
        "36500 | 36.500\n32100 ±50 | 32,1 k\n1500000 ±50000 | 1,5 Mio\n1234567 | 1.234.567\nambiguous | 36,500",
    );
    check(
        |text| said_tokens(text, &style(point)),
        "36500 | 36,500\n32100 ±50 | 32.1 k\nambiguous | 36.500 | 32,1 k",
    );
    check(
        |text| said_money(text, &style(comma)),
        "1234.00 EUR | 1.234 €\n1.234 EUR | 1,234 €\n0.14 EUR | 0,14 €\n1234.50 EUR | 1.234,50 €",
    );
}

#[test]
fn money_is_read_strictly_in_every_spelling() {
    check(
        |text| said_money(text, &style(None)),
        "1.50 USD | $1.50 | US$1.50 | US$ 1.50 | 1.50 USD | USD 1.50 | $1.50 USD | 1.50 $ | 1,50 $ | $1.50 (12 calls) | 1.50 dollars
        ~8.00..12.00 USD | ~$8–12 | $8-$12 | $8–12
        ~8.00 USD | ~$8 | <$8 | approx. $8 | $8 (est.)
        0.00 USD | $0 | $0 (free) | $0.00
        0.00 | free | kostenlos | 無料 | 0
        28.00 CAD | $28 CAD | CAD 28 | C$28 | CA$28 | 28 CAD | CAD $28
        12.00 TWD | NT$12 | NT$ 12
        1.50 BRL | R$ 1,50 | R$1.50
        12.00 CNY | 12元 | ¥12 CNY | RMB 12 | 12 人民币
        1200.00 JPY | ¥1,200 | 1,200円 | ￥1,200
        30000.00 JPY | 3万円
        1500.00 KRW | ₩1,500 | 1,500원
        12.50 PLN | 12,50 zł | 12.50 PLN
        100.00 RUB | 100 руб. | 100 ₽
        12.50 EUR | 12,50 € | €12.50 | 12.50 EUR | 12,50 Euro
        1200.00 USD | $1.2K | $1,200
        0.01 USD | $.01 | $0.01
        5.00 USD open | $5+ | >$5
        5.00 USD marked | $5*
        0.50 USD of 20.00 | $0.50 / $20
        absent | n/a | — | included | TBD
        malformed | 12k tokens | $5/day | -$5 | €5 USD | five | $ | 5% | $1 in",
    );
    let canadian = FigureStyle {
        currency: Currency::parse("CAD"),
        ..style(None)
    };
    check(
        |text| said_money(text, &canadian),
        "28.00 CAD | $28 | 28 | free 28\n28.00 EUR | €28"
            .replace(" | free 28", "")
            .as_str(),
    );
    for (text, expected) in [
        ("$5", true),
        ("5", false),
        ("5k", false),
        ("12円", true),
        ("n/a", false),
        ("NT$5", true),
    ] {
        assert_eq!(has_currency(text), expected, "{text}");
    }
}

#[test]
fn long_cells_are_read_in_linear_time() {
    for part in ["1,", "12k / ", "$ ", "合計", "((", "9 ", "~"] {
        let long = part.repeat(100_000);
        let _ = (
            tokens(&long, &style(None)),
            money(&long, &style(None)),
            has_currency(&long),
        );
        DecimalEvidence::default().note(&long);
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,24}|[-0-9,._~≈/KMB%$€: h–m()万円+]{0,16}", power in 0..10_u32, mark in 0..3_usize) {
        let decimal = [None, Some(DecimalMark::Point), Some(DecimalMark::Comma)][mark];
        let style = FigureStyle { decimal, power, currency: None, is_pair: mark == 0 };
        let _ = (tokens(&text, &style), money(&text, &style), has_currency(&text));
        DecimalEvidence::default().note(&text);
    }

    #[test]
    fn what_is_read_in_logs_of_tokmon_is_read_alike(text in "[~≈]? ?[0-9]{1,3}(,[0-9]{3}){0,3}(\\.[0-9]{1,2})?[KMB]?( tokens)?( / [0-9]{1,3}K)?") {
        if let Ok(Some(expected)) = cell::tokens(&text) {
            let read = tokens(&text, &FigureStyle::default()).unwrap().unwrap();
            prop_assert_eq!((read.used, read.from, read.limit), (expected.used, expected.from, expected.limit));
        }
    }
}
