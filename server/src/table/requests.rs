//! What a table answers to those who ask something of it.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use pixel_debate_game::{JudgmentEvent, Move, Seat, Transcript};
use pixel_debate_protocol::{
    CloseReason, DebateRecord, Refusal, RefusalCode, Resumed, ServerMessage, Snapshot,
};

use super::effect::{Counted, Effect};
use super::followers::{Follower, Known};
use super::handle::{Act, Follow, Key, Request, What};
use super::pending::{Ender, Mover};
use super::writing::store_unavailable;
use super::{Due, Table};
use crate::chair::Chair;
use crate::lobby::unknown;
use crate::outbox::Outbox;
use crate::terms::Terms;

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
            Request::Leave { client, id } => {
                if self.leave(client.client()) {
                    self.accept(&client, id, None);
                } else {
                    self.refuse(&client, id, not_followed());
                }
            }
            Request::Gone { client } => {
                self.leave(client);
            }
            Request::Cancel { client, id, token } => {
                let ender = Ender::Client(client, id);
                return self.end(&Key::Token(Some(token)), ender);
            }
            Request::Next { client, id, seq, token } => {
                match self.show_next(&client, seq, token.as_ref()) {
                    Ok(()) => self.accept(&client, id, None),
                    Err(refusal) => self.refuse(&client, id, refusal),
                }
            }
            Request::Look { key, answer } => {
                let snapshot =
                    self.check_spectator(&key).map(|()| self.snapshot(None, Chair::Spectator));
                let shown = snapshot.map_err(|refusal| refusal.about(&self.id));
                self.effects.push(Effect::Show(answer, Box::new(shown)));
            }
            Request::Record { key, answer } => {
                let record = self.check_reader(&key).map(|()| self.record());
                let given = record.map_err(|refusal| refusal.about(&self.id));
                self.effects.push(Effect::Give(answer, Box::new(given)));
            }
            Request::End { key, answer } => return self.end(&key, Ender::Visitor(answer)),
            Request::SentAway { place } => {
                self.followers.dismiss(&self.id, Chair::Audience(place), &mut self.effects);
            }
            Request::LetGo => {
                if self.debate.outcome().is_some() {
                    return ControlFlow::Break(CloseReason::Over);
                }
            }
            // It may have begun meanwhile.
            Request::GiveUp => {
                if self.due() == Due::Seats {
                    self.abandon(CloseReason::Absent, None);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Lets a client go that follows the debate; `false` where it does not.
    pub(super) fn leave(&mut self, client: u64) -> bool {
        self.wait_no_more(client);
        let left = self.followers.leave(client);
        if let Some(chair @ Chair::Debater(debater)) = left
            && !self.followers.has(chair)
        {
            self.lose([debater]);
        }
        left.is_some()
    }

    /// Ends the debate for somebody who may.
    fn end(&mut self, key: &Key, ender: Ender) -> ControlFlow<CloseReason> {
        let refusal = match self.ended_by(key) {
            Err(refusal) => refusal,
            // The end that a judge has brought about comes first.
            Ok(_) if self.pending.is_some() || self.judgments.ends_on_the_way() => {
                store_unavailable()
            }
            Ok(reason) if self.debate.outcome().is_none() => {
                self.abandon(reason, Some(ender));
                return ControlFlow::Continue(());
            }
            // What has its outcome is only let go of.
            Ok(reason) => {
                if let Ender::Visitor(answer) = ender {
                    self.effects.push(Effect::Ended(answer, Ok(())));
                }
                return ControlFlow::Break(reason);
            }
        };
        self.refuse_end(ender, refusal);
        ControlFlow::Continue(())
    }

    /// Answers who has asked for the end, and does not get it.
    pub(super) fn refuse_end(&mut self, ender: Ender, refusal: Refusal) {
        match ender {
            Ender::Visitor(answer) => {
                let refusal = refusal.about(&self.id);
                self.effects.push(Effect::Ended(answer, Err(refusal)));
            }
            Ender::Client(client, id) => self.refuse(&client, id, refusal),
        }
    }

    /// Answers a request that came too late: the debate has been let go of for that reason.
    pub(crate) fn turn_away(&mut self, request: Request, reason: CloseReason) -> Vec<Effect> {
        let gone = self.gone(reason);
        match request {
            Request::Follow(follow) => self.refuse_seat(*follow, gone),
            Request::Act(act) => self.refuse(&act.client, act.id, not_followed()),
            Request::Leave { client, id } => self.refuse(&client, id, not_followed()),
            Request::Cancel { client, id, .. } | Request::Next { client, id, .. } => {
                self.refuse(&client, id, gone);
            }
            Request::Look { answer, .. } => {
                self.effects.push(Effect::Show(answer, Box::new(Err(gone))));
            }
            Request::Record { answer, .. } => {
                self.effects.push(Effect::Give(answer, Box::new(Err(gone))));
            }
            Request::End { answer, .. } => self.effects.push(Effect::Ended(answer, Err(gone))),
            Request::Gone { .. } | Request::SentAway { .. } | Request::LetGo | Request::GiveUp => {}
        }
        std::mem::take(&mut self.effects)
    }

    /// The refusal of what comes too late, when the debate has been let go of for that reason.
    pub(super) fn gone(&self, reason: CloseReason) -> Refusal {
        match reason {
            CloseReason::Restarting => Refusal::new(
                RefusalCode::Unavailable,
                "the server stops",
                "another try when it is back",
            ),
            _ => unknown(&self.id),
        }
    }

    /// Refuses a client the seat that it asks for.
    pub(super) fn refuse_seat(&mut self, follow: Follow, refusal: Refusal) {
        let Follow { client, id, ticket, .. } = follow;
        // First, so that who hears of the refusal may follow another debate instead.
        drop(ticket);
        self.refuse(&client, id, refusal);
    }

    pub(super) fn refuse(&mut self, client: &Outbox, id: Option<u32>, refusal: Refusal) {
        let refusal = ServerMessage::Error(refusal.about(&self.id).answering(id));
        self.effects.extend([Effect::Count(Counted::Refusal), Effect::tell(client, &refusal)]);
    }

    /// Gives a client the seat that it asks for, if it may have it, and tells it where the debate
    /// stands.
    fn follow(&mut self, follow: Follow) {
        // What a client wishes last counts.
        self.wait_no_more(follow.client.client());
        let chair = self.chair_for(follow.token.as_ref(), follow.seat);
        match chair.and_then(|chair| Ok((chair, self.on_record(chair, follow.judge_key.as_ref())?)))
        {
            Ok((chair, on_record)) => self.seat_when_recorded(follow, chair, on_record),
            Err(refusal) => self.refuse_seat(follow, refusal),
        }
    }

    /// Gives a client that seat, and tells it where the debate stands.
    pub(super) fn seat(&mut self, follow: Follow, chair: Chair, on_record: Option<bool>) {
        let Follow { client, id, since, opinions, ticket, .. } = follow;
        // Further back than the outbox has room, and what has not happened, is not told again; and who
        // knows no event may not know the debate either.
        let told = since.filter(|seq| *seq > 0).filter(|seq| {
            let missed = self.seq.checked_sub(*seq);
            missed.is_some_and(|missed| missed as usize + ROOM <= client.room())
        });
        let opinions = opinions.then_some(told.unwrap_or(0));
        let outbox = client.clone();
        let follower =
            Follower { chair, outbox, opinions, judgments: Known::default(), _ticket: ticket };
        let left = self.followers.seat_down(&self.id, follower, &mut self.effects);
        self.lose(left.into_iter().filter_map(Chair::debater));
        match told {
            None => {
                let snapshot = Snapshot { on_record, ..self.snapshot(id, chair) };
                self.effects.push(Effect::tell(&client, &ServerMessage::Snapshot(snapshot)));
            }
            Some(told) => {
                let resumed = ServerMessage::Resumed(Resumed {
                    id,
                    debate: self.id.clone(),
                    seat: chair.seat(),
                    seq: self.seq,
                    turn: self.turn(chair.debater().is_some()),
                    beliefs: self.own_beliefs(chair),
                    answered: self.has_answered(chair),
                });
                self.effects.push(Effect::tell(&client, &resumed));
                for seq in told + 1..=self.seq {
                    let event = self.told(seq).map(ServerMessage::Event);
                    self.effects.extend(event.map(|event| Effect::tell(&client, &event)));
                }
            }
        }
        self.come(chair);
        self.tell_opinions();
        self.tell_judgments();
    }

    /// Notes that a seat has been taken, and begins the debate if it was the last one awaited.
    fn come(&mut self, chair: Chair) {
        let waited = !self.awaited.is_empty();
        self.awaited.retain(|awaited| *awaited != chair);
        if !waited || !self.awaited.is_empty() || self.debate.outcome().is_some() {
            return;
        }
        if self.pending.is_some() {
            // A forfeit for absence, or the end, is on its way to the store.
            return;
        }
        self.commence();
    }

    /// Does what a player wants to do, if it may.
    fn act(&mut self, act: Act) -> Result<(), Refusal> {
        let Act { client, id, what, at } = act;
        let chair = self.followers.chair(client.client());
        let by = Mover { client, id, at };
        let r#move = match (what, chair) {
            (What::Belief { after, probability }, Some(Chair::Judge(judge))) => {
                return self.say(judge.into(), JudgmentEvent::Belief { after, probability }, by);
            }
            (What::Belief { after, probability }, Some(Chair::Audience(place))) => {
                self.check_vote(after)?;
                return self.say(place, JudgmentEvent::Belief { after, probability }, by);
            }
            (What::Verdict(verdict), Some(Chair::Judge(judge))) => {
                return self.say(judge.into(), JudgmentEvent::Verdict { verdict }, by);
            }
            (What::Resign, Some(Chair::Judge(judge))) => {
                return self.say(judge.into(), JudgmentEvent::GaveUp, by);
            }
            (What::Reveal { seq, pixel }, Some(Chair::Debater(debater))) => {
                self.check_store()?;
                self.check_seq(seq)?;
                self.check_asked()?;
                Move::Reveal { by: debater, pixel }
            }
            (What::Resign, Some(Chair::Debater(debater))) => {
                self.check_store()?;
                Move::Resign { by: debater }
            }
            (What::Belief { .. }, _) => return Err(not_seated("the judge says what it believes")),
            (What::Verdict(_), _) => return Err(not_seated("the judge gives a verdict")),
            (What::Reveal { .. }, _) => return Err(not_seated("a debater reveals")),
            (What::Resign, _) => return Err(not_seated("a debater resigns, or a judge gives up")),
        };
        self.make(r#move, Some(by), false).map_err(|illegal| {
            Refusal::new(RefusalCode::Illegal, illegal.to_string(), illegal.expected())
        })
    }

    /// Whether a vote is about what is revealed now: what comes later has seen the next pixel.
    fn check_vote(&self, after: u32) -> Result<(), Refusal> {
        let revealed = self.debate.evidence().len() as u32;
        if after >= revealed {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::Stale,
            format!(
                "a vote after {after} pixels, of which {revealed} are shown: it comes too late"
            ),
            format!("after: {revealed}"),
        ))
    }

    /// A judge says something.
    fn say(&mut self, judge: u16, event: JudgmentEvent, by: Mover) -> Result<(), Refusal> {
        self.check_begun()?;
        if self.is_ending() {
            return Err(Refusal::new(
                RefusalCode::Illegal,
                "the debate is about to end, and nothing more is taken from judges",
                "nothing more in this debate",
            ));
        }
        if !matches!(event, JudgmentEvent::Belief { .. }) {
            self.check_store()?;
        }
        let what = self.timed(event);
        self.judgments.say(judge, &self.debate, what, by, &mut self.effects)
    }

    /// Whether the store takes events, as far as is known.
    fn check_store(&self) -> Result<(), Refusal> {
        if self.pending.is_some() { Err(store_unavailable()) } else { Ok(()) }
    }

    /// Whether the presenter of a class has asked for the debater's reveal.
    fn check_asked(&self) -> Result<(), Refusal> {
        if !matches!(self.due(), Due::Asked(_)) {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::NotBegun,
            "the presenter has not asked for this reveal yet",
            "a reveal after the message \"turn\"",
        ))
    }

    fn check_begun(&self) -> Result<(), Refusal> {
        if self.has_begun() {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::NotBegun,
            "the debate has not begun: it waits for players, or for the threads to search on",
            "a move after the message \"turn\"",
        ))
    }

    /// Whether a reveal is for the event that comes next.
    pub(super) fn check_seq(&self, seq: u32) -> Result<(), Refusal> {
        self.check_begun()?;
        let next = self.seq + 1;
        let (code, message) = match seq.cmp(&next) {
            Ordering::Equal => return Ok(()),
            Ordering::Less => (RefusalCode::Stale, format!("event {seq} has happened already")),
            Ordering::Greater => (RefusalCode::Illegal, format!("event {seq} is not the next")),
        };
        Err(Refusal::new(code, message, format!("seq: {next}")))
    }

    /// What a seat may know now. All of it comes from the game's views, except what is kept back
    /// until the outcome.
    fn snapshot(&self, id: Option<u32>, chair: Chair) -> Snapshot {
        let view = match chair.seat() {
            Seat::Spectator => self.debate.spectator_view(self.terms.setup.spectators_see),
            seat => self.debate.view(seat),
        };
        let background = view.outcome.is_some().then(|| self.terms.background.clone());
        Snapshot {
            id,
            debate: self.id.clone(),
            seq: self.seq,
            view,
            turn: self.turn(chair.debater().is_some()),
            background,
            visibility: self.terms.setup.visibility,
            judge_may_be_influenced: self.terms.setup.judge_may_be_influenced,
            labels: self.other_names.clone(),
            shows: self.shows(),
            beliefs: self.own_beliefs(chair),
            answered: self.has_answered(chair),
            on_record: None,
        }
    }

    /// What a judge has said that it believed, for that judge.
    fn own_beliefs(&self, chair: Chair) -> Option<Vec<Option<f32>>> {
        chair.judgment().map(|number| self.judgments.beliefs(number).to_vec())
    }

    /// Whether a judge of a panel has answered or given up, for that judge: of one judge the end of the
    /// debate tells it.
    fn has_answered(&self, chair: Chair) -> bool {
        let several = self.terms.locks.outside_judges() > 1;
        several && chair.judge().is_some_and(|judge| self.judgments.has_answered(judge.into()))
    }

    /// All that is kept of the debate.
    fn record(&self) -> DebateRecord {
        let Terms { setup, background, recording, stage, created_ms, .. } = &self.terms;
        let data = stage.told(&background.source, self.debate.classes());
        let source = Some(background.source.clone());
        DebateRecord {
            debate: self.id.clone(),
            created_ms: *created_ms,
            clock: setup.clock,
            visibility: setup.visibility,
            spectators_see: setup.spectators_see,
            judge_may_be_influenced: setup.judge_may_be_influenced,
            judgments: self.judgments.records(),
            audience: self.judgments.of_the_audience(),
            times: self.times.clone(),
            recorded: recording.as_ref().map(|recording| recording.debate.clone()),
            data: Some(data),
            transcript: Transcript::of(&self.debate, source, background.players.clone()),
        }
    }
}

fn not_seated(who: &str) -> Refusal {
    Refusal::new(
        RefusalCode::NotSeated,
        format!("only {who}, and this connection is not seated as one in this debate"),
        "\"take\" or \"resume\" with the token of that seat first",
    )
}

fn not_followed() -> Refusal {
    Refusal::new(
        RefusalCode::NotSeated,
        "this connection does not follow that debate",
        "\"take\", \"resume\" or \"watch\" first",
    )
}
