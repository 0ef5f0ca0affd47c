//! Judgments that are put on their judges' records: with the key that comes with the seat, before anything is said.
//!
//! Who takes a seat with a key is told that it has it when the store knows whose record the judgment is on.

use pixel_debate_protocol::{CloseReason, JudgeKey, Refusal, RefusalCode};

use super::Table;
use super::handle::Follow;
use super::judgments::OnRecord;
use super::pending::Seating;
use super::writing::store_unavailable;
use crate::chair::Chair;
use crate::owner::Owner;

impl Table {
    /// Whether the judgment that is made in that seat is on the record of that key, if one came with it: it is put
    /// there if it can be.
    pub(super) fn on_record(
        &mut self,
        chair: Chair,
        key: Option<&JudgeKey>,
    ) -> Result<Option<OnRecord>, Refusal> {
        let Some(key) = key else { return Ok(None) };
        let Chair::Judge(judge) = chair else {
            return Err(Refusal::new(
                RefusalCode::Illegal,
                "this token opens no judge's seat, so that no \"judge_key\" goes with it",
                "judge_key: left out, or the token of a judge's seat",
            ));
        };
        let late = self.debate.outcome().is_some() || self.is_ending();
        let owner = Owner::of(key);
        match self.judgments.put_on_record(judge.into(), &owner, late, &mut self.effects) {
            OnRecord::OnItsWay(true) => Err(store_unavailable()),
            on_record => Ok(Some(on_record)),
        }
    }

    /// Seats a client, as soon as it is known whether the judgment is on the record that it is to be on.
    pub(super) fn seat_when_recorded(
        &mut self,
        follow: Follow,
        chair: Chair,
        on_record: Option<OnRecord>,
    ) {
        match (on_record, chair) {
            (Some(OnRecord::OnItsWay(_)), Chair::Judge(judge)) => {
                self.seating.push(Seating { judge, follow });
            }
            (on_record, chair) => {
                let on_record = on_record.map(|on_record| on_record == OnRecord::Yes);
                self.seat(follow, chair, on_record);
            }
        }
    }

    /// Seats those whose judgments are on their records by now, unless the store is at work on an event: then they
    /// wait as all requests do.
    pub(super) fn seat_recorded(&mut self) {
        if self.seating.is_empty() || !self.takes_requests() {
            return;
        }
        let judgments = &self.judgments;
        let ready = |seating: &mut Seating| !judgments.opens(seating.judge.into());
        let ready: Vec<_> = self.seating.extract_if(.., ready).collect();
        for Seating { judge, follow } in ready {
            self.seat(follow, Chair::Judge(judge), Some(true));
        }
    }

    /// The store does not take that the judgment is on a record: who waits for it may try again.
    pub(super) fn refuse_seating(&mut self, judge: u16) {
        let waiting = |seating: &mut Seating| u16::from(seating.judge) == judge;
        let waiting: Vec<_> = self.seating.extract_if(.., waiting).collect();
        for Seating { follow, .. } in waiting {
            self.refuse_seat(follow, store_unavailable());
        }
    }

    /// A client that waits for a seat has gone, or wants another.
    pub(super) fn wait_no_more(&mut self, client: u64) {
        let waiting = |seating: &mut Seating| seating.follow.client.client() == client;
        let waiting: Vec<_> = self.seating.extract_if(.., waiting).collect();
        for Seating { follow, .. } in waiting {
            let refusal = Refusal::new(
                RefusalCode::NotSeated,
                "this connection has left, or asked for another seat, before it had this one",
                "\"take\" again, and nothing more until it is answered",
            );
            self.refuse_seat(follow, refusal);
        }
    }

    /// The debate is let go of for that reason: nobody gets a seat any more.
    pub(super) fn turn_away_seating(&mut self, reason: CloseReason) {
        for Seating { follow, .. } in std::mem::take(&mut self.seating) {
            let gone = self.gone(reason);
            self.refuse_seat(follow, gone);
        }
    }
}
