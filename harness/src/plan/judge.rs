//! The judges of a cell: such as their names find, or such as were brought along.

use std::collections::BTreeMap;

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_judge::Judge;
use pixel_debate_play::Judging;

use crate::FoundJudge;
use crate::custom::Brought;
use crate::manifest::VERSION;

/// The judges of a cell.
#[derive(Debug, Clone)]
pub(super) struct CellJudges {
    /// Who decides.
    pub(super) judge: CellJudge,
    /// Whom debaters ask, if it is another.
    pub(super) asked: Option<CellJudge>,
}

impl CellJudges {
    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &CellJudge> {
        [&self.judge].into_iter().chain(&self.asked)
    }
}

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
