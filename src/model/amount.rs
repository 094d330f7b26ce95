//! Tokens and money, each its own type, and how exactly a written figure is known.
//! Tokens are integers; money is a whole number of millionths and never binary floating point.

use std::{borrow::Cow, fmt, iter::Sum, ops::Add};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// A number of tokens. Sums stop at the largest value there is instead of wrapping.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Tokens(pub u64);

impl Tokens {
    /// No tokens.
    pub const ZERO: Self = Self(0);

    /// What is left after taking `other` away, at least zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The difference as a signed number: negative where `other` is the larger.
    #[must_use]
    pub fn signed_sub(self, other: Self) -> i64 {
        let difference = i128::from(self.0) - i128::from(other.0);
        i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
    }

    /// `percent` hundredths of this number, rounded half up.
    #[must_use]
    pub fn percent(self, percent: u32) -> Self {
        let scaled = (u128::from(self.0) * u128::from(percent) + 50) / 100;
        Self(u64::try_from(scaled).unwrap_or(u64::MAX))
    }

    /// At most four significant places: `950`, `5.9K`, `126.7K`, `1.2M`. One decimal, rounded half up, `.0` dropped.
    #[must_use]
    pub fn compact(self) -> String {
        let (unit, mark) = match self.0 {
            0..1_000 => return self.0.to_string(),
            1_000..999_950 => (1_000, 'K'),
            999_950..999_950_000 => (1_000_000, 'M'),
            _ => (1_000_000_000, 'B'),
        };
        let tenths = (u128::from(self.0) * 10 + unit / 2) / unit;
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if tenth == 0 {
            format!("{whole}{mark}")
        } else {
            format!("{whole}.{tenth}{mark}")
        }
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// With thousands separators: `126,670`.
impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The US dollar, taken where a log names no currency at all.
    pub const USD: Self = Self(*b"USD");

    const SIGNS: [(&'static str, Self); 6] = [
        ("$", Self::USD),
        ("€", Self(*b"EUR")),
        ("£", Self(*b"GBP")),
        ("¥", Self(*b"JPY")),
        ("₩", Self(*b"KRW")),
        ("₹", Self(*b"INR")),
    ];

    /// The codes of money in use, of ISO 4217, in order.
    const CODES: &str = "\
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
        BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
        GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW \
        KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD \
        NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD \
        SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED \
        VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

    /// Reads a code of ISO 4217 in either case, or one of the signs `$ € £ ¥ ₩ ₹`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((_, currency)) = Self::SIGNS.iter().find(|(sign, _)| *sign == text) {
            return Some(*currency);
        }
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        let code = code.map(|byte| byte.to_ascii_uppercase());
        let known = Self::CODES.as_bytes().chunks(4);
        known
            .map(<[u8]>::trim_ascii_end)
            .any(|known| known == code)
            .then_some(Self(code))
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// The sign that stands before amounts, for the currencies that have one everybody knows.
    #[must_use]
    pub fn sign(&self) -> Option<&'static str> {
        Self::SIGNS
            .iter()
            .find(|(_, currency)| currency == self)
            .map(|(sign, _)| *sign)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of money in millionths of its currency's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money {
    /// Millionths: 381,000 is $0.381.
    pub micros: u64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// The exact amount with at least two decimals and no more than needed: `0.381`, `25.00`.
    #[must_use]
    pub fn decimal(&self) -> String {
        let (units, micros) = (self.micros / 1_000_000, self.micros % 1_000_000);
        let mut fraction = format!("{micros:06}");
        while fraction.len() > 2 && fraction.ends_with('0') {
            fraction.pop();
        }
        format!("{units}.{fraction}")
    }
}

/// For people: three decimals below ten units, else two, rounded half up: `$0.381`, `€18.76`, `1,204.50 CHF`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: u32 = if self.micros < 9_999_500 { 3 } else { 2 };
        let unit = 10_u64.pow(6 - places);
        let rounded = self.micros.saturating_add(unit / 2) / unit;
        let scale = 10_u64.pow(places);
        let number = format!(
            "{}.{:0width$}",
            Tokens(rounded / scale),
            rounded % scale,
            width = places as usize
        );
        match self.currency.sign() {
            Some(sign) => f.pad(&format!("{sign}{number}")),
            None => f.pad(&format!("{number} {}", self.currency)),
        }
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut money = serializer.serialize_struct("Money", 2)?;
        money.serialize_field("amount", &self.decimal())?;
        money.serialize_field("currency", self.currency.code())?;
        money.end()
    }
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of money: an exact decimal number as text, and its ISO 4217 currency.",
            "type": "object",
            "properties": {
                "amount": { "type": "string", "pattern": r"^[0-9]+\.[0-9]{2,6}$" },
                "currency": { "type": "string", "pattern": "^[A-Z]{3}$" }
            },
            "required": ["amount", "currency"]
        })
    }
}

/// What a token costs, in millionths of a millionth of the currency's unit: $0.003 per 1,000 tokens is 3,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Millionths of a millionth of a unit, per token.
    pub picos_per_token: u64,
    /// Of which currency.
    pub currency: Currency,
}

impl Price {
    /// The price of a token, where 1,000 of them cost this much, given in thousand-millionths of a unit.
    #[must_use]
    pub const fn per_thousand(nanos: u64, currency: Currency) -> Self {
        Self {
            picos_per_token: nanos,
            currency,
        }
    }

    /// The cost of this many tokens, to the millionth, rounded half up.
    #[must_use]
    pub fn of(&self, tokens: Tokens) -> Money {
        let picos = u128::from(tokens.0) * u128::from(self.picos_per_token);
        Money {
            micros: u64::try_from((picos + 500_000) / 1_000_000).unwrap_or(u64::MAX),
            currency: self.currency,
        }
    }
}

