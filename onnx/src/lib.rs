//! Networks of any kind as judges, from ONNX files: what PyTorch, Keras, scikit-learn and others export.
//!
//! An [`OnnxJudge`] is a [`Judging`](pixel_debate_play::Judging) like a network of ours. Its file is computed by the
//! tract library, in batches: there is no engine for it that knows what one pixel reaches, so a search before it takes
//! as many computations as it asks about sets. What a file must be like is in `docs/judges-onnx.md`.
//!
//! A file may come from anywhere. It is bounded in size, its operators are known beforehand, none of them is random or
//! can go on for ever, and none reads other files. Tract panics at some files that are no sound models: no panic gets
//! out of here, for each way into tract is one of `panics::quietly`. What a sound file may take of memory is
//! bounded where its shapes are written in it.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use pixel_debate_onnx::OnnxJudge;
//! use pixel_debate_play::Judging;
//!
//! let judge = OnnxJudge::read(Path::new("mine.onnx"))?;
//! println!("{} {}, SHA-256 {}", judge.name(), judge.input(), judge.hash());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod judge;
mod layout;
mod model;
mod panics;
mod screen;

pub use error::OnnxError;
pub use judge::{OnnxFailure, OnnxJudge};
