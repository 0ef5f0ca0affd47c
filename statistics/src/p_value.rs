//! Probabilities as readers see them.

/// A p-value with four digits after the point. None is 0: what is less than these can say is said to
/// be less.
///
/// ```
/// use pixel_debate_statistics::p_in_words;
///
/// assert_eq!(p_in_words(0.035_16), "0.0352");
/// assert_eq!(p_in_words(0.0), "< 0.0001");
/// ```
pub fn p_in_words(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}

#[cfg(test)]
mod tests {
    use super::p_in_words;

    #[test]
    fn no_probability_is_nought() {
        for (p, words) in [
            (0.0, "< 0.0001"),
            (1e-12, "< 0.0001"),
            (0.000_099, "< 0.0001"),
            (0.0001, "0.0001"),
            (0.049_96, "0.0500"),
            (0.999_999, "1.0000"),
        ] {
            assert_eq!(p_in_words(p), words);
        }
    }
}
