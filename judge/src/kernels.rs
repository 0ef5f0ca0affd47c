//! The one module with `unsafe` code: matrix products and the engine's inner loops.
//!
//! Everything here has a safe interface that checks sizes before it hands out a pointer. The inner
//! loops exist in plain Rust for any processor, and for AVX-512 and AVX2, compiled from the same
//! text or written by hand where that is faster; [`Instructions`] says which ones run.
#![allow(unsafe_code)]

mod aligned;
#[macro_use]
mod vectorised;
mod blocks;
mod bytes;
mod differences;
mod fixed;
mod instructions;
mod lists;
mod rows;
mod spreading;

pub(crate) use aligned::{
    Aligned, Fixed, Halves, Hidden, LINE, Numbers, PerCell, fixed_zeros, prefetch, zeros,
};
pub(crate) use blocks::{BLOCK_INPUTS, Visit, add_blocks, block_units, pool_cell, unpack_block};
pub(crate) use bytes::{ByteRows, Inputs};
pub(crate) use differences::{
    DUST, add, add_taps, add_to, bounds, first_differences, second_differences, signed_products,
    subtract, sum_below, sum_of_least, weighed_relu, widths,
};
pub(crate) use fixed::{
    Pooled, Taps, add_fixed, pool_fixed, to_bytes, to_fixed, together_beyond_pairs, weigh_tap,
};
pub use instructions::Instructions;
pub(crate) use lists::{LISTED, Listed, list_larger};
pub(crate) use rows::{add_rows_half, add_rows_single, last_layer, spread};
pub(crate) use spreading::{
    ChangedCell, PADDED_FIELD, Response, add_from, add_reached, kernel_rows, pool_change,
    spread_cells,
};

/// A matrix that borrows its numbers, row by row.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A matrix of `rows` times `columns` numbers.
    ///
    /// # Panics
    ///
    /// If `data` does not hold exactly `rows * columns` numbers.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        let size = rows.checked_mul(columns);
        assert_eq!(Some(data.len()), size, "a matrix of {rows}×{columns} numbers");
        Self { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The same numbers with rows and columns exchanged.
    ///
    /// ```
    /// use pixel_debate_judge::kernels::{Matrix, Output, multiply};
    ///
    /// let matrix = Matrix::new(&[1.0, 2.0, 3.0, 4.0], 2, 2);
    /// let mut out = [0.0; 4];
    /// let identity = Matrix::new(&[1.0, 0.0, 0.0, 1.0], 2, 2);
    /// multiply(matrix.transposed(), identity, Output::Replace, &mut out, 1);
    /// assert_eq!(out, [1.0, 3.0, 2.0, 4.0]);
    /// ```
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// What a product does with the numbers that its output holds already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// They are replaced.
    Replace,
    /// The product is added to them.
    Add,
}

/// `out = left · right`, or `out += left · right`, on up to `threads` threads of rayon's pool.
///
/// `out` is row-major with `left`'s rows and `right`'s columns.
///
/// ```
/// use pixel_debate_judge::kernels::{Matrix, Output, multiply};
///
/// let row = Matrix::new(&[1.0, 2.0, 3.0], 1, 3);
/// let mut out = [100.0];
/// multiply(row, row.transposed(), Output::Add, &mut out, 1);
/// assert_eq!(out, [114.0]);
/// multiply(row, row.transposed(), Output::Replace, &mut out, 1);
/// assert_eq!(out, [14.0]);
/// ```
///
/// # Panics
///
/// If the sizes do not fit each other.
pub fn multiply(
    left: Matrix<'_>,
    right: Matrix<'_>,
    output: Output,
    out: &mut [f32],
    threads: usize,
) {
    assert_eq!(left.columns, right.rows, "inner sizes of a product");
    let size = left.rows.checked_mul(right.columns);
    assert_eq!(Some(out.len()), size, "size of a product");
    if out.is_empty() {
        // Sides of matrices without numbers may be larger than anything that is addressed.
        return;
    }
    let parallelism =
        if threads > 1 { gemm::Parallelism::Rayon(threads) } else { gemm::Parallelism::None };
    // SAFETY: each pointer covers rows × columns numbers with the strides given, which `Matrix::new`
    // and the assertion above have checked, without overflow; no side is larger than the slices, and
    // so than `isize::MAX`. `out` is borrowed mutably, so it overlaps neither input.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            out.as_mut_ptr(),
            1,
            right.columns as isize,
            output == Output::Add,
            left.data.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.data.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod absurd;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_transposed_matrices() {
        let left = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let right = [1.0, 0.5, -1.0, 2.0, 0.0, 1.0];
        let mut out = [10.0; 4];
        let (left, right) = (Matrix::new(&left, 2, 3), Matrix::new(&right, 2, 3));
        multiply(left, right.transposed(), Output::Replace, &mut out, 1);
        assert_eq!(out, [-1.0, 5.0, 0.5, 14.0]);
        let mut out = [1.0; 9];
        multiply(left.transposed(), right, Output::Add, &mut out, 1);
        assert_eq!(out, [10.0, 1.5, 4.0, 13.0, 2.0, 4.0, 16.0, 2.5, 4.0]);
    }
}
