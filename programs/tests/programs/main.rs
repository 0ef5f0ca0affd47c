//! Programs as judges and debaters: what they are told, and whatever they may do wrong.
#![cfg(unix)]

mod faults;
mod told;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_game::{Image, Pixel};
use pixel_debate_judge::{PixelSet, failing};
use pixel_debate_play::Judging;
use pixel_debate_programs::{ProgramJudge, ProgramSpec};
use tempfile::TempDir;

/// What a judge of three labels says first.
const READY: &str = r#"echo '{"protocol": 1, "name": "mine", "version": "1", "labels": 3}'"#;

/// A folder with a program for the shell, and how it is started.
fn script(text: &str) -> (TempDir, ProgramSpec) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("judge.sh"), text).unwrap();
    let spec = spec(["sh", "judge.sh"], folder.path());
    (folder, spec)
}

fn spec<const N: usize>(command: [&str; N], folder: &Path) -> ProgramSpec {
    let command = command.map(str::to_owned).to_vec();
    ProgramSpec { limit: Duration::from_secs(5), ..ProgramSpec::new(command, folder) }
}

/// An image of which each value tells its place.
fn image() -> Arc<Image> {
    Arc::new(Image::new(28, 28, (0..784).map(|at| (at % 251) as u8 + 1).collect()).unwrap())
}

fn set<const N: usize>(pixels: [(u8, u8); N]) -> PixelSet {
    pixels.into_iter().map(|(x, y)| Pixel::new(x, y)).collect()
}

/// What a judge says of sets of the image, a row each; or why it does not.
fn said(judge: &ProgramJudge, sets: &[PixelSet]) -> Result<Vec<Vec<f32>>, String> {
    failing::take();
    let mut evaluator =
        judge.asked_about(&image(), judge.classes(pixel_debate_datasets::mnist::test())).unwrap();
    let logits = evaluator.evaluate(sets);
    match failing::take() {
        None => Ok(logits.rows().map(<[f32]>::to_vec).collect()),
        Some(why) => Err(why.to_string()),
    }
}
