//! What one judge makes of a debate: its beliefs on the way, and its verdict.
//!
//! A debate is what the debaters do. A judgment is apart from it: a debate may have any number of them, and
//! what is said in one changes neither the debate nor any other.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Debate, IllegalMove, Rules, Verdict, believed_label};

/// What one judge has said of a debate so far.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::{
///     Debate, Debater, Image, Judgment, JudgmentEvent, Move, Pixel, Role, Rules, Verdict,
/// };
///
/// let image = Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// let mut debate = Debate::new(Rules::paper(1, true, Role::Liar), image, 7, Some(1), 10)?;
/// let mut judgment = Judgment::default();
/// debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(1, 0) })?;
///
/// // The first debater's claim is 1, which the judge holds likely, and then does not choose.
/// judgment.apply(&debate, &JudgmentEvent::Belief { after: 1, probability: 0.75 })?;
/// let verdict = |explanation: Option<&str>| JudgmentEvent::Verdict {
///     verdict: Verdict::Label {
///         label: 7,
///         probability: None,
///         explanation: explanation.map(str::to_owned),
///     },
/// };
/// let refusal = judgment.apply(&debate, &verdict(None)).unwrap_err();
/// assert_eq!(refusal.expected(), "a verdict for 1, or the label 7 with an explanation");
/// judgment.apply(&debate, &verdict(Some("on second thoughts, no 1 is so wide")))?;
/// assert!(judgment.has_ended());
/// // The debate goes on: whether a judgment decides it is not the judgment's to say.
/// assert_eq!(debate.outcome(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgment {
    beliefs: Vec<Option<f32>>,
    end: Option<JudgmentEnd>,
}

/// How a judgment has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum JudgmentEnd {
    /// The judge has answered.
    Verdict(Verdict),
    /// The judge has given up.
    GaveUp,
    /// The debate has ended before the judge had answered.
    Unanswered,
}

/// Something that a judge says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum JudgmentEvent {
    /// How probable the first debater's claim is to the judge.
    Belief {
        /// After how many reveals: 0 before the first.
        after: u32,
        /// From 0 to 1.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        probability: f32,
    },
    /// The judge answers. It says nothing more.
    Verdict {
        /// The answer.
        verdict: Verdict,
    },
    /// The judge gives up without an answer. It says nothing more.
    GaveUp,
    /// The debate has ended, and the judge has not answered: it cannot any more. It is not the judge who says so.
    Unanswered,
}

/// Why something that a judge says is refused. The judgment has not changed.
///
/// The messages may be shown to the judge: they tell it nothing of the image, the label or the roles.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum IllegalJudgment {
    /// The debate has its outcome, and all is known.
    #[error("the debate is over")]
    DebateOver,
    /// The judge has answered, or has given up.
    #[error("the judgment has ended: the judge has answered or given up")]
    Ended,
    /// Nothing is claimed that could be believed.
    #[error("there are no claims to believe in: the debate is without precommit")]
    NoClaims,
    /// A belief is no probability.
    #[error("a belief of {probability}")]
    NotAProbability {
        /// What was said.
        probability: f32,
    },
    /// A belief after reveals that have not happened.
    #[error("a belief after {after} reveals, of which {revealed} have happened")]
    NotRevealed {
        /// After how many reveals it would be.
        after: u32,
        /// How many have happened.
        revealed: u32,
    },
    /// A belief that was said before.
    #[error("the belief after {after} reveals was said before")]
    SaidBefore {
        /// After how many reveals.
        after: u32,
    },
    /// The verdict is for the claim that the judge has just held less probable, and does not say why.
    #[error(
        "the verdict is for {label}, and after the last reveal the judge held {believed} more probable: it gave \
         the first debater's claim a probability of {belief}"
    )]
    AgainstBelief {
        /// The label that the verdict is for.
        label: u8,
        /// The claim that the judge held more probable.
        believed: u8,
        /// The belief after the last reveal.
        belief: f32,
    },
    /// The verdict is none that the debate allows.
    #[error(transparent)]
    Verdict(#[from] IllegalMove),
}

