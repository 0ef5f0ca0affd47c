//! What one thing tells of another.

/// The mutual information in bits of two classes that each unit is of, by how often they go together
/// (C. E. Shannon, Bell System Technical Journal 27, 1948): 0 if neither tells anything of the other, at
/// most the logarithm of the number of classes. Both lists have a class for each unit, a small number.
///
/// Of few units chance alone makes it greater than 0; what shuffled classes have says by how much.
///
/// ```
/// use pixel_debate_statistics::mutual_information;
///
/// assert_eq!(mutual_information(&[0, 1, 0, 1], &[5, 2, 5, 2]), 1.0);
/// assert_eq!(mutual_information(&[0, 1, 0, 1], &[2, 2, 5, 5]), 0.0);
/// ```
///
/// # Panics
///
/// If one list is longer than the other.
pub fn mutual_information(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len(), "each unit is of two classes");
    let classes = |list: &[u8]| list.iter().max().map_or(0, |most| usize::from(*most) + 1);
    let (rows, columns) = (classes(one), classes(other));
    let mut counts = vec![0.0_f64; rows * columns];
    let (mut of_row, mut of_column) = (vec![0.0; rows], vec![0.0; columns]);
    for (row, column) in one.iter().zip(other) {
        let (row, column) = (usize::from(*row), usize::from(*column));
        counts[row * columns + column] += 1.0;
        of_row[row] += 1.0;
        of_column[column] += 1.0;
    }
    let all = one.len() as f64;
    let mut bits = 0.0;
    for (row, counts) in of_row.iter().zip(counts.chunks_exact(columns.max(1))) {
        for (column, both) in of_column.iter().zip(counts) {
            if *both > 0.0 {
                bits += both / all * (both * all / (row * column)).log2();
            }
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::mutual_information;

    /// By hand: H(X) + H(Y) − H(X, Y).
    #[test]
    fn the_information_is_that_of_its_definition() {
        let entropy = |shares: &[f64]| -shares.iter().map(|p| p * p.log2()).sum::<f64>();
        let bits = mutual_information(&[0, 0, 0, 1, 1, 2, 2, 2], &[9, 9, 1, 1, 1, 9, 1, 1]);
        let expected = entropy(&[0.375, 0.25, 0.375]) + entropy(&[0.375, 0.625])
            - entropy(&[0.25, 0.125, 0.25, 0.125, 0.25]);
        assert!((bits - expected).abs() < 1e-12, "{bits}, not {expected}");
        assert_eq!(mutual_information(&[], &[]), 0.0);
        assert_eq!(mutual_information(&[3; 5], &[4; 5]), 0.0);
    }
}
