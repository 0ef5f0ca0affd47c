//! Rates, comparisons and ratings, and how sure they are.
//!
//! Distributions are the `statrs` crate's; the figures in the tests are SciPy's, computed by
//! `harness/tests/scipy.py`.

mod bootstrap;
mod rate;

pub use bootstrap::{Interval, bootstrap, bootstrap_mean};
pub use rate::Rate;
