//! What is in a judge's file, by its name.

use std::path::Path;

/// Whether it is an ONNX file.
pub(crate) fn is_onnx(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"))
}
