//! The images and the judges of a server: the program's own, or others.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::PathBuf;

use clap::Args;
use pixel_debate_datasets::{Dataset, mnist};
use pixel_debate_game::{LegalPixels, Rules};
use pixel_debate_judge::masks::Masks;
use pixel_debate_judge::{Judge, SHIPPED_PIXELS};
use pixel_debate_server::{BuiltIn, Roster};
use pixel_debate_statistics::Rate;
use pixel_debate_validation::{check_labels, correct_on_random_pixels, doubt};
use sha2::{Digest, Sha256};

use super::data::unfit;
use crate::failure::Failure;
use crate::options::{DataOption, warn};

/// How many images the program's own judges are shown before they are taken for judges of these.
const LOOKED_AT: usize = 500;

/// What share of these they must be right about, as far as so many images can tell. On MNIST they are about half of
/// them, and one in ten by chance.
const KNOWN: f64 = 0.25;

/// The longest name of a judge, in characters: everybody is told it.
const LONGEST_NAME: usize = 64;

/// Which images are debated, and before which judges.
#[derive(Args, Default)]
pub(super) struct HostingOptions {
    #[command(flatten)]
    data: DataOption,
    /// A judge's safetensors file, instead of the program's own judges; may be given several times
    ///
    /// It judges debates of as many pixels as its file says that it was trained for, or of K, as 6=FILE or 4,6=FILE.
    #[arg(long, value_name = "[K=]FILE", value_parser = judge_file)]
    judge: Vec<JudgeFile>,
}

/// A judge's file, and for how many pixels it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct JudgeFile {
    /// None: as many as its file says.
    pixels: Vec<u8>,
    path: PathBuf,
}

impl fmt::Display for JudgeFile {
    /// As the option was given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pixels: Vec<_> = self.pixels.iter().map(u8::to_string).collect();
        let sign = if pixels.is_empty() { "" } else { "=" };
        write!(f, "--judge {}{sign}{}", pixels.join(","), self.path.display())
    }
}

impl HostingOptions {
    /// Reads all of it and holds the judges against the images.
    pub(super) fn open(&self) -> Result<(&'static Dataset, BuiltIn), Failure> {
        let dataset = match self.data.named()? {
            // It lives as long as the program.
            Some(dataset) if *dataset != *mnist::test() => {
                &*Box::leak(Box::new(dataset.into_owned()))
            }
            Some(_) | None => mnist::test(),
        };
        let survey = dataset.survey();
        if let Some(unfit) = unfit(dataset, &survey) {
            return Err(unfit);
        }
        let roster = if self.judge.is_empty() { shipped(dataset)? } else { self.judges(dataset)? };
        let most = survey.legal.most;
        match roster.pixels().into_iter().find(|pixels| usize::from(*pixels) > most) {
            Some(pixels) => Err(Failure::TooDark { name: survey.name, pixels, most }),
            None => Ok((dataset, roster)),
        }
    }

    fn judges(&self, dataset: &Dataset) -> Result<BuiltIn, Failure> {
        let mut given: BTreeMap<u8, &JudgeFile> = BTreeMap::new();
        let mut roster = BuiltIn::default();
        for file in &self.judge {
            let (judge, hash) = file.read()?;
            check_labels(judge.weights(), dataset).map_err(|unfit| file.wrong(unfit))?;
            let stated = judge.provenance().pixels().and_then(|pixels| u8::try_from(pixels).ok());
            let pixels = match (&file.pixels[..], stated) {
                ([], Some(stated)) => vec![stated],
                ([], None) => {
                    return Err(file.wrong(format!(
                        "the file does not say for how many pixels the judge was trained: say it, as --judge 6={}",
                        file.path.display()
                    )));
                }
                (pixels, _) => pixels.to_vec(),
            };
            file.warn(&judge, &pixels, dataset);
            for pixels in pixels {
                if let Some(other) = given.insert(pixels, file) {
                    return Err(file.wrong(format!(
                        "a judge for {pixels} pixels is given already, by {other}: there may be one for each number"
                    )));
                }
                roster = roster.with(pixels, judge.clone(), hash.clone());
            }
        }
        Ok(roster)
    }
}

impl JudgeFile {
    fn wrong(&self, fault: impl fmt::Display) -> Failure {
        Failure::Setting { place: self.to_string(), fault: fault.to_string() }
    }

    /// The judge, and the hash of its file.
    fn read(&self) -> Result<(Judge, String), Failure> {
        let judge = Judge::read(&self.path)?;
        let unseen = |letter: char| letter.is_control() || letter == '\u{fffd}';
        let name = judge.name();
        if name.chars().count() > LONGEST_NAME || name.trim() != name || name.contains(unseen) {
            return Err(self.wrong(format!(
                "the judge would be called {name:?}, after its file: a name has at most {LONGEST_NAME} characters, all \
                 of which can be seen"
            )));
        }
        let file = |source| Failure::File { path: self.path.clone(), source };
        let mut hash = String::new();
        for byte in Sha256::digest(fs::read(&self.path).map_err(file)?) {
            let _ = write!(hash, "{byte:02x}");
        }
        Ok((judge, hash))
    }

