//! The law of what is still to be spent: a hurdle (nothing more at all) and a gamma beyond it, from two speeds of past days.
//!
//! Formulas and constants are those of the method `hg1`, tuned on 521 months of 28 repositories and 261 months of other daily
//! counts, and measured on as many held back: 82% of the outcomes fell into its 80% band, 93% into the 95% band.

use chrono::Weekday;

use super::normal;

/// The most days that are looked back on.
pub const MOST_DAYS: usize = 91;

/// Days after which a day counts half: for the slow speed, and for the fast one.
const HALF_LIVES: [f64; 2] = [28.0, 5.0];

/// How much the slow speed says of the level; the fast one says the rest.
const SLOW: f64 = 0.75;

/// Days that both kinds of weekday are shrunk by towards no difference.
const SHRINKAGE: f64 = 7.0;

/// The squared coefficient of variation of daily spending that is believed before a day is seen, and the days it is worth.
const PRIOR: (f64, f64) = (1.5 * 1.5, 0.5);

/// Days as they are weighted: the same for every team of a log, so made once.
#[derive(Clone, Debug)]
pub struct Window {
    /// Weights of the slow and of the fast speed, `2^(-age/28)` and `2^(-age/5)`.
    weights: Vec<[f64; 2]>,
    /// Which of the days are at a weekend.
    weekend: Vec<bool>,
    /// The weights' sums.
    sums: [f64; 2],
}

impl Window {
    /// So many consecutive days, the first of which is such a day of the week. No more than [`MOST_DAYS`].
    #[must_use]
    pub fn new(days: usize, first: Weekday) -> Self {
        let skipped = days.saturating_sub(MOST_DAYS);
        let days = days - skipped;
        let age = |day: usize| as_float((days - 1 - day) as u64);
        let weights: Vec<[f64; 2]> = (0..days)
            .map(|day| HALF_LIVES.map(|half_life| (-age(day) / half_life).exp2()))
            .collect();
        let weekday = first.num_days_from_monday() as usize + skipped;
        Self {
            weekend: (0..days).map(|day| (weekday + day) % 7 >= 5).collect(),
            sums: [0, 1].map(|speed| weights.iter().map(|weights| weights[speed]).sum()),
            weights,
        }
    }

    /// How many days.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there is no day.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }
}

/// How many days there are still to come, in days and parts of days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Horizon {
    /// From Monday to Friday.
    pub weekdays: f64,
    /// Saturdays and Sundays.
    pub weekend_days: f64,
}

impl Horizon {
    /// All of them.
    #[must_use]
    pub fn days(self) -> f64 {
        self.weekdays + self.weekend_days
    }

    /// With a day, or a part of one, added to it.
    #[must_use]
    pub fn and(mut self, weekday: Weekday, part: f64) -> Self {
        match weekday {
            Weekday::Sat | Weekday::Sun => self.weekend_days += part,
            _ => self.weekdays += part,
        }
        self
    }
}

/// How tokens were spent on past days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Tokens on an average day: three parts the slow speed, one part the fast one.
    pub tokens_per_day: f64,
    /// The slow speed, tokens per day with a half-life of 28 days.
    pub slow: f64,
    /// The fast speed, tokens per day with a half-life of 5 days.
    pub fast: f64,
    /// What a weekday has of an average day.
    pub weekday_factor: f64,
    /// What a day at a weekend has of it.
    pub weekend_factor: f64,
    /// The squared coefficient of variation of a day's spending.
    pub daily_variation: f64,
    /// Days with spending, weighted as the slow speed weighs them.
    pub active_days: f64,
    /// All days, weighted likewise.
    weighted_days: f64,
    /// The days that the average is worth.
    effective_days: f64,
}

impl Rate {
    /// The speeds of completed days, oldest first, zeros included: as many as the window has, the last of them counting.
    /// None where nothing was spent on any.
    #[must_use]
    pub fn of(days: &[f64], window: &Window) -> Option<Self> {
        let days = days.get(days.len().checked_sub(window.len())?..)?;
        let [weighted_days, weighted_fast] = window.sums;
        let weigh = |speed: usize, value: &dyn Fn(usize) -> f64| -> f64 {
            let weights = window.weights.iter().enumerate();
            weights.map(|(day, of)| of[speed] * value(day)).sum()
        };
        let mean = weigh(0, &|day| days[day]) / weighted_days;
        // Also where there is no day at all, and the mean is not a number.
        if !(mean > 0.0 && mean.is_finite()) {
            return None;
        }
        let factor = |weekend: bool| {
            let of_kind =
                |value: f64, day: usize| f64::from(window.weekend[day] == weekend) * value;
            let spent = weigh(0, &|day| of_kind(days[day], day));
            let expected = mean * weigh(0, &|day| of_kind(1.0, day));
            (spent + SHRINKAGE * mean) / (expected + SHRINKAGE * mean)
        };
        let [weekday_factor, weekend_factor] = [false, true].map(factor);
        let factor = |day: usize| {
            if window.weekend[day] {
                weekend_factor
            } else {
                weekday_factor
            }
        };
        let speed = |speed: usize| weigh(speed, &|day| days[day]) / weigh(speed, &factor);
        let (slow, fast) = (speed(0), speed(1));
        let tokens_per_day = SLOW * slow + (1.0 - SLOW) * fast;
        // Kish's effective sample size.
        let sample = weighted_days.powi(2) / weigh(0, &|day| window.weights[day][0]);
        let spread = weigh(0, &|day| (days[day] - slow * factor(day)).powi(2)) / weighted_days;
        let variance = spread * sample / (sample - 1.0).max(0.5);
        let (prior, worth) = PRIOR;
        let seen = (sample - 1.0).max(0.0);
        let daily_variation =
            (worth * prior + seen * variance / tokens_per_day.powi(2)) / (worth + seen);
        let shares = window.weights.iter().map(|[slow, fast]| {
            (SLOW * slow / weighted_days + (1.0 - SLOW) * fast / weighted_fast).powi(2)
        });
        Some(Self {
            tokens_per_day,
            slow,
            fast,
            weekday_factor,
            weekend_factor,
            daily_variation: daily_variation.max(0.0025),
            active_days: weigh(0, &|day| f64::from(days[day] > 0.0)),
            weighted_days,
            effective_days: 1.0 / shares.sum::<f64>(),
        })
    }

