//! The judge of a cell: a network, or one that was brought along.

use std::collections::BTreeMap;

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_judge::Judge;
use pixel_debate_play::Judging;

use crate::custom::Brought;
use crate::manifest::VERSION;

#[derive(Debug, Clone)]
pub(super) enum CellJudge {
    Ours(Judge),
    Custom { name: String, brought: Brought<dyn Judging> },
}

impl CellJudge {
    pub(super) fn judging(&self) -> &dyn Judging {
        match self {
            Self::Ours(judge) => judge,
            Self::Custom { brought, .. } => &*brought.what,
        }
    }

    /// What tells it from all others: a network's hash, or the version that it declares.
    pub(super) fn mark(&self) -> JudgeMark {
        match self {
            Self::Ours(judge) => JudgeMark { name: judge.name().to_owned(), hash: judge.hash() },
            Self::Custom { name, brought } => {
                JudgeMark { name: name.clone(), hash: format!("{VERSION}{}", brought.version) }
            }
        }
    }

    /// What is said of where it comes from.
    pub(super) fn about(&self) -> BTreeMap<String, String> {
        match self {
            Self::Ours(judge) => judge.provenance().0.clone().into_iter().collect(),
            Self::Custom { brought, .. } => brought.about.clone(),
        }
    }

    pub(super) fn network(&self) -> Option<&Judge> {
        match self {
            Self::Ours(judge) => Some(judge),
            Self::Custom { .. } => None,
        }
    }
}
