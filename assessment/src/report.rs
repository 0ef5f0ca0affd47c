//! From what judges said and what was played before them to the numbers of the report.

use std::collections::BTreeMap;

use pixel_debate_game::Role;
use pixel_debate_harness::{
    CellSummary, DataMark, Finished, Manifest, Play, Program, Row, Summary,
};
use pixel_debate_play::LeftOut;
use pixel_debate_statistics::{Interval, McNemar, Rate, bootstrap_mean, holm};
use serde::Serialize;

use crate::alone::{Alone, Said};
use crate::calibration::{Calibration, calibration};
use crate::settings::Settings;

/// How good judges are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What measured it.
    pub program: Program,
    /// The processor's instructions with which judges computed.
    pub instructions: String,
    /// Where the images are from.
    pub dataset: DataMark,
    /// Images.
    pub images: usize,
    /// Images that were drawn and that no debate can be about.
    pub left_out: Vec<LeftOut>,
    /// What all that was random depended on.
    pub seed: u64,
    /// The judges, in the order in which they were named.
    pub judges: Vec<JudgeReport>,
    /// Each of the others held against the first, on the same images, masks and lies.
    pub compared: Vec<Compared>,
}

/// How good one judge is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgeReport {
    /// Its name.
    pub name: String,
    /// What tells it from all others.
    pub hash: String,
    /// What its file says of where it comes from.
    pub provenance: BTreeMap<String, String>,
    /// How many labels it tells apart.
    pub labels: usize,
    /// How often it is right about 0, 1, 2 and so on random pixels.
    pub accuracy: Vec<Rate>,
    /// More of the numbers of pixels that debates are about.
    pub at: Vec<AtPixels>,
    /// Before debaters and consultants.
    pub played: Vec<CellSummary>,
}

/// A judge alone with so many random pixels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtPixels {
    /// Pixels.
    pub pixels: u8,
    /// How often it is right, by true label; of labels without images nothing is known.
    pub by_label: Vec<Rate>,
    /// How often each label was taken for each: a row a true label.
    pub confusion: Vec<Vec<u32>>,
    /// How good its probabilities are.
    pub calibration: Calibration,
}

/// Two judges on the same images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The judge named first.
    pub one: String,
    /// The other.
    pub other: String,
    /// What both were asked.
    pub what: String,
    /// Whether it is what the report is made for: the first comparison.
    pub primary: bool,
    /// Images.
    pub pairs: usize,
    /// How often the first is right less how often the other is, −1 to 1.
    pub difference: f64,
    /// Its 95 % interval, by the bootstrap over images.
    pub interval: Interval,
    /// The p-value of `McNemar`'s exact test, where each image is right or wrong.
    pub p: Option<f64>,
    /// The same after Holm, over all tests of the report.
    pub corrected: Option<f64>,
}

/// A judge, what it said alone, and its cells in the run by their places.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    pub(crate) hash: &'a str,
    pub(crate) provenance: &'a BTreeMap<String, String>,
    pub(crate) alone: &'a Alone,
    pub(crate) cells: Vec<usize>,
}

