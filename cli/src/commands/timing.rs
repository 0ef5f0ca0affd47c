//! `pixel-debate timing`: what the times of built-in debaters' moves tell of their roles.

use std::io::{self, IsTerminal, Write};

use clap::{Args, value_parser};
use pixel_debate_agents::AgentSpec;
use pixel_debate_load::{Target, TimingPlan, timing};

use super::load::limits;
use crate::failure::Failure;
use crate::options::SeedOption;

/// Try to tell from the times of their moves which debater is the liar
///
/// Each agent meets each over images of the test set, once as the honest debater and once as the liar, before a
/// judge from outside who notes when each move is told. A classifier is fixed by one half of the debates and
/// tried on the other. The program starts a server of its own on this machine.
#[derive(Args)]
pub(crate) struct Timing {
    /// The agents, separated by commas
    #[arg(
        long,
        value_name = "AGENTS",
        value_delimiter = ',',
        default_value = "exact,mcts:10000,mcts:1000,greedy"
    )]
    agents: Vec<AgentSpec>,
    /// Whom they meet, separated by commas, instead of each other
    #[arg(long, value_name = "AGENTS", value_delimiter = ',')]
    against: Vec<AgentSpec>,
    /// Debates of each pair of agents: two over each image
    #[arg(
        long,
        value_name = "N",
        default_value_t = 400,
        value_parser = value_parser!(u32).range(4..=20_000)
    )]
    debates: u32,
    /// How many pixels are revealed in each debate
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = value_parser!(u8).range(1..=128))]
    pixels: u8,
    /// The pace of the debates in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = value_parser!(u32).range(..=10_000))]
    pace: u32,
    /// Debates at once
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = value_parser!(u16).range(1..=1_000))]
    at_once: u16,
    /// A limit of the server, as `threads=2`; may be given several times
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    limits: Vec<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    seed: SeedOption,
}

impl Timing {
    pub(crate) fn run(self) -> Result<(), Failure> {
        // It holds the store of the server, and goes with it.
        let folder = tempfile::tempdir().map_err(Failure::Program)?;
        let program = std::env::current_exe().map_err(Failure::Program)?;
        let store = folder.path().join("timing.db");
        let arguments = ["serve".to_owned(), format!("--store={}", store.display())]
            .into_iter()
            .chain(limits(self.at_once.into(), 0))
            .chain(self.limits.iter().map(|limit| format!("--limit={limit}")));
        let target = Target::Program {
            program,
            arguments: arguments.collect(),
            listen: "--listen".into(),
            relay: false,
        };
        let plan = TimingPlan {
            target,
            pairs: self.pairs(),
            debates: self.debates,
            pixels: self.pixels,
            pace_ms: self.pace,
            at_once: self.at_once.into(),
            seed: self.seed.seed,
        };
        let watched = io::stderr().is_terminal();
        let said = |what: &str| {
            if watched {
                // Nothing depends on it.
                let _ = writeln!(io::stderr(), "{what}");
            }
        };
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let report = runtime.block_on(timing(plan, said))?;
        let mut stdout = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut stdout, &report).map_err(io::Error::from)?;
            writeln!(stdout)?;
        } else {
            write!(stdout, "{report}")?;
        }
        Ok(())
    }

    /// Who sits first and who second: each agent with itself and those named after it, or with all whom it is
    /// to meet.
    fn pairs(&self) -> Vec<[String; 2]> {
        let pairs = self.agents.iter().enumerate().flat_map(|(number, first)| {
            let others =
                if self.against.is_empty() { &self.agents[number..] } else { &self.against };
            others.iter().map(move |second| [first.to_string(), second.to_string()])
        });
        pairs.collect()
    }
}
