//! Inner loops of the first dense layer for many images at once: each weight that is loaded serves several
//! of them.

use half::f16;

use super::{Instructions, LINE, Listed};
use crate::network::{CONV2, HIDDEN};

/// Inputs of the first dense layer that [`add_blocks`] has at work together: a power of two.
pub(crate) const BLOCK_INPUTS: usize = 32;

/// An image that has inputs in a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Visit {
    /// The image's number in its batch.
    pub(crate) image: u32,
    /// Where its inputs end in the list of all, in which they follow those of the visit before.
    pub(crate) end: u32,
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

/// Adds to each visiting image's sums, for each of its inputs, the input's row of a block of weights times
/// the input's value.
///
/// `block` is input × unit, [`BLOCK_INPUTS`] × [`block_units`]; inputs are by their place in the block,
/// visit by visit; `sums` are image × unit of the block.
///
/// # Panics
///
/// If the sizes do not fit each other.
pub(crate) fn add_blocks(block: &[f32], inputs: &[Listed], visits: &[Visit], sums: &mut [f32]) {
    let units = block_units();
    assert_eq!(block.len(), BLOCK_INPUTS * units, "a block of weights");
    let images = sums.len() / units;
    assert!(visits.iter().all(|visit| (visit.image as usize) < images), "sums of each image");
    assert!(visits.is_sorted_by_key(|visit| visit.end), "visits in the order of their inputs");
    assert!(visits.last().is_none_or(|visit| visit.end as usize <= inputs.len()), "all inputs");
    match Instructions::in_use() {
        Instructions::Portable => portable::add_blocks(block, inputs, visits, sums),
        // SAFETY: the processor has AVX2 and FMA; sizes, images and ends are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::add_blocks(block, inputs, visits, sums) },
        // SAFETY: the processor has AVX-512F; sizes, images and ends are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::add_blocks(block, inputs, visits, sums) },
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
    /// ReLU and pool of the four positions of a cell of the second convolution's output.
    fn pool_cell(positions: [&[f32; CONV2]; 4], pooled: &mut [f32; CONV2]) {
        for channel in 0..CONV2 {
            let upper = positions[0][channel].max(positions[1][channel]);
            let lower = positions[2][channel].max(positions[3][channel]);
            pooled[channel] = upper.max(lower).max(0.0);
        }
    }
}

/// Plain Rust.
mod portable {
    use half::slice::HalfFloatSliceExt;

    use super::{BLOCK_INPUTS, HIDDEN, Listed, Visit, f16};

    pub(super) const UNITS: usize = 64;

    pub(super) fn unpack_block(rows: &[f16], unit: usize, block: &mut [f32]) {
        for (row, block) in rows.chunks_exact(HIDDEN).zip(block.chunks_exact_mut(UNITS)) {
            row[unit..][..UNITS].convert_to_f32_slice(block);
        }
    }

    pub(super) fn add_blocks(block: &[f32], inputs: &[Listed], visits: &[Visit], sums: &mut [f32]) {
        let mut start = 0;
        for visit in visits {
            let sums = &mut sums[visit.image as usize * UNITS..][..UNITS];
            for Listed { place: input, number: value } in &inputs[start..visit.end as usize] {
                let row = &block[(*input as usize % BLOCK_INPUTS) * UNITS..][..UNITS];
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
            start = visit.end as usize;
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
            use std::arch::x86_64::{
                _MM_HINT_T1, _mm_prefetch, $fused, $load, $load_half, $set, $store, $widen, $zero,
            };

            use super::{BLOCK_INPUTS, HIDDEN, LINE, Listed, Visit, f16};

            const LANES: usize = $lanes;
            /// Registers of sums.
            const SUMS: usize = 8;
            pub(super) const UNITS: usize = SUMS * LANES;

            /// # Safety
            ///
            /// `rows` are 32 of 1024 numbers, of which the units are some, and `block` has room for them.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn unpack_block(rows: &[f16], unit: usize, block: &mut [f32]) {
                for input in 0..BLOCK_INPUTS {
                    // The next block's are called into the cache meanwhile.
                    let next = rows.as_ptr().wrapping_add((BLOCK_INPUTS + input) * HIDDEN + unit);
                    for line in (0..UNITS).step_by(LINE / size_of::<f16>()) {
                        // A call that is never answered if there is nothing.
                        _mm_prefetch::<_MM_HINT_T1>(next.wrapping_add(line).cast());
                    }
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
            /// `block` has its rows, `sums` has each visiting image's, and the ends ascend within the
            /// inputs.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn add_blocks(
                block: &[f32],
                inputs: &[Listed],
                visits: &[Visit],
                sums: &mut [f32],
            ) {
                let mut start = 0;
                for visit in visits {
                    // SAFETY: the image has sums.
                    let to = unsafe { sums.as_mut_ptr().add(visit.image as usize * UNITS) };
                    let mut sums = [$zero(); SUMS];
                    for (lane, sum) in sums.iter_mut().enumerate() {
                        // SAFETY: as above.
                        *sum = unsafe { $load(to.add(lane * LANES)) };
                    }
                    let end = visit.end as usize;
                    for Listed { place: input, number: value } in &inputs[start..end] {
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
                    start = end;
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

    /// Images in the batch, of which the second does not visit and the third has no inputs.
    const IMAGES: usize = 4;
    const INPUTS: [Listed; 5] = [
        Listed { place: 0, number: 1.5 },
        Listed { place: 31, number: -0.25 },
        Listed { place: 4, number: 0.125 },
        Listed { place: 3, number: 2.0 },
        Listed { place: 1, number: 0.5 },
    ];
    const VISITS: [Visit; 3] =
        [Visit { image: 0, end: 2 }, Visit { image: 2, end: 2 }, Visit { image: 3, end: 5 }];

    fn number(index: usize) -> f32 {
        ((index * 7919) % 1009) as f32 / 1009.0 - 0.5
    }

    fn weight(input: usize, unit: usize) -> f32 {
        number(input * 1000 + unit)
    }

    fn block(units: usize) -> Vec<f32> {
        (0..BLOCK_INPUTS * units).map(|at| weight(at / units, at % units)).collect()
    }

    fn sums(units: usize) -> Vec<f32> {
        (0..IMAGES * units).map(number).collect()
    }

    fn check(name: &str, added: &[f32], units: usize) {
        let mut expected = sums(units);
        for (image, range) in [(0, 0..2), (3, 2..5)] {
            for Listed { place: input, number: value } in &INPUTS[range] {
                for unit in 0..units {
                    expected[image * units + unit] += value * weight(*input as usize, unit);
                }
            }
        }
        assert_eq!(added.len(), expected.len());
        for (at, (a, b)) in added.iter().zip(&expected).enumerate() {
            assert!((a - b).abs() < 1e-4, "{name}: {a} and {b} at {at}");
        }
    }

    #[test]
    fn all_versions_agree() {
        let (from, units) = (128, block_units());
        let mut added = sums(units);
        add_blocks(&block(units), &INPUTS, &VISITS, &mut added);
        check("chosen", &added, units);
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
            let units = match instructions {
                Instructions::Portable => portable::UNITS,
                Instructions::Avx2 => avx2::UNITS,
                Instructions::Avx512 => avx512::UNITS,
            };
            let (block, mut added) = (block(units), sums(units));
            unpacked.resize(block.len(), 0.0);
            // SAFETY: the processor has the instructions, and all sizes are as they must be.
            unsafe {
                match instructions {
                    Instructions::Portable => {
                        portable::add_blocks(&block, &INPUTS, &VISITS, &mut added);
                        portable::unpack_block(&rows, from, &mut unpacked);
                    }
                    Instructions::Avx2 => {
                        avx2::add_blocks(&block, &INPUTS, &VISITS, &mut added);
                        avx2::unpack_block(&rows, from, &mut unpacked);
                    }
                    Instructions::Avx512 => {
                        avx512::add_blocks(&block, &INPUTS, &VISITS, &mut added);
                        avx512::unpack_block(&rows, from, &mut unpacked);
                    }
                }
            }
            check(&instructions.to_string(), &added, units);
            assert_eq!(unpacked, widened(units), "{instructions}");
        }
    }

    #[test]
    #[should_panic(expected = "sums of each image")]
    fn no_image_without_sums_visits() {
        let units = block_units();
        add_blocks(&block(units), &[], &[Visit { image: 4, end: 0 }], &mut sums(units));
    }
}
