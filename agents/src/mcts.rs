//! Monte Carlo tree search, as the paper's debaters use it (section 3.1).
//!
//! - A rollout starts at the root and goes on by the selection rule to the last pixel, where the
//!   judge is asked. What the judge says of a set of pixels is remembered, whatever the order in
//!   which they were revealed.
//! - Selection maximises `Q + U` with `U = P · √ΣN / (1 + N)` (PUCT as in AlphaGo Zero, `c = 1`):
//!   `Q` is the mean value of the move for the side to move, 0 where it was never tried; `ΣN`
//!   counts the rollouts through the node, `N` those through the move; `P` is one over the number of
//!   pixels that the rules allow in the image. Ties are broken at random.
//! - The move played is the one with the most visits.
//! - A tie is drawn by number: first the moves that were tried, in the order in which they were, then
//!   the others in reading order. `paper_tests.rs` has all of this once more, and plainly.
//! - What was found out below the moves played is kept, and its rollouts count towards the next
//!   move's.
//!
//! A search may [gather](Mcts::gathering) several rollouts before it asks the judge about their ends at once, for
//! a judge that answers a batch faster. It is another search then: those under way count as visits whose value is
//! not known (a "virtual loss"; Chaslot, Winands, van den Herik, "Parallel Monte-Carlo tree search", 2008).
//!
//! What a node is decides what the rollouts learn from each other: in the paper's [`tree`] it is a
//! sequence of reveals, in the [`graph`] a set, which all its orders share.

mod graph;
mod rollout;
mod tree;

use indexmap::IndexSet;
use pixel_debate_game::{Pixel, Role, View};
use pixel_debate_judge::{Decider, Evaluator, PixelSet, Question};
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use crate::{Agent, AgentError, Choice, Clock, position::Position};
use graph::Graph;
use rollout::{Memory, Rollout, Step};
use tree::Tree;

/// What the end of a rollout counts for the side that the judge favours.
///
/// ```
/// use pixel_debate_agents::{AgentSpec, LeafValue};
///
/// let value = |name: &str| match name.parse() {
///     Ok(AgentSpec::Mcts { value, .. }) => Some(value),
///     _ => None,
/// };
/// assert_eq!(value("mcts:10"), Some(LeafValue::Outcome));
/// assert_eq!(value("mcts:10:margin"), Some(LeafValue::Margin));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafValue {
    /// 1 for the winner and 0 for the loser.
    Outcome,
    /// The judge's probability of the own claim, if only this and the rival claim were possible:
    /// the logistic function of the margin between the two logits.
    Margin,
}

/// What a node of the search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchShape {
    /// A sequence of reveals, as in the paper.
    Tree,
    /// A set of revealed pixels, with statistics that all orders of revealing them share.
    Graph,
}

/// The paper's debater: tree search with a fixed number of rollouts a move.
pub struct Mcts {
    rollouts: u32,
    /// How many rollouts' ends the judge is asked about at once.
    gathered: u32,
    value: LeafValue,
    rng: ChaCha8Rng,
    /// The honest side's value of every complete set of pixels that the judge was asked about.
    judged: FxHashMap<PixelSet, f32>,
    memory: Box<dyn Memory>,
}

