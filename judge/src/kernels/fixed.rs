//! The second convolution's output as integers of 16 bits: sums of what pixels add there, and what
//! the first dense layer reads of it.
//!
//! Integers of half the size are twice as many in a register, and half as many bytes to read. They
//! wrap round where a sum is too large: whoever adds sees to it that none is.

use crate::{
    geometry::HALF,
    network::{CONV1, CONV2, FLAT},
};

vectorised! {
    /// `to += from`, over as many numbers as both have.
    fn add_fixed(to: &mut [i16], from: &[i16]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = to.wrapping_add(*from);
        }
    }
}

vectorised! {
    /// `out = round(scale · numbers)`, saturated; the result is the largest of their sizes.
    fn to_fixed(numbers: &[f32], scale: f32, out: &mut [i16]) -> i16 {
        let mut largest = 0_i16;
        for (number, out) in numbers.iter().zip(out) {
            *out = nearest(number * scale);
            largest = largest.max(out.wrapping_abs());
        }
        largest
    }
}

/// What [`pool_fixed`] says of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pooled {
    /// The largest.
    pub(crate) largest: i16,
    /// How many are not zero.
    pub(crate) positive: u32,
}

vectorised! {
    /// ReLU and pool of a field (row × column × channel) to `pooled` (cell × channel).
    fn pool_fixed(field: &[i16], pooled: &mut [i16; FLAT]) -> Pooled {
        const ROW: usize = HALF * CONV2;
        let (mut largest, mut positive) = ([0_i16; CONV2], [0_i16; CONV2]);
        let rows = field.as_chunks::<{ 2 * ROW }>().0.iter();
        for (rows, pooled) in rows.zip(pooled.as_chunks_mut::<{ ROW / 2 }>().0) {
            let (upper, lower) = rows.split_at(ROW);
            let columns = upper.as_chunks::<{ 2 * CONV2 }>().0.iter();
            let columns = columns.zip(lower.as_chunks::<{ 2 * CONV2 }>().0);
            for ((upper, lower), pooled) in columns.zip(pooled.as_chunks_mut::<CONV2>().0) {
                for channel in 0..CONV2 {
                    let most = upper[channel].max(upper[CONV2 + channel]);
                    let more = lower[channel].max(lower[CONV2 + channel]);
                    pooled[channel] = most.max(more).max(0);
                    largest[channel] = largest[channel].max(pooled[channel]);
                    positive[channel] += i16::from(pooled[channel] > 0);
                }
            }
        }
        Pooled {
            largest: largest.into_iter().fold(0, i16::max),
            positive: positive.into_iter().map(|count| count as u32).sum(),
        }
    }
}

vectorised! {
    /// `out = round(numbers · factor / 2¹⁵)`, for numbers and a factor that leave no more than 255.
    fn to_bytes(numbers: &[i16; FLAT], factor: i16, out: &mut [u8; FLAT]) {
        for (number, out) in numbers.iter().zip(out) {
            *out = ((i32::from(*number) * i32::from(factor) + (1 << 14)) >> 15) as u8;
        }
    }
}

vectorised! {
    /// What changes of a cell after the first pool add to one output of the second convolution,
    /// `scale` times: for each `(channel, change)` the change times the kernel's numbers at `tap`.
    /// The result is the largest size of the numbers.
    ///
    /// `kernels` are tap (5 × 5) × input channel × output channel.
    fn weigh_tap(
        changes: &[(u8, f32)],
        kernels: &[f32],
        tap: usize,
        scale: f32,
        out: &mut [i16; CONV2]
    ) -> i16 {
        let kernel = &kernels.as_chunks::<{ CONV1 * CONV2 }>().0[tap];
        let weights = kernel.as_chunks::<CONV2>().0;
        let mut sums = [0.0_f32; CONV2];
        for (channel, change) in changes {
            let weights = &weights[usize::from(*channel)];
            for output in 0..CONV2 {
                sums[output] += change * weights[output];
            }
        }
        let mut largest = 0_i16;
        for output in 0..CONV2 {
            out[output] = nearest(sums[output] * scale);
            largest = largest.max(out[output].wrapping_abs());
        }
        largest
    }
}

/// The nearest integer, or the largest one.
#[expect(clippy::inline_always, reason = "compiled for the caller's instructions")]
#[inline(always)]
fn nearest(number: f32) -> i16 {
    // Adding 1.5 · 2²³ leaves the nearest integer in the lowest bits.
    (number.clamp(-32767.0, 32767.0) + 12_582_912.0).to_bits() as i16
}

/// What one revealed pixel adds to the first convolution's four outputs in a cell; nothing where it
/// does not reach.
pub(crate) type Taps = [[f32; CONV1]; 4];

vectorised! {
    /// What three or more pixels change together in a cell after the first pool, beyond what each
    /// changes alone and each two together.
    fn together_beyond_pairs(bias: &[f32], taps: &[Taps]) -> [f32; CONV1] {
        let pool = |sums: &Taps| -> [f32; CONV1] {
            let mut pooled = [0.0_f32; CONV1];
            for sums in sums {
                for channel in 0..CONV1 {
                    pooled[channel] = pooled[channel].max(bias[channel] + sums[channel]);
                }
            }
            pooled
        };
        let count = taps.len() as f32;
        let mut all = [[0.0_f32; CONV1]; 4];
        // By inclusion and exclusion: of n pixels, the pairs hold each pixel n - 1 times.
        let mut expected = [0.0_f32; CONV1];
        let none = pool(&all);
        for channel in 0..CONV1 {
            expected[channel] = none[channel] * (count - 1.0) * (count - 2.0) / 2.0;
        }
        for (index, one) in taps.iter().enumerate() {
            let alone = pool(one);
            for channel in 0..CONV1 {
                expected[channel] -= (count - 2.0) * alone[channel];
            }
            for other in &taps[..index] {
                let mut both = *one;
                for position in 0..4 {
                    for channel in 0..CONV1 {
                        both[position][channel] += other[position][channel];
                    }
                }
                let both = pool(&both);
                for channel in 0..CONV1 {
                    expected[channel] += both[channel];
                }
            }
            for position in 0..4 {
                for channel in 0..CONV1 {
                    all[position][channel] += one[position][channel];
                }
            }
        }
        let mut result = pool(&all);
        for channel in 0..CONV1 {
            result[channel] -= expected[channel];
        }
        result
    }
}
