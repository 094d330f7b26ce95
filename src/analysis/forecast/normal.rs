//! The normal law: its distribution function and the inverse, from arithmetic, exponentials and logarithms alone.

use std::f64::consts::PI;

/// Beyond this many standard deviations both tails are nothing that a probability can show.
const FAR: f64 = 8.0;
const MAX_TERMS: usize = 200;

/// Phi(z), the probability of at most `z`: the series of G. Marsaglia, "Evaluating the Normal Distribution" (Journal of
/// Statistical Software 11(4), 2004), accurate to about 1e-15. From 0 to 1.
pub(super) fn cdf(z: f64) -> f64 {
    if z.abs() > FAR {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let square = z * z;
    let (mut sum, mut term, mut odd) = (z, z, 1.0);
    // Up to z = 8 there is nothing left to add after some 120 terms.
    for _ in 0..MAX_TERMS {
        odd += 2.0;
        term *= square / odd;
        sum += term;
        if term.abs() <= f64::EPSILON * sum.abs() {
            break;
        }
    }
    (0.5 + sum * density(z)).clamp(0.0, 1.0)
}

fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// The z with Phi(z) = `p`: the rational start of Abramowitz and Stegun 26.2.23, good to 4.5e-4, and three of Halley's steps,
/// after which nothing moves but the last digit. `p` is held between the ends at which [`cdf`] says 0 and 1.
pub(super) fn quantile(p: f64) -> f64 {
    let tail = p.min(1.0 - p).max(f64::EPSILON);
    let t = (-2.0 * libm::log(tail)).sqrt();
    let start = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    // In the lower tail `cdf` keeps the digits that are lost beside 1.
    let mut z = -start;
    for _ in 0..3 {
        let step = (cdf(z) - tail) / density(z);
        z -= step / (1.0 + 0.5 * z * step);
    }
    if p < 0.5 { z } else { -z }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Abramowitz and Stegun, tables 26.1 and 26.5, to the digits given there.
    #[test]
    fn values_are_those_of_the_printed_tables() {
        for (z, phi) in [
            (0.0, 0.5),
            (0.5, 0.691_462_461_274_013),
            (1.0, 0.841_344_746_068_543),
            (2.0, 0.977_249_868_051_821),
            (3.0, 0.998_650_101_968_37),
            (5.0, 0.999_999_713_348_428),
        ] {
            assert!((cdf(z) - phi).abs() < 2e-15, "{z}");
            assert!((cdf(-z) - (1.0 - phi)).abs() < 2e-15, "-{z}");
        }
        for (p, z) in [
            (0.5, 0.0),
            (0.75, 0.674_489_750_196_082),
            (0.9, 1.281_551_565_544_6),
            (0.975, 1.959_963_984_540_054),
            (0.999, 3.090_232_306_167_814),
        ] {
            assert!((quantile(p) - z).abs() < 1e-13, "{p}: {}", quantile(p));
            assert!((quantile(1.0 - p) + z).abs() < 1e-13, "1 - {p}");
        }
        assert_eq!((cdf(40.0), cdf(-40.0)), (1.0, 0.0));
    }

    proptest! {
        #[test]
        fn the_one_undoes_the_other(p in 1e-9..1.0_f64) {
            prop_assert!((cdf(quantile(p)) - p).abs() < 1e-13);
        }

        #[test]
        fn both_rise_and_stay_finite(one in -50.0..50.0_f64, two in -50.0..50.0_f64, p in 0.0..=1.0_f64) {
            prop_assert_eq!(cdf(one.min(two)) <= cdf(one.max(two)), true);
            prop_assert!(quantile(p).is_finite());
        }
    }
}
