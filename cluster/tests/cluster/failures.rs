//! Workers that die, hang and fail, and a coordinator that is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pixel_debate_agents::AgentSpec;
use pixel_debate_cluster::{Access, Assignment, CoordinatorOptions, Doing, Worker};
use pixel_debate_harness::DebaterSpec;
use tempfile::TempDir;

use crate::lab::{Crew, LOCAL, Run, assert_same, contents, named, options, plan};
use crate::nats::Nats;

/// Does shards as workers do, but one of them, of two searches, otherwise.
fn but_for_one(otherwise: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Doing {
    Arc::new(move |Assignment { job, dataset, judge, asked }, go_on| {
        let search = |agent: &Option<DebaterSpec>| {
            agent.as_ref().is_some_and(|agent| agent.to_string() == "mcts:2")
        };
        if search(&job.play.honest)
            && job.play.liar == Some(AgentSpec::Greedy.into())
            && job.play.precommit
        {
            otherwise()?;
        }
        job.rows(dataset, judge, asked, go_on).map_err(|error| error.to_string())
    })
}

#[test]
fn a_poisoned_shard_is_given_up_and_the_rest_completes() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let crew = Crew::new(&access);
    let fails = || but_for_one(|| Err("it <always> fails".to_owned()));
    crew.start(Worker::new(named("one")).doing(fails()));
    crew.start(Worker::new(named("two")).doing(but_for_one(|| panic!("it always panics"))));
    let run =
        Run::start(&access, plan(), folder.path(), CoordinatorOptions { tries: 4, ..options() });
    let (finished, heard) = run.finish();
    let finished = finished.unwrap();
    let [failed] = &finished.failed[..] else { panic!("{:?}", finished.failed) };
    assert_eq!(failed.images, [0, 1, 2]);
    assert!(failed.cell.contains("honest mcts:2 against liar greedy"), "{}", failed.cell);
    assert!(failed.error.contains("always"), "{}", failed.error);
    assert!(heard.all().contains("is given up: "), "{}", heard.all());
    assert_eq!(finished.rows.iter().filter(|rows| !rows.is_empty()).count(), 15);
    let files = contents(folder.path());
    let text = |name: &str| String::from_utf8(files[std::path::Path::new(name)].clone()).unwrap();
    assert!(text("failed.json").contains(&failed.shard));
    assert!(text("report.html").contains("What failed"));
    assert!(!text("report.html").contains("<always>"));
    drop(crew);

    // The same command tries again, and nothing shows that anything had failed.
    let crew = Crew::new(&access);
    crew.add("three");
    let (finished, heard) = Run::start(&access, plan(), folder.path(), options()).finish();
    assert!(finished.unwrap().failed.is_empty());
    assert_eq!(heard.standing().done, 1);
    assert_same(&contents(folder.path()), &LOCAL);
}

/// A worker that takes a shard and is never heard of again is like one that was killed.
#[test]
fn a_shard_that_kills_every_worker_is_given_up() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let kill = {
        let taken = Arc::clone(&taken);
        but_for_one(move || {
            taken.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_hours(1));
            Ok(())
        })
    };
    // Those that work are heard of in time, on a busy machine as well.
    let options = CoordinatorOptions { tries: 2, lease: Duration::from_secs(5), ..options() };
    let run = Run::start(&access, plan(), folder.path(), options);
    for number in 1..=2 {
        let victim = Crew::new(&access);
        victim.start(Worker::new(named(&format!("victim {number}"))).doing(Arc::clone(&kill)));
        crate::lab::wait_until(|| taken.load(Ordering::Relaxed) == number, || run.heard.all());
        // What it has done before that may be on its way still, and would be lost with it.
        loop {
            let done = run.heard.standing().done;
            std::thread::sleep(Duration::from_secs(2));
            if run.heard.standing().done == done {
                break;
            }
        }
        // All that it says ends with it.
        drop(victim);
    }
    let crew = Crew::new(&access);
    crew.add("last");
    let (finished, _) = run.finish();
    let finished = finished.unwrap();
    let [failed] = &finished.failed[..] else { panic!("{:?}", finished.failed) };
    assert!(failed.error.contains("given to a worker 2 times"), "{}", failed.error);
}

#[test]
fn a_worker_that_hangs_loses_its_shard() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let crew = Crew::new(&access);
    let hang = but_for_one(|| {
        std::thread::sleep(Duration::from_hours(1));
        Ok(())
    });
    let worker = crew.start(Worker::new(named("hung")).doing(hang));
    // Those that work take no second of an idle machine, and more of a busy one.
    let limit = Some(Duration::from_secs(10));
    let run = Run::start(&access, plan(), folder.path(), CoordinatorOptions { limit, ..options() });
    crew.heard.wait_for("it did not end within 10s");
    // With its only thread lost it is of no use.
    let ended = crew.runtime.block_on(worker).unwrap();
    let error = ended.unwrap_err().to_string();
    assert!(error.contains("all 1 threads are held by shards that did not end"), "{error}");
    crew.add("well");
    run.finish().0.unwrap();
    assert_same(&contents(folder.path()), &LOCAL);
}

#[test]
fn a_server_that_is_killed_and_loses_everything_delays_the_run() {
    let Some(mut nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let run = Run::start(&access, plan(), folder.path(), options());
    run.heard.wait_until(|standing| standing.open == 16 && standing.waiting == 0);
    nats.kill();
    // Another at its place, which knows nothing.
    let Some(_nats) = Nats::start_at(nats.port, "") else { return };
    let crew = Crew::new(&access);
    crew.add("one");
    run.finish().0.unwrap();
    assert_same(&contents(folder.path()), &LOCAL);
}

/// A report as workers make it, whose shard was damaged on the way.
#[test]
fn a_damaged_result_is_refused_and_its_shard_done_again() {
    #[derive(serde::Serialize)]
    enum Outcome {
        Done(Vec<u8>),
    }
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let run = Run::start(&access, plan(), folder.path(), options());
    run.heard.wait_until(|standing| standing.open == 16 && standing.waiting == 0);
    let id = std::fs::read_to_string(folder.path().join("shards/run")).unwrap();
    let crew = Crew::new(&access);
    let shard = crew.runtime.block_on(async {
        let client = async_nats::connect(nats.url()).await.unwrap();
        let context = async_nats::jetstream::new(client);
        let queue = context.get_stream(format!("pixel-debate-{id}-work")).await.unwrap();
        let task = queue.get_raw_message(1).await.unwrap();
        let shard = task.subject.rsplit('.').next().unwrap().to_owned();
        let bytes = [b"pdshard1", shard.as_bytes(), &[0; 40]].concat();
        let report = ("far", 1_i64, None::<()>, Outcome::Done(bytes));
        for report in [postcard::to_allocvec(&report).unwrap(), b"gibberish".to_vec()] {
            let subject = format!("pixel-debate.run.{id}.result.{shard}");
            context.publish(subject, report.into()).await.unwrap().await.unwrap();
        }
        shard
    });
    run.heard.wait_for(&format!(
        "shard {shard} of far: what it handed in is not sound: its checksum is not that of its"
    ));
    crew.add("one");
    run.finish().0.unwrap();
    assert_same(&contents(folder.path()), &LOCAL);
}
