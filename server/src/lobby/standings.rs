//! How debaters and judges have done: counted once from the results that the store has, and from
//! then on from those that have come since.
//!
//! One of those who ask counts what is new, at most five times a second. All others are told what was
//! counted last, and wait for nothing.

mod names;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pixel_debate_game::Role;
use pixel_debate_protocol::{
    DebateId, DebaterScore, JudgeScore, OtherJudges, Refusal, Standings, Wins,
};
use pixel_debate_store::{Damaged, StoreError, StoredResult};
use tokio::time::Instant;
use tracing::error;

use self::names::Names;
use super::{Lobby, unavailable};
use crate::results::{DebateResult, Grade};

/// How many results are read from the store at once.
const PAGE: u32 = 512;

/// How many such pages are read at most for a comparison of judges. Stores of earlier versions have results
/// among them that are not counted.
const PAGES: usize = 16;

/// How many debaters, and how many judges, are counted at most.
const NAMES: usize = 20_000;

/// How long what was counted is told before somebody looks for more.
const FRESH: Duration = Duration::from_millis(200);

/// The standings as they are told, and what they are counted by.
#[derive(Debug, Default)]
pub(super) struct Board {
    told: Mutex<Option<(Instant, Arc<Standings>)>>,
    /// Held by the one who counts.
    count: tokio::sync::Mutex<Count>,
}

/// All that is counted so far.
#[derive(Debug)]
struct Count {
    /// The number of the last result that is in it.
    last: u64,
    debates: u32,
    /// How many are not in it for what came of them is damaged.
    damaged: u32,
    /// How many are not in it for a search was cut short.
    cut_short: u32,
    debaters: Names<[Wins; 2]>,
    judges: Names<Verdicts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Verdicts {
    right: u32,
    of: u32,
    scored: u32,
    scores: f64,
}

impl Lobby {
    /// How debaters and judges have done in the public debates, as it was a fifth of a second ago or later.
    pub(crate) async fn standings(&self) -> Result<Arc<Standings>, Refusal> {
        let Board { count, .. } = &self.board;
        let told = self.board.told().clone();
        let mut count = match (count.try_lock(), told) {
            (_, Some((at, told))) if at.elapsed() < FRESH => return Ok(told),
            (Err(_), Some((_, told))) => return Ok(told),
            (Ok(count), _) => count,
            // The first count may take a while.
            (Err(_), None) => count.lock().await,
        };
        let began = Instant::now();
        loop {
            let page = self.services.store.results(count.last, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            for stored in &page.items {
                let result = self.result(stored).await.map_err(|error| unavailable(&error))?;
                count.pass(&page.damaged, stored.number);
                match result {
                    Some(result) if result.counts() => count.add(&result),
                    Some(result) => count.cut_short += u32::from(result.is_left_out()),
                    None => count.damaged += 1,
                }
            }
            let last = page.damaged.last().map_or(0, |damaged| damaged.number);
            count.pass(&page.damaged, last.max(page.next.unwrap_or(0)));
            if page.next.is_none() {
                let mut standings = count.standings();
                let missing = self.services.store.lost().results;
                let missing = u32::try_from(missing).unwrap_or(u32::MAX);
                standings.damaged = standings.damaged.saturating_add(missing);
                let standings = Arc::new(standings);
                *self.board.told() = Some((began, Arc::clone(&standings)));
                return Ok(standings);
            }
        }
    }

    /// How others judged what a debate with that name and on that topic asked.
    pub(crate) async fn other_judges(
        &self,
        debate: &DebateId,
        topic: &str,
    ) -> Result<OtherJudges, Refusal> {
        let mut others = OtherJudges::default();
        let mut judges = Names::<Verdicts>::new(OtherJudges::MOST);
        let mut before = None;
        for _ in 0..PAGES {
            let page = self.services.store.results_on(topic, before, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            // Its own result is among them.
            for stored in page.items.iter().filter(|stored| stored.debate != debate.0) {
                let result = self.result(stored).await.map_err(|error| unavailable(&error))?;
                if others.debates as usize == OtherJudges::MOST {
                    break;
                }
                if let Some(result) = result.filter(DebateResult::counts_for_its_judge) {
                    others.debates += 1;
                    add_verdict(&mut judges, &result, stored.number);
                }
            }
            before = page.next;
            if before.is_none() || others.debates as usize == OtherJudges::MOST {
                break;
            }
        }
        others.judges = scores(&judges, OtherJudges::MOST);
        Ok(others)
    }

    /// What came of a debate; nothing where that cannot be read.
    async fn result(&self, stored: &StoredResult) -> Result<Option<DebateResult>, StoreError> {
        let result = match &stored.result {
            Some(bytes) => DebateResult::read(bytes),
            None => match self.services.store.debate(&stored.debate).await {
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

impl Board {
    fn told(&self) -> MutexGuard<'_, Option<(Instant, Arc<Standings>)>> {
        // Nothing panics under the lock.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Count {
    fn default() -> Self {
        let (debaters, judges) = (Names::new(NAMES), Names::new(NAMES));
        Self { last: 0, debates: 0, damaged: 0, cut_short: 0, debaters, judges }
    }
}

impl Count {
    /// Goes on to that number, past those that are damaged.
    fn pass(&mut self, damaged: &[Damaged], number: u64) {
        let passed = |damaged: &&Damaged| self.last < damaged.number && damaged.number <= number;
        self.damaged += damaged.iter().filter(passed).count() as u32;
        self.last = self.last.max(number);
    }

    /// Adds the result with the number `last`.
    fn add(&mut self, result: &DebateResult) {
        let Some(outcome) = result.outcome else { return };
        self.debates += 1;
        let players = &result.players;
        for (role, name) in [(Role::Honest, &players.honest), (Role::Liar, &players.liar)] {
            if let Some(name) = name {
                let wins = &mut self.debaters.count(name, self.last)[role as usize];
                wins.of += 1;
                wins.won += u32::from(outcome.winner == role);
            }
        }
        if result.counts_for_its_judge() {
            add_verdict(&mut self.judges, result, self.last);
        }
    }

    fn standings(&self) -> Standings {
        let debater = |(player, [honest, liar]): (&str, &[Wins; 2])| DebaterScore {
            player: player.into(),
            honest: *honest,
            liar: *liar,
        };
        Standings {
            debates: self.debates,
            damaged: self.damaged,
            cut_short: self.cut_short,
            debaters: self.debaters.top(Standings::MOST).into_iter().map(debater).collect(),
            judges: scores(&self.judges, Standings::MOST),
        }
    }
}

/// Adds the verdict of the debate with that number, if there was one.
fn add_verdict(judges: &mut Names<Verdicts>, result: &DebateResult, number: u64) {
    let (Some(grade), Some(name)) = (result.grade, &result.players.judge) else { return };
    let verdict = judges.count(name, number);
    verdict.of += 1;
    verdict.right += u32::from(grade.right);
    if let Some(score) = Grade::score(grade) {
        verdict.scored += 1;
        verdict.scores += score;
    }
}

/// The judges with the most verdicts.
fn scores(judges: &Names<Verdicts>, most: usize) -> Vec<JudgeScore> {
    let judge = |(judge, verdict): (&str, &Verdicts)| {
        let Verdicts { right, of, scored, scores } = *verdict;
        let score = (scored > 0).then(|| scores / f64::from(scored));
        JudgeScore { judge: judge.into(), right, of, scored, score }
    };
    judges.top(most).into_iter().map(judge).collect()
}
