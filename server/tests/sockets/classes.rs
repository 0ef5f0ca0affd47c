//! A class that votes together: a presenter and phones, over real sockets.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use pixel_debate_game::{JudgmentEvent, Pixel, Role, Seat};
use pixel_debate_protocol::{
    ClassCode, ClassTold, ClientMessage, CloseReason, DebateId, DebateRecord, Dismissed, Histogram,
    Join, Opened, Ranked, Refusal, RefusalCode, Request, Round, ServerMessage, Show, Token, Told,
};
use pixel_debate_server::{Limits, ServerConfig};
use pixel_debate_store::Store;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::http::{bearer, get};
use crate::scene::{Scene, built_in};

/// Reveals come at once when they are asked for.
fn limits() -> Limits {
    let reads = Limits { reads_at_once: 1_000_000, ..Limits::default() };
    Limits { pace: Duration::from_millis(1), ..reads }
}

/// Somebody in a class: its presenter or a member.
struct Person {
    client: Client,
    token: Token,
    class: ClassCode,
    /// The class as it was told last.
    known: Option<ClassTold>,
    /// The events of debates that it was told.
    events: Vec<Told>,
    asked: u32,
}

/// How many have voted, and of how many, as the presenter is told.
fn voted(told: &ClassTold) -> (u32, u32) {
    let attendance = told.presenter.as_ref().unwrap();
    (attendance.voted, attendance.asked)
}

/// The answer to a request.
type Answer = Result<ServerMessage, Refusal>;

impl Person {
    async fn presents(scene: &Scene) -> Self {
        let mut client = Client::connect(scene.address).await;
        client.say(ClientMessage::Open {}).await;
        let ServerMessage::Opened(Opened { class, token, .. }) = client.hear().await else {
            panic!("not opened")
        };
        let mut presenter = Self::with(client, class, token);
        presenter.attend().await;
        presenter
    }

    fn with(client: Client, class: ClassCode, token: Token) -> Self {
        Self { client, token, class, known: None, events: Vec::new(), asked: 0 }
    }

    /// Somebody who joins with that name.
    async fn joins(scene: &Scene, class: &ClassCode, name: Option<&str>) -> Self {
        let mut person = Self::comes(scene, class).await;
        person.join(name).await.unwrap();
        person
    }

    /// Somebody with a token of its own, who has not joined.
    async fn comes(scene: &Scene, class: &ClassCode) -> Self {
        let letters: String =
            (0..43).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect();
        let client = Client::connect(scene.address).await;
        Self::with(client, class.clone(), Token(letters))
    }

    async fn join(&mut self, name: Option<&str>) -> Answer {
        let (class, token) = (self.class.clone(), self.token.clone());
        self.ask(ClientMessage::Join(Join { class, name: name.map(String::from), token })).await
    }

    async fn attend(&mut self) {
        let (class, token) = (self.class.clone(), self.token.clone());
        self.ask(ClientMessage::Attend { class, token }).await.unwrap();
    }

    /// The same person, with a connection to this server.
    async fn comes_back(&mut self, scene: &Scene) {
        self.client = Client::connect(scene.address).await;
        self.attend().await;
    }

    /// Says something, and waits for the answer.
    async fn ask(&mut self, message: ClientMessage) -> Answer {
        self.asked += 1;
        let id = Some(self.asked);
        self.client.say(Request { id, message }).await;
        loop {
            let message = self.hear().await;
            let answered = match &message {
                ServerMessage::Class(told) => told.id,
                ServerMessage::Snapshot(snapshot) => snapshot.id,
                ServerMessage::Resumed(resumed) => resumed.id,
                ServerMessage::Accepted(accepted) => accepted.id,
                ServerMessage::Error(refusal) if refusal.id == id => return Err(refusal.clone()),
                _ => None,
            };
            if answered == id {
                return Ok(message);
            }
        }
    }

    async fn hear(&mut self) -> ServerMessage {
        let message = self.client.hear().await;
        match &message {
            ServerMessage::Class(told) => self.known = Some(told.clone()),
            ServerMessage::Event(told) => self.events.push(told.clone()),
            _ => {}
        }
        message
    }

    /// Hears until the class is so.
    async fn until(&mut self, is: impl Fn(&ClassTold) -> bool) -> &ClassTold {
        while !self.known.as_ref().is_some_and(&is) {
            self.hear().await;
        }
        self.known.as_ref().unwrap()
    }

    /// Hears of that many events.
    async fn until_event(&mut self, seq: u32) {
        while self.events.last().is_none_or(|told| told.seq < seq) {
            self.hear().await;
        }
    }

    fn debate(&self) -> DebateId {
        self.known.as_ref().unwrap().debate.as_ref().unwrap().debate.clone()
    }