impl Mcts {
    /// A search of `rollouts` rollouts a move (at least one is made); all that is random is drawn
    /// from `seed`.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// use pixel_debate_agents::{Agent, Clock, LeafValue, Mcts, SearchShape};
    /// use pixel_debate_game::{Debater, Seat};
    /// use pixel_debate_judge::Indifferent;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(9, 9, vec![200; 81])?);
    /// # let debate = Debate::new(Rules::paper(4, true, Role::Honest), image, 7, Some(1), 10)?;
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// let mut choose = |clock| {
    ///     let mut agent = Mcts::new(100, LeafValue::Outcome, SearchShape::Tree, 1);
    ///     agent.choose(&view, &mut Indifferent, clock)
    /// };
    /// assert!(!choose(Clock::unlimited())?.cut_short);
    /// // Where there is no time, it plays what one rollout came to.
    /// assert!(choose(Clock::until(Instant::now()))?.cut_short);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(rollouts: u32, value: LeafValue, shape: SearchShape, seed: u64) -> Self {
        Self {
            rollouts: rollouts.max(1),
            gathered: 1,
            value,
            rng: ChaCha8Rng::seed_from_u64(seed),
            judged: FxHashMap::default(),
            memory: match shape {
                SearchShape::Tree => Box::new(Tree::new(Vec::new())),
                SearchShape::Graph => Box::new(Graph::new()),
            },
        }
    }

    /// The same search, that asks the judge about the ends of so many rollouts at once (at least one). With
    /// more than one it may play otherwise.
    ///
    /// ```
    /// use pixel_debate_agents::{Agent, Clock, LeafValue, Mcts, SearchShape};
    /// use pixel_debate_game::{Debater, Seat};
    /// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(9, 9, vec![200; 81])?);
    /// # let debate = Debate::new(Rules::paper(4, true, Role::Honest), image, 7, Some(1), 10)?;
    ///
    /// /// Counts how often it is asked.
    /// struct Patient(usize);
    ///
    /// impl Evaluator for Patient {
    ///     fn classes(&self) -> usize {
    ///         10
    ///     }
    ///
    ///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
    ///         self.0 += 1;
    ///         Logits::zeros(10, sets.len())
    ///     }
    /// }
    ///
    /// let (view, mut judge) = (debate.view(Seat::Debater(Debater::First)), Patient(0));
    /// let mut agent = Mcts::new(100, LeafValue::Outcome, SearchShape::Tree, 1).gathering(25);
    /// agent.choose(&view, &mut judge, Clock::unlimited())?;
    /// assert_eq!(judge.0, 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn gathering(self, rollouts: u32) -> Self {
        Self { gathered: rollouts.max(1), ..self }
    }

    /// The rollouts through the root so far.
    fn visits(&self) -> u32 {
        self.memory.root_visits().iter().map(|(_, visits)| visits).sum()
    }

    /// Before the last pixel, asks the judge about all candidates, as many at once as it likes, for an
    /// evaluator may answer a batch faster than its sets one by one.
    ///
    /// The search then finds the answers where it would have asked. Nothing else depends on which
    /// sets the judge was asked about, so its moves stay the same, bit for bit with an evaluator
    /// that gives a set the same bits in any batch, as the sparse engine does.
    fn judge_last_pixels(
        &mut self,
        position: &Position,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) {
        let evidence = position.evidence();
        if position.role_to_move(evidence.pixels().len() + 1).is_some() {
            return;
        }
        let mut sets: Vec<PixelSet> =
            position.candidates.iter().map(|pixel| evidence.with(*pixel)).collect();
        sets.retain(|set| !self.judged.contains_key(set));
        // A search of fewer rollouts asks about fewer sets.
        if sets.len() > self.rollouts.saturating_sub(self.visits()) as usize {
            return;
        }
        for sets in sets.chunks(evaluator.batch().max(1)) {
            for (set, logits) in sets.iter().zip(evaluator.evaluate(sets).rows()) {
                let value = self.value.of(position.honest_margin(logits));
                self.judged.insert(set.clone(), value);
            }
            if clock.is_over() {
                return;
            }
        }
    }

    /// Makes rollouts until there are enough through the root, or the time is over, and says whether
    /// there are enough.
    fn search(&mut self, position: &Position, evaluator: &mut dyn Evaluator, clock: Clock) -> bool {
        let rollouts = self.rollouts.saturating_sub(self.visits()).max(1);
        let Self { value, rng, judged, memory, .. } = self;
        let mut leaves = Leaves::new(evaluator, *value, position);
        for made in 1..=rollouts {
            let rollout = Rollout::through(&mut **memory, position, rng);
            let honest = match judged.get(&rollout.revealed) {
                Some(value) => *value,
                None => *judged.entry(rollout.revealed.clone()).or_insert(leaves.value(&rollout)),
            };
            memory.count(&rollout);
            memory.value(&rollout, honest);
            if made < rollouts && clock.is_over() {
                return false;
            }
        }
        true
    }

    /// As [`search`](Self::search), several rollouts at a time.
    ///
    /// Where the time is over before the judge has been asked about all their ends, the rollouts from the
    /// first on whose end is not known are taken back.
    fn search_gathered(
        &mut self,
        position: &Position,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> bool {
        let mut left = self.rollouts.saturating_sub(self.visits()).max(1);
        let Self { gathered, value, rng, judged, memory, .. } = self;
        while left > 0 {
            let mut under_way = Vec::new();
            let mut sets: IndexSet<PixelSet, FxBuildHasher> = IndexSet::default();
            for _ in 0..left.min(*gathered) {
                let rollout = Rollout::through(&mut **memory, position, rng);
                memory.count(&rollout);
                if !judged.contains_key(&rollout.revealed) {
                    sets.insert(rollout.revealed.clone());
                }
                under_way.push(rollout);
                if clock.is_over() {
                    break;
                }
            }
            let sets: Vec<PixelSet> = sets.into_iter().collect();
            for sets in sets.chunks(evaluator.batch().max(1)) {
                let values = evaluator.evaluate(sets);
                let values = values.rows().map(|logits| value.of(position.honest_margin(logits)));
                judged.extend(sets.iter().cloned().zip(values));
                if clock.is_over() {
                    break;
                }
            }
            let known = under_way.iter().take_while(|one| judged.contains_key(&one.revealed));
            let known = known.count();
            while under_way.len() > known
                && let Some(rollout) = under_way.pop()
            {
                memory.take_back(&rollout);
            }
            left -= under_way.len() as u32;
            for rollout in under_way {
                memory.value(&rollout, judged[&rollout.revealed]);
            }
            if left > 0 && clock.is_over() {
                return false;
            }
        }
        true
    }

    /// The root's move with the most visits.
    fn most_visited(&mut self) -> Option<Pixel> {
        let moves = self.memory.root_visits();
        let most = moves.iter().map(|(_, visits)| *visits).max()?;
        let ties: Vec<Pixel> =
            moves.iter().filter(|(_, visits)| *visits == most).map(|(pixel, _)| *pixel).collect();
        ties.choose(&mut self.rng).copied()
    }
}

