//! `pixel-debate compare`: whether results come again.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use pixel_debate_harness::{Agreement, compare};

use crate::failure::Failure;

/// Hold two folders of results against each other
///
/// Debates over images that both have must be the same, from evidence to logits. Where both are of the
/// same images and cells, so must be their plots, byte for byte, and what their summaries say that comes
/// of the debates. Of a folder without debates.parquet the sample is taken.
#[derive(Args)]
pub(crate) struct Compare {
    /// A run's folder
    #[arg(value_name = "DIR")]
    one: PathBuf,
    /// Another's
    #[arg(value_name = "OTHER")]
    other: PathBuf,
    /// Fail where summaries and plots could not be compared, too
    #[arg(long)]
    files: bool,
}

impl Compare {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Agreement { images, debates, files, of_files, mut differences } =
            compare(&self.one, &self.other)?;
        if self.files && of_files == 0 && differences.is_empty() {
            differences.push(
                "neither summary nor plots were compared: they are of other images or cells"
                    .to_owned(),
            );
        }
        let mut output = io::stdout().lock();
        for difference in &differences {
            writeln!(output, "{difference}")?;
        }
        if debates > 0 {
            writeln!(
                output,
                "the same: {debates} debates over {images} images, {files} of {of_files} files compared"
            )?;
        }
        match differences.len() {
            0 => Ok(()),
            count => Err(Failure::Differ { one: self.one, other: self.other, count }),
        }
    }
}
