//! What is to be allocated, and whether it can be.

use serde::{Deserialize, Serialize};

/// What a study's participants shall judge, in numbers.
///
/// An image in a condition is a *cell*. Each is seen equally often in the main items, over all participants, so that
/// `participants × each` is a multiple of `images × conditions`: anything else is refused, with the nearest numbers
/// that work.
///
/// ```
/// use pixel_debate_study::allocation::Request;
///
/// let request = Request {
///     participants: 40,
///     tiers: vec![18, 12],
///     conditions: 3,
///     one_sided: vec![],
///     each: 9,
///     practice: 2,
///     checks: 1,
///     repeats: 1,
///     flipped: 1,
///     apart: 3,
///     balance_sides: true,
///     balance_answers: true,
///     seed: 1,
/// };
/// // 360 main items in 90 cells.
/// assert_eq!(request.check(), Ok(()));
/// let refusal = Request { participants: 41, ..request }.check().expect_err("369 are not in 90");
/// assert!(refusal.to_string().ends_with(
///     "with 9 items each, participants may be 40 or 50; with 41 participants, no other number of items is"
/// ), "{refusal}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Places for participants, 1 to [`Request::MAX_PARTICIPANTS`].
    pub participants: u32,
    /// How many images are in each of 1 to [`Request::MAX_TIERS`] tiers: at least 1 in each, and at most
    /// [`Request::MAX_IMAGES`] together. Images are numbered from 0, those of the first tier first.
    pub tiers: Vec<u32>,
    /// Conditions, 1 to [`Request::MAX_CONDITIONS`].
    pub conditions: u32,
    /// Those of them, by their numbers, of which an image has one side alone: nothing of these comes again with the
    /// sides changed.
    pub one_sided: Vec<u32>,
    /// Main items of each participant, every one of another image: 1 to [`Request::MAX_EACH`], and at most the
    /// number of images.
    pub each: u32,
    /// Items to practise on, which come first: 0 to [`Request::MAX_EXTRA`].
    pub practice: u32,
    /// Items with a known answer, spread among the others, likewise.
    pub checks: u32,
    /// How many of a participant's main items come again unchanged.
    pub repeats: u32,
    /// How many others come again with the sides changed: with the repeats at most `each − apart`, since an item
    /// that comes again must have room after it; where there are conditions with one side, as many less as a
    /// participant may have items of these.
    pub flipped: u32,
    /// How many other items there are between an item and its coming again, at least.
    pub apart: u32,
    /// Whether it changes which debater sits first. Otherwise it changes only where an item comes again with
    /// the sides changed.
    pub balance_sides: bool,
    /// Whether it changes which answer is shown on the left.
    pub balance_answers: bool,
    /// What chance depends on.
    pub seed: u64,
}

/// Why a request cannot be allocated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A number is out of its range.
    #[error("{field} is {value}: it must be from {least} to {most}")]
    Range {
        /// The field of [`Request`]; `tiers[3]` is the number of images of the fourth tier, `images` that of all,
        /// and `tiers` the number of tiers.
        field: String,
        /// What it is.
        value: u64,
        /// The least that it may be.
        least: u64,
        /// The most.
        most: u64,
    },
    /// Cells cannot be seen equally often.
    #[error(
        "{participants} participants with {each} items each are {} main items, which {images} images in \
         {conditions} conditions cannot share evenly: with {each} items each, participants may be {}; with \
         {participants} participants, {}",
        u64::from(*participants) * u64::from(*each),
        or(nearest_participants).unwrap_or_else(|| "no number that is allowed".to_owned()),
        or(nearest_each).map_or_else(
            || "no other number of items is".to_owned(),
            |numbers| format!("items each may be {numbers}")
        )
    )]
    Uneven {
        /// Places for participants.
        participants: u32,
        /// Main items of each.
        each: u32,
        /// Images of all tiers.
        images: u32,
        /// Conditions.
        conditions: u32,
        /// The greatest number of participants below, and the least above, that work with so many items each, as
        /// far as they are allowed.
        nearest_participants: Vec<u32>,
        /// The same of items each, with so many participants.
        nearest_each: Vec<u32>,
    },
}

fn or(numbers: &[u32]) -> Option<String> {
    let words: Vec<String> = numbers.iter().map(u32::to_string).collect();
    (!words.is_empty()).then(|| words.join(" or "))
}

