//! Masks that debaters and provers choose: they look one reveal ahead, before the judge as it is.
//!
//! A player tries some of the pixels that are left, drawn at random, and reveals the one after which
//! the judge favours its side most. To try a few makes many different masks of one image, and costs
//! less; to try all makes the greedy debater.

use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Claims, Image, LegalPixels, Pixel, Role, honest_margin};
use pixel_debate_judge::{
    Evaluator, Judge, PixelSet, Question,
    choosers::{Rounds, Who},
    masks::Masks,
};
use rand::{
    Rng,
    seq::{SliceRandom, index},
};
use rayon::prelude::*;

use crate::batch::{Purpose, rng};

/// What was revealed of one image, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Its number in the dataset.
    pub(crate) image: u32,
    /// Row · width + column.
    pub(crate) pixels: Vec<u16>,
}

/// A round's play: who plays, how much, and about what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Play<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) masks: Masks,
    pub(crate) who: Who,
    pub(crate) rounds: Rounds,
    pub(crate) seed: u64,
}

impl Play<'_> {
    /// What is revealed in round `number` before `judge`: a function of these and of nothing else,
    /// on processors that compute alike. In random order.
    ///
    /// # Panics
    ///
    /// If the judge cannot read the images.
    pub(crate) fn round(&self, judge: &Judge, number: u64) -> Vec<Chosen> {
        let mut order = rng(self.seed, Purpose::Round(number));
        let images = self.dataset.len();
        let amount = images.min(self.rounds.images as usize);
        let drawn = index::sample(&mut order, images, amount).into_vec();
        let masks = drawn.into_par_iter().enumerate().flat_map_iter(|(place, image)| {
            let mut rng = rng(self.seed, Purpose::Play { round: number, place: place as u64 });
            let revealed = self.image(judge, image, &mut rng);
            revealed.into_iter().map(move |pixels| Chosen { image: image as u32, pixels })
        });
        let mut masks: Vec<Chosen> = masks.collect();
        masks.shuffle(&mut order);
        masks
    }

    /// All that is played about one image.
    fn image(&self, judge: &Judge, index: usize, rng: &mut impl Rng) -> Vec<Vec<u16>> {
        let image = Arc::new(self.dataset.to_image(index));
        let mut table = Table {
            legal: legal(&image, self.masks.legal),
            engine: judge.evaluator(image).expect("the run was opened with images of that size"),
            tries: self.rounds.tries as usize,
            pixels: self.masks.pixels,
            width: self.dataset.width() as u16,
        };
        let honest = self.dataset.label(index);
        let lies = self.lies(honest, rng);
        let against = |liar| Claims { honest, liar };
        match self.who {
            Who::Debates => lies
                .into_iter()
                .flat_map(|lie| [Role::Honest, Role::Liar].map(|first| (Some(lie), first)))
                .map(|(lie, first)| {
                    let in_turn = |turn| if turn % 2 == 0 { first } else { other(first) };
                    table.play(against(lie), in_turn, rng)
                })
                .collect(),
            Who::Provers => {
                let mut masks = vec![table.play(against(None), |_| Role::Honest, rng)];
                for (number, lie) in lies.into_iter().enumerate() {
                    // Every other one is for whatever is believed rather than the truth.
                    let lie = (number % 2 == 1).then_some(lie);
                    masks.push(table.play(against(lie), |_| Role::Liar, rng));
                }
                masks
            }
        }
    }

    /// So many labels other than the true one.
    fn lies(&self, honest: u8, rng: &mut impl Rng) -> Vec<u8> {
        let others = self.dataset.classes().len().max(2) - 1;
        let drawn = index::sample(rng, others, others.min(self.rounds.lies as usize)).into_iter();
        // At most 254, and those from the true one on are the next.
        drawn.map(|lie| lie as u8).map(|lie| lie + u8::from(lie >= honest)).collect()
    }
}

fn other(role: Role) -> Role {
    match role {
        Role::Honest => Role::Liar,
        Role::Liar => Role::Honest,
    }
}

fn legal(image: &Image, legal: LegalPixels) -> Vec<Pixel> {
    image.iter().filter(|(_, value)| legal.allows(*value)).map(|(pixel, _)| pixel).collect()
}

/// An image with the judge before which it is argued about.
struct Table {
    engine: Box<dyn Evaluator>,
    legal: Vec<Pixel>,
    tries: usize,
    /// How many are revealed, if there are so many.
    pixels: usize,
    /// Columns of the image.
    width: u16,
}

