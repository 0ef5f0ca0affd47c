//! Other data than the program's own: any number of classes, judges of one's own, and a store in which debates over
//! several data sets are.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Image, Rules, Verdict};
use pixel_debate_judge::{Evaluator, Judge, Model, Provenance, Weights};
use pixel_debate_play as play;
use pixel_debate_protocol::{
    ClientMessage, Created, DebateList, DebateRecord, JudgeKey, JudgeRecord, OtherJudges, Player,
    Recorded, RefusalCode, Request, ServerMessage, Setup, Shows, Standings,
};
use pixel_debate_server::{
    BuiltIn, Limits, NotSeated, OwnClassifier, Roster, ServeError, Server, ServerConfig,
};

use crate::client::Client;
use crate::home::{Home, on_both_stores};
use crate::http::{get, refused};
use crate::scene::{IMAGES, Scene, Scripted, built_in, for_a_judge, outside, setup};
use crate::standings::standings;

/// Images of 28x28 pixels, one of each of so many classes.
fn classes_of(names: &[String]) -> &'static Dataset {
    let images = names.len();
    let value = |at: usize| if at % 7 < 3 { (at * 31 % 255 + 1) as u8 } else { 0 };
    let pixels = (0..images * 784).map(value).collect();
    let labels = (0..images).map(|label| label as u8).collect();
    Box::leak(Box::new(Dataset::new("many", (28, 28), pixels, labels, names.to_vec()).unwrap()))
}

/// A judge of so many labels: the shipped one, whose last layer is there again and again, each time a bit smaller.
fn judge_of(labels: usize) -> Judge {
    let mut network = Judge::shipped(4).unwrap().network().unwrap().as_ref().clone();
    let rows = network.fc2.weight.chunks(1024).map(<[f32]>::to_vec).collect::<Vec<_>>();
    let part = |label: usize| 1.0 - 0.1 * (label / rows.len()) as f32 / 26.0;
    let row = |label: usize| rows[label % rows.len()].iter().map(move |it| it * part(label));
    network.fc2.weight = (0..labels).flat_map(row).collect();
    network.fc2.bias = vec![0.0; labels];
    let model = Model::Convolutions(Arc::new(network));
    Judge::new("drawn", Weights { model, provenance: Provenance::default() })
}

