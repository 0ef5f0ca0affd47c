//! Experiments: many debates, and what came of them.
//!
//! A [`Series`] is what many debates share: images, judge, number of pixels, debaters and seed.
//! [`Series::play`] plays one debate. A [`Plan`] is an [experiment's file](experiment) multiplied out, [`Plan::run`] carries it out in a
//! folder, and a [`Summary`] says how often the honest side won.
//!
//! ```
//! use pixel_debate_game::Role;
//! use pixel_debate_harness::{Debaters, Series, Setup};
//! use pixel_debate_judge::Judge;
//!
//! let judge = Judge::shipped(6).expect("a judge for 6 pixels comes with the program");
//! let debaters = Debaters { honest: "greedy".parse()?, liar: "random".parse()? };
//! let series = Series::paper(pixel_debate_datasets::mnist::test(), &judge, 6, debaters, 1);
//!
//! // Image 17 is a seven; the liar says that it is an eight, and begins.
//! let setup = Setup { image: 17, lie: Some(8), first: Role::Liar };
//! let debate = series.play(&setup, |_, event, _| println!("{event:?}"))?;
//! assert_eq!(debate.evidence().len(), 6);
//!
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
pub mod experiment;
mod hex;
mod job;
mod manifest;
mod parquet;
mod plan;
mod plot;
mod report;
mod rows;
mod run;
mod series;
mod summary;
pub mod tournament;
mod work;

pub use cell::{Cell, Play};
use hex::hex;
pub use job::Job;
pub use manifest::{
    ComparisonMark, DataMark, JudgeOrigin, LeftOut, Looks, Manifest, PlotMark, Program,
};
pub use plan::{Measured, Plan};
pub use rows::{Blame, Row};
pub use run::{Agreement, Failed, Finished, Observer, RunError, Undone, Workers, compare};
pub use series::{Debaters, PlayError, Series, Setup};
pub use summary::{
    CellResult, CellSummary, Comparison, Estimate, HonestWins, Judged, OrderRates, Summary,
};
