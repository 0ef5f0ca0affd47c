//! One image attacked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pixel_debate_agents::Clock;
use pixel_debate_agents::consultant::{Advice, Aim, Case, Consultation, Limits, Wanted, consult};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{LegalPixels, Pixel, Role};
use pixel_debate_judge::{Evaluator, PixelSet, WrongSize};
use pixel_debate_play::Judging;
use serde::{Deserialize, Serialize};

use crate::Plan;
use crate::robust::withstanding;

/// What came of one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attacked {
    /// Its number.
    pub image: usize,
    /// The true label.
    pub label: u8,
    /// How many pixels may be revealed.
    pub candidates: u16,
    /// Consultants, by the number of pixels that they reveal.
    pub revealed: Vec<Revealed>,
    /// The smallest sets: for every lie with no answer, then for every lie with each number of answers.
    pub smallest: Vec<Smallest>,
    /// Whether the time for the image was over before all was done.
    pub cut_short: bool,
    /// How long the smallest sets took.
    pub seconds: f64,
}

/// What consultants do with so many pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revealed {
    /// How many pixels.
    pub pixels: u8,
    /// The liar's for each lie, and last the honest consultant's.
    pub said: Vec<Said>,
    /// Sets that the judge was asked about, for all lies and the truth together.
    pub evaluations: u64,
    /// How long that took, for all together.
    pub seconds: f64,
}

/// A consultant's best set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The lie, or none for the honest consultant, who argues for the truth against all labels.
    pub lie: Option<u8>,
    /// The pixels, in reading order.
    pub set: Vec<Pixel>,
    /// By how much the judge favours the consultant's label after them.
    pub margin: f32,
    /// Whether it is proven that no set has a greater margin.
    pub is_greatest: bool,
    /// Whether the consultant can win: with this set, or it is proven that none does, or it is open.
    pub winner: Option<Role>,
}

/// The smallest set that misleads the judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smallest {
    /// The lie.
    pub lie: u8,
    /// How many honest reveals it withstands, whatever they are; 0 where the liar is alone.
    pub answers: u8,
    /// How many pixels the smallest set known has, if one is known.
    pub size: Option<u8>,
    /// It is proven that the smallest set has so many pixels at least. Equal to [`size`](Self::size), that is
    /// proven to be the least.
    pub at_least: u8,
    /// The set, in reading order; empty if none is known.
    pub set: Vec<Pixel>,
    /// By how much the judge favours the lie, after the answer that is worst for it.
    pub margin: Option<f32>,
}

impl Smallest {
    /// Whether its size is proven to be the least.
    pub fn is_proven(&self) -> bool {
        self.size == Some(self.at_least)
    }
}

/// Attacks one image.
///
/// ```
/// use pixel_debate_attacks::{Attack, Plan, attack};
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let how = Attack { pixels: vec![1], smallest: 1, answers: vec![], ..Attack::default() };
/// let plan = Plan::new("judge-6", "its hash", &judge, mnist::test(), how, 1, 1)?;
/// let image = plan.images[0];
/// let attacked = attack(&plan, &judge, mnist::test(), image)?;
/// let said = &attacked.revealed[0].said;
/// assert_eq!(said.len(), 10, "nine lies and the truth");
/// assert!(said.iter().all(|said| said.is_greatest), "single pixels are soon tried");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`WrongSize`] if the judge cannot read such images.
pub fn attack(
    plan: &Plan,
    judge: &dyn Judging,
    dataset: &Dataset,
    image: usize,
) -> Result<Attacked, WrongSize> {
    let label = dataset.label(image);
    let picture = Arc::new(dataset.to_image(image));
    let candidates: Vec<Pixel> = match plan.attack.legal {
        LegalPixels::Nonzero => picture.nonzero().collect(),
        LegalPixels::Any => picture.iter().map(|(pixel, _)| pixel).collect(),
    };
    let mut evaluator = judge.asked_about(&picture, plan.classes)?;
    let start = Instant::now();
    let time = plan.attack.seconds_an_image.map(u64::from).map(Duration::from_secs);
    let clock = time.map_or(Clock::unlimited(), |time| Clock::until(start + time));
    let mut attacker = Attacker { plan, label, candidates, evaluator: &mut *evaluator, clock };
    let revealed = plan.attack.pixels.iter().map(|pixels| attacker.reveal(*pixels)).collect();
    let then = Instant::now();
    let mut smallest = attacker.alone();
    for answers in &plan.attack.answers {
        smallest.extend(plan.lies(label).map(|lie| withstanding(&mut attacker, lie, *answers)));
    }
    Ok(Attacked {
        image,
        label,
        candidates: attacker.candidates.len() as u16,
        revealed,
        smallest,
        cut_short: clock.is_over(),
        seconds: then.elapsed().as_secs_f64(),
    })
}

