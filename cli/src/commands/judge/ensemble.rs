//! `pixel-debate judge ensemble`: several judges as one.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use pixel_debate_judge::{Judge, Weights};

use super::writing::write;
use crate::failure::Failure;

/// The metadata's keys of a member's name and hash.
const NAME_KEY: &str = "name";
const HASH_KEY: &str = "sha256";

/// Put judges together: one file of a judge whose logits are the mean of theirs
///
/// 2 to 16 judges of any kinds that tell the same labels apart. What their files say of where they come from is
/// kept, each with the judge's name and hash; what all say alike, the number of pixels, the data, the classes, is
/// said of the ensemble too.
#[derive(Args)]
pub(crate) struct Ensemble {
    /// The judges' safetensors files
    #[arg(value_name = "JUDGE", required = true, num_args = 2..)]
    judges: Vec<PathBuf>,
    /// The safetensors file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Ensemble {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let most = pixel_debate_judge::Ensemble::MOST;
        let mut members = Vec::new();
        // Those that are too many are not read, and refused below.
        for path in self.judges.iter().take(most + 1) {
            let judge = Judge::read(path)?;
            let mut weights = judge.weights().clone();
            for (key, value) in [(NAME_KEY, judge.name().to_owned()), (HASH_KEY, judge.hash())] {
                weights.provenance.0.insert(key.to_owned(), value);
            }
            members.push(weights);
        }
        let count = members.len();
        let ensemble = pixel_debate_judge::Ensemble::new(members)?;
        let provenance = ensemble.common();
        let weights = Weights { model: ensemble.into(), provenance };
        write(&weights, &self.out)?;
        let (out, classes) = (self.out.display(), weights.model.classes());
        Ok(writeln!(
            io::stdout(),
            "{out}: an ensemble of {count} judges that tell {classes} labels apart"
        )?)
    }
}
