//! The rate of past days: two speeds, a factor for weekends, and the variation of days.
//!
//! Formulas and constants are those of the method `hg1`. They were tuned on 521 months of 28 repositories and 261 months of other
//! daily counts, halved by source, and measured on the half held back: 82% of the outcomes fell into the 80% interval, 93% into
//! the 95% interval.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Weekday};

use super::{hurdle_gamma::HurdleGamma, number::as_float};
use crate::model::{Month, Zone};
pub const MAX_DAYS: usize = 91;

/// Half-lives in days: of the slow speed, and of the fast one.
const HALF_LIVES: [f64; 2] = [28.0, 5.0];

/// The weight of the slow speed in the level; the fast one has the rest.
const SLOW: f64 = 0.75;

/// Days by which weekdays and weekends are shrunk towards no difference.
const SHRINKAGE: f64 = 7.0;

/// The prior of the squared coefficient of variation of daily usage, and how many days it is worth.
const PRIOR_VARIATION: (f64, f64) = (1.5 * 1.5, 0.5);

const LEAST_VARIATION: f64 = 0.0025;

/// Days as they are weighted, exponentially by age (R. G. Brown, "Exponential Smoothing for Predicting Demand", 1956): the same
/// for every team of a log, so made once.
#[derive(Clone, Debug)]
pub struct Window {
    /// Weights of the slow and of the fast speed, `2^(-age/28)` and `2^(-age/5)`.
    weights: Vec<[f64; 2]>,
    weekend: Vec<bool>,
    /// Of the weights: W and V.
    sums: [f64; 2],
}

impl Window {
    /// Consecutive days from a day of the week on; of more than [`MAX_DAYS`], the last.
    pub fn new(days: usize, first: Weekday) -> Self {
        let skipped = days.saturating_sub(MAX_DAYS);
        let days = days - skipped;
        let age = |day: usize| as_float((days - 1 - day) as u64);
        let weights: Vec<[f64; 2]> = (0..days)
            .map(|day| HALF_LIVES.map(|half_life| libm::exp2(-age(day) / half_life)))
            .collect();
        let weekday = first.num_days_from_monday() as usize + skipped;
        Self {
            weekend: (0..days).map(|day| (weekday + day) % 7 >= 5).collect(),
            sums: [0, 1].map(|speed| weights.iter().map(|weights| weights[speed]).sum()),
            weights,
        }
    }

    pub const fn len(&self) -> usize {
        self.weights.len()
    }
}

/// The time to come, in days and parts of days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Horizon {
    pub weekdays: f64,
    pub weekend_days: f64,
}

impl Horizon {
    pub fn days(self) -> f64 {
        self.weekdays + self.weekend_days
    }

    /// With a day, or a part of one, added.
    pub fn and(mut self, weekday: Weekday, part: f64) -> Self {
        match weekday {
            Weekday::Sat | Weekday::Sun => self.weekend_days += part,
            _ => self.weekdays += part,
        }
        self
    }
}

/// How much there is to come until each of these days is over, today first.
pub(super) fn days_to_come(
    month: Month,
    now: DateTime<FixedOffset>,
    zone: &Zone,
) -> Vec<(NaiveDate, Horizon)> {
    let today = now.date_naive();
    let (rest, all) = zone.rest_of_day(now);
    let rest_of_today = as_float(rest.unsigned_abs()) / as_float(all.unsigned_abs());
    let mut horizon = Horizon::default();
    let mut days = Vec::new();
    for day in today.iter_days().take_while(|day| *day <= month.last_day()) {
        let part = if day == today { rest_of_today } else { 1.0 };
        horizon = horizon.and(day.weekday(), part);
        days.push((day, horizon));
    }
    days
}

/// How much there is to come from the day after one until a month ends.
pub(super) fn days_after(month: Month, day: NaiveDate) -> Horizon {
    day.iter_days()
        .skip(1)
        .take_while(|day| *day <= month.last_day())
        .fold(Horizon::default(), |horizon, day| {
            horizon.and(day.weekday(), 1.0)
        })
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// What is spent on an average day, `0.75 L + 0.25 S`: tokens, or nanos in a log of money.
    pub per_day: f64,
    /// L, the slow speed: per day with a half-life of 28 days.
    pub slow: f64,
    /// S, the fast speed: per day with a half-life of 5 days.
    pub fast: f64,
    /// A weekday over an average day.
    pub weekday_factor: f64,
    /// Likewise a day of a weekend.
    pub weekend_factor: f64,
    /// c2, the squared coefficient of variation of a day's usage.
    pub daily_variation: f64,
    /// K, the days with usage, weighted as the slow speed weighs them.
    pub active_days: f64,
    /// W, all days, weighted likewise.
    weighted_days: f64,
    /// `n_m`, the number of equally weighted days whose mean would be as well known as the level.
    effective_days: f64,
}

impl Rate {
    /// The speeds of completed days, oldest first, zeros included: as many as the window has, the last of them counting.
    /// `L = sum(w y) / sum(w f)`, with the factors f of weekdays and weekends, and S likewise with the fast weights.
    /// None where nothing was spent on any.
    pub fn from_days(days: &[f64], window: &Window) -> Option<Self> {
        let days = days.get(days.len().checked_sub(window.len())?..)?;
        let mean = window.weighted(0, |day| days[day]) / window.sums[0];
        // Also where there is no day at all, and the mean is not a number.
        if !(mean > 0.0 && mean.is_finite()) {
            return None;
        }
        let factors = window.weekend_factors(days, mean);
        let speed = |speed: usize| {
            let spent = window.weighted(speed, |day| days[day]);
            spent / window.weighted(speed, |day| window.factor(day, factors))
        };
        let (slow, fast) = (speed(0), speed(1));
        let per_day = SLOW * slow + (1.0 - SLOW) * fast;
        Some(Self {
            per_day,
            slow,
            fast,
            weekday_factor: factors[0],
            weekend_factor: factors[1],
            daily_variation: window.variation(days, slow, per_day, factors),
            active_days: window.weighted(0, |day| f64::from(days[day] > 0.0)),
            weighted_days: window.sums[0],
            effective_days: window.effective_days(),
        })
    }

