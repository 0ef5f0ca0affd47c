//! Limits that nobody would choose: each server with them either does not start, and says why, or works.

use std::sync::Arc;
use std::time::Duration;

use pixel_debate_server::{Limits, ServeError, Server, ServerConfig};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::client::Client;
use crate::home::Home;
use crate::scene::{IMAGES, Scene, Scripted, setup};

/// Numbers at which something could break.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        20 => Just(None),
        1 => prop::sample::select(vec![0, 1, 2, 7, 16, 65_536, 1 << 32, u64::MAX]).prop_map(Some),
        1 => (1_u64..2000).prop_map(Some),
    ]
    .prop_map(|number| number.unwrap_or(300))
}

/// Times that no machine is too slow for, and those that none could keep.
fn time() -> impl Strategy<Value = Duration> {
    prop::sample::select(vec![
        Duration::ZERO,
        Duration::from_secs(20),
        Duration::from_mins(2),
        Duration::from_hours(24),
        Duration::MAX,
    ])
}

fn limits() -> impl Strategy<Value = Limits> {
    (prop::collection::vec(number(), 18), prop::collection::vec(time(), 3), any::<bool>()).prop_map(
        |(numbers, times, ordinary_times)| {
            let size = |place: usize| usize::try_from(numbers[place]).unwrap_or(usize::MAX);
            let count = |place: usize| u32::try_from(numbers[place]).unwrap_or(u32::MAX);
            let defaults = Limits::default();
            let time = |place: usize, default| if ordinary_times { default } else { times[place] };
            Limits {
                connections: size(0),
                connections_per_address: size(1),
                debates: size(2),
                debates_per_address: size(3),
                debates_a_day: count(4),
                creations_a_minute: count(5),
                creations_at_once: count(6),
                reads_a_second: count(7),
                reads_at_once: count(8),
                works_a_minute: count(9),
                works_at_once: count(10),
                store_bytes: numbers[11].saturating_mul(1 << 20),
                cache_bytes: numbers[12].saturating_mul(1 << 10),
                seats: size(13),
                message_bytes: size(14).saturating_mul(16),
                messages_at_once: count(15),
                outbox: size(16),
                threads: size(17),
                handshake: time(0, defaults.handshake),
                ping: time(1, defaults.ping),
                silence: time(2, defaults.silence),
                ..defaults
            }
        },
    )
}

/// Whether a server with these limits starts; if it does, it plays a debate.
async fn serves(limits: Limits) -> bool {
    let home = Home::file();
    let config = ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        store: home.place(),
        limits: limits.clone(),
        ..ServerConfig::new(&IMAGES, Arc::new(Scripted))
    };
    match Server::bind(config).await {
        Ok(server) => drop(server),
        Err(ServeError::Limits(error)) => {
            assert_eq!(limits.check(), Err(error.clone()));
            let sentence = error.to_string();
            assert!(sentence.starts_with("the limit ") && sentence.contains(" be "), "{sentence}");
            return false;
        }
        Err(error) => panic!("{error}"),
    }
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    scene.stop().await;
    true
}

#[test]
fn a_server_says_what_is_wrong_with_its_limits_or_works() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut served, mut refused) = (0, 0);
    // The same ones each time.
    let mut runner = TestRunner::new_with_rng(
        Config { failure_persistence: None, ..Config::with_cases(400) },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    for _ in 0..400 {
        let limits = limits().new_tree(&mut runner).unwrap().current();
        // Most are refused, which takes no time.
        if limits.check().is_err() && refused >= 20 {
            continue;
        }
        if runtime.block_on(serves(limits)) {
            served += 1;
        } else {
            refused += 1;
        }
        if served >= 12 && refused >= 20 {
            return;
        }
    }
    panic!("{served} servers worked and {refused} did not start: too few of one kind");
}
