//! What the benchmarks measure: fixed debates, fixed sets of pixels, and the cases run on them.
//!
//! Everything here is drawn from one seed, so that every benchmark, on every machine and at every
//! commit, asks the same questions. A [`Case`] is one way of asking the judge; [`cases`] lists them,
//! and the criterion benchmark `judge`, the example `evaluations` and the script `instructions` all
//! run that list. To measure another evaluator, add a file of cases beside `src/cases/sparse.rs`.
//! [`play`] plays a whole debate, [`Games`] solves them.
//!
//! ```
//! let case = pixel_debate_benches::cases().find(|case| case.name == "last-ply").unwrap();
//! let mut pass = (case.prepare)();
//! println!("one pass asks for {} evaluations: {}", pass(), case.about);
//! ```

mod cases;
mod debate;
mod draws;
mod questions;
mod solving;
mod stems;

pub use cases::{Case, Pass, cases};
pub use debate::{Measured, measure, play};
pub use draws::{Pair, image, pairs};
pub use questions::{Questions, last_ply, random, search_like};
pub use solving::{Games, SolvedGame};
pub use stems::{Stems, stems};
