//! Inner loops for many images at once: each weight that is loaded serves several of them.

use half::f16;

use super::Instructions;
use crate::{
    geometry::{PADDED, TAPS},
    network::{CONV1, CONV2, HIDDEN, KERNEL},
};

/// Output channels that [`spread_pairs`] has at work together.
pub(crate) const PART: usize = 32;
/// Parts of the second convolution's output.
pub(crate) const PARTS: usize = CONV2 / PART;
/// Numbers of one part: padded row × padded column × channel.
pub(crate) const PART_FIELD: usize = PADDED * PADDED * PART;
/// Inputs of the first dense layer that [`add_blocks`] has at work together: a power of two.
pub(crate) const BLOCK_INPUTS: usize = 32;

/// What two neighbouring channels of a cell after the first pool have changed by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PairChange {
    /// Where the cell's outputs begin in the padded field: padded row · columns + padded column.
    pub(crate) corner: u32,
    /// The first channel's change and the second's.
    pub(crate) changes: [f32; 2],
}

/// What changes of two channels after the first pool add to the second convolution's output.
///
/// `kernels` are those of the two input channels, each tap (5 × 5) × output channel, reversed as by
/// [`conv2_weight_index`](crate::geometry::conv2_weight_index); `out` is part × padded row × padded column
/// × channel of the part.
///
/// # Panics
///
/// If a change lies outside of the field, or a length is not the network's.
pub(crate) fn spread_pairs(changes: &[PairChange], kernels: &[f32], out: &mut [f32]) {
    const LAST: usize = (PADDED - KERNEL) * (PADDED + 1);
    assert_eq!((kernels.len(), out.len()), (2 * TAPS * CONV2, PARTS * PART_FIELD), "sizes");
    assert!(changes.iter().all(|change| change.corner as usize <= LAST), "each change fits");
    match Instructions::in_use() {
        Instructions::Portable => portable::spread_pairs(changes, kernels, out),
        // SAFETY: the processor has AVX2 and FMA; the sizes and corners are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::spread_pairs(changes, kernels, out) },
        // SAFETY: the processor has AVX-512F; the sizes and corners are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::spread_pairs(changes, kernels, out) },
    }
}

/// How many units [`add_blocks`] adds to at a time.
pub(crate) fn block_units() -> usize {
    match Instructions::in_use() {
        Instructions::Portable => portable::UNITS,
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => avx2::UNITS,
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => avx512::UNITS,
    }
}

/// Adds to each image's sums, for each of its inputs, the input's row of a block of weights times the
/// input's value.
///
/// `block` is input × unit, [`BLOCK_INPUTS`] × [`block_units`]; the inputs of image `i` are those from
/// `ends[i - 1]` to `ends[i]`, by their number in the block and their value. `sums` are image × unit with
/// all units of the layer, of which those from `unit` on are added to.
///
/// # Panics
///
/// If the sizes do not fit each other.
pub(crate) fn add_blocks(
    block: &[f32],
    inputs: &[(u32, f32)],
    ends: &[usize],
    sums: &mut [f32],
    unit: usize,
) {
    let units = block_units();
    assert_eq!(block.len(), BLOCK_INPUTS * units, "a block of weights");
    assert_eq!(sums.len(), ends.len() * HIDDEN, "sums of each image");
    assert!(unit + units <= HIDDEN, "units that there are");
    assert!(ends.is_sorted() && ends.last().is_none_or(|end| *end <= inputs.len()), "ends");
    match Instructions::in_use() {
        Instructions::Portable => portable::add_blocks(block, inputs, ends, sums, unit),
        // SAFETY: the processor has AVX2 and FMA, and the sizes are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::add_blocks(block, inputs, ends, sums, unit) },
        // SAFETY: the processor has AVX-512F, and the sizes are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::add_blocks(block, inputs, ends, sums, unit) },
    }
}

/// Copies a block of weights of 16 bits, as [`add_blocks`] reads it: of `rows`, [`BLOCK_INPUTS`] inputs × all
/// units of the layer, the [`block_units`] from `unit` on.
///
/// # Panics
///
/// If the sizes do not fit each other.
pub(crate) fn unpack_block(rows: &[f16], unit: usize, block: &mut [f32]) {
    let units = block_units();
    assert_eq!(rows.len(), BLOCK_INPUTS * HIDDEN, "rows of a block");
    assert_eq!(block.len(), BLOCK_INPUTS * units, "a block of weights");
    assert!(unit + units <= HIDDEN, "units that there are");
    match Instructions::in_use() {
        Instructions::Portable => portable::unpack_block(rows, unit, block),
        // SAFETY: the processor has AVX2 and F16C, and the sizes are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::unpack_block(rows, unit, block) },
        // SAFETY: the processor has AVX-512F, and the sizes are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::unpack_block(rows, unit, block) },
    }
}

