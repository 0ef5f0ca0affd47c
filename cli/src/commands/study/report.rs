//! `pixel-debate study report`: what a study has found.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use pixel_debate_results::{Estimate, report};

use super::came::{Came, Need, Where};
use crate::failure::Failure;

/// Say what a study has found: a page with figures, the same as JSON, and the script of a model for R
///
/// Whoever reads a report before the study has ended looks at its results, and could end it once they look good: the
/// page says then that it had not ended, and the server, which is to be asked with --server while it serves the study,
/// notes it.
#[derive(Args)]
pub(crate) struct Report {
    #[command(flatten)]
    of: Where,
    /// The folder to write, which must not be there yet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

impl Report {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Came { frozen, results } = self.of.read(Need::Judgments, &self.out)?;
        let found = report(&frozen, &results, &self.out)?;
        let (flow, planned) = (&found.flow, &found.planned);
        let mut output = io::stdout().lock();
        if results.rehearsal {
            writeln!(output, "{}", super::came::REHEARSAL)?;
        }
        writeln!(
            output,
            "{} of {} participants are through and count, with {} judgments",
            flow.participants, planned.participants, flow.counted
        )?;
        for group in found.groups.iter().filter(|group| group.judgments > 0) {
            let right = group.accuracy.map_or(
                "no verdict".to_owned(),
                |Estimate { value, low, high, of }| {
                    let [value, low, high] = [value, low, high].map(|share| 100.0 * share);
                    format!("{value:.1} % right ({low:.1} to {high:.1}) of {of} verdicts")
                },
            );
            writeln!(output, "  {:24} {right}", group.name())?;
        }
        Ok(writeln!(output, "{}", self.out.join("report.html").display())?)
    }
}
