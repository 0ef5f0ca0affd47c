//! How debaters and judges have done: counted once from the results that the store has, and from
//! then on from those that have come since the last time somebody looked.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use pixel_debate_game::Role;
use pixel_debate_protocol::{
    DebateId, DebaterScore, JudgeScore, OtherJudges, Refusal, Standings, Wins,
};
use tracing::error;

use super::{Lobby, unavailable};
use crate::results::{DebateResult, Grade};
use crate::store::{Damaged, StoreError, StoredResult};

/// How many results are read from the store at once.
const PAGE: u32 = 512;

/// How many debaters, and how many judges, are counted at most. Names are free: with more of them the
/// new ones are not counted.
const NAMES: usize = 20_000;

/// All that is counted so far.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// The number of the last result that is in it.
    last: u64,
    debates: u32,
    /// How many are not in it for what came of them is damaged.
    damaged: u32,
    debaters: HashMap<String, [Wins; 2]>,
    judges: Verdicts,
}

/// How judges have done, by name.
#[derive(Debug, Default)]
struct Verdicts(HashMap<String, Verdict>);

#[derive(Clone, Copy, Debug, Default)]
struct Verdict {
    right: u32,
    of: u32,
    scored: u32,
    scores: f64,
}

impl Lobby {
    /// How debaters and judges have done in the public debates.
    pub(crate) async fn standings(&self) -> Result<Standings, Refusal> {
        let mut count = self.count.lock().await;
        loop {
            let page = self.house.store.results(count.last, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            for stored in &page.items {
                let result = self.result(stored).await.map_err(|error| unavailable(&error))?;
                count.pass(&page.damaged, stored.number);
                match result {
                    Some(result) if result.counts() => count.add(&result),
                    Some(_) => {}
                    None => count.damaged += 1,
                }
            }
            let last = page.damaged.last().map_or(0, |damaged| damaged.number);
            count.pass(&page.damaged, last.max(page.next.unwrap_or(0)));
            if page.next.is_none() {
                return Ok(count.standings());
            }
        }
    }

    /// How others judged what a debate with that name and on that topic asked.
    pub(crate) async fn other_judges(
        &self,
        debate: &DebateId,
        topic: &str,
    ) -> Result<OtherJudges, Refusal> {
        // Its own result is among them.
        let results = self.house.store.results_on(topic, OtherJudges::MOST as u32 + 1).await;
        let results = results.map_err(|error| unavailable(&error))?;
        let mut others = OtherJudges::default();
        let mut judges = Verdicts::default();
        for stored in results.items.iter().filter(|stored| stored.debate != debate.0) {
            let result = self.result(stored).await.map_err(|error| unavailable(&error))?;
            if let Some(result) = result.filter(DebateResult::counts) {
                others.debates += 1;
                judges.add(&result);
            }
        }
        others.judges = judges.scores(usize::MAX);
        Ok(others)
    }

    /// What came of a debate; nothing where that cannot be read.
    async fn result(&self, stored: &StoredResult) -> Result<Option<DebateResult>, StoreError> {
        let result = match &stored.result {
            Some(bytes) => DebateResult::read(bytes),
            None => match self.house.store.debate(&stored.debate).await {
                Ok(Some(debate)) => self.replayed(&debate).await?,
                Ok(None) => Err("it is not there".into()),
                Err(StoreError::Damaged { detail, .. }) => Err(detail),
                Err(error) => return Err(error),
            },
        };
        Ok(result
            .inspect_err(|reason| error!(debate = stored.debate, reason, "a result is damaged"))
            .ok())
    }
}

impl Count {
    /// Goes on to that number, past those that are damaged.
    fn pass(&mut self, damaged: &[Damaged], number: u64) {
        let passed = |damaged: &&Damaged| self.last < damaged.number && damaged.number <= number;
        self.damaged += damaged.iter().filter(passed).count() as u32;
        self.last = self.last.max(number);
    }

    fn add(&mut self, result: &DebateResult) {
        let Some(outcome) = result.outcome else { return };
        self.debates += 1;
        let players = &result.players;
        for (role, name) in [(Role::Honest, &players.honest), (Role::Liar, &players.liar)] {
            if let Some(debater) = name.as_ref().and_then(|name| entry(&mut self.debaters, name)) {
                let wins = &mut debater[role as usize];
                wins.of += 1;
                wins.won += u32::from(outcome.winner == role);
            }
        }
        self.judges.add(result);
    }

    fn standings(&self) -> Standings {
        let debater = |(player, [honest, liar]): (&String, &[Wins; 2])| DebaterScore {
            player: player.clone(),
            honest: *honest,
            liar: *liar,
        };
        let mut debaters: Vec<_> = self.debaters.iter().map(debater).collect();
        most(&mut debaters, Standings::MOST, |debater| {
            (debater.honest.of + debater.liar.of, debater.player.clone())
        });
        let judges = self.judges.scores(Standings::MOST);
        Standings { debates: self.debates, damaged: self.damaged, debaters, judges }
    }
}

impl Verdicts {
    fn add(&mut self, result: &DebateResult) {
        let (Some(grade), Some(name)) = (result.grade, &result.players.judge) else { return };
        let Some(verdict) = entry(&mut self.0, name) else { return };
        verdict.of += 1;
        verdict.right += u32::from(grade.right);
        if let Some(score) = Grade::score(grade) {
            verdict.scored += 1;
            verdict.scores += score;
        }
    }

    /// The judges with the most verdicts.
    fn scores(&self, number: usize) -> Vec<JudgeScore> {
        let judge = |(judge, verdict): (&String, &Verdict)| {
            let Verdict { right, of, scored, scores } = *verdict;
            let score = (scored > 0).then(|| scores / f64::from(scored));
            JudgeScore { judge: judge.clone(), right, of, scored, score }
        };
        let mut judges: Vec<_> = self.0.iter().map(judge).collect();
        most(&mut judges, number, |judge| (judge.of, judge.judge.clone()));
        judges
    }
}

/// What is counted under a name, unless there are too many.
fn entry<'a, T: Default>(counts: &'a mut HashMap<String, T>, name: &str) -> Option<&'a mut T> {
    if !counts.contains_key(name) {
        if counts.len() >= NAMES {
            return None;
        }
        counts.insert(name.into(), T::default());
    }
    counts.get_mut(name)
}

/// Keeps so many: those with the most debates first, and of equal ones in the order of their names.
fn most<T, N: Ord + Hash>(all: &mut Vec<T>, number: usize, key: impl Fn(&T) -> (u32, N)) {
    all.sort_by_cached_key(|one| {
        let (debates, name) = key(one);
        (Reverse(debates), name)
    });
    all.truncate(number);
}
