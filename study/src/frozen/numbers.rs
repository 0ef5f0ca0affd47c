//! Which item of a plan is which of an allocation.

use std::collections::BTreeMap;

use pixel_debate_game::Role;

use super::error::Misfit;
use crate::allocation::{Kind, Presentation};
use crate::file::{Condition, Study};
use crate::items::{Item, Part};

/// The numbers in a plan of what an allocation names by image and condition.
///
/// Images are numbered tier by tier, as the file has them, and within a tier by their places in the data set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// By `image × conditions + condition`, where the honest side begins, or argues, and where the liar does; one item
    /// twice where there is one.
    main: Vec<[usize; 2]>,
    practice: Vec<usize>,
    checks: Vec<usize>,
    conditions: usize,
}

/// The items of an image in each condition, where the honest side begins, or argues, and where the liar does.
type OfImage = Vec<[Option<usize>; 2]>;

impl Numbers {
    /// The numbers of items, which are as many of each part as the study has and each one of it: every cell has its
    /// own, no image is in two places, and practice and attention checks go round the conditions.
    pub(super) fn of(study: &Study, items: &[&Item]) -> Result<Self, Misfit> {
        Ok(Self {
            main: main(study, items)?,
            practice: in_turn(study, items, Part::Practice)?,
            checks: in_turn(study, items, Part::Check)?,
            conditions: study.conditions.len(),
        })
    }

    /// The number of the item that is shown, if it is shown in the study's allocation.
    pub(super) fn item(&self, shown: &Presentation) -> Option<usize> {
        let at = shown.item as usize;
        match shown.kind {
            Kind::Practice => self.practice.get(at).copied(),
            Kind::Check => self.checks.get(at).copied(),
            Kind::Main | Kind::Repeat | Kind::Flipped => {
                let sides = self.main.get(at * self.conditions + shown.condition as usize)?;
                Some(sides[usize::from(shown.sides_swapped)])
            }
        }
    }
}

fn condition_of(study: &Study, item: &Item) -> Option<usize> {
    let name = item.condition.as_ref()?;
    study.conditions.iter().position(|condition| condition.name == *name)
}

fn main(study: &Study, items: &[&Item]) -> Result<Vec<[usize; 2]>, Misfit> {
    let tiers = &study.images.tiers;
    let tier_of =
        |item: &Item| tiers.iter().position(|tier| Some(&tier.name) == item.tier.as_ref());
    // Images of the data set by their tiers, and all images with the item by which each was met first.
    let mut images: BTreeMap<(Option<usize>, u32), OfImage> = BTreeMap::new();
    let mut met: BTreeMap<u32, &Item> = BTreeMap::new();
    for (number, item) in items.iter().enumerate() {
        let foreign = |why| Err(Misfit::Foreign { number, why });
        let first: &Item = met.entry(item.source.index).or_insert(item);
        if item.part != Part::Main || first.part != Part::Main {
            if !std::ptr::eq(first, *item) {
                return foreign(
                    "its image is that of another item, for practice or to see who attends",
                );
            }
            continue;
        }
        if (&first.tier, &first.image, first.label) != (&item.tier, &item.image, item.label) {
            return foreign("another item has its image with another tier, label or other pixels");
        }
        let Some(condition) = condition_of(study, item) else {
            return foreign("the study has no such condition");
        };
        let of_image = images
            .entry((tier_of(item), item.source.index))
            .or_insert_with(|| vec![[None; 2]; study.conditions.len()]);
        let has_two = study.conditions[condition].debates_of_an_image() > 1;
        let sides: &[usize] = match item.first {
            Some(Role::Honest) if has_two => &[0],
            Some(Role::Liar) if has_two => &[1],
            _ => &[0, 1],
        };
        for side in sides {
            if of_image[condition][*side].replace(number).is_some() {
                return foreign(
                    "another item shows its image in the same condition, from the same side",
                );
            }
        }
    }
    let groups: Vec<_> = match &tiers[..] {
        [] => vec![(None, None, study.images.number)],
        tiers => (0..).map(Some).zip(tiers).map(|(at, of)| (at, Some(of), of.number)).collect(),
    };
    for (at, tier, wanted) in groups {
        let found = images.keys().filter(|(tier, _)| *tier == at).count();
        if found as u64 != wanted {
            let tier = tier.map(|tier| tier.name.clone());
            return Err(Misfit::Images { tier, found, wanted: wanted as usize });
        }
    }
    // As many items as cells have in all, and none in the place of another, leave no place empty.
    let all = images.into_values().flatten();
    all.map(|[honest, liar]| {
        let missing = Misfit::Parts { what: "items of a cell", found: 0, wanted: 1 };
        honest.zip(liar).map(|(honest, liar)| [honest, liar]).ok_or(missing)
    })
    .collect()
}

/// The items for practice, or the attention checks, of each condition by their images, in turn one of each.
fn in_turn(study: &Study, items: &[&Item], part: Part) -> Result<Vec<usize>, Misfit> {
    let conditions = study.conditions.len();
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); conditions];
    for (number, item) in items.iter().enumerate().filter(|(_, item)| item.part == part) {
        if let Some(condition) = condition_of(study, item) {
            of[condition].push(number);
        }
    }
    for of in &mut of {
        of.sort_by_key(|number| items[*number].source.index);
    }
    let (all, what) = match part {
        Part::Check => (study.assignment.checks as usize, "attention checks"),
        Part::Practice | Part::Main => (study.assignment.practice as usize, "practice items"),
    };
    for (at, (of, Condition { name, .. })) in of.iter().zip(&study.conditions).enumerate() {
        let wanted = (at..all).step_by(conditions).count();
        if of.len() != wanted {
            let condition = name.clone();
            return Err(Misfit::InTurn { what, condition, found: of.len(), wanted });
        }
    }
    Ok((0..all).map(|at| of[at % conditions][at / conditions]).collect())
}
