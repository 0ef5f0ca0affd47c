//! Rounds of play and training in turn.

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::{
    Judge, Model, Provenance, Weights,
    choosers::{Lengths, Rounds},
};
use rand::{Rng, RngExt};

use crate::{
    batch::Example,
    players::{Chosen, Play},
};

/// What was revealed in the newest round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Round {
    /// From 0.
    pub(crate) number: u64,
    pub(crate) masks: Vec<Chosen>,
}

impl Round {
    /// Plays round `number` before the judge as it is.
    pub(crate) fn play(play: &Play<'_>, model: Model, number: u64) -> Self {
        let weights = Weights { model, provenance: Provenance::default() };
        Self { number, masks: play.round(&Judge::new("trained so far", weights), number) }
    }

    /// The examples for batch `number` of so many: one mask after another, from the first again
    /// when all were shown.
    pub(crate) fn examples(
        &self,
        dataset: &Dataset,
        rounds: &Rounds,
        batch: u64,
        amount: usize,
    ) -> Vec<Example> {
        let first = (batch % u64::from(rounds.batches)) as usize * amount;
        let masks = self.masks.iter().cycle().skip(first % self.masks.len().max(1)).take(amount);
        masks
            .map(|mask| {
                let pixels: Vec<usize> = mask.pixels.iter().map(|at| usize::from(*at)).collect();
                Example::of(dataset, mask.image as usize, &pixels)
            })
            .collect()
    }
}

/// Cuts what is shown, where debates under way are to be learnt too.
pub(crate) fn cut(examples: &mut [Example], lengths: Lengths, rng: &mut impl Rng) {
    if lengths == Lengths::Every {
        for Example { evidence, .. } in examples {
            let length = rng.random_range(0..evidence.len().max(1)) + 1;
            evidence.truncate(length);
        }
    }
}
