//! Estimates of the hidden units' sums, in integers: much less work than the logits, and
//! nearly always enough to say who wins.
//!
//! What a set of pixels adds to the second convolution's output is written as a sum over its parts:
//! what each pixel adds alone, what each two near ones add together, and what is left where three or
//! more share a cell of the first pool. All are kept for the image, in 16 bits, up to a bound. The pooled field is rounded to 8 bits and multiplied by the first
//! dense layer's weights in 8 bits.
//!
//! An estimate comes with its [`Deviation`], the size of error that all this rounding should cause
//! were each rounding error an independent draw. See [`BAND`] for what is made of it.

use pixel_debate_game::Pixel;
use smallvec::SmallVec;

use super::{
    SparseWeights,
    byte_weights::ByteWeights,
    contrast::Contrast,
    parts::{FIELD, Parts, Rectangle},
    response::{Revealed, SPREAD, are_near, compute, compute_gain},
};
use crate::{
    geometry::{HALF, MARGIN, TAPS},
    kernels::{
        Aligned, DUST, Fixed, Hidden, Inputs, Numbers, Pooled, Taps, fixed_zeros, pool_fixed,
        to_bytes, together_beyond_pairs, weigh_tap, zeros,
    },
    network::{CONV1, CONV2, FLAT, HIDDEN, KERNEL, SIDE},
};

/// An estimated margin decides if it is so many [deviations](Deviation) away from zero.
///
/// The rounding errors are not independent draws, so this is measured and not proven: a test below
/// holds every error over some 13,000 sets, hostile ones and another network's too, to half of it.
pub(super) const BAND: f32 = 16.0;

/// Sets of more pixels are not estimated: too many of them share cells.
const MOST_PIXELS: usize = 12;

/// Numbers of 16 bits that are kept of what each pixel adds: enough for all of an image.
const KEPT_ALONE: usize = SIDE * SIDE * 49 * CONV2;
/// Of what two add together: 40 megabytes, enough for most images.
const KEPT_TOGETHER: usize = 20 << 20;
/// Of what is left where three or more share a cell: 16 megabytes.
const KEPT_CROWDS: usize = 8 << 20;

/// The pixels that share a cell, in reading order, and the cell.
type Crowd = (SmallVec<[Pixel; 4]>, u8);

/// Estimates for one image.
#[derive(Debug)]
pub(super) struct Estimator {
    alone: Parts<Pixel>,
    together: Parts<[Pixel; 2]>,
    crowds: Parts<Crowd>,
    field: Fixed,
    pooled: Aligned<[i16; FLAT]>,
    bytes: Aligned<[u8; FLAT]>,
    inputs: Inputs,
    sums: Aligned<[i32; HIDDEN]>,
    /// What is computed of one or two pixels: row × column × channel, 7 × 7 × 64.
    around: Numbers,
}

/// The sums of a set's hidden units, without the biases: `sums · step · scales`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate<'a> {
    sums: &'a [i32; HIDDEN],
    scales: &'a Hidden,
    /// What an input's last bit stands for.
    step: f32,
    /// The sum of the squares of the inputs.
    squares: f32,
    /// The expected sum of the squares of the inputs' rounding errors.
    rounded: f32,
}

impl Default for Estimator {
    fn default() -> Self {
        Self {
            alone: Parts::up_to(KEPT_ALONE),
            together: Parts::up_to(KEPT_TOGETHER),
            crowds: Parts::up_to(KEPT_CROWDS),
            field: fixed_zeros(FIELD),
            pooled: Aligned([0; FLAT]),
            bytes: Aligned([0; FLAT]),
            inputs: Inputs::of(FLAT),
            sums: Aligned([0; HIDDEN]),
            around: zeros(SPREAD * SPREAD * CONV2),
        }
    }
}

