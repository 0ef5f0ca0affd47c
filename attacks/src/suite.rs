//! Positions with the right answers, by which judges are compared: a regression suite.
//!
//! A suite is taken from one judge: debates that the honest side is proven to win against it, and sets by which a lying
//! consultant deceives it. Any judge that fits the data set can be held to the same positions.

use std::sync::Arc;

use pixel_debate_agents::Clock;
use pixel_debate_agents::consultant::{Aim, Consultation, Limits, Wanted, consult};
use pixel_debate_agents::solver::{Certificate, Game, Solution, solve};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{
    Claims, Debate, Image, ImageSource, Pixel, Role, Rules, honest_margin, honest_wins,
};
use pixel_debate_judge::{Evaluator, PixelSet, WrongSize};
use pixel_debate_play::Judging;
use serde::{Deserialize, Serialize};

use crate::plan::Plan;

/// Positions with what they were taken from. In a file, it is JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The judge, the data set and the images that the positions were taken from.
    pub plan: Plan,
    /// The positions.
    pub positions: Vec<Position>,
}

/// What a judge is shown, and what is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The image's number in the data set.
    pub image: usize,
    /// The true label, which is the right answer.
    pub label: u8,
    /// The lie.
    pub lie: u8,
    /// The pixels that the judge sees.
    pub evidence: Vec<Pixel>,
    /// How the judge that the suite was taken from answers: right, or wrong.
    pub right: bool,
    /// By how much that judge favours the truth.
    pub margin: f32,
    /// Where the position ends a debate that the honest side is proven to win: the proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
}

/// How a judge answers in a position of a suite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'a> {
    /// Its number in the suite, from 0.
    pub number: usize,
    /// The position.
    pub position: &'a Position,
    /// Whether the judge is right.
    pub right: bool,
    /// By how much it favours the truth.
    pub margin: f32,
}

/// A suite that a judge cannot be held to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// It is about other images.
    #[error("the suite is about {suite}, and {dataset} is another data set")]
    Dataset {
        /// The suite's data set.
        suite: String,
        /// The one that was named.
        dataset: String,
    },
    /// A position that there cannot be.
    #[error("position {number} of the suite: {fault}")]
    Position {
        /// Its number, from 0.
        number: usize,
        /// What is wrong with it.
        fault: String,
    },
    /// The judge cannot read the images.
    #[error(transparent)]
    Size(#[from] WrongSize),
}

impl Suite {
    /// Takes positions from the plan's images: by the first of its numbers of pixels, with a random lie each, a set
    /// that deceives the judge if climbing finds one, and the end of the debate that the liar begins if the honest side
    /// is proven to win it.
    ///
    /// # Errors
    ///
    /// [`WrongSize`] if the judge cannot read the images.
    ///
    /// # Panics
    ///
    /// If the plan is not about this data set.
    pub fn make(
        plan: Plan,
        judge: &dyn Judging,
        dataset: &Dataset,
        tell: impl Fn(usize),
    ) -> Result<Self, WrongSize> {
        let mut positions = Vec::new();
        for (done, image) in plan.images.iter().enumerate() {
            let picture = Arc::new(dataset.to_image(*image));
            let mut evaluator = judge.asked_about(&picture, plan.classes)?;
            positions.extend(deception(&plan, &mut *evaluator, dataset, *image));
            positions.extend(honest_win(&plan, &mut *evaluator, dataset, *image));
            tell(done + 1);
        }
        Ok(Self { plan, positions })
    }