vectorised! {
    /// What a pixel of that value adds to the first convolution's outputs that it reaches.
    ///
    /// `reached` are pairs of an output, by its number in `sums` (output × channel), and the tap of the
    /// kernel; `conv1` is plane × tap (5 × 5) × channel.
    fn add_reached(reached: &[(u32, u32)], value: f32, conv1: &[f32], sums: &mut [f32]) {
        let taps = conv1.as_chunks::<CONV1>().0;
        let sums = sums.as_chunks_mut::<CONV1>().0;
        for (output, tap) in reached {
            let (mask, scaled) = (&taps[*tap as usize], &taps[TAPS + *tap as usize]);
            let sums = &mut sums[*output as usize];
            for channel in 0..CONV1 {
                sums[channel] += mask[channel] + value * scaled[channel];
            }
        }
    }
}

vectorised! {
    /// ReLU and pool of one cell, position × channel, less what it is without evidence.
    fn pool_change(sums: &[[f32; CONV1]; 4], without: &[f32; CONV1], change: &mut [f32; CONV1]) {
        for channel in 0..CONV1 {
            let upper = sums[0][channel].max(sums[1][channel]);
            let lower = sums[2][channel].max(sums[3][channel]);
            change[channel] = upper.max(lower).max(0.0) - without[channel];
        }
    }
}

vectorised! {
    /// ReLU and pool of four positions of one part of the second convolution's output.
    fn pool_part(positions: [&[f32; PART]; 4], pooled: &mut [f32; PART]) {
        for channel in 0..PART {
            let upper = positions[0][channel].max(positions[1][channel]);
            let lower = positions[2][channel].max(positions[3][channel]);
            pooled[channel] = upper.max(lower).max(0.0);
        }
    }
}

/// Plain Rust.
mod portable {
    use half::slice::HalfFloatSliceExt;

    use super::{
        BLOCK_INPUTS, CONV2, HIDDEN, KERNEL, PADDED, PART, PART_FIELD, PairChange, TAPS, f16,
    };

    pub(super) const UNITS: usize = 64;

    pub(super) fn spread_pairs(changes: &[PairChange], kernels: &[f32], out: &mut [f32]) {
        let (first, second) = kernels.split_at(TAPS * CONV2);
        for (part, out) in out.chunks_exact_mut(PART_FIELD).enumerate() {
            for PairChange { corner, changes: [a, b] } in changes {
                for tap in 0..TAPS {
                    let at = *corner as usize + tap / KERNEL * PADDED + tap % KERNEL;
                    let out = &mut out[at * PART..][..PART];
                    let from = tap * CONV2 + part * PART;
                    let weights = first[from..][..PART].iter().zip(&second[from..][..PART]);
                    for (out, (first, second)) in out.iter_mut().zip(weights) {
                        *out += a * first + b * second;
                    }
                }
            }
        }
    }

    pub(super) fn unpack_block(rows: &[f16], unit: usize, block: &mut [f32]) {
        for (row, block) in rows.chunks_exact(HIDDEN).zip(block.chunks_exact_mut(UNITS)) {
            row[unit..][..UNITS].convert_to_f32_slice(block);
        }
    }

