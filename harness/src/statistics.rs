//! Rates, comparisons and ratings, and how sure they are.
//!
//! Distributions are the `statrs` crate's; the figures in the tests are SciPy's, computed by
//! `harness/tests/figures_by_scipy.py`.

mod bootstrap;
mod bradley_terry;
mod mcnemar;
mod rate;
mod sprt;

pub use bootstrap::{Interval, bootstrap_each, bootstrap_mean};
pub use bradley_terry::{Pairing, bradley_terry};
pub use mcnemar::McNemar;
pub use rate::Rate;
pub use sprt::{Decision, Sprt, Standing};
