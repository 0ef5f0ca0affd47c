//! What the judge's logits say.

use pixel_debate_game::{Claims, honest_wins};

/// The label that the judge believes: with precommit the claim with the higher logit, without it
/// the label with the highest. Where the true label only ties, it is the rival, as in
/// [`honest_wins`].
///
/// # Panics
///
/// When a claim has no logit.
pub fn believed_label(logits: &[f32], claims: &Claims) -> u8 {
    if honest_wins(logits, claims) {
        return claims.honest;
    }
    claims.liar.unwrap_or_else(|| {
        let others = (0_u8..).zip(logits).filter(|(label, _)| *label != claims.honest);
        let greatest = others.max_by(|one, other| one.1.total_cmp(other.1));
        greatest.map_or(claims.honest, |(label, _)| label)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_honest_claim_must_be_above_its_rival() {
        let logits = [2.0, 1.0, 3.0, 1.0];
        let label = |honest, liar| believed_label(&logits, &Claims { honest, liar });
        assert_eq!(label(0, Some(1)), 0);
        assert_eq!(label(1, Some(0)), 0);
        assert_eq!(label(1, Some(3)), 3);
        assert_eq!(label(2, None), 2);
        assert_eq!(label(0, None), 2);
        assert_eq!(believed_label(&[1.0, 1.0], &Claims { honest: 0, liar: None }), 1);
    }
}
