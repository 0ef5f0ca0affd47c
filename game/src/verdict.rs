//! The judge's answer, and who has won by it.

use serde::{Deserialize, Serialize};

use crate::{Claims, Role};

/// The judge's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Verdict {
    /// A classifier's answer: one finite logit a class. Who wins is [`honest_wins`]'s to say.
    Logits {
        /// The logits, in the order of the labels.
        logits: Vec<f32>,
    },
    /// The label that a person, or any program, believes. With precommit it is one of the claims.
    Label {
        /// The label.
        label: u8,
        /// How sure the judge is of it, from 0 to 1, if it says.
        probability: Option<f32>,
        /// Why, in the judge's words, if it says: at most [`Verdict::MAX_EXPLANATION`] characters.
        /// Whoever prints it does with it as with any text by a stranger.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        #[cfg_attr(feature = "schema", schemars(length(max = Verdict::MAX_EXPLANATION)))]
        explanation: Option<String>,
    },
}

impl Verdict {
    /// The most characters that an explanation may have.
    pub const MAX_EXPLANATION: usize = 2000;

    /// A label, and not a word more.
    ///
    /// ```
    /// use pixel_debate_game::Verdict;
    ///
    /// let json = r#"{"type": "label", "label": 7, "probability": null}"#;
    /// assert_eq!(serde_json::from_str::<Verdict>(json)?, Verdict::label(7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn label(label: u8) -> Self {
        Self::Label { label, probability: None, explanation: None }
    }
}

/// How a debate ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Who won.
    pub winner: Role,
    /// By what.
    pub reason: OutcomeReason,
}

/// What ended a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutcomeReason {
    /// The judge answered.
    Verdict,
    /// The loser's time ran out.
    Time,
    /// The loser made an illegal move.
    IllegalMove,
    /// The loser never came, or left.
    Absent,
    /// The loser gave up.
    Resignation,
}

/// Whether the honest debater wins when the judge's logits are these (section 3.1).
///
/// With precommit: whether the true label's logit is greater than the lie's. Without: whether it is
/// greater than every other. Equal logits are no win. Logits are finite numbers, one a class.
///
/// ```
/// use pixel_debate_game::{Claims, honest_wins};
///
/// let logits = [1.0, 3.0, 3.0, 0.0];
/// // Label 1 beats label 0, and is not the only greatest.
/// assert!(honest_wins(&logits, &Claims { honest: 1, liar: Some(0) }));
/// assert!(!honest_wins(&logits, &Claims { honest: 1, liar: None }));
/// ```
///
/// # Panics
///
/// When a claim has no logit.
pub fn honest_wins(logits: &[f32], claims: &Claims) -> bool {
    let (honest, rival) = honest_and_rival(logits, *claims);
    honest > rival
}

/// By how much the honest debater is ahead: the true label's logit less the lie's, or less the
/// greatest other logit without precommit. It is above 0 exactly where [`honest_wins`].
///
/// ```
/// use pixel_debate_game::{Claims, honest_margin};
///
/// let logits = [1.0, 3.0, 2.5, 0.0];
/// assert_eq!(honest_margin(&logits, &Claims { honest: 1, liar: Some(0) }), 2.0);
/// assert_eq!(honest_margin(&logits, &Claims { honest: 1, liar: None }), 0.5);
/// assert_eq!(honest_margin(&logits, &Claims { honest: 0, liar: None }), -2.0);
/// ```
///
/// # Panics
///
/// When a claim has no logit.
pub fn honest_margin(logits: &[f32], claims: &Claims) -> f32 {
    let (honest, rival) = honest_and_rival(logits, *claims);
    honest - rival
}

/// The label that the judge believes: with precommit the claim with the higher logit, without it
/// the label with the highest. Where the true label only ties, it is the rival, as in
/// [`honest_wins`].
///
/// ```
/// use pixel_debate_game::{Claims, believed_label};
///
/// let logits = [1.0, 2.0, 5.0];
/// // With precommit the judge chooses between the claims, whatever it thinks of the others.
/// assert_eq!(believed_label(&logits, &Claims { honest: 0, liar: Some(1) }), 1);
/// assert_eq!(believed_label(&logits, &Claims { honest: 0, liar: None }), 2);
/// ```
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

/// The true label's logit and the one that it must exceed.
fn honest_and_rival(logits: &[f32], claims: Claims) -> (f32, f32) {
    let honest = usize::from(claims.honest);
    let rival = if let Some(lie) = claims.liar {
        logits[usize::from(lie)]
    } else {
        let others = logits[..honest].iter().chain(&logits[honest + 1..]).copied();
        others.fold(f32::NEG_INFINITY, f32::max)
    };
    (logits[honest], rival)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIXED: Claims = Claims { honest: 1, liar: Some(3) };
    const FREE: Claims = Claims { honest: 1, liar: None };

    #[test]
    fn with_precommit_only_the_two_claims_count() {
        let logits = [9.0, 1.0, 9.0, 0.5];
        assert!(honest_wins(&logits, &FIXED));
        assert!((honest_margin(&logits, &FIXED) - 0.5).abs() < f32::EPSILON);
        assert!(!honest_wins(&[0.0, 1.0, 0.0, 1.5], &FIXED));
    }

    #[test]
    fn without_precommit_every_other_label_is_a_rival() {
        assert!(!honest_wins(&[1.5, 1.0, 0.0, 0.0], &FREE));
        assert!(!honest_wins(&[0.0, 1.0, 0.0, 1.5], &FREE));
        assert!(honest_wins(&[0.0, 1.0, 0.5, 0.0], &FREE));
        assert!((honest_margin(&[0.0, 1.0, 0.25, -4.0], &FREE) - 0.75).abs() < f32::EPSILON);
    }

    #[test]
    fn a_tie_is_no_win() {
        assert!(!honest_wins(&[0.0, 1.0, 0.0, 1.0], &FIXED));
        assert!(!honest_wins(&[1.0, 1.0, 0.0, 0.0], &FREE));
        assert!(!honest_wins(&[0.0, -0.0, 0.0, -0.0], &FIXED));
    }

    #[test]
    fn the_honest_claim_is_believed_only_above_its_rival() {
        let logits = [2.0, 1.0, 3.0, 1.0];
        let label = |honest, liar| believed_label(&logits, &Claims { honest, liar });
        assert_eq!(label(0, Some(1)), 0);
        assert_eq!(label(1, Some(0)), 0);
        assert_eq!(label(1, Some(3)), 3);
        assert_eq!(label(2, None), 2);
        assert_eq!(label(0, None), 2);
        assert_eq!(believed_label(&[1.0, 1.0], &Claims { honest: 0, liar: None }), 1);
    }

    proptest! {
        #[test]
        fn the_sign_of_the_margin_is_the_winner(
            logits in prop::collection::vec(
                prop_oneof![
                    prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
                    (-2i8..3).prop_map(f32::from),
                ],
                4,
            ),
        ) {
            for claims in [FIXED, FREE] {
                let wins = honest_wins(&logits, &claims);
                prop_assert_eq!(wins, honest_margin(&logits, &claims) > 0.0);
            }
        }

        #[test]
        fn without_precommit_honest_wins_where_it_beats_every_lie(
            logits in prop::collection::vec((-2i8..3).prop_map(f32::from), 4),
        ) {
            let beats = |lie| honest_wins(&logits, &Claims { honest: 1, liar: Some(lie) });
            prop_assert_eq!(honest_wins(&logits, &FREE), [0, 2, 3].into_iter().all(beats));
        }
    }
}