/// The report of judges that have been asked.
pub(crate) fn report(
    settings: &Settings,
    manifest: &Manifest,
    finished: &Finished,
    asked: &[Asked<'_>],
) -> Report {
    let summary = Summary::of(manifest, &finished.rows);
    let judge = |asked: &Asked<'_>| of_judge(settings, manifest, &summary, asked);
    Report {
        program: manifest.program.clone(),
        instructions: manifest.instructions.clone(),
        dataset: manifest.dataset.clone(),
        images: asked.first().map_or(0, |asked| asked.alone.by_pixels[0].len()),
        left_out: manifest.left_out.clone(),
        seed: settings.seed,
        judges: asked.iter().map(judge).collect(),
        compared: compared(settings, manifest, finished, asked),
    }
}

fn of_judge(
    settings: &Settings,
    manifest: &Manifest,
    summary: &Summary,
    asked: &Asked<'_>,
) -> JudgeReport {
    let Asked { name, hash, provenance, alone, cells } = asked;
    let said = &alone.by_pixels;
    JudgeReport {
        name: (*name).to_owned(),
        hash: (*hash).to_owned(),
        provenance: (*provenance).clone(),
        labels: said[0].first().map_or(0, |said| said.logits.len()),
        accuracy: said.iter().map(|said| right(said)).collect(),
        at: settings
            .pixels
            .iter()
            .map(|pixels| at(*pixels, &said[usize::from(*pixels)], manifest))
            .collect(),
        played: cells.iter().map(|cell| summary.cells[*cell].clone()).collect(),
    }
}

fn at(pixels: u8, said: &[Said], manifest: &Manifest) -> AtPixels {
    let labels = manifest
        .dataset
        .classes
        .len()
        .max(said.iter().map(|said| said.logits.len()).max().unwrap_or(0));
    let mut confusion = vec![vec![0; labels]; labels];
    for said in said {
        confusion[usize::from(said.label)][usize::from(said.believed)] += 1;
    }
    let of_label = |(label, taken): (usize, &Vec<u32>)| {
        Rate::wilson(taken[label].into(), taken.iter().sum::<u32>() as usize)
    };
    let by_label = confusion.iter().enumerate().map(of_label).collect();
    AtPixels { pixels, by_label, confusion, calibration: calibration(said) }
}

/// How often a judge is right.
fn right(said: &[Said]) -> Rate {
    Rate::wilson(said.iter().filter(|said| said.is_right()).count() as f64, said.len())
}

/// The judges after the first held against it.
fn compared(
    settings: &Settings,
    manifest: &Manifest,
    finished: &Finished,
    asked: &[Asked<'_>],
) -> Vec<Compared> {
    let mut all = Vec::new();
    let Some((first, others)) = asked.split_first() else { return all };
    for other in others {
        for pixels in &settings.pixels {
            let [one, two] = [first, other].map(|asked| {
                let said = &asked.alone.by_pixels[usize::from(*pixels)];
                said.iter().map(|said| f64::from(u8::from(said.is_right()))).collect::<Vec<_>>()
            });
            let what = format!("alone, {pixels} random pixels");
            let mut compared = Compared::of(first, other, what, &one, &two);
            let only = |here: &[f64], there: &[f64]| {
                here.iter().zip(there).filter(|(here, there)| here > there).count()
            };
            compared.p = Some(McNemar::of(one.len(), only(&one, &two), only(&two, &one)).p);
            all.push(compared);
        }
        for (one, two) in first.cells.iter().zip(&other.cells) {
            let cell = &manifest.cells[*one];
            let [rows, others] = [one, two].map(|cell| shares(&finished.rows[*cell]));
            // An image that failed before one of them is no pair.
            let pairs: Vec<(f64, f64)> = rows
                .iter()
                .filter_map(|(image, share)| Some((*share, *others.get(image)?)))
                .collect();
            let (rows, others): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            all.push(Compared::of(first, other, in_words(&cell.play), &rows, &others));
        }
    }
    let tests: Vec<f64> = all.iter().filter_map(|compared| compared.p).collect();
    let mut corrected = holm(&tests).into_iter();
    for compared in all.iter_mut().filter(|compared| compared.p.is_some()) {
        compared.corrected = corrected.next();
    }
    if let Some(first) = all.first_mut() {
        first.primary = true;
    }
    all
}

/// What share of an image's debates the honest side won, by image.
fn shares(rows: &[Row]) -> BTreeMap<u32, f64> {
    let of_image = |rows: &[Row]| {
        let won = rows.iter().filter(|row| row.winner == Role::Honest).count();
        (rows[0].image, won as f64 / rows.len() as f64)
    };
    rows.chunk_by(|one, next| one.image == next.image).map(of_image).collect()
}

/// What is played, without the judge.
pub(crate) fn in_words(play: &Play) -> String {
    let agent = play.honest.as_ref().map_or(String::new(), |agent| format!(" of {agent} agents"));
    if play.solved {
        return format!("optimal play, {} pixels", play.pixels);
    }
    format!("{}{agent}, {} pixels", play.protocol, play.pixels)
}

impl Compared {
    fn of(
        one: &Asked<'_>,
        other: &Asked<'_>,
        what: String,
        rights: &[f64],
        others: &[f64],
    ) -> Self {
        let differences: Vec<f64> =
            rights.iter().zip(others).map(|(one, other)| one - other).collect();
        let pairs = differences.len();
        Self {
            one: one.name.to_owned(),
            other: other.name.to_owned(),
            what,
            primary: false,
            pairs,
            difference: differences.iter().sum::<f64>() / pairs.max(1) as f64,
            interval: bootstrap_mean(&differences),
            p: None,
            corrected: None,
        }
    }
}
