//! What whole debates take: `debates mcts:10000 0..5` plays the first five of the fixed pairs of
//! image and lie, liar first, 6 pixels, and prints a JSON object a line for each.

use std::{error::Error, ops::Range, process::ExitCode};

use pixel_debate_agents::AgentSpec;
use pixel_debate_benches::{measure, pairs};
use serde_json::json;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let debates = match &arguments[..] {
        [agent, range] => parse(agent, range).and_then(|(agent, range)| debates(agent, range)),
        _ => Err("usage: debates AGENT FIRST..END".into()),
    };
    match debates {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn parse(agent: &str, range: &str) -> Result<(AgentSpec, Range<usize>), Box<dyn Error>> {
    let (first, end) = range.split_once("..").ok_or("pairs must be given as FIRST..END")?;
    Ok((agent.parse()?, first.parse()?..end.parse()?))
}

fn debates(agent: AgentSpec, range: Range<usize>) -> Result<(), Box<dyn Error>> {
    let pairs = pairs();
    for pair in pairs.get(range).ok_or("there are pairs 0 to 99")? {
        let measured = measure(*pair, agent)?;
        let line = json!({
            "image": pair.image,
            "lie": pair.lie,
            "seconds": measured.time.as_secs_f64(),
            "outside_seconds": measured.outside.as_secs_f64(),
            "evaluations": measured.evaluations,
        });
        println!("{line}");
    }
    Ok(())
}