impl LeafValue {
    /// What the honest side's margin is worth to it, from 0 to 1.
    fn of(self, margin: f32) -> f32 {
        match self {
            Self::Outcome => f32::from(margin > 0.0),
            Self::Margin => 1.0 / (1.0 + (-margin).exp()),
        }
    }
}

/// What the judge is asked at the ends of rollouts.
enum Leaves<'a> {
    /// Who wins, which a judge may know without its logits.
    Winners { decider: Box<dyn Decider + 'a>, position: &'a Position },
    /// The logits.
    Logits { evaluator: &'a mut dyn Evaluator, position: &'a Position },
}

impl<'a> Leaves<'a> {
    fn new(evaluator: &'a mut dyn Evaluator, value: LeafValue, position: &'a Position) -> Self {
        match value {
            LeafValue::Outcome => {
                let question = Question {
                    claims: position.claims,
                    evidence: position.evidence(),
                    candidates: position.candidates.clone(),
                };
                Self::Winners { decider: evaluator.decider(question), position }
            }
            LeafValue::Margin => Self::Logits { evaluator, position },
        }
    }

    /// The honest side's value of the end of a rollout.
    fn value(&mut self, rollout: &Rollout<'_>) -> f32 {
        match self {
            Self::Winners { decider, position } => {
                let place = |step: &Step| position.place(step.pixel);
                let walk: SmallVec<[usize; 8]> = rollout.steps.iter().filter_map(place).collect();
                f32::from(decider.honest_wins_after(&walk))
            }
            Self::Logits { evaluator, position } => {
                let logits = evaluator.evaluate(std::slice::from_ref(&rollout.revealed));
                LeafValue::Margin.of(position.honest_margin(&logits[0]))
            }
        }
    }
}

/// A value for the honest side as `role` sees it.
fn value_for(role: Role, honest: f32) -> f32 {
    match role {
        Role::Honest => honest,
        Role::Liar => 1.0 - honest,
    }
}

impl Agent for Mcts {
    fn choose(
        &mut self,
        view: &View,
        evaluator: &mut dyn Evaluator,
        clock: Clock,
    ) -> Result<Choice, AgentError> {
        let position = Position::of(view)?;
        self.memory.advance(&position.revealed);
        if !clock.is_over() {
            self.judge_last_pixels(&position, evaluator, clock);
        }
        let complete = if self.gathered > 1 {
            self.search_gathered(&position, evaluator, clock)
        } else {
            self.search(&position, evaluator, clock)
        };
        let pixel = self.most_visited().ok_or(AgentError::NothingToReveal)?;
        Ok(Choice { cut_short: !complete, ..Choice::unproven(pixel) })
    }

