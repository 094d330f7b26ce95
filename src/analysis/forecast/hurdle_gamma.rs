//! The law of what is still to be spent, by the rate, by the plan, or by the smaller of both: a hurdle (nothing more at all) and a gamma
//! beyond it.

use super::{ForecastBasis, normal};

/// An amount: nothing with some chance, else by a gamma law. Two-part laws of this kind are those of J. G. Cragg, "Some
/// statistical models for limited dependent variables" (Econometrica 39(5), 1971).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HurdleGamma {
    /// p0, the probability of zero. The normal form of a wide gamma adds to it.
    hurdle: f64,
    mean: f64,
    /// A ninth of the gamma's squared coefficient of variation, as its normal form wants it.
    ninth: f64,
}

impl HurdleGamma {
    pub const ZERO: Self = Self {
        hurdle: 1.0,
        mean: 0.0,
        ninth: 0.0,
    };

    /// The law with a mean M, a relative variance r, and a hurdle p0. The gamma is that of the cases beyond the hurdle:
    /// `M / (1 - p0)`, and `max(0.01, (r + 1)(1 - p0) - 1)`.
    pub fn new(mean: f64, relative_variance: f64, hurdle: f64) -> Self {
        if !(mean > 0.0 && mean.is_finite()) {
            return Self::ZERO;
        }
        let taken = 1.0 - hurdle;
        Self {
            hurdle,
            mean: mean / taken,
            ninth: ((relative_variance + 1.0) * taken - 1.0).max(0.01) / 9.0,
        }
    }

    /// The amount that is not exceeded with probability `p`. The gamma has the normal form of E. B. Wilson and M. M. Hilferty,
    /// "The distribution of chi-square" (PNAS 17(12), 1931): its cube root is nearly normal.
    pub fn quantile(&self, p: f64) -> f64 {
        if p <= self.hurdle {
            return 0.0;
        }
        let z = normal::quantile((p - self.hurdle) / (1.0 - self.hurdle));
        self.mean * (1.0 - self.ninth + z * self.ninth.sqrt()).max(0.0).powi(3)
    }

    pub fn exceeds(&self, amount: f64) -> f64 {
        if self.mean <= 0.0 || amount < 0.0 {
            return f64::from(amount < 0.0);
        }
        let root = libm::cbrt(amount / self.mean);
        let z = (root - 1.0 + self.ninth) / self.ninth.sqrt();
        (1.0 - self.hurdle) * (1.0 - normal::cdf(z))
    }
}

/// How far the probability of a quantile of two laws may be off: less than what any probability is shown to.
const PRECISION: f64 = 1e-11;

/// As many as halve a range of floating-point numbers to neighbours.
const MAX_BISECTIONS: usize = 60;

/// What is still to be spent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Remaining {
    rate: Option<HurdleGamma>,
    plan: Option<HurdleGamma>,
}

impl Remaining {
    /// By one of them, or by both. None where there is neither.
    pub const fn new(rate: Option<HurdleGamma>, plan: Option<HurdleGamma>) -> Option<Self> {
        match (rate, plan) {
            (None, None) => None,
            (rate, plan) => Some(Self { rate, plan }),
        }
    }

    pub const fn basis(&self) -> ForecastBasis {
        match (self.rate, self.plan) {
            (Some(_), Some(_)) => ForecastBasis::RateAndPlan,
            (None, Some(_)) => ForecastBasis::Plan,
            (_, None) => ForecastBasis::Rate,
        }
    }

    fn laws(&self) -> impl Iterator<Item = &HurdleGamma> {
        self.rate.iter().chain(&self.plan)
    }

    /// The probability of more than an amount. Of two laws, both must exceed it; they are taken to be independent.
    pub fn exceeds(&self, amount: f64) -> f64 {
        self.laws().map(|law| law.exceeds(amount)).product()
    }

    /// The amount that is not exceeded with probability `p`: of two laws by bisection, until they are exceeded with `1 - p` to
    /// [`PRECISION`], or to the last digit that there is.
    pub fn quantile(&self, p: f64) -> f64 {
        let least = |p| {
            let quantiles = self.laws().map(|law| law.quantile(p));
            quantiles.fold(f64::INFINITY, f64::min)
        };
        let (tail, mut high) = (1.0 - p, least(p));
        if self.basis() != ForecastBasis::RateAndPlan {
            return high;
        }
        // Where each of the two is exceeded with the root of the probability at least, both are with the probability.
        let mut low = least(1.0 - tail.sqrt());
        if self.exceeds(low) <= tail {
            return low;
        }
        for _ in 0..MAX_BISECTIONS {
            let middle = f64::midpoint(low, high);
            let over = self.exceeds(middle) - tail;
            if over.abs() < PRECISION {
                return middle;
            }
            if over > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }
}
