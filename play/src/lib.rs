//! Debates between players: one, a series of them, a tournament.
//!
//! A [`Player`] is whoever has a seat: an agent, a classifier, a program outside, a person. It is asked for a
//! move or a verdict with its [`View`](pixel_debate_game::View) and a clock, and answers or not. [`Seats`]
//! plays a debate between three of them. A [`Series`] is what many debates share: images, judge, number of
//! pixels and seed; [`Series::play`] plays one of its debates between agents before the judge, [`Series::play_between`] between any players. A [`tournament`] rates agents against each other.
//!
//! ```
//! use pixel_debate_game::Role;
//! use pixel_debate_judge::Judge;
//! use pixel_debate_play::{Debaters, Series, Setup};
//!
//! let judge = Judge::shipped(6).expect("a judge for 6 pixels comes with the program");
//! let debaters = Debaters { honest: "greedy".parse()?, liar: "random".parse()? };
//! let series = Series::paper(pixel_debate_datasets::mnist::test(), &judge, 6, 1);
//!
//! // Image 17 is a seven; the liar says that it is an eight, and begins.
//! let setup = Setup { image: 17, lie: Some(8), first: Role::Liar };
//! let debate = series.play(&setup, debaters, |_, event, _| println!("{event:?}"))?;
//! assert_eq!(debate.evidence().len(), 6);
//!
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apart;
mod images;
mod judging;
mod player;
mod seats;
mod series;
pub mod tournament;

pub use images::{LeftOut, random_order};
pub use judging::Judging;
pub use player::{AgentPlayer, Answer, Asked, Classifier, NoAnswer, Player};
pub use seats::{Seats, Stall};
pub use series::{Debaters, PlayError, Series, Setup, agent_seed};
