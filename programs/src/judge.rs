//! A program as a judge.

use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::Image;
use pixel_debate_judge::{
    Decider, Evaluator, Gathering, Logits, PixelSet, Question, WrongSize, failing,
};
use pixel_debate_play::Judging;
use pixel_debate_validation::{UnfitDataset, check_dataset};
use serde::{Deserialize, Serialize};

use crate::error::{Fault, ProgramError};
use crate::hello::{Answers, Arrays, Part, in_line};
use crate::pool::{Note, Pool};
use crate::process::Process;
use crate::spec::ProgramSpec;
use crate::words::quoted;

/// The greatest logit, either way: twice as much is a number still, the margin of two.
const MOST: f64 = 1e38;
/// The least probability that is told from 0.
const LEAST: f64 = 1e-30;
/// The most bytes that a number of an answer takes as text, with what separates it.
const NUMBER_BYTES: usize = 64;
/// The most bytes that an answer has beside its numbers.
const AROUND_BYTES: usize = 1 << 12;

/// A judge that is a program: told sets of revealed pixels, it answers a number a label.
///
/// Of which image the pixels are it is not told. Sets that are asked about together are told in the order of their
/// pixels, whatever their order is in the search that asks.
#[derive(Debug, Clone)]
pub struct ProgramJudge {
    pool: Arc<Pool>,
    labels: u8,
}

impl ProgramJudge {
    /// Starts the program, and hears what it is.
    ///
    /// # Errors
    ///
    /// [`ProgramError`] if it cannot be started, or does not say what it is.
    pub fn start(spec: ProgramSpec) -> Result<Self, ProgramError> {
        let pool = Pool::start(spec, Part::Judge)?;
        let labels = pool.hello.labels.and_then(|labels| u8::try_from(labels).ok());
        let Some(labels) = labels else { unreachable!("what it says of itself was checked") };
        Ok(Self { pool: Arc::new(pool), labels })
    }

    /// The version that it declares.
    pub fn version(&self) -> &str {
        &self.pool.hello.version
    }

    /// What it declares of its answers.
    pub fn answers(&self) -> Answers {
        self.pool.hello.answers
    }

    /// How it is started.
    pub fn spec(&self) -> &ProgramSpec {
        self.pool.spec()
    }

    /// Ends all processes that nobody asks at the moment, and tells what they have written to standard error.
    pub fn close(&self) -> Vec<Note> {
        self.pool.close()
    }
}

impl Judging for ProgramJudge {
    fn name(&self) -> &str {
        &self.pool.hello.name
    }

    fn check(&self, dataset: &Dataset) -> Result<(), UnfitDataset> {
        check_dataset(dataset)?;
        let (classes, most) = (dataset.classes().len(), usize::from(self.labels));
        if classes > most {
            return Err(UnfitDataset::Classes { name: dataset.name().to_owned(), classes, most });
        }
        Ok(())
    }

    fn classes(&self, _: &Dataset) -> u8 {
        self.labels
    }

    fn asked_about(&self, image: &Arc<Image>, _: u8) -> Result<Box<dyn Evaluator>, WrongSize> {
        Ok(Box::new(ProgramEvaluator { judge: self.clone(), image: Arc::clone(image) }))
    }

    fn repeats(&self) -> bool {
        // Nobody knows, and the last digits may depend on the batch.
        false
    }
}

/// The program, asked about one image.
struct ProgramEvaluator {
    judge: ProgramJudge,
    image: Arc<Image>,
}

/// Revealed pixels with their values.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Revealed(Vec<[u8; 3]>);

/// A question.
#[derive(Serialize)]
#[serde(tag = "type", rename = "judge")]
struct Told<'a> {
    id: u64,
    width: u8,
    height: u8,
    sets: &'a [Revealed],
}

/// An answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    id: u64,
    #[serde(default)]
    scores: Option<Vec<Vec<f64>>>,
    #[serde(default)]
    error: Option<String>,
}

impl Evaluator for ProgramEvaluator {
    fn classes(&self) -> usize {
        self.judge.labels.into()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let labels = self.classes();
        let mut sorted: Vec<&PixelSet> = sets.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut numbers: Vec<f32> = Vec::with_capacity(sorted.len() * labels);
        for sets in sorted.chunks(self.batch()) {
            // After a failure nobody is asked any more, and whoever asked is about to end.
            let said = if failing::has_failed() { None } else { self.asked(sets) };
            numbers.extend(said.unwrap_or_else(|| vec![0.0; sets.len() * labels]));
        }
        let row = |set: &PixelSet| {
            let place = sorted.binary_search(&set).expect("it was asked about");
            &numbers[place * labels..][..labels]
        };
        Logits::of(labels, sets.iter().map(row))
    }

    fn batch(&self) -> usize {
        self.judge.spec().batch
    }

    fn decider(&mut self, question: Question) -> Box<dyn Decider + '_> {
        Box::new(Gathering::new(self, question))
    }
}

