//! Experiments: many debates, and statistics over them.
//!
//! A [`Series`] is what many debates share: images, judge, number of pixels, debaters and seed.
//! [`Series::play`] plays one debate, [`Series::evaluate`] both orders and every lie of many
//! images.
//!
//! ```
//! use pixel_debate_game::Role;
//! use pixel_debate_harness::{Debaters, Judge, Series, Setup};
//!
//! let judge = Judge::shipped(6).expect("a judge for 6 pixels comes with the program");
//! let series = Series {
//!     dataset: pixel_debate_datasets::mnist::test(),
//!     judge: &judge,
//!     pixels: 6,
//!     debaters: Debaters { honest: "greedy".parse()?, liar: "random".parse()? },
//!     seed: 1,
//! };
//!
//! // Image 17 is a seven; the liar says that it is an eight, and begins.
//! let setup = Setup { image: 17, lie: Some(8), first: Role::Liar };
//! let debate = series.play(&setup, |_, event, _| println!("{event:?}"))?;
//! assert_eq!(debate.evidence().len(), 6);
//!
//! // The same without a lie fixed, in both orders.
//! let debates = series.evaluate(17..19, false, |_| {})?;
//! assert_eq!(debates.len(), 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod evaluation;
mod judge;
mod series;
mod statistics;
mod verdict;

pub use evaluation::{DebateResult, HonestWins, Summary, Tally};
pub use judge::Judge;
pub use series::{Debaters, PlayError, Series, Setup};
pub use statistics::Rate;
pub use verdict::believed_label;
