//! Sizes that are too large to be true, from safe code: each is refused by name, and nothing is read
//! or written beyond what was given. The name matters: where arithmetic overflows a debug build stops
//! by itself, and a release build goes on with a wrong size.

use std::panic::{AssertUnwindSafe, catch_unwind};

use half::f16;
use proptest::prelude::*;

use super::{
    ByteRows, Inputs, LINE, Matrix, Output, add_rows_half, add_rows_single, last_layer, multiply,
    spread,
};
use crate::network::{CONV2, HIDDEN, KERNEL};

/// Sizes around all at which something wraps round.
fn size() -> impl Strategy<Value = usize> {
    let near = |size: usize| (0..3_usize).prop_map(move |by| size.wrapping_add(by).wrapping_sub(1));
    let powers = (0..usize::BITS).prop_map(|power| 1_usize << power);
    let quotients = (2..5000_usize).prop_map(|by| usize::MAX / by + 1);
    prop_oneof![3 => 0..7_usize, 1 => powers, 1 => quotients, 1 => any::<usize>()]
        .prop_flat_map(near)
}

/// What a function that may panic returns, or what it says.
fn outcome<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

/// Whether so many rows and columns are exactly so many numbers.
fn fits(rows: usize, columns: usize, numbers: usize) -> bool {
    rows as u128 * columns as u128 == numbers as u128
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matrices_and_products(
        sides in [size(), size(), size(), size()],
        lengths in [0..13_usize, 0..13_usize, 0..13_usize],
        turned in any::<[bool; 2]>(),
        add in any::<bool>(),
    ) {
        let numbers = [[1.0_f32; 13]; 2];
        let mut matrices = Vec::new();
        for at in 0..2 {
            let (data, rows, columns) = (&numbers[at][..lengths[at]], sides[2 * at], sides[2 * at + 1]);
            match outcome(|| Matrix::new(data, rows, columns)) {
                Ok(matrix) => {
                    prop_assert!(fits(rows, columns, data.len()));
                    matrices.push(if turned[at] { matrix.transposed() } else { matrix });
                }
                Err(said) => {
                    prop_assert!(!fits(rows, columns, data.len()));
                    prop_assert!(said.contains(&format!("a matrix of {rows}×{columns} numbers")), "{said}");
                }
            }
        }
        let [left, right] = matrices[..] else { return Ok(()) };
        // What is beyond the product's end is not touched.
        let mut out = [7.0_f32; 13];
        let product = &mut out[..lengths[2]];
        let output = if add { Output::Add } else { Output::Replace };
        let sizes_fit = left.columns == right.rows && fits(left.rows, right.columns, product.len());
        match outcome(|| multiply(left, right, output, product, 1)) {
            Ok(()) => {
                prop_assert!(sizes_fit);
                let sum = left.columns as f32 + if add { 7.0 } else { 0.0 };
                prop_assert!(out[..lengths[2]].iter().all(|number| *number == sum));
            }
            Err(said) => {
                prop_assert!(!sizes_fit);
                prop_assert!(said.contains("of a product"), "{said}");
            }
        }
        prop_assert!(out[lengths[2]..].iter().all(|number| *number == 7.0));
    }

    #[test]
    fn rows_that_are_not_there(inputs in prop::collection::vec((size(), -1.0..1.0_f32), 0..5), rows in 0..4_usize) {
        let there = inputs.iter().all(|(input, _)| *input < rows);
        let (half, single) = (vec![f16::ONE; rows * HIDDEN], vec![1.0_f32; rows * HIDDEN]);
        for half_precision in [true, false] {
            let mut hidden = [0.0; HIDDEN];
            let said = outcome(|| if half_precision {
                add_rows_half(&mut hidden, &half, &inputs);
            } else {
                add_rows_single(&mut hidden, &single, &inputs);
            });
            prop_assert_eq!(said.is_ok(), there);
            prop_assert!(said.err().is_none_or(|said| said.contains("every input has a row")));
        }
    }

    #[test]
    fn changes_that_are_nowhere(changes in prop::collection::vec((size(), size(), -1.0..1.0_f32), 0..5), channels in 0..3_usize, length in prop_oneof![Just(7 * 7 * CONV2), size()]) {
        let kernels = vec![1.0; channels * KERNEL * KERNEL * CONV2];
        let mut out = vec![0.0; length.min(7 * 7 * CONV2 + 1)];
        let there = out.len() == 7 * 7 * CONV2
            && changes.iter().all(|(cell, channel, _)| *cell < 9 && *channel < channels);
        let said = outcome(|| spread(&changes, &kernels, &mut out));
        prop_assert_eq!(said.is_ok(), there);
        let known = |said: String| said.contains("each change fits") || said.contains("an output of");
        prop_assert!(said.err().is_none_or(known));
    }

    #[test]
    fn rows_of_bytes_that_are_too_many(rows in size(), bytes in size()) {
        // What could be had is had; where that would be much it is not tried.
        if rows > 1000 {
            if rows.checked_mul(HIDDEN).is_none() {
                let said = outcome(|| ByteRows::new(rows, |_, _| 1)).err();
                prop_assert!(said.is_some_and(|said| said.contains("rows of a matrix")));
            }
            if rows > Inputs::MOST {
                let said = outcome(|| Inputs::of(rows)).err();
                prop_assert!(said.is_some_and(|said| said.contains("inputs at most")));
            }
            return Ok(());
        }
        let mut inputs = Inputs::of(rows);
        let values = vec![1_u8; bytes.min(rows + LINE)];
        let gathered = outcome(|| inputs.gather(&values));
        prop_assert_eq!(gathered.is_ok(), values.len() <= rows);
        if let Err(said) = gathered {
            prop_assert!(said.contains("room for all values"), "{said}");
            return Ok(());
        }
        let matrix = ByteRows::new(rows.clamp(1, 9), |_, _| 1);
        let mut sums = [0; HIDDEN];
        let summed = outcome(|| matrix.sum(&inputs, &mut sums));
        prop_assert_eq!(summed.is_ok(), values.len() <= 9);
        if summed.is_ok() {
            prop_assert!(sums.iter().all(|sum| *sum == values.len() as i32));
        }
    }

    #[test]
    fn last_layers_of_other_sizes(hidden in prop_oneof![Just(HIDDEN), size()], weights in prop_oneof![Just(3 * HIDDEN), size()]) {
        let hidden = vec![1.0; hidden.min(HIDDEN + 1)];
        let weights = vec![1.0; weights.min(3 * HIDDEN + 1)];
        let there = (hidden.len(), weights.len()) == (HIDDEN, 3 * HIDDEN);
        let said = outcome(|| last_layer(&hidden, &weights, &mut [0.0; 3]));
        prop_assert_eq!(said.is_ok(), there);
        prop_assert!(said.err().is_none_or(|said| said.contains("the last layer's sizes")));
    }
}
