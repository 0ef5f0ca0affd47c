//! Rates and how sure they are.

use serde::Serialize;

/// The 97.5 % quantile of the normal distribution: 95 % lie within so many standard deviations.
const Z: f64 = 1.959_963_984_540_054;

/// A rate with its 95 % confidence interval after Wilson.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association 22 (1927). Unlike the textbook's interval it stays within 0
/// to 1 and is sound for few units and for rates near 0 or 1 (R. G. Newcombe, Statistics in
/// Medicine 17, 1998).
///
/// ```
/// use pixel_debate_statistics::Rate;
///
/// let rate = Rate::wilson(27.0, 30);
/// assert_eq!(rate.rate, 0.9);
/// assert!((rate.low - 0.744).abs() < 1e-3 && (rate.high - 0.965).abs() < 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// The share of successes, 0 to 1.
    pub rate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The number of independent units that were observed.
    pub of: usize,
    /// The number of units, each success or failure, that would tell as much.
    pub effective: f64,
}

impl Rate {
    /// The rate of `successes` in `of` independent units, each a success or not.
    ///
    /// Of no units nothing is known: the rate is ½ and the interval 0 to 1.
    ///
    /// ```
    /// use pixel_debate_statistics::Rate;
    ///
    /// let none = Rate::wilson(0.0, 0);
    /// assert_eq!((none.rate, none.low, none.high), (0.5, 0.0, 1.0));
    /// // Ten of ten is near 1, and is not known to be 1.
    /// let all = Rate::wilson(10.0, 10);
    /// assert_eq!((all.rate, all.high), (1.0, 1.0));
    /// assert!((all.low - 0.722).abs() < 1e-3);
    /// ```
    pub fn wilson(successes: f64, of: usize) -> Self {
        if of == 0 {
            return Self { rate: 0.5, low: 0.0, high: 1.0, of, effective: 0.0 };
        }
        Self::of_effective(successes / of as f64, of, of as f64)
    }

    /// The rate of independent units that may each be a success in part, 0 to 1, as an image is
    /// that is tried in two orders, or several times, which count together.
    ///
    /// Such a number varies less than one that is 0 or 1, so that it tells more: Wilson's interval is
    /// that of the effective number of units, n p (1 − p) / s², where s² is how much they do vary (E. L.
    /// Korn and B. I. Graubard, Survey Methodology 24, 1998, for clusters of a survey). Of equal units s²
    /// would be 0, and nothing uncertain: it is drawn towards p (1 − p) by as many units as Wilson's
    /// interval adds itself, z². Where all units are 0 or 1, that is Wilson's interval unchanged.
    ///
    /// ```
    /// use pixel_debate_statistics::Rate;
    ///
    /// let (whole, halves) = (Rate::of_shares(&[1.0, 0.0, 1.0, 0.0]), Rate::of_shares(&[0.5; 4]));
    /// assert_eq!(whole.effective, 4.0);
    /// assert!(halves.effective > 4.0 && halves.low > whole.low);
    /// ```
    pub fn of_shares(shares: &[f64]) -> Self {
        let (of, n) = (shares.len(), shares.len() as f64);
        let rate = shares.iter().sum::<f64>() / n;
        let most = rate * (1.0 - rate);
        if of == 0 || most <= 0.0 {
            return Self::wilson(shares.iter().sum(), of);
        }
        let squares: f64 = shares.iter().map(|share| (share - rate).powi(2)).sum();
        let vary = (squares + Z * Z * most) / (n + Z * Z);
        Self::of_effective(rate, of, n * most / vary)
    }

    fn of_effective(rate: f64, of: usize, effective: f64) -> Self {
        let n = effective;
        let shrink = 1.0 / (1.0 + Z * Z / n);
        let centre = shrink * (rate + Z * Z / (2.0 * n));
        let spread = shrink * Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
        // At 0 and 1 the ends meet the rate exactly, which rounding must not spoil.
        let (low, high) = ((centre - spread).max(0.0), (centre + spread).min(1.0));
        Self { rate, low: low.min(rate), high: high.max(rate), of, effective }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published figures. The first rows: Newcombe (1998), table I, method 3. The last two:
    /// statsmodels' `proportion_confint(count, n, method="wilson")`.
    #[test]
    fn intervals_are_those_of_the_literature() {
        for (successes, of, low, high) in [
            (81.0, 263, 0.2553, 0.3662),
            (15.0, 148, 0.0624, 0.1605),
            (0.0, 20, 0.0, 0.1611),
            (1.0, 29, 0.0061, 0.1718),
            (8.0, 10, 0.4902, 0.9433),
            (10.0, 10, 0.7225, 1.0),
            (27.0, 30, 0.7438, 0.9654),
        ] {
            let rate = Rate::wilson(successes, of);
            assert!((rate.low - low).abs() < 5e-5, "{rate:?}, not {low}");
            assert!((rate.high - high).abs() < 5e-5, "{rate:?}, not {high}");
        }
    }

    #[test]
    fn the_ends_are_exact() {
        for of in [1, 3, 10_000] {
            let (none, all) = (Rate::wilson(0.0, of), Rate::wilson(of as f64, of));
            assert_eq!((none.low.to_bits(), all.high.to_bits()), (0, 1_f64.to_bits()));
            assert!((none.high - (1.0 - all.low)).abs() < 1e-12);
        }
        let nothing = Rate { rate: 0.5, low: 0.0, high: 1.0, of: 0, effective: 0.0 };
        assert_eq!((Rate::wilson(0.0, 0), Rate::of_shares(&[])), (nothing, nothing));
    }

    #[test]
    fn whole_units_have_wilsons_interval_and_halves_a_narrower_one() {
        let whole: Vec<f64> = (0..40).map(|at| f64::from(u8::from(at % 4 > 0))).collect();
        let (shares, wilson) = (Rate::of_shares(&whole), Rate::wilson(30.0, 40));
        for (one, other) in [
            (shares.rate, wilson.rate),
            (shares.low, wilson.low),
            (shares.high, wilson.high),
            (shares.effective, 40.0),
        ] {
            assert!((one - other).abs() < 1e-9, "{shares:?}, not {wilson:?}");
        }
        // Each unit a success in one order and a failure in the other: what is known is known well, not for sure.
        let halves = Rate::of_shares(&[0.5; 40]);
        assert!(halves.effective > 400.0 && halves.effective.is_finite(), "{halves:?}");
        assert!(halves.low > 0.44 && halves.low < 0.5 && halves.high < 0.56, "{halves:?}");
        let won = Rate::of_shares(&[1.0; 40]);
        assert_eq!(won, Rate::wilson(40.0, 40));
    }
}
