//! What is known of one debate, and whether what a seat is told agrees with it.

use std::sync::Arc;

use pixel_debate_game::{Debate, Move, Pixel, Seat, View, ViewEvent};
use pixel_debate_protocol::{Snapshot, Told, Turn};
use rand::Rng;
use rand::seq::SliceRandom;

/// What is known of one debate: the record replays it through the rules.
#[derive(Debug)]
pub(crate) struct Record {
    initial: Debate,
    debate: Debate,
    /// The events that anybody was told, in order.
    told: Vec<ViewEvent>,
    /// The pixels that the debaters reveal, in order.
    script: Vec<Pixel>,
}

/// What a seat was told, and should not have been.
pub(crate) type Violation = String;

impl Record {
    /// The record of a debate that a debater sees before the first event.
    pub(crate) fn new(view: &View, random: &mut impl Rng) -> Result<Self, Violation> {
        let (Some(rules), Some(claims), Some(image)) =
            (view.full_rules(), view.claims_by_role(), &view.image)
        else {
            return Err("a debater is not told the rules, the claims and the image".into());
        };
        let image = Arc::new(image.clone());
        let debate = Debate::new(rules, image, claims.honest, claims.liar, view.classes)
            .map_err(|error| format!("there is no such debate: {error}"))?;
        Ok(Self::of(debate, random))
    }

    /// The record of that debate, which has not begun.
    pub(crate) fn of(debate: Debate, random: &mut impl Rng) -> Self {
        let mut script: Vec<_> = debate.legal_reveals().collect();
        script.shuffle(random);
        script.truncate(debate.rules().pixels.into());
        Self { initial: debate.clone(), debate, told: Vec::new(), script }
    }

    /// The debate as far as it is known.
    pub(crate) fn debate(&self) -> &Debate {
        &self.debate
    }

    /// The number of events that are known.
    pub(crate) fn seq(&self) -> u32 {
        self.told.len() as u32
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.debate.outcome().is_some()
    }

    /// Whose turn it is.
    pub(crate) fn turn(&self) -> Option<Seat> {
        let judge = (!self.has_ended()).then_some(Seat::Judge);
        self.debate.to_move().map(Seat::Debater).or(judge)
    }

    /// Checks a snapshot against the record. It may tell events that nobody was told before.
    pub(crate) fn check_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Violation> {
        let Snapshot { seq, view, turn, background, .. } = snapshot;
        let reveals = view.evidence.iter().skip(self.told.len());
        for reveal in reveals {
            self.apply(Move::Reveal { by: reveal.by, pixel: reveal.pixel })?;
        }
        if let (Some(verdict), false) = (&view.verdict, self.has_ended()) {
            self.apply(Move::Verdict(verdict.clone()))?;
        }
        let then = self.after(*seq)?;
        if *view != then.view(view.seat) {
            return Err(format!("the {} sees what it should not: {view:?}", view.seat));
        }
        if background.is_some() != then.outcome().is_some() {
            return Err("what stands behind the debate belongs to its outcome".into());
        }
        turn.map_or(Ok(()), |turn| self.check_turn(turn, *seq))
    }

    /// Checks an event that a seat was told after `seq` others.
    pub(crate) fn check_event(&mut self, told: &Told, seq: u32) -> Result<(), Violation> {
        if told.seq != seq + 1 {
            return Err(format!("event {} was told where {} is next", told.seq, seq + 1));
        }
        let event = told.view_event();
        if told.seq == self.seq() + 1 {
            self.apply(told.event.clone().into())?;
        }
        match self.told.get(seq as usize) {
            Some(known) if *known == event => {}
            Some(known) => return Err(format!("told as {event:?}, known as {known:?}")),
            None => return Err(format!("event {} skips events", told.seq)),
        }
        told.turn.map_or(Ok(()), |turn| self.check_turn(turn, told.seq))
    }

    /// Checks what is said of whose turn it is after that many events.
    pub(crate) fn check_turn(&self, turn: Turn, seq: u32) -> Result<(), Violation> {
        let debater = self.debate.rules().debater_to_move(seq as usize);
        let seat = debater.map_or(Seat::Judge, Seat::Debater);
        if (turn.seat, turn.seq) == (seat, seq + 1) {
            Ok(())
        } else {
            Err(format!("after event {seq} it is not the {}'s turn for {}", turn.seat, turn.seq))
        }
    }

    /// The pixel that the script reveals next.
    pub(crate) fn scripted(&self) -> Option<Pixel> {
        self.script.get(self.told.len()).copied()
    }

