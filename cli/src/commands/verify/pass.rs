//! What judges the complete sets of a proof, on all threads.

use std::sync::{Arc, Mutex, PoisonError};

use clap::ValueEnum;
use pixel_debate_agents::solver::Certificate;
use pixel_debate_game::{Claims, Image, honest_margin};
use pixel_debate_judge::{DenseEvaluator, Evaluator, Judge, Logits, PixelSet, WrongSize};
use rayon::prelude::*;

/// By what sets are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Pass {
    /// The plain forward pass of the network alone: what a proof means
    Plain,
    /// The sparse engine, and the plain pass where its margin is near zero: many times faster, and as
    /// sure as the engine is tested
    Engine,
}

/// Margins this near to zero, as a share of the greatest logit or of 1, go from the engine to the plain
/// pass: ten times what tests allow the two to differ by in a logit of any size.
const BAND: f32 = 10.0 * Certificate::ROUNDING;

/// Sets that one thread judges at once.
const CHUNK: usize = 32;

/// A judge of one image.
pub(super) struct Judging<'a> {
    dense: DenseEvaluator,
    engine: Option<Engine<'a>>,
    /// How many labels the debate has.
    classes: usize,
    claims: Claims,
}

struct Engine<'a> {
    judge: &'a Judge,
    image: Arc<Image>,
    /// Engines that no thread uses at the moment.
    idle: Mutex<Vec<Box<dyn Evaluator>>>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        pass: Pass,
        judge: &'a Judge,
        certificate: &Certificate,
    ) -> Result<Self, WrongSize> {
        let image = Arc::new(certificate.image.clone());
        let dense = judge.reference(Arc::clone(&image))?;
        let engine = Engine { judge, image, idle: Mutex::default() };
        let (classes, claims) = (usize::from(certificate.classes), certificate.claims);
        // A certificate of labels that the judge does not know is refused, and nothing is near.
        let engine = (pass == Pass::Engine && classes <= dense.classes()).then_some(engine);
        Ok(Self { dense, engine, classes, claims })
    }

    /// The logits of each set, on all threads of rayon's pool.
    pub(super) fn logits(&self, sets: &[PixelSet]) -> Logits {
        let chunks: Vec<Logits> = sets.par_chunks(CHUNK).map(|chunk| self.chunk(chunk)).collect();
        let mut all = Logits::new(self.dense.classes());
        for chunk in &chunks {
            all.append(chunk);
        }
        all
    }

    fn chunk(&self, sets: &[PixelSet]) -> Logits {
        let mut dense = self.dense.clone();
        let Some(logits) = self.engine.as_ref().and_then(|engine| engine.logits(sets)) else {
            return dense.evaluate(sets);
        };
        let near = |logits: &[f32]| {
            let logits = &logits[..self.classes];
            let margin = honest_margin(logits, &self.claims);
            let greatest = logits.iter().fold(1.0, |most: f32, logit| most.max(logit.abs()));
            !margin.is_finite() || margin.abs() < BAND * greatest
        };
        let near: Vec<usize> = (0..sets.len()).filter(|set| near(&logits[*set])).collect();
        let asked: Vec<PixelSet> = near.iter().map(|set| sets[*set].clone()).collect();
        let plain = dense.evaluate(&asked);
        let mut plain = near.into_iter().zip(plain.rows()).peekable();
        let rows = logits.rows().enumerate().map(|(set, fast)| {
            plain.next_if(|(near, _)| *near == set).map_or(fast, |(_, plain)| plain)
        });
        Logits::of(logits.classes(), rows)
    }
}

impl Engine<'_> {
    fn logits(&self, sets: &[PixelSet]) -> Option<Logits> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle().pop();
        let mut evaluator = known.or_else(|| self.judge.evaluator(Arc::clone(&self.image)).ok())?;
        let logits = evaluator.evaluate(sets);
        idle().push(evaluator);
        Some(logits)
    }
}