impl ProgramEvaluator {
    /// What it says of some sets; nothing, if it fails.
    fn asked(&self, sets: &[&PixelSet]) -> Option<Vec<f32>> {
        let revealed: Vec<Revealed> = sets.iter().map(|set| self.revealed(set)).collect();
        let pool = &self.judge.pool;
        let said = pool.with(|process| match pool.hello.arrays {
            Arrays::Json => self.lines(process, &revealed),
            Arrays::Raw => self.raw(process, &revealed),
        });
        said.map_err(failing::fail).ok()
    }

    fn revealed(&self, set: &PixelSet) -> Revealed {
        let width = usize::from(self.image.width());
        let value = |at: usize| self.image.pixels()[at];
        let pixels = set.pixels().iter();
        Revealed(
            pixels
                .map(|pixel| {
                    let at = usize::from(pixel.y) * width + usize::from(pixel.x);
                    [pixel.x, pixel.y, value(at)]
                })
                .collect(),
        )
    }

    fn lines(&self, process: &mut Process, sets: &[Revealed]) -> Result<Vec<f32>, Fault> {
        process.asked += 1;
        let (id, width, height) = (process.asked, self.image.width(), self.image.height());
        let question = Told { id, width, height, sets };
        let mut line = serde_json::to_vec(&question).expect("numbers can be written");
        line.push(b'\n');
        let labels = self.classes();
        let most = AROUND_BYTES + sets.len() * labels * NUMBER_BYTES;
        let deadline = process.ask(line)?;
        let line = process.line(most, deadline)?;
        let wrong = |why: String| {
            Fault::NoAnswer(format!(
                "it must answer a line {{\"id\": {id}, \"scores\": [...]}} with a list of {labels} numbers for each of \
                 {} sets, and has answered {}: {why}",
                sets.len(),
                quoted(&line)
            ))
        };
        let answer: Answer =
            serde_json::from_slice(&line).map_err(|error| wrong(in_line(&error.to_string())))?;
        if answer.id != id {
            return Err(wrong(format!("`id` is {}", answer.id)));
        }
        let rows = match (answer.scores, answer.error) {
            (Some(rows), None) => rows,
            (None, Some(error)) => return Err(Fault::Declined(quoted(error.as_bytes()))),
            (None, None) => return Err(wrong("it has neither `scores` nor `error`".to_owned())),
            (Some(_), Some(_)) => return Err(wrong("it has both `scores` and `error`".to_owned())),
        };
        if rows.len() != sets.len() {
            return Err(wrong(format!("`scores` has {} lists", rows.len())));
        }
        if let Some(set) = rows.iter().position(|row| row.len() != labels) {
            return Err(wrong(format!("the list of set {set} has {} numbers", rows[set].len())));
        }
        self.scores(rows.concat())
    }

    fn raw(&self, process: &mut Process, sets: &[Revealed]) -> Result<Vec<f32>, Fault> {
        let (width, height) = (usize::from(self.image.width()), usize::from(self.image.height()));
        let area = width * height;
        let count = sets.len() as u32;
        let mut planes = vec![0.0_f32; sets.len() * 2 * area];
        for (Revealed(pixels), planes) in sets.iter().zip(planes.chunks_exact_mut(2 * area)) {
            for [x, y, value] in pixels {
                let at = usize::from(*y) * width + usize::from(*x);
                planes[at] = 1.0;
                planes[area + at] = f32::from(*value) / 255.0;
            }
        }
        let mut bytes = Vec::with_capacity(4 + 4 * planes.len());
        bytes.extend(count.to_le_bytes());
        bytes.extend(planes.into_iter().flat_map(f32::to_le_bytes));
        let deadline = process.ask(bytes)?;
        let number = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).expect("so many were read");
        let head = process.bytes(4, deadline)?;
        let said = u32::from_le_bytes(number(&head));
        if said != count {
            return Err(Fault::NoAnswer(format!(
                "its answer must begin with {count}, the number of sets, in 4 bytes, and begins with {said}"
            )));
        }
        let bytes = process.bytes(4 * sets.len() * self.classes(), deadline)?;
        self.scores(
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes(number(four)).into()).collect(),
        )
    }

    /// The logits that an answer's numbers stand for.
    fn scores(&self, numbers: Vec<f64>) -> Result<Vec<f32>, Fault> {
        let labels = self.classes();
        let answers = self.judge.answers();
        let allowed = match answers {
            Answers::Probabilities => 0.0..=1.0,
            Answers::Undeclared | Answers::Logits => -MOST..=MOST,
        };
        if let Some(at) = numbers.iter().position(|number| !allowed.contains(number)) {
            let must = match answers {
                Answers::Probabilities => {
                    "it declares that it answers probabilities, which are from 0 to 1".to_owned()
                }
                _ => format!("it must be a number from -{MOST:e} to {MOST:e}"),
            };
            let (set, label, number) = (at / labels, at % labels, numbers[at]);
            return Err(Fault::NoAnswer(format!(
                "its answer for label {label} of set {set} is {number}: {must}"
            )));
        }
        let logit = |number: f64| match answers {
            Answers::Probabilities => number.max(LEAST).ln() as f32,
            Answers::Undeclared | Answers::Logits => number as f32,
        };
        Ok(numbers.into_iter().map(logit).collect())
    }
}
