//! What a table answers to those who ask something of it.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use pixel_debate_game::{Debater, Move, Seat, Transcript};
use pixel_debate_protocol::{
    Accepted, CloseReason, Refusal, RefusalCode, Resumed, ServerMessage, Snapshot, Token,
};
use tokio::time::Instant;

use super::followers::Follower;
use super::handle::{Act, Follow, Key, Request, Wanted, What};
use super::{Mover, Table, store_unavailable};
use crate::outbox::Outbox;

/// How much room an outbox keeps for what is told while missed events are told again.
const ROOM: usize = 16;

impl Table {
    /// Answers a request.
    pub(super) fn answer(&mut self, request: Request) -> ControlFlow<CloseReason> {
        match request {
            Request::Follow(follow) => self.follow(*follow),
            Request::Act(act) => {
                let (client, id) = (act.client.clone(), act.id);
                if let Err(refusal) = self.act(*act) {
                    self.refuse(&client, id, refusal);
                }
            }
            Request::Leave { client, answer } => {
                if let Some(Seat::Debater(debater)) = self.followers.leave(client) {
                    self.lose([debater], Instant::now());
                }
                if let Some((client, id)) = answer {
                    client.tell(&ServerMessage::Accepted(Accepted {
                        id,
                        debate: self.id.clone(),
                        seq: None,
                        took_ms: None,
                        latency_ms: client.latency_ms(),
                    }));
                }
            }
            Request::Look { key, answer } => {
                let snapshot = self.spectator(&key).map(|()| self.snapshot(None, Seat::Spectator));
                let _ = answer.send(snapshot);
            }
            Request::Transcript { key, answer } => {
                let _ = answer.send(self.spectator(&key).and_then(|()| self.transcript()));
            }
            Request::End { answer } => {
                if self.pending.is_some() {
                    let _ = answer.send(Err(store_unavailable().about(&self.id)));
                } else if self.debate.outcome().is_some() {
                    let _ = answer.send(Ok(()));
                    return ControlFlow::Break(CloseReason::Ended);
                } else {
                    self.abandon(CloseReason::Ended, Some(answer));
                }
            }
            Request::LetGo => {
                if self.debate.outcome().is_some() {
                    return ControlFlow::Break(CloseReason::Over);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn refuse(&self, client: &Outbox, id: Option<u32>, refusal: Refusal) {
        self.house.metrics.refusals.inc();
        client.tell(&ServerMessage::Error(refusal.about(&self.id).answering(id)));
    }

    /// Gives a client the seat that it asks for, if it may have it, and tells it where the debate
    /// stands.
    fn follow(&mut self, follow: Follow) {
        let Follow { client, id, token, seat, since, opinions, ticket } = follow;
        let seat = match self.seat_for(token.as_ref(), seat) {
            Ok(seat) => seat,
            Err(refusal) => {
                // First, so that who hears of the refusal may follow another debate instead.
                drop(ticket);
                return self.refuse(&client, id, refusal);
            }
        };
        let now = Instant::now();
        // Further back than the outbox has room, and what has not happened, is not told again.
        let told = since.filter(|seq| {
            let missed = self.seq.checked_sub(*seq);
            missed.is_some_and(|missed| missed as usize + ROOM <= client.room())
        });
        let opinions = opinions.then_some(told.unwrap_or(0));
        let outbox = client.clone();
        let follower = Follower { seat, outbox, opinions, beliefs: 0, _ticket: ticket };
        let left = self.followers.seat_down(&self.id, follower);
        self.lose(left.into_iter().filter_map(debater), now);
        match told {
            None => {
                client.tell(&ServerMessage::Snapshot(self.snapshot(id, seat)));
            }
            Some(told) => {
                client.tell(&ServerMessage::Resumed(Resumed {
                    id,
                    debate: self.id.clone(),
                    seat,
                    seq: self.seq,
                    turn: self.turn(debater(seat).is_some(), now),
                }));
                for event in (told + 1..=self.seq).filter_map(|seq| self.told(seq)) {
                    client.tell(&ServerMessage::Event(event));
                }
            }
        }
        self.come(seat, now);
        self.tell_opinions();
        self.tell_beliefs();
    }

    /// Notes that a seat has been taken, and begins the debate if it was the last one awaited.
    fn come(&mut self, seat: Seat, now: Instant) {
        let waited = !self.awaited.is_empty();
        self.awaited.retain(|awaited| *awaited != seat);
        if !waited || !self.awaited.is_empty() || self.debate.outcome().is_some() {
            return;
        }
        if self.pending.is_some() {
            // A forfeit for absence, or the end, is on its way to the store.
            return;
        }
        self.note_summary();
        self.begin(now);
        let turns = [true, false].map(|debater| self.turn(debater, now));
        let [Some(to_debaters), Some(to_others)] = turns else { return };
        let with = |turn| ServerMessage::Turn { debate: self.id.clone(), turn };
        let lost = self.followers.tell(|| with(to_debaters), || with(to_others));
        self.lose(lost, now);
    }

    /// The seat that a token gives, to a client that wants such a seat.
    fn seat_for(&self, token: Option<&Token>, wanted: Wanted) -> Result<Seat, Refusal> {
        let locks = &self.terms.locks;
        let opened = token.and_then(|token| locks.seat(token));
        let seat = match (wanted, opened) {
            (Wanted::Player | Wanted::Either, Some(seat @ (Seat::Debater(_) | Seat::Judge))) => {
                Some(seat)
            }
            (Wanted::Spectator | Wanted::Either, Some(Seat::Spectator)) => Some(Seat::Spectator),
            // A public debate may be watched by everybody, whatever they hold.
            (Wanted::Spectator, _) if locks.spectator.is_none() => Some(Seat::Spectator),
            (Wanted::Either, None) if locks.spectator.is_none() && token.is_none() => {
                Some(Seat::Spectator)
            }
            _ => None,
        };
        seat.ok_or_else(|| match wanted {
            Wanted::Spectator => Refusal::new(
                RefusalCode::WrongToken,
                "this debate is private",
                "the spectators' token that came with \"created\"",
            ),
            Wanted::Player | Wanted::Either => Refusal::new(
                RefusalCode::WrongToken,
                "this token opens no seat of this debate",
                "a token that came with \"created\"",
            ),
        })
    }

    /// Does what a player wants to do, if it may.
    fn act(&mut self, act: Act) -> Result<(), Refusal> {
        let Act { client, id, what, at } = act;
        let seat = self.followers.seat(client.client());
        if let What::Belief { after, probability } = what {
            return self.believe(&client, id, seat, after, probability);
        }
        if self.pending.is_some() {
            return Err(store_unavailable());
        }
        let r#move = match (what, seat) {
            (What::Reveal { seq, pixel }, Some(Seat::Debater(by))) => {
                self.check_seq(seq)?;
                Move::Reveal { by, pixel }
            }
            (What::Verdict(verdict), Some(Seat::Judge)) => {
                self.check_begun()?;
                Move::Verdict(verdict)
            }
            (What::Resign, Some(Seat::Debater(by))) => Move::Resign { by },
            (What::Belief { .. } | What::Verdict(_), _) => {
                return Err(not_seated("the judge gives a verdict"));
            }
            (What::Reveal { .. }, _) => return Err(not_seated("a debater reveals")),
            (What::Resign, _) => return Err(not_seated("a debater resigns")),
        };
        let over = self.debate.outcome().is_some();
        self.make(r#move, Some(Mover { client, id, at })).map_err(|illegal| {
            let expected = if over {
                "nothing more in this debate"
            } else {
                "in turn a legal pixel that is not revealed yet; after the last reveal one \
                 verdict, for one of the claims if there are two"
            };
            Refusal::new(RefusalCode::Illegal, illegal.to_string(), expected)
        })
    }

    /// Notes what the judge believes, and tells those who may know it.
    fn believe(
        &mut self,
        client: &Outbox,
        id: Option<u32>,
        seat: Option<Seat>,
        after: u32,
        probability: f32,
    ) -> Result<(), Refusal> {
        if seat != Some(Seat::Judge) {
            return Err(not_seated("the judge says what it believes"));
        }
        self.check_begun()?;
        self.beliefs.say(&self.debate, after, probability)?;
        self.tell_beliefs();
        if id.is_some() {
            client.tell(&ServerMessage::Accepted(Accepted {
                id,
                debate: self.id.clone(),
                seq: None,
                took_ms: None,
                latency_ms: client.latency_ms(),
            }));
        }
        Ok(())
    }

    fn check_begun(&self) -> Result<(), Refusal> {
        if self.awaited.is_empty() {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::NotBegun,
            "the debate has not begun: not all seats have been taken",
            "a move after the message \"turn\"",
        ))
    }

    /// Whether a reveal is for the event that comes next.
    fn check_seq(&self, seq: u32) -> Result<(), Refusal> {
        self.check_begun()?;
        let next = self.seq + 1;
        let (code, message) = match seq.cmp(&next) {
            Ordering::Equal => return Ok(()),
            Ordering::Less => (RefusalCode::Stale, format!("event {seq} has happened already")),
            Ordering::Greater => (RefusalCode::Illegal, format!("event {seq} is not the next")),
        };
        Err(Refusal::new(code, message, format!("seq: {next}")))
    }

    /// Whether somebody with that key may see what spectators see.
    fn spectator(&self, key: &Key) -> Result<(), Refusal> {
        match key {
            Key::Administrator => Ok(()),
            Key::Token(token) => self
                .seat_for(token.as_ref(), Wanted::Spectator)
                .map(drop)
                .map_err(|refusal| refusal.about(&self.id)),
        }
    }

    /// What a seat may know now. All of it comes from the game's views, except what is kept back
    /// until the outcome.
    fn snapshot(&self, id: Option<u32>, seat: Seat) -> Snapshot {
        let view = match seat {
            Seat::Spectator => self.debate.spectator_view(self.terms.setup.spectators_see),
            seat => self.debate.view(seat),
        };
        let background = view.outcome.is_some().then(|| self.terms.background.clone());
        let turn = self.turn(debater(seat).is_some(), Instant::now());
        Snapshot { id, debate: self.id.clone(), seq: self.seq, view, turn, background }
    }

    fn transcript(&self) -> Result<Transcript, Refusal> {
        if self.debate.outcome().is_none() {
            return Err(Refusal::new(
                RefusalCode::NoOutcome,
                "the debate has no outcome yet, and its transcript tells everything",
                "another try after the outcome",
            )
            .about(&self.id));
        }
        let background = &self.terms.background;
        let source = Some(background.source.clone());
        Ok(Transcript::of(&self.debate, source, background.players.clone()))
    }
}

fn debater(seat: Seat) -> Option<Debater> {
    match seat {
        Seat::Debater(debater) => Some(debater),
        Seat::Judge | Seat::Spectator => None,
    }
}

fn not_seated(who: &str) -> Refusal {
    Refusal::new(
        RefusalCode::NotSeated,
        format!("only {who}, and this connection is not seated as one in this debate"),
        "\"take\" or \"resume\" with the token of that seat first",
    )
}
