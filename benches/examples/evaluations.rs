//! Evaluations a second of one case on one thread: `evaluations last-ply 2` measures for 2 seconds
//! and prints one number. Without arguments it prints the names of the cases.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use pixel_debate_benches::{Case, cases};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => cases().for_each(|case| println!("{}", case.name)),
        [name, seconds] => {
            let case = cases().find(|case| case.name == name);
            let seconds = seconds.parse().map(Duration::try_from_secs_f64);
            let (Some(case), Ok(Ok(time))) = (case, seconds) else { return usage() };
            println!("{:.1}", rate(case, time));
        }
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: evaluations [CASE SECONDS]; the cases are");
    cases().for_each(|case| eprintln!("  {:18} {}", case.name, case.about));
    ExitCode::from(2)
}

/// Evaluations a second in whole passes, until `time` is over.
fn rate(case: &Case, time: Duration) -> f64 {
    let mut pass = (case.prepare)();
    let (start, mut evaluations) = (Instant::now(), 0);
    loop {
        evaluations += pass();
        let passed = start.elapsed();
        if passed >= time {
            return evaluations as f64 / passed.as_secs_f64();
        }
    }
}
