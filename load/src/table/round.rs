//! One debate at a table.

use std::sync::Arc;
use std::time::Duration;

use pixel_debate_game::{
    Claims, Debate, Debater, Event, Image, ImageSource, Move, Players, Role, Rules, Seat, Verdict,
};
use pixel_debate_protocol::{
    Background, ClientMessage, CloseReason, Created, DebateId, Ending, RefusalCode, Resumed,
    ServerMessage, Snapshot, Token, Told, Turn,
};
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::Instant;

use crate::counts::{Counts, Reached};
use crate::record::Record;

/// One debate, as the three chairs know it.
pub(super) struct Round {
    pub(super) id: DebateId,
    /// When something happened last.
    pub(super) progress: Instant,
    /// None at a relay.
    tokens: Option<[Token; 3]>,
    record: Option<Record>,
    chairs: [Chair; 3],
    /// Whether any chair was told that the debate has begun.
    begun: bool,
    due: Option<Due>,
    /// The moves in order, for a slow chair may hear of one when the next ones are made.
    sent: Vec<Sent>,
    /// Whether connections were made again, so that messages may cross.
    resumed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Chair {
    seat: Option<Seat>,
    /// The last event that it was told.
    seq: u32,
    /// The last event that it will be told at once, after it has resumed.
    behind: u32,
    ended: bool,
}

/// A move to be made.
#[derive(Clone, Copy, Debug)]
struct Due {
    chair: usize,
    seq: u32,
    at: Instant,
}

/// A move that was made.
#[derive(Clone, Copy, Debug)]
struct Sent {
    chair: usize,
    seq: u32,
    at: Instant,
    /// Whether no connection has been made again since.
    timed: bool,
}

/// What a message leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Listen,
    /// The other two chairs take their seats.
    TakeOthers,
    /// The chair resumes on the connection that it has.
    Resume,
}

/// What a chair says when it moves.
pub(super) enum Frame {
    ToServer(ClientMessage),
    ToRoom(Box<ServerMessage>),
}

impl Round {
    /// A debate that a server has set up.
    pub(super) fn created(created: Created) -> Result<Self, String> {
        let tokens = created.tokens;
        let (Some(honest), Some(liar), Some(judge)) = (tokens.honest, tokens.liar, tokens.judge)
        else {
            return Err("\"created\" lacks the token of an outside seat".into());
        };
        Ok(Self::of(created.debate, Some([honest, liar, judge])))
    }

    /// A debate that is played through a relay: over a made-up image, and without a setup.
    pub(super) fn relayed(room: u32, pixels: u8, random: &mut StdRng) -> Result<Self, String> {
        let image = Image::new(28, 28, vec![200; 28 * 28]).map_err(|error| error.to_string())?;
        let rules = Rules::paper(pixels, true, Role::Honest);
        let debate = Debate::new(rules, Arc::new(image), 1, Some(2), 10)
            .map_err(|error| error.to_string())?;
        let mut round = Self::of(DebateId(format!("room-{room:0>11}")), None);
        round.record = Some(Record::of(debate, random));
        round.begun = true;
        let seats = [Seat::Debater(Debater::First), Seat::Debater(Debater::Second), Seat::Judge];
        for (chair, seat) in round.chairs.iter_mut().zip(seats) {
            chair.seat = Some(seat);
        }
        Ok(round)
    }

    fn of(id: DebateId, tokens: Option<[Token; 3]>) -> Self {
        Self {
            id,
            progress: Instant::now(),
            tokens,
            record: None,
            chairs: [Chair::default(); 3],
            begun: false,
            due: None,
            sent: Vec::new(),
            resumed: false,
        }
    }

    /// Whether every chair was told the end.
    pub(super) fn is_over(&self) -> bool {
        self.chairs.iter().all(|chair| chair.ended)
    }

    /// Where the debate stands, for who wants to know why it does not go on.
    pub(super) fn standing(&self) -> String {
        let known = self.record.as_ref().map_or(0, Record::seq);
        let seqs = self.chairs.map(|chair| chair.seq);
        format!("{known} events are known, the chairs have {seqs:?}, begun: {}", self.begun)
    }

    /// When a chair is to move.
    pub(super) fn act_at(&self) -> Option<Instant> {
        self.due.map(|due| due.at)
    }

    /// How a chair takes its seat; nothing at a relay.
    pub(super) fn take(&self, chair: usize) -> Option<ClientMessage> {
        let token = self.token(chair)?;
        Some(ClientMessage::Take {
            debate: self.id.clone(),
            token,
            opinions: false,
            judge_key: None,
        })
    }