impl Table {
    /// Plays with `role` saying whose turn each is.
    fn play(
        &mut self,
        claims: Claims,
        role: impl Fn(usize) -> Role,
        rng: &mut impl Rng,
    ) -> Vec<u16> {
        let Self { engine, legal, tries, pixels, width } = self;
        let turns = (*pixels).min(legal.len());
        let revealed = if *tries >= legal.len() {
            let (evidence, candidates) = (PixelSet::default(), legal.clone());
            let mut decider = engine.decider(Question { claims, evidence, candidates });
            walk(legal.len(), turns, *tries, role, rng, |revealed, tried| {
                revealed.last().into_iter().for_each(|newest| decider.push(*newest));
                tried.iter().map(|candidate| decider.margin_with(*candidate)).collect()
            })
        } else {
            walk(legal.len(), turns, *tries, role, rng, |revealed, tried| {
                let before: PixelSet = revealed.iter().map(|place| legal[*place]).collect();
                let sets: Vec<PixelSet> =
                    tried.iter().map(|candidate| before.with(legal[*candidate])).collect();
                let logits = engine.evaluate(&sets);
                logits.rows().map(|logits| honest_margin(logits, &claims)).collect()
            })
        };
        let flat = |place: usize| u16::from(legal[place].y) * *width + u16::from(legal[place].x);
        revealed.into_iter().map(flat).collect()
    }
}

/// Reveals one of so many pixels in each turn, of `most` that are tried. `margins` says by how much what is revealed favours
/// the honest side with each of those that are tried.
fn walk(
    legal: usize,
    turns: usize,
    most: usize,
    role: impl Fn(usize) -> Role,
    rng: &mut impl Rng,
    mut margins: impl FnMut(&[usize], &[usize]) -> Vec<f32>,
) -> Vec<usize> {
    let mut revealed = Vec::with_capacity(turns);
    for turn in 0..turns {
        let free: Vec<usize> = (0..legal).filter(|place| !revealed.contains(place)).collect();
        let tried = index::sample(rng, free.len(), most.min(free.len()));
        // In random order, so that ties are broken at random.
        let tried: Vec<usize> = tried.into_iter().map(|place| free[place]).collect();
        let margins = margins(&revealed, &tried).into_iter();
        let own = margins.map(|margin| if role(turn) == Role::Honest { margin } else { -margin });
        let best = tried.iter().zip(own).max_by(|(_, a), (_, b)| a.total_cmp(b));
        revealed.extend(best.map(|(place, _)| *place));
    }
    revealed
}

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;
    use pixel_debate_game::{LegalPixels, honest_wins};

    use super::*;

    fn play(who: Who, rounds: Rounds) -> Vec<Chosen> {
        let masks = Masks::nonzero(4);
        let play = Play { dataset: mnist::test(), masks, who, rounds, seed: 5 };
        play.round(&Judge::shipped(4).unwrap(), 7)
    }

    /// Of the masks, those after which the judge believes in the true label.
    fn right(masks: &[Chosen]) -> usize {
        let (judge, dataset) = (Judge::shipped(4).unwrap(), mnist::test());
        let right = |mask: &&Chosen| {
            let pixel = |at: &u16| Pixel::new((at % 28) as u8, (at / 28) as u8);
            let set: PixelSet = mask.pixels.iter().map(pixel).collect();
            let index = mask.image as usize;
            let mut engine = judge.engine(Arc::new(dataset.to_image(index))).unwrap();
            let claims = Claims { honest: dataset.label(index), liar: None };
            honest_wins(&engine.evaluate(&[set])[0], &claims)
        };
        masks.iter().filter(right).count()
    }

    #[test]
    fn each_player_reveals_as_many_legal_pixels_as_there_are_turns_once_each() {
        for (who, tries, masks) in [(Who::Debates, 3, 4), (Who::Provers, 784, 3)] {
            let rounds = Rounds { images: 5, tries, ..Rounds::default() };
            let chosen = play(who, rounds);
            assert_eq!(chosen.len(), 5 * masks);
            for Chosen { image, pixels } in &chosen {
                let values = mnist::test().image(*image as usize);
                assert!(
                    pixels.iter().all(|at| LegalPixels::Nonzero.allows(values[usize::from(*at)]))
                );
                let mut different = pixels.clone();
                different.sort_unstable();
                different.dedup();
                assert_eq!((pixels.len(), different.len()), (4, 4));
            }
        }
    }

    #[test]
    fn provers_have_success() {
        // All that they try: the honest prover of an image is right, and its two liars are not.
        let chosen = play(Who::Provers, Rounds { images: 12, tries: 784, ..Rounds::default() });
        let right = right(&chosen);
        assert!((11..=15).contains(&right), "{right} of {}", chosen.len());
    }

    #[test]
    fn lies_are_labels_other_than_the_true_one_and_none_twice() {
        let rounds = Rounds { lies: 9, ..Rounds::default() };
        let masks = Masks::nonzero(4);
        let play = Play { dataset: mnist::test(), masks, who: Who::Provers, rounds, seed: 5 };
        for honest in 0..10 {
            let mut lies = play.lies(honest, &mut rng(1, Purpose::Round(0)));
            lies.sort_unstable();
            assert!(lies.iter().copied().eq((0..10).filter(|label| *label != honest)));
        }
    }

    #[test]
    fn a_round_is_played_alike_each_time_and_each_round_otherwise() {
        let rounds = Rounds { images: 4, tries: 2, ..Rounds::default() };
        let masks = Masks::nonzero(4);
        let play = Play { dataset: mnist::test(), masks, who: Who::Provers, rounds, seed: 5 };
        let judge = Judge::shipped(4).unwrap();
        assert_eq!(play.round(&judge, 3), play.round(&judge, 3));
        assert_ne!(play.round(&judge, 3), play.round(&judge, 4));
    }
}
