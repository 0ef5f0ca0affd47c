//! Several judges who decide together.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::{Debate, Verdict, believed_label};

/// How a panel of judges decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum PanelRule {
    /// By the label that most verdicts are for.
    #[default]
    Majority,
    /// With precommit: by the mean of how probable the judges hold the first debater's claim. Without, as
    /// [`Majority`](Self::Majority).
    Mean,
}

impl PanelRule {
    /// The verdict of a panel whose judges have answered so; none where nobody has.
    ///
    /// The verdicts are such as [`Debate::apply`] takes. For the mean a label without a probability counts as a
    /// certain one, and logits as the softmax of the two claims'. As with equal logits the honest debater wins
    /// no tie ([`honest_wins`](crate::honest_wins)): it goes to the liar's claim, without precommit to the
    /// smallest of the wrong labels that have the most votes. The verdict's probability is the mean of those
    /// that the judges gave its label, where there is precommit and all of them gave one.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::{Debate, Image, PanelRule, Role, Rules, Verdict};
    ///
    /// let image = Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    /// let answer = |label, probability| Verdict::Label {
    ///     label,
    ///     probability: Some(probability),
    ///     explanation: None,
    /// };
    /// // Two hold 7 a little more probable, one is certain of 1.
    /// let verdicts = [answer(7, 0.625), answer(7, 0.625), answer(1, 1.0)];
    /// let decided = |rule: PanelRule| rule.decide(&debate, &verdicts);
    /// assert!(matches!(decided(PanelRule::Majority), Some(Verdict::Label { label: 7, .. })));
    /// assert!(matches!(decided(PanelRule::Mean), Some(Verdict::Label { label: 1, .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there are logits and a claim has none.
    pub fn decide(self, debate: &Debate, verdicts: &[Verdict]) -> Option<Verdict> {
        if verdicts.is_empty() {
            return None;
        }
        let claims = debate.claims().by_seat(debate.rules());
        let (Some(first), Some(second)) = (claims.first, claims.second) else {
            let label = most_votes(debate, verdicts);
            return Some(Verdict::label(label));
        };
        let given = verdicts.iter().map(|verdict| given(verdict, first, second));
        let mean = given.sum::<f64>() / verdicts.len() as f64;
        let label = match (self, mean.total_cmp(&0.5)) {
            (Self::Majority, _) => most_votes(debate, verdicts),
            (Self::Mean, Ordering::Greater) => first,
            (Self::Mean, Ordering::Less) => second,
            (Self::Mean, Ordering::Equal) => debate.claims().liar?,
        };
        let all_said = verdicts
            .iter()
            .all(|verdict| !matches!(verdict, Verdict::Label { probability: None, .. }));
        let own = if label == first { mean } else { 1.0 - mean };
        let probability = all_said.then_some(own as f32);
        Some(Verdict::Label { label, probability, explanation: None })
    }
}

/// How probable a verdict makes the first debater's claim.
fn given(verdict: &Verdict, first: u8, second: u8) -> f64 {
    match verdict {
        Verdict::Label { label, probability, .. } => {
            let own = probability.map_or(1.0, f64::from);
            if *label == first { own } else { 1.0 - own }
        }
        Verdict::Logits { logits } => {
            let logit = |label| f64::from(logits[usize::from(label)]);
            1.0 / (1.0 + (logit(second) - logit(first)).exp())
        }
    }
}

