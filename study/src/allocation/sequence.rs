//! The sequences of presentations.

use serde::{Deserialize, Serialize};

use super::colouring::{Groups, colour, groups};
use super::draws::Draws;
use super::images::{Seen, images};
use super::request::Request;

/// What a presentation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To practise.
    Practice,
    /// What the study is about.
    Main,
    /// A main item of the same participant once more.
    Repeat,
    /// A main item of the same participant once more, with the sides changed.
    Flipped,
    /// An item with a known answer.
    Check,
}

/// One item as one participant is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// What it is for.
    pub kind: Kind,
    /// The image, by its number among those of all tiers; of practice items and of checks the number among these.
    pub item: u32,
    /// The condition, by its number.
    pub condition: u32,
    /// Whether the debaters have changed sides: who would sit second sits first.
    pub sides_swapped: bool,
    /// Whether the answers have changed places: what would be shown on the right is shown on the left.
    pub answers_swapped: bool,
}

/// A main item with all that is known of it.
struct Item {
    seen: Seen,
    condition: u32,
    sides: bool,
    answers: bool,
    position: u32,
    /// Whether it comes again, and as what.
    again: Option<Kind>,
}

/// The presentations of all slots, one slot after the other, all equally long.
pub(super) fn sequences(request: &Request) -> Vec<Presentation> {
    let mut slots: Vec<Vec<Item>> = Vec::new();
    slots.resize_with(request.participants as usize, Vec::new);
    for item in items(request) {
        slots[item.seen.slot as usize].push(item);
    }
    let mut draws = Draws::new(request.seed, 2);
    // Whose turn it is to have one condition where another has the next.
    let mut turns: Vec<u32> = (0..request.participants).collect();
    draws.shuffle(&mut turns);
    let slot = |(mut items, turn): (Vec<Item>, u32)| {
        items.sort_by_key(|item| item.position);
        let mut sequence = main(&items, request, &mut draws);
        insert_checks(&mut sequence, request, turn, &mut draws);
        let practice = (0..request.practice).map(|item| extra(Kind::Practice, item, turn, request));
        practice.chain(sequence).collect::<Vec<_>>()
    };
    slots.into_iter().zip(turns).flat_map(slot).collect()
}

/// The main items of all slots: condition, sides, places of answers, order and which come again are one even
/// colouring each, of what was there before.
fn items(request: &Request) -> Vec<Item> {
    let seen = images(request);
    let Request { conditions, each, .. } = *request;
    let mut draws = Draws::new(request.seed, 3);

    let slot_tier: Vec<_> = seen.iter().map(|one| [one.slot, one.tier]).collect();
    let image: Vec<_> = seen.iter().map(|one| [one.image]).collect();
    let condition = even(&slot_tier, &image, conditions, &mut draws);
    let condition: Vec<u32> = condition.into_iter().map(u32::from).collect();

    let all = || seen.iter().zip(&condition);
    let slot_condition: Vec<_> = all().map(|(one, condition)| [one.slot, *condition]).collect();
    let cell: Vec<_> = all().map(|(one, condition)| [one.image * conditions + condition]).collect();
    let sides = even(&slot_condition, &cell, 2, &mut draws);

    let with_sides = || sides.iter().map(|side| u32::from(*side));
    let slot_side: Vec<_> =
        slot_condition.iter().zip(with_sides()).map(|(of, side)| [of[0], of[1], side]).collect();
    let cell_side: Vec<_> = cell.iter().zip(with_sides()).map(|(of, side)| [of[0], side]).collect();
    let answers = even(&slot_side, &cell_side, 2, &mut draws);

    let slot: Vec<_> = seen.iter().map(|one| [one.slot]).collect();
    let condition_tier: Vec<_> = all().map(|(one, condition)| [*condition, one.tier]).collect();
    let position = even(&slot, &condition_tier, each, &mut draws);

    let again = come_again(request, &seen, &condition, &position, &mut draws);
    let item = |at: usize| Item {
        seen: seen[at],
        condition: condition[at],
        sides: request.balance_sides && sides[at] == 1,
        answers: request.balance_answers && answers[at] == 1,
        position: u32::from(position[at]),
        again: again[at],
    };
    (0..seen.len()).map(item).collect()
}

