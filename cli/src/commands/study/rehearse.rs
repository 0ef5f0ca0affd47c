//! `pixel-debate study rehearse`: a frozen study before anybody comes.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, value_parser};
use pixel_debate_load::{
    Behaviour, Rehearsal, RehearsalReport, Rehearsed, Skills, Target, rehearse,
};
use pixel_debate_server::conducted;
use pixel_debate_store::Place;
use pixel_debate_study::frozen::Frozen;

use crate::commands::load::{limits, server};
use crate::failure::Failure;
use crate::options::SeedOption;

/// Try a frozen study with simulated participants, and check all that they are told
///
/// They join, agree, answer and judge as people do in the browser, and are right as often as --skill says. Without
/// --server the program starts a server of its own, on a store that goes when it is done, and holds all that was said
/// against what the store has. With --server they go to one that was started with `study serve --rehearsal`; another
/// is refused, for what people say must not be among what was rehearsed.
#[derive(Args)]
pub(crate) struct Rehearse {
    /// The folder that `study freeze` wrote, its secrets included
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// A server of a rehearsal of that study that runs already, by its URL, as `http://127.0.0.1:8080`
    #[arg(long, value_name = "URL", value_parser = server, conflicts_with_all = ["store", "kills"])]
    server: Option<SocketAddr>,
    /// A new file in which the program's own server keeps what is said, to make exports and reports of
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The most participants who come; as many as it takes to fill all places, unless said otherwise
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    participants: Option<u32>,
    /// Participants at once; as many as there are places, unless said otherwise
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=10_000))]
    at_once: Option<u32>,
    /// How often they are right in a condition, on average, as `debate=0.85`; may be given several times
    ///
    /// They are right with the probability logistic(c + p + i), where p is the participant's and i the image's.
    #[arg(long = "skill", value_name = "CONDITION=RATE", value_parser = skill)]
    skills: Vec<(String, f64)>,
    /// How often in all other conditions
    #[arg(long, value_name = "RATE", default_value_t = 0.75, value_parser = rate)]
    other_skill: f64,
    /// How much participants differ: the standard deviation of p, in logits
    #[arg(long, value_name = "SD", default_value_t = 0.5, value_parser = deviation)]
    participant_sd: f64,
    /// How much images differ: the standard deviation of i, in logits
    #[arg(long, value_name = "SD", default_value_t = 0.5, value_parser = deviation)]
    image_sd: f64,
    /// How long they think before each answer, on average, in milliseconds
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 1000,
        value_parser = value_parser!(u32).range(..=600_000)
    )]
    pause_ms: u32,
    /// Which part of them does not agree, or leaves in the middle, 0 to 0.9
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = most_of_them)]
    drop_outs: f64,
    /// Which part loses the connection in the middle and comes back by the link, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    returns: f64,
    /// Which part guesses, and answers attention checks wrongly, 0 to 0.9
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = most_of_them)]
    careless: f64,
    /// Which part gives an answer that screens out, where there is one, 0 to 0.9
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = most_of_them)]
    screened_out: f64,
    /// Kill the program's own server so often, at random moments, and start it again
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = value_parser!(u32).range(..=10_000)
    )]
    kills: u32,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    seed: SeedOption,
}

/// So many times as there are places come at most, where nothing else is said.
const MOST_TURNS: u32 = 20;

