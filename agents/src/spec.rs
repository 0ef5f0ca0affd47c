//! The agents by name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Agent, Exact, Greedy, LeafValue, Mcts, Random, SearchShape};

/// An agent by name: `random`, `greedy`, `exact`, or `mcts:N`, after which `:margin`, `:graph` or
/// `:margin:graph` may follow.
///
/// An agent has one name: [`Display`](fmt::Display) writes what [`FromStr`] reads, and no other
/// spelling is accepted.
///
/// ```
/// use pixel_debate_agents::{AgentSpec, LeafValue, SearchShape};
///
/// let spec: AgentSpec = "mcts:1000:graph".parse()?;
/// let (value, shape) = (LeafValue::Outcome, SearchShape::Graph);
/// assert_eq!(spec, AgentSpec::Mcts { rollouts: 1000, value, shape });
/// assert_eq!(spec.to_string(), "mcts:1000:graph");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum AgentSpec {
    /// `random`: any legal pixel.
    Random,
    /// `greedy`: the pixel that moves the judge most at once.
    Greedy,
    /// `exact`: optimal play.
    Exact,
    /// `mcts:N`: the paper's tree search.
    Mcts {
        /// Rollouts a move, at least 1.
        rollouts: u32,
        /// What a rollout's end counts: the outcome, or with `:margin` the margin.
        value: LeafValue,
        /// What a node is: a sequence of reveals, or with `:graph` a set.
        shape: SearchShape,
    },
}

/// A name that no agent has.
///
/// ```
/// use pixel_debate_agents::AgentSpec;
///
/// for name in ["Greedy", "mcts", "mcts:0", "mcts:01000", "mcts:1000:graph:margin"] {
///     let refusal = name.parse::<AgentSpec>().unwrap_err().to_string();
///     assert!(refusal.starts_with(&format!("unknown agent {name:?}: it must be ")), "{refusal}");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown agent {0:?}: it must be `random`, `greedy`, `exact`, or `mcts:N` with N rollouts a move \
     (1 to {max}), after which `:margin`, `:graph` or `:margin:graph` may follow",
    max = AgentSpec::MAX_ROLLOUTS
)]
pub struct AgentSpecError(String);

impl AgentSpec {
    /// The largest number of rollouts a move: in the paper's debates its tree or graph takes less
    /// than a gigabyte.
    ///
    /// ```
    /// use pixel_debate_agents::AgentSpec;
    ///
    /// assert!("mcts:1000000".parse::<AgentSpec>().is_ok());
    /// assert!("mcts:1000001".parse::<AgentSpec>().is_err());
    /// ```
    pub const MAX_ROLLOUTS: u32 = 1_000_000;

    /// The agent for one debate. All that is random is drawn from `seed`.
    ///
    /// ```
    /// use pixel_debate_agents::{AgentSpec, Clock};
    /// use pixel_debate_game::{Debater, Seat};
    /// use pixel_debate_judge::Indifferent;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(9, 9, vec![200; 81])?);
    /// # let debate = Debate::new(Rules::paper(4, true, Role::Honest), image, 7, Some(1), 10)?;
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// let choice = |seed| {
    ///     let mut agent = AgentSpec::Random.build(seed);
    ///     assert!(!agent.asks_judge());
    ///     agent.choose(&view, &mut Indifferent, Clock::unlimited())
    /// };
    /// assert_eq!(choice(1), choice(1));
    /// assert!((2..20).any(|seed| choice(seed) != choice(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(self, seed: u64) -> Box<dyn Agent> {
        match self {
            Self::Random => Box::new(Random::new(seed)),
            Self::Greedy => Box::new(Greedy::new(seed)),
            Self::Exact => Box::new(Exact::new()),
            Self::Mcts { rollouts, value, shape } => {
                Box::new(Mcts::new(rollouts, value, shape, seed))
            }
        }
    }
}

impl fmt::Display for AgentSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => f.pad("random"),
            Self::Greedy => f.pad("greedy"),
            Self::Exact => f.pad("exact"),
            Self::Mcts { rollouts, value, shape } => {
                let value = match value {
                    LeafValue::Outcome => "",
                    LeafValue::Margin => ":margin",
                };
                let shape = match shape {
                    SearchShape::Tree => "",
                    SearchShape::Graph => ":graph",
                };
                write!(f, "mcts:{rollouts}{value}{shape}")
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
            "exact" => return Ok(Self::Exact),
            _ => {}
        }
        let mut search = name.strip_prefix("mcts:").ok_or_else(unknown)?;
        let mut ends_in = |option| match search.strip_suffix(option) {
            Some(rest) => {
                search = rest;
                true
            }
            None => false,
        };
        let shape = if ends_in(":graph") { SearchShape::Graph } else { SearchShape::Tree };
        let value = if ends_in(":margin") { LeafValue::Margin } else { LeafValue::Outcome };
        let rollouts = search.parse().map_err(|_| unknown())?;
        if !(1..=Self::MAX_ROLLOUTS).contains(&rollouts) {
            return Err(unknown());
        }
        let spec = Self::Mcts { rollouts, value, shape };
        // `parse` also reads numbers with a plus or with leading zeros.
        if spec.to_string() == name { Ok(spec) } else { Err(unknown()) }
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
    use proptest::prelude::*;

    use super::*;

    fn any_search() -> impl Strategy<Value = AgentSpec> {
        let value = prop_oneof![Just(LeafValue::Outcome), Just(LeafValue::Margin)];
        let shape = prop_oneof![Just(SearchShape::Tree), Just(SearchShape::Graph)];
        (1..=AgentSpec::MAX_ROLLOUTS, value, shape)
            .prop_map(|(rollouts, value, shape)| AgentSpec::Mcts { rollouts, value, shape })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(spec in any_search()) {
            prop_assert_eq!(spec.to_string().parse(), Ok(spec));
        }

        #[test]
        fn what_is_read_is_written(
            name in r"(random|greedy|exact|mcts)(:\+?0?[0-9]{0,8})?(:margin|:graph){0,3}",
        ) {
            if let Ok(spec) = name.parse::<AgentSpec>() {
                prop_assert_eq!(spec.to_string(), name);
            }
        }
    }

    #[test]
    fn names_go_round() {
        for name in [
            "random",
            "greedy",
            "exact",
            "mcts:1",
            "mcts:1000000",
            "mcts:200:margin",
            "mcts:200:graph",
            "mcts:200:margin:graph",
        ] {
            let spec: AgentSpec = name.parse().unwrap();
            assert_eq!(spec.to_string(), name);
            let json = serde_json::to_string(&spec).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<AgentSpec>(&json).unwrap(), spec);
        }
    }

    #[test]
    fn other_names_are_refused_with_what_is_allowed() {
        for name in [
            "",
            "Random",
            "random:graph",
            "greedy:margin",
            "exact:1",
            "Exact",
            "mcts",
            "mcts:",
            "mcts:0",
            "mcts:-1",
            "mcts:+1",
            "mcts:01",
            "mcts:1 ",
            "mcts:1:",
            "mcts:1000001",
            "mcts:graph",
            "mcts::graph",
            "mcts:1:Graph",
            "mcts:1:tree",
            "mcts:1:graph:margin",
            "mcts:1:graph:graph",
            "mcts:1:margin:margin",
            "mcts:1:margin:graph:",
        ] {
            let error = name.parse::<AgentSpec>().unwrap_err().to_string();
            for part in
                [&format!("{name:?}"), "`exact`", "`mcts:N`", "1 to 1000000", "`:margin:graph`"]
            {
                assert!(error.contains(part), "{error}");
            }
        }
    }
}
