//! What outside judges have said, and what of it is on its way to the store.
//!
//! Each judge's is a stream of its own: judges wait neither for each other nor for the debate. A judge is held to
//! all that it has said, told of what the store has.

use std::collections::VecDeque;

use bytes::Bytes;
use pixel_debate_game::{
    Debate, Debater, IllegalJudgment, Judgment, JudgmentEnd, JudgmentEvent, PanelRule, Seat,
    Verdict,
};
use pixel_debate_protocol::{
    DebateId, JudgmentRecord, Refusal, RefusalCode, ServerMessage, TimedJudgment,
};
use pixel_debate_store::JudgmentFinish;

use super::effect::{Effect, JudgmentWrite, SaidWrite};
use super::followers::{Followers, Known};
use super::pending::Mover;
use crate::judgment::{RestoredJudgment, entry, finish, name, opening, unanswered};
use crate::outbox::frame;
use crate::owner::Owner;
use crate::results::Grade;
use crate::stored::json;
use crate::terms::Terms;

/// The judgments of all outside judges, in the order of their numbers; or of all the audience, who decide nothing.
pub(super) struct Judgments {
    debate: DebateId,
    created_ms: u64,
    all: Vec<Own>,
    /// How many of them decide: all, or none where they are the audience's.
    deciding: usize,
    /// How they decide, if they are several.
    rule: PanelRule,
    /// Whether a judge is told nothing that others have said, so that nobody is told who could be one of them.
    blind: bool,
    /// Whether spectators are told beliefs while the debate goes on.
    open: bool,
}

/// One judge's.
#[derive(Default)]
struct Own {
    /// As the store has it.
    judgment: Judgment,
    said: Vec<TimedJudgment>,
    /// With what is on its way.
    next: Judgment,
    on_its_way: VecDeque<Said>,
    /// Whose record it is on, or is to be on.
    owner: Option<Owner>,
    /// How often the store has failed to put it on that record, while it is on its way there: what is said
    /// meanwhile goes behind.
    opens: Option<u32>,
}

/// Whether a judgment is on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnRecord {
    Yes,
    /// The store has not taken it yet; `true` where it is known not to take anything.
    OnItsWay(bool),
    /// It was begun without a key, or with another, or it is too late.
    No,
}

/// Something that a judge has said and the store has not taken yet.
pub(super) struct Said {
    pub(super) what: TimedJudgment,
    /// The judgment with it.
    after: Judgment,
    entry: Bytes,
    finish: Option<JudgmentFinish>,
    /// Who has said it; none where the debate ended before anybody did.
    pub(super) by: Option<Mover>,
    /// How often the store has failed to take it.
    pub(super) failures: u32,
}

/// What the judges' verdicts come to.
pub(super) enum Decision {
    Verdict(Verdict),
    /// All have given up.
    Nobody,
}

impl Judgments {
    /// Those of a debate that has come back, or none.
    pub(super) fn new(
        id: &DebateId,
        debate: &Debate,
        terms: &Terms,
        restored: Vec<RestoredJudgment>,
    ) -> Self {
        let built_in = |by| terms.agent(debate, by).is_some();
        let alone = built_in(Debater::First) && built_in(Debater::Second);
        let deciding = usize::from(terms.locks.outside_judges());
        let number = if terms.is_of_a_class() { restored.len() } else { deciding };
        let mut restored = restored.into_iter();
        let own = |_| {
            let RestoredJudgment { judgment, said, owner } = restored.next().unwrap_or_default();
            let next = judgment.clone();
            Own { judgment, said, next, owner, ..Own::default() }
        };
        Self {
            debate: id.clone(),
            created_ms: terms.created_ms,
            all: (0..number).map(own).collect(),
            deciding,
            rule: terms.setup.panel.map(|panel| panel.decides).unwrap_or_default(),
            blind: terms.judge_is_blind(),
            open: alone && !terms.judge_is_blind(),
        }
    }

