//! What is wrong with a file.

use std::io;

use crate::layout::ALLOWED;

/// Why an ONNX file is no judge.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is larger than any that is read.
    #[error("it has more than {most} bytes: a judge's file has {most} at most")]
    TooLarge {
        /// The most bytes.
        most: u64,
    },
    /// It is no ONNX file.
    #[error("it is no ONNX file: {0}")]
    NotOnnx(String),
    /// Some of its numbers are in another file.
    #[error(
        "its numbers are in another file, {0:?}: export them with it (`external_data=False`, or `onnx.save` after \
         `onnx.load`)"
    )]
    External(String),
    /// It has operators that are not known here, or not allowed.
    #[error("{0}")]
    Operators(String),
    /// Its input is not what a judge is shown.
    #[error("{0}: it must have one input of 32-bit floats, {ALLOWED}")]
    Input(String),
    /// Its output is not what a judge answers.
    #[error("{0}: it must have one output of 32-bit floats, n × labels, of 2 to 255 labels")]
    Output(String),
    /// Its metadata are not what they may be.
    #[error("its metadata have `{key}` = {value:?}: it must be {allowed}")]
    Metadata {
        /// The key.
        key: &'static str,
        /// What is there.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// It is sound perhaps, and cannot be computed here.
    #[error("it cannot be computed: {0}")]
    Uncomputable(String),
}
