//! Money: exact amounts in nanos, prices in picos, never binary floating point.
//! What a price makes of tokens is rounded once, half to even (as bankers and IEEE 754 do), so that sums have no bias.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_with::SerializeDisplay;

use super::{Amount, TokenClasses, TokenCounts, Tokens, amount::grouped};

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, SerializeDisplay, JsonSchema)]
#[schemars(extend("pattern" = "^[A-Z]{3}$"))]
pub struct Currency(#[schemars(with = "String")] [u8; 3]);

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

    const CODES: &str = "\
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
        BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
        GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW \
        KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD \
        NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD \
        SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED \
        VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

    /// Reads a code of ISO 4217 in either case, or one of the signs `$ € £ ¥ ₩ ₹`.
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

    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// The sign written before amounts, for currencies with a well-known one.
    pub fn sign(self) -> Option<&'static str> {
        Self::SIGNS
            .iter()
            .find(|(_, currency)| *currency == self)
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

/// An amount of money: an exact decimal number as text, and its ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Money {
    // A figure of a log is at most 10^18 nanos and a priced one at most 10^27, so that no log is long enough for a sum to overflow.
    #[serde(rename = "amount", serialize_with = "as_decimal")]
    #[schemars(with = "String", extend("pattern" = r"^-?[0-9]+\.[0-9]{2,9}$"))]
    pub nanos: i128,
    pub currency: Currency,
}

const PLACES: u32 = 9;

impl Money {
    /// The exact amount with at least two decimals and no more than needed: `0.381`, `25.00`.
    pub fn decimal(&self) -> String {
        let mut text = self.rounded(PLACES, |units| units.to_string());
        let spare = text.len() - text.trim_end_matches('0').len();
        text.truncate(text.len() - spare.min(PLACES as usize - 2));
        text
    }

    /// From a thousand units on in short: `$1.2K`.
    pub fn compact(&self) -> String {
        const UNIT: i128 = 10_i128.pow(PLACES);
        match u64::try_from(self.nanos / UNIT) {
            Ok(units @ 1_000..) => {
                let units = Tokens(units).compact();
                self.with_sign(&units)
            }
            _ => self.to_string(),
        }
    }

    fn with_sign(&self, number: &str) -> String {
        match self.currency.sign() {
            Some(sign) => format!("{sign}{number}"),
            None => format!("{number} {}", self.currency),
        }
    }

    /// To this many decimals, half to even.
    fn rounded(&self, places: u32, units: impl Fn(u128) -> String) -> String {
        let scale = 10_u128.pow(places);
        let rounded = divide_half_even(self.nanos.unsigned_abs(), 10_u128.pow(PLACES - places));
        let sign = if self.nanos < 0 { "-" } else { "" };
        let (whole, fraction) = (units(rounded / scale), rounded % scale);
        format!("{sign}{whole}.{fraction:0width$}", width = places as usize)
    }
}

/// For people: three decimals below ten units, else two; of small amounts two digits that are not leading zeros: `$0.381`,
/// `€18.76`, `1,204.50 CHF`, `$0.0036`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const TEN: u128 = 9_999_500_000;
        let least: u32 = if self.nanos.unsigned_abs() < TEN {
            3
        } else {
            2
        };
        let two_digits = self.nanos.unsigned_abs().checked_ilog10().unwrap_or(PLACES);
        let places = (PLACES + 1).saturating_sub(two_digits).clamp(least, PLACES);
        let mut number = self.rounded(places, grouped);
        let spare = number.len() - number.trim_end_matches('0').len();
        number.truncate(number.len() - spare.min((places - least) as usize));
        f.pad(&self.with_sign(&number))
    }
}

fn as_decimal<S: Serializer>(nanos: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    // The currency is written beside it.
    let (nanos, currency) = (*nanos, Currency::USD);
    serializer.collect_str(&Money { nanos, currency }.decimal())
}

/// The quotient, rounded to the nearest whole number, and to the even one of two that are equally near.
pub fn divide_half_even(value: u128, divisor: u128) -> u128 {
    let (quotient, rest) = (value / divisor, value % divisor);
    let is_up = match rest.cmp(&(divisor - rest)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 == 1,
        std::cmp::Ordering::Greater => true,
    };
    quotient + u128::from(is_up)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Millionths of a millionth of a unit: $0.003 per 1,000 tokens is 3,000,000.
    pub picos_per_token: u64,
    pub currency: Currency,
}

impl Price {
    /// A thousand units for a single token: beyond it a price is a slip of the pen.
    pub const MAX_PICOS: u64 = 1_000_000_000_000_000;

    pub fn cost(&self, tokens: Tokens) -> Money {
        let picos = u128::from(tokens.0) * u128::from(self.picos_per_token);
        money_of(picos, self.currency)
    }