    /// Takes down what a judge says, if it may, and has the store take it.
    pub(super) fn say(
        &mut self,
        judge: u16,
        debate: &Debate,
        what: TimedJudgment,
        by: Mover,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        let place = usize::from(judge);
        if self.all.len() <= place && self.deciding == 0 {
            // Of an audience each has a judgment from the first word on.
            self.all.resize_with(place + 1, Own::default);
        }
        let own = &mut self.all[place];
        own.next.apply(debate, &what.event).map_err(|illegal| refusal(&illegal))?;
        let finish = what.at_ms.and_then(|at_ms| finish(&own.next, debate, at_ms));
        let (entry, after) = (entry(&what), own.next.clone());
        let by = Some(by);
        own.on_its_way.push_back(Said { what, after, entry, finish, by, failures: 0 });
        if own.on_its_way.len() == 1 && own.opens.is_none() {
            effects.extend(self.append(judge));
        }
        Ok(())
    }

    /// Puts a judgment on the record of whoever that is, if nothing has been said in it and it is on none; and says
    /// whether it is there. `late` is where nothing can be added any more.
    pub(super) fn put_on_record(
        &mut self,
        judge: u16,
        owner: &Owner,
        late: bool,
        effects: &mut Vec<Effect>,
    ) -> OnRecord {
        let Some(own) = self.all.get_mut(usize::from(judge)) else { return OnRecord::No };
        match (&own.owner, own.opens) {
            (Some(other), _) if other != owner => return OnRecord::No,
            (Some(_), None) => return OnRecord::Yes,
            (Some(_), Some(failures)) => return OnRecord::OnItsWay(failures > 0),
            (None, _) => {}
        }
        if late || !own.said.is_empty() || !own.on_its_way.is_empty() {
            return OnRecord::No;
        }
        // Who has two seats of a panel has judged one debate.
        if self.all.iter().any(|other| other.owner.as_ref() == Some(owner)) {
            return OnRecord::No;
        }
        let Some(own) = self.all.get_mut(usize::from(judge)) else { return OnRecord::No };
        (own.owner, own.opens) = (Some(owner.clone()), Some(0));
        effects.extend(self.append(judge));
        OnRecord::OnItsWay(false)
    }

    /// Whether the judgment is on its way to a record.
    pub(super) fn opens(&self, judge: u16) -> bool {
        self.all.get(usize::from(judge)).is_some_and(|own| own.opens.is_some())
    }

    /// The store has put it there.
    pub(super) fn opened(&mut self, judge: u16, effects: &mut Vec<Effect>) {
        if let Some(own) = self.all.get_mut(usize::from(judge)) {
            own.opens = None;
            effects.extend(self.append(judge));
        }
    }

    /// The store has not, and is to try again. Returns whether that was the first time.
    pub(super) fn open_again(&mut self, judge: u16, effects: &mut Vec<Effect>) -> bool {
        let Some(own) = self.all.get_mut(usize::from(judge)) else { return false };
        let failures = own.opens.map(|failures| failures.saturating_add(1));
        own.opens = failures;
        effects.extend(self.append(judge));
        failures == Some(1)
    }

    /// The store has taken the next of what a judge has said: it is part of the judgment.
    pub(super) fn written(&mut self, judge: u16, effects: &mut Vec<Effect>) -> Option<Said> {
        let own = &mut self.all[usize::from(judge)];
        let said = own.on_its_way.pop_front()?;
        own.judgment = said.after.clone();
        own.said.push(said.what.clone());
        effects.extend(self.append(judge));
        Some(said)
    }

    /// The store has not taken what a judge has said: it is to try again. What it is, and who waits for it, if
    /// this was the first time.
    pub(super) fn try_again(&mut self, judge: u16, effects: &mut Vec<Effect>) -> Option<&Said> {
        let own = &mut self.all[usize::from(judge)];
        let said = own.on_its_way.front_mut()?;
        said.failures = said.failures.saturating_add(1);
        effects.extend(self.append(judge));
        self.all[usize::from(judge)].on_its_way.front()
    }

    /// Has the store take the next of a judgment, if there is more.
    fn append(&self, judge: u16) -> Option<Effect> {
        let own = &self.all[usize::from(judge)];
        let opening = || opening(&self.debate, judge, own.owner.clone(), self.created_ms);
        let write = |opening, said, attempt| {
            let measured = self.deciding > 0;
            let write = JudgmentWrite { judge, opening, said, attempt, measured };
            Effect::AppendJudgment(Box::new(write))
        };
        if let Some(failures) = own.opens {
            return Some(write(Some(opening()), None, failures));
        }
        let Said { entry, finish, failures, .. } = own.on_its_way.front()?;
        let said = SaidWrite {
            name: name(&self.debate, judge),
            seq: own.said.len() as u32 + 1,
            entry: entry.clone(),
            finish: finish.clone(),
        };
        Some(write(own.said.is_empty().then(opening), Some(said), *failures))
    }

