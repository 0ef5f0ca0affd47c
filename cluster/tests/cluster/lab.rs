//! A small experiment, coordinators and workers in this process, and what they say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use pixel_debate_cluster::{
    Access, ClusterError, CoordinatorOptions, Progress, Standing, Worker, WorkerOptions, coordinate,
};
use pixel_debate_harness::{Finished, Observer, Row, RunPlan, Workers};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// Sixteen cells, a shard each.
pub(crate) const FILE: &str = r#"
title = "Small"

[images]
dataset = "mnist"
range = [0, 3]

[[grid]]
name = "small"
protocol = "debate"
pixels = 4
precommit = [true, false]
lies = "random"
honest = ["random", "greedy", "mcts:2", "mcts:3"]
liar = ["random", "greedy"]
"#;

pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What a local run of the experiment gives.
pub(crate) static LOCAL: LazyLock<Files> = LazyLock::new(|| local(&plan()));

pub(crate) fn plan() -> RunPlan {
    RunPlan::new(FILE, Path::new(""), None).unwrap()
}

pub(crate) fn local(plan: &RunPlan) -> Files {
    let folder = TempDir::new().unwrap();
    plan.run(folder.path(), 2, &Nobody).unwrap();
    contents(folder.path())
}

/// All files of a folder but the log.
pub(crate) fn contents(folder: &Path) -> Files {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "log.jsonl" {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[track_caller]
pub(crate) fn assert_same(one: &Files, other: &Files) {
    assert!(one.keys().eq(other.keys()), "{:?} and {:?}", one.keys(), other.keys());
    for (name, bytes) in one {
        assert!(other[name] == *bytes, "{} differs", name.display());
    }
}

struct Nobody;

impl Observer for Nobody {
    fn done(&self, _: usize, _: &[Row], _: bool) {}
}

/// What was said, by anybody.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<(Vec<String>, Standing)>>);

impl Heard {
    pub(crate) fn say(&self, what: &str) {
        self.0.lock().unwrap().0.push(what.to_owned());
    }

    pub(crate) fn all(&self) -> String {
        self.0.lock().unwrap().0.join("\n")
    }

    pub(crate) fn standing(&self) -> Standing {
        self.0.lock().unwrap().1.clone()
    }

    /// Waits until it stands so.
    #[track_caller]
    pub(crate) fn wait_until(&self, holds: impl Fn(&Standing) -> bool) {
        wait_until(|| holds(&self.standing()), || format!("{:?} {}", self.standing(), self.all()));
    }

    /// Waits until that was said.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str) {
        wait_until(
            || self.all().contains(what),
            || format!("{what:?} is not said: {}", self.all()),
        );
    }
}

impl Progress for Heard {
    fn standing(&self, standing: &Standing) {
        self.0.lock().unwrap().1 = standing.clone();
    }

    fn say(&self, what: &str) {
        Self::say(self, what);
    }
}

/// Longer than anything takes, also on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_mins(5);

#[track_caller]
pub(crate) fn wait_until(holds: impl Fn() -> bool, or: impl Fn() -> String) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{}", or());
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn options() -> CoordinatorOptions {
    CoordinatorOptions { lease: Duration::from_secs(2), ..CoordinatorOptions::default() }
}

/// A coordinator at work, in a folder of its own or another's.
pub(crate) struct Run {
    pub(crate) heard: Heard,
    thread: std::thread::JoinHandle<Result<Finished, ClusterError>>,
}

impl Run {
    pub(crate) fn start(
        access: &Access,
        plan: RunPlan,
        folder: &Path,
        options: CoordinatorOptions,
    ) -> Self {
        Self::start_on(Runtime::new().unwrap(), access, plan, folder, options)
    }

    /// The same on that runtime.
    pub(crate) fn start_on(
        runtime: Runtime,
        access: &Access,
        plan: RunPlan,
        folder: &Path,
        options: CoordinatorOptions,
    ) -> Self {
        let heard = Heard::default();
        let (access, folder, progress) = (access.clone(), folder.to_owned(), heard.clone());
        let thread = std::thread::spawn(move || {
            let workers = Workers::Machines(access.servers());
            plan.run_by(&workers, &folder, &Nobody, |undone| {
                let progress = Arc::new(progress);
                runtime.block_on(coordinate(&access, &plan, undone, &options, progress))
            })
        });
        Self { heard, thread }
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn finish(self) -> (Result<Finished, ClusterError>, Heard) {
        wait_until(
            || self.thread.is_finished(),
            || format!("it does not end: {:?} {}", self.heard.standing(), self.heard.all()),
        );
        (self.thread.join().unwrap(), self.heard)
    }
}

/// Workers in this process.
pub(crate) struct Crew {
    pub(crate) runtime: Runtime,
    pub(crate) access: Access,
    pub(crate) heard: Heard,
}

impl Crew {
    pub(crate) fn new(access: &Access) -> Self {
        Self { runtime: Runtime::new().unwrap(), access: access.clone(), heard: Heard::default() }
    }

    /// Starts one that does shards as workers do.
    pub(crate) fn add(&self, name: &str) -> JoinHandle<Result<(), ClusterError>> {
        self.start(Worker::new(named(name)))
    }

    pub(crate) fn start(&self, worker: Worker) -> JoinHandle<Result<(), ClusterError>> {
        let (access, heard) = (self.access.clone(), self.heard.clone());
        self.runtime.spawn(async move {
            worker.run(&access, std::future::pending(), move |said| heard.say(&said)).await
        })
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        let runtime = std::mem::replace(&mut self.runtime, Runtime::new().unwrap());
        runtime.shutdown_background();
    }
}

pub(crate) fn named(name: &str) -> WorkerOptions {
    WorkerOptions { name: name.to_owned(), ..WorkerOptions::default() }
}