impl Estimator {
    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.alone.bytes() + self.together.bytes() + self.crowds.bytes()
    }

    /// The estimate for a set of pixels in reading order, or `None` where there is none: with
    /// weights or sets for which 16 bits do not suffice, and of no pixels at all, where one cell is
    /// like the other and their rounding errors do not cancel each other.
    pub(super) fn estimate<'a>(
        &'a mut self,
        weights: &'a SparseWeights,
        set: &[Revealed],
    ) -> Option<Estimate<'a>> {
        let bytes = weights.bytes.as_ref().filter(|_| (1..=MOST_PIXELS).contains(&set.len()))?;
        let terms = self.sum_up(weights, bytes, set)?;
        let Pooled { largest, positive } = pool_fixed(&self.field, &mut self.pooled.0);
        // The largest input becomes 255, or as much of it as a factor of 15 bits allows.
        let factor = (255 << 15) / i32::from(largest.max(256));
        to_bytes(&self.pooled.0, factor as i16, &mut self.bytes.0);
        let squares = self.inputs.gather(&self.bytes.0);
        bytes.rows.sum(&self.inputs, &mut self.sums.0);
        let field_step = 1.0 / bytes.field_scale;
        let step = 32768.0 / factor as f32 * field_step;
        let errors = step * step + terms as f32 * field_step * field_step;
        Some(Estimate {
            sums: &self.sums.0,
            scales: &bytes.scales,
            step,
            squares: squares as f32 * step * step,
            // Also those that became zero were rounded.
            rounded: positive as f32 * errors / 12.0,
        })
    }

    /// Sets the field to the sum of all parts. The result is how many they are.
    fn sum_up(
        &mut self,
        weights: &SparseWeights,
        bytes: &ByteWeights,
        set: &[Revealed],
    ) -> Option<usize> {
        let Self { alone, together, crowds, field, around, .. } = self;
        let scale = bytes.field_scale;
        field.copy_from_slice(&bytes.constant_field);
        let (mut peaks, mut terms) = (i32::from(bytes.constant_peak), 1);
        for (index, one) in set.iter().enumerate() {
            let rectangle = Rectangle::shared(&[one.pixel]);
            peaks += alone.add_to(field, one.pixel, rectangle, |part| {
                compute(weights, &[], *one, around);
                rectangle.round(one.pixel, around, scale, part)
            });
            terms += 1;
            for other in set[..index].iter().filter(|other| are_near(other.pixel, one.pixel)) {
                let pixels = [other.pixel, one.pixel];
                let rectangle = Rectangle::shared(&pixels);
                peaks += together.add_to(field, pixels, rectangle, |part| {
                    compute_gain(weights, &[], [*other, *one], around);
                    rectangle.round(one.pixel, around, scale, part)
                });
                terms += 1;
            }
        }
        let mut shared_by = [0_u8; HALF * HALF];
        for [column, row] in set.iter().flat_map(|one| reached(one.pixel)) {
            let cell = row * HALF + column;
            shared_by[cell] += 1;
            if shared_by[cell] == 3 {
                let crowd: SmallVec<[Revealed; MOST_PIXELS]> =
                    sharing(set, [column, row]).collect();
                let key = (crowd.iter().map(|one| one.pixel).collect(), cell as u8);
                let rectangle = Rectangle::around([column, row]);
                peaks += crowds.add_to(field, key, rectangle, |part| {
                    add_crowd(weights, bytes, &crowd, [column, row], rectangle, part)
                });
                terms += 1;
            }
        }
        // Only then could no sum, of whichever parts, leave the range of 16 bits.
        (peaks <= i32::from(i16::MAX)).then_some(terms)
    }
}

/// The cells after the first pool that a pixel reaches: column, row.
fn reached(pixel: Pixel) -> impl Iterator<Item = [usize; 2]> {
    let range = |along: u8| {
        let cell = usize::from(along / 2);
        cell.saturating_sub(1)..(cell + 2).min(HALF)
    };
    range(pixel.y).flat_map(move |row| range(pixel.x).map(move |column| [column, row]))
}

/// Those that reach a cell.
fn sharing(set: &[Revealed], [column, row]: [usize; 2]) -> impl Iterator<Item = Revealed> {
    let near = |along: u8, cell: usize| usize::from(along / 2).abs_diff(cell) <= 1;
    set.iter().filter(move |one| near(one.pixel.x, column) && near(one.pixel.y, row)).copied()
}

/// Computes what is left where three or more pixels share a cell of the first pool.
fn add_crowd(
    weights: &SparseWeights,
    bytes: &ByteWeights,
    crowd: &[Revealed],
    cell: [usize; 2],
    rectangle: Rectangle,
    part: &mut [i16],
) -> i16 {
    let taps: SmallVec<[Taps; MOST_PIXELS]> =
        crowd.iter().map(|one| taps(weights, *one, cell)).collect();
    let changes = together_beyond_pairs(&weights.conv1_bias, &taps);
    let changes: SmallVec<[(u8, f32); CONV1]> =
        (0..).zip(changes).filter(|(_, change)| change.abs() > DUST).collect();
    let outputs = part.as_chunks_mut::<CONV2>().0.iter_mut().zip(rectangle.places());
    outputs
        .map(|(output, [row, column])| {
            let tap = (row + MARGIN - cell[1]) * KERNEL + column + MARGIN - cell[0];
            weigh_tap(&changes, &bytes.conv2, tap, bytes.field_scale, output)
        })
        .fold(0, i16::max)
}