    /// The debate is let go of without an outcome: of what judges have said what is at the store already counts,
    /// and nothing behind it. Returns who has said that.
    pub(super) fn cut(&mut self) -> Vec<Mover> {
        let mut cut = Vec::new();
        for own in &mut self.all {
            let front = if own.opens.is_none() { own.on_its_way.pop_front() } else { None };
            cut.extend(own.on_its_way.drain(..).filter_map(|said| said.by));
            let last = front.as_ref().map_or(&own.judgment, |said| &said.after);
            own.next = last.clone();
            own.on_its_way.extend(front);
        }
        cut
    }

    /// The debate has ended: what was begun and is not answered ends as well.
    pub(super) fn close(&mut self, at_ms: u64, effects: &mut Vec<Effect>) {
        for judge in (0..=u16::MAX).take(self.all.len()) {
            let own = &mut self.all[usize::from(judge)];
            let begun = own.owner.is_some() || !own.said.is_empty() || !own.on_its_way.is_empty();
            if !begun || own.next.has_ended() {
                continue;
            }
            let (entry, finish) = unanswered(&own.next, at_ms);
            let event = JudgmentEvent::Unanswered;
            let what = TimedJudgment { event, at_ms: Some(at_ms), took_ms: Some(0) };
            let mut after = own.next.clone();
            after.recall(&JudgmentEvent::Unanswered);
            own.next = after.clone();
            let (finish, by) = (Some(finish), None);
            own.on_its_way.push_back(Said { what, after, entry, finish, by, failures: 0 });
            if own.on_its_way.len() == 1 && own.opens.is_none() {
                effects.extend(self.append(judge));
            }
        }
    }

    /// Nobody waits any more for what is on its way: returns who has, and has not been refused yet.
    pub(super) fn waiting(&mut self) -> Vec<Mover> {
        let on_its_way = self.all.iter_mut().flat_map(|own| &mut own.on_its_way);
        let waiting = on_its_way.map(|said| (said.failures, said.by.take()));
        waiting.filter(|(failures, _)| *failures == 0).filter_map(|(_, by)| by).collect()
    }

    /// Whether the last word of some judge is on its way to the store.
    pub(super) fn ends_on_the_way(&self) -> bool {
        self.deciding().any(|own| own.next.has_ended() && !own.judgment.has_ended())
    }

    /// Whether some belief is on its way to the store.
    pub(super) fn beliefs_on_the_way(&self) -> bool {
        let is_belief = |said: &Said| matches!(said.what.event, JudgmentEvent::Belief { .. });
        self.all.iter().any(|own| own.on_its_way.iter().any(is_belief))
    }

    /// Whether a judge has answered or given up.
    pub(super) fn has_answered(&self, judge: u16) -> bool {
        self.all.get(usize::from(judge)).is_some_and(|own| own.judgment.has_ended())
    }

    /// What the judges have decided, when all of them have answered or given up.
    pub(super) fn decision(&self, debate: &Debate) -> Option<Decision> {
        if !self.deciding().all(|own| own.judgment.has_ended()) {
            return None;
        }
        let verdicts: Vec<Verdict> =
            self.deciding().filter_map(|own| own.judgment.verdict().cloned()).collect();
        let decided = match (self.deciding, &verdicts[..]) {
            // One judge's own words.
            (1, [verdict]) => Some(verdict.clone()),
            _ => self.rule.decide(debate, &verdicts),
        };
        Some(decided.map_or(Decision::Nobody, Decision::Verdict))
    }

    /// What a judge has said that it believed.
    pub(super) fn beliefs(&self, judge: u16) -> &[Option<f32>] {
        self.all.get(usize::from(judge)).map_or(&[], |own| own.judgment.beliefs())
    }

    /// Whether one outside judge decides, alone.
    pub(super) fn is_by_one(&self) -> bool {
        self.deciding == 1
    }

    /// How good the verdicts of a panel's judges are that the store has, each judge's own.
    pub(super) fn grades(&self, debate: &Debate) -> Vec<Grade> {
        if self.deciding < 2 {
            return Vec::new();
        }
        let verdicts = self.deciding().filter_map(|own| own.judgment.verdict());
        verdicts.map(|verdict| Grade::of(verdict, debate)).collect()
    }

