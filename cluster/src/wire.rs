//! What a coordinator and its workers say to each other, and where.
//!
//! | subject | what | kept |
//! |---|---|---|
//! | `pixel-debate.runs` | an [`Announcement`] each second; a [`Presence`](crate::Presence) is answered | no |
//! | `pixel-debate.workers` | the question who is there, answered likewise | no |
//! | `pixel-debate.run.RUN.work.SHARD` | a [`Task`] | on the run's work queue until it is done |
//! | `pixel-debate.run.RUN.again.SHARD` | a [`Task`] that another worker has done already | likewise |
//! | `pixel-debate.run.RUN.result.SHARD` | a [`ShardReport`] | on the run's results until it is taken |
//!
//! What a worker of another version reads first, the announcement's head, never changes its shape.

use std::collections::BTreeMap;

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_harness::{DataMark, Job};
use serde::{Deserialize, Serialize};

pub(crate) const RUNS: &str = "pixel-debate.runs";
pub(crate) const WORKERS: &str = "pixel-debate.workers";

/// The names of what a run has on the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    run: String,
}

impl Names {
    pub(crate) fn of(run: &str) -> Self {
        Self { run: run.to_owned() }
    }

    /// The run.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// The stream with the shards that are to be done.
    pub(crate) fn queue(&self) -> String {
        format!("pixel-debate-{}-work", self.run)
    }

    /// The stream with what the workers report.
    pub(crate) fn results(&self) -> String {
        format!("pixel-debate-{}-results", self.run)
    }

    /// The object store.
    pub(crate) fn bucket(&self) -> String {
        format!("pixel-debate-{}", self.run)
    }

    pub(crate) fn work(&self, shard: &str) -> String {
        format!("pixel-debate.run.{}.work.{shard}", self.run)
    }

    pub(crate) fn again(&self, shard: &str) -> String {
        format!("pixel-debate.run.{}.again.{shard}", self.run)
    }

    pub(crate) fn result(&self, shard: &str) -> String {
        format!("pixel-debate.run.{}.result.{shard}", self.run)
    }
}

/// The consumer of the shards that are to be done.
pub(crate) const WORK: &str = "work";
/// The consumer of those that are to be done by a second worker.
pub(crate) const AGAIN: &str = "again";
/// The consumer of the results.
pub(crate) const COORDINATOR: &str = "coordinator";

/// The part of an announcement that every version reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The run.
    pub(crate) run: String,
    /// The version of the coordinator's program.
    pub(crate) version: String,
    /// The run has ended.
    pub(crate) over: bool,
}

/// What a worker is told of a run before it takes a shard of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Announcement {
    #[serde(flatten)]
    pub(crate) head: Head,
    /// What the experiment is called.
    pub(crate) title: String,
    /// What the debates of the coordinator's program come to.
    pub(crate) behaviour: u32,
    /// The processor's instructions with which the judge is to compute.
    pub(crate) instructions: String,
    pub(crate) dataset: DataMark,
    /// All judges, each once.
    pub(crate) judges: Vec<JudgeMark>,
    /// Seconds after which a shard of whose worker nothing is heard is given to another.
    pub(crate) lease: f64,
    /// How often a shard is tried.
    pub(crate) tries: i64,
    /// Workers that are not to work on it, and why.
    pub(crate) refused: BTreeMap<String, String>,
}

/// A shard to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) job: Job,
    /// The seconds that it may take.
    pub(crate) limit: f64,
    /// Who has done it before, if it is to be done again.
    pub(crate) first: Option<First>,
}

/// The first of two who do the same shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct First {
    pub(crate) worker: String,
    /// SHA-256 of the shard's bytes.
    pub(crate) digest: [u8; 32],
}

/// What a worker has to say of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShardReport {
    pub(crate) worker: String,
    /// Which delivery of the task it was, from 1.
    pub(crate) delivery: i64,
    /// The task's.
    pub(crate) first: Option<First>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// The shard's bytes.
    Done(Vec<u8>),
    /// The shard's bytes are too many for a message: they are in the object store, by this name.
    Stored(String),
    /// It could not be done.
    Failed(String),
}

impl ShardReport {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a report is plain data")
    }
}
