//! Random histories of a table, without a socket and with time as a number: whatever comes in whatever
//! order, each client is told what it may know, once and in order, nothing is told before the store has
//! it, every request is answered once, and every debate ends. Some are a class's: nothing happens at them before the
//! presenter asks for it, and the audience votes and decides nothing.
//!
//! `HISTORIES=1000000 cargo test --release -p pixel-debate-server --lib -- random_histories` plays a million.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_game::{
    Debate, Debater, Event, Image, ImageSource, Judgment, JudgmentEnd, JudgmentEvent, Move,
    PanelRule, Pixel, Players, Role, Rules, Seat, Sight, Verdict,
};
use pixel_debate_protocol::{
    Background, Clock, CloseReason, DebateId, JudgeKey, Panel, Player, Refusal, ServerMessage,
    Setup, Snapshot, TimedJudgment, Token, Tokens, Visibility,
};
use pixel_debate_store::{Finish, NewJudgment, StoreError};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use rand::{RngExt, SeedableRng};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::effect::{Effect, Input, JudgmentWrite, Now, SaidWrite, Unwritten};
use super::handle::{Act, Follow, Key, Request, Wanted, What};
use super::{Means, Table};
use crate::audience::{Audience, End, Tally};
use crate::limits::Limits;
use crate::outbox::Outbox;
use crate::record::{Entry, Restored};
use crate::results::{DebateResult, Grade};
use crate::searches::Chosen;
use crate::terms::Terms;
use crate::tokens::{Lock, Locks};

/// What a client knows.
#[derive(Default)]
struct Client {
    seat: Option<Seat>,
    /// The last event that it knows.
    known: u32,
    /// The requests that it waits for an answer to.
    asked: HashSet<u32>,
}

/// What the table has set going.
enum Work {
    Think(Debater),
    Replay(Debater, Pixel),
    Judge,
    Append(Move, bool),
}

/// What the table has set going beside that.
#[derive(Default)]
struct Beside {
    opinion: bool,
    share: bool,
    looking: bool,
}

/// How many members a class has.
const MEMBERS: u16 = 3;

