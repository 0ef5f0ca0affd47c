//! The judge of a cell: one that its name finds, or one that was brought along.

use std::collections::BTreeMap;

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_judge::Judge;
use pixel_debate_play::Judging;

use crate::FoundJudge;
use crate::custom::Brought;
use crate::manifest::VERSION;

#[derive(Debug, Clone)]
pub(super) enum CellJudge {
    Found(FoundJudge),
    Custom { name: String, brought: Brought<dyn Judging> },
}

impl CellJudge {
    pub(super) fn judging(&self) -> &dyn Judging {
        match self {
            Self::Found(judge) => judge.judging(),
            Self::Custom { brought, .. } => &*brought.what,
        }
    }

    /// What tells it from all others: a hash, or the version that it declares.
    pub(super) fn mark(&self) -> JudgeMark {
        match self {
            Self::Found(judge) => judge.mark(),
            Self::Custom { name, brought } => {
                JudgeMark { name: name.clone(), hash: format!("{VERSION}{}", brought.version) }
            }
        }
    }

    /// What is said of where it comes from.
    pub(super) fn about(&self) -> BTreeMap<String, String> {
        match self {
            Self::Found(judge) => judge.about(),
            Self::Custom { brought, .. } => brought.about.clone(),
        }
    }

    pub(super) fn network(&self) -> Option<&Judge> {
        match self {
            Self::Found(judge) => judge.network(),
            Self::Custom { .. } => None,
        }
    }
}
