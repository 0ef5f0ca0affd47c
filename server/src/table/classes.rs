//! What a debate tells the class whose debate it is.

use std::sync::Arc;

use pixel_debate_game::{Debater, OutcomeReason};

use super::Table;
use super::effect::Effect;
use crate::audience::{End, Tally};

impl Table {
    /// Tells the class how the debate stands. It has ended for the class once every vote that may still be taken is in
    /// the store: whoever is told that it was taken is to have its points.
    pub(super) fn tell_class(&mut self) {
        let ended = self.debate.outcome().filter(|_| !self.judgments.beliefs_on_the_way());
        let end = ended.map(|outcome| {
            let honest = self.debate.rules().seat_of(pixel_debate_game::Role::Honest);
            let judged = outcome.reason == OutcomeReason::Verdict;
            End::Outcome { first_is_right: honest == Debater::First, judged }
        });
        self.tell_class_with(end);
    }

    /// Tells the class that the debate is let go of: where it has no outcome, it comes to none any more.
    pub(super) fn tell_class_of_the_end(&mut self) {
        if self.debate.outcome().is_none() {
            self.tell_class_with(Some(End::Abandoned));
        }
    }

    fn tell_class_with(&mut self, end: Option<End>) {
        if !self.terms.is_of_a_class() {
            return;
        }
        self.effects.push(Effect::TellClass(Arc::new(Tally {
            debate: self.id.clone(),
            revealed: self.debate.evidence().len() as u32,
            votes: self.judgments.votes(),
            end,
        })));
    }
}
