//! `kill -9` at any moment: nothing that was acknowledged is missing.

use std::collections::BTreeMap;
use std::io::{Write, stdout};

use pixel_debate_store::{NewDebate, Store};

use crate::child::{self, Running};
use crate::places::on_both_stores;

const DEBATES: u32 = 40;

fn event(debate: &str, seq: u64) -> String {
    format!("event {seq} of {debate}")
}

on_both_stores!(nothing_acknowledged_is_missing_after_a_kill, |place| {
    let mut acknowledged = BTreeMap::<String, u64>::new();
    for lines in [0, 1, 100, 2_000, 333] {
        let mut child = Running::start("kill::appends_until_it_is_killed", &place.text);
        for line in (0..lines).map_while(|_| child.line()) {
            let (debate, seq) = line.split_once(' ').unwrap();
            acknowledged.insert(debate.into(), seq.parse().unwrap());
        }
        child.kill();
        // What it printed before it died counts as well.
        while let Some(line) = child.line() {
            if let Some((debate, Ok(seq))) = line.split_once(' ').map(|(d, seq)| (d, seq.parse())) {
                acknowledged.insert(debate.into(), seq);
            }
        }
        let store = place.open().await;
        for (debate, &last) in &acknowledged {
            let events = store.events(debate, 0).await.unwrap();
            assert!(events.len() as u64 >= last, "{debate}: {last} were acknowledged");
            for (stored, seq) in events.iter().zip(1..) {
                assert_eq!((stored.seq, &*stored.event), (seq, event(debate, seq).as_bytes()));
            }
        }
        assert!(store.unfinished(0, 1000).await.unwrap().items.len() >= acknowledged.len());
        store.close().await.unwrap();
    }
    assert_eq!(acknowledged.len() as u32, DEBATES);
    assert!(acknowledged.values().sum::<u64>() > 2_000);
});

/// Goes on with all debates at once where the store says they are.
#[tokio::test]
#[ignore = "another test starts it as a process of its own"]
async fn appends_until_it_is_killed() {
    let place = child::store().parse().unwrap();
    let store = Store::open(&place).await.unwrap();
    let tasks: Vec<_> = (0..DEBATES)
        .map(|number| {
            let (store, id) = (store.clone(), format!("d{number}"));
            tokio::spawn(async move {
                store.create(NewDebate { id: id.clone(), ..NewDebate::default() }).await.unwrap();
                // An event without an acknowledgement may be there or not.
                let last = store.debate(&id).await.unwrap().unwrap().last_seq;
                for seq in last + 1.. {
                    store.append(&id, seq, event(&id, seq), None).await.unwrap();
                    let mut stdout = stdout().lock();
                    writeln!(stdout, "store: {id} {seq}").and_then(|()| stdout.flush()).unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
