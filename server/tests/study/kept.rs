//! What was answered is kept, once, whatever becomes of the server.

use std::sync::Arc;

use pixel_debate_protocol::study::{Answer, Asked, Place, Screen, Standing, Stopped, StudyOffer};
use pixel_debate_server::{StudyError, conducted};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::State;
use serde_json::json;

use crate::client::{ask, go_on, join, link, say, sheet, usual};
use crate::scene::{RESEARCHER, Scene};

#[tokio::test]
async fn somebody_goes_through_with_a_live_debater_and_the_server_stopped_at_every_step() {
    let mut scene = Scene::new().await;
    let joined = join(scene.address(), "ann").await;
    let (token, mut shown) = (joined.token, joined.sheet);
    let mut steps = 0;
    while !matches!(shown.screen, Screen::Stopped(_)) {
        let waits = matches!(&shown.screen, Screen::Item(item) if item.asks == (Asked::Wait {}));
        if waits {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        } else {
            let answer = usual(&shown.screen);
            let said = say(scene.address(), &token, shown.step, answer.clone()).await;
            assert_eq!(said.status, 200, "{}", said.body);
            // The same again is about a step that is over.
            let again = say(scene.address(), &token, shown.step, answer).await;
            assert_eq!((again.status, again.value()["code"].as_str()), (409, Some("stale")));
        }
        if steps % 5 == 0 {
            scene.stop().await;
            scene.start().await;
        }
        steps += 1;
        shown = sheet(scene.address(), &token).await;
    }
    let Screen::Stopped(Stopped::Finished { code, .. }) = &shown.screen else {
        panic!("{shown:?}")
    };
    assert_eq!(code.as_deref(), Some("DONE-4711"));
    scene.stop().await;
    let frozen = Arc::new(Frozen::read(&scene.frozen()).unwrap());
    let results = conducted(frozen, &scene.store()).await.unwrap().results();
    assert_eq!(results.participants[0].state, State::Finished);
    let judgments = &results.participants[0].judgments;
    assert_eq!(judgments.len(), 4);
    assert!(
        judgments.iter().all(|judgment| judgment.beliefs.len() == 4 && judgment.reveals.len() == 4)
    );
}

#[tokio::test]
async fn who_comes_again_by_the_link_goes_on_and_many_tabs_say_a_thing_once() {
    let scene = Scene::new().await;
    let first = join(scene.address(), "ann").await;
    let asks = |sheet: &pixel_debate_protocol::study::Sheet| matches!(&sheet.screen, Screen::Item(item) if item.asks == (Asked::Belief {}));
    let shown = go_on(scene.address(), &first.token, asks).await;
    let again = join(scene.address(), "ann").await;
    assert_eq!((&again.token, &again.sheet), (&first.token, &shown));
    let tabs = (0..8).map(|_| say(scene.address(), &first.token, shown.step, usual(&shown.screen)));
    let answered = futures_util::future::join_all(tabs).await;
    assert_eq!(answered.iter().filter(|answered| answered.status == 200).count(), 1);
    let other =
        ask(scene.address(), "POST", "/api/study/participants", None, &link("ann", "2")).await;
    assert_eq!(other.status, 409);
}

#[tokio::test]
async fn what_is_erased_is_in_the_store_no_more() {
    let mut scene = Scene::new().await;
    let joined = join(scene.address(), "a-name-to-be-forgotten").await;
    go_on(scene.address(), &joined.token, |_| false).await;
    let order =
        json!({ "type": "erase", "participant": "p0001", "reason": "asked for it" }).to_string();
    let ordered = ask(scene.address(), "POST", "/api/study/orders", Some(RESEARCHER), &order).await;
    let standing: Standing = ordered.read();
    assert!(standing.members[0].erased);
    assert_eq!(standing.members[0].state, Place::Excluded);
    let shown = sheet(scene.address(), &joined.token).await;
    assert_eq!(shown.screen, Screen::Stopped(Stopped::Left {}));
    for restarts in 0..2 {
        let left = say(scene.address(), &joined.token, 0, Answer::Leave {}).await;
        assert_eq!(left.status, 409, "{restarts}");
        scene.stop().await;
        scene.start().await;
    }
    scene.stop().await;
    let bytes = std::fs::read(scene.folder.path().join("study.db")).unwrap();
    let name = "a-name-to-be-forgotten";
    assert!(
        !bytes.windows(name.len()).any(|window| window == name.as_bytes()),
        "it is in the file"
    );
    let frozen = Arc::new(Frozen::read(&scene.frozen()).unwrap());
    let results = conducted(frozen, &scene.store()).await.unwrap().results();
    let text = serde_json::to_string(&results).unwrap();
    assert!(!text.contains(name) && results.participants[0].erased);
}

#[tokio::test]
async fn a_rehearsal_is_marked_for_good_and_never_mixed_with_a_study() {
    let mut scene = Scene::new().await;
    let offer = |scene: &Scene| ask(scene.address(), "GET", "/api/study", None, "");
    assert!(!offer(&scene).await.read::<StudyOffer>().rehearsal);
    let frozen = Arc::new(Frozen::read(&scene.frozen()).unwrap());
    for rehearsed in [false, true] {
        join(scene.address(), "ann").await;
        let standing: Standing =
            ask(scene.address(), "GET", "/api/study/standing", Some(RESEARCHER), "").await.read();
        assert_eq!((standing.rehearsal, standing.members.len()), (rehearsed, 1));
        scene.stop().await;
        let conduct = conducted(Arc::clone(&frozen), &scene.store()).await.unwrap();
        assert_eq!(conduct.rehearsed(), rehearsed);
        // The same store as the other is refused, and is what it was.
        scene.rehearsal = !rehearsed;
        let refused = scene.bind().await.err();
        assert!(
            matches!(
                (&refused, rehearsed),
                (Some(StudyError::IsRehearsal), true) | (Some(StudyError::IsStudy), false)
            ),
            "{refused:?}"
        );
        let conduct = conducted(Arc::clone(&frozen), &scene.store()).await.unwrap();
        assert_eq!((conduct.rehearsed(), conduct.members().len()), (rehearsed, 1));
        if !rehearsed {
            // A new store for the rehearsal.
            std::fs::rename(
                scene.folder.path().join("study.db"),
                scene.folder.path().join("kept.db"),
            )
            .unwrap();
            scene.start().await;
            assert!(offer(&scene).await.read::<StudyOffer>().rehearsal);
        }
    }
}
