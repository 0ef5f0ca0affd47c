//! Several judges of one debate, and what they have said: kept apart from it and from each other.

use pixel_debate_game::{Event, JudgmentEvent, PanelRule, Pixel, Role, Verdict};
use pixel_debate_protocol::{
    Accepted, ClientMessage, CloseReason, DebateId, DebateRecord, OtherJudges, Panel, RefusalCode,
    Request, ServerMessage, Setup, Token,
};
use pixel_debate_server::Limits;
use pixel_debate_store::{NewJudgment, Store};

use crate::client::Client;
use crate::home::on_both_stores;
use crate::http::get;
use crate::scene::{Scene, for_a_judge, outside};
use crate::standings::{named, standings};

/// A debate between two built-in agents before that many judges.
fn for_judges(judges: u8, decides: PanelRule) -> Setup {
    Setup { panel: Some(Panel { judges, decides }), ..for_a_judge() }
}

/// As many judges of a new debate, in their seats, with their keys.
async fn seated(scene: &Scene, setup: Setup) -> (DebateId, Vec<Token>, Vec<Client>) {
    let mut judges = vec![Client::connect(scene.address).await];
    let created = judges[0].create(setup).await;
    let (debate, tokens) = (created.debate, created.tokens.panel);
    assert_eq!(created.tokens.judge, None);
    for _ in 1..tokens.len() {
        judges.push(Client::connect(scene.address).await);
    }
    for (judge, token) in judges.iter_mut().zip(&tokens) {
        judge.take(&debate, token).await;
        assert!(!judge.snapshot().await.answered);
    }
    for judge in &mut judges {
        assert_eq!(judge.turn().await.seq, 1);
    }
    (debate, tokens, judges)
}

/// Has all of them hear the four reveals.
async fn revealed(judges: &mut [Client]) {
    for judge in judges {
        for seq in 1..=4 {
            assert_eq!(judge.event().await.seq, seq);
        }
    }
}

async fn say(judge: &mut Client, id: u32, message: ClientMessage) {
    judge.say(Request { id: Some(id), message }).await;
}

/// The answer to what was said with that id, whatever events come before.
async fn accepted(judge: &mut Client, id: u32) -> Accepted {
    loop {
        match judge.hear().await {
            ServerMessage::Accepted(accepted) if accepted.id == Some(id) => return accepted,
            ServerMessage::Event(_) | ServerMessage::Turn { .. } => {}
            other => panic!("not accepted: {other:?}"),
        }
    }
}

/// Why the debate is closed, whatever events come before.
async fn closed(judge: &mut Client) -> CloseReason {
    loop {
        match judge.hear().await {
            ServerMessage::Closed { reason, .. } => return reason,
            ServerMessage::Event(_) => {}
            other => panic!("not closed: {other:?}"),
        }
    }
}

fn label(debate: &DebateId, label: u8, probability: Option<f32>) -> ClientMessage {
    ClientMessage::Verdict {
        debate: debate.clone(),
        label: Some(label),
        probability,
        explanation: None,
        logits: None,
    }
}

