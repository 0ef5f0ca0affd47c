//! Who follows a debate, and from which seat.

use std::sync::Arc;

use pixel_debate_game::{Debater, Seat};
use pixel_debate_protocol::{CloseReason, DebateId, ServerMessage};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::outbox::{Outbox, Reached, frame};

/// A client that follows the debate.
#[derive(Debug)]
pub(super) struct Follower {
    pub(super) seat: Seat,
    pub(super) outbox: Outbox,
    /// The number of the last event of which it knows the classifier's opinion, if it wants them.
    pub(super) opinions: Option<u32>,
    /// How many of the judge's beliefs it has been told.
    pub(super) beliefs: usize,
    pub(super) _ticket: Arc<()>,
}

/// All who follow a debate, each client once and each player's seat once.
#[derive(Debug, Default)]
pub(super) struct Followers {
    all: Vec<Follower>,
}

impl Followers {
    /// The seat of a client.
    pub(super) fn seat(&self, client: u64) -> Option<Seat> {
        let follower = self.all.iter().find(|follower| follower.outbox.client() == client);
        follower.map(|follower| follower.seat)
    }

    /// Whether somebody is connected to that seat.
    pub(super) fn has(&self, seat: Seat) -> bool {
        self.all.iter().any(|follower| follower.seat == seat)
    }

    /// Seats a client, which gives up the seat it had. A client that had the player's seat is told
    /// that it has it no more. Returns the seats that are empty now.
    pub(super) fn seat_down(&mut self, debate: &DebateId, follower: Follower) -> Vec<Seat> {
        let (client, seat) = (follower.outbox.client(), follower.seat);
        let closed =
            ServerMessage::Closed { debate: debate.clone(), reason: CloseReason::SeatTaken };
        let mut left = Vec::new();
        self.all.retain(|other| {
            if other.outbox.client() == client {
                left.push(other.seat);
                return false;
            }
            let loses = seat != Seat::Spectator && other.seat == seat;
            if loses {
                other.outbox.tell(&closed);
            }
            !loses
        });
        self.all.push(follower);
        left.retain(|seat| !self.has(*seat));
        left
    }

    /// Lets a client go, and returns the seat that it had; nothing where it had none.
    pub(super) fn leave(&mut self, client: u64) -> Option<Seat> {
        let place = self.all.iter().position(|follower| follower.outbox.client() == client)?;
        Some(self.all.swap_remove(place).seat)
    }

    /// Tells everybody: the debaters one thing, all others another, each put into a frame once.
    /// Those that are not reached follow no more; the debaters among them are returned.
    pub(super) fn tell(
        &mut self,
        debaters: impl Fn() -> ServerMessage,
        others: impl Fn() -> ServerMessage,
    ) -> Vec<Debater> {
        let (mut to_debaters, mut to_others): (Option<Utf8Bytes>, Option<Utf8Bytes>) = (None, None);
        self.keep_reached(|follower| {
            let frame = match follower.seat {
                Seat::Debater(_) => to_debaters.get_or_insert_with(|| frame(&debaters())),
                Seat::Judge | Seat::Spectator => to_others.get_or_insert_with(|| frame(&others())),
            };
            follower.outbox.post(frame.clone())
        })
    }

    /// Does something for each, and lets go of those that are not reached. The debaters among them
    /// are returned.
    pub(super) fn keep_reached(
        &mut self,
        mut tell: impl FnMut(&mut Follower) -> Reached,
    ) -> Vec<Debater> {
        let mut lost = Vec::new();
        self.all.retain_mut(|follower| {
            let reached = tell(follower) == Reached::Yes;
            if let (false, Seat::Debater(debater)) = (reached, follower.seat) {
                lost.push(debater);
            }
            reached
        });
        lost
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Follower> {
        self.all.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follower(outbox: &Outbox, seat: Seat) -> Follower {
        Follower {
            seat,
            outbox: outbox.clone(),
            opinions: None,
            beliefs: 0,
            _ticket: Arc::default(),
        }
    }

    #[test]
    fn a_players_seat_has_one_client_and_a_client_one_seat() {
        let debate = DebateId("d".into());
        let ((one, mut told_one), (two, mut told_two)) = (Outbox::new(8), Outbox::new(8));
        let mut followers = Followers::default();
        let (judge, first) = (Seat::Judge, Seat::Debater(Debater::First));
        assert!(followers.seat_down(&debate, follower(&one, judge)).is_empty());
        assert!(followers.seat_down(&debate, follower(&one, judge)).is_empty());
        assert!(followers.seat_down(&debate, follower(&two, judge)).is_empty());
        assert!(told_one.try_recv().unwrap().to_text().unwrap().contains("seat_taken"));
        assert_eq!(
            (followers.seat(one.client()), followers.seat(two.client())),
            (None, Some(judge))
        );

        assert_eq!(followers.seat_down(&debate, follower(&two, first)), [judge]);
        assert_eq!(followers.leave(two.client()), Some(first));
        assert_eq!(followers.leave(two.client()), None);
        assert!(told_two.try_recv().is_err());
    }

    #[test]
    fn spectators_are_many_and_who_is_gone_is_let_go() {
        let debate = DebateId("d".into());
        let mut followers = Followers::default();
        let boxes = [(); 3].map(|()| Outbox::new(8));
        for (outbox, _) in &boxes[..2] {
            followers.seat_down(&debate, follower(outbox, Seat::Spectator));
        }
        let second = Seat::Debater(Debater::Second);
        followers.seat_down(&debate, follower(&boxes[2].0, second));
        let [(one, told), (other, waiting), (_, debater)] = boxes;
        drop((waiting, debater));
        let say = || ServerMessage::Closed { debate: debate.clone(), reason: CloseReason::Over };
        assert_eq!(followers.tell(say, say), [Debater::Second]);
        assert_eq!(told.len(), 1);
        assert_eq!(followers.seat(one.client()), Some(Seat::Spectator));
        assert_eq!(followers.seat(other.client()), None);
        assert!(!followers.has(second));
    }
}
