//! What the classifier makes of the evidence, for those who asked.
//!
//! It is worked out when there is somebody to tell it to, beside the debate, which does not wait
//! for it. It depends on the evidence alone; an outside judge is to judge without it and is told
//! with the outcome.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pixel_debate_game::{Debate, Debater, Evidence, LegalPixels, Seat};
use pixel_debate_protocol::{DebateId, ServerMessage};

use super::followers::Followers;
use crate::house::House;
use crate::outbox::{Reached, frame};

/// The opinions after each reveal so far.
#[derive(Debug, Default)]
pub(super) struct Opinions {
    /// The logits after the first reveal, the second, and so on, as far as somebody wanted them.
    known: Vec<Vec<f32>>,
}

/// An opinion under way.
pub(super) type Opinion = BoxFuture<'static, Result<Vec<f32>, String>>;

/// The logits of the classifier for that evidence, one a class, worked out on the pool.
pub(super) fn logits(house: &Arc<House>, debate: &Debate, evidence: Evidence) -> Opinion {
    let house = Arc::clone(house);
    let (pixels, classes) = (debate.rules().pixels, debate.classes());
    async move {
        house.metrics.evaluations.inc();
        let players = Arc::clone(&house.players);
        let thought = house.pool.run(move || players.logits(pixels, &evidence)).await;
        let mut logits = thought.unwrap_or_else(|panic| Err(panic.to_string()))?;
        // A network of ten classes also judges data sets of fewer.
        logits.truncate(classes.into());
        Ok(logits)
    }
    .boxed()
}

impl Opinions {
    /// Whether the server has a classifier for such a debate.
    pub(super) fn possible(house: &House, debate: &Debate) -> bool {
        let rules = debate.rules();
        rules.legal == LegalPixels::Nonzero && house.offer.pixels.contains(&rules.pixels)
    }

    /// Notes the next opinion.
    pub(super) fn note(&mut self, logits: Vec<f32>) {
        self.known.push(logits);
    }

    /// The evidence for which the next opinion is wanted, if somebody who may be told it waits.
    pub(super) fn wanted(&self, debate: &Debate, followers: &Followers) -> Option<Evidence> {
        let known = self.known.len();
        let revealed = debate.evidence().len();
        let ended = debate.outcome().is_some();
        let waits = followers.iter().any(|follower| {
            let may = ended || follower.seat != Seat::Judge;
            may && follower.opinions.is_some_and(|told| (told as usize) < revealed)
        });
        (waits && known < revealed).then(|| debate.evidence().first(known + 1))
    }

    /// Tells everybody who wants and may what they have not been told. The debaters that are not
    /// reached are returned.
    pub(super) fn tell(
        &self,
        id: &DebateId,
        debate: &Debate,
        followers: &mut Followers,
    ) -> Vec<Debater> {
        let ended = debate.outcome().is_some();
        followers.keep_reached(|follower| {
            let Some(told) = follower.opinions else { return Reached::Yes };
            if follower.seat == Seat::Judge && !ended {
                return Reached::Yes;
            }
            for (seq, logits) in (1..).zip(&self.known).skip(told as usize) {
                let logits = logits.clone();
                let opinion = ServerMessage::Opinion { debate: id.clone(), seq, logits };
                if follower.outbox.post(frame(&opinion)) == Reached::No {
                    return Reached::No;
                }
                follower.opinions = Some(seq);
            }
            Reached::Yes
        })
    }
}
