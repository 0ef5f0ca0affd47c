//! Random histories of a class, without a socket and with time as a number: every request is answered once, nothing is
//! told before the store has it, what comes back from the store is what there was, and what others vote changes
//! nothing that a member hears before it is shown.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::{
    ClassTold, CloseReason, DebateId, Join, Refusal, RefusalCode, Round as Wanted, ServerMessage,
    Show, Token,
};
use proptest::prelude::*;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::effect::{Asked, ClassRequest, Effect, Input, Now, Unwritten, Wish};
use super::{Bounds, Class};
use crate::audience::{Audience, End, Tally};
use crate::outbox::Outbox;
use crate::register::Entry;
use crate::tokens::Lock;

const BOUNDS: Bounds =
    Bounds { members: 4, idle: Duration::from_hours(1), move_ms: 1000, pace_ms: 10 };

/// Something that may happen, with numbers that say to whom.
#[derive(Clone, Debug)]
enum Happens {
    Join(usize, Option<u8>),
    Attend(usize),
    AttendAsPresenter(usize),
    Willing(usize, bool),
    Round(usize, Option<Vec<u8>>),
    Show(usize, Option<bool>, Option<bool>),
    Door(usize, bool),
    SendAway(usize, u16),
    Gone(usize),
    Written(bool),
    SetUp(bool),
    Reveal,
    Vote(usize, f32),
    End(Option<bool>),
    Wait(u64),
    Restart,
}

fn happens() -> impl Strategy<Value = Happens> {
    let one = 0..6usize;
    let names = prop::option::of(prop::collection::vec(0..3u8, 0..3));
    prop_oneof![
        3 => (one.clone(), prop::option::of(0..3u8)).prop_map(|(by, name)| Happens::Join(by, name)),
        2 => one.clone().prop_map(Happens::Attend),
        2 => one.clone().prop_map(Happens::AttendAsPresenter),
        1 => (one.clone(), any::<bool>()).prop_map(|(by, willing)| Happens::Willing(by, willing)),
        3 => (one.clone(), names).prop_map(|(by, names)| Happens::Round(by, names)),
        2 => (one.clone(), any::<Option<bool>>(), any::<Option<bool>>())
            .prop_map(|(by, histogram, ranking)| Happens::Show(by, histogram, ranking)),
        1 => (one.clone(), any::<bool>()).prop_map(|(by, open)| Happens::Door(by, open)),
        1 => (one.clone(), 0..6u16).prop_map(|(by, member)| Happens::SendAway(by, member)),
        1 => one.clone().prop_map(Happens::Gone),
        8 => prop::bool::weighted(0.8).prop_map(Happens::Written),
        4 => prop::bool::weighted(0.8).prop_map(Happens::SetUp),
        4 => Just(Happens::Reveal),
        6 => (one, 0.0f32..=1.0).prop_map(|(by, vote)| Happens::Vote(by, vote)),
        2 => any::<Option<bool>>().prop_map(Happens::End),
        4 => (0..200u64).prop_map(Happens::Wait),
        1 => Just(Happens::Restart),
    ]
}

struct Client {
    outbox: Outbox,
    heard: Receiver<Message>,
    asked: HashSet<u32>,
    /// What it was told last as a member, and as the presenter.
    told: [Option<ClassTold>; 2],
}

struct World {
    class: Class,
    at: Instant,
    presenter: (Token, Lock),
    clients: Vec<Client>,
    /// What is on its way to the store, and what it has.
    writing: Option<Entry>,
    stored: Vec<Entry>,
    setting_up: bool,
    debates: u32,
    /// Those that the class has ended.
    cancelled: HashSet<DebateId>,
    tally: Option<Tally>,
    ids: u32,
    ended: Option<CloseReason>,
}

