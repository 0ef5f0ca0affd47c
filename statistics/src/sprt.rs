//! When to stop asking whether one player is stronger than another.

use serde::Serialize;

/// A sequential probability ratio test between two hypotheses on a player's Elo advantage, as chess
/// engines are tested with it (fishtest): generalised, with a normal approximation, on the scores of
/// pairs of games (A. Wald, Annals of Mathematical Statistics 16, 1945).
///
/// ```
/// use pixel_debate_statistics::{Decision, Sprt};
///
/// let test = Sprt { elo0: 0.0, elo1: 100.0 };
/// assert_eq!(test.standing(&[1.0, 0.5]).decision, None);
/// assert_eq!(test.standing(&[1.0; 40]).decision, Some(Decision::Stronger));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sprt {
    /// The advantage by the first hypothesis, in Elo points.
    pub elo0: f64,
    /// That by the second, which is greater.
    pub elo1: f64,
}

/// What is known so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standing {
    /// The logarithm of the likelihood ratio, second hypothesis over first.
    pub llr: f64,
    /// Whether one hypothesis is accepted.
    pub decision: Option<Decision>,
}

/// The end of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The advantage is `elo1` or more.
    Stronger,
    /// It is `elo0` or less.
    NotStronger,
}

impl Sprt {
    /// The probability of either error.
    pub const ERROR: f64 = 0.05;

    /// The logarithm of the ratio at which the second hypothesis is accepted; at its negative, the first.
    ///
    /// ```
    /// use pixel_debate_statistics::Sprt;
    ///
    /// // Nineteen to one.
    /// assert!((Sprt::bound() - 19.0_f64.ln()).abs() < 1e-12);
    /// ```
    pub fn bound() -> f64 {
        ((1.0 - Self::ERROR) / Self::ERROR).ln()
    }

    /// What the scores of pairs say, each 0, ½ or 1 for the player in question.
    ///
    /// ```
    /// use pixel_debate_statistics::{Decision, Sprt};
    ///
    /// let test = Sprt { elo0: 0.0, elo1: 50.0 };
    /// // Half of all pairs and no more is what the first hypothesis expects.
    /// let standing = test.standing(&[0.5; 400]);
    /// assert!(standing.llr < 0.0);
    /// assert_eq!(standing.decision, Some(Decision::NotStronger));
    /// ```
    pub fn standing(&self, pairs: &[f64]) -> Standing {
        let n = pairs.len() as f64;
        let mean = pairs.iter().sum::<f64>() / n.max(1.0);
        let variance = pairs.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / n.max(1.0);
        // Equal scores alone are no measure of how much scores vary: a quarter of a pair each way.
        let variance = variance.max(0.25 / n.max(1.0));
        let [s0, s1] = [self.elo0, self.elo1].map(|elo| 1.0 / (1.0 + 10_f64.powf(-elo / 400.0)));
        let llr = n * (s1 - s0) * (2.0 * mean - s0 - s1) / (2.0 * variance);
        let bound = Self::bound();
        let decision = match llr {
            llr if llr >= bound => Some(Decision::Stronger),
            llr if llr <= -bound => Some(Decision::NotStronger),
            _ => None,
        };
        Standing { llr, decision }
    }
}
