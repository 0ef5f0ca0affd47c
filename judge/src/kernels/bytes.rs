//! Sums of rows of bytes: the first dense layer with weights and inputs of 8 bits.
//!
//! All sums are sums of integers that cannot overflow, so every version gives the same numbers.

use aligned_vec::{AVec, ConstAlign};

use super::{Instructions, LINE};
use crate::network::HIDDEN;

/// Rows that are added together: a 32-bit lane of a vector takes as many products at once.
const ROWS: usize = 4;

/// Units whose sums stay in registers together: 16 registers of 16 numbers.
const BLOCK: usize = 256;

/// A matrix of signed bytes, input × unit, in the order block × input × unit of the block, in which
/// the bytes of a line are [placed](unit_at) such that interleaved lines have their units in order.
#[derive(Debug, Clone)]
pub(crate) struct ByteRows {
    bytes: AVec<i8, ConstAlign<LINE>>,
    inputs: usize,
}

/// Inputs with their values, filled up with zeros to whole groups of [`ROWS`].
#[derive(Debug, Clone)]
pub(crate) struct Inputs {
    numbers: Vec<u16>,
    values: Vec<u8>,
    /// Where both end.
    count: usize,
}

impl Inputs {
    /// As many inputs as there are numbers of 16 bits; the sum of as many products fits in 32.
    pub(crate) const MOST: usize = 1 << 16;

    /// Room for the values of `inputs` inputs.
    ///
    /// # Panics
    ///
    /// If these are more than [`MOST`](Self::MOST).
    pub(crate) fn of(inputs: usize) -> Self {
        assert!(inputs <= Self::MOST, "{} inputs at most", Self::MOST);
        // Whole registers are written, also beyond the end.
        let room = inputs + LINE;
        Self { numbers: vec![0; room], values: vec![0; room], count: 0 }
    }

    /// Collects the values that are not zero. The result is the sum of their squares.
    ///
    /// # Panics
    ///
    /// If there are more values than room.
    pub(crate) fn gather(&mut self, bytes: &[u8]) -> u32 {
        assert!(bytes.len() + LINE <= self.numbers.len(), "room for all values");
        self.count = match Instructions::in_use() {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 if has_compression() => {
                // SAFETY: the processor has these instructions, and there is room.
                unsafe { avx512::gather(bytes, &mut self.numbers, &mut self.values) }
            }
            _ => gather(bytes, &mut self.numbers, &mut self.values),
        };
        while !self.count.is_multiple_of(ROWS) {
            (self.numbers[self.count], self.values[self.count]) = (0, 0);
            self.count += 1;
        }
        self.values[..self.count].iter().map(|value| u32::from(*value) * u32::from(*value)).sum()
    }

    fn groups(&self) -> (&[[u16; ROWS]], &[[u8; ROWS]]) {
        (self.numbers[..self.count].as_chunks().0, self.values[..self.count].as_chunks().0)
    }
}

/// The numbers and values of those bytes that are not zero. The result is how many they are.
fn gather(bytes: &[u8], numbers: &mut [u16], values: &mut [u8]) -> usize {
    let mut count = 0;
    for (number, byte) in bytes.iter().enumerate() {
        (numbers[count], values[count]) = (number as u16, *byte);
        count += usize::from(*byte > 0);
    }
    count
}

/// Whether the processor moves chosen bytes of a register together.
#[cfg(target_arch = "x86_64")]
fn has_compression() -> bool {
    is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi2")
}

/// The unit within its 64 whose byte is at that place of a line.
const fn unit_at(place: usize) -> usize {
    place % 16 / 4 * 16 + place / 16 * 4 + place % 4
}

impl ByteRows {
    /// The matrix of `byte(input, unit)`.
    ///
    /// # Panics
    ///
    /// If it is larger than memory.
    pub(crate) fn new(inputs: usize, byte: impl Fn(usize, usize) -> i8) -> Self {
        let place = |index: usize| {
            let (block, input, place) =
                (index / (inputs * BLOCK), index / BLOCK % inputs, index % BLOCK);
            (input, block * BLOCK + place / LINE * LINE + unit_at(place % LINE))
        };
        let size = inputs.checked_mul(HIDDEN).expect("the rows of a matrix fit into memory");
        let bytes = (0..size).map(|index| {
            let (input, unit) = place(index);
            byte(input, unit)
        });
        Self { bytes: AVec::from_iter(LINE, bytes), inputs }
    }

    /// Sets `sums` to the sum of the rows times the values.
    ///
    /// # Panics
    ///
    /// If an input has no row.
    pub(crate) fn sum(&self, rows: &Inputs, sums: &mut [i32; HIDDEN]) {
        let last = rows.numbers[..rows.count].iter().max();
        assert!(last.is_none_or(|last| usize::from(*last) < self.inputs), "every input has a row");
        match Instructions::in_use() {
            Instructions::Portable => portable(self, rows, sums),
            // SAFETY: the processor has AVX2.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { avx2(self, rows, sums) },
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 if has_byte_products() => {
                // SAFETY: the processor has these instructions, and every input has a row.
                unsafe { avx512::sum(self, rows, sums) }
            }
            // SAFETY: a processor that has AVX-512F has AVX2.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { avx2(self, rows, sums) },
        }
    }
}

