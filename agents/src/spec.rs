//! The agents by name.

use std::{fmt, str::FromStr};

use pixel_debate_judge::Evaluator;
use serde::{Deserialize, Serialize};

use crate::{Agent, Greedy, LeafValue, Mcts, Random};

/// An agent by name: `random`, `greedy`, `mcts:N` or `mcts:N:margin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum AgentSpec {
    /// `random`: any legal pixel.
    Random,
    /// `greedy`: the pixel that moves the judge most at once.
    Greedy,
    /// `mcts:N`: the paper's tree search.
    Mcts {
        /// Rollouts a move, at least 1.
        rollouts: u32,
        /// What a rollout's end counts.
        value: LeafValue,
    },
}

/// A name that no agent has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown agent {0:?}: it must be `random`, `greedy`, `mcts:N` with N rollouts a move \
     (1 to {max}), or `mcts:N:margin`",
    max = AgentSpec::MAX_ROLLOUTS
)]
pub struct AgentSpecError(String);

impl AgentSpec {
    /// The largest number of rollouts a move: its tree takes less than a gigabyte.
    pub const MAX_ROLLOUTS: u32 = 1_000_000;

    /// The agent for one debate. `evaluator` judges that debate's image; all that is random is
    /// drawn from `seed`.
    pub fn build(self, evaluator: Box<dyn Evaluator>, seed: u64) -> Box<dyn Agent> {
        match self {
            Self::Random => Box::new(Random::new(seed)),
            Self::Greedy => Box::new(Greedy::new(evaluator, seed)),
            Self::Mcts { rollouts, value } => Box::new(Mcts::new(evaluator, rollouts, value, seed)),
        }
    }
}

impl fmt::Display for AgentSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => f.pad("random"),
            Self::Greedy => f.pad("greedy"),
            Self::Mcts { rollouts, value: LeafValue::Outcome } => write!(f, "mcts:{rollouts}"),
            Self::Mcts { rollouts, value: LeafValue::Margin } => {
                write!(f, "mcts:{rollouts}:margin")
            }
        }
    }
}

impl FromStr for AgentSpec {
    type Err = AgentSpecError;

    fn from_str(name: &str) -> Result<Self, AgentSpecError> {
        let unknown = || AgentSpecError(name.to_owned());
        match name {
            "random" => return Ok(Self::Random),
            "greedy" => return Ok(Self::Greedy),
            _ => {}
        }
        let search = name.strip_prefix("mcts:").ok_or_else(unknown)?;
        let (rollouts, value) = match search.strip_suffix(":margin") {
            Some(rollouts) => (rollouts, LeafValue::Margin),
            None => (search, LeafValue::Outcome),
        };
        let rollouts = rollouts.parse().map_err(|_| unknown())?;
        if !(1..=Self::MAX_ROLLOUTS).contains(&rollouts) {
            return Err(unknown());
        }
        Ok(Self::Mcts { rollouts, value })
    }
}

impl From<AgentSpec> for String {
    fn from(spec: AgentSpec) -> Self {
        spec.to_string()
    }
}

impl TryFrom<String> for AgentSpec {
    type Error = AgentSpecError;

    fn try_from(name: String) -> Result<Self, AgentSpecError> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_round() {
        for name in ["random", "greedy", "mcts:1", "mcts:10000", "mcts:200:margin"] {
            let spec: AgentSpec = name.parse().unwrap();
            assert_eq!(spec.to_string(), name);
            let json = serde_json::to_string(&spec).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<AgentSpec>(&json).unwrap(), spec);
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in ["", "Random", "mcts", "mcts:", "mcts:0", "mcts:-1", "mcts:1:", "mcts:1000001"]
        {
            let error = name.parse::<AgentSpec>().unwrap_err().to_string();
            assert!(error.contains("`mcts:N`"), "{error}");
        }
    }
}
