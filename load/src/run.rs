//! A run from the first connection to the report.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::TaskTracker;

use crate::counts::Counts;
use crate::crowd::{set_up, standing};
use crate::error::LoadError;
use crate::process::Process;
use crate::report::{LoadReport, Percentiles};
use crate::scenario::{Scenario, Target};
use crate::table::{Phase, Table};

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
/// [`LoadError`] if the server cannot be started or reached, or has not what the scenario needs. What goes wrong in
/// a debate is in the report.
pub async fn run(
    scenario: Scenario,
    mut progress: impl FnMut(&str),
) -> Result<LoadReport, LoadError> {
    let own = matches!(scenario.target, Target::Program { relay: false, .. });
    if scenario.kills > 0 && !own {
        return Err(LoadError::Scenario("only a server that the tool starts itself can be killed"));
    }
    allow_files(scenario.debates)?;
    let (mut process, address, relay) = match scenario.target.clone() {
        Target::Server(address) => (None, address, false),
        Target::Program { program, arguments, listen, relay } => {
            let process = Process::start(program, arguments, listen).await?;
            let address = process.address();
            (Some(process), address, relay)
        }
    };
    let before = process.as_ref().and_then(Process::memory);
    let mut crowd = None;
    if !scenario.crowds.is_empty() {
        progress("setting up the crowd");
        crowd = Some(set_up(address, &scenario.crowds, scenario.pixels).await?);
    }
    let scenario = Arc::new(scenario);
    let counts = Counts::new().ok_or(LoadError::Scenario("the histograms cannot be made"))?;
    let counts = Arc::new(counts);
    progress("connecting");
    let mut opening = stream::iter(0..scenario.debates)
        .map(|number| {
            let table =
                Table::open(number, address, relay, Arc::clone(&scenario), Arc::clone(&counts));
            async move { (number, table.await) }
        })
        .buffer_unordered(CONNECTING);
    let (phase, told) = watch::channel(Phase::Gather);
    let tasks = TaskTracker::new();
    while let Some((number, table)) = opening.next().await {
        let table = table.map_err(|lost| LoadError::Connect {
            table: number,
            debates: scenario.debates,
            detail: lost.to_string(),
        })?;
        tasks.spawn(table.run(told.clone()));
    }
    tasks.close();
    progress("playing");
    phase.send_replace(Phase::Play);
    sleep(WARMING + scenario.pace.unwrap_or_default()).await;
    counts.measure(true);
    let begin = Instant::now();
    let end = begin + scenario.time;
    let kills = match &mut process {
        Some(process) => kill(process, &scenario, end, &mut progress).await?,
        None => 0,
    };
    sleep_until(end).await;
    counts.measure(false);
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
        counts.error(format!("{} debates did not end", tasks.len()));
    }
    if let Some(process) = process {
        process.stop().await;
    }
    let memory = before.zip(after);
    let moves = counts.moves.get();
    let latencies = counts.latencies();
    Ok(LoadReport {
        relay,
        debates: scenario.debates,
        seconds,
        moves,
        moves_per_second: moves as f64 / seconds,
        finished: counts.debates.get(),
        messages: counts.messages.get(),
        to_debater: Percentiles::of(&latencies.debater),
        to_judge: Percentiles::of(&latencies.judge),
        drops: counts.drops.get(),
        resumes: counts.resumes.get(),
        kills,
        memory,
        most_memory,
        crowd,
        memory_per_socket: memory.map(|(before, after)| {
            after.saturating_sub(before) / (3 * u64::from(scenario.debates))
        }),
        errors: counts.errors(),
    })
}

/// Kills the server as often as asked for, evenly over the time until `end`, at moments that nobody can
/// foresee, and starts it again; says how often.
async fn kill(
    process: &mut Process,
    scenario: &Scenario,
    end: Instant,
    progress: &mut impl FnMut(&str),
) -> Result<u32, LoadError> {
    let mut random = StdRng::seed_from_u64(scenario.seed);
    for kills in 0..scenario.kills {
        let left = end.saturating_duration_since(Instant::now());
        let mean = left.div_f64(f64::from(scenario.kills - kills) + 0.5);
        sleep(mean.mul_f64(random.random_range(0.0..2.0))).await;
        process.kill_and_start().await?;
        progress(&format!("killed {} of {} times", kills + 1, scenario.kills));
    }
    Ok(scenario.kills)
}

/// Raises the limit of open files, for this process and those that it starts.
fn allow_files(debates: u32) -> Result<(), LoadError> {
    // Three connections a table, and some for everything else.
    let need = 3 * u64::from(debates) + 200;
    let have = rlimit::increase_nofile_limit(need.max(1 << 16)).unwrap_or(0);
    if have < need { Err(LoadError::Files { need, have }) } else { Ok(()) }
}