    pub(super) fn add_blocks(
        block: &[f32],
        inputs: &[(u32, f32)],
        ends: &[usize],
        sums: &mut [f32],
        unit: usize,
    ) {
        let mut start = 0;
        for (end, sums) in ends.iter().zip(sums.chunks_exact_mut(HIDDEN)) {
            let sums = &mut sums[unit..][..UNITS];
            for (input, value) in &inputs[start..*end] {
                let row = &block[(*input as usize % BLOCK_INPUTS) * UNITS..][..UNITS];
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
            start = *end;
        }
    }
}

/// The same by registers of one width.
#[cfg(target_arch = "x86_64")]
macro_rules! by_registers {
    (
        $module:ident, $features:literal, $lanes:literal,
        $load:ident, $store:ident, $fused:ident, $set:ident, $zero:ident,
        $load_half:ident, $widen:ident
    ) => {
        mod $module {
            use std::arch::x86_64::{$fused, $load, $load_half, $set, $store, $widen, $zero};

            use super::{
                BLOCK_INPUTS, CONV2, HIDDEN, KERNEL, PADDED, PART, PART_FIELD, PARTS, PairChange,
                TAPS, f16,
            };

            const LANES: usize = $lanes;
            /// Registers of sums.
            const SUMS: usize = 8;
            pub(super) const UNITS: usize = SUMS * LANES;
            /// Registers of one output of a part.
            const WIDE: usize = PART / LANES;

            /// # Safety
            ///
            /// The sizes are the network's, and each corner leaves room for five rows and columns.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn spread_pairs(
                changes: &[PairChange],
                kernels: &[f32],
                out: &mut [f32],
            ) {
                for part in 0..PARTS {
                    for row in 0..KERNEL {
                        // A row of both kernels: 20 registers of 16 numbers.
                        let mut weights = [[[$zero(); WIDE]; KERNEL]; 2];
                        for (channel, weights) in weights.iter_mut().enumerate() {
                            for (column, weights) in weights.iter_mut().enumerate() {
                                let tap = channel * TAPS + row * KERNEL + column;
                                let from = tap * CONV2 + part * PART;
                                for (lane, weights) in weights.iter_mut().enumerate() {
                                    // SAFETY: two channels have 25 taps of 64 numbers each.
                                    *weights =
                                        unsafe { $load(kernels.as_ptr().add(from + lane * LANES)) };
                                }
                            }
                        }
                        for PairChange { corner, changes: [first, second] } in changes {
                            let at = part * PART_FIELD + (*corner as usize + row * PADDED) * PART;
                            // SAFETY: five outputs of a part begin there.
                            let out = unsafe { out.as_mut_ptr().add(at) };
                            let (first, second) = ($set(*first), $set(*second));
                            for column in 0..KERNEL {
                                for lane in 0..WIDE {
                                    // SAFETY: as above.
                                    unsafe {
                                        let out = out.add(column * PART + lane * LANES);
                                        let sum = $load(out);
                                        let sum = $fused(first, weights[0][column][lane], sum);
                                        let sum = $fused(second, weights[1][column][lane], sum);
                                        $store(out, sum);
                                    }
                                }
                            }
                        }
                    }
                }
            }

            /// # Safety
            ///
            /// `rows` are 32 of 1024 numbers, of which the units are some, and `block` has room for them.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn unpack_block(rows: &[f16], unit: usize, block: &mut [f32]) {
                for input in 0..BLOCK_INPUTS {
                    for lane in 0..SUMS {
                        // SAFETY: each row of both has so many units.
                        unsafe {
                            let from = rows.as_ptr().add(input * HIDDEN + unit + lane * LANES);
                            let to = block.as_mut_ptr().add(input * UNITS + lane * LANES);
                            $store(to, $widen($load_half(from.cast())));
                        }
                    }
                }
            }

            /// # Safety
            ///
            /// `block` has its rows, each end is one of `inputs`, and each image's sums hold the units.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn add_blocks(
                block: &[f32],
                inputs: &[(u32, f32)],
                ends: &[usize],
                sums: &mut [f32],
                unit: usize,
            ) {
                let mut start = 0;
                for (image, end) in ends.iter().enumerate() {
                    // SAFETY: the image's sums hold the units.
                    let to = unsafe { sums.as_mut_ptr().add(image * HIDDEN + unit) };
                    let mut sums = [$zero(); SUMS];
                    for (lane, sum) in sums.iter_mut().enumerate() {
                        // SAFETY: as above.
                        *sum = unsafe { $load(to.add(lane * LANES)) };
                    }
                    for (input, value) in &inputs[start..*end] {
                        let value = $set(*value);
                        let row = *input as usize % BLOCK_INPUTS * UNITS;
                        for (lane, sum) in sums.iter_mut().enumerate() {
                            // SAFETY: the block has a row for each input.
                            let weights = unsafe { $load(block.as_ptr().add(row + lane * LANES)) };
                            *sum = $fused(value, weights, *sum);
                        }
                    }
                    for (lane, sum) in sums.iter().enumerate() {
                        // SAFETY: as for the load.
                        unsafe { $store(to.add(lane * LANES), *sum) };
                    }
                    start = *end;
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
by_registers!(
    avx512,
    "avx512f",
    16,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_set1_ps,
    _mm512_setzero_ps,
    _mm256_loadu_si256,
    _mm512_cvtph_ps
);
#[cfg(target_arch = "x86_64")]
by_registers!(
    avx2,
    "avx2,fma,f16c",
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_set1_ps,
    _mm256_setzero_ps,
    _mm_loadu_si128,
    _mm256_cvtph_ps
);

#[cfg(test)]
mod tests {
    use super::*;

    fn number(index: usize) -> f32 {
        ((index * 7919) % 1009) as f32 / 1009.0 - 0.5
    }

    fn check(name: &str, numbers: &[f32], expected: &[f32]) {
        assert_eq!(numbers.len(), expected.len());
        for (at, (a, b)) in numbers.iter().zip(expected).enumerate() {
            assert!((a - b).abs() < 1e-4, "{name}: {a} and {b} at {at}");
        }
    }

    /// The corners of the field are reached, and every version says the same as plain Rust.
    #[test]
    fn all_versions_agree() {
        let last = ((PADDED - KERNEL) * (PADDED + 1)) as u32;
        let change = |(index, corner)| {
            let changes = [number(index), number(index + 31)];
            PairChange { corner, changes }
        };
        let changes: Vec<PairChange> =
            [0, 13, 40, 7, last].into_iter().enumerate().map(change).collect();
        let kernels: Vec<f32> = (0..2 * TAPS * CONV2).map(number).collect();
        let field: Vec<f32> = (0..PARTS * PART_FIELD).map(number).collect();
        let mut spread = field.clone();
        portable::spread_pairs(&changes, &kernels, &mut spread);
        let mut chosen = field.clone();
        spread_pairs(&changes, &kernels, &mut chosen);
        check("chosen", &chosen, &spread);

        // The inputs of three images, of which the second has none.
        let inputs = [(0, 1.5), (31, -0.25), (4, 0.125), (3, 2.0), (1, 0.5)];
        let ends = [2, 2, 5];
        let sums: Vec<f32> = (0..3 * HIDDEN).map(number).collect();
        let weight = |input: usize, unit: usize| number(input * 1000 + unit);
        let block = |units: usize| -> Vec<f32> {
            (0..BLOCK_INPUTS * units).map(|at| weight(at / units, at % units)).collect()
        };
        let (from, units) = (128, block_units());
        let expected = |units: usize| {
            let mut expected = sums.clone();
            for (image, range) in [0..2, 2..2, 2..5].into_iter().enumerate() {
                for (input, value) in &inputs[range] {
                    for unit in 0..units {
                        let added = value * weight(*input as usize, unit);
                        expected[image * HIDDEN + from + unit] += added;
                    }
                }
            }
            expected
        };
        let mut added = sums.clone();
        add_blocks(&block(units), &inputs, &ends, &mut added, from);
        check("chosen", &added, &expected(units));
        let rows: Vec<f16> =
            (0..BLOCK_INPUTS * HIDDEN).map(|index| f16::from_f32(number(index))).collect();
        let widened = |units: usize| -> Vec<f32> {
            let unit = |at: usize| at / units * HIDDEN + from + at % units;
            (0..BLOCK_INPUTS * units).map(|at| rows[unit(at)].to_f32()).collect()
        };
        let mut unpacked = vec![0.0; BLOCK_INPUTS * units];
        unpack_block(&rows, from, &mut unpacked);
        assert_eq!(unpacked, widened(units));

        #[cfg(target_arch = "x86_64")]
        for instructions in Instructions::available() {
            let (mut out, mut added) = (field.clone(), sums.clone());
            // SAFETY: the processor has the instructions, and all sizes are as they must be.
            let units = unsafe {
                match instructions {
                    Instructions::Portable => {
                        portable::spread_pairs(&changes, &kernels, &mut out);
                        let block = block(portable::UNITS);
                        portable::add_blocks(&block, &inputs, &ends, &mut added, from);
                        unpacked.resize(block.len(), 0.0);
                        portable::unpack_block(&rows, from, &mut unpacked);
                        portable::UNITS
                    }
                    Instructions::Avx2 => {
                        avx2::spread_pairs(&changes, &kernels, &mut out);
                        let block = block(avx2::UNITS);
                        avx2::add_blocks(&block, &inputs, &ends, &mut added, from);
                        unpacked.resize(block.len(), 0.0);
                        avx2::unpack_block(&rows, from, &mut unpacked);
                        avx2::UNITS
                    }
                    Instructions::Avx512 => {
                        avx512::spread_pairs(&changes, &kernels, &mut out);
                        let block = block(avx512::UNITS);
                        avx512::add_blocks(&block, &inputs, &ends, &mut added, from);
                        unpacked.resize(block.len(), 0.0);
                        avx512::unpack_block(&rows, from, &mut unpacked);
                        avx512::UNITS
                    }
                }
            };
            check(&instructions.to_string(), &out, &spread);
            check(&instructions.to_string(), &added, &expected(units));
            assert_eq!(unpacked, widened(units), "{instructions}");
        }
    }
}
