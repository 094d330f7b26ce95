//! The law of what planned work is still to take, learned from how finished work compares with its estimates.

use super::{hurdle_gamma::HurdleGamma, number::as_float};

/// Phases of average size by which the ratio of actual to estimate is shrunk towards one.
const SHRINKAGE: f64 = 2.0;

/// The prior of the squared noise of a phase, and how many phases it is worth.
const PRIOR: (f64, f64) = (0.6 * 0.6, 4.0);

/// The most squared noise of a phase. Without it, one estimate that was wildly off would make all others worthless.
const MAX_NOISE: f64 = 1.0;

/// The prior of the squared noise of a whole project.
const PROJECT_NOISE: f64 = 0.09;

/// The least part of an active phase that is pending, whatever was used for it.
const LEAST_LEFT: f64 = 0.15;

/// A finished phase: its estimate, which is more than zero, and what it took.
pub type FinishedWork = (f64, f64);

/// A phase that is pending or under way, in tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenWork {
    pub estimate: f64,
    /// None where it has not begun.
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
    /// k, the phases it is learned from.
    pub finished: usize,
}

impl Calibration {
    /// `G = (sum a + 2 e) / (sum e + 2 e)` with e the mean estimate of all phases, and the noise
    /// `(4 0.6^2 + sum (a/(e G) - 1)^2) / (4 + max(k - 1, 0))`, at most 1. None where nothing is estimated.
    pub fn learn(finished: &[FinishedWork], open: &[OpenWork]) -> Option<Self> {
        let estimates = || {
            let finished = finished.iter().map(|(estimate, _)| *estimate);
            finished.chain(open.iter().map(|phase| phase.estimate))
        };
        let count = as_float(estimates().count() as u64);
        let mean = estimates().sum::<f64>() / count;
        // Also where there is no phase, and the mean is not a number.
        if !(mean > 0.0 && mean.is_finite()) {
            return None;
        }
        let planned: f64 = finished.iter().map(|(estimate, _)| estimate).sum();
        let took: f64 = finished.iter().map(|(_, actual)| actual).sum();
        let ratio = (took + SHRINKAGE * mean) / (planned + SHRINKAGE * mean);
        let off = |(estimate, actual): &FinishedWork| (actual / (estimate * ratio) - 1.0).powi(2);
        let (prior, worth) = PRIOR;
        let seen = as_float(finished.len().saturating_sub(1) as u64);
        let noise = (worth * prior + finished.iter().map(off).sum::<f64>()) / (worth + seen);
        Some(Self {
            ratio,
            noise: noise.min(MAX_NOISE),
            finished: finished.len(),
        })
    }

    /// What a phase is still expected to take: `e G`, of an active one `max(e G - s, 0.15 e G)`.
    pub fn expected(&self, phase: &OpenWork) -> f64 {
        let whole = phase.estimate * self.ratio;
        phase
            .spent
            .map_or(whole, |spent| (whole - spent).max(LEAST_LEFT * whole))
    }

    /// The law of what these phases are still to take. Its relative variance is
    /// `noise sum x^2 / (sum x)^2 + 0.09 2/(k + 2)`: that of the phases, and that of a bias they have in common.
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