    /// Whether a cost is the price of some tokens, as exactly as it is written.
    pub fn is_of(&self, tokens: Tokens, cost: Amount<u64>) -> bool {
        let half = u128::from(cost.unit.div_ceil(2));
        self.cost(tokens).nanos.abs_diff(cost.value.into()) <= half
    }
}

/// Picos, rounded once. What costs anything does not cost nothing: it is a nano at least.
pub(super) fn money_of(picos: u128, currency: Currency) -> Money {
    let nanos = divide_half_even(picos, 1_000).max(u128::from(picos > 0));
    Money {
        nanos: i128::try_from(nanos).unwrap_or(i128::MAX),
        currency,
    }
}

/// What the tokens of a model cost: picos per token, by class where classes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelPrice {
    pub currency: Currency,
    pub input: Option<u64>,
    pub output: Option<u64>,
    /// Of tokens written into a cache for five minutes, or for a time that is not known.
    pub cache_write: Option<u64>,
    /// Of tokens written into a cache for an hour. Without it, `cache_write` holds for them.
    pub cache_write_1h: Option<u64>,
    pub cache_read: Option<u64>,
    /// Of tokens of which the class is not known, or has no price.
    pub any: Option<u64>,
}

impl ModelPrice {
    /// The price of the most expensive class of tokens that count.
    pub fn highest(&self) -> Option<Price> {
        let classes = [
            self.any,
            self.input,
            self.output,
            self.cache_write,
            self.cache_write_1h,
        ];
        Some(Price {
            picos_per_token: classes.into_iter().flatten().max()?,
            currency: self.currency,
        })
    }
}

impl From<Price> for ModelPrice {
    fn from(price: Price) -> Self {
        Self {
            currency: price.currency,
            input: None,
            output: None,
            cache_write: None,
            cache_write_1h: None,
            cache_read: None,
            any: Some(price.picos_per_token),
        }
    }
}

impl ModelPrice {
    /// The price of every token, where classes do not differ.
    pub fn flat(&self) -> Option<Price> {
        let by_class = [
            self.input,
            self.output,
            self.cache_write,
            self.cache_write_1h,
            self.cache_read,
        ];
        let picos_per_token = self.any.filter(|_| by_class == [None; 5])?;
        Some(Price {
            picos_per_token,
            currency: self.currency,
        })
    }

    /// The cost of a spending, rounded once. None where it has tokens that have no price.
    ///
    /// `tokens` are input, output and tokens written into a cache; what they have beyond the classes that are known costs `any`.
    /// Tokens read from a cache come beside them. For how long a cache was written is not known of a spending.
    pub fn cost(&self, tokens: Tokens, classes: TokenClasses) -> Option<Money> {
        let of = |class: Option<Tokens>| class.unwrap_or_default().0;
        let known = TokenCounts {
            input: of(classes.input),
            output: of(classes.output),
            cache_write_5m: of(classes.cache_write),
            cache_read: of(classes.cache_read),
            ..TokenCounts::default()
        };
        let counted = [known.input, known.output, known.cache_write_5m];
        let rest = counted.into_iter().fold(tokens.0, u64::saturating_sub);
        let rest = of_class(rest, self.any)?;
        let picos = self.picos(&known)?.saturating_add(rest);
        Some(money_of(picos, self.currency))
    }

    /// What tokens of these classes cost, in picos. None where a class has tokens and no price: its own, or that of all others.
    ///
    /// A price of all others covers those read from a cache where they have none of their own.
    pub fn picos(&self, tokens: &TokenCounts) -> Option<u128> {
        let cache_write = self.cache_write.or(self.any);
        let classes = [
            (tokens.input, self.input.or(self.any)),
            (tokens.output, self.output.or(self.any)),
            (tokens.cache_write_5m, cache_write),
            (tokens.cache_write_1h, self.cache_write_1h.or(cache_write)),
            (tokens.cache_read, self.cache_read.or(self.any.map(|_| 0))),
        ];
        classes
            .into_iter()
            .try_fold(0_u128, |sum, (tokens, price)| {
                Some(sum.saturating_add(of_class(tokens, price)?))
            })
    }
}