    /// The same where a share of it, from 0 to 1, was spent on unknown days, of whose variation
    /// only the prior is known.
    pub fn with_unknown_days(mut self, share: f64) -> Self {
        let (prior, _) = PRIOR_VARIATION;
        self.daily_variation = self.daily_variation * (1.0 - share) + prior * share;
        self
    }

    /// D, how far the two speeds disagree: `((S - L) / (S + L))^2`, from 0 where they are alike to 1.
    pub fn disagreement(&self) -> f64 {
        ((self.fast - self.slow) / (self.fast + self.slow)).powi(2)
    }

    /// The law of what is spent on days to come. Its mean is that of as many average days, its relative variance
    /// `c2 (2 (1/h + 1/n_m) + 0.2 h/30) + 4 D`: the factor 2 pays for the clustering of days, 0.2 h/30 for a rate that wanders, and
    /// 4 D says that of two speeds that disagree neither is to be trusted.
    pub fn remainder(&self, over: Horizon) -> HurdleGamma {
        let days = over.days();
        if days <= 0.0 {
            return HurdleGamma::ZERO;
        }
        let mean = self.per_day
            * (over.weekdays * self.weekday_factor + over.weekend_days * self.weekend_factor);
        let of_a_day = 2.0 * (1.0 / days + 1.0 / self.effective_days) + 0.2 * days / 30.0;
        let variance = self.daily_variation * of_a_day + 4.0 * self.disagreement();
        HurdleGamma::new(mean, variance, self.hurdle(over))
    }

    /// p0, the hurdle: the chance of no active day among h, where K of W were, `(1 + h/W)^-K`, at most 0.95. It is the zero term
    /// of the negative binomial law that predicts the events of a Poisson process from those seen (A. Gelman and others,
    /// "Bayesian Data Analysis", 3rd edition, section 2.6).
    fn hurdle(&self, over: Horizon) -> f64 {
        let zero = libm::pow(1.0 + over.days() / self.weighted_days, -self.active_days);
        zero.min(0.95)
    }
}

impl Window {
    /// `n_m`, as L. Kish has the effective sample size ("Survey Sampling", 1965), of both speeds mixed as the level is:
    /// `1 / sum((0.75 w/W + 0.25 v/V)^2)`.
    fn effective_days(&self) -> f64 {
        let [slow_sum, fast_sum] = self.sums;
        let shares = self
            .weights
            .iter()
            .map(|[slow, fast]| (SLOW * slow / slow_sum + (1.0 - SLOW) * fast / fast_sum).powi(2));
        1.0 / shares.sum::<f64>()
    }

    /// The sum of a value of each day, weighted for a speed: 0 the slow, 1 the fast.
    fn weighted(&self, speed: usize, value: impl Fn(usize) -> f64) -> f64 {
        let weights = self.weights.iter().enumerate();
        weights.map(|(day, of)| of[speed] * value(day)).sum()
    }

    /// The factors of a weekday and of a day of a weekend, d being either kind:
    /// `f_d = (sum_d(w y) + 7 m) / (m sum_d(w) + 7 m)`, shrunk by seven days of the weighted mean m towards 1, as credibility
    /// theory does (H. Buehlmann, "Experience rating and credibility", ASTIN Bulletin 4(3), 1967).
    fn weekend_factors(&self, days: &[f64], mean: f64) -> [f64; 2] {
        [false, true].map(|weekend| {
            let of_kind = |day: usize| f64::from(self.weekend[day] == weekend);
            let spent = self.weighted(0, |day| of_kind(day) * days[day]);
            let expected = mean * self.weighted(0, of_kind);
            (spent + SHRINKAGE * mean) / (expected + SHRINKAGE * mean)
        })
    }

    fn factor(&self, day: usize, factors: [f64; 2]) -> f64 {
        factors[usize::from(self.weekend[day])]
    }

    /// c2, the squared coefficient of variation of a day's usage: the weighted variance around the slow speed,
    /// `s2 = sum(w (y - L f)^2)/W * n_e / max(n_e - 1, 0.5)` with Kish's effective sample size `n_e = W^2 / sum(w^2)`, over the
    /// squared level, mixed with the prior: `(0.5 1.5^2 + g s2/level^2) / (0.5 + g)`, g being `n_e - 1`.
    fn variation(&self, days: &[f64], slow: f64, level: f64, factors: [f64; 2]) -> f64 {
        let sum = self.sums[0];
        let sample = sum.powi(2) / self.weighted(0, |day| self.weights[day][0]);
        let off = |day: usize| (days[day] - slow * self.factor(day, factors)).powi(2);
        let variance = self.weighted(0, off) / sum * sample / (sample - 1.0).max(0.5);
        let (prior, worth) = PRIOR_VARIATION;
        let seen = (sample - 1.0).max(0.0);
        let mixed = (worth * prior + seen * variance / level.powi(2)) / (worth + seen);
        mixed.max(LEAST_VARIATION)
    }
}
