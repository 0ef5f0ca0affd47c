//! The debaters: random, greedy, tree search and optimal play.
//!
//! An [`Agent`] is given a debater's [`View`](pixel_debate_game::View), a judge to ask and a clock, and
//! chooses the pixel to reveal; its [`Choice`] also says what it has proven. [`AgentSpec`] names the agents and
//! builds them: `random`, `greedy`, `mcts:1000` (the paper's tree search, [`Mcts`]),
//! `mcts:1000:graph` (the same over sets of pixels instead of sequences) and `exact` (optimal play,
//! by the [`solver`]). What an agent knows of the judge is an
//! [`Evaluator`](pixel_debate_judge::Evaluator).
//!
//! | what | where |
//! |---|---|
//! | an agent by name | [`AgentSpec`] |
//! | what an agent is asked, and answers | [`Agent`], [`Clock`], [`Choice`], [`Proof`] |
//! | the agents | [`Random`], [`Greedy`], [`Mcts`], [`Exact`] |
//! | who wins, the proof of it, and its check | [`solver`] |
//!
//! ```
//! use std::sync::Arc;
//!
//! use pixel_debate_agents::{AgentSpec, Clock};
//! use pixel_debate_game::{Debate, Debater, Image, Role, Rules, Seat};
//! use pixel_debate_judge::{Evaluator, Logits, PixelSet};
//!
//! /// Believes the more in label 1 the more pixels it sees on the left.
//! struct Left;
//!
//! impl Evaluator for Left {
//!     fn classes(&self) -> usize {
//!         10
//!     }
//!
//!     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
//!         let left = |set: &PixelSet| set.pixels().iter().filter(|pixel| pixel.x < 2).count();
//!         let logits = |left| -> [f32; 10] { std::array::from_fn(|label| if label == 1 { left as f32 } else { 0.5 }) };
//!         Logits::of(10, sets.iter().map(|set| logits(left(set))))
//!     }
//! }
//!
//! let image = Arc::new(Image::new(4, 1, vec![9, 9, 9, 9])?);
//! let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 10)?;
//! let mut agent = "greedy".parse::<AgentSpec>()?.build(1);
//! let view = debate.view(Seat::Debater(Debater::First));
//! let choice = agent.choose(&view, &mut Left, Clock::unlimited())?;
//! assert!(choice.pixel.x < 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agent;
mod choice;
pub mod consultant;
mod exact;
mod greedy;
mod mcts;
mod position;
mod random;
pub mod solver;
mod spec;

pub use agent::{Agent, AgentError, Clock};
pub use choice::{Choice, Proof};
pub use exact::Exact;
pub use greedy::Greedy;
pub use mcts::{LeafValue, Mcts, SearchShape};
pub use random::Random;
pub use spec::{AgentSpec, AgentSpecError};
