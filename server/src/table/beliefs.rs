//! What an outside judge has said that it believed on the way, for those who asked for opinions.
//!
//! A belief decides nothing and is no event. Nobody but the judge is told it while the debate goes on,
//! unless the judge may be influenced; and then spectators alone, where no debater could be one of
//! them, for the debaters are to argue without it.

use std::cmp::Ordering;

use pixel_debate_game::{Debate, Debater, Seat, Verdict};
use pixel_debate_protocol::{DebateId, Refusal, RefusalCode, ServerMessage};

use super::effect::Effect;
use super::followers::{Follower, Followers};
use crate::outbox::frame;
use crate::terms::Terms;

/// The probabilities of the first debater's claim: before the first reveal, after it, and so on, as
/// far as the judge has said them.
#[derive(Debug, Default)]
pub(super) struct Beliefs {
    said: Vec<Option<f32>>,
    /// Whether spectators are told while the debate goes on.
    open: bool,
}

impl Beliefs {
    /// Those of a debate that has come back, or none.
    pub(super) fn new(debate: &Debate, terms: &Terms, said: Vec<Option<f32>>) -> Self {
        let built_in = |by| terms.agent(debate, by).is_some();
        let alone = built_in(Debater::First) && built_in(Debater::Second);
        Self { said, open: alone && !terms.judge_is_blind() }
    }

    /// All that was said.
    pub(super) fn said(&self) -> &[Option<f32>] {
        &self.said
    }

    /// Notes a belief, if it may be said now.
    pub(super) fn say(
        &mut self,
        debate: &Debate,
        after: u32,
        probability: f32,
    ) -> Result<(), Refusal> {
        let refuse =
            |code, message: String, expected: &str| Err(Refusal::new(code, message, expected));
        let illegal = RefusalCode::Illegal;
        let revealed = debate.evidence().len();
        let place = after as usize;
        if debate.outcome().is_some() {
            return refuse(illegal, "the debate is over".into(), "nothing more in this debate");
        }
        if debate.claims().liar.is_none() {
            return refuse(
                illegal,
                "there are no claims to believe in: the debate is without precommit".into(),
                "a verdict alone, with its probability",
            );
        }
        if !(0.0..=1.0).contains(&probability) {
            return refuse(illegal, format!("a belief of {probability}"), "probability: 0 to 1");
        }
        if place > revealed {
            return Err(Refusal::new(
                illegal,
                format!("a belief after {after} reveals, of which {revealed} have happened"),
                format!("after: 0 to {revealed}"),
            ));
        }
        if self.said.get(place).is_some_and(Option::is_some) {
            return refuse(
                RefusalCode::Stale,
                format!("the belief after {after} reveals was said before"),
                "one belief after each reveal",
            );
        }
        if self.said.len() <= place {
            self.said.resize(place + 1, None);
        }
        self.said[place] = Some(probability);
        Ok(())
    }

    /// Whether a verdict agrees with what the judge believed of the same evidence, or says why not.
    pub(super) fn check(&self, debate: &Debate, verdict: &Verdict) -> Result<(), Refusal> {
        let pixels = usize::from(debate.rules().pixels);
        let claims = debate.claims().by_seat(debate.rules());
        let (Some(Some(belief)), Some(first), Some(second)) =
            (self.said.get(pixels), claims.first, claims.second)
        else {
            return Ok(());
        };
        let believed = match belief.total_cmp(&0.5) {
            Ordering::Greater => first,
            Ordering::Less => second,
            Ordering::Equal => return Ok(()),
        };
        let logit = |logits: &[f32], label| logits.get(usize::from(label)).copied();
        let label = match verdict {
            Verdict::Label { explanation: Some(_), .. } => return Ok(()),
            Verdict::Label { label, .. } => *label,
            Verdict::Logits { logits } => {
                match logit(logits, first).partial_cmp(&logit(logits, second)) {
                    Some(Ordering::Greater) => first,
                    Some(Ordering::Less) => second,
                    Some(Ordering::Equal) | None => return Ok(()),
                }
            }
        };
        if label == believed || ![first, second].contains(&label) {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::AgainstBelief,
            format!(
                "the verdict is for {label}, and after the last reveal the judge held {believed} \
                 more probable: it gave the first debater's claim a probability of {belief}"
            ),
            format!("a verdict for {believed}, or the label {label} with an explanation"),
        ))
    }

    /// Tells everybody who wants and may what has been said, unless they know it.
    pub(super) fn tell(
        &self,
        id: &DebateId,
        debate: &Debate,
        followers: &mut Followers,
        effects: &mut Vec<Effect>,
    ) {
        let number = self.said.iter().flatten().count();
        let ended = debate.outcome().is_some();
        let wants = |follower: &Follower| {
            let may = ended || (self.open && follower.seat == Seat::Spectator);
            may && follower.opinions.is_some() && follower.beliefs < number
        };
        let mut told = None;
        for follower in followers.iter_mut().filter(|follower| wants(follower)) {
            follower.beliefs = number;
            let told = told.get_or_insert_with(|| {
                let (debate, beliefs) = (id.clone(), self.said.clone());
                frame(&ServerMessage::Beliefs { debate, beliefs })
            });
            effects.push(Effect::Tell(follower.outbox.clone(), told.clone()));
        }
    }
}
