//! One experiment on many machines, by NATS JetStream.
//!
//! A [coordinator](coordinate) has a run's shards done by [workers](Worker) that it does not know:
//! shards stand on a work queue, results on another stream, and judges and data that are not part of
//! the program in an object store. All three are on the NATS server and outlive anybody's death.
//! `docs/cluster.md` says how to run it, and what happens when what dies.
//!
//! ```no_run
//! use pixel_debate_cluster::{Access, Worker, WorkerOptions};
//!
//! # async fn example() -> Result<(), pixel_debate_cluster::ClusterError> {
//! let access = Access::new(["nats://127.0.0.1:4222"])?;
//! let worker = Worker::new(WorkerOptions { threads: 2, ..WorkerOptions::default() });
//! worker.run(&access, std::future::pending(), |said| eprintln!("{said}")).await?;
//! # Ok(())
//! # }
//! ```

mod access;
mod assets;
mod coordinator;
mod error;
mod presence;
mod wire;
mod worker;

pub use access::{Access, Proof, Tls};
pub use coordinator::{CoordinatorOptions, Progress, Standing, coordinate};
pub use error::ClusterError;
pub use presence::{Presence, RefusedRun, present_workers};
pub use worker::{Assignment, Doing, Worker, WorkerOptions};
