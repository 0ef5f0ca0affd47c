//! The debates of one cell over one image.

mod blame;
mod solved;
mod sound;

use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Claims, Pixel, Role, TurnOrder, Verdict, believed_label, honest_margin};
use pixel_debate_judge::masks::{Masks, measuring_rng};
use pixel_debate_judge::{CLASSES, Judge};
use pixel_debate_play::{Debaters, PlayError, Series, Setup};
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::cell::Play;
use crate::experiment::{Lies, NamedLies, Protocol};
use crate::rows::Row;
pub(crate) use sound::Depth;

/// What the debates of a cell need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) judge: &'a Judge,
    pub(crate) play: &'a Play,
}

/// What sets a debate apart from the others over its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    replicate: u16,
    seed: Option<u64>,
    lie: Option<u8>,
    first: Option<Role>,
}

impl Work<'_> {
    /// All debates over an image: by replicate, then seed, lie and order. They depend on nothing
    /// but the cell and the image.
    pub(crate) fn rows(&self, image: usize) -> Result<Vec<Row>, PlayError> {
        if self.play.solved {
            return self.solved(image);
        }
        let mut rows = Vec::new();
        for (replicate, seeds) in (0_u16..).zip(&self.play.seeds) {
            for seed in seeds {
                match self.play.protocol {
                    Protocol::JudgeAlone => rows.extend(self.judge_alone(image, *seed)?),
                    Protocol::Consultancy | Protocol::Debate => {
                        rows.extend(self.debates(image, *seed)?);
                    }
                }
                let new = rows.iter_mut().rev().take_while(|row| row.seed.is_none());
                new.for_each(|row| (row.replicate, row.seed) = (replicate, Some(*seed)));
            }
        }
        Ok(rows)
    }

    /// What sets the debates over an image apart, in the order of their rows.
    fn keys(&self, image: usize) -> Vec<Key> {
        let seeds: Vec<(u16, Option<u64>)> = if self.play.solved {
            vec![(0, None)]
        } else {
            let replicates = (0_u16..).zip(&self.play.seeds);
            replicates
                .flat_map(|(number, seeds)| seeds.iter().map(move |seed| (number, Some(*seed))))
                .collect()
        };
        let first: Vec<Option<Role>> = match self.play.protocol {
            Protocol::JudgeAlone => vec![None],
            Protocol::Consultancy | Protocol::Debate => {
                self.play.first.iter().copied().map(Some).collect()
            }
        };
        let mut keys = Vec::new();
        for (replicate, seed) in seeds {
            for lie in self.lies(image) {
                keys.extend(first.iter().map(|first| Key { replicate, seed, lie, first: *first }));
            }
        }
        keys
    }

    /// What the liar claims in each of the debates over an image.
    fn lies(&self, image: usize) -> Vec<Option<u8>> {
        let label = self.dataset.label(image);
        let wrong = (0..self.dataset.classes().len() as u8).filter(|lie| *lie != label);
        match &self.play.lies {
            None => vec![None],
            Some(Lies::Named(NamedLies::All)) => wrong.map(Some).collect(),
            Some(Lies::Named(NamedLies::Random)) => {
                // The same in every replicate, which differ by their seeds.
                let seed = self.play.seeds.first().and_then(|seeds| seeds.first());
                let mut rng = ChaCha8Rng::seed_from_u64(*seed.unwrap_or(&0));
                rng.set_stream(image as u64);
                vec![wrong.collect::<Vec<_>>().choose(&mut rng).copied()]
            }
            Some(Lies::Labels(labels)) => {
                labels.iter().filter(|lie| **lie != label).map(|lie| Some(*lie)).collect()
            }
        }
    }

    /// The judge's word on random pixels, once for each lie.
    fn judge_alone(&self, image: usize, seed: u64) -> Result<Vec<Row>, PlayError> {
        let evidence = self.mask(image, seed);
        let logits = self.logits(image, &evidence)?;
        let label = self.dataset.label(image);
        let rows = self.lies(image).into_iter().map(|lie| {
            let claims = Claims { honest: label, liar: lie };
            Row { evidence: evidence.clone(), ..row(image, claims, None, &logits) }
        });
        Ok(rows.collect())
    }

    /// The random pixels of an image.
    fn mask(&self, image: usize, seed: u64) -> Vec<Pixel> {
        let masks = Masks { pixels: self.play.pixels.into(), legal: self.play.legal };
        let mask = masks.draw(self.dataset.image(image), &mut measuring_rng(seed, image));
        let side = self.dataset.width();
        mask.into_iter().map(|at| Pixel::new((at % side) as u8, (at / side) as u8)).collect()
    }

    /// What the judge says of these pixels of an image.
    fn logits(&self, image: usize, pixels: &[Pixel]) -> Result<[f32; CLASSES], PlayError> {
        let mut judge = self.judge.evaluator(Arc::new(self.dataset.to_image(image)))?;
        let [logits] = judge.evaluate(&[pixels.iter().copied().collect()])[..] else {
            unreachable!("one set, one answer");
        };
        Ok(logits)
    }

    fn debates(&self, image: usize, seed: u64) -> Result<Vec<Row>, PlayError> {
        let series = self.series(seed);
        let mut rows = Vec::new();
        for lie in self.lies(image) {
            for first in &self.play.first {
                let debate = series.play(&Setup { image, lie, first: *first }, |_, _, _| {})?;
                let Some(Verdict::Logits { logits }) = debate.verdict() else {
                    unreachable!("a series ends each debate with logits");
                };
                let logits: [f32; CLASSES] =
                    logits[..].try_into().expect("a logit a class of the judge");
                let mut row = row(image, *debate.claims(), Some(*first), &logits);
                row.evidence = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
                if self.play.blame && row.winner == Role::Liar {
                    row.blame = Some(self.blame(&debate)?);
                }
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// The debates of that seed.
    fn series(&self, seed: u64) -> Series<'_> {
        let Play { pixels, order, legal, honest, liar, .. } = *self.play;
        let (Some(honest), Some(liar)) = (honest, liar) else {
            unreachable!("a plan has debaters wherever there is a debate");
        };
        let order = order.unwrap_or(TurnOrder::Alternating);
        let debaters = Debaters { honest, liar };
        Series { order, legal, ..Series::paper(self.dataset, self.judge, pixels, debaters, seed) }
    }
}

/// The row of a verdict; what it has of its place in the run is yet to be filled in.
fn row(image: usize, claims: Claims, first: Option<Role>, logits: &[f32; CLASSES]) -> Row {
    let margin = honest_margin(logits, &claims);
    Row {
        image: image as u32,
        label: claims.honest,
        lie: claims.liar,
        first,
        replicate: 0,
        seed: None,
        winner: if margin > 0.0 { Role::Honest } else { Role::Liar },
        margin: Some(margin),
        believed: Some(believed_label(logits, &claims)),
        evidence: Vec::new(),
        logits: Some(*logits),
        blame: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::RunPlan;

    #[test]
    fn who_debates_does_not_change_a_random_lie() {
        let text = r#"
            title = "Random lies"
            [images]
            dataset = "mnist"
            random = 50
            [[grid]]
            name = "grid"
            protocol = "debate"
            pixels = 4
            lies = "random"
            seed = 7
            seeds = 3
            replicates = 2
            honest = ["mcts:10", "exact"]
            liar = ["mcts:10", "exact"]
        "#;
        let plan = RunPlan::new(text, Path::new(""), None).unwrap();
        let cells = &plan.manifest().cells;
        assert_eq!(cells.len(), 4);
        for image in 0..50 {
            let lies = cells.iter().map(|cell| {
                let (dataset, judge) = (plan.dataset(), &plan.judges()[0]);
                Work { dataset, judge, play: &cell.play }.lies(image)
            });
            let lies: Vec<_> = lies.collect();
            assert!(lies.iter().all(|lie| *lie == lies[0] && lie.len() == 1), "{image}: {lies:?}");
        }
    }
}
