//! `pixel-debate judge report`: how good judges are, as a page and as tables.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use pixel_debate_agents::AgentSpec;
use pixel_debate_assessment::{JudgeReport, MOST_PIXELS, Report as Numbers, Settings, assess};
use pixel_debate_datasets::{Dataset, Split, mnist};
use pixel_debate_harness::FoundJudge;
use pixel_debate_judge::SHIPPED_PIXELS;
use pixel_debate_statistics::Rate;

use crate::commands::run::program;
use crate::display::Bar;
use crate::failure::Failure;
use crate::options::{InstructionsOption, SeedOption, ThreadsOption, warn};

/// Images, unless said.
const IMAGES: u32 = 1000;

/// Say how good judges are: alone, before consultants and before debates, several side by side
///
/// The report is a folder: a page to look at, the same numbers in JSON, what every judge said of every image in Parquet,
/// and the debates as those of `run`. All judges see the same images, pixels and lies, and each is compared with the
/// first. Stop it in any way, and the same command goes on.
#[derive(Args)]
pub(crate) struct Report {
    /// The judges: judge-4, judge-6, or safetensors files
    #[arg(value_name = "JUDGE", required = true)]
    judges: Vec<String>,
    /// The folder for the report
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many test images, drawn by the seed: 1000 unless said, or all where there are fewer
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    images: Option<u32>,
    /// How many pixels are revealed in debates and consultancies; several are several parts
    #[arg(
        long, value_name = "K", num_args = 1.., default_values_t = [6],
        value_parser = value_parser!(u8).range(1..=MOST_PIXELS as i64)
    )]
    pixels: Vec<u8>,
    /// Rollouts a move of the agents that search
    #[arg(
        long, value_name = "N", default_value_t = 1000,
        value_parser = value_parser!(u32).range(1..=i64::from(AgentSpec::MAX_ROLLOUTS))
    )]
    rollouts: u32,
    /// Over how many of the images optimal play is proven; 0 for none
    ///
    /// A game of 6 pixels takes seconds where the engine judges, and hours where every set is judged anew.
    #[arg(long, value_name = "N", default_value_t = 100)]
    optimal: u32,
    /// The folder of the images: MNIST's test images, unless said
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    seed: SeedOption,
    #[command(flatten)]
    threads: ThreadsOption,
    #[command(flatten)]
    instructions: InstructionsOption,
}

impl Report {
    pub(crate) fn run(self) -> Result<(), Failure> {
        self.instructions.keep();
        let twice =
            (1..self.judges.len()).find(|at| self.judges[..*at].contains(&self.judges[*at]));
        if let Some(at) = twice {
            return Err(Failure::SameJudge { judge: self.judges[at].clone() });
        }
        for judge in &self.judges {
            let ours = SHIPPED_PIXELS.iter().any(|pixels| *judge == format!("judge-{pixels}"));
            if judge.contains("{pixels}") {
                let fault = "`{pixels}` stands for a number in an experiment's file: name the judge's file as it is called";
                return Err(Failure::Setting { place: judge.clone(), fault: fault.to_owned() });
            }
            if !ours {
                FoundJudge::read(Path::new(judge))?;
            }
        }
        let there = match &self.data {
            None => mnist::test().len(),
            Some(folder) => Dataset::open(folder, Split::Test)?.len(),
        };
        if let Some(images) = self.images.filter(|images| *images as usize > there) {
            let fault = format!(
                "{images}: there are {there} images, so it must be a whole number from 1 to {there}"
            );
            return Err(Failure::Setting { place: "--images".to_owned(), fault });
        }
        let mut pixels = self.pixels;
        pixels.sort_unstable();
        pixels.dedup();
        let settings = Settings {
            judges: self.judges,
            data: self.data,
            images: self.images.map_or(there.min(IMAGES as usize), |images| images as usize),
            seed: self.seed.seed,
            pixels,
            rollouts: self.rollouts,
            optimal: self.optimal as usize,
        };
        let refused = |refusal| Failure::Report { refusal };
        let plan = settings.plan().map_err(refused)?.by(program());
        warn(plan.dataset().warnings());
        let bar = Bar::new(&plan);
        let threads = self.threads.count();
        let assessed =
            self.threads.pool()?.install(|| assess(&settings, &plan, &self.out, threads, &bar));
        bar.clear();
        print(&mut io::stdout().lock(), &assessed?, &self.out)?;
        Ok(())
    }
}

/// What a reader wants to know first, and where the rest is.
fn print(output: &mut impl Write, report: &Numbers, out: &Path) -> io::Result<()> {
    for JudgeReport { name, accuracy, at, played, .. } in &report.judges {
        writeln!(output, "{name}, {} images of {}", report.images, report.dataset.name)?;
        for at in at {
            let calibration = &at.calibration;
            let alone = format!("alone, {} random pixels", at.pixels);
            writeln!(
                output,
                "  {alone:<50}{}, ECE {:.3}, temperature {:.2}",
                percent(&accuracy[usize::from(at.pixels)]),
                calibration.before.scores.ece,
                calibration.temperature
            )?;
        }
        for cell in played {
            for result in &cell.results[..1] {
                let what = cell.cell.to_string();
                // The grid's name and the judge's are said.
                let what = what.split_once(": ").map_or(&*what, |(_, what)| what);
                let what = what.strip_suffix(&format!(", {name}")).unwrap_or(what);
                writeln!(output, "  {what}, n = {}", cell.images)?;
                for order in &result.orders {
                    let first = order.first.map_or(String::new(), |role| format!("{role} first"));
                    writeln!(
                        output,
                        "    {first:<48}{}",
                        percent(&order.honest_wins.images.wilson)
                    )?;
                }
            }
            if let Some(agents) = cell.agents {
                writeln!(
                    output,
                    "    {:<48}{:+.2} nats",
                    "agent score difference", agents.difference
                )?;
            }
        }
    }
    writeln!(
        output,
        "\nIn brackets 95 % intervals, the image being the unit.\n{}",
        out.join("report.html").display()
    )
}

fn percent(Rate { rate, low, high, .. }: &Rate) -> String {
    let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
    format!("{rate:.1} % ({low:.1} to {high:.1})")
}
