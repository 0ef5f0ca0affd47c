//! Numbers that begin where a cache line does.
//!
//! A vector register is as wide as a cache line: an array that begins elsewhere makes every load of
//! 64 bytes touch two lines, and costs up to half of the speed.

use std::ops::{Deref, DerefMut};

use aligned_vec::{AVec, ConstAlign};
use half::f16;

use crate::network::HIDDEN;

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// A vector of numbers.
pub(crate) type Numbers = AVec<f32, ConstAlign<LINE>>;

/// A vector of numbers of 16 bits.
pub(crate) type Halves = AVec<f16, ConstAlign<LINE>>;

/// A vector of integers that stand for fractions.
pub(crate) type Fixed = AVec<i16, ConstAlign<LINE>>;

/// Prefetches something into the nearest cache, for it will be read soon.
pub(crate) fn prefetch<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..size_of::<T>()).step_by(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

        let start = std::ptr::from_ref(what).cast::<i8>();
        // SAFETY: every processor of the target has the instruction, which reads nothing that it returns.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(line)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}

/// So many zeros.
pub(crate) fn fixed_zeros(count: usize) -> Fixed {
    let mut numbers = Fixed::with_capacity(LINE, count);
    numbers.resize(count, 0);
    numbers
}

/// So many zeros.
pub(crate) fn zeros(count: usize) -> Numbers {
    let mut numbers = Numbers::with_capacity(LINE, count);
    numbers.resize(count, 0.0);
    numbers
}

/// One number a hidden unit.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(crate) struct Hidden([f32; HIDDEN]);

/// One number a cell of the field, 7 × 7, with room for whole vector registers.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct PerCell(pub(crate) [f32; 64]);

/// Any array.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

impl Hidden {
    pub(crate) const ZERO: Self = Self([0.0; HIDDEN]);
}

impl Deref for Hidden {
    type Target = [f32; HIDDEN];

    fn deref(&self) -> &[f32; HIDDEN] {
        &self.0
    }
}

impl DerefMut for Hidden {
    fn deref_mut(&mut self) -> &mut [f32; HIDDEN] {
        &mut self.0
    }
}
