//! The reveals of a recorded debate that is judged again: at their times, or when they are asked for.

use std::time::Duration;

use pixel_debate_game::Debater;
use pixel_debate_protocol::{Refusal, RefusalCode, Shows, Token};

use super::effect::Effect;
use super::{Due, Table};
use crate::chair::Chair;
use crate::outbox::Outbox;

impl Table {
    /// Whether the next recorded reveal is to be asked for, and has not been.
    pub(super) fn waits_to_be_asked(&self) -> bool {
        let recording = self.terms.recording.as_ref();
        recording.is_some_and(|recording| recording.shows == Shows::Asked) && !self.asked
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

    /// Somebody asks for the next recorded reveal.
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
        if self.asked && self.shows() == Some(Shows::Asked) {
            return Err(Refusal::new(
                RefusalCode::Stale,
                format!("event {seq} was asked for before"),
                "its event",
            ));
        }
        if !matches!(self.due(), Due::Asked(_)) {
            return Err(Refusal::new(
                RefusalCode::Illegal,
                "no recorded reveal waits to be asked for",
                "\"next\" before each reveal of a recorded debate that is shown when asked for",
            ));
        }
        self.asked = true;
        self.begin();
        Ok(())
    }

    /// When the reveals of a recorded debate are shown, for those who see them.
    pub(super) fn shows(&self) -> Option<Shows> {
        self.terms.recording.as_ref().map(|recording| recording.shows)
    }
}
