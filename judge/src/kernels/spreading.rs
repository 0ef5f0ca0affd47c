//! Inner loops of both convolutions of one image of which some pixels are shown.

use super::{Instructions, LINE, Listed, Numbers};
use crate::{
    geometry::{PADDED, TAPS},
    network::{CONV1, CONV2, KERNEL},
};

/// Output channels that [`spread_cells`] has at work together.
const PART: usize = 32;
/// Numbers of a row of all input channels' kernels, for one part of the output channels.
const ROW: usize = CONV1 * KERNEL * PART;
/// Columns and rows of the second convolution's output that a pixel can change.
const SPREAD: usize = 7;

/// Numbers of the second convolution's output with its margin: padded row × padded column × channel.
pub(crate) const PADDED_FIELD: usize = PADDED * PADDED * CONV2;
/// What one pixel adds to it: row × column × channel.
pub(crate) type Response = [f32; SPREAD * SPREAD * CONV2];

/// A cell after the first pool of which channels have changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ChangedCell {
    /// Where the cell's outputs begin in the padded field: padded row · columns + padded column.
    pub(crate) corner: u32,
    /// Where its changes end in the list of all, in which they follow those of the cell before.
    pub(crate) end: u32,
}

/// The second convolution's kernels as [`spread_cells`] reads them: part of the output channels × row ×
/// input channel × column × output channel of the part. What is read in turn is then contiguous, and a
/// row of a part stays in the cache while all cells are gone through.
///
/// `conv2` is in the order of [`conv2_weight_index`](crate::geometry::conv2_weight_index).
pub(crate) fn kernel_rows(conv2: &[f32]) -> Numbers {
    let place = |index: usize| {
        let (block, rest) = (index / ROW, index % ROW);
        let (channel, column) = (rest / (KERNEL * PART), rest / PART % KERNEL);
        let tap = block % KERNEL * KERNEL + column;
        (channel * TAPS + tap) * CONV2 + block / KERNEL * PART + rest % PART
    };
    Numbers::from_iter(LINE, (0..conv2.len()).map(|index| conv2[place(index)]))
}

/// What changes of cells after the first pool add to the second convolution's output.
///
/// `changes` are by input channel, cell by cell; `kernels` are in the order of [`kernel_rows`];
/// `field` is padded row × padded column × channel.
///
/// # Panics
///
/// If a cell's outputs lie outside of the field, its changes are not there, or a length is not the
/// network's.
pub(crate) fn spread_cells(
    cells: &[ChangedCell],
    changes: &[Listed],
    kernels: &[f32],
    field: &mut [f32],
) {
    const LAST: usize = (PADDED - KERNEL) * (PADDED + 1);
    assert_eq!((kernels.len(), field.len()), (CONV1 * TAPS * CONV2, PADDED_FIELD), "sizes");
    assert!(cells.iter().all(|cell| cell.corner as usize <= LAST), "each cell fits");
    assert!(cells.is_sorted_by_key(|cell| cell.end), "cells in the order of their changes");
    assert!(cells.last().is_none_or(|cell| cell.end as usize <= changes.len()), "all changes");
    match Instructions::in_use() {
        Instructions::Portable => portable::spread_cells(cells, changes, kernels, field),
        // SAFETY: the processor has AVX2 and FMA; sizes, corners and ends are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2::spread_cells(cells, changes, kernels, field) },
        // SAFETY: the processor has AVX-512F; sizes, corners and ends are as they must be.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512::spread_cells(cells, changes, kernels, field) },
    }
}

