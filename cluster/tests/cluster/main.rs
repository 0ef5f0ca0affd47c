//! Coordinators and workers at a real NATS server, and all that can go wrong between them.

mod access;
mod audit;
mod failures;
mod lab;
mod nats;
mod refusals;

use std::path::Path;

use pixel_debate_cluster::{Access, CoordinatorOptions};
use pixel_debate_datasets::mnist;
use pixel_debate_harness::RunPlan;
use pixel_debate_judge::Judge;
use tempfile::TempDir;

use lab::{Crew, LOCAL, Run, assert_same, contents, local, options, plan};
use nats::Nats;

#[test]
fn the_folder_is_that_of_a_local_run() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let crew = Crew::new(&access);
    crew.add("one");
    crew.add("two");
    let folder = TempDir::new().unwrap();
    let (finished, heard) = Run::start(&access, plan(), folder.path(), options()).finish();
    assert!(finished.unwrap().failed.is_empty());
    assert_eq!(heard.standing().done, 16, "{}", heard.all());
    assert_same(&contents(folder.path()), &LOCAL);
    // Nothing is left on the server, and what is finished stays as it is.
    assert_eq!(streams(&access), 0);
    let (finished, _) = Run::start(&access, plan(), folder.path(), options()).finish();
    assert!(finished.unwrap().was_finished);
}

/// Two runs at once at one server, of which one has a judge and images of its own, and results that
/// are too large for a message.
#[test]
fn judges_images_and_large_results_travel_by_the_object_store() {
    let Some(nats) = Nats::start("max_payload: 16384") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let place = TempDir::new().unwrap();
    write_idx(&place.path().join("digits"));
    let judge = Judge::shipped(4).unwrap().to_bytes();
    std::fs::write(place.path().join("own.safetensors"), changed(&judge)).unwrap();
    let text = r#"
title = "Own"
[images]
dataset = "digits"
range = [0, 40]
[[grid]]
name = "alone"
protocol = "judge_alone"
pixels = [4, 6]
replicates = 10
judge = ["own.safetensors", "judge-6"]
"#;
    let own = || RunPlan::new(text, place.path(), None).unwrap();
    let crew = Crew::new(&access);
    crew.add("one");
    crew.add("two");
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let one = Run::start(&access, own(), first.path(), options());
    let two = Run::start(&access, plan(), second.path(), options());
    one.finish().0.unwrap();
    two.finish().0.unwrap();
    assert_same(&contents(first.path()), &local(&own()));
    assert_same(&contents(second.path()), &LOCAL);
    assert_eq!(streams(&access), 0);
}

#[test]
fn a_full_queue_says_so_and_drops_nothing() {
    let Some(nats) = Nats::start("") else { return };
    let access = Access::new([nats.url()]).unwrap();
    let folder = TempDir::new().unwrap();
    let options = CoordinatorOptions { queue: 3, ..options() };
    let run = Run::start(&access, plan(), folder.path(), options);
    run.heard.wait_for("the queue is full: 13 shards wait until there is room");
    let crew = Crew::new(&access);
    crew.add("one");
    let (finished, _) = run.finish();
    finished.unwrap();
    assert_same(&contents(folder.path()), &LOCAL);
}

/// How many streams there are.
fn streams(access: &Access) -> usize {
    use futures_util::StreamExt;

    let servers = access.servers();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = async_nats::connect(servers).await.unwrap();
        async_nats::jetstream::new(client).stream_names().count().await
    })
}

/// The first images of MNIST's test set with their colours turned, as a dataset's folder.
fn write_idx(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    let (mnist, count) = (mnist::test(), 40_u32);
    let mut images = [0x803_u32, count, 28, 28].map(u32::to_be_bytes).concat();
    let mut labels = [0x801_u32, count].map(u32::to_be_bytes).concat();
    for image in 0..count as usize {
        images.extend(mnist.image(image).iter().map(|value| value.reverse_bits() | 1));
        labels.push(mnist.label(image));
    }
    for part in ["train", "t10k"] {
        std::fs::write(folder.join(format!("{part}-images-idx3-ubyte")), &images).unwrap();
        std::fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), &labels).unwrap();
    }
}

/// A judge's file with one number changed.
fn changed(judge: &[u8]) -> Vec<u8> {
    let mut judge = judge.to_vec();
    let last = judge.len() - 4;
    judge[last..].copy_from_slice(&0.5_f32.to_le_bytes());
    judge
}