/// Attacks one image.
pub(crate) struct Attacker<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) label: u8,
    pub(crate) candidates: Vec<Pixel>,
    pub(crate) evaluator: &'a mut dyn Evaluator,
    pub(crate) clock: Clock,
}

impl Attacker<'_> {
    /// The best set of each lie, and of the truth.
    fn reveal(&mut self, pixels: u8) -> Revealed {
        let start = Instant::now();
        let lies: Vec<u8> = self.plan.lies(self.label).collect();
        let mut evaluations = 0;
        let mut said = Vec::new();
        for (case, lie) in
            self.best(Aim::Lies(lies.clone()), pixels, &mut evaluations).into_iter().zip(lies)
        {
            said.push(Said::new(Some(lie), case));
        }
        let truth = self.best(Aim::Truth { against: None }, pixels, &mut evaluations);
        said.extend(truth.into_iter().map(|case| Said::new(None, case)));
        Revealed { pixels, said, evaluations, seconds: start.elapsed().as_secs_f64() }
    }

    fn best(&mut self, aim: Aim, pixels: u8, evaluations: &mut u64) -> Vec<Case> {
        let mut cases = self.consult(aim.clone(), pixels, Wanted::Greatest, evaluations);
        let open: Vec<usize> =
            (0..cases.len()).filter(|goal| cases[*goal].winner.is_none()).collect();
        if open.is_empty() {
            return cases;
        }
        // Whether any wins is asked of more sets than which is best.
        let aim = match aim {
            Aim::Lies(lies) => Aim::Lies(open.iter().map(|goal| lies[*goal]).collect()),
            aim => aim,
        };
        let again = self.consult(aim, pixels, Wanted::Win, evaluations);
        for (goal, case) in open.into_iter().zip(again) {
            let known = &mut cases[goal];
            known.winner = case.winner;
            if case.margin > known.margin {
                (known.set, known.margin) = (case.set, case.margin);
            }
        }
        cases
    }

    fn consult(
        &mut self,
        aim: Aim,
        pixels: u8,
        wanted: Wanted,
        evaluations: &mut u64,
    ) -> Vec<Case> {
        let (evidence, candidates) = (PixelSet::default(), self.candidates.clone());
        let (label, pixels) = (self.label, pixels.into());
        let consultation = Consultation { label, aim, evidence, candidates, pixels };
        let how = &self.plan.attack;
        let sets = if wanted == Wanted::Win { how.sets_for_a_win } else { how.sets };
        let limits = Limits { wanted, beam: how.beam, sets, clock: self.clock };
        let advice: Advice = consult(&consultation, self.evaluator, limits);
        *evaluations += advice.evaluations;
        advice.cases
    }

    /// The smallest set of each lie that nobody answers.
    fn alone(&mut self) -> Vec<Smallest> {
        let nothing = |lie| Smallest {
            lie,
            answers: 0,
            size: None,
            at_least: 1,
            set: Vec::new(),
            margin: None,
        };
        let mut smallest: Vec<Smallest> = self.plan.lies(self.label).map(nothing).collect();
        for size in 1..=self.plan.attack.smallest {
            let open = |one: &&mut Smallest| one.size.is_none();
            let mut open: Vec<&mut Smallest> = smallest.iter_mut().filter(open).collect();
            if open.is_empty() || self.clock.is_over() {
                break;
            }
            let lies = open.iter().map(|one| one.lie).collect();
            let cases = self.consult(Aim::Lies(lies), size, Wanted::Win, &mut 0);
            for (one, case) in open.iter_mut().zip(cases) {
                match case.winner {
                    Some(Role::Liar) => {
                        one.size = Some(size);
                        one.set = case.set.pixels().to_vec();
                        one.margin = Some(case.margin);
                    }
                    Some(Role::Honest) if one.at_least == size => one.at_least = size + 1,
                    _ => {}
                }
            }
        }
        smallest
    }
}

impl Said {
    fn new(lie: Option<u8>, Case { set, margin, is_greatest, winner }: Case) -> Self {
        Self { lie, set: set.pixels().to_vec(), margin, is_greatest, winner }
    }

    /// Whether its consultant wins by it.
    pub fn wins(&self) -> bool {
        let side = if self.lie.is_some() { Role::Liar } else { Role::Honest };
        self.winner == Some(side)
    }
}
