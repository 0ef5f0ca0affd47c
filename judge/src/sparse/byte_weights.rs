//! A network's numbers rounded to 8 and 16 bits, for [estimates](super::estimate).

use pixel_debate_game::Pixel;

use super::{
    SparseWeights,
    response::{Revealed, SPREAD, compute},
};
use crate::{
    geometry::{HALF, TAPS, pool_place},
    kernels::{ByteRows, Fixed, Hidden, LINE, Numbers, fixed_zeros, to_fixed},
    network::{CONV1, CONV2, FLAT, HIDDEN},
};

/// The largest weight of a unit, in its bytes.
const LARGEST: f32 = 127.0;

/// How many times what one pixel adds fits into the range of a field in 16 bits.
const HEADROOM: f32 = 24.0;

/// See the [module](self).
#[derive(Debug, Clone)]
pub(super) struct ByteWeights {
    /// The first dense layer: input (cell, channel) × unit.
    pub(super) rows: ByteRows,
    /// For each unit, what the last bit of its weights stands for.
    pub(super) scales: Hidden,
    /// For each unit, the expected square of a weight's rounding error.
    pub(super) roundings: Hidden,
    /// For each unit, the mean square of its weights.
    pub(super) energies: Hidden,
    /// The second convolution, not rounded: tap (reversed) × input channel × output channel.
    pub(super) conv2: Numbers,
    /// What 1 is in a field of 16 bits.
    pub(super) field_scale: f32,
    /// [`SparseWeights::constant_field`] in that scale: row × column × channel.
    pub(super) constant_field: Fixed,
    /// The largest size of its numbers.
    pub(super) constant_peak: i16,
}

impl ByteWeights {
    /// Rounds the weights. `None` where they are so large that sums of them may be infinite.
    pub(super) fn new(weights: &SparseWeights) -> Option<Self> {
        let (mut largest, mut energies) = (Hidden::ZERO, Hidden::ZERO);
        for input in 0..FLAT {
            for unit in 0..HIDDEN {
                let weight = weights.fc1.weight(input, unit);
                largest[unit] = largest[unit].max(weight.abs());
                energies[unit] += weight * weight / FLAT as f32;
            }
        }
        let (mut scales, mut roundings) = (Hidden::ZERO, Hidden::ZERO);
        for unit in 0..HIDDEN {
            // A unit without weights has a scale too.
            scales[unit] = largest[unit].max(f32::MIN_POSITIVE) / LARGEST;
            roundings[unit] = scales[unit] * scales[unit] / 12.0;
        }
        let rows = ByteRows::new(FLAT, |input, unit| {
            (weights.fc1.weight(input, unit) / scales[unit]).round() as i8
        });
        let peak =
            |numbers: &[f32]| numbers.iter().fold(0.0_f32, |peak, number| peak.max(number.abs()));
        let range = peak(&weights.constant_field) + HEADROOM * largest_response(weights);
        let field_scale = f32::from(i16::MAX) / range;
        let finite = response_bound(weights).is_finite() && peak(&*energies).is_finite();
        if !finite || !field_scale.is_normal() {
            return None;
        }
        let mut constant_field = fixed_zeros(weights.constant_field.len());
        let mut constant_peak = 0;
        for (place, output) in constant_field.as_chunks_mut::<CONV2>().0.iter_mut().enumerate() {
            let start = pool_place(place / HALF, place % HALF);
            let numbers = &weights.constant_field[start..][..CONV2];
            constant_peak = constant_peak.max(to_fixed(numbers, field_scale, output));
        }
        let by_channel = weights.conv2.as_chunks::<CONV2>().0;
        let by_tap = (0..TAPS * CONV1).map(|index| (index / CONV1, index % CONV1));
        let conv2 = by_tap.flat_map(|(tap, channel)| by_channel[channel * TAPS + tap]);
        Some(Self {
            rows,
            scales,
            roundings,
            energies,
            conv2: Numbers::from_iter(LINE, conv2),
            field_scale,
            constant_field,
            constant_peak,
        })
    }
}

/// The largest number in the response of a pixel in the middle, dark or bright, wherever it lies in
/// the cells of both pools.
fn largest_response(weights: &SparseWeights) -> f32 {
    let mut response = [0.0; SPREAD * SPREAD * CONV2];
    let places = (12..16).flat_map(|y| (12..16).map(move |x| Pixel::new(x, y)));
    places
        .flat_map(|pixel| [0.0, 1.0].map(|value| Revealed { pixel, value }))
        .map(|revealed| {
            compute(weights, &[], revealed, &mut response);
            response.iter().fold(0.0_f32, |peak, number| peak.max(number.abs()))
        })
        .fold(0.0, f32::max)
}

/// No sum on the way to a field is larger, whatever is revealed.
fn response_bound(weights: &SparseWeights) -> f32 {
    let total = |numbers: &[f32]| numbers.iter().map(|number| number.abs()).sum::<f32>();
    let cell = total(&weights.conv1) + total(&weights.conv1_bias);
    // Twelve pixels' parts, each of a few terms.
    1e3 * (cell * total(&weights.conv2) + total(&weights.constant_field))
}
