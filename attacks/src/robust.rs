//! The smallest set that misleads the judge whatever the honest side then reveals.
//!
//! The liar reveals its pixels first, then the honest side so many. Whether the liar can win is a game, which the
//! [solver](pixel_debate_agents::solver) decides where the liar has few sets to choose from. Where it has more, a set
//! is looked for by counterexamples: begin with the liar's best, find the answer that refutes it, exchange a pixel such
//! that no answer met so far does. What is found by either way is held against all answers, by the judge's logits.

use pixel_debate_agents::consultant::{Aim, Consultation, Limits, Wanted, consult, sets};
use pixel_debate_agents::solver::{Game, Solution, Solved, solve};
use pixel_debate_game::{Claims, Pixel, Role};
use pixel_debate_judge::PixelSet;

use crate::attacked::Smallest;
use crate::attacker::Attacker;

/// How often a set is mended.
const MENDS: usize = 12;

/// The smallest set for a lie that withstands so many answers.
pub(crate) fn withstanding(attacker: &mut Attacker<'_>, lie: u8, answers: u8) -> Smallest {
    let mut smallest =
        Smallest { lie, answers, size: None, at_least: 1, set: Vec::new(), margin: None };
    for size in 1..=attacker.plan.attack.smallest {
        if attacker.clock.is_over() {
            break;
        }
        let few = sets(attacker.candidates.len(), size.into())
            .is_some_and(|sets| sets <= attacker.plan.attack.sets_to_answer);
        let found = if few && smallest.at_least == size {
            match solved(attacker, lie, size, answers) {
                Some(Solved { winner: Role::Honest, .. }) => {
                    smallest.at_least = size + 1;
                    continue;
                }
                Some(Solved { variation, .. }) => {
                    let liars = &variation[..usize::from(size).min(variation.len())];
                    Some(liars.iter().copied().collect())
                }
                None => None,
            }
        } else {
            mended(attacker, lie, size, answers)
        };
        if let Some(set) = found
            && let Some((margin, _)) = worst(attacker, lie, &set, answers)
            && margin >= 0.0
        {
            smallest.size = Some(size);
            smallest.set = set.pixels().to_vec();
            smallest.margin = Some(margin);
            break;
        }
    }
    smallest
}

fn solved(attacker: &mut Attacker<'_>, lie: u8, size: u8, answers: u8) -> Option<Solved> {
    let liar = std::iter::repeat_n(Role::Liar, size.into());
    let game = Game {
        claims: Claims { honest: attacker.label, liar: Some(lie) },
        evidence: PixelSet::default(),
        candidates: attacker.candidates.clone(),
        turns: liar.chain(std::iter::repeat_n(Role::Honest, answers.into())).collect(),
    };
    match solve(&game, attacker.evaluator, attacker.clock) {
        Solution::Solved(solved) => Some(solved),
        Solution::Open { .. } => None,
    }
}

/// The lie's margin after the answer that is worst for it, and that answer; none where the time is over.
fn worst(
    attacker: &mut Attacker<'_>,
    lie: u8,
    set: &PixelSet,
    answers: u8,
) -> Option<(f32, PixelSet)> {
    let free: Vec<Pixel> =
        attacker.candidates.iter().copied().filter(|pixel| !set.contains(*pixel)).collect();
    let empty = PixelSet::default();
    let all: Vec<PixelSet> = if answers == 1 {
        free.iter().map(|pixel| empty.with(*pixel)).collect()
    } else {
        let later = |(at, one): (usize, &Pixel)| {
            let one = empty.with(*one);
            free[at + 1..].iter().map(move |two| one.with(*two))
        };
        free.iter().enumerate().flat_map(later).collect()
    };
    let mut worst: Option<(f32, PixelSet)> = None;
    for answers in all.chunks(attacker.evaluator.batch().max(1)) {
        let sets: Vec<PixelSet> = answers.iter().map(|answer| union(set, answer)).collect();
        for (margin, answer) in margins(attacker, lie, &sets).into_iter().zip(answers) {
            if worst.as_ref().is_none_or(|(least, _)| margin < *least) {
                worst = Some((margin, answer.clone()));
            }
        }
        if attacker.clock.is_over() {
            return None;
        }
    }
    worst
}

/// By how much the judge favours the lie after each of the sets.
fn margins(attacker: &mut Attacker<'_>, lie: u8, sets: &[PixelSet]) -> Vec<f32> {
    let (lie, label) = (usize::from(lie), usize::from(attacker.label));
    attacker.evaluator.evaluate(sets).rows().map(|logits| logits[lie] - logits[label]).collect()
}

fn union(set: &PixelSet, other: &PixelSet) -> PixelSet {
    other.pixels().iter().fold(set.clone(), |set, pixel| set.with(*pixel))
}

/// A set that is hoped to withstand all answers.
fn mended(attacker: &mut Attacker<'_>, lie: u8, size: u8, answers: u8) -> Option<PixelSet> {
    let (evidence, candidates) = (PixelSet::default(), attacker.candidates.clone());
    let (label, aim) = (attacker.label, Aim::Lies(vec![lie]));
    let consultation = Consultation { label, aim, evidence, candidates, pixels: size.into() };
    let beam = attacker.plan.attack.beam;
    let limits = Limits { wanted: Wanted::Greatest, beam, sets: 0, clock: attacker.clock };
    let mut set = consult(&consultation, attacker.evaluator, limits).cases.pop()?.set;
    let mut met: Vec<PixelSet> = Vec::new();
    for _ in 0..MENDS {
        let (margin, answer) = worst(attacker, lie, &set, answers)?;
        if margin >= 0.0 {
            return Some(set);
        }
        if met.contains(&answer) {
            return None;
        }
        met.push(answer);
        set = exchanged(attacker, lie, &set, &met)?;
    }
    None
}

/// The set with one pixel exchanged, such that the worst of the answers met is as good as possible for the lie; none
/// where one of them refutes every exchange, or the time is over.
fn exchanged(
    attacker: &mut Attacker<'_>,
    lie: u8,
    set: &PixelSet,
    met: &[PixelSet],
) -> Option<PixelSet> {
    let mut best: Option<(f32, PixelSet)> = None;
    for leaves in set.pixels() {
        let kept: PixelSet = set.pixels().iter().copied().filter(|one| one != leaves).collect();
        let free = attacker.candidates.iter().copied().filter(|one| !set.contains(*one));
        let others: Vec<PixelSet> = free.map(|one| kept.with(one)).collect();
        let mut least = vec![f32::INFINITY; others.len()];
        for answer in met {
            let sets: Vec<PixelSet> = others.iter().map(|other| union(other, answer)).collect();
            let now = margins(attacker, lie, &sets);
            for ((least, margin), other) in least.iter_mut().zip(now).zip(&others) {
                // What the liar has revealed cannot be the answer.
                let taken = answer.pixels().iter().any(|pixel| other.contains(*pixel));
                *least = if taken { *least } else { least.min(margin) };
            }
            if attacker.clock.is_over() {
                return None;
            }
        }
        for (least, other) in least.into_iter().zip(others) {
            if least.is_finite() && best.as_ref().is_none_or(|(margin, _)| least > *margin) {
                best = Some((least, other));
            }
        }
    }
    best.filter(|(margin, _)| *margin >= 0.0).map(|(_, set)| set)
}
