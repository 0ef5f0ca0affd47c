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
}

impl Rate {
    /// The rate of `successes` in `of` independent units.
    ///
    /// A unit may be a success in part, when it sums up several trials that depend on each other
    /// (the debates over one image). A number from 0 to 1 with mean p varies most when it is always
    /// 0 or 1, with variance p (1 − p), and that is what Wilson's interval assumes; so for such
    /// units it is, if anything, too wide.
    ///
    /// Of no units nothing is known: the rate is ½ and the interval 0 to 1.
    pub fn wilson(successes: f64, of: usize) -> Self {
        if of == 0 {
            return Self { rate: 0.5, low: 0.0, high: 1.0, of };
        }
        let n = of as f64;
        let rate = successes / n;
        let shrink = 1.0 / (1.0 + Z * Z / n);
        let centre = shrink * (rate + Z * Z / (2.0 * n));
        let spread = shrink * Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
        // At 0 and 1 the ends meet the rate exactly, which rounding must not spoil.
        let (low, high) = ((centre - spread).max(0.0), (centre + spread).min(1.0));
        Self { rate, low: low.min(rate), high: high.max(rate), of }
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
        assert_eq!(Rate::wilson(0.0, 0), Rate { rate: 0.5, low: 0.0, high: 1.0, of: 0 });
    }

    #[test]
    fn halves_count_as_halves() {
        let halves = Rate::wilson(2.5, 10);
        assert!((halves.rate - 0.25).abs() < 1e-12);
        assert!(halves.low > Rate::wilson(2.0, 10).low && halves.low < Rate::wilson(3.0, 10).low);
    }
}