async fn record(scene: &Scene, debate: &str) -> DebateRecord {
    let (head, body) = get(scene, &format!("/api/debates/{debate}/transcript"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    serde_json::from_str(&body).unwrap()
}

#[tokio::test]
async fn two_to_255_classes_are_debated_and_judged() {
    for number in [2usize, 26, 47, 255] {
        let names: Vec<String> = (0..number).map(|label| format!("class {label}")).collect();
        let dataset = classes_of(&names);
        let roster = BuiltIn::default().with(4, judge_of(number), "a hash".into());
        let scene = Scene::configured(Home::file(), Limits::default(), |config| {
            (config.dataset, config.roster) = (dataset, Arc::new(roster));
        })
        .await;
        let mut client = Client::connect(scene.address).await;
        let offer = &client.hello.offer;
        assert_eq!((&offer.classes, &offer.pixels[..]), (&names, &[4][..]));
        assert_eq!((&*offer.dataset, offer.images), ("many", number as u32));

        let last = (number - 1) as u8;
        let setup = Setup {
            image: Some(0),
            lie: Some(last),
            honest: built_in("greedy"),
            liar: built_in("greedy"),
            ..setup()
        };
        for (wrong, expected) in [
            (
                Setup { image: Some(number as u32), ..setup.clone() },
                format!("image: 0 to {last}, "),
            ),
            (Setup { lie: Some(last + 1), ..setup.clone() }, "lie: ".into()),
            (Setup { pixels: 6, ..setup.clone() }, "pixels: 4, ".into()),
        ] {
            client.say(ClientMessage::Create(wrong.clone())).await;
            match client.hear().await {
                ServerMessage::Error(refusal) => {
                    assert_eq!(refusal.code, RefusalCode::Setup);
                    assert!(refusal.expected.starts_with(&expected), "{refusal}");
                }
                other => panic!("{wrong:?} {other:?}"),
            }
        }

        let over = client.create(setup.clone()).await.debate;
        let told = client.outcome(&over).await;
        let ending = told.last().unwrap().ending.clone().unwrap();
        assert_eq!(ending.background.players.judge.as_deref(), Some("classifier:4:drawn"));
        let record = record(&scene, &over.0).await;
        let data = record.data.unwrap();
        assert_eq!((data.hash, data.classes), (Some(dataset.hash()), names.clone()));
        assert_eq!(data.classifier.as_deref(), Some("a hash"));
        let transcript = record.transcript;
        let Some(Verdict::Logits { logits }) = transcript.replay().unwrap().verdict().cloned()
        else {
            panic!("the classifier gives logits")
        };
        assert_eq!((usize::from(transcript.classes), logits.len()), (number, number));
        let (head, _) = get(&scene, &format!("/api/debates/{over}/analysis?revealed=3"), "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");

        // Among all labels, the last of them is one, and none is after it.
        let open = Setup { precommit: false, lie: None, judge: Player::outside(), ..setup };
        let Created { debate, tokens, .. } = client.create(open).await;
        client.take(&debate, &tokens.judge.unwrap()).await;
        assert_eq!(client.snapshot().await.labels, None, "they are called as the offer says");
        client.turn().await;
        for _ in 0..4 {
            client.event().await;
        }
        client.verdict(&debate, last + 1).await;
        assert_eq!(client.refusal().await.code, RefusalCode::Illegal);
        client.verdict(&debate, last).await;
        assert!(client.event().await.ending.is_some());
        // Where the machine is busy a search may be cut short.
        let counted = loop {
            let (_, body) = get(&scene, "/api/standings", "").await;
            let counted: Standings = serde_json::from_str(&body).unwrap();
            if counted.debates + counted.cut_short == 2 {
                break counted;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(counted.other_data, 0);
        scene.stop().await;
    }
}

/// As many images as the scene has, of the same size and under the same name.
static OTHERS: LazyLock<Dataset> = LazyLock::new(|| {
    let classes = ["Ankle boot", "T-shirt/top", "Bag"].map(String::from).to_vec();
    Dataset::new("scene", (4, 4), vec![9; 5 * 16], vec![0, 1, 2, 2, 0], classes).unwrap()
});

/// The scene's players, whose classifier does not come with the program.
struct Own(OwnClassifier);

impl Own {
    fn of(hash: &str) -> Arc<Self> {
        Arc::new(Self(OwnClassifier { name: "own".into(), hash: hash.into() }))
    }
}

impl Roster for Own {
    fn pixels(&self) -> Vec<u8> {
        Scripted.pixels()
    }

    fn own_classifier(&self, _: u8) -> Option<&OwnClassifier> {
        Some(&self.0)
    }

    fn max_rollouts(&self) -> u32 {
        Scripted.max_rollouts()
    }

    fn check(&self, name: &str, rules: &Rules, image: &Image) -> Result<(), NotSeated> {
        Scripted.check(name, rules, image)
    }

    fn allotment(&self, name: &str, reveals_to_come: usize) -> Duration {
        Scripted.allotment(name, reveals_to_come)
    }

    fn evaluator(&self, pixels: u8, image: &Arc<Image>) -> Result<Box<dyn Evaluator>, NotSeated> {
        Scripted.evaluator(pixels, image)
    }

    fn judge(&self, pixels: u8) -> Result<Box<dyn play::Player>, NotSeated> {
        Scripted.judge(pixels)
    }

    fn debater(&self, name: &str, seed: u64) -> Result<Box<dyn play::Player>, NotSeated> {
        Scripted.debater(name, seed)
    }
}

async fn restarted(scene: Scene, configure: impl FnOnce(&mut ServerConfig)) -> Scene {
    let (home, limits) = scene.stopped().await;
    Scene::configured(home, limits, configure).await
}

on_both_stores!(debates_over_other_data_are_shown_as_they_were_and_wait_where_they_go_on, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let key = JudgeKey::new("k".repeat(43)).unwrap();
    let mut client = Client::connect(scene.address).await;
    let over = client.create(setup()).await.debate;
    client.outcome(&over).await;
    // One that somebody has judged, on a record of its own; and one that goes on.
    let judged = client.create(for_a_judge()).await;
    let (debate, token) = (judged.debate.clone(), judged.tokens.judge.clone().unwrap());
    let judge_key = Some(key.clone());
    client.say(ClientMessage::Take { debate, token, opinions: false, judge_key }).await;
    client.snapshot().await;
    client.turn().await;
    for _ in 0..4 {
        client.event().await;
    }
    client.verdict(&judged.debate, 1).await;
    client.event().await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 2).await;
    let (debate, after) = (seated.debate.clone(), 2);
    let message = ClientMessage::Belief { debate, after, probability: 0.25 };
    seated.judge.say(Request { id: Some(1), message }).await;
    seated.judge.accepted().await;

    let scene = restarted(scene, |config| config.dataset = &OTHERS).await;
    let mut client = Client::connect(scene.address).await;
    assert_eq!(client.hello.offer.classes, OTHERS.classes());
    client.watch(&over).await;
    let shown = client.snapshot().await;
    assert_eq!(shown.labels.as_deref(), Some(IMAGES.classes()));
    assert_eq!(shown.view.truth.unwrap().image, IMAGES.to_image(0));
    let data = record(&scene, &over.0).await.data.unwrap();
    assert_eq!((data.hash, &data.classes[..]), (Some(IMAGES.hash()), IMAGES.classes()));
    // The classifier that there is now knows nothing of it.
    let path = format!("GET /api/debates/{over}/analysis");
    let (status, refusal) = refused(&scene, &path, "", "").await;
    assert_eq!((status, refusal.code), (404, RefusalCode::NotFound));
    // It is counted with those of its data, and what is asked of the same image under the same name is another thing.
    let here = client.create(setup()).await.debate;
    client.outcome(&here).await;
    assert_eq!(standings(&scene, 1).await.other_data, 2);
    let (_, body) = get(&scene, &format!("/api/debates/{here}/judges"), "").await;
    let others: OtherJudges = serde_json::from_str(&body).unwrap();
    assert_eq!(others, OtherJudges::default());
    let headers = format!("Authorization: Bearer {}\r\n", key.as_str());
    let (_, body) = get(&scene, "/api/judge", &headers).await;
    let own: JudgeRecord = serde_json::from_str(&body).unwrap();
    let names: Vec<_> = own.judgments[0].names.values().map(String::as_str).collect();
    assert_eq!((names, &*own.judgments[0].source.dataset), (vec!["one", "two"], "scene"));
    let (_, body) = get(&scene, "/api/debates", "").await;
    let list: DebateList = serde_json::from_str(&body).unwrap();
    assert!(list.debates.iter().all(|listed| listed.debate != seated.debate), "{list:?}");
    // Nothing goes on that is over other data.
    client.resume(&seated.debate, Some(&seated.tokens[0]), 2).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.code, RefusalCode::OtherData);
    assert!(refusal.message.contains("over scene, and this server has other data"), "{refusal}");
    let recorded = Recorded { debate: over.clone(), token: None, shows: Shows::Asked };
    let again = Setup { recorded: Some(recorded), judge: Player::outside(), ..Setup::default() };
    client.say(ClientMessage::Create(again.clone())).await;
    assert_eq!(client.refusal().await.code, RefusalCode::OtherData);

    // At a server with its data it goes on, and what was said of it is there.
    let mut scene = scene.restart().await;
    let mut fresh = Vec::new();
    for token in &seated.tokens {
        let mut client = Client::connect(scene.address).await;
        client.resume(&seated.debate, Some(token), 2).await;
        fresh.push((client.resumed().await.beliefs, client));
    }
    assert_eq!(fresh[2].0, Some(vec![None, None, Some(0.25)]));
    let clients: Vec<Client> = fresh.into_iter().map(|(_, client)| client).collect();
    let Ok([first, second, judge]) = <[Client; 3]>::try_from(clients) else { unreachable!() };
    (seated.first, seated.second, seated.judge) = (first, second, judge);
    seated.play(3, 4).await;
    let debate = seated.debate.clone();
    seated.judge.verdict(&debate, 1).await;
    assert!(seated.first.event().await.ending.is_some());
    let mut client = Client::connect(scene.address).await;
    client.create(again).await;
    client.watch(&here).await;
    assert_eq!(client.snapshot().await.labels.as_deref(), Some(OTHERS.classes()));
    assert_eq!(standings(&scene, 3).await.other_data, 1);

    // What the labels mean is another thing where they are called otherwise, also over the same images.
    scene = restarted(scene, |config| {
        let dataset = IMAGES.clone();
        let names = ["1", "2", "3"].map(String::from).to_vec();
        let renamed = Dataset::new(
            "scene",
            (4, 4),
            dataset.pixels().to_vec(),
            dataset.labels().to_vec(),
            names,
        );
        config.dataset = Box::leak(Box::new(renamed.unwrap()));
    })
    .await;
    let mut client = Client::connect(scene.address).await;
    client.watch(&over).await;
    assert_eq!(client.snapshot().await.labels.as_deref(), Some(IMAGES.classes()));
    scene.stop().await;
});

#[tokio::test]
async fn a_debate_goes_on_before_its_own_classifier() {
    let configure =
        |hash: &'static str| move |config: &mut ServerConfig| config.roster = Own::of(hash);
    let scene = Scene::configured(Home::file(), Limits::default(), configure("one")).await;
    let mut client = Client::connect(scene.address).await;
    let by_people = client.create(outside()).await.debate;
    let by_programs = client.create(Setup { pace_ms: 400, ..setup() }).await.debate;
    let by_random = Setup { honest: built_in("random"), liar: built_in("random"), ..for_a_judge() };
    let by_random = client.create(by_random).await.debate;
    let over = client.create(setup()).await.debate;
    client.outcome(&over).await;

    let scene = restarted(scene, configure("other")).await;
    let mut client = Client::connect(scene.address).await;
    client.watch(&by_people).await;
    client.snapshot().await;
    client.watch(&by_random).await;
    client.snapshot().await;
    client.watch(&by_programs).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.code, RefusalCode::OtherData);
    assert!(refusal.message.contains("a classifier that this server does not have"), "{refusal}");
    let (head, _) = get(&scene, &format!("/api/debates/{over}/analysis"), "").await;
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");

    let scene = restarted(scene, configure("one")).await;
    let mut client = Client::connect(scene.address).await;
    let told = client.outcome(&by_programs).await;
    let ending = told.last().unwrap().ending.clone().unwrap();
    assert_eq!(ending.background.players.judge.as_deref(), Some("classifier:4:own"));
    scene.stop().await;
}

