//! Experiments: many debates, and what came of them.
//!
//! A [`RunPlan`] is an [experiment's file](experiment) multiplied out, [`RunPlan::run`] carries it out in a folder,
//! and a [`Summary`] says how often the honest side won. The debates are `pixel_debate_play`'s.
//!
//! ```
//! use std::path::Path;
//!
//! use pixel_debate_harness::{Observer, RunPlan, Row, Summary};
//!
//! struct Quiet;
//!
//! impl Observer for Quiet {
//!     fn done(&self, _shard: usize, _rows: &[Row], _known: bool) {}
//! }
//!
//! let file = r#"
//!     title = "The judge alone"
//!     [images]
//!     dataset = "mnist"
//!     random = 20
//!     [[grid]]
//!     name = "alone"
//!     protocol = "judge_alone"
//!     pixels = 6
//! "#;
//! let plan = RunPlan::new(file, Path::new(""), None)?;
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let finished = plan.run(folder, 1, &Quiet)?;
//! let summary = Summary::of(plan.manifest(), &finished.rows);
//! println!("{:.0} %", 100.0 * summary.cells[0].results[0].mean.images.wilson.rate);
//! assert!(folder.join("report.html").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod custom;
mod debater;
mod ending;
pub mod experiment;
mod found;
mod hex;
mod job;
mod manifest;
mod parquet;
mod plan;
mod report;
mod rows;
mod run;
mod summary;
mod work;

pub use cell::{Cell, Play};
pub use custom::{Custom, CustomDebater, CustomError};
pub use debater::DebaterSpec;
pub use found::{FoundJudge, JudgeFileError};
use hex::hex;
pub use job::Job;
pub use manifest::{ComparisonMark, DataMark, JudgeOrigin, Looks, Manifest, PlotMark, Program};
pub use plan::{Measured, RunPlan};
pub use rows::{Blame, Row};
pub use run::{
    Agreement, Failed, Finished, Observer, RunError, Sound, Undone, Unsound, Workers, compare,
};
pub use summary::{
    CellResult, CellSummary, Comparison, Estimate, HonestWins, Judged, OrderRates, Summary,
};
