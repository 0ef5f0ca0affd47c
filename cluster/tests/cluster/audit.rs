//! Shards done twice, and a worker that computes wrongly.

use std::sync::Arc;

use pixel_debate_cluster::{Access, Assignment, CoordinatorOptions, Doing, Worker};
use tempfile::TempDir;

use crate::lab::{Crew, LOCAL, Run, assert_same, contents, named, options, plan};
use crate::nats::Nats;

/// Plays as others do, with margins that are off in the last digit.
fn wrongly() -> Doing {
    Arc::new(|Assignment { job, dataset, judge, asked }, go_on| {
        let rows = job.rows(dataset, judge, asked, go_on).map_err(|error| error.to_string())?;
        Ok(rows.map(|mut rows| {
            for row in &mut rows {
                row.margin = row.margin.map(f32::next_up);
            }
            rows
        }))
    })
}

#[test]
fn a_worker_that_computes_wrongly_is_named_and_its_work_done_again() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let crew = Crew::new(&access);
    crew.start(Worker::new(named("wrong")).doing(wrongly()));
    crew.add("right");
    crew.add("right too");
    let run =
        Run::start(&access, plan(), folder.path(), CoordinatorOptions { audit: 1.0, ..options() });
    let (finished, heard) = run.finish();
    finished.unwrap();
    let said = heard.all();
    assert!(said.contains("wrong is sent away: it computes wrongly: shard "), "{said}");
    assert!(!said.contains("right is sent away") && !said.contains("too is"), "{said}");
    assert_same(&contents(folder.path()), &LOCAL);
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert!(log.contains(r#""sent_away":"wrong""#), "{log}");
    crew.heard.wait_for("takes no part in a run: it computes wrongly");
}

#[test]
fn what_is_to_be_compared_waits_for_a_second_worker() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let crew = Crew::new(&access);
    crew.add("one");
    let run =
        Run::start(&access, plan(), folder.path(), CoordinatorOptions { audit: 1.0, ..options() });
    run.heard.wait_for("16 shards wait for a second worker to compare them with");
    crew.add("two");
    let (finished, heard) = run.finish();
    finished.unwrap();
    assert!(heard.standing().compared >= 16);
    assert_same(&contents(folder.path()), &LOCAL);
}

/// A program that has one thread for all that waits can be a coordinator, also where it has to do a
/// shard itself, and a worker.
#[test]
fn one_thread_is_enough() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let one_thread = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = CoordinatorOptions { audit: 1.0, ..options() };
    let run = Run::start_on(one_thread(), &access, plan(), folder.path(), options);
    let crew = Crew::new(&access);
    crew.start(Worker::new(named("wrong")).doing(wrongly()));
    let heard = crew.heard.clone();
    for name in ["right", "right too"] {
        let (access, heard) = (access.clone(), heard.clone());
        // It ends with the tests.
        std::thread::spawn(move || {
            let worker = Worker::new(named(name));
            let say = move |said: String| heard.say(&said);
            one_thread().block_on(worker.run(&access, std::future::pending(), say))
        });
    }
    let (finished, heard) = run.finish();
    finished.unwrap();
    assert!(heard.all().contains("wrong is sent away: it computes wrongly"), "{}", heard.all());
    assert_same(&contents(folder.path()), &LOCAL);
}