    /// All that was said by those who decide.
    pub(super) fn records(&self) -> Vec<JudgmentRecord> {
        if self.deciding().all(|own| own.said.is_empty()) {
            return Vec::new();
        }
        self.deciding().map(|own| JudgmentRecord { events: own.said.clone() }).collect()
    }

    /// All that was said by the audience, by each who has said something: in the order of what was said, so that it
    /// does not tell who of the class that was.
    pub(super) fn of_the_audience(&self) -> Vec<JudgmentRecord> {
        let audience = self.all.iter().skip(self.deciding).filter(|own| !own.said.is_empty());
        let mut records: Vec<_> =
            audience.map(|own| JudgmentRecord { events: own.said.clone() }).collect();
        records.sort_by_cached_key(|JudgmentRecord { events }| {
            let said: Vec<_> = events.iter().map(|said| &said.event).collect();
            // When it was said comes last.
            (json(&said), json(events))
        });
        records
    }

    /// What the audience has said that it believed, each after each reveal.
    pub(super) fn votes(&self) -> Vec<Vec<Option<f32>>> {
        let audience = self.all.iter().skip(self.deciding);
        audience.map(|own| own.judgment.beliefs().to_vec()).collect()
    }

    fn deciding(&self) -> impl Iterator<Item = &Own> {
        self.all.iter().take(self.deciding)
    }

    /// What somebody in that seat may know now. Of a panel debaters may know how many have answered: they have seen the
    /// image, and are trusted with more. A spectator may not, since whoever judges can watch as well, and when others
    /// answer says how sure they are.
    fn known(&self, seat: Seat, ended: bool) -> Known {
        let spectates = seat == Seat::Spectator;
        let beliefs = ended || (self.open && spectates);
        let debates = matches!(seat, Seat::Debater(_));
        let answered = self.deciding > 1 && (ended || debates || (!self.blind && spectates));
        Known {
            beliefs: if beliefs { self.stated() } else { 0 },
            answered: if answered { self.answered() } else { 0 },
        }
    }

    /// How many beliefs the judges have stated.
    fn stated(&self) -> usize {
        self.deciding().map(|own| own.judgment.beliefs().iter().flatten().count()).sum()
    }

    /// How many of the judges have answered or given up.
    fn answered(&self) -> usize {
        let end =
            |own: &&Own| own.judgment.end().is_some_and(|end| *end != JudgmentEnd::Unanswered);
        self.deciding().filter(end).count()
    }

    /// Tells everybody who wants and may how far the judges are, unless they know it.
    pub(super) fn tell(
        &self,
        debate: &Debate,
        followers: &mut Followers,
        effects: &mut Vec<Effect>,
    ) {
        let ended = debate.outcome().is_some();
        let [mut with_beliefs, mut without] = [None, None];
        for follower in followers.iter_mut().filter(|follower| follower.opinions.is_some()) {
            let seat = follower.chair.seat();
            let known = self.known(seat, ended);
            if known == follower.judgments {
                continue;
            }
            follower.judgments = known;
            let beliefs = ended || (self.open && seat == Seat::Spectator);
            let told = if beliefs { &mut with_beliefs } else { &mut without };
            let frame = told.get_or_insert_with(|| frame(&self.told(beliefs)));
            effects.push(Effect::Tell(follower.outbox.clone(), frame.clone()));
        }
    }

    /// How far the judges are, in a message.
    fn told(&self, beliefs: bool) -> ServerMessage {
        let all = || self.deciding().map(|own| own.judgment.beliefs().to_vec()).collect();
        ServerMessage::Judgments {
            debate: self.debate.clone(),
            judges: self.deciding as u8,
            answered: self.answered() as u8,
            beliefs: beliefs.then(all),
        }
    }
}

fn refusal(illegal: &IllegalJudgment) -> Refusal {
    let code = match illegal {
        IllegalJudgment::SaidBefore { .. } | IllegalJudgment::Ended => RefusalCode::Stale,
        IllegalJudgment::AgainstBelief { .. } => RefusalCode::AgainstBelief,
        _ => RefusalCode::Illegal,
    };
    Refusal::new(code, illegal.to_string(), illegal.expected())
}