impl Rehearse {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let frozen = Arc::new(Frozen::read(&self.folder)?);
        let study = &frozen.plan().study;
        for (name, _) in &self.skills {
            if !study.conditions.iter().any(|condition| condition.name == *name) {
                let names: Vec<&str> =
                    study.conditions.iter().map(|condition| condition.name.as_str()).collect();
                return Err(Failure::Setting {
                    place: "--skill".into(),
                    fault: format!(
                        "{name:?} is no condition: it must be one of {}",
                        names.join(", ")
                    ),
                });
            }
        }
        let places = u32::try_from(study.assignment.participants).unwrap_or(u32::MAX);
        // It holds the store of a server that is started, and goes with it.
        let folder = tempfile::tempdir().map_err(Failure::Program)?;
        let store = self.store.clone().unwrap_or_else(|| folder.path().join("rehearsal.db"));
        let at_once = self.at_once.unwrap_or(places);
        let rehearsal = Rehearsal {
            target: self.target(&store, at_once)?,
            participants: self.participants.unwrap_or(places.saturating_mul(MOST_TURNS)),
            at_once,
            behaviour: self.behaviour(),
            kills: self.kills,
            seed: self.seed.seed,
        };
        let own = self.server.is_none();
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let rehearsed = runtime.block_on(async {
            let mut rehearsed = rehearse(Arc::clone(&frozen), rehearsal, said).await?;
            if own {
                let conduct = conducted(frozen, &Place::File(store)).await.map_err(Box::new)?;
                rehearsed.hold(&conduct);
            }
            Ok::<Rehearsed, Failure>(rehearsed)
        })?;
        let report = rehearsed.report();
        print(report, self.json)?;
        match report.errors.values().sum() {
            0 => Ok(()),
            count => Err(Failure::Rehearsal { count }),
        }
    }

    /// The server that is given, or else this program once more.
    fn target(&self, store: &Path, at_once: u32) -> Result<Target, Failure> {
        if let Some(server) = self.server {
            return Ok(Target::Server(server));
        }
        if store.exists() {
            let fault =
                "it is there already: what is rehearsed must not be among what people said".into();
            return Err(Failure::Setting { place: store.display().to_string(), fault });
        }
        let program = std::env::current_exe().map_err(Failure::Program)?;
        let text = |path: &Path| {
            let text = path.to_str().map(str::to_owned);
            text.ok_or_else(|| Failure::Setting {
                place: path.display().to_string(),
                fault: "its name is no UTF-8".into(),
            })
        };
        let serve = ["study".into(), "serve".into(), text(&self.folder)?, "--rehearsal".into()];
        let store = format!("--store={}", text(store)?);
        let arguments = serve.into_iter().chain([store]).chain(limits(at_once, 0)).collect();
        Ok(Target::Program { program, arguments, listen: "--listen".into(), relay: false })
    }

    fn behaviour(&self) -> Behaviour {
        Behaviour {
            skills: Skills {
                rates: self.skills.iter().cloned().collect(),
                otherwise: self.other_skill,
                participant_sd: self.participant_sd,
                image_sd: self.image_sd,
            },
            pause: Duration::from_millis(self.pause_ms.into()),
            drop_outs: self.drop_outs,
            returns: self.returns,
            careless: self.careless,
            screened_out: self.screened_out,
        }
    }
}

/// Tells whoever watches how it goes.
fn said(what: &str) {
    if io::stderr().is_terminal() {
        // Nothing depends on it.
        let _ = writeln!(io::stderr(), "{what}");
    }
}

/// A condition, and how often participants are right in it.
fn skill(text: &str) -> Result<(String, f64), String> {
    let (condition, skill) =
        text.split_once('=').ok_or_else(|| format!("{text:?} is not CONDITION=RATE"))?;
    Ok((condition.to_owned(), rate(skill)?))
}

fn rate(text: &str) -> Result<f64, String> {
    within(text, Skills::LEAST_RATE, 1.0 - Skills::LEAST_RATE)
}

fn deviation(text: &str) -> Result<f64, String> {
    within(text, 0.0, Skills::MOST_SD)
}

fn share(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1.0)
}

/// If all of them left, no place would ever be filled.
fn most_of_them(text: &str) -> Result<f64, String> {
    within(text, 0.0, 0.9)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("{text:?} is no number from {least} to {most}"))
}

fn print(report: &RehearsalReport, json: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut stdout, report)?;
        writeln!(stdout)
    } else {
        writeln!(stdout, "{report}")
    }
}