    /// Tells what may be wrong with taking the judge for debates of so many pixels.
    fn warn(&self, judge: &Judge, pixels: &[u8], dataset: &Dataset) {
        let provenance = judge.provenance();
        let named = provenance.classes().unwrap_or_default();
        let mut pairs = (0..).zip(named.iter().zip(dataset.classes()));
        let otherwise = pairs.find(|(_, (own, name))| own != name).map(|(label, (own, name))| {
            format!("its label {label} means {own:?}, and is called {name:?} in the data")
        });
        let stated = provenance
            .pixels()
            .filter(|stated| pixels.iter().any(|it| usize::from(*it) != *stated));
        let other = stated.map(|stated| {
            let pixels: Vec<_> = pixels.iter().map(u8::to_string).collect();
            let pixels = pixels.join(" and ");
            format!("it was trained for {stated} pixels, and is to judge debates of {pixels}")
        });
        let any = (provenance.legal() == LegalPixels::Any).then(|| {
            "it was trained with black pixels shown as well, and debates before it show none"
                .to_owned()
        });
        let doubt = doubt(judge.weights(), pixels.first().copied().unwrap_or(6).into());
        let all = [otherwise, other, any, doubt.map(|doubt| doubt.to_string())];
        warn(all.into_iter().flatten().map(|warning| format!("{self}: {warning}")));
    }
}

/// The program's own judges, if these are images of what they know.
fn shipped(dataset: &Dataset) -> Result<BuiltIn, Failure> {
    if *dataset == *mnist::test() {
        return Ok(BuiltIn::shipped());
    }
    let unknown =
        |reason: String| Failure::NoHostedJudge { name: dataset.name().to_owned(), reason };
    for pixels in SHIPPED_PIXELS {
        let Some(judge) = Judge::shipped(pixels) else { continue };
        check_labels(judge.weights(), dataset).map_err(|unfit| unknown(unfit.to_string()))?;
        if judge.provenance().classes().as_deref() != Some(dataset.classes()) {
            let classes = dataset.classes().len();
            return Err(unknown(format!(
                "they tell the digits 0 to 9 apart, and it has {classes} other classes"
            )));
        }
        let sample = sample(dataset)?;
        let right =
            correct_on_random_pixels(judge.model(), &sample, Masks::nonzero(pixels.into()), 1)?;
        let rate = Rate::wilson(right as f64, sample.len());
        if rate.high < KNOWN {
            return Err(unknown(format!(
                "that for {pixels} pixels is right about {right} of {} of these images, shown {pixels} random pixels \
                 of each",
                sample.len()
            )));
        }
    }
    Ok(BuiltIn::shipped())
}

/// Some images spread over a data set.
fn sample(dataset: &Dataset) -> Result<Dataset, Failure> {
    let apart = dataset.len().div_ceil(LOOKED_AT);
    let images = || (0..dataset.len()).step_by(apart);
    let pixels = images().flat_map(|index| dataset.image(index).to_vec()).collect();
    let labels = images().map(|index| dataset.label(index)).collect();
    let sides = (dataset.width(), dataset.height());
    Ok(Dataset::new(dataset.name(), sides, pixels, labels, dataset.classes().to_vec())?)
}

/// Reads a judge's file with the numbers of pixels before it.
fn judge_file(text: &str) -> Result<JudgeFile, String> {
    let most = Rules::MAX_PIXELS;
    let numbers = |before: &str| before.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    let (pixels, path) = match text.split_once('=') {
        Some((before, path)) if !before.is_empty() && numbers(before) => {
            let number =
                |text: &str| text.parse().ok().filter(|pixels| (1..=most).contains(pixels));
            let pixels: Option<Vec<u8>> = before.split(',').map(number).collect();
            let wrong = || {
                format!(
                    "{before:?} are no numbers of pixels: each must be 1 to {most}, as 6=FILE or 4,6=FILE"
                )
            };
            (pixels.ok_or_else(wrong)?, path)
        }
        _ => (Vec::new(), text),
    };
    if path.is_empty() {
        return Err(
            "it must be a judge's FILE, or one with the number of pixels before it, as 6=FILE"
                .into(),
        );
    }
    Ok(JudgeFile { pixels, path: path.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_numbers_of_pixels_before_it() {
        let file = |pixels: &[u8], path: &str| {
            Ok(JudgeFile { pixels: pixels.to_vec(), path: path.into() })
        };
        assert_eq!(judge_file("letters.safetensors"), file(&[], "letters.safetensors"));
        assert_eq!(judge_file("6=letters"), file(&[6], "letters"));
        assert_eq!(judge_file("4,128=a=b"), file(&[4, 128], "a=b"));
        // A name with that sign is one.
        assert_eq!(judge_file("./6=letters"), file(&[], "./6=letters"));
        assert_eq!(judge_file("rate=0.1"), file(&[], "rate=0.1"));
        for wrong in ["", "6=", "0=a", "129=a", "4,,6=a", "999=a"] {
            assert!(judge_file(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(judge_file("4,6=a").unwrap().to_string(), "--judge 4,6=a");
    }

    #[test]
    fn a_sample_is_spread_over_the_data() {
        let sample = sample(mnist::test()).unwrap();
        assert_eq!((sample.len(), sample.label(1)), (500, mnist::test().label(20)));
    }
}
