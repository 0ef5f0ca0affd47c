//! `pixel-debate judge logits`: evidence in, logits out, a JSON object a line.

use std::collections::BTreeSet;
use std::io::{self, BufReader, BufWriter, Write};
use std::sync::Arc;

use clap::Args;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::Pixel;
use pixel_debate_judge::{PixelSet, failing};
use pixel_debate_play::Judging;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::input::{Line, Lines};
use crate::options::{AnyJudgeOption, DataOption};

/// The judge that is asked when none is named.
const DEFAULT_PIXELS: u8 = 6;
/// The longest line of the input, in bytes.
const LONGEST: usize = 1 << 20;

/// Ask a judge: read evidence from standard input, write its logits
///
/// Each line of the input is a JSON object {"image": 17, "pixels": [[x, y], ...]}: the number of an
/// image in the dataset and the pixels of it that the judge sees, x the column and y the row,
/// counted from 0 at the top left. Each is answered in order with a line {"logits": [...]}, one
/// number a label. Other fields are ignored.
///
/// Without --judge, the program's own judge for 6 pixels answers.
#[derive(Args)]
pub(crate) struct Logits {
    #[command(flatten)]
    judge: AnyJudgeOption,
    #[command(flatten)]
    data: DataOption,
}

/// A line of the input.
#[derive(Deserialize)]
struct Input {
    image: usize,
    pixels: Vec<Pixel>,
}

/// A line of the output.
#[derive(Serialize)]
struct Output<'a> {
    logits: &'a [f32],
}

impl Logits {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let dataset = self.data.open()?;
        let judge = self.judge.open(DEFAULT_PIXELS)?;
        let judge = judge.judging();
        judge.check(&dataset)?;
        let mut lines = Lines::new(BufReader::new(io::stdin().lock()), LONGEST);
        let mut output = BufWriter::new(io::stdout().lock());
        loop {
            // Whoever waits for the answers before asking again gets them, and whoever sends all
            // questions at once does not pay for it.
            if !lines.get_ref().buffer().contains(&b'\n') {
                output.flush()?;
            }
            let Some(Line { number, bytes }) = lines.next().map_err(Failure::Input)? else {
                return Ok(output.flush()?);
            };
            match answer(judge, &dataset, bytes) {
                Ok(logits) => {
                    let answer = Output { logits: &logits };
                    serde_json::to_writer(&mut output, &answer).map_err(io::Error::from)?;
                    writeln!(output)?;
                }
                Err(fault) => {
                    output.flush()?;
                    return Err(Failure::Line { number, fault });
                }
            }
        }
    }
}

/// The logits that a line asks for, or what is wrong with it.
fn answer(judge: &dyn Judging, dataset: &Dataset, line: Option<&[u8]>) -> Result<Vec<f32>, String> {
    let line = line.ok_or_else(|| format!("it is longer than {LONGEST} bytes"))?;
    let question: Input = serde_json::from_slice(line).map_err(|error| {
        // The line is stated with the failure, and here would always be the first.
        let fault = error.to_string().replace(" at line 1 column ", " at column ");
        format!(r#"not an object {{"image": 17, "pixels": [[x, y], ...]}}: {fault}"#)
    })?;
    let Input { image, pixels } = question;
    if image >= dataset.len() {
        let last = dataset.len() - 1;
        return Err(format!("no image {image}: {} has images 0 to {last}", dataset.name()));
    }
    let (width, height) = (dataset.width(), dataset.height());
    let mut seen = BTreeSet::new();
    for pixel in &pixels {
        if usize::from(pixel.x) >= width || usize::from(pixel.y) >= height {
            let (column, row) = (width - 1, height - 1);
            return Err(format!(
                "pixel {pixel} is outside the image: a column is 0 to {column}, a row 0 to {row}"
            ));
        }
        if !seen.insert(*pixel) {
            return Err(format!("pixel {pixel} is there twice: a pixel is revealed once"));
        }
    }
    let image = Arc::new(dataset.to_image(image));
    let classes = judge.classes(dataset);
    let mut evaluator = judge.asked_about(&image, classes).map_err(|error| error.to_string())?;
    let evidence: PixelSet = seen.into_iter().collect();
    let logits = evaluator.evaluate(&[evidence]).into_numbers();
    failing::take().map_or(Ok(logits), |why| Err(why.to_string()))
}
