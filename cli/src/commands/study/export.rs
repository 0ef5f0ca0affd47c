//! `pixel-debate study export`: what came of a study, as tables.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use pixel_debate_results::{ExportOptions, export};

use super::came::{Came, Need, Where};
use crate::failure::Failure;

/// Write what came of a study as tables: CSV and Parquet, one row a judgment, a belief, a participant, an answer
///
/// With them comes a dictionary of every column, and study.json with the plan's hash and all counts. While the study
/// is served, ask its server with --server: that is a look at its results, which is noted. Free text is as participants wrote it, and may say who they are; see the dictionary for what CSV
/// does with it.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    of: Where,
    /// The folder to write, which must not be there yet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Write the parameters of participants' links too, `PROLIFIC_PID` for example, which may say who they are; and who is
    /// to be paid what, as `study payments` does
    #[arg(long)]
    identify: bool,
}

impl Export {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Came { frozen, results } =
            self.of.read(if self.identify { Need::People } else { Need::Judgments }, &self.out)?;
        let options = ExportOptions { identify: self.identify };
        export(&frozen, &results, options, &self.out)?;
        let counted = results.participants.iter().filter(|one| one.counts()).count();
        let judgments: usize = results.participants.iter().map(|one| one.judgments.len()).sum();
        let mut output = io::stdout().lock();
        if results.rehearsal {
            writeln!(output, "{}", super::came::REHEARSAL)?;
        }
        Ok(writeln!(
            output,
            "{}: {judgments} judgments by {} participants, of whom {counted} count",
            self.out.display(),
            results.participants.len()
        )?)
    }
}