    /// What everybody would be told of a move, by a server.
    pub(crate) fn next(&self, r#move: Move) -> Result<ViewEvent, Violation> {
        let mut debate = self.debate.clone();
        debate.apply(r#move).map_err(|illegal| illegal.to_string())?;
        debate.event_view(self.told.len() + 1).ok_or_else(|| "nothing happened".into())
    }

    fn apply(&mut self, r#move: Move) -> Result<(), Violation> {
        if let Move::Forfeit { by, reason } = &r#move {
            return Err(format!("the {by} debater was ruled to have lost: {reason:?}"));
        }
        self.debate.apply(r#move).map_err(|illegal| format!("against the rules: {illegal}"))?;
        self.told.extend(self.debate.event_view(self.told.len() + 1));
        Ok(())
    }

    /// The debate after that many of its events.
    fn after(&self, seq: u32) -> Result<Debate, Violation> {
        let told = self.told.get(..seq as usize);
        let told = told.ok_or_else(|| format!("{seq} events are said to be, and are not told"))?;
        let mut debate = self.initial.clone();
        for event in told {
            // What was applied once can be applied again.
            debate.apply(event.event.clone().into()).map_err(|illegal| illegal.to_string())?;
        }
        Ok(debate)
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::{Debater, Image, Role, Rules, Verdict};
    use pixel_debate_protocol::{DebateId, Ending, Visibility};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn debate() -> Debate {
        let image = Image::new(3, 1, vec![0, 200, 90]).unwrap();
        Debate::new(Rules::paper(2, true, Role::Liar), Arc::new(image), 1, Some(4), 10).unwrap()
    }

    fn record() -> Record {
        Record::of(debate(), &mut StdRng::seed_from_u64(1))
    }

    fn snapshot(debate: &Debate, seq: u32, seat: Seat) -> Snapshot {
        let debate_id = DebateId("d".into());
        let view = debate.view(seat);
        Snapshot {
            id: None,
            debate: debate_id,
            seq,
            view,
            turn: None,
            background: None,
            visibility: Visibility::Public,
            judge_may_be_influenced: false,
            beliefs: None,
            answered: false,
            on_record: None,
            shows: None,
            labels: None,
        }
    }

    /// What a server tells of a move, after it was made.
    fn told(debate: &mut Debate, seq: u32, r#move: Move) -> Told {
        debate.apply(r#move).unwrap();
        let event = debate.event_view(seq as usize).unwrap();
        let ending = event.outcome.zip(event.truth).map(|(outcome, truth)| Ending {
            outcome,
            truth,
            background: pixel_debate_protocol::Background {
                source: pixel_debate_game::ImageSource { dataset: "set".into(), index: 3 },
                players: pixel_debate_game::Players::default(),
            },
        });
        let (event, to_move) = (event.event, event.to_move);
        Told { debate: DebateId("d".into()), seq, event, to_move, turn: None, ending }
    }

    fn reveal(by: Debater, column: u8) -> Move {
        Move::Reveal { by, pixel: Pixel::new(column, 0) }
    }

    #[test]
    fn a_debate_by_the_rules_is_believed_at_every_seat() {
        let (mut server, mut record) = (debate(), record());
        let events = [
            told(&mut server, 1, reveal(Debater::First, 1)),
            told(&mut server, 2, reveal(Debater::Second, 2)),
            told(&mut server, 3, Move::Verdict(Verdict::label(4))),
        ];
        for _ in 0..3 {
            for (told, seq) in events.iter().zip(0..) {
                record.check_event(told, seq).unwrap();
            }
        }
        assert!(record.has_ended());
        for seat in [Seat::Judge, Seat::Debater(Debater::First)] {
            record.check_snapshot(&snapshot(&debate(), 0, seat)).unwrap();
        }
    }

    #[test]
    fn gaps_repeats_and_other_versions_are_found() {
        let (mut server, mut record) = (debate(), record());
        let first = told(&mut server, 1, reveal(Debater::First, 1));
        let second = told(&mut server, 2, reveal(Debater::Second, 2));
        assert!(record.check_event(&second, 0).unwrap_err().contains("where 1 is next"));
        record.check_event(&first, 0).unwrap();
        assert!(record.check_event(&first, 1).unwrap_err().contains("where 2 is next"));
        let mut other = debate();
        let other = told(&mut other, 1, reveal(Debater::First, 2));
        assert!(record.check_event(&other, 0).unwrap_err().contains("known as"));
    }

    #[test]
    fn what_is_against_the_rules_is_found() {
        let mut server = debate();
        let honest = told(&mut server, 1, reveal(Debater::First, 1));
        let mut value = honest.clone();
        value.event = pixel_debate_game::Event::Reveal {
            by: Debater::First,
            pixel: Pixel::new(1, 0),
            value: 7,
        };
        let mut mover = honest.clone();
        mover.event = pixel_debate_game::Event::Reveal {
            by: Debater::Second,
            pixel: Pixel::new(1, 0),
            value: 200,
        };
        let next = Told { to_move: Some(Debater::First), ..honest.clone() };
        let turn = Turn { seat: Seat::Judge, seq: 2, left: None };
        let turn = Told { turn: Some(turn), ..honest };
        for wrong in [value, mover, next, turn] {
            assert!(record().check_event(&wrong, 0).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_view_that_shows_too_much_or_too_little_is_found() {
        let judge = snapshot(&debate(), 0, Seat::Judge);
        record().check_snapshot(&judge).unwrap();
        let mut image = judge.clone();
        image.view.image = Some(Image::clone(debate().image()));
        let mut first = judge.clone();
        first.view.rules.first = Some(Role::Liar);
        let missing = Snapshot { seq: 1, ..judge };
        for wrong in [image, first, missing] {
            assert!(record().check_snapshot(&wrong).is_err(), "{wrong:?}");
        }
    }
}