async fn record(scene: &Scene, debate: &DebateId) -> DebateRecord {
    let (head, body) = get(scene, &format!("/api/debates/{debate}/transcript"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    serde_json::from_str(&body).unwrap()
}

#[tokio::test]
async fn a_panel_decides_when_all_have_answered_and_no_judge_hears_of_another() {
    let scene = Scene::open().await;
    let setup = Setup { image: Some(0), lie: Some(1), ..for_judges(3, PanelRule::Majority) };
    let (debate, tokens, mut judges) = seated(&scene, setup).await;
    revealed(&mut judges).await;
    let belief = ClientMessage::Belief { debate: debate.clone(), after: 4, probability: 0.5 };
    say(&mut judges[0], 1, belief).await;
    assert_eq!(judges[0].accepted().await.seq, None);
    for (judge, answer) in [(0, 0), (1, 1)] {
        say(&mut judges[judge], 2, label(&debate, answer, Some(0.75))).await;
        assert_eq!(judges[judge].accepted().await.seq, None);
        // Once and for all.
        say(&mut judges[judge], 3, label(&debate, answer, None)).await;
        assert_eq!(judges[judge].refusal().await.code, RefusalCode::Stale);
    }
    // Who comes back is told that it has answered, and the others that they have not.
    for (judge, answered) in [(1, true), (2, false)] {
        judges[judge].resume(&debate, Some(&tokens[judge]), 4).await;
        assert_eq!(judges[judge].resumed().await.answered, answered);
    }
    say(&mut judges[2], 4, label(&debate, 0, Some(0.5))).await;
    let ended = judges[2].event().await;
    assert_eq!(judges[2].accepted().await.seq, Some(5));
    for judge in &mut judges[..2] {
        assert_eq!(judge.event().await.event, ended.event);
    }
    let Event::Verdict { verdict, outcome } = ended.event else { panic!("{ended:?}") };
    assert_eq!(outcome.winner, Role::Honest);
    let probability = Some((0.75 + 0.25 + 0.5) / 3.0);
    assert_eq!(verdict, Verdict::Label { label: 0, probability, explanation: None });
    // Nothing that a judge heard before the end came of another's words: the same frames for all, but for what
    // each has asked itself.
    let heard = |judge: &Client| {
        let told = judge.heard.iter().filter(|frame| {
            ["event", "turn"].iter().any(|kind| frame.contains(&format!(r#""type":"{kind}""#)))
        });
        told.cloned().collect::<Vec<_>>()
    };
    assert_eq!(heard(&judges[0]).len(), 6);
    assert!(judges.iter().all(|judge| heard(judge) == heard(&judges[0])));
    let record = record(&scene, &debate).await;
    let said: Vec<usize> = record.judgments.iter().map(|judgment| judgment.events.len()).collect();
    assert_eq!(said, [2, 1, 1]);
    let verdict = JudgmentEvent::Verdict {
        verdict: Verdict::Label { label: 1, probability: Some(0.75), explanation: None },
    };
    assert_eq!(record.judgments[1].events[0].event, verdict);
    scene.stop().await;
}

/// How far the judges are, as a client is told next, whatever else comes before.
async fn judgments(client: &mut Client) -> (u8, u8, Option<Vec<Vec<Option<f32>>>>) {
    loop {
        match client.hear().await {
            ServerMessage::Judgments { judges, answered, beliefs, .. } => {
                return (judges, answered, beliefs);
            }
            ServerMessage::Event(_)
            | ServerMessage::Accepted(_)
            | ServerMessage::Opinion { .. }
            | ServerMessage::Turn { .. } => {}
            other => panic!("nothing of the judges: {other:?}"),
        }
    }
}

/// Whether a client has been told anything of the judges; all that it was told till now has come.
async fn knows(client: &mut Client) -> bool {
    say(client, 99, ClientMessage::Leave { debate: DebateId("nowhere".into()) }).await;
    while !matches!(client.hear().await, ServerMessage::Error(refusal) if refusal.id == Some(99)) {}
    client.heard.iter().any(|frame| frame.contains(r#""type":"judgments""#))
}

/// Takes a seat, or watches, and wants to be told all that it may be.
async fn curious(scene: &Scene, debate: &DebateId, token: Option<&Token>) -> Client {
    let mut client = Client::connect(scene.address).await;
    let (debate, opinions) = (debate.clone(), true);
    client
        .say(match token.cloned() {
            Some(token) => ClientMessage::Take { debate, token, opinions, judge_key: None },
            None => ClientMessage::Watch { debate: Some(debate), token: None, opinions },
        })
        .await;
    client.snapshot().await;
    client
}

on_both_stores!(debaters_hear_how_many_have_answered_and_who_could_be_a_judge_does_not, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    for judge_may_be_influenced in [false, true] {
        let panel = Some(Panel { judges: 3, decides: PanelRule::Majority });
        let setup = Setup { panel, judge_may_be_influenced, ..outside() };
        let mut host = Client::connect(scene.address).await;
        let created = host.create(setup).await;
        let (debate, tokens) = (created.debate, created.tokens);
        let mut debaters = Vec::new();
        for token in [&tokens.honest, &tokens.liar] {
            debaters.push(curious(&scene, &debate, token.as_ref()).await);
        }
        let mut judges = Vec::new();
        for token in &tokens.panel {
            judges.push(curious(&scene, &debate, Some(token)).await);
        }
        let mut spectator = curious(&scene, &debate, None).await;
        for seq in 1..=4 {
            let debater = &mut debaters[(seq as usize + 1) % 2];
            debater.reveal(&debate, seq, Pixel::new(seq as u8 - 1, 0)).await;
            while !matches!(judges[2].hear().await, ServerMessage::Event(told) if told.seq == seq) {
            }
        }
        let belief = ClientMessage::Belief { debate: debate.clone(), after: 4, probability: 0.75 };
        say(&mut judges[0], 1, belief).await;
        accepted(&mut judges[0], 1).await;
        say(&mut judges[0], 2, label(&debate, 0, None)).await;
        accepted(&mut judges[0], 2).await;
        for debater in &mut debaters {
            assert_eq!(judgments(debater).await, (3, 1, None));
        }
        if judge_may_be_influenced {
            assert_eq!(judgments(&mut spectator).await, (3, 1, None));
        }
        say(&mut judges[1], 3, ClientMessage::Resign { debate: debate.clone() }).await;
        accepted(&mut judges[1], 3).await;
        assert_eq!(judgments(&mut debaters[1]).await, (3, 2, None));
        // Who comes later is told as well, also by a server that has begun anew.
        let mut again = curious(&scene, &debate, tokens.honest.as_ref()).await;
        assert_eq!(judgments(&mut again).await, (3, 2, None));
        for judge in &mut judges {
            assert!(!knows(judge).await);
        }
        assert_eq!(knows(&mut spectator).await, judge_may_be_influenced);
        scene = scene.restart().await;
        let mut again = curious(&scene, &debate, tokens.honest.as_ref()).await;
        assert_eq!(judgments(&mut again).await, (3, 2, None));
        let mut last = curious(&scene, &debate, Some(&tokens.panel[2])).await;
        assert!(!knows(&mut last).await);
        let mut spectator = curious(&scene, &debate, None).await;
        say(&mut last, 4, label(&debate, 1, Some(0.5))).await;
        let all = Some(vec![vec![None, None, None, None, Some(0.75)], vec![], vec![]]);
        for client in [&mut last, &mut again, &mut spectator] {
            while judgments(client).await != (3, 3, all.clone()) {}
        }
    }
    scene.stop().await;
});

#[tokio::test]
async fn each_judge_of_a_panel_is_in_the_standings_and_not_what_they_decide() {
    let scene = Scene::open().await;
    let setup = Setup { judge: named("Jo"), ..for_judges(3, PanelRule::Majority) };
    let setup = Setup { image: Some(0), lie: Some(1), ..setup };
    let (debate, _, mut judges) = seated(&scene, setup.clone()).await;
    revealed(&mut judges).await;
    for (judge, answer, probability) in [(0, 1, Some(0.75)), (1, 1, None), (2, 0, Some(0.75))] {
        say(&mut judges[judge], 1, label(&debate, answer, probability)).await;
        accepted(&mut judges[judge], 1).await;
    }
    let of_three = standings(&scene, 1).await.judges;
    let [jo] = &of_three[..] else { panic!("{of_three:?}") };
    assert_eq!((jo.judge.as_str(), jo.right, jo.of, jo.scored), ("outside:Jo", 1, 3, 2));
    assert_eq!(jo.score, Some(f64::midpoint(-1.0, 1.5_f64.log2())));
    // Where somebody else has judged the same, they are the others.
    let (other, _, mut judges) = seated(&scene, setup).await;
    revealed(&mut judges).await;
    let (_, body) = get(&scene, &format!("/api/debates/{other}/judges"), "").await;
    assert!(!body.contains("outside:Jo"), "{body}");
    for judge in &mut judges {
        say(judge, 1, label(&other, 0, None)).await;
        accepted(judge, 1).await;
    }
    let (_, body) = get(&scene, &format!("/api/debates/{other}/judges"), "").await;
    let others: OtherJudges = serde_json::from_str(&body).unwrap();
    assert_eq!((others.debates, others.judges), (1, of_three));
    assert_eq!(standings(&scene, 2).await.judges[0].of, 6);
    scene.stop().await;
}

#[tokio::test]
async fn who_gives_up_is_not_waited_for_and_nobody_at_all_is_no_verdict() {
    let scene = Scene::open().await;
    for giving_up in 1..=2 {
        let (debate, _, mut judges) = seated(&scene, for_judges(2, PanelRule::Mean)).await;
        let give_up = || ClientMessage::Resign { debate: debate.clone() };
        say(&mut judges[0], 1, give_up()).await;
        assert_eq!(accepted(&mut judges[0], 1).await.seq, None);
        if giving_up == 1 {
            revealed(&mut judges[1..]).await;
            judges[1].verdict(&debate, 1).await;
            let told = judges[0].events().await;
            assert_eq!(told.last().map(|told| told.seq), Some(5));
            let record = record(&scene, &debate).await;
            assert_eq!(record.judgments[0].events[0].event, JudgmentEvent::GaveUp);
        } else {
            say(&mut judges[1], 2, give_up()).await;
            assert_eq!(accepted(&mut judges[1], 2).await.seq, None);
            for judge in &mut judges {
                assert_eq!(closed(judge).await, CloseReason::NoVerdict);
            }
        }
    }
    scene.stop().await;
}

#[tokio::test]
async fn one_judge_may_give_up_as_well_at_any_time() {
    let scene = Scene::open().await;
    for seq in 0..=4 {
        let mut judge = Client::connect(scene.address).await;
        let created = judge.create(for_a_judge()).await;
        judge.take(&created.debate, created.tokens.judge.as_ref().unwrap()).await;
        judge.snapshot().await;
        judge.turn().await;
        for _ in 0..seq {
            judge.event().await;
        }
        say(&mut judge, 1, ClientMessage::Resign { debate: created.debate.clone() }).await;
        assert_eq!(accepted(&mut judge, 1).await.seq, None);
        assert_eq!(closed(&mut judge).await, CloseReason::NoVerdict);
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_panel_of_one_or_of_too_many_or_beside_the_classifier_is_refused() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    for (setup, expected) in [
        (for_judges(1, PanelRule::Mean), "panel.judges: 2 to 15, or panel: null for one judge"),
        (for_judges(16, PanelRule::Mean), "panel.judges: 2 to 15, or panel: null for one judge"),
        (
            Setup { judge: Setup::default().judge, ..for_judges(2, PanelRule::Mean) },
            "panel: null, or judge: \"outside\" or \"outside:NAME\"",
        ),
    ] {
        client.say(ClientMessage::Create(setup)).await;
        let refusal = client.refusal().await;
        assert_eq!((refusal.code, refusal.expected.as_str()), (RefusalCode::Setup, expected));
    }
    scene.stop().await;
}

on_both_stores!(what_judges_have_said_outlives_a_restart, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    let (debate, tokens, mut judges) = seated(&scene, for_judges(2, PanelRule::Majority)).await;
    revealed(&mut judges).await;
    for (after, probability) in [(0, 0.5), (4, 0.25)] {
        let belief = ClientMessage::Belief { debate: debate.clone(), after, probability };
        say(&mut judges[0], after, belief).await;
        judges[0].accepted().await;
    }
    say(&mut judges[1], 1, ClientMessage::Resign { debate: debate.clone() }).await;
    judges[1].accepted().await;
    scene = scene.restart().await;
    let mut back = Vec::new();
    for (token, beliefs) in
        tokens.iter().zip([vec![Some(0.5), None, None, None, Some(0.25)], vec![]])
    {
        let mut judge = Client::connect(scene.address).await;
        judge.resume(&debate, Some(token), 4).await;
        let resumed = judge.resumed().await;
        assert_eq!((resumed.answered, resumed.beliefs), (beliefs.is_empty(), Some(beliefs)));
        back.push(judge);
    }
    // It is held to what it has said before.
    let view = {
        back[0].resume(&debate, Some(&tokens[0]), 0).await;
        back[0].snapshot().await.view
    };
    back[0].verdict(&debate, view.claims.first.unwrap()).await;
    assert_eq!(back[0].refusal().await.code, RefusalCode::AgainstBelief);
    back[0].verdict(&debate, view.claims.second.unwrap()).await;
    assert!(back[0].event().await.ending.is_some());
    let before = record(&scene, &debate).await;
    assert_eq!(before.judgments.iter().map(|one| one.events.len()).collect::<Vec<_>>(), [3, 1]);
    scene = scene.restart().await;
    assert_eq!(record(&scene, &debate).await, before);
    scene.stop().await;
});

/// A judge's words are at the store's pace, not at the debate's: while it is away they are refused, kept, and
/// part of the judgment when it is back.
#[tokio::test]
async fn what_the_store_has_not_taken_is_refused_and_kept() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let setup = Setup { pace_ms: 0, ..for_a_judge() };
    let created = judge.create(setup).await;
    let debate = created.debate;
    judge.take(&debate, created.tokens.judge.as_ref().unwrap()).await;
    judge.snapshot().await;
    judge.turn().await;
    revealed(std::slice::from_mut(&mut judge)).await;
    let away = scene.home.take_away();
    let belief = |after| ClientMessage::Belief { debate: debate.clone(), after, probability: 0.5 };
    for after in 0..2 {
        say(&mut judge, after, belief(after)).await;
    }
    let refusal = judge.refusal().await;
    assert_eq!((refusal.code, refusal.id), (RefusalCode::StoreUnavailable, Some(0)));
    drop(away);
    assert_eq!(judge.accepted().await.id, Some(1));
    say(&mut judge, 2, belief(0)).await;
    assert_eq!(judge.refusal().await.code, RefusalCode::Stale);
    judge.verdict(&debate, 0).await;
    assert!(judge.event().await.ending.is_some());
    assert_eq!(record(&scene, &debate).await.judgments[0].events.len(), 3);
    scene.stop().await;
}

on_both_stores!(what_a_debate_leaves_unanswered_ends_with_it, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    let belief =
        ClientMessage::Belief { debate: seated.debate.clone(), after: 0, probability: 0.5 };
    say(&mut seated.judge, 1, belief).await;
    seated.judge.accepted().await;
    seated.first.say(ClientMessage::Resign { debate: seated.debate.clone() }).await;
    assert!(seated.judge.event().await.ending.is_some());
    let events = loop {
        let events = record(&scene, &seated.debate).await.judgments.remove(0).events;
        if events.len() > 1 {
            break events;
        }
    };
    assert_eq!(events[1].event, JudgmentEvent::Unanswered);
    // Of a server that was killed before it could say so, the next one does.
    let (home, limits) = scene.stopped().await;
    let (id, debate) = ("one".to_owned(), seated.debate.0.clone());
    let store = Store::open(&home.place()).await.unwrap();
    let opening = NewJudgment { id, debate, ..NewJudgment::default() };
    store.create_judgment(opening).await.unwrap();
    assert_eq!(store.unfinished_judgments(0, 9).await.unwrap().items.len(), 1);
    store.close().await.unwrap();
    scene = Scene::at(home, limits).await;
    let (home, _) = scene.stopped().await;
    let store = Store::open(&home.place()).await.unwrap();
    assert_eq!(store.unfinished_judgments(0, 9).await.unwrap().items.len(), 0);
    assert!(store.judgment("one").await.unwrap().unwrap().ended());
    store.close().await.unwrap();
});