/// Colours that are even on both kinds of keys.
fn even<const A: usize, const B: usize>(
    left: &[[u32; A]],
    right: &[[u32; B]],
    colours: u32,
    draws: &mut Draws,
) -> Vec<u16> {
    let sides: [Groups; 2] = [groups(left, colours, draws), groups(right, colours, draws)];
    colour(&sides[0], &sides[1], colours, draws)
}

/// Which main items come again, of those that have room after them: as many in every slot, evenly over conditions
/// and, as far as these have been early, over images.
fn come_again(
    request: &Request,
    seen: &[Seen],
    condition: &[u32],
    position: &[u16],
    draws: &mut Draws,
) -> Vec<Option<Kind>> {
    let mut again = vec![None; seen.len()];
    if request.repeats + request.flipped == 0 {
        return again;
    }
    let room = request.each - request.apart;
    let early: Vec<usize> = (0..seen.len()).filter(|at| u32::from(position[*at]) < room).collect();
    let slot: Vec<_> = early.iter().map(|at| [seen[*at].slot]).collect();
    let cell: Vec<_> = early.iter().map(|at| [condition[*at], seen[*at].image]).collect();
    // Each slot has one early item of each colour.
    for (at, colour) in early.into_iter().zip(even(&slot, &cell, room, draws)) {
        again[at] = match u32::from(colour) {
            colour if colour < request.repeats => Some(Kind::Repeat),
            colour if colour < request.repeats + request.flipped => Some(Kind::Flipped),
            _ => None,
        };
    }
    again
}

/// The main items of a slot in their order, with those that come again put in anywhere far enough after.
fn main(items: &[Item], request: &Request, draws: &mut Draws) -> Vec<Presentation> {
    let shown = |item: &Item| Presentation {
        kind: Kind::Main,
        item: item.seen.image,
        condition: item.condition,
        sides_swapped: item.sides,
        answers_swapped: item.answers,
    };
    let mut after: Vec<Vec<Presentation>> = vec![Vec::new(); items.len()];
    for (position, item) in items.iter().enumerate() {
        let Some(kind) = item.again else { continue };
        let least = position + request.apart as usize;
        let sides_swapped = item.sides ^ (kind == Kind::Flipped);
        let copy = Presentation { kind, sides_swapped, ..shown(item) };
        after[least + draws.place(items.len() - least)].push(copy);
    }
    let with_copies = |(item, mut copies): (&Item, Vec<Presentation>)| {
        draws.shuffle(&mut copies);
        std::iter::once(shown(item)).chain(copies)
    };
    items.iter().zip(after).flat_map(with_copies).collect()
}

/// Puts one check into the middle half of each of as many equal parts as there are checks.
fn insert_checks(
    sequence: &mut Vec<Presentation>,
    request: &Request,
    turn: u32,
    draws: &mut Draws,
) {
    let (length, checks) = (sequence.len(), request.checks as usize);
    // From the last to the first, so that places before are as they were.
    for part in (0..checks).rev() {
        let [from, to] =
            [4 * part + 1, 4 * part + 3].map(|quarter| quarter * length / (4 * checks));
        let place = from + draws.place(to - from + 1);
        let item = (part as u32 + turn) % request.checks;
        sequence.insert(place, extra(Kind::Check, item, turn, request));
    }
}

/// A practice item or a check: conditions, sides and places of answers change from one to the next, and from one
/// slot to the next.
fn extra(kind: Kind, item: u32, turn: u32, request: &Request) -> Presentation {
    // Sides go with the round of conditions, and answers with that of sides.
    let round = (item + turn) / request.conditions;
    Presentation {
        kind,
        item,
        condition: (item + turn) % request.conditions,
        sides_swapped: request.balance_sides && round % 2 == 1,
        answers_swapped: request.balance_answers && round / 2 % 2 == 1,
    }
}
