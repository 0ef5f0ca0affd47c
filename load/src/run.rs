//! A run from the first connection to the report.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::TaskTracker;

use crate::crowd::{set_up, standing};
use crate::plan::{Plan, Target};
use crate::process::Process;
use crate::report::{Percentiles, Report};
use crate::table::{Phase, Table};
use crate::tally::Tally;

/// Why there is no report.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The system allows too few open files.
    #[error(
        "{need} open files are needed and the system allows {have}: play fewer debates, or raise \
         the limit (`ulimit -n`)"
    )]
    Files {
        /// How many are needed.
        need: u64,
        /// How many are allowed.
        have: u64,
    },
    /// The program did not start.
    #[error("{} could not be started: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A connection was refused before anything was played.
    #[error("table {table} of {debates} could not connect: {detail}")]
    Connect {
        /// The table.
        table: u32,
        /// How many there are to be.
        debates: u32,
        /// What happened.
        detail: String,
    },
    /// The crowd could not be set up.
    #[error("the crowd could not be set up: {0}")]
    Crowd(String),
    /// A debate whose times were to be measured was not played to its end.
    #[error("a debate was not played to its end: {0}")]
    Timing(String),
    /// A plan that cannot be carried out.
    #[error("{0}")]
    Plan(&'static str),
}

/// How many tables connect at once.
const CONNECTING: usize = 64;

/// How long all play before they are measured.
const WARMING: Duration = Duration::from_secs(2);

/// How long what is under way at the end may take.
const FINISHING: Duration = Duration::from_mins(5);

/// Plays what is planned, and says what came of it. `progress` is told what happens, in words.
///
/// # Errors
///
/// [`LoadError`] if the server cannot be started or reached, or has not what the plan needs. What goes wrong in
/// a debate is in the report.
pub async fn run(plan: Plan, mut progress: impl FnMut(&str)) -> Result<Report, LoadError> {
    let own = matches!(plan.target, Target::Program { relay: false, .. });
    if plan.kills > 0 && !own {
        return Err(LoadError::Plan("only a server that the tool starts itself can be killed"));
    }
    allow_files(plan.debates)?;
    let (mut process, address, relay) = match plan.target.clone() {
        Target::Server(address) => (None, address, false),
        Target::Program { program, arguments, listen, relay } => {
            let process = Process::start(program, arguments, listen).await?;
            let address = process.address();
            (Some(process), address, relay)
        }
    };
    let before = process.as_ref().and_then(Process::memory);
    let mut crowd = None;
    if !plan.crowds.is_empty() {
        progress("setting up the crowd");
        crowd = Some(set_up(address, &plan.crowds, plan.pixels).await?);
    }
    let plan = Arc::new(plan);
    let tally = Tally::new().ok_or(LoadError::Plan("the histograms cannot be made"))?;
    let tally = Arc::new(tally);
    progress("connecting");
    let mut opening = stream::iter(0..plan.debates)
        .map(|number| {
            let table = Table::open(number, address, relay, Arc::clone(&plan), Arc::clone(&tally));
            async move { (number, table.await) }
        })
        .buffer_unordered(CONNECTING);
    let (phase, told) = watch::channel(Phase::Gather);
    let tasks = TaskTracker::new();
    while let Some((number, table)) = opening.next().await {
        let table = table.map_err(|lost| LoadError::Connect {
            table: number,
            debates: plan.debates,
            detail: lost.to_string(),
        })?;
        tasks.spawn(table.run(told.clone()));
    }
    tasks.close();
    progress("playing");
    phase.send_replace(Phase::Play);
    sleep(WARMING + plan.pace.unwrap_or_default()).await;
    tally.measure(true);
    let begin = Instant::now();
    let end = begin + plan.time;
    let mut kills = 0;
    let mut random = StdRng::seed_from_u64(plan.seed);
    while kills < plan.kills
        && let Some(process) = &mut process
    {
        // Evenly over the time that is left, at moments that nobody can foresee.
        let left = end.saturating_duration_since(Instant::now());
        let mean = left.div_f64(f64::from(plan.kills - kills) + 0.5);
        sleep(mean.mul_f64(random.random_range(0.0..2.0))).await;
        process.kill_and_start().await?;
        kills += 1;
        progress(&format!("killed {kills} of {} times", plan.kills));
    }
    sleep_until(end).await;
    tally.measure(false);
    let seconds = begin.elapsed().as_secs_f64();
    let after = process.as_ref().and_then(Process::memory);
    let crowd = match crowd {
        Some(debates) => Some(standing(address, debates).await),
        None => None,
    };
    let most_memory = process.as_ref().and_then(Process::most_memory);
    progress("finishing what is under way");
    phase.send_replace(Phase::End);
    if tokio::time::timeout(FINISHING, tasks.wait()).await.is_err() {
        tally.error(format!("{} debates did not end", tasks.len()));
    }
    if let Some(process) = process {
        process.stop().await;
    }
    let memory = before.zip(after);
    let moves = tally.moves.get();
    let latencies = tally.latencies();
    Ok(Report {
        relay,
        debates: plan.debates,
        seconds,
        moves,
        moves_per_second: moves as f64 / seconds,
        finished: tally.debates.get(),
        messages: tally.messages.get(),
        to_debater: Percentiles::of(&latencies.debater),
        to_judge: Percentiles::of(&latencies.judge),
        drops: tally.drops.get(),
        resumes: tally.resumes.get(),
        kills,
        memory,
        most_memory,
        crowd,
        memory_per_socket: memory
            .map(|(before, after)| after.saturating_sub(before) / (3 * u64::from(plan.debates))),
        errors: tally.errors(),
    })
}

/// Raises the limit of open files, for this process and those that it starts.
fn allow_files(debates: u32) -> Result<(), LoadError> {
    // Three connections a table, and some for everything else.
    let need = 3 * u64::from(debates) + 200;
    let have = rlimit::increase_nofile_limit(need.max(1 << 16)).unwrap_or(0);
    if have < need { Err(LoadError::Files { need, have }) } else { Ok(()) }
}
