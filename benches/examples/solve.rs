//! What solving takes: `solve 6` solves the debates of 6 pixels about the hundred fixed pairs of image
//! and lie, one after another on one thread, and prints a Markdown table of seconds and
//! evaluations. `solve 6 each` prints a JSON object a line for each game before it.

use std::{fs, process::ExitCode};

use pixel_debate_benches::{Games, SolvedGame, pairs};
use pixel_debate_game::Role;
use serde_json::json;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (pixels, each) = match &arguments[..] {
        [pixels] => (pixels, false),
        [pixels, word] if word == "each" => (pixels, true),
        _ => return usage(),
    };
    let Some(games) = pixels.parse().ok().and_then(Games::new) else { return usage() };
    let mut solved = Vec::new();
    for number in 0..pairs().len() {
        let game = games.solve(number);
        if each {
            print_line(&game);
        }
        solved.push(game);
    }
    print_table(&solved);
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!(
        "usage: solve PIXELS [each], where a judge for PIXELS comes with the program: 4 or 6"
    );
    ExitCode::from(2)
}

fn print_line(game: &SolvedGame) {
    let line = json!({
        "image": game.pair.image,
        "lie": game.pair.lie,
        "first": game.first,
        "winner": game.winner,
        "evaluations": game.evaluations,
        "seconds": game.time.as_secs_f64(),
    });
    println!("{line}");
}

fn print_table(games: &[SolvedGame]) {
    let mut seconds: Vec<f64> = games.iter().map(|game| game.time.as_secs_f64()).collect();
    seconds.sort_by(f64::total_cmp);
    let mut evaluations: Vec<u64> = games.iter().map(|game| game.evaluations).collect();
    evaluations.sort_unstable();
    let honest = games.iter().filter(|game| game.winner == Role::Honest).count();
    let rate = evaluations.iter().sum::<u64>() as f64 / seconds.iter().sum::<f64>();
    println!("| | median | p90 | max |");
    println!("|---|---:|---:|---:|");
    print_row("seconds a game", &seconds, |time| format!("{time:.3}"));
    print_row("evaluations", &evaluations, u64::to_string);
    println!("\n{} games, of which the honest debater wins {honest};", games.len());
    println!("{rate:.0} evaluations/s; {}.", peak_memory());
}

/// A row of quantiles, each a number that was measured.
fn print_row<T>(title: &str, sorted: &[T], cell: impl Fn(&T) -> String) {
    let quantile = |percent: usize| cell(&sorted[(sorted.len() * percent).div_ceil(100) - 1]);
    println!("| {title} | {} | {} | {} |", quantile(50), quantile(90), quantile(100));
}

/// The most memory that was ever resident, where the operating system tells it as Linux does.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map_or_else(
        || "memory not known here".to_owned(),
        |kilobytes| format!("{} MiB of memory at the most", kilobytes / 1024),
    )
}