    /// What a chair says when its connection is made again; nothing at a relay, or where the chair
    /// has nothing to follow yet.
    pub(super) fn resume(&mut self, chair: usize) -> Option<ClientMessage> {
        self.resumed = true;
        self.due = None;
        for sent in &mut self.sent {
            sent.timed = false;
        }
        // It may have been lost on the way: it is made again if the event is not there.
        self.sent.pop_if(|sent| sent.chair == chair);
        if self.chairs[chair].seat.is_none() {
            // The others take their seats when the first has its own.
            let first = chair == 0 || self.record.is_some();
            return first.then(|| self.take(chair)).flatten();
        }
        // Until it is answered, the chair does not know whether it is its turn.
        let token = Some(self.token(chair)?);
        let Chair { seq, behind, .. } = &mut self.chairs[chair];
        *behind = u32::MAX;
        let (debate, seq) = (self.id.clone(), *seq);
        Some(ClientMessage::Resume { debate, token, seq, opinions: false })
    }

    fn token(&self, chair: usize) -> Option<Token> {
        self.tokens.as_ref().map(|tokens| tokens[chair].clone())
    }

    /// Takes in what a chair is told, and says what that leads to.
    pub(super) fn hear(
        &mut self,
        chair: usize,
        message: ServerMessage,
        counts: &Counts,
        random: &mut StdRng,
    ) -> Result<Next, String> {
        match message {
            ServerMessage::Snapshot(snapshot) if snapshot.debate == self.id => {
                let first = self.note_snapshot(chair, &snapshot, random)?;
                return Ok(if first { Next::TakeOthers } else { Next::Listen });
            }
            ServerMessage::Resumed(resumed) if resumed.debate == self.id => {
                self.note_resumed(chair, &resumed)?;
            }
            ServerMessage::Turn { debate, turn } if debate == self.id => {
                if let Some(record) = &self.record {
                    record.check_turn(turn, self.chairs[chair].seq)?;
                }
                self.begun = true;
            }
            ServerMessage::Event(told) if told.debate == self.id => {
                self.note_event(chair, &told, counts)?;
            }
            // Of the debate before, which the chair may have left twice.
            ServerMessage::Error(refusal)
                if refusal.debate.as_ref().is_some_and(|debate| *debate != self.id) => {}
            // A move that was made again may meet itself.
            ServerMessage::Error(refusal) if refusal.code == RefusalCode::Stale && self.resumed => {
            }
            // So may the connection that was dropped and the one that was made for it: what the first
            // had still asked for is carried out last, and takes the seat along.
            ServerMessage::Error(refusal)
                if refusal.code == RefusalCode::NotSeated && self.resumed =>
            {
                return Ok(Next::Resume);
            }
            ServerMessage::Closed { debate, reason: CloseReason::SeatTaken }
                if debate == self.id && self.resumed =>
            {
                return Ok(Next::Resume);
            }
            ServerMessage::Error(refusal) => {
                return Err(format!("refused: {:?}, {}", refusal.code, refusal.message));
            }
            ServerMessage::Closed { debate, reason } if debate == self.id => {
                let expected = match reason {
                    CloseReason::Over => self.chairs[chair].ended,
                    CloseReason::Restarting => true,
                    _ => false,
                };
                if !expected {
                    return Err(format!("closed: {reason:?}"));
                }
            }
            ServerMessage::Opinion { .. } | ServerMessage::Judgments { .. } => {
                return Err("an opinion or a belief was told that nobody asked for".into());
            }
            // The greeting, and what is still said of the debate before.
            _ => {}
        }
        Ok(Next::Listen)
    }

    fn note_snapshot(
        &mut self,
        chair: usize,
        snapshot: &Snapshot,
        random: &mut StdRng,
    ) -> Result<bool, String> {
        let Chair { seat: known, seq: told, .. } = self.chairs[chair];
        self.check_place(chair, snapshot.view.seat, snapshot.seq, known, told)?;
        let first = self.record.is_none();
        if first {
            self.record = Some(Record::new(&snapshot.view, random)?);
        }
        if let Some(record) = &mut self.record {
            record.check_snapshot(snapshot)?;
        }
        self.chairs[chair] = Chair {
            seat: Some(snapshot.view.seat),
            seq: snapshot.seq,
            behind: snapshot.seq,
            ended: snapshot.view.outcome.is_some(),
        };
        self.progress = Instant::now();
        // Before the first event a server that was started again waits for all seats anew.
        self.begun = snapshot.seq > 0 || snapshot.turn.is_some();
        Ok(first)
    }

    fn note_resumed(&mut self, chair: usize, resumed: &Resumed) -> Result<(), String> {
        let Chair { seat, seq, .. } = self.chairs[chair];
        self.check_place(chair, resumed.seat, resumed.seq, seat, seq)?;
        self.chairs[chair].behind = resumed.seq;
        if let (Some(turn), Some(record)) = (resumed.turn, &self.record) {
            record.check_turn(turn, resumed.seq)?;
        }
        self.begun = true;
        Ok(())
    }

