//! Who debates: an agent of ours, or one that was brought along.

use std::{fmt, str::FromStr};

use pixel_debate_agents::{AgentSpec, AgentSpecError};
use serde::{Deserialize, Serialize};

/// A debater by name. One that was brought along is written `NAME@VERSION`: no agent's name has an `@`.
///
/// ```
/// use pixel_debate_harness::DebaterSpec;
///
/// let ours: DebaterSpec = "mcts:1000".parse()?;
/// assert_eq!(ours.agent(), Some("mcts:1000".parse()?));
/// let mine: DebaterSpec = "mine@3.1".parse()?;
/// assert_eq!(mine, DebaterSpec::Custom { name: "mine".into(), version: "3.1".into() });
/// assert_eq!(mine.to_string(), "mine@3.1");
/// assert!("mine".parse::<DebaterSpec>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum DebaterSpec {
    /// One of ours.
    Agent(AgentSpec),
    /// One that was [brought along](crate::Custom).
    Custom {
        /// Its name in the experiment.
        name: String,
        /// The version that it declares.
        version: String,
    },
}

impl DebaterSpec {
    /// The agent, if it is one of ours.
    pub fn agent(&self) -> Option<AgentSpec> {
        match self {
            Self::Agent(agent) => Some(*agent),
            Self::Custom { .. } => None,
        }
    }

    /// Whether it is optimal play.
    pub(crate) fn is_exact(&self) -> bool {
        *self == Self::Agent(AgentSpec::Exact)
    }

    /// Whether it asks the judge what it would make of other pixels.
    pub(crate) fn asks_judge(&self) -> bool {
        self.agent().is_some_and(|agent| agent != AgentSpec::Random)
    }
}

impl From<AgentSpec> for DebaterSpec {
    fn from(agent: AgentSpec) -> Self {
        Self::Agent(agent)
    }
}

impl fmt::Display for DebaterSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(agent) => agent.fmt(f),
            Self::Custom { name, version } => f.pad(&format!("{name}@{version}")),
        }
    }
}

impl FromStr for DebaterSpec {
    type Err = AgentSpecError;

    fn from_str(text: &str) -> Result<Self, AgentSpecError> {
        match text.split_once('@') {
            Some((name, version)) => {
                Ok(Self::Custom { name: name.to_owned(), version: version.to_owned() })
            }
            None => text.parse().map(Self::Agent),
        }
    }
}

impl From<DebaterSpec> for String {
    fn from(debater: DebaterSpec) -> Self {
        debater.to_string()
    }
}

impl TryFrom<String> for DebaterSpec {
    type Error = AgentSpecError;

    fn try_from(text: String) -> Result<Self, AgentSpecError> {
        text.parse()
    }
}
