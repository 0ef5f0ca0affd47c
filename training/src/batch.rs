//! Randomly masked training images (paper, section 3.1).

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::masks::Masks;
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// A pixel that the network may see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Revealed {
    pub(crate) x: usize,
    pub(crate) y: usize,
    /// 0 to 1.
    pub(crate) value: f32,
}

/// The revealed pixels of one image and its label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Example {
    pub(crate) evidence: Vec<Revealed>,
    pub(crate) label: u8,
}

impl Example {
    /// Image `index` seen through these pixels of it (row · width + column).
    pub(crate) fn of(dataset: &Dataset, index: usize, pixels: &[usize]) -> Self {
        let image = dataset.image(index);
        let reveal = |at: &usize| Revealed {
            x: at % dataset.width(),
            y: at / dataset.width(),
            value: f32::from(image[*at]) / 255.0,
        };
        Self { evidence: pixels.iter().map(reveal).collect(), label: dataset.label(index) }
    }
}

/// Bits for the place of an image in a round.
const PLACES: u32 = 20;

/// What random numbers are for; each purpose has ChaCha streams of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// The parameters at the start.
    Initialisation,
    /// The order of the images in epoch `n`.
    Order(u64),
    /// Masks and dropout of batch `n`.
    Batch(u64),
    /// The images of round `n`, and the order of what was revealed of them.
    Round(u64),
    /// What is revealed of the image at that place of a round.
    Play { round: u64, place: u64 },
}

/// The random numbers for `purpose`: a function of seed and purpose alone, so that a run that goes
/// on from a checkpoint draws what it would have drawn.
pub(crate) fn rng(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(match purpose {
        Purpose::Initialisation => 0,
        Purpose::Order(epoch) => 1 + 2 * epoch,
        Purpose::Batch(batch) => 2 + 2 * batch,
        // Above all that a run of batches comes to.
        Purpose::Round(round) => 1 << 63 | round << PLACES,
        Purpose::Play { round, place } => 1 << 63 | round << PLACES | (place + 1),
    });
    rng
}

/// The images of a dataset in a fresh random order for each epoch, as one endless stream of
/// batches.
#[derive(Debug)]
pub(crate) struct Batches<'a> {
    dataset: &'a Dataset,
    seed: u64,
    masks: Masks,
    batch_size: usize,
    epoch: Option<u64>,
    order: Vec<u32>,
}

impl<'a> Batches<'a> {
    pub(crate) fn new(dataset: &'a Dataset, seed: u64, masks: Masks, batch_size: usize) -> Self {
        Self { dataset, seed, masks, batch_size, epoch: None, order: Vec::new() }
    }

    /// Batch `number` (from 0): each image masked afresh.
    pub(crate) fn get(&mut self, number: u64, rng: &mut ChaCha8Rng) -> Vec<Example> {
        let images = self.dataset.len() as u64;
        let first = number * self.batch_size as u64;
        (first..first + self.batch_size as u64)
            .map(|position| {
                self.shuffle_for(position / images);
                let index = self.order[(position % images) as usize] as usize;
                let pixels = self.masks.draw(self.dataset.image(index), rng);
                Example::of(self.dataset, index, &pixels)
            })
            .collect()
    }

    fn shuffle_for(&mut self, epoch: u64) {
        if self.epoch != Some(epoch) {
            self.order = (0..self.dataset.len() as u32).collect();
            self.order.shuffle(&mut rng(self.seed, Purpose::Order(epoch)));
            self.epoch = Some(epoch);
        }
    }
}