    /// The same where a share of the tokens, from 0 to 1, was spent on days that nobody knows: of their variation only the prior
    /// is known.
    #[must_use]
    pub fn with_unknown_days(mut self, share: f64) -> Self {
        let (prior, _) = PRIOR;
        self.daily_variation = self.daily_variation * (1.0 - share) + prior * share;
        self
    }

    /// How far the two speeds disagree: `((fast - slow) / (fast + slow))^2`, 0 where they are alike.
    #[must_use]
    pub fn disagreement(&self) -> f64 {
        ((self.fast - self.slow) / (self.fast + self.slow)).powi(2)
    }

    /// The chance that nothing more is spent on so many days: `(1 + h/W)^-K`, at most 0.95.
    #[must_use]
    pub fn chance_of_nothing(&self, over: Horizon) -> f64 {
        let nothing = (1.0 + over.days() / self.weighted_days).powf(-self.active_days);
        nothing.min(0.95)
    }

    /// The law of what is spent on the days to come. Its relative variance is
    /// `c2 (2 (1/h + 1/n) + 0.2 h/30) + 4 D`: the factor 2 pays for the clustering of days, 0.2 h/30 for a rate that wanders,
    /// and D, the disagreement of the speeds, says that neither of them is to be trusted.
    #[must_use]
    pub fn remainder(&self, over: Horizon) -> Remainder {
        let days = over.days();
        if days <= 0.0 {
            return Remainder::NOTHING;
        }
        let mean = self.tokens_per_day
            * (over.weekdays * self.weekday_factor + over.weekend_days * self.weekend_factor);
        let of_a_day = 2.0 * (1.0 / days + 1.0 / self.effective_days) + 0.2 * days / 30.0;
        let variance = self.daily_variation * of_a_day + 4.0 * self.disagreement();
        Remainder::new(mean, variance, self.chance_of_nothing(over))
    }
}

/// The law of a number of tokens still to be spent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Remainder {
    /// The chance that it is none.
    nothing: f64,
    /// The mean of the gamma beyond that.
    mean: f64,
    /// A ninth of the gamma's squared coefficient of variation.
    ninth: f64,
}

impl Remainder {
    /// Nothing more is spent, for certain.
    pub const NOTHING: Self = Self {
        nothing: 1.0,
        mean: 0.0,
        ninth: 0.0,
    };

    /// The law with this mean, relative variance, and chance of nothing at all. The gamma is that of the cases beyond the
    /// hurdle, so that both together have the mean and the variance.
    #[must_use]
    pub fn new(mean: f64, relative_variance: f64, nothing: f64) -> Self {
        if !(mean > 0.0 && mean.is_finite()) {
            return Self::NOTHING;
        }
        let something = 1.0 - nothing;
        let beyond = ((relative_variance + 1.0) * something - 1.0).max(0.01);
        Self {
            nothing,
            mean: mean / something,
            ninth: beyond / 9.0,
        }
    }

    /// The tokens that are not exceeded with probability `p`. The gamma in the normal form of E. B. Wilson and M. M. Hilferty,
    /// "The distribution of chi-square" (PNAS 17(12), 1931): the cube root of a gamma is nearly normal.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        if p <= self.nothing {
            return 0.0;
        }
        let z = normal::quantile((p - self.nothing) / (1.0 - self.nothing));
        self.mean * (1.0 - self.ninth + z * self.ninth.sqrt()).max(0.0).powi(3)
    }

    /// The probability of more than `tokens`.
    #[must_use]
    pub fn exceeds(&self, tokens: f64) -> f64 {
        if self.mean <= 0.0 {
            return f64::from(tokens < 0.0);
        }
        if tokens < 0.0 {
            return 1.0;
        }
        let root = (tokens / self.mean).cbrt();
        let z = (root - 1.0 + self.ninth) / self.ninth.sqrt();
        (1.0 - self.nothing) * (1.0 - normal::cdf(z))
    }
}

/// A number of tokens or days as the laws reckon with them.
#[expect(
    clippy::cast_precision_loss,
    reason = "a forecast is not known to one part in 2^53"
)]
pub(super) const fn as_float(number: u64) -> f64 {
    number as f64
}

/// The nearest whole number of tokens, at least zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` stops at the ends of u64, as tokens do"
)]
pub(super) fn as_tokens(number: f64) -> u64 {
    number.round() as u64
}