    fn bytes(&self) -> usize {
        self.judged.capacity() * size_of::<(PixelSet, f32)>() + self.memory.bytes()
    }
}

#[cfg(test)]
mod paper_tests;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, Mutex};

    use pixel_debate_game::{Debate, Image, Move, Rules, Seat};
    use pixel_debate_judge::Logits;
    use proptest::prelude::*;

    use super::*;

    const PIXELS: u8 = 9;

    /// A judge that finds some pixels more convincing than others, and the sizes of the batches
    /// that it was given.
    #[derive(Clone)]
    struct Weighing {
        weights: [f32; PIXELS as usize],
        batches: Arc<Mutex<Vec<usize>>>,
    }

    impl Evaluator for Weighing {
        fn classes(&self) -> usize {
            10
        }

        fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
            self.batches.lock().unwrap().push(sets.len());
            let sum = |set: &PixelSet| {
                set.pixels().iter().map(|pixel| self.weights[usize::from(pixel.x)]).sum::<f32>()
            };
            let logits =
                |sum: f32| -> [f32; 10] { std::array::from_fn(|label| sum * label as f32) };
            Logits::of(10, sets.iter().map(|set| logits(sum(set))))
        }
    }

    /// Sets that the hurried judge is best asked about at once.
    const HURRIED: usize = 3;

    thread_local! {
        /// How many batches the hurried judge may yet be asked about.
        static ASKED: Cell<usize> = const { Cell::new(0) };
    }

    /// The same judge, that counts down with each batch.
    struct Hurried(Weighing);

    impl Evaluator for Hurried {
        fn classes(&self) -> usize {
            10
        }

        fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
            ASKED.set(ASKED.get().saturating_sub(1));
            self.0.evaluate(sets)
        }

        fn batch(&self) -> usize {
            HURRIED
        }
    }

    fn debate(pixels: u8) -> Debate {
        let image = Arc::new(Image::new(PIXELS, 1, vec![1; PIXELS.into()]).unwrap());
        Debate::new(Rules::paper(pixels, true, Role::Honest), image, 1, Some(0), 10).unwrap()
    }

    fn weights() -> impl Strategy<Value = [f32; PIXELS as usize]> {
        prop::array::uniform9(-3..=3_i8).prop_map(|weights| weights.map(f32::from))
    }

    fn any_mcts() -> impl Strategy<Value = (LeafValue, SearchShape, u32)> {
        let value = prop_oneof![Just(LeafValue::Outcome), Just(LeafValue::Margin)];
        let shape = prop_oneof![Just(SearchShape::Tree), Just(SearchShape::Graph)];
        (value, shape, 1..200_u32)
    }

    proptest! {
        #[test]
        fn a_batch_changes_nothing_of_the_search(
            (value, shape, rollouts) in any_mcts(), pixels in 1..=4_u8, weights in weights(), seed: u64,
        ) {
            let mut judge = Weighing { weights, batches: Arc::default() };
            let agent = || Mcts::new(rollouts, value, shape, seed);
            let (mut batched, mut single) = (agent(), agent());
            let mut debate = debate(pixels);
            while let Some(by) = debate.to_move() {
                let view = debate.view(Seat::Debater(by));
                let choice = batched.choose(&view, &mut judge, Clock::unlimited()).unwrap();
                let pixel = choice.pixel;

                let position = Position::of(&view).unwrap();
                single.memory.advance(&position.revealed);
                single.search(&position, &mut judge, Clock::unlimited());
                prop_assert_eq!(single.memory.root_visits(), batched.memory.root_visits());
                prop_assert_eq!(single.most_visited(), Some(pixel));
                debate.apply(Move::Reveal { by, pixel }).unwrap();
            }
        }

        #[test]
        fn gathered_rollouts_are_as_many_and_asked_about_together(
            (value, shape, rollouts) in any_mcts(),
            pixels in 2..=4_u8,
            gathered in 1..40_u32,
            weights in weights(),
            seed: u64,
        ) {
            let mut judge = Weighing { weights, batches: Arc::default() };
            let debate = debate(pixels);
            let view = debate.view(Seat::Debater(debate.to_move().unwrap()));
            let position = Position::of(&view).unwrap();
            let agent = || Mcts::new(rollouts, value, shape, seed).gathering(gathered);
            let (mut gathers, mut plain) = (agent(), Mcts::new(rollouts, value, shape, seed));
            prop_assert!(gathers.search_gathered(&position, &mut judge, Clock::unlimited()));
            prop_assert_eq!(gathers.visits(), rollouts);
            let batches = judge.batches.lock().unwrap().clone();
            prop_assert!(batches.len() <= rollouts.div_ceil(gathered) as usize);
            prop_assert!(batches.iter().all(|sets| (1..=gathered as usize).contains(sets)));
            prop_assert_eq!(batches.iter().sum::<usize>(), gathers.judged.len());
            // One at a time it is the plain search.
            plain.search(&position, &mut judge, Clock::unlimited());
            let mut ones = Mcts::new(rollouts, value, shape, seed).gathering(1);
            prop_assert!(ones.search_gathered(&position, &mut judge, Clock::unlimited()));
            prop_assert_eq!(ones.memory.root_visits(), plain.memory.root_visits());
            // What was found out is worth the same, whatever it was asked with.
            for (set, value) in &gathers.judged {
                prop_assert!(plain.judged.get(set).is_none_or(|known| known == value));
            }
        }

        #[test]
        fn what_the_judge_had_no_time_for_was_never_under_way(
            (value, shape, _) in any_mcts(),
            pixels in 2..=4_u8,
            gathered in 1..100_u32,
            batches in 1..4_usize,
            weights in weights(),
            seed: u64,
        ) {
            let debate = debate(pixels);
            let view = debate.view(Seat::Debater(debate.to_move().unwrap()));
            let position = Position::of(&view).unwrap();
            let agent = || Mcts::new(10_000, value, shape, seed).gathering(gathered);
            // The time is over with the answer to one of the first batches.
            ASKED.set(batches);
            let clock = Clock::unlimited().unless(|| ASKED.get() == 0);
            let mut judge = Hurried(Weighing { weights, batches: Arc::default() });
            let mut hurried = agent();
            let complete = hurried.search_gathered(&position, &mut judge, clock);
            // A search may know all sets that it tries before.
            prop_assume!(!complete);
            let asked = judge.0.batches.lock().unwrap().clone();
            prop_assert_eq!(asked.len(), batches);
            prop_assert!(asked.iter().all(|sets| *sets <= HURRIED));
            prop_assert_eq!(hurried.judged.len(), asked.iter().sum::<usize>());

            // As many rollouts as are counted, of which the judge was asked about all.
            let made = hurried.visits();
            prop_assert!(made > 0);
            let mut calm = Mcts::new(made, value, shape, seed).gathering(gathered);
            let mut judge = Weighing { weights, batches: Arc::default() };
            prop_assert!(calm.search_gathered(&position, &mut judge, Clock::unlimited()));
            prop_assert_eq!(hurried.memory.root_visits(), calm.memory.root_visits());
            prop_assert!(calm.judged.iter().all(|(set, value)| hurried.judged.get(set) == Some(value)));
        }

        #[test]
        fn the_last_pixels_are_one_batch(
            (value, shape, rollouts) in any_mcts(), weights in weights(), seed: u64,
        ) {
            let mut judge = Weighing { weights, batches: Arc::default() };
            let batches = Arc::clone(&judge.batches);
            let mut agent = Mcts::new(rollouts, value, shape, seed);
            let debate = debate(1);
            let view = debate.view(Seat::Debater(debate.to_move().unwrap()));
            agent.choose(&view, &mut judge, Clock::unlimited()).unwrap();
            let batches = batches.lock().unwrap();
            if rollouts >= PIXELS.into() {
                prop_assert_eq!(&batches[..], [usize::from(PIXELS)]);
            } else {
                // Fewer rollouts than pixels ask no more than they need.
                prop_assert!(batches.len() <= rollouts as usize);
                prop_assert!(batches.iter().all(|sets| *sets == 1));
            }
        }
    }
}