/// The label that most verdicts are for; of several the smallest wrong one.
fn most_votes(debate: &Debate, verdicts: &[Verdict]) -> u8 {
    let mut votes = vec![0_u32; usize::from(debate.classes())];
    for verdict in verdicts {
        let label = match verdict {
            Verdict::Label { label, .. } => *label,
            Verdict::Logits { logits } => believed_label(logits, debate.claims()),
        };
        votes[usize::from(label)] += 1;
    }
    let truth = debate.label();
    let labels = 0..debate.classes();
    // The last of the greatest: the smallest wrong label comes after all the others, the true one before.
    let order = |label: &u8| (votes[usize::from(*label)], *label != truth, u8::MAX - label);
    labels.max_by_key(order).unwrap_or(truth)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::{Debater, Image, Move, Pixel, Role, Rules};

    /// A debate about a 7, which the first debater passes off as a 1, before the verdict.
    fn debate(precommit: bool) -> Debate {
        let image = Arc::new(Image::new(3, 1, vec![0, 200, 90]).unwrap());
        let rules = Rules::paper(1, precommit, Role::Liar);
        let mut debate = Debate::new(rules, image, 7, precommit.then_some(1), 10).unwrap();
        let pixel = Pixel::new(1, 0);
        debate.apply(Move::Reveal { by: Debater::First, pixel }).unwrap();
        debate
    }

    fn answer(label: u8, probability: Option<f32>) -> Verdict {
        Verdict::Label { label, probability, explanation: None }
    }

    #[test]
    fn nobody_decides_nothing() {
        assert_eq!(PanelRule::Majority.decide(&debate(true), &[]), None);
    }

    #[test]
    fn no_tie_is_the_honest_debaters() {
        let debated = debate(true);
        let tie = [answer(7, Some(0.75)), answer(1, Some(0.75))];
        for rule in [PanelRule::Majority, PanelRule::Mean] {
            assert_eq!(rule.decide(&debated, &tie), Some(answer(1, Some(0.5))), "{rule:?}");
        }
        let free = debate(false);
        let tie = [answer(7, None), answer(4, None), answer(2, None)];
        assert_eq!(PanelRule::Mean.decide(&free, &tie), Some(Verdict::label(2)));
        let more = [answer(7, None), answer(4, None), answer(7, None)];
        assert_eq!(PanelRule::Majority.decide(&free, &more), Some(Verdict::label(7)));
    }

    #[test]
    fn a_probability_is_told_where_all_have_given_one() {
        let debate = debate(true);
        let decide = |verdicts: &[Verdict]| PanelRule::Majority.decide(&debate, verdicts);
        let all = [answer(7, Some(0.75)), answer(7, Some(0.5)), answer(1, Some(0.75))];
        assert_eq!(decide(&all), Some(answer(7, Some(0.5))));
        assert_eq!(decide(&[answer(7, Some(0.75)), answer(7, None)]), Some(answer(7, None)));
        let mut logits = vec![0.0; 10];
        (logits[1], logits[7]) = (0.0, 3.0_f32.ln());
        let decided = decide(&[Verdict::Logits { logits }]);
        let Some(Verdict::Label { label: 7, probability: Some(given), .. }) = decided else {
            panic!("{decided:?}")
        };
        assert!((given - 0.75).abs() < 1e-6, "{given}");
    }

    proptest! {
        /// What a panel decides is a verdict that the debate takes, and depends on nobody's place.
        #[test]
        fn a_decision_is_a_verdict_whatever_the_order(
            precommit: bool,
            mean: bool,
            said in prop::collection::vec((0..10u8, prop::option::of(0.0..=1.0f32)), 1..9),
            turned in 0..9usize,
        ) {
            let mut debate = debate(precommit);
            let label = |label: u8| if precommit { [1, 7][usize::from(label % 2)] } else { label };
            let mut verdicts: Vec<Verdict> =
                said.into_iter().map(|(one, probability)| answer(label(one), probability)).collect();
            let rule = if mean { PanelRule::Mean } else { PanelRule::Majority };
            let decided = rule.decide(&debate, &verdicts).unwrap();
            let turned = turned % verdicts.len();
            verdicts.rotate_left(turned);
            let (Verdict::Label { label: one, .. }, Some(Verdict::Label { label: other, .. })) =
                (&decided, rule.decide(&debate, &verdicts)) else { panic!("a panel answers by a label") };
            // The mean of probabilities may be the smallest bit to either side of a half.
            prop_assert!(*one == other || (mean && precommit));
            if !precommit || !mean {
                let votes = |label| {
                    let is = |one: &&Verdict| matches!(one, Verdict::Label { label: own, .. } if *own == label);
                    verdicts.iter().filter(is).count()
                };
                prop_assert!((0..10).all(|label| votes(label) <= votes(*one)));
            }
            debate.apply(Move::Verdict(decided)).unwrap();
        }
    }
}
