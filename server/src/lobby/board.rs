//! How often debaters have won and judges have been right, as far as it is counted.

pub(super) mod names;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pixel_debate_game::Role;
use pixel_debate_protocol::{DebaterScore, JudgeScore, Standings, Wins};
use pixel_debate_store::Damaged;
use tokio::time::Instant;

use self::names::Names;
use crate::results::{DebateResult, Grade};

/// How many debaters, and how many judges, are counted at most.
const NAMES: usize = 20_000;

/// The standings as they are told, and what they are counted by.
#[derive(Debug, Default)]
pub(super) struct Board {
    told: Mutex<Option<(Instant, Arc<Standings>)>>,
    /// Held by the one who counts.
    pub(super) count: tokio::sync::Mutex<Count>,
}

/// All that is counted so far.
#[derive(Debug)]
pub(super) struct Count {
    /// The number of the last result that is in it.
    pub(super) last: u64,
    debates: u32,
    /// How many are not in it for what came of them is damaged.
    pub(super) damaged: u32,
    /// How many are not in it for a search was cut short.
    pub(super) cut_short: u32,
    /// How many are not in it for they are over other data.
    pub(super) other_data: u32,
    debaters: Names<[Wins; 2]>,
    judges: Names<Verdicts>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdicts {
    right: u32,
    of: u32,
    scored: u32,
    scores: f64,
}

impl Board {
    pub(super) fn told(&self) -> MutexGuard<'_, Option<(Instant, Arc<Standings>)>> {
        // Nothing panics under the lock.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Count {
    fn default() -> Self {
        let (debaters, judges) = (Names::new(NAMES), Names::new(NAMES));
        Self { last: 0, debates: 0, damaged: 0, cut_short: 0, other_data: 0, debaters, judges }
    }
}

impl Count {
    /// Goes on to that number, past those that are damaged.
    pub(super) fn pass(&mut self, damaged: &[Damaged], number: u64) {
        let passed = |damaged: &&Damaged| self.last < damaged.number && damaged.number <= number;
        self.damaged += damaged.iter().filter(passed).count() as u32;
        self.last = self.last.max(number);
    }

    /// Adds the result with the number `last`.
    pub(super) fn add(&mut self, result: &DebateResult) {
        let Some(outcome) = result.outcome else { return };
        let players = &result.players;
        self.debates += u32::from(result.recorded.is_none());
        for (role, name) in [(Role::Honest, &players.honest), (Role::Liar, &players.liar)] {
            // What was recorded is counted already.
            if let Some(name) = name.as_ref().filter(|_| result.recorded.is_none()) {
                let wins = &mut self.debaters.count(name, self.last)[role as usize];
                wins.of += 1;
                wins.won += u32::from(outcome.winner == role);
            }
        }
        if result.counts_for_its_judge() {
            add_verdicts(&mut self.judges, result, self.last);
        }
    }

    pub(super) fn standings(&self) -> Standings {
        let debater = |(player, [honest, liar]): (&str, &[Wins; 2])| DebaterScore {
            player: player.into(),
            honest: *honest,
            liar: *liar,
        };
        Standings {
            debates: self.debates,
            damaged: self.damaged,
            cut_short: self.cut_short,
            other_data: self.other_data,
            debaters: self.debaters.top(Standings::MOST).into_iter().map(debater).collect(),
            judges: scores(&self.judges, Standings::MOST),
        }
    }
}

/// Adds the verdicts of the debate with that number, each judge's: those of a panel have one name.
pub(super) fn add_verdicts(judges: &mut Names<Verdicts>, result: &DebateResult, number: u64) {
    let Some(name) = &result.players.judge else { return };
    for grade in result.verdicts() {
        let verdicts = judges.count(name, number);
        verdicts.of += 1;
        verdicts.right += u32::from(grade.right);
        if let Some(score) = Grade::score(grade) {
            verdicts.scored += 1;
            verdicts.scores += score;
        }
    }
}

/// The judges with the most verdicts.
pub(super) fn scores(judges: &Names<Verdicts>, most: usize) -> Vec<JudgeScore> {
    let judge = |(judge, verdict): (&str, &Verdicts)| {
        let Verdicts { right, of, scored, scores } = *verdict;
        let score = (scored > 0).then(|| scores / f64::from(scored));
        JudgeScore { judge: judge.into(), right, of, scored, score }
    };
    judges.top(most).into_iter().map(judge).collect()
}