/// What no tokens cost needs no price.
fn of_class(tokens: u64, price: Option<u64>) -> Option<u128> {
    let price = if tokens == 0 { 0 } else { price? };
    Some(u128::from(tokens) * u128::from(price))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd(nanos: i128) -> Money {
        Money {
            nanos,
            currency: Currency::USD,
        }
    }

    #[test]
    fn money_is_written_for_people_and_for_machines() {
        let written: Vec<String> = [
            0,
            381_000_000,
            3_000_000,
            3_450_000,
            3_550_000,
            9_950_000,
            9_999_499_000,
            9_999_500_000,
            18_760_000_000,
            1_204_500_000_000,
            1_000,
            123,
            1,
            -136_000_000,
        ]
        .map(|n| format!("{} {}", usd(n), usd(n).decimal()))
        .into();
        assert_eq!(
            written,
            [
                "$0.000 0.00",
                "$0.381 0.381",
                "$0.003 0.003",
                "$0.0034 0.00345",
                "$0.0036 0.00355",
                "$0.010 0.00995",
                "$9.999 9.999499",
                "$10.00 9.9995",
                "$18.76 18.76",
                "$1,204.50 1204.50",
                "$0.000001 0.000001",
                "$0.00000012 0.000000123",
                "$0.000000001 0.000000001",
                "$-0.136 -0.136"
            ]
        );
        let francs = Money {
            nanos: 2_500_000_000,
            currency: Currency::parse("chf").unwrap(),
        };
        assert_eq!(francs.to_string(), "2.500 CHF");
    }

    #[test]
    fn a_price_gives_a_cost_to_the_nano_half_to_even() {
        let price = |picos_per_token| Price {
            picos_per_token,
            currency: Currency::USD,
        };
        let haiku = price(3_000_000);
        assert_eq!(haiku.cost(Tokens(126_670)), usd(380_010_000));
        assert_eq!(haiku.cost(Tokens(1)), usd(3_000));
        for (picos, nanos) in [(0, 0), (1, 1), (501, 1), (1_499, 1), (1_500, 2), (2_500, 2)] {
            assert_eq!(price(picos).cost(Tokens(1)), usd(nanos), "{picos}");
        }
    }

    #[test]
    fn classes_cost_what_is_known_of_them() {
        let sonnet = ModelPrice {
            currency: Currency::USD,
            input: Some(3_000_000),
            output: Some(15_000_000),
            cache_write: Some(3_750_000),
            cache_write_1h: Some(6_000_000),
            cache_read: Some(300_000),
            any: None,
        };
        let [input, output, cache_write, cache_read] =
            [1_000, 200, 40, 50_000].map(|n| Some(Tokens(n)));
        let classes = TokenClasses {
            input,
            output,
            cache_write,
            cache_read,
        };
        assert_eq!(sonnet.cost(Tokens(1_240), classes), Some(usd(21_150_000)));
        assert_eq!(sonnet.cost(Tokens(1_241), classes), None, "one of no class");
        let rest = ModelPrice {
            any: Some(9_000_000),
            ..sonnet
        };
        assert_eq!(rest.cost(Tokens(1_241), classes), Some(usd(21_159_000)));
        let flat = ModelPrice::from(Price {
            picos_per_token: 3_000_000,
            currency: Currency::USD,
        });
        assert_eq!(flat.cost(Tokens(1_240), classes), Some(usd(3_720_000)));
        assert_eq!((flat.flat().is_some(), sonnet.flat()), (true, None));
    }

    proptest! {
        #[test]
        fn a_cost_is_no_further_from_the_exact_one_than_half_a_nano_and_never_nothing(
            tokens in 0..=1_000_000_000_000_000_u64, picos_per_token in 0..=Price::MAX_PICOS,
        ) {
            let cost = Price { picos_per_token, currency: Currency::USD }.cost(Tokens(tokens)).nanos.unsigned_abs();
            let exact = u128::from(tokens) * u128::from(picos_per_token);
            prop_assert!((cost * 1_000).abs_diff(exact) <= 500 || cost == 1);
            prop_assert_eq!(cost == 0, exact == 0);
        }

        #[test]
        fn shown_money_is_near_and_has_two_digits(nanos in 1..=10_i128.pow(18), small in 0..18_u32) {
            let nanos = nanos / 10_i128.pow(small) + 1;
            let shown = usd(nanos).to_string();
            let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
            let decimals = u32::try_from(shown.len() - shown.find('.').unwrap() - 1).unwrap();
            let value = digits.parse::<i128>().unwrap() * 10_i128.pow(9 - decimals);
            prop_assert!((value - nanos).abs() * 2 <= 10_i128.pow(9 - decimals), "{}", shown);
            // Two digits are known to a twentieth.
            prop_assert!((value - nanos).abs() * 20 <= nanos, "{}", shown);
        }

        #[test]
        fn no_amount_panics(nanos: i128, value: u128, divisor in 1..=u128::MAX, tokens: u64, price: u64) {
            let _ = (usd(nanos).to_string(), usd(nanos).decimal(), divide_half_even(value, divisor));
            let price = Price { picos_per_token: price, currency: Currency::USD };
            let _ = (price.cost(Tokens(tokens)), ModelPrice::from(price).cost(Tokens(tokens), TokenClasses::default()));
        }
    }
}