    /// Takes its seat in the debate that the class has.
    async fn sit(&mut self) -> Seat {
        self.until(|told| told.debate.is_some()).await;
        let (debate, token) = (self.debate(), self.token.clone());
        let take = ClientMessage::Take { debate, token, opinions: true, judge_key: None };
        let ServerMessage::Snapshot(snapshot) = self.ask(take).await.unwrap() else {
            panic!("no snapshot")
        };
        snapshot.view.seat
    }

    /// Watches the debate, as the presenter.
    async fn watch(&mut self) {
        self.until(|told| told.debate.is_some()).await;
        let (debate, token) = (Some(self.debate()), Some(self.token.clone()));
        self.ask(ClientMessage::Watch { debate, token, opinions: true }).await.unwrap();
    }

    async fn vote(&mut self, after: u32, probability: f32) -> Answer {
        let debate = self.debate();
        self.ask(ClientMessage::Belief { debate, after, probability }).await
    }

    /// Asks for what comes next, as the presenter, and sees it.
    async fn next(&mut self, seq: u32) {
        let (debate, token) = (self.debate(), Some(self.token.clone()));
        self.ask(ClientMessage::Next { debate, seq, token }).await.unwrap();
        self.until_event(seq).await;
    }

    async fn round(&mut self, round: Round) -> Answer {
        self.events.clear();
        self.ask(ClientMessage::Round(round)).await
    }

    fn wanted(&self) -> Round {
        Round {
            class: self.class.clone(),
            token: self.token.clone(),
            pixels: 4,
            image: Some(0),
            lie: Some(1),
            first: Some(Role::Honest),
            honest: built_in("row"),
            liar: built_in("row"),
            debaters: None,
        }
    }

    async fn show(&mut self, histogram: Option<bool>, ranking: Option<bool>) -> Answer {
        let (class, token) = (self.class.clone(), self.token.clone());
        self.ask(ClientMessage::Show(Show { class, token, histogram, ranking })).await
    }

    fn points(&self) -> u32 {
        self.known.as_ref().unwrap().member.as_ref().unwrap().points
    }
}

#[tokio::test]
async fn a_class_votes_sees_the_votes_when_it_may_and_is_ranked() {
    let scene = Scene::with(limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut all = Vec::new();
    for name in [Some("Ann"), Some("ann"), None] {
        all.push(Person::joins(&scene, &class, name).await);
    }
    let name = |person: &Person| person.known.as_ref()?.member.as_ref()?.name.clone();
    assert_eq!(
        all.iter().map(name).collect::<Vec<_>>(),
        [Some("Ann".into()), Some("ann 2".into()), None]
    );
    presenter
        .until(|told| {
            told.presenter.as_ref().unwrap().members.iter().filter(|one| one.here).count() == 3
        })
        .await;

    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    presenter.watch().await;
    for person in &mut all {
        assert_eq!(person.sit().await, Seat::Judge);
        // Nothing can be believed of what is not revealed, and members decide nothing.
        assert_eq!(person.vote(1, 0.5).await.unwrap_err().code, RefusalCode::Illegal);
    }
    // The honest debater is the first, and so its claim is true.
    let votes = [[0.5, 0.75, 1.0, 1.0], [0.5, 0.25, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5]];
    for after in 1..=4 {
        presenter.next(after).await;
        for (person, votes) in all.iter_mut().zip(votes) {
            person.until_event(after).await;
            person.vote(after, votes[after as usize - 1]).await.unwrap();
            let again = person.vote(after, 0.0).await.unwrap_err();
            assert_eq!(again.code, RefusalCode::Stale);
        }
        presenter.until(|told| voted(told) == (3, 3)).await;
        assert_eq!(presenter.known.as_ref().unwrap().histogram, None);
    }
    presenter.show(Some(true), None).await.unwrap();
    let shown = Histogram::of(4, [1.0, 0.0, 0.5]);
    for person in all.iter_mut().chain([&mut presenter]) {
        person.until(|told| told.histogram.as_ref() == Some(&shown)).await;
    }
    for person in &all {
        assert_eq!(person.known.as_ref().unwrap().presenter, None);
    }

    presenter.next(5).await;
    // By the quadratic score: 100 (1 − (1 − q)²) for each.
    for (person, points) in all.iter_mut().zip([75 + 94 + 200, 75 + 44, 4 * 75]) {
        let told = person.until(|told| told.debate.as_ref().unwrap().over).await;
        assert_eq!(told.member.as_ref().unwrap().latest, Some(points));
        assert!(person.events.last().unwrap().ending.is_some());
    }
    let places = all.iter().map(|one| one.known.as_ref()?.member.as_ref()?.place);
    assert_eq!(places.collect::<Vec<_>>(), [Some(1), Some(3), Some(2)]);
    presenter.show(None, Some(true)).await.unwrap();
    let ranked = |place, name: &str, points| Ranked { place, name: name.into(), points };
    let ranking = vec![ranked(1, "Ann", 369), ranked(3, "ann 2", 119)];
    for person in &mut all {
        person.until(|told| told.ranking.as_ref() == Some(&ranking)).await;
    }

    // What the audience said is in the record, and decided nothing.
    let debate = presenter.debate();
    let key = bearer(&presenter.token);
    let (_, body) = get(&scene, &format!("/api/debates/{debate}/transcript"), &key).await;
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    assert!(record.judgments.is_empty());
    // In the order of what was said, and not of who joined.
    for (judgment, place) in record.audience.iter().zip([1, 2, 0]) {
        let said: Vec<_> = judgment.events.iter().map(|said| said.event.clone()).collect();
        let belief = |(after, probability)| JudgmentEvent::Belief { after, probability };
        let mut all: Vec<_> = (1..).zip(votes[place]).map(belief).collect();
        all.push(JudgmentEvent::Unanswered);
        assert_eq!(said, all);
    }

    // The next debate: nothing is shown any more.
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    let told = all[0].until(|told| told.debate.as_ref().unwrap().number == 2).await;
    assert_eq!((&told.ranking, &told.histogram), (&None, &None));
    let (class, token) = (presenter.class.clone(), presenter.token.clone());
    presenter.ask(ClientMessage::Dismiss { class: class.clone(), token }).await.unwrap();
    let end = Dismissed { class: class.clone(), reason: CloseReason::Ended };
    while all[0].hear().await != ServerMessage::Dismissed(end.clone()) {}
    all[0].client = Client::connect(scene.address).await;
    let refusal = all[0].join(None).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UnknownClass);
    scene.stop().await;
}

