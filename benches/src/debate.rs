//! A whole debate, with what its debaters ask of the judge counted and timed.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use pixel_debate_agents::{AgentError, AgentSpec, Clock};
use pixel_debate_game::{Debater, Move, Pixel, Role, Seat};
use pixel_debate_judge::{Evaluator, Judge, Logits, PixelSet, SparseEvaluator};

use crate::draws::Pair;

/// The pixels of the debate, both debaters' together.
const PIXELS: u8 = 6;
/// The honest debater's and the liar's.
const SEEDS: [u64; 2] = [1, 2];

static JUDGE: LazyLock<Judge> =
    LazyLock::new(|| Judge::shipped(PIXELS).expect("there is a judge for 6 pixels"));

/// What a debate takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// From the first move's choice to the last's.
    pub time: Duration,
    /// Of it, what passes outside of the judge, by a second debate that asks it for logits.
    pub outside: Duration,
    /// How many sets the judge is asked about.
    pub evaluations: u64,
}

/// Plays a debate of 6 pixels with precommit in which the liar begins and both sides are `agent`.
/// The result is the time from the first move's choice to the last's.
///
/// # Errors
///
/// [`AgentError`] if the agent has no move.
///
/// # Panics
///
/// If the pair is none that [`pairs`](crate::pairs) could draw.
pub fn play(pair: Pair, agent: AgentSpec) -> Result<Duration, AgentError> {
    Ok(play_by(pair, agent, |judge| Box::new(judge))?.1)
}

/// Plays the same debate twice: as it is, for the time, and with a judge that counts what it is
/// asked for, which must be logits then. Agents make the same moves either way.
///
/// # Errors
///
/// As [`play`].
///
/// # Panics
///
/// As [`play`], and if the moves differ.
pub fn measure(pair: Pair, agent: AgentSpec) -> Result<Measured, AgentError> {
    let asked = Arc::new(Asked::default());
    let (moves, time) = play_by(pair, agent, |judge| Box::new(judge))?;
    let metered =
        |judge| -> Box<dyn Evaluator> { Box::new(Metered { judge, asked: Arc::clone(&asked) }) };
    let (same_moves, metered_time) = play_by(pair, agent, metered)?;
    assert_eq!(moves, same_moves, "a search is the same whether it asks for logits or winners");
    let in_judge = Duration::from_nanos(asked.nanoseconds.load(Ordering::Relaxed));
    Ok(Measured {
        time,
        outside: metered_time.saturating_sub(in_judge),
        evaluations: asked.evaluations.load(Ordering::Relaxed),
    })
}

fn play_by(
    pair: Pair,
    agent: AgentSpec,
    evaluator: impl Fn(SparseEvaluator) -> Box<dyn Evaluator>,
) -> Result<(Vec<Pixel>, Duration), AgentError> {
    let mut debate = pair.debate(PIXELS, Role::Liar);
    let judges = SEEDS.map(|_| {
        let judge = JUDGE.engine(Arc::clone(debate.image()));
        evaluator(judge.expect("MNIST's images have the size that the network reads"))
    });
    let [mut honest, mut liar] = SEEDS.map(|seed| agent.build(seed));
    let [mut honest_judge, mut liar_judge] = judges;
    let start = Instant::now();
    while let Some(by) = debate.to_move() {
        let (agent, judge) = match by {
            Debater::First => (&mut liar, &mut liar_judge),
            Debater::Second => (&mut honest, &mut honest_judge),
        };
        let view = debate.view(Seat::Debater(by));
        let pixel = agent.choose(&view, &mut **judge, Clock::unlimited())?.pixel;
        debate.apply(Move::Reveal { by, pixel }).expect("agents make legal moves");
    }
    let moves = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
    Ok((moves, start.elapsed()))
}

/// What both debaters asked.
#[derive(Debug, Default)]
struct Asked {
    evaluations: AtomicU64,
    nanoseconds: AtomicU64,
}

/// An evaluator that counts and times what is asked of it.
struct Metered<E> {
    judge: E,
    asked: Arc<Asked>,
}

impl<E: Evaluator> Evaluator for Metered<E> {
    fn classes(&self) -> usize {
        self.judge.classes()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let start = Instant::now();
        let logits = self.judge.evaluate(sets);
        let nanoseconds = start.elapsed().as_nanos() as u64;
        self.asked.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.asked.evaluations.fetch_add(sets.len() as u64, Ordering::Relaxed);
        logits
    }

    fn batch(&self) -> usize {
        self.judge.batch()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{image, pairs};

    #[test]
    fn what_greedy_debaters_ask_is_counted() {
        let pair = pairs()[0];
        let pixels = image(pair.image).nonzero().count() as u64;
        let measured = measure(pair, AgentSpec::Greedy).unwrap();
        // Every legal pixel is tried for each of the six moves.
        assert_eq!(measured.evaluations, 6 * pixels - 15);
        assert!(measured.outside > Duration::ZERO);
    }
}
