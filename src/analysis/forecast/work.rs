//! The law of what planned work is still to take, learned from how finished work compares with its estimates.

use super::{hurdle_gamma::HurdleGamma, number::as_float};

/// Phases of average size by which the ratio of actual to estimate is shrunk towards one.
const SHRINKAGE: f64 = 2.0;

/// The squared noise of a phase that is believed before one is finished, and the phases it is worth.
const PRIOR: (f64, f64) = (0.6 * 0.6, 4.0);

/// The most squared noise of a phase. Beyond, a single estimate that was wildly off would say that nothing can be said of others.
const MOST_NOISE: f64 = 1.0;

/// The squared noise of a whole project, before a phase is finished.
const PROJECT_NOISE: f64 = 0.09;

/// The part of an active phase that is to come at the least, whatever is spent on it already.
const LEAST_LEFT: f64 = 0.15;

/// A finished phase, in tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FinishedWork {
    /// What it was to take; more than zero.
    pub estimate: f64,
    /// What it took.
    pub actual: f64,
}

/// A phase still to come or under way, in tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenWork {
    /// What all of it is to take.
    pub estimate: f64,
    /// What was spent on it, where it is under way.
    pub spent: Option<f64>,
}

/// How the estimates of phases compare with what phases take, as finished ones show (reference class forecasting: B. Flyvbjerg,
/// "From Nobel Prize to project management", Project Management Journal 37(3), 2006).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Actual over estimate, shrunk: G.
    pub ratio: f64,
    /// The squared noise of a single phase.
    pub noise: f64,
    /// How many phases it is learned from.
    pub finished: usize,
}

impl Calibration {
    /// `G = (sum a + 2 e) / (sum e + 2 e)` with e the mean estimate of all phases, and the noise
    /// `(4 0.6^2 + sum (a/(e G) - 1)^2) / (4 + max(k - 1, 0))`, at most 1. None where nothing is estimated.
    #[must_use]
    pub fn of(finished: &[FinishedWork], open: &[OpenWork]) -> Option<Self> {
        let estimates = || {
            let finished = finished.iter().map(|phase| phase.estimate);
            finished.chain(open.iter().map(|phase| phase.estimate))
        };
        let count = as_float(estimates().count() as u64);
        let mean = estimates().sum::<f64>() / count;
        // Also where there is no phase, and the mean is not a number.
        if !(mean > 0.0 && mean.is_finite()) {
            return None;
        }
        let took: f64 = finished.iter().map(|phase| phase.actual).sum();
        let planned: f64 = finished.iter().map(|phase| phase.estimate).sum();
        let ratio = (took + SHRINKAGE * mean) / (planned + SHRINKAGE * mean);
        let off = |phase: &FinishedWork| (phase.actual / (phase.estimate * ratio) - 1.0).powi(2);
        let (prior, worth) = PRIOR;
        let seen = as_float(finished.len().saturating_sub(1) as u64);
        let noise = (worth * prior + finished.iter().map(off).sum::<f64>()) / (worth + seen);
        Some(Self {
            ratio,
            noise: noise.min(MOST_NOISE),
            finished: finished.len(),
        })
    }

    /// What a phase is still expected to take: `e G`, of an active one `max(e G - s, 0.15 e G)`.
    #[must_use]
    pub fn expected(&self, phase: &OpenWork) -> f64 {
        let whole = phase.estimate * self.ratio;
        phase
            .spent
            .map_or(whole, |spent| (whole - spent).max(LEAST_LEFT * whole))
    }

    /// The law of what these phases are still to take. Its relative variance is
    /// `noise sum x^2 / (sum x)^2 + 0.09 2/(k + 2)`: that of the phases, and that of a bias they have in common.
    #[must_use]
    pub fn remainder(&self, open: &[OpenWork]) -> HurdleGamma {
        let expected = || open.iter().map(|phase| self.expected(phase));
        let sum: f64 = expected().sum();
        if sum <= 0.0 {
            return HurdleGamma::ZERO;
        }
        let squares: f64 = expected().map(|part| (part / sum).powi(2)).sum();
        let common = PROJECT_NOISE * 2.0 / as_float(self.finished as u64 + 2);
        HurdleGamma::new(sum, (self.noise * squares + common).max(0.002), 0.0)
    }
}
