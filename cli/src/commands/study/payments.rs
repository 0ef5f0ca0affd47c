//! `pixel-debate study payments`: who is to be paid what.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use pixel_debate_results::{Earlier, Outcome, payments};

use super::came::{Came, Need, Where};
use crate::failure::Failure;

/// Write who is to be paid what, and what is to become of each submission, for those who recruit
///
/// `bonuses.csv` is what Prolific takes to pay bonuses at once; `submissions.csv` says whom to approve, with the codes that
/// were shown. Both name participants by their links. Nothing of what they judged is in them but what it has earned. While
/// the study is served, ask its server with --server: that it was asked is noted, and is in every export.
#[derive(Args)]
pub(crate) struct Payments {
    #[command(flatten)]
    of: Where,
    /// The folder to write, which must not be there yet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// A bonuses.csv that has been paid: whoever is in it is not paid again; may be given several times
    #[arg(long, value_name = "FILE")]
    paid: Vec<PathBuf>,
}

impl Payments {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut earlier = Earlier::default();
        for path in &self.paid {
            let text = fs::read_to_string(path);
            let text = text.map_err(|source| Failure::File { path: path.clone(), source })?;
            let one = Earlier::read(&text).map_err(|error| Failure::Setting {
                place: path.display().to_string(),
                fault: error.to_string(),
            })?;
            earlier = earlier.and(one);
        }
        let Came { frozen, results } = self.of.read(Need::Payments, &self.out)?;
        let settled = payments(&frozen, &results, &earlier, &self.out)?;
        let mut output = io::stdout().lock();
        if results.rehearsal {
            writeln!(output, "{}", super::came::REHEARSAL)?;
        }
        let outcomes = Outcome::ALL.into_iter().filter_map(|outcome| {
            Some(format!("{} to {}", settled.outcomes.get(&outcome)?, outcome.name()))
        });
        let outcomes: Vec<String> = outcomes.collect();
        let outcomes =
            if outcomes.is_empty() { "nobody came".to_owned() } else { outcomes.join(", ") };
        writeln!(output, "{}: {outcomes}", self.out.display())?;
        if let Some(total) = &settled.total {
            writeln!(output, "{} bonuses of {total} in all", settled.bonuses)?;
        }
        if settled.by_hand > 0 {
            writeln!(
                output,
                "{} more must be paid by hand: `pay` in submissions.csv is by_hand there",
                settled.by_hand
            )?;
        }
        Ok(())
    }
}
