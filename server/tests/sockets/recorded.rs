//! Debates that are over are judged again, as if they went on.

use pixel_debate_game::{Event, PanelRule, Pixel, Role};
use pixel_debate_protocol::{
    ClientMessage, CloseReason, DebateId, DebateRecord, Panel, Player, Recorded, RefusalCode,
    Request, ServerMessage, Setup, Shows, Standings, Token, Visibility,
};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::http::get;
use crate::scene::{Scene, outside, setup};

/// The setup by which a debate is judged again.
fn again(debate: &DebateId, shows: Shows) -> Setup {
    let recorded = Recorded { debate: debate.clone(), token: None, shows };
    let judge = Player::Outside { name: Some("Ada".into()) };
    Setup { recorded: Some(recorded), judge, pace_ms: 0, ..Setup::default() }
}

/// A debate between two built-in agents that is over.
async fn over(scene: &Scene, setup: Setup) -> DebateId {
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup).await.debate;
    client.outcome(&debate).await;
    debate
}

async fn record(scene: &Scene, debate: &DebateId) -> DebateRecord {
    let (head, body) = get(scene, &format!("/api/debates/{debate}/transcript"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    serde_json::from_str(&body).unwrap()
}

/// A judge of a debate that is judged again, in its seat.
struct Seated {
    debate: DebateId,
    token: Token,
    creator: Token,
    judge: Client,
}

impl Seated {
    async fn of(scene: &Scene, setup: Setup) -> Self {
        let mut judge = Client::connect(scene.address).await;
        let created = judge.create(setup).await;
        let (debate, creator) = (created.debate, created.tokens.creator);
        let token = created.tokens.judge.unwrap();
        judge.take(&debate, &token).await;
        let snapshot = judge.snapshot().await;
        assert!(snapshot.shows.is_some() && snapshot.view.evidence.is_empty());
        assert_eq!(judge.turn().await.seq, 1);
        Self { debate, token, creator, judge }
    }

    /// The next reveal.
    async fn reveal(&mut self) -> Event {
        self.judge.event().await.event
    }

    async fn next(&mut self, seq: u32, token: Option<&Token>) {
        let (debate, token) = (self.debate.clone(), token.cloned());
        let message = ClientMessage::Next { debate, seq, token };
        self.judge.say(Request { id: Some(seq), message }).await;
    }
}

fn reveals(record: &DebateRecord) -> Vec<Event> {
    let debate = record.transcript.replay().unwrap();
    debate.events().filter(|event| matches!(event, Event::Reveal { .. })).collect()
}

/// What a judge hears is the evidence, whatever else is different about what was recorded: of two images with the
/// same first row the frames are the same, and those of a debate that goes on are as well.
#[tokio::test]
async fn a_judge_hears_what_the_debates_own_judge_heard_and_nothing_of_the_record() {
    let scene = Scene::open().await;
    let mut all = Vec::new();
    for (image, lie, first) in [(0, 1, Role::Honest), (1, 0, Role::Liar)] {
        let first = Some(first);
        let old =
            over(&scene, Setup { image: Some(image), lie: Some(lie), first, ..setup() }).await;
        for shows in [Shows::Paced, Shows::Recorded, Shows::Asked] {
            let mut seated = Seated::of(&scene, again(&old, shows)).await;
            let mut shown = Vec::new();
            for seq in 1..=4 {
                if shows == Shows::Asked {
                    seated.next(seq, None).await;
                    assert_eq!(seated.judge.accepted().await.id, Some(seq));
                }
                shown.push(seated.reveal().await);
            }
            assert_eq!(shown, reveals(&record(&scene, &old).await));
            let told = |frame: &&String| !frame.contains("accepted") && !frame.contains("created");
            let plain = |frame: &String| {
                let frame = frame.replace(&seated.debate.0, "ID");
                frame
                    .replace(&format!(r#","shows":{}"#, serde_json::to_string(&shows).unwrap()), "")
            };
            let heard: Vec<String> = seated.judge.heard.iter().filter(told).map(plain).collect();
            assert_eq!(heard.len(), 6);
            all.push(heard);
        }
        let live = Setup { image: Some(image), lie: Some(lie), first, ..setup() };
        let live = Setup { judge: Player::outside(), ..live };
        let mut judge = Client::connect(scene.address).await;
        let created = judge.create(live).await;
        judge.take(&created.debate, created.tokens.judge.as_ref().unwrap()).await;
        judge.snapshot().await;
        judge.turn().await;
        for _ in 1..=4 {
            judge.event().await;
        }
        let plain = |frame: &String| frame.replace(&created.debate.0, "ID");
        all.push(judge.heard[1..].iter().map(plain).collect());
    }
    assert!(all.iter().all(|heard| *heard == all[0]), "{all:#?}");
    scene.stop().await;
}

on_both_stores!(it_has_a_record_and_judges_of_its_own_and_counts_for_its_judge_alone, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    let old = over(&scene, setup()).await;
    let before = record(&scene, &old).await;
    let mut seated = Seated::of(&scene, again(&old, Shows::Asked)).await;
    for seq in 1..=2 {
        seated.next(seq, None).await;
        assert_eq!(seated.judge.accepted().await.id, Some(seq));
        seated.reveal().await;
    }
    scene = scene.restart().await;
    let mut judge = Client::connect(scene.address).await;
    judge.resume(&seated.debate, Some(&seated.token), 2).await;
    assert_eq!(judge.resumed().await.seq, 2);
    seated.judge = judge;
    for seq in 3..=4 {
        seated.next(seq, None).await;
        assert_eq!(seated.judge.accepted().await.id, Some(seq));
        seated.reveal().await;
    }
    let lie = before.transcript.claims.liar.unwrap();
    seated.judge.verdict(&seated.debate, lie).await;
    assert!(seated.judge.event().await.ending.is_some());
    let after = record(&scene, &seated.debate).await;
    assert_eq!((reveals(&after), after.recorded.as_ref()), (reveals(&before), Some(&old)));
    assert_eq!(after.transcript.players.honest, before.transcript.players.honest);
    assert_eq!(after.transcript.players.judge.as_deref(), Some("outside:Ada"));
    assert_eq!(record(&scene, &old).await, before);
    let (_, standings) = get(&scene, "/api/standings", "").await;
    let standings: Standings = serde_json::from_str(&standings).unwrap();
    assert_eq!(standings.debates, 1);
    let debates: u32 = standings.debaters.iter().map(|one| one.honest.of + one.liar.of).sum();
    let ada = standings.judges.iter().find(|one| one.judge == "outside:Ada").unwrap();
    assert_eq!((debates, ada.of, ada.right), (2, 1, 0));
    scene.stop().await;
});

#[tokio::test]
async fn the_next_reveal_is_the_judges_or_the_creators_to_ask_for() {
    let scene = Scene::open().await;
    let old = over(&scene, setup()).await;
    let mut seated = Seated::of(&scene, again(&old, Shows::Asked)).await;
    let creator = seated.creator.clone();
    for (seq, token, code) in [
        (2, None, RefusalCode::Illegal),
        (1, Some(Token("guess".into())), RefusalCode::NotSeated),
        (1, Some(seated.token.clone()), RefusalCode::NotSeated),
    ] {
        seated.next(seq, token.as_ref()).await;
        assert_eq!(seated.judge.refusal().await.code, code);
    }
    // Asked for twice, it is shown once.
    seated.next(1, Some(&creator)).await;
    seated.next(1, None).await;
    let (mut heard, mut codes) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        match seated.judge.hear().await {
            ServerMessage::Event(told) => heard.push(told.seq),
            ServerMessage::Accepted(accepted) => assert_eq!(accepted.seq, None),
            ServerMessage::Error(refusal) => codes.push(refusal.code),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((heard, codes), (vec![1], vec![RefusalCode::Stale]));
    seated.next(1, None).await;
    assert_eq!(seated.judge.refusal().await.code, RefusalCode::Stale);
    let mut stranger = Client::connect(scene.address).await;
    stranger.watch(&seated.debate).await;
    stranger.snapshot().await;
    let message = ClientMessage::Next { debate: seated.debate.clone(), seq: 2, token: None };
    stranger.say(message).await;
    assert_eq!(stranger.refusal().await.code, RefusalCode::NotSeated);
    // Of what is shown by itself nothing is asked for.
    let mut paced = Seated::of(&scene, Setup { pace_ms: 5000, ..again(&old, Shows::Paced) }).await;
    paced.next(1, None).await;
    assert_eq!(paced.judge.refusal().await.code, RefusalCode::Illegal);
    scene.stop().await;
}

#[tokio::test]
async fn a_judge_who_never_asks_ends_it() {
    let limits = Limits { verdict: std::time::Duration::from_millis(300), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let old = over(&scene, setup()).await;
    let mut seated = Seated::of(&scene, again(&old, Shows::Asked)).await;
    assert_eq!(seated.judge.dismissed().await, CloseReason::NoVerdict);
    scene.stop().await;
}

#[tokio::test]
async fn what_cannot_be_judged_again_is_refused() {
    let scene = Scene::open().await;
    let old = over(&scene, setup()).await;
    let mut client = Client::connect(scene.address).await;
    let mut resigned = scene.seated(outside()).await;
    resigned.first.reveal(&resigned.debate, 1, Pixel::new(0, 0)).await;
    let going = resigned.debate.clone();
    let unknown = DebateId("AAAAAAAAAAAAAAAA".into());
    let good = again(&old, Shows::Paced);
    for (setup, code, expected) in [
        (again(&unknown, Shows::Paced), RefusalCode::UnknownDebate, ""),
        (again(&going, Shows::Paced), RefusalCode::NoOutcome, ""),
        (Setup { pixels: 4, ..good.clone() }, RefusalCode::Setup, "a setup without \"pixels\""),
        (Setup { lie: Some(1), ..good.clone() }, RefusalCode::Setup, "a setup without \"lie\""),
        (
            Setup { honest: Player::outside(), ..good.clone() },
            RefusalCode::Setup,
            "a setup without",
        ),
        (Setup { judge: Setup::default().judge, ..good }, RefusalCode::Setup, "judge: \"outside\""),
    ] {
        client.say(ClientMessage::Create(setup)).await;
        let refusal = client.refusal().await;
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(refusal.expected.starts_with(expected), "{refusal}");
    }
    resigned.second.say(ClientMessage::Resign { debate: going.clone() }).await;
    resigned.judge.events().await;
    client.say(ClientMessage::Create(again(&going, Shows::Paced))).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.expected, "recorded.debate: one with all of its reveals");
    scene.stop().await;
}

/// What not everybody may see is not made public by judging it again.
#[tokio::test]
async fn a_private_debate_stays_private() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let private = Setup { visibility: Visibility::Private, ..setup() };
    let created = client.create(private).await;
    let spectator = created.tokens.spectator;
    let (debate, opinions) = (Some(created.debate.clone()), false);
    client.say(ClientMessage::Watch { debate, token: spectator.clone(), opinions }).await;
    // It may be over by now.
    if client.snapshot().await.view.outcome.is_none() {
        client.events().await;
    }
    let with = |token: Option<Token>, visibility| {
        let recorded = Recorded { debate: created.debate.clone(), token, shows: Shows::Paced };
        Setup { recorded: Some(recorded), visibility, ..again(&created.debate, Shows::Paced) }
    };
    for (setup, code) in [
        (with(None, Visibility::Private), RefusalCode::WrongToken),
        (with(spectator.clone(), Visibility::Unlisted), RefusalCode::Setup),
        (with(spectator.clone(), Visibility::Public), RefusalCode::Setup),
    ] {
        client.say(ClientMessage::Create(setup)).await;
        assert_eq!(client.refusal().await.code, code);
    }
    client.create(with(spectator, Visibility::Private)).await;
    scene.stop().await;
}

on_both_stores!(judges_who_have_spoken_before_the_first_reveal_are_not_waited_for_again, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    let old = over(&scene, setup()).await;
    let panel = Some(Panel { judges: 2, decides: PanelRule::Majority });
    let mut judges = [Client::connect(scene.address).await, Client::connect(scene.address).await];
    let created = judges[0].create(Setup { panel, ..again(&old, Shows::Asked) }).await;
    for (judge, token) in judges.iter_mut().zip(&created.tokens.panel) {
        judge.take(&created.debate, token).await;
        judge.snapshot().await;
    }
    for judge in &mut judges {
        judge.turn().await;
    }
    let message = ClientMessage::Resign { debate: created.debate.clone() };
    judges[0].say(Request { id: Some(1), message }).await;
    judges[0].accepted().await;
    scene = scene.restart().await;
    let mut judge = Client::connect(scene.address).await;
    judge.take(&created.debate, &created.tokens.panel[1]).await;
    assert!(judge.snapshot().await.turn.is_some());
    let (debate, token) = (created.debate.clone(), Some(created.tokens.creator));
    judge.say(ClientMessage::Next { debate, seq: 1, token }).await;
    assert_eq!(judge.event().await.seq, 1);
    scene.stop().await;
});