#[tokio::test]
async fn what_makes_no_debates_is_refused_before_anything_is_begun() {
    let home = Home::file();
    let pixels = |classes: usize| vec![9; classes * 784];
    let named = |names: Vec<String>| {
        let labels: Vec<u8> = (0..names.len().min(255) as u8).collect();
        Dataset::new("many", (28, 28), pixels(labels.len()), labels, names).unwrap()
    };
    let numbers = |classes: usize| (0..classes).map(|label| label.to_string()).collect::<Vec<_>>();
    for (dataset, roster, wrong) in [
        (named(numbers(1)), BuiltIn::shipped(), "the data set needs images of 2 to 255 classes"),
        (named(numbers(256)), BuiltIn::shipped(), "the data set needs images of 2 to 255 classes"),
        (
            named(numbers(11)),
            BuiltIn::shipped(),
            "the classifier for 4 pixels tells 10 labels apart, and many has 11",
        ),
        (
            named(vec!["x".repeat(10_000), "y".repeat(10_000)]),
            BuiltIn::shipped(),
            "the names of many's 2 classes have 20000 bytes together: 16384 is the most",
        ),
        (named(numbers(2)), BuiltIn::default(), "there is no classifier"),
    ] {
        let dataset = Box::leak(Box::new(dataset));
        let config =
            ServerConfig { store: home.place(), ..ServerConfig::new(dataset, Arc::new(roster)) };
        let refused: ServeError = Server::bind(config).await.map(drop).unwrap_err();
        assert!(refused.to_string().contains(wrong), "{refused}");
        let Home::Folder(folder) = &home else { unreachable!() };
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was begun");
    }
}