impl Judgment {
    /// The probabilities of the first debater's claim: before the first reveal, after it, and so on; none
    /// where the judge has not said it, and no longer than it has.
    pub fn beliefs(&self) -> &[Option<f32>] {
        &self.beliefs
    }

    /// How it has ended, if it has.
    pub const fn end(&self) -> Option<&JudgmentEnd> {
        self.end.as_ref()
    }

    /// Whether the judge says nothing more.
    pub const fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// The verdict, if the judge has answered.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self.end.as_ref()? {
            JudgmentEnd::Verdict(verdict) => Some(verdict),
            JudgmentEnd::GaveUp | JudgmentEnd::Unanswered => None,
        }
    }

    /// Whether the judge may say that of a debate that stands so.
    ///
    /// # Errors
    ///
    /// [`IllegalJudgment`] says why not. Beliefs are for debates with precommit, one after each reveal. A verdict
    /// agrees with the belief after the last reveal, if there was one, or has an explanation.
    pub fn check(&self, debate: &Debate, event: &JudgmentEvent) -> Result<(), IllegalJudgment> {
        let over = debate.outcome().is_some() && *event != JudgmentEvent::Unanswered;
        if over {
            return Err(IllegalJudgment::DebateOver);
        }
        if self.has_ended() {
            return Err(IllegalJudgment::Ended);
        }
        match event {
            JudgmentEvent::Belief { after, probability } => {
                self.check_belief(debate, *after, *probability)
            }
            JudgmentEvent::Verdict { verdict } => {
                debate.check_verdict(verdict)?;
                self.check_agreement(debate, verdict)
            }
            JudgmentEvent::GaveUp | JudgmentEvent::Unanswered => Ok(()),
        }
    }

    /// Takes down what the judge says of a debate that stands so.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check); nothing has changed then.
    pub fn apply(&mut self, debate: &Debate, event: &JudgmentEvent) -> Result<(), IllegalJudgment> {
        self.check(debate, event)?;
        self.recall(event);
        Ok(())
    }

    /// Takes down again what was taken before: that it was allowed then is known.
    pub fn recall(&mut self, event: &JudgmentEvent) {
        match event {
            JudgmentEvent::Belief { after, probability } => {
                // No debate has more reveals, whoever says so.
                let place = (*after).min(Rules::MAX_PIXELS.into()) as usize;
                if self.beliefs.len() <= place {
                    self.beliefs.resize(place + 1, None);
                }
                self.beliefs[place] = Some(*probability);
            }
            JudgmentEvent::Verdict { verdict } => {
                self.end = Some(JudgmentEnd::Verdict(verdict.clone()));
            }
            JudgmentEvent::GaveUp => self.end = Some(JudgmentEnd::GaveUp),
            JudgmentEvent::Unanswered => self.end = Some(JudgmentEnd::Unanswered),
        }
    }

    fn check_belief(
        &self,
        debate: &Debate,
        after: u32,
        probability: f32,
    ) -> Result<(), IllegalJudgment> {
        let revealed = debate.evidence().len() as u32;
        if debate.claims().liar.is_none() {
            return Err(IllegalJudgment::NoClaims);
        }
        if !(0.0..=1.0).contains(&probability) {
            return Err(IllegalJudgment::NotAProbability { probability });
        }
        if after > revealed {
            return Err(IllegalJudgment::NotRevealed { after, revealed });
        }
        if self.beliefs.get(after as usize).is_some_and(Option::is_some) {
            return Err(IllegalJudgment::SaidBefore { after });
        }
        Ok(())
    }

    fn check_agreement(&self, debate: &Debate, verdict: &Verdict) -> Result<(), IllegalJudgment> {
        let pixels = usize::from(debate.rules().pixels);
        let claims = debate.claims().by_seat(debate.rules());
        let (Some(Some(belief)), Some(first), Some(second)) =
            (self.beliefs.get(pixels).copied(), claims.first, claims.second)
        else {
            return Ok(());
        };
        let label = match verdict {
            Verdict::Label { explanation: Some(_), .. } => return Ok(()),
            Verdict::Label { label, .. } => *label,
            Verdict::Logits { logits } => {
                let logit = |label| logits.get(usize::from(label));
                // Who does not decide between the claims is not against either.
                if logit(first) == logit(second) {
                    return Ok(());
                }
                believed_label(logits, debate.claims())
            }
        };
        let believed = if belief > 0.5 { first } else { second };
        if label == believed || belief.total_cmp(&0.5).is_eq() {
            return Ok(());
        }
        Err(IllegalJudgment::AgainstBelief { label, believed, belief })
    }
}

