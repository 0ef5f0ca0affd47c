//! Lists of the numbers that are something, which is all that a sparse sum goes through.

use super::Instructions;

/// Numbers that [`list_larger`] looks at together.
pub(crate) const LISTED: usize = 32;

/// A number with its place among those that it was listed from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(C)]
pub(crate) struct Listed {
    /// From 0 to 31.
    pub(crate) place: u32,
    pub(crate) number: f32,
}

/// Appends those of the numbers that are larger in size than `least`.
pub(crate) fn list_larger(numbers: &[f32; LISTED], least: f32, list: &mut Vec<Listed>) {
    match Instructions::in_use() {
        // SAFETY: the processor has AVX-512F.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512(numbers, least, list) },
        _ => portable(numbers, least, list),
    }
}

fn portable(numbers: &[f32; LISTED], least: f32, list: &mut Vec<Listed>) {
    let (mut some, mut count) = ([Listed::default(); LISTED], 0);
    for (place, number) in (0..).zip(numbers) {
        // Written in any case, and written over unless it counts: no branch to guess wrong.
        some[count] = Listed { place, number: *number };
        count += usize::from(number.abs() > least);
    }
    list.extend_from_slice(&some[..count]);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512(numbers: &[f32; LISTED], least: f32, list: &mut Vec<Listed>) {
    use std::arch::x86_64::{
        _CMP_GT_OQ, _mm512_abs_ps, _mm512_add_epi32, _mm512_castps_si512, _mm512_cmp_ps_mask,
        _mm512_loadu_ps, _mm512_maskz_compress_epi64, _mm512_permutex2var_epi32, _mm512_set1_epi32,
        _mm512_set1_ps, _mm512_setr_epi32, _mm512_storeu_si512,
    };

    list.reserve(LISTED);
    let mut count = list.len();
    // For the lower and the upper half of a register, places (0 to 15) in turn with numbers (from 16 on).
    let lower = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    let upper = _mm512_add_epi32(lower, _mm512_set1_epi32(8));
    let mut places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for numbers in numbers.as_chunks::<16>().0 {
        // SAFETY: there are sixteen.
        let numbers = unsafe { _mm512_loadu_ps(numbers.as_ptr()) };
        let larger =
            _mm512_cmp_ps_mask::<_CMP_GT_OQ>(_mm512_abs_ps(numbers), _mm512_set1_ps(least));
        for (half, larger) in [(lower, larger as u8), (upper, (larger >> 8) as u8)] {
            let pairs = _mm512_permutex2var_epi32(places, half, _mm512_castps_si512(numbers));
            let pairs = _mm512_maskz_compress_epi64(larger, pairs);
            // SAFETY: no more has been listed than looked at, so there is room for the eight of now.
            unsafe { _mm512_storeu_si512(list.as_mut_ptr().add(count).cast(), pairs) };
            count += larger.count_ones() as usize;
        }
        places = _mm512_add_epi32(places, _mm512_set1_epi32(16));
    }
    // SAFETY: so many have been written, within the capacity.
    unsafe { list.set_len(count) };
}

#[cfg(test)]
mod tests {
    use super::*;

    type Version = fn(&[f32; LISTED], f32, &mut Vec<Listed>);

    #[test]
    fn what_is_larger_is_listed_after_what_is_there() {
        let mut versions: Vec<Version> = vec![list_larger, portable];
        #[cfg(target_arch = "x86_64")]
        if Instructions::available().any(|one| one == Instructions::Avx512) {
            // SAFETY: the processor has AVX-512F.
            versions.push(|numbers, least, list| unsafe { avx512(numbers, least, list) });
        }
        let listed = |(place, number)| Listed { place, number };
        let mut numbers = [0.0; LISTED];
        (numbers[0], numbers[3], numbers[4], numbers[31]) = (0.5, -0.25, 0.125, 2.0);
        for version in versions {
            let mut list = vec![listed((7, 1.0))];
            version(&numbers, 0.125, &mut list);
            assert_eq!(list, [(7, 1.0), (0, 0.5), (3, -0.25), (31, 2.0)].map(listed));
            version(&[1.0; LISTED], 0.0, &mut list);
            let all = (0..LISTED as u32).map(|place| listed((place, 1.0)));
            assert!(list[4..].iter().copied().eq(all));
        }
    }
}
