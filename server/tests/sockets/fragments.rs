//! Messages in fragments, as the websocket protocol allows, and fragments that make no message.

use pixel_debate_protocol::ServerMessage;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};

use crate::client::Client;
use crate::scene::Scene;

fn fragment(text: &str, begins: bool, ends: bool) -> Message {
    let data = if begins { Data::Text } else { Data::Continue };
    Message::Frame(Frame::message(text.as_bytes().to_vec(), OpCode::Data(data), ends))
}

#[tokio::test]
async fn a_message_may_come_in_fragments_with_pings_between() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    client.frame(fragment(r#"{"id":3,"ty"#, true, false)).await.unwrap();
    client.frame(Message::Ping(b"between".to_vec().into())).await.unwrap();
    client.frame(fragment("", false, false)).await.unwrap();
    client.frame(fragment(r#"pe":"watch"}"#, false, true)).await.unwrap();
    match client.hear().await {
        ServerMessage::Snapshot(snapshot) => assert_eq!(snapshot.id, Some(3)),
        other => panic!("not a snapshot: {other:?}"),
    }
    scene.stop().await;
}

#[tokio::test]
async fn fragments_that_make_no_message_close_the_connection() {
    let scene = Scene::open().await;
    for frames in [
        // A rest without a beginning, and a second beginning.
        vec![fragment("{}", false, true)],
        vec![fragment("{", true, false), fragment("{}", true, true)],
    ] {
        let mut client = Client::connect(scene.address).await;
        for frame in frames {
            client.frame(frame).await.unwrap();
        }
        assert_eq!(client.closed().await.0, CloseCode::Protocol);
    }
    scene.stop().await;
}

#[tokio::test]
async fn fragments_without_end_close_the_connection() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let most = client.hello.bounds.message_bytes as usize;
    client.frame(fragment("x", true, false)).await.unwrap();
    let part = "x".repeat(most / 2);
    // The server may have hung up before all of this has left.
    for _ in 0..100 {
        if client.frame(fragment(&part, false, false)).await.is_err() {
            break;
        }
    }
    assert_eq!(client.closed().await.0, CloseCode::Size);
    // Others are not disturbed.
    Client::connect(scene.address).await;
    scene.stop().await;
}
