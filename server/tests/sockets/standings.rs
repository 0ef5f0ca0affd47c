//! How debaters and judges have done, as HTTP tells it.

use std::time::{Duration, Instant};

use pixel_debate_game::Role;
use pixel_debate_protocol::{
    ClientMessage, DebateList, DebaterScore, JudgeScore, OtherJudges, Player, RefusalCode, Setup,
    Standings, Visibility, Wins,
};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::home::{Home, on_both_stores};
use crate::http::{get, refused};
use crate::scene::{Scene, built_in, for_a_judge, outside, setup};

/// The standings when they count so many debates: what is told may be a little old.
pub(crate) async fn standings(scene: &Scene, debates: u32) -> Standings {
    for _ in 0..400 {
        let (head, body) = get(scene, "/api/standings", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
        let standings: Standings = serde_json::from_str(&body).unwrap();
        if standings.debates == debates {
            return standings;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the standings do not count {debates} debates");
}

async fn other_judges(scene: &Scene, debate: &str) -> OtherJudges {
    let (head, body) = get(scene, &format!("/api/debates/{debate}/judges"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    serde_json::from_str(&body).unwrap()
}

pub(crate) fn named(name: &str) -> Player {
    Player::Outside { name: Some(name.into()) }
}

/// Plays a debate of programs before an outside judge, who answers so. Returns its name.
async fn judged(scene: &Scene, setup: Setup, label: u8, probability: Option<f32>) -> String {
    let mut judge = Client::connect(scene.address).await;
    let created = judge.create(setup).await;
    judge.take(&created.debate, created.tokens.judge.as_ref().unwrap()).await;
    judge.snapshot().await;
    judge.turn().await;
    for _ in 0..4 {
        judge.event().await;
    }
    let debate = created.debate.clone();
    let (label, explanation, logits) = (Some(label), None, None);
    judge.say(ClientMessage::Verdict { debate, label, probability, explanation, logits }).await;
    assert!(judge.event().await.ending.is_some());
    created.debate.0
}

/// Debates of programs before the classifier and before Ada, one that somebody gave up; and what is not
/// counted: a private one and one under way. Returns the names of those before Ada.
async fn play(scene: &Scene) -> [String; 3] {
    let mut client = Client::connect(scene.address).await;
    // The evidence is too dark for the classifier to believe the lie.
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    let ada = Setup { judge: named("Ada"), liar: built_in("mcts:1000"), ..setup() };
    let right = judged(scene, ada.clone(), 0, Some(0.75)).await;
    let wrong = judged(scene, ada.clone(), 1, Some(0.5)).await;
    let silent = judged(scene, Setup { pixels: 4, ..ada.clone() }, 0, None).await;
    judged(scene, Setup { visibility: Visibility::Private, ..ada.clone() }, 0, Some(1.0)).await;
    // Who may have been told more than the evidence is no judge among the others; who debated has.
    let told = Setup { judge_may_be_influenced: true, ..ada };
    judged(scene, told, 0, Some(1.0)).await;
    // Of a debate under way nothing is counted.
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 4).await;
    // Who gives up has lost.
    let mut gives_up = scene.seated(Setup { liar: named("Lou"), ..outside() }).await;
    gives_up.second.say(ClientMessage::Resign { debate: gives_up.debate.clone() }).await;
    for client in gives_up.all() {
        client.event().await;
    }
    [right, wrong, silent]
}

fn expected() -> Standings {
    let wins = |won, of| Wins { won, of };
    let debater = |player: &str, honest, liar| DebaterScore { player: player.into(), honest, liar };
    let judge = |judge: &str, right, of, scored, score| JudgeScore {
        judge: judge.into(),
        right,
        of,
        scored,
        score,
    };
    Standings {
        damaged: 0,
        cut_short: 0,
        other_data: 0,
        debates: 6,
        debaters: vec![
            debater("row", wins(4, 5), wins(0, 1)),
            debater("mcts:1000", wins(0, 0), wins(1, 4)),
            debater("outside", wins(1, 1), wins(0, 0)),
            debater("outside:Lou", wins(0, 0), wins(0, 1)),
        ],
        judges: vec![
            judge("outside:Ada", 2, 3, 2, Some(f64::midpoint(1.5_f64.log2(), 0.0))),
            judge("classifier:4", 1, 1, 1, None),
        ],
    }
}

/// The standings with the classifier's score taken out, which is checked to be what its logits say.
fn without_classifier(mut standings: Standings) -> Standings {
    let classifier = standings.judges.last_mut().unwrap();
    // (10 + 20 + 30 + 40) / 255 against 0.5: the truth has the larger logit by 0.1078.
    let given = 1.0 / (1.0 + (100.0_f64 / 255.0 - 0.5).exp());
    let score = classifier.score.take().unwrap();
    assert!((score - (2.0 * given).log2()).abs() < 1e-5, "{score}");
    standings
}

on_both_stores!(debaters_and_judges_are_counted_also_after_a_restart, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    assert_eq!(standings(&scene, 0).await, Standings::default());
    play(&scene).await;
    assert_eq!(without_classifier(standings(&scene, 6).await), expected());
    let scene = scene.restart().await;
    assert_eq!(without_classifier(standings(&scene, 6).await), expected());
    // What comes later is counted on top.
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    assert_eq!(standings(&scene, 7).await.debates, 7);
    scene.stop().await;
});

#[tokio::test]
async fn debates_that_ended_before_results_were_kept_are_counted_and_listed() {
    let scene = Scene::open().await;
    play(&scene).await;
    let list = async |scene: &Scene| {
        let (_, list) = get(scene, "/api/debates", "").await;
        let mut list: DebateList = serde_json::from_str(&list).unwrap();
        // When they ended was not kept either.
        list.debates.iter_mut().for_each(|summary| summary.ended_ms = None);
        list
    };
    let before = list(&scene).await;
    let Home::Folder(folder) = &scene.home else { unreachable!() };
    let file = rusqlite::Connection::open(folder.path().join("debates.db")).unwrap();
    // As an older version left it, without seals and judgments.
    file.execute_batch(
        "UPDATE results SET topic = NULL, result = NULL;
        ALTER TABLE debates DROP COLUMN seal;
        ALTER TABLE debates DROP COLUMN closing;
        ALTER TABLE events DROP COLUMN seal;
        ALTER TABLE results DROP COLUMN seal;
        ALTER TABLE results DROP COLUMN ended_ms;
        DROP INDEX results_by_age;
        ALTER TABLE results DROP COLUMN since_ms;
        DROP TABLE judgments;
        DROP TABLE totals;
        DROP TABLE holder;
        PRAGMA user_version = 3",
    )
    .unwrap();
    file.close().unwrap();
    let scene = scene.restart().await;
    assert_eq!(without_classifier(standings(&scene, 6).await), expected());
    assert_eq!(list(&scene).await, before);
    scene.stop().await;
}

on_both_stores!(others_judged_the_same_question, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let [right, wrong, silent] = play(&scene).await;
    let ada = |right, of, scored, score| JudgeScore {
        judge: "outside:Ada".into(),
        right,
        of,
        scored,
        score,
    };
    let others = other_judges(&scene, &right).await;
    assert_eq!(others.debates, 3);
    assert_eq!(others.judges[0], ada(1, 2, 1, Some(0.0)));
    assert_eq!((others.judges[1].judge.as_str(), others.judges[1].right), ("classifier:4", 1));
    let others = other_judges(&scene, &wrong).await;
    assert_eq!(others.judges[0], ada(2, 2, 1, Some(1.5_f64.log2())));
    assert_eq!(other_judges(&scene, &silent).await.debates, 3);

    // Another lie is another question, and so is another image.
    for other in [
        Setup { lie: Some(2), ..for_a_judge() },
        Setup { image: Some(1), lie: Some(0), ..for_a_judge() },
        Setup { precommit: false, lie: None, ..for_a_judge() },
    ] {
        let debate = judged(&scene, other, 0, None).await;
        assert_eq!(other_judges(&scene, &debate).await, OtherJudges::default());
    }

    // Before the outcome it is not told: which questions are the same says what is hidden.
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 4).await;
    let path = format!("GET /api/debates/{}/judges", seated.debate);
    let (status, refusal) = refused(&scene, &path, "", "").await;
    assert_eq!((status, refusal.code), (409, RefusalCode::NoOutcome));
    scene.stop().await;
});

#[tokio::test]
async fn debates_that_are_not_counted_do_not_hide_those_that_are() {
    let scene = Scene::open().await;
    let ada = Setup { judge: named("Ada"), ..for_a_judge() };
    let first = judged(&scene, ada.clone(), 0, None).await;
    let public = judged(&scene, ada.clone(), 0, None).await;
    judged(&scene, Setup { visibility: Visibility::Private, ..ada.clone() }, 0, None).await;
    judged(&scene, Setup { judge_may_be_influenced: true, ..ada }, 0, None).await;
    let Home::Folder(folder) = &scene.home else { unreachable!() };
    let file = rusqlite::Connection::open(folder.path().join("debates.db")).unwrap();
    // Only the latest are looked at: so what does not count has nothing to be found by.
    let sql = "SELECT count(*), count(topic) FROM results";
    let counts = file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(counts, Ok((4, 2)));
    for debate in [first, public] {
        assert_eq!(other_judges(&scene, &debate).await.debates, 1);
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_that_somebody_did_not_come_to_counts_for_nobody() {
    let limits = Limits { seats_time: Duration::from_millis(100), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let first = Some(Role::Honest);
    let debate = client.create(Setup { honest: named("Ada"), first, ..setup() }).await.debate;
    client.outcome(&debate).await;
    assert_eq!(standings(&scene, 0).await, Standings::default());
    scene.stop().await;
}

#[tokio::test]
async fn many_who_ask_for_the_standings_are_told_what_was_counted_a_moment_ago() {
    let scene = Scene::open().await;
    play(&scene).await;
    standings(&scene, 6).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let asked = (0..20).map(|_| standings(&scene, 6));
    for told in futures_util::future::join_all(asked).await {
        assert_eq!(told.debates, 6);
    }
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    let (_, body) = get(&scene, "/api/standings", "").await;
    let told: Standings = serde_json::from_str(&body).unwrap();
    // On a slow machine somebody has looked again meanwhile.
    if began.elapsed() < Duration::from_millis(200) {
        assert_eq!(told.debates, 6);
    }
    assert_eq!(standings(&scene, 7).await.debates, 7);
    scene.stop().await;
}
