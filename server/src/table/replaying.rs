//! What happens when it is asked for, as all does in a class's debate; and the reveals of a recorded debate that is
//! judged again, which come at their times otherwise.

use std::time::Duration;

use pixel_debate_game::Debater;
use pixel_debate_protocol::{Refusal, RefusalCode, Shows, Token};

use super::effect::Effect;
use super::{Due, Table};
use crate::chair::Chair;
use crate::outbox::Outbox;

impl Table {
    /// Whether what comes next is to be asked for, and has not been.
    pub(super) fn waits_to_be_asked(&self) -> bool {
        let recording = self.terms.recording.as_ref();
        let reveal = recording.is_some_and(|recording| recording.shows == Shows::Asked);
        (reveal || self.terms.is_of_a_class()) && !self.asked
    }

    /// Has the debater's recorded reveal made at its time.
    pub(super) fn show(&mut self, by: Debater) {
        let Some(recording) = &self.terms.recording else { return };
        let Some(reveal) = recording.reveals.get(self.debate.evidence().len()) else { return };
        let wait = match recording.shows {
            Shows::Paced => self.schedule.pace,
            Shows::Recorded => {
                Duration::from_millis(reveal.took_ms.into()).min(self.waits.longest_pace)
            }
            Shows::Asked => Duration::ZERO,
        };
        let (pixel, told) = (reveal.pixel, self.now.at + wait);
        self.effects.push(Effect::Replay { by, pixel, told });
    }

    /// Somebody asks for what comes next.
    pub(super) fn show_next(
        &mut self,
        client: &Outbox,
        seq: u32,
        token: Option<&Token>,
    ) -> Result<(), Refusal> {
        let creator = token.is_some_and(|token| self.terms.locks.is_creator(token));
        let judge = self.followers.chair(client.client()).and_then(Chair::judge).is_some();
        let alone = self.terms.locks.outside_judges() == 1;
        if !creator && (token.is_some() || !judge || !alone) {
            return Err(Refusal::new(
                RefusalCode::NotSeated,
                "only the one judge has the next reveal shown, or whoever set the debate up",
                "\"next\" from the one judge's seat, or with the creator's token",
            ));
        }
        self.check_seq(seq)?;
        if self.asked {
            return Err(Refusal::new(
                RefusalCode::Stale,
                format!("event {seq} was asked for before"),
                "its event",
            ));
        }
        if !matches!(self.due(), Due::Asked(_)) {
            return Err(Refusal::new(
                RefusalCode::Illegal,
                "nothing waits to be asked for",
                "\"next\" before each reveal of a recorded debate that is shown when asked for, or of a class's",
            ));
        }
        self.asked = true;
        // It may be the turn of one of the class now, who was told of none.
        if self.terms.is_of_a_class() {
            self.commence();
        } else {
            self.begin();
        }
        Ok(())
    }

    /// When the reveals of a recorded debate are shown, for those who see them.
    pub(super) fn shows(&self) -> Option<Shows> {
        self.terms.recording.as_ref().map(|recording| recording.shows)
    }
}