/// A figure as it was written: its value, and how exactly the spelling gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount<T> {
    /// The value. Of a range, its upper end: a budget is not served by hoping for the lower one.
    pub value: T,
    /// The worth of the last digit written: 100 for `45.2K`, 1 for `45,230`.
    pub unit: u64,
    /// Marked as an estimate: by `~` or `≈`, by `<`, or by being a range.
    pub estimate: bool,
}

impl<T> Amount<T> {
    /// A value known to its last unit.
    #[must_use]
    pub const fn exact(value: T) -> Self {
        Self {
            value,
            unit: 1,
            estimate: false,
        }
    }
}

/// One figure and another: as exact as the coarser.
impl Add for Amount<Tokens> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            unit: self.unit.max(other.unit),
            estimate: self.estimate || other.estimate,
        }
    }
}

/// A sum of figures, and how far the rounding of each may have put it off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundedSum {
    /// The sum of the figures as they are written.
    pub tokens: Tokens,
    /// The sum of the units that they are rounded to, those known to the last token not counted.
    pub rounding: u64,
    /// At least one of them is an estimate.
    pub estimate: bool,
}

impl RoundedSum {
    /// Whether this sum and a figure for the same can both be right: they differ by at most half of what rounding allows.
    #[must_use]
    pub fn agrees_with(&self, stated: impl Into<Self>) -> bool {
        let stated = stated.into();
        let difference = u128::from(self.tokens.0.abs_diff(stated.tokens.0));
        difference * 2 <= u128::from(self.rounding.max(stated.rounding))
    }
}

impl From<Amount<Tokens>> for RoundedSum {
    fn from(amount: Amount<Tokens>) -> Self {
        Self {
            tokens: amount.value,
            rounding: if amount.unit > 1 { amount.unit } else { 0 },
            estimate: amount.estimate,
        }
    }
}

impl Add for RoundedSum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tokens: self.tokens + other.tokens,
            rounding: self.rounding.saturating_add(other.rounding),
            estimate: self.estimate || other.estimate,
        }
    }
}

impl Sum for RoundedSum {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl Amount<Tokens> {
    /// Whether two spellings can be of the same figure: they differ by at most half a unit of the coarser one.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let difference = u128::from(self.value.0.abs_diff(other.value.0));
        difference * 2 <= u128::from(self.unit.max(other.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(micros: u64) -> Money {
        Money {
            micros,
            currency: Currency::USD,
        }
    }

    #[test]
    fn tokens_are_written_in_full_and_short() {
        let written: Vec<String> = [
            0,
            950,
            999,
            1_000,
            1_030,
            5_945,
            45_230,
            126_670,
            999_949,
            999_950,
            1_234_567,
            2_000_000_000,
        ]
        .map(|n| format!("{} {}", Tokens(n), Tokens(n).compact()))
        .into();
        assert_eq!(
            written,
            [
                "0 0",
                "950 950",
                "999 999",
                "1,000 1K",
                "1,030 1K",
                "5,945 5.9K",
                "45,230 45.2K",
                "126,670 126.7K",
                "999,949 999.9K",
                "999,950 1M",
                "1,234,567 1.2M",
                "2,000,000,000 2B"
            ]
        );
    }

    #[test]
    fn money_is_written_for_people_and_for_machines() {
        let written: Vec<String> = [
            0,
            381_000,
            3_000,
            9_999_499,
            9_999_500,
            18_760_000,
            1_204_500_000,
            1,
        ]
        .map(|n| format!("{} {}", usd(n), usd(n).decimal()))
        .into();
        assert_eq!(
            written,
            [
                "$0.000 0.00",
                "$0.381 0.381",
                "$0.003 0.003",
                "$9.999 9.999499",
                "$10.00 9.9995",
                "$18.76 18.76",
                "$1,204.50 1204.50",
                "$0.000 0.000001"
            ]
        );
        let francs = Money {
            micros: 2_500_000,
            currency: Currency::parse("chf").unwrap(),
        };
        assert_eq!(francs.to_string(), "2.500 CHF");
    }

    #[test]
    fn a_price_per_thousand_gives_a_cost_to_the_millionth() {
        let haiku = Price::per_thousand(3_000_000, Currency::USD);
        assert_eq!(haiku.of(Tokens(126_670)), usd(380_010));
        assert_eq!(haiku.of(Tokens(1)), usd(3));
        assert_eq!(
            Price::per_thousand(250_000, Currency::USD).of(Tokens(2)),
            usd(1),
            "half a millionth goes up"
        );
        assert_eq!(haiku.of(Tokens(u64::MAX)).micros, u64::MAX);
    }

    #[test]
    fn figures_agree_within_half_a_unit_of_the_coarser() {
        let short = |value, unit| Amount {
            value: Tokens(value),
            unit,
            estimate: false,
        };
        assert!(short(45_200, 100).agrees_with(&Amount::exact(Tokens(45_230))));
        assert!(short(45_200, 100).agrees_with(&Amount::exact(Tokens(45_250))));
        assert!(!short(45_200, 100).agrees_with(&Amount::exact(Tokens(45_251))));
        assert!(!Amount::exact(Tokens(1)).agrees_with(&Amount::exact(Tokens(2))));
    }

    #[test]
    fn sums_do_not_wrap() {
        assert_eq!(
            [Tokens(u64::MAX), Tokens(1)].into_iter().sum::<Tokens>(),
            Tokens(u64::MAX)
        );
        assert_eq!(Tokens(0).signed_sub(Tokens(u64::MAX)), i64::MIN);
        assert_eq!(Tokens(u64::MAX).percent(115), Tokens(u64::MAX));
        assert_eq!(Tokens(65_000).percent(115), Tokens(74_750));
    }
}