    /// Asks a judge about all positions.
    ///
    /// # Errors
    ///
    /// [`SuiteError`] if the suite is about another data set or a position cannot be, or the judge cannot read the
    /// images.
    pub fn ask(
        &self,
        judge: &dyn Judging,
        dataset: &Dataset,
    ) -> Result<Vec<Answer<'_>>, SuiteError> {
        if self.plan.dataset_hash != dataset.hash() {
            let (suite, dataset) = (self.plan.dataset.clone(), dataset.name().to_owned());
            return Err(SuiteError::Dataset { suite, dataset });
        }
        let classes = judge.classes(dataset);
        let mut answers = Vec::new();
        for (number, position) in self.positions.iter().enumerate() {
            let fault = |fault: String| SuiteError::Position { number, fault };
            if position.image >= dataset.len() {
                return Err(fault(format!("image {} is not in the data set", position.image)));
            }
            let Position { image, label, lie, ref evidence, .. } = *position;
            if label != dataset.label(image) || lie == label || lie >= classes {
                return Err(fault(format!(
                    "label {label} and lie {lie} of image {image}, which is a {}",
                    dataset.label(image)
                )));
            }
            let picture = Arc::new(dataset.to_image(image));
            if let Some(outside) = evidence.iter().find(|pixel| picture.value(**pixel).is_none()) {
                return Err(fault(format!("pixel {outside} lies outside of the image")));
            }
            let set: PixelSet = evidence.iter().copied().collect();
            let logits = judge.asked_about(&picture, classes)?.evaluate(&[set]).into_numbers();
            let claims = Claims { honest: label, liar: Some(lie) };
            let (right, margin) = (honest_wins(&logits, &claims), honest_margin(&logits, &claims));
            answers.push(Answer { number, position, right, margin });
        }
        Ok(answers)
    }
}

/// A set by which the judge is deceived.
fn deception(
    plan: &Plan,
    evaluator: &mut dyn Evaluator,
    dataset: &Dataset,
    image: usize,
) -> Option<Position> {
    let (label, picture) = (dataset.label(image), dataset.to_image(image));
    let lie = plan.random_lie(image, label);
    let candidates = plan.candidates(&picture);
    let (aim, evidence) = (Aim::Lies(vec![lie]), PixelSet::default());
    let pixels = plan.attack.pixels[0].into();
    let consultation = Consultation { label, aim, evidence, candidates, pixels };
    let (beam, clock) = (plan.attack.beam, Clock::unlimited());
    let limits = Limits { wanted: Wanted::Win, beam, sets: 0, clock };
    let case = consult(&consultation, evaluator, limits).cases.pop()?;
    (case.winner == Some(Role::Liar)).then(|| Position {
        image,
        label,
        lie,
        evidence: case.set.pixels().to_vec(),
        right: false,
        margin: -case.margin,
        certificate: None,
    })
}

/// The end of a debate that the honest side is proven to win.
fn honest_win(
    plan: &Plan,
    evaluator: &mut dyn Evaluator,
    dataset: &Dataset,
    image: usize,
) -> Option<Position> {
    let (label, picture) = (dataset.label(image), Arc::new(dataset.to_image(image)));
    let lie = plan.random_lie(image, label);
    let paper = Rules::paper(plan.attack.pixels[0], true, Role::Liar);
    let rules = Rules { legal: plan.attack.legal, ..paper };
    let debate = Debate::new(rules, Arc::clone(&picture), label, Some(lie), plan.classes).ok()?;
    let game = Game::of(&debate);
    let Solution::Solved(solved) = solve(&game, evaluator, Clock::unlimited()) else { return None };
    if solved.winner != Role::Honest {
        return None;
    }
    let set: PixelSet = solved.variation.iter().copied().collect();
    let logits = evaluator.evaluate(&[set]).into_numbers();
    let certificate = Certificate {
        version: Certificate::VERSION,
        judge: plan.judge.clone(),
        source: Some(ImageSource { dataset: plan.dataset.clone(), index: image as u32 }),
        rules,
        image: Image::clone(&picture),
        classes: plan.classes,
        claims: *debate.claims(),
        winner: Role::Honest,
        strategy: solved.strategy,
    };
    Some(Position {
        image,
        label,
        lie,
        evidence: solved.variation,
        right: true,
        margin: honest_margin(&logits, debate.claims()),
        certificate: Some(certificate),
    })
}
