//! Rates, comparisons and ratings, and how sure they are.
//!
//! Distributions are the `statrs` crate's; the figures in the tests are SciPy's, computed by
//! `harness/tests/figures_by_scipy.py`.

mod bootstrap;
mod bradley_terry;
mod holm;
mod mcnemar;
mod p_value;
mod rate;
mod scores;
mod sprt;

pub use bootstrap::{Interval, Resample, bayesian_bootstrap, bootstrap_each, bootstrap_mean};
pub use bradley_terry::{Pairing, bradley_terry, strengths};
pub use holm::holm;
pub use mcnemar::McNemar;
pub use p_value::p_in_words;
pub use rate::Rate;
pub use scores::{Bin, Forecast, Scores};
pub use sprt::{Decision, Sprt, Standing};
