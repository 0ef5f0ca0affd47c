//! Several tests at once.

/// The p-values of several tests, corrected such that the probability of any of them being below a
/// level by chance alone is not above it, whatever they have to do with each other (S. Holm, "A simple
/// sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979). They
/// stand in the order in which they were given.
///
/// ```
/// use pixel_debate_statistics::holm;
///
/// let corrected = holm(&[0.04, 0.01]);
/// assert_eq!(corrected, [0.04, 0.02]);
/// ```
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut corrected = vec![1.0; values.len()];
    let mut greatest: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        let left = (values.len() - rank) as f64;
        greatest = greatest.max(left * values[place]).min(1.0);
        corrected[place] = greatest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::holm;

    /// Holm's own example, and statsmodels' `multipletests(p, method="holm")`.
    #[test]
    fn the_values_are_those_of_the_literature() {
        for (values, corrected) in [
            (&[0.01, 0.04, 0.03, 0.005][..], &[0.03, 0.06, 0.06, 0.02][..]),
            (&[0.02, 0.04, 1.0, 1.0], &[0.08, 0.12, 1.0, 1.0]),
            (&[0.6], &[0.6]),
            (&[], &[]),
        ] {
            for (ours, theirs) in holm(values).iter().zip(corrected) {
                assert!((ours - theirs).abs() < 1e-12, "{ours}, not {theirs}");
            }
        }
    }
}