impl IllegalJudgment {
    /// What would be allowed instead, as a sentence for the judge: like the message, it tells it nothing.
    pub fn expected(&self) -> String {
        match self {
            Self::DebateOver | Self::Ended => "nothing more in this debate".into(),
            Self::NoClaims => "a verdict alone, with its probability".into(),
            Self::NotAProbability { .. } => "probability: 0 to 1".into(),
            Self::NotRevealed { revealed, .. } => format!("after: 0 to {revealed}"),
            Self::SaidBefore { .. } => "one belief after each reveal".into(),
            Self::AgainstBelief { label, believed, .. } => {
                format!("a verdict for {believed}, or the label {label} with an explanation")
            }
            Self::Verdict(illegal) => illegal.expected(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::{Debater, Image, Move, Pixel, Role};

    /// A debate of two pixels in which that many are revealed. The first debater, the liar, claims 1; the
    /// second 7.
    fn debate(precommit: bool, revealed: u32) -> Debate {
        let image = Arc::new(Image::new(3, 1, vec![0, 200, 90]).unwrap());
        let rules = Rules::paper(2, precommit, Role::Liar);
        let mut debate = Debate::new(rules, image, 7, precommit.then_some(1), 10).unwrap();
        for (by, x) in
            [(Debater::First, 1), (Debater::Second, 2)].into_iter().take(revealed as usize)
        {
            debate.apply(Move::Reveal { by, pixel: Pixel::new(x, 0) }).unwrap();
        }
        debate
    }

    fn belief(after: u32, probability: f32) -> JudgmentEvent {
        JudgmentEvent::Belief { after, probability }
    }

    fn label(label: u8, explanation: Option<&str>) -> JudgmentEvent {
        let explanation = explanation.map(str::to_owned);
        JudgmentEvent::Verdict { verdict: Verdict::Label { label, probability: None, explanation } }
    }

    fn logits(one: f32, seven: f32) -> JudgmentEvent {
        let mut logits = vec![9.0; 10];
        (logits[1], logits[7]) = (one, seven);
        JudgmentEvent::Verdict { verdict: Verdict::Logits { logits } }
    }

    #[test]
    fn beliefs_come_once_after_each_reveal_in_any_order() {
        let (debate, mut judgment) = (debate(true, 2), Judgment::default());
        judgment.apply(&debate, &belief(2, 0.5)).unwrap();
        judgment.apply(&debate, &belief(0, 1.0)).unwrap();
        assert_eq!(judgment.beliefs(), [Some(1.0), None, Some(0.5)]);
        let before = judgment.clone();
        for (event, refusal, expected) in [
            (belief(2, 0.5), "the belief after 2 reveals was said before", "one belief after"),
            (belief(3, 0.5), "a belief after 3 reveals, of which 2 have happened", "after: 0 to 2"),
            (belief(1, 1.5), "a belief of 1.5", "probability: 0 to 1"),
            (belief(1, f32::NAN), "a belief of NaN", "probability: 0 to 1"),
            (label(3, None), "label 3 is nobody's claim", "label: 1 or 7"),
        ] {
            let illegal = judgment.apply(&debate, &event).unwrap_err();
            assert!(illegal.to_string().starts_with(refusal), "{illegal}");
            assert!(illegal.expected().starts_with(expected), "{}", illegal.expected());
            assert_eq!(judgment, before);
        }
    }

    #[test]
    fn a_verdict_agrees_with_the_last_belief_or_says_why_not() {
        let debate = debate(true, 2);
        for (last, event, allowed) in [
            (0.9, label(1, None), true),
            (0.9, label(7, None), false),
            (0.9, label(7, Some("the hook")), true),
            (0.1, label(7, None), true),
            (0.1, label(1, None), false),
            (0.5, label(1, None), true),
            (0.5, label(7, None), true),
            (0.9, logits(1.0, 0.0), true),
            (0.9, logits(0.0, 1.0), false),
            (0.1, logits(1.0, 0.0), false),
            (0.1, logits(1.0, 1.0), true),
            (0.9, logits(1.0, 1.0), true),
        ] {
            let mut judgment = Judgment::default();
            judgment.apply(&debate, &belief(2, last)).unwrap();
            let said = judgment.apply(&debate, &event);
            assert_eq!(said.is_ok(), allowed, "{last} and then {event:?}");
            if let Err(illegal) = said {
                assert!(matches!(illegal, IllegalJudgment::AgainstBelief { .. }), "{illegal}");
                assert_eq!(judgment.end(), None);
            }
            // What was believed before the last reveal binds nobody.
            let mut judgment = Judgment::default();
            judgment.apply(&debate, &belief(1, last)).unwrap();
            judgment.apply(&debate, &event).unwrap();
        }
    }

    #[test]
    fn nothing_is_said_after_the_end() {
        for end in [label(1, None), JudgmentEvent::GaveUp] {
            let (debate, mut judgment) = (debate(true, 2), Judgment::default());
            judgment.apply(&debate, &end).unwrap();
            for event in [belief(0, 0.5), label(1, None), JudgmentEvent::GaveUp] {
                assert_eq!(judgment.apply(&debate, &event), Err(IllegalJudgment::Ended));
            }
        }
        let mut debate = debate(true, 1);
        debate.apply(Move::Resign { by: Debater::First }).unwrap();
        let mut judgment = Judgment::default();
        assert_eq!(judgment.apply(&debate, &belief(0, 0.5)), Err(IllegalJudgment::DebateOver));
        judgment.apply(&debate, &JudgmentEvent::Unanswered).unwrap();
        assert_eq!(judgment.verdict(), None);
    }

    #[test]
    fn without_precommit_there_is_nothing_to_believe_in() {
        let (debate, mut judgment) = (debate(false, 2), Judgment::default());
        assert_eq!(judgment.apply(&debate, &belief(0, 0.5)), Err(IllegalJudgment::NoClaims));
        judgment.apply(&debate, &label(4, None)).unwrap();
        assert_eq!(judgment.verdict(), Some(&Verdict::label(4)));
    }

    proptest! {
        /// Whatever is said, what was taken stays as it was, and a refusal changes nothing.
        #[test]
        fn what_was_said_stays(
            said in prop::collection::vec(
                prop_oneof![
                    (0..4u32, -0.5..1.5f32).prop_map(|(after, p)| belief(after, p)),
                    (0..10u8).prop_map(|one| label(one, None)),
                    Just(JudgmentEvent::GaveUp),
                ],
                0..20,
            ),
            revealed in 0..3u32,
        ) {
            let (debate, mut judgment) = (debate(true, revealed), Judgment::default());
            for event in said {
                let before = judgment.clone();
                if judgment.apply(&debate, &event).is_err() {
                    prop_assert_eq!(&judgment, &before);
                    continue;
                }
                prop_assert!(!before.has_ended());
                let kept = before.beliefs().iter().zip(judgment.beliefs());
                for (before, after) in kept.filter(|(before, _)| before.is_some()) {
                    prop_assert_eq!(before, after);
                }
                let known = judgment.beliefs().iter().flatten().count();
                prop_assert!(judgment.beliefs().len() <= revealed as usize + 1);
                prop_assert!(known <= before.beliefs().iter().flatten().count() + 1);
            }
        }
    }
}
