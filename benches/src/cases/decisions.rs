//! The engine's decisions at the end of a debate: only who wins, not by what logits.
//!
//! This is what the exact search asks for: the sign of the margin, the same to the last tie as by the
//! logits, for all the ways to complete a set.

use std::hint::black_box;

use pixel_debate_judge::{Decider, Judge, PixelSet, Question, SparseDecider};

use super::{Case, Pass, engine, judge};
use crate::stems::{Stems, stems};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "last-ply",
        about: "decisions: 5 pixels with every sixth, the fifth pushed onto 4 that the search knows",
        prepare: || in_search(5, with_each),
    },
    Case {
        name: "last-ply-cold",
        about: "decisions: 5 pixels with every sixth, by a new evaluator, its making included",
        prepare: || cold(5, with_each),
    },
    Case {
        name: "last-two",
        about: "decisions: 4 pixels with every two, the fourth pushed onto 3 that have seen the pairs",
        prepare: || in_search(4, with_each_two),
    },
    Case {
        name: "last-two-cold",
        about: "decisions: 4 pixels with every two, by a new evaluator, its making included",
        prepare: || cold(4, with_each_two),
    },
];

/// Decides a stem for all the ways to complete it by candidates that are given.
type Complete = fn(&mut dyn Decider, &[usize]);

fn with_each(decider: &mut dyn Decider, candidates: &[usize]) {
    for candidate in candidates {
        black_box(decider.honest_wins_with(*candidate));
    }
}

fn with_each_two(decider: &mut dyn Decider, candidates: &[usize]) {
    for (place, p) in candidates.iter().enumerate() {
        for q in &candidates[place + 1..] {
            black_box(decider.honest_wins_with_both([*p, *q]));
        }
    }
}

/// Every stem is asked of an evaluator made for it.
fn cold(size: usize, complete: Complete) -> Pass {
    let workload = stems(size);
    let judge = judge();
    Box::new(move || {
        let mut decisions = 0;
        for stems in &workload {
            for last in &stems.last {
                let mut evaluator = engine(&judge, &stems.image);
                let evidence: PixelSet = stems.parent.iter().chain([last]).copied().collect();
                let mut candidates: Vec<_> = stems.image.nonzero().collect();
                candidates.retain(|pixel| !evidence.pixels().contains(pixel));
                let open: Vec<usize> = (0..candidates.len()).collect();
                let question = Question { claims: stems.claims, evidence, candidates };
                let mut decider = SparseDecider::new(&mut evaluator, question);
                complete(&mut decider, &open);
                decisions += decider.decisions() as usize;
            }
        }
        decisions
    })
}

/// Every pass pushes the same stems onto their parents, which have seen it all before.
fn in_search(size: usize, complete: Complete) -> Pass {
    let judge = judge();
    let mut searches: Vec<Search> =
        stems(size).iter().map(|stems| Search::new(&judge, stems)).collect();
    let mut pass = move || searches.iter_mut().map(|search| search.complete(complete)).sum();
    pass();
    Box::new(pass)
}

/// A search that stands at the pixels that some stems share.
struct Search {
    decider: SparseDecider<'static>,
    last: Vec<usize>,
    open: Vec<usize>,
}

impl Search {
    fn new(judge: &Judge, stems: &Stems) -> Self {
        let candidates: Vec<_> = stems.image.nonzero().collect();
        let number = |pixel| candidates.iter().position(|candidate| candidate == pixel);
        let [parent, last] = [&stems.parent, &stems.last]
            .map(|pixels| pixels.iter().filter_map(number).collect::<Vec<usize>>());
        let mut open: Vec<usize> = (0..candidates.len()).collect();
        open.retain(|candidate| !parent.contains(candidate));
        let question = Question { claims: stems.claims, evidence: PixelSet::default(), candidates };
        // A pass lasts as long as the program, and so does what it borrows.
        let evaluator = Box::leak(Box::new(engine(judge, &stems.image)));
        let mut decider = SparseDecider::new(evaluator, question);
        for candidate in parent {
            decider.push(candidate);
        }
        Self { decider, last, open }
    }

    fn complete(&mut self, complete: Complete) -> usize {
        let before = self.decider.decisions();
        for last in &self.last {
            let mut open = self.open.clone();
            open.retain(|candidate| candidate != last);
            self.decider.push(*last);
            complete(&mut self.decider, &open);
            self.decider.pop();
        }
        (self.decider.decisions() - before) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sets of all stems of `size` pixels and all that is left of their images.
    fn sets(size: usize, ways: impl Fn(usize) -> usize) -> usize {
        let of_image = |stems: &Stems| 4 * ways(stems.image.nonzero().count() - size);
        stems(size).iter().map(of_image).sum()
    }

    #[test]
    fn every_way_to_complete_a_stem_is_decided() {
        assert_eq!(in_search(5, with_each)(), sets(5, |open| open));
        assert_eq!(cold(5, with_each)(), sets(5, |open| open));
        assert_eq!(in_search(4, with_each_two)(), sets(4, |open| open * (open - 1) / 2));
    }
}
