//! What must be done before the process forks.

use pixel_debate_datasets::mnist;
use pixel_debate_judge::{Judge, SHIPPED_PIXELS};
use pyo3::prelude::*;

/// Has all of the package ready that is made once. A child has none of the threads that may be making it just then,
/// and would wait for them for ever.
#[pyfunction]
#[pyo3(name = "_before_fork")]
pub(crate) fn before_fork(py: Python<'_>) {
    py.detach(|| {
        mnist::test();
        for pixels in SHIPPED_PIXELS {
            Judge::shipped(pixels);
        }
    });
}
