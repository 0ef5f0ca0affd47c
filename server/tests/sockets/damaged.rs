//! A store of which something is damaged: the debate is refused by name, lists and standings say that
//! they leave it out, and everything else goes on.

use pixel_debate_protocol::{DebateList, Refusal, RefusalCode, Standings};
use pixel_debate_server::Limits;
use pixel_debate_store::Place;

use crate::client::Client;
use crate::home::Home;
use crate::http::get;
use crate::scene::{Scene, outside, setup};

#[tokio::test]
async fn a_damaged_debate_is_refused_and_left_out_and_the_rest_goes_on() {
    let mut scene = Scene::at(Home::file(), Limits::default()).await;
    let mut client = Client::connect(scene.address).await;
    let mut debates = Vec::new();
    for _ in 0..3 {
        let debate = client.create(setup()).await.debate;
        client.outcome(&debate).await;
        debates.push(debate);
    }
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 2).await;
    let torn = scene.seated(outside()).await.debate;
    let Place::File(file) = scene.home.place() else { unreachable!() };
    {
        let other = rusqlite::Connection::open(file).unwrap();
        // Another label, another outcome, and a debate under way that is unreadable.
        let image = "UPDATE debates SET secret =
            CAST(replace(CAST(secret AS TEXT), '\"label\":0', '\"label\":1') AS BLOB) WHERE id = ?1";
        assert_eq!(other.execute(image, [&debates[0].0]).unwrap(), 1);
        let result = "UPDATE results SET result = X'7b7d' WHERE debate =
            (SELECT place FROM debates WHERE id = ?1)";
        assert_eq!(other.execute(result, [&debates[1].0]).unwrap(), 1);
        let setup = "UPDATE debates SET setup = X'00' WHERE id = ?1";
        assert_eq!(other.execute(setup, [&torn.0]).unwrap(), 1);
    }
    scene = scene.restart().await;
    for debate in debates[..2].iter().chain([&torn]) {
        for path in ["", "/transcript", "/picture.png"] {
            let (head, body) = get(&scene, &format!("/api/debates/{debate}{path}"), "").await;
            assert!(head.starts_with("HTTP/1.1 410"), "{head} {body}");
            let refusal: Refusal = serde_json::from_str(&body).unwrap();
            assert_eq!(
                (refusal.code, refusal.debate.as_ref()),
                (RefusalCode::Damaged, Some(debate))
            );
        }
    }
    let (_, body) = get(&scene, "/api/debates", "").await;
    let list: DebateList = serde_json::from_str(&body).unwrap();
    let listed: Vec<_> = list.debates.iter().map(|summary| &summary.debate).collect();
    assert_eq!((listed, list.damaged), (vec![&seated.debate, &debates[2]], 3), "{body}");
    let (_, body) = get(&scene, "/api/standings", "").await;
    let standings: Standings = serde_json::from_str(&body).unwrap();
    assert_eq!((standings.debates, standings.damaged), (2, 1), "{body}");
    let (head, _) = get(&scene, &format!("/api/debates/{}/transcript", debates[2]), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    scene.stop().await;
}

#[tokio::test]
async fn debates_that_are_not_there_at_all_are_counted_too() {
    let mut scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let mut debates = Vec::new();
    for _ in 0..3 {
        let debate = client.create(setup()).await.debate;
        client.outcome(&debate).await;
        debates.push(debate);
    }
    let Place::File(file) = scene.home.place() else { unreachable!() };
    {
        let other = rusqlite::Connection::open(file).unwrap();
        for sql in [
            "DELETE FROM events WHERE debate = (SELECT place FROM debates WHERE id = ?1)",
            "DELETE FROM results WHERE debate = (SELECT place FROM debates WHERE id = ?1)",
            "DELETE FROM debates WHERE id = ?1",
        ] {
            assert!(other.execute(sql, [&debates[1].0]).unwrap() > 0, "{sql}");
        }
    }
    scene = scene.restart().await;
    let mut said = Vec::new();
    // The server looks for what is missing after its start.
    for _ in 0..400 {
        let (_, body) = get(&scene, "/api/debates", "").await;
        let list: DebateList = serde_json::from_str(&body).unwrap();
        assert_eq!(list.debates.len(), 2, "{body}");
        let (_, body) = get(&scene, "/api/standings", "").await;
        let standings: Standings = serde_json::from_str(&body).unwrap();
        said = vec![list.damaged, standings.damaged];
        if said == [1, 1] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(said, [1, 1]);
    // A part of the list that is not the last says nothing of them.
    let (_, body) = get(&scene, "/api/debates?limit=1", "").await;
    let list: DebateList = serde_json::from_str(&body).unwrap();
    assert_eq!((list.debates.len(), list.damaged), (1, 0), "{body}");
    scene.stop().await;
}
