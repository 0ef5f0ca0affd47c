//! Workers that must not take part.

use std::time::Duration;

use pixel_debate_cluster::{Access, Worker, WorkerOptions, present_workers};
use serde_json::json;
use tempfile::TempDir;

use crate::lab::{Crew, LOCAL, Run, assert_same, contents, named, options, plan};
use crate::nats::Nats;

#[test]
fn another_version_is_refused_with_the_reason() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let crew = Crew::new(&access);
    crew.start(Worker::new(WorkerOptions { version: "0.0.9".to_owned(), ..named("old") }));
    let run = Run::start(&access, plan(), folder.path(), options());
    let reason = format!(
        "this worker is version 0.0.9 of the program, and the run is version {}'s",
        env!("CARGO_PKG_VERSION")
    );
    run.heard.wait_for(&format!("old takes no part: {reason}"));
    crew.heard.wait_for(&format!("takes no part in a run: {reason}"));
    // Its first answer may have come before it had made up its mind.
    crate::lab::wait_until(|| run.heard.standing().workers == 0, || run.heard.all());
    assert_eq!(run.heard.standing().done, 0);
    crew.add("new");
    run.finish().0.unwrap();
    assert_same(&contents(folder.path()), &LOCAL);
}

#[test]
fn another_judge_instructions_and_behaviour_are_refused_with_the_reason() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let crew = Crew::new(&access);
    crew.add("one");
    let plan = plan();
    let manifest = plan.manifest();
    let announce = |run: &str, behaviour: u32, instructions: &str, hash: &str| {
        json!({
            "run": run, "version": manifest.program.version, "over": false, "title": "Small",
            "behaviour": behaviour, "instructions": instructions, "dataset": manifest.dataset,
            "judges": [{"name": "judge-4", "hash": hash}], "lease": 30.0, "tries": 5, "refused": {},
        })
    };
    let here = pixel_debate_judge::kernels::Instructions::in_use().to_string();
    let announcements = [
        announce("1", manifest.behaviour, &here, "0123456789abcdef"),
        announce("2", manifest.behaviour, "abacus", &manifest.cells[0].play.judge.hash),
        announce("3", manifest.behaviour + 1, &here, &manifest.cells[0].play.judge.hash),
    ];
    let refusals = crew.runtime.block_on(async {
        let client = async_nats::connect(nats.url()).await.unwrap();
        let context = async_nats::jetstream::new(client.clone());
        let bucket = "pixel-debate-1".to_owned();
        let config = async_nats::jetstream::object_store::Config { bucket, ..Default::default() };
        context.create_object_store(config).await.unwrap();
        for _ in 0..100 {
            for announcement in &announcements {
                let text = announcement.to_string();
                client.publish("pixel-debate.runs", text.into()).await.unwrap();
            }
            client.flush().await.unwrap();
            let workers = present_workers(&access, Duration::from_millis(300)).await.unwrap();
            if let Some(worker) = workers.first()
                && worker.refusals.len() == 3
            {
                return worker.refusals.clone();
            }
        }
        panic!("{}", crew.heard.all());
    });
    let judge = &refusals[0].reason;
    assert!(judge.starts_with("the judge judge-4 (hash 0123456789ab) is not part"), "{judge}");
    assert!(judge.contains("whose judges are judge-4 "), "{judge}");
    let instructions = &refusals[1].reason;
    assert!(instructions.contains("with abacus, which rounds otherwise"), "{instructions}");
    let behaviour = &refusals[2].reason;
    assert!(behaviour.contains("debates are those of behaviour"), "{behaviour}");
    assert!(behaviour.contains("build both of them from one commit"), "{behaviour}");
}
