//! Who follows a debate, and from which seat.

use std::sync::Arc;

use pixel_debate_protocol::{CloseReason, DebateId, ServerMessage};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::effect::Effect;
use crate::chair::Chair;
use crate::outbox::{Outbox, frame};

/// A client that follows the debate.
#[derive(Debug)]
pub(super) struct Follower {
    pub(super) chair: Chair,
    pub(super) outbox: Outbox,
    /// The number of the last event of which it knows the classifier's opinion, if it wants them.
    pub(super) opinions: Option<u32>,
    /// How much of the judges' judgments it has been told.
    pub(super) judgments: Known,
    pub(super) _ticket: Arc<()>,
}

/// How much somebody knows of the judges' judgments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// How many of their beliefs.
    pub(super) beliefs: usize,
    /// How many of a panel have answered.
    pub(super) answered: usize,
}

/// All who follow a debate, each client once and each player's seat once.
#[derive(Debug, Default)]
pub(super) struct Followers {
    all: Vec<Follower>,
}

impl Followers {
    /// The seat of a client.
    pub(super) fn chair(&self, client: u64) -> Option<Chair> {
        let follower = self.all.iter().find(|follower| follower.outbox.client() == client);
        follower.map(|follower| follower.chair)
    }

    /// Whether somebody is connected to that seat.
    pub(super) fn has(&self, chair: Chair) -> bool {
        self.all.iter().any(|follower| follower.chair == chair)
    }

    /// Seats a client, which gives up the seat it had. A client that had the player's seat is told
    /// that it has it no more. Returns the seats that are empty now.
    pub(super) fn seat_down(
        &mut self,
        debate: &DebateId,
        follower: Follower,
        effects: &mut Vec<Effect>,
    ) -> Vec<Chair> {
        let (client, chair) = (follower.outbox.client(), follower.chair);
        let closed =
            ServerMessage::Closed { debate: debate.clone(), reason: CloseReason::SeatTaken };
        let mut left = Vec::new();
        self.all.retain(|other| {
            if other.outbox.client() == client {
                left.push(other.chair);
                return false;
            }
            let loses = chair != Chair::Spectator && other.chair == chair;
            if loses {
                effects.push(Effect::tell(&other.outbox, &closed));
            }
            !loses
        });
        self.all.push(follower);
        left.retain(|chair| !self.has(*chair));
        left
    }

    /// Lets whoever has that seat go, who has been sent away and is told so.
    pub(super) fn dismiss(&mut self, debate: &DebateId, chair: Chair, effects: &mut Vec<Effect>) {
        let closed =
            ServerMessage::Closed { debate: debate.clone(), reason: CloseReason::SentAway };
        let dismissed = self.all.extract_if(.., |follower| follower.chair == chair);
        effects.extend(dismissed.map(|follower| Effect::tell(&follower.outbox, &closed)));
    }

    /// Lets a client go, and returns the seat that it had; nothing where it had none.
    pub(super) fn leave(&mut self, client: u64) -> Option<Chair> {
        let place = self.all.iter().position(|follower| follower.outbox.client() == client)?;
        Some(self.all.swap_remove(place).chair)
    }

    /// Tells everybody: the debaters one thing, all others another, each put into a frame once.
    pub(super) fn tell(
        &self,
        effects: &mut Vec<Effect>,
        debaters: impl Fn() -> ServerMessage,
        others: impl Fn() -> ServerMessage,
    ) {
        let (mut to_debaters, mut to_others): (Option<Utf8Bytes>, Option<Utf8Bytes>) = (None, None);
        for follower in &self.all {
            let frame = match follower.chair {
                Chair::Debater(_) => to_debaters.get_or_insert_with(|| frame(&debaters())),
                Chair::Judge(_) | Chair::Audience(_) | Chair::Spectator => {
                    to_others.get_or_insert_with(|| frame(&others()))
                }
            };
            effects.push(Effect::Tell(follower.outbox.clone(), frame.clone()));
        }
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Follower> {
        self.all.iter_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Follower> {
        self.all.iter()
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::Debater;

    use super::*;

    /// Whom a step tells what.
    fn told(effects: &[Effect]) -> Vec<(u64, &str)> {
        let mut told = Vec::new();
        for effect in effects {
            let Effect::Tell(outbox, frame) = effect else { panic!("{effect:?}") };
            told.push((outbox.client(), frame.as_str()));
        }
        told
    }

    fn follower(outbox: &Outbox, chair: Chair) -> Follower {
        Follower {
            chair,
            outbox: outbox.clone(),
            opinions: None,
            judgments: Known::default(),
            _ticket: Arc::default(),
        }
    }

    #[test]
    fn a_players_seat_has_one_client_and_a_client_one_seat() {
        let debate = DebateId("d".into());
        let (one, two) = (Outbox::new(8).0, Outbox::new(8).0);
        let (mut followers, mut effects) = (Followers::default(), Vec::new());
        let (judge, first) = (Chair::Judge(0), Chair::Debater(Debater::First));
        let mut seat = |followers: &mut Followers, outbox, seat| {
            followers.seat_down(&debate, follower(outbox, seat), &mut effects)
        };
        assert!(seat(&mut followers, &one, judge).is_empty());
        assert!(seat(&mut followers, &one, judge).is_empty());
        assert!(seat(&mut followers, &two, judge).is_empty());
        assert_eq!(
            (followers.chair(one.client()), followers.chair(two.client())),
            (None, Some(judge))
        );
        assert_eq!(seat(&mut followers, &two, first), [judge]);
        // The judges of a panel have a seat each.
        assert!(seat(&mut followers, &one, judge).is_empty());
        assert_eq!(seat(&mut followers, &two, Chair::Judge(1)), [first]);
        assert_eq!(followers.chair(one.client()), Some(judge));
        assert_eq!(followers.leave(two.client()), Some(Chair::Judge(1)));
        assert_eq!(followers.leave(two.client()), None);
        // Who had the seat before is told, and nobody else is told anything.
        let told = told(&effects);
        assert_eq!((told.len(), told[0].0), (1, one.client()));
        assert!(told[0].1.contains("seat_taken"));
    }

    #[test]
    fn spectators_are_many_and_are_told_what_debaters_are_not() {
        let debate = DebateId("d".into());
        let (mut followers, mut effects) = (Followers::default(), Vec::new());
        let boxes = [(); 3].map(|()| Outbox::new(8).0);
        let second = Chair::Debater(Debater::Second);
        let chairs = [Chair::Spectator, second, Chair::Spectator];
        for (outbox, seat) in boxes.iter().zip(chairs) {
            assert!(followers.seat_down(&debate, follower(outbox, seat), &mut effects).is_empty());
        }
        let say = |reason| ServerMessage::Closed { debate: debate.clone(), reason };
        followers.tell(&mut effects, || say(CloseReason::Over), || say(CloseReason::Ended));
        let told = told(&effects);
        let (over, ended) = (frame(&say(CloseReason::Over)), frame(&say(CloseReason::Ended)));
        let numbers = boxes.map(|outbox| outbox.client());
        assert_eq!(told[0], (numbers[0], ended.as_str()));
        assert_eq!(told[1], (numbers[1], over.as_str()));
        assert_eq!(told[2], (numbers[2], ended.as_str()));
        assert!(followers.has(second) && !followers.has(Chair::Judge(0)));
    }
}
