//! Two conditions on the same units.

use serde::Serialize;
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Normal};

/// McNemar's test, exact and two-sided (Q. McNemar, Psychometrika 12, 1947), with how small a
/// difference so many pairs could have shown.
///
/// ```
/// use pixel_debate_statistics::McNemar;
///
/// // Nine pairs of fifty are unequal, and all of them the same way.
/// let test = McNemar::of(50, 9, 0);
/// assert_eq!(test.difference, 0.18);
/// assert!((test.p - 2.0 / 512.0).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct McNemar {
    /// Pairs.
    pub pairs: usize,
    /// Pairs where only the first condition succeeded.
    pub only_first: usize,
    /// Pairs where only the second did.
    pub only_second: usize,
    /// The first condition's rate less the second's, −1 to 1.
    pub difference: f64,
    /// The probability of a division of the unequal pairs at least as uneven, if the conditions are
    /// alike.
    pub p: f64,
    /// The least true difference that the test would find with 80 % power at the 5 % level, if as
    /// many pairs are unequal as were (R. J. Connor, Biometrics 43, 1987). Where none was, one is
    /// counted.
    pub detectable: f64,
}

impl McNemar {
    /// Of so many pairs, of which so many succeeded in one condition only.
    ///
    /// ```
    /// use pixel_debate_statistics::McNemar;
    ///
    /// // As many one way as the other: nothing speaks for a difference.
    /// assert_eq!(McNemar::of(100, 7, 7).p, 1.0);
    /// // Of more pairs a smaller difference can be shown.
    /// let [few, many] = [100, 400].map(|pairs| McNemar::of(pairs, pairs / 10, pairs / 10));
    /// assert!(many.detectable < few.detectable);
    /// ```
    pub fn of(pairs: usize, only_first: usize, only_second: usize) -> Self {
        let unequal = (only_first + only_second) as u64;
        let less = only_first.min(only_second) as u64;
        // One half is a probability, which is all that the distribution asks for.
        let fewer = Binomial::new(0.5, unequal).map_or(1.0, |half| half.cdf(less));
        let n = pairs.max(1) as f64;
        Self {
            pairs,
            only_first,
            only_second,
            difference: (only_first as f64 - only_second as f64) / n,
            p: (2.0 * fewer).min(1.0),
            detectable: detectable(n, unequal.max(1) as f64 / n),
        }
    }
}

/// The difference `d` for which `z(α/2) √ψ + z(β) √(ψ − d²) = d √n`, by bisection: the left side
/// falls with `d`, the right one rises. More than ψ it cannot be.
fn detectable(n: f64, unequal: f64) -> f64 {
    let normal = Normal::standard();
    let (level, power) = (normal.inverse_cdf(0.975), normal.inverse_cdf(0.8));
    let (mut low, mut high) = (0.0, unequal);
    for _ in 0..60 {
        let d = f64::midpoint(low, high);
        let needed = level * unequal.sqrt() + power * (unequal - d * d).max(0.0).sqrt();
        if needed > d * n.sqrt() { low = d } else { high = d }
    }
    high
}
