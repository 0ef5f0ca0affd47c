//! How many shards a second a queue bears: a coordinator and many workers that do nothing, in one
//! process and at one NATS server.
//!
//!     nats-server -js -p 4333 -sd "$(mktemp -d)" &
//!     cargo run --release -p pixel-debate-cluster --example queue -- nats://127.0.0.1:4333 200 20000
//!
//! The arguments are the server's URL, the number of workers, and that of shards.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use pixel_debate_cluster::{
    Access, ClusterError, CoordinatorOptions, Doing, Progress, Standing, Worker, WorkerOptions,
    coordinate,
};
use pixel_debate_harness::{Observer, Row, RunPlan, Workers};

/// Rollouts of a debate that is large enough for a shard of its own.
const EXPENSIVE: usize = 100_000;
/// MNIST's test images.
const MOST_IMAGES: usize = 10_000;

struct Silent;

impl Observer for Silent {
    fn done(&self, _: usize, _: &[Row], _: bool) {}
}

impl Progress for Silent {
    fn standing(&self, _: &Standing) {}

    fn say(&self, what: &str) {
        println!("  {what}");
    }
}

/// An experiment of at least so many shards: debates of which one image is a shard.
fn experiment(shards: usize) -> String {
    let images = shards.min(MOST_IMAGES);
    let replicates = shards.div_ceil(images.max(1));
    let cells: Vec<String> = (0..replicates)
        .map(|number| {
            format!(
                "[[grid]]\nname = \"{number}\"\nprotocol = \"debate\"\npixels = 6\n\
                 honest = \"mcts:{}\"\nliar = \"same\"\n",
                EXPENSIVE + number
            )
        })
        .collect();
    let cells = cells.concat();
    format!("title = \"Queue\"\n[images]\ndataset = \"mnist\"\nrandom = {images}\n{cells}")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, workers, shards] = &arguments[..] else {
        eprintln!("the arguments are URL WORKERS SHARDS");
        return ExitCode::FAILURE;
    };
    let (Ok(workers), Ok(shards)) = (workers.parse(), shards.parse()) else {
        eprintln!("WORKERS and SHARDS are numbers");
        return ExitCode::FAILURE;
    };
    match measure(url, workers, shards) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(url: &str, workers: usize, shards: usize) -> Result<(), ClusterError> {
    let access = Access::new([url])?;
    let plan = RunPlan::new(&experiment(shards), Path::new(""), None)
        .map_err(|refusal| ClusterError::Option(refusal.to_string()))?;
    let nothing: Doing = Arc::new(|_, _| Ok(Some(Vec::new())));
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    for number in 0..workers {
        let options =
            WorkerOptions { name: format!("worker-{number}"), ..WorkerOptions::default() };
        let worker = Worker::new(options).doing(Arc::clone(&nothing));
        let access = access.clone();
        runtime.spawn(async move {
            if let Err(error) = worker.run(&access, std::future::pending(), |_| {}).await {
                eprintln!("error: {error}");
            }
        });
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let began = Instant::now();
    let run_by = Workers::Machines(access.servers());
    let options = CoordinatorOptions { queue: 1_000_000, ..CoordinatorOptions::default() };
    plan.run_by(&run_by, folder.path(), &Silent, |undone| {
        let shards = undone.keys().len();
        let done = runtime.block_on(coordinate(&access, &plan, undone, &options, Arc::new(Silent)));
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{workers} workers, {shards} shards: {seconds:.1} s, {:.0} shards a second",
            shards as f64 / seconds
        );
        done
    })?;
    runtime.shutdown_background();
    Ok(())
}
