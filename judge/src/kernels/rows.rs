//! Sums of scaled rows, and the last layer.

use half::f16;

use super::Instructions;
use crate::network::{CONV2, HIDDEN, KERNEL};

/// A row of a kernel of the second convolution: column × output channel.
const KERNEL_ROW: usize = KERNEL * CONV2;
/// Columns and rows of the second convolution's output that a pixel can change.
const SPREAD: usize = 7;

/// Adds to `hidden`, for each `(input, value)`, row `input` of `rows` times `value`.
///
/// # Panics
///
/// If `hidden` is not one number a unit, or an input has no row.
pub(crate) fn add_rows_half(hidden: &mut [f32], rows: &[f16], inputs: &[(usize, f32)]) {
    let hidden = check_rows(hidden, rows.len(), inputs);
    match Instructions::in_use() {
        Instructions::Portable => portable::add_rows_half(hidden, rows, inputs),
        // SAFETY: the processor has AVX2, FMA and F16C, and every input has a row.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::add_rows_half(hidden, rows, inputs) },
        // SAFETY: the processor has AVX-512F, and every input has a row.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::add_rows_half(hidden, rows, inputs) },
    }
}

/// As [`add_rows_half`], for rows in 32 bits.
///
/// # Panics
///
/// If `hidden` is not one number a unit, or an input has no row.
pub(crate) fn add_rows_single(hidden: &mut [f32], rows: &[f32], inputs: &[(usize, f32)]) {
    let hidden = check_rows(hidden, rows.len(), inputs);
    match Instructions::in_use() {
        Instructions::Portable => portable::add_rows_single(hidden, rows, inputs),
        // SAFETY: the processor has AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::add_rows_single(hidden, rows, inputs) },
        // SAFETY: the processor has AVX-512F.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::add_rows_single(hidden, rows, inputs) },
    }
}

/// What changes of the first pool's cells add to the second convolution's output around them.
///
/// `changes` are cell (of 3 × 3), input channel, change, channel by channel; `kernels` are
/// input channel × tap (5 × 5) × output channel; `out` is row × column × output channel, 7 × 7 × 64.
///
/// # Panics
///
/// If a change's cell or channel is not there, or a length is not the network's.
pub(crate) fn spread(changes: &[(usize, usize, f32)], kernels: &[f32], out: &mut [f32]) {
    let channels = kernels.len() / (KERNEL * KERNEL_ROW);
    assert_eq!(out.len(), SPREAD * SPREAD * CONV2, "an output of 7 × 7 × 64");
    assert!(changes.iter().all(|change| change.0 < 9 && change.1 < channels), "each change fits");
    match Instructions::in_use() {
        Instructions::Portable => portable::spread(changes, kernels, out),
        // SAFETY: the processor has AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::spread(changes, kernels, out) },
        // SAFETY: the processor has AVX-512F, and the sizes are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::spread(changes, kernels, out) },
    }
}

fn check_rows<'a>(
    hidden: &'a mut [f32],
    rows: usize,
    inputs: &[(usize, f32)],
) -> &'a mut [f32; HIDDEN] {
    let last = inputs.iter().map(|(input, _)| *input).max();
    assert!(last.is_none_or(|last| last < rows / HIDDEN), "every input has a row");
    hidden.try_into().expect("one number a hidden unit")
}

/// ReLU and the last dense layer: `weights` is label × unit, and what comes out is added to `logits`, which are
/// the biases.
///
/// # Panics
///
/// If a length is not the network's.
pub(crate) fn last_layer(hidden: &[f32], weights: &[f32], logits: &mut [f32]) {
    let sizes = (hidden.len(), weights.len());
    assert_eq!(sizes, (HIDDEN, logits.len() * HIDDEN), "the last layer's sizes");
    match Instructions::in_use() {
        Instructions::Portable => portable::last_layer(hidden, weights, logits),
        // SAFETY: the processor has AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::last_layer(hidden, weights, logits) },
        // SAFETY: the processor has AVX-512F.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::last_layer(hidden, weights, logits) },
    }
}

