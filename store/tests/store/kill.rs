//! `kill -9` at any moment: nothing that was acknowledged is missing.

use std::collections::BTreeMap;
use std::io::{Write, stdout};

use pixel_debate_store::{NewDebate, NewJudgment, Store, StoredEvent};

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
            let events = read(&store, debate).await;
            assert!(events.len() as u64 >= last, "{debate}: {last} were acknowledged");
            for (stored, seq) in events.iter().zip(1..) {
                assert_eq!((stored.seq, &*stored.event), (seq, event(debate, seq).as_bytes()));
            }
        }
        let going = store.unfinished(0, 1000).await.unwrap().items.len()
            + store.unfinished_judgments(0, 1000).await.unwrap().items.len();
        assert!(going >= acknowledged.len());
        assert_eq!(store.faults().await.unwrap(), [""; 0]);
        store.close().await.unwrap();
    }
    assert_eq!(acknowledged.len() as u32, 2 * DEBATES);
    assert!(acknowledged.values().sum::<u64>() > 2_000);
});

/// Whether that is the name of a judgment.
fn judges(name: &str) -> bool {
    name.starts_with('j')
}

async fn read(store: &Store, name: &str) -> Vec<StoredEvent> {
    if judges(name) {
        store.judgment_events(name, 0).await.unwrap()
    } else {
        store.events(name, 0).await.unwrap()
    }
}

/// Goes on with all debates, and with a judgment of each, at once where the store says they are.
#[tokio::test]
#[ignore = "another test starts it as a process of its own"]
async fn appends_until_it_is_killed() {
    let place = child::store().parse().unwrap();
    let store = Store::open(&place).await.unwrap();
    let names = (0..DEBATES).flat_map(|number| [format!("d{number}"), format!("j{number}")]);
    let tasks: Vec<_> = names
        .map(|id| {
            let store = store.clone();
            tokio::spawn(async move {
                let debate = id.replace('j', "d");
                let new = NewDebate { id: debate.clone(), ..NewDebate::default() };
                store.create(new).await.unwrap();
                if judges(&id) {
                    let new = NewJudgment { id: id.clone(), debate, ..NewJudgment::default() };
                    store.create_judgment(new).await.unwrap();
                }
                // An event without an acknowledgement may be there or not.
                let last = read(&store, &id).await.len() as u64;
                for seq in last + 1.. {
                    if judges(&id) {
                        store.append_judgment(&id, seq, event(&id, seq), None).await.unwrap();
                    } else {
                        store.append(&id, seq, event(&id, seq), None).await.unwrap();
                    }
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
