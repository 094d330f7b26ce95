//! The law of what is still to be spent: a hurdle (nothing more at all) and a gamma beyond it.

use super::normal;

/// A number of tokens: none with some chance, else by a gamma law. Two-part laws of this kind are those of J. G. Cragg, "Some
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

    /// The tokens that are not exceeded with probability `p`. The gamma has the normal form of E. B. Wilson and M. M. Hilferty,
    /// "The distribution of chi-square" (PNAS 17(12), 1931): its cube root is nearly normal.
    pub fn quantile(&self, p: f64) -> f64 {
        if p <= self.hurdle {
            return 0.0;
        }
        let z = normal::quantile((p - self.hurdle) / (1.0 - self.hurdle));
        self.mean * (1.0 - self.ninth + z * self.ninth.sqrt()).max(0.0).powi(3)
    }

    pub fn exceeds(&self, tokens: f64) -> f64 {
        if self.mean <= 0.0 || tokens < 0.0 {
            return f64::from(tokens < 0.0);
        }
        let root = libm::cbrt(tokens / self.mean);
        let z = (root - 1.0 + self.ninth) / self.ninth.sqrt();
        (1.0 - self.hurdle) * (1.0 - normal::cdf(z))
    }
}
