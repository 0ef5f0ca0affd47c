//! Consultants who argue about one image.

use std::time::Instant;

use pixel_debate_agents::Clock;
use pixel_debate_agents::consultant::{Advice, Aim, Case, Consultation, Limits, Wanted, consult};
use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::{Evaluator, PixelSet};

use crate::attacked::{Revealed, Said, Smallest};
use crate::plan::Plan;

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
    pub(crate) fn reveal(&mut self, pixels: u8) -> Revealed {
        let start = Instant::now();
        let lies: Vec<u8> = self.plan.lies(self.label).collect();
        let mut evaluations = 0;
        let mut said = Vec::new();
        for (case, lie) in
            self.best(Aim::Lies(lies.clone()), pixels, &mut evaluations).into_iter().zip(lies)
        {
            said.push(said_by(Some(lie), case));
        }
        let truth = self.best(Aim::Truth { against: None }, pixels, &mut evaluations);
        said.extend(truth.into_iter().map(|case| said_by(None, case)));
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
    pub(crate) fn alone(&mut self) -> Vec<Smallest> {
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

/// What a consultant who argues for that says.
fn said_by(lie: Option<u8>, Case { set, margin, is_greatest, winner }: Case) -> Said {
    Said { lie, set: set.pixels().to_vec(), margin, is_greatest, winner }
}