impl World {
    fn new() -> Self {
        let presenter = Lock::new().unwrap();
        let at = Instant::now();
        let class = class(&presenter.1, Vec::new(), at);
        let client = || {
            let (outbox, heard) = Outbox::new(4096);
            Client { outbox, heard, asked: HashSet::new(), told: [None, None] }
        };
        let clients = (0..6).map(|_| client()).collect();
        let (writing, stored, tally, ended) = (None, Vec::new(), None, None);
        let (setting_up, debates, ids) = (false, 0, 0);
        Self {
            class,
            at,
            presenter,
            clients,
            writing,
            stored,
            setting_up,
            debates,
            cancelled: HashSet::new(),
            tally,
            ids,
            ended,
        }
    }

    fn step(&mut self, input: Input) {
        if self.ended.is_some() {
            return;
        }
        let (effects, ended) = self.class.step(Now { at: self.at, unix_ms: 0 }, input);
        self.ended = ended;
        for effect in effects {
            match effect {
                Effect::Tell(client, frame) => {
                    client.post(frame);
                }
                Effect::Append { seq, entry, .. } => {
                    assert_eq!(seq, self.stored.len() as u64 + 1);
                    self.writing = Some(Entry::read(&entry).unwrap());
                }
                Effect::SetUp(order) => {
                    assert!(!self.setting_up, "two debates at once");
                    assert!(order.setup.precommit && !order.setup.judge.is_outside());
                    self.setting_up = true;
                }
                Effect::Find(debate) => {
                    let tally = self.tally.clone().filter(|tally| tally.debate == debate);
                    match tally {
                        Some(tally) => self.step(Input::Tally(Arc::new(tally))),
                        None => self.step(Input::NotFound(debate)),
                    }
                }
                Effect::Cancel(debate) => {
                    self.cancelled.insert(debate);
                }
                Effect::TurnOut(..) | Effect::Leave(_) => {}
            }
        }
        self.listen();
    }

    /// Hears what clients are told.
    fn listen(&mut self) {
        let joined =
            self.stored.iter().filter(|entry| matches!(entry, Entry::Joined { .. })).count();
        let began = self.stored.iter().filter(|entry| matches!(entry, Entry::Began { .. })).count();
        for client in &mut self.clients {
            while let Ok(Message::Text(frame)) = client.heard.try_recv() {
                let answered = match serde_json::from_str(&frame).unwrap() {
                    ServerMessage::Class(told) => {
                        let number =
                            told.debate.as_ref().map_or(0, |debate| debate.number as usize);
                        assert!(number <= began, "a debate that the store has not");
                        let present = told.presenter.as_ref().map_or(0, |all| all.members.len());
                        assert!(present <= joined, "a member that the store has not");
                        assert!(told.presenter.is_some() != told.member.is_some());
                        let id = told.id;
                        let presents = usize::from(told.presenter.is_some());
                        client.told[presents] = Some(told);
                        id
                    }
                    ServerMessage::Error(refusal) => refusal.id,
                    ServerMessage::Dismissed(_) => None,
                    other => panic!("no class says {other:?}"),
                };
                if let Some(id) = answered {
                    assert!(client.asked.remove(&id), "{id} is answered twice");
                }
            }
        }
    }

    fn ask(&mut self, by: usize, wish: Wish) {
        // As its task has it: nobody is heard while the store is at work.
        if !self.class.takes_requests() {
            return;
        }
        self.ids += 1;
        let asked =
            Asked { client: self.clients[by].outbox.clone(), id: Some(self.ids), coming: None };
        self.clients[by].asked.insert(self.ids);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        self.step(Input::Request(ClassRequest { asked, address, wish }));
    }

    fn change(&mut self, change: impl FnOnce(&mut Tally)) {
        let Some(tally) = &mut self.tally else { return };
        change(tally);
        let tally = Arc::new(tally.clone());
        self.step(Input::Tally(tally));
    }

