//! `pixel-debate compare`: whether results come again.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use pixel_debate_harness::{Agreement, compare};

use crate::failure::Failure;

/// Hold two folders of results against each other
///
/// Debates over images that both have must be the same, from evidence to logits, and where both are
/// of the same images their summaries and plots too, byte for byte. Of a folder without
/// debates.parquet the sample is taken.
#[derive(Args)]
pub(crate) struct Compare {
    /// A run's folder
    #[arg(value_name = "DIR")]
    one: PathBuf,
    /// Another's
    #[arg(value_name = "OTHER")]
    other: PathBuf,
}

impl Compare {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Agreement { images, debates, files, differences } = compare(&self.one, &self.other)?;
        let mut output = io::stdout().lock();
        for difference in &differences {
            writeln!(output, "{difference}")?;
        }
        if debates > 0 {
            writeln!(output, "the same: {debates} debates over {images} images, {files} files")?;
        }
        match differences.len() {
            0 => Ok(()),
            count => Err(Failure::Differ { one: self.one, other: self.other, count }),
        }
    }
}