/// Whether the processor multiplies bytes in registers of 64, which not all with AVX-512F do.
#[cfg(target_arch = "x86_64")]
fn has_byte_products() -> bool {
    is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vnni")
}

#[expect(clippy::inline_always, reason = "to be compiled for the instructions of the caller")]
#[inline(always)]
fn portable(matrix: &ByteRows, rows: &Inputs, sums: &mut [i32; HIDDEN]) {
    let blocks = matrix.bytes.chunks_exact(matrix.inputs * BLOCK);
    for (bytes, sums) in blocks.zip(sums.as_chunks_mut::<BLOCK>().0) {
        let bytes = bytes.as_chunks::<BLOCK>().0;
        let mut placed = [0_i32; BLOCK];
        for (input, value) in rows.numbers.iter().zip(&rows.values).take(rows.count) {
            for (sum, byte) in placed.iter_mut().zip(&bytes[usize::from(*input)]) {
                // 255 · 127 fits in 16 bits, which are cheaper to multiply than 32.
                *sum += i32::from(i16::from(*value) * i16::from(*byte));
            }
        }
        let lines = placed.as_chunks::<LINE>().0.iter().zip(sums.as_chunks_mut::<LINE>().0);
        for (placed, sums) in lines {
            for (place, sum) in placed.iter().enumerate() {
                sums[unit_at(place)] = *sum;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(matrix: &ByteRows, rows: &Inputs, sums: &mut [i32; HIDDEN]) {
    portable(matrix, rows, sums);
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        _MM_HINT_T0, _mm_prefetch, _mm512_add_epi16, _mm512_cmpgt_epu8_mask, _mm512_dpbusd_epi32,
        _mm512_loadu_si512, _mm512_maskz_compress_epi8, _mm512_maskz_compress_epi16,
        _mm512_set_epi16, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_setzero_si512,
        _mm512_storeu_si512, _mm512_unpackhi_epi8, _mm512_unpackhi_epi16, _mm512_unpacklo_epi8,
        _mm512_unpacklo_epi16,
    };

    use super::{BLOCK, ByteRows, HIDDEN, Inputs, LINE, ROWS};

    /// Groups of rows ahead of the one at work that are called into the cache.
    const AHEAD: usize = 4;

    /// # Safety
    ///
    /// `numbers` and `values` have room for all bytes, and for a register more.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
    pub(super) unsafe fn gather(bytes: &[u8], numbers: &mut [u16], values: &mut [u8]) -> usize {
        let (lines, rest) = bytes.as_chunks::<LINE>();
        let first = _mm512_set_epi16(
            31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10,
            9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
        );
        let mut count = 0;
        for (line, bytes) in lines.iter().enumerate() {
            // SAFETY: a line has 64 bytes. `count` is at most the number of bytes before this line,
            // and there is room for as many and a register more.
            unsafe {
                let bytes = _mm512_loadu_si512(bytes.as_ptr().cast());
                let lit = _mm512_cmpgt_epu8_mask(bytes, _mm512_setzero_si512());
                let together = _mm512_maskz_compress_epi8(lit, bytes);
                _mm512_storeu_si512(values.as_mut_ptr().add(count).cast(), together);
                for half in 0..2 {
                    let lit = (lit >> (32 * half)) as u32;
                    let from = _mm512_set1_epi16((line * LINE + 32 * half) as i16);
                    let together = _mm512_maskz_compress_epi16(lit, _mm512_add_epi16(first, from));
                    _mm512_storeu_si512(numbers.as_mut_ptr().add(count).cast(), together);
                    count += lit.count_ones() as usize;
                }
            }
        }
        for (index, byte) in rest.iter().enumerate() {
            if *byte > 0 {
                (numbers[count], values[count]) = ((lines.len() * LINE + index) as u16, *byte);
                count += 1;
            }
        }
        count
    }

    /// # Safety
    ///
    /// `matrix` has a row for every input.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) unsafe fn sum(matrix: &ByteRows, rows: &Inputs, sums: &mut [i32; HIDDEN]) {
        let (inputs, values) = rows.groups();
        for (block, sums) in sums.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let start = |input: u16| {
                let row = block * matrix.inputs + usize::from(input);
                matrix.bytes.as_ptr().wrapping_add(row * BLOCK)
            };
            let mut totals = [_mm512_setzero_si512(); BLOCK / 16];
            for (index, (group, values)) in inputs.iter().zip(values).enumerate() {
                if let Some(next) = inputs.get(index + AHEAD) {
                    for input in *next {
                        for line in 0..BLOCK / LINE {
                            _mm_prefetch::<_MM_HINT_T0>(start(input).wrapping_add(LINE * line));
                        }
                    }
                }
                let values = _mm512_set1_epi32(i32::from_le_bytes(*values));
                let starts: [*const i8; ROWS] = group.map(start);
                for (line, totals) in totals.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    // SAFETY: each input has a row, whose block is 4 lines.
                    let [a, b, c, d] = starts
                        .map(|start| unsafe { _mm512_loadu_si512(start.add(LINE * line).cast()) });
                    let (low, high) = (_mm512_unpacklo_epi8(a, b), _mm512_unpackhi_epi8(a, b));
                    let (low2, high2) = (_mm512_unpacklo_epi8(c, d), _mm512_unpackhi_epi8(c, d));
                    let quads = [
                        _mm512_unpacklo_epi16(low, low2),
                        _mm512_unpackhi_epi16(low, low2),
                        _mm512_unpacklo_epi16(high, high2),
                        _mm512_unpackhi_epi16(high, high2),
                    ];
                    for (total, quad) in totals.iter_mut().zip(quads) {
                        *total = _mm512_dpbusd_epi32(*total, values, quad);
                    }
                }
            }
            for (lane, total) in totals.iter().enumerate() {
                // SAFETY: 16 of the block's sums begin at 16 · lane.
                unsafe { _mm512_storeu_si512(sums.as_mut_ptr().add(16 * lane).cast(), *total) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: usize = 37;

    fn byte(input: usize, unit: usize) -> i8 {
        ((input * 7919 + unit * 104_729) % 255) as u8 as i8
    }

    /// Every version that this processor can run, against sums one by one.
    #[test]
    fn all_versions_give_the_sums() {
        let matrix = ByteRows::new(INPUTS, byte);
        let values: [u8; INPUTS] =
            std::array::from_fn(|input| if input % 3 == 1 { 0 } else { (input * 83 + 172) as u8 });
        let expected: [i32; HIDDEN] = std::array::from_fn(|unit| {
            let products = values.iter().enumerate();
            products.map(|(input, value)| i32::from(*value) * i32::from(byte(input, unit))).sum()
        });
        let mut inputs = Inputs::of(INPUTS);
        let squares = inputs.gather(&values);
        assert_eq!(squares, values.iter().map(|value| u32::from(*value).pow(2)).sum::<u32>());
        let mut sums = [1; HIDDEN];
        matrix.sum(&inputs, &mut sums);
        assert_eq!(sums, expected);
        let mut sums = [1; HIDDEN];
        portable(&matrix, &inputs, &mut sums);
        assert_eq!(sums, expected);
        #[cfg(target_arch = "x86_64")]
        for instructions in Instructions::available() {
            let mut sums = [1; HIDDEN];
            // SAFETY: the processor has the instructions; every input has a row.
            unsafe {
                match instructions {
                    Instructions::Avx2 => avx2(&matrix, &inputs, &mut sums),
                    Instructions::Avx512 if has_byte_products() => {
                        avx512::sum(&matrix, &inputs, &mut sums);
                    }
                    _ => continue,
                }
            }
            assert_eq!(sums, expected, "{instructions:?}");
        }
    }

    #[test]
    fn all_versions_gather_the_same() {
        for length in [0, 1, 63, 64, 65, 200] {
            let bytes: Vec<u8> = (0..length).map(|at| (at * at % 7 * 85 % 256) as u8).collect();
            let expected: Vec<(u16, u8)> =
                (0..).zip(bytes.iter().copied()).filter(|(_, byte)| *byte > 0).collect();
            let (mut numbers, mut values) = (vec![7; length + LINE], vec![7; length + LINE]);
            let count = gather(&bytes, &mut numbers, &mut values);
            let gathered = |numbers: &[u16], values: &[u8], count: usize| {
                let both = numbers.iter().copied().zip(values.iter().copied());
                both.take(count).collect::<Vec<_>>()
            };
            assert_eq!(gathered(&numbers, &values, count), expected);
            #[cfg(target_arch = "x86_64")]
            if has_compression() {
                numbers.fill(7);
                // SAFETY: the processor has the instructions, and there is room.
                let count = unsafe { avx512::gather(&bytes, &mut numbers, &mut values) };
                assert_eq!(gathered(&numbers, &values, count), expected);
            }
        }
    }

    #[test]
    fn no_inputs_sum_up_to_nothing() {
        let mut sums = [1; HIDDEN];
        ByteRows::new(1, |_, _| 1).sum(&Inputs::of(1), &mut sums);
        assert_eq!(sums, [0; HIDDEN]);
    }

    #[test]
    #[should_panic(expected = "every input has a row")]
    fn a_row_that_is_not_there_is_refused() {
        let mut inputs = Inputs::of(2);
        inputs.gather(&[0, 1]);
        ByteRows::new(1, |_, _| 1).sum(&inputs, &mut [0; HIDDEN]);
    }
}
