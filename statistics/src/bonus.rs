//! Money for saying what one believes.

use serde::{Deserialize, Serialize};

/// A payment by the quadratic score, between a least and a most, in cents or any other smallest coin.
///
/// Whoever gives the truth the probability q is paid `least + (most − least) (1 − (1 − q)²)`. On average
/// that is most for whoever says the probability that they believe, whatever it is: the score is proper (G. W.
/// Brier, Monthly Weather Review 78, 1950; T. Gneiting and A. E. Raftery, Journal of the American Statistical
/// Association 102, 2007). Who says ½ gets three quarters of what there is above the least.
///
/// Payments are rounded to whole coins, halves up, each by half a coin at most. So saying something else than
/// what one believes gains less than one coin on average, and loses whatever the score itself takes, which is
/// the squared difference of the two probabilities times `most − least`.
///
/// ```
/// use pixel_debate_statistics::Bonus;
///
/// let bonus = Bonus { least: 0, most: 200 };
/// assert_eq!(bonus.pay(0.5, true), Some(150));
/// assert_eq!(bonus.pay(0.9, true), Some(198));
/// assert_eq!(bonus.pay(0.9, false), Some(38));
/// assert_eq!(bonus.pay(1.0, false), Some(0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bonus {
    /// What is paid in any case.
    pub least: u32,
    /// What is paid to whoever was sure, and right. Not below the least.
    pub most: u32,
}

impl Bonus {
    /// The payment, in whole coins, to whoever gave something this probability, if it is so or not; there is
    /// none for what is no probability, or where the most is below the least.
    ///
    /// ```
    /// use pixel_debate_statistics::Bonus;
    ///
    /// let bonus = Bonus { least: 50, most: 150 };
    /// assert_eq!(bonus.pay(0.0, false), Some(150));
    /// assert_eq!(bonus.pay(1.5, true), None);
    /// assert_eq!(Bonus { least: 2, most: 1 }.pay(0.5, true), None);
    /// ```
    pub fn pay(self, probability: f64, is_so: bool) -> Option<u32> {
        let spread = self.most.checked_sub(self.least)?;
        let paid = f64::from(spread) * score(probability, is_so)?;
        // At most the spread: the score is at most 1.
        Some(self.least + (paid + 0.5).floor() as u32)
    }
}

impl Bonus {
    /// The mean payment, in whole coins and rounded once, to whoever gave the truth these probabilities; the least, where
    /// there are none. There is none for what is no probability, or where the most is below the least.
    ///
    /// ```
    /// use pixel_debate_statistics::Bonus;
    ///
    /// let bonus = Bonus { least: 0, most: 100 };
    /// // 75 and 84.375 are 79.6875.
    /// assert_eq!(bonus.pay_mean([0.5, 1.0 - 0.15625_f64.sqrt()]), Some(80));
    /// assert_eq!(bonus.pay_mean([]), Some(0));
    /// assert_eq!(bonus.pay_mean([1.5]), None);
    /// ```
    pub fn pay_mean(self, truths: impl IntoIterator<Item = f64>) -> Option<u32> {
        let spread = self.most.checked_sub(self.least)?;
        let scores = truths.into_iter().map(|probability| score(probability, true));
        let scores: Vec<f64> = scores.collect::<Option<_>>()?;
        let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        // At most the spread: a mean of scores is at most 1.
        Some(self.least + (f64::from(spread) * mean + 0.5).floor() as u32)
    }
}

/// The quadratic score, 0 to 1, of what is a probability.
fn score(probability: f64, is_so: bool) -> Option<f64> {
    let missed = if is_so { 1.0 - probability } else { probability };
    (0.0..=1.0).contains(&probability).then_some(1.0 - missed * missed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bonuses() -> impl Strategy<Value = Bonus> {
        (0..1000_u32, 0..100_000_u32)
            .prop_map(|(least, spread)| Bonus { least, most: least + spread })
    }

    /// What is paid on average, if something is so with the probability `believed`.
    fn expected(believed: f64, paid: impl Fn(bool) -> f64) -> f64 {
        believed * paid(true) + (1.0 - believed) * paid(false)
    }

    proptest! {
        #[test]
        fn the_honest_forecast_has_the_greatest_expectation(
            bonus in bonuses(), believed in 0.0..=1.0, said in 0.0..=1.0,
        ) {
            let mean = |said| expected(believed, |is_so| score(said, is_so).expect("a probability"));
            let lost = mean(believed) - mean(said);
            prop_assert!((lost - (believed - said).powi(2)).abs() < 1e-12, "{lost}");
            // In whole coins, but for less than one.
            let paid = |said| expected(believed, |is_so| f64::from(bonus.pay(said, is_so).expect("pays")));
            let lost = lost * f64::from(bonus.most - bonus.least);
            prop_assert!(paid(believed) - paid(said) > lost - 1.0 - 1e-6);
        }

        #[test]
        fn more_for_the_truth_is_never_paid_less(bonus in bonuses(), one in 0.0..=1.0, other in 0.0..=1.0) {
            let (less, more) = if one < other { (one, other) } else { (other, one) };
            prop_assert!(bonus.pay(less, true) <= bonus.pay(more, true));
            prop_assert!(bonus.pay(less, false) >= bonus.pay(more, false));
        }

        #[test]
        fn a_payment_is_within_half_a_coin_of_the_score_and_within_its_ends(
            bonus in bonuses(), said in 0.0..=1.0, is_so: bool,
        ) {
            let paid = bonus.pay(said, is_so).expect("a probability");
            prop_assert!((bonus.least..=bonus.most).contains(&paid));
            let exact = f64::from(bonus.most - bonus.least) * score(said, is_so).expect("a probability");
            prop_assert!((f64::from(paid - bonus.least) - exact).abs() <= 0.5 + 1e-9);
        }
    }

    #[test]
    fn the_ends_are_paid_to_the_coin_and_nothing_for_what_is_no_probability() {
        let bonus = Bonus { least: 1, most: u32::MAX };
        assert_eq!((bonus.pay(1.0, true), bonus.pay(1.0, false)), (Some(u32::MAX), Some(1)));
        assert_eq!((bonus.pay(0.0, true), bonus.pay(-0.0, false)), (Some(1), Some(u32::MAX)));
        for nonsense in [-0.01, 1.01, f64::NAN, f64::INFINITY] {
            assert_eq!(bonus.pay(nonsense, true), None);
        }
    }
}