    fn happen(&mut self, happens: Happens) {
        let key = |by: usize| Token(char::from(b'a' + by as u8).to_string().repeat(43));
        let code = self.class.code.clone();
        let presenter = self.presenter.0.clone();
        let name = |number: u8| ["Ann", "ann", "Ben 2"][usize::from(number)].to_owned();
        match happens {
            Happens::Join(by, chosen) => {
                let join = Join { class: code, name: chosen.map(name), token: key(by) };
                self.ask(by, Wish::Join(join));
            }
            Happens::Attend(by) => self.ask(by, Wish::Attend(key(by))),
            Happens::AttendAsPresenter(by) => self.ask(by, Wish::Attend(presenter)),
            Happens::Willing(by, willing) => self.ask(by, Wish::Willing(key(by), willing)),
            Happens::Round(by, names) => {
                let text = format!(r#"{{"class":"{code}","token":"{}"}}"#, presenter.0);
                let wanted: Wanted = serde_json::from_str(&text).unwrap();
                let debaters = names.map(|names| names.into_iter().map(name).collect());
                self.ask(by, Wish::Round(Box::new(Wanted { debaters, ..wanted })));
            }
            Happens::Show(by, histogram, ranking) => {
                let show = Show { class: code, token: presenter, histogram, ranking };
                self.ask(by, Wish::Show(show));
            }
            Happens::Door(by, open) => self.ask(by, Wish::Door(presenter, open)),
            Happens::SendAway(by, member) => self.ask(by, Wish::SendAway(presenter, member)),
            Happens::Gone(by) => self.step(Input::Gone(self.clients[by].outbox.client())),
            Happens::Written(taken) => {
                let Some(entry) = self.writing.take() else { return };
                if taken {
                    self.stored.push(entry);
                    self.step(Input::Written(Ok(())));
                } else {
                    self.step(Input::Written(Err(Unwritten::Now("busy".into()))));
                }
            }
            Happens::SetUp(done) => {
                if !std::mem::take(&mut self.setting_up) {
                    return;
                }
                if !done {
                    let refusal = Refusal::new(RefusalCode::Busy, "no room", "another try");
                    return self.step(Input::SetUp(Err(refusal)));
                }
                self.debates += 1;
                let debate = DebateId(format!("d{}", self.debates));
                let (revealed, votes, end) = (0, Vec::new(), None);
                self.tally = Some(Tally { debate: debate.clone(), revealed, votes, end });
                let debaters =
                    if self.debates.is_multiple_of(2) { [Some(0), Some(1)] } else { [None; 2] };
                self.step(Input::SetUp(Ok((debate, debaters))));
            }
            Happens::Reveal => {
                self.change(|tally| tally.revealed += u32::from(tally.end.is_none()));
            }
            Happens::Vote(by, vote) => self.change(|tally| {
                if tally.votes.len() <= by {
                    tally.votes.resize(by + 1, Vec::new());
                }
                let (own, place) = (&mut tally.votes[by], tally.revealed as usize);
                if own.len() <= place && tally.end.is_none() {
                    own.resize(place + 1, None);
                    own[place] = Some(vote);
                }
            }),
            Happens::End(first_is_right) => self.change(|tally| {
                let outcome = |first_is_right| End::Outcome { first_is_right, judged: true };
                tally.end.get_or_insert(first_is_right.map_or(End::Abandoned, outcome));
            }),
            Happens::Wait(time) => {
                self.at += Duration::from_millis(time);
                if self.class.deadline() <= self.at {
                    self.step(Input::Late);
                }
            }
            Happens::Restart => {
                // What the class does not know of then, the lobby ends.
                let pending = self.class.pending.take().map(|pending| pending.entry);
                let began = pending.and_then(|entry| match entry {
                    Entry::Began { debate, .. } => Some(debate),
                    _ => None,
                });
                let set_up = self.class.set_up.take().map(|(debate, _)| debate);
                self.cancelled.extend(began.into_iter().chain(set_up));
                let before = self.class.members.clone();
                self.class = class(&self.presenter.1, self.stored.clone(), self.at);
                assert_eq!(before, self.class.members);
                (self.writing, self.setting_up) = (None, false);
                for client in &mut self.clients {
                    client.asked.clear();
                }
                self.step(Input::Begin);
            }
        }
    }

    /// Whatever is on its way arrives.
    fn settle(&mut self) {
        for _ in 0..20 {
            self.happen(Happens::Written(true));
            self.happen(Happens::SetUp(true));
            self.happen(Happens::Wait(200));
        }
    }
}

fn class(presenter: &Lock, entries: Vec<Entry>, at: Instant) -> Class {
    let code = "K7WM3X".parse().unwrap();
    let audience = Arc::new(Audience::new());
    Class::new(code, presenter.clone(), audience, BOUNDS, entries, Now { at, unix_ms: 0 })
}

proptest! {
    #[test]
    fn random_histories(all in prop::collection::vec(happens(), 0..120)) {
        let mut world = World::new();
        for happens in all {
            world.happen(happens);
        }
        world.settle();
        prop_assert_eq!(world.ended, None);
        for client in &world.clients {
            prop_assert!(client.asked.is_empty(), "{:?} are not answered", client.asked);
        }
        // Names differ, also read aloud, and there are no more members than may be.
        let names: Vec<_> =
            world.class.members.iter().filter(|one| !one.away).filter_map(|one| one.name.as_ref()).map(|name| name.to_lowercase()).collect();
        prop_assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        let present = world.class.members.iter().filter(|one| !one.away).count();
        prop_assert!(present <= BOUNDS.members);
        prop_assert!(world.class.members.len() <= BOUNDS.members * super::PLACES);
        // Who was sent away attends no more, and is not told of.
        for attendee in &world.class.attending {
            if let super::Who::Member(place) = attendee.who {
                prop_assert!(!world.class.members[usize::from(place)].away);
            }
        }
        // Each debate is counted once at most.
        let mut counted = HashMap::new();
        for entry in &world.stored {
            if let Entry::Counted { debate, .. } = entry {
                *counted.entry(debate.clone()).or_insert(0) += 1;
            }
        }
        prop_assert!(counted.values().all(|times| *times == 1), "{:?}", counted);
        // Each debate that was set up is the class's, or was ended.
        for number in 1..=world.debates {
            let debate = DebateId(format!("d{number}"));
            let began = |entry: &Entry| matches!(entry, Entry::Began { debate: own, .. } if *own == debate);
            prop_assert!(world.stored.iter().any(began) || world.cancelled.contains(&debate), "{}", debate);
        }
        // Who attends knows how it is.
        for attendee in &world.class.attending {
            let client = attendee.outbox.client();
            let client = world.clients.iter().find(|one| one.outbox.client() == client).unwrap();
            let presents = usize::from(attendee.who == super::Who::Presenter);
            let told = client.told[presents].clone().map(|told| ClassTold { id: None, ..told });
            prop_assert_eq!(told, Some(world.class.told(attendee.who)));
        }
    }

    #[test]
    fn what_others_vote_changes_nothing_that_is_heard_before_it_is_shown(
        own in prop::collection::vec(0.0f32..=1.0, 3),
        one in prop::collection::vec(prop::option::of(0.0f32..=1.0), 3),
        other in prop::collection::vec(prop::option::of(0.0f32..=1.0), 3),
    ) {
        let heard = |others: &[Option<f32>]| {
            let mut world = World::new();
            for by in 0..2 {
                world.happen(Happens::Join(by, Some(0)));
                world.settle();
            }
            world.happen(Happens::AttendAsPresenter(2));
            world.happen(Happens::Round(2, None));
            world.settle();
            let mut heard = Vec::new();
            for (own, others) in own.iter().zip(others) {
                world.happen(Happens::Reveal);
                if let Some(vote) = others {
                    world.happen(Happens::Vote(1, *vote));
                }
                world.happen(Happens::Vote(0, *own));
                world.happen(Happens::Wait(200));
                heard.push(world.clients[0].told[0].clone());
            }
            let presenter = world.clients[2].told[1].clone().unwrap().presenter;
            prop_assert_eq!(presenter.unwrap().voted, 1 + u32::from(others[2].is_some()));
            Ok(heard)
        };
        prop_assert_eq!(heard(&one)?, heard(&other)?);
    }
}

#[test]
fn a_debate_that_is_set_up_for_a_class_that_ends_is_ended() {
    let mut world = World::new();
    world.happen(Happens::AttendAsPresenter(0));
    world.happen(Happens::Round(0, None));
    let token = world.presenter.0.clone();
    world.ask(1, Wish::Dismiss(token));
    world.happen(Happens::SetUp(true));
    world.happen(Happens::Written(true));
    assert_eq!(world.ended, Some(CloseReason::Ended));
    assert!(world.cancelled.contains(&DebateId("d1".into())));
    world.listen();
    assert!(world.clients.iter().all(|client| client.asked.is_empty()));
}

#[test]
fn a_debate_that_is_set_up_for_somebody_who_is_sent_away_meanwhile_is_ended() {
    let mut world = World::new();
    for by in 0..2 {
        world.happen(Happens::Join(by, Some(0)));
        world.settle();
    }
    world.happen(Happens::AttendAsPresenter(4));
    // The next debate has two of the class as its debaters.
    world.debates = 1;
    world.happen(Happens::Round(4, None));
    world.happen(Happens::SendAway(4, 0));
    world.happen(Happens::SetUp(true));
    world.happen(Happens::Written(true));
    assert!(world.cancelled.contains(&DebateId("d2".into())));
    assert!(world.class.round.is_none());
    world.listen();
    assert!(world.clients.iter().all(|client| client.asked.is_empty()));
}

#[test]
fn who_is_sent_away_counts_no_more_and_does_not_come_back() {
    let mut world = World::new();
    for by in 0..4 {
        world.happen(Happens::Join(by, Some(0)));
        world.settle();
    }
    world.happen(Happens::AttendAsPresenter(4));
    world.happen(Happens::Round(4, None));
    world.settle();
    world.happen(Happens::Reveal);
    for by in 0..3 {
        world.happen(Happens::Vote(by, 1.0));
    }
    let attendance = |world: &World| world.class.told(super::Who::Presenter).presenter.unwrap();
    assert_eq!((attendance(&world).voted, attendance(&world).asked), (3, 4));
    world.happen(Happens::SendAway(4, 0));
    world.settle();
    let left = attendance(&world);
    let names: Vec<_> = left.members.iter().filter_map(|one| one.name.as_deref()).collect();
    assert_eq!(names, ["Ann 2", "Ann 3", "Ann 4"]);
    assert_eq!((left.voted, left.asked), (2, 3));
    world.happen(Happens::Show(4, Some(true), Some(true)));
    world.happen(Happens::End(Some(true)));
    world.settle();
    let told = world.class.told(super::Who::Presenter);
    assert_eq!(told.histogram.unwrap().bins.iter().sum::<u32>(), 2);
    assert_eq!(told.ranking.unwrap().len(), 3);
    assert_eq!(world.class.members[0].points, 0);
    assert_eq!(world.class.members[1].points, 100);
    // Neither with the same token, nor after a restart; but somebody else has the place and the name.
    for _ in 0..2 {
        world.happen(Happens::Join(0, Some(0)));
        world.happen(Happens::Attend(0));
        world.settle();
        assert_eq!(world.class.members.iter().filter(|one| !one.away).count(), 3);
        world.happen(Happens::Restart);
    }
    world.happen(Happens::Join(5, Some(0)));
    world.settle();
    assert_eq!(world.class.members[4].name.as_deref(), Some("Ann"));
    // The same again is no fault; a number that nobody has is one.
    world.happen(Happens::AttendAsPresenter(4));
    world.happen(Happens::SendAway(4, 0));
    world.happen(Happens::SendAway(4, 5));
    world.settle();
    let away = |entry: &&Entry| matches!(entry, Entry::SentAway { .. });
    assert_eq!(world.stored.iter().filter(away).count(), 1);
}

#[test]
fn a_debater_who_is_sent_away_ends_the_debate() {
    let mut world = World::new();
    for by in 0..3 {
        world.happen(Happens::Join(by, Some(0)));
        world.settle();
    }
    world.happen(Happens::AttendAsPresenter(4));
    for debate in ["d1", "d2"] {
        world.happen(Happens::Round(4, None));
        world.settle();
        let told = world.class.told(super::Who::Presenter);
        assert_eq!(told.debate.unwrap().debate.0, debate);
        if debate == "d1" {
            world.happen(Happens::End(Some(true)));
            world.settle();
        }
    }
    // The second is between the first two who joined.
    world.happen(Happens::SendAway(4, 2));
    world.settle();
    assert!(world.cancelled.is_empty());
    world.happen(Happens::SendAway(4, 1));
    world.settle();
    assert!(world.cancelled.contains(&DebateId("d2".into())));
    // Also where the server was killed before it was ended.
    world.cancelled.clear();
    world.happen(Happens::Restart);
    assert!(world.cancelled.contains(&DebateId("d2".into())));
}

#[test]
fn nobody_new_comes_in_while_the_door_is_closed() {
    let mut world = World::new();
    world.happen(Happens::Join(0, None));
    world.settle();
    world.happen(Happens::Door(4, false));
    world.settle();
    for restarts in 0..2 {
        world.happen(Happens::Join(1, None));
        // Who is a member comes back.
        world.happen(Happens::Join(0, None));
        world.settle();
        assert_eq!(world.class.members.len(), 1, "{restarts}");
        assert_eq!(world.class.attending.len(), 1);
        world.happen(Happens::Restart);
    }
    world.happen(Happens::Door(4, true));
    world.settle();
    world.happen(Happens::Join(1, None));
    world.settle();
    assert_eq!(world.class.members.len(), 2);
}

#[test]
fn who_would_debate_is_known_after_a_restart_and_drawn_while_it_is_here() {
    let mut world = World::new();
    for by in 0..3 {
        world.happen(Happens::Join(by, None));
        world.settle();
        world.happen(Happens::Willing(by, true));
        world.settle();
    }
    world.happen(Happens::Restart);
    assert!(world.class.members.iter().all(|member| member.willing));
    let candidates = |world: &World| {
        let all = world.class.candidates(&[]).map_err(|refusal| refusal.message);
        all.map(|all| all.into_iter().map(|(place, _)| place).collect::<Vec<_>>())
    };
    assert_eq!(candidates(&world), Err("0 of those who are here would debate".into()));
    for by in [2, 0] {
        world.happen(Happens::Attend(by));
    }
    assert_eq!(candidates(&world), Ok(vec![0, 2]));
    // Minds change, and not for ever.
    for _ in 0..30 {
        for willing in [false, true] {
            world.happen(Happens::Willing(0, willing));
            world.settle();
        }
    }
    let minds = |entry: &&Entry| matches!(entry, Entry::Willing { member: 0, .. });
    assert_eq!(world.stored.iter().filter(minds).count(), super::MINDS as usize);
}

#[test]
fn a_class_ends_when_nobody_has_said_anything_for_long() {
    let mut world = World::new();
    world.happen(Happens::Join(0, None));
    world.settle();
    world.at += BOUNDS.idle;
    world.step(Input::Late);
    assert_eq!(world.ended, None);
    world.happen(Happens::Written(true));
    assert_eq!(world.ended, Some(CloseReason::Over));
    assert!(matches!(world.stored.last(), Some(Entry::Dismissed { reason: CloseReason::Over })));
}
