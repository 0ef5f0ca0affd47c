//! Whether items are those of a study.

use std::collections::BTreeMap;

use pixel_debate_game::Role;
use pixel_debate_judge::MOST_CLASSES;

use super::error::Misfit;
use super::numbers::Numbers;
use crate::file::{CheckBy, Condition, Kind, Study};
use crate::items::{Glimpse, Item, Part, Shown};

/// Says what of the items, which are of images of that data set, does not fit the study; or else which number each
/// has.
pub(super) fn check(study: &Study, dataset: &str, items: &[&Item]) -> Result<Numbers, Misfit> {
    let mut parts = [0; 3];
    let mut told_apart = BTreeMap::new();
    for (number, item) in items.iter().enumerate() {
        parts[item.part as usize] += 1;
        if item.source.dataset != dataset {
            return Err(Misfit::Foreign { number, why: "its image is of another data set" });
        }
        one(study, item, number)?;
        if let Some(logits) = item.logits() {
            // One judge decides all that have as many pixels.
            let labels = *told_apart.entry(item.reveals()).or_insert(logits.len());
            if logits.len() != labels {
                return Err(Misfit::Foreign { number, why: "it has not as many logits as others" });
            }
        }
    }
    let debates = |condition: &Condition| condition.debates_of_an_image();
    let of_an_image: usize = study.conditions.iter().map(debates).sum();
    for (part, what, wanted) in [
        (Part::Practice, "practice items", study.assignment.practice as usize),
        (Part::Main, "main items", study.images_in_all() as usize * of_an_image),
        (Part::Check, "attention checks", study.assignment.checks as usize),
    ] {
        let found = parts[part as usize];
        if found != wanted {
            return Err(Misfit::Parts { what, found, wanted });
        }
    }
    Numbers::of(study, items)
}

fn one(study: &Study, item: &Item, number: usize) -> Result<(), Misfit> {
    let foreign = |why| Err(Misfit::Foreign { number, why });
    if item.claims.honest != item.label || item.claims.liar == Some(item.label) {
        return foreign("its answers are not the right one and a lie");
    }
    // Of an item of which the judge was not asked there are no logits.
    let told_apart = item.logits().map_or(MOST_CLASSES, <[f32]>::len);
    if !(2..=MOST_CLASSES).contains(&told_apart) {
        return foreign("its logits are not one of each label that a judge can tell apart");
    }
    let labels = [Some(item.label), item.claims.liar];
    if labels.iter().flatten().any(|label| usize::from(*label) >= told_apart) {
        return foreign("its answers are none that the built-in judge tells apart");
    }
    let tiers = &study.images.tiers;
    if item.tier.as_ref().is_some_and(|name| !tiers.iter().any(|tier| tier.name == *name)) {
        return foreign("the study has no such tier");
    }
    if item.tier.is_some() != (item.part == Part::Main && !tiers.is_empty()) {
        return foreign("main items alone have tiers, and all of them if the study has any");
    }
    if let Shown::Random { pixels, logits } = &item.shown {
        if !logits.iter().all(|logit| logit.is_finite()) {
            return foreign("its logits are no numbers");
        }
        if !all_there(item, pixels) {
            return foreign("what it shows is not in its image");
        }
    }
    rest(study, item, number)?;
    let name = item.condition.as_ref();
    let condition =
        name.and_then(|name| study.conditions.iter().find(|condition| condition.name == *name));
    match (item.part, condition) {
        (_, None) => foreign("the study has no such condition"),
        (Part::Check, Some(condition)) => of_condition(&condition.beforehand(), item, number),
        (Part::Main | Part::Practice, Some(condition)) => of_condition(condition, item, number),
    }
}

/// Whether pixels are in the item's image as they are said to be, and none twice.
fn all_there(item: &Item, pixels: &[Glimpse]) -> bool {
    let twice = |at: usize| pixels[..at].iter().any(|other| other.pixel == pixels[at].pixel);
    let is_so = |glimpse: &Glimpse| item.image.value(glimpse.pixel) == Some(glimpse.value);
    pixels.iter().all(is_so) && !(0..pixels.len()).any(twice)
}

/// What is shown in the end of an attention check, and of no other item.
fn rest(study: &Study, item: &Item, number: usize) -> Result<(), Misfit> {
    let foreign = |why| Err(Misfit::Foreign { number, why });
    let by_evidence = study.assignment.check_by == CheckBy::Evidence;
    let wanted = if item.part == Part::Check && by_evidence {
        usize::from(study.assignment.check_pixels).saturating_sub(item.reveals())
    } else {
        0
    };
    if item.rest.len() != wanted {
        return foreign(
            "an attention check alone shows `check_pixels` pixels in the end, if any does",
        );
    }
    let revealed = item.revealed();
    if !all_there(item, &item.rest)
        || item.rest.iter().any(|glimpse| revealed.contains(&glimpse.pixel))
    {
        return foreign("what it shows in the end is not in its image, or was shown before");
    }
    Ok(())
}

fn of_condition(condition: &Condition, item: &Item, number: usize) -> Result<(), Misfit> {
    let foreign = |why| Err(Misfit::Foreign { number, why });
    if item.claims.liar.is_some() != condition.precommit {
        return foreign("its condition's `precommit` says whether there is a lie");
    }
    if item.first.is_some_and(|first| !condition.sides().contains(&first)) {
        return foreign("in its condition that side does not begin, or argue");
    }
    let rules = |first: Option<Role>| first.map(|first| condition.rules(first));
    match &item.shown {
        Shown::Random { pixels, .. } => {
            let is_so = condition.kind() == Kind::Alone
                && item.first.is_none()
                && pixels.len() == usize::from(condition.pixels)
                && pixels.iter().all(|glimpse| condition.legal.allows(glimpse.value));
            if is_so { Ok(()) } else { foreign("its condition shows something else") }
        }
        Shown::Live { rules: given, .. } => {
            let is_so = condition.live().is_some() && rules(item.first) == Some(*given);
            if is_so { Ok(()) } else { foreign("its condition has other rules") }
        }
        Shown::Recorded { rules: given, .. } => {
            let has_debates = condition.kind() != Kind::Alone && condition.live().is_none();
            if !has_debates || rules(item.first) != Some(*given) {
                return foreign("its condition has other rules");
            }
            let Some(transcript) = item.transcript() else {
                return foreign("its debate has no verdict of the built-in judge");
            };
            let replayed = transcript.replay();
            replayed.map(drop).map_err(|source| Misfit::Debate { number, source: Box::new(source) })
        }
    }
}
