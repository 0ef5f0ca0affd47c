//! Difficulty that is proven: who wins if both sides play as well as can be.

use pixel_debate_agents::Clock;
use pixel_debate_agents::solver::Several;
use pixel_debate_game::{Debate, Pixel, Role, TurnOrder, honest_margin};
use pixel_debate_judge::PixelSet;
use pixel_debate_play::{PlayError, Series, Setup};
use serde::{Deserialize, Serialize};

use super::ItemsError;
use crate::draft::Draft;
use crate::file::{Condition, First, Play, Tier};

/// What is proven of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The lie that it is proven for; none without precommit.
    pub lie: Option<u8>,
    /// The game in each order in which it is played.
    pub games: Vec<ProvenGame>,
}

/// What is proven of a debate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenGame {
    /// Who begins.
    pub first: Role,
    /// Who wins if both play as well as can be.
    pub winner: Role,
    /// How many pixels the plan has by which the solver proves the win, whatever else is revealed; there may be a
    /// shorter one. None where the proof answers the other side's reveals.
    pub plan: Option<u8>,
    /// What both may reveal then: the winner by its strategy, the loser what makes the judge favour it most at once.
    pub variation: Vec<Pixel>,
    /// By how much the judge's logit of the winner's claim is above the other after these.
    pub margin: f32,
}

impl Proof {
    /// Whether every order is as the tier has it.
    pub fn fits(&self, tier: &Tier) -> bool {
        let within =
            |range: [f64; 2], margin: f32| (range[0]..=range[1]).contains(&f64::from(margin));
        self.games.iter().all(|game| {
            tier.winner.is_none_or(|winner| winner == game.winner)
                && tier.plan.is_none_or(|[from, to]| {
                    game.plan.is_some_and(|plan| (from..=to).contains(&plan))
                })
                && tier.margin.is_none_or(|range| within(range, game.margin))
        })
    }

    /// How well the liar does: in how many orders it wins, and by how much in all.
    fn for_the_liar(&self) -> (usize, f32) {
        let wins = self.games.iter().filter(|game| game.winner == Role::Liar).count();
        let margin = |game: &ProvenGame| match game.winner {
            Role::Liar => game.margin,
            Role::Honest => -game.margin,
        };
        (wins, self.games.iter().map(margin).sum())
    }
}

/// The orders in which a debate is played.
pub(super) fn orders(condition: &Condition) -> &'static [Role] {
    match condition.play {
        Play::Debate { first: First::Honest, .. } => &[Role::Honest],
        Play::Debate { first: First::Liar, .. } => &[Role::Liar],
        _ => &[Role::Honest, Role::Liar],
    }
}

/// What is proven of an image in the game of a condition, with that one of these lies with which the liar does best;
/// of equal ones the first.
pub(super) fn prove(
    draft: &Draft,
    condition: &Condition,
    image: usize,
    lies: &[Option<u8>],
    clock: Clock,
) -> Result<Proof, ItemsError> {
    let judge = draft.judge(condition.pixels);
    let rules = condition.rules(Role::Honest);
    let series = Series {
        dataset: draft.dataset(),
        judge,
        debaters_ask: None,
        pixels: condition.pixels,
        order: rules.order,
        legal: rules.legal,
        seed: 0,
        clock,
    };
    debug_assert_ne!(rules.order, TurnOrder::Alone, "a debate's");
    let mut debates: Vec<Debate> = Vec::new();
    for lie in lies {
        for first in orders(condition) {
            debates.push(series.open(&Setup { image, lie: *lie, first: *first })?);
        }
    }
    let Some(one) = debates.first() else { return Err(ItemsError::Stopped) };
    let mut evaluator = judge.evaluator(one.image().clone()).map_err(PlayError::from)?;
    let mut several = Several::new(&debates, &mut *evaluator, || clock);
    let mut proofs: Vec<Proof> = Vec::new();
    while let Some(proven) = several.next_solved() {
        let proven = proven.map_err(|_| ItemsError::Stopped)?;
        let variation = several.variation(&proven);
        let set: PixelSet = variation.iter().copied().collect();
        let claims = *proven.debate.claims();
        let logits = several.evaluator().evaluate(&[set]);
        let honest = honest_margin(&logits[0], &claims);
        let winner = proven.solved.winner;
        let plans = &proven.solved.strategy.plans;
        let whole = plans.iter().find(|plan| plan.after.pixels().is_empty());
        let game = ProvenGame {
            first: proven.debate.rules().first,
            winner,
            plan: whole.map(|plan| plan.reveal.len() as u8),
            variation,
            margin: if winner == Role::Honest { honest } else { -honest },
        };
        match proofs.last_mut() {
            Some(last) if last.lie == claims.liar => last.games.push(game),
            _ => proofs.push(Proof { lie: claims.liar, games: vec![game] }),
        }
    }
    let mut best: Option<Proof> = None;
    for proof in proofs {
        let better = |best: &Proof| {
            let ((wins, margin), (most, widest)) = (proof.for_the_liar(), best.for_the_liar());
            wins > most || wins == most && margin > widest
        };
        if best.as_ref().is_none_or(better) {
            best = Some(proof);
        }
    }
    best.ok_or(ItemsError::Stopped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_every_order_within_its_ranges() {
        let game = |first, plan, margin| ProvenGame {
            first,
            winner: Role::Honest,
            plan,
            variation: Vec::new(),
            margin,
        };
        let proof = |plan, margin| Proof {
            lie: Some(8),
            games: vec![game(Role::Honest, Some(1), 2.0), game(Role::Liar, plan, margin)],
        };
        let tier = Tier {
            name: "easy".into(),
            number: 1,
            winner: Some(Role::Honest),
            plan: Some([1, 2]),
            margin: Some([1.0, 3.0]),
        };
        assert!(proof(Some(2), 3.0).fits(&tier));
        assert!(!proof(Some(3), 3.0).fits(&tier));
        assert!(!proof(None, 3.0).fits(&tier));
        assert!(!proof(Some(2), 3.5).fits(&tier));
        assert!(proof(None, 3.5).fits(&Tier { plan: None, margin: None, ..tier.clone() }));
        assert!(!proof(Some(2), 3.0).fits(&Tier { winner: Some(Role::Liar), ..tier }));
    }
}
