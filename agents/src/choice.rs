//! What an agent answers.

use pixel_debate_game::{Pixel, Role};

/// A move, and how sure of it the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The pixel to reveal.
    pub pixel: Pixel,
    /// What the agent knows of how the debate will end.
    pub proof: Proof,
    /// Whether the time was over before the agent had searched as long as its name says: then
    /// another agent might as well have made the move.
    pub cut_short: bool,
}

impl Choice {
    /// The choice of an agent that proves nothing.
    pub const fn unproven(pixel: Pixel) -> Self {
        Self { pixel, proof: Proof::NotSought, cut_short: false }
    }
}

/// What an agent has proven of the debate with its move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: the agent guesses, samples or averages, and never proves anything.
    NotSought,
    /// After this move that role wins under optimal play of both, which an agent that finds a
    /// winning move says of its own role, and one that finds none of the opponent's.
    Proven(Role),
    /// Nothing yet: the time was over before the search was, and the move is the best that it knew.
    Open,
}
