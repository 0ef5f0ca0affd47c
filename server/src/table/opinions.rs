//! What the classifier makes of the evidence, for those who asked.
//!
//! It is worked out when there is somebody to tell it to, beside the debate, which does not wait
//! for it: so it comes when it is ready, possibly after later events, and whoever looks at one moment
//! may find one less than somebody else did. It depends on the evidence alone. An outside judge is to
//! judge without it, and nobody else is told it before the outcome then, since everybody could tell
//! the judge.

use pixel_debate_game::{Debate, Evidence, Seat};
use pixel_debate_protocol::{DebateId, ServerMessage};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::effect::Effect;
use super::followers::Followers;
use crate::outbox::frame;
use crate::terms::Terms;

/// The opinions after each reveal so far.
#[derive(Debug)]
pub(super) struct Opinions {
    /// What is told after the first reveal, the second, and so on, as far as somebody wanted it.
    known: Vec<Utf8Bytes>,
    /// Whether nobody is told before the outcome.
    closed: bool,
    /// Whether there is a classifier that can be asked.
    possible: bool,
    /// Whether the next one is being worked out.
    asked: bool,
}

impl Opinions {
    /// None so far, of a debate on those terms.
    pub(super) fn new(terms: &Terms, possible: bool) -> Self {
        Self { known: Vec::new(), closed: terms.judge_is_blind(), possible, asked: false }
    }

    /// Notes the next opinion.
    pub(super) fn note(&mut self, debate: &DebateId, logits: Vec<f32>) {
        self.asked = false;
        let seq = self.known.len() as u32 + 1;
        let debate = debate.clone();
        self.known.push(frame(&ServerMessage::Opinion { debate, seq, logits }));
    }

    /// Notes that the next opinion could not be worked out.
    pub(super) fn failed(&mut self) {
        self.asked = false;
    }

    /// Whether somebody in that seat may be told.
    fn may(&self, seat: Seat, debate: &Debate) -> bool {
        debate.outcome().is_some() || (!self.closed && seat != Seat::Judge)
    }

    /// The evidence for which the next opinion is to be worked out now: somebody who may be told it
    /// waits, and no other is being worked out.
    pub(super) fn wanted(&mut self, debate: &Debate, followers: &Followers) -> Option<Evidence> {
        if self.asked || !self.possible {
            return None;
        }
        let known = self.known.len();
        let revealed = debate.evidence().len();
        let waits = followers.iter().any(|follower| {
            self.may(follower.chair.seat(), debate)
                && follower.opinions.is_some_and(|told| (told as usize) < revealed)
        });
        self.asked = waits && known < revealed;
        self.asked.then(|| debate.evidence().first(known + 1))
    }

    /// Tells everybody who wants and may what they have not been told.
    pub(super) fn tell(
        &self,
        debate: &Debate,
        followers: &mut Followers,
        effects: &mut Vec<Effect>,
    ) {
        for follower in followers.iter_mut() {
            let Some(told) = follower.opinions else { continue };
            if !self.may(follower.chair.seat(), debate) {
                continue;
            }
            for (seq, opinion) in (1..).zip(&self.known).skip(told as usize) {
                effects.push(Effect::Tell(follower.outbox.clone(), opinion.clone()));
                follower.opinions = Some(seq);
            }
        }
    }
}