impl Request {
    /// The most participants.
    pub const MAX_PARTICIPANTS: u32 = 10_000;
    /// The most tiers.
    pub const MAX_TIERS: u32 = 100;
    /// The most images of all tiers together.
    pub const MAX_IMAGES: u32 = 10_000;
    /// The most conditions.
    pub const MAX_CONDITIONS: u32 = 100;
    /// The most main items of one participant.
    pub const MAX_EACH: u32 = 200;
    /// The most items to practise on, and the most checks.
    pub const MAX_EXTRA: u32 = 100;

    /// Whether this can be allocated.
    ///
    /// # Errors
    ///
    /// If a number is out of its range, or cells cannot be seen equally often.
    pub fn check(&self) -> Result<(), Refusal> {
        let within = |field: &str, value: u32, least: u32, most: u32| {
            let [value, least, most] = [value, least, most].map(u64::from);
            let refusal = Refusal::Range { field: field.to_owned(), value, least, most };
            (least..=most).contains(&value).then_some(()).ok_or(refusal)
        };
        within("participants", self.participants, 1, Self::MAX_PARTICIPANTS)?;
        let tiers = u32::try_from(self.tiers.len()).unwrap_or(u32::MAX);
        within("tiers", tiers, 1, Self::MAX_TIERS)?;
        for (tier, images) in self.tiers.iter().enumerate() {
            within(&format!("tiers[{tier}]"), *images, 1, Self::MAX_IMAGES)?;
        }
        // A hundred times ten thousand at most, which is no overflow.
        let images = self.images();
        within("images", images, 1, Self::MAX_IMAGES)?;
        within("conditions", self.conditions, 1, Self::MAX_CONDITIONS)?;
        let one_sided = u32::try_from(self.one_sided.len()).unwrap_or(u32::MAX);
        within("one_sided", one_sided, 0, self.conditions)?;
        for (at, condition) in self.one_sided.iter().enumerate() {
            within(&format!("one_sided[{at}]"), *condition, 0, self.conditions - 1)?;
        }
        within("each", self.each, 1, Self::MAX_EACH.min(images))?;
        within("practice", self.practice, 0, Self::MAX_EXTRA)?;
        within("checks", self.checks, 0, Self::MAX_EXTRA)?;
        // Without any to come again nothing needs to be apart.
        let again = self.repeats.saturating_add(self.flipped);
        if again > 0 {
            within("apart", self.apart, 0, self.each - 1)?;
            within("repeats + flipped", again, 0, self.most_again())?;
        }
        self.evenly(images)
    }

    /// How many main items have room for their coming again, in every slot; where there are flipped ones, of those
    /// with two sides alone, as any of these may come too late.
    pub(crate) fn most_again(&self) -> u32 {
        let of = if self.flipped > 0 { self.least_two_sided() } else { self.each };
        of.saturating_sub(self.apart)
    }

    /// How many main items in conditions with two sides each slot has at least: it has all conditions equally often,
    /// give or take one.
    pub(crate) fn least_two_sided(&self) -> u32 {
        let two_sided = (0..self.conditions).filter(|condition| self.has_two_sides(*condition));
        let two_sided = two_sided.count() as u32;
        let (rounds, rest) =
            (self.each / self.conditions.max(1), self.each % self.conditions.max(1));
        rounds * two_sided + rest.saturating_sub(self.conditions - two_sided)
    }

    pub(super) fn has_two_sides(&self, condition: u32) -> bool {
        !self.one_sided.contains(&condition)
    }

    fn evenly(&self, images: u32) -> Result<(), Refusal> {
        let Self { participants, each, conditions, .. } = *self;
        let cells = images * conditions;
        if (participants * each).is_multiple_of(cells) {
            return Ok(());
        }
        // What divides both is already there; the other number has to bring the rest.
        let nearest = |given: u32, asked: u32, most: u32| -> Vec<u32> {
            let step = cells / gcd(cells, given);
            let below = asked / step * step;
            let fits = |number: &u32| (1..=most).contains(number);
            [below, below + step].into_iter().filter(fits).collect()
        };
        let nearest_participants = nearest(each, participants, Self::MAX_PARTICIPANTS);
        let nearest_each = nearest(participants, each, Self::MAX_EACH.min(images));
        Err(Refusal::Uneven {
            participants,
            each,
            images,
            conditions,
            nearest_participants,
            nearest_each,
        })
    }

    /// The number of images of all tiers.
    pub(super) fn images(&self) -> u32 {
        self.tiers.iter().sum()
    }
}

fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}