struct History {
    random: StdRng,
    /// The audience, where the debate is a class's.
    class: Option<Arc<Audience>>,
    presenter: Option<Token>,
    /// Whether the presenter has asked for what comes next, by the number of the event.
    asked: Option<u32>,
    /// How the class was told that the debate stands.
    tally: Option<Arc<Tally>>,
    table: Table,
    now: Instant,
    setup: Setup,
    tokens: Vec<Option<Token>>,
    /// The debate as far as the store has it.
    stored: Debate,
    seq: u32,
    /// What the outside judges have said, as far as the store has it, and how much that is.
    judged: Vec<(Judgment, u32)>,
    /// What they have said that is on its way.
    judging: BTreeMap<u16, JudgmentWrite>,
    /// The judgments that the store has, as they were opened.
    opened: BTreeMap<u16, NewJudgment>,
    abandoned: bool,
    work: Option<Work>,
    beside: Beside,
    goes_on: bool,
    ended: Option<CloseReason>,
    outboxes: Vec<Outbox>,
    clients: HashMap<u64, Client>,
    /// What was told of each event, without whose turn it was then.
    told: HashMap<u32, String>,
    next_id: u32,
    /// Those who have asked for the end over HTTP.
    ends: Vec<oneshot::Receiver<Result<(), Refusal>>>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let of_a_class = random.random_bool(0.25);
        let mut player = |names: &[&str]| match names.choose(&mut random) {
            Some(&"outside") | None => Player::outside(),
            Some(name) => Player::BuiltIn((*name).into()),
        };
        let names = ["outside", "outside", "random", "slow"];
        // Who debates in a class is there at once, or never comes.
        let names = if of_a_class { &names[1..] } else { &names };
        let (honest, liar) = (player(names), player(names));
        let judges = ["classifier", "outside", "outside"];
        let judge = player(if of_a_class { &judges[..1] } else { &judges });
        let influenced = judge.is_outside() && random.random_bool(0.3);
        let decides = if random.random() { PanelRule::Majority } else { PanelRule::Mean };
        let panel = Panel { judges: random.random_range(2..4), decides };
        let panel = (judge.is_outside() && random.random_bool(0.4)).then_some(panel);
        let setup = Setup {
            pixels: random.random_range(1..=4),
            precommit: random.random_bool(0.7) || of_a_class,
            visibility: *[Visibility::Public, Visibility::Unlisted, Visibility::Private]
                .choose(&mut random)
                .expect("three"),
            clock: Clock { move_ms: random.random_range(0..3000), bank_ms: 500 },
            spectators_see: if random.random() { Sight::Evidence } else { Sight::Image },
            judge_may_be_influenced: influenced,
            pace_ms: random.random_range(0..2000),
            honest,
            liar,
            judge,
            panel,
            ..Setup::default()
        };
        let setup = seen_as_may_be(setup, of_a_class);
        let first = if random.random() { Role::Honest } else { Role::Liar };
        let rules = Rules::paper(setup.pixels, setup.precommit, first);
        let image = Image::new(3, 3, (0..9).map(|value| value * 20).collect()).expect("an image");
        let lie = setup.precommit.then_some(4);
        let debate = Debate::new(rules, Arc::new(image), 7, lie, 10).expect("a debate");
        let (locks, tokens) = Locks::new(&setup, rules).expect("tokens");
        let Tokens { honest, liar, judge, panel, spectator, creator } = tokens;
        let others = [honest, liar, judge, spectator, Some(creator), None, Some(Token("x".into()))];
        let mut judges = usize::from(setup.outside_judges());
        let mut all: Vec<_> = others.into_iter().chain(panel.into_iter().map(Some)).collect();
        let (locks, class, presenter) = if of_a_class {
            let (locks, audience, tokens) = class_of(locks);
            judges = usize::from(MEMBERS);
            let presenter = tokens.first().cloned();
            all.extend(tokens.into_iter().map(Some));
            (locks, Some(audience), presenter)
        } else {
            (locks, None, None)
        };
        let source = ImageSource { dataset: "nine".into(), index: 3 };
        let terms = Terms {
            setup: setup.clone(),
            background: Background { source, players: Players::default() },
            seeds: [1, 2],
            recording: None,
            stage: Arc::default(),
            locks,
            created_ms: 0,
        };
        let restored = Restored::begun(DebateId("d".into()), debate.clone(), terms);
        let allotment = |name: &str, _| Duration::from_millis(if name == "slow" { 300 } else { 0 });
        let means = Means {
            limits: &Limits::default(),
            allotment: &allotment,
            classifies: true,
            other_names: None,
            audience: class.clone(),
        };
        let now = Instant::now();
        let table = Table::new(restored, means, Now { at: now, unix_ms: 0 });
        let outboxes: Vec<Outbox> = (0..4).map(|_| Outbox::new(64).0).collect();
        let clients = outboxes.iter().map(|one| (one.client(), Client::default())).collect();
        Self {
            random,
            class,
            presenter,
            asked: None,
            tally: None,
            table,
            now,
            setup,
            tokens: all,
            stored: debate,
            seq: 0,
            judged: vec![(Judgment::default(), 0); judges],
            judging: BTreeMap::new(),
            opened: BTreeMap::new(),
            abandoned: false,
            work: None,
            beside: Beside::default(),
            goes_on: true,
            ended: None,
            outboxes,
            clients,
            told: HashMap::new(),
            next_id: 0,
            ends: Vec::new(),
        }
    }

    fn step(&mut self, input: Input) {
        let now = Now { at: self.now, unix_ms: 7 };
        let (effects, ended) = self.table.step(now, input);
        for effect in effects {
            self.carry_out(effect);
        }
        if let Some(reason) = ended {
            self.ended = Some(reason);
            for client in self.clients.values() {
                assert_eq!(client.seat, None, "somebody was not told of the end");
            }
        }
        self.check();
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::TellClass(tally) => self.tell_class(tally),
            Effect::Tell(client, frame) => {
                let message = serde_json::from_str(&frame).expect("a message");
                self.tell(client.client(), message);
            }
            Effect::Show(answer, shown) => {
                if let Ok(snapshot) = &*shown {
                    self.check_snapshot(snapshot, Seat::Spectator);
                }
                answer.send(*shown).expect("somebody waits");
            }
            Effect::Give(answer, given) => {
                if given.is_ok() {
                    assert!(self.stored.outcome().is_some(), "a record before the outcome");
                }
                answer.send(*given).expect("somebody waits");
            }
            Effect::Ended(answer, ended) => answer.send(ended).expect("somebody waits"),
            Effect::Append { seq, entry, finish, attempt } => {
                assert_eq!(seq, self.seq + 1);
                assert!(attempt < 1000);
                self.append(&entry, finish.as_deref());
            }
            Effect::AppendJudgment(write) => self.append_judgment(*write),
            Effect::Think(question) => {
                assert_eq!(Some(question.by), self.stored.to_move());
                self.check_asked();
                let role = self.stored.rules().role_of(question.by);
                let [honest, liar] = [&self.setup.honest, &self.setup.liar];
                let player = if role == Role::Honest { honest } else { liar };
                assert_eq!(*player, Player::BuiltIn(question.name.clone()));
                // By the rules and the names alone.
                let slow = [honest, liar].contains(&&Player::BuiltIn("slow".into()));
                let allotment = Duration::from_millis(if slow { 300 } else { 0 });
                let period = allotment.max(Duration::from_millis(self.setup.pace_ms.into()));
                assert_eq!(question.times.told, self.now.into_std() + period);
                assert!(!slow || self.beside.share, "a search without a share of the threads");
                self.work = Some(Work::Think(question.by));
            }
            Effect::Replay { by, pixel, told } => {
                assert_eq!(Some(by), self.stored.to_move());
                assert!(told >= self.now);
                self.work = Some(Work::Replay(by, pixel));
            }
            Effect::Judge { view, told } => {
                assert_eq!(*view, self.stored.view(Seat::Judge));
                self.check_asked();
                assert_eq!(told, self.now + Duration::from_millis(self.setup.pace_ms.into()));
                self.work = Some(Work::Judge);
            }
            Effect::Opine(view) => {
                assert!(!self.beside.opinion, "two opinions at once");
                assert!(view.evidence.len() <= self.stored.evidence().len());
                self.beside.opinion = true;
            }
            Effect::AskShare { .. } => {
                assert!(!self.beside.share);
                self.beside.share = true;
            }
            Effect::LeaveShare => {
                assert!(self.beside.share);
                self.beside.share = false;
            }
            Effect::Look(_) | Effect::Wait(_) => {
                assert!(!self.beside.looking);
                self.beside.looking = true;
            }
            Effect::GoesOnNoMore => {
                assert!(self.goes_on);
                self.goes_on = false;
            }
            Effect::Stands(summary) => {
                assert_eq!(summary.seq, self.seq);
                assert_eq!(summary.outcome, self.stored.outcome());
                let over = summary.outcome.is_some();
                assert_eq!((summary.players.is_some(), summary.image.is_some()), (over, over));
            }
            Effect::Forget => assert!(self.stored.outcome().is_some()),
            Effect::Count(_) => {}
        }
    }

    /// An event is on its way to the store.
    fn append(&mut self, entry: &[u8], finish: Option<&Finish>) {
        if let Some(finish) = finish {
            self.check_result(finish);
        }
        let again = matches!(self.work, Some(Work::Append(..)));
        assert!(!again, "two events are on their way");
        self.work = Some(match serde_json::from_slice(entry).expect("an entry") {
            Entry::Event { event, .. } => {
                if let Event::Verdict { verdict, .. } = &event {
                    self.check_decision(verdict);
                }
                if matches!(event, Event::Reveal { .. } | Event::Verdict { .. }) {
                    self.check_asked();
                }
                let mut after = self.stored.clone();
                after.apply(event.clone().into()).expect("a legal move");
                assert_eq!(finish.is_some(), after.outcome().is_some());
                Work::Append(event.into(), false)
            }
            Entry::Abandoned { .. } => {
                assert!(finish.is_some());
                Work::Append(Move::Resign { by: Debater::First }, true)
            }
        });
    }

    /// The class is told how its debate stands: of what the store has.
    fn tell_class(&mut self, tally: Arc<Tally>) {
        assert!(self.class.is_some(), "there is no class");
        assert_eq!(tally.revealed as usize, self.stored.evidence().len());
        for (place, votes) in tally.votes.iter().enumerate() {
            assert_eq!(votes, self.judged[place].0.beliefs(), "votes that the store has not");
        }
        let unknown = self.judged.iter().skip(tally.votes.len());
        assert!(unknown.into_iter().all(|(judgment, _)| judgment.beliefs().is_empty()));
        match tally.end {
            None => {}
            Some(End::Abandoned) => assert_eq!(self.stored.outcome(), None),
            Some(End::Outcome { first_is_right, .. }) => {
                assert!(self.stored.outcome().is_some());
                let honest = self.stored.rules().seat_of(Role::Honest);
                assert_eq!(first_is_right, honest == Debater::First);
                let votes = |write: &JudgmentWrite| {
                    let said = write.said.as_ref().map(|said| &said.entry);
                    said.is_some_and(|entry| entry.windows(6).any(|part| part == b"belief"))
                };
                assert!(!self.judging.values().any(votes), "votes are counted without some");
            }
        }
        self.tally = Some(tally);
    }

    /// What happens in a class's debate was asked for.
    fn check_asked(&self) {
        let next = Some(self.seq + 1);
        assert!(self.class.is_none() || self.asked == next, "nobody has asked for {next:?}");
    }

    /// Something that a judge has said is on its way to the store.
    fn append_judgment(&mut self, write: JudgmentWrite) {
        let (judgment, number) = &self.judged[usize::from(write.judge)];
        assert_eq!(write.opening.is_some(), *number == 0);
        if let (Some(opening), Some(before)) = (&write.opening, self.opened.get(&write.judge)) {
            assert_eq!(opening, before, "another judgment of the same name");
        }
        match &write.said {
            None => assert!(!self.opened.contains_key(&write.judge), "it is on a record before"),
            Some(SaidWrite { name, seq, entry, finish }) => {
                assert_eq!((*seq, name), (number + 1, &format!("d.{}", write.judge)));
                let mut after = judgment.clone();
                let said: TimedJudgment = serde_json::from_slice(entry).expect("an entry");
                after.apply(&self.stored.before_end(), &said.event).expect("what a judge may say");
                if let (Some(_), JudgmentEvent::Belief { after, .. }) = (&self.class, &said.event) {
                    let later = judgment.beliefs().len() > *after as usize;
                    assert!(!later, "a vote about less than was voted about before");
                }
                assert_eq!(finish.is_some(), after.has_ended());
            }
        }
        let before = self.judging.insert(write.judge, write);
        assert!(before.is_none(), "two things of one judge are on their way");
    }

    /// A client is told something.
    fn tell(&mut self, client: u64, message: ServerMessage) {
        let over = self.stored.outcome().is_some();
        let blind = self.setup.judge.is_outside() && !self.setup.judge_may_be_influenced;
        let mut answered = None;
        match message {
            ServerMessage::Snapshot(snapshot) => {
                let seat = snapshot.view.seat;
                self.check_snapshot(&snapshot, seat);
                if snapshot.on_record == Some(true) {
                    assert_eq!(seat, Seat::Judge);
                    let on_record = self.opened.values().any(|opened| opened.judge.is_some());
                    assert!(on_record, "it is told what the store has not");
                }
                answered = snapshot.id;
                self.take(client, seat, self.seq);
            }
            ServerMessage::Resumed(resumed) => {
                assert_eq!(resumed.seq, self.seq);
                answered = resumed.id;
                // What it has missed follows.
                let known = self.clients[&client].known;
                self.take(client, resumed.seat, known);
            }
            ServerMessage::Event(told) => {
                assert!(told.seq <= self.seq, "an event that the store has not");
                assert_eq!(told.ending.is_some(), over && told.seq == self.seq);
                let seat = self.clients[&client].seat.expect("only who follows is told");
                if let (Some(left), false) = (told.turn.and_then(|turn| turn.left), over) {
                    let judges = told.turn.is_some_and(|turn| turn.seat == Seat::Judge);
                    assert!(judges || matches!(seat, Seat::Debater(_)), "{left:?} to {seat:?}");
                }
                let what = format!("{:?} {:?} {:?}", told.event, told.to_move, told.ending);
                let same = self.told.entry(told.seq).or_insert_with(|| what.clone());
                assert_eq!(*same, what, "one event told in two ways");
                let client = self.clients.get_mut(&client).expect("a client");
                assert_eq!(told.seq, client.known + 1, "an event is missing or told twice");
                client.known = told.seq;
            }
            ServerMessage::Turn { turn, .. } => {
                assert_eq!(turn.seq, self.seq + 1);
                // It comes with the event before, but for the first; and in a class when it is asked for.
                assert!(self.seq == 0 || self.asked == Some(turn.seq));
                assert!(self.clients[&client].seat.is_some());
            }
            ServerMessage::Opinion { seq, .. } => {
                let seat = self.clients[&client].seat.expect("only who follows is told");
                assert!(over || (!blind && seat != Seat::Judge), "{seat:?} is told an opinion");
                assert!(seq as usize <= self.stored.evidence().len());
            }
            ServerMessage::Judgments { judges, answered, beliefs, .. } => {
                let seat = self.clients[&client].seat.expect("only who follows is told");
                let watches = !blind && seat == Seat::Spectator;
                assert!(over || watches || matches!(seat, Seat::Debater(_)), "{seat:?} is told");
                assert!(over || judges > 1 || beliefs.is_some(), "that one judge has answered");
                assert_eq!(usize::from(judges), self.judged.len());
                let has_answered = |(one, _): &&(Judgment, u32)| {
                    one.end().is_some_and(|end| *end != JudgmentEnd::Unanswered)
                };
                let stored = self.judged.iter().filter(has_answered).count();
                assert_eq!(usize::from(answered), stored, "answers that the store has not");
                if let Some(beliefs) = beliefs {
                    assert!(over || watches, "{seat:?} is told beliefs");
                    let stored: Vec<_> = self.judged.iter().map(|(one, _)| one.beliefs()).collect();
                    assert_eq!(beliefs, stored, "beliefs that the store has not");
                }
            }
            ServerMessage::Closed { .. } => {
                let seat = self.clients.get_mut(&client).expect("a client").seat.take();
                assert!(seat.is_some(), "who does not follow is told of an end");
            }
            ServerMessage::Accepted(accepted) => answered = accepted.id,
            ServerMessage::Error(refusal) => answered = refusal.id,
            ServerMessage::Hello(_)
            | ServerMessage::Opened(_)
            | ServerMessage::Class(_)
            | ServerMessage::Dismissed(_)
            | ServerMessage::Created(_) => panic!("no table says that"),
        }
        if let Some(id) = answered {
            let asked = &mut self.clients.get_mut(&client).expect("a client").asked;
            assert!(asked.remove(&id), "an answer to what was not asked, or a second one");
        }
    }

    fn take(&mut self, client: u64, seat: Seat, known: u32) {
        if seat != Seat::Spectator {
            let most = if seat == Seat::Judge { self.judged.len() } else { 1 };
            let others = self.clients.iter().filter(|(other, _)| **other != client);
            let others = others.filter(|(_, other)| other.seat == Some(seat));
            assert!(others.count() < most, "two in one seat");
        }
        let client = self.clients.get_mut(&client).expect("a client");
        (client.seat, client.known) = (Some(seat), known);
    }

    fn check_snapshot(&self, snapshot: &Snapshot, seat: Seat) {
        assert_eq!(snapshot.seq, self.seq);
        let view = match seat {
            Seat::Spectator => self.stored.spectator_view(self.setup.spectators_see),
            seat => self.stored.view(seat),
        };
        assert_eq!(snapshot.view, view);
        assert_eq!(snapshot.background.is_some(), self.stored.outcome().is_some());
        assert!(snapshot.beliefs.is_none() || seat == Seat::Judge);
    }

    /// What holds after every step.
    fn check(&self) {
        let writes = matches!(self.work, Some(Work::Append(..)));
        if self.ended.is_none() && !self.table.takes_requests() {
            assert!(writes, "nobody may ask anything, and nothing is being written");
        }
        assert!(self.goes_on || self.stored.outcome().is_some() || self.abandoned);
        assert_eq!(self.table.summary().seq, self.seq);
        // When the judges have said all, the end is on its way.
        let decides = self.class.is_none();
        let all_said = decides
            && !self.judged.is_empty()
            && self.judged.iter().all(|(one, _)| one.has_ended());
        let goes_on = self.stored.outcome().is_none() && !self.abandoned && self.ended.is_none();
        assert!(!all_said || !goes_on || writes, "nobody decides");
        // Somebody or something is waited for, always.
        let waits = self.work.is_some()
            || !self.judging.is_empty()
            || self.beside.share
            || self.beside.looking;
        assert!(self.ended.is_some() || waits || self.table.deadline().is_some());
    }

    /// What is counted of a panel is what each of its judges has said, as the store has it.
    fn check_result(&self, finish: &Finish) {
        if self.judged.len() < 2 || self.class.is_some() {
            return;
        }
        let result = DebateResult::read(&finish.result).expect("what is counted");
        let verdicts = self.judged.iter().filter_map(|(judgment, _)| judgment.verdict());
        let stored: Vec<Grade> = verdicts.map(|verdict| Grade::of(verdict, &self.stored)).collect();
        assert_eq!(result.verdicts().collect::<Vec<_>>(), stored);
    }

    /// A verdict of outside judges is what all of them have said.
    fn check_decision(&self, verdict: &Verdict) {
        if self.judged.is_empty() || self.class.is_some() {
            return;
        }
        let ended = |(judgment, _): &(Judgment, u32)| judgment.has_ended();
        assert!(self.judged.iter().all(ended), "it is decided before all have answered");
        let verdicts = self.judged.iter().filter_map(|(judgment, _)| judgment.verdict().cloned());
        let verdicts: Vec<Verdict> = verdicts.collect();
        let decided = match self.setup.panel {
            None => verdicts.first().cloned(),
            Some(panel) => panel.decides.decide(&self.stored, &verdicts),
        };
        assert_eq!(decided.as_ref(), Some(verdict));
    }

    /// The store takes something that a judge has said, or does not.
    fn finish_judging(&mut self, well: bool) {
        let Some(judge) = self.judging.keys().copied().choose(&mut self.random) else { return };
        let Some(write) = self.judging.remove(&judge) else { return };
        let written = if well {
            if let Some(opening) = write.opening {
                self.opened.insert(judge, opening);
            }
            if let Some(SaidWrite { entry, .. }) = write.said {
                let said: TimedJudgment = serde_json::from_slice(&entry).expect("an entry");
                let (judgment, number) = &mut self.judged[usize::from(judge)];
                let before_end = self.stored.before_end();
                judgment.apply(&before_end, &said.event).expect("what a judge may say");
                *number += 1;
            }
            Ok(())
        } else if self.random.random_bool(0.95) {
            Err(Unwritten::NotInTime)
        } else {
            Err(Unwritten::Refused(StoreError::Closed))
        };
        self.step(Input::JudgmentWritten { judge, written });
    }

    /// The end of what the table has set going.
    fn finish_work(&mut self, well: bool) {
        match self.work.take() {
            None => {}
            Some(Work::Think(by)) => {
                let pixel = self.stored.legal_reveals().choose(&mut self.random);
                let pixel = pixel.filter(|_| well || self.random.random_bool(0.7));
                let chosen = Chosen { pixel: pixel.unwrap_or(Pixel::new(9, 9)), cut_short: !well };
                let fails = !well && self.random.random_bool(0.1);
                let failed = Input::Failed("a bad day".into());
                self.step(if fails { failed } else { Input::Chosen { by, chosen } });
            }
            Some(Work::Replay(by, pixel)) => {
                let chosen = Chosen { pixel, cut_short: false };
                self.step(Input::Chosen { by, chosen });
            }
            Some(Work::Judge) => {
                let logits = (0..10).map(|_| self.random.random()).collect();
                self.step(if well { Input::Judged { logits } } else { Input::Failed("no".into()) });
            }
            Some(Work::Append(r#move, abandoned)) if well => {
                self.abandoned = abandoned;
                if !abandoned {
                    self.stored.apply(r#move).expect("a legal move");
                    self.seq += 1;
                }
                self.step(Input::Written(Ok(())));
            }
            Some(Work::Append(..)) => {
                let unwritten = if self.random.random_bool(0.9) {
                    Unwritten::NotInTime
                } else {
                    Unwritten::Refused(StoreError::Closed)
                };
                self.step(Input::Written(Err(unwritten)));
            }
        }
    }

    /// A client asks for something, or somebody does over HTTP.
    fn ask(&mut self) {
        let token = self.tokens.choose(&mut self.random).cloned().flatten();
        let client = self.outboxes.choose(&mut self.random).expect("some").clone();
        let id = self.random.random_bool(0.8).then_some(self.next_id);
        self.next_id += 1;
        let number = client.client();
        let asks = |history: &mut Self| {
            if let Some(id) = id {
                history.clients.get_mut(&number).expect("a client").asked.insert(id);
            }
        };
        if self.class.is_some() && self.random.random_bool(0.45) {
            return self.ask_in_class(client, id, token);
        }
        let request = match self.random.random_range(0..20) {
            0..8 => {
                asks(self);
                let seat = [Wanted::Player, Wanted::Either, Wanted::Spectator];
                let since = self.random.random_bool(0.4);
                let known = self.clients[&number].known;
                // Who resumes needs no key, and can name none.
                let judge_key = (!since && self.random.random_bool(0.3)).then(|| {
                    let letter = *["a", "b"].choose(&mut self.random).expect("two");
                    JudgeKey::new(letter.repeat(JudgeKey::LENGTH)).expect("a key")
                });
                Request::Follow(Box::new(Follow {
                    client,
                    id,
                    token,
                    seat: *seat.choose(&mut self.random).expect("three"),
                    since: since.then_some(known),
                    opinions: self.random.random(),
                    judge_key,
                    ticket: Arc::new(()),
                }))
            }
            8..15 => {
                asks(self);
                let what = match self.random.random_range(0..10) {
                    0..6 => What::Reveal {
                        seq: self.seq + u32::from(self.random.random_bool(0.9)),
                        pixel: (self.stored.legal_reveals().choose(&mut self.random))
                            .filter(|_| self.random.random_bool(0.9))
                            .unwrap_or(Pixel::new(0, 0)),
                    },
                    6 => What::Belief {
                        after: (self.stored.evidence().len() as u32)
                            .saturating_sub(self.random.random_range(0..2)),
                        probability: self.random.random_range(0.0..1.1),
                    },
                    7 | 8 => What::Verdict(Verdict::Label {
                        label: *[4, 7, 7, 1].choose(&mut self.random).expect("some"),
                        probability: None,
                        explanation: self.random.random_bool(0.5).then(|| "I see".into()),
                    }),
                    _ => What::Resign,
                };
                Request::Act(Box::new(Act { client, id, what, at: self.now }))
            }
            15 => {
                asks(self);
                self.step_leaving(number, Request::Leave { client, id });
                return;
            }
            16 if self.random.random_bool(0.05) => Request::GiveUp,
            16 => {
                self.step_leaving(number, Request::Gone { client: number });
                return;
            }
            17 => {
                let (Some(token), true) = (token, self.random.random_bool(0.2)) else { return };
                asks(self);
                Request::Cancel { client, id, token }
            }
            18 if self.random.random_bool(0.1) => {
                let (answer, waiting) = oneshot::channel();
                self.ends.push(waiting);
                Request::End { key: Key::Administrator, answer }
            }
            18 => {
                let (answer, waiting) = oneshot::channel();
                self.step(Request::Look { key: Key::Token(token), answer }.into());
                assert!(waiting.blocking_recv().is_ok());
                return;
            }
            _ => {
                let (answer, waiting) = oneshot::channel();
                self.step(Request::Record { key: Key::Token(token), answer }.into());
                assert!(waiting.blocking_recv().is_ok());
                return;
            }
        };
        self.step(request.into());
    }

    /// A member votes, or the presenter asks for what comes next, or sends a member away.
    fn ask_in_class(&mut self, client: Outbox, id: Option<u32>, token: Option<Token>) {
        let what = self.random.random_range(0..16);
        if what < 15
            && let Some(id) = id
        {
            self.clients.get_mut(&client.client()).expect("a client").asked.insert(id);
        }
        let request = match what {
            0..5 => {
                let after = self.stored.evidence().len() as u32;
                let what = What::Belief { after, probability: self.random.random() };
                Request::Act(Box::new(Act { client, id, what, at: self.now }))
            }
            5..15 => {
                let seq = self.seq + u32::from(self.random.random_bool(0.9));
                let presents = self.random.random_bool(0.8);
                let token = if presents { self.presenter.clone() } else { token };
                let locks = &self.table.terms.locks;
                let may = token.as_ref().is_some_and(|token| locks.is_creator(token));
                if may && seq == self.seq + 1 {
                    self.asked = Some(seq);
                }
                Request::Next { client, id, seq, token }
            }
            _ if self.random.random_bool(0.05) => {
                let place = self.random.random_range(0..MEMBERS);
                self.class.iter().for_each(|audience| audience.send_away(place));
                Request::SentAway { place }
            }
            _ => return,
        };
        self.step(request.into());
    }

    /// A client leaves, which it knows of itself.
    fn step_leaving(&mut self, client: u64, request: Request) {
        self.clients.get_mut(&client).expect("a client").seat = None;
        self.step(request.into());
    }

    /// Something happens, whatever it be.
    fn anything(&mut self) {
        let late = self.table.deadline().is_some_and(|deadline| deadline <= self.now);
        match self.random.random_range(0..100) {
            0..45 if self.table.takes_requests() => self.ask(),
            45..65 => {
                let well = self.random.random_bool(0.85);
                self.finish_work(well);
            }
            65..75 => {
                let well = self.random.random_bool(0.9);
                self.finish_judging(well);
            }
            75..80 => self.finish_opinion(),
            80..86 if self.beside.share && self.work.is_none() => self.step(Input::Share),
            86..90 if self.beside.looking => {
                self.beside.looking = false;
                self.step(Input::Looked);
            }
            90..96 => self.now += Duration::from_millis(self.random.random_range(0..1500)),
            96 => {
                let client = self.outboxes.choose(&mut self.random).expect("some").client();
                self.clients.get_mut(&client).expect("a client").seat = None;
                self.step(Input::Lost(client));
            }
            97 if self.random.random_bool(0.05) => self.step(Input::Stop),
            _ if late => self.step(Input::Late),
            _ => {}
        }
    }

    fn finish_opinion(&mut self) {
        if std::mem::take(&mut self.beside.opinion) {
            let fails = self.random.random_bool(0.1);
            self.step(Input::Opinion(if fails { Err("no".into()) } else { Ok(vec![0.5; 10]) }));
        }
    }

    /// Nobody does anything any more: the debate ends, in bounded time.
    fn wait_for_the_end(&mut self) {
        let begun = self.now;
        for _ in 0..200 {
            if self.ended.is_some() {
                break;
            }
            if self.work.is_some() {
                self.finish_work(true);
            } else if !self.judging.is_empty() {
                self.finish_judging(true);
            } else if self.beside.looking {
                self.beside.looking = false;
                self.step(Input::Looked);
            } else if let Some(deadline) = self.table.deadline() {
                self.now = self.now.max(deadline);
                self.step(Input::Late);
            } else {
                self.step(Input::Share);
            }
        }
        assert!(self.ended.is_some(), "it does not end");
        // What judges have said is written to the last word, unless the server stops.
        while self.ended != Some(CloseReason::Restarting) && !self.judging.is_empty() {
            self.finish_judging(true);
        }
        let Limits { longest_seats_time, verdict, memory, .. } = Limits::default();
        let longest = longest_seats_time + verdict + memory;
        assert!(self.now - begun <= longest + Duration::from_mins(5), "it takes too long");
        if self.class.is_some() && self.ended != Some(CloseReason::Restarting) {
            let told = self.tally.as_ref().and_then(|tally| tally.end);
            let over = self.stored.outcome().is_some();
            let fault = self.ended == Some(CloseReason::Fault);
            assert!(fault || over == matches!(told, Some(End::Outcome { .. })), "{told:?}");
        }
        // What is on its way to the store when the server stops may have happened or not: who asked hears
        // of the stop, and finds out when the server is back.
        let append = matches!(self.work, Some(Work::Append(..)));
        let open = match self.ended {
            Some(CloseReason::Restarting) => append || !self.judging.is_empty(),
            // The store has refused what a judge has said, while it was at work on an event.
            Some(CloseReason::Fault) => append,
            _ => false,
        };
        if open {
            return;
        }
        for client in self.clients.values() {
            assert!(client.asked.is_empty(), "a request has no answer");
        }
        for end in &mut self.ends {
            assert!(end.try_recv().is_ok(), "who asked for the end has no answer");
        }
    }
}

/// The setup, with what spectators see of such a debate.
fn seen_as_may_be(setup: Setup, of_a_class: bool) -> Setup {
    if of_a_class {
        Setup { spectators_see: Sight::Evidence, visibility: Visibility::Private, ..setup }
    } else if setup.judge.is_outside() && !setup.judge_may_be_influenced {
        Setup { spectators_see: Sight::Evidence, ..setup }
    } else {
        setup
    }
}

/// A debate with these locks as a class has it: with its own locks, its audience, and the tokens of its presenter and of
/// all members, the presenter's first.
fn class_of(mut locks: Locks) -> (Locks, Arc<Audience>, Vec<Token>) {
    let (presenter, key) = Lock::new().expect("a token");
    let debaters = [locks.first.take(), locks.second.take()];
    let locks = Locks::of_class("K7WM3X".parse().expect("a code"), key, debaters);
    let (audience, mut tokens) = (Audience::new(), vec![presenter]);
    for _ in 0..MEMBERS {
        let (token, lock) = Lock::new().expect("a token");
        audience.admit(lock);
        tokens.extend([token.clone(), token]);
    }
    (locks, Arc::new(audience), tokens)
}

impl From<Request> for Input {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

/// Why the debate was let go of, and how many a class has voted in to its truth.
fn play(seed: u64) -> (Option<CloseReason>, usize) {
    // Said only where it fails.
    println!("history {seed}");
    let mut history = History::new(seed);
    history.step(Input::Begin);
    for _ in 0..120 {
        if history.ended.is_none() {
            history.anything();
        }
    }
    history.wait_for_the_end();
    let counted = history.tally.filter(|tally| matches!(tally.end, Some(End::Outcome { .. })));
    let voted = |votes: &&Vec<Option<f32>>| votes.iter().skip(1).any(Option::is_some);
    let voters = counted.map_or(0, |tally| tally.votes.iter().filter(voted).count());
    (history.ended, voters)
}

#[test]
fn random_histories_keep_every_promise() {
    let histories = std::env::var("HISTORIES").map_or(3000, |text| text.parse().expect("a number"));
    let (mut reasons, mut voters) = (HashMap::new(), 0);
    for seed in 0..histories {
        let (reason, counted) = play(seed);
        *reasons.entry(format!("{reason:?}")).or_insert(0) += 1;
        voters += counted;
    }
    assert!(voters > 20, "classes hardly vote: {voters}");
    // All ways to end are gone.
    for reason in ["Over", "Absent", "NoVerdict", "Ended", "Cancelled", "Restarting", "Fault"] {
        assert!(reasons.contains_key(&format!("Some({reason})")), "{reason}: {reasons:?}");
    }
}
