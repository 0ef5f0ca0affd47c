//! Who chooses the pixels that an experiment's judge is trained on.

use pixel_debate_fields::{Count, named};
use pixel_debate_judge::choosers::{Choosers, Lengths, MASKS_KEY, Rounds, Who};

use super::ExperimentError;
use super::fields::Fields;
use crate::Custom;

/// The fields that players alone have a use for.
pub(super) const ROUNDS: [&str; 6] =
    ["random_percent", "round_batches", "round_images", "tries", "lies", "lengths"];

/// What may stand for who chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Masks {
    Random,
    Of(Who),
}

named!(Custom; Masks:
    "random" => Masks::Random,
    "debates" => Masks::Of(Who::Debates),
    "provers" => Masks::Of(Who::Provers),
);
named!(Custom; Lengths: "full" => Lengths::Full, "every" => Lengths::Every);

/// What a table says of it.
pub(super) fn choosers(fields: &Fields<'_, '_>) -> Result<Choosers, ExperimentError> {
    let masks = fields.or(MASKS_KEY, Masks::Random)?.into_inner();
    let usual = Rounds::default();
    let mut given = None;
    macro_rules! field {
        ($name:literal, $least:literal, $most:expr, $usual:expr) => {{
            let read = fields.optional::<Count<$least, { $most as u64 }>>($name)?;
            given = given.or(read.as_ref().map(|_| $name));
            // Within what the field's own type has.
            read.map_or($usual, |read| read.into_inner().get() as _)
        }};
    }
    let random_percent = field!("random_percent", 0, Rounds::MOST_RANDOM, usual.random_percent);
    let batches = field!("round_batches", 1, Rounds::MOST_BATCHES, usual.batches);
    let images = field!("round_images", 1, Rounds::MOST_IMAGES, usual.images);
    let tries = field!("tries", 1, Rounds::MOST_TRIES, usual.tries);
    let lies = field!("lies", 1, Rounds::MOST_LIES, usual.lies);
    let lengths = fields.optional::<Lengths>("lengths")?;
    given = given.or(lengths.as_ref().map(|_| "lengths"));
    let lengths = lengths.map_or(usual.lengths, toml::Spanned::into_inner);
    match (masks, given) {
        (Masks::Of(who), _) => {
            let rounds = Rounds { random_percent, batches, images, tries, lies, lengths };
            Ok(Choosers::Players(who, rounds))
        }
        (Masks::Random, None) => Ok(Choosers::Chance),
        (Masks::Random, Some(name)) => Err(fields.refuse(
            name,
            format!("`{name}` is for players: it needs `masks = \"debates\"` or \"provers\""),
        )),
    }
}