/// Everything that a member hears up to the truth, with the names and keys taken out that differ from class to class:
/// of the class, and of its debate, each in order.
async fn heard(scene: &Scene, hidden: (u32, u8, Role), others: f32) -> [Vec<String>; 2] {
    let mut presenter = Person::presents(scene).await;
    let class = presenter.class.clone();
    let mut member = Person::joins(scene, &class, Some("Ann")).await;
    let mut other = Person::joins(scene, &class, Some("Ben")).await;
    let (image, lie, first) = hidden;
    let (image, lie, first) = (Some(image), Some(lie), Some(first));
    let round = Round { image, lie, first, ..presenter.wanted() };
    presenter.round(round).await.unwrap();
    presenter.watch().await;
    member.sit().await;
    other.sit().await;
    for after in 1..=4 {
        presenter.next(after).await;
        other.until_event(after).await;
        member.until_event(after).await;
        if others > 0.0 {
            other.vote(after, others).await.unwrap();
        }
        member.vote(after, 0.25).await.unwrap();
        let (debate, label) = (member.debate(), Some(0));
        let (probability, explanation, logits) = (None, None, None);
        let verdict = ClientMessage::Verdict { debate, label, probability, explanation, logits };
        assert_eq!(member.ask(verdict).await.unwrap_err().code, RefusalCode::NotSeated);
        // Nor may it ask for what comes next, or see what the presenter sees.
        let (debate, token) = (member.debate(), Some(member.token.clone()));
        let next = ClientMessage::Next { debate, seq: after + 1, token };
        assert_eq!(member.ask(next).await.unwrap_err().code, RefusalCode::NotSeated);
        let shown = member.show(Some(true), None).await.unwrap_err();
        assert_eq!(shown.code, RefusalCode::WrongToken);
    }
    // What the class still had to tell it has been told when this is over.
    tokio::time::sleep(Duration::from_millis(250)).await;
    member.ask(ClientMessage::Leave { debate: DebateId("nowhere".into()) }).await.unwrap_err();
    let (debate, token) = (presenter.debate(), member.token.clone());
    let unnamed = |frame: &String| {
        let frame = frame.replace(&debate.0, "DEBATE").replace(&token.0, "TOKEN");
        without_latency(&frame.replace(class.as_str(), "CLASS"))
    };
    let frames: Vec<_> = member.client.heard.iter().map(unnamed).collect();
    for kind in ["opinion", "judgments"] {
        let kind = format!("\"type\":\"{kind}\"");
        assert!(frames.iter().all(|frame| !frame.contains(&kind)), "{kind}");
    }
    let of_class = |frame: &String| frame.contains(r#""type":"class""#);
    let (class, debate) = frames.into_iter().partition(of_class);
    [class, debate]
}

/// The text without how long the way to the client took.
fn without_latency(text: &str) -> String {
    let Some((before, after)) = text.split_once(r#""latency_ms":"#) else { return text.into() };
    let rest = after.find(['}', ',']).map_or("", |end| &after[end..]);
    format!(r#"{before}"latency_ms":N{rest}"#)
}

#[tokio::test]
async fn a_member_hears_the_same_whatever_is_true_and_whatever_others_vote() {
    let scene = Scene::with(limits()).await;
    let one = heard(&scene, (0, 1, Role::Honest), 0.75).await;
    assert!(one[1].iter().any(|frame| frame.contains(r#""value":40"#)));
    assert_eq!(one[0].len(), 2, "joined, and a debate is on: {:?}", one[0]);
    for (hidden, others) in [
        ((1, 0, Role::Liar), 0.75),
        ((2, 0, Role::Liar), 0.75),
        ((0, 1, Role::Honest), 0.1),
        ((0, 1, Role::Honest), 0.0),
    ] {
        assert_eq!(heard(&scene, hidden, others).await, one, "{hidden:?} {others}");
    }
    scene.stop().await;
}

on_both_stores!(a_class_goes_on_where_it_was_when_the_server_restarts, |home| {
    let mut scene = Scene::at(home, limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut all = Vec::new();
    for name in ["Ann", "Ben"] {
        all.push(Person::joins(&scene, &class, Some(name)).await);
    }
    for round in 1..=2u32 {
        let wanted = presenter.wanted();
        presenter.round(wanted).await.unwrap();
        for after in 1..=5 {
            scene = scene.restart().await;
            presenter.comes_back(&scene).await;
            presenter.watch().await;
            let told = presenter.known.clone().unwrap();
            assert_eq!(told.debate.as_ref().map(|debate| debate.number), Some(round));
            assert_eq!(told.presenter.unwrap().members.len(), 2);
            presenter.next(after).await;
            for person in &mut all {
                person.comes_back(&scene).await;
                person.sit().await;
                if after < 5 {
                    person.vote(after, 1.0).await.unwrap();
                }
            }
        }
        // Killed between the truth and the points, the class counts when it is back: it is not counted twice.
        scene = scene.restart().await;
        for person in &mut all {
            person.comes_back(&scene).await;
            person.until(|told| told.debate.as_ref().unwrap().over).await;
            assert_eq!(person.points(), 400 * round);
        }
        presenter.comes_back(&scene).await;
    }
    // Who joins again with the same token, since it never heard the answer, is who it was.
    all[0].join(Some("Cleo")).await.unwrap();
    assert_eq!(all[0].points(), 800);
    presenter.until(|told| told.presenter.as_ref().unwrap().members.len() == 2).await;
    scene.stop().await;
});

#[tokio::test]
async fn a_debate_that_is_dropped_counts_for_nothing_and_makes_way_for_the_next() {
    let scene = Scene::with(limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let mut member = Person::joins(&scene, &presenter.class.clone(), Some("Ann")).await;
    let wanted = presenter.wanted();
    presenter.round(wanted.clone()).await.unwrap();
    presenter.watch().await;
    member.sit().await;
    presenter.next(1).await;
    member.until_event(1).await;
    member.vote(1, 1.0).await.unwrap();
    let dropped = presenter.debate();
    let cancel = |token: &Token| {
        let (debate, token) = (dropped.clone(), token.clone());
        ClientMessage::Cancel { debate, token }
    };
    assert_eq!(member.ask(cancel(&member.token)).await.unwrap_err().code, RefusalCode::WrongToken);
    presenter.ask(cancel(&presenter.token)).await.unwrap();
    member.until(|told| told.debate.is_none()).await;
    presenter.until(|told| told.debate.is_none()).await;
    presenter.round(wanted).await.unwrap();
    let told = member.until(|told| told.debate.is_some()).await;
    assert_eq!(told.debate.as_ref().unwrap().number, 2);
    assert_ne!(member.debate(), dropped);
    assert_eq!(
        (member.points(), member.known.as_ref().unwrap().member.as_ref().unwrap().place),
        (0, None)
    );
    scene.stop().await;
}

#[tokio::test]
async fn two_of_the_class_debate_and_the_others_vote() {
    let scene = Scene::with(limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut all = Vec::new();
    for name in ["Ann", "Ben", "Cleo"] {
        all.push(Person::joins(&scene, &class, Some(name)).await);
    }
    let debaters = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
    for (names, wrong) in [
        (&[][..], "0 of those who are here would debate"),
        (&["Ann"], "1 names of debaters"),
        (&["Ann", "Dan"], "1 of the class have these names"),
    ] {
        let round = Round { debaters: debaters(names), ..presenter.wanted() };
        let refusal = presenter.round(round).await.unwrap_err();
        assert_eq!((refusal.code, &*refusal.message), (RefusalCode::Setup, wrong));
    }
    for person in &mut all[..2] {
        let (class, token) = (class.clone(), person.token.clone());
        person.ask(ClientMessage::Willing { class, token, willing: true }).await.unwrap();
    }
    let round = Round { debaters: debaters(&[]), ..presenter.wanted() };
    presenter.round(round).await.unwrap();
    presenter.watch().await;
    let mut seats = BTreeMap::new();
    for (index, person) in all.iter_mut().enumerate() {
        seats.insert(person.sit().await.to_string(), index);
    }
    let (first, second, judge) = (seats["first"], seats["second"], seats["judge"]);
    assert_eq!(judge, 2);
    let debate = |told: &ClassTold| {
        let all = told.presenter.iter().flat_map(|all| &all.members).map(|one| one.debates);
        all.collect::<Vec<_>>() == [true, true, false]
    };
    presenter.until(debate).await;
    for after in 1..=4u32 {
        let by = if after % 2 == 1 { first } else { second };
        let (debate, pixel) = (presenter.debate(), Pixel::new(after as u8 - 1, 0));
        let reveal = || ClientMessage::Reveal { debate: debate.clone(), seq: after, pixel };
        // Not before the presenter asks.
        let early = all[by].ask(reveal()).await.unwrap_err();
        assert_eq!(early.code, RefusalCode::NotBegun);
        let (debate, token) = (debate.clone(), Some(presenter.token.clone()));
        presenter.ask(ClientMessage::Next { debate, seq: after, token }).await.unwrap();
        all[by].ask(reveal()).await.unwrap();
        presenter.until_event(after).await;
        all[judge].vote(after, 0.75).await.unwrap();
        let own = all[by].vote(after, 0.75).await.unwrap_err();
        assert_eq!(own.code, RefusalCode::NotSeated);
    }
    presenter.next(5).await;
    for person in &mut all {
        person.until(|told| told.debate.as_ref().unwrap().over).await;
    }
    assert_eq!((all[first].points(), all[second].points()), (300, 100));
    scene.stop().await;
}

#[tokio::test]
async fn what_a_class_may_take_up_is_bounded_and_its_keys_open_no_more_than_they_should() {
    let limits = Limits { class_members: 2, classes_per_address: 2, classes: 3, ..limits() };
    let limits = Limits { class_idle: Duration::from_millis(1500), ..limits };
    let scene = Scene::with(limits).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut other = Person::presents(&scene).await;
    assert_ne!(other.class, class);
    let third = other.ask(ClientMessage::Open {}).await.unwrap_err();
    assert_eq!(third.code, RefusalCode::Busy);

    let mut ann = Person::joins(&scene, &class, Some("Ann")).await;
    let mut ben = Person::joins(&scene, &class, None).await;
    let mut cleo = Person::comes(&scene, &class).await;
    assert_eq!(cleo.join(None).await.unwrap_err().code, RefusalCode::Busy);
    let attend = ClientMessage::Attend { class: class.clone(), token: cleo.token.clone() };
    assert_eq!(cleo.ask(attend).await.unwrap_err().code, RefusalCode::WrongToken);
    cleo.token = Token("short".into());
    assert_eq!(cleo.join(None).await.unwrap_err().code, RefusalCode::Malformed);

    // Nobody presents but the presenter, and no class with the key of another.
    for token in [ann.token.clone(), other.token.clone()] {
        let round = Round { token, ..presenter.wanted() };
        assert_eq!(ann.round(round).await.unwrap_err().code, RefusalCode::WrongToken);
    }
    let wanted = presenter.wanted();
    presenter.round(wanted.clone()).await.unwrap();
    assert_eq!(presenter.round(wanted).await.unwrap_err().code, RefusalCode::Illegal);
    let debate = presenter.debate();
    let take = |token: &Token| {
        let (debate, token) = (debate.clone(), token.clone());
        ClientMessage::Take { debate, token, opinions: false, judge_key: None }
    };
    assert_eq!(other.ask(take(&other.token)).await.unwrap_err().code, RefusalCode::WrongToken);
    let watch = |token: &Token| {
        let (debate, token) = (Some(debate.clone()), Some(token.clone()));
        ClientMessage::Watch { debate, token, opinions: false }
    };
    for token in [ann.token.clone(), other.token.clone()] {
        assert_eq!(ann.ask(watch(&token)).await.unwrap_err().code, RefusalCode::WrongToken);
    }
    assert!(ann.sit().await == Seat::Judge && ben.sit().await == Seat::Judge);

    // A second connection of the same member takes its place, in the class and in the debate.
    let mut again = Person::comes(&scene, &class).await;
    again.token = ann.token.clone();
    again.attend().await;
    let end = Dismissed { class: class.clone(), reason: CloseReason::SeatTaken };
    while ann.hear().await != ServerMessage::Dismissed(end.clone()) {}
    again.sit().await;
    while !matches!(ann.hear().await, ServerMessage::Closed { reason: CloseReason::SeatTaken, .. })
    {
    }

    // When nobody has anything to say in it, the class ends, and its debate with it.
    let over = Dismissed { class: class.clone(), reason: CloseReason::Over };
    let (mut dismissed, mut closed) = (false, false);
    while !(dismissed && closed) {
        match again.hear().await {
            ServerMessage::Dismissed(end) => dismissed |= end == over,
            ServerMessage::Closed { .. } => closed = true,
            _ => {}
        }
    }
    Person::presents(&scene).await;
    scene.stop().await;
}

#[tokio::test]
async fn thirty_phones_vote_at_once() {
    const PHONES: usize = 30;
    let scene = Scene::with(limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let names: Vec<_> = (0..PHONES).map(|_| Some("Phone")).collect();
    let joining = names.iter().map(|name| Person::joins(&scene, &class, *name));
    let mut all = join_all(joining).await;
    let names = all.iter().map(|person| person.known.as_ref()?.member.as_ref()?.name.clone());
    assert_eq!(names.collect::<HashSet<_>>().len(), PHONES);
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    presenter.watch().await;
    join_all(all.iter_mut().map(Person::sit)).await;
    for after in 1..=4 {
        presenter.next(after).await;
        let began = Instant::now();
        let voting = all.iter_mut().enumerate().map(|(number, person)| async move {
            person.until_event(after).await;
            person.vote(after, (number + 1) as f32 / PHONES as f32).await.unwrap();
        });
        join_all(voting).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{:?} for all", began.elapsed());
        presenter.until(|told| voted(told) == (PHONES as u32, PHONES as u32)).await;
    }
    presenter.next(5).await;
    for person in &mut all {
        person.until(|told| told.debate.as_ref().unwrap().over).await;
        assert!(person.points() > 0);
    }
    scene.stop().await;
}

on_both_stores!(three_hundred_have_a_place_each_before_and_after_a_restart, |home| {
    const PLACES: usize = 300;
    let limits = Limits { messages_at_once: 1000, outbox: 1000, ..limits() };
    let mut scene = Scene::at(home, limits).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    // One connection will do for joining: it attends as who joined last.
    let mut door = Person::comes(&scene, &class).await;
    let mut tokens = Vec::new();
    for place in 0..PLACES {
        door.token = Token(format!("{place:043}"));
        door.join(Some("Phone")).await.unwrap();
        tokens.push(door.token.clone());
    }
    door.token = Token("x".repeat(43));
    assert_eq!(door.join(None).await.unwrap_err().code, RefusalCode::Busy);

    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    presenter.watch().await;
    presenter.next(1).await;
    // On both sides of what a byte counts to.
    let mut all = Vec::new();
    for (place, vote) in [(0, 1.0), (255, 0.75), (256, 0.5), (PLACES - 1, 0.0)] {
        let mut person = Person::comes(&scene, &class).await;
        person.token = tokens[place].clone();
        person.attend().await;
        assert_eq!(person.sit().await, Seat::Judge);
        person.until(|told| told.debate.is_some()).await;
        person.vote(1, vote).await.unwrap();
        all.push(person);
    }
    scene = scene.restart().await;
    presenter.comes_back(&scene).await;
    presenter.watch().await;
    for after in 2..=5 {
        presenter.next(after).await;
    }
    for (person, points) in all.iter_mut().zip([100, 94, 75, 0]) {
        person.comes_back(&scene).await;
        person.until(|told| told.debate.as_ref().unwrap().over).await;
        assert_eq!(person.points(), points);
    }
    scene.stop().await;
});

#[tokio::test]
async fn a_vote_is_taken_until_the_next_pixel_is_shown() {
    let scene = Scene::with(limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let mut member = Person::joins(&scene, &presenter.class.clone(), Some("Ann")).await;
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    presenter.watch().await;
    member.sit().await;
    presenter.next(1).await;
    presenter.next(2).await;
    let late = member.vote(1, 1.0).await.unwrap_err();
    assert_eq!((late.code, &*late.expected), (RefusalCode::Stale, "after: 2"));
    member.vote(2, 1.0).await.unwrap();
    // Nor after a later one was given.
    assert_eq!(member.vote(0, 1.0).await.unwrap_err().code, RefusalCode::Stale);
    for after in 3..=5 {
        presenter.next(after).await;
    }
    member.until(|told| told.debate.as_ref().unwrap().over).await;
    assert_eq!(member.points(), 100);
    scene.stop().await;
}

/// What the server answers who reads the record of a debate with that token: the head's first line.
async fn reads(scene: &Scene, debate: &DebateId, token: &Token) -> (u16, String) {
    let path = format!("/api/debates/{debate}/transcript");
    let (head, body) = get(scene, &path, &bearer(token)).await;
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

on_both_stores!(who_is_sent_away_hears_of_it_and_is_let_in_no_more, |home| {
    let mut scene = Scene::at(home, limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut ann = Person::joins(&scene, &class, Some("Ann")).await;
    let mut ben = Person::joins(&scene, &class, None).await;
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    presenter.watch().await;
    for person in [&mut ann, &mut ben] {
        person.sit().await;
    }
    presenter.next(1).await;
    ann.until_event(1).await;
    ann.vote(1, 1.0).await.unwrap();
    let debate = presenter.debate();
    let send_away = |token: &Token| {
        let (class, token) = (class.clone(), token.clone());
        ClientMessage::Expel { class, token, member: 0 }
    };
    // Not by a member, nor by itself.
    for person in [&mut ann, &mut ben] {
        let refusal = person.ask(send_away(&person.token)).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::WrongToken);
    }
    presenter.ask(send_away(&presenter.token)).await.unwrap();
    let reason = CloseReason::SentAway;
    let end = ServerMessage::Dismissed(Dismissed { class: class.clone(), reason });
    let closed = ServerMessage::Closed { debate: debate.clone(), reason };
    let (mut dismissed, mut left) = (false, false);
    while !(dismissed && left) {
        let heard = ann.hear().await;
        dismissed |= heard == end;
        left |= heard == closed;
    }
    assert_eq!(ann.vote(1, 0.5).await.unwrap_err().code, RefusalCode::NotSeated);
    let told = presenter.until(|told| told.presenter.as_ref().unwrap().members.len() == 1).await;
    assert_eq!(told.presenter.as_ref().unwrap().members[0].member, 1);

    for _ in 0..2 {
        let take = ClientMessage::Take {
            debate: debate.clone(),
            token: ann.token.clone(),
            opinions: false,
            judge_key: None,
        };
        assert_eq!(ann.ask(take).await.unwrap_err().code, RefusalCode::WrongToken);
        assert_eq!(ann.join(Some("Ann")).await.unwrap_err().code, RefusalCode::TurnedAway);
        let attend = ClientMessage::Attend { class: class.clone(), token: ann.token.clone() };
        assert_eq!(ann.ask(attend).await.unwrap_err().code, RefusalCode::TurnedAway);
        scene = scene.restart().await;
        ann.client = Client::connect(scene.address).await;
    }
    // The others go on, and what was voted stays in the record and counts for nothing.
    presenter.comes_back(&scene).await;
    presenter.watch().await;
    ben.comes_back(&scene).await;
    ben.sit().await;
    ben.vote(1, 0.5).await.unwrap();
    for after in 2..=5 {
        presenter.next(after).await;
    }
    ben.until(|told| told.debate.as_ref().unwrap().over).await;
    assert_eq!(ben.known.as_ref().unwrap().member.as_ref().unwrap().place, Some(1));
    let (status, body) = reads(&scene, &debate, &ben.token).await;
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    assert_eq!((status, record.audience.len()), (200, 2));
    assert_eq!(reads(&scene, &debate, &ann.token).await.0, 403);
    scene.stop().await;
});

on_both_stores!(nobody_new_joins_while_the_door_is_closed, |home| {
    let mut scene = Scene::at(home, limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut ann = Person::joins(&scene, &class, Some("Ann")).await;
    let door = |token: &Token, open: bool| {
        let (class, token) = (class.clone(), token.clone());
        ClientMessage::Door { class, token, open }
    };
    let refusal = ann.ask(door(&ann.token, false)).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WrongToken);
    presenter.ask(door(&presenter.token, false)).await.unwrap();
    for _ in 0..2 {
        assert!(!presenter.known.as_ref().unwrap().presenter.as_ref().unwrap().open);
        let mut ben = Person::comes(&scene, &class).await;
        assert_eq!(ben.join(None).await.unwrap_err().code, RefusalCode::TurnedAway);
        scene = scene.restart().await;
        ann.comes_back(&scene).await;
        presenter.comes_back(&scene).await;
    }
    presenter.ask(door(&presenter.token, true)).await.unwrap();
    Person::joins(&scene, &class, None).await;
    scene.stop().await;
});

on_both_stores!(members_read_the_records_of_their_class_also_when_it_has_ended, |home| {
    let mut scene = Scene::at(home, limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let ann = Person::joins(&scene, &class, Some("Ann")).await;
    let wanted = presenter.wanted();
    presenter.round(wanted.clone()).await.unwrap();
    presenter.watch().await;
    for after in 1..=5 {
        presenter.next(after).await;
    }
    presenter.until(|told| told.debate.as_ref().unwrap().over).await;
    let first = presenter.debate();
    assert_eq!(reads(&scene, &first, &ann.token).await.0, 200);
    // The next goes on when the class ends.
    presenter.round(wanted).await.unwrap();
    let second = presenter.debate();
    let dismiss = ClientMessage::Dismiss { class, token: presenter.token.clone() };
    presenter.ask(dismiss).await.unwrap();
    for _ in 0..2 {
        for token in [&ann.token, &presenter.token] {
            assert_eq!(reads(&scene, &first, token).await.0, 200);
        }
        assert_eq!(reads(&scene, &first, &Token("x".repeat(43))).await.0, 403);
        scene = scene.restart().await;
        assert_eq!(reads(&scene, &second, &presenter.token).await.0, 404);
    }
    scene.stop().await;
});

on_both_stores!(a_class_that_goes_on_is_not_removed_with_what_is_old, |home| {
    let keep = Duration::from_millis(300);
    let config = |config: &mut ServerConfig| config.keep = Some(keep);
    let scene = Scene::configured(home, limits(), config).await;
    // Another class, which has ended, is removed meanwhile.
    let mut other = Person::presents(&scene).await;
    let mut presenter = Person::presents(&scene).await;
    let mut ann = Person::joins(&scene, &presenter.class.clone(), Some("Ann")).await;
    let (class, token) = (other.class.clone(), other.token.clone());
    other.ask(ClientMessage::Dismiss { class, token }).await.unwrap();
    tokio::time::sleep(4 * keep).await;
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    let (home, limits) = scene.stopped().await;
    let store = Store::open(&home.place()).await.unwrap();
    assert_eq!(store.judgments(0, 9).await.unwrap().items.len(), 1);
    store.close().await.unwrap();
    let scene = Scene::configured(home, limits, config).await;
    presenter.comes_back(&scene).await;
    ann.comes_back(&scene).await;
    assert_eq!(ann.sit().await, Seat::Judge);
    scene.stop().await;
});

on_both_stores!(a_debate_of_which_its_class_knows_nothing_ends_when_the_server_starts, |home| {
    let scene = Scene::at(home, limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    let debate = presenter.debate();
    let (home, limits) = scene.stopped().await;
    // As if the server had been killed before the class had it in its own stream, which ends so.
    let store = Store::open(&home.place()).await.unwrap();
    let stream = format!("class:{class}");
    let stored = store.judgment(&stream).await.unwrap().unwrap();
    assert!(store.remove_judgment(&stream).await.unwrap());
    store.create_judgment(stored.judgment).await.unwrap();
    store.close().await.unwrap();
    let scene = Scene::at(home, limits).await;
    presenter.comes_back(&scene).await;
    assert_eq!(presenter.known.as_ref().unwrap().debate, None);
    let (home, _) = scene.stopped().await;
    let store = Store::open(&home.place()).await.unwrap();
    assert!(store.debate(&debate.0).await.unwrap().unwrap().ended);
    store.close().await.unwrap();
});

#[tokio::test]
async fn what_all_may_measure_does_not_count_the_votes() {
    let scene = Scene::with(limits()).await;
    let mut presenter = Person::presents(&scene).await;
    let class = presenter.class.clone();
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(Person::joins(&scene, &class, None).await);
    }
    let wanted = presenter.wanted();
    presenter.round(wanted).await.unwrap();
    presenter.watch().await;
    for person in &mut all {
        person.sit().await;
    }
    presenter.next(1).await;
    let mut before = get(&scene, "/metrics", "").await.1;
    assert!(before.contains("pixel_debate_store_write_seconds_count"));
    for person in &mut all {
        person.vote(1, 0.75).await.unwrap();
        let after = get(&scene, "/metrics", "").await.1;
        assert_eq!(after, before);
        before = after;
    }
    scene.stop().await;
}

#[tokio::test]
async fn who_is_not_let_into_another_class_keeps_its_seat() {
    let scene = Scene::with(limits()).await;
    let mut one = Person::presents(&scene).await;
    let mut other = Person::presents(&scene).await;
    let mut ann = Person::joins(&scene, &one.class.clone(), Some("Ann")).await;
    let here = |told: &ClassTold| {
        told.presenter.as_ref().unwrap().members.iter().filter(|one| one.here).count()
    };
    let attend = ClientMessage::Attend { class: other.class.clone(), token: ann.token.clone() };
    assert_eq!(ann.ask(attend).await.unwrap_err().code, RefusalCode::WrongToken);
    one.attend().await;
    assert_eq!(here(one.known.as_ref().unwrap()), 1);
    // It still hears of its class.
    let wanted = one.wanted();
    one.round(wanted).await.unwrap();
    ann.until(|told| told.debate.is_some()).await;
    // Where it is let in it leaves the first.
    ann.class = other.class.clone();
    ann.join(None).await.unwrap();
    one.until(|told| here(told) == 0).await;
    other.until(|told| here(told) == 1).await;
    // And back.
    ann.class = one.class.clone();
    ann.attend().await;
    one.until(|told| here(told) == 1).await;
    other.until(|told| here(told) == 0).await;
    drop(ann);
    one.until(|told| here(told) == 0).await;
    scene.stop().await;
}