/// Plain Rust that compilers turn into vector instructions of any width.
#[expect(clippy::inline_always, reason = "to be compiled for the instructions of the caller")]
mod portable {
    use super::{CONV2, HIDDEN, KERNEL, KERNEL_ROW, SPREAD, f16};

    /// Sums that run side by side, so that they fit a vector register.
    const LANES: usize = 16;

    #[inline(always)]
    pub(super) fn add_rows_single(
        hidden: &mut [f32; HIDDEN],
        rows: &[f32],
        inputs: &[(usize, f32)],
    ) {
        for (input, value) in inputs {
            add_scaled(hidden, *value, &rows[input * HIDDEN..][..HIDDEN]);
        }
    }

    #[inline(always)]
    fn add_scaled(to: &mut [f32], scale: f32, from: &[f32]) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to += scale * from);
    }

    pub(super) fn add_rows_half(hidden: &mut [f32; HIDDEN], rows: &[f16], inputs: &[(usize, f32)]) {
        for (input, value) in inputs {
            let row = &rows[input * HIDDEN..][..HIDDEN];
            hidden.iter_mut().zip(row).for_each(|(unit, weight)| *unit += value * weight.to_f32());
        }
    }

    #[inline(always)]
    pub(super) fn spread(changes: &[(usize, usize, f32)], kernels: &[f32], out: &mut [f32]) {
        for (cell, channel, change) in changes {
            let kernel = &kernels[channel * KERNEL * KERNEL_ROW..][..KERNEL * KERNEL_ROW];
            let corner = (cell / 3 * SPREAD + cell % 3) * CONV2;
            for (row, kernel) in kernel.as_chunks::<KERNEL_ROW>().0.iter().enumerate() {
                let out = &mut out[corner + row * SPREAD * CONV2..][..KERNEL_ROW];
                add_scaled(out, *change, kernel);
            }
        }
    }

    #[inline(always)]
    pub(super) fn last_layer(hidden: &[f32], weights: &[f32], logits: &mut [f32]) {
        for (logit, weights) in logits.iter_mut().zip(weights.chunks_exact(HIDDEN)) {
            let mut sums = [0.0; LANES];
            let units = hidden.as_chunks::<LANES>().0.iter().zip(weights.as_chunks::<LANES>().0);
            for (hidden, weights) in units {
                for lane in 0..LANES {
                    sums[lane] += hidden[lane].max(0.0) * weights[lane];
                }
            }
            *logit += sums.into_iter().sum::<f32>();
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        _MM_HINT_T0, _mm_prefetch, _mm256_loadu_si256, _mm512_cvtph_ps, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    use super::{CONV2, HIDDEN, KERNEL, KERNEL_ROW, SPREAD, f16, portable};

    /// Units whose sums stay in registers together: 16 registers of 16 numbers.
    const BLOCK: usize = 256;
    /// Rows ahead of the one at work that are called into the cache.
    const AHEAD: usize = 4;

    #[target_feature(enable = "avx512f")]
    pub(super) fn add_rows_single(
        hidden: &mut [f32; HIDDEN],
        rows: &[f32],
        inputs: &[(usize, f32)],
    ) {
        portable::add_rows_single(hidden, rows, inputs);
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn last_layer(hidden: &[f32], weights: &[f32], logits: &mut [f32]) {
        portable::last_layer(hidden, weights, logits);
    }

    /// # Safety
    ///
    /// Each cell is below 9, `kernels` has 5 rows for each channel, and `out` 7 × 7 × 64 numbers.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn spread(changes: &[(usize, usize, f32)], kernels: &[f32], out: &mut [f32]) {
        for changes in changes.chunk_by(|a, b| a.1 == b.1) {
            let kernel = changes[0].1 * KERNEL * KERNEL_ROW;
            for row in 0..KERNEL {
                // A row of the channel's kernel stays in 20 registers.
                let mut weights = [_mm512_setzero_ps(); KERNEL_ROW / 16];
                for (lane, weights) in weights.iter_mut().enumerate() {
                    // SAFETY: the channel has a kernel of 5 rows, of 320 numbers each.
                    let from =
                        unsafe { kernels.as_ptr().add(kernel + row * KERNEL_ROW + 16 * lane) };
                    // SAFETY: as above.
                    *weights = unsafe { _mm512_loadu_ps(from) };
                }
                for (cell, _, change) in changes {
                    let corner = (cell / 3 * SPREAD + cell % 3) * CONV2;
                    // SAFETY: the cell is below 9, so its rows and columns end within 7.
                    let out = unsafe { out.as_mut_ptr().add(corner + row * SPREAD * CONV2) };
                    let change = _mm512_set1_ps(*change);
                    for (lane, weights) in weights.iter().enumerate() {
                        // SAFETY: as above.
                        unsafe {
                            let sum = _mm512_loadu_ps(out.add(16 * lane));
                            let sum = _mm512_fmadd_ps(change, *weights, sum);
                            _mm512_storeu_ps(out.add(16 * lane), sum);
                        }
                    }
                }
            }
        }
    }

    /// # Safety
    ///
    /// `rows` has a row for every input.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn add_rows_half(
        hidden: &mut [f32; HIDDEN],
        rows: &[f16],
        inputs: &[(usize, f32)],
    ) {
        for (block, hidden) in hidden.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let start = |input: usize| rows.as_ptr().wrapping_add(input * HIDDEN + block * BLOCK);
            let mut sums = [_mm512_setzero_ps(); BLOCK / 16];
            for (lane, sum) in sums.iter_mut().enumerate() {
                // SAFETY: 16 of the block's numbers begin at 16 · lane.
                *sum = unsafe { _mm512_loadu_ps(hidden.as_ptr().add(16 * lane)) };
            }
            for (index, (input, value)) in inputs.iter().enumerate() {
                if let Some((next, _)) = inputs.get(index + AHEAD) {
                    for line in 0..BLOCK / 32 {
                        // SAFETY: a prefetch reads nothing.
                        unsafe { _mm_prefetch::<_MM_HINT_T0>(start(*next).add(32 * line).cast()) };
                    }
                }
                let value = _mm512_set1_ps(*value);
                let row = start(*input);
                for (lane, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: the input has a row, whose block holds 16 numbers from 16 · lane on.
                    let weights = unsafe { _mm256_loadu_si256(row.add(16 * lane).cast()) };
                    *sum = _mm512_fmadd_ps(value, _mm512_cvtph_ps(weights), *sum);
                }
            }
            for (lane, sum) in sums.iter().enumerate() {
                // SAFETY: as for the load.
                unsafe { _mm512_storeu_ps(hidden.as_mut_ptr().add(16 * lane), *sum) };
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        _mm_loadu_si128, _mm256_cvtph_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps,
        _mm256_setzero_ps, _mm256_storeu_ps,
    };

    use super::{HIDDEN, f16, portable};

    /// Units whose sums stay in registers together: 8 registers of 8 numbers.
    const BLOCK: usize = 64;

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn add_rows_single(
        hidden: &mut [f32; HIDDEN],
        rows: &[f32],
        inputs: &[(usize, f32)],
    ) {
        portable::add_rows_single(hidden, rows, inputs);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn spread(changes: &[(usize, usize, f32)], kernels: &[f32], out: &mut [f32]) {
        portable::spread(changes, kernels, out);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn last_layer(hidden: &[f32], weights: &[f32], logits: &mut [f32]) {
        portable::last_layer(hidden, weights, logits);
    }

    /// # Safety
    ///
    /// `rows` has a row for every input.
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) unsafe fn add_rows_half(
        hidden: &mut [f32; HIDDEN],
        rows: &[f16],
        inputs: &[(usize, f32)],
    ) {
        for (block, hidden) in hidden.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let mut sums = [_mm256_setzero_ps(); BLOCK / 8];
            for (lane, sum) in sums.iter_mut().enumerate() {
                // SAFETY: 8 of the block's numbers begin at 8 · lane.
                *sum = unsafe { _mm256_loadu_ps(hidden.as_ptr().add(8 * lane)) };
            }
            for (input, value) in inputs {
                let value = _mm256_set1_ps(*value);
                let row = rows.as_ptr().wrapping_add(input * HIDDEN + block * BLOCK);
                for (lane, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: the input has a row, whose block holds 8 numbers from 8 · lane on.
                    let weights = unsafe { _mm_loadu_si128(row.add(8 * lane).cast()) };
                    *sum = _mm256_fmadd_ps(value, _mm256_cvtph_ps(weights), *sum);
                }
            }
            for (lane, sum) in sums.iter().enumerate() {
                // SAFETY: as for the load.
                unsafe { _mm256_storeu_ps(hidden.as_mut_ptr().add(8 * lane), *sum) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not the paper's number, nor one that vectors divide by.
    const LABELS: usize = 47;

    /// Every version that this processor can run, against plain Rust.
    #[test]
    fn all_versions_agree() {
        let number = |index: usize| ((index * 7919) % 1009) as f32 / 1009.0 - 0.5;
        let rows: Vec<f16> = (0..5 * HIDDEN).map(|index| f16::from_f32(number(index))).collect();
        let inputs = [(0, 1.5), (3, -0.25), (4, 0.125), (3, 2.0), (1, 0.5), (2, -1.0)];
        let hidden: [f32; HIDDEN] = std::array::from_fn(|unit| number(unit + 17));
        let weights: Vec<f32> = (0..LABELS * HIDDEN).map(number).collect();
        let bias: [f32; LABELS] = std::array::from_fn(number);

        let mut expected = hidden;
        portable::add_rows_half(&mut expected, &rows, &inputs);
        let mut expected_logits = bias;
        portable::last_layer(&expected, &weights, &mut expected_logits);
        let logits = |sums: &[f32; HIDDEN]| {
            let mut logits = bias;
            last_layer(sums, &weights, &mut logits);
            logits
        };
        let check = |name: &str, sums: &[f32; HIDDEN], logits: [f32; LABELS]| {
            let close = |a: &f32, b: &f32| (a - b).abs() < 1e-4;
            assert!(sums.iter().zip(&expected).all(|(a, b)| close(a, b)), "{name}");
            assert!(logits.iter().zip(&expected_logits).all(|(a, b)| close(a, b)), "{name}");
        };
        let mut sums = hidden;
        add_rows_half(&mut sums, &rows, &inputs);
        check("chosen", &sums, logits(&sums));
        let single: Vec<f32> = rows.iter().map(|number| number.to_f32()).collect();
        let mut sums = hidden;
        add_rows_single(&mut sums, &single, &inputs);
        check("single", &sums, logits(&sums));
        #[cfg(target_arch = "x86_64")]
        for instructions in Instructions::available() {
            let (mut sums, mut logits) = (hidden, bias);
            // SAFETY: the processor has the instructions; every input has a row.
            unsafe {
                match instructions {
                    Instructions::Portable => continue,
                    Instructions::Avx2 => {
                        avx2::add_rows_half(&mut sums, &rows, &inputs);
                        avx2::last_layer(&sums, &weights, &mut logits);
                    }
                    Instructions::Avx512 => {
                        avx512::add_rows_half(&mut sums, &rows, &inputs);
                        avx512::last_layer(&sums, &weights, &mut logits);
                    }
                }
            }
            check(&format!("{instructions:?}"), &sums, logits);
        }
    }

    #[test]
    #[should_panic(expected = "every input has a row")]
    fn a_row_that_is_not_there_is_refused() {
        add_rows_half(&mut [0.0; HIDDEN], &[f16::ZERO; HIDDEN], &[(1, 1.0)]);
    }
}
