//! What the classifier makes of the evidence, for those who asked.
//!
//! It is worked out when there is somebody to tell it to, beside the debate, which does not wait
//! for it: so it comes when it is ready, possibly after later events, and whoever looks at one moment
//! may find one less than somebody else did. It depends on the evidence alone. An outside judge is to
//! judge without it, and nobody else is told it before the outcome then, since everybody could tell
//! the judge.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pixel_debate_game::{Debate, Debater, Evidence, LegalPixels, Seat};
use pixel_debate_protocol::{DebateId, ServerMessage};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::followers::Followers;
use crate::house::House;
use crate::outbox::{Reached, frame};
use crate::record::Terms;

/// The opinions after each reveal so far.
#[derive(Debug)]
pub(super) struct Opinions {
    /// What is told after the first reveal, the second, and so on, as far as somebody wanted it.
    known: Vec<Utf8Bytes>,
    /// Whether nobody is told before the outcome.
    closed: bool,
}

/// An opinion under way.
pub(super) type Opinion = BoxFuture<'static, Result<Vec<f32>, String>>;

/// The logits of the classifier for that evidence, one a class, worked out on the threads for that.
pub(super) fn logits(house: &Arc<House>, debate: &Debate, evidence: Evidence) -> Opinion {
    let house = Arc::clone(house);
    let (pixels, classes) = (debate.rules().pixels, debate.classes());
    async move {
        house.metrics.evaluations.inc();
        let players = Arc::clone(&house.players);
        let thought = house.judging.run(move || players.logits(pixels, &evidence)).await;
        let mut logits = thought.unwrap_or_else(|panic| Err(panic.to_string()))?;
        // A network of ten classes also judges data sets of fewer.
        logits.truncate(classes.into());
        Ok(logits)
    }
    .boxed()
}

impl Opinions {
    /// None so far, of a debate on those terms.
    pub(super) fn new(terms: &Terms) -> Self {
        Self { known: Vec::new(), closed: terms.judge_is_blind() }
    }

    /// Whether the server has a classifier for such a debate.
    pub(super) fn possible(house: &House, debate: &Debate) -> bool {
        let rules = debate.rules();
        rules.legal == LegalPixels::Nonzero && house.offer.pixels.contains(&rules.pixels)
    }

    /// Notes the next opinion.
    pub(super) fn note(&mut self, debate: &DebateId, logits: Vec<f32>) {
        let seq = self.known.len() as u32 + 1;
        let debate = debate.clone();
        self.known.push(frame(&ServerMessage::Opinion { debate, seq, logits }));
    }

    /// Whether somebody in that seat may be told.
    fn may(&self, seat: Seat, debate: &Debate) -> bool {
        debate.outcome().is_some() || (!self.closed && seat != Seat::Judge)
    }

    /// The evidence for which the next opinion is wanted, if somebody who may be told it waits.
    pub(super) fn wanted(&self, debate: &Debate, followers: &Followers) -> Option<Evidence> {
        let known = self.known.len();
        let revealed = debate.evidence().len();
        let waits = followers.iter().any(|follower| {
            self.may(follower.seat, debate)
                && follower.opinions.is_some_and(|told| (told as usize) < revealed)
        });
        (waits && known < revealed).then(|| debate.evidence().first(known + 1))
    }

    /// Tells everybody who wants and may what they have not been told. The debaters that are not
    /// reached are returned.
    pub(super) fn tell(&self, debate: &Debate, followers: &mut Followers) -> Vec<Debater> {
        followers.keep_reached(|follower| {
            let Some(told) = follower.opinions else { return Reached::Yes };
            if !self.may(follower.seat, debate) {
                return Reached::Yes;
            }
            for (seq, opinion) in (1..).zip(&self.known).skip(told as usize) {
                if follower.outbox.post(opinion.clone()) == Reached::No {
                    return Reached::No;
                }
                follower.opinions = Some(seq);
            }
            Reached::Yes
        })
    }
}