vectorised! {
    /// Adds a response to a field of padded row × padded column × channel, from a corner on: padded row ·
    /// columns + padded column.
    fn add_from(corner: usize, response: &Response, field: &mut [f32]) {
        let rows = response.as_chunks::<{ SPREAD * CONV2 }>().0;
        for (row, from) in rows.iter().enumerate() {
            let to = &mut field[(corner + row * PADDED) * CONV2..][..SPREAD * CONV2];
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
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
    /// ReLU and pool of one cell, position × channel, less what is expected of it.
    fn pool_change(
        sums: &[[f32; CONV1]; 4],
        expected: &[f32; CONV1],
        change: &mut [f32; CONV1]
    ) {
        for channel in 0..CONV1 {
            let upper = sums[0][channel].max(sums[1][channel]);
            let lower = sums[2][channel].max(sums[3][channel]);
            change[channel] = upper.max(lower).max(0.0) - expected[channel];
        }
    }
}

/// Plain Rust.
mod portable {
    use super::{CONV2, ChangedCell, KERNEL, Listed, PADDED, PART, ROW};

    pub(super) fn spread_cells(
        cells: &[ChangedCell],
        changes: &[Listed],
        kernels: &[f32],
        field: &mut [f32],
    ) {
        for (block, kernels) in kernels.chunks_exact(ROW).enumerate() {
            let (part, row) = (block / KERNEL, block % KERNEL);
            let mut start = 0;
            for cell in cells {
                let changes = &changes[start..cell.end as usize];
                for column in 0..KERNEL {
                    let at = cell.corner as usize + row * PADDED + column;
                    let out = &mut field[at * CONV2 + part * PART..][..PART];
                    for Listed { place: channel, number: change } in changes {
                        let weights = &kernels[(*channel as usize * KERNEL + column) * PART..];
                        let weights = &weights[..PART];
                        out.iter_mut()
                            .zip(weights)
                            .for_each(|(out, weight)| *out += change * weight);
                    }
                }
                start = cell.end as usize;
            }
        }
    }
}

/// The same by registers of one width.
#[cfg(target_arch = "x86_64")]
macro_rules! by_registers {
    (
        $module:ident, $features:literal, $lanes:literal,
        $load:ident, $store:ident, $fused:ident, $set:ident, $zero:ident
    ) => {
        mod $module {
            use std::arch::x86_64::{$fused, $load, $set, $store, $zero};

            use super::{CONV1, CONV2, ChangedCell, KERNEL, Listed, PADDED, PART, ROW};

            const LANES: usize = $lanes;
            /// Registers of one output: with five outputs of a row, ten hold sums.
            const WIDE: usize = 2;

            /// # Safety
            ///
            /// The sizes are the network's, each corner leaves room for five rows and columns, and the
            /// cells' ends ascend within the changes.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn spread_cells(
                cells: &[ChangedCell],
                changes: &[Listed],
                kernels: &[f32],
                field: &mut [f32],
            ) {
                for (block, kernels) in kernels.chunks_exact(ROW).enumerate() {
                    let (part, row) = (block / KERNEL, block % KERNEL);
                    for from in (0..PART).step_by(WIDE * LANES) {
                        let mut start = 0;
                        for cell in cells {
                            let at = cell.corner as usize + row * PADDED;
                            // SAFETY: five outputs begin there, and have the part's channels.
                            let out =
                                unsafe { field.as_mut_ptr().add(at * CONV2 + part * PART + from) };
                            let mut sums = [[$zero(); WIDE]; KERNEL];
                            for (column, sums) in sums.iter_mut().enumerate() {
                                for (lane, sum) in sums.iter_mut().enumerate() {
                                    // SAFETY: as above.
                                    *sum = unsafe { $load(out.add(column * CONV2 + lane * LANES)) };
                                }
                            }
                            let end = cell.end as usize;
                            for Listed { place, number } in &changes[start..end] {
                                let channel = *place as usize % CONV1;
                                let change = $set(*number);
                                for (column, sums) in sums.iter_mut().enumerate() {
                                    let from = (channel * KERNEL + column) * PART + from;
                                    for (lane, sum) in sums.iter_mut().enumerate() {
                                        // SAFETY: a row has five taps of a part for each channel.
                                        let weights = unsafe {
                                            $load(kernels.as_ptr().add(from + lane * LANES))
                                        };
                                        *sum = $fused(change, weights, *sum);
                                    }
                                }
                            }
                            for (column, sums) in sums.iter().enumerate() {
                                for (lane, sum) in sums.iter().enumerate() {
                                    // SAFETY: as for the loads.
                                    unsafe {
                                        $store(out.add(column * CONV2 + lane * LANES), *sum);
                                    }
                                }
                            }
                            start = end;
                        }
                    }
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
    _mm512_setzero_ps
);
#[cfg(target_arch = "x86_64")]
by_registers!(
    avx2,
    "avx2,fma",
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_set1_ps,
    _mm256_setzero_ps
);

#[cfg(test)]
mod tests {
    use super::*;

    fn number(index: usize) -> f32 {
        ((index * 7919) % 1009) as f32 / 1009.0 - 0.5
    }

    /// The corners of the field are reached, and every version says what the definition says.
    #[test]
    fn all_versions_agree() {
        let last = ((PADDED - KERNEL) * (PADDED + 1)) as u32;
        let change = |index: usize| {
            let place = (index * 7 + index / 32) as u32 % 32;
            Listed { place, number: number(index) }
        };
        let changes: Vec<Listed> = (0..40).map(change).collect();
        // Cells that overlap, one without changes, one with all channels.
        let cells = [(0, 3), (13, 4), (40, 4), (40, 36), (last, 40)];
        let cells = cells.map(|(corner, end)| ChangedCell { corner, end });
        let conv2: Vec<f32> = (0..CONV1 * TAPS * CONV2).map(number).collect();
        let before: Vec<f32> = (0..PADDED_FIELD).map(number).collect();
        let mut expected = before.clone();
        let mut start = 0;
        for cell in &cells {
            for Listed { place: channel, number: change } in &changes[start..cell.end as usize] {
                for tap in 0..TAPS {
                    let at = cell.corner as usize + tap / KERNEL * PADDED + tap % KERNEL;
                    for out in 0..CONV2 {
                        let weight = conv2[(*channel as usize * TAPS + tap) * CONV2 + out];
                        expected[at * CONV2 + out] += change * weight;
                    }
                }
            }
            start = cell.end as usize;
        }
        let kernels = kernel_rows(&conv2);
        let check = |name: &str, field: &[f32]| {
            for (at, (a, b)) in field.iter().zip(&expected).enumerate() {
                assert!((a - b).abs() < 1e-4, "{name}: {a} and {b} at {at}");
            }
        };
        let mut field = before.clone();
        spread_cells(&cells, &changes, &kernels, &mut field);
        check("chosen", &field);
        for instructions in Instructions::available() {
            let mut field = before.clone();
            // SAFETY: the processor has the instructions, and all sizes are as they must be.
            #[cfg_attr(not(target_arch = "x86_64"), expect(unused_unsafe))]
            unsafe {
                match instructions {
                    Instructions::Portable => {
                        portable::spread_cells(&cells, &changes, &kernels, &mut field);
                    }
                    #[cfg(target_arch = "x86_64")]
                    Instructions::Avx2 => {
                        avx2::spread_cells(&cells, &changes, &kernels, &mut field);
                    }
                    #[cfg(target_arch = "x86_64")]
                    Instructions::Avx512 => {
                        avx512::spread_cells(&cells, &changes, &kernels, &mut field);
                    }
                }
            }
            check(&instructions.to_string(), &field);
        }
    }

    #[test]
    #[should_panic(expected = "each cell fits")]
    fn no_cell_outside_of_the_field_is_spread() {
        let cells = [ChangedCell { corner: (PADDED * PADDED) as u32, end: 0 }];
        let kernels = vec![0.0; CONV1 * TAPS * CONV2];
        spread_cells(&cells, &[], &kernels, &mut vec![0.0; PADDED_FIELD]);
    }

    #[test]
    #[should_panic(expected = "all changes")]
    fn no_change_that_is_not_there_is_spread() {
        let cells = [ChangedCell { corner: 0, end: 1 }];
        let kernels = vec![0.0; CONV1 * TAPS * CONV2];
        spread_cells(&cells, &[], &kernels, &mut vec![0.0; PADDED_FIELD]);
    }
}
