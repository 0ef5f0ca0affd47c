//! Rates, comparisons, scores and ratings, and how sure they are. This crate knows no debate: it is told
//! numbers.
//!
//! | what is asked | who answers | source |
//! |---|---|---|
//! | how often, and how sure is that? | [`Rate`] | E. B. Wilson 1927; E. L. Korn and B. I. Graubard 1998 |
//! | how sure is any other number? | [`bootstrap_mean`], [`bootstrap_each`] | B. Efron 1979 |
//! | the same where nobody may be infinitely strong | [`bayesian_bootstrap`] | D. B. Rubin 1981 |
//! | how sure is it where participants and items are crossed? | [`crossed_mean`], [`crossed_difference`], [`crossed_bootstrap_each`] | A. B. Owen 2007 |
//! | the same of a difference, by formulas | [`Contrast`] | A. C. Cameron, J. B. Gelbach and D. L. Miller 2011 |
//! | what difference can such a study find? | [`Design`], [`Simulation`] | by simulation |
//! | how often is right who differs from others? | [`logistic()`], [`logit_of_mean`], [`normal`] | R. H. Baayen, D. J. Davidson and D. M. Bates 2008 |
//! | do several who judge the same agree? | [`Agreement`] | K. Krippendorff 1970 |
//! | do two conditions differ on the same units? | [`McNemar`] | Q. McNemar 1947 |
//! | the same, of several tests at once | [`holm`] | S. Holm 1979 |
//! | how good are probabilities? | [`Forecast`], [`Scores`] | G. W. Brier 1950; I. J. Good 1952 |
//! | how much too sure is whoever gives them? | [`temperature()`] | C. Guo et al. 2017 |
//! | what makes them so? | [`BrierParts`] | A. H. Murphy 1973 |
//! | does it pay to argue for the truth? | [`AgentScores`] | A. P. Sudhir, J. Kaunismaa and A. Panickssery 2025 |
//! | what is a belief paid? | [`Bonus`] | G. W. Brier 1950 |
//! | how strong are players? | [`bradley_terry`], [`strengths`] | R. A. Bradley and M. E. Terry 1952 |
//! | may one stop asking who is stronger? | [`Sprt`] | A. Wald 1945 |
//! | what does one thing tell of another? | [`mutual_information`] | C. E. Shannon 1948 |
//!
//! Intervals are of 95 %. What is drawn at random is drawn by a fixed seed, so that the same data have the
//! same interval. Distributions are the `statrs` crate's; the figures in the tests are SciPy's, computed by
//! `statistics/tests/figures_by_scipy.py`.
//!
//! ```
//! use pixel_debate_statistics::{McNemar, Rate, p_in_words};
//!
//! // One condition succeeded on 90 of 100 images, another on 81 of the same.
//! let [one, other] = [90.0, 81.0].map(|successes| Rate::wilson(successes, 100));
//! assert!(one.low < other.high, "apart, the two could well be alike");
//! // On 12 images only the first succeeded, on 3 only the second.
//! let test = McNemar::of(100, 12, 3);
//! assert_eq!(p_in_words(test.p), "0.0352");
//! ```

mod agent_scores;
mod bonus;
mod bootstrap;
mod bradley_terry;
mod contrast;
mod crossed;
mod decomposition;
mod holm;
mod information;
mod krippendorff;
mod logistic;
mod mcnemar;
mod p_value;
mod power;
mod rate;
mod scores;
mod sprt;
mod temperature;

pub use agent_scores::AgentScores;
pub use bonus::Bonus;
pub use bootstrap::{Interval, Resample, bayesian_bootstrap, bootstrap_each, bootstrap_mean};
pub use bradley_terry::{Pairing, bradley_terry, strengths};
pub use contrast::{Analysis, Contrast};
pub use crossed::{Crossed, crossed_bootstrap_each, crossed_difference, crossed_mean};
pub use decomposition::BrierParts;
pub use holm::holm;
pub use information::mutual_information;
pub use krippendorff::{Agreement, Scale};
pub use logistic::{logistic, logit_of_mean, normal};
pub use mcnemar::McNemar;
pub use p_value::p_in_words;
pub use power::{Design, DesignError, Simulation, least_difference};
pub use rate::Rate;
pub use scores::{Bin, Forecast, Scores};
pub use sprt::{Decision, Sprt, Standing};
pub use temperature::{COLDEST, HOTTEST, temperature};
