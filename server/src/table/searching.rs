//! When a table asks for its share of the search threads, begins with it, and what it asks its debaters.

use pixel_debate_game::Debater;
use pixel_debate_protocol::{ServerMessage, Turn};

use super::effect::Effect;
use super::schedule::Share;
use super::{Due, Table};
use crate::searches::{SearchRequest, Times};

impl Table {
    /// Whether a built-in debater has to wait for its share of the search threads.
    pub(super) fn lacks_share(&self) -> bool {
        let longest = self.schedule.longest(self.debate.evidence().len());
        self.share != Share::Held && !longest.is_zero()
    }

    /// Waits for the share, unless the table does already.
    pub(super) fn ask_for_share(&mut self) {
        if self.share == Share::None {
            self.share = Share::Asked;
            let allotment = self.schedule.longest(self.debate.evidence().len());
            let period = self.schedule.pace.max(allotment);
            self.effects.push(Effect::AskShare { allotment, period });
        }
    }

    /// Goes on with the share that was waited for.
    pub(super) fn admit(&mut self) {
        if !matches!(self.due(), Due::Share(_)) {
            self.share = Share::None;
            self.effects.push(Effect::LeaveShare);
            return;
        }
        self.share = Share::Held;
        if self.seq == 0 {
            self.commence();
        } else {
            self.begin();
        }
    }

    /// Begins the debate, of which all are told, or waits for what it takes.
    pub(super) fn commence(&mut self) {
        self.begin();
        self.note_summary();
        let turns = [true, false].map(|debater| self.turn(debater));
        let [Some(to_debaters), Some(to_others)] = turns else { return };
        let with = |turn: Turn| ServerMessage::Turn { debate: self.id.clone(), turn };
        self.followers.tell(&mut self.effects, || with(to_debaters), || with(to_others));
    }

    /// Whether the debate has begun.
    pub(super) fn has_begun(&self) -> bool {
        // One that has ended before never has.
        let waits = self.seq == 0 && matches!(self.due(), Due::Share(_));
        self.awaited.is_empty() && !waits
    }

    /// What a built-in debater is asked in the turn that begins now.
    pub(super) fn question(&self, by: Debater) -> SearchRequest {
        let revealed = self.debate.evidence().len();
        let allotment = self.schedule.allotment(revealed);
        SearchRequest {
            id: self.id.clone(),
            by,
            name: self.terms.agent(&self.debate, by).unwrap_or_default().to_owned(),
            seed: self.terms.seeds[by as usize].wrapping_add(revealed as u64),
            debate: self.debate.clone(),
            times: Times::new(self.now.at.into_std(), self.schedule.pace, allotment),
        }
    }
}