    /// Checks that a chair has the seat that it had, and that nothing it was told is missing.
    fn check_place(
        &self,
        chair: usize,
        seat: Seat,
        seq: u32,
        known: Option<Seat>,
        told: u32,
    ) -> Result<(), String> {
        if seq < told {
            return Err(format!("lost: {told} events were told, {seq} are left"));
        }
        let taken = self.chairs.iter().enumerate();
        let twice = taken.filter(|&(other, _)| other != chair).any(|(_, c)| c.seat == Some(seat));
        if twice || known.is_some_and(|known| known != seat) {
            return Err(format!("chair {chair} was given the seat of the {seat}, not its own"));
        }
        Ok(())
    }

    fn note_event(&mut self, chair: usize, told: &Told, counts: &Counts) -> Result<(), String> {
        let now = Instant::now();
        let known = &mut self.chairs[chair];
        let Some(record) = &mut self.record else { return Err("an event of no debate".into()) };
        let before = record.seq();
        record.check_event(told, known.seq)?;
        known.seq = told.seq;
        self.progress = now;
        known.ended = told.ending.is_some();
        if known.ended != (record.has_ended() && told.seq == record.seq()) {
            return Err("the ending belongs to the event that ends the debate".into());
        }
        self.begun = true;
        if matches!(told.event, Event::Reveal { .. }) && counts.is_measuring() {
            if record.seq() > before {
                counts.moves.add();
            }
            let sent = self.sent.iter().rev().find(|sent| sent.seq == told.seq);
            if let Some(sent) = sent.filter(|sent| sent.timed && sent.chair != chair) {
                let whose = if chair == 2 { Reached::Judge } else { Reached::Debater };
                counts.reached(whose, now - sent.at);
            }
        }
        Ok(())
    }

    /// Plans the next move, if a chair knows that it is its turn and has not moved.
    pub(super) fn plan_move(&mut self, pace: Option<Duration>) {
        let Some(record) = &self.record else { return };
        if !self.begun || self.due.is_some() || record.has_ended() {
            return;
        }
        let (turn, seq) = (record.turn(), record.seq());
        let waiting = self.sent.last().is_some_and(|sent| sent.seq > seq);
        let informed = |chair: &Chair| chair.seq == seq && chair.behind <= seq;
        let mover = self.chairs.iter().position(|chair| chair.seat == turn && informed(chair));
        if let (false, Some(chair)) = (waiting, mover) {
            let at = Instant::now() + pace.unwrap_or_default();
            self.due = Some(Due { chair, seq: seq + 1, at });
        }
    }

    /// What the chair that is due says.
    pub(super) fn act(&mut self, random: &mut StdRng) -> Result<Option<(usize, Frame)>, String> {
        let (Some(Due { chair, seq, .. }), Some(record)) = (self.due.take(), &self.record) else {
            return Ok(None);
        };
        if seq != record.seq() + 1 {
            return Ok(None);
        }
        let debate = self.id.clone();
        let (r#move, message) = if let Some(Seat::Debater(by)) = self.chairs[chair].seat {
            let pixel = record.scripted().ok_or("there is no pixel left to reveal")?;
            (Move::Reveal { by, pixel }, ClientMessage::Reveal { debate, seq, pixel })
        } else {
            let Claims { honest, liar } = *record.debate().claims();
            let label = if random.random() { honest } else { liar.unwrap_or(honest) };
            let verdict = Verdict::label(label);
            let message = ClientMessage::Verdict {
                debate,
                label: Some(label),
                probability: None,
                explanation: None,
                logits: None,
            };
            (Move::Verdict(verdict), message)
        };
        let frame = match &self.tokens {
            Some(_) => Frame::ToServer(message),
            None => Frame::ToRoom(Box::new(self.relayed_event(record, r#move)?)),
        };
        self.sent.push(Sent { chair, seq, at: Instant::now(), timed: true });
        Ok(Some((chair, frame)))
    }

    /// The event that a server would make of a move.
    fn relayed_event(&self, record: &Record, r#move: Move) -> Result<ServerMessage, String> {
        let event = record.next(r#move)?;
        let seq = record.seq() + 1;
        let seat = event.to_move.map_or(Seat::Judge, Seat::Debater);
        let turn = event.outcome.is_none().then_some(Turn { seat, seq: seq + 1, left: None });
        let source = ImageSource { dataset: "a relay's".into(), index: 0 };
        let background = Background { source, players: Players::default() };
        let ending = event.outcome.zip(event.truth).map(|(outcome, truth)| Ending {
            outcome,
            truth,
            background,
        });
        Ok(ServerMessage::Event(Told {
            debate: self.id.clone(),
            seq,
            event: event.event,
            to_move: event.to_move,
            turn,
            ending,
        }))
    }
}
