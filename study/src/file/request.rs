//! A study's allocation in numbers.

use super::Study;
use crate::allocation::Request;
use crate::items::seeds::seed_of;

impl Study {
    /// What the study's allocation must come to, by a seed of its own that comes from the study's.
    ///
    /// Whatever [`Study::from_toml`] reads can be allocated.
    pub fn request(&self) -> Request {
        // What does not fit is far beyond what may be allocated.
        let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let assignment = &self.assignment;
        let tiers = match &self.images.tiers[..] {
            [] => vec![number(self.images.number)],
            tiers => tiers.iter().map(|tier| number(tier.number)).collect(),
        };
        let conditions = (0..).zip(&self.conditions);
        let one_sided = conditions.filter(|(_, condition)| condition.debates_of_an_image() < 2);
        Request {
            participants: number(assignment.participants),
            tiers,
            conditions: number(self.conditions.len() as u64),
            one_sided: one_sided.map(|(at, _)| at).collect(),
            each: number(assignment.items),
            practice: number(assignment.practice),
            checks: number(assignment.checks),
            repeats: number(self.repeats()),
            flipped: number(self.flips()),
            apart: number(assignment.apart),
            balance_sides: assignment.balance_sides,
            balance_answers: assignment.balance_answers,
            seed: seed_of(self.secrets.seed, &["allocation"]),
        }
    }
}
