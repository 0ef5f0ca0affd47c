//! What those who follow a debate are told of it, and the lobby and the metrics.

use pixel_debate_game::{Debater, Seat, View};
use pixel_debate_protocol::{Ending, Phase, ServerMessage, TimeLeft, Told, Turn};

use super::effect::{Counted, Effect};
use super::{Due, Table};
use crate::limits::milliseconds;

impl Table {
    /// Tells everybody of the latest event.
    pub(super) fn tell_event(&mut self) {
        self.effects.push(Effect::Count(Counted::Event));
        let Some(told) = self.told(self.seq) else { return };
        let with = |turn| ServerMessage::Event(Told { turn, ..told.clone() });
        let [debaters, others] = [true, false].map(|debater| self.turn(debater));
        self.followers.tell(&mut self.effects, || with(debaters), || with(others));
    }

    /// The event with that number, without whose turn it is now.
    pub(super) fn told(&self, seq: u32) -> Option<Told> {
        let view = self.debate.event_view(seq as usize)?;
        let ending = view.outcome.zip(view.truth).map(|(outcome, truth)| Ending {
            outcome,
            truth,
            background: self.terms.background.clone(),
        });
        let debate = self.id.clone();
        Some(Told { debate, seq, event: view.event, to_move: view.to_move, turn: None, ending })
    }

    /// Whose turn it is, with the time that is left as a debater may know it, or as others may.
    pub(super) fn turn(&self, debater: bool) -> Option<Turn> {
        let now = self.now.at;
        let (seat, left) = match self.due() {
            Due::Turn(by) => (Seat::Debater(by), debater.then(|| self.clocks.left(now)).flatten()),
            Due::Share(_) if self.seq == 0 => return None,
            // It is nobody's before the presenter says so.
            Due::Asked(_) if self.terms.is_of_a_class() => return None,
            Due::Share(by) | Due::Thought(by) | Due::Shown(by) => (Seat::Debater(by), None),
            Due::Asked(seat) => (seat, None),
            Due::Verdict => {
                let spent = now.saturating_duration_since(self.since);
                let left = self.waits.verdict.saturating_sub(spent);
                (Seat::Judge, Some(TimeLeft { move_ms: milliseconds(left), bank_ms: 0 }))
            }
            Due::Answer => (Seat::Judge, None),
            // Until the store has taken the move it is the mover's turn, for all that is known.
            Due::Write => (self.debate.to_move().map_or(Seat::Judge, Seat::Debater), None),
            Due::Seats | Due::Parting => return None,
        };
        Some(Turn { seat, seq: self.seq + 1, left })
    }

    /// Notes that the connections of some debaters are lost.
    pub(super) fn lose(&mut self, debaters: impl IntoIterator<Item = Debater>) {
        for debater in debaters {
            self.clocks.lost(debater, self.now.at);
        }
    }

    /// Tells the opinions that somebody waits for, and has the next one worked out.
    pub(super) fn tell_opinions(&mut self) {
        self.opinions.tell(&self.debate, &mut self.followers, &mut self.effects);
        if let Some(evidence) = self.opinions.wanted(&self.debate, &self.followers) {
            let view = View { evidence, ..self.debate.view(Seat::Judge) };
            self.effects.push(Effect::Opine(Box::new(view)));
        }
    }

    /// Tells how far the judges are, to those who wait for it and may know it.
    pub(super) fn tell_judgments(&mut self) {
        self.judgments.tell(&self.debate, &mut self.followers, &mut self.effects);
    }

    /// Says how the debate stands, to the lobby and the metrics.
    pub(super) fn note_summary(&mut self) {
        let phase = match (self.debate.outcome(), self.debate.to_move()) {
            (Some(_), _) => Phase::Over,
            _ if !self.has_begun() => Phase::Waiting,
            (None, Some(_)) => Phase::Revealing,
            (None, None) => Phase::Judging,
        };
        let summary = &mut self.summary;
        summary.phase = phase;
        summary.seq = self.seq;
        summary.outcome = self.debate.outcome();
        if summary.outcome.is_some() {
            let background = &self.terms.background;
            summary.ended_ms = self.times.last().map(|time| time.at_ms);
            summary.players = Some(background.players.clone());
            summary.image = Some(background.source.clone());
        }
        self.effects.push(Effect::Stands(Box::new(summary.clone())));
    }
}
