//! `pixel-debate study freeze`: a study that nobody changes any more.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pixel_debate_study::Draft;
use pixel_debate_study::frozen::{Frozen, FrozenError};

use super::stopping::{self, Bar};
use crate::failure::Failure;
use crate::options::{ThreadsOption, warn};

/// Freeze a study: make its items, and write down all that it is
///
/// Debates that are not live are played, then a folder is written with the plan, which may be published, the secrets,
/// which tell the answers, and the study's files. What is printed is the plan's hash. Stop it in any way, start it
/// again, and it goes on. The items depend on the file alone; the hash does not, for the commitments to items have
/// salts that nobody can guess.
#[derive(Args)]
pub(crate) struct Freeze {
    /// The study: a TOML file, of which studies/ has an example
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder; unless said otherwise, it stands beside the file and is called after it, with -frozen behind
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: ThreadsOption,
}

impl Freeze {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let out = self.out.unwrap_or_else(|| beside(&self.file));
        if Frozen::is_in(&out) {
            return Err(FrozenError::Exists { path: out.join("plan.json") }.into());
        }
        stopping::begin()?;
        let draft = Draft::open(&self.file)?;
        let (bar, kept, threads) = (Bar::new(), stopping::kept(&out), self.threads.count());
        let stopped = |error| stopping::failure(error, Some(&out));
        let chosen = draft.choose(Some(&kept), threads, &bar).map_err(stopped)?;
        let items = draft.items(Some(&kept), threads, &bar).map_err(stopped)?;
        bar.end();
        warn(draft.warnings(&chosen, Some(&items)));
        let version = env!("CARGO_PKG_VERSION");
        let frozen = Frozen::new(&draft, items, version, &mut rand::rng())?;
        frozen.write(&out)?;
        // What is read again is what will be served.
        let read = Frozen::read(&out)?;
        let failed = |source| Failure::Change { path: kept.clone(), source };
        fs::remove_dir_all(&kept).map_err(failed)?;
        let mut output = io::stdout().lock();
        writeln!(output, "{}: {} items", out.display(), read.items().len())?;
        Ok(writeln!(output, "{}", read.hash())?)
    }
}

/// Where a study is frozen unless said otherwise.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push("-frozen");
    file.with_file_name(name)
}
