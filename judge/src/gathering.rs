//! A decider for judges that cost as much to ask about one set as about many.

use pixel_debate_game::{honest_margin, honest_wins};
use rustc_hash::FxHashMap;

use crate::decider::{Decider, Question};
use crate::evaluator::Evaluator;
use crate::pixel_set::PixelSet;

/// Sets whose answers are kept.
const KEPT: usize = 1 << 16;

/// A [`Decider`] that asks about a stem with each of the candidates at once, where a search asks about one candidate
/// after the other. What it says is the same: it only asks before it must.
///
/// ```
/// use pixel_debate_game::{Claims, Pixel};
/// use pixel_debate_judge::{Decider, Evaluator, Gathering, Logits, PixelSet, Question};
///
/// /// Believes in label 1 where it sees the left pixel, and counts how often it is asked.
/// struct Counting(u32);
///
/// impl Evaluator for Counting {
///     fn classes(&self) -> usize {
///         2
///     }
///
///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
///         self.0 += 1;
///         let left = |set: &PixelSet| f32::from(u8::from(set.contains(Pixel::new(0, 0))));
///         Logits::of(2, sets.iter().map(|set| [0.0, left(set)]))
///     }
/// }
///
/// let question = Question {
///     claims: Claims { honest: 1, liar: Some(0) },
///     evidence: PixelSet::default(),
///     candidates: vec![Pixel::new(0, 0), Pixel::new(1, 0), Pixel::new(2, 0)],
/// };
/// let mut judge = Counting(0);
/// let mut decider = Gathering::new(&mut judge, question);
/// assert!(decider.honest_wins_with(0));
/// assert!(!decider.honest_wins_with(1) && !decider.honest_wins_with(2));
/// assert_eq!(judge.0, 1);
/// ```
pub struct Gathering<'a, E: ?Sized> {
    judge: &'a mut E,
    question: Question,
    stem: Vec<usize>,
    known: FxHashMap<PixelSet, Vec<f32>>,
    decisions: u64,
}

impl<'a, E: Evaluator + ?Sized> Gathering<'a, E> {
    /// Decides `question` by that judge's logits.
    pub fn new(judge: &'a mut E, question: Question) -> Self {
        Self { judge, question, stem: Vec::new(), known: FxHashMap::default(), decisions: 0 }
    }

    fn set_with(&self, candidates: &[usize]) -> PixelSet {
        self.question.set_with(self.stem.iter().chain(candidates).copied())
    }

    /// The logits of the stem and these candidates. Where they are not known, the same with every other last
    /// candidate is asked about too.
    fn logits_with(&mut self, candidates: &[usize], gather: bool) -> Vec<f32> {
        let set = self.set_with(candidates);
        if let Some(logits) = self.known.get(&set) {
            return logits.clone();
        }
        let mut sets = vec![set];
        if gather && let Some((_, before)) = candidates.split_last() {
            let before = self.set_with(before);
            let others = self.question.candidates.iter().copied();
            let others = others.filter(|pixel| !before.contains(*pixel));
            let others = others.map(|pixel| before.with(pixel));
            let others: Vec<PixelSet> = others
                .filter(|other| *other != sets[0] && !self.known.contains_key(other))
                .collect();
            sets.extend(others);
        }
        let logits = self.judge.evaluate(&sets);
        if self.known.len() + sets.len() > KEPT {
            self.known.clear();
        }
        let first = logits[0].to_vec();
        self.known.extend(sets.into_iter().zip(logits.rows().map(<[f32]>::to_vec)));
        first
    }

    fn decide(&mut self, candidates: &[usize], gather: bool) -> bool {
        self.decisions += 1;
        honest_wins(&self.logits_with(candidates, gather), &self.question.claims)
    }
}

impl<E: Evaluator + ?Sized> Decider for Gathering<'_, E> {
    fn push(&mut self, candidate: usize) {
        self.stem.push(candidate);
    }

    fn pop(&mut self) {
        self.stem.pop().expect("a candidate was pushed");
    }

    fn honest_wins(&mut self) -> bool {
        self.decide(&[], false)
    }

    fn honest_wins_with(&mut self, candidate: usize) -> bool {
        self.decide(&[candidate], true)
    }

    fn honest_wins_with_both(&mut self, candidates: [usize; 2]) -> bool {
        self.decide(&candidates, true)
    }

    fn honest_wins_after(&mut self, walk: &[usize]) -> bool {
        self.stem.clear();
        // A rollout ends anywhere, and its neighbours may never be asked about.
        self.decide(walk, false)
    }

    fn reset(&mut self) {
        self.stem.clear();
    }

    fn margin_with(&mut self, candidate: usize) -> f32 {
        honest_margin(&self.logits_with(&[candidate], true), &self.question.claims)
    }

    fn decisions(&self) -> u64 {
        self.decisions
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::{Claims, Pixel};
    use proptest::prelude::*;

    use super::*;
    use crate::{EachSet, Logits};

    /// Answers by a hash of the set.
    struct Hashes;

    fn hashed(set: &PixelSet) -> [f32; 3] {
        let mut state = 17_u32;
        for pixel in set.pixels() {
            state = (state ^ u32::from(pixel.x)).wrapping_mul(2_654_435_761).rotate_left(7);
        }
        [state % 7, state % 5, state % 3].map(|number| number as f32)
    }

    impl Evaluator for Hashes {
        fn classes(&self) -> usize {
            3
        }

        fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
            Logits::of(3, sets.iter().map(hashed))
        }
    }

    proptest! {
        /// Whatever a search does with it, it says what one says that asks about each set.
        #[test]
        fn it_says_what_the_sets_alone_say(
            steps in prop::collection::vec((0_u8..6, 0_usize..6, 0_usize..6), 1..60),
        ) {
            let claims = Claims { honest: 0, liar: Some(1) };
            let candidates = (0..6).map(|x| Pixel::new(x, 0)).collect();
            let evidence = [Pixel::new(9, 0)].into_iter().collect();
            let question = Question { claims, evidence, candidates };
            let mut each = EachSet::new(|set| hashed(&set).to_vec(), question.clone());
            let mut judge = Hashes;
            let mut gathering = Gathering::new(&mut judge, question);
            let mut stem: Vec<usize> = Vec::new();
            for (step, one, other) in steps {
                let taken = stem.clone();
                let free = |at: usize| !taken.contains(&at);
                match step {
                    0 if free(one) => {
                        stem.push(one);
                        each.push(one);
                        gathering.push(one);
                    }
                    1 if stem.pop().is_some() => {
                        each.pop();
                        gathering.pop();
                    }
                    2 if free(one) => {
                        prop_assert_eq!(each.honest_wins_with(one), gathering.honest_wins_with(one));
                        prop_assert_eq!(each.margin_with(one), gathering.margin_with(one));
                    }
                    3 if free(one) && free(other) && one != other => {
                        let both = [one, other];
                        prop_assert_eq!(each.honest_wins_with_both(both), gathering.honest_wins_with_both(both));
                    }
                    4 => prop_assert_eq!(each.honest_wins(), gathering.honest_wins()),
                    5 if one != other => {
                        let walk = [one, other];
                        prop_assert_eq!(each.honest_wins_after(&walk), gathering.honest_wins_after(&walk));
                        stem.clear();
                        each.reset();
                        gathering.reset();
                    }
                    _ => {}
                }
                prop_assert_eq!(each.decisions(), gathering.decisions());
            }
        }
    }
}