/// What a pixel adds to the first convolution's outputs in a cell.
fn taps(weights: &SparseWeights, one: Revealed, [column, row]: [usize; 2]) -> Taps {
    let kernels = weights.conv1.as_chunks::<CONV1>().0;
    std::array::from_fn(|position| {
        // Output (row, column) reads input (row + kernel row - 2, column + kernel column - 2).
        let tap = |along: u8, output: usize| (usize::from(along) + MARGIN).wrapping_sub(output);
        let y = tap(one.pixel.y, 2 * row + position / 2);
        let x = tap(one.pixel.x, 2 * column + position % 2);
        if x >= KERNEL || y >= KERNEL {
            return [0.0; CONV1];
        }
        let (mask, scaled) = (&kernels[y * KERNEL + x], &kernels[TAPS + y * KERNEL + x]);
        std::array::from_fn(|channel| mask[channel] + one.value * scaled[channel])
    })
}

impl Estimate<'_> {
    /// Sets `hidden` to the estimated sums of the hidden units before ReLU.
    pub(super) fn hidden(&self, biases: &[f32], hidden: &mut Hidden) {
        let units = hidden.iter_mut().zip(self.sums).zip(self.scales.iter());
        for (((hidden, sum), scale), bias) in units.zip(biases) {
            *hidden = bias + *sum as f32 * (scale * self.step);
        }
    }

    /// The size of error to expect of a margin by this estimate.
    pub(super) fn deviation(&self, contrast: &Contrast) -> f32 {
        let [of_weights, of_inputs] = contrast.roughness;
        (self.squares * of_weights + self.rounded * of_inputs).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_datasets::mnist;
    use pixel_debate_game::{Claims, Image, honest_margin};
    use rand::{Rng, RngExt, SeedableRng, seq::IndexedRandom};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{Judge, Network, sparse::SparseEvaluator};

    /// By how many deviations an estimated margin misses the one by the logits, or `None` where
    /// there is no estimate.
    fn miss(
        evaluator: &mut SparseEvaluator,
        (claims, contrast): &(Claims, Contrast),
        set: &[Pixel],
    ) -> Option<f32> {
        let mut set = set.to_vec();
        set.sort_unstable();
        let revealed = evaluator.reveal(&set);
        let weights = Arc::clone(&evaluator.weights);
        let estimate = evaluator.estimator.estimate(&weights, &revealed)?;
        let mut hidden = Hidden::ZERO;
        estimate.hidden(&weights.fc1_bias, &mut hidden);
        let (estimated, deviation) = (contrast.least_margin(&hidden), estimate.deviation(contrast));
        let logits = evaluator.logits(&set.into_iter().collect());
        Some((estimated - honest_margin(logits, claims)).abs() / deviation)
    }

    /// Some pixels, apart or in a heap.
    fn draw(pixels: &[Pixel], rng: &mut impl Rng) -> Vec<Pixel> {
        let count = rng.random_range(1..=MOST_PIXELS);
        let center = pixels.choose(rng).expect("there are pixels");
        let reach = rng.random_range(1..28_u8);
        let close = |pixel: &&Pixel| {
            pixel.x.abs_diff(center.x) <= reach && pixel.y.abs_diff(center.y) <= reach
        };
        let close: Vec<Pixel> = pixels.iter().filter(close).copied().collect();
        close.sample(rng, count).copied().collect()
    }

    fn images(rng: &mut impl Rng) -> Vec<Image> {
        let image = |values: Vec<u8>| Image::new(28, 28, values).expect("28 × 28 values");
        let mut images: Vec<Image> =
            (0..20).map(|index| mnist::test().to_image(index * 37)).collect();
        images.extend([255, 1, 0].map(|value| image(vec![value; 784])));
        images.push(image((0..784).map(|_| rng.random()).collect()));
        images
    }

    #[test]
    fn errors_are_well_inside_of_the_band() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut enlarged =
            Network::clone(Judge::shipped(4).expect("a judge").network().expect("convolutions"));
        for weight in enlarged.conv1.weight.iter_mut().chain(&mut enlarged.conv2.weight) {
            *weight *= 3.0;
        }
        let judge = Judge::shipped(6).expect("a judge");
        let networks = [&**judge.network().expect("convolutions"), &enlarged];
        let (mut largest, mut estimated) = (0.0_f32, 0);
        for network in networks {
            let weights = Arc::new(SparseWeights::new(network));
            for image in images(&mut rng) {
                let lit: Vec<Pixel> = image.nonzero().collect();
                let all: Vec<Pixel> = image.iter().map(|(pixel, _)| pixel).collect();
                let pixels = if lit.is_empty() { all } else { lit };
                let mut evaluator =
                    SparseEvaluator::new(Arc::clone(&weights), Arc::new(image)).expect("28 × 28");
                let honest = rng.random_range(0..10);
                let lie = [None, Some((honest + rng.random_range(1..10)) % 10)];
                let contrasts = lie.map(|liar| {
                    let claims = Claims { honest, liar };
                    (claims, Contrast::new(&weights, claims))
                });
                for _ in 0..150 {
                    let set = draw(&pixels, &mut rng);
                    for contrast in &contrasts {
                        if let Some(miss) = miss(&mut evaluator, contrast, &set) {
                            largest = largest.max(miss);
                            estimated += 1;
                        }
                    }
                }
            }
        }
        assert!(estimated > 12_000, "{estimated} sets have an estimate");
        assert!(largest < BAND / 2.0, "an estimate is {largest} deviations away");
        // Were the deviations far too large, estimates would decide less than they could.
        assert!(largest > 1.0, "no estimate is more than {largest} deviations away");
    }

    #[test]
    fn a_set_has_one_estimate_whatever_was_asked_before() {
        let weights = SparseWeights::new(
            Judge::shipped(6).expect("a judge").network().expect("convolutions"),
        );
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let image = &images(&mut rng)[3];
        let pixels: Vec<Pixel> = image.nonzero().collect();
        let sets: Vec<Vec<Revealed>> = std::iter::repeat_with(|| draw(&pixels, &mut rng))
            .take(60)
            .map(|mut set| {
                set.sort_unstable();
                let value = |pixel| f32::from(image.value(pixel).expect("inside")) / 255.0;
                set.into_iter().map(|pixel| Revealed { pixel, value: value(pixel) }).collect()
            })
            .collect();
        let mut used = Estimator::default();
        // So little room that parts are forgotten all the time.
        let mut forgetful = Estimator {
            alone: Parts::up_to(3 * 49 * CONV2),
            together: Parts::up_to(2 * 49 * CONV2),
            crowds: Parts::up_to(25 * CONV2),
            ..Estimator::default()
        };
        let mut estimated = 0;
        for set in &sets {
            let sums = |estimator: &mut Estimator| {
                estimator.estimate(&weights, set).map(|estimate| estimate.sums.to_vec())
            };
            let fresh = sums(&mut Estimator::default());
            estimated += usize::from(fresh.is_some());
            assert_eq!(sums(&mut used), fresh);
            assert_eq!(sums(&mut forgetful), fresh);
        }
        assert!(estimated > 40, "{estimated} sets have an estimate");
    }

    #[test]
    fn sets_and_weights_that_are_too_large_have_no_estimate() {
        let image = Image::new(28, 28, vec![255; 784]).expect("28 × 28 values");
        let pixels: Vec<Revealed> = image
            .iter()
            .step_by(60)
            .take(MOST_PIXELS + 1)
            .map(|(pixel, _)| Revealed { pixel, value: 1.0 })
            .collect();
        let mut network =
            Network::clone(Judge::shipped(6).expect("a judge").network().expect("convolutions"));
        let weights = SparseWeights::new(&network);
        let mut estimator = Estimator::default();
        assert!(estimator.estimate(&weights, &pixels).is_none());
        assert!(estimator.estimate(&weights, &pixels[1..]).is_some());
        assert!(estimator.estimate(&weights, &[]).is_none());

        network.conv1.weight.fill(1e30);
        let weights = SparseWeights::new(&network);
        assert!(Estimator::default().estimate(&weights, &pixels[..1]).is_none());
    }
}
